/**
 * What the library of this browser's tabs keeps until it is durable (SPEC P12): stamped updates by room, so that any tab of the
 * room can send them again when the one that wrote them is gone.
 */
import { openDB, type DBSchema } from 'idb'
import type { Kept } from '../core/copies/durability'
import type { DirectoryId } from '../core/names'
import type { Timestamp } from '../core/timestamp'

type Key = [room: string, directory: DirectoryId, ts: Timestamp]

interface Schema extends DBSchema {
  /** JSON of what is kept. */
  kept: { key: Key; value: string }
}

const strict = { durability: 'strict' } as const

/** The kept updates of a room. */
export async function openOutbox(room: string): Promise<{ load(): Promise<Kept[]>; keep(kept: Kept): Promise<void>; drop(kept: Kept): Promise<void> }> {
  const db = await openDB<Schema>('namering outbox', 1, {
    upgrade: (database) => void database.createObjectStore('kept'),
    blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
  })
  const keyOf = ({ directory, ts }: Kept): Key => [room, directory, ts]
  return {
    load: async () => (await db.getAll('kept', IDBKeyRange.bound([room], [room, []]))).map((text) => JSON.parse(text) as Kept),
    async keep(kept) {
      const tx = db.transaction('kept', 'readwrite', strict)
      await Promise.all([tx.store.put(JSON.stringify(kept), keyOf(kept)), tx.done])
    },
    drop: (kept) => db.delete('kept', keyOf(kept)),
  }
}
