/**
 * Everything that can happen next in a state of the world.
 *
 * A crash and the start after it are one step: a server that is down for a while is one that is up and linked to nobody.
 * Who was linked to it notices, or not, before they are linked again. What is sent where no link is up is lost.
 */
import type { WorldState } from './exhaustQueue'
import { faults, type Fault, type Scenario } from './exhaustScenarios'
import type { Happening, ServerState, ServerStates } from './exhaustServer'

/** One transition: what kind, of what. A message, act or timer by its number; else one server or two. */
export interface Move {
  kind: 'deliver' | 'act' | 'timer' | 'crash' | 'notice' | 'connect' | 'cut' | 'duplicate' | 'lose' | 'die before' | 'die after' | 'leaf'
  of: number
  other: number
}

export type Found = (next: WorldState, move: Move) => void

/** Fine weather is tried from here. */
export const leafMove: Move = { kind: 'leaf', of: 0, other: 0 }

export class Moves {
  /** What is being tried: the accused, when a rule is broken. */
  trying = leafMove
  private readonly scenario: Scenario
  private readonly servers: ServerStates
  private readonly size: number
  private readonly acts: { slot: number; happening: number; at: number }[]

  constructor(scenario: Scenario, servers: ServerStates) {
    this.scenario = scenario
    this.servers = servers
    this.size = scenario.servers
    this.acts = scenario.actions.flatMap(({ choices }, slot) => choices.map((act) => ({ slot, at: act.at, happening: servers.numberOf({ type: 'act', to: act.at, act }) })))
  }

  /** The state to begin with: all linked, nothing on its way, everything still to happen. */
  first(standing: readonly ServerState[]): WorldState {
    return { servers: standing.map(({ number }) => number), links: this.allLinks(), left: this.allLeft(), flight: [] }
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
    const { timer, now } = this.at(state, who)
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
      const step = this.servers.step(this.at(state, who), happening)
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
    const step = this.servers.step(this.at(state, who), happening)
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
    const step = this.servers.step(this.at(state, who), this.servers.numberOf({ type: 'crash', to: who }))!
    let { links } = state
    for (let other = 0; other < this.size; other++) links &= ~link(who, other)
    return { ...state, links, servers: state.servers.with(who, step.next.number) }
  }

  private link(state: WorldState, who: number, other: number, found: Found): void {
    const isUp = (state.links & link(who, other)) !== 0
    const standing = this.at(state, who)
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

  private at({ servers }: WorldState, who: number): ServerState {
    return this.servers.all[servers[who]!]!
  }
}

/** The bit of a pair of servers, of which there are at most four. */
const link = (a: number, b: number): number => 1 << (a < b ? 4 * a + b : 4 * b + a)

const amount = (left: number, slot: number): number => (left >>> (2 * slot)) & 3
const spend = (state: WorldState, slot: number): WorldState => ({ ...state, left: state.left - (1 << (2 * slot)) })
