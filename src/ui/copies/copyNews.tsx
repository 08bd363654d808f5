import type { CopyView } from '../../tab/view'
import { clockTime } from '../desk/clockTime'
import { useView } from '../desk/desk'
import { serverLabel } from '../desk/servers'
import { SealedNews } from '../epochs/sealedNews'
import { WaysOut } from '../epochs/waysOut'
import { Label } from '../parts/text'

/** What keeps the copies from becoming equal: who holds back sweeps, since when; and alarms. */
export function CopyNews({ copy }: { copy: CopyView | null }) {
  // No sweep passes a copy that was left out: what held it back before is no news.
  const held = copy?.outside === null ? copy.heldBackBy : null
  const name = useView((view) => (held === null ? '' : serverLabel(view, held.server)))
  return (
    <>
      {copy !== null && copy.alarm !== null && (
        <p className="banner grave" role="alert">
          {copy.alarm}
        </p>
      )}
      {copy !== null && <SealedNews copy={copy} />}
      {copy !== null && held !== null && (
        <div className="banner warn" role="status">
          <p>
            <b>
              <Label>{name}</Label>
            </b>{' '}
            holds back sweeps since {clockTime(held.since)}: it {held.reason}. Nothing is lost; deletions are kept until it returns.
          </p>
          <WaysOut di={copy.directory} directory={copy.name} server={held.server} />
        </div>
      )}
    </>
  )
}
