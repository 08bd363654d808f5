/**
 * Joining this service with another one, over reloads: what was decided is kept for the room, and carried out by one tab of
 * this browser, again and again until it is done [O3].
 */
import { combine, type CombinationCalls } from '../client/combination'
import { stepsOf, type Combination, type CombinationStep, type KeptCombination } from '../core/directories/combination'
import { NameServiceError } from '../core/errors'

/** How far it is. */
export interface CombinationView extends KeptCombination {
  step: CombinationStep
  /** What keeps the step from being done, in a sentence; '' when nothing does. */
  reason: string
}

export interface CombiningOptions {
  service: CombinationCalls
  /** Of this browser and room: as it was kept last. */
  load: () => Promise<KeptCombination | null>
  keep: (kept: KeptCombination | null) => Promise<void>
  show: (view: CombinationView | null) => void
  /** Alone among the tabs of this browser; waits until the others are gone. */
  alone: (act: () => Promise<void>) => Promise<void>
  /** Rests between two attempts. */
  rest: () => Promise<void>
}

export class Combining {
  readonly #options: CombiningOptions
  #current: Combination | null = null

  constructor(options: CombiningOptions) {
    this.#options = options
  }

  async begin(combination: Combination): Promise<void> {
    this.#current = combination
    this.#show({ combination, isDone: false, step: stepsOf(combination)[0]!, reason: '' })
    await this.#options.keep({ combination, isDone: false })
    await this.resume()
  }

  /** Goes on with what was begun, in this tab or in another one that is gone. */
  resume(): Promise<void> {
    return this.#options.alone(async () => {
      const kept = await this.#options.load()
      if (kept === null) return
      this.#current = kept.combination
      if (kept.isDone) this.#show({ ...kept, step: 'names', reason: '' })
      else await this.#carryOut(kept.combination)
    })
  }

  /** Nothing more is done about it; what is done stays. */
  async end(): Promise<void> {
    this.#current = null
    this.#options.show(null)
    await this.#options.keep(null)
  }

  async #carryOut(combination: Combination): Promise<void> {
    let step = stepsOf(combination)[0]!
    while (this.#current === combination) {
      try {
        await combine(this.#options.service, combination, (next) => {
          step = next
          this.#show({ combination, isDone: false, step, reason: '' })
        })
        await this.#options.keep({ combination, isDone: true })
        return this.#show({ combination, isDone: true, step, reason: '' })
      } catch (error) {
        if (!(error instanceof NameServiceError)) throw error
        this.#show({ combination, isDone: false, step, reason: error.message })
      }
      await this.#options.rest()
    }
  }

  #show(view: CombinationView): void {
    if (this.#current === view.combination) this.#options.show(view)
  }
}
