/**
 * W3 before a directory is removed: neither its name may stand in caches, nor one that it had. Under a former name the link took
 * the TX of the reference over [M4], and who cached the reference goes by it still, to the directory itself.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { effectiveParent } from '../entries/parents'
import { failure, isFailure, type Failure } from '../errors'
import { formatName } from '../names'
import { read, request } from '../procedure'
import type { Outcomes, ReadOutcome } from '../requests'
import type { Turn } from '../server'
import { isoTime } from '../timestamp'
import { labelsIn } from '../values/readValue'
import { expiredFrom, TX } from './expiration'
import { formerNames, type FormerName } from './formerNames'
import { isOfNobody } from './gone'
import type { DirectoryRemoval } from './removeD'
import { whomToAsk } from './reference'

/** How far the names of a directory have been looked at. */
export interface NamesLookedAt {
  /** Those that have not been looked at, the one in hand first. */
  names: FormerName[]
  /** From when on the one in hand may change, if it is this directory's, ms since 1970. */
  from: number
  /** Of those that have not expired the last to do so. */
  latest: { name: FormerName; from: number } | null
}

/** Under each name: until when something is promised (`expires`); if so, whether the directory's reference (`refers`) or its link (`leads`) stands there; nothing does where the parent is `gone`. */
export type NameStep = 'expires' | 'refers' | 'leads' | 'gone'

export const namesToLookAt = (copy: DirectoryCopy): NamesLookedAt => ({ names: [effectiveParent(copy)!, ...formerNames(copy)].map(({ parent, label }) => ({ parent, label })), from: 0, latest: null })

/** Goes on with the next name: `expired` when all have, a failure with the latest time, or null while it goes on. */
export function lookAtNames(turn: Turn, removal: DirectoryRemoval): 'expired' | Failure | null {
  const { names: [name], latest } = removal.looked
  if (name === undefined) return latest === null ? 'expired' : notExpired(latest)
  read(turn, removal, 'expires', whomToAsk(turn.server, name.parent), name.parent, [name.label, TX])
  return null
}

const notExpired = ({ name: { parent, label }, from }: NonNullable<NamesLookedAt['latest']>): Failure =>
  failure('NotExpired', { name: formatName({ from: parent, up: 0, labels: [label] }), from: isoTime(from), next: 'Remove it then' })

export function onNameLooked(turn: Turn, removal: DirectoryRemoval, step: NameStep, outcome: object | Failure): 'expired' | Failure | null {
  const { parent } = removal.looked.names[0]!
  if (step === 'gone') return isFailure(outcome) ? outcome : onGone(turn, removal, outcome as Outcomes['records'])
  if (!isFailure(outcome)) return onRead(turn, removal, step, outcome as ReadOutcome)
  if (!isOfNobody(outcome)) return outcome
  request(turn, removal, 'gone', whomToAsk(turn.server, parent), { type: 'records', directory: parent })
  return null
}

/** A directory that was removed has no names any more. */
function onGone(turn: Turn, removal: DirectoryRemoval, { directory, gone }: Outcomes['records']): 'expired' | Failure | null {
  return gone === null ? failure('NoCopyReachable', { name: `#${directory}`, tried: 'no copy of it answers' }) : next(turn, removal)
}

/** One copy is asked for all that concerns a name: what was promised every copy has. */
function onRead(turn: Turn, removal: DirectoryRemoval, step: Exclude<NameStep, 'gone'>, { tree, server: at }: ReadOutcome): 'expired' | Failure | null {
  const { looked, directory } = removal
  const { parent, label } = looked.names[0]!
  const labels = labelsIn(tree ?? undefined)
  if (step === 'expires') {
    looked.from = expiredFrom(labels)
    if (turn.now > looked.from) return next(turn, removal)
    read(turn, removal, 'refers', [at], parent, [label, 'DR', 'DI'])
  } else if (labels.includes(directory)) return note(turn, removal)
  else if (step === 'leads') return next(turn, removal)
  else read(turn, removal, 'leads', [at], parent, [label, 'Link', 'Moved'])
  return null
}

function note(turn: Turn, removal: DirectoryRemoval): 'expired' | Failure | null {
  const { looked } = removal
  const [name] = looked.names
  if (looked.from > (looked.latest?.from ?? 0)) looked.latest = { name: name!, from: looked.from }
  return next(turn, removal)
}

function next(turn: Turn, removal: DirectoryRemoval): 'expired' | Failure | null {
  removal.looked.names.shift()
  return lookAtNames(turn, removal)
}
