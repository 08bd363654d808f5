/**
 * Durability is the client's choice (SPEC §5, P11): an update is on the disk of the copy that accepted it, of a majority of the
 * ring, or of all its members. A copy that has it says so, and nothing a server says leaves before its saves are durable [P1]: so
 * the answers are counted, never what was sent.
 *
 * Who lacks the update is handed it again, as it was stamped at first [P12]: the copy that accepted it may be gone.
 */
import { schedule, unschedule } from '../agenda'
import { answer, type Caller } from '../caller'
import { isAuthorised } from '../auth/authorise'
import { ask } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import { freshId } from '../fresh'
import type { CopyId, DirectoryId, ServerId } from '../names'
import type { Outcomes, Request } from '../requests'
import { nameOfServer, type Turn } from '../server'
import { originOf, type Timestamp } from '../timestamp'
import { intentId, type UpdateSet } from '../values/intent'
import { isSealed, setsAt, type DirectoryCopy, type RingPointer } from './directoryCopy'
import { header, onUpdates } from './spread'

/** `local`: the copy that accepted it; `quorum`: a majority of the known ring; `all`: every member. */
export type Durability = 'local' | 'quorum' | 'all'
export const durabilities: readonly Durability[] = ['local', 'quorum', 'all']

/** How many copies of a ring a level asks for. */
export const copiesFor = (level: Durability, ring: number): number => (level === 'local' ? 1 : level === 'quorum' ? Math.floor(ring / 2) + 1 : ring)

/** What a client wants made durable. */
export interface Wanted {
  directory: DirectoryId
  ts: Timestamp
  /** The stamped update, to hand to copies that lack it; null when only its spreading can be waited for. */
  set: UpdateSet | null
  /** The ring as the copy that accepted it knew it: whom to ask first. */
  ring: RingPointer[]
  level: Durability
  /** ms until the caller is told that it is not durable yet. */
  patience: number
}

/** A stamped update as a client keeps it until it is durable, over reloads [P12]. */
export type Kept = Pick<Wanted, 'directory' | 'ts' | 'ring' | 'level'> & { set: UpdateSet }

/** Copies that answered in time; `of`: the members of the ring as those copies know it. */
export interface Secured {
  ts: Timestamp
  copies: RingPointer[]
  of: number
}

/** A client waits until its update is durable; lost by a crash without harm: it asks again. */
export interface Securing extends Wanted {
  id: string
  caller: Caller
  deadline: number
  answers: Map<CopyId, Outcomes['has'] & { server: ServerId }>
  asking: Set<ServerId>
  /** Who was handed the update since the last round, so that nobody is twice. */
  handed: Set<ServerId>
  /** Why somebody does not have it, as far as known. */
  troubles: Map<ServerId, Failure>
}

/** ms that a client may want to wait, at most. */
export const LONGEST_PATIENCE = 600_000

/** ms between rounds of asking those who have not got it. */
const AGAIN = 2000

/**
 * A copy is asked whether it has an update on disk, and perhaps handed it. Swept past and unknown it is taken no more: what
 * is older than lastSweep is complete [DC1]. Nobody signs a stamp: from who stores no copy only what its author may do still.
 */
export function onHas(turn: Turn, copy: DirectoryCopy, { directory, ts, set }: Extract<Request, { type: 'has' }>, from: ServerId): Outcomes['has'] | Failure {
  const belongs = set === null || (set.ts === ts && set.intent.directory === directory)
  if (!belongs) return failure('BadRequest', { reason: 'the update handed over is not the one that was asked for' })
  const outcome = { copy: copy.id, here: true, ring: copy.ring.map(({ copy: id, server }) => ({ copy: id, server })), removed: copy.removed.map((removal) => removal.copy) }
  if (isHere(copy, ts, set)) return outcome
  if (ts < copy.lastSweep) return { ...outcome, here: false }
  if (set !== null && !copy.ring.some(({ server }) => server === from) && !isAuthorised(copy.visible, set)) return failure('NoRight', { name: `#${directory}`, what: 'write' })
  if (set !== null && wasMember(copy, ts) && !isSealed(copy)) onUpdates(turn, copy, acceptedAt(turn, copy, ts), { type: 'updates', ...header(copy), sets: [set] })
  return isHere(copy, ts, set) ? outcome : failure('NotYetHere', { name: `#${directory}`, after: ts })
}

/** In the log or the base, itself or as the earlier stamp of its intent [A1]; older than F it is at every member [F1]. */
function isHere(copy: DirectoryCopy, ts: Timestamp, set: UpdateSet | null): boolean {
  const first = set === null ? undefined : copy.intents.get(intentId(set.intent))
  if (first !== undefined && first.ts <= ts) return true
  if (ts < copy.stableMark && wasMember(copy, ts)) return true
  return setsAt(copy, ts).some((known) => set === null || intentId(known.intent) === intentId(set.intent))
}

/** Whether the copy that gave this time-stamp is, or was until it left, a member of the ring. */
const wasMember = ({ ring, removed }: DirectoryCopy, ts: Timestamp): boolean => [...ring, ...removed].some(({ copy }) => copy === originOf(ts))

const acceptedAt = ({ server }: Turn, { ring }: DirectoryCopy, ts: Timestamp): ServerId => ring.find(({ copy }) => copy === originOf(ts))?.server ?? server.id

/** Asks the members of the ring until as many as the level wants have the update on disk, or until patience ends. */
export function beginSecuring(turn: Turn, wanted: Wanted, caller: Caller): void {
  const { server, now } = turn
  const securing: Securing = { ...wanted, id: freshId(server.fresh, 16), caller, deadline: now + wanted.patience, answers: new Map(), asking: new Set(), handed: new Set(), troubles: new Map() }
  server.securing.set(securing.id, securing)
  askRest(turn, securing)
}

/** Counted is the ring as those know it who answered: it may have changed since the update was accepted. */
function ringOf({ ring, answers }: Securing): RingPointer[] {
  const told = [...answers.values()]
  const removed = new Set(told.flatMap((each) => each.removed))
  const members = (told.length === 0 ? [ring] : told.map((each) => each.ring)).flat()
  return [...new Map(members.map((member) => [member.copy, member])).values()].filter((member) => !removed.has(member.copy))
}

function askRest(turn: Turn, securing: Securing): void {
  const open = ringOf(securing).filter(({ copy, server }) => !securing.answers.has(copy) && !securing.asking.has(server))
  for (const { server } of open) askOne(turn, securing, server, null)
  schedule(turn.server.agenda, `secure ${securing.id}`, Math.min(securing.deadline, turn.now + AGAIN))
}

function askOne(turn: Turn, securing: Securing, server: ServerId, set: UpdateSet | null): void {
  const { id, directory, ts } = securing
  securing.asking.add(server)
  ask(turn, [server], { type: 'has', directory, ts, set }, { type: 'secure', id, server })
}

/** A member has answered, or cannot be asked. */
export function onAskedHas(turn: Turn, id: string, server: ServerId, outcome: object | Failure): void {
  const securing = turn.server.securing.get(id)
  if (securing === undefined) return
  securing.asking.delete(server)
  const hand = (): boolean => {
    if (securing.set === null || securing.handed.has(server)) return false
    securing.handed.add(server)
    askOne(turn, securing, server, securing.set)
    return true
  }
  // What an older start says is about another disk [B2].
  if (turn.server.fenced.has(server)) return void securing.troubles.set(server, failure('ServerUnreachable', { server: nameOfServer(turn.server, server), reason: 'is an older start, or one of two' }))
  if (isFailure(outcome)) {
    securing.troubles.set(server, outcome)
    if (outcome.code === 'NotYetHere') hand()
    return
  }
  const told = outcome as Outcomes['has']
  // Swept past without it: by its intent it may know it, with an earlier stamp [A1].
  if (!told.here && hand()) return
  securing.troubles.delete(server)
  const isNew = !securing.answers.has(told.copy)
  securing.answers.set(told.copy, { ...told, server })
  if (!ended(turn, securing) && isNew) askRest(turn, securing)
}

/** True when nothing is left to wait for: enough copies have it, or every member has swept past it without it. */
function ended(turn: Turn, securing: Securing): boolean {
  const { answers, level, ts, directory } = securing
  const ring = ringOf(securing)
  const copies = ring.filter(({ copy }) => answers.get(copy)?.here)
  const isLost = ring.every(({ copy }) => answers.get(copy)?.here === false)
  if (isLost) end(turn, securing, failure('LostUpdate', { name: `#${directory}`, after: ts }))
  else if (ring.length > 0 && copies.length >= copiesFor(level, ring.length)) end(turn, securing, { ts, copies, of: ring.length })
  else return false
  return true
}

function end({ server, ...turn }: Turn, { id, caller }: Securing, outcome: Secured | Failure): void {
  server.securing.delete(id)
  unschedule(server.agenda, `secure ${id}`)
  answer({ server, ...turn }, caller, outcome)
}

/** A round is over: who has not got it is asked anew, or the caller is told how far it is. */
export function onSecureTime(turn: Turn, id: string): void {
  const securing = turn.server.securing.get(id)
  if (securing === undefined) return
  if (turn.now >= securing.deadline) return end(turn, securing, notDurableYet(turn, securing))
  securing.handed.clear()
  askRest(turn, securing)
}

function notDurableYet(turn: Turn, securing: Securing): Failure {
  const { answers, troubles, level, ts, directory } = securing
  const ring = ringOf(securing)
  const lacking = ring.filter(({ copy }) => answers.get(copy)?.here !== true)
  const missing = lacking.map(({ server }) => `${nameOfServer(turn.server, server)} ${isReachable(turn, server) ? inWords(troubles.get(server)) : 'is not connected'}`).join('; ')
  return failure('NotDurableYet', { name: `#${directory}`, after: ts, size: String(ring.length - lacking.length), limit: String(copiesFor(level, ring.length)), tried: missing })
}

const isReachable = ({ server: { id, peers } }: Turn, server: ServerId): boolean => server === id || peers.has(server)

function inWords(trouble: Failure | undefined): string {
  if (trouble === undefined) return 'has not answered'
  if (trouble.code === 'NotYetHere') return 'does not have it yet'
  if (trouble.code === 'NoCopyHere') return 'has no active copy'
  return trouble.code === 'ServerUnreachable' ? trouble.about.reason! : `cannot take it (${trouble.code})`
}
