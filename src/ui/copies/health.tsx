import { useStore } from 'zustand'
import { millisecondsOf, type Timestamp } from '../../core/timestamp'
import { byteSize, isNever, span } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import { useNow } from '../desk/now'
import { memberLabel, serverLabel } from '../desk/servers'
import { Explained, Label } from '../parts/text'
import type { KnownCopy } from './knownCopies'
import { answering, troublesOf } from './troubles'
import { updateRows } from './updateRows'

/** Whether all is well with the copies: in one line, with the numbers behind it on demand. */
export function Health({ copies }: { copies: readonly KnownCopy[] }) {
  const { tab } = useDesk()
  const now = useNow(1000)
  const view = useStore(tab.view)
  const troubles = troublesOf(copies, (server) => serverLabel(view, server), now)
  const asked = copies.filter(({ state }) => state === null).length
  const isWell = troubles.length === 0
  return (
    <section className="health" aria-label="Health">
      <p className="health-line" role="status" aria-label="Health" data-well={isWell}>
        {asked === 0 && <span className={`dot ${isWell ? 'good' : 'warn'}`} aria-hidden />}
        <b>Health</b>{' '}
        {!isWell && (troubles.length === 1 ? 'One thing to look at:' : `${troubles.length} things to look at:`)}
        {isWell && (asked > 0 ? 'Asking the copies…' : <>All is well: {copies.length === 1 ? 'the copy answers' : `all ${copies.length} copies answer`}; {copies.some(({ state }) => state !== null && isNever(state.lastSweep)) ? 'the first sweep is still to come' : 'sweeps complete'}.</>)}
      </p>
      {!isWell && (
        <ul className="troubles">
          {troubles.map((trouble) => (
            <li key={trouble}>
              <bdi>{trouble}</bdi>
            </li>
          ))}
        </ul>
      )}
      <Vanishing copies={copies} />
      <details>
        <summary>What each copy says of itself</summary>
        <Numbers copies={copies} now={now} />
        <OwnDoor refusals={view.refusals} />
      </details>
    </section>
  )
}

/** What this tab refused: by its server, and at its own door, before the server saw it [X5]. */
function OwnDoor({ refusals }: { refusals: readonly (readonly [reason: string, count: number])[] }) {
  return (
    <section className="own-door" aria-label="Refused by this tab">
      <b>Refused by this tab</b>, of any directory, since it was opened: {refusals.length === 0 && 'nothing.'}
      {refusals.length > 0 && (
        <ul>
          {refusals
            .toSorted(([, a], [, b]) => b - a)
            .map(([reason, count]) => (
              <li key={reason}>
                {count} × <bdi>{reason}</bdi>
              </li>
            ))}
        </ul>
      )}
    </section>
  )
}

/** B5: copies that the browser has not promised to keep. */
function Vanishing({ copies }: { copies: readonly KnownCopy[] }) {
  const names = answering(copies).flatMap(({ member, state }) => (state.health.storage.persisted === false ? [memberLabel(member)] : []))
  if (names.length === 0) return null
  return (
    <p className="hint">
      {names.length === 1 ? 'The copy' : 'The copies'} on <bdi>{names.join(', ')}</bdi> may vanish: the browser there has not promised to keep {names.length === 1 ? 'it' : 'them'}. Copies in other browsers are the remedy.
    </p>
  )
}

function Numbers({ copies, now }: { copies: readonly KnownCopy[]; now: number }) {
  const rows = updateRows(copies)
  return (
    <div className="figure-scroll" tabIndex={0} role="region" aria-label="Health of each copy">
      <table className="health-table">
        <thead>
          <tr>
            <th scope="col">Copy</th>
            <th scope="col"><Explained term="lastSweep" /></th>
            <th scope="col"><Explained term="stable mark">F</Explained></th>
            <th scope="col">Lacks</th>
            <th scope="col">Sweeps led</th>
            <th scope="col">Clocks</th>
            <th scope="col">Storage</th>
            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          {copies.map((copy, i) => (
            <Line key={copy.member.copy} copy={copy} lacks={rows.filter(({ held }) => held[i] === 'lacks').length} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Line({ copy: { member, state }, lacks, now }: { copy: KnownCopy; lacks: number; now: number }) {
  const view = useView((all) => all)
  const name = memberLabel(member)
  if (state === null) {
    return (
      <tr>
        <th scope="row"><Label>{name}</Label></th>
        <td colSpan={7}>has not said anything yet</td>
      </tr>
    )
  }
  const { health } = state
  const { storage, sweeps } = health
  return (
    <tr data-server={name}>
      <th scope="row"><Label>{name}</Label></th>
      <td>{ageOf(state.lastSweep, now)}</td>
      <td>{ageOf(state.stableMark, now)}</td>
      <td>{lacks === 0 ? 'nothing' : lacks}</td>
      <td>
        {sweeps.completed} of {sweeps.started}
        {health.blamed.map(([phase, server, count]) => (
          <small key={`${phase} ${server}`}>
            {count} failed in the {phase} pass at <bdi>{serverLabel(view, server)}</bdi>
          </small>
        ))}
      </td>
      <td>
        {health.skew.length === 0 && 'no peer measured'}
        {health.skew.map(([server, offset]) => (
          <small key={server}>
            <bdi>{serverLabel(view, server)}</bdi> {offset < 0 ? '−' : '+'}{Math.abs(offset) < 1000 ? `${Math.abs(offset)} ms` : span(Math.abs(offset))}
          </small>
        ))}
      </td>
      <td>
        {storage.used === null ? 'not known' : byteSize(storage.used)}
        {storage.quota !== null && ` of ${byteSize(storage.quota)}`}
        {storage.persisted !== null && <small>{storage.persisted ? 'stored to stay' : 'may vanish'}</small>}
      </td>
      <td>
        {health.refusals.length === 0 && 'nothing'}
        {health.refusals.map(([reason, count]) => (
          <small key={reason}>
            {count} × <bdi>{reason}</bdi>
          </small>
        ))}
      </td>
    </tr>
  )
}

const ageOf = (ts: Timestamp, now: number): string => (isNever(ts) ? 'never' : `${span(now - millisecondsOf(ts))} ago`)
