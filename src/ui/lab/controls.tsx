import { Pause, Play, Scale, StepBack, StepForward, Undo2 } from 'lucide-react'
import { useDeed, useLab, useLabState, usePicture, worldTime } from './labContext'

/** Milliseconds of the world in one of the page. */
const speeds: readonly (readonly [number, string])[] = [
  [0.01, '1/100 of real time'],
  [0.05, '1/20 of real time'],
  [0.2, '1/5 of real time'],
  [1, 'real time'],
  [10, '10 times as fast'],
  [100, '100 times as fast'],
]

/** Run, pause, one step on, one step back, and any step there was. */
export function Controls() {
  const { send } = useLab()
  const act = useDeed()
  const running = useLabState(({ moment }) => moment.running)
  const busy = useLabState(({ moment }) => moment.busy)
  const speed = useLabState((state) => state.speed)
  const furthest = useLabState((state) => state.furthest)
  const step = usePicture((picture) => picture.step)
  const isTape = usePicture((picture) => picture.tape !== null)
  return (
    <div className="lab-controls" role="toolbar" aria-label="Time">
      <button type="button" onClick={() => send({ type: 'back', steps: 10 })} disabled={step === 0} aria-label="10 back" title="Ten steps back">
        <Undo2 aria-hidden size={15} /> <span>10 back</span>
      </button>
      <button type="button" onClick={() => send({ type: 'back', steps: 1 })} disabled={step === 0} aria-label="Back" aria-keyshortcuts="," title="One step back: ,">
        <StepBack aria-hidden size={15} /> <span>Back</span>
      </button>
      <button type="button" className="primary run" onClick={() => send({ type: running || busy !== '' ? 'pause' : 'run' })} aria-keyshortcuts="Space" title="Run or pause: space">
        {running || busy !== '' ? <Pause aria-hidden size={15} /> : <Play aria-hidden size={15} />} {running ? 'Pause' : busy === '' ? 'Run' : 'Stop'}
      </button>
      <button type="button" onClick={() => send({ type: 'step' })} aria-label="Step" aria-keyshortcuts="." title="One step: .">
        <StepForward aria-hidden size={15} /> <span>Step</span>
      </button>
      <select aria-label="Speed" value={speed} onChange={(event) => send({ type: 'speed', speed: Number(event.target.value) })}>
        {speeds.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
      <input type="range" aria-label="Step" min={0} max={Math.max(furthest, 1)} value={step} onChange={(event) => send({ type: 'goTo', step: Number(event.target.value) })} />
      {!isTape && (
        <button type="button" aria-label="Heal, sweep, compare" onClick={() => act({ type: 'converge' })} title="Faults stop, people rest, every directory is swept three times: then all copies must be equal">
          <Scale aria-hidden size={15} /> <span>Heal, sweep, compare</span>
        </button>
      )}
      <Where />
    </div>
  )
}

function Where() {
  const { time, busy } = useLabState(({ moment }) => moment)
  const step = usePicture((picture) => picture.step)
  const events = usePicture(({ recording }) => recording.position.events)
  return (
    <p className="lab-where" title={`${events} events since the beginning`}>
      {busy === '' ? (
        <>
          <b>{worldTime(time)}</b> · step {step}
        </>
      ) : (
        busy
      )}
    </p>
  )
}
