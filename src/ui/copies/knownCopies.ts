/**
 * What is known of every copy of a directory: what it last said of itself, and whether it says so still. The copies are
 * asked in rounds; a round does not wait for the one before it, so a member that is gone keeps nobody else's news back.
 */
import type { CopyReport } from '../../client/nameService'
import type { Member } from '../../core/copies/directoryCopy'
import type { ServerId } from '../../core/names'
import type { CopyState } from '../../core/requests'

export interface KnownCopy {
  member: Member
  /** What it last said of itself; null before it has said anything. */
  state: CopyState | null
  /** When it said so, ms since 1970; null before. */
  heard: number | null
  /** `answers`: so it stands now. `asked`: it has not answered yet. `silent`: it could not be asked, see `reason`. */
  standing: 'answers' | 'asked' | 'silent'
  reason: string
  /** The round of its last answer or failure; before any, the first in which it was asked. */
  round: number
}

export interface Known {
  /** The latest round of which anything was heard. */
  round: number
  copies: readonly KnownCopy[]
  /** Why no copy at all could be asked, in a sentence. */
  failure: string | null
}

export const nothingKnown: Known = { round: 0, copies: [], failure: null }

/** What is known after an answer in some round. Rounds overlap: what a later one has said stands. */
export function hear(before: Known, round: number, reports: readonly CopyReport[], now: number): Known {
  const old = new Map(before.copies.map((copy) => [copy.member.copy, copy]))
  if (round < before.round) {
    const late = new Map(reports.map((report) => [report.member.copy, report]))
    return { ...before, copies: before.copies.map((copy) => heardOf(copy, round, late.get(copy.member.copy), now)) }
  }
  return { round, copies: reports.map((report) => heardOf(old.get(report.member.copy) ?? newcomer(report.member, round), round, report, now)), failure: null }
}

const newcomer = (member: Member, round: number): KnownCopy => ({ member, state: null, heard: null, standing: 'asked', reason: '', round })

function heardOf(copy: KnownCopy, round: number, report: CopyReport | undefined, now: number): KnownCopy {
  if (report === undefined || round < copy.round) return copy
  const { member, state, reason, awaited } = report
  // One round of patience: who answered the last one may well be about to answer this.
  if (awaited) return copy.standing === 'answers' && copy.round < round - 1 ? { ...copy, standing: 'asked' } : copy
  if (copy.round === round && copy.standing !== 'asked') return copy
  return state === null ? { ...copy, standing: 'silent', reason, round } : { member, state, heard: now, standing: 'answers', reason: '', round }
}

/** What is known after a round in which no copy could be asked. */
export function unheard(before: Known, round: number, failure: string): Known {
  if (round < before.round) return before
  return { round, copies: before.copies.map((copy) => ({ ...copy, standing: 'silent', reason: failure })), failure }
}

/** A link that is known to be down tells of silence sooner than any round: `troubles` has a word for each copy, '' for none. */
export const withTroubles = (copies: readonly KnownCopy[], troubles: readonly string[]): KnownCopy[] =>
  copies.map((copy, i) => (troubles[i] ? { ...copy, standing: 'silent', reason: troubles[i] } : copy))

/** From this server's copy on, as the pointers lead; who has said nothing comes where it is known to stand, else last. */
export function inRingOrder(copies: readonly KnownCopy[], self: ServerId): KnownCopy[] {
  const rest = new Map(copies.map((copy) => [copy.member.copy, copy]))
  const ordered: KnownCopy[] = []
  let next = copies.find(({ member }) => member.server === self) ?? copies[0]
  while (next !== undefined) {
    ordered.push(next)
    rest.delete(next.member.copy)
    const pointer = next.state?.pointer.copy
    next = (pointer === undefined ? undefined : rest.get(pointer)) ?? rest.values().next().value
  }
  return ordered
}
