import { useDesk, useView } from '../desk/desk'
import { CombinationNews } from '../combination/combinationNews'
import { OldStoreNews } from '../epochs/oldStoreNews'
import { NameNews } from '../person/nameNews'
import { OutsideNews } from '../epochs/outsideNews'

/** The states in which something is not as usual, in words, with what to do. */
export function StateBanner() {
  const { tab, dialogs } = useDesk()
  const state = useView((view) => view.state)
  const reason = useView((view) => view.reason)
  const joining = useView((view) => view.joining)
  const cut = useView((view) => view.cut.length)
  const known = useView((view) => view.links.length)
  const isolated = known > 0 && cut >= known
  return (
    <>
      {state === 'starting' && <p className="banner" role="status">Starting: this tab opens its store and becomes a server.</p>}
      {state === 'waiting' && (
        <div className="banner" role="status">
          <p>
            <b>Waiting for a server of this room.</b> {reason}
          </p>
          <p>It goes on by itself as soon as one is met.</p>
          <button type="button" onClick={() => dialogs.open({ type: 'invite' })}>
            Show the link of this room
          </button>
        </div>
      )}
      {state === 'readOnly' && (
        <div className="banner grave" role="alert">
          <p>{reason}</p>
          <button type="button" onClick={() => location.reload()}>
            Reload the page
          </button>
        </div>
      )}
      {state === 'running' && reason !== '' && <p className="banner warn" role="status">{reason}</p>}
      {state === 'running' && joining && !isolated && <p className="banner" role="status">Joining: this server is taking a copy of the root. Names can be read meanwhile.</p>}
      <NameNews />
      <OutsideNews />
      <CombinationNews />
      <OldStoreNews />
      {isolated && (
        <div className="banner warn" role="status">
          <p>
            <b>This tab is isolated:</b> it reads and changes its own copies, and nothing travels to or from other servers until links are healed.
          </p>
          <button type="button" onClick={() => tab.controls.healAll()}>
            End the isolation
          </button>
        </div>
      )}
      {!isolated && cut > 0 && (
        <p className="banner warn" role="status">
          {cut === 1 ? 'One link of this tab is cut' : `${cut} links of this tab are cut`}: updates and sweeps do not pass there until healed.
        </p>
      )}
    </>
  )
}
