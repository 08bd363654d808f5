import { useStore } from 'zustand'
import { inForce } from '../../core/entries/parents'
import { useDesk } from '../desk/desk'
import type { Place } from '../desk/place'
import { useReading } from '../desk/reading'
import { Explained, Label, Stamp } from '../parts/text'
import { DirectoryCell } from './directoryCell'
import { inWords } from './verdict'

/** Figure 10: what a directory says of its own names; the references in its parents follow from it. */
export function BackReferences({ place }: { place: Place }) {
  const { tab, notices } = useDesk()
  const version = useStore(tab.view, (view) => view.copies[place.di]?.version ?? null)
  const { answer, failure } = useReading(place.entity === null ? `moves ${place.di}` : null, version, () => tab.service.moves(`#${place.di}`))
  if (place.entity !== null) return null
  const now = inForce(answer ?? [])
  const isRoot = answer !== null && answer.length === 0
  const isLeaving = now !== undefined && answer!.some(({ ts, verdict }) => verdict === 'pending' && ts > now.ts)
  const stay = (): void => void notices.during(`Leaving ${place.directory} where it is`, tab.service.moveSubtree(place.directory, place.directory))
  return (
    <section className="back-references" aria-label="Back-references">
      <h3>
        <Explained term="back-reference">Back-references</Explained>
      </h3>
      {failure !== null && <p className="trouble">{failure}</p>}
      {isRoot && <p>This directory says of no other that it is in it: it is a root.</p>}
      {answer !== null && answer.length > 0 && (
        <div className="figure-scroll" tabIndex={0} role="region" aria-label="Names by its own records">
          <table className="trail">
            <thead>
              <tr>
                <th scope="col">In the directory</th>
                <th scope="col">it is</th>
                <th scope="col">which</th>
                <th scope="col">since</th>
              </tr>
            </thead>
            <tbody>
              {answer.toReversed().map((record) => (
                <tr key={record.ts}>
                  <DirectoryCell di={record.parent} />
                  <th scope="row">
                    <Label>{record.label}</Label>
                  </th>
                  <td>{record === now ? <b>is its name: the reference there follows</b> : inWords(record, answer)}</td>
                  <td>
                    <i><Stamp ts={record.ts} /></i>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {isLeaving && (
        <p className="hint">
          A move that is written cannot be called off, for others may have moved by it. It waits until every directory above has been heard (where a server is gone for good, make a new epoch there without it), and for room below the new one
          if servers are named here. The directory can be moved again, too, and stay: <button type="button" onClick={stay}>Leave it where it is</button>
        </p>
      )}
    </section>
  )
}
