/**
 * Undo: the last changes made from this page, each with the update that takes it back. Nothing is rolled back; taking back
 * is a new update with a new time-stamp, like any other.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Notices } from './notices'

export interface Change {
  /** What was done, as it stands after "Undo": "Zin deleted". */
  what: string
  takeBack: () => Promise<unknown>
}

export interface Undo {
  store: StoreApi<{ changes: readonly Change[] }>
  remember(change: Change): void
  /** Takes back the last change. */
  last(): Promise<void>
}

const MOST = 50

export function createUndo(notices: Notices): Undo {
  const store = createStore<{ changes: readonly Change[] }>(() => ({ changes: [] }))
  const remember = (change: Change): void => store.setState(({ changes }) => ({ changes: [...changes, change].slice(-MOST) }))
  return {
    store,
    remember,
    async last() {
      const { changes } = store.getState()
      const change = changes.at(-1)
      if (change === undefined) return
      store.setState({ changes: changes.slice(0, -1) })
      if (await notices.during(`Taking back: ${change.what}`, change.takeBack())) notices.tell(`Taken back: ${change.what}.`)
      else remember(change)
    },
  }
}
