/** Times as people read them; the whole time-stamp is always at hand in a tooltip. */
import { BEGINNING, millisecondsOf, timeOf, type Timestamp } from '../../core/timestamp'

const two = (number: number): string => String(number).padStart(2, '0')
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** 12:41:07 today, 15 Nov 12:41 on another day. */
export function clockTime(at: number): string {
  const date = new Date(at)
  const hours = `${two(date.getHours())}:${two(date.getMinutes())}`
  return date.toDateString() === new Date().toDateString() ? `${hours}:${two(date.getSeconds())}` : `${date.getDate()} ${months[date.getMonth()]} ${hours}`
}

/** :07.204 for lists in which the minute is clear. */
export const secondTime = (at: number): string => `${clockTime(at)}.${String(Math.floor(at) % 1000).padStart(3, '0')}`

/** The lastSweep of a copy that has met no sweep is the beginning of time. */
export const isNever = (ts: Timestamp): boolean => timeOf(ts) === timeOf(BEGINNING)
export const stampTime = (ts: Timestamp): string => (isNever(ts) ? 'never' : clockTime(millisecondsOf(ts)))
export const wholeStamp = (ts: Timestamp): string => (isNever(ts) ? 'No sweep has completed yet' : `${new Date(millisecondsOf(ts)).toISOString()} · time-stamp ${ts}`)

/** "2 min": a span of time in one word and number. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`
  return bytes < 1_000_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${(bytes / 1_000_000_000).toFixed(1)} GB`
}
