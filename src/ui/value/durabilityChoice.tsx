import type { Durability } from '../../core/copies/durability'
import { useDesk, useView } from '../desk/desk'
import { Explained } from '../parts/text'

const words: Record<Durability, string> = { local: 'one copy', quorum: 'most copies', all: 'all copies' }

/** How many copies are to have what is changed in this page: nobody waits for it, but what is not there yet is marked. */
export function DurabilityChoice() {
  const { controls } = useDesk().tab
  const durability = useView((view) => view.durability)
  return (
    <label className="durability-choice">
      <Explained term="durability">Durable</Explained> at{' '}
      <select aria-label="Changes are durable at" value={durability} onChange={(event) => controls.setDurability(event.target.value as Durability)}>
        {(['local', 'quorum', 'all'] as const).map((level) => (
          <option key={level} value={level}>
            {words[level]}
          </option>
        ))}
      </select>
    </label>
  )
}
