/**
 * Where a directory is (SPEC §11): its back-references say under which names it stands, or stood; of all that directories
 * say of themselves follows which of these are in force. No lock and no order of messages has a part in it.
 */
import { isDirectoryId, type DirectoryId, type Label } from '../names'
import type { Timestamp } from '../timestamp'
import type { ValueTree } from '../values/valueTree'
import { visibleAt, visibleChildren } from '../values/valueTree'

/** What is known of a record: that it took effect, that it never will, or nothing final yet [M3]. */
export const verdicts = ['settled', 'void', 'pending'] as const
export type Verdict = (typeof verdicts)[number]

/** BR: a record of a directory that it has, had, or is to have this name in this parent. */
export interface BackReference {
  parent: DirectoryId
  label: Label
  ts: Timestamp
  /** The directory was made with it: it is older than whatever clocks say of moves to it, or of what lies below it. */
  born: boolean
  /** It is to put a root below another directory: void if it was no root any more [O2]. */
  ofRoot: boolean
}

export interface Judged extends BackReference {
  /** Where it stands below `./BR`: no other record has this key, so none ever replaces another [M1]. */
  key: Label
  verdict: Verdict
}

/** The marks under a record. */
export const SETTLED = 'Settled'
export const VOID = 'Void'
export const OF_ROOT = 'OfRoot'

/** Of a directory, so that no record needs to go. */
export const MAX_RECORDS = 256

/** `./BR/<parent>` is the record it was made with, `./BR/<parent>.<id>` that of a move. */
export const recordKey = (parent: DirectoryId, id: string): Label => `${parent}.${id}`

/** The directory that a key begins with. */
export function directoryIn(key: Label): DirectoryId | null {
  const [parent = '', id] = key.split('.')
  return isDirectoryId(parent) && (id === undefined || /^[a-z2-7]{8}$/.test(id)) ? parent : null
}

/** All back-references of a directory, oldest first. The one that it was born with is settled: nothing lay below it then. */
export function backReferences(tree: ValueTree): Judged[] {
  const made = visibleAt(tree, ['.'])?.ts
  const records = visibleAt(tree, ['.', 'BR'])
  const found: Judged[] = []
  for (const [key, node] of records === undefined ? [] : visibleChildren(records)) {
    const parent = directoryIn(key)
    for (const [label, record] of parent === null ? [] : visibleChildren(node)) {
      const marks = [...visibleChildren(record)].map(([mark]) => mark)
      const born = record.ts === made
      const verdict = born || marks.includes(SETTLED) ? 'settled' : marks.includes(VOID) ? 'void' : 'pending'
      found.push({ parent: parent!, label, ts: record.ts, born, ofRoot: marks.includes(OF_ROOT), key, verdict })
    }
  }
  return found.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
}

/**
 * M2, as one copy knows it: the newest settled record; or a newer one with the same parent, which cannot be void while no
 * move came between. Undefined for a root.
 */
export const effectiveParent = ({ visible }: { visible: ValueTree }): Judged | undefined => inForce(backReferences(visible))

/** Whether the directory was made as a root, as its DI was made without a parent. */
export const madeAsRoot = ({ visible }: { visible: ValueTree }): boolean => !backReferences(visible).some(({ born }) => born)

/** Of a directory's records, oldest first, the one that is its name now. */
export function inForce<R extends Pick<Judged, 'parent' | 'ts' | 'verdict' | 'ofRoot'>>(records: readonly R[]): R | undefined {
  const settled = records.findLast(({ verdict }) => verdict === 'settled')
  const isAtOnce = ({ verdict, ofRoot }: R): boolean => verdict === 'pending' && !ofRoot
  return records.findLast((record) => record === settled || (record.parent === settled?.parent && record.ts > settled.ts && isAtOnce(record)))
}

/** The moves of a directory that are not decided yet, oldest first. */
export const pendingIn = ({ visible }: { visible: ValueTree }): Judged[] => backReferences(visible).filter(({ verdict }) => verdict === 'pending')

/** A record, with whose it is. */
export interface Placing extends BackReference {
  directory: DirectoryId
}

/**
 * M2: one after the other each record takes effect, unless its directory would come to lie below itself: then it is void.
 * First those that directories were born with, then moves by their time-stamps. So the parents of any set of records are a
 * tree, and of two moves that cross the later is void. Of two that put a root below something else, too [O2]; what is no root
 * moves only within the tree of one.
 */
export function parentsBy(records: readonly Placing[]): { parents: Map<DirectoryId, Placing>; voided: Set<Timestamp> } {
  const parents = new Map<DirectoryId, Placing>()
  const voided = new Set<Timestamp>()
  for (const record of records.toSorted((a, b) => (a.born === b.born ? a.ts < b.ts : a.born) ? -1 : 1)) {
    const above = wayUp(parents, record.parent)
    const isMisplaced = record.ofRoot ? parents.has(record.directory) : !record.born && above.at(-1) !== wayUp(parents, record.directory).at(-1)
    if (above.includes(record.directory) || isMisplaced) voided.add(record.ts)
    else parents.set(record.directory, record)
  }
  return { parents, voided }
}

/** A directory, and all that it lies below, the root last. */
export function wayUp(parents: ReadonlyMap<DirectoryId, Pick<BackReference, 'parent'>>, directory: DirectoryId): DirectoryId[] {
  const way: DirectoryId[] = []
  for (let at: DirectoryId | undefined = directory; at !== undefined; at = parents.get(at)?.parent) way.push(at)
  return way
}
