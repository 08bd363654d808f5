/**
 * One atomic action of a server ("The model of computation is arbitrary interleaving of atomic actions"). Pure: changes the
 * server's own data and describes the rest. It only dispatches; each protocol has its file.
 */
import { nextTime, schedule, takeDue } from './agenda'
import { unreachable } from './assert'
import { onCall, perform, type Call } from './calls'
import { answer } from './caller'
import { onAskFate, onAskSnapshot, onAskSplice, onCompared, onJoinTime, onSnapshotPage, onSnapshotRefused, onSpliced, onSpliceRefused } from './copies/join'
import { onEpochFacts, onEpochTime, onSealed, onSealRefused } from './copies/epoch'
import { onCopyGone } from './copies/gone'
import { onAskedHas, onSecureTime } from './copies/durability'
import type { Storage } from './copies/health'
import { forgetTransfers } from './copies/pages'
import { onQuarantinePage, onQuarantineTime } from './copies/quarantine'
import { rollBack } from './copies/rollBack'
import { onAskEpoch, onAskEpochFacts, onEpochGivenUp, onEpochNews, onSeal } from './copies/seal'
import { asksAfterEpochs } from './copies/directoryCopy'
import { onGreet, onSpliceNews, onUpdates, receiver, retryDeferred } from './copies/spread'
import { beginSweep, onLooked, onReadPage, onSweepDeadline, onSweepRefused, onWrote } from './copies/sweep'
import { onLookSweep, onReadSweep, onSweepWithoutCopy, onWriteSweep } from './copies/sweepMember'
import { sweepLater } from './copies/sweepTimes'
import { originOf } from './timestamp'
import { beginCleanup, onCleanup, onMoved, onNamesChanged } from './directories/cleanup'
import { onArrived, onSought, onWalked } from './directories/lookup'
import { onOwnName } from './directories/ownNames'
import { lookForEnd } from './directories/removeD'
import { concernsPlans, lookAtPlans, onCarriedOut, onPlannedTime } from './directories/plannedChange'
import type { Effects } from './effects'
import { onAnswer, onDrafted, onErrandTime, onSigned, settle, type Onward } from './errands'
import type { Failure } from './errors'
import { onConnected, onDisconnected, onHello, type Connected } from './servers/connections'
import { followClock, onClock } from './servers/clock'
import { onCredentials, onPerson, type Person } from './auth/session'
import { hasRootAbove } from './servers/followRoot'
import { onProcedure } from './procedures'
import { onRegister, onServersNamed, register } from './servers/register'
import { onAskStanding, onAskTakeOver, onHandOverPage, onLeaveTime, onLeftBe, onLetBe, onNotTaken, onReadHandOver, onStanding, onTakenOver } from './copies/leave'
import type { CopyMessage, EpochMessage, JoinMessage, LeaveMessage, Message } from './messages'
import type { DirectoryId, ServerId } from './names'
import { beginTurn, refuse, type Server, type Task, type Turn } from './server'

export type Input =
  /** The server was created or restored from its store; which is an old one if somebody remembers a later start than it does [B3]. */
  | { type: 'start'; storeIsOld?: boolean }
  | Connected
  | { type: 'disconnected'; server: ServerId; reason: string }
  /** A connection measured a clock: theirs minus ours, ms. */
  | { type: 'clock'; server: ServerId; offset: number }
  /** The host tells where it keeps what is saved. */
  | { type: 'storage'; storage: Storage }
  /** From a proven server, decoded, the signatures of its sets verified. */
  | { type: 'message'; from: ServerId; message: Message }
  | Person
  | { type: 'call'; id: number; call: Call }
  | { type: 'signed'; id: number; signature: string }
  | { type: 'tick' }

/** `now`: this machine's clock, ms since 1970. Throws only for what we got wrong; then the server is restored from its store. */
export function step(server: Server, now: number, input: Input): Effects {
  const turn = beginTurn(server, now + server.clockCorrection)
  followClock(server, turn.now)
  dispatch(turn, input)
  settleAll(turn)
  lookAtNames(turn)
  const next = nextTime(server.agenda)
  turn.effects.wakeAt = next === null ? null : next - server.clockCorrection
  return turn.effects
}

function dispatch(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'start':
      return onStart(turn, input.storeIsOld === true)
    case 'connected':
      return onConnected(turn, input)
    case 'disconnected':
      return onDisconnected(turn, input.server, input.reason)
    case 'clock':
      return onClock(turn, input.server, input.offset)
    case 'storage':
      turn.server.storage = input.storage
      return
    case 'message':
      return onMessage(turn, input.from, input.message)
    case 'person':
      return onPerson(turn, input)
    case 'call':
      return onCall(turn, input.id, input.call)
    case 'signed':
      return onSigned(turn, input.id, input.signature)
    case 'tick':
      return onTick(turn)
    default:
      return unreachable(input)
  }
}

/** What others name may take a name from this server, or from a directory that it stores; and there may be plans to carry out. */
function lookAtNames(turn: Turn): void {
  for (const save of turn.effects.save) {
    if (!('copy' in save)) continue
    if (concernsPlans(save.change)) lookAtPlans(turn, save)
    if (save.change.type !== 'absorbed') continue
    if (save.directory === turn.server.root && hasRootAbove(turn)) schedule(turn.server.agenda, 'register', turn.now)
    for (const { intent, ts } of save.change.sets) {
      const labels = intent.branches.map(([label]) => label)
      if (intent.procedure === 'setUpOn' || intent.procedure === 'removeS') onServersNamed(turn, save.directory, labels)
      else if (intent.procedure === 'reference' || intent.procedure === 'removeD' || intent.procedure === 'carryOut') onNamesChanged(turn, save.directory, labels)
      if (intent.procedure === 'move' || (intent.procedure === 'reference' && labels.includes('.'))) onMoved(turn, save.directory, originOf(ts) === save.copy)
    }
  }
}

/** Performs what this server asked of itself, and goes on with the errands that ended, until nothing is left. */
function settleAll(turn: Turn): void {
  for (;;) {
    const performing = turn.performing.shift()
    if (performing !== undefined) {
      perform(turn, performing.request, performing.caller)
      continue
    }
    const settled = turn.settled.shift()
    if (settled === undefined) return
    const ended = 'onward' in settled ? settled : settle(turn, settled.id, settled.outcome)
    if (ended !== null) goOn(turn, ended.onward, ended.outcome)
  }
}

function goOn(turn: Turn, onward: Onward, outcome: object | Failure): void {
  switch (onward.type) {
    case 'answer':
      return answer(turn, onward.caller, outcome)
    case 'lookup':
      return onWalked(turn, onward.id, outcome)
    case 'secure':
      return onAskedHas(turn, onward.id, onward.server, outcome)
    case 'cleanup':
      return onCleanup(turn, onward.directory, onward.step, outcome)
    case 'register':
      return onRegister(turn, onward.step, outcome)
    case 'sought':
      return onSought(turn, onward, outcome)
    case 'procedure':
      return onProcedure(turn, onward.id, onward.step, outcome)
    case 'arrived':
      return onArrived(turn, onward, outcome)
    case 'ownName':
      return onOwnName(turn, onward.step, outcome)
    case 'carriedOut':
      return onCarriedOut(turn, onward.directory, onward.label, outcome)
    case 'compared':
      return onCompared(turn, onward, outcome)
    case 'drafted':
      return onDrafted(turn, onward, outcome)
    default:
      return unreachable(onward)
  }
}

function onStart(turn: Turn, storeIsOld: boolean): void {
  const { server } = turn
  for (const copy of server.copies.values()) {
    if (storeIsOld) rollBack(turn, copy)
    if (asksAfterEpochs(copy)) schedule(server.agenda, `epoch ${copy.directory}`, turn.now)
    if (copy.state === 'joining') schedule(server.agenda, `join ${copy.directory}`, turn.now)
    else if (copy.state === 'excluded') schedule(server.agenda, `quarantine ${copy.directory}`, turn.now)
    else if (copy.leaving !== null) schedule(server.agenda, `leave ${copy.directory}`, turn.now)
    else {
      lookAtPlans(turn, copy)
      sweepLater(turn, copy)
      schedule(server.agenda, `cleanup ${copy.directory}`, turn.now + 2000)
    }
  }
  schedule(server.agenda, 'register', turn.now)
}

function onMessage(turn: Turn, from: ServerId, message: Message): void {
  switch (message.type) {
    case 'hello':
      return onHello(turn, from, message)
    case 'credentials':
      return onCredentials(turn, from, message)
    case 'request':
      return perform(turn, message.request, { type: 'server', server: from, id: message.id })
    case 'answer':
      return onAnswer(turn, from, message)
    case 'askSnapshot':
    case 'snapshotPage':
    case 'snapshotRefused':
    case 'askSplice':
    case 'askFate':
    case 'spliced':
    case 'spliceRefused':
      if (turn.server.fenced.has(from)) return refuse(turn, from, `${message.type}: an older start of that server, or one of two`, message.directory)
      return onJoinMessage(turn, from, message)
    case 'askEpochFacts':
    case 'epochFacts':
    case 'seal':
    case 'sealed':
    case 'sealRefused':
    case 'askEpoch':
    case 'epochNews':
    case 'epochGivenUp':
    case 'copyGone':
      if (turn.server.fenced.has(from)) return refuse(turn, from, `${message.type}: an older start of that server, or one of two`, message.directory)
      return onEpochMessage(turn, from, message)
    case 'askStanding':
    case 'standing':
    case 'askTakeOver':
    case 'readHandOver':
    case 'handOverPage':
    case 'takenOver':
    case 'notTaken':
    case 'letBe':
    case 'leftBe':
      if (turn.server.fenced.has(from)) return refuse(turn, from, `${message.type}: an older start of that server, or one of two`, message.directory)
      return onLeaveMessage(turn, from, message)
    default:
      return onCopyMessage(turn, from, message)
  }
}

function onJoinMessage(turn: Turn, from: ServerId, message: JoinMessage): void {
  switch (message.type) {
    case 'askSnapshot':
      return onAskSnapshot(turn, from, message)
    case 'snapshotPage':
      onQuarantinePage(turn, from, message)
      return onSnapshotPage(turn, from, message)
    case 'snapshotRefused':
      return onSnapshotRefused(turn, from, message)
    case 'askSplice':
      return onAskSplice(turn, from, message)
    case 'askFate':
      return onAskFate(turn, from, message)
    case 'spliced':
      return onSpliced(turn, from, message)
    case 'spliceRefused':
      return onSpliceRefused(turn, from, message)
    default:
      return unreachable(message)
  }
}

function onLeaveMessage(turn: Turn, from: ServerId, message: LeaveMessage): void {
  switch (message.type) {
    case 'askStanding':
      return onAskStanding(turn, from, message)
    case 'standing':
      return onStanding(turn, from, message)
    case 'askTakeOver':
      return onAskTakeOver(turn, from, message)
    case 'readHandOver':
      return onReadHandOver(turn, from, message)
    case 'handOverPage':
      return onHandOverPage(turn, from, message)
    case 'takenOver':
      return onTakenOver(turn, from, message)
    case 'notTaken':
      return onNotTaken(turn, from, message)
    case 'letBe':
      return onLetBe(turn, from, message)
    case 'leftBe':
      return onLeftBe(turn, from, message)
    default:
      return unreachable(message)
  }
}

function onEpochMessage(turn: Turn, from: ServerId, message: EpochMessage): void {
  switch (message.type) {
    case 'askEpochFacts':
      return onAskEpochFacts(turn, from, message)
    case 'epochFacts':
      return onEpochFacts(turn, from, message)
    case 'seal':
      return onSeal(turn, from, message)
    case 'sealed':
      return onSealed(turn, from, message)
    case 'sealRefused':
      return onSealRefused(turn, from, message)
    case 'askEpoch':
      return onAskEpoch(turn, from, message)
    case 'epochNews':
      return onEpochNews(turn, from, message)
    case 'epochGivenUp':
      return onEpochGivenUp(turn, from, message)
    case 'copyGone':
      return onCopyGone(turn, from, message)
    default:
      return unreachable(message)
  }
}

function onCopyMessage(turn: Turn, from: ServerId, message: CopyMessage): void {
  const copy = receiver(turn, from, message)
  if (copy === null) return onSweepWithoutCopy(turn, from, message)
  switch (message.type) {
    case 'greet':
      return onGreet(turn, copy, from, message)
    case 'updates':
      return onUpdates(turn, copy, from, message)
    case 'spliceNews':
      return onSpliceNews(turn, copy, message)
    case 'lookSweep':
      return onLookSweep(turn, copy, from, message)
    case 'looked':
      return onLooked(turn, copy, message)
    case 'readSweep':
      return onReadSweep(turn, copy, from, message)
    case 'readPage':
      return onReadPage(turn, copy, message)
    case 'writeSweep':
      return onWriteSweep(turn, copy, from, message)
    case 'wrote':
      return onWrote(turn, copy, message)
    case 'sweepRefused':
      return onSweepRefused(turn, copy, message)
    default:
      return unreachable(message)
  }
}

function onTick(turn: Turn): void {
  for (let task = takeDue(turn.server.agenda, turn.now); task !== null; task = takeDue(turn.server.agenda, turn.now)) onTask(turn, task)
}

function onTask(turn: Turn, task: Task): void {
  if (task === 'deferred') return retryDeferred(turn)
  if (task === 'register') return register(turn)
  if (task === 'forgetTransfers') return forgetTransfers(turn)
  const [kind, subject] = task.split(' ') as [string, string]
  if (kind === 'errand') return onErrandTime(turn, subject)
  if (kind === 'secure') return onSecureTime(turn, subject)
  const directory = subject as DirectoryId
  if (kind === 'join') return onJoinTime(turn, directory)
  const copy = turn.server.copies.get(directory)
  if (kind === 'leave' && copy !== undefined) {
    onLeaveTime(turn, copy)
    return lookForEnd(turn, copy)
  }
  if (kind === 'epoch' && copy !== undefined) return onEpochTime(turn, copy)
  if (kind === 'quarantine' && copy !== undefined) return onQuarantineTime(turn, copy)
  if (copy?.state !== 'active') return
  if (kind === 'sweep') beginSweep(turn, copy, 'parallel', null)
  else if (kind === 'sweepDeadline') onSweepDeadline(turn, copy)
  else if (kind === 'planned') onPlannedTime(turn, copy)
  else beginCleanup(turn, copy)
}
