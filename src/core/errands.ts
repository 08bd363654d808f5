/**
 * Errands: a request taken to one server after another until one performs it, and what goes on then. How every procedure
 * of several steps is made: plain data and messages, each step atomic, begun again after any crash.
 */
import { schedule, unschedule } from './agenda'
import { onCertified } from './auth/certify'
import type { CleanupStep } from './directories/cleanup'
import type { Arrived, Seeking } from './directories/lookup'
import type { OwnNameStep } from './directories/ownNames'
import { isDraftOf } from './directories/drafted'
import { isWayFrom } from './directories/wayFrom'
import { failure, isFailure, type ErrorCode, type Failure } from './errors'
import { freshId } from './fresh'
import type { Message } from './messages'
import type { CopyId, DirectoryId, Label, ServerId } from './names'
import { outcomeShapes, type Change, type Drafted, type Request, type Walked } from './requests'
import type { ProcedureStep } from './procedure'
import type { RegisterStep } from './servers/register'
import { hint, nameOfServer, nearestFirst, refuse, send, type Server, type Turn } from './server'
import { Malformed } from './shape'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from './values/intent'
import type { Tree } from './values/readValue'
import type { Caller } from './caller'

/** What goes on when an errand has ended. */
export type Onward = { type: 'answer'; caller: Caller } | { type: 'lookup'; id: string } | { type: 'secure'; id: string; server: ServerId } | { type: 'cleanup'; directory: DirectoryId; step: CleanupStep } | { type: 'register'; step: RegisterStep } | Seeking | { type: 'procedure'; id: string; step: ProcedureStep }
  | Arrived | { type: 'ownName'; step: OwnNameStep } | { type: 'carriedOut'; directory: DirectoryId; label: Label } | { type: 'compared'; directory: DirectoryId; joiner: CopyId; server: ServerId }
  /** A change that was drawn up: it is signed by this server and submitted, then goes on. */
  | { type: 'drafted'; directory: DirectoryId; change: Change; at: readonly ServerId[]; onward: Onward }

export interface Errand {
  id: string
  request: Request
  /** Whom to ask, in order; the first is being asked. */
  candidates: ServerId[]
  /** Who was asked already, for this or before. */
  asked: ServerId[]
  /** Any copy will do: it goes on with servers that it is told of [D2]. */
  anywhere: boolean
  /** Who could not help, and why, in words. */
  tried: string[]
  lastFailure: Failure | null
  deadline: number
  /** When the first candidate, connected, was first asked (ms since 1970): it may have done what it was asked. Null before. */
  askedAt: number | null
  onward: Onward
}

/** An intent on its way to be signed with this server's key, and where it then goes. */
export interface Originating {
  intent: Intent
  at: ServerId
  onward: Onward
}

/** Servers that one errand asks, where it is sent from one to the other. */
const MOST_ASKED = 32
const PATIENCE = 4000
const LONG_PATIENCE = 25_000
/** Also how long a server that is not connected is waited for: connections are made on demand. */
const ASK_AGAIN = 1200
/** Requests that change something: of one without an answer nobody knows whether it was done. */
const changing: ReadonlySet<Request['type']> = new Set(['submit', 'create', 'join', 'leave', 'stay', 'cleanUp', 'setInSN', 'removeS', 'removeD', 'checkS', 'newEpoch', 'baptise'])
/** Failures that another copy may not have. */
export const ofOneCopy: ReadonlySet<ErrorCode> = new Set(['NoCopyHere', 'ServerUnreachable', 'TimedOut', 'NotYetHere'])

/** Takes a request to the candidates in turn; this server itself is always asked first if it is among them. */
export const ask = (turn: Turn, candidates: readonly ServerId[], request: Request, onward: Onward): void => beginErrand(turn, candidates, request, onward, false, [])

/** The same where any copy will do: also to others that the candidates name, but for those who were asked in vain. */
export const askAnywhere = (turn: Turn, candidates: readonly ServerId[], request: Request, onward: Onward, vain: readonly ServerId[] = []): void => beginErrand(turn, candidates, request, onward, true, vain)

function beginErrand(turn: Turn, candidates: readonly ServerId[], request: Request, onward: Onward, anywhere: boolean, vain: readonly ServerId[]): void {
  const { server } = turn
  const ordered = nearestFirst(server, [...new Set(candidates)].filter((other) => !vain.includes(other)))
  const errand: Errand = { id: freshId(server.fresh, 16), request, candidates: ordered, asked: [...vain], anywhere, tried: [], lastFailure: null, deadline: 0, askedAt: null, onward }
  server.errands.set(errand.id, errand)
  askFirst(turn, errand)
}

function askFirst(turn: Turn, errand: Errand): void {
  const at = errand.candidates[0]
  if (at === undefined) {
    turn.settled.push({ id: errand.id, outcome: noneLeft(errand) })
    return
  }
  errand.deadline = turn.now + patienceFor(errand.request)
  errand.askedAt = at === turn.server.id ? turn.now : null
  if (at === turn.server.id) {
    turn.performing.push({ request: errand.request, caller: { type: 'errand', id: errand.id } })
    schedule(turn.server.agenda, `errand ${errand.id}`, errand.deadline)
  } else sendRequest(turn, errand, at)
}

/** Sweeps, joins and whole procedures take several messages of their own. */
const longer: ReadonlySet<Request['type']> = new Set(['sweep', 'join', 'leave', 'create', 'cleanUp', 'foresee', 'setInSN', 'removeS', 'removeD', 'checkS', 'baptise'])
const patienceFor = (request: Request): number => (request.type === 'newEpoch' ? LONG_PATIENCE + 2 * request.patience : longer.has(request.type) ? LONG_PATIENCE : PATIENCE)

function sendRequest(turn: Turn, errand: Errand, at: ServerId): void {
  if (turn.server.peers.has(at)) errand.askedAt ??= turn.now
  send(turn, at, { type: 'request', id: errand.id, request: errand.request })
  schedule(turn.server.agenda, `errand ${errand.id}`, Math.min(errand.deadline, turn.now + ASK_AGAIN))
}

function noneLeft({ request, tried, lastFailure }: Errand): Failure {
  if (lastFailure !== null && (tried.length === 1 || lastFailure.code === 'NotYetHere')) return lastFailure
  return failure('NoCopyReachable', { name: `#${request.directory}`, tried: tried.length === 0 ? 'no server with one is known' : tried.join('; ') })
}

export function onErrandTime(turn: Turn, id: string): void {
  const errand = turn.server.errands.get(id)
  const at = errand?.candidates[0]
  if (errand === undefined || at === undefined) return
  const here = at === turn.server.id
  const connected = here || turn.server.peers.has(at)
  if (connected && turn.now < errand.deadline) {
    if (!here) sendRequest(turn, errand, at)
    return
  }
  turn.settled.push({ id, outcome: unanswered(turn, errand, at, connected) })
}

/** Why a server did not answer; of a change that it was asked for, that nobody knows whether it was made. */
function unanswered(turn: Turn, { request, askedAt }: Errand, at: ServerId, connected: boolean): Failure {
  const server = nameOfServer(turn.server, at)
  const seconds = String(Math.max(1, Math.round((turn.now - (askedAt ?? turn.now)) / 1000)))
  if (askedAt !== null && changing.has(request.type)) return failure('TimedOut', { server, seconds })
  return failure('ServerUnreachable', { server, reason: connected ? `did not answer within ${seconds} s` : 'is not connected' })
}

export function onAnswer(turn: Turn, from: ServerId, message: Extract<Message, { type: 'answer' }>): void {
  const errand = turn.server.errands.get(message.id)
  if (errand === undefined || errand.candidates[0] !== from) return
  if (message.failure?.code === 'NoCopyHere' && errand.anywhere) goElsewhere(turn.server, errand, from, message.elsewhere)
  turn.settled.push({ id: errand.id, outcome: message.failure ?? readOutcome(turn, from, errand.request, message.outcome) })
}

/** D2: who has no copy names others, who are asked, too, and are asked before it from now on. (It may have one again.) */
function goElsewhere(server: Server, errand: Errand, from: ServerId, named: readonly ServerId[]): void {
  const { directory } = errand.request
  const others = named.filter((other) => other !== server.id && !errand.asked.includes(other))
  if (others.length === 0) return
  const vain = [...errand.asked, from].filter((at) => server.hints.get(directory)?.delete(at))
  for (const other of [...others, ...vain]) hint(server, directory, other)
  const further = nearestFirst(server, others.filter((other) => !errand.candidates.includes(other)))
  errand.candidates.push(...further.slice(0, Math.max(0, MOST_ASKED - errand.asked.length - errand.candidates.length)))
}

/** The outcome in the shape that its request asks for, and of a way one that leads from where was asked; anything else counts as no answer. */
function readOutcome(turn: Turn, from: ServerId, request: Request, text: string): object {
  try {
    const outcome = outcomeShapes[request.type](JSON.parse(text))
    if (request.type === 'walk' && !isWayFrom(request, from, turn.now, outcome as Walked)) throw new Malformed('not a way from where was asked')
    return outcome
  } catch (error) {
    if (!(error instanceof Malformed) && !(error instanceof SyntaxError)) throw error
    refuse(turn, from, `answer to ${request.type}: ${error instanceof Malformed ? error.message : 'not JSON'}`, request.directory)
    return failure('ServerUnreachable', { server: nameOfServer(turn.server, from), reason: 'gave a malformed answer' })
  }
}

/** An errand's outcome, or null while it goes on to its next candidate. */
export function settle(turn: Turn, id: string, outcome: object | Failure): { onward: Onward; outcome: object | Failure } | null {
  const errand = turn.server.errands.get(id)
  if (errand === undefined) return null
  unschedule(turn.server.agenda, `errand ${id}`)
  const at = errand.candidates.shift()
  if (at !== undefined) errand.asked.push(at)
  if (at !== undefined && isFailure(outcome) && ofOneCopy.has(outcome.code)) {
    errand.tried.push(`${nameOfServer(turn.server, at)} ${inShort(outcome)}`)
    if (errand.lastFailure?.code !== 'NotYetHere') errand.lastFailure = outcome
    if (errand.onward.type === 'lookup') noteVain(turn, errand, errand.onward.id, at, outcome.code === 'NoCopyHere' ? null : errand.tried.at(-1)!)
    askFirst(turn, errand)
    return null
  }
  turn.server.errands.delete(id)
  return { onward: errand.onward, outcome: at === undefined ? noneLeft(errand) : outcome }
}

/** A server that was asked on the way did not help; why, in words, where that is to be shown. When its time is over nobody else is asked. */
function noteVain({ server, now }: Turn, errand: Errand, id: string, at: ServerId, why: string | null): void {
  const lookup = server.lookups.get(id)
  if (lookup !== undefined && now > lookup.deadline) errand.candidates.length = 0
  lookup?.vain.push(at)
  if (why !== null) lookup?.before.push(why)
}

function inShort({ code, about }: Failure): string {
  if (code === 'NoCopyHere') return 'has no copy'
  if (code === 'NotYetHere') return 'does not have the update yet'
  return code === 'TimedOut' ? 'did not answer' : (about.reason ?? 'could not be reached')
}

/** Has an intent signed with this server's own key, then submits it ("hints, BR, DR, InSN are intents of the server's key"). */
export function originateAsServer(turn: Turn, directory: DirectoryId, procedure: ProcedureName, branches: Branch[], at: ServerId, onward: Onward): void {
  const { server } = turn
  const from = Math.floor(turn.now) - INTENT_LIFE / 2
  const intent: Intent = { directory, author: server.key, nonce: freshId(server.fresh, 26), from, until: from + INTENT_LIFE, procedure, branches, ...(server.credentials.length > 0 && { chain: server.credentials }) }
  const id = server.nextSignId++
  server.originating.set(id, { intent, at, onward })
  turn.effects.sign.push({ id, intent })
}

export function onSigned(turn: Turn, id: number, signature: string): void {
  const certifying = turn.server.certifying.get(id)
  turn.server.certifying.delete(id)
  if (certifying !== undefined) return onCertified(turn, certifying, signature)
  const originating = turn.server.originating.get(id)
  turn.server.originating.delete(id)
  if (originating === undefined) return
  const signed: SignedIntent = { intent: originating.intent, signature }
  ask(turn, [originating.at], { type: 'submit', directory: signed.intent.directory, signed }, originating.onward)
}

/** A change of this server's own: drawn up at one of these servers, signed, submitted there; nothing to change is no failure. */
export function changeAsServer(turn: Turn, at: readonly ServerId[], directory: DirectoryId, procedure: Exclude<ProcedureName, 'newD' | 'carryOut'>, under: Change['under'], tree: Tree, onward: Onward): void {
  const change: Change = { procedure, under, tree, replace: false }
  ask(turn, at, { type: 'draft', directory, change }, { type: 'drafted', directory, change, at, onward })
}

/** A5: whoever draws up a change for this server to sign draws up no other. */
export function onDrafted(turn: Turn, { directory, change, at, onward }: Extract<Onward, { type: 'drafted' }>, outcome: object | Failure): void {
  if (isFailure(outcome)) return void turn.settled.push({ onward, outcome })
  const drafted = outcome as Drafted
  if (drafted.directory !== directory || !at.includes(drafted.server) || !isDraftOf(change, drafted.branches)) {
    refuse(turn, drafted.server, 'draft: of another change than was asked for', directory)
    turn.settled.push({ onward, outcome: failure('BadRequest', { reason: `${nameOfServer(turn.server, drafted.server)} has drawn up another change than was asked for` }) })
  } else if (drafted.branches.length === 0) turn.settled.push({ onward, outcome })
  else originateAsServer(turn, directory, change.procedure, drafted.branches, drafted.server, onward)
}
