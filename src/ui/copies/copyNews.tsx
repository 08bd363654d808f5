import type { CopyView } from '../../tab/view'
import { clockTime } from '../desk/clockTime'
import { useView } from '../desk/desk'
import type { Place } from '../desk/place'
import { serverLabel } from '../desk/servers'
import { SealedNews } from '../epochs/sealedNews'
import { WaysOut } from '../epochs/waysOut'
import { Label } from '../parts/text'
import type { KnownCopy } from './knownCopies'
import { holdUps, type HoldUp } from './troubles'

/** What keeps the copies from becoming equal: who holds back sweeps, since when, and the ways out; an epoch that is being made; alarms. */
export function CopyNews({ copy, copies, place }: { copy: CopyView | null; copies: readonly KnownCopy[]; place: Place }) {
  const told = holdUps(copies)
  // This server's own copy knows first; a server without one in the ring goes by what the copies say.
  const own = copy === null || copy.outside !== null ? null : copy
  const held = own === null ? (told[0] ?? null) : own.heldBackBy
  return (
    <>
      {copy !== null && copy.alarm !== null && (
        <p className="banner grave" role="alert">
          {copy.alarm}
        </p>
      )}
      {copy !== null && <SealedNews copy={copy} />}
      {held !== null && <HeldBack held={held} place={place} />}
    </>
  )
}

function HeldBack({ held, place: { di, directory } }: { held: HoldUp; place: Place }) {
  const name = useView((view) => serverLabel(view, held.server))
  return (
    <div className="banner warn" role="status">
      <p>
        <b>
          <Label>{name}</Label>
        </b>{' '}
        holds back sweeps since {clockTime(held.since)}: it {held.reason}. Nothing is lost; deletions are kept until it returns.
      </p>
      <WaysOut di={di} directory={directory} server={held.server} />
    </div>
  )
}
