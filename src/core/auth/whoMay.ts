/** "Who may do what here, and why": asked of a copy, for anybody, at any path (SPEC §15). */
import { failure, isFailure, type Failure } from '../errors'
import type { Label } from '../names'
import { record, text, list, tuple, boolean, nullable, oneOf, timestampShape, type Shape } from '../shape'
import type { Timestamp } from '../timestamp'
import { visibleAt, visibleChildren } from '../values/valueTree'
import { ACCESS, formatTriple, may, ownerOf, parseTriple, rights, triplesIn, whyAllowed, type Right } from './access'
import { principalOf } from './authentication'
import { formatPrincipal, matchesPrincipal, parsePrincipalPattern, type Judging, type Principal, type Who } from './principal'

/** A triple as it stands, and whether every copy has it: until then an older change may still come and void it [A2]. */
export interface StandingTriple {
  triple: Label
  ts: Timestamp
  isFinal: boolean
}

export interface Access {
  /** Without triples whoever is in the room may do everything. */
  isOpen: boolean
  /** The key of who made it, whom nobody can shut out; null where its genesis does not say. */
  owner: string | null
  /** Null for who may not read them. */
  triples: StandingTriple[] | null
  /** Of whom is spoken: the key, if that was given, and by which names the directory knows it. */
  key: string | null
  names: string[]
  /** The triples that speak of that one; none of somebody else for who may not read them. */
  granting: Label[]
  /** What that one may do at the path, with the triple that says so, or `open`, or `owner`. */
  allowed: [right: Right, why: string][]
}

export const accessShape: Shape<Access> = record({
  isOpen: boolean,
  owner: nullable(text(255)),
  triples: nullable(list(record<StandingTriple>({ triple: text(255), ts: timestampShape, isFinal: boolean }), 10_000)),
  key: nullable(text(128)),
  names: list(text(4096), 1000),
  granting: list(text(255), 10_000),
  allowed: list(tuple<[Right, string]>(oneOf(...rights), text(255)), rights.length),
})

type Standing = Judging & { stableMark: Timestamp }

/** `about`: a key, or the name of a principal (`./Lampson`, `../../IBM/TJW/Cho`); null: who asks. */
export function accessAt(copy: Standing, asker: Who, about: string | null, path: readonly Label[], now: Timestamp): Access | Failure {
  const { visible } = copy
  const found = about === null ? asker() : named(copy, about, now)
  if (isFailure(found)) return found
  const who = (): Principal => found
  const triples = triplesIn(visible)
  const isOpen = triples.length === 0
  const readsTriples = may(visible, asker, 'read', ['.', ACCESS])
  return {
    isOpen,
    owner: ownerOf(visible),
    triples: readsTriples ? standing(copy) : null,
    key: found.key === '' ? null : found.key,
    names: about === null || found.key !== '' ? found.names.map(formatPrincipal) : [about],
    granting: about === null || readsTriples ? triples.filter(({ principal }) => matchesPrincipal(principal, found)).map(formatTriple) : [],
    allowed: rights.flatMap((right): [Right, string][] => {
      const why = whyAllowed(visible, who, right, right === 'copy' ? [] : path)
      return why === null ? [] : [[right, typeof why === 'string' ? why : formatTriple(why)]]
    }),
  }
}

/** No number of `..` that a relative pattern could have. */
const ELSEWHERE = -1

function named({ visible, directory }: Judging, about: string, now: Timestamp): Principal | Failure {
  const pattern = parsePrincipalPattern(about)
  if (isFailure(pattern)) return pattern
  if (pattern.type === 'key') return principalOf(visible, directory, pattern.key, [], now)
  if (pattern.type === 'anyone') return { key: '', names: [] }
  const labels = pattern.labels.filter((label) => label !== null)
  if (pattern.rest || labels.length < pattern.labels.length) return failure('BadName', { name: about, reason: 'a principal is one name, without *' })
  if (pattern.type === 'absolute') return { key: '', names: [{ up: pattern.directory === directory ? 0 : ELSEWHERE, labels, from: [{ directory: pattern.directory, labels }] }] }
  return { key: '', names: [{ up: pattern.up, labels, from: pattern.up === 0 ? [{ directory, labels }] : [] }] }
}

function standing({ visible, stableMark }: Standing): StandingTriple[] {
  const node = visibleAt(visible, ['.', ACCESS])
  return node === undefined ? [] : [...visibleChildren(node)].flatMap(([triple, { ts }]) => (parseTriple(triple) === null ? [] : [{ triple, ts, isFinal: ts < stableMark }]))
}
