/**
 * One seed: a world with its sizes, workload and weather, in two phases. First break anything; then heal everything, sweep
 * three times, and demand that all copies are equal.
 */
import { greekLetters } from '../core/servers/register'
import { millisecondsOf } from '../core/timestamp'
import { converged, nothingLost, watchWorld } from './checkers'
import { healAll, misfortune, storm } from './misfortunes'
import type { Weather } from './network'
import { allPlaced } from './placing'
import { watchSituations, type Situation } from './situations'
import { bulkyMix, placingMix, usualMix, Workload, type Mix } from './workload'
import { World, type Canary } from './world'

export interface SeedOptions {
  seed: string
  trace?: (line: string) => void
  canary?: Canary
  /** Weather and workload aimed at a situation, in place of what the seed would choose. */
  aim?: Aim
  /** Number of servers; the seed chooses when left out. */
  servers?: number
  /** Acts to leave out, by number: how a failing seed is made smaller. */
  without?: ReadonlySet<number>
}

export interface Aim {
  weather: Weather
  mix: Mix
  /** ms between acts, about. */
  pace: number
  worstSkew: number
}

export interface Outcome {
  simulatedMs: number
  /** Acts that there were, those left out included. */
  acts: number
  counts: ReadonlyMap<string, number>
  situations: ReadonlyMap<Situation, number>
  /** Of every message and step, in order: the same seed gives the same. */
  hash: number
}

/** How many acts a seed has; cheap to ask before it runs. */
export const actsOf = (seed: string): number => 40 + new World(seed).random.fork('acts').below(120)

/** Runs a seed; throws an Accusation, or what the core throws, if a rule is broken. */
export function runSeed({ seed, trace, canary, servers, aim, without }: SeedOptions): Outcome {
  const world = new World(seed)
  const random = world.random.fork('choices')
  world.trace = trace ?? null
  world.canary = canary ?? {}
  watchWorld(world)
  watchSituations(world)
  const size = servers ?? 1 + random.below(6)
  const worstSkew = aim?.worstSkew ?? random.pick([0, 20, 5_000, 140_000])
  for (let i = 0; i < size; i++) world.addServer(nameOf(i), random.between(-worstSkew, worstSkew))
  const workload = new Workload(world, aim?.mix ?? (random.chance(BULKY) ? bulkyMix : random.chance(PLACING) ? placingMix : usualMix))
  for (const server of world.servers) server.start()
  workload.begin(world.servers[0]!)
  world.links.lookAtAll()
  world.pass(3000)
  world.network.weather = aim?.weather ?? storm(random)
  const pace = aim?.pace ?? random.pick([30, 400, 4000])
  const acts = actsOf(seed)
  for (let i = 0; i < acts; i++) act(world, workload, i, pace, aim === undefined, without?.has(i) === true)
  healAll(world)
  world.pass(untilStampsArePast(world) + 100_000)
  for (const directory of workload.directories.filter((each) => world.copies(each).length > 0)) {
    for (let i = 0; i < 3; i++) {
      workload.sweep(world.copies(directory)[0]!.at, directory, random)
      world.pass(20_000)
    }
  }
  settle(world)
  nothingLost(world)
  converged(world)
  if (size <= MOST_CHECKED) allPlaced(world, workload.directories[0]!, workload.counted)
  return { simulatedMs: world.time, acts, counts: world.counts, situations: world.situations, hash: world.hash }
}

const BULKY = 0.04
const PLACING = 0.12
/** In a larger world not every server stores the root, and nobody gives the others an up pointer. */
const MOST_CHECKED = 9

const nameOf = (i: number): string => `${greekLetters[i % 24]!}${i < 24 ? '' : Math.floor(i / 24) + 1}`

/** Somebody acts, and perhaps something goes wrong; each act has randomness of its own, so that leaving one out shifts no other. */
function act(world: World, workload: Workload, number: number, pace: number, faults: boolean, leftOut: boolean): void {
  const random = world.random.fork(`act ${number}`)
  world.pass(random.between(0, 2 * pace))
  if (faults && random.chance(QUIET_TIMES)) world.pass(random.between(0, LONGEST_QUIET))
  if (leftOut) return
  workload.act(random)
  if (faults && random.chance(MISFORTUNES)) misfortune(world, random)
}

const MISFORTUNES = 0.14
/** Now and then nobody does anything for a while: ms. */
const QUIET_TIMES = 0.1
const LONGEST_QUIET = 1_800_000

/** ms until the time of the greatest stamp that anybody has seen: before, others would call it one from the future [T2]. */
function untilStampsArePast(world: World): number {
  const ahead = world.servers.flatMap((server) => [...server.server.copies.values()].map(({ nextTS }) => millisecondsOf(nextTS) - world.wall(server)))
  return Math.max(0, ...ahead)
}

/** Copies are compared between sweeps, not in the middle of one's write pass. */
function settle(world: World): void {
  for (let i = 0; i < 1000 && world.servers.some(({ server }) => server.sweeps.size > 0); i++) world.pass(10)
}
