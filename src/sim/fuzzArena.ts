/**
 * The fuzzer's arena: the servers of a stage, each behind the door that hosts have (decode, verify signatures, step), and
 * what must hold after every message, whoever sent it. Deterministic: the same events, the same arena.
 */
import { encodeCopy, MAX_RING, type CopyChange, type DirectoryCopy, type EncodedCopy } from '../core/copies/directoryCopy'
import type { Effects } from '../core/effects'
import { decode, encode, MAX_MESSAGE_BYTES, signedIn, type Message } from '../core/messages'
import { utf8Length, type CopyId, type DirectoryId, type ServerId } from '../core/names'
import { restoreServer, type Server, type ServerChange } from '../core/server'
import { step, type Input } from '../core/step'
import { leftNothing } from './checkers'
import type { Database } from './database'
import { areSignaturesTrue, certificateSignature, marksOf, signature, type Marks } from './simServer'
import { Accusation, type World } from './world'

/** What an arena begins as: servers at some moment of their lives. */
export interface Stage {
  /** What is telling about it, in words. */
  name: string
  traits: string[]
  /** Milliseconds since 1970. */
  at: number
  servers: { name: string; skew: number; server: Server }[]
  /** Messages between them on their way. */
  post: Post[]
  database: Database
  /** Whether its copies are large: pages, and slow to clone. */
  large: boolean
}

/** A server in the arena, and its host. */
export interface House {
  name: string
  id: ServerId
  server: Server
  skew: number
  wakeAt: number | null
  /** Lies: what it sends is twisted on the way, and its copies are held to nothing. */
  hostile: boolean
  /** Takes no part: its server is somewhere else for now. */
  away: boolean
  /** What its store has, as texts: snapshots, and the changes since. */
  disk: Map<CopyId, { snapshot: string | null; changes: string[] }>
  serverChanges: string[]
  marks: Map<CopyId, Marks>
}

/** What happens to one house at a time, ms since the stage: a text over a proven link, or any other input. */
export type Event = { at: number; house: number } & ({ from: ServerId; wire: string } | { input: Input })

export interface Verdict {
  message: Message | null
  /** Why it was refused, at the door or by the step; null when it was taken. */
  refused: string | null
  ms: number
}

export interface Post {
  from: ServerId
  to: ServerId
  wire: string
}

/** How an arena is made. */
export interface Setup {
  stage: Stage
  /** Which house lies, and at which nobody is. */
  hostile: number | null
  away: number | null
  /** Everybody with a copy is honest: what an epoch left out does not go before somebody has decided on it [E7]. */
  honest: boolean
  /** A bug put in from outside the core, for canaries. */
  sabotage?: (arena: Arena) => void
}

/** Things that one step may save, send, answer or say, besides one for each update it was given. */
const MOST_WORK = 3000
/** Splices that a copy remembers: one for each member it had behind it, and the refusals that R4 needs. */
const MOST_SPLICES = MAX_RING + 64
/** Refused in part: what else the message carried was taken. */
const refusedInPart = /too many updates from the future$|its author had no right to it$|by which its author had none$/

export class Arena {
  readonly houses: House[]
  readonly database: Database
  /** ms since the stage. */
  time = 0
  /** Messages between houses on their way, and the latest that went to others. */
  readonly post: Post[]
  readonly outside: Post[] = []
  /** Everything that happened here, when kept: what a replay needs. */
  readonly events: Event[] = []
  /** What the checkers look at of a world is what an arena has: DB, and copies on servers with names. */
  readonly world: World
  private readonly honest: boolean
  private readonly start: number
  private readonly clock: () => number

  constructor({ stage, hostile, away, honest, sabotage }: Setup, clock: () => number = () => 0) {
    this.clock = clock
    this.start = stage.at
    this.honest = honest
    this.database = stage.database.copy()
    this.post = [...stage.post]
    this.houses = structuredClone(stage.servers).map(({ name, skew, server }, i) => ({
      name,
      id: server.id,
      server,
      skew,
      wakeAt: 0,
      hostile: i === hostile,
      away: i === away,
      disk: new Map([...server.copies.values()].map((copy) => [copy.id, { snapshot: JSON.stringify(encodeCopy(copy)), changes: [] }])),
      serverChanges: [...(server.root === null ? [] : [JSON.stringify({ type: 'root', root: server.root })]), JSON.stringify({ type: 'name', name: server.name })],
      marks: new Map([...server.copies.values()].map((copy) => [copy.id, marksOf(copy)])),
    }))
    this.world = { database: this.database, copies: (directory: DirectoryId) => this.copies(directory), unsound: new Set() } as unknown as World
    sabotage?.(this)
  }

  now(house: House): number {
    return this.start + this.time + house.skew
  }

  houseOf(id: ServerId): House | undefined {
    return this.houses.find((house) => house.id === id)
  }

  /** Lets one thing happen; throws when a rule is broken. Nothing happens at a house that is away. */
  perform(event: Event): Verdict {
    this.events.push(event)
    this.time = event.at
    const house = this.houses[event.house]!
    if (house.away) return { message: null, refused: 'nobody is there', ms: 0 }
    return 'wire' in event ? this.receive(house, event.from, event.wire) : { message: null, refused: null, ms: this.input(house, event.input).ms }
  }

  /** The host's door [X5, A1]: what is malformed, or has a signature that is false, does not come further. */
  private receive(house: House, from: ServerId, wire: string): Verdict {
    const began = this.clock()
    const message = decode(wire)
    const ms = this.clock() - began
    if ('refused' in message) return { message: null, refused: worded(message.refused), ms }
    if (encode(message) !== wire) throw new Accusation('X5', `what was accepted re-encodes to other bytes: ${encode(message).slice(0, 200)}`)
    if (!areSignaturesTrue(message)) return { message, refused: `${message.type}: a signature is false`, ms }
    const before = standing(house.server)
    const { effects, ms: stepped } = this.input(house, { type: 'message', from, message })
    // Updates come with sweeps, too, and those that came during one are looked at when it ends.
    const isAside = (text: string): boolean => message.type !== 'updates' && text.includes(': updates: ')
    const refusal = effects.happened.find(({ kind, text }) => kind === 'refused' && !refusedInPart.test(text) && !isAside(text))
    if (refusal === undefined) return { message, refused: null, ms: ms + stepped }
    const verdict = { message, refused: refusal.text.slice(refusal.text.indexOf(': ') + 2), ms: ms + stepped }
    // An answer that nobody can read ends the question all the same, and who asked goes on.
    if (message.type === 'answer') return verdict
    if (effects.save.length > 0) throw new Accusation('X5', `${house.name} saved what came of a message that it refused (${refusal.text})`)
    if (standing(house.server) !== before) throw new Accusation('X5', `${house.name} changed by a message that it refused (${refusal.text})`)
    return verdict
  }

  /** One atomic action and what its host does of it. */
  private input(house: House, input: Input): { effects: Effects; ms: number } {
    const outside = [...house.server.copies.values()].filter(({ state }) => state === 'excluded')
    const began = this.clock()
    const effects = step(house.server, this.now(house), input)
    let ms = this.clock() - began
    house.wakeAt = effects.wakeAt
    this.save(house, effects)
    for (const copy of outside) if (this.honest && house.server.copies.get(copy.directory) !== copy) leftNothing(this.world, house, copy)
    checkStep(house, input, effects)
    for (const { to, message } of effects.send) {
      if (to === house.id) throw new Accusation('P1', `${house.name} sends itself ${message.type}`)
      const post = { from: house.id, to, wire: sendable(house, message) }
      this.onSend(message, post.wire)
      if (this.houseOf(to) !== undefined) this.post.push(post)
      else this.outside.push(post)
    }
    if (this.outside.length > 100) this.outside.splice(0, 50)
    for (const { id, outcome } of effects.reply) this.onReply(id, outcome as object)
    for (const { id, certificate } of effects.certify) ms += this.input(house, { type: 'signed', id, signature: certificateSignature(certificate) }).ms
    for (const { id, intent } of effects.sign) ms += this.input(house, { type: 'signed', id, signature: signature(intent) }).ms
    return { effects, ms }
  }

  /** What is done with answers to calls of clients here. */
  onReply: (id: number, outcome: object) => void = () => undefined
  /** Hears every message that is sent. */
  onSend: (message: Message, wire: string) => void = () => undefined

  private save(house: House, { save, changed }: Effects): void {
    for (const each of save) {
      if ('server' in each) {
        if (each.server.type === 'retired') this.retire(house, each.server.copy, save)
        else house.serverChanges.push(JSON.stringify(each.server))
        continue
      }
      const { copy, directory, change } = each
      const stored = house.disk.get(copy) ?? { snapshot: null, changes: [] }
      house.disk.set(copy, stored)
      stored.changes.push(JSON.stringify(change))
      const entered = house.server.copies.get(directory)
      if (entered?.id === copy) this.database.follow(entered, change)
      if (change.type !== 'absorbed' || house.hostile) continue
      for (const set of change.sets) if (set.ts.endsWith(copy) && !this.database.has(directory, set.ts)) this.database.accept(directory, each, set)
    }
    for (const directory of changed) {
      const copy = house.server.copies.get(directory)
      if (copy === undefined) continue
      const before = house.marks.get(copy.id)
      for (const field of ['nextTS', 'lastSweep', 'stableMark', 'highest'] as const) if (before !== undefined && copy[field] < before[field] && (field !== 'lastSweep' || copy.epoch === before.epoch)) throw new Accusation('monotone', `${field} of ${copy.id} on ${house.name} fell from ${before[field]} to ${copy[field]}`)
      house.marks.set(copy.id, marksOf(copy))
    }
  }

  /** What a copy accepted that is dropped in the step that made it never was. */
  private retire(house: House, copy: CopyId, saves: Effects['save']): void {
    house.disk.delete(copy)
    for (const by of saves) if ('copy' in by && by.copy === copy && by.change.type === 'absorbed' && saves.some((each) => 'copy' in each && each.copy === copy && each.change.type === 'created')) for (const { ts } of by.change.sets) this.database.withdraw(by.directory, by, ts)
  }

  /** Ticks that are due; each may plan another at once. */
  tick(): void {
    for (const [index, house] of this.houses.entries()) {
      for (let i = 0; i < 3 && !house.away && house.wakeAt !== null && house.wakeAt <= this.now(house); i++) this.perform({ at: this.time, house: index, input: { type: 'tick' } })
    }
  }

  /** Hands over the first message on its way between houses that are linked; false when there is none. */
  deliver(twist: (post: Post) => string = ({ wire }) => wire): boolean {
    const post = this.post.shift()
    if (post === undefined) return false
    const index = this.houses.findIndex((house) => house.id === post.to)
    if (this.houses[index]!.server.peers.has(post.from)) this.perform({ at: this.time, house: index, from: post.from, wire: twist(post) })
    return true
  }

  /** Lets time pass as in a calm network: everything is delivered at once, every tick comes when it is due. */
  pass(ms: number): void {
    const until = this.time + ms
    for (let i = 0; ; i++) {
      if (i > 5000) throw new Accusation('X5', 'the servers send each other messages without end')
      for (let j = 0; this.deliver(); j++) if (j > 100_000) throw new Accusation('X5', 'the servers send each other messages without end')
      const due = this.houses.filter((house) => !house.away && house.wakeAt !== null).map((house) => Math.max(this.time, house.wakeAt! - this.start - house.skew))
      const next = Math.min(until, ...due)
      if (next >= until) break
      this.time = next
      this.tick()
    }
    this.time = until
  }

  /** Both are told that a link between them is up. */
  connect(a: House, b: House): void {
    for (const [one, other] of [[a, b], [b, a]] as const) {
      const { incarnation } = other.server
      this.perform({ at: this.time, house: this.houses.indexOf(one), input: { type: 'connected', server: other.id, incarnation, instance: `${other.name} ${incarnation}`, name: other.server.name, key: other.server.key } })
      this.perform({ at: this.time, house: this.houses.indexOf(one), input: { type: 'clock', server: other.id, offset: other.skew - one.skew } })
    }
  }

  /** P1: what was saved is what there is: a restart from the store gives the same copies. */
  restartsAlike(): void {
    for (const house of this.houses) {
      const { id, key, incarnation } = house.server
      const copies = [...house.disk.values()].map(({ snapshot, changes }) => ({ snapshot: snapshot === null ? null : (JSON.parse(snapshot) as EncodedCopy), changes: changes.map((text) => JSON.parse(text) as CopyChange) }))
      const restored = restoreServer({ id, key, incarnation, seed: [1, 2, 3, 4], name: house.name, root: null, wantsRoot: true }, { server: house.serverChanges.map((text) => JSON.parse(text) as ServerChange), copies })
      if (restored.root !== house.server.root || restored.name !== house.server.name) throw new Accusation('P1', `${house.name} would restart with another name or root`)
      const text = (copy: DirectoryCopy | undefined): string => (copy === undefined ? 'none' : JSON.stringify(encodeCopy(copy)))
      for (const directory of new Set([...house.server.copies.keys(), ...restored.copies.keys()])) {
        if (text(house.server.copies.get(directory)) !== text(restored.copies.get(directory))) throw new Accusation('P1', `${house.name} would restart with another copy of ${directory}`)
      }
    }
  }

  copies(directory: DirectoryId): { at: House; copy: DirectoryCopy }[] {
    return this.houses.flatMap((at) => {
      const copy = at.server.copies.get(directory)
      return copy === undefined ? [] : [{ at, copy }]
    })
  }
}

/** A refusal at the door has words for a person. */
function worded(reason: string): string {
  if (reason === '') throw new Accusation('X5', 'a message is refused without a word')
  return reason
}

/** Everything that a server sends can be read by another. */
function sendable(house: House, message: Message): string {
  try {
    const wire = encode(message)
    if (wire.length * 3 > MAX_MESSAGE_BYTES && utf8Length(wire) > MAX_MESSAGE_BYTES) throw new Error(`${utf8Length(wire)} bytes`)
    return wire
  } catch (error) {
    throw new Accusation('X5', `${house.name} sends ${message.type} that no server reads (${error instanceof Error ? error.message : String(error)}): ${JSON.stringify(message).slice(0, 300)}`)
  }
}

/** What of each copy no refused message may touch, as text. */
function standing({ copies, root, name }: Server): string {
  let text = `${root} ${name}`
  for (const { id, state, nextTS, lastSweep, stableMark, highest, pointer, ring, splices, log } of copies.values()) text += ` ${id} ${state} ${nextTS} ${lastSweep} ${stableMark} ${highest} ${pointer.copy} ${pointer.server} ${ring.length} ${splices.length} ${log.length} ${log.at(-1)?.ts}`
  return text
}

/** Work is bounded by the message; lists that others add to have their limits. */
function checkStep(house: House, input: Input, { send, save, happened, reply, sign, changed }: Effects): void {
  const given = input.type === 'message' ? signedIn(input.message).length : 0
  const work = send.length + save.length + happened.length + reply.length + sign.length
  if (work > MOST_WORK + given) throw new Accusation('X5', `${house.name} does too much for one input: ${send.length} messages, ${save.length} saves, ${happened.length} happenings`)
  for (const directory of changed) {
    const copy = house.server.copies.get(directory)
    if (copy === undefined) continue
    if (copy.ring.length > MAX_RING) throw new Accusation('X5', `${house.name} knows a ring of ${copy.ring.length}`)
    if (copy.splices.length > MOST_SPLICES) throw new Accusation('X5', `${house.name} remembers ${copy.splices.length} splices`)
  }
}
