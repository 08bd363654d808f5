/**
 * The lab: a simulated cluster that runs the same core, drawn by the page's own parts. Time stands still until it is
 * told to pass; everything can be undone by going back.
 */
import './lab.css'
import { X } from 'lucide-react'
import { useEffect, useRef, useState, type MouseEvent } from 'react'
import { createStore } from 'zustand/vanilla'
import { useStore } from 'zustand'
import type { LabPicture } from '../../sim/lab/picture'
import type { TabView } from '../../tab/view'
import { FigureThree } from '../copies/figureThree'
import { Ring } from '../copies/ring'
import { useDesk, ViewContext } from '../desk/desk'
import { isWriting } from '../keys'
import { Trouble } from '../parts/text'
import { Controls } from './controls'
import { labClient } from './labClient'
import { LabContext, nameIn, useLab, useLabState, usePicture } from './labContext'
import { labDoor } from './labDoor'
import { LabMap } from './labMap'
import { jsonOfRun, runAsText } from './link'
import { MarkList } from './marks'
import { Links, Servers } from './servers'
import { TapeWords } from './tapeWords'
import { knownCopies, simulatedView } from './simulatedView'
import { Situations, Transcript } from './transcript'
import { Sharing, Surroundings, WorldForm } from './worldForm'

export default function Lab() {
  const lab = labClient()
  const shown = useStore(lab.store, ({ picture }) => picture !== null)
  const trouble = useStore(lab.store, (state) => state.trouble)
  const isTape = useStore(lab.store, ({ picture }) => picture !== null && picture.tape !== null)
  return (
    <LabContext value={lab}>
      <main id="centre" className="lab" tabIndex={-1} aria-label="Lab" onMouseDown={keepKeys}>
        <header className="lab-heading">
          <h2>Lab</h2>
          <p className="hint">{isTape ? 'What a real server has lived through, once more and step by step.' : 'A world of simulated servers that run the very program this tab runs: same seed, same run. It has nothing to do with the servers of your room.'}</p>
          <button type="button" onClick={() => labDoor.close()}>
            <X aria-hidden size={15} /> Leave the lab
          </button>
        </header>
        {trouble !== '' && <Trouble>{trouble}</Trouble>}
        {shown ? <World /> : <p className="empty">The world is being made…</p>}
      </main>
    </LabContext>
  )
}

/** A button that was pressed by mouse does not take the keys: space still runs and pauses. */
function keepKeys(event: MouseEvent): void {
  if (!(event.target instanceof Element) || event.target.closest('button, summary') === null) return
  event.preventDefault()
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
}

function World() {
  useAddress()
  useLabKeys()
  const isTape = usePicture((picture) => picture.tape !== null)
  return (
    <>
      <Controls />
      <div className="lab-columns">
        <div className="lab-side">
          {isTape ? (
            <TapeWords />
          ) : (
            <>
              <Servers />
              <Links />
              <Surroundings />
            </>
          )}
          <WorldForm />
          <Sharing />
        </div>
        <Pictures />
        <div className="lab-side">
          <MarkList />
          {!isTape && <Situations />}
          <Transcript />
        </div>
      </div>
    </>
  )
}

/** The network with its messages, figure 3 and the ring of one directory. */
function Pictures() {
  const { send } = useLab()
  const picture = usePicture((all) => all)
  const [view] = useState(() => createStore<TabView>(() => simulatedView(picture)))
  useEffect(() => view.setState(simulatedView(picture)), [view, picture])
  const copies = knownCopies(picture)
  const name = picture.directories.find(({ di }) => di === picture.directory)?.name ?? ''
  return (
    <div className="lab-pictures">
      <LabMap />
      {picture.directories.length > 1 && (
        <label className="lab-directory">
          Copies of{' '}
          <select value={picture.directory} onChange={(event) => send({ type: 'look', directory: picture.directories.find(({ di }) => di === event.target.value)!.di })}>
            {picture.directories.map((one) => (
              <option key={one.di} value={one.di}>
                {one.name} #{one.di.slice(0, 4)}
              </option>
            ))}
          </select>
        </label>
      )}
      <ViewContext value={view}>
        {copies.length > 0 && (
          <>
            <FigureThree copies={copies} place={{ directory: name }} />
            <div className="figure-five">
              <Ring copies={copies.filter(({ state }) => state?.state !== 'left')} sweep={picture.sweep} />
            </div>
            <SweepWords picture={picture} />
          </>
        )}
      </ViewContext>
    </div>
  )
}

const passes = { look: 'looks', read: 'reads', write: 'writes back' } as const

/** The sweep that runs, as its coordinator knows it. */
function SweepWords({ picture }: { picture: LabPicture }) {
  const { sweep, tape } = picture
  if (sweep === null && tape !== null) return null
  if (sweep === null) return <p className="hint lab-sweep">No sweep is running. They run by themselves, some seconds after a change and twice a minute.</p>
  const { phase, members } = sweep
  const done = members.filter((member) => ({ look: member.looked, read: member.read, write: member.written })[phase]).length
  return (
    <p className="hint lab-sweep">
      The sweep of <b>{nameIn(picture, sweep.coordinator)}</b> {passes[phase]}: {done} of {members.length}{phase === 'look' ? ' so far' : ''}.
    </p>
  )
}

/** Opens the run that the address brings, and keeps the run on show in the address whenever it rests. */
function useAddress(): void {
  const lab = useLab()
  const run = useStore(labDoor.store, (door) => door.run)
  const recording = usePicture((picture) => picture.recording)
  const isTape = usePicture((picture) => picture.tape !== null)
  const resting = useLabState(({ moment }) => !moment.running && moment.busy === '')
  /** The run that the address and the world last had in common. */
  const shared = useRef('')
  useEffect(() => {
    if (run === '' || run === shared.current) return
    shared.current = run
    lab.open(jsonOfRun(run))
  }, [lab, run])
  useEffect(() => {
    const untouched = run === '' && recording.position.events + recording.position.deeds === 0
    if (!resting || untouched || isTape) return
    // Browsers allow only so many changes of the address in a while.
    const timer = setTimeout(() => {
      shared.current = runAsText(recording)
      labDoor.keep(shared.current)
    }, 400)
    return () => clearTimeout(timer)
  }, [resting, recording, run, isTape])
  useEffect(() => () => lab.send({ type: 'pause' }), [lab])
}

/** Space runs and pauses, `.` goes a step on, `,` a step back. */
function useLabKeys(): void {
  const lab = useLab()
  const { dialogs } = useDesk()
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || dialogs.store.getState().open !== null || document.querySelector('[popover]:popover-open') !== null) return
      const { moment } = lab.store.getState()
      // Whoever moves by keyboard presses what has the focus.
      const presses = event.target instanceof Element && event.target.matches('button, summary, a, input')
      if (event.key === ' ' && !presses) lab.send({ type: moment.running || moment.busy !== '' ? 'pause' : 'run' })
      else if (event.key === '.') lab.send({ type: 'step' })
      else if (event.key === ',') lab.send({ type: 'back', steps: 1 })
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [lab, dialogs])
}
