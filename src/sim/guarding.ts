/**
 * A world with rights: the root belongs to one person, others have keys in it, and triples come and go, at several copies at once,
 * while everybody writes; some of them must not [A2].
 */
import type { Label } from '../core/names'
import type { Change } from '../core/requests'
import type { Tree } from '../core/values/readValue'
import type { Random } from './random'

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

export const peopleTree: Tree = people.map(([label, key]) => [label, [['Keys', [[key, true]]]]] as const)
