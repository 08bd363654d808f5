/**
 * From what a client wants to the branches of an intent (SPEC §3): ancestors that exist keep their time-stamps, everything
 * new gets the operation's one time-stamp. Drawn up at a copy, signed by the client, submitted to the same copy.
 */
import { failure, isFailure, type Failure } from '../errors'
import { compareLabels, formatPath, shown, type Label } from '../names'
import type { Change } from '../requests'
import { saidAt, takenOver } from './expiration'
import type { Branch } from '../values/intent'
import type { Tree } from '../values/readValue'
import type { ValueNode, ValueTree } from '../values/valueTree'

/** The branches that make a tree so; empty when it is so already. */
export function draft(tree: ValueTree, { procedure, under, tree: wanted, replace }: Change): Branch[] | Failure {
  const { labels, incarnations } = under
  if (labels.length === 0 && (replace || typeof wanted === 'boolean')) return failure('BadRequest', { reason: 'a directory as a whole cannot be replaced; name what is to change in it' })
  if (procedure === 'setLink' && typeof wanted === 'boolean') return failure('BadRequest', { reason: 'a link is set by the tree that is to stand under a label' })
  let node: ValueNode | undefined = tree.root
  for (const [depth, label] of labels.entries()) {
    const child: ValueNode | undefined = node?.children?.get(label)
    node = child?.mark === 'present' ? child : undefined
    const meant = incarnations?.[depth]
    if (meant !== undefined && node?.ts !== meant) return failure('Superseded', { name: formatPath(labels.slice(0, depth + 1)) })
  }
  // Of a reference that is gone nothing is left to take away, and nothing is made for it.
  if (procedure === 'reference' && node === undefined && isAbsent(wanted)) return []
  if (procedure === 'setLink') return wholeLinks(tree, wanted as Pairs)
  if (procedure === 'reference' && labels.length === 1 && typeof wanted !== 'boolean') {
    // M6: it is made where nothing stands, or of what was read there.
    return node !== undefined && incarnations === null ? failure('Superseded', { name: formatPath(labels) }) : wholeReference(labels[0]!, node, wanted)
  }
  if (replace) return replaceAt(tree.root, labels, wanted)
  return below(tree.root, labels.reduceRight<Tree>((deeper, label) => [[label, deeper]], wanted) as Pairs)
}

const isAbsent = (tree: Tree): boolean => tree === false || (typeof tree !== 'boolean' && tree.length > 0 && tree.every(([, deeper]) => isAbsent(deeper)))

type Pairs = readonly (readonly [Label, Tree])[]

/** SetLink: each label's node is replaced whole, unless it is that link already. */
function wholeLinks(tree: ValueTree, pairs: Pairs): Branch[] | Failure {
  const twice = repeated(inOrder(pairs))
  if (twice !== null) return twice
  const changed = pairs.filter(([label, link]) => JSON.stringify(saidAt(tree, label)) !== JSON.stringify(link))
  return allNew(changed.map(([label, link]) => [label, typeof link === 'boolean' ? link : [...link, ...takenOver(tree, label)]] as const))
}

/** What stands under a label for a directory, a reference or the link it left, is made whole: never mixed with somebody else's. */
function wholeReference(label: Label, node: ValueNode | undefined, pairs: Pairs): Branch[] | Failure {
  const branches: Branch[] = []
  for (const [second, tree] of inOrder(pairs)) {
    const isThere = node?.children?.get(second)?.mark === 'present'
    const fresh = typeof tree === 'boolean' ? tree : allNew(tree)
    if (isFailure(fresh)) return fresh
    if (fresh !== false || isThere) branches.push([second, null, fresh])
  }
  return repeated(branches) ?? [[label, node?.ts ?? null, branches]]
}

/** DoUpdates: makes the listed nodes present or absent and leaves their siblings alone. */
function below(node: ValueNode, pairs: Pairs): Branch[] | Failure {
  const branches: Branch[] = []
  for (const [label, tree] of inOrder(pairs)) {
    const child = node.children?.get(label)
    const visible = child?.mark === 'present'
    if (typeof tree === 'boolean' || tree.length === 0) {
      const present = tree !== false
      if (!(present && visible)) branches.push([label, null, present])
    } else if (visible) {
      const deeper = below(child, tree)
      if (isFailure(deeper)) return deeper
      if (deeper.length > 0) branches.push([label, child.ts, deeper])
    } else {
      const fresh = allNew(tree)
      if (isFailure(fresh)) return fresh
      if (fresh.length > 0) branches.push([label, null, fresh])
    }
  }
  return repeated(branches) ?? branches
}

/** SetValue: VD's own node is new too, so its value is replaced whole. */
function replaceAt(root: ValueNode, labels: readonly Label[], wanted: Tree): Branch[] | Failure {
  const fresh = typeof wanted === 'boolean' ? wanted : wanted.length === 0 ? true : allNew(wanted)
  if (isFailure(fresh)) return fresh
  const ancestors: (ValueNode | undefined)[] = []
  let node: ValueNode | undefined = root
  for (const label of labels) {
    const child: ValueNode | undefined = node?.children?.get(label)
    node = child?.mark === 'present' ? child : undefined
    ancestors.push(node)
  }
  if (fresh === false && labels.length > 1 && ancestors.at(-2) === undefined) return []
  let branch: Branch = [labels.at(-1)!, null, Array.isArray(fresh) && fresh.length === 0 ? true : fresh]
  for (let depth = labels.length - 2; depth >= 0; depth--) branch = [labels[depth]!, ancestors[depth]?.ts ?? null, [branch]]
  return [branch]
}

/** A tree that is new throughout; what is absent in it need not be said. */
export function allNew(pairs: Pairs): Branch[] | Failure {
  const branches: Branch[] = []
  for (const [label, tree] of inOrder(pairs)) {
    if (tree === false) continue
    const deeper = tree === true ? [] : allNew(tree)
    if (isFailure(deeper)) return deeper
    branches.push([label, null, deeper.length === 0 ? true : deeper])
  }
  return repeated(branches) ?? branches
}

const inOrder = (pairs: Pairs): Pairs => pairs.toSorted(([a], [b]) => compareLabels(a, b))

function repeated(inOrder: readonly (readonly [Label, ...unknown[]])[]): Failure | null {
  const twice = inOrder.find(([label], i) => inOrder[i + 1]?.[0] === label)
  return twice === undefined ? null : failure('BadRequest', { reason: `the label ${shown(twice[0])} stands twice in one place` })
}
