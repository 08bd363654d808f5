/** The world, simulated: servers, network, disks and clocks in one process and one seed; the same seed, the same run. */
import type { Effects, Save } from '../core/effects'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import type { Input } from '../core/step'
import { encode, type Message } from '../core/messages'
import { explainWire } from './transcript'
import { Database } from './database'
import { SimNetwork } from './network'
import { Random } from './random'
import { SimServer, type Marks } from './simServer'

/** Milliseconds since 1970 when every world begins. */
const GENESIS = 1_735_689_600_000
const NOTICED_AFTER = 6000

interface Event {
  at: number
  order: number
  action: () => void
}

/** Broken rule, told by a checker: which, and one sentence that names the copy at fault. */
export class Accusation extends Error {
  readonly rule: string
  constructor(rule: string, sentence: string) {
    super(`${rule}: ${sentence}`)
    this.rule = rule
  }
}

/** A protocol bug put in from outside the core: what it does to a message on its way, or to a server after a step. */
export interface Canary {
  message?: (message: Message, from: SimServer, to: SimServer) => Message
  /** Before a step takes its input. */
  before?: (server: SimServer, input: Input) => void
  stepped?: (server: SimServer, input: Input, effects: Effects) => void
  /** The host lets messages and answers out before they are durable. */
  releasesEarly?: boolean
}

export class World {
  readonly random: Random
  readonly network: SimNetwork
  readonly database = new Database()
  readonly servers: SimServer[] = []
  readonly counts = new Map<string, number>()
  trace: ((line: string) => void) | null = null
  canary: Canary = {}
  onDurable: (marks: readonly [CopyId, Marks][]) => void = () => undefined
  onCrash: (server: SimServer) => void = () => undefined
  checkers: ((server: SimServer, input: Input, effects: Effects) => void)[] = []
  /** Milliseconds since the world began. */
  time = 0
  private readonly queue: Event[] = []
  private order = 0
  private readonly links = new Set<string>()
  private readonly disk: Random

  constructor(seed: string) {
    this.random = new Random(seed)
    this.network = new SimNetwork(this.random.fork('network'))
    this.disk = this.random.fork('disk')
  }

  addServer(name: string, skew: number): SimServer {
    const server = new SimServer(this, this.random.fork(`id ${name}`).id(20) as ServerId, name)
    server.skew = skew
    this.servers.push(server)
    return server
  }

  byId(id: ServerId): SimServer | undefined {
    return this.servers.find((server) => server.id === id)
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

  say(line: () => string): void {
    this.trace?.(`${(this.time / 1000).toFixed(3).padStart(9)} ${line()}`)
  }

  plan(delay: number, action: () => void): void {
    const event = { at: this.time + delay, order: this.order++, action }
    let child = this.queue.push(event) - 1
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!before(event, this.queue[parent]!)) break
      this.queue[child] = this.queue[parent]!
      child = parent
    }
    this.queue[child] = event
  }

  /** Lets everything happen that happens until then (ms since the world began). */
  run(until: number): void {
    for (let next = this.queue[0]; next !== undefined && next.at <= until; next = this.queue[0]) {
      this.takeFirst()
      this.time = next.at
      next.action()
    }
    this.time = until
  }

  private takeFirst(): void {
    const last = this.queue.pop()!
    if (this.queue.length === 0) return
    let parent = 0
    for (;;) {
      let child = 2 * parent + 1
      if (child >= this.queue.length) break
      if (child + 1 < this.queue.length && before(this.queue[child + 1]!, this.queue[child]!)) child++
      if (!before(this.queue[child]!, last)) break
      this.queue[parent] = this.queue[child]!
      parent = child
    }
    this.queue[parent] = last
  }

  /** A message on its way: lost, late, doubled, or across a cut. */
  carry(from: ServerId, to: ServerId, wire: string): void {
    const sender = this.byId(from)!
    const receiver = this.byId(to)
    if (receiver === undefined) return
    const text = this.canary.message === undefined ? wire : encode(this.canary.message(JSON.parse(wire) as Message, sender, receiver))
    this.say(() => `${sender.name} → ${receiver.name} ${explainWire(text)}`)
    for (const delay of this.network.fate()) {
      this.plan(delay, () => {
        if (!receiver.alive || !this.network.passes(from, to) || !this.links.has(link(from, to))) this.count('messages lost')
        else receiver.receive(from, text)
      })
    }
  }

  stepped(server: SimServer, input: Input, effects: Effects): void {
    this.count('steps')
    for (const save of effects.save) if ('copy' in save) this.accept(save)
    this.canary.stepped?.(server, input, effects)
    for (const { kind, text } of effects.happened) {
      this.count(`${kind}: ${text.replaceAll(/[a-z0-9~]*\d[\d.]*|(?<=from |on |after |to |: )\w+/g, '*')}`)
      this.say(() => `${server.name}   ${kind}: ${text}`)
    }
    for (const check of this.checkers) check(server, input, effects)
  }

  private accept(save: Extract<Save, { copy: unknown }>): void {
    if (save.change.type !== 'absorbed') return
    for (const set of save.change.sets) if (set.ts.endsWith(save.copy) && !this.database.has(save.directory, set.ts)) this.database.accept(save.directory, save.copy, set)
  }

  /** Saves that a crash lost: updates accepted by them were never accepted. */
  forget(saves: readonly Save[]): void {
    for (const save of saves) {
      if (!('copy' in save) || save.change.type !== 'absorbed') continue
      for (const set of save.change.sets) if (set.ts.endsWith(save.copy)) this.database.withdraw(save.directory, set.ts)
    }
  }

  /** Brings links up or down as the network and the servers are now; each side hears of it after a while. */
  relink(): void {
    for (const a of this.servers) {
      for (const b of this.servers) {
        if (a.id >= b.id) continue
        const up = a.alive && b.alive && this.network.linked(a.id, b.id)
        if (up && !this.links.has(link(a.id, b.id))) this.plan(this.random.between(50, 500), () => this.connect(a, b))
        if (!up && this.links.has(link(a.id, b.id))) this.plan(this.random.between(0, NOTICED_AFTER), () => this.disconnect(a, b))
      }
    }
  }

  private connect(a: SimServer, b: SimServer): void {
    if (!a.alive || !b.alive || !this.network.linked(a.id, b.id) || this.links.has(link(a.id, b.id))) return
    this.links.add(link(a.id, b.id))
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      one.input({ type: 'connected', server: other.id, incarnation: other.disk.incarnation, instance: `${other.name} ${other.disk.incarnation}`, name: other.name })
      one.input({ type: 'clock', server: other.id, offset: other.skew - one.skew })
    }
  }

  private disconnect(a: SimServer, b: SimServer): void {
    if (a.alive && b.alive && this.network.linked(a.id, b.id)) return
    if (!this.links.delete(link(a.id, b.id))) return
    a.input({ type: 'disconnected', server: b.id, reason: 'silent' })
    b.input({ type: 'disconnected', server: a.id, reason: 'silent' })
  }

  /** A server that dies takes its links with it at once; the others notice later. */
  dropLinks(dead: SimServer): void {
    for (const other of this.servers) {
      if (other === dead || !this.links.delete(link(dead.id, other.id))) continue
      this.plan(this.random.between(0, NOTICED_AFTER), () => {
        if (!this.links.has(link(dead.id, other.id))) other.input({ type: 'disconnected', server: dead.id, reason: 'silent' })
      })
    }
  }

  /** All copies of a directory that exist: of live servers in memory, of dead ones on disk. */
  copies(directory: DirectoryId): { at: SimServer; copy: NonNullable<ReturnType<SimServer['copyOf']>> }[] {
    return this.servers.flatMap((at) => {
      const copy = at.copyOf(directory)
      return copy === undefined ? [] : [{ at, copy }]
    })
  }
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
const link = (a: ServerId, b: ServerId): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
