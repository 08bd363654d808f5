/**
 * Records what this tab's server lives through, so that it can be looked at step by step in the lab (core/tape.ts): always
 * the last few minutes, in two reels, of which the older goes when the newer is full.
 */
import type { Server } from '../core/server'
import type { Input } from '../core/step'
import { encodeStill, takeStill, type Still, type TapedInput } from '../core/tape'

interface Reel {
  began: number
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
const REEL_SIZE = 2_000_000
/** Live nodes of all copies: a still holds on to what they were, and nobody reads a tape of more. */
export const MOST_TAPED = 20_000

export class Recorder {
  #reels: Reel[] = []

  /** An input that the server is about to take. */
  take(server: Server, at: number, input: Input): void {
    const last = this.#reels.at(-1)
    const isFull = last === undefined || at - last.began >= REEL_TIME || last.size >= REEL_SIZE
    const reel = isFull ? this.#begin(server, at, false) : last
    if (reel === null) return
    const text = JSON.stringify({ at, input } satisfies TapedInput)
    reel.inputs.push(text)
    reel.size += text.length
  }

  /** From here on the server is another one: restored from its store. */
  cut(server: Server, at: number): void {
    this.#begin(server, at, true)
  }

  #begin(server: Server, at: number, restored: boolean): Reel | null {
    const live = [...server.copies.values()].reduce((sum, { visible }) => sum + visible.live, 0)
    if (live > MOST_TAPED) {
      this.#reels = []
      return null
    }
    const reel: Reel = { began: at, still: takeStill(server), restored, inputs: [], size: 0 }
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

const lineOf = (still: Still, restored: boolean): string => `{"restored":${restored},"still":${encodeStill(still)}}`
