/**
 * What a directory says of servers: the entries that name them (`alpha/Server`), and whether it may name any (`./InSN`,
 * "Servers (S)", SPEC §13). Who relies on something announces it where its removal looks: a server that points up to another
 * under that one's entry (`Down`), a directory with InSN in its parent's reference (`DR/InSN`).
 */
import type { Label, ServerId } from '../names'
import { isServerId } from '../names'
import type { Timestamp } from '../timestamp'
import { stringAt } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueNode, type ValueTree } from '../values/valueTree'

/** The mark of W5: nobody may rely on this any more, for it is about to be removed. */
export const WITHDRAWN = 'Withdrawn'

/** `./Removed/<SI>`: servers that were named here, and were removed while they were gone [S4]. */
export const REMOVED = 'Removed'

export interface ServerEntry {
  server: ServerId
  address: string | undefined
  key: string | undefined
  /** The name of the server that it points up to, from the root. */
  up: string | undefined
  /** Servers that point up to this one. */
  down: ServerId[]
  /** When its removal was announced [W5]; null when it was not. */
  withdrawn: Timestamp | null
}

export function serverEntry(tree: ValueTree, label: Label): ServerEntry | null {
  const si = stringAt(tree, [label, 'Server', 'SI'])
  if (si === undefined || !isServerId(si)) return null
  const text = (what: Label): string | undefined => stringAt(tree, [label, 'Server', what])
  return { server: si, address: text('Address'), key: text('Key'), up: text('Up'), down: labelsAt(tree, [label, 'Server', 'Down']).filter(isServerId), withdrawn: visibleAt(tree, [label, 'Server', WITHDRAWN])?.ts ?? null }
}

/** InSN of a directory: how many labels its name has, which its servers' names have before their own; the root's is 0. */
export interface InSN {
  depth: number
  withdrawn: Timestamp | null
}

export function inSNOf(tree: ValueTree): InSN | null {
  const depth = labelsAt(tree, ['.', 'InSN']).find((label) => /^\d{1,2}$/.test(label))
  return depth === undefined ? null : { depth: Number(depth), withdrawn: visibleAt(tree, ['.', 'InSN', WITHDRAWN])?.ts ?? null }
}

/** What relies on the InSN of a directory: the servers named in it, and the directories in it that have InSN themselves. */
export const namedIn = (tree: ValueTree): Label[] => [...visibleChildren(tree.root)].flatMap(([label]) => (visibleAt(tree, [label, 'Server']) !== undefined || visibleAt(tree, [label, 'DR', 'InSN']) !== undefined ? [label] : []))

export const labelsAt = (tree: ValueTree, path: readonly Label[]): Label[] => childrenAt(tree, path).map(([label]) => label)

function childrenAt(tree: ValueTree, path: readonly Label[]): (readonly [Label, ValueNode])[] {
  const node = visibleAt(tree, path)
  return node === undefined ? [] : [...visibleChildren(node)]
}
