/**
 * The directories that are open in the tree of names, with what stands in them as one server sees it. Those stored here
 * are read again with every change of their copy, the others every two seconds while the page is visible.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Label } from '../../core/names'
import type { Entry } from '../../core/requests'
import type { Tab } from '../../tab/tab'
import { below, ROOT } from './fullName'
import { sentenceOf } from './notices'
import type { Own } from './rights'
import { poll, Repeated } from './repeated'

/** One name in the tree. */
export interface Named {
  name: string
  label: Label
  type: Entry[1]
  /** DI, target or SI. */
  detail: string
  /** Until when it stays as it is, and what is planned for it. */
  expiration: Entry[3]
}

export interface Listed {
  names: readonly Named[]
  /** What this person may do in it; null while that is not known. */
  own: Own | null
  loaded: boolean
  failure: string | null
}

export interface ListingState {
  open: readonly string[]
  listed: ReadonlyMap<string, Listed>
  /** Everything listed, by name. */
  named: ReadonlyMap<string, Named>
}

export interface Listing {
  store: StoreApi<ListingState>
  /** Opens exactly these directories in the tree. */
  setOpen(names: readonly string[]): void
  /** Lists exactly these beside it: the way to a name that begins at an identifier, and so stands in no tree of the page. */
  setBeside(names: readonly string[]): void
  again(name: string): void
  /** Names begin elsewhere: what was listed is forgotten, and the root listed anew. */
  restart(): void
}

/** The label under which a directory keeps what it says of itself. */
const SELF = '.'

const rank: Record<Entry[1], number> = { directory: 0, entry: 1, link: 1, server: 2 }
const { compare } = new Intl.Collator('en', { numeric: true })
const inOrder = (a: Named, b: Named): number => rank[a.type] - rank[b.type] || compare(a.label, b.label) || (a.label < b.label ? -1 : 1)

/** @param rights where is remembered what this person may do in what was listed. */
export function createListing(tab: Tab, rights: Map<string, Own>): Listing {
  const store = createStore<ListingState>(() => ({ open: [], listed: new Map(), named: new Map() }))
  const repeated = new Map<string, { reading: Repeated; version: number | null }>()

  const put = (name: string, listed: Listed): void =>
    store.setState((state) => {
      const all = new Map(state.listed).set(name, listed)
      const named = new Map(state.named)
      for (const before of state.listed.get(name)?.names ?? []) named.delete(before.name)
      for (const now of listed.names) named.set(now.name, now)
      return { listed: all, named }
    })

  const read = async (name: string): Promise<void> => {
    const before = store.getState().listed.get(name)
    try {
      const [{ value }, own] = await Promise.all([tab.service.entries(name), tab.service.access(name)])
      const names = value.filter(([label]) => label !== SELF).map(([label, type, detail, expiration]): Named => ({ name: below(name, label), label, type, detail, expiration })).toSorted(inOrder)
      rights.set(name, own)
      put(name, { names, own, loaded: true, failure: null })
    } catch (error) {
      put(name, { names: before?.names ?? [], own: before?.own ?? null, loaded: before?.loaded ?? false, failure: sentenceOf(error) })
    }
  }

  /** Version of the copy stored here, or null. */
  const versionOf = (name: string): number | null => {
    const { copies, workingRoot } = tab.view.getState()
    const named = store.getState().named.get(name)
    const directory = name === ROOT ? workingRoot : named?.type === 'directory' ? named.detail : name.startsWith('#') ? name.slice(1) : null
    return (directory !== null && Object.entries(copies).find(([di]) => di === directory)?.[1].version) || null
  }

  const follow = (): void => {
    for (const [name, one] of repeated) {
      const version = versionOf(name)
      if (version !== one.version) one.reading.again()
      one.version = version
    }
  }
  tab.view.subscribe(follow)
  poll(() => {
    for (const one of repeated.values()) if (one.version === null) one.reading.again()
  })

  let beside: readonly string[] = []
  const readThese = (): void => {
    const names = new Set([...store.getState().open, ...beside])
    for (const [name, { reading }] of repeated) {
      if (names.has(name)) continue
      reading.stop()
      repeated.delete(name)
    }
    for (const name of names) {
      if (repeated.has(name)) continue
      const reading = new Repeated(() => read(name))
      repeated.set(name, { reading, version: versionOf(name) })
      reading.again()
    }
  }
  return {
    store,
    setOpen(names) {
      store.setState({ open: names })
      readThese()
    },
    setBeside(names) {
      beside = names
      readThese()
    },
    restart() {
      for (const { reading } of repeated.values()) reading.stop()
      repeated.clear()
      store.setState({ open: [ROOT], listed: new Map(), named: new Map() })
      readThese()
    },
    again: (name) => repeated.get(name)?.reading.again(),
  }
}
