/**
 * What this server knows of another one that may be gone for good: the rings in which it still is, those that wait for what
 * it alone has, the directories of which no reference names another server, and the servers that it points up to. An
 * administrator sees it before it is removed.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { effectiveParent } from '../entries/parents'
import { serverEntry } from '../entries/serverEntry'
import { namedBy, serverIdOf, tellsName, type SightAt } from '../directories/reference'
import { formatLabels, nameBelow, type DirectoryId, type Label, type ServerId } from '../names'
import type { Traces } from '../requests'
import type { Server } from '../server'
import { seesAll, type Sees } from '../values/readValue'
import { visibleChildren, type ValueTree } from '../values/valueTree'

/** Of each kind, told at most. */
export const MAX_TRACES = 256

/** What is told of directories that are not to be told of: that there is one, since a server that it still needs is not removed [S4]. */
export const UNTOLD = 'a directory that says nothing of you'

/** As it is told to somebody who asked at a directory: of what may not be read no name, and no reference. */
export function tracesOf(server: Server, gone: ServerId, asked: DirectoryId, sightAt: SightAt, isTold: (directory: DirectoryId) => boolean): Traces {
  const copies = [...server.copies.values()].filter(({ state }) => state === 'active')
  const of = (directory: DirectoryId): { directory: DirectoryId; name: string } => ({ directory, name: nameKnownHere(server, directory, sightAt) })
  const told = (those: readonly DirectoryCopy[]): Traces['rings'] => those.filter(({ directory }) => isTold(directory)).map(({ directory }) => of(directory)).slice(0, MAX_TRACES - 1)
  const rings = copies.filter(({ ring }) => ring.some((member) => member.server === gone))
  const awaiting = copies.filter(({ excluded }) => excluded.some((exclusion) => exclusion.server === gone && !exclusion.abandoned))
  return {
    rings: [...told(rings), ...([...rings, ...awaiting].every(({ directory }) => isTold(directory)) ? [] : [{ directory: asked, name: UNTOLD }])],
    awaited: told(awaiting),
    alone: copies
      .flatMap((copy) =>
        labelsBelow(copy.visible).flatMap((label) => {
          const named = namedBy(copy.visible, label, sightAt(copy))
          const isAlone = named?.type === 'directory' && !server.copies.has(named.directory) && named.servers.length > 0 && named.servers.every((name) => serverIdOf(server, name) === gone)
          return isAlone ? [{ directory: named.directory, name: nameBelow(of(copy.directory).name, label) }] : []
        }),
      )
      .slice(0, MAX_TRACES),
    above: copies
      .filter(({ directory }) => isTold(directory))
      .flatMap((copy) => labelsBelow(copy.visible).filter((label) => keepsNameFor(copy.visible, label, gone, sightAt(copy))).map((label) => ({ directory: copy.directory, label, name: nameBelow(of(copy.directory).name, label) })))
      .slice(0, MAX_TRACES),
  }
}

const keepsNameFor = (tree: ValueTree, label: Label, gone: ServerId, sees: Sees): boolean => serverEntry(tree, label)?.down.includes(gone) === true && sees([label, 'Server', 'Down', gone])

const labelsBelow = ({ root }: ValueTree): Label[] => [...visibleChildren(root)].map(([label]) => label)

/** A directory's name by its back-references, as far up as copies here lead, and tell it to somebody. */
export function nameKnownHere(server: Server, directory: DirectoryId, sightAt: SightAt = () => seesAll): string {
  const labels: Label[] = []
  let at = directory
  for (let copy = server.copies.get(at); copy !== undefined && labels.length < 16; copy = server.copies.get(at)) {
    const parent = effectiveParent(copy)
    if (parent === undefined || !tellsName(server, copy, sightAt)) break
    labels.unshift(parent.label)
    at = parent.parent
  }
  return labels.length === 0 ? `#${at}` : `#${at}/${formatLabels(labels)}`
}
