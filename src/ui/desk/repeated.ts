/**
 * Work that is repeated whenever its result may have changed: one at a time, at once when it rests, and never more
 * often than a quarter of the time. So a single edit shows without delay and ten thousand of them do not choke the tab.
 * Work that mostly waits for others has a `patience`, in ms: what lasts longer goes on by itself, and may be repeated meanwhile.
 */
export class Repeated {
  readonly #work: (stopped: () => boolean) => Promise<void>
  readonly #patience: number | null
  #state: 'resting' | 'working' | 'wanted' | 'stopped' = 'resting'

  constructor(work: (stopped: () => boolean) => Promise<void>, patience: number | null = null) {
    this.#work = work
    this.#patience = patience
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
    const ended = this.#work(() => this.#state === 'stopped').then(() => true)
    const inTime = await (this.#patience === null ? ended : Promise.race([ended, passed(this.#patience)]))
    const pause = inTime ? Math.min(1000, 3 * (performance.now() - begun)) : 0
    setTimeout(() => {
      const wanted = this.#state === 'wanted'
      if (this.#state === 'stopped') return
      this.#state = 'resting'
      if (wanted) this.again()
    }, pause)
  }
}

const passed = (ms: number): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), ms))

/** How often is read again what this server does not store, in ms; nobody tells of its changes. */
export const POLL = 2000

/** Calls back every `POLL` while the page is visible; returns how to stop. */
export function poll(callback: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') callback()
  }, POLL)
  return () => clearInterval(timer)
}
