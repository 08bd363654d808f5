/** What rights and times come to, in words. */
import type { Right } from '../../core/auth/access'
import { span } from '../desk/clockTime'

const deeds: Record<Right, string> = { read: 'read', write: 'change', test: 'compare values', copy: 'store a copy' }

/** "read, change"; "nothing". */
export const deedsOf = (rights: readonly Right[]): string => (rights.length === 0 ? 'nothing' : rights.map((right) => deeds[right]).join(', '))

/** "9:42", "6 days": how long something is open. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : span(ms)
}
