/** Between trees as the core has them (lists of pairs) and as programs write them (objects, strings, sets of strings). */
import { TX } from '../core/directories/expiration'
import { WITHDRAWN } from '../core/entries/serverEntry'
import { failure, NameServiceError } from '../core/errors'
import { MAX_PATH_LABELS, type Label } from '../core/names'
import { valueOf, type Tree } from '../core/values/readValue'
import type { JsonTree, JsonValue } from './nameService'

/** Own properties only, whatever their names: `__proto__` is a label like any other. */
export function toTree(json: JsonValue, depth = 0): Tree {
  if (depth > MAX_PATH_LABELS) throw new NameServiceError(failure('BadRequest', { reason: `a tree has at most ${MAX_PATH_LABELS} levels` }))
  if (typeof json === 'boolean') return json
  if (typeof json === 'string') return [[json, true]]
  if (Array.isArray(json)) return (json as readonly unknown[]).map((label) => [textOf(label), true] as const)
  if (typeof json !== 'object' || json === null) throw new NameServiceError(failure('BadRequest', { reason: `${String(json)} is neither a tree, a string nor a list of strings` }))
  return Object.entries(json as { readonly [label: string]: JsonTree }).map(([label, below]) => [label, toTree(below, depth + 1)] as const)
}

function textOf(label: unknown): Label {
  if (typeof label === 'string') return label
  throw new NameServiceError(failure('BadRequest', { reason: 'a set is a list of strings' }))
}

export function toJson(tree: Tree): JsonTree {
  return typeof tree === 'boolean' ? tree : Object.fromEntries(tree.map(([label, below]) => [label, toJson(below)]))
}

/** The value of a path: a string, a set of strings, or the tree. */
export function toValue(tree: Tree): JsonValue {
  const value = valueOf(tree)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  return typeof value[0] === 'string' ? (value as readonly string[]) : toJson(tree)
}

/** An entry's tree without what it promises to caches: that is no part of what it says, and is set by `setTX` only. */
export const withoutTX = (tree: JsonTree): JsonTree => {
  const kept = typeof tree === 'boolean' ? [] : Object.entries(tree).filter(([label]) => label !== TX && label !== WITHDRAWN)
  return kept.length === 0 || Object.fromEntries(kept)
}
