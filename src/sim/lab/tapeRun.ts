/**
 * A tape of a real tab's server (core/tape.ts), run again input by input. What it sees of the others is what they sent; so
 * of the invariants only those can be looked at that are about one server, and that the replay ends where the tab was.
 */
import { InvariantViolation } from '../../core/assert'
import type { Call } from '../../core/calls'
import { formatName, type CopyId, type DirectoryId, type ServerId } from '../../core/names'
import { nameOfServer, type Server } from '../../core/server'
import { step, type Input } from '../../core/step'
import { decodeStill, encodeStill, takeStill, type TapedInput } from '../../core/tape'
import { encode, type Message } from '../../core/messages'
import { monotone } from '../checkers'
import { marksOf, type Marks as CopyMarks } from '../simServer'
import { explainWire } from '../transcript'
import { Accusation } from '../world'
import type { Flight } from './lab'
import { lineOf, readable, type Line } from './line'
import { Marks } from './marks'

/** A file as it was read: the server once more, or an input. */
type Entry = { still: unknown; restored: boolean } | TapedInput

/** ms that a message is drawn on its way, before it arrives and after it has left: the tape does not know. */
const DRAWN_FOR = 300
const LINES_KEPT = 400

export const isTape = (text: string): boolean => text.startsWith('{"tape":')

/** A tape from foreign text, or why it is none, in words. What it tells the core is believed: it runs where there is nothing else. */
export function openTape(text: string): TapeRun | { refused: string } {
  try {
    const [head, ...entries] = text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>)
    if (head?.['tape'] !== 1) return { refused: `it is a tape of another version (${JSON.stringify(head?.['tape'])})` }
    const wrong = entries.findIndex((entry) => !('still' in entry) && !('at' in entry && typeof entry['at'] === 'number' && 'input' in entry))
    if (entries.length < 2 || !('still' in entries[0]!) || wrong >= 0) return { refused: wrong >= 0 ? `line ${wrong + 2} is neither a server nor an input` : 'there is nothing on it' }
    return new TapeRun(entries as unknown as Entry[])
  } catch (error) {
    return { refused: error instanceof SyntaxError ? 'it is not JSON in lines' : `the server on it cannot be made again (${error instanceof Error ? error.message : String(error)})` }
  }
}

export class TapeRun {
  readonly entries: readonly Entry[]
  readonly marks = new Marks()
  readonly lines: Line[] = []
  server: Server
  /** When the tape begins, ms since 1970. */
  readonly began: number
  /** ms since then. */
  time = 0
  events = 0
  step = 0
  #flown: Flight[] = []
  #said = 0
  #nextFlight = 0
  #threw = false
  readonly #known = new Map<CopyId, CopyMarks>()

  constructor(entries: readonly Entry[]) {
    this.entries = entries
    const [first] = entries
    this.server = decodeStill(JSON.stringify((first as { still: unknown }).still))
    this.began = entries.find((entry): entry is TapedInput => 'at' in entry)?.at ?? this.server.latest
    this.marks.name('replay', 'Run again, the server ends each reel of the tape exactly as it was in the tab.')
    this.#note()
  }

  get name(): string {
    return this.server.name
  }

  /** Nothing can be done to what has happened. */
  readonly deeds = 0

  get #next(): Entry | undefined {
    return this.entries[this.events + 1]
  }

  /** When the next input comes, ms since the tape began; null at its end. */
  get nextAt(): number | null {
    const next = this.#next
    return next === undefined ? null : 'at' in next ? this.#timeOf(next) : this.time
  }

  /** The clock of a machine may be set back. */
  #timeOf = ({ at }: TapedInput): number => Math.max(this.time, at - this.began)

  /** The same tape from its beginning. */
  again(): TapeRun {
    return new TapeRun(this.entries)
  }

  /** Takes the next input. False at the end of the tape. */
  next(): boolean {
    const entry = this.#next
    if (entry === undefined) return false
    this.events++
    const before = this.#said
    if ('still' in entry) this.#takeUp(entry)
    else {
      this.time = this.#timeOf(entry)
      this.#perform(entry)
    }
    this.#flown = this.#flown.filter(({ arrives }) => arrives > this.time)
    if (this.#said > before) this.step++
    return true
  }

  /** A new reel begins, or the tape ends: the server there is compared with the one here, and taken up. */
  #takeUp({ still, restored }: Extract<Entry, { still: unknown }>): void {
    const theirs = JSON.stringify(still)
    if (restored || this.#threw) this.#say(`${this.name} is restored from its store`)
    else {
      this.marks.look('replay')
      const mine = encodeStill(takeStill(this.server))
      if (mine !== theirs) this.#accuse('replay', `the server here is another one than in the tab: ${difference(mine, theirs)}`)
    }
    this.#threw = false
    this.server = decodeStill(theirs)
  }

  #perform({ at, input }: TapedInput): void {
    const { server } = this
    const told = this.#inWords(input)
    if (told !== '') this.#say(told)
    try {
      const { send, happened } = step(server, at, input)
      for (const { kind, text } of happened) this.#say(`${server.name}   ${kind}: ${text}`)
      for (const { to, message } of send) this.#sent(to, message)
    } catch (error) {
      this.#threw = true
      this.#accuse(error instanceof InvariantViolation ? error.rule : 'the core', error instanceof Error ? error.message : String(error))
    }
    this.#note()
  }

  /** The numbers of each copy never decrease. */
  #note(): void {
    for (const copy of this.server.copies.values()) {
      this.marks.look('monotone')
      try {
        monotone(this.server, copy, this.#known)
      } catch (error) {
        if (!(error instanceof Accusation)) throw error
        this.#accuse(error.rule, error.message)
      }
      this.#known.set(copy.id, marksOf(copy))
    }
  }

  #sent(to: ServerId, message: Message): void {
    const wire = encode(message)
    this.#say(`${this.name} → ${nameOfServer(this.server, to)} ${explainWire(wire)}`)
    this.#flown.push({ id: this.#nextFlight++, from: this.server.id, to, wire, sent: this.time, arrives: this.time + DRAWN_FOR, lost: false })
  }

  /** Messages that have just left, and those that are about to arrive. */
  get flights(): Flight[] {
    const arriving: Flight[] = []
    for (let i = this.events + 1; i < this.entries.length; i++) {
      const entry = this.entries[i]!
      if (!('at' in entry) || entry.input.type !== 'message') continue
      const arrives = this.#timeOf(entry)
      if (arrives > this.time + DRAWN_FOR) break
      arriving.push({ id: -i, from: entry.input.from, to: this.server.id, wire: JSON.stringify(entry.input.message), sent: arrives - DRAWN_FOR, arrives, lost: false })
    }
    return [...this.#flown, ...arriving]
  }

  #inWords(input: Input): string {
    const { server } = this
    switch (input.type) {
      case 'message':
        return `${nameOfServer(server, input.from)} → ${server.name} ${explainWire(JSON.stringify(input.message))}`
      case 'call':
        return `you: ${callInWords(input.call)}`
      case 'connected':
        return `${input.name} is connected`
      case 'disconnected':
        return `${nameOfServer(server, input.server)} is not connected any more: ${input.reason}`
      case 'start':
        return `${server.name} starts`
      default:
        return ''
    }
  }

  #accuse(rule: string, sentence: string): void {
    this.#say(`broken: ${sentence}`)
    this.marks.accuse(rule, readable(sentence.replace(`${rule}: `, ''), this.began), this.step + 1, this.time)
  }

  #say(line: string): void {
    this.lines.push(lineOf(this.#said++, this.time, line, this.began))
    if (this.lines.length > 2 * LINES_KEPT) this.lines.splice(0, LINES_KEPT)
  }
}

/** What the page or a program asked of its own server. */
function callInWords(call: Call): string {
  const asked = (request: Extract<Call, { type: 'ask' }>['request']): string => explainWire(JSON.stringify({ type: 'request', id: '', request })).replace(/^request /, '')
  switch (call.type) {
    case 'lookup':
      return `look up ${formatName(call.name)}`
    case 'at':
      return `at ${formatName(call.name)}: ${asked(call.request)}`
    case 'ask':
      return asked(call.request)
    default:
      return call.type
  }
}

/** The first place where two texts part, in words. */
function difference(mine: string, theirs: string): string {
  let at = 0
  while (at < mine.length && mine[at] === theirs[at]) at++
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60)
  return `…${around(mine)}… where the tab has …${around(theirs)}…`
}

/** Directories of which the server has a copy, the root first. */
export const directoriesOf = ({ root, copies }: Server): DirectoryId[] => [...copies.keys()].toSorted((a, b) => Number(b === root) - Number(a === root))
