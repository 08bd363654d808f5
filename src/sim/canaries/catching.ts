/** Looks for the first seed in which a checker catches a canary. */
import { InvariantViolation } from '../../core/assert'
import { runSeed } from '../seed'
import { Accusation } from '../world'
import type { NamedCanary } from './canary'

export interface Caught {
  rule: string
  /** The number of the seed that noticed it. */
  seed: number
  sentence: string
}

/** The rule that the first seed to notice names; null when none of `most` seeds does. Throws what is no accusation. */
export function firstCaught({ name, make, aim }: NamedCanary, from: number, most: number): Caught | null {
  for (let seed = from; seed < from + most; seed++) {
    try {
      runSeed({ seed: `canary ${seed}`, canary: make(), servers: aim === undefined ? 3 : (aim.servers ?? 6), ...(aim && { aim }) })
    } catch (error) {
      if (error instanceof Accusation || error instanceof InvariantViolation) return { rule: error.rule, seed, sentence: error.message }
      throw new Error(`the canary "${name}" ended in an error, not an accusation, in seed canary ${seed}`, { cause: error })
    }
  }
  return null
}
