/**
 * S. One server: the directory copies it stores and what it knows of the others (SPEC §13). Plain data.
 *
 * What stands in `copies` and in the fields under *durable* is stored; all else is volatile, and lost by a crash without
 * harm: whoever waited asks again.
 */
import { emptyAgenda, type Agenda } from './agenda'
import type { Caller, Performing } from './caller'
import type { Errand, Onward } from './errands'
import type { Cleanup } from './directories/cleanup'
import type { Lookup } from './directories/lookup'
import type { NameCache } from './directories/nameCache'
import type { Certifying } from './auth/certify'
import type { Originating } from './errands'
import { applyChange, restoreCopy, type CopyChange, type DirectoryCopy, type EncodedCopy, type Epoch } from './copies/directoryCopy'
import { isFailure, type Failure } from './errors'
import type { Join } from './copies/join'
import type { TakeOver } from './copies/leave'
import type { Proposal } from './copies/epoch'
import type { Quarantine } from './copies/quarantine'
import type { Securing } from './copies/durability'
import { unknownStorage, type Storage } from './copies/health'
import type { Sweep, SweepWatch } from './copies/sweep'
import type { Transfer, Staged } from './copies/pages'
import { invariant } from './assert'
import { noEffects, type Effects, type Happening } from './effects'
import { freshFrom, type Fresh } from './fresh'
import { serverNamed } from './entries/named'
import { isDirectoryId, MAX_LABEL_BYTES, parseStored, type CopyId, type DirectoryId, type Label, type ServerId } from './names'
import type { Message } from './messages'
import type { Procedure } from './procedure'
import type { FormerEntry } from './servers/formerEntries'
import type { Certificate } from './values/certificate'
import { describe, setId, type SetId, type UpdateSet } from './values/intent'
import { visibleChildren } from './values/valueTree'

/** What a server means to do later; each is named so that it is planned once. */
export type Task = `${'sweep' | 'sweepDeadline' | 'join' | 'leave' | 'cleanup' | 'epoch' | 'quarantine' | 'planned'} ${DirectoryId}` | `${'errand' | 'secure'} ${string}` | 'deferred' | 'register' | 'forgetTransfers'

export type ServerChange = { type: 'root'; root: DirectoryId; former?: DirectoryId[] } | { type: 'formerEntries'; entries: FormerEntry[] } | { type: 'rootWanted'; wanted: boolean } | { type: 'name'; name: string; home?: DirectoryId | null } | { type: 'up'; up: UpPointer | null } | { type: 'removed'; removed: boolean } | { type: 'retired'; copy: CopyId; directory: DirectoryId }

/** Null before anybody has looked, since the copy was made. */
export interface Referenced {
  /** The key of the record that names the directory so; a root has none. */
  record: Label | null
  ring: string | null
}

/** Up: an entry in a directory closer to the root, and that directory, of which this server stores a copy [S3]. */
export interface UpPointer {
  /** The other server's name from the root, as `Server.name` is written. */
  name: string
  directory: DirectoryId
  label: Label
}

/** A connected server, proved by its key [X1]. */
export interface Peer {
  server: ServerId
  incarnation: number
  instance: string
  name: string
  /** The root that it belongs to, by its own word; null until told. */
  root: DirectoryId | null
  /** Of the directory in which it is named, by its own word; null in the root, and where it is not known. */
  rank: number | null
  /** Met in a room of others, into which this server only looks [X7]. */
  visited: boolean
  /** Its public key as text; null until told. */
  key: string | null
  /** That it speaks for a person, and who that is elsewhere: what that person may do it may ask for [A5]. */
  credentials: readonly (readonly Certificate[])[]
  /** Theirs minus ours, in ms; null until measured [T3]. */
  offset: number | null
}

export interface Server {
  readonly id: ServerId
  /** Public key as text; servers sign what they originate themselves. */
  readonly key: string
  readonly incarnation: number
  readonly fresh: Fresh
  /** The key of the person whose server it is; null where there is none. */
  person: string | null
  /** The word of that person that this server speaks for it, or nothing. */
  credentials: readonly Certificate[]
  /** Who that person is, for directories in which it has no entry. */
  chains: readonly (readonly Certificate[])[]

  // durable
  /** The DI of the root of this instance of the name service; null until told. */
  root: DirectoryId | null
  /** Roots that it belonged to before others were put above them, oldest first [O1]. */
  formerRoots: DirectoryId[]
  /** The name it wants, from the root, as it is written: `alpha`, `DEC/alpha`; it has it once the directory says so. */
  name: string
  /** The directory in which it is named, when that is not the root [S1]. */
  home: DirectoryId | null
  /** Where it was named before, and may be entered still [S4]. */
  formerEntries: FormerEntry[]
  /** Null for a server that stores the root, or that nobody has set up yet [S3]. */
  up: UpPointer | null
  /** RemoveS: it stores nothing, has no name, and takes none by itself. */
  removed: boolean
  /** Whether this server takes a copy of the root by itself: not after it has left the ring of the root (SPEC §13). */
  wantsRoot: boolean
  copies: Map<DirectoryId, DirectoryCopy>

  // volatile
  peers: Map<ServerId, Peer>
  /** The newest start seen of each server [B2]. */
  starts: Map<ServerId, { incarnation: number; instance: string }>
  /** Refused ring work: an older start, or one of two with the same number [B2]. */
  fenced: Set<ServerId>
  /** Its name is entered under its SI. */
  registered: boolean
  /** Directories of its former entries of which somebody has said, since it was entered, that nothing of it stands there. */
  clearedEntries: Set<DirectoryId>
  /** How often it has tried in vain to be entered, since somebody was met. */
  attempts: number
  /** Where each directory's copies may be found: hints from references, greetings and rings. */
  hints: Map<DirectoryId, Set<ServerId>>
  sweeps: Map<DirectoryId, Sweep>
  sweepWatch: Map<DirectoryId, SweepWatch>
  joins: Map<DirectoryId, Join>
  /** Who waits until a copy here has left the ring. */
  leavers: Map<DirectoryId, Caller[]>
  takeOvers: Map<DirectoryId, TakeOver>
  /** Copies that one here, which leaves, has asked in this round where they stand; and servers that it has ever asked: nobody else is listened to. */
  askedStanding: Map<DirectoryId, { copies: Set<CopyId>; servers: Set<ServerId> }>
  proposals: Map<DirectoryId, Proposal>
  quarantines: Map<DirectoryId, Quarantine>
  /** Copies that said that an epoch of theirs had left out the one here [E8]. */
  parted: Map<DirectoryId, Set<CopyId>>
  cleanups: Map<DirectoryId, Cleanup>
  /** Arcs on the ways from the root to the directories stored here, until they expire (SPEC §12). */
  names: NameCache
  /** By directory: the record whose reference was last found in the parent, and the ring that it lists: what need not be checked again [R9]. */
  referenced: Map<DirectoryId, Referenced>
  transfers: Map<string, Transfer>
  staged: Map<string, Staged>
  /** Updates from the future, kept until their time comes [T2]. */
  deferred: { from: ServerId; directory: DirectoryId; epoch: Epoch; set: UpdateSet }[]
  errands: Map<string, Errand>
  lookups: Map<string, Lookup>
  /** Updates that clients wait to be durable. */
  securing: Map<string, Securing>
  originating: Map<number, Originating>
  certifying: Map<number, Certifying>
  /** Procedures of servers under way here. */
  procedures: Map<string, Procedure>
  /** Who waits until this server's new name is entered. */
  namings: Caller[]
  nextSignId: number
  agenda: Agenda<Task>
  /** Refusals by reason, since the start. */
  refusals: Map<string, number>
  /** Where its copies are kept, as its host tells. */
  storage: Storage
  /** What is added to the clock, ms [T3]. */
  clockCorrection: number
  /** The corrected clock at the last step, ms since 1970. */
  latest: number
}

export interface ServerOptions {
  id: ServerId
  key: string
  incarnation: number
  seed: readonly [number, number, number, number]
  name: string
  root: DirectoryId | null
  wantsRoot: boolean
}

export function createServer({ id, key, incarnation, seed, name, root, wantsRoot }: ServerOptions): Server {
  return {
    id,
    key,
    incarnation,
    fresh: freshFrom(seed),
    person: null,
    credentials: [],
    chains: [],
    root,
    formerRoots: [],
    name,
    copies: new Map(),
    peers: new Map(),
    starts: new Map(),
    fenced: new Set(),
    home: null,
    formerEntries: [],
    up: null,
    removed: false,
    registered: false,
    clearedEntries: new Set(),
    attempts: 0,
    wantsRoot,
    hints: new Map(),
    sweeps: new Map(),
    sweepWatch: new Map(),
    joins: new Map(),
    leavers: new Map(),
    takeOvers: new Map(),
    askedStanding: new Map(),
    proposals: new Map(),
    quarantines: new Map(),
    parted: new Map(),
    cleanups: new Map(),
    names: new Map(),
    referenced: new Map(),
    transfers: new Map(),
    staged: new Map(),
    deferred: [],
    errands: new Map(),
    lookups: new Map(),
    securing: new Map(),
    originating: new Map(),
    certifying: new Map(),
    procedures: new Map(),
    namings: [],
    nextSignId: 1,
    agenda: emptyAgenda(),
    refusals: new Map(),
    storage: unknownStorage,
    clockCorrection: 0,
    latest: 0,
  }
}

/** One step in progress: the server, its corrected clock (ms since 1970), and the effects so far. */
export interface Turn {
  readonly server: Server
  readonly now: number
  readonly effects: Effects
  /** Requests of this server to itself, and errands that have ended: performed before the step returns. */
  readonly performing: Performing[]
  readonly settled: (({ id: string } | { onward: Onward }) & { outcome: object | Failure })[]
}

export const beginTurn = (server: Server, now: number): Turn => ({ server, now, effects: noEffects(), performing: [], settled: [] })

/** Changes a copy and asks for the change to be saved: the only way a step touches a copy. */
export function changeCopy({ server, effects }: Turn, copy: DirectoryCopy, change: Exclude<CopyChange, { type: 'created' }>): void {
  invariant(server.copies.get(copy.directory) === copy, 'P1', `copy ${copy.id} is not one of server ${server.id}`)
  const before = copy.unauthorised
  applyChange(copy, change)
  effects.save.push({ copy: copy.id, directory: copy.directory, change })
  effects.changed.add(copy.directory)
  if (copy.unauthorised.size === 0) return
  for (const set of comingIn(change)) if (copy.unauthorised.has(setId(set)) && (change.type === 'absorbed' || !before.has(setId(set)))) refuseUpdate(server, effects, copy, set)
  if (copy.unauthorised !== before) for (const set of voidedBy(copy, before, change)) voidUpdate(server, effects, copy, set)
}

/** A2: what came in by whatever message, and was never shown: by all that is known here its author had no right to it. */
function refuseUpdate(server: Server, effects: Effects, { directory }: DirectoryCopy, { intent }: UpdateSet): void {
  count(server, 'updates: the author had no right')
  effects.happened.push({ kind: 'refused', text: `${describe(intent.branches)} does not count: its author had no right to it`, directory })
}

/** A2: the same of what was shown. */
function voidUpdate(server: Server, effects: Effects, { directory }: DirectoryCopy, { intent }: UpdateSet): void {
  count(server, 'updates: an older change of rights came late')
  effects.happened.push({ kind: 'refused', text: `${describe(intent.branches)} counts no more: an older change of rights has come, by which its author had none`, directory })
}

const comingIn = (change: CopyChange): readonly UpdateSet[] => (change.type === 'absorbed' ? change.sets : change.type === 'joined' ? change.contents.log : [])

/** A2: what was shown, and is not any more. */
function voidedBy(copy: DirectoryCopy, before: ReadonlySet<SetId>, change: CopyChange): UpdateSet[] {
  const coming = new Set(comingIn(change).map(setId))
  return copy.log.filter((set) => copy.unauthorised.has(setId(set)) && !before.has(setId(set)) && !coming.has(setId(set)))
}

export function createCopy({ server, effects }: Turn, encoded: EncodedCopy): DirectoryCopy {
  invariant(!server.copies.has(encoded.directory), 'R1', `server ${server.id} already stores a copy of ${encoded.directory}`)
  const copy = restoreCopy(structuredCopy(encoded))
  server.copies.set(copy.directory, copy)
  server.referenced.set(copy.directory, { record: null, ring: null })
  effects.save.push({ copy: copy.id, directory: copy.directory, change: { type: 'created', copy: encoded } })
  effects.changed.add(copy.directory)
  return copy
}

/** The lists of an encoded copy, its own, because the restored copy goes on to change them. */
const structuredCopy = (encoded: EncodedCopy): EncodedCopy => ({ ...encoded, contents: { ...encoded.contents, log: [...encoded.contents.log] } })

export function changeServer({ server, effects }: Turn, change: ServerChange): void {
  applyServerChange(server, change)
  effects.save.push({ server: change })
}

export function applyServerChange(server: Server, change: ServerChange): void {
  switch (change.type) {
    case 'root':
      server.root = change.root
      server.formerRoots = change.former ?? []
      return
    case 'rootWanted':
      server.wantsRoot = change.wanted
      return
    case 'name':
      server.name = change.name
      server.home = change.home ?? null
      return
    case 'formerEntries':
      server.formerEntries = change.entries
      return
    case 'up':
      server.up = change.up
      return
    case 'removed':
      server.removed = change.removed
      return
    case 'retired':
      if (server.copies.get(change.directory)?.id === change.copy) {
        // Whoever was in a ring with it may store the directory still, and is asked for it from now on.
        const { ring, outside } = server.copies.get(change.directory)!
        for (const member of [...ring, ...(outside?.ring ?? [])]) if (member.server !== server.id) hint(server, change.directory, member.server)
        server.copies.delete(change.directory)
        for (const about of [server.sweepWatch, server.referenced, server.cleanups, server.quarantines, server.parted, server.askedStanding]) about.delete(change.directory)
      }
      return
  }
}

export function send({ server, effects }: Turn, to: ServerId, message: Message): void {
  invariant(to !== server.id, 'P1', `${message.type} sent to itself`)
  effects.send.push({ to, message })
}

export function happened({ effects }: Turn, happening: Happening): void {
  effects.happened.push(happening)
}

/** Counts a refusal that is no word in itself. */
export function count({ refusals }: Server, reason: string): void {
  refusals.set(reason, (refusals.get(reason) ?? 0) + 1)
}

/** Refuses what a peer got wrong: counted and shown, never more [X5]. */
export function refuse(turn: Turn, from: ServerId, reason: string, directory?: DirectoryId): void {
  count(turn.server, reason)
  happened(turn, { kind: 'refused', text: `refused from ${nameOfServer(turn.server, from)}: ${reason}`, server: from, ...(directory && { directory }) })
}

/** Whether a server is entered as one, in a directory that is stored here, or was until an epoch left its copy out; `within`: in one of these. */
export function isEntered({ copies }: Server, server: ServerId, within: (directory: DirectoryId) => boolean = () => true): boolean {
  const names = ({ visible }: DirectoryCopy): boolean => [...visibleChildren(visible.root)].some(([label]) => serverNamed(visible, label) === server)
  return [...copies.values()].some((copy) => within(copy.directory) && (copy.state === 'active' || copy.state === 'excluded') && names(copy))
}

/** What people call a server, as far as this one knows. */
export function nameOfServer(server: Server, other: ServerId): string {
  if (other === server.id) return server.name
  const peer = server.peers.get(other)
  if (peer) return peer.name
  for (const copy of server.copies.values()) for (const member of copy.ring) if (member.server === other) return shortName(member.name)
  return other.slice(0, 6)
}

/** `DEC/alpha` from the server name `#…/DEC/alpha`: a server's name as people see it. */
export const shortName = (serverName: string): string => (serverName.startsWith('#') && isDirectoryId(serverName.slice(1, 21)) ? serverName.slice(22) : serverName)

/** The labels of a server's name, from the root on; one that is no name is its own label. */
export function labelsOfServer(name: string): [Label, ...Label[]] {
  const parsed = parseStored(`/${shortName(name)}`)
  const [first, ...rest] = isFailure(parsed) || parsed.up > 0 ? [name] : parsed.labels
  return [first ?? name, ...rest]
}

/** Under which a server is entered in the directory of its name. */
export const ownLabel = ({ name }: Pick<Server, 'name'>): Label => labelsOfServer(name).at(-1)!

/** Bytes of a server's name: with its root it is a label in references and up pointers. */
export const MAX_SERVER_NAME = MAX_LABEL_BYTES - 22

/** The directory in which this server is named; null while it knows no root. */
export const homeOf = ({ home, root }: Pick<Server, 'home' | 'root'>): DirectoryId | null => home ?? root

/** SN: this server's name as a full name (SPEC §13). */
export const serverNameOf = ({ name, root }: Pick<Server, 'name' | 'root'>): string => (root === null ? name : `#${root}/${name}`)

/** Directories of which hints are kept, and servers for each: the latest. */
const MAX_HINTED = 10_000
const MAX_HINTS = 64

/** In this order, but this server itself before all, and whoever is connected before whoever is not. */
export function nearestFirst({ id, peers }: Server, servers: readonly ServerId[]): ServerId[] {
  const near = servers.filter((at) => at !== id && peers.has(at))
  const far = servers.filter((at) => at !== id && !peers.has(at))
  return [...servers.filter((at) => at === id), ...near, ...far]
}

export function hint({ hints }: Server, directory: DirectoryId, at: ServerId): void {
  const known = hints.get(directory) ?? new Set()
  if (known.has(at)) return
  if (known.size >= MAX_HINTS) known.delete(known.values().next().value!)
  if (hints.size >= MAX_HINTED && !hints.has(directory)) hints.delete(hints.keys().next().value!)
  hints.set(directory, known.add(at))
}

/** A copy as it was stored: a snapshot, and the changes since in order; without a snapshot the first is `created`. */
export interface StoredChanges {
  snapshot: EncodedCopy | null
  changes: readonly CopyChange[]
}

/** A server as its store remembers it: replays the stored changes. */
export function restoreServer(options: ServerOptions, stored: { server: readonly ServerChange[]; copies: readonly StoredChanges[] }): Server {
  const server = createServer(options)
  for (const { snapshot, changes } of stored.copies) {
    let copy = snapshot && restoreCopy(snapshot)
    for (const change of changes) {
      if (change.type === 'created') copy = restoreCopy(change.copy)
      else if (copy !== null) applyChange(copy, change)
    }
    if (copy !== null) server.copies.set(copy.directory, copy)
  }
  for (const change of stored.server) applyServerChange(server, change)
  return server
}
