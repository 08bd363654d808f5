/**
 * Memory is bounded: what a server holds besides its copies, field by field. The fields are found, not listed, so that
 * one that is added later is held to a bound from its first day.
 */
import type { Server } from '../core/server'
import { Accusation } from './world'

/** Entries of any collection, at any depth. */
const MOST = 1024
/** Collections that may have more, by where they stand; `*` is any key. */
const more: ReadonlyMap<string, number> = new Map([
  ['hints', 10_000],
  // Who asks for a sweep while one runs waits for the next: seconds, at the rate of a link.
  ['sweeps.*.next', 20_000],
])
/** Loads of a sweep or of pages coming in: data, of which characters are counted and not entries. */
const data = new Set(['load', 'pages', 'set', 'request', 'intent'])
/** Characters of all data that one field holds. */
const MOST_CHARACTERS = 64 << 20

/** The largest collection at each place, most first. */
export function weigh(server: Server): [place: string, entries: number][] {
  const found = new Map<string, number>()
  for (const [field, value] of Object.entries(server)) if (field !== 'copies') measure(found, field, value, 0)
  return [...found].toSorted(([, a], [, b]) => b - a)
}

function measure(found: Map<string, number>, place: string, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > 6) return
  if (data.has(place.slice(place.lastIndexOf('.') + 1))) {
    const characters = `${place}, characters`
    found.set(characters, (found.get(characters) ?? 0) + JSON.stringify(value).length)
    return
  }
  const below: Iterable<[unknown, unknown]> = value instanceof Map ? (value as Map<unknown, unknown>) : value instanceof Set || Array.isArray(value) ? [...(value as Iterable<unknown>)].entries() : []
  const size = value instanceof Map || value instanceof Set ? value.size : Array.isArray(value) ? value.length : null
  if (size !== null) {
    found.set(place, Math.max(found.get(place) ?? 0, size))
    for (const [, each] of below) measure(found, `${place}.*`, each, depth + 1)
  } else for (const [key, each] of Object.entries(value)) measure(found, `${place}.${key}`, each, depth + 1)
}

/** Accuses a server of whatever has outgrown its bound; a copy stored here may have its own entry in each field. */
export function checkBounds(name: string, server: Server): void {
  for (const [place, entries] of weigh(server)) {
    const bound = place.endsWith('characters') ? MOST_CHARACTERS : (more.get(place) ?? MOST) + 4 * server.copies.size
    if (entries > bound) throw new Accusation('X5', `${name} holds ${entries} in ${place}, more than ${bound}`)
  }
}
