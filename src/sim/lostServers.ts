/**
 * Servers that are gone for good, or that everybody takes for gone [S4]: destroyed with all they had, or away until all is over.
 * Administrators remove them, when they stand in no ring any more; some are tried too early.
 */
import type { Call } from '../core/calls'
import type { Exclusion } from '../core/copies/directoryCopy'
import { serverNamed } from '../core/entries/named'
import { isFailure, type Failure } from '../core/errors'
import type { DirectoryId, Label, ServerId } from '../core/names'
import { labelsOfServer } from '../core/server'
import type { LostServer } from '../core/servers/removeLost'
import { emptyDisk } from '../storage/memoryStore'
import { isMember, ruling } from './checkers'
import { check } from './placing'
import { namesOf, removedStayAway } from './serverCheckers'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'
import type { Workload } from './workload'

/** One server, if the rings that it is in have other members: its disk is destroyed, or it is only away for long. */
export function loseServer(world: World, random: Random): void {
  const server = random.pick(world.servers)
  const isLostAlready = world.servers.some(({ gone }) => gone !== null)
  const goesOn = [...server.server.copies.values()].every(({ directory, epoch }) => world.copies(directory).some(({ at, copy }) => at !== server && isMember(copy) && copy.epoch >= epoch))
  if (isLostAlready || !server.alive || !goesOn || server.server.root === null) return
  server.gone = random.chance(0.5) ? 'destroyed' : 'away'
  world.kill(server, null)
  world.say(() => `${server.name} is ${server.gone === 'destroyed' ? 'destroyed' : 'away for long'}`)
  world.count(server.gone === 'destroyed' ? 'servers destroyed' : 'servers away for long')
  if (server.gone === 'destroyed') world.loseStore(server, emptyDisk())
}

const lostServers = ({ servers }: World): SimServer[] => servers.filter(({ gone }) => gone !== null)

/** An administrator at some server removes it, whether or not rings have been made anew without it. */
export function removeLostSometime(world: World, random: Random): void {
  const at = random.pick(world.servers)
  const { root } = at.server
  if (root !== null) for (const lost of lostServers(world)) for (const path of namesOf(world, root, lost.id)) if (at.alive && !at.frozen) remove(world, at, lost, path)
}

function remove(world: World, at: SimServer, lost: SimServer, path: Label[], then: (outcome: object) => void = () => undefined): void {
  const call: Call = { type: 'removeLost', path, dry: false }
  const inReach = world.servers.filter((other) => other === at || (other.alive && world.links.stands(at, other)))
  const before = inReach.flatMap((other) => ringsWith(other, lost.id))
  at.call(call, (outcome) => {
    then(outcome)
    if (isFailure(outcome)) return world.count(`removal of a lost server refused: ${outcome.code}`)
    world.count('lost servers removed')
    world.notice('a lost server was removed')
    lost.isRemoved = true
    world.judge('S4', () => isInNoRing(outcome as LostServer, lost, before, inReach))
  })
}

/** The copies here, by identifier, that know a server as a member of their ring. */
const ringsWith = ({ server }: SimServer, member: ServerId): string[] => [...server.copies.values()].filter((copy) => copy.state === 'active' && copy.ring.some((each) => each.server === member)).map(({ id }) => id)

/** S4: whoever was in reach, and could be asked, knows no ring with it. */
function isInNoRing({ unheard }: LostServer, lost: SimServer, before: readonly string[], inReach: readonly SimServer[]): void {
  for (const other of inReach) {
    const known = ringsWith(other, lost.id).find((id) => before.includes(id))
    if (known !== undefined && !unheard.includes(other.server.name)) throw new Accusation('S4', `${lost.name} was removed, though the copy ${known} on ${other.name} knows it as a member of its ring`)
  }
}

const ROUNDS = 4

/** All is quiet: rings go on without who is lost. */
export function goOnWithoutLost(world: World, workload: Workload): void {
  for (const lost of lostServers(world)) {
    for (const directory of workload.directories) if (ruling(world, directory).some(({ copy }) => copy.ring.some((member) => member.server === lost.id))) workload.newEpochWithout(directory, lost)
  }
  world.pass(60_000)
}

/** Somebody says that nobody waits for them any more [E4]. */
export function abandonLost(world: World, workload: Workload): void {
  for (const lost of lostServers(world)) abandon(world, workload, lost)
  world.pass(60_000)
}

/** The same of copies that went with a disk. */
export function abandonGone(world: World, workload: Workload): void {
  abandonAll(world, workload, (exclusion, directory) => world.copies(directory).every(({ copy }) => copy.id !== exclusion.copy))
  world.pass(60_000)
}

/** Then whoever points up to it points elsewhere, and it can be removed. */
export function removeAllLost(world: World, workload: Workload, root: DirectoryId, decide: (round: number) => void): void {
  for (const lost of lostServers(world)) {
    for (let round = 0; round < ROUNDS; round++) {
      goOnWithoutLost(world, workload)
      // Others may have been left out with it, and F waits for what they alone have.
      decide(round)
      // Removed while the ring could not be heard, which waits for it now.
      if (lost.isRemoved) abandon(world, workload, lost)
      // A directory of their names may have moved: they are to know what they are called.
      for (const at of pointingUpTo(world, lost)) check(at, root, workload.counted)
      world.pass(30_000)
      pointElsewhere(world, lost)
      world.pass(60_000)
      for (const path of namesOf(world, root, lost.id)) removeNow(world, workload, lost, path, round)
      world.pass(60_000)
    }
    if (namesOf(world, root, lost.id).length > 0) throw new Accusation('S4', `${lost.name} could not be removed: ${lost.whyNotRemoved}`)
    removedStayAway(world, root)
  }
}

/** From one server after the other; where another one stores what waits for it, that one says that it need not. */
function removeNow(world: World, workload: Workload, lost: SimServer, path: Label[], round: number): void {
  const admins = world.servers.filter(({ alive, server }) => alive && !server.removed)
  const at = admins[round % admins.length]
  if (at === undefined) return
  const onEnd = (outcome: object | Failure): void => {
    if (!isFailure(outcome)) return
    lost.whyNotRemoved = `${outcome.code} ${JSON.stringify(outcome.about)}`
    if (outcome.code === 'StillAwaited') abandon(world, workload, lost)
  }
  remove(world, at, lost, path, onEnd)
}

const abandon = (world: World, workload: Workload, lost: SimServer): void => abandonAll(world, workload, ({ server }) => server === lost.id)

function abandonAll(world: World, { directories }: Workload, isLost: (exclusion: Exclusion, directory: DirectoryId) => boolean): void {
  for (const { at, copy } of directories.flatMap((directory) => ruling(world, directory).slice(0, 1))) {
    const copies = copy.excluded.filter((exclusion) => isLost(exclusion, copy.directory)).map((exclusion) => exclusion.copy)
    if (copies.length > 0) at.call({ type: 'ask', servers: [at.id], request: { type: 'abandon', directory: copy.directory, copies } }, () => undefined)
  }
}

/** Servers that point up to it, by what stands where they point: its name may be another by now. */
const pointingUpTo = (world: World, lost: SimServer): SimServer[] =>
  world.servers.filter(({ alive, server: { up, copies } }) => {
    const copy = up === null ? undefined : copies.get(up.directory)
    return alive && up !== null && copy !== undefined && serverNamed(copy.visible, up.label) === lost.id
  })

/** S3: who points up to it is set up under the same name with somebody else above. */
function pointElsewhere(world: World, lost: SimServer): void {
  for (const at of pointingUpTo(world, lost)) {
    const path = labelsOfServer(at.server.name)
    const above = world.servers.find((other) => other !== lost && other !== at && other.alive && !other.server.removed && labelsOfServer(other.server.name).length < path.length)
    at.call({ type: 'setUpOn', path, up: above === undefined ? null : labelsOfServer(above.server.name) }, () => undefined)
  }
}

/** Who was only away comes back, and finds that it was removed. */
export function bringBack(world: World, workload: Workload, root: DirectoryId): void {
  for (const lost of lostServers(world).filter(({ gone }) => gone === 'away')) {
    lost.gone = null
    world.restart(lost)
    world.pass(120_000)
    world.notice('a server that was removed came back')
    // Where nobody is left whom it would believe an administrator names one [E7].
    if (lost.isRemoved && !lost.server.removed) for (const directory of workload.directories) workload.reunite(directory)
    world.pass(120_000)
    // Its name may have gone, as somebody's former one, so that nobody could remove it by that.
    if (lost.isRemoved && !lost.server.removed) throw new Accusation('S4', `${lost.name} came back after it was removed, and does not know it: it calls itself /${lost.server.name}`)
    removedStayAway(world, root)
  }
}
