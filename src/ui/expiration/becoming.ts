/** What a planned change makes of an entry, beside what the entry is now [W3]. */
import { withoutTX } from '../../client/json'
import type { JsonTree } from '../../client/nameService'
import { NEXT } from '../../core/entries/planned'
import { WITHDRAWN } from '../../core/entries/serverEntry'
import { formatPath, type Label } from '../../core/names'

/** One property, with what is below it. */
export interface Becoming {
  /** The path to it below the entry; empty for what stands in the entry itself. */
  property: string
  values: { text: Label; fate: 'goes' | 'stays' | 'comes' }[]
}

/** @param entry as it stands, with what is planned for it. Properties that change come first; none where the plan may not be read. */
export function becoming(entry: JsonTree): Becoming[] {
  const planned = at(at(entry, WITHDRAWN), NEXT)
  if (planned === undefined) return []
  const now = leavesOf(withoutTX(entry))
  const next = leavesOf(planned)
  const found = [...new Set([...now.keys(), ...next.keys()])].map((property): Becoming => {
    const [old, made] = [now.get(property) ?? [], next.get(property) ?? []]
    const going = old.filter((text) => !made.includes(text)).map((text) => ({ text, fate: 'goes' as const }))
    return { property, values: [...going, ...made.map((text) => ({ text, fate: old.includes(text) ? ('stays' as const) : ('comes' as const) }))] }
  })
  return found.toSorted((a, b) => Number(isKept(a)) - Number(isKept(b)))
}

const isKept = ({ values }: Becoming): boolean => values.every(({ fate }) => fate === 'stays')

/** Own labels only: `__proto__` is one like any other. */
const at = (tree: JsonTree | undefined, label: Label): JsonTree | undefined => (typeof tree === 'object' && Object.hasOwn(tree, label) ? tree[label] : undefined)

/** The leaves of a tree, by the path to what they stand in. */
function leavesOf(tree: JsonTree): Map<string, Label[]> {
  const found = new Map<string, Label[]>()
  const visit = (below: JsonTree, path: readonly Label[]): void => {
    for (const [label, deeper] of typeof below === 'boolean' ? [] : Object.entries(below)) {
      if (typeof deeper === 'object') visit(deeper, [...path, label])
      else found.set(formatPath(path), [...(found.get(formatPath(path)) ?? []), label])
    }
  }
  visit(tree, [])
  return found
}
