/** Triples in words. What comes from others stands in them as names, which the page shows harmless and isolated. */
import type { Grant } from '../../client/nameService'
import { rights as allRights, type Right } from '../../core/auth/access'
import { parsePathPattern, parsePrincipalPattern, type LabelPattern } from '../../core/auth/principal'
import { isFailure } from '../../core/errors'
import { shown, type Label } from '../../core/names'
import { isOwner, mayAt, mayWrite, mayWriteWithin, type Own } from '../desk/rights'

/** A name among words, as it is shown, and whole. */
export interface Foreign {
  name: string
  whole: string
}
export type Words = readonly (string | Foreign)[]

/** Whom keys belong to, as far as the page knows. */
export interface Known {
  /** The key of whoever looks at this page, and of whoever made the directory. */
  me: string
  owner: string | null
  /** By key: the entries of the directory that have it. */
  entries: ReadonlyMap<string, readonly Label[]>
}

/** The same as one text, for tooltips and for what is read aloud. */
export const plain = (words: Words): string => words.map((word) => (typeof word === 'string' ? word : shown(word.name))).join('')

const foreign = (name: string, whole = name): Foreign => ({ name, whole })

const KEY_SHOWN = 16
export const shortKey = (key: string): string => (key.length > KEY_SHOWN ? `${key.slice(0, KEY_SHOWN)}…` : key)

/** A pattern as it is written, but for keys and directory identifiers, which are cut. */
export const shortPattern = (principal: string): string => (/^(?:ed25519|p256):/.test(principal) ? shortKey(principal) : principal.replace(/^#([a-z2-7]{6})[a-z2-7]+/, '#$1…'))

const above = (up: number): string => (up === 0 ? 'here' : up === 1 ? 'in the directory above' : `in the directory ${up} levels above`)

/** Who is meant by a pattern of principals. */
export function whoWords(principal: string, known: Known): Words {
  const pattern = parsePrincipalPattern(principal)
  if (isFailure(pattern)) return ['nobody: it is no pattern']
  switch (pattern.type) {
    case 'anyone':
      return ['everybody in the room']
    case 'key':
      return keyWords(pattern.key, known)
    case 'relative':
      return namedWords(pattern, above(pattern.up))
    case 'absolute':
      return [...namedWords(pattern, 'in the directory '), foreign(`#${pattern.directory.slice(0, 6)}…`, `#${pattern.directory}`)]
  }
}

export function keyWords(key: string, { me, owner, entries }: Known): Words {
  const names = entries.get(key) ?? []
  const known = names.flatMap((label, i): (string | Foreign)[] => [i === 0 ? '' : ', ', foreign(label)])
  if (key === me) return known.length === 0 ? ['you (by your key)'] : ['you (by your key, that of ', ...known, ' here)']
  if (known.length > 0) return ['the key of ', ...known, ' here']
  return key === owner ? ['the owner, who made this directory'] : ['whoever has this key']
}

function namedWords({ labels, rest }: LabelPattern, where: string): Words {
  const literal = labels.filter((label) => label !== null)
  const isLiteral = literal.length === labels.length
  const last = literal.at(-1)
  if (last === undefined && isLiteral) return rest ? [`every entry ${where} or below`] : ['nobody']
  if (isLiteral && rest) return ['everybody named below ', foreign(literal.join('/')), ` ${where}`]
  if (isLiteral && literal.length === 1) return ['the entry ', foreign(last!), ` ${where}`]
  if (isLiteral) return ['the entry ', foreign(last!), ' in ', foreign(literal.slice(0, -1).join('/')), ` ${where}`]
  return ['whoever is called ', foreign([...labels.map((label) => label ?? '*'), ...(rest ? ['*'] : [])].join('/')), ` ${where}`]
}

/** Where a pattern of paths reaches. */
export function whereWords(path: string): Words {
  const pattern = parsePathPattern(path)
  if (isFailure(pattern)) return ['nowhere: it is no pattern']
  const { labels, rest } = pattern
  const [first, ...others] = labels
  const deep = rest ? ' with all below' : ', without what is below'
  if (first === '.') {
    if (labels.length === 1) return rest ? ['what the directory says of itself, these rights too'] : ['the directory itself']
    return labels[1] === 'Access' && labels.length === 2 ? ['these rights'] : ['of what the directory says of itself: ', foreign(others.map((label) => label ?? '*').join('/')), deep]
  }
  if (first === undefined) return ['every entry with all below']
  if (first === null && labels.length === 2 && labels[1] === 'Server') return ['what an entry says of a server: a server takes its name by it']
  const literal = (first === null ? others : labels).filter((label) => label !== null)
  if (first === null && literal.length === 0) return [`every entry${deep}`]
  if (literal.length === (first === null ? others : labels).length) return [foreign(literal.join('/')), first === null ? ' of every entry' : '', deep]
  return ['every path like ', foreign(labels.map((label) => label ?? '*').join('/')), deep]
}

/** What a right lets do, as it stands after "may". */
export const deeds: Record<Right, string> = { read: 'read', write: 'write', test: 'compare', copy: 'store a copy of' }

export const explained: Record<Right, string> = {
  read: 'See what stands there. What nobody lets you read looks absent.',
  write: 'Add, change and delete there.',
  test: 'Ask whether a value is this one, without seeing it: for passwords.',
  copy: 'Store a copy of the directory on a server of one’s own. Whoever does can read all of it, so only the path * counts.',
}

const listed = (parts: readonly Words[]): Words => parts.flatMap((part, i): Words => [i === 0 ? '' : i === parts.length - 1 ? (parts.length > 2 ? ', and ' : ' and ') : ', ', ...part])

/** Everything, entries and what the directory says of itself. */
const isAll = (paths: readonly string[]): boolean => paths.includes('*') && paths.includes('./*')

function scope(paths: readonly string[]): Words {
  if (isAll(paths)) return ['everything here']
  // What every entry's pattern covers need not be said again.
  return listed((paths.includes('*') ? paths.filter((path) => path === '*' || path.startsWith('.')) : paths).map(whereWords))
}

const byName = ({ names }: Own): Words => (names.length === 0 ? [] : [' The directory knows you as ', ...listed(names.map((name): Words => [foreign(name)])), '.'])

/** "You may read and write everything here: you made this directory." */
export function ownWords(own: Own): Words {
  if (own.isOpen) return ['Everybody in the room may do everything here.']
  if (isOwner(own)) return ['You may do everything here: you made this directory.']
  const by = byName(own)
  const pathsFor = (right: Right): string[] => [...new Set(own.granting.filter(({ rights }) => rights.includes(right)).map(({ path }) => path))].toSorted()
  const deedsBy = new Map<string, { verbs: string[]; paths: string[] }>()
  for (const right of allRights) {
    // Who may read may compare.
    const paths = right === 'test' ? pathsFor(right).filter((path) => !pathsFor('read').includes(path)) : right === 'copy' ? [] : pathsFor(right)
    if (paths.length === 0) continue
    const key = paths.join('\n')
    const known = deedsBy.get(key)
    if (known === undefined) deedsBy.set(key, { verbs: [deeds[right]], paths })
    else known.verbs.push(deeds[right])
  }
  const parts = [...deedsBy.values()].map(({ verbs, paths }): Words => [`${verbs.join(' and ')} `, ...scope(paths)])
  if (pathsFor('copy').includes('*')) parts.push(['store a copy'])
  if (parts.length === 0) return ['You may do nothing here.', ...by]
  return ['You may ', ...listed(parts), '.', ...by]
}

/** The same of one entry: "You may read Birrell, not write it." */
export function entryWords(own: Own, label: Label): Words {
  const name = foreign(label)
  const reads = mayAt(own, 'read', [label])
  const writes = mayWrite(own, [label])
  if (reads || writes) return ['You may ', [reads && 'read', writes && 'write'].filter(Boolean).join(' and '), ' ', name, reads && writes ? '.' : reads ? ', not write it.' : ', not read it.', ...byName(own)]
  return [mayWriteWithin(own, [label]) ? 'You may write some of ' : 'You may neither read nor write ', name, '.', ...byName(own)]
}

/** One triple as a sentence: "Everybody in the room may read and write every entry with all below." */
export function grantWords({ principal, path, rights }: Grant, known: Known): Words {
  const who = whoWords(principal, known)
  const [first, ...more] = who
  const capital = typeof first === 'string' ? first.charAt(0).toUpperCase() + first.slice(1) : (first ?? '')
  const kept = allRights.filter((right) => rights.includes(right) && right !== 'copy')
  const doing: Words[] = kept.length === 0 ? [] : [[`${kept.map((right) => deeds[right]).join(' and ')} `, ...whereWords(path)]]
  if (rights.includes('copy')) doing.push([path === '*' ? 'store a copy of the directory' : 'nothing more by copy, which counts only with the path *'])
  return [capital, ...more, ' may ', ...listed(doing), '.']
}
