import { describe, expect, it } from 'vitest'
import { canaries } from './canaries'
import { firstCaught } from './canaries/catching'

/** Seeds that a canary may take to be noticed, from a little before the one that noticed it when they were last looked through. */
const LIMIT = 60

describe('every canary is caught by a checker', () => {
  for (const canary of canaries) {
    it(canary.name, () => {
      const caught = firstCaught(canary, Math.max(1, (canary.from ?? 1) - 2), LIMIT)
      expect(caught, `${LIMIT} seeds noticed nothing`).not.toBeNull()
      expect(canary.rules).toContain(caught?.rule)
    })
  }
})
