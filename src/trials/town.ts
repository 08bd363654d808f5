/** Three servers with real hosts and stores in IndexedDB, that hear each other, keep what was said, and have a clock that can be set on. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openDB } from 'idb'
import { encodeCopy, type DirectoryCopy } from '../core/copies/directoryCopy'
import type { ServerId } from '../core/names'
import { openIdbStore } from '../storage/idbStore'
import type { Store } from '../storage/store'
import { startHost, type Trial } from './hosts'

export interface Word {
  from: ServerId
  to: ServerId
  wire: string
}

/** Turns of the event loop without a message or a commit under way, after which nothing will come of itself. */
const QUIET = 30
/** Transactions after which memory is collected: what a library keeps weakly grows to as many as are dead at once, and stays so. */
const COLLECT_AFTER = 300
const quiet = { made: (): void => undefined, lost: (): void => undefined, blocked: (): void => undefined }
const databaseOf = (number: number): string => `town ${number}`

export class Town {
  readonly trials: Trial[] = []
  readonly #stores: Store[] = []
  readonly #folder = mkdtempSync(join(tmpdir(), 'namering-town-'))
  readonly #said = join(this.#folder, 'said')
  readonly #record = openSync(this.#said, 'w')
  #underWay = 0
  #commits = 0
  #ahead = 0

  static async open(): Promise<Town> {
    const town = new Town()
    const now = Date.now.bind(Date)
    Date.now = () => now() + town.#ahead
    for (const number of [1, 2, 3]) await town.#start(number)
    for (const one of town.trials) for (const other of town.trials) if (one !== other) one.host.input({ type: 'connected', server: other.id, incarnation: 1, instance: other.id, name: other.host.server.name })
    return town
  }

  async #start(number: number): Promise<void> {
    const store = await openIdbStore(databaseOf(number), quiet)
    this.#stores.push(store)
    const commit = store.commit.bind(store)
    store.commit = async (saves) => {
      this.#underWay++
      this.#commits++
      await commit(saves).finally(() => this.#underWay--)
    }
    this.trials.push(await startHost({ number, wrap: () => store, send: (from, to, wire) => this.#say({ from, to, wire }) }))
  }

  #say(word: Word): void {
    writeSync(this.#record, `${JSON.stringify(word)}\n`)
    this.tell(word)
  }

  /** Hands a word over, which may have been said before. */
  tell({ from, to, wire }: Word): void {
    this.#underWay++
    queueMicrotask(() => {
      this.#underWay--
      this.trials.find(({ id }) => id === to)?.host.receive(from, wire)
    })
  }

  /** Everything that was said, in order. */
  said(): Word[] {
    return readFileSync(this.#said, 'utf8').split('\n', -1).filter((line) => line !== '').map((line) => JSON.parse(line) as Word)
  }

  /** Waits until what is under way has had all its consequences; nothing of it is kept but on disk. */
  async settle(): Promise<void> {
    for (const { sent, refused } of this.trials) sent.length = refused.length = 0
    for (let still = 0; still < QUIET; still++) {
      await setImmediate()
      if (this.#underWay > 0) still = 0
    }
    if (this.#commits < COLLECT_AFTER) return
    this.#commits = 0
    globalThis.gc?.()
  }

  /** Lets time pass: what servers mean to do meanwhile they do, one period after the other. */
  async pass(ms: number, period = 20_000): Promise<void> {
    for (let left = ms; left > 0; left -= period) {
      this.#ahead += Math.min(left, period)
      for (const { host } of this.trials) host.input({ type: 'tick' })
      await this.settle()
    }
  }

  copies(): DirectoryCopy[] {
    return this.trials.flatMap(({ host }) => [...host.server.copies.values()])
  }

  /** Replaces by snapshots what changes every server stores. */
  async compact(): Promise<void> {
    for (const [i, { host }] of this.trials.entries()) for (const copy of host.server.copies.values()) await this.#stores[i]!.compact(encodeCopy(copy))
  }

  /** Characters of all that is stored, keys included. */
  async stored(): Promise<number> {
    let size = 0
    for (const number of this.trials.keys()) {
      const db = await openDB(databaseOf(number + 1))
      for (const name of db.objectStoreNames) size += JSON.stringify([await db.getAllKeys(name), await db.getAll(name)]).length
      db.close()
    }
    return size
  }

  close(): void {
    for (const { host } of this.trials) host.stop()
    closeSync(this.#record)
    rmSync(this.#folder, { recursive: true })
  }
}
