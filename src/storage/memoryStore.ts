/** A store in memory, for tests; keeps texts, as a disk would, so that nothing is shared by accident. */
import type { CopyChange, EncodedCopy } from '../core/copies/directoryCopy'
import type { Save } from '../core/effects'
import type { CopyId, DirectoryId } from '../core/names'
import { Backlog } from './backlog'
import type { Store, Stored } from './store'

/** What survives a crash; shared by the stores that are opened on it one after the other. */
export interface MemoryDisk {
  incarnation: number
  /** What the server says of itself, by type, as it was last said. */
  server: Map<string, string>
  copies: Map<CopyId, { directory: DirectoryId; snapshot: string | null; changes: string[] }>
}

export const emptyDisk = (): MemoryDisk => ({ incarnation: 0, server: new Map(), copies: new Map() })

/** Reads what a disk holds. */
export function readDisk(disk: MemoryDisk): Stored {
  return {
    incarnation: disk.incarnation,
    server: [...disk.server.values()].map((text) => JSON.parse(text) as Stored['server'][number]),
    copies: [...disk.copies.values()].map(({ snapshot, changes }) => ({
      snapshot: snapshot === null ? null : (JSON.parse(snapshot) as EncodedCopy),
      changes: changes.map((text) => JSON.parse(text) as CopyChange),
    })),
  }
}

/** Writes saves to a disk, all or none. */
export function writeDisk(disk: MemoryDisk, saves: readonly Save[]): void {
  const texts = saves.map((save) => JSON.stringify('server' in save ? save.server : save.change))
  for (const [i, save] of saves.entries()) {
    if ('server' in save) {
      if (save.server.type === 'retired') disk.copies.delete(save.server.copy)
      else {
        disk.server.delete(save.server.type)
        disk.server.set(save.server.type, texts[i]!)
      }
      continue
    }
    const copy = disk.copies.get(save.copy) ?? { directory: save.directory, snapshot: null, changes: [] }
    disk.copies.set(save.copy, copy)
    copy.changes.push(texts[i]!)
  }
}

export function memoryStore(disk: MemoryDisk): Store {
  const backlog = new Backlog()
  return {
    load: () => {
      for (const [id, { directory, snapshot, changes }] of disk.copies) backlog.loaded(id, directory, snapshot?.length ?? 0, changes.reduce((sum, text) => sum + text.length, 0))
      return Promise.resolve(readDisk(disk))
    },
    begin: (known = 0) => Promise.resolve((disk.incarnation = Math.max(disk.incarnation, known) + 1)),
    async commit(saves) {
      writeDisk(disk, saves)
      backlog.committed(saves.map((save) => [save, JSON.stringify(save).length]))
    },
    compact: (copy) => {
      const text = JSON.stringify(copy)
      disk.copies.set(copy.id, { directory: copy.directory, snapshot: text, changes: [] })
      backlog.compacted(copy.id, text.length)
      return Promise.resolve()
    },
    backlog: () => backlog.sizes,
    close: () => undefined,
  }
}
