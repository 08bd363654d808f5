/** Who waits for an outcome, and how it is given: to this server's own client, to another server, or to an errand here. */
import { failure, isFailure, type Failure } from './errors'
import type { Onward } from './errands'
import { referredTo } from './directories/reference'
import { MAX_ELSEWHERE } from './messages'
import { isDirectoryId, type ServerId } from './names'
import type { Request } from './requests'
import { count, nearestFirst, send, type Server, type Turn } from './server'

export type Caller =
  | { type: 'client'; id: number }
  | { type: 'server'; server: ServerId; id: string }
  /** A procedure of this server itself (errands.ts). */
  | { type: 'errand'; id: string }
  /** Something that goes on here when a lookup has ended, a join, a leaving or a sweep. */
  | { type: 'onward'; onward: Onward }

/** JSON characters of an answer at most, so that its message stays below 1 MiB. */
const MAX_ANSWER = 400_000

export function answer(turn: Turn, caller: Caller, outcome: object | Failure): void {
  switch (caller.type) {
    case 'client':
      turn.effects.reply.push({ id: caller.id, outcome })
      return
    case 'server': {
      if (isFailure(outcome) && outcome.code === 'NoRight') count(turn.server, 'request: no right to what it asks for')
      const text = isFailure(outcome) ? '' : JSON.stringify(outcome)
      const failed = isFailure(outcome) ? outcome : text.length > MAX_ANSWER ? failure('TooLarge', { what: 'the answer', size: `${text.length} characters`, limit: `${MAX_ANSWER}` }) : null
      send(turn, caller.server, { type: 'answer', id: caller.id, failure: failed, outcome: failed === null ? text : '', elsewhere: elsewhereOf(turn.server, caller.server, failed) })
      return
    }
    case 'errand':
      turn.settled.push({ id: caller.id, outcome })
      return
    case 'onward':
      turn.settled.push({ onward: caller.onward, outcome })
      return
  }
}

/** D2: whom this server would ask itself, for who asked it for a directory that it does not store. */
function elsewhereOf(server: Server, asker: ServerId, failed: Failure | null): ServerId[] {
  const directory = failed?.code === 'NoCopyHere' ? failed.about.directory : undefined
  if (directory === undefined || !isDirectoryId(directory)) return []
  return nearestFirst(server, referredTo(server, directory)).filter((other) => other !== asker && other !== server.id).slice(0, MAX_ELSEWHERE)
}

/** Callers of one procedure at most: others ask again, or elsewhere. */
const MAX_CALLERS = 64

/** Adds a caller, once, to those who wait for a procedure that runs already. */
export function waitWith(turn: Turn, callers: Caller[], caller: Caller): void {
  if (callers.some((other) => sameCaller(other, caller))) return
  if (callers.length < MAX_CALLERS) callers.push(caller)
  else answer(turn, caller, failure('ServerUnreachable', { server: turn.server.name, reason: 'too many wait there for the same' }))
}

export const sameCaller = (a: Caller, b: Caller): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A request to be performed at this server, in this step. */
export interface Performing {
  request: Request
  caller: Caller
}
