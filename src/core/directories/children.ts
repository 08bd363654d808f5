/**
 * `./Child.<DI>`: who comes to lie in a directory announces it there first, before its own record says so [W5, M6]. So the
 * removal of the directory, which looks there, meets everyone who lies in it, or may yet.
 *
 * An announcement is of one record [M1] and stays as long as that may count. The reference would not do: of two directories
 * made under one name it is of the later alone, and the other has none until it has found itself another name. Each is a label
 * of its own under `.`: a node in between, made at two copies at once, would be the later one's alone [V1].
 */
import { isServerId, type DirectoryId, type Label, type ServerId } from '../names'
import { millisecondsOf, timestamp, timeOf, type Timestamp } from '../timestamp'
import { INTENT_LIFE } from '../values/intent'
import { labelsAt } from '../entries/serverEntry'
import type { Tree } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { CHILD } from '../labels'
import { directoryIn, recordKey, type Judged } from '../entries/parents'

/** The label, in the parent, of the announcement of a directory that is made there, or of the record `id` of a move. */
export const childLabel = (directory: DirectoryId, id?: string): Label => `${CHILD}.${id === undefined ? directory : recordKey(directory, id)}`

/** Below it stands the name that it is to have; where it is to be made; and of a name that a server chose, since that was taken, the announcement that it stands instead of. */
export const NAMED = 'Named'
export const INSTEAD = 'Instead'
export const announcement = (label: Label, named: Label, { maker, instead }: { maker?: ServerId; instead?: Label } = {}): [Label, Tree] => {
  const one = (child: Label): Tree => [[child, true]]
  return [label, [[NAMED, one(named)], ...(maker === undefined ? [] : [[maker, true] as [Label, Tree]]), ...(instead === undefined ? [] : [[INSTEAD, one(instead)] as [Label, Tree]])]]
}

export interface Announced {
  label: Label
  child: DirectoryId
  /** The names that were said it is to have here: one, where the announcement is as it should be. */
  names: Label[]
  /** Where it was to be made; null for one that moved here. */
  maker: ServerId | null
  ts: Timestamp
}

/** The announcement, in the parent, of a record of this directory whose key is that. */
export const announcementOf = (directory: DirectoryId, key: Label): Label => childLabel(directory, key.split('.')[1])

/** The directory that an announcement is of; null for any other label. */
export const childIn = (label: Label): DirectoryId | null => (label.startsWith(`${CHILD}.`) ? directoryIn(label.slice(CHILD.length + 1)) : null)

export function announcedIn(tree: ValueTree): Announced[] {
  const self = visibleAt(tree, ['.'])
  return [...(self === undefined ? [] : visibleChildren(self))].flatMap(([label, node]) => {
    const child = childIn(label)
    const maker = [...visibleChildren(node)].map(([below]) => below).find(isServerId)
    return child === null ? [] : [{ label, child, names: labelsAt(tree, ['.', label, NAMED]), maker: maker ?? null, ts: node.ts }]
  })
}

/**
 * Whether what was announced is there, never will be, or may come yet; by all records of the child, complete before F. Its
 * record was signed before the announcement, so it is stamped within the life of an intent after it, or never [A1].
 */
export function judge({ label, child, ts }: Announced, parent: DirectoryId, records: readonly Judged[], stableMark: Timestamp): 'there' | 'over' | 'open' {
  const record = records.find((each) => each.parent === parent && announcementOf(child, each.key) === label)
  if (record === undefined) return stableMark > timestamp(timeOf(ts) + INTENT_LIFE * 1000, '0') ? 'over' : 'open'
  return isOver(record, records) ? 'over' : 'there'
}

/** Whether a record counts no more, and never will: it is void, or the directory has gone on for good. */
export const isOver = (record: Judged, records: readonly Judged[]): boolean => record.verdict === 'void' || records.some(({ ts, verdict }) => verdict === 'settled' && ts > record.ts)

/** ms since 1970: after that no server makes the directory that was announced, by its own clock. */
export const makeableUntil = ({ ts }: Announced): number => millisecondsOf(ts) + INTENT_LIFE
