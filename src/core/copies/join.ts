/**
 * NewDC: a copy joins the ring behind p by compare-and-set ("DCs can be added by straightforward splicing of the ring";
 * SPEC §8, R2 to R4). The ring is closed at every instant.
 *
 * (a) the joiner takes p's snapshot; (b) it stores itself durably, `joining`, pointing at p's next; (c) p compares and
 * sets its pointer and in the same transaction records and returns its nextTS; (d) the joiner raises its own to that and
 * turns active. A joining copy answers sweeps, issues nothing and serves nothing.
 */
import { schedule, unschedule } from '../agenda'
import { answer, waitWith, type Caller } from '../caller'
import { may } from '../auth/access'
import { askSigned, isOwn, mayStore, whoAsks } from '../auth/session'
import type { Onward } from '../errands'
import { failure, type ErrorCode, type Failure } from '../errors'
import { freshFraction, freshId } from '../fresh'
import type { Facts, JoinMessage } from '../messages'
import type { CopyId, DirectoryId, ServerId } from '../names'
import type { Outcomes } from '../requests'
import { changeCopy, changeServer, createCopy, happened, hint, nameOfServer, refuse, send, serverNameOf, type Turn } from '../server'
import { BEGINNING, isBelieved, later } from '../timestamp'
import type { EncodedNode } from '../values/encodeTree'
import { contentsOf, isSealed, MAX_RING, noFields, restoreCopy, type DirectoryCopy, type EncodedCopy, type Member, type RingPointer, type Splice } from './directoryCopy'
import { beginComparing, judge, onBaseTold, type Comparing } from './comparing'
import { askEpoch, tellGone } from './epochNews'
import { loadedContents, loadOf, stagePage, transferOf, type Load } from './pages'
import { addMembers, factsOf, fellows, greet, header, removeMembers, unknownOf } from './spread'
import { sweepAfterConnection, sweepLater } from './sweepTimes'
import { isWithdrawn } from './withdrawn'

/** NewDC at the joiner; volatile: after a crash a stored joining copy asks for its fate, anything earlier begins again. */
export interface Join {
  joiner: CopyId
  candidates: ServerId[]
  /** Index of the candidate that is asked now. */
  at: number
  nextPage: number
  tries: number
  deadline: number
  /** ms since 1970. */
  openSince: number
  /** The snapshot, while others are asked for their base. */
  comparing: Comparing | null
  /** This server wants it, or its person; else it rests on a right of somebody who asks, which the snapshot tells [A5]. */
  isOwn: boolean
  callers: Caller[]
}

const PATIENCE = 5000
const ASK_AGAIN = 1000
const MAX_TRIES = 12
/** Joins under way at once on one server. */
const MAX_JOINS = 64
/** Servers that one join asks. */
const MAX_CANDIDATES = 128
/** Refusals that p holds against late requests until its lastSweep moves [R4]. */
const MAX_REFUSALS = 64

/** Begins to join; answers the caller when the copy is active, when no candidate could be joined, or when the caller has no right to have it so. */
export function beginJoin(turn: Turn, directory: DirectoryId, from: readonly ServerId[], caller: Caller | null): void {
  const { server } = turn
  const copy = server.copies.get(directory)
  if (copy?.state === 'active') {
    if (caller !== null) answer(turn, caller, failure('CopyExists', { server: server.name, name: `#${directory}` }))
    return
  }
  // R1: a copy that leaves has its identity for itself; the next one here is another.
  if (copy !== undefined && copy.state !== 'joining') {
    if (caller !== null) answer(turn, caller, failure('JoinFailed', { server: server.name, reason: 'its former copy is still leaving the ring' }))
    return
  }
  const isOurs = caller === null || isOwn(turn, caller)
  const running = server.joins.get(directory)
  if (running !== undefined) {
    running.isOwn ||= isOurs
    // Whom this server has met since may have a copy, too.
    const met = isOurs ? from.filter((other) => other !== server.id && !running.candidates.includes(other)) : []
    running.candidates.push(...met.slice(0, Math.max(0, MAX_CANDIDATES - running.candidates.length)))
    if (caller !== null) waitWith(turn, running.callers, caller)
    return
  }
  const candidates = from.filter((other) => other !== server.id)
  const reason = copy !== undefined ? null : candidates.length === 0 ? 'no server with a copy is known' : server.joins.size >= MAX_JOINS ? 'too many other joins are under way' : null
  if (reason !== null) {
    if (caller !== null) answer(turn, caller, failure('JoinFailed', { server: server.name, reason }))
    return
  }
  const join: Join = { joiner: copy?.id ?? newCopyId(turn), candidates, at: 0, nextPage: 0, tries: 0, deadline: turn.now + PATIENCE, openSince: turn.now, comparing: null, isOwn: isOurs, callers: caller === null ? [] : [caller] }
  server.joins.set(directory, join)
  proceed(turn, directory, join)
}

/** A server whose person, or who administers the root, adds a copy of it here means to store the root from now on (SPEC §13). */
export function wantRoot(turn: Turn, directory: DirectoryId): void {
  if (directory === turn.server.root && !turn.server.wantsRoot) changeServer(turn, { type: 'rootWanted', wanted: true })
}

export const newCopyId = (turn: Turn): CopyId => freshId(turn.server.fresh, 13) as CopyId

/** Sends the question that the join is at, and plans to send it again. */
function proceed(turn: Turn, directory: DirectoryId, join: Join): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.joining) return askFate(turn, copy, copy.joining.predecessor)
  askSigned(turn, join.candidates[join.at]!, { type: 'askSnapshot', directory, joiner: join.joiner, index: join.nextPage })
  schedule(turn.server.agenda, `join ${directory}`, turn.now + ASK_AGAIN)
}

/** R4: asks p; while that is out of reach, the others, in its own name, for they may have other copies by now: whether an epoch has begun without both. */
function askFate(turn: Turn, copy: DirectoryCopy, predecessor: RingPointer): void {
  const { directory } = copy
  const isThere = turn.server.peers.has(predecessor.server)
  send(turn, predecessor.server, { type: 'askFate', directory, joiner: copy.id, predecessor: predecessor.copy })
  for (const fellow of isThere ? [] : fellows(copy)) if (fellow.copy !== predecessor.copy) askEpoch(turn, copy, { copy: copy.id, server: fellow.server })
  schedule(turn.server.agenda, `join ${directory}`, turn.now + (isThere ? ASK_AGAIN : PATIENCE))
}

export function onJoinTime(turn: Turn, directory: DirectoryId): void {
  const { server } = turn
  const join = server.joins.get(directory)
  if (join === undefined) {
    if (server.copies.get(directory)?.state === 'joining') beginJoin(turn, directory, [], null)
    return
  }
  // R4: a stored joining copy never gives up by itself: its predecessor may have spliced it in.
  const asked = join.candidates[join.at]
  if (server.copies.get(directory)?.state === 'joining' || asked === undefined) return proceed(turn, directory, join)
  if (!join.candidates.some((other) => server.peers.has(other))) return giveUp(turn, directory, join, `${nameOfServer(server, asked)} is not connected`)
  if (!server.peers.has(asked)) tryNext(turn, directory, join, 'is not connected')
  else if (turn.now >= join.deadline) tryNext(turn, directory, join, 'did not answer')
  else proceed(turn, directory, join)
}

/** Begins again from a new snapshot under a new copy id, at the next candidate or, `again`, at the same. */
function tryNext(turn: Turn, directory: DirectoryId, join: Join, reason: string, again = false): void {
  join.tries++
  if (join.candidates.length === 0 || join.tries >= Math.max(MAX_TRIES, join.candidates.length)) {
    const asked = join.candidates[join.at]
    giveUp(turn, directory, join, `${asked === undefined ? 'every server' : nameOfServer(turn.server, asked)} ${reason}`)
    return
  }
  Object.assign(join, { joiner: newCopyId(turn), at: (join.at + (again ? 0 : 1)) % join.candidates.length, nextPage: 0, comparing: null, deadline: turn.now + PATIENCE })
  schedule(turn.server.agenda, `join ${directory}`, turn.now + 50 + 200 * join.tries * freshFraction(turn.server.fresh))
}

const giveUp = (turn: Turn, directory: DirectoryId, join: Join, reason: string): void => fail(turn, directory, join, failure('JoinFailed', { server: turn.server.name, reason }))

function fail(turn: Turn, directory: DirectoryId, join: Join, failed: Failure): void {
  turn.server.joins.delete(directory)
  unschedule(turn.server.agenda, `join ${directory}`)
  for (const caller of join.callers) answer(turn, caller, failed)
}

/** R2 (a), at p: its snapshot, all pages from one transaction. */
export function onAskSnapshot(turn: Turn, from: ServerId, { directory, joiner, index }: Extract<JoinMessage, { type: 'askSnapshot' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.state === 'active' && isWithdrawn(copy)) {
    send(turn, from, { type: 'snapshotRefused', directory, joiner, failure: failure('Withdrawn', { name: `the directory #${directory}` }) })
    return
  }
  if (copy?.state !== 'active' || isSealed(copy)) {
    send(turn, from, { type: 'snapshotRefused', directory, joiner, failure: failure('NoCopyHere', { server: turn.server.name, directory }) })
    return
  }
  if (!mayStore(turn, copy, from)) {
    send(turn, from, { type: 'snapshotRefused', directory, joiner, failure: failure('NoRight', { name: `#${directory}`, what: 'store a copy of' }) })
    return
  }
  const transfer = transferOf(turn, `snapshot ${directory} ${from}`, joiner, index, () => ({ load: loadOf(contentsOf(copy), null), facts: factsOf(turn, copy) }))
  const page = transfer?.pages[index]
  if (transfer === undefined || page === undefined) {
    send(turn, from, { type: 'snapshotRefused', directory, joiner, failure: failure('BadRequest', { reason: 'that page is no longer kept' }) })
    return
  }
  send(turn, from, { type: 'snapshotPage', directory, joiner, facts: transfer.facts, highest: copy.highest, ring: [...copy.ring], sweptRings: [...copy.sweptRings], lineage: [...copy.lineage], foreignMark: copy.foreignMark, page })
}

export function onSnapshotPage(turn: Turn, from: ServerId, message: Extract<JoinMessage, { type: 'snapshotPage' }>): void {
  const { directory, joiner, page } = message
  const join = turn.server.joins.get(directory)
  if (join?.joiner !== joiner || join.candidates[join.at] !== from || message.facts.server !== from || turn.server.copies.has(directory) || page.index !== join.nextPage) return
  const load = stagePage(turn, `join ${joiner}`, page)
  if (load === null) return tryNext(turn, directory, join, 'sent pages that do not fit together')
  if (![message.facts.nextTS, message.facts.lastSweep, message.facts.stableMark, message.highest].every(isBelieved)) return tryNext(turn, directory, join, 'says a time that no clock shows')
  join.nextPage++
  join.deadline = turn.now + PATIENCE
  if (load === 'more') return proceed(turn, directory, join)
  if (!isSound(message.facts, load)) return tryNext(turn, directory, join, 'sent what is later than it says it has seen')
  const encoded = joiningCopy(turn, message, load)
  if (!join.isOwn && !isAllowed(turn, join, encoded)) return fail(turn, directory, join, failure('NoRight', { name: `#${directory}`, what: 'administer' }))
  join.comparing = beginComparing(turn, encoded, from, join.candidates)
  unschedule(turn.server.agenda, `join ${directory}`)
  goOnComparing(turn, directory, join, join.comparing)
}

/** Somebody has said what its base is, or cannot be asked. */
export function onCompared(turn: Turn, { directory, joiner, server }: Extract<Onward, { type: 'compared' }>, outcome: object | Failure): void {
  const join = turn.server.joins.get(directory)
  if (join?.joiner !== joiner || join.comparing === null) return
  onBaseTold(turn, join.comparing, join.candidates[join.at]!, server, outcome as Outcomes['base'] | Failure)
  goOnComparing(turn, directory, join, join.comparing)
}

function goOnComparing(turn: Turn, directory: DirectoryId, join: Join, comparing: Comparing): void {
  const { server } = turn
  const copy = server.copies.get(directory)
  // It was decided already, and what comes now is only said.
  if (copy?.id === join.joiner) return
  const from = join.candidates[join.at]!
  // Made here meanwhile.
  if (copy !== undefined) return fail(turn, directory, join, failure('CopyExists', { server: server.name, name: `#${directory}` }))
  switch (judge(comparing)) {
    case 'taken':
      return store(turn, comparing.encoded)
    case 'stale':
      return tryNext(turn, directory, join, 'goes on faster than its snapshots can be compared')
    case 'refused':
      refuse(turn, from, 'snapshotPage: most copies have another base', directory)
      return tryNext(turn, directory, join, 'has another base than most copies')
    case null:
  }
}

/** R2 (b). */
function store(turn: Turn, encoded: EncodedCopy): void {
  const { directory } = encoded
  wantRoot(turn, directory)
  createCopy(turn, encoded)
  askSplice(turn, turn.server.copies.get(directory)!)
  schedule(turn.server.agenda, `join ${directory}`, turn.now + PATIENCE)
}

/** T2: a copy stamps after all that it has seen: what it says of that fits what it sends. */
function isSound({ nextTS, lastSweep, stableMark }: Facts, { base, log }: Load): boolean {
  const isStable = (nodes: readonly EncodedNode[]): boolean => nodes.every(([, ts, , ...below]) => ts < stableMark && isStable(below))
  return nextTS >= lastSweep && nextTS >= stableMark && log.every(({ ts }) => ts < nextTS) && (base === null || isStable(base.base))
}

/** A5: a ring is changed by who may write on `.`: on others' word a copy joins only if one of them may, by what the snapshot says. */
function isAllowed(turn: Turn, { callers }: Join, encoded: EncodedCopy): boolean {
  const copy = restoreCopy(encoded)
  return callers.some((caller) => may(copy.visible, whoAsks(turn, copy, caller), 'write', ['.']))
}

/** R2 (b): pointing at p's next, with data, lastSweep, F and hi; it is stored before p is asked to splice it in. */
function joiningCopy(turn: Turn, { directory, joiner, facts, highest, ring, sweptRings, lineage, foreignMark }: Extract<JoinMessage, { type: 'snapshotPage' }>, load: Load): EncodedCopy {
  const { epoch, nextTS, lastSweep, stableMark, pointer } = facts
  const predecessor = { copy: facts.copy, server: facts.server }
  return {
    directory,
    id: joiner,
    fields: {
      ...noFields(epoch, pointer),
      state: 'joining',
      nextTS,
      lastSweep,
      stableMark,
      highest,
      ring: sorted([...ring.filter((member) => member.copy !== joiner && member.server !== turn.server.id).slice(0, MAX_RING - 1), self(turn, joiner)]),
      joining: { predecessor, lastSweep, stableMark },
      removed: facts.removed,
      excluded: facts.excluded,
      lineage,
      epochMark: lastSweep === BEGINNING ? stableMark : BEGINNING,
      // What p lacks of them it lacks, too.
      foreignMark,
      sweptRings,
    },
    contents: loadedContents(load),
  }
}

const self = (turn: Turn, copy: CopyId): Member => ({ copy, server: turn.server.id, name: serverNameOf(turn.server) })
const sorted = (ring: Member[]): Member[] => ring.toSorted((a, b) => (a.copy < b.copy ? -1 : 1))

function askSplice(turn: Turn, copy: DirectoryCopy): void {
  const { predecessor, lastSweep, stableMark } = copy.joining!
  const { directory, id, epoch, pointer } = copy
  askSigned(turn, predecessor.server, { type: 'askSplice', directory, joiner: id, name: serverNameOf(turn.server), epoch, predecessor: predecessor.copy, pointer, lastSweep, stableMark })
}

/** R2 (c), at p: compare and set, in one transaction with the record of it; R3: refused when the snapshot is stale. */
export function onAskSplice(turn: Turn, from: ServerId, message: Extract<JoinMessage, { type: 'askSplice' }>): void {
  const { directory, joiner, name, epoch, predecessor, pointer, lastSweep, stableMark } = message
  const copy = turn.server.copies.get(directory)
  if (copy?.id !== predecessor) return refuseSplice(turn, from, directory, joiner, 'has another copy now')
  const earlier = copy.splices.find((splice) => splice.copy === joiner)
  if (earlier !== undefined) return tellFate(turn, from, copy, earlier)
  // Such a request can never fit again, so that no record is needed against it.
  if (lastSweep < copy.lastSweep) return refuseSplice(turn, from, directory, joiner, STALE)
  const fits = mayStore(turn, copy, from) && copy.state === 'active' && !isSealed(copy) && !isWithdrawn(copy) && copy.epoch === epoch && copy.pointer.copy === pointer.copy && copy.lastSweep === lastSweep && copy.stableMark === stableMark && copy.ring.length < MAX_RING
  if (!fits) return refuseForGood(turn, from, copy, joiner)
  const member = { copy: joiner, server: from, name }
  const splice: Splice = { copy: joiner, server: from, answer: 'spliced', nextTS: copy.nextTS }
  changeCopy(turn, copy, { type: 'fields', fields: { pointer: { copy: joiner, server: from }, splices: [...copy.splices, splice], ring: sorted([...copy.ring, member]) } })
  hint(turn.server, directory, from)
  tellFate(turn, from, copy, splice)
  for (const fellow of fellows(copy)) if (fellow.copy !== joiner) send(turn, fellow.server, { type: 'spliceNews', ...header(copy), members: [member], lastSweep: copy.lastSweep })
  happened(turn, { kind: 'copy', text: `a copy on ${nameOfServer(turn.server, from)} joined the ring after this one`, directory, server: from })
}

/**
 * R4: p durably records *refused*, so that a late request to splice cannot succeed afterwards. Who finds the records full
 * gets no answer, and asks again; the next sweep makes room.
 */
function refuseForGood(turn: Turn, to: ServerId, copy: DirectoryCopy, joiner: CopyId): void {
  if (copy.splices.filter((splice) => splice.answer === 'refused').length >= MAX_REFUSALS) return refuse(turn, to, 'too many joins that came to nothing', copy.directory)
  const refusal: Splice = { copy: joiner, answer: 'refused' }
  changeCopy(turn, copy, { type: 'fields', fields: { splices: [...copy.splices, refusal] } })
  tellFate(turn, to, copy, refusal)
}

export function onAskFate(turn: Turn, from: ServerId, { directory, joiner, predecessor }: Extract<JoinMessage, { type: 'askFate' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.id !== predecessor) return refuseSplice(turn, from, directory, joiner, 'has another copy now')
  const splice = copy.splices.find((other) => other.copy === joiner)
  if (splice === undefined) refuseForGood(turn, from, copy, joiner)
  else tellFate(turn, from, copy, splice)
}

function tellFate(turn: Turn, to: ServerId, copy: DirectoryCopy, splice: Splice): void {
  if (splice.answer !== 'refused') send(turn, to, { type: 'spliced', directory: copy.directory, joiner: splice.copy, nextTS: splice.nextTS, ring: [...copy.ring], removed: [...copy.removed] })
  else refuseSplice(turn, to, copy.directory, splice.copy, STALE)
}

const STALE = 'cannot splice it in behind that snapshot any more'

function refuseSplice(turn: Turn, to: ServerId, directory: DirectoryId, joiner: CopyId, reason: string): void {
  send(turn, to, { type: 'spliceRefused', directory, joiner, reason })
}

/** R2 (d): nextTS is inherited, so that nothing that p promised can be undercut here. */
export function onSpliced(turn: Turn, from: ServerId, { directory, joiner, nextTS, ring, removed }: Extract<JoinMessage, { type: 'spliced' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.id !== joiner) return tellGone(turn, from, directory, joiner)
  // Told again: the predecessor has not heard that this copy is active.
  if (copy.joining === null) return greet(turn, copy, from)
  if (copy.joining.predecessor.server !== from) return
  if (!isBelieved(nextTS)) return refuse(turn, from, 'spliced: a time that no clock shows', directory)
  changeCopy(turn, copy, { type: 'fields', fields: { nextTS: later(copy.nextTS, nextTS), state: 'active', joining: null } })
  removeMembers(turn, copy, removed)
  addMembers(turn, copy, unknownOf(copy, ring))
  happened(turn, { kind: 'copy', text: `this copy joined the ring after ${nameOfServer(turn.server, from)}`, directory, server: turn.server.id })
  for (const fellow of fellows(copy)) greet(turn, copy, fellow.server)
  const join = turn.server.joins.get(directory)
  turn.server.joins.delete(directory)
  unschedule(turn.server.agenda, `join ${directory}`)
  for (const caller of join?.callers ?? []) answer(turn, caller, { copy: copy.id })
  sweepLater(turn, copy)
  sweepAfterConnection(turn, copy)
  schedule(turn.server.agenda, `cleanup ${directory}`, turn.now)
}

/** Not spliced, and never will be: the copy is dropped and the join begins anew from a fresh snapshot. */
export function onSpliceRefused(turn: Turn, from: ServerId, { directory, joiner, reason }: Extract<JoinMessage, { type: 'spliceRefused' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.id !== joiner || copy.joining?.predecessor.server !== from) return
  changeServer(turn, { type: 'retired', copy: copy.id, directory })
  turn.effects.changed.add(directory)
  const join = turn.server.joins.get(directory)
  if (join === undefined) return beginJoin(turn, directory, [from], null)
  if (join.candidates.length === 0) join.candidates.push(from)
  tryNext(turn, directory, join, reason, true)
}

/** In words that follow the name of the server. */
const refusals: ReadonlyMap<ErrorCode, string> = new Map([
  ['NoCopyHere', 'has no copy'],
  ['Withdrawn', 'is about to remove the directory'],
  ['NoRight', 'gives none: there is no right to store a copy (copy) for the person of this server'],
])

export function onSnapshotRefused(turn: Turn, from: ServerId, { directory, joiner, failure: why }: Extract<JoinMessage, { type: 'snapshotRefused' }>): void {
  const join = turn.server.joins.get(directory)
  if (join?.joiner === joiner && join.candidates[join.at] === from) tryNext(turn, directory, join, refusals.get(why.code) ?? 'could not give a snapshot')
}
