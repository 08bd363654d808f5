/**
 * Lookups by what is cached ("it is very desirable for a client to be able to cache the result of a lookup for a while"):
 * arcs of the directory tree, until they expire by this clock, and by nothing else [W1]. A lookup goes on at the last
 * directory that it knows the way to.
 */
import type { Found } from '../core/directories/lookup'
import { leastOf, recall, remember, type NameCache } from '../core/directories/nameCache'
import { linkTarget } from '../core/directories/reference'
import { NameServiceError } from '../core/errors'
import type { DirectoryId, FullName, Label, ServerId } from '../core/names'
import type { ReadOutcome, Request, TrailStep } from '../core/requests'
import { ask, type Connection } from './connection'

/** A way with more is looked up from there. */
const MAX_LINKS = 16
/** Directories whose servers are remembered; the oldest make room. */
const MOST_HINTED = 4096

/** A directory, once reached, is that directory for ever. */
const ALWAYS = Number.MAX_SAFE_INTEGER

/** How far the cache leads along a name: the directory reached, and what is left. */
interface Known {
  trail: TrailStep[]
  directory: DirectoryId
  rest: readonly Label[]
  /** The entry that the name ends at. */
  entity: Label | null
}

export class CachedLookups {
  readonly #connection: Connection
  readonly #arcs: NameCache = new Map()
  /** Who was last said to store a directory: hints. */
  readonly #servers = new Map<DirectoryId, ServerId[]>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  async lookup(name: FullName): Promise<Found> {
    const known = this.#known(name)
    const servers = this.#servers.get(known.directory)
    if (known.trail.length === 0 || known.rest.length > 0 || servers === undefined) return this.#find(name, known)
    const { directory, entity, trail } = known
    return { directory, entity, servers, trail, after: [], validUntil: leastOf(trail) }
  }

  /** The same for whoever wants to reach a copy: who stores the directory changes at any time, and is asked for. */
  find(name: FullName): Promise<Found> {
    return this.#find(name, this.#known(name))
  }

  async #find(name: FullName, known: Known): Promise<Found> {
    const found = await this.#along(known, name, async (onward) => {
      const { trail, ...there } = await ask<Found>(this.#connection, { type: 'lookup', name: onward, entity: null })
      const validUntil = trail.length === 0 && onward !== name ? ALWAYS : there.validUntil
      return { ...there, validUntil, trail: onward === name ? trail : [...known.trail, ...trail] }
    })
    remember(this.#arcs, found.trail)
    this.#servers.delete(found.directory)
    this.#servers.set(found.directory, found.servers)
    if (this.#servers.size > MOST_HINTED) this.#servers.delete(this.#servers.keys().next().value!)
    return found
  }

  /** A read where a name leads. */
  read(name: FullName, request: Extract<Request, { type: 'read' }>): Promise<ReadOutcome> {
    return this.#along(this.#known(name), name, (onward) => ask<ReadOutcome>(this.#connection, { type: 'at', name: onward, request }))
  }

  /** Takes something along a name: from the last directory that the way is known to, or from its beginning if that fails. */
  async #along<T extends { validUntil: number | null }>({ trail, directory, rest, entity }: Known, name: FullName, take: (onward: FullName) => Promise<T>): Promise<T> {
    if (trail.length === 0 || entity !== null) return take(name)
    try {
      const taken = await take({ from: directory, up: 0, labels: [...rest] })
      return { ...taken, validUntil: leastOf([...trail, taken]) }
    } catch (error) {
      if (error instanceof NameServiceError) return take(name)
      throw error
    }
  }

  #known(name: FullName): Known {
    const now = this.#connection.now()
    const { root } = this.#connection.self()
    const trail: TrailStep[] = []
    let directory = name.from as DirectoryId
    let rest: readonly Label[] = name.labels
    for (let links = 0; name.up === 0 && links <= MAX_LINKS; ) {
      const step = rest.length === 0 ? undefined : recall(this.#arcs, directory, rest[0]!, now)
      if (step === undefined) break
      if (step.found === 'entry') {
        if (rest.length > 1) break
        return { trail: [...trail, step], directory, rest: [], entity: step.label }
      }
      const target = step.found === 'link' ? linkTarget({ root }, directory, step.to) : null
      if (step.found === 'link' && (target === null || target.up > 0)) break
      trail.push(step)
      rest = [...(target?.labels ?? []), ...rest.slice(1)]
      directory = (target?.from ?? step.to) as DirectoryId
      if (target !== null) links++
    }
    return { trail, directory, rest, entity: null }
  }
}
