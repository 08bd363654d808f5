/**
 * The desk: what the page itself remembers beside the tab it shows. Made once, outside of React, so that remounting
 * loses nothing.
 */
import { createContext, useContext } from 'react'
import { useStore, type StoreApi } from 'zustand'
import type { Tab } from '../../tab/tab'
import type { TabView } from '../../tab/view'
import { forgetWhenNamesBeginElsewhere } from './beginning'
import { createDialogs, type Dialogs } from './dialogs'
import { createListing, type Listing } from './listing'
import type { Place } from './place'
import { createNotices, type Notices } from './notices'
import type { Own } from './rights'
import { createSelection, type SelectionStore } from './selection'
import { createUndo, type Undo } from './undo'

export interface Desk {
  tab: Tab
  selection: SelectionStore
  notices: Notices
  undo: Undo
  dialogs: Dialogs
  listing: Listing
  /** Where names led when they were last looked up. */
  seen: Map<string, Place>
  /** By directory: what this person may do there, when it was last asked. */
  rights: Map<string, Own>
}

export function layOut(tab: Tab): Desk {
  const notices = createNotices()
  const rights = new Map<string, Own>()
  const desk: Desk = {
    tab,
    notices,
    selection: createSelection(),
    undo: createUndo(notices),
    dialogs: createDialogs(),
    listing: createListing(tab, rights),
    seen: new Map(),
    rights,
  }
  forgetWhenNamesBeginElsewhere(desk)
  return desk
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = useContext(DeskContext)
  if (desk === null) throw new Error('a part of the page stands outside of the desk')
  return desk
}

/** Whose view is drawn: this tab's, unless the parts stand in a lab and draw simulated servers. */
export const ViewContext = createContext<StoreApi<TabView> | null>(null)

/** A piece of what people see of the server; the part is drawn again when that piece changes. */
export function useView<T>(select: (view: TabView) => T): T {
  const simulated = useContext(ViewContext)
  const { tab } = useDesk()
  return useStore(simulated ?? tab.view, select)
}
