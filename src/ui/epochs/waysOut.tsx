import { useStore } from 'zustand'
import type { DirectoryId, ServerId } from '../../core/names'
import { useDesk } from '../desk/desk'
import { serverLabel } from '../desk/servers'

/** What can be done about a member that holds back sweeps: it is brought back, or the ring goes on without it. */
export function WaysOut({ di, directory, server }: { di: DirectoryId; directory: string; server: ServerId }) {
  const { tab, dialogs } = useDesk()
  const name = useStore(tab.view, (view) => serverLabel(view, server))
  const cutHere = useStore(tab.view, (view) => view.cut.includes(server))
  return (
    <ul className="ways-out">
      <li>
        Bring it back: open its tab again, or heal its links.{' '}
        {cutHere && (
          <button type="button" onClick={() => tab.controls.heal(server)}>
            Heal this link
          </button>
        )}
      </li>
      <li>
        Or, if it is gone for good:{' '}
        <button type="button" onClick={() => dialogs.open({ type: 'newEpoch', directory, di, chosen: 'reachable', without: server })}>
          <span>
            New epoch without <bdi>{name}</bdi>…
          </span>
        </button>
      </li>
    </ul>
  )
}
