import { Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { ancestorsOf, ROOT } from '../desk/fullName'
import { MenuButton } from '../parts/menuButton'
import { FirstRun } from './firstRun'
import { nameActions } from './nameActions'
import { NameTree } from './nameTree'

/** The names as this server sees them: directories and entries, loaded as they are opened. */
export function NamesPanel({ onChosen }: { onChosen: () => void }) {
  const desk = useDesk()
  const { listing, selection } = desk
  const hasRoot = useView((view) => view.root !== null)
  const at = useStore(selection.store, (state) => state.at)
  const [filter, setFilter] = useState('')

  useEffect(() => {
    if (!hasRoot) return
    const { open } = listing.store.getState()
    const way = ancestorsOf(at)
    const isInTree = at.startsWith(ROOT)
    listing.setOpen([...new Set([...open, ROOT, ...(isInTree ? way : [])])])
    listing.setBeside(isInTree ? [] : way)
  }, [hasRoot, at, listing])

  return (
    <section className="names-panel" aria-labelledby="names-heading">
      <header className="panel-header">
        <h2 id="names-heading">Names</h2>
        {hasRoot && (
          <MenuButton name="Make or add something here" className="quiet small" items={nameActions(desk, { name: directoryFor(desk.listing.store.getState().named.get(at)?.type, at), type: 'directory', detail: '' })}>
            New…
          </MenuButton>
        )}
      </header>
      <label className="filter">
        <Search aria-hidden size={14} />
        <input type="search" placeholder="Filter what is open" aria-label="Filter names" value={filter} onChange={(event) => setFilter(event.target.value)} />
      </label>
      {hasRoot ? <NameTree filter={filter} onChosen={onChosen} /> : <p className="empty">The tree of names shows as soon as a server that knows the root has been met.</p>}
      <FirstRun />
    </section>
  )
}

/** New things go into the directory that is selected, or the one that the selected name stands in. */
const directoryFor = (type: string | undefined, at: string): string => (at === ROOT || type === 'directory' ? at : (ancestorsOf(at).at(-1) ?? ROOT))
