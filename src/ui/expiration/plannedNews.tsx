import type { Expiration } from '../../core/directories/expiration'
import { clockTime, span } from '../desk/clockTime'
import { useDesk } from '../desk/desk'
import { designate, labelsOf, parentOf, ROOT } from '../desk/fullName'
import { useNow } from '../desk/now'
import { useReading } from '../desk/reading'
import { Label } from '../parts/text'
import { becoming, type Becoming } from './becoming'

interface Props {
  at: string
  name: string
  expiration: Expiration
  /** Of the copy that this server stores of the directory in which the name stands; null when it stores none. */
  version: number | null
  onTakeBack: () => void
}

/** The change that is planned for what is selected, and how to take it back. */
export function PlannedNews({ at, name, expiration: { planned }, version, onTakeBack }: Props) {
  const now = useNow(1000)
  if (planned === null) return null
  return (
    <div className="banner" role="status">
      <p>
        <b>A change of <Label>{name}</Label> is planned:</b> {planned.what === 'deleted' ? 'it is deleted' : <>it becomes <Label>{planned.what}</Label></>}{' '}
        {now < planned.from ? `from ${clockTime(planned.from)} on, in ${span(planned.from - now)}, when no cache can show what it is now.` : 'as soon as a sweep has shown that it is still to be done.'}
      </p>
      {planned.what === 'another value' && <NextValue at={at} version={version} />}
      <button type="button" onClick={onTakeBack}>
        Take the change back
      </button>
    </div>
  )
}

const MOST_PROPERTIES = 6
const MOST_VALUES = 8

/** What the entry becomes, beside what goes; the whole stands in the value, below `Withdrawn`. */
function NextValue({ at, version }: Pick<Props, 'at' | 'version'>) {
  const { service } = useDesk().tab
  const { answer } = useReading(`planned ${at}`, version, () => service.getValue(designate(parentOf(at) ?? ROOT, labelsOf(at).slice(-1))))
  const properties = answer === null ? [] : becoming(answer.tree)
  if (properties.length === 0) return null
  const more = properties.length - MOST_PROPERTIES
  return (
    <ul className="becoming" aria-label="What it becomes">
      {properties.slice(0, MOST_PROPERTIES).map((one) => (
        <Property key={one.property} {...one} />
      ))}
      {more > 0 && <li>and {more} more</li>}
    </ul>
  )
}

function Property({ property, values }: Becoming) {
  const more = values.length - MOST_VALUES
  return (
    <li>
      {property !== '' && <Label>{property}</Label>}
      {values.slice(0, MOST_VALUES).map(({ text, fate }) => (
        <span key={text} className={fate}>
          <Label absent={fate === 'goes'}>{text}</Label>
        </span>
      ))}
      {more > 0 && <span>and {more} more</span>}
    </li>
  )
}
