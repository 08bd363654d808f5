/** A change that is planned stands beside what it will change [W3]. */
import type { Label } from '../names'
import type { Timestamp } from '../timestamp'
import { readTree, seesAll, type Sees, type Tree } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { WITHDRAWN } from './serverEntry'

/** Below the mark of a planned change: what the entry will be. */
export const NEXT = 'Next'

/** A change that waits until TX has passed [W3]. */
export interface PlannedChange {
  label: Label
  /** The update that announced it: until it is older than F, some copy may extend TX yet. */
  mark: Timestamp
  /** What the entry will be; false: it is deleted. */
  next: Tree
}

/** The change that is planned for what a label names, as far as one sees it. */
export function plannedFor(tree: ValueTree, label: Label, sees: Sees = seesAll): PlannedChange | null {
  const mark = sees([label, WITHDRAWN]) ? visibleAt(tree, [label, WITHDRAWN]) : undefined
  return mark === undefined ? null : { label, mark: mark.ts, next: readTree(tree, [label, WITHDRAWN, NEXT], sees) ?? false }
}

export const plannedIn = (tree: ValueTree): PlannedChange[] => [...visibleChildren(tree.root)].flatMap(([label]) => plannedFor(tree, label) ?? [])
