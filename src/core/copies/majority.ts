/**
 * Who may be in a new epoch, and whom it leaves out [E3, E5, E8]; worked out from what the sealed copies say, and from
 * nothing else.
 */
import { failure, type Failure } from '../errors'
import type { EpochFacts } from '../messages'
import { shortName } from '../server'
import { BEGINNING, earlier, later, type Timestamp } from '../timestamp'
import type { CopyId, DirectoryId } from '../names'
import { isFrozen } from './exclusion'
import { isUnswept, MAX_LINEAGE, MAX_RING, mostStable, type Ancestor, type DirectoryCopy, type Epoch, type Exclusion, type Member } from './directoryCopy'

/** The newest epoch that any of these copies is in. */
const newestOf = (members: readonly EpochFacts[]): Epoch => members.map(({ facts }) => facts.epoch).reduce((a, b) => (a > b ? a : b))

/** Why these copies cannot make a new epoch, or null. */
export function epochFault(directory: DirectoryId, members: readonly EpochFacts[], force: boolean): Failure | null {
  const reason = (forced: boolean): string | undefined => members.map((member) => faultOf(members, member, forced)).find((fault) => fault !== null) ?? undefined
  const never = reason(true)
  if (never !== undefined) return failure('EpochFailed', { name: `#${directory}`, reason: never })
  const unforced = force ? undefined : reason(false)
  if (unforced !== undefined) return failure('OnlyByForce', { name: `#${directory}`, reason: unforced })
  if (excludedBy(members).length > MAX_RING) return failure('EpochFailed', { name: `#${directory}`, reason: 'too many copies would be left out' })
  const missing = force ? [] : missingMajority(members)
  return missing.length === 0 ? null : failure('NoMajority', { name: `#${directory}`, missing: missing.join(', ') })
}

function faultOf(members: readonly EpochFacts[], member: EpochFacts, force: boolean): string | null {
  const { state, name } = member.facts
  if (state === 'leaving') return leaverFault(members, member, force)
  // B3: where nobody else is left it goes on alone, from what it has.
  if (state === 'rolledBack') return force && members.length === 1 ? null : `the store of ${shortName(name)} is an old one`
  return state === 'active' || state === 'excluded' ? memberFault(members, member) : `the copy on ${shortName(name)} is ${state}`
}

/**
 * E5: active copies of the newest epoch; and those of an older one whose updates F has waited for, on both sides: members of
 * the newest that have not heard of it, and copies that it left out and did not abandon.
 */
function memberFault(members: readonly EpochFacts[], { facts, ring }: EpochFacts): string | null {
  const name = shortName(facts.name)
  const newest = members.filter((other) => other.facts.epoch === newestOf(members))
  if (newest.some((other) => other.facts.copy === facts.copy)) return null
  if (newest.some((other) => other.ring.some((member) => member.copy === facts.copy))) return null
  const awaited = newest.some((other) => other.facts.excluded.some((exclusion) => exclusion.copy === facts.copy && !exclusion.abandoned))
  const abandoned = newest.some((other) => other.facts.excluded.some((exclusion) => exclusion.copy === facts.copy && exclusion.abandoned))
  if (!awaited || abandoned) return `the others do not wait for what the copy on ${name} alone has; leave it out, and take its updates over one by one`
  const given = newest.find((other) => facts.excluded.some((exclusion) => exclusion.copy === other.facts.copy && exclusion.abandoned))
  if (given !== undefined) return `the copy on ${name} does not wait any more for what the one on ${shortName(given.facts.name)} alone had; leave it out, and take its updates over one by one`
  return ring.length > 0 ? null : `the copy on ${name} knows no ring`
}

/**
 * E5: who is leaving may have been taken over, and the record of it lost with the disk of the one that did it. So only by force,
 * and only where all the others still know it as a member: then every sweep that any of them took part in has met it, and none
 * of their F is later than what it promised.
 */
function leaverFault(members: readonly EpochFacts[], { facts }: EpochFacts, force: boolean): string | null {
  const name = shortName(facts.name)
  if (!force) return `the copy on ${name} is leaving, and who was to take it over may have done so, and be gone`
  const newest = members.filter((other) => other.facts.epoch === newestOf(members))
  const isKnown = facts.epoch === newestOf(members) && newest.every((other) => other.ring.some((member) => member.copy === facts.copy))
  return isKnown ? null : `the copy on ${name} has left the ring`
}

/**
 * E8: names of the members whose lack keeps the set from a majority: of the newest ring that all of its members are known to
 * know (its sweep is before F), and of every newer one that any of these copies has seen: who could make another epoch
 * without them must have seen one of these too.
 */
function missingMajority(members: readonly EpochFacts[]): string[] {
  const inSet = new Set<CopyId>(members.map(({ facts }) => facts.copy))
  const newest = members.filter(({ facts }) => facts.epoch === newestOf(members))
  const mark = newest.map(({ facts }) => facts.stableMark).reduce(later)
  const swept = newest.flatMap(({ sweptRings }) => sweptRings)
  const known = swept.filter(({ ts }) => ts <= mark).map(({ ts }) => ts)
  const stable = known.length === 0 ? null : known.reduce(later)
  const stableMembers = new Set(swept.find(({ ts }) => ts === stable)?.members)
  const rings = swept.filter(({ ts }) => stable === null || ts >= stable).map((ring) => ring.members)
  for (const { ring, facts } of newest) {
    const present = ring.filter(({ copy }) => !facts.removed.some((removal) => removal.copy === copy)).map(({ copy }) => copy)
    if (stable === null || present.some((copy) => !stableMembers.has(copy))) rings.push(present)
  }
  for (const { otherRings } of members) for (const ring of otherRings) rings.push(ring.map(({ copy }) => copy))
  const lacking = rings.filter((ring) => 2 * ring.filter((copy) => inSet.has(copy)).length <= ring.length)
  const names = new Map(everybody(members).map(({ copy, name }) => [copy, shortName(name)]))
  return [...new Set(lacking.flat())].filter((copy) => !inSet.has(copy)).map((copy) => names.get(copy) ?? copy)
}

/** Every copy that these know of, however they know it. */
function everybody(members: readonly EpochFacts[]): Member[] {
  const found = new Map<CopyId, Member>()
  for (const { facts, ring, otherRings } of members) {
    const { pointer } = facts
    for (const member of [...ring, ...otherRings.flat(), ...facts.excluded, { ...pointer, name: pointer.server }]) if (!found.has(member.copy)) found.set(member.copy, { copy: member.copy, server: member.server, name: member.name })
  }
  return [...found.values()]
}

/** E3: whom an epoch of these members leaves out: of all rings, pointers and exclusions that they know. */
export function excludedBy(members: readonly EpochFacts[]): Exclusion[] {
  const inSet = new Set<CopyId>(members.map(({ facts }) => facts.copy))
  const gone = new Set<CopyId>(members.flatMap(({ facts }) => facts.removed.map(({ copy }) => copy)))
  const abandoned = new Set<CopyId>(members.flatMap(({ facts }) => facts.excluded.filter((exclusion) => exclusion.abandoned).map(({ copy }) => copy)))
  const last = new Map<CopyId, Timestamp>()
  for (const [copy, ts] of members.flatMap(({ known }) => known)) last.set(copy, later(ts, last.get(copy) ?? ts))
  return everybody(members)
    .filter(({ copy }) => !inSet.has(copy) && !gone.has(copy))
    .map((member) => ({ ...member, known: last.get(member.copy) ?? null, abandoned: abandoned.has(member.copy) }))
}

/**
 * The epochs whose updates the new one goes on with. Members of one ring have one lineage, and nobody's F has passed what another one is
 * complete to [P8]: of its own ring the committer's copy needs nobody's word for that.
 */
export function lineageOf(own: DirectoryCopy, members: readonly EpochFacts[]): Ancestor[] {
  const marks = new Map<Epoch, Timestamp>()
  for (const { lineage, facts } of members) {
    const isFellow = facts.epoch === own.epoch || own.ring.some(({ copy }) => copy === facts.copy)
    const last = { epoch: facts.epoch, mark: isFellow ? earlier(facts.stableMark, mostStable(own)) : facts.stableMark }
    for (const { epoch, mark } of [...(isFellow ? own.lineage : lineage), last]) marks.set(epoch, later(mark, marks.get(epoch) ?? mark))
  }
  return [...marks].map(([epoch, mark]) => ({ epoch, mark })).toSorted((a, b) => (a.epoch < b.epoch ? -1 : 1)).slice(-MAX_LINEAGE)
}

/**
 * E4: the greatest F of the epochs that a new one goes on with and that this copy was not in. Only who was left out, or waits for whom its
 * epoch left out, can lack anything of others: who tells anybody else that it does lies.
 */
export function foreignMarkIn(lineage: readonly Ancestor[], copy: Pick<DirectoryCopy, 'state' | 'excluded' | 'epoch' | 'lineage' | 'foreignMark' | 'lastSweep'>): Timestamp {
  // What no sweep has brought it since the last epoch it lacks still.
  const before = isUnswept(copy) ? copy.foreignMark : BEGINNING
  if (copy.state !== 'excluded' && !isFrozen(copy.excluded)) return before
  const own = new Set([copy.epoch, ...copy.lineage.map(({ epoch }) => epoch)])
  return lineage.filter(({ epoch }) => !own.has(epoch)).map(({ mark }) => mark).reduce(later, before)
}

/**
 * E7: up to where a copy and a ring of another epoch had the same updates: F when the newest epoch ended that both go on with. Of two
 * that say what it was the lesser is believed: an old store is not complete up to where others were [B3].
 */
export function sharedMark(copy: Pick<DirectoryCopy, 'epoch' | 'stableMark' | 'lineage'>, ring: Pick<DirectoryCopy, 'epoch' | 'lineage'>): Timestamp {
  const marks = new Map(ring.lineage.map(({ epoch, mark }) => [epoch, mark]))
  const shared = [...copy.lineage, { epoch: copy.epoch, mark: copy.stableMark }].findLast(({ epoch }) => epoch === ring.epoch || marks.has(epoch))
  if (shared === undefined) return BEGINNING
  const theirs = marks.get(shared.epoch) ?? shared.mark
  return theirs < shared.mark ? theirs : shared.mark
}
