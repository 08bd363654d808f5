import { clockTime } from '../desk/clockTime'
import { useNow } from '../desk/now'
import { countdown } from './wording'

/** How long an invitation is open. */
export function OpenUntil({ until }: { until: number }) {
  const left = until - useNow(1000)
  return (
    <span role="timer" className="open-until" title={`Until ${clockTime(until)}`}>
      {left > 0 ? `open for ${countdown(left)}` : 'expired'}
    </span>
  )
}
