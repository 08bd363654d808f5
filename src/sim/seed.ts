/**
 * One seed: a world with its sizes, workload and weather, in two phases. First break anything; then heal everything, sweep
 * three times, and demand that all copies are equal.
 */
import { converged, nothingLost, watchWorld } from './checkers'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Workload, type Mix } from './workload'
import { World, type Canary } from './world'
import { calm, type Weather } from './network'
import { greekLetters } from '../core/servers/register'

export interface SeedOptions {
  seed: string
  trace?: (line: string) => void
  canary?: Canary
  /** Weather and workload aimed at a situation, in place of what the seed would choose. */
  aim?: Aim
  /** Number of servers; the seed chooses when left out. */
  servers?: number
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
  counts: Map<string, number>
  /** Changes with anything that happened: the same seed must give the same. */
  hash: number
}

/** Runs a seed; throws an Accusation, or what the core throws, if a rule is broken. */
export function runSeed({ seed, trace, canary, servers, aim }: SeedOptions): Outcome {
  const world = new World(seed)
  const random = world.random.fork('weather')
  world.trace = trace ?? null
  world.canary = canary ?? {}
  watchWorld(world)
  const size = servers ?? 1 + random.below(6)
  const worstSkew = aim?.worstSkew ?? random.pick([0, 20, 5_000, 140_000])
  for (let i = 0; i < size; i++) world.addServer(greekLetters[i % 24]!, random.between(-worstSkew, worstSkew))
  const workload = new Workload(world, aim?.mix)
  for (const server of world.servers) server.start()
  workload.begin(world.servers[0]!)
  world.relink()
  world.run(3000)
  breakAnything(world, workload, random, aim)
  heal(world)
  world.run(world.time + 400_000)
  for (const directory of workload.directories.filter((each) => world.copies(each).length > 0)) {
    for (let i = 0; i < 3; i++) {
      workload.sweep(world.copies(directory)[0]!.at, directory)
      world.run(world.time + 20_000)
    }
  }
  settle(world)
  nothingLost(world)
  converged(world)
  return { simulatedMs: world.time, counts: world.counts, hash: hashOf(world) }
}

/** Copies are compared between sweeps, not in the middle of one's write pass. */
function settle(world: World): void {
  for (let i = 0; i < 1000 && world.servers.some(({ server }) => server.sweeps.size > 0); i++) world.run(world.time + 10)
}

const storm = (random: Random): Weather => ({ loss: random.pick([0, 0.02, 0.3]), duplication: random.pick([0, 0.1, 0.3]), delay: random.pick([3, 40, 900]) })

function breakAnything(world: World, workload: Workload, random: Random, aim: Aim | undefined): void {
  world.network.weather = aim?.weather ?? storm(random)
  const acts = 40 + random.below(120)
  const pace = aim?.pace ?? random.pick([30, 400, 4000])
  for (let i = 0; i < acts; i++) {
    world.run(world.time + random.between(0, 2 * pace))
    workload.act()
    if (aim === undefined && random.chance(0.12)) misfortune(world, random)
  }
}

function misfortune(world: World, random: Random): void {
  const server = random.pick(world.servers)
  const other = random.pick(world.servers)
  const kind = random.below(8)
  if (kind === 0 && server.alive) crash(world, server, random.between(0, 60_000))
  else if (kind === 1) freeze(world, server, random.between(0, 40_000))
  else if (kind === 2 && server !== other) cut(world, [server], [other], random.chance(0.4))
  else if (kind === 3) cut(world, [server], world.servers.filter((each) => each !== server), random.chance(0.3))
  else if (kind === 4) {
    const half = random.shuffled(world.servers)
    const middle = random.below(half.length)
    cut(world, half.slice(0, middle), half.slice(middle), false)
  } else if (kind === 5) {
    world.say(() => 'the network heals')
    world.network.heal()
    world.relink()
  } else if (kind === 6) world.network.weather = storm(random)
  else server.compact()
}

function cut(world: World, left: readonly SimServer[], right: readonly SimServer[], oneWay: boolean): void {
  world.say(() => `cut ${left.map((each) => each.name).join(' ')} ${oneWay ? '→' : '|'} ${right.map((each) => each.name).join(' ')}`)
  world.count(oneWay ? 'one-way cuts' : 'cuts')
  for (const a of left) {
    for (const b of right) {
      world.network.cut(a.id, b.id)
      if (!oneWay) world.network.cut(b.id, a.id)
    }
  }
  world.relink()
}

function crash(world: World, server: SimServer, downFor: number): void {
  world.say(() => `${server.name} crashes`)
  world.count('crashes')
  server.crash()
  world.dropLinks(server)
  world.plan(downFor, () => restart(world, server))
}

function restart(world: World, server: SimServer): void {
  if (server.alive) return
  world.say(() => `${server.name} starts again`)
  server.start()
  world.relink()
}

function freeze(world: World, server: SimServer, forMs: number): void {
  if (!server.alive || server.frozen) return
  world.count('freezes')
  server.frozen = true
  world.plan(forMs, () => {
    if (server.frozen) server.thaw()
  })
}

function heal(world: World): void {
  world.say(() => 'faults stop')
  world.network.weather = calm
  world.network.heal()
  for (const server of world.servers) {
    if (server.frozen) server.thaw()
    restart(world, server)
  }
  world.relink()
}

function hashOf(world: World): number {
  let hash = 0
  for (const char of JSON.stringify([...world.counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) + [...world.database.directories.values()].map((sets) => [...sets.keys()].join()).join()) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193)
  return hash >>> 0
}
