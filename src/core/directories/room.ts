/**
 * S1: room for a directory with InSN below a new parent. The parent has InSN of a smaller rank; where it is a root, whose
 * rank may be lowered at any time, it is lowered as far as needed: so two services can be joined whose roots have one rank.
 * That the directory comes is announced there [W5], until the reference says that it is there.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { below, labelsIn, type Tree } from '../values/readValue'
import { effectiveParent } from '../entries/parents'
import { BELOW, inSNOf, namedIn, rankAbove, rankIn, WITHDRAWN } from '../entries/serverEntry'

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

/** A root takes a rank little greater than that of its new parent, so that another can follow below it when it is no root any more. */
const LITTLE = 10

/** Another rank that it takes first, while it is no part of the tree: a root; or what was to be one and is not, in which nobody is named. */
export function rankToTake(copy: DirectoryCopy, inSN: Tree | null, isRoot: boolean): number | null {
  const above = rankIn(labelsIn(inSN ?? undefined))
  const { rank } = inSNOf(copy.visible)!
  if (above === null || effectiveParent(copy) !== undefined) return null
  if (above < rank) return rank > above + LITTLE ? above + LITTLE : null
  return !isRoot && namedIn(copy.visible).length === 0 ? above + 1 : null
}

/** Whether the parent has a smaller rank. */
export const hasSmallerRank = ({ visible }: DirectoryCopy, inSN: Tree | null): boolean => (rankIn(labelsIn(inSN ?? undefined)) ?? Number.POSITIVE_INFINITY) < inSNOf(visible)!.rank

/** Whether it has, and has been told. */
export const isAnnounced = (copy: DirectoryCopy, inSN: Tree | null): boolean => hasSmallerRank(copy, inSN) && labelsIn(below(inSN, [BELOW])).includes(copy.directory)

/** What is to stand below the parent's InSN: that this directory comes, and a smaller rank if it needs one. */
export function roomFor({ directory, visible }: DirectoryCopy, inSN: Tree | null): Tree {
  const { rank } = inSNOf(visible)!
  const above = rankIn(labelsIn(inSN ?? undefined))!
  const lowered: [Label, Tree][] = above < rank ? [] : [[String(rankAbove(rank)), true]]
  return [...lowered, [BELOW, [[directory, true]]]]
}
