import { useStore } from 'zustand'
import { useDesk } from '../desk/desk'
import { linkDeeds } from './linkDeeds'
import { LinkList } from './linkList'
import { NetworkMap } from './networkMap'
import { UnderWay } from './underWay'
import { Weather } from './weather'

/** Every server and link known here; links can be cut and healed, for real. */
export function NetworkPanel() {
  const { tab, dialogs } = useDesk()
  const view = useStore(tab.view)
  const deeds = linkDeeds(view, tab.controls)
  const disturbed = view.cut.length > 0 || view.weather.delay > 0 || view.weather.loss > 0
  return (
    <section className="network-panel" aria-labelledby="network-heading">
      <header className="panel-header">
        <h2 id="network-heading">Network</h2>
        <button type="button" className="quiet small" onClick={() => dialogs.open({ type: 'server' })}>
          This server…
        </button>
        <button type="button" className="quiet small" disabled={!disturbed} onClick={() => tab.controls.healAll()}>
          Heal all
        </button>
      </header>
      {deeds.length === 0 ? (
        <p className="empty">No other server has been heard of in this room. Open another server, or invite somebody.</p>
      ) : (
        <>
          <NetworkMap deeds={deeds} self={view.server} />
          <LinkList deeds={deeds} />
          <div className="row">
            <button type="button" disabled={deeds.every(({ cut }) => cut)} onClick={() => tab.controls.isolate()}>
              Isolate this tab
            </button>
          </div>
          <Weather weather={view.weather} />
        </>
      )}
      <UnderWay />
      <p className="row">
        <button type="button" className="quiet small" onClick={() => dialogs.open({ type: 'combine', link: '' })}>
          Join another name service…
        </button>
      </p>
    </section>
  )
}
