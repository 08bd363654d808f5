/**
 * The offset between two clocks and the round trip between two servers, measured as NTP does: the answer carries the
 * other's time, which is taken to be that of the middle of the round trip [T3].
 */

/** How many measurements the medians are of. */
const memory = 8
/** How many beats may be on their way: two minutes of them, the longest round trip that a person can set. */
const awaitedLimit = 80

interface Measurement {
  /** Theirs minus ours, milliseconds. */
  offset: number
  /** Milliseconds. */
  roundTrip: number
}

export class ClockMeter {
  readonly #awaited = new Map<number, { sentAt: number; wallClock: number }>()
  readonly #measured: Measurement[] = []
  #lastBeat = 0

  /** A new beat leaves; returns its number. `now` does not run backwards, `wallClock` is milliseconds since 1970. */
  beat(now: number, wallClock: number): number {
    this.#lastBeat += 1
    this.#awaited.set(this.#lastBeat, { sentAt: now, wallClock })
    this.#awaited.delete(this.#lastBeat - awaitedLimit)
    return this.#lastBeat
  }

  /** An echo has come; the medians, or null when no such beat is awaited. */
  echo(beat: number, theirClock: number, now: number): Measurement | null {
    const sent = this.#awaited.get(beat)
    if (sent === undefined) return null
    this.#awaited.delete(beat)
    const roundTrip = now - sent.sentAt
    this.#measured.push({ offset: theirClock - (sent.wallClock + roundTrip / 2), roundTrip })
    if (this.#measured.length > memory) this.#measured.shift()
    return this.measured
  }

  /** The medians; null before the first echo. */
  get measured(): Measurement | null {
    if (this.#measured.length === 0) return null
    return {
      offset: median(this.#measured.map((each) => each.offset)),
      roundTrip: median(this.#measured.map((each) => each.roundTrip)),
    }
  }
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
