/** Figure 8, in words: the whole way is valid until the first expiration on it; and who was asked for it. */
import type { TrailStep } from '../../core/requests'
import { clockTime } from '../desk/clockTime'

type Way = readonly Pick<TrailStep, 'found' | 'cached'>[]

export const validityOf = (trail: Way, validUntil: number | null): string =>
  `${validUntil === null ? `The way may not be cached: ${hindrance(trail)}.` : `The way may be cached until ${clockTime(validUntil)}, the first expiration on it.`} ${askedFor(trail)}`.trimEnd()

function hindrance(trail: Way): string {
  if (trail.some(({ found }) => found === 'up')) return 'it goes up, and a directory may get another one above it at any time'
  if (trail.some(({ found }) => found === 'wellKnown')) return 'it goes by the table of well-known directories, which may change at any time'
  return 'of a step of it no expiration time is known that every copy goes by'
}

function askedFor(trail: Way): string {
  const known = trail.filter(({ cached }) => cached).length
  if (known === trail.length) return 'It came from the cache: nobody was asked.'
  return known === 0 ? '' : `Of its ${trail.length} steps ${known} came from the cache.`
}
