/**
 * What the procedures of several steps have in common: each is plain data, begun for a caller, that goes on when what it asked for
 * has come; volatile: after a crash it is begun again, and finds from state what is done already.
 */
import { answer, waitWith, type Caller } from './caller'
import { beginLookup, type AtRequest } from './directories/lookup'
import { WITHDRAWN } from './entries/serverEntry'
import { ask, askAnywhere, changeAsServer } from './errands'
import { explain, failure, isFailure, type Failure } from './errors'
import { freshId } from './fresh'
import type { DirectoryId, Label, ServerId } from './names'
import type { CopyState, ReadOutcome, Request } from './requests'
import type { Turn } from './server'
import type { Timestamp } from './timestamp'
import type { ProcedureName } from './values/intent'
import type { Tree } from './values/readValue'
import type { Linking, LinkingStep } from './directories/formerNames'
import type { DirectoryRemoval, DirectoryRemovalStep } from './directories/removeD'
import type { Placed, PlacedStep } from './directories/placed'
import type { Yielding, YieldingStep } from './directories/rival'
import type { Settling, SettlingStep } from './directories/settling'
import type { Check, CheckStep } from './servers/checkS'
import type { Following, FollowingStep } from './servers/followRoot'
import type { LostRemoval, LostRemovalStep } from './servers/removeLost'
import type { Removal, RemovalStep } from './servers/removeS'
import type { SettingInSN, SettingInSNStep } from './servers/setInSN'
import type { SettingUp, SettingUpStep } from './servers/setUpOn'

export type Procedure = Following | Placed | Yielding | SettingUp | SettingInSN | Removal | LostRemoval | Check | Settling | Linking | DirectoryRemoval
export type ProcedureStep = FollowingStep | PlacedStep | YieldingStep | SettingUpStep | SettingInSNStep | RemovalStep | LostRemovalStep | CheckStep | SettlingStep | LinkingStep | DirectoryRemovalStep

export interface Begun {
  id: string
  /** Who began it, and who asked for the same since. */
  callers: Caller[]
  /** ms since 1970. */
  openSince: number
}

/** At most so many at once on one server. */
const MAX_PROCEDURES = 64

/** Begins a procedure, unless the same runs already: then its outcome is the caller's too. */
export function begin<P extends Procedure>(turn: Turn, caller: Caller | null, procedure: Omit<P, keyof Begun>, isSame: (other: Procedure) => boolean): P | null {
  const { procedures, fresh, name } = turn.server
  const running = [...procedures.values()].find(isSame)
  if (running !== undefined) {
    if (caller !== null) waitWith(turn, running.callers, caller)
  } else if (procedures.size >= MAX_PROCEDURES) {
    if (caller !== null) answer(turn, caller, failure('ServerUnreachable', { server: name, reason: 'has too many procedures under way' }))
  } else {
    const begun = { ...procedure, id: freshId(fresh, 16), callers: caller === null ? [] : [caller], openSince: turn.now } as P
    procedures.set(begun.id, begun)
    return begun
  }
  return null
}

/** Why something failed, to stand in another sentence: without what that failure says of how all else stands. */
export const reasonOf = (why: Failure): string => (why.code === 'NotStable' ? why.about['reason']! : explain(why).replace(/\.$/, ''))

/** How a removal ends that came to nothing: for what reason, or that its announcement could not even be taken back. */
export const cameToNothing = (why: Failure, restored: object | Failure, name: string): Failure => (isFailure(restored) ? failure('StillAnnounced', { name, reason: reasonOf(why), tried: reasonOf(restored) }) : why)

export function finish(turn: Turn, { id, callers }: Begun, outcome: object | Failure): void {
  turn.server.procedures.delete(id)
  for (const caller of callers) answer(turn, caller, outcome)
}

const onward = ({ id }: Begun, step: ProcedureStep) => ({ type: 'procedure', id, step }) as const

export const goOnAt = (begun: Begun, step: ProcedureStep): Caller => ({ type: 'onward', onward: onward(begun, step) })

export const request = (turn: Turn, begun: Begun, step: ProcedureStep, at: readonly ServerId[], asked: Request): void => ask(turn, at, asked, onward(begun, step))

/** The same at whoever stores the directory, where any copy will do. */
export const requestAnywhere = (turn: Turn, begun: Begun, step: ProcedureStep, at: readonly ServerId[], asked: Request): void => askAnywhere(turn, at, asked, onward(begun, step))

export const read = (turn: Turn, begun: Begun, step: ProcedureStep, at: readonly ServerId[], directory: DirectoryId, path: Label[]): void =>
  request(turn, begun, step, at, { type: 'read', directory, path, form: 'tree', after: null })

/** A request at the directory that a path of labels from the root leads to. */
export const lookUp = (turn: Turn, begun: Begun, step: ProcedureStep, path: readonly Label[], entity: Label | null, asked: AtRequest | null): void =>
  beginLookup(turn, { from: turn.server.root!, up: 0, labels: [...path] }, entity, asked, goOnAt(begun, step))

export const change = (turn: Turn, begun: Begun, step: ProcedureStep, at: readonly ServerId[], directory: DirectoryId, procedure: Exclude<ProcedureName, 'newD' | 'carryOut'>, labels: Label[], tree: Tree, incarnations: Timestamp[] | null = null): void =>
  changeAsServer(turn, at, directory, procedure, { labels, incarnations }, tree, onward(begun, step))

/**
 * W5: a withdrawal on its way to be stable at one copy. Once F has passed the mark there, every copy has it and accepts
 * nothing more that would rely on what is withdrawn; and that copy has all that was accepted before.
 */
export interface Withdrawing {
  /** The copy's server, asked all the time: what another copy knows proves nothing about this one. */
  at: ServerId
  directory: DirectoryId
  path: Label[]
  /** When it was announced; null before it was read back. */
  mark: Timestamp | null
  sweeps: number
}

export type WithdrawingStep = 'withdrawn' | 'marked' | 'swept' | 'stood'

/** Each takes one round: the mark comes to all, F passes it, and one more for what came in between. */
const MAX_SWEEPS = 5

export const withdrawingFrom = (at: ServerId, directory: DirectoryId, path: Label[]): Withdrawing => ({ at, directory, path: [...path, WITHDRAWN], mark: null, sweeps: 0 })

/** The next step towards stability: `stable`, a failure, or null while it goes on. */
export function goOnWithdrawing(turn: Turn, begun: Begun, withdrawing: Withdrawing, step: WithdrawingStep, outcome: object | Failure): 'stable' | Failure | null {
  const { at, directory, path } = withdrawing
  if (isFailure(outcome)) return failure('NotStable', { what: 'The removal', reason: explain(outcome).replace(/\.$/, ''), name: `#${directory}` })
  if (step === 'withdrawn') {
    request(turn, begun, 'marked', [at], { type: 'read', directory, path, form: 'snapshot', after: null })
    return null
  }
  if (step === 'marked') withdrawing.mark = (outcome as ReadOutcome).snapshot.path.at(path.length - 1)?.[1] ?? null
  if (withdrawing.mark === null) return failure('Superseded', { name: `#${directory}` })
  if (step === 'swept') {
    request(turn, begun, 'stood', [at], { type: 'state', directory })
    return null
  }
  if (step === 'stood' && (outcome as CopyState).stableMark > withdrawing.mark) return 'stable'
  if (withdrawing.sweeps++ >= MAX_SWEEPS) return failure('NotStable', { what: 'The removal', reason: 'the stable mark does not advance', name: `#${directory}` })
  request(turn, begun, 'swept', [at], { type: 'sweep', directory, form: 'parallel' })
  return null
}
