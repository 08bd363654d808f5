/** The world, simulated: servers, network, disks and clocks in one process and one seed; the same seed, the same run. */
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import type { Effects, Save } from '../core/effects'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import type { Input } from '../core/step'
import { encode, type Message } from '../core/messages'
import type { MemoryDisk } from '../storage/memoryStore'
import { Database } from './database'
import { Events } from './events'
import { Links } from './links'
import { SimNetwork } from './network'
import { Random } from './random'
import { areSignaturesTrue, SimServer, type Marks } from './simServer'
import type { Situation } from './situations'
import { explainWire } from './transcript'
import { Wires } from './wires'

/** Milliseconds since 1970 when every world begins. */
export const GENESIS = 1_735_689_600_000

/** In a large world only so many servers take a copy of the root by themselves. */
const ROOT_HOLDERS = 9

/** Broken rule, told by a checker: which, and one sentence that names the copy at fault. */
export class Accusation extends Error {
  readonly rule: string
  constructor(rule: string, sentence: string) {
    super(`${rule}: ${sentence}`)
    this.rule = rule
  }
}

/** A protocol bug put in from outside the core: what it does to a message on its way, or to a server around a step. */
export interface Canary {
  message?: (message: Message, from: SimServer, to: SimServer) => Message
  /** Before a step takes its input. */
  before?: (server: SimServer, input: Input) => void
  stepped?: (server: SimServer, input: Input, effects: Effects) => void
  /** The host lets messages and answers out before they are durable. */
  releasesEarly?: boolean
}

/** Looks on, and may accuse. */
export interface Observer {
  before?: (server: SimServer, input: Input) => void
  stepped?: (server: SimServer, input: Input, effects: Effects) => void
  durable?: (marks: readonly [CopyId, Marks][]) => void
  crashed?: (server: SimServer) => void
  /** Its disk is another one. */
  storeLost?: (server: SimServer) => void
  /** A message left; `delays` as the network has it: none when it is lost. */
  carried?: (from: SimServer, to: SimServer, wire: string, delays: readonly number[]) => void
}

export class World {
  readonly random: Random
  readonly events = new Events()
  readonly network: SimNetwork
  readonly links = new Links(this)
  readonly database = new Database()
  readonly wires = new Wires(areSignaturesTrue)
  readonly servers: SimServer[] = []
  /** How often what happened, for the summary of a run. */
  readonly counts = new Map<string, number>()
  readonly situations = new Map<Situation, number>()
  readonly observers: Observer[] = []
  /** Copies that are gone with their disk, or have come back from an old one: a ring through them is closed by an epoch only [B3, B5]. */
  readonly unsound = new Set<CopyId>()
  /** Servers that asked a stranger, since they knew nobody else to ask, and go by what it said: nobody vouches for what they look up. */
  readonly misled = new Set<ServerId>()
  /** Servers say whose they are: there are rights in this world. */
  hasPeople = false
  /** Copies that a person said are waited for no more [E4]. */
  readonly abandoned = new Set<CopyId>()
  /** Copies of a browser that was put aside: unsound only until it is back. */
  private readonly away = new Map<CopyId, SimServer>()
  trace: ((line: string) => void) | null = null
  canary: Canary = {}
  /** Asks a checker: what it accuses of is thrown, unless somebody wants to hear it and go on. */
  judge: (rule: string, check: () => void) => void = (_rule, check) => check()
  /** Changes with every message and every step: the same seed must give the same. */
  hash = 0x811c9dc5
  private readonly byIds = new Map<ServerId, SimServer>()
  private readonly disk: Random

  constructor(seed: string) {
    this.random = new Random(seed)
    this.network = new SimNetwork(this.random.fork('network'))
    this.disk = this.random.fork('disk')
  }

  /** Milliseconds since the world began. */
  get time(): number {
    return this.events.time
  }

  addServer(name: string, skew: number): SimServer {
    const server = new SimServer(this, this.random.fork(`id ${name}`).id(20) as ServerId, name, this.servers.length < ROOT_HOLDERS)
    server.skew = skew
    this.links.introduce(server, this.servers)
    this.servers.push(server)
    this.byIds.set(server.id, server)
    return server
  }

  byId(id: ServerId): SimServer | undefined {
    return this.byIds.get(id)
  }

  wall(server: SimServer): number {
    return GENESIS + this.time + server.skew
  }

  diskDelay(): number {
    return this.disk.between(0.2, this.disk.chance(0.05) ? 200 : 5)
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  notice(situation: Situation): void {
    this.situations.set(situation, (this.situations.get(situation) ?? 0) + 1)
  }

  say(line: () => string): void {
    this.trace?.(`${(this.time / 1000).toFixed(3).padStart(9)} ${line()}`)
  }

  plan(delay: number, action: () => void): void {
    this.events.plan(delay, action)
  }

  /** Lets so much time pass, ms. */
  pass(ms: number): void {
    this.events.run(this.time + Math.max(0, ms))
  }

  /** A server crashes, and is started again after so many ms; null: when somebody does so. */
  kill(server: SimServer, downFor: number | null): void {
    if (!server.alive) return
    this.say(() => `${server.name} crashes`)
    this.count('crashes')
    for (const { phase } of server.server.sweeps.values()) this.notice(`a coordinator died in its ${phase} pass`)
    if ([...server.server.proposals.values()].some(({ epoch }) => epoch !== null)) this.notice('a committer died while it made an epoch')
    server.crash()
    this.links.drop(server)
    if (downFor !== null) this.plan(downFor, () => this.restart(server))
  }

  /** Starts a server that is dead, or that cannot save. */
  restart(server: SimServer): void {
    if (server.gone !== null || (server.alive && !server.readOnly)) return
    this.say(() => `${server.name} starts again`)
    this.links.drop(server)
    // Started more often than before it would be believed: that nobody can help (§20).
    if (server.putAside !== null && server.disk.incarnation >= server.putAside.incarnation) this.bringBackBrowser(server)
    server.start()
    this.links.lookAtAll()
  }

  /** A message on its way: lost, late, doubled, or across a cut. */
  carry(sender: SimServer, to: ServerId, wire: string): void {
    const receiver = this.byId(to)
    if (receiver === undefined || !sender.mayStillSend()) return
    this.links.want(sender, receiver)
    const text = this.canary.message === undefined ? wire : encode(this.canary.message(JSON.parse(wire) as Message, sender, receiver))
    this.say(() => `${sender.name} → ${receiver.name} ${explainWire(text)}`)
    this.digest(text)
    const fate = this.network.fate()
    if (fate.length === 0) this.count('messages lost')
    for (const observer of this.observers) observer.carried?.(sender, receiver, text, fate)
    const { disks } = sender
    for (const delay of fate) this.plan(delay, () => (sender.disks === disks ? this.arrive(sender, receiver, text) : this.count('messages lost')))
  }

  private arrive(sender: SimServer, receiver: SimServer, text: string): void {
    if (receiver.alive && this.network.passes(sender.id, receiver.id) && this.links.stands(sender, receiver)) receiver.receive(sender.id, text)
    else this.count('messages lost')
  }

  beforeStep(server: SimServer, input: Input): void {
    this.canary.before?.(server, input)
    for (const observer of this.observers) observer.before?.(server, input)
  }

  stepped(server: SimServer, input: Input, effects: Effects): void {
    this.count('steps')
    this.digest(server.name)
    this.digest(input.type)
    if (server.putAside === null) for (const save of effects.save) if ('copy' in save) this.accept(server, save)
    this.canary.stepped?.(server, input, effects)
    for (const { kind, text } of effects.happened) this.say(() => `${server.name}   ${kind}: ${text}`)
    if (server.putAside === null) for (const observer of this.observers) observer.stepped?.(server, input, effects)
  }

  private accept(server: SimServer, save: Extract<Save, { copy: unknown }>): void {
    const copy = server.copyOf(save.directory)
    if (copy?.id === save.copy) this.database.follow(copy, save.change)
    // What an old store hands over is as old, until a sweep has joined it with the others.
    if (save.change.type === 'created' && this.unsound.has(save.change.copy.fields.joining?.predecessor.copy ?? save.copy)) this.unsound.add(save.copy)
    if (save.change.type !== 'absorbed') return
    for (const set of save.change.sets) if (set.ts.endsWith(save.copy) && !this.database.has(save.directory, set.ts)) this.database.accept(save.directory, save, set)
  }

  /** Saves that a crash lost: updates accepted by them were never accepted. */
  forget(saves: readonly Save[]): void {
    for (const save of saves) {
      if (!('copy' in save) || save.change.type !== 'absorbed') continue
      for (const set of save.change.sets) {
        if (this.database.withdraw(save.directory, save, set.ts)) this.notice('an update died with the crash that kept it from being durable')
      }
    }
  }

  durable(marks: readonly [CopyId, Marks][]): void {
    for (const observer of this.observers) observer.durable?.(marks)
  }

  /** The store of a dead server is lost, or an old copy of it is put in its place: what it alone had was not promised to anybody (§20). */
  loseStore(server: SimServer, disk: MemoryDisk): void {
    const others = this.servers.filter((other) => other !== server).map((other) => other.onDisk())
    const lost = [...server.server.copies.values()]
    server.replaceDisk(disk)
    const onDisks = (directory: DirectoryId): DirectoryCopy[] => [...others, server.server].flatMap(({ copies }) => copies.get(directory) ?? [])
    for (const copy of lost) this.database.expose(copy.directory, copy, onDisks(copy.directory))
    // What went from the lost store with its directory comes back with an old one.
    for (const { directory } of server.server.copies.values()) if (lost.every((copy) => copy.directory !== directory)) this.database.expose(directory, null, onDisks(directory))
    for (const { id } of [...lost, ...server.server.copies.values()]) this.unsound.add(id)
    for (const observer of this.observers) observer.storeLost?.(server)
    this.findLost()
  }

  /** A dead server's whole browser is replaced by an old one for a while: others who remember a later start refuse it [B2]. */
  putBackBrowser(server: SimServer, old: MemoryDisk): void {
    for (const { id } of server.server.copies.values()) {
      if (!this.unsound.has(id)) this.away.set(id, server)
      this.unsound.add(id)
    }
    server.putBackBrowser(old)
  }

  /** The browser that was put aside takes its place again, dead. */
  bringBackBrowser(server: SimServer): void {
    this.kill(server, null)
    this.say(() => `${server.name} has its browser back`)
    server.bringBackBrowser()
    for (const [id, at] of this.away) {
      if (at !== server) continue
      this.unsound.delete(id)
      this.away.delete(id)
    }
    this.findLost()
  }

  findLost(): void {
    this.database.findLost((directory) => this.copies(directory).map(({ copy }) => copy))
  }

  crashed(server: SimServer): void {
    if (server.putAside === null) this.database.cover(server.server.copies.values())
    this.findLost()
    for (const observer of this.observers) observer.crashed?.(server)
  }

  /** All copies of a directory that exist: of live servers in memory, of dead ones on disk; none of a browser that is an old one. */
  copies(directory: DirectoryId): { at: SimServer; copy: NonNullable<ReturnType<SimServer['copyOf']>> }[] {
    return this.servers.flatMap((at) => {
      const copy = at.putAside === null ? at.copyOf(directory) : undefined
      return copy === undefined ? [] : [{ at, copy }]
    })
  }

  private digest(text: string): void {
    // Of a long text some hundred characters, spread over it: where two runs part, short messages do too.
    const stride = 1 + (text.length >> 7)
    let hash = this.hash ^ Math.trunc(this.time) ^ text.length
    for (let i = 0; i < text.length; i += stride) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    this.hash = hash >>> 0
  }
}
