/**
 * What flows over a link once both ends are proven: messages in frames, with back-pressure and bounds [X4, X5], beats
 * that measure clocks [T3], counters, and the weather a person asked for.
 */
import { ClockMeter } from './clockMeter'
import { type Control, encodeControl, parseControl } from './control'
import { Assembly, framesOf, messageMark } from './framing'
import type { Session } from './session'
import { TokenBucket } from './tokenBucket'

/** Delay in milliseconds each way, and the share of messages lost each way, 0 to 1. */
export interface Weather {
  delay: number
  loss: number
}

export interface TrafficHandlers {
  message(message: string): void
  /** Offset (theirs minus ours) and round trip, medians in milliseconds. */
  clock(offset: number, roundTrip: number): void
  farewell(word: 'bye' | 'end'): void
  /** The other end sent what no honest server sends. */
  rubbish(reason: string): void
  refused(reason: string, detail: string): void
}

/** Bytes in the transport above which the queue waits. */
const highWater = 1 << 20
/** Bytes and messages in the queue, above which a message is dropped. */
const queueBytes = 32 << 20
const queueMessages = 50_000
/** Messages and bytes taken from one peer: so many at once, so many a second. Honest bulk stays below. */
const messageBurst = 100_000
const messagesPerSecond = 50_000
const byteBurst = 128 << 20
const bytesPerSecond = 64 << 20

export class Traffic {
  readonly sent = { messages: 0, bytes: 0 }
  readonly received = { messages: 0, bytes: 0 }
  /** Milliseconds since 1970; null before anything was heard. */
  lastHeard: number | null = null
  /** The same by a clock that nobody sets. */
  #heardAt = 0
  readonly #handlers: TrafficHandlers
  readonly #weather: Weather
  readonly #queue: Uint8Array<ArrayBuffer>[][] = []
  #queuedBytes = 0
  /** How many frames of the queue's first message have left. */
  #left = 0
  #number = 0
  #session: Session | null = null
  #assembly = new Assembly()
  #meter = new ClockMeter()
  readonly #messageBucket = new TokenBucket(messageBurst, messagesPerSecond, performance.now())
  readonly #byteBucket = new TokenBucket(byteBurst, bytesPerSecond, performance.now())

  constructor(weather: Weather, handlers: TrafficHandlers) {
    this.#weather = weather
    this.#handlers = handlers
  }

  /** The medians of the last beats; null before the first echo. */
  get measured(): { offset: number; roundTrip: number } | null {
    return this.#meter.measured
  }

  /** Milliseconds since something was heard. */
  get silence(): number {
    return performance.now() - this.#heardAt
  }

  /** The other end lives, or is taken to. */
  hear(): void {
    this.lastHeard = Date.now()
    this.#heardAt = performance.now()
  }

  /** From now on everything goes by this session; what had not wholly left goes again. */
  attach(session: Session, sameServer: boolean): void {
    this.#session = session
    this.#left = 0
    this.hear()
    if (!sameServer) {
      this.#assembly = new Assembly()
      this.#meter = new ClockMeter()
    }
    this.beat()
    this.pump()
  }

  /** No session any more: what waits is lost. */
  detach(): void {
    this.#session = null
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#left = 0
  }

  /** Queues a message and sends what the transport will take. Before the link is up it waits, within the same bounds. */
  send(message: string): void {
    const frames = framesOf(this.#number, message)
    if (frames === null) return this.#handlers.refused('message too long', `${message.length} characters`)
    const bytes = lengthOf(frames)
    if (this.#queue.length >= queueMessages || this.#queuedBytes + bytes > queueBytes) {
      return this.#handlers.refused('queue full', 'a message was dropped because the other end takes them too slowly')
    }
    this.#number = (this.#number + 1) >>> 0
    this.sent.messages += 1
    this.sent.bytes += bytes
    this.#exposed(() => {
      this.#queue.push(frames)
      this.#queuedBytes += bytes
      this.pump()
    })
  }

  /** Sends from the queue while the transport is not full. */
  pump(): void {
    const session = this.#session
    if (session === null) return
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      for (let frame = first[this.#left]; frame !== undefined; frame = first[this.#left]) {
        if (session.waiting() > highWater) return
        this.#left += 1
        session.send(frame)
      }
      this.#queue.shift()
      this.#queuedBytes -= lengthOf(first)
      this.#left = 0
    }
  }

  /** A sign of life. What a person delays arrives late, and is no reason for the other end to take this one for dead. */
  beat(): void {
    if (this.#isLost()) return
    if (this.#weather.delay > 0) this.#say({ type: 'alive' })
    const number = this.#meter.beat(performance.now(), Date.now())
    this.#late(() => this.#say({ type: 'beat', number }))
  }

  /** A frame from the other end. */
  accept(frame: Uint8Array): void {
    const now = performance.now()
    this.received.bytes += frame.length
    if (!this.#byteBucket.take(frame.length, now)) return this.#handlers.refused('too fast', 'more bytes than a link may bring')
    if (frame[0] === messageMark) this.#acceptPart(frame, now)
    else this.#acceptControl(frame)
  }

  #acceptPart(frame: Uint8Array, now: number): void {
    const got = this.#assembly.accept(frame, now)
    if (got.type === 'refused') return this.#handlers.rubbish(got.reason)
    if (got.type === 'pending') {
      this.hear()
      return
    }
    if (!this.#messageBucket.take(1, now)) return this.#handlers.refused('too fast', 'more messages than a link may bring')
    this.#heard(() => {
      this.received.messages += 1
      this.#handlers.message(got.message)
    })
  }

  #acceptControl(frame: Uint8Array): void {
    const control = parseControl(frame)
    if (control === null) this.#handlers.rubbish('a control frame that is none')
    else if (control.type === 'bye' || control.type === 'end') this.#handlers.farewell(control.type)
    else if (control.type === 'hello' || control.type === 'proof') this.#handlers.rubbish('a second handshake')
    else {
      this.#heard(() => {
        const time = Date.now()
        if (control.type === 'beat') this.#exposed(() => this.#echo(control.number, time))
        else if (control.type === 'echo') this.#measure(control.number, control.time)
      })
    }
  }

  /** Who sends beats and takes no echoes is not answered without end. */
  #echo(number: number, time: number): void {
    if (this.#session !== null && this.#session.waiting() <= 2 * highWater) this.#say({ type: 'echo', number, time })
  }

  #measure(beat: number, theirClock: number): void {
    const measured = this.#meter.echo(beat, theirClock, performance.now())
    if (measured !== null) this.#handlers.clock(measured.offset, measured.roundTrip)
  }

  #say(control: Control): void {
    this.#session?.send(encodeControl(control))
  }

  /** What leaves: does it at once, later or never, as the weather has it. */
  #exposed(act: () => void): void {
    if (!this.#isLost()) this.#late(act)
  }

  /** What has arrived shows at once that the other end lives, unless it is lost; what it says may come later. */
  #heard(act: () => void): void {
    if (this.#isLost()) return
    this.hear()
    this.#late(act)
  }

  #isLost(): boolean {
    return this.#weather.loss > 0 && Math.random() < this.#weather.loss
  }

  #late(act: () => void): void {
    if (this.#weather.delay > 0) setTimeout(act, this.#weather.delay)
    else act()
  }
}

function lengthOf(frames: Uint8Array[]): number {
  return frames.reduce((sum, frame) => sum + frame.length, 0)
}
