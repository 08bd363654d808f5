/**
 * SetUpOn: a server gets a name, an entry in the root whose value is its identifier and address (SPEC §13). Repeatable:
 * it looks what the root says, enters itself where nothing stands, and takes the next free name where somebody else does.
 */
import { schedule } from '../agenda'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { beginJoin } from '../copies/join'
import { candidatesFor, namedBy } from '../directories/reference'
import { ask, originateAsServer } from '../errands'
import { isFailure, type Failure } from '../errors'
import type { DirectoryId, Label, ServerId } from '../names'
import type { Drafted, ReadOutcome } from '../requests'
import { changeServer, happened, type Server, type Turn } from '../server'
import type { Tree } from '../values/readValue'
import { visibleAt, visibleChildren } from '../values/valueTree'

/** `read` the own entry, read all `names` when it is somebody else's, `draft` the entry, `submit` it. */
export type RegisterStep = 'read' | 'names' | 'draft' | 'submit'

const TRY_AGAIN = 3000
const LOOK_AGAIN = 30_000

export const greekLetters = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta', 'iota', 'kappa', 'lambda', 'mu', 'nu', 'xi', 'omicron', 'pi', 'rho', 'sigma', 'tau', 'upsilon', 'phi', 'chi', 'psi', 'omega']

/** The next name in the Greek alphabet that is not taken; then alpha2, beta2 … */
export function freeServerName(taken: ReadonlySet<string>): string {
  for (let round = 1; ; round++) for (const letter of greekLetters) if (!taken.has(round === 1 ? letter : `${letter}${round}`)) return round === 1 ? letter : `${letter}${round}`
}

/** Sees to it that this server stores the root (a setting), and that the root knows its name. */
export function register(turn: Turn): void {
  const { server } = turn
  schedule(server.agenda, 'register', turn.now + (server.registered && !wantsCopy(server) ? LOOK_AGAIN : TRY_AGAIN))
  if (server.root === null) return
  const copy = server.copies.get(server.root)
  if (wantsCopy(server)) beginJoin(turn, server.root, candidatesFor(server, server.root), null)
  if (copy !== undefined && copy.state !== 'active') return
  const entry = copy && namedBy(copy.visible, server.name)
  if (entry?.type === 'server' && entry.server === server.id) {
    server.registered = true
    const former = [...listedServers(server)].filter(([label, id]) => id === server.id && label !== server.name)
    if (former.length > 0) askDraft(turn, server.root, server.id, former.map(([label]) => [label, isNothingElse(copy!, label) ? false : [['Server', false]]]))
    return
  }
  askRoot(turn, server.root, { path: [server.name, 'Server'], form: 'tree' }, 'read')
}

const wantsCopy = ({ root, copies, wantsRoot }: Server): boolean => wantsRoot && root !== null && !copies.has(root)

/** Whether an entry is that of a server and nothing else: what people keep under its old name stays. */
const isNothingElse = ({ visible }: DirectoryCopy, label: Label): boolean => [...visibleChildren(visibleAt(visible, [label])!)].length === 1

function askRoot(turn: Turn, root: DirectoryId, read: { path: Label[]; form: 'tree' | 'labels' }, step: RegisterStep): void {
  ask(turn, candidatesFor(turn.server, root), { type: 'read', directory: root, ...read, after: null }, { type: 'register', step })
}

function askDraft(turn: Turn, root: DirectoryId, at: ServerId, tree: Tree): void {
  const change = { procedure: 'setUpOn' as const, under: { labels: [], incarnations: null }, tree, replace: false }
  ask(turn, [at], { type: 'draft', directory: root, change }, { type: 'register', step: 'draft' })
}

export function onRegister(turn: Turn, step: RegisterStep, outcome: object | Failure): void {
  const { server } = turn
  if (isFailure(outcome) || server.root === null) return
  switch (step) {
    case 'read':
      onOwnEntry(turn, server.root, outcome as ReadOutcome)
      return
    case 'names': {
      const taken = new Set((outcome as ReadOutcome).labels ?? [])
      rename(turn, freeServerName(taken))
      return
    }
    case 'draft': {
      const { branches, server: at } = outcome as Drafted
      if (branches.length > 0) originateAsServer(turn, server.root, 'setUpOn', branches, at, { type: 'register', step: 'submit' })
      return
    }
    case 'submit':
      // It may have been renamed meanwhile: looks once more.
      schedule(server.agenda, 'register', turn.now)
      if (server.registered) return
      server.registered = true
      happened(turn, { kind: 'server', text: `this server is entered in the root as ${server.name}`, server: server.id })
  }
}

function onOwnEntry(turn: Turn, root: DirectoryId, { tree, snapshot, server: at }: ReadOutcome): void {
  const { server } = turn
  const si = Array.isArray(tree) ? (tree as [Label, Tree][]).find(([label]) => label === 'SI')?.[1] : undefined
  if (Array.isArray(si) && si[0]?.[0] === server.id) server.registered = true
  else if (snapshot.path.length > 0) askRoot(turn, root, { path: [], form: 'labels' }, 'names')
  else {
    askDraft(turn, root, at, [[server.name, serverTree(server)]])
  }
}

/** SI, Address, Key: the room is the network, so a server's address in it is its identifier. */
const serverTree = ({ id, key }: Server): Tree => [
  [
    'Server',
    [
      ['SI', [[id, true]]],
      ['Address', [[addressOf(id), true]]],
      ['Key', [[key, true]]],
    ],
  ],
]

export const addressOf = (server: ServerId): string => `room/${server}`

/** Of two servers that took one name at once, the one that lost it looks for another as soon as it hears. */
export function onServersNamed(turn: Turn, directory: DirectoryId, labels: readonly Label[]): void {
  const { server } = turn
  if (directory !== server.root || !server.registered || !labels.includes(server.name)) return
  const entry = namedBy(server.copies.get(directory)!.visible, server.name)
  if (entry?.type === 'server' && entry.server === server.id) return
  server.registered = false
  schedule(server.agenda, 'register', turn.now)
}

/** Takes another name, from now on. */
export function rename(turn: Turn, name: string): void {
  if (name !== turn.server.name) changeServer(turn, { type: 'name', name })
  turn.server.registered = false
  schedule(turn.server.agenda, 'register', turn.now)
}

/** The names of all servers that the root lists, as far as this server stores it. */
export function listedServers(server: Server): Map<string, ServerId> {
  const root = server.root === null ? undefined : server.copies.get(server.root)
  const found = new Map<string, ServerId>()
  if (root === undefined) return found
  for (const [label] of visibleChildren(root.visible.root)) {
    const named = namedBy(root.visible, label)
    if (named?.type === 'server') found.set(label, named.server)
  }
  return found
}
