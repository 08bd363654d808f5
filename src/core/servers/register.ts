/**
 * A server gets a name: an entry in the root, or in a directory with InSN [S1], whose value is its identifier and address
 * (SPEC §13). Repeatable: it looks what stands there, enters itself where nothing does, takes the next free name where
 * somebody else does, takes away what it was called before, and sees to it that the server above knows of it [S3].
 */
import { schedule, unschedule } from '../agenda'
import { answer } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { beginJoin } from '../copies/join'
import { beginLookup } from '../directories/lookup'
import { isOfNobody } from '../directories/gone'
import { candidatesFor } from '../directories/reference'
import { serverNamed } from '../entries/named'
import { inSNOf, labelsAt, serverEntry } from '../entries/serverEntry'
import { followRoot, hasRootAbove } from './followRoot'
import { askFormer, isFormerStep, leaveName, noteRemoval, onFormer, type FormerStep } from './formerEntries'
import { sayHello } from './hello'
import { askAnywhere, changeAsServer } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import { formatLabels, labelFault, type DirectoryId, type Label, type ServerId } from '../names'
import type { ReadOutcome } from '../requests'
import { changeServer, happened, homeOf, labelsOfServer, ownLabel, serverNameOf, type Server, type Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { visibleAt, visibleChildren } from '../values/valueTree'

/** `read` the own entry, read all `names` when it is somebody else's, have it `entered`; or something `kept` right; first whatever stands under former names. */
export type RegisterStep = 'read' | 'names' | 'entered' | 'kept' | FormerStep

const TRY_AGAIN = 3000
const LOOK_AGAIN = 30_000
/** Pauses double so often at most. */
const MOST_ATTEMPTS = 4

export const greekLetters = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa', 'lambda', 'mu', 'nu', 'xi', 'omicron', 'pi', 'rho', 'sigma', 'tau', 'upsilon', 'phi', 'chi', 'psi', 'omega']

/** The next name in the Greek alphabet that is not taken; then alpha2, beta2 … */
export function freeServerName(taken: ReadonlySet<string>): string {
  for (let round = 1; ; round++) for (const letter of greekLetters) if (!taken.has(round === 1 ? letter : `${letter}${round}`)) return round === 1 ? letter : `${letter}${round}`
}

/** Sees to it that this server stores the root (a setting), and that its directory knows its name. */
export function register(turn: Turn): void {
  const { server } = turn
  if (server.removed) return clearFormer(turn)
  const isDone = server.registered && !wantsCopy(server)
  schedule(server.agenda, 'register', turn.now + (isDone ? LOOK_AGAIN : Math.min(LOOK_AGAIN, TRY_AGAIN * 2 ** server.attempts)))
  server.attempts = isDone ? 0 : Math.min(MOST_ATTEMPTS, server.attempts + 1)
  // The first word on a link may have been lost: who knows no root asks again.
  if (server.root === null) {
    for (const peer of server.peers.keys()) sayHello(turn, peer)
    return
  }
  if (hasRootAbove(turn) || (server.registered && !server.copies.has(server.root))) followRoot(turn)
  if (wantsCopy(server)) beginJoin(turn, server.root, candidatesFor(server, server.root), null)
  const home = homeOf(server)!
  const copy = server.copies.get(home)
  // Left out by an epoch it asks those who are in: it may have been removed meanwhile [S4].
  if (copy !== undefined && copy.state !== 'active' && copy.state !== 'excluded') return
  if (isFirstInRoot(server)) return rename(turn, ownLabel(server), null)
  // A name in a directory that was only wished for: nobody has looked yet whether it may be.
  if (server.home === null && labelsOfServer(server.name).length > 1) return takeFreeName(turn, server.root)
  const label = ownLabel(server)
  if (copy?.state === 'active' && serverNamed(copy.visible, label) === server.id) {
    isRegistered(turn)
    keepRight(turn, home, copy, label)
    askFormer(turn)
  } else if (!askFormer(turn)) askOwnEntry(turn, home)
}

const askOwnEntry = (turn: Turn, home: DirectoryId): void => askHome(turn, home, { path: [ownLabel(turn.server), 'Server'], form: 'tree' }, 'read')

/** S4: a server that was removed is entered nowhere. */
function clearFormer(turn: Turn): void {
  if (askFormer(turn)) schedule(turn.server.agenda, 'register', turn.now + LOOK_AGAIN)
}

/**
 * S2: a root was put above the one in which this server is named, and nobody is named there: this one, which stores both and
 * on whose name nobody rests, takes a name in it, so that the former root has a copy on a server with a shorter name.
 */
function isFirstInRoot({ root, home, name, formerRoots, copies }: Server): boolean {
  const [above, below] = [copies.get(root!), home === null ? undefined : copies.get(home)]
  if (above?.state !== 'active' || below?.state !== 'active' || !formerRoots.includes(home!)) return false
  const names = [...visibleChildren(above.visible.root)].map(([label]) => label)
  return serverEntry(below.visible, labelsOfServer(name).at(-1)!)?.down.length === 0 && names.every((label) => serverEntry(above.visible, label) === null)
}

const wantsCopy = ({ root, copies, wantsRoot }: Server): boolean => wantsRoot && root !== null && !copies.has(root)

/** The entry says what the server is; under its former names nothing of it is left; the server above knows of it. */
function keepRight(turn: Turn, home: DirectoryId, copy: DirectoryCopy, label: Label): void {
  const { server } = turn
  const wrong = wrongIn(server, (what) => labelsAt(copy.visible, [label, 'Server', what]))
  if (wrong.length > 0) keep(turn, home, [label, 'Server'], wrong)
  for (const other of server.copies.values()) {
    const former = other.state === 'active' ? ownEntries(server, other).filter((each) => other !== copy || each !== label) : []
    if (former.length > 0) keep(turn, other.directory, [], former.map((each) => [each, isNothingElse(other, each) ? false : [['Server', false]]]))
  }
  const above = server.up === null ? undefined : server.copies.get(server.up.directory)
  if (above?.state === 'active' && serverEntry(above.visible, server.up!.label)?.down.includes(server.id) === false) keep(turn, above.directory, [server.up!.label, 'Server', 'Down'], [[server.id, true]])
}

const keep = (turn: Turn, directory: DirectoryId, labels: Label[], tree: Tree): void => changeAsServer(turn, [turn.server.id], directory, 'setUpOn', { labels, incarnations: null }, tree, { type: 'register', step: 'kept' })

/** Names under which a copy lists this server: servers are named in the root, and where InSN is. */
const ownEntries = (server: Server, { directory, visible }: DirectoryCopy): Label[] =>
  directory !== server.root && inSNOf(visible) === null ? [] : [...visibleChildren(visible.root)].flatMap(([label]) => (serverNamed(visible, label) === server.id ? [label] : []))

/** Whether an entry is that of a server and nothing else: what people keep under its old name stays. */
const isNothingElse = ({ visible }: DirectoryCopy, label: Label): boolean => [...visibleChildren(visibleAt(visible, [label])!)].length === 1

/** What the entry says otherwise than the server: every value of it that is wrong or missing. */
export function wrongIn(server: Server, standing: (what: Label) => readonly Label[]): (readonly [Label, Tree])[] {
  return wanted(server).flatMap(([what, value]): (readonly [Label, Tree])[] => {
    const stands = standing(what)
    if (value === null ? stands.length === 0 : stands.length === 1 && stands[0] === value) return []
    return [[what, [...(value === null ? [] : [[value, true] as const]), ...stands.filter((each) => each !== value).map((each) => [each, false] as const)]]]
  })
}

/** SI, Address, Key, Up: the room is the network, so a server's address in it is its identifier. */
const wanted = ({ id, key, up, root }: Server): [Label, Label | null][] => [
  ['SI', id],
  ['Address', addressOf(id)],
  ['Key', key],
  ['Up', up === null ? null : asLabel(serverNameOf({ name: up.name, root }))],
]

const asLabel = (text: string): Label | null => (labelFault(text) === null ? text : null)

export const addressOf = (server: ServerId): string => `room/${server}`

/** At a copy that is known, else at one that the name of the directory leads to. */
function askHome(turn: Turn, home: DirectoryId, read: { path: Label[]; form: 'tree' | 'labels' }, step: RegisterStep): void {
  const { server } = turn
  const request = { type: 'read', directory: home, ...read, after: null } as const
  const onward = { type: 'register', step } as const
  const at = candidatesFor(server, home)
  if (at.length > 0 || home === server.root) askAnywhere(turn, at, request, onward)
  else beginLookup(turn, { from: server.root!, up: 0, labels: labelsOfServer(server.name).slice(0, -1) }, null, request, { type: 'onward', onward })
}

/** Of the names in a directory the next free one. */
const takeFreeName = (turn: Turn, directory: DirectoryId): void => askHome(turn, directory, { path: [], form: 'labels' }, 'names')

export function onRegister(turn: Turn, step: RegisterStep, outcome: object | Failure): void {
  const { server } = turn
  const home = homeOf(server)
  if (isFormerStep(step)) return onFormerEntry(turn, step, outcome)
  if (home === null || server.removed) return
  if (isFailure(outcome)) {
    // Nobody who is asked has the root: another may stand above it by now, of which others know.
    if (isOfNobody(outcome)) followRoot(turn)
    return onRefused(turn, step, outcome)
  }
  switch (step) {
    case 'read':
      return onOwnEntry(turn, home, outcome as ReadOutcome)
    case 'names': {
      const path = server.home === null ? [] : labelsOfServer(server.name).slice(0, -1)
      return rename(turn, formatLabels([...path, freeServerName(new Set((outcome as ReadOutcome).labels ?? []))]), server.home)
    }
    case 'entered':
      // It may have been renamed meanwhile: looks once more. Not at once where it stood there all the time, and may not be read.
      schedule(server.agenda, 'register', turn.now + ('ts' in outcome ? 0 : LOOK_AGAIN))
      if (!server.registered) happened(turn, { kind: 'server', text: `this server is entered in the ${server.home === null ? 'root' : 'directory'} as ${server.name}`, server: server.id })
      isRegistered(turn)
      for (const peer of server.peers.keys()) sayHello(turn, peer)
      return
    case 'kept':
      return
  }
}

function onFormerEntry(turn: Turn, step: FormerStep, outcome: object | Failure): void {
  const { server } = turn
  const home = homeOf(server)
  const came = onFormer(turn, step, outcome)
  if (came === 'asked' || server.removed || home === null) return
  if (came === 'done') return server.registered && server.copies.get(home)?.state === 'active' ? undefined : askOwnEntry(turn, home)
  wasRemoved(turn, came.removedIn, failure('ServerRemoved', { server: server.name }))
}

/** S1: where it may not be named it goes back to the root, rather than have no name; what else stood in the way may pass. */
function onRefused(turn: Turn, step: RegisterStep, failed: Failure): void {
  const { server } = turn
  if (step === 'entered' && failed.code === 'ServerRemoved') return wasRemoved(turn, homeOf(server)!, failed)
  if (step !== 'entered' || server.home === null || (failed.code !== 'WouldBreak' && failed.code !== 'Withdrawn')) return
  for (const caller of server.namings.splice(0)) answer(turn, caller, failed)
  rename(turn, ownLabel(server), null)
}

/** S4: while this server was away it was removed by others. It has no name and takes none by itself, nor a copy of the root. */
function wasRemoved(turn: Turn, recorded: DirectoryId, failed: Failure): void {
  const { server } = turn
  noteRemoval(turn, recorded)
  changeServer(turn, { type: 'removed', removed: true })
  if (server.wantsRoot) changeServer(turn, { type: 'rootWanted', wanted: false })
  if (server.up !== null) changeServer(turn, { type: 'up', up: null })
  server.registered = false
  unschedule(server.agenda, 'register')
  for (const caller of server.namings.splice(0)) answer(turn, caller, failed)
  happened(turn, { kind: 'server', text: 'this server was removed by others while it was away: it has no name, and takes none by itself', server: server.id })
  clearFormer(turn)
}

function isRegistered(turn: Turn): void {
  const { server } = turn
  server.registered = true
  for (const caller of server.namings.splice(0)) answer(turn, caller, { name: server.name })
}

function onOwnEntry(turn: Turn, home: DirectoryId, { tree, snapshot, server: at }: ReadOutcome): void {
  const { server } = turn
  const stands = (what: Label): Label[] => labelsIn(below(tree, [what]))
  const isOwn = stands('SI')[0] === server.id
  const wrong = wrongIn(server, stands)
  if (isOwn) isRegistered(turn)
  if (isOwn && wrong.length === 0) return
  if (!isOwn && snapshot.path.length > 0) return takeFreeName(turn, home)
  changeAsServer(turn, [at], home, 'setUpOn', { labels: [ownLabel(server), 'Server'], incarnations: null }, wrong, { type: 'register', step: isOwn ? 'kept' : 'entered' })
}

/** Of two servers that took one name at once, the one that lost it looks for another as soon as it hears. */
export function onServersNamed(turn: Turn, directory: DirectoryId, labels: readonly Label[]): void {
  const { server } = turn
  const label = ownLabel(server)
  if (directory !== homeOf(server) || !server.registered || !labels.includes(label)) return
  if (serverNamed(server.copies.get(directory)!.visible, label) === server.id) return
  server.registered = false
  schedule(server.agenda, 'register', turn.now)
}

/** Takes another name, from now on; `home` is the directory it is in, null the root. */
export function rename(turn: Turn, name: string, home: DirectoryId | null): void {
  leaveName(turn, home ?? turn.server.root)
  if (name !== turn.server.name || home !== turn.server.home) changeServer(turn, { type: 'name', name, home })
  turn.server.registered = false
  schedule(turn.server.agenda, 'register', turn.now)
}
