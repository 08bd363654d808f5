/** The simulated network: any message may be lost, doubled, late or overtaken; any link may be cut, one way too. */
import type { ServerId } from '../core/names'
import type { Random } from './random'

export interface Weather {
  /** Probabilities of losing and of doubling a message. */
  loss: number
  duplication: number
  /** Greatest usual delay, ms; one message in fifty takes up to twenty times as long. */
  delay: number
  /** Greatest delay of a message that comes a second time, or of one in a thousand, ms. */
  latest: number
  /** Probability that a server crashes at a durable write: before it, or after it with nothing sent yet. */
  torn: number
}

export const calm: Weather = { loss: 0, duplication: 0, delay: 5, latest: 5, torn: 0 }

export class SimNetwork {
  weather: Weather = calm
  private readonly cuts = new Set<string>()
  private readonly random: Random

  constructor(random: Random) {
    this.random = random
  }

  cut(from: ServerId, to: ServerId): void {
    this.cuts.add(`${from} ${to}`)
  }

  /** Mends the link between two, both ways. */
  mend(a: ServerId, b: ServerId): void {
    this.cuts.delete(`${a} ${b}`)
    this.cuts.delete(`${b} ${a}`)
  }

  heal(): void {
    this.cuts.clear()
  }

  passes(from: ServerId, to: ServerId): boolean {
    return this.cuts.size === 0 || !this.cuts.has(`${from} ${to}`)
  }

  /** A link stands while heartbeats pass both ways. */
  linked(a: ServerId, b: ServerId): boolean {
    return this.passes(a, b) && this.passes(b, a)
  }

  /** Whether a server crashes at a durable write: before it, after it, or not. */
  tears(): 'before' | 'after' | null {
    if (this.weather.torn === 0 || !this.random.chance(this.weather.torn)) return null
    return this.random.chance(0.5) ? 'before' : 'after'
  }

  /** The delays, ms, after which copies of a message arrive; none when it is lost. */
  fate(): number[] {
    const { loss, duplication, delay, latest } = this.weather
    const once = (late: number): number => this.random.between(0.2, delay) * (this.random.chance(0.02) ? 20 : 1) + (this.random.chance(late) ? this.random.between(0, latest) : 0)
    const delays = this.random.chance(loss) ? [] : [once(0.001)]
    if (this.random.chance(duplication)) delays.push(once(0.1))
    return delays
  }
}
