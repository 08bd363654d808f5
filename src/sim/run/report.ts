/** A seed run, and told in a line: ok with what happened, or broken with the accusation and how to see it again. */
import { InvariantViolation } from '../../core/assert'
import { actsOf, runSeed, type Outcome, type SeedOptions } from '../seed'
import { shrink } from './shrink'
import { Accusation } from '../world'

export interface Report {
  seed: string
  line: string
  outcome: Outcome | null
  /** Why it is broken, in lines. */
  broken: string | null
}

/** Runs a seed; `twice` demands that it runs the same way again. */
export function report(run: SeedOptions, twice: boolean): Report {
  const { seed } = run
  const began = performance.now()
  try {
    const outcome = runSeed(run)
    if (twice && runSeed(run).hash !== outcome.hash) throw new Accusation('repeatable', 'the same seed ran in two ways')
    return { seed, line: `${seed.padEnd(10)} ok  ${summary(outcome)}  ${Math.round(performance.now() - began)} ms`, outcome, broken: null }
  } catch (error) {
    return { seed, line: `${seed.padEnd(10)} BROKEN`, outcome: null, broken: accusation(run, error) }
  }
}

function accusation(run: SeedOptions, error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const lines = [error.message]
  const known = error instanceof Accusation || error instanceof InvariantViolation
  if (!known) lines.push(...(error.stack?.split('\n').slice(1, 6) ?? []))
  const rule = known ? error.rule : null
  const { trace: _, ...silent } = run
  const without = run.without === undefined && rule !== 'repeatable' ? shrink(silent, rule) : new Set<number>()
  const size = run.servers === undefined ? '' : ` --servers ${run.servers}`
  lines.push(`again: npm run sim -- --seed ${run.seed}${size} --trace`)
  if (without.size > 0) lines.push(`with ${actsOf(run.seed) - without.size} of its ${actsOf(run.seed)} acts: npm run sim -- --seed ${run.seed}${size} --trace --without ${ranges(without)}`)
  return lines.map((line) => `           ${line}`).join('\n')
}

/** `1-4,7` for numbers. */
function ranges(numbers: ReadonlySet<number>): string {
  const parts: string[] = []
  for (const n of [...numbers].toSorted((a, b) => a - b)) {
    const last = parts.at(-1)?.split('-')
    if (last !== undefined && Number(last.at(-1)) === n - 1) parts[parts.length - 1] = `${last[0]}-${n}`
    else parts.push(String(n))
  }
  return parts.join(',')
}

/** The numbers that `ranges` wrote. */
export const numbersIn = (text: string): Set<number> =>
  new Set(
    text.split(',').flatMap((part) => {
      const [from = Number.NaN, to = from] = part.split('-').map(Number)
      return Array.from({ length: to - from + 1 }, (_, i) => from + i)
    }),
  )

/** What happened, in a line. */
function summary({ simulatedMs, counts }: Outcome): string {
  const count = (what: string): number => counts.get(what) ?? 0
  return [`${Math.round(simulatedMs / 1000)} s`, ...['steps', 'writes acknowledged', 'sweeps completed', 'copies joined', 'crashes', 'messages lost'].map((what) => `${count(what)} ${what}`)].join(', ')
}
