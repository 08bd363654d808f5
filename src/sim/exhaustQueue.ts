/** The states of the world that wait for their successors to be found: first in, first out, packed into numbers. */
import type { Mixer } from './exhaustHash'

/** One state of the whole world. */
export interface WorldState {
  /** For each server the number of its state. */
  servers: number[]
  /** Which links are up: a bit for each pair. */
  links: number
  /** How often each action and fault may still happen: two bits for each. */
  left: number
  /** What is on its way: numbers of messages, ascending; one that is there twice stands twice. */
  flight: number[]
}

export function mix(mixer: Mixer, { servers, links, left, flight }: WorldState): Mixer {
  mixer.begin()
  for (const server of servers) mixer.number(server)
  mixer.number(links)
  mixer.number(left)
  for (const message of flight) mixer.number(message)
  return mixer.end()
}

export class Queue {
  private readonly size: number
  private full = new Int32Array(1 << 16)
  private read = 0
  private written = 0

  /** `size`: how many servers there are. */
  constructor(size: number) {
    this.size = size
  }

  push({ servers, links, left, flight }: WorldState): void {
    const length = this.size + 3 + flight.length
    if (this.written + length > this.full.length) this.makeRoom(length)
    const { full } = this
    for (const server of servers) full[this.written++] = server
    full[this.written++] = links
    full[this.written++] = left
    full[this.written++] = flight.length
    for (const message of flight) full[this.written++] = message
  }

  shift(): WorldState | null {
    if (this.read === this.written) return null
    const { full, size } = this
    const at = this.read
    const length = full[at + size + 2]!
    this.read = at + size + 3 + length
    return {
      servers: Array.from(full.subarray(at, at + size)),
      links: full[at + size]!,
      left: full[at + size + 1]!,
      flight: Array.from(full.subarray(at + size + 3, this.read)),
    }
  }

  /** Moves what waits to the front, into a larger array when it fills more than half of this one. */
  private makeRoom(length: number): void {
    const waiting = this.full.subarray(this.read, this.written)
    const isLarge = waiting.length + length > this.full.length / 2
    const room = isLarge ? new Int32Array(2 * this.full.length + length) : this.full
    if (isLarge) room.set(waiting)
    else room.copyWithin(0, this.read, this.written)
    this.full = room
    this.written -= this.read
    this.read = 0
  }
}
