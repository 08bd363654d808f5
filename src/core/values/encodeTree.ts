/**
 * V4. One canonical encoding of trees, labels ordered by their UTF-8 bytes, so that trees compare as texts.
 *
 * A node is [label, ts, mark, children…] with mark 0 implied, 1 present, 2 absent; a tree is the list of its nodes.
 */
import { compareLabels, type Label } from '../names'
import type { Timestamp } from '../timestamp'
import { emptyTree, type ValueNode, type ValueTree } from './valueTree'
import type { Mark } from './update'

export type EncodedNode = [label: Label, ts: Timestamp, mark: 0 | 1 | 2, ...children: EncodedNode[]]

interface Readable {
  ts: Timestamp
  mark: Mark
  children: ReadonlyMap<Label, Readable> | null
}

const marks: readonly Mark[] = ['implied', 'present', 'absent']

/** All nodes below, in canonical order; works for trees and for closed forms alike. */
export function encodeChildren(children: ReadonlyMap<Label, Readable> | null): EncodedNode[] {
  const entries = [...(children ?? [])].toSorted(([a], [b]) => compareLabels(a, b))
  return entries.map(([label, node]) => [label, node.ts, marks.indexOf(node.mark) as 0 | 1 | 2, ...encodeChildren(node.children)])
}

/** The nodes that readers see. */
export function encodeVisible(children: ReadonlyMap<Label, Readable> | null): EncodedNode[] {
  const entries = [...(children ?? [])].filter(([, node]) => node.mark === 'present').toSorted(([a], [b]) => compareLabels(a, b))
  return entries.map(([label, node]) => [label, node.ts, 1, ...encodeVisible(node.children)])
}

export function decodeTree(nodes: readonly EncodedNode[], tally: Map<Timestamp, number> | null): ValueTree {
  const tree = emptyTree(tally)
  tree.root.children = decodeChildren(tree, nodes)
  return tree
}

function decodeChildren(tree: ValueTree, nodes: readonly EncodedNode[]): Map<Label, ValueNode> | null {
  if (nodes.length === 0) return null
  const children = new Map<Label, ValueNode>()
  for (const [label, ts, mark, ...below] of nodes) {
    if (mark === 1) tree.live++
    tree.tally?.set(ts, (tree.tally.get(ts) ?? 0) + 1)
    children.set(label, { ts, mark: marks[mark]!, children: decodeChildren(tree, below), edition: tree.edition })
  }
  return children
}
