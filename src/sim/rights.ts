/**
 * Which updates of a set are authorised, said anew and simply, to hold the copies against [A2]: oldest first, each by what the
 * authorised ones before it say. Knows the few kinds of patterns that simulated people use.
 */
import type { Label } from '../core/names'
import { applySet, type Branch, type UpdateSet } from '../core/values/intent'
import { readLabels } from '../core/values/readValue'
import { emptyTree, visibleAt, visibleChildren, type ValueTree } from '../core/values/valueTree'

/** Judges sets, to be asked for each that counts, oldest first. */
export function judgeOf(all: readonly UpdateSet[]): (set: UpdateSet) => boolean {
  if (!all.some(speaksOfRights)) return () => true
  const tree = emptyTree()
  return (set) => {
    const is = mayBeMade(tree, set)
    if (is) applySet(tree, set)
    return is
  }
}

/** Where no update does, all count. The first one begins the directory, and says whose it is. */
const speaksOfRights = ({ intent }: UpdateSet, i: number): boolean => (i > 0 && intent.procedure === 'newD') || intent.branches.some((branch) => hasTriples(branch) || (i > 0 && isOfGenesis(branch)))

const hasTriples = ([label, , below]: Branch): boolean => label === '.' && typeof below !== 'boolean' && below.some(([second, , triples]) => second === 'Access' && typeof triples !== 'boolean')

function mayBeMade(tree: ValueTree, { intent }: UpdateSet): boolean {
  if (intent.procedure === 'newD') return (readLabels(tree, [])?.length ?? 0) === 0
  if (intent.branches.some(isOfGenesis)) return false
  const triples = readLabels(tree, ['.', 'Access']) ?? []
  const [genesis = '[]'] = readLabels(tree, ['.', 'Genesis']) ?? []
  const author = intent.chain?.[0]?.issuer ?? intent.author
  if (triples.length === 0) return true
  // Nobody here is invited; and of the procedures that ask for less than every node they make, people here call one, and servers two for their own entries.
  if (intent.procedure === 'enrol') return false
  if ((JSON.parse(genesis) as unknown[])[1] === author) return true
  const branches = intent.procedure === 'setUpOn' || intent.procedure === 'removeS' ? intent.branches.filter((branch) => !isOfItself(tree, branch, intent.author)) : intent.branches
  const paths = intent.procedure === 'setAccess' && branches.every(isOfAccess) ? [['.', 'Access']] : [...made(branches), ...branches.filter((branch) => isOfServer(tree, branch, intent.author)).map(([label]) => [label])]
  const names = namesOf(tree, author)
  const granted = triples.map(read).filter(({ rights, who }) => rights.includes('write') && isMeant(who, author, names))
  return paths.every((path) => granted.some(({ where }) => reaches(where, path)))
}

const isOfGenesis = ([label, incarnation, below]: Branch): boolean => label === '.' && (incarnation === null || typeof below === 'boolean' || below.some(([second]) => second === 'Genesis'))

/** What is said of a server under a name is that server's to say, or who may write the whole entry. */
const isOfServer = (tree: ValueTree, [label, incarnation, below]: Branch, author: string): boolean =>
  label !== '.' && incarnation !== null && typeof below !== 'boolean' && below.some(([second]) => second === 'Server') && visibleAt(tree, [label, 'Server', 'Key', author]) === undefined

/** A server says by these what it is itself, or takes its entry away. */
const isOfItself = (tree: ValueTree, [label, , below]: Branch, author: string): boolean =>
  readLabels(tree, [label, 'Server', 'Key'])?.join() === author && (typeof below === 'boolean' ? !below : below.every(([second]) => second === 'Server'))

const isOfAccess = ([label, , below]: Branch): boolean => label === '.' && typeof below !== 'boolean' && below.every(([second]) => second === 'Access')

/** The names under which an author's key stands. */
const namesOf = (tree: ValueTree, author: string): Label[] => [...visibleChildren(tree.root)].flatMap(([label]) => (visibleAt(tree, [label, 'Keys', author]) === undefined ? [] : [label]))

function read(triple: Label): { rights: string[]; who: string; where: string[] } {
  const [rights, rest] = halves(triple, ' ')
  const [who, where] = halves(rest, ':')
  return { rights: rights.split(','), who, where: where.split('/').map(decodeURIComponent) }
}

const isMeant = (who: string, author: string, names: readonly Label[]): boolean => who === '*' || who.replace('%3A', ':') === author || (who === './*' ? names.length > 0 : names.some((label) => who === `./${label}`))

const halves = (text: string, at: string): [string, string] => [text.slice(0, text.indexOf(at)), text.slice(text.indexOf(at) + 1)]

/** `*` at the end stands for any rest, before it for one label; at the beginning never for `.`. */
function reaches(pattern: readonly string[], path: readonly Label[]): boolean {
  if (path[0] === '.' && pattern[0] !== '.') return false
  const isOpenEnded = pattern.at(-1) === '*'
  const steps = isOpenEnded ? pattern.slice(0, -1) : pattern
  return (isOpenEnded ? path.length >= steps.length : path.length === steps.length) && steps.every((step, i) => step === '*' || step === path[i])
}

const made = (branches: readonly Branch[], above: readonly Label[] = []): Label[][] =>
  branches.flatMap(([label, incarnation, below]) => [...(incarnation === null ? [[...above, label]] : []), ...(typeof below === 'boolean' ? [] : made(below, [...above, label]))])
