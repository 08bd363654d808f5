import { useRef, useState, type FormEvent } from 'react'
import type { RemovalPreview, RemovalProgress } from '../../client/nameService'
import { clockTime } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import { parentOf } from '../desk/fullName'
import { useReading } from '../desk/reading'
import { listed } from '../epochs/wording'
import { Sheet } from '../parts/sheet'
import { Label } from '../parts/text'
import { again, type Props } from './nameSheets'

const quantity = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** RemoveD of a directory with all that is in it: what will be lost is said first; from the leaves up, and it can be stopped. */
export function RemoveDirectorySheet({ request, onClose }: Props<'removeDirectory'>) {
  const desk = useDesk()
  const { tab, notices, selection } = desk
  const { at } = request
  const links = useView((view) => view.links.length)
  const [progress, setProgress] = useState<RemovalProgress | null>(null)
  const stopping = useRef(new AbortController())
  const { answer, failure } = useReading(progress === null ? `remove ${at}` : null, links, () => tab.service.previewRemoval(at))
  const [wanted, setWanted] = useState<RemovalPreview | null>(null)
  const isFree = answer !== null && failure === null && answer.servers.length === 0 && answer.missing.length === 0 && answer.unexpired.length === 0

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setWanted(answer)
    setProgress({ directories: 0, entries: 0, at })
    const removed = tab.service.removeTree(at, { progress: setProgress, signal: stopping.current.signal })
    void notices.during(`Removing ${at}`, removed, again(desk, request)).then((done) => {
      onClose()
      if (!done) return
      notices.tell(`${at} is removed, for good.`)
      selection.go(parentOf(at) ?? at)
    })
  }
  return (
    <Sheet title="Delete a directory" alert onClose={onClose}>
      <form className="name-form" onSubmit={submit}>
        <div role="status" aria-label="What will be lost" aria-busy={progress === null && answer === null && failure === null}>
          {progress === null && failure !== null && <p className="trouble">{failure}</p>}
          {progress === null && failure === null && answer === null && <p className="hint">Looking through it…</p>}
          {progress === null && failure === null && answer !== null && <Forecast at={at} preview={answer} />}
          {progress !== null && (
            <p>
              {quantity(progress.directories, 'directory is', 'directories are')} gone, of {wanted?.directories}; now <Label>{progress.at}</Label>.
            </p>
          )}
        </div>
        {progress !== null && <progress aria-label="Removed so far" value={progress.directories + progress.entries} max={(wanted?.directories ?? 0) + (wanted?.entries ?? 0)} />}
        <footer>
          <button
            type="button"
            onClick={() => {
              stopping.current.abort()
              onClose()
            }}
          >
            {progress === null ? 'Cancel' : 'Stop'}
          </button>
          <button type="submit" className="primary grave" disabled={!isFree || progress !== null}>
            Delete it for good
          </button>
        </footer>
      </form>
    </Sheet>
  )
}

function Forecast({ at, preview: { directories, entries, copies, servers, missing, unexpired } }: { at: string; preview: RemovalPreview }) {
  const [last] = unexpired.toSorted((a, b) => b.from - a.from)
  return (
    <>
      <p>
        <Label>{at}</Label> goes for good, with <b>{quantity(entries, 'entry or link', 'entries and links')}</b>
        {directories > 1 && (
          <>
            {' '}
            and <b>{quantity(directories - 1, 'directory below it', 'directories below it')}</b>
          </>
        )}
        , on every server: {quantity(copies, 'copy', 'copies')} in all. This cannot be undone; export it first to keep it.
      </p>
      {servers.length > 0 && <p className="trouble">Servers are named in it: {listed(servers)}. Remove them, or name them elsewhere, first.</p>}
      {missing.length > 0 && <p className="trouble">These must be connected first, to give their copies up: {listed(missing)}.</p>}
      {last !== undefined && (
        <p className="trouble">
          <Label>{last.name}</Label> may stand in caches until {clockTime(last.from)}
          {unexpired.length > 1 && `, ${quantity(unexpired.length - 1, 'other name', 'other names')} for no longer`}. Until then nothing can be removed.
        </p>
      )}
      <p className="hint">It begins with what is deepest, and can be stopped: what is left goes on.</p>
    </>
  )
}
