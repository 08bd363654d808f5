/**
 * The way into the lab. Whether it is open stands in the fragment of the page's address, with the run that is on show
 * there: `#lab=…`. So a link leads to it, and the back button leaves it. The room in the fragment is left alone.
 */
import { createStore } from 'zustand/vanilla'

export interface Door {
  open: boolean
  /** The run that the address brought, as link.ts writes it; '' for none. */
  run: string
}

const parts = (): URLSearchParams => new URLSearchParams(location.hash.slice(1))

function read(): Door {
  const run = parts().get('lab')
  return { open: run !== null, run: run ?? '' }
}

const store = createStore<Door>(read)
if (typeof addEventListener === 'function') for (const moved of ['popstate', 'hashchange'] as const) addEventListener(moved, () => enter(read()))

function enter(door: Door): void {
  const before = store.getState()
  if (door.open !== before.open || door.run !== before.run) store.setState(door)
}

/** The address with this run in its fragment; null: without any. */
function addressWith(run: string | null): string {
  const fragment = parts()
  if (run === null) fragment.delete('lab')
  else fragment.set('lab', run)
  return `${location.pathname}${location.search}#${fragment.toString()}`
}

export const labDoor = {
  store,
  open(): void {
    if (store.getState().open) return
    history.pushState(null, '', addressWith(''))
    enter(read())
  },
  close(): void {
    if (!store.getState().open) return
    history.pushState(null, '', addressWith(null))
    enter(read())
  },
  /** Keeps the run on show in the address, so that a reload shows it again. */
  keep(run: string): void {
    if (!store.getState().open || run === store.getState().run) return
    history.replaceState(history.state, '', addressWith(run))
    enter(read())
  },
}
