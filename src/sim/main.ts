/**
 * npm run sim: random seeds until stopped. `--seed S` runs one world again, `--trace` line by line, `--for 10m` or
 * `--runs N` stops, `--servers N` sets the size, `--fixed` is what npm test runs: a fixed set and 20 fresh seeds.
 */
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runSeed, type Outcome } from './seed'

const { values: options } = parseArgs({
  args: process.argv.slice(2),
  options: { seed: { type: 'string' }, trace: { type: 'boolean' }, runs: { type: 'string' }, for: { type: 'string' }, servers: { type: 'string' }, fixed: { type: 'boolean' } },
})

const servers = options.servers === undefined ? {} : { servers: Number(options.servers) }
const totals = new Map<string, number>()
let passed = 0

/** Runs a seed and says in one line what happened; false when a rule was broken. */
function report(seed: string): boolean {
  const began = performance.now()
  try {
    const outcome = runSeed({ seed, ...servers, ...(options.trace && { trace: (line: string) => console.log(line) }) })
    passed++
    for (const [what, count] of outcome.counts) totals.set(what, (totals.get(what) ?? 0) + count)
    console.log(`${seed.padEnd(10)} ok  ${summary(outcome)}  ${Math.round(performance.now() - began)} ms`)
    return true
  } catch (error) {
    console.log(`${seed.padEnd(10)} BROKEN  ${error instanceof Error ? error.message : String(error)}`)
    if (error instanceof Error && error.name !== 'Error') console.log(error.stack?.split('\n').slice(1, 6).join('\n'))
    console.log(`           again: npm run sim -- --seed ${seed} --trace`)
    return false
  }
}

function summary({ simulatedMs, counts }: Outcome): string {
  const count = (what: string): number => counts.get(what) ?? 0
  return [`${Math.round(simulatedMs / 1000)} s`, ...['steps', 'writes acknowledged', 'sweeps completed', 'copies joined', 'crashes', 'messages lost'].map((what) => `${count(what)} ${what}`)].join(', ')
}

const fresh = (): string => randomBytes(5).toString('hex')
const fixedSeeds = Array.from({ length: 60 }, (_, i) => `fixed-${i}`)

function* seeds(): Generator<string> {
  if (options.seed !== undefined) return yield options.seed
  if (options.fixed) return yield* [...fixedSeeds, ...Array.from({ length: 20 }, fresh)]
  const minutes = options.for === undefined ? Number.POSITIVE_INFINITY : Number.parseFloat(options.for) * (options.for.endsWith('s') ? 1 / 60 : options.for.endsWith('h') ? 60 : 1)
  const until = Date.now() + minutes * 60_000
  for (let run = 0; run < Number(options.runs ?? Number.POSITIVE_INFINITY) && Date.now() < until; run++) yield fresh()
}

let broken = 0
for (const seed of seeds()) {
  if (report(seed)) continue
  broken++
  if (broken >= 5) break
}
if (passed > 1) for (const [what, count] of [...totals].toSorted(([a], [b]) => (a < b ? -1 : 1))) console.log(`${String(count).padStart(9)}  ${what}`)
console.log(`${passed} passed, ${broken} failed`)
process.exitCode = broken === 0 ? 0 : 1
