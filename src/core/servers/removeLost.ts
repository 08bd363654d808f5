/**
 * RemoveS of a server that is gone for good: performed by another one, at an administrator's word. Every server in reach says
 * first where the lost one still has a part; no ring may name it, and nobody may point up to it. Then its name is withdrawn
 * [W5], the server above released, and the entry goes, with a record of who it was: if it does come back it is told so by the
 * copy that it asks to enter it, and takes no name by itself [S4].
 *
 * That nobody waits any more for what it alone has [E4] cannot be taken back, so it comes as late as it can: in the directory
 * of its name when every copy has the announcement, for F, which is frozen until then, has to pass that; elsewhere when all is
 * looked at, so that it is part of the removal and is done again with it.
 */
import { answer, type Caller } from '../caller'
import { beginLookup, type Found } from '../directories/lookup'
import { candidatesFor } from '../directories/reference'
import { REMOVED, WITHDRAWN } from '../entries/serverEntry'
import { failure, isFailure, type Failure } from '../errors'
import { formatLabels, isServerId, parseStored, type DirectoryId, type FullName, type Label, type ServerId } from '../names'
import type { Outcomes, ReadOutcome, Traces } from '../requests'
import { happened, isEntered, labelsOfServer, nameOfServer, type Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { pointedUpFault } from './announcements'
import { begin, cameToNothing, change, finish, goOnAt, goOnWithdrawing, lookUp, read, reasonOf, request, withdrawingFrom, type Begun, type Withdrawing, type WithdrawingStep } from '../procedure'

/** What removing a lost server comes to: what hinders it, and what is lost with it. */
export interface LostServer {
  server: ServerId
  name: string
  /** Servers that point up to it: they are pointed elsewhere first [S3]. */
  down: ServerId[]
  /** Directories in whose rings it still is: each needs a new epoch without it. */
  rings: Traces['rings']
  /** Directories that wait for what it alone has: they will do so no more [E4]. */
  awaited: Traces['awaited']
  /** Directories of which no other server is known to have a copy: they cannot be reached without it. */
  alone: Traces['alone']
  /** Who could not be asked, in words: its rings may be known there. */
  unheard: string[]
}

export interface LostRemoval extends Begun {
  type: 'removeLost'
  path: Label[]
  /** Only tells what it would come to. */
  dry: boolean
  home: DirectoryId
  /** Servers with copies of the home. */
  keepers: ServerId[]
  lost: LostServer | null
  /** The name of the server that it points up to, as its entry has it. */
  up: FullName | null
  upHome: DirectoryId
  /** Nothing else stands under its name. */
  alone: boolean
  /** How many servers have not said yet what they know of it; who told which directory waits for it. */
  open: number
  awaiting: { directory: DirectoryId; at: ServerId }[]
  /** Servers that keep their names for it, as was told, but for the one of its entry: it may have told another one, and gone before it said so itself. */
  above: (Traces['above'][number] & { at: ServerId })[]
  withdrawing: Withdrawing | null
  /** Nobody points up to it, and nobody new can. */
  isChecked: boolean
  /** What cannot be taken back and is done, in words. */
  done: string[]
  broken: Failure | null
}

/** The `home` is found, the entry `looked` at, everybody asked; withdrawn, `checked`; whoever waits for it (`state`) has it `abandoned`; the server above found (`upHome`), asked whether it keeps its name for it (`upDown`), and `released`; the entry `gone`, or `asked` whether it is; `restored` when that came to nothing. */
export type LostRemovalStep = 'home' | 'looked' | `knows ${ServerId}` | 'state' | 'abandoned' | WithdrawingStep | 'checked' | 'upHome' | 'upDown' | 'released' | 'gone' | 'asked' | 'restored'

/** `path`: the lost server's name, as labels from the root. */
export function beginRemoveLost(turn: Turn, path: Label[], dry: boolean, caller: Caller): void {
  const { server } = turn
  const { root } = server
  if (root === null) return answer(turn, caller, failure('NoRoot', { reason: 'no server that knows one has been met in this room' }))
  const name = formatLabels(path)
  if (path.length === 0) return answer(turn, caller, failure('BadName', { name: '/', reason: 'a server has a label of its own' }))
  const removal = begin<LostRemoval>(turn, caller, { type: 'removeLost', path, dry, home: root, keepers: candidatesFor(server, root), lost: null, up: null, upHome: root, alone: false, open: 0, awaiting: [], above: [], withdrawing: null, isChecked: false, done: [], broken: null }, (other) => other.type === 'removeLost' && other.dry === dry && formatLabels(other.path) === name)
  if (removal === null) return
  if (path.length > 1) lookUp(turn, removal, 'home', path.slice(0, -1), null, null)
  else look(turn, removal, 'looked')
}

const labelOf = ({ path }: LostRemoval): Label => path.at(-1)!

const look = (turn: Turn, removal: LostRemoval, step: 'looked' | 'checked'): void => read(turn, removal, step, removal.withdrawing === null ? removal.keepers : [removal.withdrawing.at], removal.home, [labelOf(removal)])

export function onLostRemoval(turn: Turn, removal: LostRemoval, step: LostRemovalStep, outcome: object | Failure): void {
  switch (step) {
    case 'home': {
      if (isFailure(outcome)) return finish(turn, removal, outcome)
      const { directory, servers } = outcome as Found
      removal.home = directory
      removal.keepers = [...new Set([...servers, ...candidatesFor(turn.server, directory)])]
      return look(turn, removal, 'looked')
    }
    case 'looked':
      return isFailure(outcome) ? finish(turn, removal, outcome) : onLooked(turn, removal, outcome as ReadOutcome)
    case 'state':
      return isFailure(outcome) ? restore(turn, removal, outcome) : abandon(turn, removal, (outcome as Outcomes['state']))
    case 'abandoned':
      if (!isFailure(outcome)) return onAbandoned(turn, removal)
      if (outcome.code !== 'BadRequest') removal.done.push(`${nameOfNext(removal)} was asked to wait no longer for what it alone has, and has not answered`)
      return restore(turn, removal, outcome)
    case 'checked': {
      if (isFailure(outcome)) return restore(turn, removal, outcome)
      const fault = faultOf(turn, removal, outcome as ReadOutcome)
      if (fault !== null) return restore(turn, removal, fault)
      removal.isChecked = true
      return abandonNext(turn, removal)
    }
    case 'upHome':
      if (isFailure(outcome)) return outcome.code === 'NotFound' ? take(turn, removal) : restore(turn, removal, outcome)
      removal.upHome = (outcome as Found).directory
      return read(turn, removal, 'upDown', (outcome as Found).servers, removal.upHome, [...downOf(removal)])
    case 'upDown':
      if (isFailure(outcome)) return restore(turn, removal, outcome)
      return labelsIn((outcome as ReadOutcome).tree ?? undefined).includes(removal.lost!.server) ? release(turn, removal, (outcome as ReadOutcome).server) : take(turn, removal)
    case 'released':
      return onReleased(turn, removal, outcome)
    case 'gone':
      if (!isFailure(outcome)) return removed(turn, removal)
      if (outcome.code !== 'TimedOut') return restore(turn, removal, outcome)
      // Whether it was done is asked, not assumed.
      removal.broken = outcome
      return read(turn, removal, 'asked', removal.keepers, removal.home, [labelOf(removal), 'Server', 'SI'])
    case 'asked': {
      const stands = isFailure(outcome) || labelsIn((outcome as ReadOutcome).tree ?? undefined).includes(removal.lost!.server)
      return stands ? finish(turn, removal, removal.broken!) : removed(turn, removal)
    }
    case 'restored':
      return finish(turn, removal, whyNot(removal, outcome))
    case 'swept':
      if (!isFailure(outcome) && nextAwaiting(removal) !== undefined) return abandonNext(turn, removal)
      return withdrawOn(turn, removal, step, outcome)
    case 'withdrawn':
    case 'marked':
    case 'stood':
      return withdrawOn(turn, removal, step, outcome)
    default:
      return onKnown(turn, removal, step.slice('knows '.length) as ServerId, outcome)
  }
}

/** Why the entry cannot go: it is another's by now, its server runs after all, or somebody points up to it. */
function faultOf(turn: Turn, removal: LostRemoval, { tree }: ReadOutcome): Failure | null {
  const { server } = turn
  const name = `/${formatLabels(removal.path)}`
  const si = labelsIn(below(tree, ['Server', 'SI']))[0]
  if (si === undefined || !isServerId(si) || (removal.lost !== null && removal.lost.server !== si)) return failure('NoSuchServer', { server: name })
  if (si === server.id || server.peers.has(si)) return running(turn, removal)
  return removal.dry ? null : pointedUpFault(labelOf(removal), labelsIn(below(tree, ['Server', 'Down'])), 'Removing the server')
}

const running = ({ server }: Turn, { path }: LostRemoval): Failure => failure('ServerRunning', { server: `/${formatLabels(path)}`, by: server.name })

function onLooked(turn: Turn, removal: LostRemoval, outcome: ReadOutcome): void {
  const { server } = turn
  const fault = faultOf(turn, removal, outcome)
  if (fault !== null) return finish(turn, removal, fault)
  const entry = (what: Label): Label[] => labelsIn(below(outcome.tree, ['Server', what]))
  const [up] = entry('Up')
  const lost: LostServer = { server: entry('SI')[0] as ServerId, name: formatLabels(removal.path), down: entry('Down').filter(isServerId), rings: [], awaited: [], alone: [], unheard: [] }
  const everybody = [server.id, ...server.peers.keys()]
  Object.assign(removal, { lost, up: up === undefined ? null : nameOfUp(up, server.root!), alone: labelsIn(outcome.tree ?? undefined).length === 1, open: everybody.length, keepers: [...new Set([outcome.server, ...removal.keepers])] } satisfies Partial<LostRemoval>)
  for (const other of everybody) request(turn, removal, `knows ${other}`, [other], { type: 'traces', directory: server.root!, server: lost.server })
}

/** A server has said what it knows of the lost one; after the last it is decided whether that hinders anything. */
function onKnown(turn: Turn, removal: LostRemoval, from: ServerId, outcome: object | Failure): void {
  const lost = removal.lost!
  if (isFailure(outcome)) lost.unheard.push(nameOfServer(turn.server, from))
  else {
    const { rings, awaited, alone, above } = outcome as Traces
    for (const [known, told] of [[lost.rings, rings], [lost.awaited, awaited], [lost.alone, alone]] as const) known.push(...told.filter(({ directory }) => !known.some((each) => each.directory === directory)))
    // Whoever says so has the change drawn up there.
    if (from === turn.server.id || isEntered(turn.server, from)) removal.above.push(...above.filter(({ directory, label }) => !removal.above.some((each) => each.directory === directory && each.label === label)).map((each) => ({ ...each, at: from })))
    removal.awaiting.push(...awaited.filter(({ directory }) => !removal.awaiting.some((each) => each.directory === directory)).map(({ directory }) => ({ directory, at: from })))
  }
  if (--removal.open > 0) return
  if (removal.dry) return finish(turn, removal, lost)
  if (lost.rings.length > 0) return finish(turn, removal, failure('StillMember', { server: `/${lost.name}`, name: lost.rings.map(({ name }) => name).join(', ').slice(0, 2000) }))
  const elsewhere = lost.awaited.filter(({ directory }) => turn.server.copies.get(directory)?.state !== 'active')
  if (elsewhere.length > 0) return finish(turn, removal, failure('StillAwaited', { server: `/${lost.name}`, name: elsewhere.map(({ name }) => name).join(', ').slice(0, 2000) }))
  const { home, keepers, path } = removal
  removal.withdrawing = withdrawingFrom(keepers[0]!, home, [labelOf(removal), 'Server'])
  change(turn, removal, 'withdrawn', [keepers[0]!], home, 'removeS', [path.at(-1)!, 'Server'], [[WITHDRAWN, true]])
}

function withdrawOn(turn: Turn, removal: LostRemoval, step: WithdrawingStep, outcome: object | Failure): void {
  const stable = goOnWithdrawing(turn, removal, removal.withdrawing!, step, outcome)
  if (stable === 'stable') look(turn, removal, 'checked')
  else if (stable !== null) restore(turn, removal, stable)
}

/** The next directory that is to wait for it no more: at first only that of its name. */
const nextAwaiting = ({ awaiting, isChecked, home }: LostRemoval): LostRemoval['awaiting'][number] | undefined => awaiting.find(({ directory }) => isChecked || directory === home)

const nameOfNext = (removal: LostRemoval): string => removal.lost!.awaited.find(({ directory }) => directory === nextAwaiting(removal)!.directory)!.name

/** E4: nobody waits any more for what it alone has, unless it is back. */
function abandonNext(turn: Turn, removal: LostRemoval): void {
  const next = nextAwaiting(removal)
  if (next === undefined) return releaseNext(turn, removal)
  if (turn.server.peers.has(removal.lost!.server)) return restore(turn, removal, running(turn, removal))
  request(turn, removal, 'state', [next.at], { type: 'state', directory: next.directory })
}

/** Of the directory of its name F can go on by now, and pass the announcement. */
function onAbandoned(turn: Turn, removal: LostRemoval): void {
  const { done, awaiting } = removal
  const { directory } = nextAwaiting(removal)!
  done.push(`${nameOfNext(removal)} waits no longer for what it alone has`)
  removal.awaiting = awaiting.filter((each) => each.directory !== directory)
  if (removal.isChecked) abandonNext(turn, removal)
  else withdrawOn(turn, removal, 'swept', {})
}

function abandon(turn: Turn, removal: LostRemoval, { excluded }: Outcomes['state']): void {
  const { directory, at } = nextAwaiting(removal)!
  request(turn, removal, 'abandoned', [at], { type: 'abandon', directory, copies: excluded.filter((exclusion) => exclusion.server === removal.lost!.server).map(({ copy }) => copy) })
}

/** S3: whoever it told that it points up to them may go in their turn. */
function releaseNext(turn: Turn, removal: LostRemoval): void {
  const [next] = removal.above
  if (next === undefined) findUp(turn, removal)
  else change(turn, removal, 'released', [next.at], next.directory, 'setUpOn', [next.label, 'Server', 'Down'], [[removal.lost!.server, false]])
}

/** What was only told is tried; checkS mends it elsewhere. The one that its entry points up to is released first. */
function onReleased(turn: Turn, removal: LostRemoval, outcome: object | Failure): void {
  const told = removal.above.shift()
  if (isFailure(outcome) && told === undefined) return restore(turn, removal, outcome)
  if (!isFailure(outcome)) removal.done.push(`${told?.name ?? `/${formatLabels(removal.up!.labels)}`} keeps its name for it no longer`)
  if (told === undefined) take(turn, removal)
  else releaseNext(turn, removal)
}

/** The server that its entry points up to; there may be others at whose copies that is not known yet. */
function findUp(turn: Turn, removal: LostRemoval): void {
  const { up } = removal
  if (up === null) take(turn, removal)
  else beginLookup(turn, { ...up, labels: up.labels.slice(0, -1) }, null, null, goOnAt(removal, 'upHome'))
}

/** Names that are written without a root begin at the present one. */
function nameOfUp(up: Label, root: DirectoryId): FullName {
  const name = parseStored(up)
  return { from: isFailure(name) || name.from === '.' || name.from === '/' ? root : name.from, up: 0, labels: labelsOfServer(up) }
}

const downOf = ({ up }: LostRemoval): [Label, Label, Label] => [up!.labels.at(-1)!, 'Server', 'Down']

const release = (turn: Turn, removal: LostRemoval, at: ServerId): void => change(turn, removal, 'released', [at], removal.upHome, 'setUpOn', downOf(removal), [[removal.lost!.server, false]])

/** S4: its entry goes, and who it was is recorded beside it, in one change. */
function take(turn: Turn, removal: LostRemoval): void {
  const entry: Tree = removal.alone ? false : [['Server', false]]
  change(turn, removal, 'gone', removal.keepers, removal.home, 'removeS', [], [[labelOf(removal), entry], ['.', [[REMOVED, [[removal.lost!.server, true]]]]]])
}

function removed(turn: Turn, removal: LostRemoval): void {
  const { name, server } = removal.lost!
  happened(turn, { kind: 'server', text: `the server ${name}, which is gone for good, has been removed`, server })
  finish(turn, removal, removal.lost!)
}

/** Why it is not removed, and what is done of it nevertheless. */
function whyNot({ broken, done, lost }: LostRemoval, restored: object | Failure): Failure {
  const name = `/${lost!.name}`
  const why = cameToNothing(broken!, restored, `the server ${name}`)
  return done.length === 0 ? why : failure('NotRemoved', { server: name, reason: reasonOf(why), what: done.join('; ') })
}

/** It came to nothing: others may point up to it again. */
function restore(turn: Turn, removal: LostRemoval, why: Failure): void {
  removal.broken = why
  change(turn, removal, 'restored', removal.keepers, removal.home, 'removeS', [labelOf(removal), 'Server'], [[WITHDRAWN, false]])
}
