/**
 * RemoveS: a server goes. Its name is withdrawn, so that nobody begins to point up to it; when that is stable and nobody
 * does [W5], its copies leave their rings, then its entry goes. It takes no name again by itself.
 */
import { answer, type Caller } from '../caller'
import { beginLeave } from '../copies/leave'
import { candidatesFor } from '../directories/reference'
import { WITHDRAWN } from '../entries/serverEntry'
import { failure, isFailure, type Failure } from '../errors'
import type { DirectoryId, Label, ServerId } from '../names'
import type { ReadOutcome } from '../requests'
import { changeServer, happened, homeOf, labelsOfServer, type Turn } from '../server'
import { below, labelsIn } from '../values/readValue'
import { pointedUpFault } from './announcements'
import { shorterCopyFault } from './placement'
import { begin, cameToNothing, change, finish, goOnAt, goOnWithdrawing, read, withdrawingFrom, type Begun, type Withdrawing, type WithdrawingStep } from '../procedure'

export interface Removal extends Begun {
  type: 'removeS'
  home: DirectoryId
  label: Label
  withdrawing: Withdrawing | null
  /** Nothing else stands under its name. */
  alone: boolean
  /** Servers with copies of the home, asked to take the entry away when this one's have left. */
  keepers: ServerId[]
  /** Why it goes back on the withdrawal. */
  broken: Failure | null
}

/** The entry is `looked` at, withdrawn, `checked`, the server above `released`, the copies `left` one by one, the entry `gone`; `restored` when that came to nothing. */
export type RemovalStep = 'looked' | WithdrawingStep | 'checked' | 'released' | 'left' | 'gone' | 'restored'

export function beginRemoveS(turn: Turn, caller: Caller): void {
  const { server } = turn
  const home = homeOf(server)
  if (home === null) return answer(turn, caller, failure('NoRoot', { reason: 'a server that belongs to none has nothing to be removed from' }))
  const isBeingNamed = server.namings.length > 0 || [...server.procedures.values()].some(({ type }) => type === 'setUpOn')
  const fault = isBeingNamed ? failure('Superseded', { name: `the name of the server ${server.name}` }) : server.removed ? null : copyFault(turn)
  if (fault !== null) return answer(turn, caller, fault)
  const removal = begin<Removal>(turn, caller, { type: 'removeS', home, label: labelsOfServer(server.name).at(-1)!, withdrawing: null, alone: false, keepers: [], broken: null }, (other) => other.type === 'removeS')
  if (removal !== null) look(turn, removal, 'looked')
}

/** What this server stores that nobody else does, or that others find only here. */
function copyFault(turn: Turn): Failure | null {
  const { server } = turn
  for (const copy of server.copies.values()) {
    if (copy.state === 'left' || copy.state === 'leaving') continue
    if (copy.state === 'joining') return failure('LeaveFailed', { server: server.name, reason: `its copy of #${copy.directory} is still joining the ring` })
    if (copy.pointer.copy === copy.id) return failure('LastCopy', { server: server.name, name: `#${copy.directory}` })
    const fault = shorterCopyFault(server, copy)
    if (fault !== null) return fault
  }
  return null
}

function look(turn: Turn, removal: Removal, step: 'looked' | 'checked'): void {
  const { home, label, withdrawing } = removal
  read(turn, removal, step, withdrawing === null ? candidatesFor(turn.server, home) : [withdrawing.at], home, [label])
}

export function onRemoval(turn: Turn, removal: Removal, step: RemovalStep, outcome: object | Failure): void {
  switch (step) {
    case 'looked':
      return isFailure(outcome) ? finish(turn, removal, outcome) : onLooked(turn, removal, outcome as ReadOutcome)
    case 'checked': {
      if (isFailure(outcome)) return restore(turn, removal, outcome)
      const fault = pointedUp(removal, outcome as ReadOutcome)
      return fault === null ? release(turn, removal) : restore(turn, removal, fault)
    }
    case 'released':
    case 'left':
      return isFailure(outcome) ? restore(turn, removal, outcome) : leaveNext(turn, removal)
    case 'gone':
      if (!isFailure(outcome)) happened(turn, { kind: 'server', text: `this server has been removed: it has no name and takes none by itself`, server: turn.server.id })
      return finish(turn, removal, isFailure(outcome) ? outcome : { server: turn.server.id })
    case 'restored':
      return finish(turn, removal, cameToNothing(removal.broken!, outcome, `the server /${turn.server.name}`))
    default: {
      const stable = goOnWithdrawing(turn, removal, removal.withdrawing!, step, outcome)
      if (stable === 'stable') look(turn, removal, 'checked')
      else if (stable !== null) restore(turn, removal, stable)
    }
  }
}

const pointedUp = ({ label }: Removal, outcome: ReadOutcome): Failure | null => pointedUpFault(label, labelsIn(below(outcome.tree, ['Server', 'Down'])), 'Removing the server')

function onLooked(turn: Turn, removal: Removal, outcome: ReadOutcome): void {
  const { server } = turn
  const { home, label } = removal
  const isOwn = labelsIn(below(outcome.tree, ['Server', 'SI']))[0] === server.id
  const fault = isOwn ? pointedUp(removal, outcome) : null
  if (fault !== null) return finish(turn, removal, fault)
  removal.keepers = candidatesFor(server, home).filter((other) => other !== server.id)
  if (!isOwn) return leaveNext(turn, removal, true)
  removal.alone = labelsIn(outcome.tree ?? undefined).length === 1
  removal.withdrawing = withdrawingFrom(outcome.server, home, [label, 'Server'])
  change(turn, removal, 'withdrawn', [outcome.server], home, 'removeS', [label, 'Server'], [[WITHDRAWN, true]])
}

/** The server that it points up to may go in its turn. */
function release(turn: Turn, removal: Removal): void {
  const { up, id } = turn.server
  if (up === null) return leaveNext(turn, removal)
  change(turn, removal, 'released', candidatesFor(turn.server, up.directory), up.directory, 'setUpOn', [up.label, 'Server', 'Down'], [[id, false]])
}

/** One copy after the other leaves its ring, then the entry goes, unless there was none. */
function leaveNext(turn: Turn, removal: Removal, isUnnamed = false): void {
  const { server } = turn
  const next = [...server.copies.values()].find(({ state }) => state !== 'left')
  if (next !== undefined) return beginLeave(turn, next, goOnAt(removal, 'left'))
  if (!server.removed) changeServer(turn, { type: 'removed', removed: true })
  if (server.up !== null) changeServer(turn, { type: 'up', up: null })
  server.registered = false
  if (isUnnamed || removal.keepers.length === 0) return onRemoval(turn, removal, 'gone', {})
  change(turn, removal, 'gone', removal.keepers, removal.home, 'removeS', removal.alone ? [] : [removal.label], removal.alone ? [[removal.label, false]] : [['Server', false]])
}

/** The removal came to nothing: others may point up to it again. */
function restore(turn: Turn, removal: Removal, why: Failure): void {
  removal.broken = why
  const { home, label } = removal
  change(turn, removal, 'restored', candidatesFor(turn.server, home), home, 'removeS', [label, 'Server'], [[WITHDRAWN, false]])
}
