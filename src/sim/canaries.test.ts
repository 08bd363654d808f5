import { describe, expect, it } from 'vitest'
import { InvariantViolation } from '../core/assert'
import { canaries, type NamedCanary } from './canaries'
import { runSeed } from './seed'
import { Accusation } from './world'

/** Seeds that a canary may take to be noticed, from its first on. */
const LIMIT = 200

/** The rule that the first seed to notice named, and how many it took. */
function caught({ make, aim, from = 1 }: NamedCanary): { rule: string; seeds: number } | null {
  for (let seeds = from; seeds < from + LIMIT; seeds++) {
    try {
      runSeed({ seed: `canary ${seeds}`, canary: make(), servers: aim === undefined ? 3 : 6, ...(aim && { aim }) })
    } catch (error) {
      if (error instanceof Accusation || error instanceof InvariantViolation) return { rule: error.rule, seeds }
      throw error
    }
  }
  return null
}

describe('every canary is caught by a checker', () => {
  for (const canary of canaries) {
    it(
      canary.name,
      () => {
        const found = caught(canary)
        console.info(`${canary.name}: ${found === null ? 'not caught' : `${found.rule} at seed ${found.seeds}`}`)
        expect(found, `${LIMIT} seeds noticed nothing`).not.toBeNull()
        expect(canary.rules).toContain(found?.rule)
      },
      120_000,
    )
  }
})
