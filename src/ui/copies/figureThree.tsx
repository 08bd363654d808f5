import { useState } from 'react'
import { useStore } from 'zustand'
import type { CopyReport } from '../../client/nameService'
import { useDesk } from '../desk/desk'
import type { Place } from '../desk/place'
import { linkTrouble, memberLabel } from '../desk/servers'
import { wholeStamp } from '../desk/clockTime'
import { Explained, Label, Stamp } from '../parts/text'
import { updateRows, type Held, type UpdateRow } from './updateRows'

/** Rows that are everywhere already are context, and few. */
const SETTLED_SHOWN = 4
const MOST = 12

/** Figure 3: a column for each copy, a row for each update that is not known to be everywhere, lastSweep below. */
export function FigureThree({ reports, place }: { reports: readonly CopyReport[]; place: Place }) {
  const [all, setAll] = useState(false)
  const rows = updateRows(reports)
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
              <small>{pending.length === 0 ? 'none: every copy has every update known here' : `${pending.length} · newest first`}</small>
            </th>
            {reports.map((report) => (
              <CopyHead key={report.member.copy} report={report} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row key={row.ts} row={row} reports={reports} />
          ))}
          {rows.length > shown.length && (
            <tr>
              <td colSpan={reports.length + 1}>
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
            {reports.map(({ member, state }) => (
              <td key={member.copy} className="last-sweep" data-server={memberLabel(member)}>
                {state === null ? <span className="mark-word">not known</span> : <Stamp ts={state.lastSweep} />}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

function CopyHead({ report: { member, state, reason } }: { report: CopyReport }) {
  const { tab } = useDesk()
  const note = useStore(tab.view, (view) => {
    if (state?.state === 'joining') return 'joining'
    if (member.server === view.server.id) return 'this tab'
    const trouble = linkTrouble(view, member.server)
    if (trouble !== '') return trouble
    if (state === null) return 'does not answer'
    const roundTrip = view.links.find(({ server }) => server === member.server)?.roundTrip ?? null
    return roundTrip === null ? 'connected' : `${Math.max(1, Math.round(roundTrip))} ms`
  })
  const details = state === null ? reason : `nextTS ${wholeStamp(state.nextTS)}\nstable mark F ${wholeStamp(state.stableMark)}\n${state.live} nodes, ${state.log.length} updates in its log\ncopy ${member.copy}, epoch ${state.epoch}`
  return (
    <th scope="col" title={details} data-server={memberLabel(member)} className={state === null ? 'copy-head lost' : 'copy-head'}>
      <Label>{memberLabel(member)}</Label>
      <small>{note}</small>
    </th>
  )
}

const words: Record<Held, string> = { has: 'has it', lacks: 'has not got it yet', unknown: 'not known' }

function Row({ row, reports }: { row: UpdateRow; reports: readonly CopyReport[] }) {
  return (
    <tr className={row.everywhere ? 'settled' : undefined} data-ts={row.ts}>
      <th scope="row">
        <Stamp ts={row.ts} /> <Told text={row.text} />
      </th>
      {reports.map(({ member }, i) => {
        const held = row.held[i] ?? 'unknown'
        return (
          <td key={member.copy} data-held={held}>
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
function Told({ text }: { text: string }) {
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
