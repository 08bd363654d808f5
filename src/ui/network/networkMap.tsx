import type { TabView } from '../../tab/view'
import type { LinkDeed } from './linkDeeds'
import { CENTRE, DISC, labelAt, middleOf, placeOf, viewBoxOf, type Point } from './mapGeometry'

/**
 * The links of this server as a picture, this server in the middle. A press on a link cuts or heals it; the list below is
 * the same for keyboard and screen readers, so the picture is hidden from them.
 */
export function NetworkMap({ deeds, self }: { deeds: readonly LinkDeed[]; self: TabView['server'] }) {
  const others = deeds.map((deed, i) => ({ deed, at: placeOf(i, deeds.length) }))
  return (
    <svg className="network-map" viewBox={viewBoxOf(deeds.length)} aria-hidden>
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

function MapLink({ deed: { link, cut, word, act }, at }: { deed: LinkDeed; at: Point }) {
  const middle = middleOf(at)
  const roundTrip = link.roundTrip === null ? '' : `${Math.max(1, Math.round(link.roundTrip))} ms`
  const label = labelAt(at, roundTrip)
  const state = cut ? 'cut' : link.state
  return (
    <g className={`map-link ${state} ${link.road ?? ''}`} onClick={act}>
      <title>{word}</title>
      <line className="reach" x1={CENTRE.x} y1={CENTRE.y} x2={at.x} y2={at.y} />
      <line className="wire" x1={CENTRE.x} y1={CENTRE.y} x2={at.x} y2={at.y} />
      {cut ? (
        <path className="cross" d={`M${middle.x - 5} ${middle.y - 5}l10 10m0-10l-10 10`} />
      ) : (
        link.state === 'connected' && (
          <text x={label.x} y={label.y} dy="0.35em">
            {roundTrip}
          </text>
        )
      )}
    </g>
  )
}

function Disc({ name, at, className }: { name: string; at: Point; className: string }) {
  // The whole name, with its directories, is in the title.
  const short = name.slice(name.lastIndexOf('/') + 1)
  return (
    <g className={className}>
      <title>{name}</title>
      <circle cx={at.x} cy={at.y} r={DISC} />
      <text x={at.x} y={at.y} dy="0.35em">
        {short.length > 7 ? `${short.slice(0, 6)}…` : short}
      </text>
    </g>
  )
}
