import type { Label } from '../names'
import type { Timestamp } from '../timestamp'

/** One step of a TSpath: a label and the time-stamp of the incarnation that the client meant. */
export type TSPair = readonly [label: Label, ts: Timestamp]
/** A sequence of (label, time-stamp) pairs. */
export type TSPath = readonly TSPair[]

/**
 * The mark of a node [V2], ordered implied < present < absent; at equal time-stamps the greater wins.
 *
 * `implied`: an update named this ancestor, but the update that creates it has not arrived; no reader sees it.
 */
export type Mark = 'implied' | 'present' | 'absent'

const order: Record<Mark, number> = { implied: 0, present: 1, absent: 2 }
export const greaterMark = (a: Mark, b: Mark): Mark => (order[a] < order[b] ? b : a)

/**
 * An update: makes the node at the end of a TSpath present or absent ("Values and updates", figure 9).
 *
 * The last pair carries the update's own time-stamp; the pairs before say which incarnation of each ancestor was
 * meant. Updates are total, commutative and idempotent [V3].
 */
export interface Update {
  path: TSPath
  mark: 'present' | 'absent'
}
