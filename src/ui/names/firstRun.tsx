import { useState } from 'react'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { ROOT } from '../desk/fullName'
import { connectedLinks } from '../desk/servers'

/** Until there are names: two samples, and what to try next, in three steps. */
export function FirstRun() {
  const { listing, notices, selection, tab } = useDesk()
  const top = useStore(listing.store, (state) => state.listed.get(ROOT))
  const servers = useView((view) => connectedLinks(view).length + 1)
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null)
  if (top === undefined || !top.loaded) return null
  const bare = top.names.every(({ type }) => type === 'server')
  if (!bare && progress === null) return null

  const load = (sample: 'ansi' | 'zones', then: string): void => {
    setProgress({ done: 0, all: 0 })
    void notices
      .during(
        'Loading the sample',
        tab.controls.loadSample(sample, (done, all) => setProgress({ done, all })),
      )
      .then((done) => {
        setProgress(null)
        if (done) selection.go(then)
      })
  }
  return (
    <div className="first-run">
      {progress === null ? (
        <>
          <p>There are no names here yet. Make a directory or an entry by the menu of the root, or begin with a sample:</p>
          <button type="button" onClick={() => load('ansi', '/DEC/SRC')}>
            Load the paper’s sample
          </button>
          <button type="button" onClick={() => load('zones', ROOT)}>
            Time zones of the world
          </button>
          <ol className="tour">
            <li className={servers > 2 ? 'done' : undefined}>
              Open another server, twice: each is a tab that joins and takes a copy of the root. {servers > 2 ? `${servers} run.` : `${servers} of 3 run.`}
            </li>
            <li>Add a copy of a directory there, change a name in one tab, and see it arrive in the other.</li>
            <li>Cut the link between them, change both sides, heal it, and watch the sweep make the copies equal.</li>
          </ol>
        </>
      ) : (
        <p role="status">
          Loading the sample{progress.all > 0 && `: ${progress.done} of ${progress.all} names`}
          <progress aria-label="Loading the sample" value={progress.done} max={Math.max(1, progress.all)} />
        </p>
      )}
    </div>
  )
}
