/** Which dialog is open, with what is already filled in; one at a time. */
import type { DirectoryId, ServerId } from '../../core/names'
import { createStore, type StoreApi } from 'zustand/vanilla'

export type DialogRequest =
  | { type: 'invite' }
  | { type: 'palette' }
  | { type: 'help'; about: string | null }
  | { type: 'newDirectory'; at: string; label: string; server: string }
  | { type: 'newEntry'; at: string; label: string }
  | { type: 'newLink'; at: string; label: string; target: string }
  | { type: 'addCopy'; directory: string; server: string }
  | { type: 'removeCopy'; directory: string; server: string }
  | NewEpochRequest
  | { type: 'abandon'; directory: string; di: DirectoryId; server: ServerId }
  | { type: 'rename'; at: string; label: string }
  | { type: 'move'; at: string; to: string }
  | { type: 'removeDirectory'; at: string }
  | { type: 'newRoot'; label: string; name: string }
  | { type: 'import'; at: string }
  | { type: 'expires'; at: string; until: string }
  | { type: 'server' }
  | { type: 'lostServer'; name: string }
  | { type: 'combine'; link: string }
  | { type: 'person' }
  | { type: 'invitation' }
  /** Of a device: `at` is the own entry; of a person: the directory, and the label if an entry is meant. */
  | { type: 'invitePerson'; at: string; label: string; isDevice: boolean }
  | { type: 'backUp' }
  | { type: 'restore' }

/** Which servers are ticked at first: those that can be reached, everyone, or these; and one that is not. */
export interface NewEpochRequest {
  type: 'newEpoch'
  directory: string
  di: DirectoryId
  chosen: 'reachable' | 'all' | readonly ServerId[]
  without: ServerId | null
}

export interface Dialogs {
  store: StoreApi<{ open: DialogRequest | null }>
  open(request: DialogRequest): void
  close(): void
}

export function createDialogs(): Dialogs {
  const store = createStore<{ open: DialogRequest | null }>(() => ({ open: null }))
  return {
    store,
    open: (open) => store.setState({ open }),
    close: () => store.setState({ open: null }),
  }
}
