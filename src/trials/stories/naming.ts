/** Names and small numbers for what a story shows: in place of identifiers and of time-stamps. */
import type { Message } from '../../core/messages'
import type { CopyId, DirectoryId } from '../../core/names'
import type { Request } from '../../core/requests'
import { BEGINNING, originOf, SWEEP_ORIGIN, timeOf, type Timestamp } from '../../core/timestamp'
import { GENESIS, type Member } from '../cluster'

export class Naming {
  /** When the clock of the story would show 0, ms since the cluster began. */
  zero = 0
  private readonly members: readonly Member[]
  private readonly directories = new Map<DirectoryId, string>()
  private readonly copies = new Map<CopyId, { name: string; directory: DirectoryId }>()
  private readonly requests = new Map<string, Request>()
  /** The sweepTS of each attempt at a sweep. */
  private readonly attempts = new Map<string, Timestamp>()
  /** What each shown number stands for: no two updates of one directory may read alike. */
  private readonly numbers = new Map<string, Timestamp>()

  constructor(members: readonly Member[]) {
    this.members = members
  }

  /** The identifier of a directory that the story calls so. */
  directory(name: string): DirectoryId {
    const id = name.toLowerCase().replace(/[^a-z2-7]/g, '').padEnd(20, 'a') as DirectoryId
    this.directories.set(id, name)
    return id
  }

  ofDirectory(id: DirectoryId): string {
    return this.directories.get(id) ?? id
  }

  ofServer(id: string): string {
    return this.members.find((member) => member.id === id)?.name ?? id
  }

  /** A copy goes by its server's name, with a stroke for each copy of the directory that was there before it. */
  ofCopy(id: CopyId): string {
    return this.copies.get(id)!.name
  }

  learnCopies({ name, server }: Member): void {
    for (const { id, directory } of server.copies.values()) {
      if (this.copies.has(id)) continue
      const before = [...this.copies.values()].filter((other) => other.directory === directory && other.name.startsWith(name))
      this.copies.set(id, { name: `${name}${'′'.repeat(before.length)}`, directory })
    }
  }

  /** What later messages refer to. */
  learn(message: Message): void {
    if (message.type === 'request') this.requests.set(message.id, message.request)
    if (message.type === 'lookSweep') this.attempts.set(message.attempt, message.sweepTS)
  }

  /** What an answer is the answer to. */
  asked(id: string): Request | null {
    return this.requests.get(id) ?? null
  }

  /** Milliseconds since the cluster began, on the story's clock. */
  clock(time: number): string {
    return seconds(time - this.zero)
  }

  /** Whether this is later than what happened before the story. */
  isOfStory(ts: Timestamp, begin: number): boolean {
    return timeOf(ts) >= (GENESIS + this.zero + begin * 1000) * 1000
  }

  /** A text with names and numbers in their place; six letters are how servers shorten an identifier for people. */
  readonly readable = (text: string): string =>
    text
      .replace(/\d{16}\.(?:0|[a-z2-7]{13})(?![a-z2-7])/g, (ts) => this.number(ts as Timestamp))
      .replace(/\b\d{4}-\d\d-\d\dT[\d:.]{12}Z/g, (time) => this.clock(Date.parse(time) - GENESIS))
      .replace(/\bsweep ([a-z2-7]{16})\b/g, (_, attempt: string) => `sweep ${this.number(this.attempts.get(attempt)!)}`)
      .replace(/#?\b([a-z2-7]{20})\b/g, (_, id: string) => this.directories.get(id as DirectoryId) ?? this.ofServer(id))
      .replace(/\b[a-z2-7]{13}\b/g, (id) => this.copies.get(id as CopyId)?.name ?? id)
      .replace(/#([a-z2-7]{6})…/g, (short, start: string) => [...this.directories].find(([id]) => id.startsWith(start))?.[1] ?? short)
      .replace(/\b[a-z2-7]{6}\b/g, (start) => this.members.find(({ id }) => id.startsWith(start))?.name ?? start)

  /** A time-stamp as the clock shows it: 10, and 10+ for the least after it. */
  private number(ts: Timestamp): string {
    if (ts === BEGINNING) return '0'
    const micros = timeOf(ts) - (GENESIS + this.zero) * 1000
    const past = micros % 1000
    const number = `${seconds((micros - past) / 1000)}${past === 0 ? '' : past === 1 ? '+' : `+${past}`}`
    if (originOf(ts) === SWEEP_ORIGIN) return number
    const key = `${number} of ${this.copies.get(originOf(ts) as CopyId)?.directory}`
    const known = this.numbers.get(key) ?? ts
    if (known !== ts) throw new Error(`${known} and ${ts} would both be shown as ${number}`)
    this.numbers.set(key, ts)
    return number
  }
}

/** Milliseconds as seconds, with no more digits than needed, two at most. */
const seconds = (ms: number): string => String(Math.round(ms / 10) / 100)
