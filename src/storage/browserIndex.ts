/**
 * What this browser knows besides the data of its servers: its person's keys, its servers by room, and its last room.
 * Shared by all tabs of the browser.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { KeptCombination } from '../core/directories/combination'
import type { DirectoryId, ServerId } from '../core/names'
import type { SigningPair } from '../keys/signing'

export interface KnownServer {
  id: ServerId
  room: string
  name: string
  keys: SigningPair
  /** Of its last start; remembered here too, in case its own data is lost [B2, B5]. */
  incarnation: number
  /** ms since 1970 */
  lastUsed: number
}

export interface KnownRoom {
  id: string
  /** Made by this browser: one of its tabs makes the root, unless it is made. */
  madeHere: boolean
  root: DirectoryId | null
  /** Where the names of the page begin [N1]; not said before its first root was known. */
  working?: { root: string; directory: string }
  /** Further rooms that its service was last known to meet in [X7]. */
  others?: string[]
  /** Its service is to be joined with another one: what was decided, and whether it is done [O3]. */
  combination?: KeptCombination | null
  /** The entry that this browser's person is in it, by its directory's identifier; null: they put it off to say. */
  me?: string | null
  lastUsed: number
}

interface Schema extends DBSchema {
  person: { key: 'me'; value: SigningPair }
  servers: { key: ServerId; value: KnownServer; indexes: { room: string } }
  rooms: { key: string; value: KnownRoom }
}

export type BrowserIndex = IDBPDatabase<Schema>

export function openBrowserIndex(): Promise<BrowserIndex> {
  return openDB<Schema>('namering', 1, {
    upgrade(database) {
      database.createObjectStore('person')
      database.createObjectStore('servers', { keyPath: 'id' }).createIndex('room', 'room')
      database.createObjectStore('rooms', { keyPath: 'id' })
    },
  })
}

/** The keys of this browser's person; made at the first use, by whichever tab comes first. */
export async function personOf(index: BrowserIndex, make: () => Promise<SigningPair>): Promise<SigningPair> {
  const known = await index.get('person', 'me')
  if (known !== undefined) return known
  const fresh = await make()
  const tx = index.transaction('person', 'readwrite', { durability: 'strict' })
  const first = await tx.store.get('me')
  if (first === undefined) await tx.store.put(fresh, 'me')
  await tx.done
  return first ?? fresh
}

/** What this browser knows of a room, changed; its other tabs remember other things of it meanwhile. */
export async function changeRoom(index: BrowserIndex, id: string, news: Partial<KnownRoom>): Promise<void> {
  const tx = index.transaction('rooms', 'readwrite')
  await tx.store.put({ ...((await tx.store.get(id)) ?? { id, madeHere: false, root: null, lastUsed: 0 }), ...news })
  await tx.done
}
