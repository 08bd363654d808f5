/**
 * What is selected, kept in the page's address so that it can be linked to and the back button works. The room lives in
 * the fragment and `?server=` belongs to the tab: both are left alone.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { nameMeant, ROOT } from './fullName'

export const shows = ['value', 'copies', 'access', 'way'] as const
export type Show = (typeof shows)[number]

export interface Selection {
  /** FN of the directory or entry that is selected. */
  at: string
  show: Show
}

export interface SelectionStore {
  store: StoreApi<Selection>
  go(at: string, show?: Show): void
  /** What was called `from` is called so now: the page goes there, unless somebody has gone on to something else meanwhile. */
  follow(from: string, to: string): void
}

function readAddress(): Selection {
  const query = new URLSearchParams(location.search)
  const show = query.get('show')
  const at = query.get('at') ?? ROOT
  return { at: nameMeant(at) ?? at, show: shows.find((one) => one === show) ?? 'value' }
}

function writeAddress({ at, show }: Selection): void {
  const url = new URL(location.href)
  if (at === ROOT) url.searchParams.delete('at')
  else url.searchParams.set('at', at)
  if (show === 'value') url.searchParams.delete('show')
  else url.searchParams.set('show', show)
  if (url.href !== location.href) history.pushState(null, '', url)
}

export function createSelection(): SelectionStore {
  const store = createStore<Selection>(readAddress)
  addEventListener('popstate', () => store.setState(readAddress()))
  const go: SelectionStore['go'] = (at, show = store.getState().show) => {
    store.setState({ at, show })
    writeAddress({ at, show })
  }
  return {
    store,
    go,
    follow(from, to) {
      if (store.getState().at === from) go(to)
    },
  }
}
