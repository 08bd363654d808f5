/**
 * A server of the simulated world: the same core as a tab, a disk, a clock that may be wrong, and a host that keeps the
 * one promise of hosts: nothing leaves before all earlier saves are durable [P1].
 */
import type { Call } from '../core/calls'
import type { Effects, Save } from '../core/effects'
import { certificatesIn, encode, signedIn, type Message } from '../core/messages'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import type { Timestamp } from '../core/timestamp'
import { failure } from '../core/errors'
import { restoreServer, type Server } from '../core/server'
import { step, type Input } from '../core/step'
import { certificateText, type Certificate } from '../core/values/certificate'
import { signedText, type Intent, type SignedIntent } from '../core/values/intent'
import { emptyDisk, readDisk, writeDisk, type MemoryDisk } from '../storage/memoryStore'
import { encodeCopy, type Epoch } from '../core/copies/directoryCopy'
import { OWNER } from './guarding'
import type { World } from './world'

/** Outputs wait here until the saves before them are durable. */
interface Batch {
  saves: Save[]
  effects: Effects[]
}

/** The numbers of a copy that never decrease. */
export interface Marks {
  epoch: Epoch
  promised: Epoch
  nextTS: Timestamp
  lastSweep: Timestamp
  stableMark: Timestamp
  highest: Timestamp
}
export const marksOf = ({ epoch, promised, nextTS, lastSweep, stableMark, highest }: Marks): Marks => ({ epoch, promised, nextTS, lastSweep, stableMark, highest })

/** A host looks at its clock this often, ms, whatever it waits for. */
const LONGEST_WAIT = 60_000

/** ms since 1970: longer than any world. */
const LONG = 8_000_000_000_000

const emptyBatch = (): Batch => ({ saves: [], effects: [] })

/** The signature of an author on an intent: anyone can check it, only `sign` makes it. */
export const signature = (intent: Intent): string => `${intent.author}!${checksum(signedText(intent))}`
/** The same of an issuer on a certificate. */
export const certificateSignature = (certificate: Omit<Certificate, 'signature'>): string => `${certificate.issuer}!${checksum(certificateText(certificate))}`
/** What a host checks before its core sees a message. */
export function areSignaturesTrue(message: Message): boolean {
  return signedIn(message).every((each) => each.signature === signature(each.intent)) && certificatesIn(message).every((each) => each.signature === certificateSignature(each))
}
const checksum = (text: string): number => {
  let sum = 7
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193)
  return sum >>> 0
}

export class SimServer {
  readonly id: ServerId
  /** Its place among the servers of the world. */
  readonly number: number
  readonly key: string
  readonly name: string
  private readonly wantsRoot: boolean
  disk: MemoryDisk = emptyDisk()
  /** Starts, whatever its disk says of them. */
  private starts = 0
  /** The last incarnation that its browser remembers [B2, B3]. */
  private known = 0
  /** What somebody has copied of its disk. */
  copied: MemoryDisk | null = null
  /** What it says in place of what its core would, while it is in the hands of somebody else. */
  lie: ((message: Message) => Message) | null = null
  /** Its disk, while its whole browser is an old one, that knows of no later start [B2]: what it does then is nobody's promise. */
  putAside: MemoryDisk | null = null
  /** Nobody starts it again: it is destroyed with its disk, or only away until all is over [S4]. */
  gone: 'destroyed' | 'away' | null = null
  /** Another server has removed it; or why it could not, in words. */
  isRemoved = false
  whyNotRemoved = ''
  /** Counts the disks it has had: nothing that it sent from another one arrives. */
  disks = 0
  /** This clock minus the world's, ms. */
  skew = 0
  alive = false
  /** While frozen, inputs pile up. */
  frozen = false
  /** Commits fail; the first that does leaves the server able to read only, until it is started again. */
  diskFull = false
  readOnly = false
  /** The live server; while dead, what its disk says: the state it would restart with. */
  server: Server
  private readonly world: World
  private pending: Batch = emptyBatch()
  private committing: Batch | null = null
  private inbox: Input[] = []
  private wakeAt: number | null = null
  private replies = new Map<number, (outcome: object) => void>()
  private nextCall = 1
  /** Counts crashes, so that events planned before one are dropped after it. */
  private life = 0
  /** How many more messages it sends before it crashes, and for how long then. */
  private lastMessages = { left: Number.POSITIVE_INFINITY, downFor: 0 }

  constructor(world: World, id: ServerId, name: string, wantsRoot: boolean) {
    this.world = world
    this.id = id
    this.number = world.servers.length
    this.key = `key-${name}`
    this.name = name
    this.wantsRoot = wantsRoot
    this.server = this.restored()
  }

  restored(disk = this.disk): Server {
    const stored = readDisk(disk)
    const random = this.world.random.fork(`${this.name} start ${this.starts}`)
    return restoreServer({ id: this.id, key: this.key, incarnation: disk.incarnation, seed: random.numbers(), name: this.name, root: null, wantsRoot: this.wantsRoot }, stored)
  }

  start(): void {
    this.starts++
    if (this.known > this.disk.incarnation) this.rollBack()
    this.known = this.disk.incarnation = Math.max(this.known, this.disk.incarnation) + 1
    this.server = this.restored()
    this.alive = true
    this.readOnly = false
    this.lastMessages = { left: Number.POSITIVE_INFINITY, downFor: 0 }
    this.input({ type: 'start' })
    if (this.world.hasPeople) this.input({ type: 'person', key: OWNER, credentials: [this.credentials()], chains: [] })
  }

  /** The store is an old one, as the browser remembers: that is on disk before it has had this start, whatever happens then [B3]. */
  private rollBack(): void {
    const input: Input = { type: 'start', storeIsOld: true }
    this.server = this.restored()
    this.world.beforeStep(this, input)
    const effects = step(this.server, this.world.wall(this), input)
    this.world.stepped(this, input, effects)
    writeDisk(this.disk, effects.save)
  }

  /** Its person's word that it speaks for that person. */
  private credentials(): Certificate {
    const said = { directory: null, genesis: null, issuer: OWNER, name: '', subject: this.key, from: 0, until: LONG }
    return { ...said, signature: certificateSignature(said) }
  }

  get instance(): string {
    return `${this.name} ${this.starts}`
  }

  /** While it is dead somebody puts another disk in: an old copy of its own, or an empty one [B3, B5]. */
  replaceDisk(disk: MemoryDisk): void {
    this.disk = disk
    this.disks++
    this.server = this.restored()
  }

  /** While it is dead its whole browser is replaced by an old one. */
  putBackBrowser(old: MemoryDisk): void {
    this.putAside = this.disk
    this.replaceDisk(old)
    this.known = old.incarnation
  }

  /** The browser that was put aside is there again. */
  bringBackBrowser(): void {
    this.known = this.putAside!.incarnation
    this.replaceDisk(this.putAside!)
    this.putAside = null
  }

  /** What was not durable is gone, and nobody has heard of it. */
  crash(): void {
    this.alive = false
    this.frozen = false
    this.replies.clear()
    this.forgetUnsaved()
  }

  /** What a host does when a save fails: all of its steps are undone, callers are told, and from now on it only reads. */
  private abort(): void {
    this.world.notice('a transaction was aborted')
    this.readOnly = true
    const waiting = [...this.replies.values()]
    this.replies.clear()
    this.forgetUnsaved()
    for (const reply of waiting) reply(failure('StorageFailed', { reason: 'the disk is full' }))
  }

  private forgetUnsaved(): void {
    const lost = [...(this.committing?.saves ?? []), ...this.pending.saves]
    this.life++
    this.committing = null
    this.pending = emptyBatch()
    this.inbox = []
    this.wakeAt = null
    this.world.forget(lost)
    this.server = this.restored()
    this.world.crashed(this)
  }

  /** Crashes once it has sent so many more messages. */
  dieAfter(messages: number, downFor: number): void {
    this.lastMessages = { left: messages, downFor }
  }

  /** Whether the next message still leaves; after the last one the server crashes. */
  mayStillSend(): boolean {
    const { left, downFor } = this.lastMessages
    if (left <= 0) return false
    this.lastMessages.left--
    if (left === 1) this.later(0, () => this.world.kill(this, downFor))
    return true
  }

  thaw(): void {
    if (this.server.sweeps.size > 0) this.world.notice('a coordinator was frozen in a sweep and thawed')
    this.frozen = false
    for (const input of this.inbox.splice(0)) this.input(input)
    this.input({ type: 'tick' })
  }

  /** Writes snapshots in place of changes, as a host does now and then. */
  compact(): void {
    if (this.committing !== null || this.pending.saves.length > 0) return
    for (const copy of this.server.copies.values()) this.disk.copies.set(copy.id, { directory: copy.directory, snapshot: JSON.stringify(encodeCopy(copy)), changes: [] })
  }

  call(call: Call, then: (outcome: object) => void): void {
    const id = this.nextCall++
    this.replies.set(id, then)
    this.input({ type: 'call', id, call })
  }

  receive(from: ServerId, wire: string): void {
    const { wires, canary } = this.world
    const { message, isTrue } = canary.before === undefined ? wires.read(wire) : wires.parse(wire)
    if (isTrue) this.input({ type: 'message', from, message })
  }

  input(input: Input): void {
    if (!this.alive) return
    if (this.frozen) {
      this.inbox.push(input)
      return
    }
    if (this.readOnly) return
    this.world.beforeStep(this, input)
    const effects = step(this.server, this.world.wall(this), input)
    this.world.stepped(this, input, effects)
    this.pending.saves.push(...effects.save)
    this.pending.effects.push(effects)
    this.commit()
    if (effects.wakeAt !== null && (this.wakeAt === null || effects.wakeAt < this.wakeAt)) this.planWake(effects.wakeAt)
  }

  private planWake(wall: number): void {
    this.wakeAt = wall
    this.later(Math.min(LONGEST_WAIT, Math.max(0, wall - this.world.wall(this))), () => {
      if (this.wakeAt !== wall) return
      this.wakeAt = null
      this.input({ type: 'tick' })
    })
  }

  /** Group commit: what came while one transaction ran goes into the next. */
  private commit(): void {
    if (this.committing !== null || this.pending.effects.length === 0) return
    const batch = this.pending
    this.pending = emptyBatch()
    if (batch.saves.length === 0) return this.release(batch)
    const early = this.world.canary.releasesEarly === true
    if (early) this.release(batch)
    this.committing = batch
    const marks = [...this.server.copies.values()].map((copy): [CopyId, Marks] => [copy.id, marksOf(copy)])
    const fate = this.world.network.tears()
    this.later(this.world.diskDelay(), () => {
      if (this.diskFull) return this.abort()
      if (fate === 'before') return this.world.kill(this, 5000)
      writeDisk(this.disk, batch.saves)
      if (this.putAside === null) this.world.durable(marks)
      if (fate === 'after') {
        this.world.notice('a server died after a durable write, before anything was sent')
        this.committing = null
        return this.world.kill(this, 5000)
      }
      this.committing = null
      if (!early) this.release(batch)
      this.commit()
    })
  }

  private release({ effects }: Batch): void {
    for (const { send, reply, sign, certify } of effects) {
      for (const { to, message } of send) this.world.carry(this, to, encode(this.lie === null ? message : this.lie(message)))
      for (const { id, outcome } of reply) {
        this.replies.get(id)?.(outcome as object)
        this.replies.delete(id)
      }
      for (const { id, certificate } of certify) this.later(0, () => this.input({ type: 'signed', id, signature: certificateSignature(certificate) }))
      for (const { id, intent } of sign) this.later(0, () => this.input({ type: 'signed', id, signature: signature(intent) }))
    }
  }

  private later(delay: number, action: () => void): void {
    const life = this.life
    this.world.plan(delay, () => {
      if (this.life === life) action()
    })
  }

  /** The server as its disk has it: what survives a crash now. */
  onDisk(): Server {
    return this.restored(this.putAside ?? this.disk)
  }

  /** What its clock says, ms since 1970. */
  clock(): number {
    return this.world.wall(this)
  }

  copyOf(directory: DirectoryId): Server['copies'] extends Map<DirectoryId, infer C> ? C | undefined : never {
    return this.server.copies.get(directory)
  }
}

/** An intent signed by a simulated person. */
export const signed = (intent: Intent): SignedIntent => ({ intent, signature: signature(intent) })
