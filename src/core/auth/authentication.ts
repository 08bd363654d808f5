/**
 * AF. The authentication function of a directory: from a key to the names it stands for, relative to the directory; and its
 * extension by certificates ("This allows af(k) to be defined as af(k')/N"; SPEC §14). Nobody is trusted by all: a name tells whom
 * it rests on.
 */
import { effectiveParent } from '../entries/parents'
import { isDirectoryId, type DirectoryId, type Label } from '../names'
import { millisecondsOf, type Timestamp } from '../timestamp'
import { ownerIn, type Certificate } from '../values/certificate'
import { directoryNamed } from '../entries/named'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { KEYS } from './keys'
import { formatPrincipal, type Principal, type PrincipalName } from './principal'

/** Who a key is at a directory at a time, by what stands in its tree and by these certificates. What does not hold says nothing. */
export function principalOf(tree: ValueTree, directory: DirectoryId, key: string, chain: readonly Certificate[], ts: Timestamp): Principal {
  const time = millisecondsOf(ts)
  const isInTime = chain.every((each) => time >= each.from && time <= each.until && each.until - time <= lifeOf(each))
  const proved = isInTime ? prove(tree, directory, chain, key) : null
  const meant = proved?.key ?? key
  return { key: meant, names: [...namesHere(tree, directory, meant), ...(proved === null || proved.name === null ? [] : [proved.name])] }
}

/** The same by several chains, each of its own. */
export function principalBy(tree: ValueTree, directory: DirectoryId, key: string, chains: readonly (readonly Certificate[])[], ts: Timestamp): Principal {
  const all = chains.map((chain) => principalOf(tree, directory, key, chain, ts))
  const meant = all.find((each) => each.key !== key)?.key ?? key
  const names = all.filter((each) => each.key === meant).flatMap((each) => each.names)
  return { key: meant, names: names.filter((name, i) => names.findIndex((other) => formatPrincipal(other) === formatPrincipal(name)) === i) }
}

/** ms: so long what a directory says holds at most, and a few minutes before, since clocks differ [T2]: what it says no more ends soon [A4]. */
export const CERTIFICATE_LIFE = 900_000
/** ms: the same of whom it lets speak for it. */
const SPEAKING_LIFE = 30 * 86_400_000 + 300_000

/** Whoever says so for longer is not believed yet. A person's word of the keys that speak for it has no such end. */
const lifeOf = ({ directory, name }: Certificate): number => (directory === null ? Number.POSITIVE_INFINITY : name === '' ? SPEAKING_LIFE : CERTIFICATE_LIFE)

/** The entries here that have the key. */
function namesHere(tree: ValueTree, directory: DirectoryId, key: string): PrincipalName[] {
  const names: PrincipalName[] = []
  for (const [label, { children }] of tree.root.children ?? []) {
    // Most entries have no keys, and every update of a directory with rights asks all of them.
    if (children?.has(KEYS) && visibleAt(tree, [label, KEYS, key]) !== undefined) names.push({ up: 0, labels: [label], from: [{ directory, labels: [label] }] })
  }
  return names
}

/** Where a chain has come to. */
interface Place {
  directory: DirectoryId
  up: number
  labels: Label[]
  passed: { directory: DirectoryId; depth: number }[]
  /** The directory that was left upwards last: never gone back into. */
  left: DirectoryId
}

/**
 * Goes along a chain: up from the directory that judges, which believes what it says itself of its parent and of its own children,
 * then down, each statement by one who speaks for the directory where the chain has come to; never up again, never back into the
 * branch just left. At the end stands a key of an entry, and then those who speak for that person, down to the key that is to be
 * proved. Null where a link does not hold.
 */
function prove(tree: ValueTree, judging: DirectoryId, chain: readonly Certificate[], key: string): { key: string; name: PrincipalName | null } | null {
  /** Whom a key speaks for, by that person's word. */
  const meant = new Map<string, string>()
  const speakers = new Set<string>()
  let place: Place | null = null
  let named: { key: string; name: PrincipalName } | null = null
  for (const { directory, genesis, issuer, name, subject } of chain) {
    const speaks = meant.get(issuer) ?? issuer
    if (directory === null) {
      meant.set(subject, speaks)
      continue
    }
    place ??= firstStep(tree, judging, directory)
    if (named !== null || place?.directory !== directory || genesis === null) return null
    const isOwner = speaks === ownerIn(genesis)
    // X3: who is let speak lets nobody else.
    if (!isOwner && (name === '' || !speakers.has(`${directory} ${speaks}`))) return null
    if (name === '') speakers.add(`${directory} ${subject}`)
    else if (isDirectoryId(subject)) {
      if (!step(place, name, subject)) return null
    } else if (name === '..') return null
    else named = { key: subject, name: nameAt(place, name) }
  }
  const person = meant.get(key) ?? key
  if (named === null) return place === null ? { key: person, name: null } : null
  return named.key === person ? named : null
}

function nameAt({ up, labels, passed }: Place, label: Label): PrincipalName {
  const all = [...labels, label]
  return { up, labels: all, from: passed.map(({ directory, depth }) => ({ directory, labels: all.slice(depth) })) }
}

function firstStep(tree: ValueTree, judging: DirectoryId, to: DirectoryId): Place | null {
  if (effectiveParent({ visible: tree })?.parent === to) return { directory: to, up: 1, labels: [], passed: [{ directory: to, depth: 0 }], left: judging }
  for (const [label] of visibleChildren(tree.root)) {
    if (directoryNamed(tree, label) === to) return { directory: to, up: 0, labels: [label], passed: [{ directory: judging, depth: 0 }, { directory: to, depth: 1 }], left: judging }
  }
  return null
}

/** Goes on to the directory that a certificate names. */
function step(place: Place, name: Label, to: DirectoryId): boolean {
  if (to === place.left || place.passed.some(({ directory }) => directory === to)) return false
  if (name === '..') {
    if (place.labels.length > 0) return false
    place.left = place.directory
    place.up++
    place.passed = []
  } else place.labels.push(name)
  place.directory = to
  place.passed.push({ directory: to, depth: place.labels.length })
  return true
}
