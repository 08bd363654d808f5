/** E4: whom an epoch left out. F waits for those who may come back with what they have; who is abandoned is waited for by nobody. */
import type { CopyId } from '../names'
import { changeCopy, type Turn } from '../server'
import type { DirectoryCopy, Exclusion } from './directoryCopy'

/** Whether F must wait for one of these. */
export const isFrozen = (excluded: readonly Exclusion[]): boolean => excluded.some(({ abandoned }) => !abandoned)

export const abandonedIn = (excluded: readonly Exclusion[]): ReadonlySet<CopyId> => new Set(excluded.filter(({ abandoned }) => abandoned).map(({ copy }) => copy))

/** Nobody waits for these any more: never taken back, and known to all before F goes on. */
export function markAbandoned(turn: Turn, copy: DirectoryCopy, gone: ReadonlySet<CopyId>): void {
  if (!copy.excluded.some((exclusion) => !exclusion.abandoned && gone.has(exclusion.copy))) return
  changeCopy(turn, copy, { type: 'fields', fields: { excluded: copy.excluded.map((exclusion) => (gone.has(exclusion.copy) ? { ...exclusion, abandoned: true } : exclusion)) } })
}
