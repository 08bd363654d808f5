/**
 * What a client reads (the paper's "Client level"; SPEC §3): trees without time-stamps, and the value of a path.
 */
import { compareLabels, type Label } from '../names'
import type { Timestamp } from '../timestamp'
import type { TSPair } from './update'
import { visibleAt, visibleChildren, type ValueNode, type ValueTree } from './valueTree'

/** A tree in JSON: `true` (present), `false` (absent), or the labels and trees below. Written as pairs, never as an object keyed by foreign strings. */
export type Tree = boolean | readonly (readonly [label: Label, tree: Tree])[]

/** The tree at a path as readers see it, labels in canonical order; undefined when the node is not present. */
export function readTree(tree: ValueTree, path: readonly Label[], sees: Sees = seesAll): Tree | undefined {
  const node = seenAt(tree, path, sees)
  return node && treeOf(node, path, sees)
}

/** Whether a reader may see what stands at a path. */
export type Sees = (path: readonly Label[]) => boolean
export const seesAll: Sees = () => true

function treeOf(node: ValueNode, path: readonly Label[], sees: Sees): Tree {
  const below = sortedChildren(node, path, sees).map(([label, child]): [Label, Tree] => [label, treeOf(child, [...path, label], sees)])
  return below.length === 0 ? true : below
}

/** The node at a path, if it is present, and shown. The directory itself is shown to everybody. */
const seenAt = (tree: ValueTree, path: readonly Label[], sees: Sees): ValueNode | undefined => (path.length === 0 || sees(path) ? visibleAt(tree, path) : undefined)

const sortedChildren = (node: ValueNode, path: readonly Label[], sees: Sees): [Label, ValueNode][] =>
  [...visibleChildren(node)].filter(([label]) => sees === seesAll || sees([...path, label])).toSorted(([a], [b]) => compareLabels(a, b))

/** What is below a path of a tree; undefined where nothing stands. */
export const below = (tree: Tree | null, path: readonly Label[]): Tree | undefined =>
  path.reduce<Tree | undefined>((found, label) => (typeof found === 'object' ? found.find(([each]) => each === label)?.[1] : undefined), tree ?? undefined)

export const labelsIn = (tree: Tree | undefined): Label[] => (typeof tree === 'object' ? tree.map(([label]) => label) : [])

/** Enumerate: the labels of all visible children, in canonical order. */
export function readLabels(tree: ValueTree, path: readonly Label[], sees: Sees = seesAll): Label[] | undefined {
  const node = seenAt(tree, path, sees)
  return node && sortedChildren(node, path, sees).map(([label]) => label)
}

/** A value: the only child's label if that is a leaf, the set of labels if all are leaves, else the subtree. */
export type Value = string | readonly string[] | Tree

/** The value of a path: (1) a string, (2) a set of strings, (3) the subtree. */
export function valueOf(tree: Tree): Value {
  if (typeof tree === 'boolean') return tree
  if (tree.some(([, below]) => below !== true)) return tree
  return tree.length === 1 ? tree[0]![0] : tree.map(([label]) => label)
}

/** The string at a path whose only child is a leaf, which is how single properties are stored. */
export function stringAt(tree: ValueTree, path: readonly Label[], sees: Sees = seesAll): string | undefined {
  let only: Label | undefined
  for (const [label, { mark }] of visibleAt(tree, path)?.children ?? []) {
    if (mark !== 'present' || (sees !== seesAll && !sees([...path, label]))) continue
    if (only !== undefined) return undefined
    only = label
  }
  return only
}

/** Snapshot: the mark of a node and the TSpath to it, as far as nodes are present. */
export function readSnapshot(tree: ValueTree, labels: readonly Label[], sees: Sees = seesAll): { mark: 'present' | 'absent'; path: TSPair[]; newest: Timestamp } {
  const path: TSPair[] = []
  let node: ValueNode | undefined = tree.root
  for (const label of labels) {
    const child: ValueNode | undefined = node.children?.get(label)
    if (child?.mark !== 'present' || !sees(labels.slice(0, path.length + 1))) return { mark: 'absent', path, newest: node.ts }
    path.push([label, child.ts])
    node = child
  }
  return { mark: 'present', path, newest: node.ts }
}

/** Whether two trees say the same. */
export const sameTree = (a: Tree, b: Tree): boolean => JSON.stringify(normal(a)) === JSON.stringify(normal(b))
/** A tree with its labels in one order, an empty list of labels as what it means: present. */
const normal = (tree: Tree): Tree => (typeof tree === 'boolean' ? tree : tree.length === 0 || tree.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([label, below]) => [label, normal(below)] as const))
