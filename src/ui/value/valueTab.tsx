import type { Parting } from '../../core/copies/split'
import { Braces, Clock, Strikethrough, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { useDesk, useView } from '../desk/desk'
import { designateAt, useCopy, type Place } from '../desk/place'
import { useReading } from '../desk/reading'
import { isRestricted, useOwnAccess } from '../desk/rights'
import { serverLabel } from '../desk/servers'
import { Explained, Label, Stamp, Trouble } from '../parts/text'
import { OwnRights } from '../access/ownRights'
import { DurabilityChoice } from './durabilityChoice'
import { JsonForm } from './jsonForm'
import { AllNotDurable, KeptContext, useKept } from './notDurable'
import { Outline } from './outlineList'

/** Figure 2: the value of a name, as an outline that can be changed in place, or as JSON. */
export function ValueTab({ place }: { place: Place }) {
  const { tab, undo } = useDesk()
  const copy = useCopy(place.di)
  const reading = useReading(`nodes ${place.name}`, copy?.version ?? null, () => tab.service.nodes(designateAt(place, [])))
  const { answer: own } = useOwnAccess(place)
  const kept = useKept(place.di)
  const last = useStore(undo.store, ({ changes }) => changes.at(-1))
  const from = useView((view) => (reading.answer === null ? '' : serverLabel(view, reading.answer.server)))
  const [stamps, setStamps] = useState(false)
  const [absent, setAbsent] = useState(false)
  const [json, setJson] = useState(false)
  const { answer, failure } = reading
  const nodes = answer?.value ?? null
  return (
    <section className="value" aria-label="Value">
      <div className="toolbar">
        <button type="button" className="toggle" aria-pressed={stamps} onClick={() => setStamps(!stamps)}>
          <Clock aria-hidden size={14} /> Time-stamps
        </button>
        <button type="button" className="toggle" aria-pressed={absent} onClick={() => setAbsent(!absent)}>
          <Strikethrough aria-hidden size={14} /> Absent nodes
        </button>
        <button type="button" className="toggle" aria-pressed={json} onClick={() => setJson(!json)}>
          <Braces aria-hidden size={14} /> JSON
        </button>
        {last !== undefined && (
          <button type="button" className="quiet" onClick={() => void undo.last()} title="By a new update (Ctrl Z)">
            <Undo2 aria-hidden size={14} /> Undo: <Label>{last.what}</Label>
          </button>
        )}
        <DurabilityChoice />
        {answer !== null && (
          <p className="as-of">
            <Explained term="as of" /> <i><Stamp ts={answer.asOf} /></i> from <Label>{from}</Label>
            {answer.parting !== 'no' && <PartedMark parting={answer.parting} />}
          </p>
        )}
      </div>
      {failure !== null && <Trouble>{failure}</Trouble>}
      {own !== null && isRestricted(own) && <OwnRights own={own} entry={place.entity} />}
      <KeptContext value={kept}>
        <AllNotDurable />
        {nodes !== null && (json ? <JsonForm place={place} own={own} /> : <Outline place={place} own={own} nodes={nodes} stamps={stamps} absent={absent} />)}
      </KeptContext>
      {answer !== null && nodes === null && (
        <p className="empty">
          <Label>{place.entity ?? place.name}</Label> is not here: it was deleted, or has not arrived at this copy yet.
        </p>
      )}
      {answer === null && failure === null && <p className="empty">Reading…</p>}
    </section>
  )
}

/** E8: what is read lacks what others have accepted, and says so. */
function PartedMark({ parting }: { parting: Exclude<Parting, 'no'> }) {
  if (parting === 'split') return <b className="grave-text parted">split directory: what the other half accepted is not here</b>
  return <span className="warn-text parted">copies were left out: what they alone have is not here</span>
}
