/** Word of an epoch [E3, E7]: who rules is told to whoever speaks from an older one, and asked of whoever speaks from a newer one. */
import type { CopyId } from '../names'
import { send, type Turn } from '../server'
import { logDigestOf, type DirectoryCopy, type Epoch, type RingPointer } from './directoryCopy'

/** Tells the server of a copy that this copy's epoch rules; it says so if that copy is gone. */
export function tellEpoch(turn: Turn, copy: DirectoryCopy, { copy: to, server }: RingPointer): void {
  const { directory, epoch, id: from } = copy
  if (server !== turn.server.id) send(turn, server, { type: 'epochNews', directory, to, epoch, from, ring: [...copy.ring], excluded: [...copy.excluded], lineage: [...copy.lineage], digest: logDigestOf(copy) })
}

/** Asks a copy what became of an epoch, or who rules if it is in a newer one than this copy. */
export function askEpoch(turn: Turn, copy: DirectoryCopy, { copy: to, server }: RingPointer, epoch: Epoch = copy.epoch): void {
  if (server !== turn.server.id) send(turn, server, { type: 'askEpoch', directory: copy.directory, to, epoch, from: copy.id })
}

/** Tells those whom the epoch left out, and whose servers are connected. */
export function tellExcluded(turn: Turn, copy: DirectoryCopy): void {
  for (const exclusion of copy.excluded) if (!exclusion.abandoned && turn.server.peers.has(exclusion.server)) tellEpoch(turn, copy, exclusion)
}

/** A server says that a copy is not there any more: nobody waits for it, and no sweep asks it again. */
export const tellGone = (turn: Turn, to: RingPointer['server'], directory: DirectoryCopy['directory'], copy: CopyId): void => send(turn, to, { type: 'copyGone', directory, copy })
