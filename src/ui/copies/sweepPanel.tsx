import { CircleMinus, Layers, Milestone, RefreshCw } from 'lucide-react'
import type { Phase } from '../../core/copies/sweep'
import { stampTime, wholeStamp } from '../desk/clockTime'
import { useDesk, useView } from '../desk/desk'
import type { Place } from '../desk/place'
import { serverLabel } from '../desk/servers'
import type { CopyView, SweepView } from '../../tab/view'
import type { KnownCopy } from './knownCopies'
import { Explained, Label, Stamp } from '../parts/text'

const passes: Record<Phase, string> = { look: 'Looking', read: 'Reading', write: 'Writing back' }

/** What the sweep is at, and what an administrator can do to the copies. */
export function SweepPanel({ place, copy, sweep: running, copies }: { place: Place; copy: CopyView | null; sweep: SweepView | null; copies: readonly KnownCopy[] }) {
  const { tab, notices, dialogs } = useDesk()
  const { directory } = place
  const sweep = (form: 'ring' | 'parallel'): void => {
    const swept = tab.service.sweep(directory, undefined, { form })
    void notices.during(`Sweeping ${directory}`, swept).then(async (done) => {
      if (done) notices.tell(`Swept: every copy has all updates earlier than ${stampTime(await swept)}.`)
    })
  }
  const stable = copies.reduce<KnownCopy['state']>((last, { state }) => (state !== null && (last === null || state.stableMark > last.stableMark) ? state : last), null)
  return (
    <div className="sweep-panel">
      <div role="status" aria-label="Sweep" className="sweep-status" data-phase={running?.phase ?? (copy?.heldBackBy || copy?.alarm ? 'failed' : 'none')}>
        {running === null ? <Resting copy={copy} /> : <Running sweep={running} />}
      </div>
      {stable !== null && (
        <p className="hint">
          <Explained term="stable mark">Stable mark</Explained> <i><Stamp ts={stable.stableMark} /></i>: what is earlier is at every copy, and what is absent there is forgotten.
        </p>
      )}
      <div className="row">
        <button type="button" className="primary" onClick={() => sweep('parallel')} title="Ask all copies at once, and check that their pointers close the ring">
          <RefreshCw aria-hidden size={15} /> Sweep now
        </button>
        <button type="button" onClick={() => sweep('ring')} title="Follow the arrows from copy to copy">
          Sweep along the ring
        </button>
        <button type="button" onClick={() => dialogs.open({ type: 'addCopy', directory, server: '' })}>
          <Layers aria-hidden size={15} /> Add copy…
        </button>
        {copies.length > 1 && (
          <button type="button" onClick={() => dialogs.open({ type: 'removeCopy', directory, server: '' })}>
            <CircleMinus aria-hidden size={15} /> Remove copy…
          </button>
        )}
        <button type="button" title="A new ring, when a server is gone for good or the network is split for long" onClick={() => dialogs.open({ type: 'newEpoch', directory, di: place.di, chosen: 'reachable', without: null })}>
          <Milestone aria-hidden size={15} /> New epoch…
        </button>
      </div>
    </div>
  )
}

/** So many members are named; more are counted. */
const NAMED = 3

function Running({ sweep: { coordinator, sweepTS, phase, members } }: { sweep: SweepView }) {
  const name = useView((view) => serverLabel(view, coordinator))
  const passing = useView((view) => coordinator !== view.server.id)
  const open = members.filter((member) => !{ look: member.looked, read: member.read, write: member.written }[phase])
  const rest = useView((view) => open.slice(0, NAMED).map(({ server }) => serverLabel(view, server)).join(', '))
  const done = members.length - open.length
  return (
    <>
      <p className="hint" title={wholeStamp(sweepTS)}>
        <Explained term="sweep">Sweep</Explained> {stampTime(sweepTS)}, started by <Label>{name}</Label>
      </p>
      {passing ? (
        <p>
          <b>{passes[phase]}</b> here; how far it is elsewhere, its starter knows.
        </p>
      ) : (
        <>
          <p>
            <b>{phase === 'write' && done === members.length ? 'Written back to' : passes[phase]}</b> {done} of {members.length}
            {open.length > 0 && <>, still to come: <bdi>{open.length > NAMED ? `${rest} …` : rest}</bdi></>}
          </p>
          <progress aria-label="Copies visited in this pass" value={done} max={members.length} />
        </>
      )}
    </>
  )
}

function Resting({ copy }: { copy: CopyView | null }) {
  const held = copy?.heldBackBy ?? null
  const name = useView((view) => (held === null ? '' : serverLabel(view, held.server)))
  if (copy === null) return <p>This server has no copy of the directory, and does not see its sweeps pass.</p>
  if (copy.outside !== null) return <p>The copy on this server was left out of the ring: no sweep passes here.</p>
  if (copy.seals.length > 0) return <p><b>Sweeps wait</b> for the epoch that is being made.</p>
  const { completed, failed } = copy.sweeps
  return (
    <>
      {held !== null ? (
        <p>
          <b>The last sweep failed</b> in its {held.phase} pass: <Label>{name}</Label> {held.reason}. The next one tries again by itself.
        </p>
      ) : copy.alarm !== null ? (
        <p>
          <b>The last sweep was stopped</b> by the alarm above. The next one tries again by itself.
        </p>
      ) : (
        <p>
          <b>No sweep is running.</b> They run by themselves, some seconds after a change and twice a minute.
        </p>
      )}
      <p className="hint">
        Started here: {completed} completed, {failed} failed.
      </p>
    </>
  )
}
