/**
 * Checkers of the server invariants ("Servers (S)", SPEC §13), over the trees as they stand when all is quiet: the way down
 * from the root by references, as any lookup takes it, and the servers named on it.
 */
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import { namedBy } from '../core/directories/reference'
import { inSNOf, labelsAt, REMOVED, serverEntry, type ServerEntry } from '../core/entries/serverEntry'
import type { DirectoryId, Label, ServerId } from '../core/names'
import { formatPath } from '../core/names'
import { homeOf, type Server } from '../core/server'
import { visibleChildren } from '../core/values/valueTree'
import { ruling } from './checkers'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

/** A directory with its direct name, and a copy of it: when all is quiet they are equal. */
interface Place {
  path: Label[]
  directory: DirectoryId
  copy: DirectoryCopy
}

interface NamedServer {
  path: Label[]
  entry: ServerEntry
}

const accuse = (rule: string, sentence: string): never => {
  throw new Accusation(rule, sentence)
}
const nameOf = (path: readonly Label[]): string => `/${formatPath(path)}`

/** Every directory that lookups come to from the root, the shorter names first. */
function placesOf(world: World, root: DirectoryId): Place[] {
  const places: Place[] = []
  const add = (path: Label[], directory: DirectoryId): void => {
    const active = world.copies(directory).find(({ at, copy }) => at.gone === null && copy.state === 'active')
    if (active !== undefined && !places.some((place) => place.directory === directory)) places.push({ path, directory, copy: active.copy })
  }
  add([], root)
  for (const { path, copy } of places) {
    for (const [label] of visibleChildren(copy.visible.root)) {
      const named = namedBy(copy.visible, label)
      if (named?.type === 'directory') add([...path, label], named.directory)
    }
  }
  return places
}

const serversIn = ({ path, copy }: Place): NamedServer[] => [...visibleChildren(copy.visible.root)].flatMap(([label]) => {
  const entry = serverEntry(copy.visible, label)
  return entry === null ? [] : [{ path: [...path, label], entry }]
})

/** The names, as labels from the root, under which a server is entered. */
export const namesOf = (world: World, root: DirectoryId, server: ServerId): Label[][] => placesOf(world, root).flatMap(serversIn).filter(({ entry }) => entry.server === server).map(({ path }) => path)

/** S4: whoever was removed as gone is entered nowhere, and recorded where it was; nobody waits for it, or has it in a ring; and if it comes back it knows. */
export function removedStayAway(world: World, root: DirectoryId): void {
  const places = placesOf(world, root)
  const recorded = new Map(places.flatMap(({ path, copy }) => labelsAt(copy.visible, ['.', REMOVED]).map((si) => [si, path] as const)))
  for (const at of world.servers) {
    const where = recorded.get(at.id)
    const [entered] = namesOf(world, root, at.id)
    if (entered !== undefined && where !== undefined) accuse('S4', `${at.name} is recorded as removed in ${nameOf(where)}, and entered as ${nameOf(entered)}`)
    if (!at.isRemoved) continue
    if (where === undefined) accuse('S4', `${at.name} was removed, and no record says so`)
    for (const { path, entry } of places.flatMap(serversIn)) if (entry.down.includes(at.id)) accuse('S4', `${nameOf(path)} keeps its name for ${at.name}, which was removed`)
    if (entered !== undefined) accuse('S4', `${at.name} came back after it was removed, and took the name ${nameOf(entered)}`)
    if (!at.alive) nobodyWaitsFor(world, at)
  }
}

function nobodyWaitsFor(world: World, gone: SimServer): void {
  for (const directory of world.database.directories.keys()) {
    for (const { at, copy } of ruling(world, directory)) {
      if (copy.ring.some(({ server }) => server === gone.id)) accuse('S4', `${gone.name} was removed, and is in the ring of ${directory.slice(0, 4)} still, as ${at.name} knows it`)
      if (copy.excluded.some(({ server, abandoned }) => server === gone.id && !abandoned)) accuse('S4', `${gone.name} was removed, and the ring of ${directory.slice(0, 4)} still waits for it, as ${at.name} knows it`)
    }
  }
}

/** S3: from any server one comes to a copy of the root: by then each that belongs to it has been given a name there, unless it was removed. */
export function everyoneIsNamed(world: World, root: DirectoryId): void {
  const named = new Set(placesOf(world, root).flatMap(serversIn).map(({ entry }) => entry.server))
  for (const { id, name, gone, isRemoved, server } of world.servers) {
    if (gone === null && !isRemoved && !server.removed && server.root === root && !named.has(id)) accuse('S3', `${name} belongs to the root, and has come to no copy of it that would give it a name`)
  }
}

/** S1: "every directory d on a direct path from root to an entry that stores a server address has d.inSN = true". */
export function namesHaveInSN(world: World, root: DirectoryId): void {
  const places = placesOf(world, root)
  for (const place of places) {
    for (const { path } of serversIn(place)) {
      for (let depth = 0; depth < path.length; depth++) {
        const above = places.find((other) => nameOf(other.path) === nameOf(path.slice(0, depth)))
        const inSN = above === undefined ? null : inSNOf(above.copy.visible)
        if (inSN === null) return accuse('S1', `the server ${nameOf(path)} is named below ${nameOf(path.slice(0, depth))}, which has no InSN`)
        const higher = places.find((other) => depth > 0 && nameOf(other.path) === nameOf(path.slice(0, depth - 1)))
        const rank = higher && inSNOf(higher.copy.visible)?.rank
        if (rank !== undefined && inSN.rank <= rank) accuse('S1', `${nameOf(path.slice(0, depth))}, below which the server ${nameOf(path)} is named, has the rank ${inSN.rank}, and the directory above it ${rank}`)
      }
    }
  }
}

/** S2: "if d.inSN = true, then either d is the root, or a copy of d is stored on a server with a name shorter than any direct name of d". */
export function inSNHasShorterServer(world: World, root: DirectoryId): void {
  const places = placesOf(world, root)
  for (const { path, directory, copy } of places) {
    const inSN = inSNOf(copy.visible)
    if (path.length === 0 || inSN === null) continue
    const isShorter = (server: Server): boolean => rankOfHome(places, server) < inSN.rank
    const shorter = world.copies(directory).some(({ at, copy: other }) => other.state === 'active' && isShorter(at.server))
    // Where no server at all has a shorter name nothing can be repaired; a copy that was removed by force may have left it so.
    const possible = world.servers.some(({ server }) => !server.removed && isShorter(server))
    if (!shorter && possible) accuse('S2', `${nameOf(path)} has InSN, and no copy on a server with a shorter name: ${world.copies(directory).map(({ at }) => at.server.name).join(', ')}`)
  }
}

/** S3: "every server s either stores the root, or s.up is a shorter name of another server, and s stores a copy of the directory for s.up". */
export function serversReachTheRoot(world: World, root: DirectoryId): void {
  const places = placesOf(world, root)
  const named = places.flatMap(serversIn)
  for (const at of world.servers) {
    const { server } = at
    if (server.removed || at.gone !== null) continue
    const own = named.find(({ path, entry }) => entry.server === at.id && nameOf(path) === `/${server.name}`)
    if (own === undefined) accuse('S3', `${at.name}, which calls itself /${server.name}, is not entered under that name`)
    if (!stores(at, root)) upReaches(at, named, places)
  }
}

/** Of a directory that lookups come to; the root's is the least. */
function rankOf(places: readonly Place[], directory: DirectoryId | null): number {
  const place = places.find((each) => each.directory === directory)
  return place?.path.length === 0 ? Number.NEGATIVE_INFINITY : ((place && inSNOf(place.copy.visible)?.rank) ?? Number.POSITIVE_INFINITY)
}

const rankOfHome = (places: readonly Place[], server: Server): number => rankOf(places, homeOf(server))

const stores = (at: SimServer, directory: DirectoryId): boolean => at.copyOf(directory)?.state === 'active'

function upReaches(at: SimServer, named: readonly NamedServer[], places: readonly Place[]): void {
  const { up, name } = at.server
  if (up === null) return accuse('S3', `/${name} stores no copy of the root and has no up pointer`)
  const above = named.find(({ path }) => nameOf(path) === `/${up.name}`)
  if (above === undefined || above.entry.server === at.id) return accuse('S3', `/${name} points up to /${up.name}, which is no other server's name`)
  if (rankOf(places, up.directory) >= rankOfHome(places, at.server)) accuse('S3', `/${name} points up to /${up.name}, which is no shorter name`)
  if (!stores(at, up.directory)) accuse('S3', `/${name} points up to /${up.name}, and stores no copy of its directory`)
}
