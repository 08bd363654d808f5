import { CalendarClock, Hourglass } from 'lucide-react'
import type { Expiration } from '../../core/directories/expiration'
import { clockTime, span } from '../desk/clockTime'
import { useNow } from '../desk/now'

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
