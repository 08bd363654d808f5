/**
 * RemoveD: a directory goes for good [M6]. At its only copy it is withdrawn, so that nothing new comes to need it; when that
 * is stable, and whoever was announced as a child is not there and never will be [W5], it closes: one step at the only copy,
 * from which there is no way back. Then its name goes from the parent, with a record of it, and when every copy of the
 * parent has that, the copy goes too. Begun again from state: what is withdrawn opens again, what has closed goes on.
 */
import { CLOSING } from '../labels'
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { isKnownServer } from '../copies/seal'
import { stopSweep } from '../copies/sweep'
import { mayStore } from '../auth/session'
import { isWithdrawn } from '../copies/withdrawn'
import { schedule } from '../agenda'
import { ask } from '../errands'
import { explain, failure, isFailure, type Failure } from '../errors'
import { utf8Length, type DirectoryId, type Label, type ServerId } from '../names'
import { begin, change, finish, goOnWithdrawing, request, type Begun, type Withdrawing, type WithdrawingStep } from '../procedure'
import type { Outcomes } from '../requests'
import { changeServer, happened, hint, isEntered, nameOfServer, type Turn } from '../server'
import { isoTime, millisecondsOf } from '../timestamp'
import type { Tree } from '../values/readValue'
import { announcedIn, judge, makeableUntil, type Announced } from './children'
import { MARGIN } from './expiration'
import { leftOf } from './gone'
import { effectiveParent } from '../entries/parents'
import { CLOSED, contentsFault, isClosed, removabilityFault } from './removal'
import { candidatesFor, upServer, whomToAsk } from './reference'
import { lookAtNames, namesToLookAt, onNameLooked, type NamesLookedAt, type NameStep } from './unexpiredNames'

export interface DirectoryRemoval extends Begun {
  type: 'removeD'
  directory: DirectoryId
  withdrawing: Withdrawing
  /** Its names, which have to expire first. */
  looked: NamesLookedAt
  /** Whose word is awaited, of those that were announced. */
  asking: Announced | null
  /** What is left of it, and of those removed from it, that the parent has not got yet; in calls of bounded size. */
  left: Tree[]
  /** Why it goes back on the withdrawal. */
  broken: Failure | null
}

/** Its name is made `right`; it is looked at whether that and those it had have expired; it is withdrawn, and they are looked at again; children are `asked`, or who was to make one is the `maker`; those that are over are `unannounced`; it is `closed`; the parent is `told`, unless it is `known` there; `restored` when that came to nothing. */
export type DirectoryRemovalStep = 'right' | NameStep | WithdrawingStep | 'asked' | 'maker' | 'unannounced' | 'closed' | 'known' | 'told' | 'restored'

const LOOK_AGAIN = 10_000
/** Bytes of what is left that go up in one call. */
const MOST_LEFT = 32_768

export function beginRemoveD(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const { directory } = copy
  const removal = beginAt(turn, copy, caller)
  if (removal === null) return
  if (isClosed(copy)) return askIfKnown(turn, removal, copy)
  const fault = removabilityFault(copy)
  if (fault === null) request(turn, removal, 'right', [turn.server.id], { type: 'cleanUp', directory })
  else finish(turn, removal, fault)
}

function beginAt(turn: Turn, { directory }: DirectoryCopy, caller: Caller): DirectoryRemoval | null {
  const withdrawing: Withdrawing = { at: turn.server.id, directory, path: ['.', CLOSING], mark: null, sweeps: 0 }
  return begin<DirectoryRemoval>(turn, caller, { type: 'removeD', directory, withdrawing, looked: { names: [], from: 0, latest: null }, asking: null, left: [], broken: null }, (other) => other.type === 'removeD' && other.directory === directory)
}

/** After a crash, or while the parent was out of reach: a removal that nobody here is at goes on, or is taken back. Whether the directory has closed. */
export function goOnRemoving(turn: Turn, copy: DirectoryCopy, caller: Caller | null): boolean {
  const { directory } = copy
  const nobody: Caller = { type: 'onward', onward: { type: 'cleanup', directory, step: 'removed' } }
  const isUnderWay = [...turn.server.procedures.values()].some((procedure) => procedure.type === 'removeD' && procedure.directory === directory)
  if (isClosed(copy)) beginRemoveD(turn, copy, caller ?? nobody)
  else if (isWithdrawn(copy) && !isUnderWay) {
    const removal = beginAt(turn, copy, nobody)
    if (removal !== null) restore(turn, removal, failure('NotStable', { what: `The removal of #${directory}`, reason: 'its server stopped in the middle of it', name: `#${directory}` }))
  }
  return isClosed(copy)
}

export function onRemovalOfDirectory(turn: Turn, removal: DirectoryRemoval, step: DirectoryRemovalStep, outcome: object | Failure): void {
  const copy = turn.server.copies.get(removal.directory)
  if (copy?.state !== 'active') return finish(turn, removal, failure('NoCopyHere', { server: turn.server.name, directory: removal.directory }))
  switch (step) {
    case 'right':
      return isFailure(outcome) ? finish(turn, removal, outcome) : beginLooking(turn, removal, copy)
    case 'expires':
    case 'refers':
    case 'leads':
    case 'gone':
      return onLooked(turn, removal, copy, onNameLooked(turn, removal, step, outcome))
    case 'asked':
    case 'maker':
      return onHeard(turn, removal, step, outcome)
    case 'unannounced':
      return isFailure(outcome) ? restore(turn, removal, outcome) : askNext(turn, removal, copy)
    case 'closed':
      return isFailure(outcome) ? restore(turn, removal, outcome) : onClosed(turn, removal, copy)
    case 'known':
      return onKnown(turn, removal, copy, outcome)
    case 'told':
      return isFailure(outcome) ? pending(turn, removal, outcome) : tellParent(turn, removal, copy)
    case 'restored':
      return finish(turn, removal, removal.broken ?? outcome)
    default: {
      const stable = goOnWithdrawing(turn, removal, removal.withdrawing, step, outcome)
      if (stable === 'stable') beginLooking(turn, removal, copy)
      else if (stable !== null) restore(turn, removal, stable)
    }
  }
}

const changeOwn = (turn: Turn, removal: DirectoryRemoval, step: DirectoryRemovalStep, labels: Label[], tree: Tree): void => change(turn, removal, step, [turn.server.id], removal.directory, 'removeD', labels, tree)

function beginLooking(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy): void {
  removal.looked = namesToLookAt(copy)
  onLooked(turn, removal, copy, lookAtNames(turn, removal))
}

/** W3: until all TX have passed its names stand in caches. So it is not even withdrawn; and, as one may have been given meanwhile, they are looked at again then. */
function onLooked(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy, ended: 'expired' | Failure | null): void {
  if (ended === null) return
  if (removal.withdrawing.mark === null) return ended === 'expired' ? changeOwn(turn, removal, 'withdrawn', ['.'], [[CLOSING, true]]) : finish(turn, removal, ended)
  if (ended === 'expired') askNext(turn, removal, copy)
  else restore(turn, removal, ended)
}

/** Asks about the next that was announced; when nobody is left, the directory closes. */
function askNext(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy): void {
  const [next = null] = announcedIn(copy.visible)
  removal.asking = next
  if (next === null) changeOwn(turn, removal, 'closed', ['.', CLOSING], [[CLOSED, true]])
  else request(turn, removal, 'asked', whomToAsk(turn.server, next.child), { type: 'records', directory: next.child })
}

/** The child's own records decide; of one that nobody has, the server that was to make it. */
function onHeard(turn: Turn, removal: DirectoryRemoval, step: 'asked' | 'maker', outcome: object | Failure): void {
  const { directory } = removal
  const asking = removal.asking!
  const needed = (reason: string, next: string): void => restore(turn, removal, failure('NotEmpty', { name: `#${directory}`, reason, next }))
  if (isFailure(outcome)) {
    const { maker } = asking
    if (step === 'asked' && maker !== null) return request(turn, removal, 'maker', [maker], { type: 'records', directory: asking.child })
    if (step === 'asked' || outcome.code !== 'NoCopyHere') return needed(`#${asking.child} was announced in it, and cannot be asked whether it lies there (${explain(outcome).replace(/\.$/, '')})`, maker === null ? 'Bring back a server that stores that' : `Bring back the server ${nameOfServer(turn.server, maker)}, which was to make that`)
    if (turn.now <= makeableUntil(asking) + MARGIN) return needed(`#${asking.child} is perhaps being made in it`, `Repeat the removal after ${isoTime(makeableUntil(asking) + MARGIN)}`)
    return unannounce(turn, removal, asking)
  }
  const { records, stableMark, gone } = outcome as Outcomes['records']
  const verdict = gone === null ? judge(asking, directory, records, stableMark) : 'over'
  if (verdict === 'over') return unannounce(turn, removal, asking)
  if (verdict === 'there') needed(`the directory #${asking.child} lies in it, or moves into it`, 'Remove or move that first')
  else needed(`the directory #${asking.child} is perhaps moving into it`, 'Repeat the removal in ten minutes')
}

function unannounce(turn: Turn, removal: DirectoryRemoval, { label }: Announced): void {
  change(turn, removal, 'unannounced', [turn.server.id], removal.directory, 'announce', ['.'], [[label, false]])
}

function onClosed(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy): void {
  happened(turn, { kind: 'name', text: 'this directory is removed: it takes nothing more, and its name goes', directory: removal.directory })
  removal.left = inCalls(leftOf(copy))
  tellParent(turn, removal, copy)
}

/** What is left, in calls of bounded size; what was removed from it goes first, for the last call takes its name away. */
function inCalls(left: readonly (readonly [Label, Tree])[]): Tree[] {
  const calls: (readonly [Label, Tree])[][] = [[]]
  let size = 0
  for (const each of left) {
    const bytes = utf8Length(JSON.stringify(each))
    if (size > 0 && size + bytes > MOST_LEFT) {
      calls.push([])
      size = 0
    }
    calls.at(-1)!.push(each)
    size += bytes
  }
  return calls
}

function tellParent(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy): void {
  const { directory } = removal
  const { parent } = effectiveParent(copy)!
  const next = removal.left.shift()
  if (next !== undefined) return change(turn, removal, 'told', whomToAsk(turn.server, parent), parent, 'removeD', ['.'], next)
  schedule(turn.server.agenda, `cleanup ${directory}`, turn.now + LOOK_AGAIN)
  finish(turn, removal, { directory })
}

function askIfKnown(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy): void {
  const { parent } = effectiveParent(copy)!
  request(turn, removal, 'known', holders(turn, parent, copy), { type: 'records', directory: removal.directory })
}

/** Whoever may know what became of this directory, but for this copy itself; closed for good, it loses nothing by believing whoever was found to store the parent. */
function holders(turn: Turn, parent: DirectoryId, copy: DirectoryCopy): ServerId[] {
  const believed = whomToBelieve(turn, copy, [...whomToAsk(turn.server, parent), ...whomToAsk(turn.server, copy.directory)])
  return [...new Set([...believed, ...candidatesFor(turn.server, parent)])].filter((at) => at !== turn.server.id || turn.server.copies.get(parent)?.state === 'active')
}

/**
 * A copy goes, or moves, on the word of no stranger: its members are believed, and servers that are entered as such and might store it.
 * Of one whose updates others have, or that has closed for good, everybody who might store it is: else it might stay for ever.
 */
export function whomToBelieve(turn: Turn, copy: DirectoryCopy, all: readonly ServerId[]): ServerId[] {
  const { server } = turn
  const isOver = copy.state === 'left' || isClosed(copy)
  return [...new Set(all)].filter((at) => at === server.id || at === upServer(server) || isKnownServer(copy, at) || ((isOver || isEntered(server, at)) && mayStore(turn, copy, at)))
}

function onKnown(turn: Turn, removal: DirectoryRemoval, copy: DirectoryCopy, outcome: object | Failure): void {
  const gone = isFailure(outcome) ? null : (outcome as Outcomes['records']).gone
  if (gone === null) {
    removal.left = inCalls(leftOf(copy))
    return tellParent(turn, removal, copy)
  }
  if (gone.known) retire(turn, copy, (outcome as Outcomes['records']).server)
  else schedule(turn.server.agenda, `cleanup ${removal.directory}`, turn.now + LOOK_AGAIN)
  finish(turn, removal, { directory: removal.directory })
}

/** Every copy of the parent has the record: this copy is needed no more. */
export function retire(turn: Turn, copy: DirectoryCopy, knowing?: ServerId): void {
  stopSweep(turn, copy, 'goes with its directory')
  changeServer(turn, { type: 'retired', copy: copy.id, directory: copy.directory })
  turn.effects.changed.add(copy.directory)
  if (knowing !== undefined && knowing !== turn.server.id) hint(turn.server, copy.directory, knowing)
  happened(turn, { kind: 'copy', text: 'this copy is gone, with its directory, which was removed', directory: copy.directory, server: turn.server.id })
}

/** After that a copy that is leaving, or has left, asks whether there is anything to have left, ms. */
const LONG_LEAVING = 60_000

/** Whom it handed over to may be gone, with the directory, before it heard that it has left. */
export function lookForEnd(turn: Turn, copy: DirectoryCopy): void {
  const { leaving } = copy
  if (leaving !== null && turn.now - millisecondsOf(leaving.begun) > LONG_LEAVING) askForEnd(turn, copy)
}

/** Asks those who are believed whether the directory was removed. */
export function askForEnd(turn: Turn, copy: DirectoryCopy): void {
  const { directory } = copy
  ask(turn, whomToBelieve(turn, copy, whomToAsk(turn.server, directory)), { type: 'records', directory }, { type: 'cleanup', directory, step: 'removed' })
}

/** It goes if it was to leave; or if nothing is in it: a copy from an old store, with something, stays, without a name. */
export function onEnd(turn: Turn, directory: DirectoryId, outcome: Partial<Outcomes['records']>): void {
  const copy = turn.server.copies.get(directory)
  const mayGo = copy !== undefined && (copy.leaving !== null || contentsFault(copy) === null)
  if (mayGo && outcome.gone?.known) retire(turn, copy, outcome.server)
}

/** It has closed, and the parent does not take that yet: it is told again. */
function pending(turn: Turn, removal: DirectoryRemoval, why: Failure): void {
  schedule(turn.server.agenda, `cleanup ${removal.directory}`, turn.now + LOOK_AGAIN)
  finish(turn, removal, failure('RemovalPending', { name: `#${removal.directory}`, reason: explain(why).replace(/\.$/, '') }))
}

/** The removal came to nothing: the directory takes what is new again. */
function restore(turn: Turn, removal: DirectoryRemoval, why: Failure): void {
  removal.broken = why
  changeOwn(turn, removal, 'restored', ['.'], [[CLOSING, false]])
}
