/** The seeded generator of a simulated world, forked by name so that one use does not shift another. */
import { freshFraction, freshFrom, freshId, type Fresh } from '../core/fresh'

export class Random {
  private readonly fresh: Fresh
  private readonly seed: string

  constructor(seed: string) {
    this.seed = seed
    this.fresh = freshFrom(numbersOf(seed))
  }

  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`)
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    return freshFraction(this.fresh)
  }

  /** A whole number from 0 up to, not including, n. */
  below(n: number): number {
    return Math.floor(this.fraction() * n)
  }

  between(low: number, high: number): number {
    return low + this.fraction() * (high - low)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(options: readonly T[]): T {
    return options[this.below(options.length)]!
  }

  shuffled<T>(items: readonly T[]): T[] {
    const rest = [...items]
    return items.map(() => rest.splice(this.below(rest.length), 1)[0]!)
  }

  id(length: number): string {
    return freshId(this.fresh, length)
  }

  /** Four 32-bit numbers: the seed of a server's start. */
  numbers(): [number, number, number, number] {
    return [this.below(2 ** 32), this.below(2 ** 32), this.below(2 ** 32), this.below(2 ** 32)]
  }
}

function numbersOf(text: string): [number, number, number, number] {
  const numbers: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x8aed2a6b]
  for (let i = 0; i < text.length; i++) for (let j = 0; j < 4; j++) numbers[j] = Math.imul(numbers[j]! ^ (text.charCodeAt(i) + j * 131), 0x01000193) ^ (numbers[(j + 1) % 4]! >>> 7)
  return numbers
}
