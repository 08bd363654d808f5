/**
 * O1: a new root was put above the one that this server knows. By what directories say of themselves the server climbs to it,
 * looks whether it knows the former roots, so that names which begin there can be looked up, and belongs to it from then on:
 * what the server is called is the same directory's name, longer by its first labels.
 */
import { WELL_KNOWN } from '../labels'
import { schedule } from '../agenda'
import { directoryNamed } from '../entries/named'
import { effectiveParent } from '../entries/parents'
import { whomToAsk } from '../directories/reference'
import { wellKnownDirectories, wellKnownIn } from '../directories/wellKnown'
import { isFailure, type Failure } from '../errors'
import { formatLabels, isDirectoryId, MAX_PATH_LABELS, type DirectoryId, type Label, type ServerId } from '../names'
import { begin, finish, read, requestAnywhere, type Begun } from '../procedure'
import type { Outcomes, ReadOutcome } from '../requests'
import { changeServer, happened, hint, type Turn } from '../server'
import { labelsIn } from '../values/readValue'
import { sayHello } from './hello'

export interface Following extends Begun {
  type: 'followRoot'
  /** The root that this server knows, and its name from `top`, as far as it has climbed. */
  root: DirectoryId
  top: DirectoryId
  path: Label[]
  /** Who spoke of another root, and is told of if that is the root of others. */
  met: ServerId | null
}

const LOOK_AGAIN = 2000

/** From parent to parent is `climbed`; what the one at the top lists as well-known is `read`. */
export type FollowingStep = 'climbed' | 'read'

/** Looks where the root that this server knows has gone, if anywhere; `met`: a server that speaks of another one. */
export function followRoot(turn: Turn, met: ServerId | null = null): void {
  const { root } = turn.server
  if (root === null) return
  const following = begin<Following>(turn, null, { type: 'followRoot', root, top: root, path: [], met }, (other) => other.type === 'followRoot')
  if (following !== null) climb(turn, following)
}

/** Whether a root is, or was, one of the service that this server belongs to, as far as is known here. */
export function isOfThisService({ server: { root, formerRoots, copies } }: Pick<Turn, 'server'>, other: DirectoryId): boolean {
  const table = root === null ? undefined : copies.get(root)?.visible
  return other === root || formerRoots.includes(other) || (table !== undefined && wellKnownIn(table, other) !== null)
}

const climb = (turn: Turn, following: Following): void => requestAnywhere(turn, following, 'climbed', whomToAsk(turn.server, following.top), { type: 'parent', directory: following.top })

/** By the copy of the root here: something stands above it. */
export function hasRootAbove({ server }: Pick<Turn, 'server'>): boolean {
  const copy = server.root === null ? undefined : server.copies.get(server.root)
  return copy?.state === 'active' && effectiveParent(copy) !== undefined
}

export function onFollowing(turn: Turn, following: Following, step: FollowingStep, outcome: object | Failure): void {
  const { server } = turn
  if (isFailure(outcome) || server.root !== following.root) return finish(turn, following, outcome)
  if (step === 'read') return onTable(turn, following, outcome as ReadOutcome)
  const { parent, label } = outcome as Outcomes['parent']
  if (parent !== null && label !== null && following.path.length < MAX_PATH_LABELS) {
    if (isDenied(turn, following.top, parent, label)) {
      schedule(server.agenda, 'register', turn.now + LOOK_AGAIN)
      return finish(turn, following, {})
    }
    following.path.unshift(label)
    following.top = parent
    return climb(turn, following)
  }
  if (following.top === server.root) return stays(turn, following)
  read(turn, following, 'read', whomToAsk(server, following.top), following.top, ['.', WELL_KNOWN])
}

/** Whoever is asked may lie, or be ahead of what is stored here: a parent of which there is a copy here has to have a reference. */
function isDenied({ server }: Turn, child: DirectoryId, parent: DirectoryId, label: Label): boolean {
  const copy = server.copies.get(parent)
  return copy?.state === 'active' && directoryNamed(copy.visible, label) !== child
}

/** Nothing stands above the root. */
function stays(turn: Turn, following: Following): void {
  const { server } = turn
  const peer = following.met === null ? undefined : server.peers.get(following.met)
  if (peer !== undefined && peer.root !== null && !isOfThisService(turn, peer.root)) happened(turn, { kind: 'server', text: `${peer.name} belongs to another root (#${peer.root.slice(0, 6)}…); the two services stay apart until they are joined`, server: peer.server })
  finish(turn, following, {})
}

function onTable(turn: Turn, following: Following, { tree, server: at }: ReadOutcome): void {
  const { server } = turn
  const table = labelsIn(tree ?? undefined).filter(isDirectoryId)
  const own = server.copies.get(following.root)
  const needed = [following.root, ...(own?.state === 'active' ? wellKnownDirectories(own.visible) : []), ...server.formerRoots]
  // It is told of them by cleanup; until then the former root has them itself.
  if (needed.every((each) => table.includes(each))) belongTo(turn, following, at)
  else schedule(server.agenda, 'register', turn.now + LOOK_AGAIN)
  finish(turn, following, {})
}

function belongTo(turn: Turn, { root, top, path }: Following, at: ServerId): void {
  const { server } = turn
  const storesRoot = server.copies.has(root)
  changeServer(turn, { type: 'root', root: top, former: [...server.formerRoots, root] })
  changeServer(turn, { type: 'name', name: `${formatLabels(path)}/${server.name}`, home: server.home ?? root })
  if (server.up !== null) changeServer(turn, { type: 'up', up: { ...server.up, name: `${formatLabels(path)}/${server.up.name}` } })
  // Another name that it is about to take was said from the root that was.
  for (const setting of server.procedures.values()) if (setting.type === 'setUpOn') Object.assign(setting, { path: [...path, ...setting.path], upPath: setting.upPath && [...path, ...setting.upPath], up: setting.up && { ...setting.up, name: `${formatLabels(path)}/${setting.up.name}` } })
  // S3: what made it a server that needs no up pointer was its copy of the root.
  if ((storesRoot || server.up === null) && !server.wantsRoot && !server.removed) changeServer(turn, { type: 'rootWanted', wanted: true })
  happened(turn, { kind: 'server', text: `the root is now #${top.slice(0, 6)}…, in which the former one is called ${formatLabels(path)}`, server: server.id, directory: top })
  for (const peer of server.peers.keys()) sayHello(turn, peer)
  server.registered = false
  if (at !== server.id) hint(server, top, at)
  schedule(server.agenda, 'register', turn.now)
  if (storesRoot) schedule(server.agenda, `cleanup ${root}`, turn.now)
}
