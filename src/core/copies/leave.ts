/**
 * RemoveDC: a copy C leaves the ring by handing itself over to its predecessor p ("DCs can be … removed by straightforward
 * splicing of the ring"; SPEC §8, R5 to R7). The ring is closed at every instant.
 *
 * (a) C turns `leaving`, durably: it issues nothing, splices nobody in, and its pointer is frozen. (b) It looks for the copy
 * that points at it. (c) That copy, p, fetches C's log, and in one transaction joins it, records the removal, and points at
 * C's next. (d) C turns `left`; it still answers sweeps that were led to it, and goes once a later one has completed.
 *
 * Until (c) it can be called off: then C asks p for the word that it points at C still, and fetches no more [R10].
 */
import { schedule, unschedule } from '../agenda'
import { answer, waitWith, type Caller } from '../caller'
import { failure, type Failure } from '../errors'
import type { LeaveMessage } from '../messages'
import type { DirectoryId, ServerId } from '../names'
import { changeCopy, changeServer, happened, nameOfServer, send, type Turn } from '../server'
import { BEGINNING, later, SWEEP_ORIGIN, timeOf, timestamp, type Timestamp } from '../timestamp'
import { contentsOf, isSealed, knows, type DirectoryCopy, type Leaving, type RingPointer } from './directoryCopy'
import { askEpoch } from './epochNews'
import { loadOf, newAttempt, stagePage, transferOf, type Load } from './pages'
import { factsOf, fellows, removeMembers } from './spread'
import { stopSweep } from './sweep'
import { sweepLater, sweepSoon } from './sweepTimes'

/** What a server that is asked to take a copy over has fetched of it so far; volatile: after a crash it is asked again. */
export interface TakeOver {
  leaver: RingPointer
  attempt: number
  /** New for each time of fetching, so that a page that was sent for another one never fits [R6]. */
  nonce: string
  nextPage: number
}

const ASK_AGAIN = 1000
const LOOK_AGAIN = 3000

/** Begins to leave; answers the caller when the copy has been taken out of the ring. */
export function beginLeave(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const { server } = turn
  if (copy.state === 'left') return answer(turn, caller, { copy: copy.id })
  if (copy.state === 'joining') return answer(turn, caller, failure('LeaveFailed', { server: server.name, reason: 'its copy is still joining the ring' }))
  if (copy.state === 'excluded') return answer(turn, caller, failure('LeaveFailed', { server: server.name, reason: 'it is in no ring since a new epoch left it out; decide what becomes of its updates' }))
  if (copy.state === 'rolledBack') return answer(turn, caller, failure('LeaveFailed', { server: server.name, reason: 'its store is an old one; it leaves by a new epoch without it' }))
  if (copy.state === 'active') {
    if (isSealed(copy)) return answer(turn, caller, failure('LeaveFailed', { server: server.name, reason: 'it is sealed for a new epoch, which must be decided first' }))
    if (copy.pointer.copy === copy.id) return answer(turn, caller, failure('LastCopy', { server: server.name, name: `#${copy.directory}` }))
    stopSweep(turn, copy, 'is leaving the ring')
    changeCopy(turn, copy, { type: 'fields', fields: { state: 'leaving', leaving: { begun: copy.nextTS, attempt: timeOf(copy.nextTS), predecessor: null, taken: null, staying: null } } })
    happened(turn, { kind: 'copy', text: 'this copy is leaving the ring', directory: copy.directory, server: server.id })
  }
  if (copy.leaving?.staying) return answer(turn, caller, failure('LeaveFailed', { server: server.name, reason: 'its leaving is being called off; try again when that has ended' }))
  const waiting = server.leavers.get(copy.directory) ?? []
  waitWith(turn, waiting, caller)
  server.leavers.set(copy.directory, waiting)
  schedule(server.agenda, `leave ${copy.directory}`, turn.now)
}

/**
 * R10: the copy is to stay after all. At once, if nobody was asked yet to take it over; else whoever was, or points here by
 * now, is asked to let it be, and its word decides. The answer says whether the copy is active by now.
 */
export function cancelLeave(turn: Turn, copy: DirectoryCopy): { copy: DirectoryCopy['id']; stays: boolean } | Failure {
  const { server } = turn
  if (!isLeaving(copy)) return failure('NotLeaving', { server: server.name, name: `#${copy.directory}`, reason: copy.state === 'left' ? 'it has been taken over already; add one again with newDC' : 'it is not leaving' })
  if (copy.leaving.staying === null) keep(turn, copy, 'its leaving was called off')
  return { copy: copy.id, stays: !isLeaving(copy) }
}

/** R10: stays at once if nobody was asked yet, and no epoch counts on it as one that leaves; else as soon as whoever points here says that it takes nothing over. */
function keep(turn: Turn, copy: LeavingCopy, staying: string): void {
  const { server } = turn
  const { leaving, directory } = copy
  if (leaving.attempt === timeOf(leaving.begun) && leaving.predecessor === null && !isSealed(copy)) return stay(turn, copy, staying)
  changeCopy(turn, copy, { type: 'fields', fields: { leaving: { ...leaving, staying } } })
  happened(turn, { kind: 'copy', text: `this copy is to stay after all (${staying}): it asks whether it has been taken over`, directory, server: server.id })
  schedule(server.agenda, `leave ${directory}`, turn.now)
}

/** Asks again whatever is not answered yet: who points here, whether it takes this copy over, whether a later sweep is done. */
export function onLeaveTime(turn: Turn, copy: DirectoryCopy): void {
  if (copy.leaving === null) return
  const { predecessor, attempt, staying } = copy.leaving
  schedule(turn.server.agenda, `leave ${copy.directory}`, turn.now + (copy.state === 'left' ? LOOK_AGAIN : ASK_AGAIN))
  if (isSealed(copy)) return
  if (copy.state === 'leaving' && predecessor !== null) send(turn, predecessor.server, { type: staying === null ? 'askTakeOver' : 'letBe', ...between(copy, predecessor), attempt })
  else {
    turn.server.askedStanding.get(copy.directory)?.copies.clear()
    for (const member of fellows(copy)) askStanding(turn, copy, member)
  }
  for (const splice of copy.splices) if (copy.state === 'left' && splice.answer === 'spliced') send(turn, splice.server, { type: 'spliced', directory: copy.directory, joiner: splice.copy, nextTS: splice.nextTS, ring: [...copy.ring], removed: [...copy.removed] })
}

const between = (from: DirectoryCopy, to: RingPointer): { directory: DirectoryId; from: DirectoryCopy['id']; to: RingPointer['copy'] } => ({ directory: from.directory, from: from.id, to: to.copy })

/** Once in each round: a server whose copy is another by now answers for that, and may point at the same again. */
function askStanding(turn: Turn, copy: DirectoryCopy, of: RingPointer): void {
  const asked = turn.server.askedStanding.get(copy.directory) ?? { copies: new Set(), servers: new Set() }
  if (of.server === turn.server.id || asked.copies.has(of.copy)) return
  turn.server.askedStanding.set(copy.directory, { copies: asked.copies.add(of.copy), servers: asked.servers.add(of.server) })
  send(turn, of.server, { type: 'askStanding', ...between(copy, of) })
}

/** Where another copy is by now than the one that was asked, it answers for itself: else who leaves would hear of no ring. */
export function onAskStanding(turn: Turn, from: ServerId, { directory, from: leaver, to }: Extract<LeaveMessage, { type: 'askStanding' }>): void {
  const copy = turn.server.copies.get(directory)
  if (copy === undefined || (copy.id !== to && copy.state !== 'active')) return
  const knowsLeaver = copy.ring.some((member) => member.copy === leaver)
  send(turn, from, { type: 'standing', directory, from: copy.id, to: leaver, facts: factsOf(turn, copy), begun: copy.leaving?.begun ?? null, knowsYou: knowsLeaver })
}

/** Another copy says where it stands: whether it is the predecessor, or what has become of this copy. */
export function onStanding(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'standing' }>): void {
  const copy = addressed(turn, message)
  if (copy === null || !turn.server.askedStanding.get(copy.directory)?.servers.has(from)) return
  const { facts, begun, knowsYou } = message
  if (facts.epoch > copy.epoch) return askEpoch(turn, copy, { copy: facts.copy, server: from })
  if (facts.epoch < copy.epoch) return
  const { leaving } = copy
  const removal = facts.removed.find((each) => each.copy === copy.id)
  if (copy.state === 'left') return leaveForGood(turn, copy, leaving, facts)
  if (removal !== undefined) return becomeLeft(turn, copy, leaving, removal.ts)
  // The record was needed no longer: every member has swept since, without this copy.
  if (!knowsYou && facts.stableMark > leaving.begun) return becomeLeft(turn, copy, leaving, facts.stableMark)
  if (leaving.predecessor !== null) return
  if (facts.pointer.copy === copy.id && facts.server === from) meetPredecessor(turn, copy, leaving, { copy: facts.copy, server: from }, facts.state, begun)
  else if (!copy.ring.some((member) => member.copy === facts.pointer.copy)) askStanding(turn, copy, facts.pointer)
}

/** R7: of neighbours that leave together the younger attempt aborts; the elder waits until the other has come back. */
function meetPredecessor(turn: Turn, copy: LeavingCopy, leaving: Leaving, predecessor: RingPointer, state: DirectoryCopy['state'], begun: Timestamp | null): void {
  if (state === 'active' || (leaving.staying !== null && state === 'leaving')) {
    changeCopy(turn, copy, { type: 'fields', fields: { leaving: { ...leaving, predecessor } } })
    schedule(turn.server.agenda, `leave ${copy.directory}`, turn.now)
  } else if (state === 'leaving' && begun !== null && (begun < leaving.begun || (begun === leaving.begun && predecessor.copy < copy.id))) keep(turn, copy, `${nameOfServer(turn.server, predecessor.server)} before it in the ring is leaving too; try again when it has left`)
}

/**
 * It goes on as before: nobody was asked to take it over, or who points at it has said that it does not. nextTS passes the
 * attempts that were made, so that no late word about one of them fits a later leaving.
 */
function stay(turn: Turn, copy: LeavingCopy, reason: string): void {
  const past = timestamp(copy.leaving.attempt + 1, SWEEP_ORIGIN)
  changeCopy(turn, copy, { type: 'fields', fields: { state: 'active', leaving: null, nextTS: later(copy.nextTS, past) } })
  unschedule(turn.server.agenda, `leave ${copy.directory}`)
  happened(turn, { kind: 'copy', text: `this copy stays in the ring: ${reason}`, directory: copy.directory, server: turn.server.id })
  sweepLater(turn, copy)
  settleLeavers(turn, copy, failure('LeaveFailed', { server: turn.server.name, reason }))
}

/** Answers who waited for this copy to leave the ring. */
export function settleLeavers(turn: Turn, copy: DirectoryCopy, outcome: object): void {
  const waiting = turn.server.leavers.get(copy.directory) ?? []
  turn.server.leavers.delete(copy.directory)
  for (const caller of waiting) answer(turn, caller, outcome)
}

/** R5, at p: fetches what the leaving copy has, if it points at it. Says no only when it has given up fetching [R6]. */
export function onAskTakeOver(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'askTakeOver' }>): void {
  const { directory, from: leaver, to, attempt } = message
  const copy = turn.server.copies.get(directory)
  const removal = copy?.removed.find((each) => each.copy === leaver)
  if (copy?.id === to && removal !== undefined) {
    send(turn, from, { type: 'takenOver', ...between(copy, { copy: leaver, server: from }), ts: removal.ts })
    return
  }
  if (copy?.id !== to || !mayTakeOver(copy, leaver, from)) {
    turn.server.takeOvers.delete(directory)
    send(turn, from, { type: 'notTaken', directory, from: to, to: leaver, attempt })
    return
  }
  const running = turn.server.takeOvers.get(directory)
  if (running?.leaver.copy === leaver && running.attempt === attempt) return fetchPage(turn, copy, running)
  const takeOver: TakeOver = { leaver: { copy: leaver, server: from }, attempt, nonce: newAttempt(turn), nextPage: 0 }
  turn.server.takeOvers.set(directory, takeOver)
  fetchPage(turn, copy, takeOver)
}

/** R10, at p: taken over already; or it points at that copy still, and has given up fetching: never by this attempt, then. */
export function onLetBe(turn: Turn, from: ServerId, { directory, from: leaver, to, attempt }: Extract<LeaveMessage, { type: 'letBe' }>): void {
  const { server } = turn
  const copy = server.copies.get(directory)
  if (server.takeOvers.get(directory)?.leaver.copy === leaver) server.takeOvers.delete(directory)
  const removal = copy?.id === to ? copy.removed.find((each) => each.copy === leaver) : undefined
  const pointsThere = copy?.id === to && (copy.state === 'active' || copy.state === 'leaving') && copy.pointer.copy === leaver && copy.pointer.server === from
  if (removal !== undefined) send(turn, from, { type: 'takenOver', directory, from: to, to: leaver, ts: removal.ts })
  else send(turn, from, { type: pointsThere ? 'leftBe' : 'notTaken', directory, from: to, to: leaver, attempt })
}

/** R10: whoever pointed here says that it does so still, and takes nothing over. */
export function onLeftBe(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'leftBe' }>): void {
  const copy = addressed(turn, message)
  if (copy === null || !isLeaving(copy)) return
  const { staying, attempt, predecessor } = copy.leaving
  if (staying !== null && attempt === message.attempt && predecessor?.server === from) stay(turn, copy, staying)
}

const mayTakeOver = (copy: DirectoryCopy, leaver: RingPointer['copy'], at: ServerId): boolean => copy.state === 'active' && !isSealed(copy) && copy.pointer.copy === leaver && copy.pointer.server === at

function fetchPage(turn: Turn, copy: DirectoryCopy, { leaver, attempt, nonce, nextPage }: TakeOver): void {
  send(turn, leaver.server, { type: 'readHandOver', ...between(copy, leaver), attempt, nonce, index: nextPage })
}

/** At C: its log; what is older than its stable mark is at every copy [F1]. Only for the attempt that it is at [R6]. */
export function onReadHandOver(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'readHandOver' }>): void {
  const copy = addressed(turn, message)
  const { attempt, nonce, index } = message
  if (copy?.state !== 'leaving' || copy.leaving.staying !== null || copy.leaving.attempt !== attempt || copy.leaving.predecessor?.server !== from) return
  const transfer = transferOf(turn, `hand over ${copy.directory} ${from}`, nonce, index, () => ({ load: loadOf(contentsOf(copy), BEGINNING), facts: factsOf(turn, copy) }))
  const page = transfer?.pages[index]
  if (transfer === undefined || page === undefined) return
  send(turn, from, { type: 'handOverPage', ...between(copy, copy.leaving.predecessor), nonce, pointer: transfer.facts.pointer, removed: [...copy.removed], page })
}

/** R5 (c), at p: C's data, its place and the record of its removal, in one transaction. */
export function onHandOverPage(turn: Turn, from: ServerId, { directory, from: leaver, nonce, pointer, removed, page }: Extract<LeaveMessage, { type: 'handOverPage' }>): void {
  const { server } = turn
  const takeOver = server.takeOvers.get(directory)
  const copy = server.copies.get(directory)
  if (copy === undefined || takeOver?.nonce !== nonce || takeOver.leaver.server !== from || takeOver.leaver.copy !== leaver || page.index !== takeOver.nextPage) return
  const load = stagePage(turn, `hand over ${nonce}`, page)
  takeOver.nextPage++
  if (load === 'more') return fetchPage(turn, copy, takeOver)
  server.takeOvers.delete(directory)
  if (load !== null && mayTakeOver(copy, leaver, from)) take(turn, copy, takeOver.leaver, { pointer, removed }, load)
}

/** Whom C took over itself nobody else may know of: its records come along. */
function take(turn: Turn, copy: DirectoryCopy, leaver: RingPointer, { pointer, removed }: Pick<DirectoryCopy, 'pointer' | 'removed'>, { log }: Load): void {
  const news = log.filter((set) => !knows(copy, set))
  if (news.length > 0) changeCopy(turn, copy, { type: 'absorbed', sets: news })
  changeCopy(turn, copy, { type: 'fields', fields: { pointer } })
  const removal = { copy: leaver.copy, ts: copy.nextTS }
  removeMembers(turn, copy, [...removed, removal])
  send(turn, leaver.server, { type: 'takenOver', ...between(copy, leaver), ts: removal.ts })
  happened(turn, { kind: 'copy', text: `the copy on ${nameOfServer(turn.server, leaver.server)} left the ring; this one took it over`, directory: copy.directory, server: leaver.server })
  sweepSoon(turn, copy)
  schedule(turn.server.agenda, `cleanup ${copy.directory}`, turn.now)
}

/** Only who was asked to take it over can have done so [R6]. */
export function onTakenOver(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'takenOver' }>): void {
  const copy = addressed(turn, message)
  if (copy?.state === 'leaving' && copy.leaving.predecessor?.server === from) becomeLeft(turn, copy, copy.leaving, message.ts)
}

/** R6: a definite no to this attempt: another predecessor may be looked for. */
export function onNotTaken(turn: Turn, from: ServerId, message: Extract<LeaveMessage, { type: 'notTaken' }>): void {
  const copy = addressed(turn, message)
  if (copy?.state !== 'leaving' || copy.leaving.attempt !== message.attempt || copy.leaving.predecessor?.server !== from) return
  changeCopy(turn, copy, { type: 'fields', fields: { leaving: { ...copy.leaving, predecessor: null, attempt: copy.leaving.attempt + 1 } } })
  // Not at once: while that one is sealed, it would say no again and again.
  schedule(turn.server.agenda, `leave ${copy.directory}`, turn.now + ASK_AGAIN)
}

function becomeLeft(turn: Turn, copy: DirectoryCopy, leaving: Leaving, taken: Timestamp): void {
  changeCopy(turn, copy, { type: 'fields', fields: { state: 'left', leaving: { ...leaving, taken } } })
  happened(turn, { kind: 'copy', text: 'this copy has left the ring', directory: copy.directory, server: turn.server.id })
  if (turn.server.root === copy.directory) changeServer(turn, { type: 'rootWanted', wanted: false })
  settleLeavers(turn, copy, { copy: copy.id })
  schedule(turn.server.agenda, `leave ${copy.directory}`, turn.now + LOOK_AGAIN)
}

/** A sweep that began after the removal has completed, and whom this copy spliced in knows it: nobody is led here any more. */
function leaveForGood(turn: Turn, copy: DirectoryCopy, { taken }: Leaving, facts: { lastSweep: Timestamp }): void {
  if (taken === null || facts.lastSweep <= taken || copy.splices.some((splice) => splice.answer === 'spliced')) return
  changeServer(turn, { type: 'retired', copy: copy.id, directory: copy.directory })
  turn.effects.changed.add(copy.directory)
  unschedule(turn.server.agenda, `leave ${copy.directory}`)
}

type LeavingCopy = DirectoryCopy & { leaving: Leaving }

const isLeaving = (copy: DirectoryCopy): copy is LeavingCopy => copy.state === 'leaving' && copy.leaving !== null

/** The copy here that a message about its leaving is for; sealed, it stays where it has said that it is [E3]. */
function addressed(turn: Turn, { directory, to }: { directory: DirectoryId; to: RingPointer['copy'] }): LeavingCopy | null {
  const copy = turn.server.copies.get(directory)
  return copy?.id === to && copy.leaving !== null && !isSealed(copy) ? (copy as LeavingCopy) : null
}
