/** What is not well with the copies of a directory, in words: one look tells whether anything is to be done. */
import type { ServerId } from '../../core/names'
import { millisecondsOf } from '../../core/timestamp'
import { clockTime, isNever, span } from '../desk/clockTime'
import { memberLabel } from '../desk/servers'
import type { KnownCopy } from './knownCopies'
import { updateRows } from './updateRows'

export interface HoldUp {
  server: ServerId
  /** Since when, ms since 1970, as far as anybody remembers. */
  since: number
  /** The pass in which sweeps end, and why. */
  phase: string
  reason: string
}

/** Who holds back sweeps, by the word of any copy that answers; who did so first comes first. */
export function holdUps(copies: readonly KnownCopy[]): HoldUp[] {
  const found = new Map<ServerId, HoldUp>()
  for (const { state } of answering(copies)) {
    const held = state.health.heldBackBy
    if (held !== null && held.since < (found.get(held.server)?.since ?? Number.POSITIVE_INFINITY)) found.set(held.server, held)
  }
  return [...found.values()].toSorted((a, b) => a.since - b.since)
}

type Answering = KnownCopy & { state: NonNullable<KnownCopy['state']> }
export const answering = (copies: readonly KnownCopy[]): Answering[] => copies.filter((copy): copy is Answering => copy.standing === 'answers' && copy.state !== null)

/** ms without a sweep after which it is time to say so: several periods. */
const LONG_UNSWEPT = 180_000
/** ms between clocks [T3]. */
const WARN_SKEW = 30_000
/** Part of the room that the browser gives. */
const NEARLY_FULL = 0.8

/** Everything that keeps the copies from being well, each in a sentence; empty when all is well. `nameOf`: what people call a server. */
export function troublesOf(copies: readonly KnownCopy[], nameOf: (server: ServerId) => string, now: number): string[] {
  const told = answering(copies)
  const rows = updateRows(copies)
  const silent = copies.flatMap(({ member, standing }) => (standing === 'silent' ? [`${memberLabel(member)} does not answer`] : []))
  const held = holdUps(copies).map(({ server, since }) => `${nameOf(server)} holds back sweeps since ${clockTime(since)}`)
  const alarms = [...new Set(told.flatMap(({ state }) => state.health.alarm ?? []))]
  const unswept = told.flatMap(({ member, state }) => {
    const age = now - millisecondsOf(state.lastSweep)
    return !isNever(state.lastSweep) && age > LONG_UNSWEPT ? [`${memberLabel(member)} was swept ${span(age)} ago`] : []
  })
  const behind = copies.flatMap(({ member, standing }, i) => {
    const lacks = rows.filter(({ ts, held: has }) => has[i] === 'lacks' && now - millisecondsOf(ts) > LONG_UNSWEPT).length
    return standing === 'answers' && lacks > 0 ? [`${memberLabel(member)} lacks ${updates(lacks)} that others have had for minutes`] : []
  })
  const clocks = told.flatMap(({ member, state: { health } }) => {
    if (health.correction !== 0) return [`${memberLabel(member)} corrects its clock by ${span(Math.abs(health.correction))}: set it right`]
    const [worst] = health.skew
    return worst !== undefined && Math.abs(worst[1]) >= WARN_SKEW ? [`the clocks of ${memberLabel(member)} and ${nameOf(worst[0])} are ${span(Math.abs(worst[1]))} apart`] : []
  })
  const rooms = told.flatMap(({ member, state: { health } }) => {
    const { used, quota } = health.storage
    return used !== null && quota !== null && quota > 0 && used / quota > NEARLY_FULL ? [`${memberLabel(member)} has used ${Math.round((100 * used) / quota)} % of its room`] : []
  })
  return [...silent, ...held, ...alarms, ...unswept, ...behind, ...clocks, ...rooms]
}

const updates = (count: number): string => `${count} ${count === 1 ? 'update' : 'updates'}`
