/**
 * Messages cut into frames and put together again [X4]. A frame is one message of a data channel, or one note of the
 * signalling road:
 *
 *     'M' | message number, 4 bytes | index, 2 bytes | count, 2 bytes | up to 16375 bytes of UTF-8
 *
 * All frames but the last are full, so there is one way to cut a message. Nothing is allocated on a stranger's word:
 * memory grows only with bytes that have arrived, and is bounded.
 */
import { type Bytes, fromUtf8, toUtf8 } from '../keys/encoding'

/** The longest message, in bytes of UTF-8. */
export const messageLimit = 1 << 20
/** The longest frame, in bytes. */
export const frameLimit = 16 << 10
/** The first byte of a frame that carries part of a message; control frames are JSON and begin with a brace. */
export const messageMark = 0x4d

const headLength = 9
const partLimit = frameLimit - headLength
const countLimit = Math.ceil(messageLimit / partLimit)

/** The frames of one message, in order; null when it is longer than `messageLimit`. */
export function framesOf(number: number, message: string): Bytes[] | null {
  if (message.length > messageLimit) return null
  const bytes = toUtf8(message)
  if (bytes.length > messageLimit) return null
  const count = Math.max(1, Math.ceil(bytes.length / partLimit))
  return Array.from({ length: count }, (_, index) => {
    const part = bytes.subarray(index * partLimit, (index + 1) * partLimit)
    const frame = new Uint8Array(headLength + part.length)
    const head = new DataView(frame.buffer)
    head.setUint8(0, messageMark)
    head.setUint32(1, number >>> 0)
    head.setUint16(5, index)
    head.setUint16(7, count)
    frame.set(part, headLength)
    return frame
  })
}

/** What became of a frame. */
export type Received = { type: 'message'; message: string } | { type: 'pending' } | { type: 'refused'; reason: string }

interface Partial {
  parts: (Uint8Array | undefined)[]
  arrived: number
  bytes: number
  /** Milliseconds of the caller's clock. */
  begun: number
}

/** At most so many unfinished messages, bytes in them, and milliseconds each may take. */
export interface AssemblyLimits {
  messages: number
  bytes: number
  patience: number
}

const usualLimits: AssemblyLimits = { messages: 8, bytes: 4 * messageLimit, patience: 30_000 }

/** Puts the frames of one peer together again. Parts may come in any order; messages may be left unfinished. */
export class Assembly {
  readonly #limits: AssemblyLimits
  readonly #unfinished = new Map<number, Partial>()
  #bytes = 0

  constructor(limits: AssemblyLimits = usualLimits) {
    this.#limits = limits
  }

  /** How many messages are unfinished, and their bytes so far. */
  get held(): { messages: number; bytes: number } {
    return { messages: this.#unfinished.size, bytes: this.#bytes }
  }

  accept(frame: Uint8Array, now: number): Received {
    if (frame.length < headLength || frame.length > frameLimit) return refused('a frame of impossible length')
    const head = new DataView(frame.buffer, frame.byteOffset, headLength)
    const number = head.getUint32(1)
    const index = head.getUint16(5)
    const count = head.getUint16(7)
    const part = frame.subarray(headLength)
    if (head.getUint8(0) !== messageMark || count === 0 || count > countLimit || index >= count) {
      return refused('a frame with an impossible head')
    }
    if (index < count - 1 ? part.length !== partLimit : part.length === 0 && count > 1) return refused('a frame cut wrongly')
    if (count === 1) return textOf([part], part.length)
    return this.#add(number, index, count, part, now)
  }

  #add(number: number, index: number, count: number, part: Uint8Array, now: number): Received {
    this.#dropLate(now)
    let partial = this.#unfinished.get(number)
    if (partial === undefined) {
      partial = { parts: Array.from({ length: count }), arrived: 0, bytes: 0, begun: now }
      this.#unfinished.set(number, partial)
    }
    if (partial.parts.length !== count) return refused('frames of one message that disagree')
    if (partial.parts[index] !== undefined) return refused('a frame sent twice')
    partial.parts[index] = part.slice()
    partial.arrived += 1
    partial.bytes += part.length
    this.#bytes += part.length
    if (partial.arrived < count) {
      this.#dropOldest(number)
      return { type: 'pending' }
    }
    this.#drop(number)
    return textOf(partial.parts as Uint8Array[], partial.bytes)
  }

  #dropLate(now: number): void {
    for (const [number, partial] of this.#unfinished) if (now - partial.begun > this.#limits.patience) this.#drop(number)
  }

  /** Makes room by giving up the oldest messages, but never the one just added to unless it alone is too large. */
  #dropOldest(current: number): void {
    for (const number of this.#unfinished.keys()) {
      if (this.#unfinished.size <= this.#limits.messages && this.#bytes <= this.#limits.bytes) return
      if (number !== current || this.#unfinished.size === 1) this.#drop(number)
    }
  }

  #drop(number: number): void {
    this.#bytes -= this.#unfinished.get(number)?.bytes ?? 0
    this.#unfinished.delete(number)
  }
}

function textOf(parts: Uint8Array[], length: number): Received {
  if (length > messageLimit) return refused('a message longer than 1 MiB')
  const only = parts[0]
  let bytes = only ?? new Uint8Array()
  if (parts.length > 1) {
    bytes = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
  }
  const message = fromUtf8(bytes)
  return message === null ? refused('a message that is not UTF-8') : { type: 'message', message }
}

function refused(reason: string): Received {
  return { type: 'refused', reason }
}
