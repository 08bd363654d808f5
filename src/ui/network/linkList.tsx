import { byteSize, span } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import { useNow } from '../desk/now'
import { serverName, type LinkView } from '../desk/servers'
import { Label } from '../parts/text'
import type { LinkDeed } from './linkDeeds'

const roads = { webrtc: 'WebRTC', broadcast: 'this browser’s channel', relay: 'the relay' } as const
const states: Record<LinkView['state'], string> = { connected: 'connected', connecting: 'connecting', absent: 'not connected', cut: 'cut by you', lost: 'lost' }

/** The links as a list: road, round trip, when last heard, and why not, in words. */
export function LinkList({ deeds }: { deeds: readonly LinkDeed[] }) {
  const { dialogs, tab } = useDesk()
  const now = useNow(1000)
  const root = useView((view) => view.root)
  return (
    <ul className="link-list" aria-label="Links of this server">
      {deeds.map(({ link, cut, word, act }) => (
        <li key={link.server} data-server={link.name} data-state={cut ? 'cut' : link.state} data-road={link.road ?? 'none'}>
          <div className="link-words">
            <b>
              <Label>{link.name === '' ? `${link.server.slice(0, 6)}…` : link.name}</Label>
            </b>{' '}
            <span className={cut || link.state === 'lost' ? 'grave-text' : undefined}>{cut ? states.cut : states[link.state]}</span>
            <small title={`sent ${link.sent.messages} messages, ${byteSize(link.sent.bytes)}; received ${link.received.messages}, ${byteSize(link.received.bytes)}`}>{detailsOf(link, cut, now)}</small>
            {link.root !== null && root !== null && link.root !== root && <small title={`#${link.root}`}>of another name service</small>}
            {!cut && link.reason !== '' && <small>{link.reason}</small>}
          </div>
          {!cut && link.name !== '' && (link.state === 'lost' || link.state === 'absent') && (
            <button type="button" className="small" aria-label={`${link.name} is gone for good…`} onClick={() => dialogs.open({ type: 'lostServer', name: serverName(tab.view.getState(), link.name) })}>
              Gone…
            </button>
          )}
          <button type="button" className="small" aria-label={word} onClick={act}>
            {cut ? 'Heal' : 'Cut'}
          </button>
        </li>
      ))}
    </ul>
  )
}

function detailsOf(link: LinkView, cut: boolean, now: number): string {
  const parts = []
  if (!cut && link.road !== null) parts.push(`by ${roads[link.road]}`)
  if (!cut && link.roundTrip !== null && link.state === 'connected') parts.push(`round trip ${Math.max(1, Math.round(link.roundTrip))} ms`)
  if (link.lastHeard !== null && now - link.lastHeard > 5000) parts.push(`last heard ${span(now - link.lastHeard)} ago`)
  return parts.join(' · ')
}
