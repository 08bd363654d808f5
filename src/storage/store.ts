/**
 * Where a server's data lives (SPEC §17). Two implementations pass one contract (`storeContract.ts`): `idbStore` in a
 * browser, `memoryStore` in tests.
 *
 * A copy is stored as a snapshot and the changes since, in order; a commit appends what one turn of the event loop
 * produced, strictly durable and whole or not at all [P1, P3].
 */
import type { EncodedCopy } from '../core/copies/directoryCopy'
import type { Save } from '../core/effects'
import type { CopyId, DirectoryId } from '../core/names'
import type { ServerChange, StoredChanges } from '../core/server'

export interface Stored {
  /** How often this server was started before [B2]. */
  incarnation: number
  server: Exclude<ServerChange, { type: 'retired' }>[]
  copies: StoredChanges[]
}

export interface Store {
  load(): Promise<Stored>
  /**
   * Records a new start; returns its incarnation, greater than every one before [B2]: those stored here, and `known`, which
   * somebody remembers although this data was lost [B5]. Strictly durable.
   */
  begin(known?: number): Promise<number>
  /** Makes all of it durable or none; rejects with the reason in words. */
  commit(saves: readonly Save[]): Promise<void>
  /** Replaces the stored changes of a copy, up to and including the last committed, by a snapshot of it. */
  compact(copy: EncodedCopy): Promise<void>
  /** Copies with their changes since the last snapshot, in JSON characters: what compacting would save. */
  backlog(): ReadonlyMap<CopyId, { directory: DirectoryId; changes: number; snapshot: number }>
  close(): void
}
