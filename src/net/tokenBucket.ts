/** Tokens that fill at a steady rate up to a limit: short bursts pass, a steady excess does not [X5]. */
export class TokenBucket {
  readonly #capacity: number
  readonly #perSecond: number
  #tokens: number
  #filledAt: number

  /** `now` is in milliseconds, here and below, of any clock that does not run backwards. */
  constructor(capacity: number, perSecond: number, now: number) {
    this.#capacity = capacity
    this.#perSecond = perSecond
    this.#tokens = capacity
    this.#filledAt = now
  }

  /** Takes tokens if there are enough; tells whether it did. */
  take(tokens: number, now: number): boolean {
    const filled = this.#tokens + (Math.max(0, now - this.#filledAt) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#capacity, filled)
    this.#filledAt = now
    if (tokens > this.#tokens) return false
    this.#tokens -= tokens
    return true
  }
}
