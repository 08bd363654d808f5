/**
 * What is older than F nobody can judge again [A2], and what is older than lastSweep nobody sends again [P9]: who joins takes both as a
 * copy gives them. But equal epoch and F mean equal bases [G1], and logs up to lastSweep are equal, too; so others are asked for
 * theirs first, and a snapshot that more of them contradict than share is not taken.
 */
import { mayStore } from '../auth/session'
import { digestOfText } from '../digest'
import { ask } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import type { ServerId } from '../names'
import type { Outcomes, Request } from '../requests'
import { happened, isEntered, nameOfServer, type Turn } from '../server'
import { earlier, later, type Timestamp } from '../timestamp'
import { encodeChildren } from '../values/encodeTree'
import { setId, type SetId, type UpdateSet } from '../values/intent'
import { applyChange, completeTo, encodeCopy, isUnswept, restoreCopy, type DirectoryCopy, type EncodedCopy } from './directoryCopy'

/** A snapshot that was handed to a copy that joins, and what others say. */
export interface Comparing {
  encoded: EncodedCopy
  /** The same as a copy, which nothing changes. */
  copy: DirectoryCopy
  /** Who has not answered. */
  open: Set<ServerId>
  told: { by: ServerId; verdict: Verdict }[]
}

/** `stale`: whoever answered has gone on since. */
type Verdict = 'same' | 'another base' | 'another epoch' | 'stale'

/** Servers that are asked at most. */
const MOST_COMPARED = 8

/** Of copies that were compared lately: what is older than both marks does not change. */
const digests = new WeakMap<DirectoryCopy, { of: string; digest: string }>()

/**
 * What a copy has before the marks of another one: the base, folded to the greater F, and the log from there to the lesser lastSweep.
 * Before a sweep of its epoch has met it, it cannot say.
 */
export function baseOf(copy: DirectoryCopy, { stableMark, lastSweep }: Pick<Extract<Request, { type: 'base' }>, 'stableMark' | 'lastSweep'>): Outcomes['base'] | Failure {
  if (isUnswept(copy)) return failure('NotYetHere', { name: `#${copy.directory}`, after: stableMark })
  const mark = stableMark > completeTo(copy) ? copy.stableMark : later(copy.stableMark, stableMark)
  const upTo = later(mark, earlier(lastSweep, completeTo(copy)))
  return { epoch: copy.epoch, stableMark: mark, upTo, digest: digestAt(copy, mark, upTo) }
}

/** SHA-256, in hex, of a base folded to a mark, of which updates prove it, and of those that follow up to another mark; worked out once for all who ask for the same. */
function digestAt(copy: DirectoryCopy, mark: Timestamp, upTo: Timestamp): string {
  const of = `${copy.epoch} ${mark} ${upTo}`
  const known = digests.get(copy)
  if (known?.of === of) return known.digest
  const { base, proofs, log } = mark > copy.stableMark ? foldedTo(copy, mark) : copy
  const ids = (sets: readonly UpdateSet[]): SetId[] => sets.map(setId)
  const digest = digestOfText(JSON.stringify([encodeChildren(base.root.children), ids([...proofs.values()].flat()).toSorted(), ids(log.filter(({ ts }) => ts < upTo))]))
  digests.set(copy, { of, digest })
  return digest
}

function foldedTo(copy: DirectoryCopy, stableMark: Timestamp): DirectoryCopy {
  const folded = restoreCopy(encodeCopy(copy))
  applyChange(folded, { type: 'fields', fields: { stableMark } })
  return folded
}

/** Asks others in reach: who was said to have a copy, then the members that the snapshot names; who might store one, by the snapshot, or is entered as a server in a directory here. */
export function beginComparing(turn: Turn, encoded: EncodedCopy, from: ServerId, candidates: readonly ServerId[]): Comparing {
  const { server } = turn
  const { directory, id: joiner, fields } = encoded
  const copy = restoreCopy(encoded)
  const known = [...(server.hints.get(directory) ?? []), ...candidates, ...fields.ring.map((member) => member.server)]
  const mayKnow = (other: ServerId): boolean => server.peers.has(other) && !server.fenced.has(other) && (mayStore(turn, copy, other) || isEntered(server, other))
  const others = [...new Set(known)].filter((other) => other !== from && other !== server.id && mayKnow(other)).slice(0, MOST_COMPARED)
  for (const other of others) ask(turn, [other], { type: 'base', directory, stableMark: fields.stableMark, lastSweep: fields.lastSweep }, { type: 'compared', directory, joiner, server: other })
  return { encoded, copy, open: new Set(others), told: [] }
}

/** Takes an answer; who contradicts is named. */
export function onBaseTold(turn: Turn, { copy, open, told }: Comparing, from: ServerId, by: ServerId, outcome: Outcomes['base'] | Failure): void {
  if (!open.delete(by) || isFailure(outcome)) return
  const verdict = verdictOf(copy, outcome)
  told.push({ by, verdict })
  if (verdict === 'another base' || verdict === 'another epoch') happened(turn, { kind: 'copy', text: `${nameOfServer(turn.server, by)} has ${verdict} than ${nameOfServer(turn.server, from)}, behind which this copy is to join`, directory: copy.directory, server: by })
}

function verdictOf(copy: DirectoryCopy, { epoch, stableMark, upTo, digest }: Outcomes['base']): Verdict {
  if (epoch !== copy.epoch) return 'another epoch'
  // Nor is it one of an epoch whose sweeps it has not heard of: its first would be believed of whatever it brings [G3].
  if (isUnswept(copy) || stableMark > completeTo(copy)) return 'stale'
  return digest === digestAt(copy, stableMark, upTo) ? 'same' : 'another base'
}

/** Whether a snapshot may be taken: as soon as no answer that is awaited can change that; null before. `stale`: another one may be. */
export function judge({ open, told }: Comparing): 'taken' | 'refused' | 'stale' | null {
  const share = 1 + told.filter(({ verdict }) => verdict === 'same').length
  const against = told.length + 1 - share
  if (against + open.size <= share) return 'taken'
  if (against <= share + open.size) return null
  return told.filter(({ verdict }) => verdict !== 'same' && verdict !== 'stale').length > share ? 'refused' : 'stale'
}
