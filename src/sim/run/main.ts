/**
 * npm run sim: random seeds until stopped, on all cores. `--seed S` runs one world again, `--trace` line by line, `--without
 * 3,7` leaves acts out; `--for 10m` or `--runs N` stops, `--servers N` sets the size, `--fixed` is what npm test runs: a
 * fixed set, and 20 seeds that are new with each commit, so that what fails fails again, and is somebody's change.
 */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isForeman, runAll, work } from './crew'
import { numbersIn, report } from './report'
import type { SeedOptions } from '../seed'
import { Totals } from './totals'

const options = {
  seed: { type: 'string' },
  trace: { type: 'boolean' },
  without: { type: 'string' },
  runs: { type: 'string' },
  for: { type: 'string' },
  servers: { type: 'string' },
  fixed: { type: 'boolean' },
  coverage: { type: 'boolean' },
  jobs: { type: 'string' },
} as const

const fresh = (): string => randomBytes(5).toString('hex')

/** The seeds of this commit; random ones where it is not known. */
function seedsOfCommit(count: number): string[] {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' })
  const commit = status === 0 ? stdout.trim() : randomBytes(20).toString('hex')
  return Array.from({ length: count }, (_, i) => createHash('sha256').update(`${commit} ${i}`).digest('hex').slice(0, 10))
}

async function main(): Promise<void> {
  const { values } = parseArgs({ args: process.argv.slice(2), options })
  const servers = values.servers === undefined ? undefined : Number(values.servers)
  if (values.seed !== undefined) return runOne(values.seed, servers, values.without, values.trace === true)
  const totals = new Totals()
  const seeds = seedsOf(values)
  const jobs = Math.min(Number(values.jobs ?? availableParallelism()), availableParallelism())
  await runAll(seeds, jobs, servers, (told) => totals.add(told))
  totals.print(values.coverage === true)
}

function runOne(seed: string, servers: number | undefined, without: string | undefined, trace: boolean): void {
  const run: SeedOptions = { seed, ...(servers !== undefined && { servers }), ...(without !== undefined && { without: numbersIn(without) }), ...(trace && { trace: (line: string) => console.log(line) }) }
  const { line, broken } = report(run, false)
  console.log(line)
  if (broken !== null) console.log(broken)
  process.exitCode = broken === null ? 0 : 1
}

function* seedsOf(values: { fixed?: boolean | undefined; runs?: string | undefined; for?: string | undefined }): Generator<string> {
  if (values.fixed) return yield* [...Array.from({ length: 60 }, (_, i) => `fixed-${i}`), ...seedsOfCommit(20)]
  const minutes = values.for === undefined ? Number.POSITIVE_INFINITY : Number.parseFloat(values.for) * (values.for.endsWith('s') ? 1 / 60 : values.for.endsWith('h') ? 60 : 1)
  const until = Date.now() + minutes * 60_000
  for (let run = 0; run < Number(values.runs ?? Number.POSITIVE_INFINITY) && Date.now() < until; run++) yield fresh()
}

if (isForeman) await main()
else work()
