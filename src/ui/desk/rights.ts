/** What may be done here, worked out from the triples that speak of a person: for every path at once, without asking again. */
import type { AccessReport } from '../../client/nameService'
import type { Right } from '../../core/auth/access'
import { matchesPath, parsePathPattern, type LabelPattern } from '../../core/auth/principal'
import { isFailure } from '../../core/errors'
import type { Label } from '../../core/names'
import { useDesk, useView } from './desk'
import type { Place } from './place'
import { useReading, type Reading } from './reading'

/** What the name service says of whoever looks at this page. */
export type Own = Pick<AccessReport, 'isOpen' | 'owner' | 'key' | 'names' | 'granting'>

/** What this person may do in a directory; null while nobody has said, and then nothing is kept from anybody. */
export function useOwnAccess({ di, directory }: Pick<Place, 'di' | 'directory'>): Reading<AccessReport> {
  const { tab, rights } = useDesk()
  const version = useView((view) => view.copies[di]?.version ?? null)
  return useReading(`access ${di}`, version, async () => {
    const report = await tab.service.access(directory)
    rights.set(directory, report)
    return report
  })
}

export const isOwner = ({ key, owner }: Own): boolean => key !== null && key === owner

/** Whether there is anything that this person may not do here. */
export const isRestricted = (own: Own): boolean => !own.isOpen && !isOwner(own)

/** Whoever may do everything, whatever the path. */
const isFree = (own: Own | null): own is null => own === null || !isRestricted(own)

const pathsOf = ({ granting }: Own, right: Right): LabelPattern[] =>
  granting.flatMap(({ path, rights }) => {
    const pattern = rights.includes(right) ? parsePathPattern(path) : null
    return pattern === null || isFailure(pattern) ? [] : [pattern]
  })

export const mayAt = (own: Own | null, right: Right, path: readonly Label[]): boolean => isFree(own) || pathsOf(own, right).some((pattern) => matchesPath(pattern, path))
export const mayWrite = (own: Own | null, path: readonly Label[]): boolean => mayAt(own, 'write', path)

/** Whether some label could be added just below a path. */
export const mayAddBelow = (own: Own | null, path: readonly Label[]): boolean => isFree(own) || pathsOf(own, 'write').some((pattern) => reaches(pattern, path) && (pattern.rest ? pattern.labels.length <= path.length + 1 : pattern.labels.length === path.length + 1))

/** Whether a person could write anything at a path or below it; by what only servers write, nobody can. */
export const mayWriteWithin = (own: Own | null, path: readonly Label[]): boolean => isFree(own) || pathsOf(own, 'write').some((pattern) => pattern.labels[1] !== 'Server' && reaches(pattern, path))

/** Whether a pattern speaks of a path, or of something below it. What a directory says of itself is none of its entries. */
function reaches({ labels, rest }: LabelPattern, path: readonly Label[]): boolean {
  if ((labels[0] === '.') !== (path[0] === '.')) return false
  if (path.length > labels.length && !rest) return false
  return path.every((label, i) => i >= labels.length || labels[i] === null || labels[i] === label)
}
