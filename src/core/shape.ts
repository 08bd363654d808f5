/**
 * Shapes: what a message may look like [X5]. A shape checks foreign JSON, and builds it anew where its fields are not in their
 * order, so that what is accepted re-encodes to the same bytes; nothing is ever an object keyed by foreign strings.
 */
import { isCopyId, isDirectoryId, isServerId, labelByteFault, type CopyId, type DirectoryId, type Label, type ServerId } from './names'
import { isTimestamp, type Timestamp } from './timestamp'

export type Shape<T> = (value: unknown) => T
export type Shaped<S> = S extends Shape<infer T> ? T : never

/** Thrown by shapes, caught by the one decoder at the door (messages.ts). */
export class Malformed extends Error {}

const refuse = (wanted: string): never => {
  throw new Malformed(`not ${wanted}`)
}

/** A string of at most `max` UTF-16 units, well-formed. */
export const text =
  (max: number): Shape<string> =>
  (value) =>
    typeof value === 'string' && value.length <= max && value.isWellFormed() ? value : refuse(`a text of at most ${max}`)

const kind =
  <T extends string>(is: (value: string) => value is T, wanted: string): Shape<T> =>
  (value) =>
    typeof value === 'string' && is(value) ? value : refuse(wanted)

export const timestampShape: Shape<Timestamp> = kind(isTimestamp, 'a time-stamp')
export const directoryId: Shape<DirectoryId> = kind(isDirectoryId, 'a directory identifier')
export const serverId: Shape<ServerId> = kind(isServerId, 'a server identifier')
export const copyId: Shape<CopyId> = kind(isCopyId, 'a copy identifier')
export const matching = <T extends string>(is: (value: string) => value is T, wanted: string): Shape<T> => kind(is, wanted)
/** Bounded and harmless; NFC is asked of clients only, by the accepting copy (SPEC §3). */
export const label: Shape<Label> = (value) => (typeof value === 'string' && labelByteFault(value) === null ? value : refuse('a label'))

export const number: Shape<number> = (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse('a natural number'))
export const integer: Shape<number> = (value) => (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0) ? value : refuse('an integer'))
export const boolean: Shape<boolean> = (value) => (typeof value === 'boolean' ? value : refuse('true or false'))

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value) =>
    value === null ? null : shape(value)

export const oneOf =
  <const T extends string>(...options: readonly T[]): Shape<T> =>
  (value) =>
    options.includes(value as T) ? (value as T) : refuse(`one of ${options.join(', ')}`)

export const list =
  <T>(shape: Shape<T>, max: number): Shape<T[]> =>
  (value) =>
    Array.isArray(value) && value.length <= max ? shapedEach(value, shape) : refuse(`a list of at most ${max}`)

/** The array itself where each of it is in its one form already, as nearly all that comes is. */
function shapedEach<T>(values: readonly unknown[], shape: Shape<T>): T[] {
  let built: T[] | null = null
  for (let i = 0; i < values.length; i++) {
    const shaped = shape(values[i])
    if (built === null && shaped !== values[i]) built = values.slice(0, i) as T[]
    built?.push(shaped)
  }
  return built ?? (values as T[])
}

export function tuple<T extends unknown[]>(...shapes: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value) => (Array.isArray(value) && value.length === shapes.length ? (shapes.map((shape, i) => shape(value[i])) as T) : refuse(`a tuple of ${shapes.length}`))
}

/** An object with exactly these fields; the object itself where they are in order, and in their one form. */
export function record<T extends object>(fields: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  const entries = Object.entries(fields) as [keyof T & string, Shape<T[keyof T & string]>][]
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('an object')
    const given = value as Record<string, unknown>
    const keys = Object.keys(given)
    let built: T | null = null
    for (let i = 0; i < entries.length; i++) {
      const [key, shape] = entries[i]!
      if (keys[i] !== key && !Object.hasOwn(given, key)) return refuse(`an object with ${key}`)
      const shaped = shape(given[key])
      if (built === null && (keys[i] !== key || shaped !== given[key])) built = Object.fromEntries(entries.slice(0, i).map(([each]) => [each, given[each]])) as T
      if (built !== null) built[key] = shaped
    }
    if (keys.length !== entries.length) return refuse(`an object with ${entries.map(([key]) => key).join(', ')}`)
    return built ?? (given as T)
  }
}

/** Objects told apart by the text in their field `type`. */
export function union<T extends { type: string }>(members: { [K in T['type']]: Shape<Extract<T, { type: K }>> }): Shape<T> {
  const byType = new Map<string, Shape<T>>(Object.entries(members))
  return (value) => {
    const type = typeof value === 'object' && value !== null && Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : undefined
    const shape = typeof type === 'string' ? byType.get(type) : undefined
    return shape === undefined ? refuse('a known type') : shape(value)
  }
}
