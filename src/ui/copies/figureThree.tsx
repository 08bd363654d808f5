import { useState } from 'react'
import { span, wholeStamp } from '../desk/clockTime'
import { useView } from '../desk/desk'
import { useNow } from '../desk/now'
import type { Place } from '../desk/place'
import { linkTrouble, memberLabel } from '../desk/servers'
import { Explained, Label, Stamp } from '../parts/text'
import type { KnownCopy } from './knownCopies'
import { updateRows, type Held, type UpdateRow } from './updateRows'

/** Rows that are everywhere already are context, and few. */
const SETTLED_SHOWN = 4
const MOST = 12

/**
 * Figure 3: a column for each copy, a row for each update that is not known to be everywhere, lastSweep below. Of a copy
 * that does not answer the column shows what it last said, in grey, with its age.
 */
export function FigureThree({ copies, place }: { copies: readonly KnownCopy[]; place: Pick<Place, 'directory'> }) {
  const [all, setAll] = useState(false)
  const rows = updateRows(copies)
  const pending = rows.filter((row) => !row.everywhere)
  const settled = rows.filter((row) => row.everywhere)
  const wanted = [...pending, ...settled.slice(0, SETTLED_SHOWN)].toSorted((a, b) => (a.ts < b.ts ? 1 : -1))
  const shown = all ? rows : wanted.slice(0, MOST)
  return (
    <div className="figure-scroll" tabIndex={0} role="region" aria-label="Figure 3: the copies">
      <table className="figure-three" data-pending={pending.length} aria-label={`Copies of ${place.directory}`}>
        <thead>
          <tr>
            <th scope="col">
              Updates not yet everywhere
              <small>{pending.length > 0 ? `${pending.length} · newest first` : copies.every(({ standing }) => standing === 'answers') ? 'none: every copy has every update known here' : 'none known, but not every copy answers'}</small>
            </th>
            {copies.map((copy) => (
              <CopyHead key={copy.member.copy} copy={copy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row key={row.ts} row={row} copies={copies} />
          ))}
          {rows.length > shown.length && (
            <tr>
              <td colSpan={copies.length + 1}>
                <button type="button" className="quiet" onClick={() => setAll(true)}>
                  Show {rows.length - shown.length} more that wait for a sweep
                </button>
              </td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">
              <Explained term="lastSweep" />: complete up to
            </th>
            {copies.map(({ member, state, standing }) => (
              <td key={member.copy} className={standing === 'answers' ? 'last-sweep' : 'last-sweep stale'} data-server={memberLabel(member)}>
                {state === null ? <span className="mark-word">not known</span> : <Stamp ts={state.lastSweep} />}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function CopyHead({ copy: { member, state, heard, standing, reason } }: { copy: KnownCopy }) {
  const note = useView((view) => {
    if (standing === 'silent') return linkTrouble(view, member.server) || 'does not answer'
    if (state === null) return 'asking…'
    if (standing === 'asked') return 'has not answered yet'
    if (state.state !== 'active') return { joining: 'joining', leaving: 'leaving', left: 'has left', excluded: 'left out', rolledBack: 'old store' }[state.state]
    if (state.seals.length > 0) return 'sealed'
    if (member.server === view.server.id) return 'this tab'
    const roundTrip = view.links.find(({ server }) => server === member.server)?.roundTrip ?? null
    return roundTrip === null ? 'connected' : `${Math.max(1, Math.round(roundTrip))} ms`
  })
  const facts = state === null ? [] : [`nextTS ${wholeStamp(state.nextTS)}`, `stable mark F ${wholeStamp(state.stableMark)}`, `${state.live} nodes, ${state.log.length} updates in its log`, `copy ${member.copy}, epoch ${state.epoch}`]
  return (
    <th scope="col" title={[reason, ...facts].filter((line) => line !== '').join('\n')} data-server={memberLabel(member)} data-standing={standing} className={standing === 'silent' ? 'copy-head lost' : 'copy-head'}>
      <Label>{memberLabel(member)}</Label>
      <small>{note}</small>
      {state?.health.storage.persisted === false && <small title="The browser there has not promised to keep it">may vanish</small>}
      {standing !== 'answers' && heard !== null && <Heard at={heard} />}
    </th>
  )
}

/** How old is what stands below. */
function Heard({ at }: { at: number }) {
  const now = useNow(1000)
  return <small className="heard">heard {span(now - at)} ago</small>
}

const words: Record<Held, string> = { has: 'has it', lacks: 'has not got it yet', unknown: 'not known' }

function Row({ row, copies }: { row: UpdateRow; copies: readonly KnownCopy[] }) {
  return (
    <tr className={row.everywhere ? 'settled' : undefined} data-ts={row.ts}>
      <th scope="row">
        <Stamp ts={row.ts} /> <Told text={row.text} />
      </th>
      {copies.map(({ member, standing }, i) => {
        const held = row.held[i] ?? 'unknown'
        return (
          <td key={member.copy} data-held={held} className={standing === 'answers' ? undefined : 'stale'}>
            <span className={`held ${held}`} role="img" aria-label={`${memberLabel(member)} ${words[held]}`} title={`${memberLabel(member)} ${words[held]}`}>
              {held === 'unknown' ? '?' : ''}
            </span>
          </td>
        )
      })}
    </tr>
  )
}

/** An update in a few words, as its copy tells it: the path with its last label in front of the eye. */
export function Told({ text }: { text: string }) {
  const absent = text.endsWith(' made absent')
  const [, path = text, more = ''] = /^(.*?)( and \d+ more)?$/su.exec(absent ? text.slice(0, -' made absent'.length) : text) ?? []
  const cut = path.lastIndexOf('/') + 1
  return (
    <bdi className="told" title={text}>
      {path.slice(0, cut).replaceAll('/', ' / ')}
      {absent ? <s>{path.slice(cut)}</s> : <b>{path.slice(cut)}</b>}
      {absent && <span className="mark-word"> made absent</span>}
      {more}
    </bdi>
  )
}
