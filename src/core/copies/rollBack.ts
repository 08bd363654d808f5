/**
 * B3, B4. A store that was restored from an old copy: its browser remembers a later start than it does. Content could be
 * had again; pointers, and promises on time-stamps, could not. What other servers say of it proves nothing: anyone could say it.
 */
import { schedule } from '../agenda'
import { changeCopy, happened, type Turn } from '../server'
import { later, SWEEP_ORIGIN, timestamp } from '../timestamp'
import type { DirectoryCopy } from './directoryCopy'
import { ALLOWED_SKEW } from './spread'
import { stopSweep } from './sweep'

/** The copy does no ring work any more; an epoch without it lets it in again as another one, with what it has. */
export function rollBack(turn: Turn, copy: DirectoryCopy): void {
  if (copy.state === 'rolledBack' || copy.state === 'excluded' || copy.state === 'left') return
  stopSweep(turn, copy, 'has an old store')
  // No promise was ever later: stamps further ahead are taken by nobody [T2].
  const nextTS = later(copy.nextTS, timestamp(Math.ceil((turn.now + ALLOWED_SKEW) * 1000), SWEEP_ORIGIN))
  // An epoch that this copy was making may rule by now, or have been given up: it cannot know any more [E3].
  const seals = copy.seals.filter(({ committer }) => committer.copy !== copy.id)
  changeCopy(turn, copy, { type: 'fields', fields: { state: 'rolledBack', nextTS, joining: null, leaving: null, seals } })
  turn.server.joins.delete(copy.directory)
  turn.server.takeOvers.delete(copy.directory)
  happened(turn, { kind: 'copy', text: 'the store of this server is an old one: this browser remembers a later start of it; the ring goes on after a new epoch without this copy, which then comes in again', directory: copy.directory, server: turn.server.id })
  schedule(turn.server.agenda, `epoch ${copy.directory}`, turn.now)
}
