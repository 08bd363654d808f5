/** Patience with one server's rubbish [X5]: some is forgiven, a server that keeps sending it is cut off for a while. */
import { TokenBucket } from './tokenBucket'

/** Faults forgiven at once, faults forgiven a second, and milliseconds for which a server that made more is cut off. */
const forgivenAtOnce = 20
const forgivenPerSecond = 0.3
const banishment = 60_000

export class Conduct {
  readonly #patience: TokenBucket
  #banishedUntil = 0

  constructor(now: number) {
    this.#patience = new TokenBucket(forgivenAtOnce, forgivenPerSecond, now)
  }

  /** One more fault; true when it is the one too many. */
  fault(now: number): boolean {
    if (this.isBanished(now) || this.#patience.take(1, now)) return false
    this.#banishedUntil = now + banishment
    return true
  }

  isBanished(now: number): boolean {
    return now < this.#banishedUntil
  }
}
