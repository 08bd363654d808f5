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
import { serverNamed } from './named'

/** The mark of W5: nobody may rely on this any more, for it is about to be removed. */
export const WITHDRAWN = 'Withdrawn'

/** `./Removed/<SI>`: servers that were named here, and were removed while they were gone [S4]. */
export const REMOVED = 'Removed'

export interface ServerEntry {
  server: ServerId
  address: string | undefined
  key: string | undefined
  /** The name (SN) of the server that it points up to: it begins at the root of when it was written, and goes on as any name when another is put above. */
  up: string | undefined
  /** Servers that point up to this one. */
  down: ServerId[]
  /** When its removal was announced [W5]; null when it was not. */
  withdrawn: Timestamp | null
}

export function serverEntry(tree: ValueTree, label: Label): ServerEntry | null {
  const si = serverNamed(tree, label)
  if (si === undefined) return null
  const text = (what: Label): string | undefined => stringAt(tree, [label, 'Server', what])
  return { server: si, address: text('Address'), key: text('Key'), up: text('Up'), down: labelsAt(tree, [label, 'Server', 'Down']).filter(isServerId), withdrawn: visibleAt(tree, [label, 'Server', WITHDRAWN])?.ts ?? null }
}

/**
 * InSN of a directory: its *rank*, less than that of every directory with InSN below it. Names of servers in a directory of
 * smaller rank are shorter [S1 to S3]. The first root has 0; it never changes when directories move, or a root is put above.
 */
export interface InSN {
  rank: number
  withdrawn: Timestamp | null
}

/** Of a root above a directory of this rank: in between there is room for others that it may move below. */
export const rankAbove = (rank: number): number => rank - 1000

/** `./InSN/Below/<DI>`: directories with InSN that are to move here. */
export const BELOW = 'Below'

export function inSNOf(tree: ValueTree): InSN | null {
  const rank = rankIn(labelsAt(tree, ['.', 'InSN']))
  return rank === null ? null : { rank, withdrawn: visibleAt(tree, ['.', 'InSN', WITHDRAWN])?.ts ?? null }
}

/** Of what stands under an InSN; that of a root may have been lowered at several copies: then the least counts. */
export function rankIn(labels: readonly Label[]): number | null {
  const ranks = labels.filter((label) => /^(0|-?[1-9]\d{0,5})$/.test(label)).map(Number)
  return ranks.length === 0 ? null : Math.min(...ranks)
}

/** What relies on the InSN of a directory: the servers named in it, and the directories in it, or on their way, that have InSN themselves. */
export const namedIn = (tree: ValueTree): Label[] => [
  ...[...visibleChildren(tree.root)].flatMap(([label]) => (visibleAt(tree, [label, 'Server']) !== undefined || visibleAt(tree, [label, 'DR', 'InSN']) !== undefined ? [label] : [])),
  ...labelsAt(tree, ['.', 'InSN', BELOW]),
]

export const labelsAt = (tree: ValueTree, path: readonly Label[]): Label[] => childrenAt(tree, path).map(([label]) => label)

function childrenAt(tree: ValueTree, path: readonly Label[]): (readonly [Label, ValueNode])[] {
  const node = visibleAt(tree, path)
  return node === undefined ? [] : [...visibleChildren(node)]
}
