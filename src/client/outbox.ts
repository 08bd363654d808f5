/**
 * The library's side of durability (SPEC P11, P12): a stamped update whose level is not reached in time is kept, and sent again,
 * after a reload too, until it is durable or known to be lost.
 */
import { copiesFor, type Kept, type Secured, type Wanted } from '../core/copies/durability'
import { NameServiceError } from '../core/errors'
import type { Timestamp } from '../core/timestamp'
import { ask, type Connection } from './connection'
import type { Undurable } from './nameService'

/** Where kept updates outlive a reload. */
export interface Outbox {
  load(): Promise<Kept[]>
  keep(kept: Kept): Promise<void>
  drop(kept: Kept): Promise<void>
}

/** Keeps them only as long as the program runs. */
export const noOutbox: Outbox = { load: () => Promise.resolve([]), keep: () => Promise.resolve(), drop: () => Promise.resolve() }

/** ms of one attempt; the first, after which it is said how it stands, is short. */
const ATTEMPT = 10_000
const FIRST_ATTEMPT = 1500
/** A server that is being restored from its store answers again after so many ms; one that has stopped does not. */
const RESTORED = 1000

export class Resender {
  readonly #connection: Connection
  readonly #outbox: Outbox
  readonly #kept = new Map<Timestamp, { kept: Kept; told: Undurable }>()
  readonly #listeners = new Set<(all: readonly Undurable[]) => void>()

  constructor(connection: Connection, outbox: Outbox) {
    this.#connection = connection
    this.#outbox = outbox
  }

  /** Resolves when the level is reached; rejects with NotDurableYet after `patience`, and goes on by itself. */
  async reach(kept: Kept, patience: number): Promise<Secured> {
    await this.#outbox.keep(kept)
    try {
      const secured = await this.#secure({ ...kept, patience })
      await this.#outbox.drop(kept)
      return secured
    } catch (error) {
      if (error instanceof NameServiceError) this.goOn(kept, error)
      throw error
    }
  }

  /** Keeps an update, and sends it again until it is durable; nobody waits. */
  async start(kept: Kept): Promise<void> {
    await this.#outbox.keep(kept)
    this.goOn(kept, null)
  }

  /** Takes up what was kept before a reload. */
  async resume(): Promise<void> {
    for (const kept of await this.#outbox.load()) if (!this.#kept.has(kept.ts)) this.goOn(kept, null)
  }

  /** `error`: what came of the first attempt; null before any. */
  goOn(kept: Kept, error: NameServiceError | null): void {
    const { ts, directory, level, ring } = kept
    this.#kept.set(ts, { kept, told: { ts, directory, level, reached: 1, wanted: copiesFor(level, ring.length), missing: '', isLost: false, reason: '' } })
    this.#tell()
    if (error === null || this.#isToBeTriedAgain(ts, error)) void this.#insist(kept, error === null ? FIRST_ATTEMPT : ATTEMPT)
  }

  watch(callback: (all: readonly Undurable[]) => void): () => void {
    this.#listeners.add(callback)
    callback(this.#all())
    return () => void this.#listeners.delete(callback)
  }

  find(ts: Timestamp): Kept | undefined {
    return this.#kept.get(ts)?.kept
  }

  /** Is not sent again. */
  async forget(kept: Kept): Promise<void> {
    this.#kept.delete(kept.ts)
    await this.#outbox.drop(kept)
    this.#tell()
  }

  #secure(wanted: Wanted): Promise<Secured> {
    return ask<Secured>(this.#connection, { type: 'secure', ...wanted })
  }

  async #insist(kept: Kept, first: number): Promise<void> {
    for (let stops = 0, patience = first; this.#kept.has(kept.ts) && stops < 2; patience = ATTEMPT) {
      try {
        await this.#secure({ ...kept, patience })
        return await this.forget(kept)
      } catch (error) {
        if (!(error instanceof NameServiceError)) throw error
        if (!this.#isToBeTriedAgain(kept.ts, error)) return
        stops = error.code === 'Stopped' ? stops + 1 : 0
        if (stops > 0) await new Promise((resolve) => setTimeout(resolve, RESTORED))
      }
    }
  }

  /** What came of an attempt; false when another would fare no better. */
  #isToBeTriedAgain(ts: Timestamp, { code, message, about }: NameServiceError): boolean {
    const entry = this.#kept.get(ts)
    if (entry === undefined) return false
    const isOver = code !== 'NotDurableYet' && code !== 'Stopped' && code !== 'StorageFailed'
    const count = code === 'NotDurableYet' ? { reached: Number(about.size), wanted: Number(about.limit) } : {}
    entry.told = { ...entry.told, ...count, reason: message, missing: about.tried ?? '', isLost: isOver }
    this.#tell()
    return code === 'NotDurableYet' || code === 'Stopped'
  }

  #all(): Undurable[] {
    return [...this.#kept.values()].map(({ told }) => told)
  }

  #tell(): void {
    for (const callback of this.#listeners) callback(this.#all())
  }
}
