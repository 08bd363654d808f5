import { ChevronRight, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { labelFault } from '../../core/names'
import { useDesk } from '../desk/desk'
import { below } from '../desk/fullName'
import type { Place } from '../desk/place'
import { InPlaceField } from '../parts/inPlaceField'
import { Label, Stamp } from '../parts/text'
import type { Edits } from './edits'
import { isPresent } from './json'
import { Leaf, READ_ONLY } from './leaf'
import { NotDurable } from './notDurable'
import type { Line } from './outline'

interface LineProps {
  line: Line
  stamps: boolean
  place: Place
  edits: Edits
  onTurn: (key: string) => void
}

/** One line of the outline: a label, the leaves beside it, and what can be done to it. */
export function OutlineLine({ line, stamps, place, edits, onTurn }: LineProps) {
  const { key, words, path, node, level, leaves, open, reserved } = line
  const [doing, setDoing] = useState<'nothing' | 'adding' | 'relabelling'>('nothing')
  const present = isPresent(node)
  const free = present && !reserved
  const changeable = free && edits.mayChange(path)
  const growing = free && edits.mayAdd(path) && node[0] !== '.'
  const isEntry = place.entity === null && level === 0 && node[0] !== '.'
  const done = (): void => setDoing('nothing')
  return (
    <div role="listitem" aria-level={level + 1} className={`outline-line level-${Math.min(level, 12)}`} data-ts={node[1]} data-path={key}>
      {open === null ? (
        <span className="twisty" aria-hidden />
      ) : (
        <button type="button" className={open ? 'twisty open' : 'twisty'} aria-expanded={open} aria-label={`${open ? 'Close' : 'Open'} ${words}`} onClick={() => onTurn(key)}>
          <ChevronRight aria-hidden size={14} />
        </button>
      )}
      {doing === 'relabelling' ? (
        <InPlaceField name={`New label for ${words}`} begin={node[0]} faultOf={labelFault} onLeave={done} onSave={(label) => void edits.relabel(path, node, label)} />
      ) : (
        <LineLabel line={line} isEntry={isEntry} changeable={changeable && !isEntry} place={place} onRelabel={() => setDoing('relabelling')} />
      )}
      {stamps && <Stamp ts={node[1]} />}
      {leaves === null && <NotDurable ts={node[1]} />}
      {place.entity === null && key === '.' && <span className="hint">what the directory says of itself</span>}
      {leaves !== null && (
        <ul className="leaves" aria-label={`Below ${words}`}>
          {leaves.map((leaf) => (
            <Leaf key={leaf[0]} path={path} node={leaf} stamps={stamps} edits={reserved ? null : edits} />
          ))}
        </ul>
      )}
      {(growing || (changeable && node[0] !== '.')) && (
        <span className="line-actions">
          {!growing ? null : doing === 'adding' ? (
            <InPlaceField name={`New below ${words}`} begin="" faultOf={labelFault} placeholder="add and press Enter" onLeave={done} onSave={(label) => void edits.add(path, label)} />
          ) : (
            <button type="button" className="quiet icon" aria-label={`Add below ${words}`} title={`Add below ${words}`} onClick={() => setDoing('adding')}>
              <Plus aria-hidden size={14} />
            </button>
          )}
          {!isEntry && changeable && (
            <button type="button" className="quiet icon" aria-label={`Delete ${words}`} title={`Delete ${words}`} onClick={() => void edits.remove(path, node)}>
              <Trash2 aria-hidden size={14} />
            </button>
          )}
        </span>
      )}
    </div>
  )
}

function LineLabel({ line: { node, words, reserved }, isEntry, changeable, place, onRelabel }: { line: Line; isEntry: boolean; changeable: boolean; place: Place; onRelabel: () => void }) {
  const { selection } = useDesk()
  const present = isPresent(node)
  if (isEntry && present) {
    return (
      <button type="button" className="line-label link" onClick={() => selection.go(below(place.name, node[0]))}>
        <Label>{node[0]}</Label>
      </button>
    )
  }
  if (changeable) {
    return (
      <button type="button" className="line-label" aria-label={`Edit ${words}`} onClick={onRelabel}>
        <Label>{node[0]}</Label>
      </button>
    )
  }
  const mark = present ? (reserved ? reservedNote(node[0]) : node[0] === '.' ? undefined : READ_ONLY) : node[2] === 2 ? 'absent' : 'named by an update whose ancestor has not arrived'
  return (
    <span className="line-label fixed" title={mark}>
      <Label absent={!present}>{node[0]}</Label>
      {!present && <span className="mark-word">{node[2] === 2 ? 'absent' : 'implied'}</span>}
    </span>
  )
}

const reservedNote = (label: string): string => `${label} changes only through its procedure, which keeps its invariants`
