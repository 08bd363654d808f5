/**
 * Principals and patterns of principals ("Access control"; SPEC §14, §15). A principal is named relative to the directory that
 * judges: `./Lampson`, `../../IBM/TJW/Cho`; from a directory that was believed on the way, `#k3f9…/IBM/TJW/Cho`; or by its key.
 */
import { failure, type Failure } from '../errors'
import { checkLabels, isDirectoryId, MAX_LABEL_BYTES, shown, utf8Length, type DirectoryId, type Label } from '../names'
import type { ValueTree } from '../values/valueTree'

/** One name of a principal, as a directory knows it. */
export interface PrincipalName {
  /** How many `..` come before the labels. */
  up: number
  labels: readonly Label[]
  /** Directories from the topmost of the way down, with the labels from each on: what absolute patterns are held against. */
  from: readonly { directory: DirectoryId; labels: readonly Label[] }[]
}

/** Who speaks, as far as a directory can tell: a key, and the names that it stands for. */
export interface Principal {
  key: string
  names: readonly PrincipalName[]
}

/** A copy, as far as it says who may do what. */
export interface Judging {
  directory: DirectoryId
  visible: ValueTree
}

/** Who somebody is, worked out when it is first asked for: where there are no triples it never is. */
export type Who = () => Principal

export function whoever(workOut: Who): Who {
  let known: Principal | undefined
  return () => (known ??= workOut())
}

/** Labels of a pattern; null is `*`, any one label. `rest`: whatever follows, nothing included. */
export interface LabelPattern {
  labels: readonly (Label | null)[]
  rest: boolean
}

export type PrincipalPattern = { type: 'anyone' } | { type: 'key'; key: string } | ({ type: 'relative'; up: number } & LabelPattern) | ({ type: 'absolute'; directory: DirectoryId } & LabelPattern)

export function matchesLabels({ labels, rest }: LabelPattern, given: readonly Label[]): boolean {
  if (rest ? given.length < labels.length : given.length !== labels.length) return false
  return labels.every((label, i) => label === null || label === given[i])
}

export function matchesPrincipal(pattern: PrincipalPattern, { key, names }: Principal): boolean {
  switch (pattern.type) {
    case 'anyone':
      return true
    case 'key':
      return pattern.key === key
    case 'relative':
      return names.some(({ up, labels }) => up === pattern.up && matchesLabels(pattern, labels))
    case 'absolute':
      return names.some(({ from }) => from.some(({ directory, labels }) => directory === pattern.directory && matchesLabels(pattern, labels)))
  }
}

const encode = (label: Label): string => (label === '.' || label === '..' ? label.replaceAll('.', '%2E') : label.replace(/[/:#%* ]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`))
const decode = (text: string): string | null => (/^(?:[^%]|%[23][0-9A-F])*$/i.test(text) ? text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : null)

/** A pattern of labels from its steps: `*` is any label, at the end any rest. Null when a step is no label. */
export function labelPattern(steps: readonly string[], plain: ReadonlySet<string> = new Set()): LabelPattern | null {
  const rest = steps.at(-1) === '*'
  const labels = (rest ? steps.slice(0, -1) : steps).map((step) => (step === '*' ? null : plain.has(step) ? step : /[:#*]/.test(step) || step === '.' || step === '..' ? undefined : (decode(step) ?? undefined)))
  const named = labels.filter((label) => typeof label === 'string')
  return labels.includes(undefined) || checkLabels(named) !== null ? null : { labels: labels as (Label | null)[], rest }
}

const labelsText = ({ labels, rest }: LabelPattern, plain: ReadonlySet<string> = new Set()): string => [...labels.map((label) => (label === null ? '*' : plain.has(label) ? label : encode(label))), ...(rest ? ['*'] : [])].join('/')

const keyText = /^(?:ed25519|p256):[\w-]{1,100}$/

/** `*`, `./Lampson`, `../*`, `../../IBM/TJW/Cho`, `#k3f9…/DEC/*`, `ed25519:…`. */
export function parsePrincipalPattern(text: string): PrincipalPattern | Failure {
  const bad = (reason: string): Failure => failure('BadName', { name: shown(text), reason })
  if (text === '*') return { type: 'anyone' }
  if (keyText.test(text)) return { type: 'key', key: text }
  const [head = '', ...tail] = text.split('/')
  if (head.startsWith('#')) {
    const directory = head.slice(1)
    const pattern = labelPattern(tail)
    return isDirectoryId(directory) && pattern !== null ? { type: 'absolute', directory, ...pattern } : bad('after # comes a directory identifier, then labels')
  }
  const up = head === '.' ? 0 : text.split('/').findIndex((step) => step !== '..')
  const pattern = labelPattern(head === '.' ? tail : text.split('/').slice(up))
  if ((head !== '.' && head !== '..') || up < 0 || pattern === null) return bad('a principal is *, a key, or a name that begins with ./, ../ or #')
  return { type: 'relative', up, ...pattern }
}

export function formatPrincipalPattern(pattern: PrincipalPattern): string {
  switch (pattern.type) {
    case 'anyone':
      return '*'
    case 'key':
      return pattern.key
    case 'relative':
      return [...(pattern.up === 0 ? ['.'] : Array<string>(pattern.up).fill('..')), labelsText(pattern)].join('/')
    case 'absolute':
      return `#${pattern.directory}/${labelsText(pattern)}`
  }
}

/** A name of a principal as it is written. */
export const formatPrincipal = ({ up, labels }: PrincipalName): string => formatPrincipalPattern({ type: 'relative', up, labels, rest: false })

/** The label `.`, of what a directory says of itself, is written as it is in patterns of paths. */
const self = new Set(['.'])

/** `*` (every entry, but not `.`), `Lampson/*`, `*\/Mailboxes`, `./*`. */
export function parsePathPattern(text: string): LabelPattern | Failure {
  const pattern = labelPattern(text.split('/'), self)
  return pattern ?? failure('BadName', { name: shown(text), reason: 'a path pattern is labels with / between them, * for any one, and * at the end for any rest' })
}

export const formatPathPattern = (pattern: LabelPattern): string => labelsText(pattern, self)

/** Of what a directory says of itself (`.`) only a pattern speaks that says so: `*` means the entries. */
export const matchesPath = (pattern: LabelPattern, path: readonly Label[]): boolean => (path[0] !== '.' || pattern.labels[0] === '.') && matchesLabels(pattern, path)

/** Whether a text can be a label of the tree. */
export const fitsLabel = (text: string): boolean => utf8Length(text) <= MAX_LABEL_BYTES
