/**
 * Exhaustion in the small: breadth first over every interleaving of the same core. A state of the world is how each server
 * stands, which links are up, what is on its way, and what may still happen; its successors are all that can happen next.
 *
 * What is abstracted. Time: a clock moves only when a timer of its server fires; so clocks part as they like, messages take
 * as long as they like, and states that differ only in the order of independent steps are one. Loss: a message that is never
 * delivered is lost in every state reached without it; a scenario takes one away only to reach leaves without it. Disks:
 * nothing leaves before it is durable, so steps that a crash undoes are, to all others, messages that were lost.
 */
import { InvariantViolation } from '../core/assert'
import { beginning, drain } from './exhaustEnds'
import { Mixer } from './exhaustHash'
import { Path } from './exhaustPath'
import { mix, Queue, type WorldState } from './exhaustQueue'
import { faults, idsOf, type Fault, type Scenario } from './exhaustScenarios'
import { ServerStates, type Happening, type ServerState } from './exhaustServer'
import { Visited } from './exhaustVisited'
import { compare, look } from './exhaustWatch'
import { Accusation, type Canary } from './world'

export interface ExhaustOptions {
  /** Distinct states of the world at most. */
  limit: number
  canary?: Canary
}

export interface Outcome {
  states: number
  transitions: number
  /** Steps from the beginning within which every state was looked at. */
  depth: number
  /** States with all connected and nothing on its way; from so many of them fine weather was tried. */
  leaves: number
  drained: number
  /** Different ways a single server stood. */
  serverStates: number
  /** False: the limit was reached first. */
  exhausted: boolean
  broken: Broken | null
}

/** A rule was broken: which, the accusation, and the shortest way to it, in lines. */
export interface Broken {
  rule: string
  sentence: string
  path: string[]
}

/** One transition: what kind, of what. A message or act by its number; else one server or two. */
export interface Move {
  kind: 'deliver' | 'act' | 'timer' | 'crash' | 'notice' | 'connect' | 'cut' | 'duplicate' | 'lose' | 'die before' | 'die after' | 'leaf'
  of: number
  other: number
}

type Found = (next: WorldState, move: Move) => void

export class Exploration {
  readonly servers: ServerStates
  readonly first: WorldState
  private readonly scenario: Scenario
  private readonly options: ExhaustOptions
  private readonly visited = new Visited()
  private readonly mixer = new Mixer()
  /** What the checkers have looked at. */
  private readonly looked = new Set<string>()
  private readonly acts: { slot: number; happening: number; at: number }[]
  private readonly size: number
  /** What is being tried: the accused, when a rule is broken. */
  private trying: Move = { kind: 'leaf', of: 0, other: 0 }
  private transitions = 0
  private leaves = 0
  private drained = 0

  constructor(scenario: Scenario, options: ExhaustOptions) {
    this.scenario = scenario
    this.options = options
    this.size = scenario.servers
    this.servers = new ServerStates(idsOf(scenario), options.canary ?? {}, scenario.lateUpdates === true)
    const standing = beginning(scenario, this.servers)
    this.servers.onStep = compare
    this.first = { servers: standing.map(({ number }) => number), links: this.allLinks(), left: this.allLeft(), flight: [] }
    this.acts = scenario.actions.flatMap(({ choices }, slot) => choices.map((act) => ({ slot, at: act.at, happening: this.servers.numberOf({ type: 'act', to: act.at, act }) })))
  }

  run(): Outcome {
    const queue = new Queue(this.size)
    this.visited.add(mix(this.mixer, this.first), -1)
    queue.push(this.first)
    let parent = -1
    let depth = 0
    let level = 1
    const found: Found = (next) => {
      this.transitions++
      if (!this.visited.add(mix(this.mixer, next), parent)) return
      queue.push(next)
      this.look(next)
    }
    try {
      for (let state = queue.shift(); state !== null; state = queue.shift()) {
        parent++
        if (parent === level) {
          level = this.visited.size
          depth++
        }
        if (this.visited.size >= this.options.limit) return this.outcome(depth, false, null)
        this.expand(state, found)
        if (state.flight.length === 0 && state.links === this.first.links) this.leaf(state)
      }
      return this.outcome(depth, true, null)
    } catch (error) {
      if (!(error instanceof Accusation) && !(error instanceof InvariantViolation)) throw error
      return this.outcome(depth, false, { rule: error.rule, sentence: error.message, path: new Path(this, this.visited).lines(parent, this.trying) })
    }
  }

  private outcome(depth: number, exhausted: boolean, broken: Broken | null): Outcome {
    return { states: this.visited.size, transitions: this.transitions, depth, leaves: this.leaves, drained: this.drained, serverStates: this.servers.all.length, exhausted, broken }
  }

  standing({ servers }: WorldState): ServerState[] {
    return servers.map((number) => this.servers.all[number]!)
  }

  private look(state: WorldState): void {
    const standing = this.standing(state)
    const key = standing.map(({ view }) => view).join()
    if (this.looked.has(key)) return
    look(standing)
    this.looked.add(key)
  }

  /** From the first leaves, and then from fewer and fewer: as many again each time their number doubles. */
  private leaf(state: WorldState): void {
    this.leaves++
    if (this.leaves > LEAVES && this.leaves % 2 ** Math.floor(Math.log2(this.leaves / LEAVES)) !== 0) return
    this.trying = { kind: 'leaf', of: 0, other: 0 }
    this.drained++
    drain(this.standing(state))
  }

  /** All that can happen next. */
  expand(state: WorldState, found: Found): void {
    const { flight } = state
    for (const [i, message] of flight.entries()) if (message !== flight[i - 1]) this.message(state, message, i, found)
    for (const { slot, happening, at } of this.acts) if (amount(state.left, slot) > 0) this.alone(spend(state, slot), at, 'act', happening, found)
    for (let who = 0; who < this.size; who++) {
      this.timer(state, who, found)
      if (this.has(state, 'crash')) this.tell({ kind: 'crash', of: who, other: 0 }, found, () => this.crash(this.spend(state, 'crash'), who))
      for (let other = 0; other < this.size; other++) if (other !== who) this.link(state, who, other, found)
    }
  }

  /** A timer that is due fires whenever it likes; for another one time must pass. */
  private timer(state: WorldState, who: number, found: Found): void {
    const { timer, now } = this.servers.all[state.servers[who]!]!
    if (timer === null) return
    const fire = (late: boolean): number => this.servers.numberOf({ type: 'timer', to: who, late })
    if (timer <= now) this.alone(state, who, 'timer', fire(false), found)
    else if (this.has(state, 'timer')) this.alone(this.spend(state, 'timer'), who, 'timer', fire(false), found)
    if (this.has(state, 'late')) this.alone(this.spend(state, 'late'), who, 'timer', fire(true), found)
  }

  private message(state: WorldState, message: number, at: number, found: Found): void {
    const { from, to } = this.servers.happenings[message] as Extract<Happening, { type: 'message' }>
    const rest = { ...state, flight: state.flight.toSpliced(at, 1) }
    if (this.has(state, 'lose')) this.tell({ kind: 'lose', of: message, other: 0 }, found, () => this.spend(rest, 'lose'))
    if ((state.links & link(from, to)) === 0) return
    this.alone(rest, to, 'deliver', message, found)
    if (this.has(state, 'duplicate')) this.alone(this.spend(state, 'duplicate'), to, 'duplicate', message, found)
  }

  /** Something happens to one server; where crashes may happen, it may die before that is durable, or before anybody hears of it. */
  private alone(state: WorldState, who: number, kind: Move['kind'], happening: number, found: Found): void {
    this.tell({ kind, of: happening, other: 0 }, found, () => this.happen(state, who, happening))
    if (!this.has(state, 'torn')) return
    this.tell({ kind: 'die before', of: happening, other: 0 }, found, () => this.crash(this.spend(state, 'torn'), who))
    this.tell({ kind: 'die after', of: happening, other: 0 }, found, () => {
      const step = this.servers.step(this.servers.all[state.servers[who]!]!, happening)
      return step && this.crash(this.spend({ ...state, servers: state.servers.with(who, step.next.number) }, 'torn'), who)
    })
  }

  private tell(move: Move, found: Found, make: () => WorldState | null): void {
    this.trying = move
    const next = make()
    if (next !== null) found(this.withoutSpent(next), move)
  }

  private withoutSpent(state: WorldState): WorldState {
    const { servers, flight } = state
    const isSpent = (message: number): boolean => this.servers.isSpent(this.servers.all[servers[this.servers.happenings[message]!.to]!]!, message)
    return flight.some(isSpent) ? { ...state, flight: flight.filter((message) => !isSpent(message)) } : state
  }

  private happen(state: WorldState, who: number, happening: number): WorldState | null {
    const step = this.servers.step(this.servers.all[state.servers[who]!]!, happening)
    return step && { ...state, servers: state.servers.with(who, step.next.number), flight: this.sent(state, who, step.sends) }
  }

  /** What is sent where no link is up is lost. */
  private sent({ flight, links }: WorldState, from: number, sends: readonly number[]): number[] {
    let all = flight
    for (const message of sends) {
      const { to } = this.servers.happenings[message]!
      if ((links & link(from, to)) === 0) continue
      const place = all.findIndex((other) => other > message)
      all = all.toSpliced(place < 0 ? all.length : place, 0, message)
    }
    return all
  }

  /** A server loses what is not durable and begins again, with no links; who was linked to it learns of it later, or never. */
  private crash(state: WorldState, who: number): WorldState {
    const step = this.servers.step(this.servers.all[state.servers[who]!]!, this.servers.numberOf({ type: 'crash', to: who }))!
    let { links } = state
    for (let other = 0; other < this.size; other++) links &= ~link(who, other)
    return { ...state, links, servers: state.servers.with(who, step.next.number) }
  }

  private link(state: WorldState, who: number, other: number, found: Found): void {
    const isUp = (state.links & link(who, other)) !== 0
    const standing = this.servers.all[state.servers[who]!]!
    // Nobody looks who is connected before time has passed.
    const matters = this.has(state, 'timer') || this.has(state, 'late')
    if (!isUp && matters && standing.server.peers.has(this.servers.ids[other]!)) this.tell({ kind: 'notice', of: who, other }, found, () => this.notice(state, who, other))
    if (who > other) return
    if (!isUp) this.tell({ kind: 'connect', of: who, other }, found, () => this.connect(state, who, other))
    if (isUp && this.has(state, 'cut')) {
      this.tell({ kind: 'cut', of: who, other }, found, () => {
        const cut = { ...this.spend(state, 'cut'), links: state.links & ~link(who, other) }
        return this.notice(this.notice(cut, who, other), other, who)
      })
    }
  }

  private notice(state: WorldState, who: number, other: number): WorldState {
    return this.happen(state, who, this.servers.numberOf({ type: 'disconnected', to: who, other }))!
  }

  /** Both ends hear of it, and each other's first word, at once. */
  private connect(state: WorldState, a: number, b: number): WorldState {
    let next: WorldState = { ...state, links: state.links | link(a, b) }
    for (const [who, other] of [[a, b], [b, a]] as const) {
      const { incarnation } = this.servers.all[state.servers[other]!]!.server
      next = this.happen(next, who, this.servers.numberOf({ type: 'connected', to: who, other, incarnation }))!
    }
    for (const message of next.flight.filter((each) => this.servers.isHello(each))) {
      next = { ...next, flight: next.flight.toSpliced(next.flight.indexOf(message), 1) }
      next = this.happen(next, this.servers.happenings[message]!.to, message)!
    }
    return next
  }

  private has({ left }: WorldState, fault: Fault): boolean {
    return amount(left, this.slotOf(fault)) > 0
  }

  private spend(state: WorldState, fault: Fault): WorldState {
    return spend(state, this.slotOf(fault))
  }

  private slotOf(fault: Fault): number {
    return this.scenario.actions.length + faults.indexOf(fault)
  }

  private allLeft(): number {
    const { actions, faults: limits } = this.scenario
    const amounts = [...actions.map(({ times }) => times), ...faults.map((fault) => limits[fault] ?? 0)]
    if (amounts.length > 15 || amounts.some((n) => n > 3)) throw new Error(`the scenario ${this.scenario.name} does not fit`)
    return amounts.reduce((left, n, slot) => left | (n << (2 * slot)), 0)
  }

  private allLinks(): number {
    let links = 0
    for (let a = 0; a < this.size; a++) for (let b = 0; b < a; b++) links |= link(a, b)
    return links
  }
}

/** From so many leaves fine weather is tried at first. */
const LEAVES = 32

/** The bit of a pair of servers, of which there are at most four. */
const link = (a: number, b: number): number => 1 << (a < b ? 4 * a + b : 4 * b + a)

const amount = (left: number, slot: number): number => (left >>> (2 * slot)) & 3
const spend = (state: WorldState, slot: number): WorldState => ({ ...state, left: state.left - (1 << (2 * slot)) })
