/**
 * The sweep ("Administrative level", figure 4; SPEC §6): visits every copy of a directory, collects a complete set of
 * updates, and writes this set back to every copy.
 *
 * A coordinator, any member, walks the ring of pointers. Three phases, each a message and an answer per member:
 * *look* raises nextTS and learns where each copy stands; *read* fetches what is new since the least lastSweep; *write*
 * hands each what it lacks, with lastSweep and the stable mark. The coordinator may die anywhere [P6].
 */
import { schedule, unschedule } from '../agenda'
import { answer, sameCaller, type Caller } from '../caller'
import { failure, type Failure } from '../errors'
import type { CopyMessage, Facts, Page } from '../messages'
import type { CopyId, ServerId } from '../names'
import { changeCopy, happened, nameOfServer, send, shortName, type Turn } from '../server'
import { earlier, later, SWEEP_ORIGIN, timeOf, timestamp, type Timestamp } from '../timestamp'
import { inOrder, setId, type SetId, type UpdateSet } from '../values/intent'
import { contentsOf, isSealed, logSince, mostStable, ringDigestOf, type DirectoryCopy, type Exclusion, type Member, type Removal, type RingPointer } from './directoryCopy'
import { tellExcluded } from './epochNews'
import { abandonedIn, isFrozen } from './exclusion'
import { blame } from './health'
import { cutPages, loadOf, newAttempt, stagePage, type Load } from './pages'
import { ringText, factsOf, greet, header, knowOwnName, onUpdates } from './spread'
import { joinSweep, sweepAgainToSettle } from './sweepMember'
import { sweepLater, watchOf } from './sweepTimes'

export type Phase = 'look' | 'read' | 'write'

/** What a sweep knows of one copy on its way. */
interface Visited {
  pointer: RingPointer
  /** Its answer to look, then that to read; null before. */
  facts: Facts | null
  asked: boolean
  failed: string | null
  /** What it sent in the read pass; null before its last page. */
  load: Load | null
  nextPage: number
  /** What it is to be sent in the write pass. */
  pages: Page[]
  written: boolean
}

/** A sweep at its coordinator; plain data, lost without harm. */
export interface Sweep {
  /** With the coordinator's copy id, its identity; never sweepTS [P6]. */
  attempt: string
  sweepTS: Timestamp
  form: 'ring' | 'parallel'
  phase: Phase
  restarts: number
  /** Who was known when it began: the ring may have grown since, but not lost one of these [R8]. */
  knownAtStart: readonly Member[]
  visited: Map<CopyId, Visited>
  /** The complete ring, from the starting copy on; empty until it closed. */
  ring: CopyId[]
  since: Timestamp
  whole: boolean
  stableMark: Timestamp
  /** The greatest stable mark that was read, and of the base that goes to members behind it. */
  baseMark: Timestamp
  callers: Caller[]
  /** Who asked while this one ran: the next sweep answers them. */
  next: { caller: Caller; form: 'ring' | 'parallel' }[]
  deadline: number
}

/** Health of sweeping a directory, as this server sees it. */
export interface SweepWatch {
  /** ms between periodic sweeps. */
  period: number
  failures: number
  /** Who holds sweeps back, and with them forgetting: since when (ms since 1970). */
  heldBackBy: { server: ServerId; phase: Phase; since: number; reason: string } | null
  /** Ring regression or orphaned [R8]: for a person to look at. */
  alarm: Failure | null
  started: number
  completed: number
  failed: number
  /** The ring, as text, that the last sweep left here, and at every other member; null before one [R9]. */
  left: string | null
  /** What those members were called that have left since [R1]. */
  gone: ReadonlySet<string>
  /** How often sweeps failed in a phase, at a member. */
  blamed: Map<`${Phase} ${ServerId}`, number>
}

const PATIENCE = 6000
const RESEND = 1000
const MAX_RESTARTS = 3

/** Begins a sweep at this copy; while one runs, the caller waits for the next. */
export function beginSweep(turn: Turn, copy: DirectoryCopy, form: 'ring' | 'parallel', caller: Caller | null): void {
  if (isSealed(copy)) {
    if (caller !== null) answer(turn, caller, failure('SweepFailed', { member: turn.server.name, reason: 'is sealed for a new epoch', phase: 'look' }))
    return
  }
  const running = turn.server.sweeps.get(copy.directory)
  if (running !== undefined) {
    const waits = caller === null || [...running.callers, ...running.next.map((next) => next.caller)].some((other) => sameCaller(other, caller))
    if (!waits) running.next.push({ caller, form })
    return
  }
  unschedule(turn.server.agenda, `sweep ${copy.directory}`)
  start(turn, copy, form, caller === null ? [] : [caller], 0)
}

function start(turn: Turn, copy: DirectoryCopy, form: 'ring' | 'parallel', callers: Caller[], restarts: number, next: Sweep['next'] = []): void {
  knowOwnName(turn, copy)
  const time = Math.max(Math.floor(turn.now * 1000), timeOf(copy.nextTS), timeOf(copy.lastSweep) + 1)
  const sweepTS = timestamp(time, SWEEP_ORIGIN)
  changeCopy(turn, copy, { type: 'fields', fields: { nextTS: later(copy.nextTS, sweepTS) } })
  const sweep: Sweep = {
    attempt: newAttempt(turn),
    sweepTS,
    form,
    phase: 'look',
    restarts,
    knownAtStart: copy.ring,
    visited: new Map(),
    ring: [],
    since: copy.lastSweep,
    whole: false,
    stableMark: copy.stableMark,
    baseMark: copy.stableMark,
    callers,
    next,
    deadline: turn.now + PATIENCE,
  }
  turn.server.sweeps.set(copy.directory, sweep)
  watchOf(turn, copy).started++
  visit(sweep, { copy: copy.id, server: turn.server.id }).facts = factsOf(turn, copy)
  if (form === 'parallel') for (const member of copy.ring) if (member.copy !== copy.id) look(turn, copy, sweep, visit(sweep, member))
  schedule(turn.server.agenda, `sweepDeadline ${copy.directory}`, turn.now + RESEND)
  advanceLook(turn, copy, sweep)
}

function visit(sweep: Sweep, pointer: RingPointer): Visited {
  let visited = sweep.visited.get(pointer.copy)
  if (visited === undefined) {
    visited = { pointer: { copy: pointer.copy, server: pointer.server }, facts: null, asked: false, failed: null, load: null, nextPage: 0, pages: [], written: false }
    sweep.visited.set(pointer.copy, visited)
  }
  return visited
}

function look(turn: Turn, copy: DirectoryCopy, { attempt, sweepTS }: Sweep, visited: Visited): void {
  visited.asked = true
  if (visited.pointer.server === turn.server.id) visited.failed = lostItsCopy
  else send(turn, visited.pointer.server, { type: 'lookSweep', ...header(copy), to: visited.pointer.copy, attempt, sweepTS })
}

/** P5: follows the pointers from this copy; a complete ring goes on, anything else waits or ends the sweep by name. */
function advanceLook(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  const ring: CopyId[] = []
  let at: RingPointer = { copy: copy.id, server: turn.server.id }
  do {
    if (ring.includes(at.copy)) return alarm(turn, copy, sweep, failure('Orphaned', { member: turn.server.name }))
    const visited = visit(sweep, at)
    if (visited.facts === null && !visited.asked) look(turn, copy, sweep, visited)
    if (visited.failed !== null) return fail(turn, copy, sweep, visited, visited.failed)
    if (visited.facts === null) return
    ring.push(at.copy)
    at = visited.facts.pointer
  } while (at.copy !== copy.id)
  const removed = new Set(removedIn(ring.map((id) => sweep.visited.get(id)!)).map((removal) => removal.copy))
  const missing = sweep.knownAtStart.find((member) => !ring.includes(member.copy) && !removed.has(member.copy))
  if (missing !== undefined) return alarm(turn, copy, sweep, failure('RingRegression', { member: shortName(missing.name) }))
  sweep.ring = ring
  beginRead(turn, copy, sweep)
}

/** All removals that these members know of. */
const removedIn = (visited: readonly Visited[]): Removal[] => [...new Map(visited.flatMap(({ facts }) => facts!.removed).map((removal) => [removal.copy, removal])).values()]

/** Whom the epoch left out, abandoned if one of these members knows it. */
const exclusionsIn = (visited: readonly Visited[]): Exclusion[] => {
  const gone = abandonedIn(visited.flatMap(({ facts }) => facts!.excluded))
  return visited[0]!.facts!.excluded.map((exclusion) => ({ ...exclusion, abandoned: gone.has(exclusion.copy) }))
}

const onRing = (sweep: Sweep): Visited[] => sweep.ring.map((id) => sweep.visited.get(id)!)

/** P9: everybody's lastSweep and digest equal: nothing is new, and the read pass has already happened. */
function beginRead(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  const facts = onRing(sweep).map((visited) => visited.facts!)
  sweep.since = facts.map((fact) => fact.lastSweep).reduce(earlier)
  sweep.whole = sweep.since < facts.map((fact) => fact.stableMark).reduce(later)
  if (!sweep.whole && facts.every((fact) => fact.lastSweep === facts[0]!.lastSweep && fact.digest === facts[0]!.digest)) return beginWrite(turn, copy, sweep)
  sweep.phase = 'read'
  sweep.deadline = turn.now + PATIENCE
  advanceRead(turn, copy, sweep)
}

/** Asks for what has not come: all members at once, or in ring form one after the other. */
function advanceRead(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  const own = sweep.visited.get(copy.id)!
  // P5: a copy spliced in here meanwhile was not read; what a later lastSweep says of this copy need not hold for it.
  if (copy.pointer.copy !== own.facts!.pointer.copy) return restart(turn, copy, sweep, own)
  own.facts = factsOf(turn, copy)
  own.load = loadOf(contentsOf(copy), sweep.whole ? null : sweep.since)
  for (const visited of onRing(sweep)) {
    if (visited.failed !== null) return fail(turn, copy, sweep, visited, visited.failed)
    if (visited.load !== null) continue
    readPage(turn, copy, sweep, visited)
    if (sweep.form === 'ring') return
  }
  if (onRing(sweep).every((visited) => visited.load !== null)) beginWrite(turn, copy, sweep)
}

function readPage(turn: Turn, copy: DirectoryCopy, { attempt, since, whole }: Sweep, { pointer, nextPage }: Visited): void {
  send(turn, pointer.server, { type: 'readSweep', ...header(copy), to: pointer.copy, attempt, since, whole, index: nextPage })
}

/** P7, P8: each gets what it did not send; F is the least lastSweep that was seen at every member. */
function beginWrite(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  const members = onRing(sweep)
  const tooFar = members.find(({ facts }) => facts!.stableMark > mostStable(copy))
  if (tooFar !== undefined) return fail(turn, copy, sweep, tooFar, 'says that F has passed what this copy does not have')
  sweep.phase = 'write'
  sweep.deadline = turn.now + PATIENCE
  const gathered = new Map<SetId, UpdateSet>()
  for (const { load } of members) for (const set of load?.log ?? []) gathered.set(setId(set), set)
  sweep.baseMark = members.map(({ facts }) => facts!.stableMark).reduce(later)
  // E4: only when all know that nobody is waited for, so that no epoch of one of them can still take somebody back.
  const frozen = members.some(({ facts }) => isFrozen(facts!.excluded))
  sweep.stableMark = frozen ? sweep.baseMark : members.map(({ facts }) => facts!.lastSweep).reduce(earlier)
  const newest = members.find(({ facts }) => facts!.stableMark === sweep.baseMark)?.load?.base ?? null
  for (const visited of members) {
    const has = new Set(visited.load?.log.map(setId))
    const log = [...gathered.values()].filter((set) => !has.has(setId(set))).toSorted(inOrder)
    const load: Load = { base: sweep.whole && visited.facts!.stableMark < sweep.baseMark ? newest : null, log }
    if (visited.pointer.copy === copy.id) {
      joinSweep(turn, copy, turn.server.id, load, { ...sweep, ring: ringOf(sweep), removed: removedIn(onRing(sweep)), excluded: exclusionsIn(onRing(sweep)) })
      visited.written = true
    } else visited.pages = cutPages(load)
    visited.nextPage = 0
  }
  const fresh = [...gathered.values()].filter(({ ts }) => ts < sweep.sweepTS).length
  if (gathered.size > 0) happened(turn, { kind: 'sweep', text: `read ${members.length} of ${members.length}: ${fresh} ${fresh === 1 ? 'update' : 'updates'} in all; writing back`, directory: copy.directory })
  advanceWrite(turn, copy, sweep)
}

const ringOf = (sweep: Sweep): Member[] => onRing(sweep).map(({ pointer, facts }) => ({ ...pointer, name: facts!.name }))

/** Sends each member the page it is at: all members at once, or in ring form one after the other. */
function advanceWrite(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  for (const visited of onRing(sweep)) {
    if (visited.written) continue
    writePage(turn, copy, sweep, visited)
    if (sweep.form === 'ring') return
  }
  if (onRing(sweep).every((visited) => visited.written)) complete(turn, copy, sweep)
}

function writePage(turn: Turn, copy: DirectoryCopy, sweep: Sweep, { pointer, pages, nextPage, facts }: Visited): void {
  const { sweepTS, stableMark, baseMark, attempt } = sweep
  const swept = ringOf(sweep)
  const ring = facts!.ringDigest === ringDigestOf(swept) ? [] : swept
  send(turn, pointer.server, { type: 'writeSweep', ...header(copy), to: pointer.copy, attempt, sweepTS, stableMark, baseMark, ring, removed: removedIn(onRing(sweep)), excluded: exclusionsIn(onRing(sweep)), page: pages[nextPage]! })
}

function complete(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  const watch = watchOf(turn, copy)
  Object.assign(watch, { failures: 0, heldBackBy: null, alarm: null, completed: watch.completed + 1 })
  happened(turn, { kind: 'sweep', text: `complete: ${sweep.ring.length} ${sweep.ring.length === 1 ? 'copy' : 'copies'}`, directory: copy.directory })
  const members = onRing(sweep).map(({ pointer }) => pointer.server)
  for (const caller of sweep.callers) answer(turn, caller, { sweepTS: sweep.sweepTS, members })
  end(turn, copy, sweep)
  sweepAgainToSettle(turn, copy)
  tellExcluded(turn, copy)
  if (turn.server.referenced.get(copy.directory)?.ring !== ringText(copy)) schedule(turn.server.agenda, `cleanup ${copy.directory}`, turn.now)
}

function end(turn: Turn, copy: DirectoryCopy, sweep: Sweep): void {
  turn.server.sweeps.delete(copy.directory)
  turn.effects.changed.add(copy.directory)
  unschedule(turn.server.agenda, `sweepDeadline ${copy.directory}`)
  sweepLater(turn, copy)
  if (sweep.next.length > 0) {
    unschedule(turn.server.agenda, `sweep ${copy.directory}`)
    start(turn, copy, sweep.next[0]!.form, sweep.next.map(({ caller }) => caller), 0)
  }
}

/** A member that is gone or silent ends the sweep with a reason that names it and the phase; it is never skipped [P5]. */
function fail(turn: Turn, copy: DirectoryCopy, sweep: Sweep, { pointer }: Visited, reason: string): void {
  const watch = watchOf(turn, copy)
  const same = watch.heldBackBy?.server === pointer.server ? watch.heldBackBy : null
  blame(watch, sweep.phase, pointer.server)
  watch.heldBackBy = { server: pointer.server, phase: sweep.phase, since: same?.since ?? turn.now, reason }
  watch.failures++
  watch.failed++
  giveUp(turn, copy, sweep, failure('SweepFailed', { member: nameOfServer(turn.server, pointer.server), reason, phase: sweep.phase }))
}

/** Ends a sweep that runs here: this copy can lead none any more. */
export function stopSweep(turn: Turn, copy: DirectoryCopy, reason: string): void {
  const sweep = turn.server.sweeps.get(copy.directory)
  if (sweep === undefined) return
  sweep.callers.push(...sweep.next.splice(0).map(({ caller }) => caller))
  giveUp(turn, copy, sweep, failure('SweepFailed', { member: turn.server.name, reason, phase: sweep.phase }))
}

function alarm(turn: Turn, copy: DirectoryCopy, sweep: Sweep, what: Failure): void {
  const watch = watchOf(turn, copy)
  watch.alarm = what
  watch.failures++
  watch.failed++
  giveUp(turn, copy, sweep, what)
}

/** Even a failed sweep leaves the reachable members with each other's updates, as messages; equal ones need none. */
function giveUp(turn: Turn, copy: DirectoryCopy, sweep: Sweep, why: Failure): void {
  happened(turn, { kind: 'sweep', text: why.code === 'SweepFailed' ? `failed in the ${why.about.phase} pass: ${why.about.member} ${why.about.reason}` : `stopped: ${why.code}`, directory: copy.directory })
  for (const { facts, pointer, load } of sweep.visited.values()) {
    if (facts === null || pointer.copy === copy.id) continue
    if (load !== null) onUpdates(turn, copy, pointer.server, { type: 'updates', ...header(copy), sets: load.log })
    if (isLevel(facts, factsOf(turn, copy))) continue
    greet(turn, copy, pointer.server)
    const lacking = logSince(copy, facts.lastSweep)
    for (const { log } of lacking.length === 0 ? [] : cutPages({ base: null, log: lacking })) send(turn, pointer.server, { type: 'updates', ...header(copy), sets: log })
  }
  for (const caller of sweep.callers) answer(turn, caller, why)
  end(turn, copy, sweep)
}

/** Whether two members have the same updates, and know the same of their ring. */
const isLevel = (one: Facts, other: Facts): boolean => (['lastSweep', 'digest', 'ringDigest', 'removed', 'excluded'] as const).every((field) => JSON.stringify(one[field]) === JSON.stringify(other[field]))

/** The periodic look at a running sweep: sends again what was not answered; gives up on who is gone, or stays silent. */
export function onSweepDeadline(turn: Turn, copy: DirectoryCopy): void {
  const sweep = turn.server.sweeps.get(copy.directory)
  if (sweep === undefined) return
  const waiting = waitedFor(sweep)
  const gone = waiting.find(({ pointer }) => !turn.server.peers.has(pointer.server))
  if (gone !== undefined) return fail(turn, copy, sweep, gone, 'is not connected')
  if (turn.now >= sweep.deadline && waiting[0] !== undefined) return fail(turn, copy, sweep, waiting[0], 'did not answer')
  schedule(turn.server.agenda, `sweepDeadline ${copy.directory}`, turn.now + RESEND)
  if (sweep.phase === 'look') for (const visited of sweep.visited.values()) if (visited.asked && visited.facts === null && visited.failed === null) look(turn, copy, sweep, visited)
  if (sweep.phase === 'read') advanceRead(turn, copy, sweep)
  if (sweep.phase === 'write') advanceWrite(turn, copy, sweep)
}

/** The members, in the order of the ring as far as it is known, whose answers are missing. */
function waitedFor(sweep: Sweep): Visited[] {
  if (sweep.phase === 'read') return onRing(sweep).filter((visited) => visited.load === null)
  if (sweep.phase === 'write') return onRing(sweep).filter((visited) => !visited.written)
  return [...sweep.visited.values()].filter((visited) => visited.asked && visited.facts === null)
}

/** The running sweep that an answer belongs to, and the member it comes from. */
function answered(turn: Turn, copy: DirectoryCopy, { attempt, from }: { attempt: string; from: CopyId }, phase: Phase): { sweep: Sweep; visited: Visited } | null {
  const sweep = turn.server.sweeps.get(copy.directory)
  const visited = sweep?.visited.get(from)
  return sweep?.attempt !== attempt || sweep.phase !== phase || visited === undefined ? null : { sweep, visited }
}

export function onLooked(turn: Turn, copy: DirectoryCopy, message: Extract<CopyMessage, { type: 'looked' }>): void {
  const here = answered(turn, copy, message, 'look')
  if (here === null || here.visited.facts !== null || message.facts.copy !== message.from) return
  here.visited.facts = message.facts
  here.sweep.deadline = turn.now + PATIENCE
  advanceLook(turn, copy, here.sweep)
}

export function onReadPage(turn: Turn, copy: DirectoryCopy, message: Extract<CopyMessage, { type: 'readPage' }>): void {
  const here = answered(turn, copy, message, 'read')
  if (here === null || here.visited.load !== null || message.page.index !== here.visited.nextPage) return
  const { sweep, visited } = here
  const { facts, page } = message
  const before = visited.facts!
  if (facts.pointer.copy !== before.pointer.copy || facts.copy !== before.copy || facts.state !== before.state || facts.epoch !== before.epoch) return restart(turn, copy, sweep, visited)
  const load = stagePage(turn, `${sweep.attempt} ${message.from}`, page)
  if (load === null) return restart(turn, copy, sweep, visited)
  visited.nextPage++
  sweep.deadline = turn.now + PATIENCE
  if (load !== 'more') {
    visited.load = load
    visited.facts = facts
  } else if (sweep.form === 'parallel') {
    readPage(turn, copy, sweep, visited)
    return
  }
  if (load === 'more' || sweep.form === 'ring' || onRing(sweep).every((each) => each.load !== null || each.pointer.copy === copy.id)) advanceRead(turn, copy, sweep)
}

/** The ring changed between the rounds: from the beginning, a few times. */
function restart(turn: Turn, copy: DirectoryCopy, sweep: Sweep, visited: Visited): void {
  if (sweep.restarts >= MAX_RESTARTS) return fail(turn, copy, sweep, visited, 'changed its place in the ring during each attempt')
  start(turn, copy, sweep.form, sweep.callers, sweep.restarts + 1, sweep.next)
}

export function onWrote(turn: Turn, copy: DirectoryCopy, message: Extract<CopyMessage, { type: 'wrote' }>): void {
  const here = answered(turn, copy, message, 'write')
  if (here === null || message.index !== here.visited.nextPage) return
  const { sweep, visited } = here
  sweep.deadline = turn.now + PATIENCE
  visited.nextPage++
  visited.written = visited.nextPage >= visited.pages.length
  if (!visited.written) writePage(turn, copy, sweep, visited)
  else if (sweep.form === 'ring' || onRing(sweep).every((each) => each.written)) advanceWrite(turn, copy, sweep)
}

export function onSweepRefused(turn: Turn, copy: DirectoryCopy, message: Extract<CopyMessage, { type: 'sweepRefused' }>): void {
  const sweep = turn.server.sweeps.get(copy.directory)
  const visited = sweep?.visited.get(message.from)
  if (sweep?.attempt !== message.attempt || visited === undefined) return
  visited.failed = reasonOf(message.failure)
  if (sweep.phase === 'look') advanceLook(turn, copy, sweep)
  else fail(turn, copy, sweep, visited, visited.failed)
}

/** B5: a member of the ring that is no more, although no record says that it left. */
const lostItsCopy = 'has lost its copy'

function reasonOf({ code, about }: Failure): string {
  if (code === 'NoCopyHere') return lostItsCopy
  return code === 'ClockSkew' ? `refused, because the clocks differ: ${about.theirs} here, ${about.ours} there` : `refused: ${about.reason ?? code}`
}
