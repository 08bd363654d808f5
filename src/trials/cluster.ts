/**
 * A few servers in one process, driven by `step` directly: no time passes and no message arrives unless a test says so.
 * Saves are durable at once; every message is encoded and parsed on its way.
 */
import type { Call } from '../core/calls'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import type { Effects, Save } from '../core/effects'
import { isFailure, type ErrorCode, type Failure } from '../core/errors'
import { decode, encode, signedIn, type Message } from '../core/messages'
import type { CopyId, DirectoryId, FullName, Label } from '../core/names'
import type { Found } from '../core/directories/lookup'
import { allNew } from '../core/directories/draft'
import { OF_ROOT, recordKey } from '../core/entries/parents'
import { firstChange, rootSelf } from '../core/directories/rootSelf'
import { inSNOf, rankAbove } from '../core/entries/serverEntry'
import { referenceTree } from '../core/directories/reference'
import type { Accepted, Change, Drafted, ReadOutcome } from '../core/requests'
import { restoreServer, type Server } from '../core/server'
import { step, type Input } from '../core/step'
import { encodeVisible } from '../core/values/encodeTree'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName } from '../core/values/intent'
import type { Tree } from '../core/values/readValue'
import { certificateSignature, signature, signed } from '../sim/simServer'
import { emptyDisk, readDisk, writeDisk, type MemoryDisk } from '../storage/memoryStore'
import { directoryNumber, identifier, serverNumber } from './generators'

/** Milliseconds since 1970 when every cluster begins. */
export const GENESIS = 1_735_689_600_000

export interface Post {
  from: Member
  to: Member
  message: Message
}

export class Member {
  readonly name: string
  readonly id
  readonly number: number
  disk: MemoryDisk = emptyDisk()
  server: Server
  /** This clock minus the cluster's, ms. */
  skew = 0
  wakeAt: number | null = null
  alive = true
  readonly replies = new Map<number, object | Failure>()
  /** Everything that happened here, in words. */
  readonly happened: string[] = []
  readonly saves: Save[] = []

  constructor(number: number, name: string) {
    this.number = number
    this.name = name
    this.id = serverNumber(number)
    this.server = this.restored()
  }

  restored(): Server {
    const { incarnation } = this.disk
    return restoreServer({ id: this.id, key: `key-${this.name}`, incarnation, seed: [this.number, incarnation, 7, 9], name: this.name, root: null, wantsRoot: false }, readDisk(this.disk))
  }

  copy(directory: DirectoryId): DirectoryCopy {
    const copy = this.server.copies.get(directory)
    if (copy === undefined) throw new Error(`${this.name} has no copy of ${directory}`)
    return copy
  }

  /** What readers see of a directory here, as text. */
  sees(directory: DirectoryId): string {
    return JSON.stringify(encodeVisible(this.copy(directory).visible.root.children).map(withoutStamps))
  }
}

type Shown = [Label, ...Shown[]]
const withoutStamps = ([label, , , ...below]: ReturnType<typeof encodeVisible>[number]): Shown => [label, ...below.map(withoutStamps)]

export class Cluster {
  readonly members: Member[]
  /** Milliseconds since the cluster began. */
  time = 0
  /** Messages on their way, in the order in which they were sent. */
  readonly post: Post[] = []
  /** Every message that was delivered, in order. */
  readonly delivered: Post[] = []
  private nextCall = 1
  private nextNonce = 1
  private readonly cuts = new Set<string>()

  /** So many servers, all connected, none with a directory. */
  constructor(size: number) {
    this.members = Array.from({ length: size }, (_, i) => new Member(i + 1, ['alpha', 'beta', 'gamma', 'delta', 'epsilon'][i] ?? `s${i}`))
    for (const member of this.members) this.input(member, { type: 'start' })
    for (const a of this.members) for (const b of this.members) if (a.id < b.id) this.connect(a, b)
  }

  member(n: number): Member {
    return this.members[n]!
  }

  now(member: Member): number {
    return GENESIS + this.time + member.skew
  }

  input(member: Member, input: Input): Effects {
    const effects = step(member.server, this.now(member), input)
    writeDisk(member.disk, effects.save)
    member.saves.push(...effects.save)
    member.wakeAt = effects.wakeAt
    member.happened.push(...effects.happened.map(({ text }) => text))
    for (const { id, outcome } of effects.reply) {
      if (member.replies.has(id)) throw new Error(`the call ${id} was answered twice`)
      member.replies.set(id, outcome as object)
    }
    for (const { to, message } of effects.send) {
      const other = this.members.find((each) => each.id === to)
      const wire = decode(encode(message))
      if ('refused' in wire) throw new Error(`${message.type} is refused: ${wire.refused}`)
      if (other !== undefined) this.post.push({ from: member, to: other, message: wire })
    }
    for (const { id, certificate } of effects.certify) this.input(member, { type: 'signed', id, signature: certificateSignature(certificate) })
    for (const { id, intent } of effects.sign) this.input(member, { type: 'signed', id, signature: signature(intent) })
    return effects
  }

  connect(a: Member, b: Member): void {
    this.cuts.delete(link(a, b))
    for (const [one, other] of [[a, b], [b, a]] as const) {
      this.input(one, { type: 'connected', server: other.id, incarnation: other.server.incarnation, instance: `${other.name} ${other.disk.incarnation}`, name: other.name, key: other.server.key })
      this.input(one, { type: 'clock', server: other.id, offset: other.skew - one.skew })
    }
  }

  /** A server is a person's from now on, and says so to all. */
  belongsTo(member: Member, person: string): void {
    const said = { directory: null, genesis: null, issuer: person, name: '', subject: member.server.key, from: GENESIS - 1000, until: GENESIS + 1e9 }
    this.input(member, { type: 'person', key: person, credentials: [{ ...said, signature: certificateSignature(said) }], chains: [] })
    this.settle()
  }

  /** Cuts the link between two: both are told, and what is on its way is lost. */
  cut(a: Member, b: Member): void {
    this.cuts.add(link(a, b))
    for (const [one, other] of [[a, b], [b, a]] as const) if (one.alive) this.input(one, { type: 'disconnected', server: other.id, reason: 'cut' })
    this.lose(({ from, to }) => link(from, to) === link(a, b))
  }

  /** Delivers the first message on its way that fits; false when there is none. */
  deliver(fits: (post: Post) => boolean = () => true): boolean {
    const index = this.post.findIndex(fits)
    if (index < 0) return false
    const [post] = this.post.splice(index, 1)
    this.hand(post!)
    return true
  }

  /** Hands over a message, which may have been delivered before. */
  hand(post: Post): void {
    const { from, to, message } = post
    if (!to.alive || this.cuts.has(link(from, to))) return
    if (signedIn(message).some((each) => each.signature !== signature(each.intent))) return
    this.delivered.push(post)
    this.input(to, { type: 'message', from: from.id, message: structuredClone(message) })
  }

  /** Takes messages on their way out of it. */
  lose(fits: (post: Post) => boolean): Post[] {
    const lost = this.post.filter(fits)
    this.post.splice(0, this.post.length, ...this.post.filter((post) => !fits(post)))
    return lost
  }

  /** Delivers everything, and what that causes. */
  settle(fits: (post: Post) => boolean = () => true): void {
    for (let i = 0; this.deliver(fits); i++) if (i > 100_000) throw new Error('messages never end')
  }

  /** Lets time pass, with ticks when they are due; messages take no time. */
  pass(ms: number): void {
    const until = this.time + ms
    this.settle()
    while (this.tickNext(until)) this.settle()
    this.time = until
  }

  /** Lets time pass to the next tick that is due, if it is by then; false when there is none. */
  tickNext(until = Number.POSITIVE_INFINITY): boolean {
    const [first] = this.members.filter((member) => member.alive && member.wakeAt !== null).toSorted((a, b) => a.wakeAt! - a.skew - (b.wakeAt! - b.skew))
    const at = first && Math.max(this.time, first.wakeAt! - first.skew - GENESIS)
    if (first === undefined || at === undefined || at > until) return false
    this.time = at
    this.input(first, { type: 'tick' })
    return true
  }

  /** A crash: what is not on its disk is gone, and so are its links. */
  crash(member: Member): void {
    member.alive = false
    member.wakeAt = null
    for (const other of this.members) if (other !== member) this.cut(member, other)
  }

  restart(member: Member, storeIsOld = false): void {
    member.alive = true
    member.disk.incarnation++
    member.server = member.restored()
    this.input(member, { type: 'start', storeIsOld })
    for (const other of this.members) if (other !== member && other.alive) this.connect(member, other)
  }

  /** It crashes, and starts with another disk: an old copy of its own, or an empty one; `storeIsOld`: its browser remembers a later start. */
  putDisk(member: Member, disk: MemoryDisk, storeIsOld = false): void {
    this.crash(member)
    member.disk = { ...disk, incarnation: member.disk.incarnation }
    this.restart(member, storeIsOld)
  }

  call(member: Member, call: Call): number {
    const id = this.nextCall++
    this.input(member, { type: 'call', id, call })
    return id
  }

  /** The outcome of a call, all messages delivered; a failure throws its code. */
  ask(member: Member, call: Call): object {
    const outcome = this.tryAsk(member, call)
    if (isFailure(outcome)) throw new Error(`${outcome.code}: ${JSON.stringify(outcome.about)}`)
    return outcome
  }

  tryAsk(member: Member, call: Call): object | Failure {
    const id = this.call(member, call)
    this.settle()
    for (let i = 0; i < 60 && !member.replies.has(id); i++) this.pass(1000)
    const outcome = member.replies.get(id)
    if (outcome === undefined) throw new Error(`the call ${call.type} was not answered within a minute`)
    return outcome
  }

  /** The code that a call fails with, or 'ok'. */
  code(member: Member, call: Call): ErrorCode | 'ok' {
    const outcome = this.tryAsk(member, call)
    return isFailure(outcome) ? outcome.code : 'ok'
  }

  intent(at: Member, directory: DirectoryId, procedure: ProcedureName, branches: readonly Branch[], author = 'person'): Intent {
    const from = Math.floor(this.now(at)) - INTENT_LIFE / 2
    return { directory, author, nonce: identifier(this.nextNonce++, 26), from, until: from + INTENT_LIFE, procedure, branches }
  }

  firstRoot(at: Member, directory = directoryNumber(1)): DirectoryId {
    this.ask(at, { type: 'firstRoot', directory, signed: signed(this.intent(at, directory, 'newD', firstChange('ANSI', rootSelf(0)))) })
    return directory
  }

  newD(at: Member, parent: DirectoryId, label: Label, directory: DirectoryId): Failure | { copy: CopyId; label: Label | null } {
    const branches: Branch[] = [['.', null, [['BR', null, [[parent, null, [[label, null, true]]]]]]]]
    return this.tryAsk(at, { type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: signed(this.intent(at, directory, 'newD', branches)) } }) as Failure | { copy: CopyId; label: Label | null }
  }

  /** The directory that is to be a root above another: made, and not one yet [O1]. */
  makeRoot(at: Member, directory: DirectoryId, below: DirectoryId, label: Label): void {
    const { rank } = inSNOf(at.copy(below).visible)!
    const reference = allNew([[label, referenceTree(below, [], rank)]]) as Branch[]
    const first = firstChange(label, rootSelf(rankAbove(rank), [[below, label]]), reference)
    this.ask(at, { type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: signed(this.intent(at, directory, 'newD', first)) } })
  }

  /** The record that puts a root below another directory, at this server's own copy, at once. */
  moveRoot(at: Member, root: DirectoryId, parent: DirectoryId, label: Label): Accepted {
    return this.change(at, root, 'move', ['.', 'BR'], [[recordKey(parent, identifier(this.nextNonce++, 8)), [[label, [[OF_ROOT, true]]]]]])
  }

  joinCall(at: Member, directory: DirectoryId, behind: Member): Call {
    return { type: 'ask', servers: [at.id], request: { type: 'join', directory, from: [behind.id] } }
  }

  /** NewDC, with everything delivered. */
  join(at: Member, directory: DirectoryId, behind: Member): void {
    this.ask(at, this.joinCall(at, directory, behind))
  }

  /** A directory with a copy on each of the first `size` servers, swept once. */
  static ring(size: number, servers = size): { cluster: Cluster; directory: DirectoryId } {
    const cluster = new Cluster(servers)
    const directory = cluster.firstRoot(cluster.member(0))
    for (let i = 1; i < size; i++) cluster.join(cluster.member(i), directory, cluster.member(i - 1))
    cluster.pass(10_000)
    return { cluster, directory }
  }

  draft(at: Member, directory: DirectoryId, path: Label[], tree: Tree, replace = false): Drafted | Failure {
    return this.tryAsk(at, { type: 'at', name: named(directory), request: { type: 'draft', directory, change: { procedure: 'doUpdates', under: { labels: path, incarnations: null }, tree, replace } } }) as Drafted | Failure
  }

  submitCall(at: Member, directory: DirectoryId, branches: readonly Branch[], procedure: ProcedureName = 'doUpdates', author = 'person'): Call {
    return { type: 'ask', servers: [at.id], request: { type: 'submit', directory, signed: signed(this.intent(at, directory, procedure, branches, author)) } }
  }

  /** DoUpdates at this server's own copy, at once: no message is delivered. */
  write(at: Member, directory: DirectoryId, path: Label[], tree: Tree): Accepted {
    return this.change(at, directory, 'doUpdates', path, tree)
  }

  private change(at: Member, directory: DirectoryId, procedure: Change['procedure'], labels: Label[], tree: Tree): Accepted {
    const call = (which: Call): object => {
      const outcome = at.replies.get(this.call(at, which))
      if (outcome === undefined || isFailure(outcome)) throw new Error(`writing at ${at.name}: ${JSON.stringify(outcome)}`)
      return outcome
    }
    const drafted = call({ type: 'ask', servers: [at.id], request: { type: 'draft', directory, change: { procedure, under: { labels, incarnations: null }, tree, replace: false } } }) as Drafted
    return call(this.submitCall(at, directory, drafted.branches, procedure)) as Accepted
  }

  /** The record of a move at this server's own copy, at once: no message is delivered. */
  move(at: Member, directory: DirectoryId, parent: DirectoryId, label: Label): Accepted {
    return this.change(at, directory, 'move', ['.', 'BR'], [[recordKey(parent, identifier(this.nextNonce++, 8)), [[label, true]]]])
  }

  /** W5: that a directory is to lie in another, at this server's own copy of that, at once: no message is delivered. */
  announce(at: Member, parent: DirectoryId, label: Label, maker: Member | null = null): Accepted {
    return this.change(at, parent, 'announce', ['.'], [[label, maker === null || [[maker.id, true]]]])
  }

  read(at: Member, name: FullName, path: Label[] = []): ReadOutcome | Failure {
    return this.tryAsk(at, { type: 'at', name, request: { type: 'read', directory: directoryNumber(0), path, form: 'tree', after: null } }) as ReadOutcome | Failure
  }

  lookup(at: Member, name: FullName): Found | Failure {
    return this.tryAsk(at, { type: 'lookup', name, entity: null }) as Found | Failure
  }

  sweepCall(at: Member, directory: DirectoryId, form: 'ring' | 'parallel' = 'parallel'): Call {
    return { type: 'ask', servers: [at.id], request: { type: 'sweep', directory, form } }
  }

  /** A sweep from this server, with everything delivered. */
  sweep(at: Member, directory: DirectoryId, form: 'ring' | 'parallel' = 'parallel'): { sweepTS: string } {
    return this.ask(at, this.sweepCall(at, directory, form)) as { sweepTS: string }
  }

  copies(directory: DirectoryId): DirectoryCopy[] {
    return this.members.flatMap((member) => member.server.copies.get(directory) ?? [])
  }
}

const link = (a: Member, b: Member): string => (a.number < b.number ? `${a.name} ${b.name}` : `${b.name} ${a.name}`)
export const named = (directory: DirectoryId, ...labels: Label[]): FullName => ({ from: directory, up: 0, labels })
export const ofType =
  (...types: Message['type'][]) =>
  ({ message }: Post): boolean =>
    types.includes(message.type)
