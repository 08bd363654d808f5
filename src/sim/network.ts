/** The simulated network: any message may be lost, doubled, late or overtaken; any link may be cut, one way too. */
import type { ServerId } from '../core/names'
import type { Random } from './random'

export interface Weather {
  /** Probabilities of losing and of doubling a message. */
  loss: number
  duplication: number
  /** Greatest usual delay, ms; one message in fifty takes up to twenty times as long. */
  delay: number
}

export const calm: Weather = { loss: 0, duplication: 0, delay: 5 }

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

  heal(): void {
    this.cuts.clear()
  }

  passes(from: ServerId, to: ServerId): boolean {
    return !this.cuts.has(`${from} ${to}`)
  }

  /** A link stands while heartbeats pass both ways. */
  linked(a: ServerId, b: ServerId): boolean {
    return this.passes(a, b) && this.passes(b, a)
  }

  /** The delays, ms, after which copies of a message arrive; none when it is lost. */
  fate(): number[] {
    const { loss, duplication, delay } = this.weather
    const once = (): number => this.random.between(0.2, delay) * (this.random.chance(0.02) ? 20 : 1)
    const delays = this.random.chance(loss) ? [] : [once()]
    if (this.random.chance(duplication)) delays.push(once() + (this.random.chance(0.1) ? this.random.between(0, 600_000) : 0))
    return delays
  }
}
