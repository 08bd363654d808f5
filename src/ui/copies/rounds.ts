/** Asks the copies of one directory, round after round, and tells what is known of them by then. */
import type { CopyReport } from '../../client/nameService'
import { sentenceOf } from '../desk/notices'
import { Repeated } from '../desk/repeated'
import { hear, nothingKnown, unheard, type Known } from './knownCopies'

type Progress = (reports: readonly CopyReport[]) => void

/** How long a round keeps the next one waiting, in ms: members that are there answer sooner. */
const PATIENCE = 300

export class Rounds {
  readonly #repeated: Repeated
  #round = 0
  #known = nothingKnown

  constructor(ask: (progress: Progress) => Promise<unknown>, tell: (known: Known) => void) {
    this.#repeated = new Repeated(async (stopped) => {
      const round = ++this.#round
      const become = (known: Known): void => {
        if (!stopped()) tell((this.#known = known))
      }
      try {
        await ask((reports) => become(hear(this.#known, round, reports, Date.now())))
      } catch (error) {
        become(unheard(this.#known, round, sentenceOf(error)))
      }
    }, PATIENCE)
  }

  again(): void {
    this.#repeated.again()
  }

  stop(): void {
    this.#repeated.stop()
  }
}
