/** Who this person is here, as the page says it, and as the directory of their entry says it now. */
import type { KnownKey, OpenInvitation } from '../../client/nameService'
import { isDirectoryId, type DirectoryId } from '../../core/names'
import type { TabView } from '../../tab/view'
import { useStore } from 'zustand'
import { useDesk, useView, type Desk } from '../desk/desk'
import { below, labelsOf, ROOT } from '../desk/fullName'
import type { Named } from '../desk/listing'
import { useReading, type Reading } from '../desk/reading'
import { connectedLinks } from '../desk/servers'

/** The name of an entry from the working root: as far as the directory is stored here, or was seen in the page. */
function spokenName({ copies, workingRoot }: Pick<TabView, 'copies' | 'workingRoot'>, named: ReadonlyMap<string, Named>, entry: string): string {
  const directory = directoryOf(entry)
  const [label] = labelsOf(entry)
  if (directory === null || label === undefined) return entry
  const seen = (): string | undefined => [...named.values()].find(({ type, detail }) => type === 'directory' && detail === directory)?.name
  const name = directory === workingRoot ? ROOT : (copies[directory]?.name ?? seen())
  return name === undefined ? entry : below(name, label)
}

/** The name of the entry that this person is; null for a guest. */
export function myName({ tab, listing }: Pick<Desk, 'tab' | 'listing'>): string | null {
  const view = tab.view.getState()
  return view.me === null ? null : spokenName(view, listing.store.getState().named, view.me)
}

export function useMyName(): string | null {
  const named = useStore(useDesk().listing.store, (state) => state.named)
  return useView((view) => (view.me === null ? null : spokenName(view, named, view.me)))
}

/** The directory of an entry, by whose identifier its name begins. */
export function directoryOf(entry: string): DirectoryId | null {
  const directory = entry.slice(1, 21)
  return isDirectoryId(directory) ? directory : null
}

export const labelOfEntry = (entry: string): string => labelsOf(entry).at(-1) ?? entry

/** Changes whenever what is known of an entry's directory may have changed. */
export const useVersionAt = (entry: string | null): string =>
  useView((view) => {
    const directory = directoryOf(entry ?? '')
    const copy = directory === null ? undefined : view.copies[directory]
    return copy === undefined ? `${view.state} ${connectedLinks(view).length}` : `copy ${copy.version}`
  })

export interface Known {
  keys: KnownKey[]
  invitations: OpenInvitation[]
  /** The directory knows this browser's key by that name. */
  isKnown: boolean
}

/** The keys and open invitations of the entry that this person is. */
export function useMyself(): Reading<Known> {
  const { service } = useDesk().tab
  const me = useView((view) => view.me)
  const key = useView((view) => view.person)
  const version = useVersionAt(me)
  return useReading(me === null ? null : `myself ${me} ${key}`, version, async () => {
    const [keys, invitations] = await Promise.all([service.keys(me!), service.invitations(me!)])
    return { keys, invitations, isKnown: keys.some((each) => each.key === key) }
  })
}
