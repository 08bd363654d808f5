/** "Who may do what here, and why": asked of a copy, for anybody, at any path (SPEC §15). */
import { failure, isFailure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { record, text, list, tuple, boolean, nullable, oneOf, timestampShape, type Shape } from '../shape'
import { isTimestamp, type Timestamp } from '../timestamp'
import type { UpdateSet } from '../values/intent'
import type { Sees } from '../values/readValue'
import { nodeAt, visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { ACCESS, formatTriple, may, ownerOf, parseTriple, rights, sightOf, triplesIn, type Right, type Triple } from './access'
import { principalOf } from './authentication'
import { newNodes } from './authorise'
import { INVITED, KEYS } from './keys'
import { formatPrincipal, matchesPath, matchesPrincipal, parsePrincipalPattern, type Judging, type Principal, type PrincipalName, type Who } from './principal'

/** A triple as it stands, and whether every copy has it: until then an older change may still come and void it [A2]. */
export interface StandingTriple {
  triple: Label
  ts: Timestamp
  isFinal: boolean
}

export interface Access {
  /** What is said of rights, but for `triples`, is of the time that was asked about, before what came then; else, and where F has passed that, of now. */
  isThen: boolean
  /** Without triples whoever is in the room may do everything. */
  isOpen: boolean
  /** The key of who made it, whom nobody can shut out; null where its genesis does not say. */
  owner: string | null
  /** Null for who may not read them. */
  triples: StandingTriple[] | null
  /** Of whom is spoken: the key, if that was given, and by which names the directory knows it, as far as who asks may read them. */
  key: string | null
  names: string[]
  /** The triples that speak of that one: those that who asks may read, or that speak of who asks. */
  granting: Label[]
  /** What that one may do at the path by these, with the triple that says so, or `open`, or `owner`; and whether that is final: an owner is one for ever. */
  allowed: [right: Right, why: string, isFinal: boolean][]
}

export const accessShape: Shape<Access> = record({
  isThen: boolean,
  isOpen: boolean,
  owner: nullable(text(255)),
  triples: nullable(list(record<StandingTriple>({ triple: text(255), ts: timestampShape, isFinal: boolean }), 10_000)),
  key: nullable(text(128)),
  names: list(text(4096), 1000),
  granting: list(text(255), 10_000),
  allowed: list(tuple<[Right, string, boolean]>(oneOf(...rights), text(255), boolean), rights.length),
})

/** What a copy can tell of a time: which sets have that stamp, and what stood before it. */
interface Past {
  setsAt: (ts: Timestamp) => readonly UpdateSet[]
  before: (ts: Timestamp) => ValueTree | null
}

type Standing = Judging & { stableMark: Timestamp }

/**
 * `about`: a key, or the name of a principal (`./Lampson`, `../../IBM/TJW/Cho`); null: who asks. The key of an open invitation stands
 * for the entry that it opens: whoever has it is told what that may [A6]. Or a time-stamp: who wrote what was accepted then, and by which right, while
 * the copy can tell.
 */
export function accessAt(copy: Standing, asker: Who, about: string | null, path: readonly Label[], now: Timestamp, past: Past): Access | Failure {
  const { visible } = copy
  const sees = sightOf(visible, asker)
  const found = about === null ? asker() : isTimestamp(about) ? writerOf(copy, about, past.setsAt(about), asker, sees) : named(copy, about, now, sees)
  if (isFailure(found)) return found
  const then = about !== null && isTimestamp(about) ? past.before(about) : null
  const judged = then ?? visible
  const triples = triplesIn(judged)
  const isOpen = triples.length === 0
  const owner = ownerOf(judged)
  const isTold = (triple: Triple): boolean => isInvited(visible, found) || matchesPrincipal(triple.principal, asker()) || sees(['.', ACCESS, formatTriple(triple)])
  const granting = triples.filter((triple) => matchesPrincipal(triple.principal, found) && isTold(triple))
  const why = (right: Right): Triple | 'open' | 'owner' | undefined =>
    isOpen ? 'open' : found.key === owner ? 'owner' : granting.find((triple) => triple.rights.includes(right) && matchesPath(triple.path, right === 'copy' ? [] : path))
  return {
    isThen: then !== null,
    isOpen,
    owner,
    triples: may(visible, asker, 'read', ['.', ACCESS]) ? standing(copy, sees) : null,
    key: found.key === '' ? null : found.key,
    names: about === null || found.key !== '' ? found.names.map(formatPrincipal) : [about],
    granting: granting.map(formatTriple),
    allowed: rights.flatMap((right): Access['allowed'] => {
      const said = why(right)
      if (said === undefined) return []
      return [typeof said === 'string' ? [right, said, said === 'owner'] : [right, formatTriple(said), then === null && isFinal(copy, formatTriple(said))]]
    }),
  }
}

/** No number of `..` that a relative pattern could have. */
const ELSEWHERE = -1

function named({ visible, directory }: Judging, about: string, now: Timestamp, sees: Sees): Principal | Failure {
  const pattern = parsePrincipalPattern(about)
  if (isFailure(pattern)) return pattern
  if (pattern.type === 'key') {
    const { key, names } = principalOf(visible, directory, pattern.key, [], now)
    const invited = [...visibleChildren(visible.root)].flatMap(([label]) => (visibleAt(visible, [label, INVITED, key]) === undefined ? [] : [ofEntry(directory, label)]))
    return { key, names: [...names.filter((name) => isShown(name, key, sees)), ...invited] }
  }
  if (pattern.type === 'anyone') return { key: '', names: [] }
  const labels = pattern.labels.filter((label) => label !== null)
  if (pattern.rest || labels.length < pattern.labels.length) return failure('BadName', { name: about, reason: 'a principal is one name, without *' })
  if (pattern.type === 'absolute') return { key: '', names: [{ up: pattern.directory === directory ? 0 : ELSEWHERE, labels, from: [{ directory: pattern.directory, labels }] }] }
  return { key: '', names: [{ up: pattern.up, labels, from: pattern.up === 0 ? [{ directory, labels }] : [] }] }
}

/**
 * Who wrote what stands with a time-stamp, by the chain that its set carries [X2]; of what may not be read, nobody. Whom a chain proves
 * is told to who may read the triples, which speak of such names, and to that one.
 */
function writerOf({ visible, directory }: Judging, ts: Timestamp, sets: readonly UpdateSet[], asker: Who, sees: Sees): Principal | Failure {
  const set = sets.find(({ intent }) => newNodes(intent.branches).some((path) => sees(path) && nodeAt(visible, path)?.ts === ts))
  if (set === undefined) return failure('NotFound', { name: `the author of ${ts}`, reason: 'nothing that stands here now was accepted then' })
  const { author, chain = [] } = set.intent
  const proved = principalOf(visible, directory, author, chain, ts)
  const { key, names } = sees(['.', ACCESS]) || proved.key === asker().key ? proved : principalOf(visible, directory, author, [], ts)
  return { key, names: names.filter((name) => isShown(name, key, sees)) }
}

/** Whether one may read what a directory itself says of a name: that an entry has the key, or which directory is below. */
const isShown = ({ up, labels }: PrincipalName, key: string, sees: Sees): boolean => up > 0 || sees(labels.length === 1 ? [...labels, KEYS, key] : labels.slice(0, 1))

const ofEntry = (directory: DirectoryId, label: Label): PrincipalName => ({ up: 0, labels: [label], from: [{ directory, labels: [label] }] })

/** Whether a key is that of an invitation which is open. */
const isInvited = (tree: ValueTree, { key, names }: Principal): boolean => names.some(({ up, labels }) => up === 0 && visibleAt(tree, [...labels, INVITED, key]) !== undefined)

const isFinal = ({ visible, stableMark }: Standing, triple: Label): boolean => {
  const node = visibleAt(visible, ['.', ACCESS, triple])
  return node !== undefined && node.ts < stableMark
}

function standing({ visible, stableMark }: Standing, sees: Sees): StandingTriple[] {
  const node = visibleAt(visible, ['.', ACCESS])
  return node === undefined ? [] : [...visibleChildren(node)].flatMap(([triple, { ts }]) => (parseTriple(triple) === null || !sees(['.', ACCESS, triple]) ? [] : [{ triple, ts, isFinal: ts < stableMark }]))
}
