/** Something tried again and again, at pauses that double up to a longest one and differ at random, so that many do not try in step. */
export class Backoff {
  readonly #first: number
  readonly #longest: number
  readonly #act: () => void
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Pauses are in milliseconds, and shortened at random by up to half. */
  constructor(first: number, longest: number, act: () => void) {
    this.#first = first
    this.#longest = longest
    this.#act = act
  }

  /** How often it has been tried since the last success. */
  get tries(): number {
    return this.#tries
  }

  /** Tries again after the next pause; a try that was due is put off. */
  later(): void {
    clearTimeout(this.#timer)
    const pause = Math.min(this.#longest, this.#first * 2 ** this.#tries)
    this.#tries += 1
    this.#timer = setTimeout(this.#act, pause * (0.5 + Math.random() / 2))
  }

  /** No further try, for now. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  /** The next pause is the first again. */
  reset(): void {
    clearTimeout(this.#timer)
    this.#tries = 0
  }
}
