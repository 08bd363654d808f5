/**
 * The table of well-known directories ("the root keeps an ersatz super-root, in the form of a table of well-known
 * directories that maps certain DIs into links which are FNs relative to the root"): `./WellKnown/<DI>/<FN>`. So names that
 * begin with the DI of a root of former times can be looked up for ever [O1].
 */
import { isFailure } from '../errors'
import { isDirectoryId, parseStored, type DirectoryId, type Label } from '../names'
import { labelsOfServer, type Server } from '../server'
import { visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { WELL_KNOWN } from '../labels'
import { labelsAt } from '../entries/serverEntry'

/** Where a well-known directory is, as labels from the root whose table this is: of several entries the newest. */
export function wellKnownIn(tree: ValueTree, directory: DirectoryId): Label[] | null {
  const entry = visibleAt(tree, ['.', WELL_KNOWN, directory])
  const [newest] = entry === undefined ? [] : [...visibleChildren(entry)].toSorted(([, a], [, b]) => (a.ts > b.ts ? -1 : 1))
  return newest === undefined ? null : relativeLabels(newest[0])
}

/** The labels of an FN relative to the root. */
export function relativeLabels(text: string): Label[] | null {
  const name = parseStored(text)
  return isFailure(name) || name.from !== '.' || name.up > 0 ? null : name.labels
}

/** All DIs that a table lists. */
export const wellKnownDirectories = (tree: ValueTree): DirectoryId[] => labelsAt(tree, ['.', WELL_KNOWN]).filter(isDirectoryId)

/** Where a name goes on that begins at a DI: at a well-known one from the root, if this server stores that and not the directory itself. */
export function beginningAt({ root, copies }: Pick<Server, 'root' | 'copies'>, directory: DirectoryId, labels: readonly Label[]): { directory: DirectoryId; labels: Label[] } {
  const table = root === null || copies.has(directory) ? undefined : copies.get(root)
  const path = table?.state === 'active' ? wellKnownIn(table.visible, directory) : null
  return path === null ? { directory, labels: [...labels] } : { directory: root!, labels: [...path, ...labels] }
}

/** A server's name (SN) as labels from the root, as far as the table that is stored here says. */
export function pathFromRoot({ root, copies }: Pick<Server, 'root' | 'copies'>, serverName: string): Label[] {
  const name = parseStored(serverName)
  if (isFailure(name) || name.from === '.' || name.from === '/' || name.from === root) return labelsOfServer(serverName)
  const table = root === null ? undefined : copies.get(root)
  const path = table && wellKnownIn(table.visible, name.from)
  return [...(path ?? []), ...name.labels]
}
