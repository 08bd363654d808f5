/**
 * Work that is repeated whenever its result may have changed: one at a time, at once when it rests, and never more
 * often than a quarter of the time. So a single edit shows without delay and ten thousand of them do not choke the tab.
 */
export class Repeated {
  readonly #work: (stopped: () => boolean) => Promise<void>
  #state: 'resting' | 'working' | 'wanted' | 'stopped' = 'resting'

  constructor(work: (stopped: () => boolean) => Promise<void>) {
    this.#work = work
  }

  again(): void {
    if (this.#state === 'resting') void this.#run()
    else if (this.#state === 'working') this.#state = 'wanted'
  }

  stop(): void {
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    this.#state = 'working'
    const begun = performance.now()
    await this.#work(() => this.#state === 'stopped')
    const pause = Math.min(1000, 3 * (performance.now() - begun))
    setTimeout(() => {
      const wanted = this.#state === 'wanted'
      if (this.#state === 'stopped') return
      this.#state = 'resting'
      if (wanted) this.again()
    }, pause)
  }
}

/** How often is read again what this server does not store, in ms; nobody tells of its changes. */
export const POLL = 2000

/** Calls back every `POLL` while the page is visible; returns how to stop. */
export function poll(callback: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') callback()
  }, POLL)
  return () => clearInterval(timer)
}
