/** What a label names in a directory, by the identifier alone. */
import { isDirectoryId, isServerId, type DirectoryId, type Label, type ServerId } from '../names'
import { seesAll, stringAt, type Sees } from '../values/readValue'
import type { ValueTree } from '../values/valueTree'

/** The directory that a label names, as somebody sees it. */
export function directoryNamed(tree: ValueTree, label: Label, sees: Sees = seesAll): DirectoryId | undefined {
  const di = stringAt(tree, [label, 'DR', 'DI'], sees)
  return di !== undefined && isDirectoryId(di) ? di : undefined
}

/** The server that a label names, as somebody sees it. */
export function serverNamed(tree: ValueTree, label: Label, sees: Sees = seesAll): ServerId | undefined {
  const si = stringAt(tree, [label, 'Server', 'SI'], sees)
  return si !== undefined && isServerId(si) ? si : undefined
}
