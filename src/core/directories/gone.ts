/**
 * `./Gone.<DI>`: what is left of directories that were removed, in the directory that they lay in: their records, by which moves
 * of others are still decided [M3]. They go up with that directory when it is removed itself. What stands there was never a
 * guess: it is written when the only copy had closed.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import type { Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import type { Outcomes } from '../requests'
import type { Server } from '../server'
import { isTimestamp, isoTime, LAST, millisecondsOf, type Timestamp } from '../timestamp'
import { readTree, type Tree } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueNode, type ValueTree } from '../values/valueTree'
import { GONE } from '../labels'
import { backReferences, directoryIn, OF_ROOT, verdicts, type Judged } from '../entries/parents'

export const goneLabel = (directory: DirectoryId): Label => `${GONE}.${directory}`
/** The directory that a label is what is left of; null for any other label. */
export const goneIn = (label: Label): DirectoryId | null => (label.startsWith(`${GONE}.`) ? directoryIn(label.slice(GONE.length + 1)) : null)
const BORN = 'born'

type Pair = readonly [Label, Tree]

/** What is to be left of a directory, last, and of those that were removed from it. */
export const leftOf = ({ directory, visible }: DirectoryCopy): Pair[] => {
  const self = readTree(visible, ['.'])
  return [...(typeof self === 'object' ? self.filter(([label]) => goneIn(label) !== null) : []), [goneLabel(directory), backReferences(visible).map(({ ts, key, label, born, ofRoot, verdict }): Pair => [ts, [[key, [[label, [[born ? BORN : verdict, true], ...(ofRoot ? [[OF_ROOT, true] as const] : [])]]]]]])]]
}

/** What a copy here knows of a directory that was removed, and since when it is; null when it was not, as far as is known here. Nothing is ever added to its records, so they are complete. */
export function goneHere(server: Server, directory: DirectoryId): { outcome: Outcomes['records']; when: Timestamp } | null {
  for (const copy of server.copies.values()) {
    const node = copy.state === 'active' ? visibleAt(copy.visible, ['.', goneLabel(directory)]) : undefined
    if (node !== undefined) return { outcome: { directory, records: recordsIn(node), stableMark: LAST, server: server.id, gone: { in: copy.directory, known: node.ts < copy.stableMark } }, when: node.ts }
  }
  return null
}

/** When a directory that had this name here was removed, in words; null when none was. */
export function removedFrom({ directory, visible }: DirectoryCopy, label: Label): string | null {
  const self = visibleAt(visible, ['.'])
  for (const [gone, node] of self === undefined ? [] : visibleChildren(self)) {
    const [last] = goneIn(gone) === null ? [] : recordsIn(node).filter(({ parent }) => parent === directory).slice(-1)
    if (last?.label === label) return whenRemoved(node.ts)
  }
  return null
}

/** Whether a failure may come of a directory that was removed: nobody who was asked has a copy. */
export const isOfNobody = ({ code }: Failure): boolean => code === 'NoCopyReachable' || code === 'NoCopyHere' || code === 'ServerUnreachable'

/** Every directory that was removed from here, or from what was, with its records. */
export function removedIn(tree: ValueTree): [DirectoryId, Judged[]][] {
  const self = visibleAt(tree, ['.'])
  return [...(self === undefined ? [] : visibleChildren(self))].flatMap(([label, node]): [DirectoryId, Judged[]][] => {
    const directory = goneIn(label)
    return directory === null ? [] : [[directory, recordsIn(node)]]
  })
}

export const whenRemoved = (ts: Timestamp): string => `the directory was removed on ${isoTime(millisecondsOf(ts)).slice(0, 16).replace('T', ' at ')} UTC`

function recordsIn(node: ValueNode): Judged[] {
  const records: Judged[] = []
  for (const [ts, keys] of visibleChildren(node)) {
    for (const [key, labels] of visibleChildren(keys)) {
      const parent = directoryIn(key)
      for (const [label, marks] of parent === null || !isTimestamp(ts) ? [] : visibleChildren(labels)) {
        const said = [...visibleChildren(marks)].map(([mark]) => mark)
        const verdict = verdicts.find((each) => said.includes(each)) ?? 'settled'
        records.push({ parent: parent!, label, ts: ts as Timestamp, born: said.includes(BORN), ofRoot: said.includes(OF_ROOT), key, verdict })
      }
    }
  }
  return records.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
}
