/** Two hashes of 32 bits at once: of ten million different things, one chance in 300,000 that any two are taken for one. */
export class Mixer {
  high = 0
  low = 0

  begin(): this {
    this.high = 0x9747b28c
    this.low = 0x811c9dc5
    return this
  }

  number(n: number): this {
    this.high = rotated(Math.imul(this.high ^ Math.imul(n, 0xcc9e2d51), 0x1b873593), 13)
    this.low = rotated(Math.imul(this.low ^ n, 0x85ebca6b) + 0x52dce729, 17)
    return this
  }

  end(): this {
    this.high = finished(this.high ^ this.low)
    this.low = finished(this.low + this.high)
    return this
  }
}

const rotated = (n: number, by: number): number => (n << by) | (n >>> (32 - by))

/** The end of MurmurHash3: every bit comes to depend on every other. */
function finished(n: number): number {
  let mixed = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
