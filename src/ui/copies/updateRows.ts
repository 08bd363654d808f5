/** Figure 3: which of the recent updates each copy has. */
import type { CopyReport } from '../../client/nameService'
import type { Timestamp } from '../../core/timestamp'

export type Held = 'has' | 'lacks' | 'unknown'

export interface UpdateRow {
  ts: Timestamp
  /** The change in a few words. */
  text: string
  /** One for each copy, in the order of the reports. */
  held: Held[]
  everywhere: boolean
}

/** The copies answer with at most so many sets of their log. */
const LOG_SHOWN = 200

/** The updates that are not known to be everywhere (at or after the stable mark of some copy), newest first. */
export function updateRows(reports: readonly CopyReport[]): UpdateRow[] {
  const texts = new Map<Timestamp, string>()
  const logs = reports.map(({ state }) => new Set(state?.log.map(([ts, text]) => (texts.set(ts, text), ts))))
  // Before the first line of a log that was cut, nothing can be said of that copy.
  const horizon = reports.reduce((last, { state }) => (state !== null && state.log.length >= LOG_SHOWN && state.log[0]![0] > last ? state.log[0]![0] : last), '')
  return [...texts]
    .filter(([ts]) => ts >= horizon)
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([ts, text]) => {
      const held = reports.map(({ state }, i): Held => (state === null ? 'unknown' : logs[i]!.has(ts) || ts < state.lastSweep ? 'has' : 'lacks'))
      return { ts, text, held, everywhere: held.every((one) => one === 'has') }
    })
}

/** How many copies are known to have every update that any copy has. */
export function agreeing(reports: readonly CopyReport[]): number {
  const rows = updateRows(reports)
  return reports.filter(({ state }, i) => state !== null && rows.every(({ held }) => held[i] === 'has')).length
}
