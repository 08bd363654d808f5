/**
 * A server's data in IndexedDB (SPEC §17): one database per server. Appends one record per copy and commit, replaces them by
 * a snapshot now and then, so that an edit costs what it says and not what its directory holds.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { CopyChange, EncodedCopy } from '../core/copies/directoryCopy'
import type { Save } from '../core/effects'
import type { CopyId, DirectoryId } from '../core/names'
import type { ServerChange } from '../core/server'
import { Backlog } from './backlog'
import type { Store, Stored } from './store'

interface Schema extends DBSchema {
  /** `incarnation`, and the server's own changes by type. */
  server: { key: string; value: number | ServerChange }
  /** JSON of an EncodedCopy, by copy. */
  snapshots: { key: CopyId; value: { directory: DirectoryId; text: string } }
  /** JSON of the changes to a copy that one commit made, in order of commits. */
  changes: { key: [CopyId, number]; value: string }
}

const VERSION = 1
const strict = { durability: 'strict' } as const
const everything: ['server', 'snapshots', 'changes'] = ['server', 'snapshots', 'changes']

/** What can happen to an open database from outside: told in words. */
export interface StoreTrouble {
  /** There was none by this name: the server is new, or its data is gone [B5]. */
  made(): void
  /** Nothing can be saved or read any more: another tab waits to upgrade, or the database was deleted or closed. */
  lost(reason: string): void
  /** An older tab holds the database: close it. */
  blocked(): void
}

export async function openIdbStore(name: string, trouble: StoreTrouble): Promise<Store> {
  const db = await openDB<Schema>(name, VERSION, {
    upgrade(database) {
      trouble.made()
      database.createObjectStore('server')
      database.createObjectStore('snapshots')
      database.createObjectStore('changes')
    },
    blocked: () => trouble.blocked(),
    // Who deletes the database is not kept waiting: it would hold up the next start of this server too.
    blocking: (_current, wanted, event) => {
      ;(event.target as IDBDatabase).close()
      trouble.lost(wanted === null ? 'its database was deleted, and with it what no other copy has' : 'a newer version of this page was opened in another tab')
    },
    terminated: () => trouble.lost('the browser closed its database'),
  })
  return new IdbStore(db)
}

class IdbStore implements Store {
  readonly #db: IDBPDatabase<Schema>
  readonly #backlog = new Backlog()
  #next = 0

  constructor(db: IDBPDatabase<Schema>) {
    this.#db = db
  }

  async load(): Promise<Stored> {
    const tx = this.#db.transaction(everything, 'readonly')
    const [keys, values, snapshotKeys, snapshots, changeKeys, changes] = await Promise.all([
      tx.objectStore('server').getAllKeys(),
      tx.objectStore('server').getAll(),
      tx.objectStore('snapshots').getAllKeys(),
      tx.objectStore('snapshots').getAll(),
      tx.objectStore('changes').getAllKeys(),
      tx.objectStore('changes').getAll(),
      tx.done,
    ])
    const copies = new Map<CopyId, { snapshot: EncodedCopy | null; changes: CopyChange[] }>()
    for (const [i, { directory, text }] of snapshots.entries()) {
      this.#backlog.loaded(snapshotKeys[i]!, directory, text.length, 0)
      copies.set(snapshotKeys[i]!, { snapshot: JSON.parse(text) as EncodedCopy, changes: [] })
    }
    for (const [i, text] of changes.entries()) {
      const [id, n] = changeKeys[i]!
      this.#next = Math.max(this.#next, n + 1)
      const copy = copies.get(id) ?? { snapshot: null, changes: [] }
      copies.set(id, copy)
      copy.changes.push(...(JSON.parse(text) as CopyChange[]))
      const size = this.#backlog.sizes.get(id)
      this.#backlog.loaded(id, size?.directory ?? directoryOf(copy), size?.snapshot ?? 0, (size?.changes ?? 0) + text.length)
    }
    const incarnation = values[keys.indexOf('incarnation')]
    return {
      incarnation: typeof incarnation === 'number' ? incarnation : 0,
      server: values.filter((value): value is Stored['server'][number] => typeof value === 'object'),
      copies: [...copies.values()],
    }
  }

  async begin(known = 0): Promise<number> {
    const tx = this.#db.transaction('server', 'readwrite', strict)
    const before = await tx.store.get('incarnation')
    const incarnation = Math.max(typeof before === 'number' ? before : 0, known) + 1
    await Promise.all([tx.store.put(incarnation, 'incarnation'), tx.done])
    return incarnation
  }

  async commit(saves: readonly Save[]): Promise<void> {
    const byCopy = new Map<CopyId, { first: Save; changes: CopyChange[] }>()
    const own: ServerChange[] = []
    for (const save of saves) {
      if ('copy' in save) {
        const copy = byCopy.get(save.copy) ?? { first: save, changes: [] }
        byCopy.set(save.copy, copy)
        copy.changes.push(save.change)
        continue
      }
      own.push(save.server)
      if (save.server.type === 'retired') byCopy.delete(save.server.copy)
    }
    // Texts first: what cannot be written must not leave half a transaction behind.
    const texts = [...byCopy].map(([copy, { first, changes }]) => ({ copy, first, text: JSON.stringify(changes) }))
    const tx = this.#db.transaction(everything, 'readwrite', strict)
    const requests: Promise<unknown>[] = own.flatMap((change): Promise<unknown>[] =>
      change.type === 'retired'
        ? [tx.objectStore('snapshots').delete(change.copy), tx.objectStore('changes').delete(rangeOf(change.copy))]
        : [tx.objectStore('server').put(change, change.type)],
    )
    for (const { copy, text } of texts) requests.push(tx.objectStore('changes').add(text, [copy, this.#next++]))
    await settled(tx.done, requests)
    this.#backlog.committed([...own.map((server): [Save, number] => [{ server }, 0]), ...texts.map(({ first, text }): [Save, number] => [first, text.length])])
  }

  async compact(copy: EncodedCopy): Promise<void> {
    const text = JSON.stringify(copy)
    const tx = this.#db.transaction(['snapshots', 'changes'], 'readwrite', strict)
    const requests = [tx.objectStore('snapshots').put({ directory: copy.directory, text }, copy.id), tx.objectStore('changes').delete(rangeOf(copy.id))]
    await settled(tx.done, requests)
    this.#backlog.compacted(copy.id, text.length)
  }

  backlog(): Backlog['sizes'] {
    return this.#backlog.sizes
  }

  close(): void {
    this.#db.close()
  }
}

const rangeOf = (copy: CopyId): IDBKeyRange => IDBKeyRange.bound([copy, 0], [copy, Number.MAX_SAFE_INTEGER])

function directoryOf({ changes }: { changes: CopyChange[] }): DirectoryId {
  const [first] = changes
  if (first?.type !== 'created') throw new Error('the first stored change of a copy is not its creation')
  return first.copy.directory
}

/** Waits for the transaction; its reason is the one that counts, those of its requests follow from it. */
async function settled(done: Promise<void>, requests: readonly Promise<unknown>[]): Promise<void> {
  for (const request of requests) request.catch(() => undefined)
  await done
}
