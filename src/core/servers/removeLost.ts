/**
 * RemoveS of a server that is gone for good: performed by another one, at an administrator's word. Every server in reach says
 * first where the lost one still has a part; no ring may wait for it, or name it, and nobody may point up to it. Then its
 * name is withdrawn [W5], the server above released, and the entry goes, with a record of who it was: if it does come back it
 * is told so by the copy that it asks to enter it, and takes no name by itself [S4].
 */
import { answer, type Caller } from '../caller'
import type { Found } from '../directories/lookup'
import { candidatesFor } from '../directories/reference'
import { REMOVED, WITHDRAWN } from '../directories/serverEntry'
import { failure, isFailure, type Failure } from '../errors'
import { formatPath, isServerId, type DirectoryId, type Label, type ServerId } from '../names'
import type { Outcomes, ReadOutcome, Traces } from '../requests'
import { happened, labelsOfServer, nameOfServer, type Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { pointedUpFault } from './announcements'
import { begin, change, finish, goOnWithdrawing, lookUp, read, request, withdrawingFrom, type Begun, type Withdrawing, type WithdrawingStep } from '../procedure'

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
  /** The name of the server that it points up to. */
  up: Label[] | null
  upHome: DirectoryId
  /** Nothing else stands under its name. */
  alone: boolean
  /** How many servers have not said yet what they know of it; who told which directory waits for it. */
  open: number
  awaiting: { directory: DirectoryId; at: ServerId }[]
  withdrawing: Withdrawing | null
  broken: Failure | null
}

/** The `home` is found, the entry `looked` at, everybody asked; whoever waits for it `abandoned`; withdrawn, `checked`; the server above found (`upHome`) and `released`; the entry `gone`; `restored` when that came to nothing. */
export type LostRemovalStep = 'home' | 'looked' | `knows ${ServerId}` | 'state' | 'abandoned' | WithdrawingStep | 'checked' | 'upHome' | 'released' | 'gone' | 'restored'

/** `path`: the lost server's name, as labels from the root. */
export function beginRemoveLost(turn: Turn, path: Label[], dry: boolean, caller: Caller): void {
  const { server } = turn
  const { root } = server
  if (root === null) return answer(turn, caller, failure('NoRoot', { reason: 'no server that knows one has been met in this room' }))
  const name = formatPath(path)
  if (path.length === 0) return answer(turn, caller, failure('BadName', { name: '/', reason: 'a server has a label of its own' }))
  const removal = begin<LostRemoval>(turn, caller, { type: 'removeLost', path, dry, home: root, keepers: candidatesFor(server, root), lost: null, up: null, upHome: root, alone: false, open: 0, awaiting: [], withdrawing: null, broken: null }, (other) => other.type === 'removeLost' && other.dry === dry && formatPath(other.path) === name)
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
      return isFailure(outcome) ? finish(turn, removal, outcome) : abandon(turn, removal, (outcome as Outcomes['state']))
    case 'abandoned':
      return isFailure(outcome) ? finish(turn, removal, outcome) : abandonNext(turn, removal)
    case 'checked': {
      if (isFailure(outcome)) return restore(turn, removal, outcome)
      const fault = faultOf(turn, removal, outcome as ReadOutcome)
      return fault === null ? findUp(turn, removal) : restore(turn, removal, fault)
    }
    case 'upHome':
      if (isFailure(outcome)) return outcome.code === 'NotFound' ? take(turn, removal) : restore(turn, removal, outcome)
      removal.upHome = (outcome as Found).directory
      return release(turn, removal, (outcome as Found).servers)
    case 'released':
      return isFailure(outcome) ? restore(turn, removal, outcome) : take(turn, removal)
    case 'gone':
      if (!isFailure(outcome)) happened(turn, { kind: 'server', text: `the server ${removal.lost!.name}, which is gone for good, has been removed`, server: removal.lost!.server })
      return finish(turn, removal, isFailure(outcome) ? outcome : removal.lost!)
    case 'restored':
      return finish(turn, removal, removal.broken ?? outcome)
    case 'withdrawn':
    case 'marked':
    case 'swept':
    case 'stood': {
      const stable = goOnWithdrawing(turn, removal, removal.withdrawing!, step, outcome)
      if (stable === 'stable') look(turn, removal, 'checked')
      else if (stable !== null) restore(turn, removal, stable)
      return
    }
    default:
      return onKnown(turn, removal, step.slice('knows '.length) as ServerId, outcome)
  }
}

/** Why the entry cannot go: it is another's by now, its server runs after all, or somebody points up to it. */
function faultOf(turn: Turn, removal: LostRemoval, { tree }: ReadOutcome): Failure | null {
  const { server } = turn
  const name = `/${formatPath(removal.path)}`
  const si = labelsIn(below(tree, ['Server', 'SI']))[0]
  if (si === undefined || !isServerId(si) || (removal.lost !== null && removal.lost.server !== si)) return failure('NoSuchServer', { server: name })
  if (si === server.id || server.peers.has(si)) return failure('ServerRunning', { server: name, by: server.name })
  return removal.dry ? null : pointedUpFault(labelOf(removal), labelsIn(below(tree, ['Server', 'Down'])), 'Removing the server')
}

function onLooked(turn: Turn, removal: LostRemoval, outcome: ReadOutcome): void {
  const { server } = turn
  const fault = faultOf(turn, removal, outcome)
  if (fault !== null) return finish(turn, removal, fault)
  const entry = (what: Label): Label[] => labelsIn(below(outcome.tree, ['Server', what]))
  const [up] = entry('Up')
  const lost: LostServer = { server: entry('SI')[0] as ServerId, name: formatPath(removal.path), down: entry('Down').filter(isServerId), rings: [], awaited: [], alone: [], unheard: [] }
  const everybody = [server.id, ...server.peers.keys()]
  Object.assign(removal, { lost, up: up === undefined ? null : labelsOfServer(up), alone: labelsIn(outcome.tree ?? undefined).length === 1, open: everybody.length, keepers: [...new Set([outcome.server, ...removal.keepers])] } satisfies Partial<LostRemoval>)
  for (const other of everybody) request(turn, removal, `knows ${other}`, [other], { type: 'traces', directory: server.root!, server: lost.server })
}

/** A server has said what it knows of the lost one; after the last it is decided whether that hinders anything. */
function onKnown(turn: Turn, removal: LostRemoval, from: ServerId, outcome: object | Failure): void {
  const lost = removal.lost!
  if (isFailure(outcome)) lost.unheard.push(nameOfServer(turn.server, from))
  else {
    const { rings, awaited, alone } = outcome as Traces
    for (const [known, told] of [[lost.rings, rings], [lost.awaited, awaited], [lost.alone, alone]] as const) known.push(...told.filter(({ directory }) => !known.some((each) => each.directory === directory)))
    removal.awaiting.push(...awaited.filter(({ directory }) => !removal.awaiting.some((each) => each.directory === directory)).map(({ directory }) => ({ directory, at: from })))
  }
  if (--removal.open > 0) return
  if (removal.dry) return finish(turn, removal, lost)
  if (lost.rings.length > 0) return finish(turn, removal, failure('StillMember', { server: `/${lost.name}`, name: lost.rings.map(({ name }) => name).join(', ').slice(0, 2000) }))
  abandonNext(turn, removal)
}

/** E4: nobody waits any more for what it alone has. */
function abandonNext(turn: Turn, removal: LostRemoval): void {
  const next = removal.awaiting[0]
  if (next !== undefined) return request(turn, removal, 'state', [next.at], { type: 'state', directory: next.directory })
  const { home, keepers, path } = removal
  removal.withdrawing = withdrawingFrom(keepers[0]!, home, [labelOf(removal), 'Server'])
  change(turn, removal, 'withdrawn', [keepers[0]!], home, 'removeS', [path.at(-1)!, 'Server'], [[WITHDRAWN, true]])
}

function abandon(turn: Turn, removal: LostRemoval, { excluded }: Outcomes['state']): void {
  const { directory, at } = removal.awaiting.shift()!
  request(turn, removal, 'abandoned', [at], { type: 'abandon', directory, copies: excluded.filter((exclusion) => exclusion.server === removal.lost!.server).map(({ copy }) => copy) })
}

/** The server that it points up to may go in its turn. */
function findUp(turn: Turn, removal: LostRemoval): void {
  const { up } = removal
  if (up === null) take(turn, removal)
  else if (up.length > 1) lookUp(turn, removal, 'upHome', up.slice(0, -1), null, null)
  else release(turn, removal, candidatesFor(turn.server, removal.upHome))
}

const release = (turn: Turn, removal: LostRemoval, at: readonly ServerId[]): void => change(turn, removal, 'released', at, removal.upHome, 'setUpOn', [removal.up!.at(-1)!, 'Server', 'Down'], [[removal.lost!.server, false]])

/** S4: its entry goes, and who it was is recorded beside it, in one change. */
function take(turn: Turn, removal: LostRemoval): void {
  const entry: Tree = removal.alone ? false : [['Server', false]]
  change(turn, removal, 'gone', removal.keepers, removal.home, 'removeS', [], [[labelOf(removal), entry], ['.', [[REMOVED, [[removal.lost!.server, true]]]]]])
}

/** It came to nothing: others may point up to it again. */
function restore(turn: Turn, removal: LostRemoval, why: Failure): void {
  removal.broken = why
  change(turn, removal, 'restored', removal.keepers, removal.home, 'removeS', [labelOf(removal), 'Server'], [[WITHDRAWN, false]])
}
