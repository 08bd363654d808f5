/** Nodes as JSON, the form in which trees are written. */
import type { EncodedNode } from '../../core/values/encodeTree'
import type { JsonTree } from '../../client/nameService'

/** The nodes below, in canonical order. */
export const childrenOf = ([, , , ...children]: EncodedNode): EncodedNode[] => children
export const isPresent = ([, , mark]: EncodedNode): boolean => mark === 1

/** A node as readers see it: true for a leaf, else its labels. Own keys only, `__proto__` too: entries, not assignments. */
export function jsonOf(node: EncodedNode): JsonTree {
  const present = childrenOf(node).filter(isPresent)
  return present.length === 0 || Object.fromEntries(present.map((child) => [child[0], jsonOf(child)]))
}

/** A tree that stands at the end of a path. */
export const jsonAt = (path: readonly string[], tree: JsonTree): JsonTree => path.reduceRight<JsonTree>((below, label) => Object.fromEntries([[label, below]]), tree)
