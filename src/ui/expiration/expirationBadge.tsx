import { CalendarClock, Hourglass } from 'lucide-react'
import type { Expiration } from '../../core/directories/expiration'
import { clockTime, span } from '../desk/clockTime'
import { useNow } from '../desk/now'
import { Label } from '../parts/text'

/** How long a name stays as it is, and what is to become of it then; counts down. */
export function ExpirationBadge({ expiration: { until, planned } }: { expiration: Expiration }) {
  const now = useNow(1000)
  if (planned !== null) {
    return (
      <span className="expiration planned" title={`From ${clockTime(planned.from)} on: ${planned.what}`} data-planned={planned.from}>
        <CalendarClock aria-hidden size={12} /> <span className="words">changes </span>
        {now < planned.from ? `in ${span(planned.from - now)}` : 'soon'}
      </span>
    )
  }
  if (until <= now) return null
  return (
    <span className="expiration" title={`Expires at ${clockTime(until)}; until then it may be cached, and does not change`} data-until={until}>
      <Hourglass aria-hidden size={12} /> {span(until - now)}
    </span>
  )
}

/** The change that is planned for what is selected, and how to take it back. */
export function PlannedNews({ name, expiration, onTakeBack }: { name: string; expiration: Expiration; onTakeBack: () => void }) {
  const now = useNow(1000)
  const { planned } = expiration
  if (planned === null) return null
  return (
    <div className="banner" role="status">
      <p>
        <b>A change of {name} is planned:</b> {planned.what === 'deleted' ? 'it is deleted' : <>it becomes <Label>{planned.what}</Label></>}{' '}
        {now < planned.from ? `from ${clockTime(planned.from)} on, in ${span(planned.from - now)}, when no cache can show what it is now.` : 'as soon as a sweep has shown that it is still to be done.'}
      </p>
      <button type="button" onClick={onTakeBack}>
        Take the change back
      </button>
    </div>
  )
}
