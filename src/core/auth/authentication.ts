/**
 * AF. The authentication function of a directory: from a key to the names it stands for, relative to the directory; and its
 * extension by certificates ("This allows af(k) to be defined as af(k')/N"; SPEC §14). Nobody is trusted by all: a name tells whom
 * it rests on.
 */
import { effectiveParent } from '../entries/parents'
import { isDirectoryId, type DirectoryId, type Label } from '../names'
import { millisecondsOf, type Timestamp } from '../timestamp'
import { ownerIn, type Certificate } from '../values/certificate'
import { stringAt } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import type { Principal, PrincipalName } from './principal'

/** `Lampson/Keys/<key>`: the keys of an entry. */
export const KEYS = 'Keys'

/** Who a key is at a directory at a time, by what stands in its tree and by these certificates. Certificates that do not hold say nothing. */
export function principalOf(tree: ValueTree, directory: DirectoryId, key: string, chain: readonly Certificate[], ts: Timestamp): Principal {
  const time = millisecondsOf(ts)
  if (chain.some(({ from, until }) => time < from || time > until)) return { key, names: [] }
  const [first, ...rest] = chain
  if (first === undefined) return { key, names: namesHere(tree, directory, key) }
  if (first.directory === null) return spokenFor(tree, directory, key, chain)
  const name = follow(tree, directory, [first, ...rest], key)
  return { key: spokenKey(chain) ?? key, names: name === null ? [] : [name] }
}

/** Of a chain that begins with a person: the key that the last one speaks for, link by link, is who speaks. */
function spokenFor(tree: ValueTree, directory: DirectoryId, key: string, chain: readonly Certificate[]): Principal {
  const [first] = chain
  const meant = holds(chain, key) ? first!.issuer : key
  return { key: meant, names: namesHere(tree, directory, meant) }
}

/** Whether each certificate of persons is signed by whom the one before speaks of, down to the key. */
function holds(chain: readonly Certificate[], key: string): boolean {
  return chain.every((each, i) => each.directory === null && each.subject === (chain[i + 1]?.issuer ?? key))
}

/** Of a chain that begins with directories: the key that its principal has, for whom the rest speaks. */
const spokenKey = (chain: readonly Certificate[]): string | null => {
  const persons = chain.filter(({ directory }) => directory === null)
  return persons[0]?.issuer ?? null
}

/** The entries here that have the key. */
function namesHere(tree: ValueTree, directory: DirectoryId, key: string): PrincipalName[] {
  const names: PrincipalName[] = []
  for (const [label] of visibleChildren(tree.root)) if (visibleAt(tree, [label, KEYS, key]) !== undefined) names.push({ up: 0, labels: [label], from: [{ directory, labels: [label] }] })
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
 * The name that a chain of directories' certificates gives to a key: up from the directory that judges, which believes what it
 * says itself of its parent and of its own children, then down; never up again, never back into the branch just left.
 */
function follow(tree: ValueTree, judging: DirectoryId, chain: readonly Certificate[], key: string): PrincipalName | null {
  const place = firstStep(tree, judging, chain[0]!.directory!)
  if (place === null) return null
  const speakers = new Set<string>()
  for (const [i, certificate] of chain.entries()) {
    const { directory, genesis, issuer, name, subject } = certificate
    if (directory !== place.directory || genesis === null) return null
    if (issuer !== ownerIn(genesis) && !speakers.has(`${directory} ${issuer}`)) return null
    if (name === '') {
      speakers.add(`${directory} ${subject}`)
    } else if (!isDirectoryId(subject)) {
      const labels = [...place.labels, name]
      return name !== '..' && holds(chain.slice(i + 1), key) && (chain[i + 1]?.issuer ?? key) === subject ? { up: place.up, labels, from: place.passed.map(({ directory: from, depth }) => ({ directory: from, labels: labels.slice(depth) })) } : null
    } else if (!step(place, name, subject)) return null
  }
  return null
}

function firstStep(tree: ValueTree, judging: DirectoryId, to: DirectoryId): Place | null {
  if (effectiveParent({ visible: tree })?.parent === to) return { directory: to, up: 1, labels: [], passed: [{ directory: to, depth: 0 }], left: judging }
  for (const [label] of visibleChildren(tree.root)) {
    if (stringAt(tree, [label, 'DR', 'DI']) === to) return { directory: to, up: 0, labels: [label], passed: [{ directory: judging, depth: 0 }, { directory: to, depth: 1 }], left: judging }
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
