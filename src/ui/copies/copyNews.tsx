import { useStore } from 'zustand'
import type { CopyView } from '../../tab/view'
import { clockTime } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { serverLabel } from '../desk/servers'
import { Label } from '../parts/text'
import type { KnownCopy } from './knownCopies'
import { holdUps, type HoldUp } from './troubles'

/** What keeps the copies from becoming equal: who holds back sweeps, since when, and the ways out; and alarms. */
export function CopyNews({ copy, copies }: { copy: CopyView | null; copies: readonly KnownCopy[] }) {
  const told = holdUps(copies)
  // This server's own copy knows first; a server without one goes by what the copies say.
  const own = copy?.heldBackBy ?? null
  const held = own ?? (copy === null ? (told[0] ?? null) : null)
  return (
    <>
      {copy !== null && copy.alarm !== null && (
        <p className="banner grave" role="alert">
          {copy.alarm}
        </p>
      )}
      {held !== null && <HeldBack held={held} />}
    </>
  )
}

function HeldBack({ held }: { held: HoldUp }) {
  const { tab } = useDesk()
  const name = useStore(tab.view, (view) => serverLabel(view, held.server))
  const cutHere = useStore(tab.view, (view) => view.cut.includes(held.server))
  return (
    <div className="banner warn" role="status">
      <p>
        <b>
          <Label>{name}</Label>
        </b>{' '}
        holds back sweeps since {clockTime(held.since)}: it {held.reason}. Nothing is lost; deletions are kept until it returns.
      </p>
      <ul className="ways-out">
        <li>
          Bring it back: open its tab again, or heal its links.{' '}
          {cutHere && (
            <button type="button" onClick={() => tab.controls.heal(held.server)}>
              Heal this link
            </button>
          )}
        </li>
        <li>Or, if it is gone for good, let a new epoch of the directory go on without it.</li>
      </ul>
    </div>
  )
}
