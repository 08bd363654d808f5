/**
 * One server in the exploration: how it can stand, and what each thing that can happen to it makes of that.
 *
 * Servers act on one another only by messages. So a step is worked out once for each way a server stands and each thing
 * that happens to it, with the same core as everywhere; states of the whole world are then only tuples of numbers.
 */
import { nextTime, schedule, emptyAgenda } from '../core/agenda'
import { InvariantViolation } from '../core/assert'
import { applyChange, encodeCopy, knows, restoreCopy, type DirectoryCopy, type EncodedCopy, type Epoch } from '../core/copies/directoryCopy'
import { isFailure } from '../core/errors'
import type { Effects, Save } from '../core/effects'
import { freshFrom } from '../core/fresh'
import { decode, encode, signedIn, type Message } from '../core/messages'
import type { DirectoryId, ServerId } from '../core/names'
import type { Accepted as Answer } from '../core/requests'
import { restoreServer, type Server, type ServerOptions, type Task } from '../core/server'
import { step, type Input } from '../core/step'
import type { Timestamp } from '../core/timestamp'
import type { UpdateSet } from '../core/values/intent'
import { clone, Parts } from './exhaustCopying'
import { signature, type SimServer } from './simServer'
import { Accusation, type Canary } from './world'

/** An update that a copy accepted, for DB. */
export interface Originated {
  directory: DirectoryId
  by: Save
  set: UpdateSet
  acknowledged: boolean
  /** In which its copy was. */
  epoch: Epoch
}

/** A copy as it was when it took an epoch over, for DB as that epoch knows it. */
export type Entered = DirectoryCopy

/** What DB is made of, by one server. */
export interface DbPart {
  /** Everything it ever accepted. */
  readonly accepted: readonly Originated[]
  readonly entered: readonly Entered[]
}

/** One way a server can stand. Never changed: every step works on a clone. */
export interface ServerState extends DbPart {
  /** Among all states of servers. */
  readonly number: number
  readonly who: number
  readonly server: Server
  /** Its clock, ms since 1970. It moves only when a timer fires: a message takes no time, or for ever. */
  readonly now: number
  /** How many steps of this start drew an identifier. */
  readonly issued: number
  /** When its earliest timer fires; null when there is none. */
  readonly timer: number | null
  /** Equal for states that no checker can tell apart. */
  readonly view: number
  /** What was worked out, by happening; null for what cannot be. */
  readonly steps: Map<number, Step | null>
  /** Messages of which it was asked whether they are spent. */
  readonly spent: Map<number, boolean>
}

/** What a happening makes of a server: how it stands then, and the messages it sends, by number. */
export interface Step {
  readonly next: ServerState
  readonly sends: readonly number[]
}

/** Something that can happen to one server. */
export type Happening =
  | { type: 'message'; from: number; to: number; wire: string }
  /** A choice of the scenario's actions. */
  | { type: 'act'; to: number; act: Act }
  /** Its clock goes on to its earliest timer, or far beyond. */
  | { type: 'timer'; to: number; late: boolean }
  | { type: 'connected'; to: number; other: number; incarnation: number }
  | { type: 'disconnected'; to: number; other: number }
  /** It loses what is not durable, and starts again. */
  | { type: 'crash'; to: number }

/** Something that somebody can do at a server; null where it makes no sense. */
export interface Act {
  says: string
  at: number
  input: (server: Server, now: number) => Input | null
}

/**
 * Timers that fire here. Sweeping by itself is left out, because whoever may sweep is told to; names of servers and
 * directories have no part in this; and what an epoch left out compares itself with the ring in fine weather.
 */
const timers: ReadonlySet<string> = new Set(['sweepDeadline', 'join', 'leave', 'epoch'])
/** How far beyond, ms: longer than anybody's patience. */
const LATE = 10_000
/** An identifier takes at least so many numbers of `Fresh`, a jitter one. */
const IDENTIFIER = 7

export class ServerStates {
  readonly all: ServerState[] = []
  readonly happenings: Happening[] = []
  /** Called with each step once, as it is worked out. */
  onStep: (before: ServerState, after: ServerState) => void = () => undefined
  private readonly numbers = new Map<string, number>()
  private readonly byKey = new Map<string, ServerState>()
  private readonly views = new Map<string, number>()
  readonly ids: readonly ServerId[]
  private readonly canary: Canary
  private readonly lateUpdates: boolean
  private readonly parts = new Parts()
  private readonly messages = new Map<string, Message>()
  private readonly replayed = new Set<string>()

  constructor(ids: readonly ServerId[], canary: Canary, lateUpdates: boolean) {
    this.ids = ids
    this.canary = canary
    this.lateUpdates = lateUpdates
  }

  /** The state of a server that stands so; from now on the server is never changed. */
  stateOf(who: number, server: Server, now: number, issued: number, { accepted, entered }: DbPart): ServerState {
    const enterings = entered.map(({ epoch, stableMark, log, ring }) => `${epoch} ${stableMark} ${log.map(({ ts }) => ts).join()} ${ring.length}`).join()
    const known = `${who} ${enterings} ${accepted.map(({ set, acknowledged }) => `${set.ts} ${set.intent.nonce} ${JSON.stringify(set.intent.branches)} ${acknowledged}`).join()}`
    const copies = this.parts.keep(server.copies)
    const view = this.viewOf(`${known} ${this.parts.high} ${this.parts.low}`)
    const kept = this.parts.keep({ ...server, copies })
    const key = `${known} ${now} ${issued} ${this.parts.high} ${this.parts.low}`
    let state = this.byKey.get(key)
    if (state === undefined) {
      state = { number: this.all.length, who, server: kept, now, issued, accepted, entered, timer: nextTime(kept.agenda), view, steps: new Map(), spent: new Map() }
      this.all.push(state)
      this.byKey.set(key, state)
    }
    return state
  }

  /** The servers of a state of the world. */
  standing(numbers: readonly number[]): ServerState[] {
    return numbers.map((number) => this.all[number]!)
  }

  private viewOf(key: string): number {
    const view = this.views.get(key) ?? this.views.size
    this.views.set(key, view)
    return view
  }

  /** The number of a happening. */
  numberOf(happening: Happening): number {
    const key = happening.type === 'act' ? `act ${happening.act.says}` : JSON.stringify(happening)
    let number = this.numbers.get(key)
    if (number === undefined) {
      number = this.happenings.push(happening) - 1
      this.numbers.set(key, number)
    }
    return number
  }

  /** The first word on a connection. */
  isHello(number: number): boolean {
    const happening = this.happenings[number]!
    return happening.type === 'message' && happening.wire.startsWith('{"type":"hello"')
  }

  /** What a happening makes of a server; null when it cannot happen to it. */
  step(state: ServerState, happening: number): Step | null {
    let made = state.steps.get(happening)
    if (made === undefined) {
      made = this.workOut(state, this.happenings[happening]!)?.step ?? null
      state.steps.set(happening, made)
    }
    return made
  }

  /** Whether a message can do nothing here, now or ever: where and when it arrives no longer matters. */
  isSpent(state: ServerState, happening: number): boolean {
    let spent = state.spent.get(happening)
    if (spent === undefined) {
      const message = this.read((this.happenings[happening] as Extract<Happening, { type: 'message' }>).wire)
      spent = isBehind(state.server, message) && !(this.lateUpdates && message.type === 'updates') && this.doesNothing(state, happening)
      state.spent.set(happening, spent)
    }
    return spent
  }

  private doesNothing(state: ServerState, happening: number): boolean {
    try {
      const step = this.step(state, happening)!
      return step.next === state && step.sends.length === 0
    } catch {
      // What is wrong with it is said when it is delivered.
      return false
    }
  }

  /** The same, worked out anew, with all that is described. */
  workOut(state: ServerState, happening: Happening): { step: Step; effects: Effects } | null {
    const now = happening.type === 'timer' ? timeOf(state, happening.late) : state.now
    const server = happening.type === 'crash' ? restarted(state, this.ids) : clone(state.server)
    const input = this.inputOf(server, now, happening)
    if (now === null || input === null) return null
    const issuedBefore = happening.type === 'crash' ? 0 : state.issued
    const fresh = freshFrom([state.who + 1, server.incarnation, issuedBefore, 7])
    Object.assign(server.fresh, fresh)
    const here = this.hostOf(state.who, server)
    this.canary.before?.(here, input)
    const effects = step(server, now, input)
    this.canary.stepped?.(here, input, effects)
    if (happening.type === 'act' && effects.reply.some(({ outcome }) => isFailure(outcome))) return null
    keepTimers(server)
    const issued = issuedBefore + (server.fresh.d - fresh.d >= IDENTIFIER ? 1 : 0)
    const next = this.stateOf(state.who, server, now, issued, grown(state, server, effects))
    if (this.canary.stepped === undefined && this.canary.before === undefined) this.replay(state, next, effects)
    this.onStep(state, next)
    const sends = effects.send.map(({ to, message }) => this.numberOf({ type: 'message', from: state.who, to: this.ids.indexOf(to), wire: encode(message) }))
    return { step: { next, sends }, effects }
  }

  /** P1: what is saved, done again to what was stored before, gives the copies that the step left: a restart replays what ran. */
  private replay(before: ServerState, after: ServerState, { save }: Effects): void {
    const saved = JSON.stringify(save)
    const key = `${before.view} ${after.view} ${saved}`
    if (this.replayed.has(key)) return
    const copies = save.length === 0 ? before.server.copies : this.parts.keep(replayed(before.server, saved))
    if (copies !== after.server.copies) throw new InvariantViolation('P1', `what ${nameOf(after.who)} saved does not replay to the copies it has`)
    this.replayed.add(key)
  }

  private inputOf(server: Server, now: number | null, happening: Happening): Input | null {
    switch (happening.type) {
      case 'message':
        return this.received(server, happening)
      case 'act':
        return happening.act.input(server, now!)
      case 'timer':
        return { type: 'tick' }
      case 'connected': {
        const id = this.ids[happening.other]!
        return { type: 'connected', server: id, incarnation: happening.incarnation, instance: `${id} ${happening.incarnation}`, name: nameOf(happening.other) }
      }
      case 'disconnected':
        return { type: 'disconnected', server: this.ids[happening.other]!, reason: 'silent' }
      case 'crash':
        return { type: 'start' }
    }
  }

  /** Every receiver gets a message of its own, parsed from its text. */
  private received(server: Server, { from, to, wire }: Extract<Happening, { type: 'message' }>): Input {
    const sent = clone(this.read(wire))
    const message = this.canary.message === undefined ? sent : (decode(encode(this.canary.message(sent, this.hostOf(from, null), this.hostOf(to, server)))) as Message)
    if (signedIn(message).some((signed) => signed.signature !== signature(signed.intent))) throw new Accusation('A1', `${nameOf(from)} sent ${nameOf(to)} what nobody signed`)
    return { type: 'message', from: this.ids[from]!, message }
  }

  private read(wire: string): Message {
    let message = this.messages.get(wire)
    if (message === undefined) {
      const decoded = decode(wire)
      if ('refused' in decoded) throw new Accusation('X5', `a message is refused, ${decoded.refused}: ${wire}`)
      message = decoded
      this.messages.set(wire, message)
    }
    return message
  }

  /** As much of a simulated host as checkers and canaries look at. */
  hostOf(who: number, server: Server | null): SimServer {
    const host = { id: this.ids[who], name: nameOf(who), server, copyOf: (directory: DirectoryId) => server?.copies.get(directory) }
    return host as unknown as SimServer
  }
}

const names = ['alpha', 'beta', 'gamma', 'delta']
export const nameOf = (who: number): string => names[who]!

export const optionsOf = (who: number, ids: readonly ServerId[], incarnation: number): ServerOptions => ({
  id: ids[who]!,
  key: `key-${nameOf(who)}`,
  incarnation,
  seed: [who + 1, incarnation, 0, 7],
  name: nameOf(who),
  root: null,
  wantsRoot: false,
})

/** The server as its disk has it, begun again: whatever left it was durable, so the disk has all that the state has. */
export function restarted({ who, server }: Pick<ServerState, 'who' | 'server'>, ids: readonly ServerId[]): Server {
  const copies = [...server.copies.values()].map((copy) => ({ snapshot: stored(copy), changes: [] }))
  const root = server.root === null ? [] : [{ type: 'root' as const, root: server.root }]
  return restoreServer(optionsOf(who, ids, server.incarnation + 1), { server: root, copies })
}

const stored = (copy: DirectoryCopy): EncodedCopy => JSON.parse(JSON.stringify(encodeCopy(copy))) as EncodedCopy

/** The copies of a server as it would find them after a restart. */
function replayed({ copies: before }: Server, saved: string): Server['copies'] {
  const copies = new Map([...before].map(([directory, copy]) => [directory, restoreCopy(stored(copy))]))
  for (const save of JSON.parse(saved) as Save[]) {
    if ('server' in save) {
      if (save.server.type === 'retired') copies.delete(save.server.directory)
    } else if (save.change.type === 'created') copies.set(save.directory, restoreCopy(save.change.copy))
    else applyChange(copies.get(save.directory)!, save.change)
  }
  return copies
}

/**
 * Whether what a message says is known for good, or answers what nobody asks any more. An attempt once over never runs again
 * [P6]; nor is an epoch made again that is decided [E2]. What an active copy knows it knows for ever, by its intents and then by F [A1, G2]: scenarios with `lateUpdates` do
 * not take that for granted.
 */
function isBehind(server: Server, message: Message): boolean {
  switch (message.type) {
    case 'updates': {
      const copy = server.copies.get(message.directory)
      return copy?.state === 'active' && message.sets.every((set) => knows(copy, set))
    }
    case 'looked':
    case 'readPage':
    case 'wrote':
    case 'sweepRefused':
      return server.sweeps.get(message.directory)?.attempt !== message.attempt
    case 'epochNews':
      return server.copies.get(message.directory)?.epoch === message.epoch
    case 'epochFacts':
      return server.proposals.get(message.directory)?.nonce !== message.nonce
    case 'sealed':
    case 'sealRefused':
    case 'epochGivenUp': {
      const copy = server.copies.get(message.directory)
      return copy !== undefined && copy.promised >= message.epoch && !copy.seals.some(({ epoch }) => epoch === message.epoch)
    }
    default:
      return false
  }
}

/** What the clock says when the earliest timer fires, or long after; null when there is none. */
const timeOf = ({ timer, now }: ServerState, late: boolean): number | null => (timer === null ? null : Math.max(now, timer) + (late ? LATE : 0))

/** Forgets all other timers. */
export function keepTimers(server: Server): void {
  const agenda = emptyAgenda<Task>()
  const entries = [...server.agenda.times].filter(([task]) => timers.has(task.split(' ')[0]!))
  for (const [task, at] of entries.toSorted(([, a], [, b]) => a - b)) schedule(agenda, task, at)
  server.agenda = agenda
}

/** DB grows by what a save says that its own copy stamped; a reply acknowledges it. A copy that enters an epoch brings what it has. */
export function grown(before: DbPart, { copies }: Server, { save, reply }: Effects): DbPart {
  const acknowledged = new Set(reply.map(({ outcome }) => (outcome as Partial<Answer>).ts).filter((ts): ts is Timestamp => ts !== undefined))
  const accepted: Originated[] = []
  const entered: Entered[] = []
  for (const each of save) {
    if (!('copy' in each)) continue
    const { directory, change } = each
    const copy = copies.get(directory)
    if (copy === undefined) continue
    if (change.type === 'fields' && change.fields.epoch !== undefined) entered.push({ ...copy, log: [...copy.log] })
    for (const set of change.type === 'absorbed' ? change.sets : []) {
      const isNew = set.ts.endsWith(each.copy) && ![...before.accepted, ...accepted].some((other) => other.directory === directory && other.set.ts === set.ts)
      if (isNew) accepted.push({ directory, by: each, set, acknowledged: acknowledged.has(set.ts), epoch: copy.epoch })
    }
  }
  return { accepted: accepted.length === 0 ? before.accepted : [...before.accepted, ...accepted], entered: entered.length === 0 ? before.entered : [...before.entered, ...entered] }
}
