import { useSyncExternalStore } from 'react'
import type { ServerId } from '../../core/names'
import type { LinkPicture, ServerPicture } from '../../sim/lab/picture'
import { nameIn, useDeed, useLabState, usePicture } from './labContext'
import { between, DISC, HEIGHT, middle, placeOf, WIDTH, type Point } from './mapPlaces'

/** Texts beside messages are readable while there are few. */
const NAMED = 8

/**
 * The servers, their links, and the messages on their way. A press on a link cuts or heals it; the lists of servers and links say the
 * same to keyboards and screen readers, so the picture is hidden from them.
 */
export function LabMap() {
  const servers = usePicture((picture) => picture.servers)
  const links = usePicture((picture) => picture.links)
  const places = new Map(servers.map(({ id }, i) => [id, placeOf(i, servers.length)]))
  return (
    <svg className="lab-map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
      {links.map((link) => (
        <Wire key={`${link.a} ${link.b}`} link={link} a={places.get(link.a)!} b={places.get(link.b)!} />
      ))}
      <Flights places={places} links={links} />
      {servers.map((server) => (
        <Disc key={server.id} server={server} at={places.get(server.id)!} />
      ))}
    </svg>
  )
}

function Wire({ link, a, b }: { link: LinkPicture; a: Point; b: Point }) {
  const act = useDeed()
  const [server, other] = [usePicture((picture) => nameIn(picture, link.a)), usePicture((picture) => nameIn(picture, link.b))]
  const isTape = usePicture((picture) => picture.tape !== null)
  const { x, y } = middle(a, b)
  const state = link.cut !== 'no' ? 'cut' : link.stands ? 'connected' : 'connecting'
  return (
    <g className={`map-link ${state}`} data-link={`${server} ${other}`} onClick={isTape ? undefined : () => act(link.cut === 'no' ? { type: 'cut', server, other, oneWay: false } : { type: 'heal', server, other })}>
      <title>{isTape ? `${server} – ${other}` : `${link.cut === 'no' ? 'Cut' : 'Heal'} ${server} – ${other}`}</title>
      <line className="reach" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      <line className="wire" x1={a.x} y1={a.y} x2={b.x} y2={b.y} />
      {link.cut === 'both' && <path className="cross" d={`M${x - 5} ${y - 5}l10 10m0-10l-10 10`} />}
      {(link.cut === 'a to b' || link.cut === 'b to a') && (
        <text className="one-way" x={x} y={y - 6}>
          {link.cut === 'a to b' ? `${server} ↛ ${other}` : `${other} ↛ ${server}`}
        </text>
      )}
    </g>
  )
}

function Disc({ server: { name, state, holds }, at }: { server: ServerPicture; at: Point }) {
  const isUp = state === 'running' || state === 'connected'
  const classes = ['disc', !isUp && 'lost', !holds && 'bare'].filter(Boolean).join(' ')
  return (
    <g className={classes} data-server={name} data-state={state}>
      <title>{`${name}: ${state}${holds ? '' : ', no copy'}`}</title>
      <circle cx={at.x} cy={at.y} r={DISC} />
      <text x={at.x} y={at.y} dy={isUp ? '0.35em' : '-0.1em'}>
        {name}
      </text>
      {!isUp && (
        <text className="disc-state" x={at.x} y={at.y} dy="1.15em">
          {state}
        </text>
      )}
    </g>
  )
}

function Flights({ places, links }: { places: ReadonlyMap<ServerId, Point>; links: readonly LinkPicture[] }) {
  const { time, flights: shown } = useLabState(({ moment }) => moment)
  const still = useReducedMotion()
  const stands = new Set(links.flatMap(({ a, b, stands: up, cut }) => (up ? [...(cut === 'both' || cut === 'a to b' ? [] : [`${a} ${b}`]), ...(cut === 'both' || cut === 'b to a' ? [] : [`${b} ${a}`])] : [])))
  return shown.map(({ id, from, to, type, text, sent, arrives, lost }) => {
    const [a, b] = [places.get(from), places.get(to)]
    if (a === undefined || b === undefined) return null
    const blocked = !stands.has(`${from} ${to}`)
    const way = Math.min(1, Math.max(0, (time - sent) / Math.max(arrives - sent, 0.001)))
    const at = between(a, b, still ? 0.5 : lost || blocked ? way * 0.5 : way)
    return (
      <g key={id} className={`flight ${groupOf(type)}${lost || blocked ? ' lost' : ''}`} style={{ transform: `translate(${at.x}px, ${at.y}px)` }}>
        <title>{text}</title>
        <path d={`M-6 -4.4L5.5 0L-6 4.4z`} transform={`rotate(${(Math.atan2(b.y - a.y, b.x - a.x) * 180) / Math.PI})`} />
        {shown.length <= NAMED && (
          <text x={0} y={-8}>
            {lost ? `${type}, lost` : type}
          </text>
        )}
      </g>
    )
  })
}

/** Messages look alike by what they are for. */
function groupOf(type: string): 'update' | 'sweep' | 'other' {
  if (type === 'updates' || type === 'greet' || type === 'spliceNews') return 'update'
  return ['lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote', 'sweepRefused'].includes(type) ? 'sweep' : 'other'
}

const query = '(prefers-reduced-motion: reduce)'
const subscribe = (changed: () => void): (() => void) => {
  const media = matchMedia(query)
  media.addEventListener('change', changed)
  return () => media.removeEventListener('change', changed)
}
const useReducedMotion = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(query).matches)
