/**
 * S1: room for a directory with InSN below a new parent. The parent has InSN of a smaller rank; where it is a root, whose
 * rank may be lowered at any time, it is lowered as far as needed: so two services can be joined whose roots have one rank.
 * That the directory comes is announced there [W5], until the reference says that it is there.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { labelsIn, type Tree } from '../values/readValue'
import { effectiveParent } from './parents'
import { BELOW, inSNOf, namedIn, rankAbove, rankIn, WITHDRAWN } from './serverEntry'

/** Why there is none; `inSN` as it stands in the parent. */
export function roomFault({ directory, visible }: DirectoryCopy, parent: DirectoryId, inSN: Tree | null, isRoot: boolean): Failure | null {
  const labels = labelsIn(inSN ?? undefined)
  const above = rankIn(labels)
  const what = `Moving #${directory}, in which servers may be named, below #${parent}`
  if (labels.includes(WITHDRAWN)) return failure('Withdrawn', { name: `InSN of the directory #${parent}` })
  if (above === null) return failure('WouldBreak', { what, rule: 'S1', reason: 'that has no InSN', next: 'Call setInSN for the new parent first' })
  if (isRoot || above < inSNOf(visible)!.rank) return null
  return failure('WouldBreak', { what, rule: 'S1', reason: 'its rank is not smaller, so servers named there could need this directory to be found', next: 'Choose a parent nearer to the root, or take InSN from the directory first' })
}

/** A rank with which there is room: for what was to be a root and is not, in which nobody is named. */
export function rankWithRoom(copy: DirectoryCopy, inSN: Tree | null): number | null {
  const labels = labelsIn(inSN ?? undefined)
  const above = rankIn(labels)
  const isFree = effectiveParent(copy) === undefined && namedIn(copy.visible).length === 0
  return above === null || !isFree || above < inSNOf(copy.visible)!.rank ? null : above + 1
}

/** What is to stand below the parent's InSN: that this directory comes, and a smaller rank if it needs one. */
export function roomFor({ directory, visible }: DirectoryCopy, inSN: Tree | null): Tree {
  const { rank } = inSNOf(visible)!
  const above = rankIn(labelsIn(inSN ?? undefined))!
  const lowered: [Label, Tree][] = above < rank ? [] : [[String(rankAbove(rank)), true]]
  return [...lowered, [BELOW, [[directory, true]]]]
}
