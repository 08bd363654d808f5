/**
 * A member's part in a new epoch (SPEC §9). It seals itself: from then on it does no ring work, until it knows what became
 * of the epoch. Then it takes its place in the new ring, or goes on as before, or finds itself left out.
 */
import { schedule, unschedule } from '../agenda'
import { hasShown, mayAdminister, mayStore } from '../auth/session'
import { failure, type Failure } from '../errors'
import type { EpochFacts, EpochMessage } from '../messages'
import type { CopyId, ServerId } from '../names'
import { changeCopy, changeServer, happened, isEntered, nameOfServer, refuse, send, type Turn } from '../server'
import { BEGINNING, originOf, SWEEP_ORIGIN, type Timestamp } from '../timestamp'
import { beginJoin } from './join'
import { settleLeavers } from './leave'
import { foreignMarkIn, sharedMark } from './majority'
import { onRingHeard } from './quarantine'
import { epochNumber, isForced, isSealed, MAX_RING, MAX_SEALS, type Ancestor, type DirectoryCopy, type Epoch, type Exclusion, type Member, type RingPointer, type Seal } from './directoryCopy'
import { askEpoch, tellEpoch, tellGone } from './epochNews'
import { factsOf, fellows, greet } from './spread'
import { onOvertakenEpoch } from './split'
import { stopSweep } from './sweep'
import { sweepAfterConnection, sweepLater } from './sweepTimes'
import { isWithdrawn } from './withdrawn'

const ASK_AGAIN = 2000
const LOOK_AGAIN = 15_000

/** What this copy says to who makes an epoch. */
export function epochFactsOf(turn: Turn, copy: DirectoryCopy): EpochFacts {
  const known = new Map<CopyId, Timestamp>()
  for (const { ts } of copy.log) if (originOf(ts) !== SWEEP_ORIGIN) known.set(originOf(ts) as CopyId, ts)
  return {
    facts: factsOf(turn, copy),
    promised: copy.promised,
    ring: [...copy.ring],
    sweptRings: [...copy.sweptRings],
    otherRings: [...copy.seals.map(({ ring }) => [...ring]), ...(copy.outside === null ? [] : [[...copy.outside.ring]])],
    lineage: [...copy.lineage],
    known: [...known].slice(-1024),
  }
}

export function onAskEpochFacts(turn: Turn, from: ServerId, { directory, nonce }: Extract<EpochMessage, { type: 'askEpochFacts' }>): void {
  const copy = turn.server.copies.get(directory)
  const missing = copy === undefined ? failure('NoCopyHere', { server: turn.server.name, directory }) : null
  send(turn, from, { type: 'epochFacts', directory, nonce, failure: missing, facts: copy === undefined ? null : epochFactsOf(turn, copy) })
}

/** E2: the promise, durable before its answer leaves; what the answer says of the ring stays true until the epoch is decided. */
export function onSeal(turn: Turn, from: ServerId, { directory, to, epoch, committer, ring }: Extract<EpochMessage, { type: 'seal' }>): void {
  const copy = turn.server.copies.get(directory)
  const refused = (why: Failure): void => send(turn, from, { type: 'sealRefused', directory, to: committer, epoch, failure: why })
  if (copy?.id !== to) return refused(failure('NoCopyHere', { server: turn.server.name, directory }))
  const isKnown = isKnownServer(copy, from) && isRingWith(ring, { copy: committer, server: from }, { copy: to, server: turn.server.id })
  if (!isKnown) {
    refuse(turn, from, 'seal: not from a server that this copy knows', directory)
    return refused(failure('EpochFailed', { name: `#${directory}`, reason: `${turn.server.name} does not know ${nameOfServer(turn.server, from)} as one with a copy` }))
  }
  if (!mayAdminister(turn, copy, from)) return hasShown(turn, from) ? refused(failure('NoRight', { name: `#${directory}`, what: 'make a new epoch of' })) : undefined
  if (!copy.seals.some((seal) => seal.epoch === epoch)) {
    const reason = sealFault(copy, epoch)
    if (reason !== null) return refused(failure('EpochFailed', { name: `#${directory}`, reason: `${turn.server.name} ${reason}` }))
    seal(turn, copy, { epoch, committer: { copy: committer, server: from }, ring, released: false })
    happened(turn, { kind: 'copy', text: `sealed for epoch ${epochNumber(epoch)}, which ${nameOfServer(turn.server, from)} is making`, directory, server: from })
  }
  send(turn, from, { type: 'sealed', directory, to: committer, epoch, facts: epochFactsOf(turn, copy) })
}

/** Why this copy does not promise itself to an epoch, in words that follow its server's name; or null. */
export function sealFault(copy: DirectoryCopy, epoch: Epoch): string | null {
  const mayBeMember = copy.state === 'active' || copy.state === 'excluded' || (isForced(epoch) && (copy.state === 'leaving' || copy.state === 'rolledBack'))
  if (!mayBeMember) return `has a copy that is ${copy.state}`
  if (copy.state === 'active' && isWithdrawn(copy)) return 'has a copy that is about to be removed, with its directory'
  if (epoch <= copy.promised || epoch <= copy.epoch) return `has promised itself to epoch ${epochNumber(copy.promised)} already`
  return copy.seals.length < MAX_SEALS ? null : 'waits for too many other epochs'
}

/** The same transaction for every member; at the committer its own earlier attempts end with it, undecided by nobody. */
export function seal(turn: Turn, copy: DirectoryCopy, promise: Seal): void {
  stopSweep(turn, copy, 'is sealed for a new epoch')
  const others = copy.seals.filter(({ committer }) => committer.copy !== copy.id)
  changeCopy(turn, copy, { type: 'fields', fields: { promised: promise.epoch, seals: [...others, promise] } })
  unschedule(turn.server.agenda, `sweep ${copy.directory}`)
  schedule(turn.server.agenda, `epoch ${copy.directory}`, turn.now + ASK_AGAIN)
}

/** Whether a ring has these members, and no copy and no server twice. */
function isRingWith(ring: readonly Member[], ...members: readonly RingPointer[]): boolean {
  const isDistinct = ring.every((member, i) => !ring.slice(0, i).some((other) => other.copy === member.copy || other.server === member.server))
  return isDistinct && members.every(({ copy, server }) => ring.some((member) => member.copy === copy && member.server === server))
}

/**
 * Servers whose word on epochs counts: of the ring, of those that are being made, of the one that left this copy out, and of
 * whom this one did. What an old store knows of its ring is old, too: it hears everybody [B3].
 */
export function isKnownServer({ state, ring, seals, outside, excluded }: DirectoryCopy, server: ServerId): boolean {
  return state === 'rolledBack' || [ring, ...seals.map((promise) => promise.ring), outside?.ring ?? [], excluded].some((members) => members.some((member) => member.server === server))
}

/** Asks again: what became of the epochs that this copy is sealed for, and whether the one that left it out still rules. */
export function askWhoRules(turn: Turn, copy: DirectoryCopy): void {
  schedule(turn.server.agenda, `epoch ${copy.directory}`, turn.now + (isSealed(copy) ? ASK_AGAIN : LOOK_AGAIN))
  for (const { epoch, committer, ring } of copy.seals) {
    askEpoch(turn, copy, committer, epoch)
    for (const member of ring) if (member.copy !== committer.copy && member.copy !== copy.id) askEpoch(turn, copy, member, epoch)
  }
  // Whom an old store knows, or one that was left out, may all have other copies by now, or none: whoever is there and may store one is asked, in the name of this copy.
  for (const server of turn.server.peers.keys()) if (mayHaveAnother(turn, copy, server)) askEpoch(turn, copy, { copy: copy.id, server })
  if (isSealed(copy)) return
  for (const member of copy.outside?.ring ?? (copy.state === 'rolledBack' ? copy.ring : [])) if (member.copy !== copy.id) askEpoch(turn, copy, member)
}

/** A server that may store the directory by now, though this copy never met a copy there. */
const mayHaveJoined = (turn: Turn, copy: DirectoryCopy, server: ServerId): boolean => isEntered(turn.server, server) && mayStore(turn, copy, server)

/** Nobody is asked whose word would not count. */
function mayHaveAnother(turn: Turn, copy: DirectoryCopy, server: ServerId): boolean {
  if (copy.state === 'rolledBack') return mayStore(turn, copy, server)
  return copy.state === 'excluded' && (isKnownServer(copy, server) || mayHaveJoined(turn, copy, server))
}

/** What became of that epoch: it rules, or a newer one; given up, if this is its committer and it is not being made; else it is open. */
export function onAskEpoch(turn: Turn, from: ServerId, { directory, to, epoch, from: asker }: Extract<EpochMessage, { type: 'askEpoch' }>): void {
  const copy = turn.server.copies.get(directory)
  if (asker === to) return copy?.state === 'active' && copy.epoch >= epoch ? tellEpoch(turn, copy, { copy: asker, server: from }) : undefined
  if (copy?.id !== to) return tellGone(turn, from, directory, to)
  // Who has joined since an old store was written, and what has ruled since, it does not know [B3].
  const knows = copy.state !== 'rolledBack' || copy.ring.some((member) => member.copy === asker)
  if (copy.epoch > epoch || (copy.epoch === epoch && knows)) return tellEpoch(turn, copy, { copy: asker, server: from })
  const isOver = copy.promised >= epoch && !copy.seals.some((promise) => promise.epoch === epoch) && copy.state !== 'rolledBack'
  if (isOver) send(turn, from, { type: 'epochGivenUp', directory, to: asker, epoch, from: copy.id })
}

/** E2: only the committer can know that an epoch never rules; then the ring goes on as it was. */
export function onEpochGivenUp(turn: Turn, from: ServerId, { directory, to, epoch, from: committer }: Extract<EpochMessage, { type: 'epochGivenUp' }>): void {
  const copy = turn.server.copies.get(directory)
  const promise = copy?.seals.find((each) => each.epoch === epoch)
  if (copy?.id !== to || promise?.committer.copy !== committer || promise.committer.server !== from) return
  unseal(turn, copy, epoch)
}

/** Its committer is gone: nobody will make it rule. If it did before, some other member tells of it, and it is taken over still. */
export function release(turn: Turn, copy: DirectoryCopy, committer: CopyId, server: ServerId): void {
  const isOf = (promise: Seal): boolean => promise.committer.copy === committer && promise.committer.server === server && !promise.released
  if (!copy.seals.some(isOf)) return
  changeCopy(turn, copy, { type: 'fields', fields: { seals: copy.seals.map((promise) => (isOf(promise) ? { ...promise, released: true } : promise)) } })
  if (!isSealed(copy)) sweepAfterConnection(turn, copy)
}

export function unseal(turn: Turn, copy: DirectoryCopy, epoch: Epoch): void {
  changeCopy(turn, copy, { type: 'fields', fields: { seals: copy.seals.filter((promise) => promise.epoch !== epoch) } })
  happened(turn, { kind: 'copy', text: `epoch ${epochNumber(epoch)} was given up`, directory: copy.directory })
  if (isSealed(copy)) return
  if (copy.state === 'active') for (const fellow of fellows(copy)) greet(turn, copy, fellow.server)
  sweepAfterConnection(turn, copy)
}

/** An epoch rules [E3]: this copy takes its place in the ring, or finds itself outside [E7]. */
export function onEpochNews(turn: Turn, from: ServerId, message: Extract<EpochMessage, { type: 'epochNews' }>): void {
  const { directory, to, epoch } = message
  const copy = turn.server.copies.get(directory)
  if (copy?.id !== to) {
    // Its successor here may be in an epoch that went on without whoever says so.
    if (copy?.state === 'active' && copy.epoch > epoch) tellEpoch(turn, copy, { copy: message.from, server: from })
    return tellGone(turn, from, directory, to)
  }
  // Of copies on this server nobody knows better than it.
  const ring = message.ring.filter((member) => (member.server === turn.server.id) === (member.copy === copy.id))
  if (epoch < copy.epoch) {
    onOvertakenEpoch(turn, copy, message.from, message.excluded)
    return tellEpoch(turn, copy, { copy: message.from, server: from })
  }
  // A copy that had left comes back with an old store: it is not in the ring, and has nothing to wait for.
  const isPast = copy.state === 'rolledBack' && !ring.some((member) => member.copy === copy.id)
  if (epoch === copy.epoch && !isPast) return
  if (!isBelieved(turn, copy, from, message)) return refuse(turn, from, 'epochNews: not from a server that this copy knows', directory)
  if (!ring.some((member) => member.copy === copy.id)) return isLeftOut(turn, copy, from, { ...message, ring })
  // B3: what an old store has promised it may have kept, and gone on from there.
  if (copy.state === 'rolledBack') return refuse(turn, from, 'epochNews: the store of this copy is an old one', directory)
  // A greater epoch has this copy's promise: it is decided first.
  if (copy.seals.some((promise) => promise.epoch > epoch && !promise.released)) return
  if (copy.seals.some((promise) => promise.epoch === epoch)) adopt(turn, copy, { ...message, ring })
  else refuse(turn, from, 'epochNews: this copy never promised itself to that epoch', directory)
}

/**
 * E7: of the epoch that left a copy out it hears from whoever may store it by now: those it knew in that ring may all have left.
 * And of one that names it as left out from who might have made that: by force, say, of a copy that had left, as only this one knows.
 */
function isBelieved(turn: Turn, copy: DirectoryCopy, from: ServerId, { epoch, excluded }: Pick<NewRing, 'epoch' | 'excluded'>): boolean {
  if (copy.state === 'rolledBack') return mayStore(turn, copy, from)
  const mayKnow = copy.outside?.epoch === epoch || (excluded.some((exclusion) => exclusion.copy === copy.id) && mayAdminister(turn, copy, from))
  return isKnownServer(copy, from) || (mayKnow && mayHaveJoined(turn, copy, from))
}

/** What a copy has promised once an epoch rules: greater ones are still to be decided. */
const promisesAfter = ({ promised, seals }: DirectoryCopy, epoch: Epoch): Pick<DirectoryCopy, 'promised' | 'seals'> => ({ promised: promised > epoch ? promised : epoch, seals: seals.filter((promise) => promise.epoch > epoch) })

/** What an epoch is, for those who take it over. */
export interface NewRing {
  epoch: Epoch
  ring: readonly Member[]
  excluded: readonly Exclusion[]
  lineage: readonly Ancestor[]
}

/**
 * E4: the copy is in the new epoch, and points where it promised to [E2], however the ring has grown since. lastSweep begins
 * anew, F stays, and the old ring's records mean nothing any more.
 */
export function adopt(turn: Turn, copy: DirectoryCopy, { epoch, ring, excluded, lineage }: NewRing): void {
  const promised = copy.seals.find((promise) => promise.epoch === epoch)!.ring
  const next = promised[(promised.findIndex((member) => member.copy === copy.id) + 1) % promised.length]!
  changeCopy(turn, copy, {
    type: 'fields',
    fields: {
      state: 'active',
      epoch,
      pointer: { copy: next.copy, server: next.server },
      ring: ring.toSorted((a, b) => (a.copy < b.copy ? -1 : 1)),
      lastSweep: BEGINNING,
      splices: [],
      joining: null,
      leaving: null,
      removed: [],
      ...promisesAfter(copy, epoch),
      excluded,
      lineage,
      epochMark: copy.stableMark,
      foreignMark: foreignMarkIn(lineage, copy),
      sweptRings: [{ ts: BEGINNING, members: promised.map((member) => member.copy).toSorted() }],
      outside: null,
    },
  })
  const { server } = turn
  server.quarantines.delete(copy.directory)
  server.takeOvers.delete(copy.directory)
  server.sweepWatch.delete(copy.directory)
  settleLeavers(turn, copy, failure('LeaveFailed', { server: server.name, reason: 'a new epoch began with it' }))
  happened(turn, { kind: 'copy', text: `epoch ${epochNumber(epoch)} has begun, with ${ring.length} ${ring.length === 1 ? 'copy' : 'copies'}`, directory: copy.directory, server: server.id })
  for (const fellow of fellows(copy)) greet(turn, copy, fellow.server)
  sweepLater(turn, copy)
  sweepAfterConnection(turn, copy)
  schedule(server.agenda, `cleanup ${copy.directory}`, turn.now + ASK_AGAIN)
}

/** The copies of a ring, and where they are, as one text, to compare; what their servers are called members may see differently for a while. */
const copiesOf = (ring: readonly Member[]): string => ring.map(({ copy, server }) => `${copy} ${server}`).join()

/** Whom else the epoch left out this copy may never have met: one of them may have gone on, too, and been heard by all before [E8]. */
function withOthers({ id, excluded }: DirectoryCopy, others: readonly Exclusion[]): Exclusion[] {
  const news = others.filter(({ copy }) => copy !== id && !excluded.some((known) => known.copy === copy))
  return [...excluded, ...news].slice(0, MAX_RING)
}

/** E7: what an epoch leaves out stops serving. A copy that has nothing of its own is dropped; one that may have is kept. */
export function isLeftOut(turn: Turn, copy: DirectoryCopy, from: ServerId, { epoch, ring, excluded, lineage, digest }: NewRing & { digest: string }): void {
  const { server } = turn
  const { directory } = copy
  if (copy.outside?.epoch === epoch) {
    if (copiesOf(copy.outside.ring) !== copiesOf(ring)) changeCopy(turn, copy, { type: 'fields', fields: { outside: { ...copy.outside, ring } } })
    return onRingHeard(turn, copy, digest)
  }
  if (copy.outside !== null && copy.outside.epoch > epoch) return
  turn.effects.changed.add(directory)
  if (copy.state === 'joining' || copy.state === 'left') {
    changeServer(turn, { type: 'retired', copy: copy.id, directory })
    if (copy.state === 'left') return unschedule(server.agenda, `leave ${directory}`)
    const join = server.joins.get(directory)
    server.joins.delete(directory)
    beginJoin(turn, directory, ring.map((member) => member.server), null)
    server.joins.get(directory)?.callers.push(...(join?.callers ?? []))
    return
  }
  stopSweep(turn, copy, 'was left out of a new epoch')
  changeCopy(turn, copy, {
    type: 'fields',
    fields: { state: 'excluded', joining: null, leaving: null, ...promisesAfter(copy, epoch), excluded: withOthers(copy, excluded), outside: { epoch, ring, mark: sharedMark(copy, { epoch, lineage }), settled: copy.outside?.settled ?? [] } },
  })
  for (const task of ['sweep', 'sweepDeadline', 'leave', 'cleanup'] as const) unschedule(server.agenda, `${task} ${directory}`)
  settleLeavers(turn, copy, failure('LeaveFailed', { server: server.name, reason: 'a new epoch began without it' }))
  server.takeOvers.delete(directory)
  happened(turn, { kind: 'copy', text: `${nameOfServer(server, from)} says that epoch ${epochNumber(epoch)} has begun without this copy; it serves no longer`, directory, server: from })
  // What it was making itself was overtaken, and ends at once.
  schedule(server.agenda, `epoch ${directory}`, turn.now + (server.proposals.has(directory) ? 0 : LOOK_AGAIN))
  schedule(server.agenda, `quarantine ${directory}`, turn.now)
}
