/**
 * A world with rights: the root belongs to one person, others have keys in it, and triples come and go, at several copies at once,
 * while everybody writes; some of them must not [A2].
 */
import { emptyContents, isSealed, isUnswept, mostStable } from '../core/copies/directoryCopy'
import { cutPages, loadOf } from '../core/copies/pages'
import { encode } from '../core/messages'
import type { DirectoryId, Label } from '../core/names'
import type { Change } from '../core/requests'
import { BEGINNING, timeOf, timestamp } from '../core/timestamp'
import { stampFault, type Branch, type ProcedureName, type SignedIntent } from '../core/values/intent'
import type { Tree } from '../core/values/readValue'
import type { Random } from './random'
import type { SimServer } from './simServer'
import type { World } from './world'

/** Whose servers these are, and whose root it is. */
export const OWNER = 'person'
/** Entries with a key; and somebody without. */
const people: readonly (readonly [Label, string])[] = [
  ['Lampson', 'ed25519:lampson'],
  ['Birrell', 'ed25519:birrell'],
]
const STRANGER = 'ed25519:stranger'

/** The first triples: servers go on with their work, and one person may change the rights. */
export const firstTriples: readonly Label[] = ['copy *:*', 'read *:*', 'read *:./*', 'read,write ./Lampson:./*', 'write ./*:*', 'write *:*/Server/*']

const comingAndGoing: readonly Label[] = ['write ./*:*', 'write ./Birrell:Birrell/*', 'write ./Birrell:*', 'write *:*/Phone/*', 'write ./Lampson:./*', 'write ./Birrell:./*', 'write ed25519:birrell:Needham/*', 'read *:*']

/** Whose change it is. */
export const someAuthor = (random: Random): string => random.pick([OWNER, OWNER, ...people.map(([, key]) => key), ...people.map(([, key]) => key), STRANGER])

export const accessChange = (triples: readonly (readonly [Label, boolean])[]): Change => ({ procedure: 'setAccess', under: { labels: ['.', 'Access'], incarnations: null }, tree: triples, replace: false })

/** A triple given or taken, by whoever tries; now and then a key: who had it is somebody else from then on. */
export function someGrant(random: Random): Change {
  if (random.chance(0.8)) return accessChange(random.shuffled(comingAndGoing).slice(0, 1 + random.below(2)).map((triple) => [triple.replace('ed25519:', 'ed25519%3A'), random.chance(0.6)] as const))
  const [label, key] = random.pick(people)
  return { procedure: 'doUpdates', under: { labels: [label, 'Keys'], incarnations: null }, tree: [[key, random.chance(0.6)]], replace: false }
}

/** What no procedure is for, of whoever has a key and may do little: rights, the owner and other people's names. */
const misuses = (key: string): readonly Branch[][] => [
  [['.', null, false]],
  [['.', null, [['Access', null, [[`write ${key.replace(':', '%3A')}:./*`, null, true]]]]]],
  [['.', null, [['Genesis', null, [[JSON.stringify(['namering genesis 1', key, 'x', 1]), null, true]]]]]],
  [['Lampson', null, false]],
  [['Needham', null, true]],
]
const misused: readonly ProcedureName[] = ['announce', 'reference', 'removeD', 'removeS', 'setUpOn', 'move', 'carryOut', 'setTX', 'plan', 'enrol', 'newD', 'setInSN', 'setRooms', 'setLink']

/**
 * A server in the hands of somebody else: its own core would refuse this change, so it stamps it itself, and the others hear of it in
 * a sweep, or as here from a member, and find out by themselves [A2].
 */
export function stampFalsely(world: World, at: SimServer, directory: DirectoryId, sign: (procedure: ProcedureName, branches: Branch[], author: string) => SignedIntent, random: Random): void {
  const copy = at.copyOf(directory)
  const fellow = copy?.ring.find(({ server }) => server !== at.id)
  if (copy?.state !== 'active' || isSealed(copy) || fellow === undefined) return
  // Somebody else's stamp, too: by that the other's update was to go [A1].
  const stolen = random.chance(0.4) ? copy.log.at(-1 - random.below(4))?.ts : undefined
  const author = stolen !== undefined ? STRANGER : random.pick([...people.map(([, key]) => key), STRANGER])
  const signed = sign(random.pick(misused), random.pick(misuses(author)), author)
  const set = { ...signed, ts: stolen ?? timestamp(Math.max(Math.floor(world.wall(at) * 1000), timeOf(copy.nextTS)), copy.id) }
  if (stampFault(set) !== null) return
  world.count(stolen === undefined ? 'changes stamped by a compromised server' : "changes with another's stamp, by a compromised server")
  at.receive(fellow.server, encode({ type: 'updates', directory, epoch: copy.epoch, from: fellow.copy, sets: [set] }))
}

/** The same in a sweep, the first of an epoch too, where what is older than F is not judged any more: it has F pass what a member does not have, or hands it a base of which nothing is left [P8, G3]. */
export function sweepFalsely(world: World, at: SimServer, directory: DirectoryId, random: Random): void {
  const copy = at.copyOf(directory)
  const fellow = copy?.ring.find(({ server }) => server !== at.id)
  const victim = fellow === undefined ? undefined : world.byId(fellow.server)
  const theirs = victim?.copyOf(directory)
  if (copy?.state !== 'active' || victim?.alive !== true || theirs?.id !== fellow!.copy) return
  const ahead = timestamp(timeOf(mostStable(theirs)) + 1 + random.below(1_000_000), '0')
  const page = cutPages(loadOf(emptyContents(), null))[0]!
  const lie = random.pick([{ stableMark: ahead }, { baseMark: ahead, page }, { baseMark: theirs.stableMark, page }])
  world.count(`sweeps forged by a compromised server${isUnswept(theirs) ? ', the first of an epoch' : ''}`)
  const told = { stableMark: BEGINNING, baseMark: BEGINNING, page: cutPages(loadOf(emptyContents(), BEGINNING))[0]!, ...lie }
  victim.receive(at.id, encode({ type: 'writeSweep', directory, epoch: copy.epoch, from: copy.id, to: theirs.id, attempt: random.id(16), sweepTS: theirs.lastSweep, ring: [], removed: [], excluded: [], ...told }))
}

export const peopleTree: Tree = people.map(([label, key]) => [label, [['Keys', [[key, true]]]]] as const)
