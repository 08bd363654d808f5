/** Makes a failing seed smaller: leaves out acts for as long as the same rule is still broken (delta debugging). */
import { InvariantViolation } from '../../core/assert'
import { actsOf, runSeed, type SeedOptions } from '../seed'
import { Accusation } from '../world'

/** Runs at most: a person waits for it. */
const MOST_RUNS = 120

/** The acts that are not needed to break `rule`; null: to throw anything else. */
export function shrink(run: SeedOptions, rule: string | null): Set<number> {
  let needed = Array.from({ length: actsOf(run.seed) }, (_, i) => i)
  const all = new Set(needed)
  const without = (kept: readonly number[]): Set<number> => new Set([...all].filter((act) => !kept.includes(act)))
  let runs = 0
  for (let size = Math.ceil(needed.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < needed.length; ) {
      const rest = [...needed.slice(0, from), ...needed.slice(from + size)]
      if (++runs > MOST_RUNS) return without(needed)
      if (breaks({ ...run, without: without(rest) }, rule)) needed = rest
      else from += size
    }
  }
  return without(needed)
}

function breaks(run: SeedOptions, rule: string | null): boolean {
  try {
    runSeed(run)
    return false
  } catch (error) {
    return error instanceof Accusation || error instanceof InvariantViolation ? error.rule === rule : rule === null
  }
}
