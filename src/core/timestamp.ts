/**
 * TS. Time-stamps (SPEC §2): (time, origin), ordered by time, then origin [T1].
 *
 * The canonical text is also the representation: 16 decimal digits of microseconds since 1970, a dot, and the origin.
 * Texts compare with `<` exactly as the time-stamps do, are Map keys, and are shared by all nodes of one update.
 */
import { isCopyId, type CopyId } from './names'

export type Timestamp = string & { readonly timestamp: unique symbol }

/** P4: the origin of a sweep's time-stamp; less than every origin of a copy. */
export const SWEEP_ORIGIN = '0'
const DIGITS = 16
/** The latest time that a time-stamp has, in microseconds: in the year 2255. */
export const MAX_TIME = 9_000_000_000_000_000

/** Microseconds since 1970, in the year 2223: what lies later is not taken over from others, so that there is always a later time-stamp. */
const LAST_BELIEVED = 8_000_000_000_000_000

/** Builds a time-stamp; `time` in whole microseconds since 1970. */
export function timestamp(time: number, origin: CopyId | typeof SWEEP_ORIGIN): Timestamp {
  return `${String(time).padStart(DIGITS, '0')}.${origin}` as Timestamp
}

/** Earlier than every time-stamp that is ever assigned: the lastSweep of a copy that has met no sweep. */
export const BEGINNING = timestamp(0, SWEEP_ORIGIN)
/** After every other one. */
export const LAST = timestamp(MAX_TIME, SWEEP_ORIGIN)

/** Microseconds since 1970. */
export const timeOf = (ts: Timestamp): number => Number(ts.slice(0, DIGITS))
/** Milliseconds since 1970, for people and for clocks. */
export const millisecondsOf = (ts: Timestamp): number => timeOf(ts) / 1000
export const originOf = (ts: Timestamp): string => ts.slice(DIGITS + 1)
export const isBelieved = (ts: Timestamp): boolean => timeOf(ts) <= LAST_BELIEVED
export const later = (a: Timestamp, b: Timestamp): Timestamp => (a < b ? b : a)
export const earlier = (a: Timestamp, b: Timestamp): Timestamp => (a < b ? a : b)

/** The least time-stamp greater than every one of this time: nextTS after `ts` was assigned or seen. */
export const after = (ts: Timestamp): Timestamp => timestamp(timeOf(ts) + 1, SWEEP_ORIGIN)

export function isTimestamp(text: string): text is Timestamp {
  if (!/^\d{16}\.(?:0|[a-z2-7]{13})$/.test(text)) return false
  return Number(text.slice(0, DIGITS)) <= MAX_TIME && (text.endsWith('.0') || isCopyId(text.slice(DIGITS + 1)))
}

/** A clock reading (ms since 1970) as ISO 8601 text, for sentences. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()
