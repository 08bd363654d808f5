import { useDesk, useView } from '../desk/desk'
import { beginNamesAt } from '../desk/beginning'
import { Explained } from '../parts/text'

/** Names begin below the root of the service: which root that is, and how to begin there. */
export function RootNews() {
  const desk = useDesk()
  const root = useView((view) => view.root)
  const begin = useView((view) => view.workingRoot)
  if (root === null || begin === null || root === begin) return null
  return (
    <p className="about">
      This is the <Explained term="working root" />; the root of the service lies above it, <span className="di" title={`#${root}`}>#{root.slice(0, 6)}…</span>.{' '}
      <button type="button" className="text" onClick={() => beginNamesAt(desk, root)}>
        Begin names there
      </button>
    </p>
  )
}
