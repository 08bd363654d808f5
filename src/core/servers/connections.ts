/** Connections: who is there, by which start [B2], and what servers tell each other first. */
import { asksAfterEpochs, type DirectoryCopy } from '../copies/directoryCopy'
import { tellEpoch } from '../copies/epochNews'
import { greet, knowOwnName } from '../copies/spread'
import { sweepAfterConnection } from '../copies/sweepTimes'
import { lookAtNameSoon } from '../directories/cleanup'
import { schedule } from '../agenda'
import { compareClocks } from './clock'
import { followRoot, isOfThisService } from './followRoot'
import { showCredentials } from '../auth/session'
import { sayHello } from './hello'
import type { Message } from '../messages'
import type { DirectoryId, ServerId } from '../names'
import { changeServer, happened, hint, shortName, type Turn } from '../server'

/** A link to a proven server is up [X1]. */
export interface Connected {
  type: 'connected'
  server: ServerId
  incarnation: number
  /** Random text of that very start. */
  instance: string
  name: string
  /** Its public key, which it has proved to have, as text. */
  key?: string | null
  /** Met in a room of others, into which this server only looks [X7]. */
  visited?: boolean
}

export function onConnected(turn: Turn, { server: from, incarnation, instance, name, key = null, visited = false }: Connected): void {
  const { server } = turn
  const newest = server.starts.get(from) ?? { incarnation: 0, instance }
  if (incarnation < newest.incarnation) {
    server.fenced.add(from)
    happened(turn, { kind: 'refused', text: `an older start of ${name} (${incarnation}, now ${newest.incarnation}) is refused`, server: from })
    return
  }
  if (incarnation > newest.incarnation) rememberStart(turn, from, { incarnation, instance })
  if (incarnation === newest.incarnation && instance !== newest.instance) {
    server.fenced.add(from)
    happened(turn, { kind: 'refused', text: `${name} runs twice at once; both are refused ring work until one starts again alone`, server: from })
  } else if (incarnation > newest.incarnation || !server.peers.has(from)) server.fenced.delete(from)
  server.peers.set(from, { server: from, incarnation, instance, name, root: null, rank: null, visited, key, credentials: [], offset: null })
  compareClocks(server)
  sayHello(turn, from)
  showCredentials(turn, from)
  for (const copy of server.copies.values()) {
    if (copy.state === 'active') lookAtNameSoon(turn, copy)
    tellOfEpochs(turn, copy, from)
    if (copy.state !== 'active' || !copy.ring.some((member) => member.server === from)) continue
    knowOwnName(turn, copy)
    greet(turn, copy, from)
    sweepAfterConnection(turn, copy)
  }
  happened(turn, { kind: 'server', text: `connected to ${name}`, server: from })
}

/** Epochs are spoken of as soon as two servers meet: who was left out hears of it, even if nobody waits for it, and who must hear something asks. */
function tellOfEpochs(turn: Turn, copy: DirectoryCopy, from: ServerId): void {
  for (const exclusion of copy.excluded) if (exclusion.server === from) tellEpoch(turn, copy, exclusion)
  if (asksAfterEpochs(copy)) schedule(turn.server.agenda, `epoch ${copy.directory}`, turn.now)
}

/** Servers of which the newest start is remembered; those that were seen longest ago are forgotten first. */
const MAX_STARTS = 1000

function rememberStart({ server: { starts, fenced, peers } }: Turn, from: ServerId, start: { incarnation: number; instance: string }): void {
  starts.delete(from)
  starts.set(from, start)
  for (const other of starts.keys()) {
    if (starts.size <= MAX_STARTS) return
    if (peers.has(other)) continue
    starts.delete(other)
    fenced.delete(other)
  }
}

export function onDisconnected(turn: Turn, from: ServerId, reason: string): void {
  const known = turn.server.peers.get(from)
  if (known === undefined) return
  turn.server.peers.delete(from)
  compareClocks(turn.server)
  happened(turn, { kind: 'server', text: `${known.name} is gone: ${reason}`, server: from })
}

/** From now on this server belongs to this root; those who are connected already are told. */
export function takeRoot(turn: Turn, root: DirectoryId): void {
  const { server } = turn
  changeServer(turn, { type: 'root', root })
  for (const peer of server.peers.keys()) sayHello(turn, peer)
}

/** The first word of a server: which root it knows, and by which name it goes. */
export function onHello(turn: Turn, from: ServerId, { root, name, rank }: Extract<Message, { type: 'hello' }>): void {
  const { server } = turn
  const peer = server.peers.get(from)
  if (peer !== undefined && name !== null) peer.name = shortName(name)
  const isFirst = peer?.root === null
  server.attempts = 0
  if (peer !== undefined) Object.assign(peer, { root, rank })
  if (root === null) {
    // It has not heard, or knows none for another reason: told once more, where it is to know.
    if (server.root !== null && peer?.visited === false) sayHello(turn, from)
    return
  }
  if (isFirst && peer.visited) sayHello(turn, from)
  hint(server, root, from)
  if (server.root === null) {
    takeRoot(turn, root)
    schedule(server.agenda, 'register', turn.now)
  } else if (!isOfThisService(turn, root)) followRoot(turn, from)
  else if (!server.registered) schedule(server.agenda, 'register', turn.now)
}
