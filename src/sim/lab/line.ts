/** Lines of a lab's transcript, with time-stamps as people read them: seconds since the world, or a tape, began. */
import { BEGINNING, millisecondsOf, type Timestamp } from '../../core/timestamp'
import { GENESIS } from '../world'

export interface Line {
  id: number
  /** ms since the world began. */
  at: number
  /** What it tells of: a message, something that happened at a server, the world itself, you, or a broken rule. */
  kind: string
  text: string
}

export function lineOf(id: number, at: number, traced: string, began = GENESIS): Line {
  const text = readable(traced.replace(/^\s*[\d.]+ /, ''), began)
  const happened = /^(\S+) {3}(\w+): (.*)$/su.exec(text)
  if (happened !== null) return { id, at, kind: happened[2]!, text: `${happened[1]}: ${happened[3]}` }
  const said = /^(you|broken): (.*)$/su.exec(text)
  if (said !== null) return { id, at, kind: said[1]!, text: said[2]! }
  return { id, at, kind: / → /.test(text) ? 'message' : 'world', text }
}

/** A text with its time-stamps as seconds since the world began, `began` ms since 1970. */
export const readable = (text: string, began = GENESIS): string => text.replace(/\b\d{16}\.(?:[a-z2-7]{13}|0)(?![\w])/g, (ts) => (ts === BEGINNING ? 'never' : `${((millisecondsOf(ts as Timestamp) - began) / 1000).toFixed(3)} s`))
