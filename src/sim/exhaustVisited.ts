/** The states that were seen: of each only a hash of 64 bits and the state it was first reached from. */
import { Mixer } from './exhaustHash'

const FIRST_SIZE = 1 << 16

export class Visited {
  size = 0
  private highs = new Uint32Array(FIRST_SIZE)
  private lows = new Uint32Array(FIRST_SIZE)
  private parents = new Int32Array(FIRST_SIZE)
  /** Number of the state plus one, by hash, at most half full. */
  private slots = new Int32Array(FIRST_SIZE * 2)

  /** Notes the state that the mixer has taken in; false when it was there. */
  add({ high, low }: Mixer, parent: number): boolean {
    const slot = this.find(high, low)
    if (this.slots[slot] !== 0) return false
    if (this.size === this.highs.length) this.grow()
    this.highs[this.size] = high
    this.lows[this.size] = low
    this.parents[this.size] = parent
    this.size++
    this.slots[this.find(high, low)] = this.size
    return true
  }

  is(state: number, { high, low }: Mixer): boolean {
    return this.highs[state] === high >>> 0 && this.lows[state] === low >>> 0
  }

  /** The numbers of the states on a shortest way to one, the first included. */
  wayTo(state: number): number[] {
    const way = [state]
    for (let at = this.parents[state]!; at >= 0; at = this.parents[at]!) way.unshift(at)
    return way
  }

  private find(high: number, low: number): number {
    const mask = this.slots.length - 1
    let slot = low & mask
    for (let entry = this.slots[slot]!; entry !== 0; entry = this.slots[slot]!) {
      if (this.lows[entry - 1] === low >>> 0 && this.highs[entry - 1] === high >>> 0) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  private grow(): void {
    const length = this.highs.length * 2
    this.highs = enlarged(this.highs, new Uint32Array(length))
    this.lows = enlarged(this.lows, new Uint32Array(length))
    this.parents = enlarged(this.parents, new Int32Array(length))
    this.slots = new Int32Array(length * 2)
    for (let state = 0; state < this.size; state++) this.slots[this.find(this.highs[state]!, this.lows[state]!)] = state + 1
  }
}

function enlarged<A extends Uint32Array | Int32Array>(from: A, into: A): A {
  into.set(from)
  return into
}
