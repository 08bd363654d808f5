/**
 * The value tree of a directory (figure 2; SPEC §3): arcs have labels, nodes a time-stamp and a mark.
 *
 * A tree may share nodes with another (`share`): a node belongs to the tree whose `edition` it carries, and is copied
 * before another tree changes it. So the base of a copy and what its readers see cost one tree, not two.
 */
import { invariant } from '../assert'
import type { Label } from '../names'
import { BEGINNING, type Timestamp } from '../timestamp'
import { greaterMark, type Mark, type TSPath, type Update } from './update'

/** Identity of one tree; compared, never read. */
export interface Edition {
  readonly edition: true
}

export interface ValueNode {
  ts: Timestamp
  mark: Mark
  /** Null when there is nothing below; never an empty map; always null below an absent mark [V1]. */
  children: Map<Label, ValueNode> | null
  edition: Edition
}

export interface ValueTree {
  /** The directory itself: has no label, is always present. */
  root: ValueNode
  edition: Edition
  /** How many nodes with a present mark there are below the root. */
  live: number
  /** How many nodes each time-stamp has; kept only where proofs are (the base), else null. */
  tally: Map<Timestamp, number> | null
}

const newEdition = (): Edition => ({ edition: true })

export function emptyTree(tally: Map<Timestamp, number> | null = null): ValueTree {
  const edition = newEdition()
  return { root: { ts: BEGINNING, mark: 'present', children: null, edition }, edition, live: 0, tally }
}

/** A second tree with the same nodes. Whichever changes first copies what it changes: one table per touched level. */
export function share(tree: ValueTree): ValueTree {
  tree.edition = newEdition()
  return { root: tree.root, edition: newEdition(), live: tree.live, tally: null }
}

/** Applies one update [V1]. For whole sets, `intent.ts` walks the branches at once by the same two functions. */
export function applyUpdate(tree: ValueTree, { path, mark }: Update): void {
  const own = path.at(-1)
  invariant(own !== undefined, 'V1', 'an update has a path of at least one pair')
  let parent = ownRoot(tree)
  for (const [label, ts] of path.slice(0, -1)) {
    const node = walkInto(tree, parent, label, ts, ts === own[1] ? 'present' : 'implied')
    if (node === null) return
    parent = node
  }
  setMark(tree, parent, own[0], own[1], mark)
}

/** The root, this tree's own copy of it: where every walk begins. */
export function ownRoot(tree: ValueTree): ValueNode {
  if (tree.root.edition !== tree.edition) tree.root = copyNode(tree, tree.root)
  return tree.root
}

/**
 * One step down a TSpath [V1], to the child (label, ts). No such child, or an older one: it is grafted with this mark,
 * replacing the older with its subtree. Null when the rest has no effect: a newer child, or an absent one of this ts.
 */
export function walkInto(tree: ValueTree, parent: ValueNode, label: Label, ts: Timestamp, mark: 'implied' | 'present'): ValueNode | null {
  const child = parent.children?.get(label)
  if (child === undefined || child.ts < ts) return graft(tree, parent, label, child, ts, mark)
  if (child.ts > ts || child.mark === 'absent') return null
  const mine = ownChild(tree, parent, label, child)
  if (mine.mark === 'implied' && mark === 'present') {
    mine.mark = 'present'
    tree.live++
  }
  return mine
}

/** One step to a present node (label, ts) that is there exactly so; null when it is not. */
export function walkTo(tree: ValueTree, parent: ValueNode, label: Label, ts: Timestamp): ValueNode | null {
  const child = parent.children?.get(label)
  return child?.ts === ts && child.mark === 'present' ? ownChild(tree, parent, label, child) : null
}

/** The last step of an update [V1]: the child (label, ts) gets the mark, unless a newer one is there. */
export function setMark(tree: ValueTree, parent: ValueNode, label: Label, ts: Timestamp, mark: 'present' | 'absent'): void {
  const child = parent.children?.get(label)
  if (child === undefined || child.ts < ts) {
    graft(tree, parent, label, child, ts, mark)
    return
  }
  if (child.ts > ts || child.mark === greaterMark(child.mark, mark)) return
  const mine = ownChild(tree, parent, label, child)
  if (mark === 'absent') dropChildren(tree, mine)
  if (mine.mark === 'present') tree.live--
  mine.mark = mark
  if (mark === 'present') tree.live++
}

/** Takes the node at the end of a TSpath away if it is there, exactly so, and absent [G1]. */
export function forgetAbsent(tree: ValueTree, path: TSPath): void {
  let parent = ownRoot(tree)
  for (const [label, ts] of path.slice(0, -1)) {
    const child = parent.children?.get(label)
    if (child === undefined || child.ts !== ts) return
    parent = ownChild(tree, parent, label, child)
  }
  const last = path.at(-1)
  const child = last && parent.children?.get(last[0])
  if (last === undefined || child === undefined || child.ts !== last[1] || child.mark !== 'absent') return
  removed(tree, child)
  parent.children!.delete(last[0])
  if (parent.children!.size === 0) parent.children = null
}

/** The node at the end of a path of labels, whatever its mark; undefined when there is none. */
export function nodeAt(tree: ValueTree, path: readonly Label[]): ValueNode | undefined {
  let node: ValueNode | undefined = tree.root
  for (const label of path) node = node?.children?.get(label)
  return node
}

/** The node at the end of a path if every node on the way is present, which is when a reader sees it [V2]. */
export function visibleAt(tree: ValueTree, path: readonly Label[]): ValueNode | undefined {
  let node: ValueNode | undefined = tree.root
  for (const label of path) {
    node = node.children?.get(label)
    if (node?.mark !== 'present') return undefined
  }
  return node
}

export function* visibleChildren(node: ValueNode): Generator<[Label, ValueNode]> {
  for (const entry of node.children ?? []) if (entry[1].mark === 'present') yield entry
}

function graft(tree: ValueTree, parent: ValueNode, label: Label, old: ValueNode | undefined, ts: Timestamp, mark: Mark): ValueNode {
  if (old !== undefined) removed(tree, old)
  const node: ValueNode = { ts, mark, children: null, edition: tree.edition }
  parent.children ??= new Map()
  parent.children.set(label, node)
  if (mark === 'present') tree.live++
  tree.tally?.set(ts, (tree.tally.get(ts) ?? 0) + 1)
  return node
}

function dropChildren(tree: ValueTree, node: ValueNode): void {
  for (const child of node.children?.values() ?? []) removed(tree, child)
  node.children = null
}

/** Counts a node and all below it as gone. */
function removed(tree: ValueTree, node: ValueNode): void {
  if (node.mark === 'present') tree.live--
  if (tree.tally !== null) {
    const left = (tree.tally.get(node.ts) ?? 0) - 1
    if (left > 0) tree.tally.set(node.ts, left)
    else tree.tally.delete(node.ts)
  }
  for (const child of node.children?.values() ?? []) removed(tree, child)
}

function copyNode(tree: ValueTree, node: ValueNode): ValueNode {
  return { ts: node.ts, mark: node.mark, children: node.children && new Map(node.children), edition: tree.edition }
}

function ownChild(tree: ValueTree, parent: ValueNode, label: Label, child: ValueNode): ValueNode {
  if (child.edition === tree.edition) return child
  const mine = copyNode(tree, child)
  parent.children!.set(label, mine)
  return mine
}
