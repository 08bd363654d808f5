import { useStore } from 'zustand'
import type { DirectoryId } from '../../core/names'
import { useDesk, useView } from '../desk/desk'
import { Label } from '../parts/text'

/** A directory on a way: by the name that the list of names has for it, else by the beginning of its identifier. */
export function DirectoryCell({ di }: { di: DirectoryId }) {
  const { listing } = useDesk()
  const root = useView((view) => view.workingRoot)
  const rootLabel = useView((view) => view.rootLabel)
  const name = useStore(listing.store, ({ named }) => [...named.values()].find(({ type, detail }) => type === 'directory' && detail === di)?.name)
  return (
    <td className="di" title={`#${di}`}>
      {di === root ? <i><Label>{rootLabel}</Label></i> : name === undefined ? `#${di.slice(0, 6)}…` : <Label>{name}</Label>}
    </td>
  )
}
