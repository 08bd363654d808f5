import { epochNumber } from '../../core/copies/directoryCopy'
import { useView } from '../desk/desk'
import { linkTrouble, memberLabel, serverLabel } from '../desk/servers'
import type { SweepView } from '../../tab/view'
import { awaitedOf } from '../epochs/candidates'
import type { KnownCopy } from './knownCopies'
import { angleOf, arrowPath, CENTRE, discRadius, heightWith, OUTSIDE_RADIUS, outsideAt, pointAt, RADIUS } from './ringGeometry'

/** Figure 5: the copies linked into a ring, and the sweep that runs round it. */
export function Ring({ copies, sweep }: { copies: readonly KnownCopy[]; sweep: SweepView | null }) {
  const view = useView((all) => all)
  const count = copies.length
  const done = copies.map(({ member }) => passed(sweep, member.copy))
  const start = Math.max(0, copies.findIndex(({ member }) => member.server === sweep?.coordinator))
  const outside = awaitedOf(copies)
  const epoch = copies.flatMap(({ state }) => (state === null ? [] : [state.epoch])).toSorted().at(-1)
  const waiting = done.findIndex((one, i) => i !== start && !one)
  return (
    <svg className="ring" viewBox={`0 0 ${2 * CENTRE} ${heightWith(outside.length)}`} role="img" aria-label={inWords(copies, outside.map(memberLabel))}>
      <defs>
        {(['idle', 'passed'] as const).map((kind) => (
          <marker key={kind} id={`arrow-${kind}`} className={`arrow-head ${kind}`} viewBox="0 0 10 10" refX="6" refY="5" markerWidth="4.2" markerHeight="4.2" orient="auto">
            <path d="M0 0 10 5 0 10z" />
          </marker>
        ))}
      </defs>
      {copies.map(({ member, standing }, i) => {
        const kind = sweep !== null && done[i] ? 'passed' : 'idle'
        return <path key={member.copy} className={standing === 'answers' ? `arrow ${kind}` : `arrow ${kind} unknown`} d={arrowPath(i, count)} markerEnd={`url(#arrow-${kind})`} />
      })}
      {sweep !== null && count > 1 && (
        <g className="sweep-way" style={{ transform: `rotate(${angleOf(start, count)}deg)` }}>
          <g key={sweep.sweepTS} className="sweep-run">
            <g className="sweep-rest" style={{ transform: `rotate(${angleOf(((waiting < 0 ? start : waiting) - start + count) % count, count)}deg)` }}>
              <circle className="sweep-token" cx={CENTRE} cy={CENTRE - RADIUS} r="8" />
            </g>
          </g>
        </g>
      )}
      {copies.map(({ member, state, standing }, i) => {
        const { x, y } = pointAt(angleOf(i, count))
        const name = memberLabel(member)
        const classes = ['disc', member.server === view.server.id && 'self', standing === 'silent' && 'lost', standing === 'asked' && 'asked', state !== null && state.state !== 'active' && 'joining', sweep !== null && done[i] && 'passed'].filter(Boolean).join(' ')
        const trouble = linkTrouble(view, member.server)
        return (
          <g key={member.copy} className={classes} data-server={name}>
            <title>{`${name}${trouble === '' ? '' : `: ${trouble}`}`}</title>
            <circle cx={x} cy={y} r={discRadius(count)} />
            <text x={x} y={y} dy="0.35em">
              {short(serverLabel(view, member.server) || name)}
            </text>
          </g>
        )
      })}
      {epoch !== undefined && count > 1 && (
        <text className="epoch" x={CENTRE} y={CENTRE} dy="0.35em">
          epoch {epochNumber(epoch)}
        </text>
      )}
      {outside.map((member, i) => {
        const { x, y } = outsideAt(i, outside.length)
        return (
          <g key={member.copy} className="disc outside" data-server={memberLabel(member)}>
            <title>{`${memberLabel(member)}: left out`}</title>
            <circle cx={x} cy={y} r={OUTSIDE_RADIUS} />
            <text x={x} y={y} dy="0.35em">
              {short(memberLabel(member))}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

/** Whether the sweep has done at a member what its present pass does. */
function passed(sweep: SweepView | null, copy: string): boolean {
  const member = sweep?.members.find((one) => one.copy === copy)
  if (sweep === null || member === undefined) return false
  return { look: member.looked, read: member.read, write: member.written }[sweep.phase]
}

const short = (name: string): string => (name.length > 7 ? `${name.slice(0, 6)}…` : name)

function inWords(copies: readonly KnownCopy[], outside: readonly string[]): string {
  const left = outside.length === 0 ? '' : `; left out: ${outside.join(', ')}`
  const names = copies.map(({ member }) => memberLabel(member))
  return `${names.length === 1 ? `A ring of one copy, on ${names[0] ?? ''}` : `The ring: ${[...names, names[0]].join(', then ')}`}${left}`
}
