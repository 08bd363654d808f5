/** Changes that are planned, seen by somebody who wants a name to be as it is [W3]. */
import { expiredFrom, TX } from '../core/directories/expiration'
import { NEXT } from '../core/entries/planned'
import { WITHDRAWN } from '../core/entries/serverEntry'
import type { Label } from '../core/names'
import { below, labelsIn, sameTree, type Tree } from '../core/values/readValue'

/** What is wanted of each name, or stands there. */
export type Pairs = readonly (readonly [Label, Tree])[]

/** A name of which another change is planned, and from when on that is made, ms since 1970; 0 when at once. */
export interface PlannedElse {
  label: Label
  from: number
}

/** The first of these names that is planned to become something else than is wanted; `whole`: nothing besides may stand there. */
export function plannedElse(entries: Pairs, wanted: Pairs, whole: boolean): PlannedElse | null {
  for (const [label, tree] of wanted) {
    const entry = below(entries, [label])
    const plan = below(entry ?? null, [WITHDRAWN])
    if (plan === undefined) continue
    const next = below(plan, [NEXT]) ?? false
    const isWanted = whole ? sameTree(next, tree) : says(next, tree)
    if (!isWanted) return { label, from: expiredFrom(labelsIn(below(entry!, [TX]))) }
  }
  return null
}

/** Whether all that is wanted of a tree is so in it. */
function says(tree: Tree, wanted: Tree): boolean {
  if (typeof wanted === 'boolean') return wanted === (tree !== false)
  if (wanted.length === 0) return tree !== false
  return wanted.every(([label, deeper]) => says(below(tree, [label]) ?? false, deeper))
}
