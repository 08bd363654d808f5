/**
 * Which server names are shorter [S2, S3]: those in a directory of smaller rank. Known without asking as far as copies here
 * lead; what is not known counts as long, so that nothing comes to rest on it.
 */
import type { DirectoryCopy, Member } from '../copies/directoryCopy'
import { isFailure } from '../errors'
import { parseStored, type DirectoryId, type Label } from '../names'
import { homeOf, serverNameOf, type Server } from '../server'
import { childStoredHere, namedBy } from './reference'
import { inSNOf, labelsAt, rankIn } from '../entries/serverEntry'
import { beginningAt } from './wellKnown'

/** The rank of the directory of a server's name (SN). Names in the root are the shortest; null: not known here. */
export function rankOfName(server: Server, serverName: string): number | null {
  const name = parseStored(serverName)
  if (isFailure(name) || name.from === '.' || name.from === '/') return null
  const { directory, labels } = beginningAt(server, name.from, name.labels.slice(0, -1))
  return rankAt(server, directory, labels)
}

/** By the copy of the directory, else by the reference in which its InSN is announced. */
function rankAt(server: Server, from: DirectoryId, labels: readonly Label[]): number | null {
  let directory = from
  let announced: number | null = null
  for (const label of labels) {
    const tree = server.copies.get(directory)?.visible
    const named = tree && namedBy(tree, label)
    const next = named?.type === 'directory' ? named.directory : childStoredHere(server, directory, label)?.directory
    if (next === undefined) return null
    announced = tree === undefined ? null : rankIn(labelsAt(tree, [label, 'DR', 'InSN']))
    directory = next
  }
  return rankOfDirectory(server, directory) ?? announced
}

/** Of a directory stored here, or the root: servers are named nowhere above it. */
export function rankOfDirectory({ root, copies }: Server, directory: DirectoryId): number | null {
  if (directory === root) return Number.NEGATIVE_INFINITY
  const tree = copies.get(directory)?.visible
  return (tree && inSNOf(tree)?.rank) ?? null
}

/** Of the directory in which this server is named, as it tells others; null in the root, and where it is not known. */
export function ownRank(server: Server): number | null {
  const home = homeOf(server)
  const rank = home === null ? null : (rankOfDirectory(server, home) ?? rankOfName(server, serverNameOf(server)))
  // A root that is put above may have its name already, before this server takes it to be the root.
  return rank === Number.NEGATIVE_INFINITY ? null : rank
}

/** The members of a ring whose names are known to be shorter than a directory of this rank. */
export const shorterIn = (server: Server, ring: readonly Member[], rank: number): Member[] =>
  ring.filter((member) => (rankOfName(server, member.name) ?? (member.server === server.id ? ownRank(server) : server.peers.get(member.server)?.rank) ?? rank) < rank)

/** S2: whether the ring, this copy perhaps left out, has a member on a server whose name is shorter than the directory's. */
export const hasShorter = (server: Server, { ring, id }: DirectoryCopy, rank: number, withoutThis = false): boolean => shorterIn(server, ring, rank).some((member) => !(withoutThis && member.copy === id))
