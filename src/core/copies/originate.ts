/**
 * An update originates at one copy: it gets its time-stamp there and is recorded there, in one transaction [P1], then
 * spreads ("An update originates at one DC, and is initially recorded there").
 */
import { accessFault } from '../auth/authorise'
import { failure, type Failure } from '../errors'
import { labelFault, shown, utf8Length } from '../names'
import { Malformed } from '../shape'
import { changeCopy, happened, nameOfServer, type Turn } from '../server'
import { isoTime, timeOf, timestamp, type Timestamp } from '../timestamp'
import { describe, INTENT_LIFE, intentId, MAX_CALL_BYTES, seesAncestors, signedText, type Branch, type SignedIntent } from '../values/intent'
import { signedIntentShape } from '../values/intentShape'
import type { DirectoryCopy } from './directoryCopy'
import { spread } from './spread'
import { sweepSoon } from './sweepTimes'

export { MAX_CALL_BYTES }
export const MAX_LIVE_NODES = 10_000

/**
 * Accepts a client's signed intent: its time-stamp, once durable a promise. An intent that this copy knows is answered
 * with its first stamp, so asking again is harmless [A1].
 */
export function originate(turn: Turn, copy: DirectoryCopy, signed: SignedIntent): { ts: Timestamp } | Failure {
  const { intent } = signed
  const known = copy.intents.get(intentId(intent))
  if (known !== undefined) return { ts: known.ts }
  const time = Math.max(Math.floor(turn.now * 1000), timeOf(copy.nextTS))
  const ts = timestamp(time, copy.id)
  const fault = faultOf(turn, copy, signed, time / 1000) ?? accessFault(copy.visible, { intent, ts })
  if (fault !== null) return fault
  const set = { intent, signature: signed.signature, ts }
  changeCopy(turn, copy, { type: 'absorbed', sets: [set] })
  spread(turn, copy, [set])
  happened(turn, { kind: 'update', text: `${describe(intent.branches)} accepted here`, directory: copy.directory, server: turn.server.id })
  sweepSoon(turn, copy)
  return { ts }
}

/** What client calls are checked for once, by the accepting copy (SPEC §3); replicated updates never are. */
function faultOf(turn: Turn, copy: DirectoryCopy, signed: SignedIntent, now: number): Failure | null {
  const { intent } = signed
  const size = utf8Length(signedText(intent))
  if (size > MAX_CALL_BYTES) return failure('TooLarge', { what: 'the call', size: `${size} bytes`, limit: `${MAX_CALL_BYTES} bytes` })
  if (intent.directory !== copy.directory || intent.branches.length === 0) return failure('BadRequest', { reason: 'the change is not one of this directory' })
  if (intent.until - intent.from > INTENT_LIFE || now < intent.from || now > intent.until) {
    return failure('Expired', { from: isoTime(intent.from), until: isoTime(intent.until), now: isoTime(now), server: nameOfServer(turn.server, turn.server.id) })
  }
  const label = badLabel(intent.branches)
  if (label !== null) return label
  const malformed = shapeFault(signed)
  if (malformed !== null) return malformed
  if (!seesAncestors(copy.visible, intent)) return failure('Superseded', { name: describe(intent.branches) })
  const created = countPresent(intent.branches)
  if (created > 0 && copy.visible.live + created > MAX_LIVE_NODES) {
    return failure('DirectoryFull', { name: `#${copy.directory}`, size: String(copy.visible.live + created), limit: String(MAX_LIVE_NODES) })
  }
  return null
}

/** What this copy accepted and another could not read would stop every message that carries it. */
function shapeFault(signed: SignedIntent): Failure | null {
  try {
    signedIntentShape(signed)
    return null
  } catch (error) {
    if (error instanceof Malformed) return failure('BadRequest', { reason: `the change is ${error.message}` })
    throw error
  }
}

function badLabel(branches: readonly Branch[]): Failure | null {
  for (const [label, , below] of branches) {
    const fault = labelFault(label)
    if (fault !== null) return failure('BadName', { name: shown(label), reason: fault })
    const deeper = typeof below === 'boolean' ? null : badLabel(below)
    if (deeper !== null) return deeper
  }
  return null
}

/** How many present nodes a set would create at most. */
const countPresent = (branches: readonly Branch[]): number =>
  branches.reduce((sum, [, incarnation, below]) => sum + (typeof below === 'boolean' ? Number(below) : Number(incarnation === null) + countPresent(below)), 0)
