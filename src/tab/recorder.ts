/**
 * Records what this tab's server lives through, so that it can be looked at step by step in the lab (core/tape.ts): always
 * the last few minutes, in two reels, of which the older goes when the newer is full.
 */
import type { Server } from '../core/server'
import type { Input } from '../core/step'
import { encodeStill, takeStill, type Still, type TapedInput } from '../core/tape'

interface Reel {
  began: number
  /** What the copies held then, in nodes and sets. */
  held: number
  /** The server before its first input. */
  still: Still
  /** That is not what the reel before ended with: the server was restored from its store. */
  restored: boolean
  /** Each a TapedInput, as JSON. */
  inputs: string[]
  size: number
}

/** A reel is full after so many ms, or JSON characters. */
const REEL_TIME = 120_000
const REEL_SIZE = 150_000
/** Nodes and sets of all copies: a still holds on to what they were, and nobody reads a tape of more. */
export const MOST_TAPED = 20_000
/** Fewer than that may be kept when they have been forgotten. */
const FEW = 200

export class Recorder {
  #reels: Reel[] = []

  /** An input that the server is about to take. */
  take(server: Server, at: number, input: Input): void {
    const last = this.#reels.at(-1)
    const isFull = last === undefined || at - last.began >= REEL_TIME || last.size >= REEL_SIZE
    const reel = isFull ? this.#begin(server, at, false) : last
    if (reel !== null) note(reel, at, input)
  }

  /** After a step: what is forgotten leaves the tape, too. */
  shed(server: Server): void {
    const held = Math.max(0, ...this.#reels.map((reel) => reel.held))
    if (held > FEW && heldBy(server) < held / 2) this.#reels = []
  }

  /** From here on the server is another one: restored from its store. */
  cut(server: Server, at: number): void {
    this.#begin(server, at, true)
  }

  #begin(server: Server, at: number, restored: boolean): Reel | null {
    const held = heldBy(server)
    if (held > MOST_TAPED) {
      this.#reels = []
      return null
    }
    const reel: Reel = { began: at, held, still: takeStill(server), restored, inputs: [], size: 0 }
    this.#reels = [...this.#reels.slice(-1), reel]
    return reel
  }

  /** The tape as lines of JSON: each reel is its still, then its inputs; at the end the server as it is now, to compare with. Null where nothing is recorded. */
  lines(server: Server): string[] | null {
    if (this.#reels.length === 0) return null
    const reels = this.#reels.flatMap(({ still, restored, inputs }) => [lineOf(still, restored), ...inputs])
    return [JSON.stringify({ tape: 1 }), ...reels, lineOf(takeStill(server), false)]
  }
}

const heldBy = ({ copies }: Server): number => [...copies.values()].reduce((sum, { base, visible, log, intents }) => sum + base.live + visible.live + log.length + intents.size, 0)

function note(reel: Reel, at: number, input: Input): void {
  const text = JSON.stringify({ at, input } satisfies TapedInput)
  reel.inputs.push(text)
  reel.size += text.length
}

const lineOf = (still: Still, restored: boolean): string => `{"restored":${restored},"still":${encodeStill(still)}}`
