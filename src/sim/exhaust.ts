/**
 * Exhaustion in the small: breadth first over every interleaving of the same core. A state of the world is how each server
 * stands, which links are up, what is on its way, and what may still happen; its successors are all that can happen next.
 *
 * What is abstracted. Time: a clock moves only when a timer of its server fires; so clocks part as they like, messages take
 * as long as they like, and states that differ only in the order of independent steps are one. Loss: a message that is never
 * delivered is lost in every state reached without it; a scenario takes one away only to reach leaves without it. Disks:
 * nothing leaves before it is durable, so steps that a crash undoes are, to all others, messages that were lost. Messages
 * that can do nothing any more are taken away. Everything else happens in every order.
 */
import { beginning, drain } from './exhaustEnds'
import { Mixer } from './exhaustHash'
import { leafMove, Moves, type Found } from './exhaustMoves'
import { accusation, Path } from './exhaustPath'
import { mix, Queue, type WorldState } from './exhaustQueue'
import { idsOf, type Scenario } from './exhaustScenarios'
import { ServerStates } from './exhaustServer'
import { Visited } from './exhaustVisited'
import { compare, look } from './exhaustWatch'
import type { Canary } from './world'

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

export class Exploration {
  readonly servers: ServerStates
  readonly first: WorldState
  private readonly moves: Moves
  private readonly options: ExhaustOptions
  private readonly visited = new Visited()
  private readonly mixer = new Mixer()
  /** What the checkers have looked at. */
  private readonly looked = new Set<string>()
  private transitions = 0
  private leaves = 0
  private drained = 0

  constructor(scenario: Scenario, options: ExhaustOptions) {
    this.options = options
    this.servers = new ServerStates(idsOf(scenario), options.canary ?? {}, scenario.lateUpdates === true)
    this.moves = new Moves(scenario, this.servers)
    this.first = this.moves.first(beginning(scenario, this.servers))
    this.servers.onStep = compare
  }

  run(): Outcome {
    const queue = new Queue(this.first.servers.length)
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
        this.moves.expand(state, found)
        if (state.flight.length === 0 && state.links === this.first.links) this.leaf(state)
      }
      return this.outcome(depth, true, null)
    } catch (error) {
      const { trying } = this.moves
      return this.outcome(depth, false, { ...accusation(error), path: new Path(this.servers, this.moves, this.visited).lines(this.first, parent, trying) })
    }
  }

  private outcome(depth: number, exhausted: boolean, broken: Broken | null): Outcome {
    return { states: this.visited.size, transitions: this.transitions, depth, leaves: this.leaves, drained: this.drained, serverStates: this.servers.all.length, exhausted, broken }
  }

  private look(state: WorldState): void {
    const standing = this.servers.standing(state.servers)
    const key = standing.map(({ view }) => view).join()
    if (this.looked.has(key)) return
    look(standing)
    this.looked.add(key)
  }

  /** From the first leaves, and then from fewer and fewer: as many again each time their number doubles. */
  private leaf(state: WorldState): void {
    this.leaves++
    if (this.leaves > LEAVES && this.leaves % 2 ** Math.floor(Math.log2(this.leaves / LEAVES)) !== 0) return
    this.moves.trying = leafMove
    this.drained++
    drain(this.servers.standing(state.servers))
  }
}

/** From so many leaves fine weather is tried at first. */
const LEAVES = 32
