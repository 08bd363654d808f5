/** What can go wrong in a world, and how it is put right. Every fault is one of these, chosen by the seed. */
import type { DirectoryId } from '../core/names'
import { isMember } from './checkers'
import { emptyDisk, type MemoryDisk } from '../storage/memoryStore'
import { calm, type Weather } from './network'
import type { Random } from './random'
import { whenClosed } from './removing'
import type { SimServer } from './simServer'
import type { World } from './world'

const DAY = 86_400_000
/** More servers are many. */
export const MANY = 1000

/** Weather for a while: from nearly calm to a message in three lost, and late ones the next day; not where there are so many that they could not be kept until then. */
export function storm(random: Random, areMany = false): Weather {
  return {
    loss: random.pick([0, 0, random.between(0, 0.05), random.between(0, 0.3)]),
    duplication: random.pick([0, 0.1, 0.3]),
    delay: random.pick([3, 40, 900]),
    latest: random.pick([10_000, 600_000, areMany ? 600_000 : DAY]),
    torn: random.pick([0, 0, 0.0005, 0.005]),
  }
}

type Misfortune = (world: World, random: Random, server: SimServer) => void

const misfortunes: readonly (readonly [weight: number, Misfortune])[] = [
  [2, (world, random, server) => world.kill(server, random.between(0, 60_000))],
  [1, (world, random) => coordinatorDies(world, random)],
  [1, (world, random, server) => abort(world, server, random.between(1000, 40_000))],
  [1, (world, random, server) => freeze(world, server, random.pick([random.between(0, 40_000), random.between(0, 600_000)]))],
  [1, (world, random, server) => setClock(world, server, random.between(-1, 1) * (random.chance(0.1) ? EXCURSION : WORST_SKEW))],
  [1, (world, random, server) => cut(world, [server], [random.pick(world.servers)], random.chance(0.4))],
  [1, (world, random, server) => cut(world, [server], others(world, server), random.chance(0.3))],
  [1, (world, random) => split(world, random)],
  [1, (world, random) => flap(world, random)],
  [1, (world, random) => swizzle(world, random)],
  [3, (world) => healNetwork(world)],
  [2, (world, random) => (world.network.weather = storm(random, world.servers.length > MANY))],
  [1, (_world, _random, server) => server.compact()],
]

/** Clocks stay within 300 s of each other; now and then one goes far beyond [T2, T3]. */
const WORST_SKEW = 140_000
const EXCURSION = 7_200_000

export function misfortune(world: World, random: Random): void {
  let at = random.fraction() * misfortunes.reduce((sum, [weight]) => sum + weight, 0)
  const happens = misfortunes.find(([weight]) => (at -= weight) < 0)!
  happens[1](world, random, random.pick(world.servers))
}

/** Now and then a server is cut off for a while as soon as a directory closes on it, before the one above has heard of that. */
export function cutOffWhoCloses(world: World): void {
  const random = world.random.fork('closing')
  whenClosed(world, (server) => {
    if (!random.chance(0.3)) return
    world.plan(0, () => cut(world, [server], others(world, server), false))
    world.plan(random.between(1000, 60_000), () => mend(world, server))
  })
}

/** A server's disk is lost [B5]: what nobody else has cannot be kept. */
export function loseDisk(world: World, random: Random): void {
  replaceDisk(world, random.pick(world.servers), emptyDisk(), 'disks lost')
}

/** Somebody copies a server's disk, and puts it back after some more starts: its browser knows of later ones [B3], or is an old one too [B2]. */
export function restoreDisk(world: World, random: Random): void {
  const copied = world.servers.filter((server) => server.copied !== null)
  if (copied.length > 0 && random.chance(0.6)) {
    const server = random.pick(copied)
    if (random.chance(0.7)) replaceDisk(world, server, server.copied!, 'disks restored')
    else putBackBrowser(world, server, server.copied!, random.between(1000, 120_000))
    server.copied = null
    return
  }
  const server = random.pick(world.servers)
  if (server.putAside !== null || server.gone !== null) return
  server.copied = structuredClone(server.disk)
  world.kill(server, 1000)
}

/** Only where another member of every ring that the server is in stays; or nobody else has a copy, and it goes on from an old one, that had not left. */
function replaceDisk(world: World, server: SimServer, disk: MemoryDisk, what: 'disks lost' | 'disks restored'): void {
  const then = server.restored(disk)
  const stays = (directory: DirectoryId): boolean => {
    const others = world.copies(directory).filter(({ at }) => at !== server && at.gone === null)
    const old = then.copies.get(directory)
    const goesOn = old !== undefined && old.state !== 'left'
    return others.some(({ copy }) => isMember(copy) && copy.epoch >= server.copyOf(directory)!.epoch) || (others.length === 0 && goesOn)
  }
  const wasStarted = disk.incarnation < server.disk.incarnation
  if (!wasStarted || server.putAside !== null || server.gone !== null || ![...server.server.copies.keys()].every(stays)) return
  world.kill(server, null)
  world.say(() => `the disk of ${server.name} is ${what.slice('disks '.length)}`)
  world.count(what)
  world.loseStore(server, disk)
  world.plan(2000, () => world.restart(server))
}

function putBackBrowser(world: World, server: SimServer, old: MemoryDisk, forMs: number): void {
  if (old.incarnation >= server.disk.incarnation || server.putAside !== null) return
  world.kill(server, null)
  world.say(() => `the whole browser of ${server.name} is put back`)
  world.count('browsers put back')
  world.putBackBrowser(server, old)
  world.restart(server)
  world.plan(forMs, () => {
    if (server.putAside !== null) world.bringBackBrowser(server)
    world.restart(server)
  })
}

const others = (world: World, server: SimServer): SimServer[] => world.servers.filter((each) => each !== server)
const namesOf = (servers: readonly SimServer[]): string => servers.map(({ name }) => name).join(' ')

/** A coordinator dies after one of its next messages [P6]. */
function coordinatorDies(world: World, random: Random): void {
  const coordinators = world.servers.filter(({ server, alive }) => alive && server.sweeps.size > 0)
  const [coordinator] = coordinators
  if (coordinator !== undefined) coordinator.dieAfter(random.below(12), random.between(0, 60_000))
}

/** The disk is full, or a transaction was aborted: the server is what its disk says, and reads only until it is started again. */
function abort(world: World, server: SimServer, forMs: number): void {
  if (!server.alive || server.frozen) return
  world.say(() => `${server.name} cannot save`)
  server.diskFull = true
  world.plan(forMs, () => {
    server.diskFull = false
    if (server.readOnly) world.restart(server)
  })
}

function freeze(world: World, server: SimServer, forMs: number): void {
  if (!server.alive || server.frozen) return
  world.say(() => `${server.name} is frozen`)
  world.count('freezes')
  server.frozen = true
  world.plan(forMs, () => {
    if (server.frozen) server.thaw()
  })
}

function setClock(world: World, server: SimServer, skew: number): void {
  world.say(() => `the clock of ${server.name} is set from ${Math.round(server.skew / 1000)} s to ${Math.round(skew / 1000)} s off`)
  world.notice(skew < server.skew ? 'a clock was set back' : 'a clock was set forward')
  server.skew = skew
  world.links.compareClocks(server)
}

export function cut(world: World, left: readonly SimServer[], right: readonly SimServer[], oneWay: boolean): void {
  world.say(() => `cut ${namesOf(left)} ${oneWay ? '→' : '|'} ${namesOf(right)}`)
  world.count(oneWay ? 'one-way cuts' : 'cuts')
  for (const a of left) {
    for (const b of right) {
      if (a === b) continue
      world.network.cut(a.id, b.id)
      if (!oneWay) world.network.cut(b.id, a.id)
    }
  }
  world.links.lookAtAll()
}

function split(world: World, random: Random): void {
  const shuffled = random.shuffled(world.servers)
  const middle = random.below(shuffled.length)
  cut(world, shuffled.slice(0, middle), shuffled.slice(middle), false)
}

/** One link comes and goes. */
function flap(world: World, random: Random): void {
  const [a, b] = random.shuffled(world.servers)
  if (a === undefined || b === undefined) return
  world.say(() => `the link ${a.name} | ${b.name} flaps`)
  world.count('flapping links')
  const pause = random.between(100, 5000)
  for (let i = 0; i < 5; i++) {
    world.plan(2 * i * pause, () => cut(world, [a], [b], false))
    world.plan((2 * i + 1) * pause, () => {
      world.network.mend(a.id, b.id)
      world.links.lookAtAll()
    })
  }
}

/** Some servers stop one by one, and come back in another order (swizzled clogging). */
function swizzle(world: World, random: Random): void {
  const some = random.shuffled(world.servers).slice(0, 1 + random.below(world.servers.length))
  const pace = random.between(50, 4000)
  world.count('swizzles')
  world.say(() => `swizzle ${namesOf(some)}`)
  for (const [i, server] of some.entries()) world.plan(i * pace, () => cut(world, [server], others(world, server), false))
  for (const [i, server] of random.shuffled(some).entries()) world.plan((some.length + i) * pace, () => mend(world, server))
}

/** A server can be reached again. */
function mend(world: World, server: SimServer): void {
  for (const other of others(world, server)) world.network.mend(server.id, other.id)
  world.links.lookAtAll()
}

export function healNetwork(world: World): void {
  world.say(() => 'the network heals')
  world.network.heal()
  world.links.lookAtAll()
}

/** Faults stop: all links, disks, servers and clocks are well again. */
export function healAll(world: World): void {
  world.say(() => 'faults stop')
  world.network.weather = calm
  for (const server of world.servers) {
    server.diskFull = false
    server.dieAfter(Number.POSITIVE_INFINITY, 0)
    if (server.frozen) server.thaw()
    if (server.putAside !== null) world.bringBackBrowser(server)
    world.restart(server)
    server.skew = 0
    world.links.compareClocks(server)
  }
  healNetwork(world)
}
