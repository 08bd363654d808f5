/**
 * Arcs of the directory tree that somebody has learnt and may go by until they expire [W1]: what clients cache, and what
 * servers know of the names of their own directories ("directories are expected to cache their names from the root").
 */
import type { DirectoryId, Label } from '../names'
import type { TrailStep } from '../requests'

/** Arcs by directory and label, oldest first. A DI has no slash. */
export type NameCache = Map<string, TrailStep>

/** Arcs that are kept at most; the oldest make room. */
const MOST_ARCS = 4096

const keyOf = (directory: DirectoryId, label: Label): string => `${directory}/${label}`

/** Keeps the steps of a lookup that may be cached; of one arc the longer promise. */
export function remember(cache: NameCache, trail: readonly TrailStep[]): void {
  for (const step of trail) {
    if (step.validUntil === null) continue
    const { before: _, ...arc } = step
    const key = keyOf(step.directory, step.label)
    if ((cache.get(key)?.validUntil ?? 0) >= step.validUntil) continue
    cache.delete(key)
    cache.set(key, { ...arc, cached: true })
    if (cache.size > MOST_ARCS) cache.delete(cache.keys().next().value!)
  }
}

/** An arc that has not expired by a clock that shows `now`, ms since 1970. */
export function recall(cache: NameCache, directory: DirectoryId, label: Label, now: number): TrailStep | undefined {
  const step = cache.get(keyOf(directory, label))
  return step !== undefined && now < step.validUntil! ? step : undefined
}

/** Until when all of a way may be cached: as long as its first arc to expire. Null: not at all. */
export function leastOf(trail: readonly { validUntil: number | null }[]): number | null {
  let least: number | null = null
  for (const { validUntil } of trail) {
    if (validUntil === null) return null
    least = Math.min(least ?? validUntil, validUntil)
  }
  return least
}
