/** Who this person is here, as the page says it, and as the directory of their entry says it now. */
import type { KnownKey, OpenInvitation } from '../../client/nameService'
import { isDirectoryId } from '../../core/names'
import type { TabView } from '../../tab/view'
import { useDesk, useView } from '../desk/desk'
import { below, labelsOf } from '../desk/fullName'
import { useReading, type Reading } from '../desk/reading'
import { connectedLinks } from '../desk/servers'

/** The name of an entry from the working root, as far as the directory is known here. */
export function spokenName({ copies, workingRoot }: Pick<TabView, 'copies' | 'workingRoot'>, entry: string): string {
  const directory = entry.slice(1, 21)
  const [label] = labelsOf(entry)
  const name = directory === workingRoot ? '/' : isDirectoryId(directory) ? copies[directory]?.name : undefined
  return name === undefined || label === undefined ? entry : below(name, label)
}

export const labelOfEntry = (entry: string): string => labelsOf(entry).at(-1) ?? entry

/** Changes whenever what is known of an entry's directory may have changed. */
export const useVersionAt = (entry: string | null): string =>
  useView((view) => {
    const directory = entry?.slice(1, 21) ?? ''
    const copy = isDirectoryId(directory) ? view.copies[directory] : undefined
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
