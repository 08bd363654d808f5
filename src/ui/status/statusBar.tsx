import { useStore } from 'zustand'
import { agreement } from '../copies/agreement'
import { useReports } from '../copies/reports'
import { byteSize, span } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import { lastLabel } from '../desk/fullName'
import { connectedLinks } from '../desk/servers'
import { awaitedOf } from '../epochs/candidates'
import { Label } from '../parts/text'
import { Undurable } from './undurable'

/** How things stand, in a line. */
export function StatusBar() {
  const { dialogs, selection } = useDesk()
  const show = useStore(selection.store, (state) => state.show)
  return (
    <footer className="status-bar" aria-label="Status">
      <Agreement />
      <Epochs />
      <Undurable />
      <Storage />
      <Clock />
      <Alone />
      <button type="button" className="text" onClick={() => dialogs.open({ type: 'help', about: show })}>
        What am I looking at?
      </button>
    </footer>
  )
}

function Agreement() {
  const { copies, place, failure } = useReports()
  const rootLabel = useView((view) => view.rootLabel)
  if (failure !== null) return <span className="warn-text">the copies cannot be asked now</span>
  if (copies.length === 0 || place.answer === null) return null
  const { tone, equal, words } = agreement(copies)
  return (
    <span className="agreement" data-agree={equal} data-copies={copies.length}>
      {tone !== 'asking' && <span className={`dot ${tone}`} aria-hidden />}
      {words[0]} <Label>{lastLabel(place.answer.directory, rootLabel)}</Label> <bdi>{words[1]}</bdi>
    </span>
  )
}

/** What of epochs keeps the directory from being as usual. */
function Epochs() {
  const { copies } = useReports()
  const awaited = awaitedOf(copies)
  if (copies.some(({ state }) => state !== null && state.seals.length > 0)) return <span className="warn-text">an epoch is being made: sweeps wait</span>
  if (awaited.length === 0) return null
  return <span className="warn-text">{awaited.length === 1 ? '1 copy' : `${awaited.length} copies`} left out: forgetting waits</span>
}

function Storage() {
  const { tab, notices } = useDesk()
  const storage = useView((view) => view.storage)
  const state = useView((view) => view.state)
  const size = storage.used === null ? '' : ` · ${byteSize(storage.used)}`
  if (state === 'readOnly') return <span className="grave-text">read-only: nothing can be saved</span>
  if (storage.persisted === null) return null
  if (storage.persisted) return <span>stored to stay{size}</span>
  const ask = (): void =>
    void tab.controls.askPersistence().then(
      (granted) => notices.tell(granted ? 'The browser keeps what this server stores.' : 'The browser did not agree: it may clear this server’s copies when space runs short. Copies on other servers are the remedy.'),
      (error: unknown) => notices.fail(error),
    )
  return (
    <span>
      stored, but the browser may clear it{size}{' '}
      <button type="button" className="text" onClick={ask}>
        Keep it
      </button>
    </span>
  )
}

function Clock() {
  const { correction, greatestOffset } = useView((view) => view.clock)
  const peers = useView((view) => connectedLinks(view).length)
  if (correction !== 0) return <span className="warn-text">clock {span(Math.abs(correction))} {correction > 0 ? 'behind' : 'ahead of'} the others; corrected, set it right</span>
  if (peers === 0) return null
  const offset = Math.round(Math.abs(greatestOffset))
  return <span className={offset >= 30_000 ? 'warn-text' : 'clock'}>clock within {offset < 1000 ? `${offset} ms` : span(offset)} of the others</span>
}

function Alone() {
  const alone = useView((view) => view.state === 'running' && view.links.every(({ state }) => state === 'absent'))
  return alone ? <span className="warn-text">the only server: names live in this browser alone</span> : null
}
