/**
 * Placement: which copies S2 and S3 rest on. What a server can see for itself is checked here, in one step; two servers that
 * give up the last two such copies at once are not: CheckS finds that, and makes a new one.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { hasShorter, ownRank } from '../directories/rank'
import { inSNOf } from '../entries/serverEntry'
import { failure, type Failure } from '../errors'
import type { DirectoryId } from '../names'
import { homeOf, type Server } from '../server'
import { withoutShorter } from './setInSN'

/** What giving up a copy would break, or null. */
export const leavingFault = (server: Server, copy: DirectoryCopy): Failure | null => (copy.state === 'active' && copy.pointer.copy !== copy.id ? (ownCopyFault(server, copy.directory) ?? shorterCopyFault(server, copy)) : null)

/** S2: the directory has InSN, and no other copy of it is on a server with a shorter name. */
export function shorterCopyFault(server: Server, copy: DirectoryCopy, newRank = Number.POSITIVE_INFINITY): Failure | null {
  const inSN = inSNOf(copy.visible)
  const isRoot = copy.directory === server.root || homeOf(server) === null
  // While it is not known, as short as can be: then more rests on the copy.
  const rank = homeOf(server) === server.root ? Number.NEGATIVE_INFINITY : (ownRank(server) ?? Number.NEGATIVE_INFINITY)
  const isNeeded = inSN !== null && !isRoot && rank < inSN.rank && newRank >= inSN.rank && !hasShorter(server, copy, inSN.rank, true)
  return isNeeded ? withoutShorter(copy, newRank === Number.POSITIVE_INFINITY ? `Removing the copy on ${server.name}` : `The longer name of ${server.name}`) : null
}

const stores = ({ copies }: Server, directory: DirectoryId | null): boolean => directory !== null && copies.get(directory)?.state === 'active'

/** S3: whether this server stores the root, or the directory of a server that it points up to. */
export const isPlaced = (server: Server): boolean => stores(server, server.root) || (server.up !== null && stores(server, server.up.directory))

function ownCopyFault(server: Server, directory: DirectoryId): Failure | null {
  const { root, up, name, removed } = server
  if (removed) return null
  const hasOther = directory === root ? up !== null && up.directory !== root && stores(server, up.directory) : up?.directory !== directory || stores(server, root)
  if (hasOther) return null
  const what = `Removing the copy of #${directory} on ${name}`
  if (directory !== root) return failure('WouldBreak', { what, rule: 'S3', reason: `${name} points up to ${up!.name}, whose directory this is`, next: 'Give it another up pointer with setUpOn first, or remove the server with removeS' })
  const reason = homeOf(server) === root ? `${name} is named in the root, so no server has a shorter name to point up to` : `${name} has no up pointer to a server whose directory it stores otherwise`
  return failure('WouldBreak', { what, rule: 'S3', reason, next: 'Name it deeper in the tree with setUpOn, with an up pointer, or remove the server with removeS' })
}
