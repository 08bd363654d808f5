import { useStore } from 'zustand'
import type { CopyView } from '../../tab/view'
import { clockTime } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { serverLabel } from '../desk/servers'
import { Label } from '../parts/text'

/** What keeps the copies from becoming equal: who holds back sweeps, since when; and alarms. */
export function CopyNews({ copy }: { copy: CopyView | null }) {
  const { tab } = useDesk()
  const held = copy?.heldBackBy ?? null
  const name = useStore(tab.view, (view) => (held === null ? '' : serverLabel(view, held.server)))
  const cutHere = useStore(tab.view, (view) => held !== null && view.cut.includes(held.server))
  return (
    <>
      {copy !== null && copy.alarm !== null && (
        <p className="banner grave" role="alert">
          {copy.alarm}
        </p>
      )}
      {held !== null && (
        <div className="banner warn" role="status">
          <p>
            <b>
              <Label>{name}</Label>
            </b>{' '}
            holds back sweeps since {clockTime(held.since)}: it {held.reason}. Nothing is lost; deletions are kept until it returns.
          </p>
          {cutHere && (
            <button type="button" onClick={() => tab.controls.heal(held.server)}>
              Heal this link
            </button>
          )}
        </div>
      )}
    </>
  )
}
