/**
 * What a hostile author of messages may know, which is everything: who is who, which sweeps, errands and joins are under
 * way, which time-stamps and updates there are. Values are drawn from there, or from the edges of what their shape allows.
 */
import type { DirectoryCopy, Member } from '../core/copies/directoryCopy'
import type { Errand } from '../core/errands'
import type { CopyId, DirectoryId, Label, ServerId } from '../core/names'
import { BEGINNING, millisecondsOf, SWEEP_ORIGIN, timestamp, timeOf, type Timestamp } from '../core/timestamp'
import type { Server } from '../core/server'
import type { Random } from './random'

/** Who sends: a proven server, with a key of its own and, for a member, its copies. */
export interface Enemy {
  id: ServerId
  key: string
  copies: Map<DirectoryId, CopyId>
}

/** Somebody honest, of whom the enemy knows all. */
export interface Victim {
  readonly id: ServerId
  readonly server: Server
}

/** All that there is: an arena of the fuzzer, or a world. */
export interface Surroundings {
  readonly houses: readonly Victim[]
  houseOf(id: ServerId): Victim | undefined
  /** What its clock says, ms since 1970. */
  now(victim: Victim): number
  copies(directory: DirectoryId): { at: Victim; copy: DirectoryCopy }[]
}

/** The latest time that a time-stamp can have, in microseconds. */
const LAST_TIME = 9_000_000_000_000_000

export const hostileLabels: readonly Label[] = ['__proto__', 'constructor', 'then', 'toJSON', 'hasOwnProperty', '0', '-1', '.', '..', 'a/b:c#d%e*', '🐢', 'עברית', '\uE000', '\u{10000}', 'nai\u0308ve', '名前', 'DR', 'Link', 'Server', 'BR', 'To', 'DI', 'Label', 'Lampson', 'x'.repeat(255), '🐢'.repeat(63), '"'.repeat(255), '\\'.repeat(254), 'é'.repeat(127), ' ']
const hostileTexts: readonly string[] = ['', ' ', '\u0000', '\u202E', '"', '\\', '🐢', 'null', '__proto__', 'x'.repeat(26), 'x'.repeat(32), '\u0000'.repeat(20), '\uFFFF', '/', '#', '..']
const naturals: readonly number[] = [0, 0, 0, 1, 1, 2, 3, 16, 17, 255, 256, 4095, 4096, 4097, 20_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 600_000, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]

export class Scene {
  readonly random: Random
  readonly arena: Surroundings
  /** Whom the next message is for, who sends it, and which directory it speaks of. */
  to: Victim
  from: Enemy
  directory: DirectoryId
  directories: DirectoryId[] = []
  labels: Label[] = []
  private stamps: Timestamp[] = []
  private marks: Timestamp[] = []
  private copyIds: CopyId[] = []
  private servers: ServerId[] = []

  constructor(random: Random, arena: Surroundings, enemy: Enemy) {
    this.random = random
    this.arena = arena
    this.from = enemy
    this.to = arena.houses[0]!
    this.directory = 'a'.repeat(20) as DirectoryId
  }

  /** Looks again at what there is. */
  refresh(enemies: readonly Enemy[]): void {
    const copies = this.arena.houses.flatMap(({ server }) => [...server.copies.values()])
    const some = <T>(items: readonly T[], n: number): T[] => (items.length <= n ? [...items] : Array.from({ length: n }, () => this.random.pick(items)))
    this.directories = [...new Set([...copies.map((copy) => copy.directory), ...this.arena.houses.flatMap(({ server }) => server.root ?? []), this.random.id(20) as DirectoryId])]
    this.servers = [...this.arena.houses.map(({ id }) => id), ...enemies.map(({ id }) => id), this.random.id(20) as ServerId]
    this.copyIds = [...new Set([...copies.flatMap((copy) => [copy.id, ...copy.ring.map((member) => member.copy)]), this.random.id(13) as CopyId])]
    this.marks = [...new Set(copies.flatMap((copy) => [copy.nextTS, copy.lastSweep, copy.stableMark]))]
    this.stamps = copies.flatMap((copy) => some(copy.log, 6).map((set) => set.ts))
    this.labels = copies.flatMap((copy) => some([...(copy.visible.root.children?.keys() ?? [])], 6))
  }

  /** The copy at hand, if the receiver has one. */
  get copy(): DirectoryCopy | undefined {
    return this.to.server.copies.get(this.directory)
  }

  get now(): number {
    return this.arena.now(this.to)
  }

  aDirectory(): DirectoryId {
    return this.random.chance(0.9) ? this.directory : this.random.pick(this.directories)
  }

  aServer(): ServerId {
    return this.random.chance(0.3) ? this.from.id : this.random.pick(this.servers)
  }

  aCopy(): CopyId {
    return this.random.chance(0.1) ? (this.random.id(13) as CopyId) : this.random.pick(this.copyIds)
  }

  /** The copy of the sender: its own, or the one it says is its own. */
  sender(): CopyId {
    const visited = [...(this.to.server.sweeps.get(this.directory)?.visited ?? [])].find(([, { pointer }]) => pointer.server === this.from.id)
    return this.random.chance(0.9) ? (this.from.copies.get(this.directory) ?? visited?.[0] ?? this.aCopy()) : this.aCopy()
  }

  receiver(): CopyId {
    return this.random.chance(0.95) ? (this.copy?.id ?? this.aCopy()) : this.aCopy()
  }

  aMember(): Member {
    const [known] = this.random.shuffled(this.copy?.ring ?? [])
    const member = known !== undefined && this.random.chance(0.4) ? known : { copy: this.aCopy(), server: this.aServer(), name: this.aName() }
    return this.random.chance(0.15) ? { ...member, name: this.aName() } : this.random.chance(0.1) ? { ...member, server: this.aServer() } : member
  }

  /** Names of servers; the last are too long or too strange to be labels. */
  aName(): string {
    const { random } = this
    return random.chance(0.9) ? `#${random.pick(this.directories)}/${random.pick(['alpha', 'beta', 'omega', 'x', '__proto__'])}` : random.pick(['', '/', 'x'.repeat(512), '\u0000', '🐢'.repeat(256), 'a\u202Eb', ...hostileTexts])
  }

  /** Any time-stamp: one there is, or one at an edge. */
  aStamp(): Timestamp {
    const { random } = this
    if (random.chance(0.4) && this.stamps.length > 0) return random.pick(this.stamps)
    if (random.chance(0.5)) return this.aMark()
    return timestamp(this.aTime(), random.chance(0.3) ? SWEEP_ORIGIN : random.chance(0.1) ? (random.pick(['a', '7']).repeat(13) as CopyId) : this.aCopy())
  }

  /** A time-stamp such as lastSweep, F or nextTS: of a sweep, mostly. */
  aMark(): Timestamp {
    const { random } = this
    const kind = random.below(20)
    if (kind < 11 && this.marks.length > 0) return random.pick(this.marks)
    if (kind < 14 && this.copy !== undefined) return random.pick([this.copy.nextTS, this.copy.lastSweep, this.copy.stableMark])
    if (kind < 16) return BEGINNING
    return timestamp(this.aTime(), kind < 19 ? SWEEP_ORIGIN : this.aCopy())
  }

  /** Microseconds since 1970: about now, about the limits of what is believed, or at the ends of time. */
  private aTime(): number {
    const { random } = this
    const now = Math.floor(this.now * 1000)
    const aside = random.pick([0, 0, 1, -1, 1000, 300_000_000, 300_000_001, 299_999_999, -600_000_000, 301_000_000, -3_600_000_000, 3_600_000_000])
    return random.chance(0.75) ? now + aside : random.chance(0.5) ? timeOf(this.aKnown()) + random.pick([0, 1, -1].filter((by) => timeOf(this.aKnown()) + by >= 0)) : random.pick([0, 1, LAST_TIME, LAST_TIME - 1])
  }

  private aKnown(): Timestamp {
    return this.copy?.nextTS ?? BEGINNING
  }

  aLabel(): Label {
    return this.random.chance(0.5) && this.labels.length > 0 ? this.random.pick(this.labels) : this.random.pick(hostileLabels)
  }

  aText(most: number): string {
    const text = this.random.pick(hostileTexts)
    return this.random.chance(0.05) ? 'x'.repeat(most) : text.length <= most ? text : ''
  }

  aNatural(): number {
    return this.random.pick(naturals)
  }

  /** Attempts of sweeps, errands and joins that are under way here; else ones that never were. */
  anAttempt(): string {
    const live = this.to.server.sweeps.get(this.directory)?.attempt ?? [...this.to.server.transfers.values()].at(-1)?.purpose
    return live !== undefined && this.random.chance(0.85) ? live : this.random.chance(0.8) ? this.random.id(16) : this.aText(16)
  }

  /** The number of an attempt to leave, and what its pages are fetched by. */
  aLeave(): number {
    const number = this.copy?.leaving?.attempt ?? this.to.server.takeOvers.get(this.directory)?.attempt
    return number !== undefined && this.random.chance(0.8) ? number : this.aNatural()
  }

  aNonce(): string {
    const nonce = this.to.server.takeOvers.get(this.directory)?.nonce
    return nonce !== undefined && this.random.chance(0.8) ? nonce : this.random.chance(0.8) ? this.random.id(16) : this.aText(16)
  }

  anErrand(): Errand | undefined {
    const errands = [...this.to.server.errands.values()]
    const mine = errands.filter(({ candidates }) => candidates[0] === this.from.id)
    return mine.length > 0 ? this.random.pick(mine) : errands[0] && this.random.pick(errands)
  }

  aJoiner(): CopyId {
    const join = this.to.server.joins.get(this.directory)?.joiner
    const joining = this.arena.copies(this.directory).find(({ copy }) => copy.state === 'joining')?.copy.id
    return this.random.chance(0.7) ? (join ?? joining ?? this.aCopy()) : this.random.chance(0.5) ? (this.random.id(13) as CopyId) : this.aCopy()
  }

  /** Validity of an intent that a copy may stamp now, mostly; ms since 1970. */
  aValidity(ts: Timestamp | null): { from: number; until: number } {
    const about = ts === null ? this.now : millisecondsOf(ts)
    const from = Math.max(0, Math.floor(about) - this.random.pick([0, 1, 300_000, 599_999, 600_000]))
    if (this.random.chance(0.97)) return { from, until: from + 600_000 }
    return this.random.pick([
      { from: 0, until: 0 },
      { from: 0, until: Number.MAX_SAFE_INTEGER },
      { from: Number.MAX_SAFE_INTEGER, until: Number.MAX_SAFE_INTEGER },
      { from: 8_640_000_000_000_001, until: 8_640_000_000_000_002 },
      { from: from + 600_000, until: from },
    ])
  }

  /** Another value that a field of this name can have. */
  replacement(field: string, value: unknown): unknown {
    const { random } = this
    if (typeof value === 'number') return this.aNatural()
    if (typeof value === 'boolean') return !value
    if (typeof value !== 'string') return random.chance(0.5) ? null : this.aText(32)
    if (/^\d{16}\./.test(value)) return random.chance(0.5) ? this.aMark() : this.aStamp()
    const byField = { epoch: () => this.copy?.epoch ?? value, attempt: () => this.anAttempt(), nonce: () => this.aNonce(), to: () => this.receiver(), from: () => this.sender(), joiner: () => this.aJoiner(), id: () => this.anErrand()?.id ?? value, directory: () => random.pick(this.directories) }
    if (Object.hasOwn(byField, field)) return byField[field as keyof typeof byField]()
    if (/^[a-z2-7]{13}$/.test(value)) return this.aCopy()
    if (/^[a-z2-7]{20}$/.test(value)) return random.chance(0.5) ? this.aServer() : random.pick(this.directories)
    return random.chance(0.5) ? this.aLabel() : this.aName()
  }
}
