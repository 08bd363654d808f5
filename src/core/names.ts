/**
 * Names: labels, identifiers, full names and value designators ("Names", SPEC §1).
 */
import { failure, isFailure, type Failure } from './errors'

/** L. A string on an arc of a value tree; 1 to 255 UTF-8 bytes of well-formed Unicode in NFC (`checkLabel`). */
export type Label = string
/** DI. Directory identifier: 20 characters of base32 from the SHA-256 of the directory's genesis record. */
export type DirectoryId = string & { readonly directoryId: unique symbol }
/** SI. Server identifier: 20 characters of base32 from the SHA-256 of the server's public key. */
export type ServerId = string & { readonly serverId: unique symbol }
/** Identity of one incarnation of one directory copy (dcid); also the origin of its time-stamps [T1]. */
export type CopyId = string & { readonly copyId: unique symbol }

/** FN. The name of a directory (or of an entry in one): where it begins, how far up from there, then labels. */
export interface FullName {
  /** A DI, the user's working root (`/DEC`), or the working directory (`SRC`, `../Finance`). */
  from: DirectoryId | '/' | '.'
  /** How many `..` come before the labels. */
  up: number
  labels: Label[]
}

/** VD. A full name and a path in that directory's value tree, written `/DEC/SRC:Lampson/Mailboxes`. */
export interface ValueDesignator {
  name: FullName
  path: Label[]
}

export const MAX_LABEL_BYTES = 255
export const MAX_PATH_LABELS = 16

const identifier = /^[a-z2-7]{20}$/
export const isDirectoryId = (text: string): text is DirectoryId => identifier.test(text)
export const isServerId = (text: string): text is ServerId => identifier.test(text)
export const isCopyId = (text: string): text is CopyId => /^[a-z2-7]{13}$/.test(text)

/** Length of a string in UTF-8; a lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) bytes += 1
    else if (unit < 0x800) bytes += 2
    else if (unit >= 0xd800 && unit < 0xdc00 && i + 1 < text.length) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

/** Orders labels by their UTF-8 bytes [V4]: code points, where UTF-16 would put surrogates before U+E000. */
export function compareLabels(a: Label, b: Label): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}
const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit)

const control = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u

/** Why this can be no label anywhere, in words, or null: what receivers of replicated updates check. */
export function labelByteFault(label: string): string | null {
  if (label === '') return 'a label has at least one character'
  if (label.length > MAX_LABEL_BYTES || utf8Length(label) > MAX_LABEL_BYTES) return `a label has at most ${MAX_LABEL_BYTES} bytes`
  if (!label.isWellFormed()) return 'it is not well-formed Unicode'
  if (control.test(label)) return 'it contains a control or bidirectional control character'
  return null
}

/** Why this is not a legal label for a client, in words, or null: NFC is asked once, by the accepting copy (SPEC §3). */
export function labelFault(label: string): string | null {
  return labelByteFault(label) ?? (label.normalize('NFC') === label ? null : 'it is not in the normal form NFC')
}

/** Checks labels from a client; an ill-formed one is named, shortened, in the failure. */
export const checkLabels = (labels: readonly string[]): Failure | null => labelsFault(labels, labelFault)

function labelsFault(labels: readonly string[], faultOf: (label: string) => string | null): Failure | null {
  if (labels.length > MAX_PATH_LABELS) return failure('BadName', { name: shown(labels.join('/')), reason: `a path has at most ${MAX_PATH_LABELS} labels` })
  for (const label of labels) {
    const fault = faultOf(label)
    if (fault !== null) return failure('BadName', { name: shown(label), reason: fault })
  }
  return null
}

/** A foreign string made harmless for a sentence: control characters escaped, cut to 80 characters. */
export function shown(text: string): string {
  const safe = text.replace(new RegExp(control, 'gu'), (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
  return safe.length > 80 ? `${safe.slice(0, 79).replace(/[\uD800-\uDBFF]$/, '')}…` : safe
}

const encodeLabel = (label: Label): string => label.replace(/[/:#%*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
const encodeStep = (label: Label): string => (label === '.' ? '%2E' : label === '..' ? '%2E%2E' : encodeLabel(label))

function decodeLabel(text: string): string | Failure {
  if (!/^(?:[^%]|%(?:2[0-9A-F]|3[0-9A-F]))*$/i.test(text)) return failure('BadName', { name: shown(text), reason: 'a % is written %25' })
  return text.replace(/%([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** FN as text: `#k3f9…/DEC/SRC`, `/DEC/SRC`, `SRC`, `../Finance`, `.`. */
export function formatName(name: FullName): string {
  const steps = [...Array<string>(name.up).fill('..'), ...name.labels.map(encodeStep)]
  if (name.from === '/') return `/${steps.join('/')}`
  if (name.from === '.') return steps.length === 0 ? '.' : steps.join('/')
  return [`#${name.from}`, ...steps].join('/')
}

/** The labels of an FN, without what it begins at: the label `..` is written %2E%2E, for `..` would be the directory above. */
export const formatLabels = (labels: readonly Label[]): string => labels.map(encodeStep).join('/')

/** The FN of what stands under a label in a directory whose own FN is written already. */
export function nameBelow(directory: string, label: Label): string {
  if (directory === '.') return encodeStep(label)
  return directory.endsWith('/') ? `${directory}${encodeStep(label)}` : `${directory}/${encodeStep(label)}`
}

/** A path in a value tree, as after the colon of a VD: there `.` and `..` are labels like any other. */
export const formatPath = (path: readonly Label[]): string => path.map(encodeLabel).join('/')

/** VD as text; the path of the directory itself is empty and its colon left out. */
export function formatDesignator({ name, path }: ValueDesignator): string {
  return path.length === 0 ? formatName(name) : `${formatName(name)}:${formatPath(path)}`
}

/** Parses an FN from a client; labels are decoded and checked, inner `..` cancel the label before them. */
export function parseName(text: string): FullName | Failure {
  const name = parseStored(text)
  return isFailure(name) ? name : (checkLabels(name.labels) ?? name)
}

/** The same of a name that a copy stores, or a server goes by: some server may have let labels through that are not in NFC. */
export function parseStored(text: string): FullName | Failure {
  const bad = (reason: string): Failure => failure('BadName', { name: shown(text), reason })
  if (typeof text !== 'string') return failure('BadName', { name: typeof text, reason: 'a name is a string' })
  const begin = text.startsWith('#') ? '#' : text.startsWith('/') ? '/' : '.'
  const [head = '', ...tail] = (begin === '/' ? text.slice(1) : text).split('/')
  const name: FullName = { from: '.', up: 0, labels: [] }
  let steps = [head, ...tail]
  if (begin === '#') {
    const di = head.slice(1)
    if (!isDirectoryId(di)) return bad('after # comes a directory identifier of 20 characters')
    name.from = di
    steps = tail
  } else if (begin === '/') name.from = '/'
  if (steps.length === 1 && (steps[0] === '' || steps[0] === '.') && begin !== '#') return text === '' ? bad('it is empty') : name
  for (const step of steps) {
    if (step === '..') {
      if (name.labels.length > 0) name.labels.pop()
      else name.up++
      continue
    }
    if (step === '.' || step === '') return bad('a label has at least one character, and the label . is written %2E')
    if (/[:#*]/.test(step)) return bad('the characters : # and * of a label are written %3A, %23 and %2A')
    const label = decodeLabel(step)
    if (isFailure(label)) return label
    name.labels.push(label)
  }
  return labelsFault(name.labels, labelByteFault) ?? name
}

/** Parses a VD: an FN, then optionally `:` and a path of labels. */
export function parseDesignator(text: string): ValueDesignator | Failure {
  if (typeof text !== 'string') return failure('BadName', { name: typeof text, reason: 'a value designator is a string' })
  const colon = text.indexOf(':')
  const name = parseName(colon < 0 ? text : text.slice(0, colon) || '.')
  if (isFailure(name)) return name
  const path: Label[] = []
  const rest = colon < 0 ? '' : text.slice(colon + 1)
  for (const step of rest === '' ? [] : rest.split('/')) {
    const label = /[:#*]/.test(step) ? failure('BadName', { name: shown(step), reason: 'the characters : # and * of a label are written %3A, %23 and %2A' }) : decodeLabel(step)
    if (isFailure(label)) return label
    path.push(label)
  }
  return checkLabels(path) ?? { name, path }
}

/** The name seen from `base` (an absolute name): `..` leaves the last label of base, and goes up from where it begins when there is none left. */
export function relativeTo(base: FullName, name: FullName): FullName {
  const kept = Math.max(0, base.labels.length - name.up)
  return { from: base.from, up: base.up + name.up - (base.labels.length - kept), labels: [...base.labels.slice(0, kept), ...name.labels] }
}
