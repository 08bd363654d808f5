import { describe, expect, it } from 'vitest'
import { canaries } from './canaries'
import { firstCaught } from './canaries/catching'

/** Seeds that a canary may take to be noticed. */
const LIMIT = 400
/** Most are noticed by one of the first seeds; of the others the one that noticed them last time is tried first. */
const HINTED = 3

describe('every canary is caught by a checker', () => {
  for (const canary of canaries.filter(({ rare }) => rare !== true)) {
    it(
      canary.name,
      () => {
        const hinted = canary.from === undefined ? null : firstCaught(canary, canary.from, HINTED)
        const caught = hinted ?? firstCaught(canary, 1, LIMIT)
        if (hinted === null && (caught?.seed ?? 0) > 30) console.warn(`"${canary.name}" is noticed by seed ${caught?.seed} now: say so in its \`from\``)
        expect(caught, `${LIMIT} seeds noticed nothing`).not.toBeNull()
        expect(canary.rules).toContain(caught?.rule)
      },
      300_000,
    )
  }
})
