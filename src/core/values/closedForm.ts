/**
 * V3, the closed form: what a set of updates means, said without an order. The oracle that the incremental tree is
 * held against in property tests and in the simulator; clear rather than fast.
 */
import type { Label } from '../names'
import { later, type Timestamp } from '../timestamp'
import type { Mark, Update } from './update'

export interface FormNode {
  ts: Timestamp
  mark: Mark
  children: Form
}
export type Form = Map<Label, FormNode>

/**
 * At each label the greatest time-stamp t* among first pairs wins; the mark is absent if some update ends at (l, t*)
 * absent, present if one ends there present or carries t* as its own time-stamp, else implied; below stands the closed
 * form of the tails of the updates that begin with exactly (l, t*).
 */
export function closedForm(updates: readonly Update[]): Form {
  const form: Form = new Map()
  const byLabel = new Map<Label, Update[]>()
  for (const update of updates) {
    const label = update.path[0]![0]
    byLabel.set(label, [...(byLabel.get(label) ?? []), update])
  }
  for (const [label, group] of byLabel) {
    const ts = group.map((update) => update.path[0]![1]).reduce(later)
    const winners = group.filter((update) => update.path[0]![1] === ts)
    const ending = winners.filter((update) => update.path.length === 1)
    const going = winners.filter((update) => update.path.length > 1)
    if (ending.some((update) => update.mark === 'absent')) {
      form.set(label, { ts, mark: 'absent', children: new Map() })
      continue
    }
    const present = ending.length > 0 || going.some((update) => update.path.at(-1)![1] === ts)
    const children = closedForm(going.map((update) => ({ path: update.path.slice(1), mark: update.mark })))
    form.set(label, { ts, mark: present ? 'present' : 'implied', children })
  }
  return form
}

/** What readers see of a form: absent and implied nodes, and all below them, left out. */
export function visibleForm(form: Form): Form {
  const seen: Form = new Map()
  for (const [label, node] of form) if (node.mark === 'present') seen.set(label, { ...node, children: visibleForm(node.children) })
  return seen
}
