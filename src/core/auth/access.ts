/**
 * Who may do what in a directory ("Access control"; SPEC §15): triples (principal pattern, path pattern, rights), each one label
 * below `./Access`, so that none ever replaces another [V1]. A directory without triples is open to whoever is in the room.
 */
import { failure, isFailure, type Failure } from '../errors'
import { GENESIS } from '../labels'
import { shown, type Label } from '../names'
import { ownerIn } from '../values/certificate'
import type { Branch } from '../values/intent'
import { seesAll, type Sees } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueNode, type ValueTree } from '../values/valueTree'
import { fitsLabel, formatPathPattern, formatPrincipalPattern, matchesPath, matchesPrincipal, parsePathPattern, parsePrincipalPattern, type LabelPattern, type PrincipalPattern, type Who } from './principal'

export const ACCESS = 'Access'

/**
 * `test`: a value may be compared with what stands there, which does not tell it. `copy`: a server may store a copy of the whole
 * directory; of its path only that it covers everything counts.
 */
export const rights = ['read', 'write', 'test', 'copy'] as const
export type Right = (typeof rights)[number]

export interface Triple {
  principal: PrincipalPattern
  path: LabelPattern
  rights: readonly Right[]
}

/** A triple as the label that it is: `read,write ./Lampson:Mailboxes/*`. */
export const formatTriple = ({ principal, path, rights: granted }: Triple): Label => `${rights.filter((right) => granted.includes(right)).join()} ${formatPrincipalPattern(principal).replace(':', '%3A')}:${formatPathPattern(path)}`

/** Null when the label is no triple in its one form: it grants nothing. */
export function parseTriple(label: Label): Triple | null {
  const [, granted = '', principalText = '', pathText = ''] = /^([a-z,]+) ([^: ]+):(.+)$/.exec(label) ?? []
  const principal = parsePrincipalPattern(principalText.replace('%3A', ':'))
  const path = parsePathPattern(pathText)
  if (isFailure(principal) || isFailure(path)) return null
  const triple: Triple = { principal, path, rights: rights.filter((right) => granted.split(',').includes(right)) }
  return triple.rights.length > 0 && formatTriple(triple) === label ? triple : null
}

/** A triple from its parts as people write them, or why it is none. */
export function tripleOf(principalText: string, pathText: string, granted: readonly string[]): Triple | Failure {
  const principal = parsePrincipalPattern(principalText)
  if (isFailure(principal)) return principal
  const path = parsePathPattern(pathText)
  if (isFailure(path)) return path
  const unknown = granted.find((right) => !rights.includes(right as Right))
  if (unknown !== undefined || granted.length === 0) return failure('BadRequest', { reason: `the rights are ${rights.join(', ')}, and ${shown(unknown ?? 'none')} is not among them` })
  const triple: Triple = { principal, path, rights: rights.filter((right) => granted.includes(right)) }
  return fitsLabel(formatTriple(triple)) ? triple : failure('BadName', { name: shown(formatTriple(triple)), reason: 'the triple is longer than a label may be; use a shorter pattern' })
}

/** What was parsed of the labels below one `./Access`: trees share their nodes, and every edit asks. */
const parsed = new WeakMap<ValueNode, { text: string; triples: readonly Triple[] }>()

/** The triples of a directory; none: it is open. */
export function triplesIn(tree: ValueTree): readonly Triple[] {
  const node = visibleAt(tree, ['.', ACCESS])
  if (node?.children === undefined || node.children === null) return []
  const labels = [...visibleChildren(node)].map(([label]) => label)
  const text = labels.join('\n')
  const known = parsed.get(node)
  if (known?.text === text) return known.triples
  const triples = labels.flatMap((label) => parseTriple(label) ?? [])
  parsed.set(node, { text, triples })
  return triples
}

/** The record with which the directory began; null in one that was made without. */
export function genesisOf(tree: ValueTree): string | null {
  const genesis = visibleAt(tree, ['.', GENESIS])
  for (const [label] of genesis === undefined ? [] : visibleChildren(genesis)) return label
  return null
}

/** The key of who made the directory, whom nobody can shut out; null where its genesis does not say. */
export function ownerOf(tree: ValueTree): string | null {
  const genesis = genesisOf(tree)
  return genesis === null ? null : ownerIn(genesis)
}

/** The first triple that gives somebody a right at a path, or why none is needed; null: the right is not given. */
export function whyAllowed(tree: ValueTree, who: Who, right: Right, path: readonly Label[]): Triple | 'open' | 'owner' | null {
  const given = givenTo(tree, who, right)
  return typeof given === 'string' ? given : (given.find((triple) => matchesPath(triple.path, path)) ?? null)
}

export const may = (tree: ValueTree, who: Who, right: Right, path: readonly Label[]): boolean => whyAllowed(tree, who, right, path) !== null

/** What somebody sees: no right to read looks like absence. */
export const sightOf = (tree: ValueTree, who: Who): Sees => reachOf(tree, who, 'read')

/** What somebody may compare a value with: whatever it is that they may read, too. */
export function touchOf(tree: ValueTree, who: Who): Sees {
  const [sees, feels] = [sightOf(tree, who), reachOf(tree, who, 'test')]
  return sees === seesAll ? seesAll : (path) => sees(path) || feels(path)
}

function reachOf(tree: ValueTree, who: Who, right: Right): Sees {
  const given = givenTo(tree, who, right)
  return typeof given === 'string' ? seesAll : (path) => given.some((triple) => matchesPath(triple.path, path))
}

/** Whether a directory has anything to do with somebody: whom none of its triples speaks of is not told that it is there. */
export const knowsOf = (tree: ValueTree, who: Who): boolean => rights.some((right) => givenTo(tree, who, right).length > 0)

/** The triples that give somebody a right at some path, or why none are needed. */
export function givenTo(tree: ValueTree, who: Who, right: Right): readonly Triple[] | 'open' | 'owner' {
  const triples = triplesIn(tree)
  if (triples.length === 0) return 'open'
  if (who().key === ownerOf(tree)) return 'owner'
  return triples.filter((triple) => triple.rights.includes(right) && matchesPrincipal(triple.principal, who()))
}

/** Why a change of the triples is refused by the copy that accepts it, or null: none may be left who can change them [A3]. */
export function tripleFault(tree: ValueTree, [, , below]: Branch): Failure | null {
  const changed = typeof below === 'boolean' ? [] : below.flatMap(([second, , triples]) => (typeof triples === 'boolean' || second !== ACCESS ? [] : triples))
  const after = new Map(triplesIn(tree).map((triple) => [formatTriple(triple), triple]))
  for (const [label, , mark] of changed) {
    const triple = parseTriple(label)
    if (triple === null || typeof mark !== 'boolean') return failure('BadRequest', { reason: `${shown(label)} is no triple of principal pattern, path pattern and rights` })
    if (mark) after.set(label, triple)
    else after.delete(label)
  }
  return isAdministered([...after.values()]) ? null : failure('LockOut')
}

/** Whether some triple lets somebody change the triples; an open directory is everybody's. */
function isAdministered(triples: readonly Triple[]): boolean {
  return triples.length === 0 || triples.some((triple) => triple.rights.includes('write') && matchesPath(triple.path, ['.', ACCESS]))
}
