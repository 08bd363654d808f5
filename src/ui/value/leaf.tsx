import { X } from 'lucide-react'
import { useState } from 'react'
import { formatPath, labelFault } from '../../core/names'
import type { EncodedNode } from '../../core/values/encodeTree'
import type { TSPair } from '../../core/values/update'
import { InPlaceField } from '../parts/inPlaceField'
import { Label, Stamp } from '../parts/text'
import type { Edits } from './edits'
import { isPresent } from './json'
import { NotDurable } from './notDurable'

/** Why what could be changed cannot be by this person; above the value stands what it may do. */
export const READ_ONLY = 'You have no right to write this'

/** A leaf beside its parent's label: one string, or one of a set. Press it to change it. */
export function Leaf({ path, node, stamps, edits }: { path: readonly TSPair[]; node: EncodedNode; stamps: boolean; edits: Edits | null }) {
  const [changing, setChanging] = useState(false)
  const own: TSPair[] = [...path, [node[0], node[1]]]
  const labels = own.map(([label]) => label)
  const words = labels.join('/')
  const present = isPresent(node)
  const changeable = edits?.mayChange(own) ?? false
  return (
    <li className={present ? 'leaf' : 'leaf absent'} data-ts={node[1]} data-path={formatPath(labels)}>
      {changing && edits !== null ? (
        <InPlaceField name={`New text for ${words}`} begin={node[0]} faultOf={labelFault} onLeave={() => setChanging(false)} onSave={(label) => void edits.relabel(own, node, label)} />
      ) : present && edits !== null && changeable ? (
        <>
          <button type="button" className="leaf-text" aria-label={`Edit ${words}`} onClick={() => setChanging(true)}>
            <Label>{node[0]}</Label>
          </button>
          <button type="button" className="leaf-delete" aria-label={`Delete ${words}`} title={`Delete ${words}`} onClick={() => void edits.remove(own, node)}>
            <X aria-hidden size={12} />
          </button>
        </>
      ) : (
        <span className="leaf-text fixed" title={present && edits !== null ? READ_ONLY : undefined}>
          <Label absent={!present}>{node[0]}</Label>
          {!present && <span className="mark-word">{node[2] === 2 ? 'absent' : 'implied'}</span>}
        </span>
      )}
      {stamps && <Stamp ts={node[1]} />}
      <NotDurable ts={node[1]} />
    </li>
  )
}
