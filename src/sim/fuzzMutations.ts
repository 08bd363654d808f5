/** Mutations of messages: of their structure (fields, ids, types), and of their bytes. */
import type { Random } from './random'

/** JSON as it is parsed; numbers and texts may be anything. */
type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
interface Slot {
  parent: Json[] | { [key: string]: Json }
  key: string
}

/** What the structure mutations put in place of a value, knowing the name of its field. */
export type Replacement = (field: string, value: unknown) => unknown

const scraps: readonly Json[] = [null, true, false, 0, -1, 0.5, 1, 2 ** 53, 2 ** 53 - 1, 1e21, 1e308, '', ' ', '0', '__proto__', '\u0000', '\u202E', 'x'.repeat(600), [], {}, [[]], [null], '0000000000000000.0', '9000000000000000.0', '9000000000000001.0', '9999999999999999.zzzzzzzzzzzzz']
const keys: readonly string[] = ['__proto__', 'constructor', 'toJSON', 'type', 'extra', 'length', '0', '']
const types: readonly string[] = ['hello', 'request', 'answer', 'greet', 'updates', 'spliceNews', 'lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote', 'sweepRefused', 'askSnapshot', 'snapshotPage', 'snapshotRefused', 'askSplice', 'askFate', 'spliced', 'spliceRefused', 'askStanding', 'standing', 'askTakeOver', 'readHandOver', 'handOverPage', 'takenOver', 'notTaken', 'letBe', 'leftBe', 'walk', 'read', 'submit', 'create', 'leave', 'failure', 'toString', '']

/** A field of the message, any as likely as any other. */
function pickSlot(random: Random, root: Json): Slot | null {
  let picked: Slot | null = null
  let seen = 0
  const walk = (value: Json, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 40) return
    const parent = value
    for (const key of Object.keys(parent)) {
      if (random.below(++seen) === 0) picked = { parent, key }
      walk(Reflect.get(parent, key) as Json, depth + 1)
    }
  }
  walk(root, 0)
  return picked
}

const valueOf = ({ parent, key }: Slot): Json => Reflect.get(parent, key) as Json
/** Own property always, `__proto__` too. */
const put = ({ parent, key }: Slot, value: unknown): void => void Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
/** The name of a field; for an entry of a list that of the list is not known, and its number stands for it. */
const fieldOf = ({ key }: Slot): string => key

/** One to three changes of a message's structure, in place; `other` gives a message to take values from. */
export function mutateStructure(random: Random, message: unknown, other: () => unknown, replacement: Replacement): string {
  const root = message as Json
  for (let n = 1 + random.below(3); n > 0; n--) {
    const slot = pickSlot(random, root)
    if (slot !== null) mutateAt(random, slot, other, replacement)
  }
  return JSON.stringify(root)
}

function mutateAt(random: Random, slot: Slot, other: () => unknown, replacement: Replacement): void {
  const value = valueOf(slot)
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return put(slot, replacement(fieldOf(slot), value))
    case 4:
      return put(slot, structuredClone(random.pick(scraps)))
    case 5:
      if (Array.isArray(slot.parent)) slot.parent.splice(Number(slot.key), 1)
      else delete slot.parent[slot.key]
      return
    case 6:
      return takeFrom(random, slot, other() as Json)
    case 7:
      if (slot.key === 'type') return put(slot, random.pick(types))
      return Array.isArray(slot.parent) ? void slot.parent.push(value) : put({ parent: slot.parent, key: random.pick(keys) }, value)
    case 8:
      if (Array.isArray(value)) return put(slot, rearranged(random, value))
      if (Array.isArray(slot.parent)) return void slot.parent.splice(Number(slot.key), 0, structuredClone(value))
      return reorder(slot)
    case 9:
      return put(slot, random.chance(0.5) ? [value] : { value })
    default:
      if (typeof value === 'string') return put(slot, edited(random, value))
      if (typeof value === 'number') return put(slot, value + random.pick([1, -1, 0.5, 2 ** 53, -2 * value]))
      return put(slot, replacement(fieldOf(slot), value))
  }
}

/** The field of the same name in another message, or any value of it. */
function takeFrom(random: Random, slot: Slot, other: Json): void {
  for (let i = 0; i < 12; i++) {
    const theirs = pickSlot(random, other)
    if (theirs !== null && (theirs.key === slot.key || i === 11)) return put(slot, structuredClone(valueOf(theirs)))
  }
}

function rearranged(random: Random, list: Json[]): Json[] {
  const kind = random.below(4)
  if (kind === 0) return random.shuffled(list)
  if (kind === 1) return list.slice(0, random.below(list.length + 1))
  if (kind === 2) return list.toReversed()
  return Array.from({ length: random.pick([2, 3, 17, 65]) }, () => list).flat().slice(0, 400)
}

function reorder({ parent }: Slot): void {
  if (Array.isArray(parent)) return
  const [first] = Object.keys(parent)
  if (first === undefined) return
  const value = parent[first]!
  delete parent[first]
  parent[first] = value
}

function edited(random: Random, text: string): string {
  const i = random.below(text.length + 1)
  const kind = random.below(4)
  if (kind === 0) return text.slice(0, i) + text.slice(i + 1)
  if (kind === 1) return text.slice(0, i) + random.pick(['a', '7', '\u0000', 'A', '🐢', '\ud800', '"']) + text.slice(i)
  if (kind === 2) return text.toUpperCase()
  return text + text
}

const inserts: readonly string[] = ['"', '{', '}', '[', ']', ',', ':', 'null', 'true', '-0', '-1', '1e400', '1e-400', '0.1', '01', '9007199254740993', '99999999999999999999999999', '"\\u0000"', '"\\ud800"', '\ud800', '\udfff', '"__proto__":null,', '"__proto__":{"type":"hello"},', '"type":"hello",', '[[[[[[]]]]]]', '{}', '\\', '\\u', ' ', '\n', '\t', '\u0000', '\uFEFF', '\u2028', '\u202E', '/*', 'NaN', 'Infinity']

/** One to three changes of a message's text. */
export function mutateText(random: Random, wire: string): string {
  let text = wire
  for (let n = 1 + random.below(3); n > 0; n--) text = mutateTextOnce(random, text)
  return text
}

function mutateTextOnce(random: Random, text: string): string {
  const i = random.below(text.length + 1)
  switch (random.below(11)) {
    case 0:
      return text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ (1 << random.below(8))) + text.slice(i + 1)
    case 1:
      return text.slice(0, i) + random.pick(inserts) + text.slice(i)
    case 2:
      return text.slice(0, i)
    case 3:
      return text.slice(0, i) + text.slice(i + 1 + random.below(12))
    case 4:
      return text.slice(0, i) + text.slice(random.below(i + 1), i) + text.slice(i)
    case 5:
      return random.chance(0.02) ? bomb(random, text, i) : text.slice(0, i) + random.pick(inserts) + text.slice(i)
    case 6:
      return onMatch(random, text, /"[A-Za-z]+":/g, (key) => key + random.pick(inserts) + (random.chance(0.5) ? `,${key}` : ''))
    case 7:
      return onMatch(random, text, /"[A-Za-z]+":/g, () => `"${random.pick(keys)}":`)
    case 8:
      return onMatch(random, text, /(?<=:)(?:"[^"]*"|\d+|null|true|false)/g, () => random.pick(inserts))
    case 9:
      return onMatch(random, text, /\d+/g, (digits) => random.pick([`-${digits}`, `${digits}.0`, `${digits}e0`, `0${digits}`, `${digits}0`, '-0', '1e400', String(Number(digits) + 1)]))
    default:
      return onMatch(random, text, /"/g, () => random.pick(['', "'", '\\"', '""']))
  }
}

/** Replaces one of the places that match. */
function onMatch(random: Random, text: string, pattern: RegExp, replace: (match: string) => string): string {
  const matches = [...text.slice(0, 20_000).matchAll(pattern)]
  if (matches.length === 0) return text
  const match = random.pick(matches)
  return text.slice(0, match.index) + replace(match[0]) + text.slice(match.index + match[0].length)
}

/** Nesting of some depth in the middle of it. */
function bomb(random: Random, text: string, i: number): string {
  const depth = random.pick([17, 100, 1000, 10_000])
  const [open, close] = random.pick([['[', ']'], ['{"a":', '}'], ['[[', ''], ['["a",null,', ']']] as const)
  return text.slice(0, i) + open.repeat(depth) + random.pick(['', '1', 'true']) + close.repeat(depth) + text.slice(i)
}
