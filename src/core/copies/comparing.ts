/**
 * What is older than F nobody can judge again [A2]: who joins takes the base as a copy gives it. But equal epoch and F mean equal
 * bases [G1]; so the other members are asked for theirs first, and one that more of them contradict than share is not taken.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { ask } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import type { ServerId } from '../names'
import type { Outcomes } from '../requests'
import { happened, nameOfServer, refuse, type Turn } from '../server'
import { later, type Timestamp } from '../timestamp'
import { encodeChildren } from '../values/encodeTree'
import { setId } from '../values/intent'
import { applyChange, completeTo, encodeCopy, restoreCopy, type DirectoryCopy, type EncodedCopy } from './directoryCopy'
import { isUnswept } from './sweepMember'

/** A base that was handed to a copy that joins, and what other members say of it. */
export interface Comparing {
  encoded: EncodedCopy
  /** Who has not answered. */
  open: Set<ServerId>
  told: Outcomes['base'][]
}

/** Members that are asked at most. */
const MOST_COMPARED = 8

/** What the base of a copy is once F is there, if the copy has all that is older; else where it is now. Before a sweep of its epoch has met it, it cannot say. */
export function baseOf(turn: Turn, copy: DirectoryCopy, stableMark: Timestamp): Outcomes['base'] | Failure {
  if (isUnswept(copy)) return failure('NotYetHere', { name: `#${copy.directory}`, after: stableMark })
  const mark = stableMark > completeTo(copy) ? copy.stableMark : later(copy.stableMark, stableMark)
  return { server: turn.server.id, epoch: copy.epoch, stableMark: mark, digest: digestAt(encodeCopy(copy), mark) }
}

/** SHA-256, in hex, of a base folded up to a mark, with which updates prove it. */
function digestAt(encoded: EncodedCopy, mark: Timestamp): string {
  const copy = restoreCopy({ ...encoded, contents: { ...encoded.contents, log: [...encoded.contents.log] } })
  if (mark > copy.stableMark) applyChange(copy, { type: 'fields', fields: { stableMark: mark } })
  const proofs = [...copy.proofs.values()].flat().map(setId).toSorted()
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify([encodeChildren(copy.base.root.children), proofs]))))
}

/** Asks the members in reach that the base names, and who was said to store the directory, but for the one that handed it over. Null: there is nobody to ask. */
export function beginComparing(turn: Turn, encoded: EncodedCopy, from: ServerId, candidates: readonly ServerId[]): Comparing | null {
  const { directory, id, fields } = encoded
  const members = [...fields.ring.map(({ server }) => server), ...candidates]
  const others = [...new Set(members)].filter((other) => other !== from && turn.server.peers.has(other)).slice(0, MOST_COMPARED)
  for (const server of others) ask(turn, [server], { type: 'base', directory, stableMark: fields.stableMark }, { type: 'compared', directory, joiner: id, server })
  return others.length === 0 ? null : { encoded, open: new Set(others), told: [] }
}

/** Takes an answer; whether the base may be taken, once all have answered or cannot be reached, null before. Who is in another epoch contradicts it, too. */
export function onBaseTold(turn: Turn, comparing: Comparing, from: ServerId, server: ServerId, outcome: Outcomes['base'] | Failure): boolean | null {
  const { encoded, open, told } = comparing
  if (!open.delete(server)) return null
  if (!isFailure(outcome)) told.push(outcome)
  if (open.size > 0) return null
  const agrees = ({ epoch, stableMark, digest }: Outcomes['base']): boolean => epoch === encoded.fields.epoch && digest === digestAt(encoded, stableMark)
  const against = told.filter((each) => !agrees(each))
  const isShared = against.length <= 1 + told.length - against.length
  if (!isShared) refuse(turn, from, 'snapshotPage: most copies have another base', encoded.directory)
  else if (against.length > 0) happened(turn, { kind: 'copy', text: `${nameOfServer(turn.server, against[0]!.server)} has another base than ${nameOfServer(turn.server, from)}, behind which this copy joins`, directory: encoded.directory, server: from })
  return isShared
}
