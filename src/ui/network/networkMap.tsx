import type { TabView } from '../../tab/view'
import type { LinkDeed } from './linkDeeds'

const WIDTH = 280
const HEIGHT = 244
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 }
const REACH = { x: 106, y: 90 }
const DISC = 27

interface Point {
  x: number
  y: number
}

/**
 * The links of this server as a picture, this server in the middle. A press on a link cuts or heals it; the list below is
 * the same for keyboard and screen readers, so the picture is hidden from them.
 */
export function NetworkMap({ deeds, self }: { deeds: readonly LinkDeed[]; self: TabView['server'] }) {
  const others = deeds.map((deed, i) => ({ deed, at: placeOf(i, deeds.length) }))
  return (
    <svg className="network-map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden>
      {others.map(({ deed, at }) => (
        <MapLink key={deed.link.server} deed={deed} at={at} />
      ))}
      {others.map(({ deed, at }) => (
        <Disc key={deed.link.server} name={deed.link.name} at={at} className={deed.cut || deed.link.state !== 'connected' ? 'disc lost' : 'disc'} />
      ))}
      <Disc name={self.name} at={CENTRE} className="disc self" />
    </svg>
  )
}

/** Two stand left and right; from three on they stand round, beginning at the top. */
function placeOf(index: number, count: number): Point {
  const turn = (2 * Math.PI * index) / count - (count <= 2 ? Math.PI : Math.PI / 2)
  return { x: CENTRE.x + REACH.x * Math.cos(turn), y: CENTRE.y + REACH.y * Math.sin(turn) }
}

function MapLink({ deed: { link, cut, word, act }, at }: { deed: LinkDeed; at: Point }) {
  const middle = { x: (CENTRE.x + at.x) / 2, y: (CENTRE.y + at.y) / 2 }
  const state = cut ? 'cut' : link.state
  return (
    <g className={`map-link ${state} ${link.road ?? ''}`} onClick={act}>
      <title>{word}</title>
      <line className="reach" x1={CENTRE.x} y1={CENTRE.y} x2={at.x} y2={at.y} />
      <line className="wire" x1={CENTRE.x} y1={CENTRE.y} x2={at.x} y2={at.y} />
      {cut ? (
        <path className="cross" d={`M${middle.x - 5} ${middle.y - 5}l10 10m0-10l-10 10`} />
      ) : (
        link.roundTrip !== null &&
        link.state === 'connected' && (
          <text x={middle.x} y={middle.y - 6}>
            {Math.max(1, Math.round(link.roundTrip))} ms
          </text>
        )
      )}
    </g>
  )
}

function Disc({ name, at, className }: { name: string; at: Point; className: string }) {
  return (
    <g className={className}>
      <title>{name}</title>
      <circle cx={at.x} cy={at.y} r={DISC} />
      <text x={at.x} y={at.y} dy="0.35em">
        {name.length > 7 ? `${name.slice(0, 6)}…` : name}
      </text>
    </g>
  )
}
