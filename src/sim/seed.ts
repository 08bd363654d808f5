/**
 * One seed: a world with its sizes, workload and weather, in two phases. First break anything; then heal everything, sweep
 * three times, and demand that all copies are equal.
 */
import { greekLetters } from '../core/servers/register'
import { millisecondsOf } from '../core/timestamp'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import type { DirectoryId } from '../core/names'
import { watchRights } from './accessControl'
import { converged, nothingLost, remaining, ruling, watchWorld } from './checkers'
import { allJoined, formerNamesGoOn, rivalsYielded } from './growing'
import { joinBehindLiars } from './liars'
import { Hostile } from './hostile'
import { FULL_MESH } from './links'
import { abandonGone, abandonLost, bringBack, goOnWithoutLost, loseServer, removeAllLost, removeLostSometime } from './lostServers'
import { cut, cutOffWhoCloses, healAll, loseDisk, MANY, misfortune, restoreDisk, storm } from './misfortunes'
import { calm, type Weather } from './network'
import type { SimServer } from './simServer'
import { watchRemovals } from './removing'
import { everyoneIsNamed } from './serverCheckers'
import { watchSituations, type Situation } from './situations'
import { watchStorms } from './storms'
import { allMoved } from './moving'
import { watchNames } from './namesInUse'
import { bulkyMix, epochMix, expiring, growingMix, guardedMix, movingMix, placingMix, usualMix, Workload, type Mix } from './workload'
import { allPlaced } from './placing'
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
  /** 6 when left out. */
  servers?: number
  /** Disks are put back as they were a while ago. */
  restoresDisks?: true
  /** A server is gone for good, and removed by others. */
  losesServers?: true
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
  const names = watchNames(world)
  watchRemovals(world)
  watchStorms(world)
  const few = 1 + random.below(6)
  const size = servers ?? (world.random.fork('room').chance(CROWDED) ? FULL_MESH + 1 + world.random.fork('crowd').below(20) : few)
  const worstSkew = aim?.worstSkew ?? random.pick([0, 20, 5_000, 140_000])
  for (let i = 0; i < size; i++) world.addServer(nameOf(i), random.between(-worstSkew, worstSkew))
  const bulkyOrUsual = random.chance(BULKY) ? bulkyMix : usualMix
  // A known bug shows soonest in the usual worlds, where nothing else is going on.
  const mix = canary === undefined ? random.pick([bulkyOrUsual, random.chance(MOVING) ? movingMix : bulkyOrUsual, epochMix, random.chance(PLACING) ? placingMix : epochMix]) : { ...bulkyOrUsual, place: 0 }
  const goesByCaches = canary === undefined && world.random.fork('expiration').chance(EXPIRING)
  const growth = world.random.fork('growth')
  const grows = canary === undefined && aim === undefined && growth.chance(GROWING)
  const isGuarded = canary === undefined && aim === undefined && !grows && world.random.fork('rights').chance(GUARDED)
  const workload = new Workload(world, aim?.mix ?? (isGuarded ? guardedMix : grows ? growingMix : goesByCaches ? expiring(mix) : mix), aim === undefined, names)
  world.hasPeople = workload.mix.guard !== undefined
  watchRights(world)
  for (const server of world.servers) server.start()
  workload.begin(world.servers[0]!)
  if (isGrowing(workload.mix) && growth.chance(APART)) beginApart(world, workload)
  world.links.lookAtAll()
  world.pass(3000)
  world.network.weather = aim?.weather ?? (goesByCaches && random.chance(CALM) ? { ...calm, delay: 40 } : storm(random, size > MANY))
  if (canary === undefined) cutOffWhoCloses(world)
  const faults = faultsOf(world, aim, canary)
  const pace = aim?.pace ?? random.pick([30, 400, 4000])
  const hostile = canary === undefined && aim === undefined && world.random.fork('enemies').chance(HOSTILE) ? new Hostile(world) : null
  const kinds: [string, boolean][] = [
    ['crowded rooms', size > FULL_MESH],
    ['usual ones', workload.mix === usualMix],
    ['large updates', workload.mix === bulkyMix],
    ['epochs', workload.mix === epochMix],
    ['directories that move', workload.mix === movingMix],
    ['servers named in other directories', workload.mix === placingMix],
    ['caches that rely on expiration', goesByCaches && !grows && !isGuarded],
    ['rights', isGuarded],
    ['new roots above old ones', grows],
    ['a hostile peer', hostile !== null],
    ['servers lost for good', faults.losesServers],
    ['disks lost', faults.losesDisks],
    ['old disks put back', faults.restoresDisks],
  ]
  for (const [kind, is] of kinds) if (is) world.count(`worlds: ${kind}`)
  const acts = actsOf(seed)
  for (let i = 0; i < acts; i++) {
    act(world, workload, i, pace, faults, without?.has(i) === true)
    hostile?.speak()
  }
  // A known bug shows by what people do; everything else has to bear the weather for a while.
  if (canary === undefined) world.pass((size > MANY ? LONG_FOR_MANY : LONG_ENOUGH) - world.time)
  healAll(world)
  world.pass(untilStampsArePast(world) + 100_000)
  decideAll(world, workload, 'decisions')
  // Moves settle once F goes on.
  if (grows) abandonGone(world, workload)
  if (faults.losesServers) {
    goOnWithoutLost(world, workload)
    if (grows) abandonLost(world, workload)
    const root = allJoined(workload.growing(random), random)
    removeAllLost(world, workload, root, (round) => decideAll(world, workload, `decisions without the lost ${round}`))
    bringBack(world, workload, root)
    decideAll(world, workload, 'decisions on who came back')
  }
  if (canary === undefined && aim === undefined && world.random.fork('liars').chance(LYING)) joinBehindLiars(world, workload.directories, random)
  for (const directory of workload.directories.filter((each) => world.copies(each).length > 0)) {
    for (let i = 0; i < 3; i++) {
      // A removal may be finished by now.
      const [first] = world.copies(directory)
      if (first !== undefined) workload.sweep(first.at, directory, random)
      world.pass(20_000)
    }
  }
  settle(world)
  world.findLost()
  nothingLost(world)
  converged(world)
  const root = allJoined(workload.growing(random), random)
  allMoved(world, root, workload.directories, workload.counted)
  if (isGrowing(workload.mix)) {
    rivalsYielded(world, workload.directories)
    formerNamesGoOn(world, root)
  }
  everyoneIsNamed(world, root)
  if (size <= MOST_CHECKED) allPlaced(world, root, workload.counted)
  return { simulatedMs: world.time, acts, counts: world.counts, situations: world.situations, hash: world.hash }
}

/** A second service begins on the last servers, which hear of the first one when the network heals. */
function beginApart(world: World, workload: Workload): void {
  const middle = Math.ceil(world.servers.length / 2)
  const [first] = world.servers.slice(middle)
  if (first === undefined) return
  cut(world, world.servers.slice(0, middle), world.servers.slice(middle), false)
  workload.begin(first, world.random.fork('other root'))
}

const isGrowing = ({ grow }: Mix): boolean => grow !== undefined

/** So many worlds have rooms in which not everybody is linked to everybody. */
const CROWDED = 0.01
/** So many worlds grow by new roots; so many of these begin as two services. */
const GROWING = 0.12
const APART = 0.5
const BULKY = 0.04
/** So many have a hostile peer. */
const HOSTILE = 0.2
/** So many others have rights. */
const GUARDED = 0.15
const LYING = 0.3
/** So many worlds lose disks too; so many have some put back as they were. */
const LOSES_DISKS = 0.3
const RESTORES_DISKS = 0.3
const LOSES_SERVERS = 0.25
const PLACING = 0.12
const MOVING = 0.4
const EXPIRING = 0.3
/** Where sweeps seldom complete, nothing can be promised to caches. */
const CALM = 0.7
/** In a larger world not every server stores the root, and nobody gives the others an up pointer. */
const MOST_CHECKED = 9

const nameOf = (i: number): string => `${greekLetters[i % 24]!}${i < 24 ? '' : Math.floor(i / 24) + 1}`

/** What can go wrong in a world. */
interface Faults {
  usual: boolean
  losesDisks: boolean
  restoresDisks: boolean
  losesServers: boolean
}

/** Where a known bug or a situation is looked for, nothing else goes on. */
function faultsOf(world: World, aim: Aim | undefined, canary: Canary | undefined): Faults {
  const random = world.random.fork('disks')
  const [losesDisks, restoresDisks] = [random.chance(LOSES_DISKS), random.chance(RESTORES_DISKS)]
  if (aim !== undefined || canary !== undefined) return { usual: aim === undefined, losesDisks: false, restoresDisks: aim?.restoresDisks === true, losesServers: aim?.losesServers === true }
  // What is lost with one server is enough for one world.
  if (world.servers.length >= 3 && world.random.fork('lost servers').chance(LOSES_SERVERS)) return { usual: true, losesDisks: false, restoresDisks: false, losesServers: true }
  return { usual: true, losesDisks, restoresDisks, losesServers: false }
}

/** Somebody acts, and perhaps something goes wrong; each act has randomness of its own, so that leaving one out shifts no other. */
function act(world: World, workload: Workload, number: number, pace: number, faults: Faults, leftOut: boolean): void {
  const random = world.random.fork(`act ${number}`)
  world.pass(random.between(0, 2 * pace))
  if (faults.usual && random.chance(QUIET_TIMES)) world.pass(random.between(0, LONGEST_QUIET))
  if (leftOut) return
  workload.act(random)
  if (faults.usual && random.chance(MISFORTUNES)) misfortune(world, random)
  if (faults.losesDisks && random.chance(0.02)) loseDisk(world, random)
  if (faults.restoresDisks && random.chance(0.05)) restoreDisk(world, random)
  if (faults.losesServers && random.chance(0.04)) loseServer(world, random)
  if (faults.losesServers && random.chance(0.1)) removeLostSometime(world, random)
}

const MISFORTUNES = 0.14
/** Now and then nobody does anything for a while: ms. */
const QUIET_TIMES = 0.1
const LONGEST_QUIET = 1_800_000
/** ms that every world lasts before all is healed. */
const LONG_ENOUGH = 7_200_000
/** The same with more servers than MANY: they do in minutes what takes others hours. */
const LONG_FOR_MANY = 600_000

/** ms until the time of the greatest stamp that anybody has seen: before, others would call it one from the future [T2]. */
function untilStampsArePast(world: World): number {
  const ahead = world.servers.flatMap((server) => [...server.server.copies.values()].map(({ nextTS }) => millisecondsOf(nextTS) - world.wall(server)))
  return Math.max(0, ...ahead)
}

/** Rings that lost a member are made anew; whom epochs left out comes back with what it has, or decides on it, and goes. */
function decideAll(world: World, workload: Workload, which: string): void {
  // Of its own each time: a change made with the same random numbers would be the same intent [A1].
  const random = world.random.fork(which)
  for (const directory of workload.directories) if (isBroken(world, directory)) workload.newEpochWithout(directory)
  world.pass(60_000)
  for (const directory of workload.directories) workload.reunite(directory)
  world.pass(10_000)
  const leftOut = (): { at: SimServer; copy: DirectoryCopy }[] => workload.directories.flatMap((directory) => world.copies(directory)).filter(({ at, copy }) => at.gone === null && copy.state === 'excluded')
  if (random.chance(0.5)) for (const { copy } of leftOut()) for (const { at } of ruling(world, copy.directory).slice(0, 1)) workload.newEpoch(at, copy.directory, random)
  for (let round = 0; round < 8 && leftOut().length > 0; round++) {
    world.pass(70_000)
    for (const { at, copy } of leftOut()) workload.decide(at, copy.directory, random, true)
  }
  world.pass(30_000)
}

/** A member of the ring that rules is gone with its disk, or has an old one: an epoch without it is all that helps. */
function isBroken(world: World, directory: DirectoryId): boolean {
  const there = new Set(world.copies(directory).filter(({ copy }) => copy.state !== 'rolledBack' && copy.state !== 'excluded').map(({ copy }) => copy.id))
  return remaining(world, directory).some(({ copy }) => [copy.pointer, ...copy.ring].some((member) => !there.has(member.copy)))
}

/** Copies are compared between sweeps, not in the middle of one's write pass. */
function settle(world: World): void {
  for (let i = 0; i < 1000 && world.servers.some(({ server }) => server.sweeps.size > 0); i++) world.pass(10)
}
