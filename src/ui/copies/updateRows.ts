/** Figure 3: which of the recent updates each copy has. */
import type { Timestamp } from '../../core/timestamp'
import type { KnownCopy } from './knownCopies'

export type Held = 'has' | 'lacks' | 'unknown'

export interface UpdateRow {
  ts: Timestamp
  /** The change in a few words. */
  text: string
  /** One for each copy, in their order. */
  held: Held[]
  everywhere: boolean
}

/** The copies answer with at most so many sets of their log. */
const LOG_SHOWN = 200

/**
 * The updates that are not known to be everywhere (at or after the stable mark of some copy), newest first. What a copy
 * once had it has still; what it lacked when it last spoke may have come since.
 */
export function updateRows(copies: readonly KnownCopy[]): UpdateRow[] {
  const texts = new Map<Timestamp, string>()
  const logs = copies.map(({ state }) => new Set(state?.log.map(([ts, text]) => (texts.set(ts, text), ts))))
  // Before the first line of a log that was cut, nothing can be said of that copy.
  const horizon = copies.reduce((last, { state }) => (state !== null && state.log.length >= LOG_SHOWN && state.log[0]![0] > last ? state.log[0]![0] : last), '')
  return [...texts]
    .filter(([ts]) => ts >= horizon)
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([ts, text]) => {
      const held = copies.map(({ state, standing }, i): Held => {
        if (state !== null && (logs[i]!.has(ts) || ts < state.lastSweep)) return 'has'
        return state !== null && standing === 'answers' ? 'lacks' : 'unknown'
      })
      return { ts, text, held, everywhere: held.every((one) => one === 'has') }
    })
}
