/** npm run sim: see `usage`. */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { readOptions } from '../../serve/options.mjs'
import { isForeman, runAll, work } from './crew'
import { numbersIn, report } from './report'
import type { SeedOptions } from '../seed'
import { Totals } from './totals'

const usage = `npm run sim -- [options]      random seeds until stopped, on all cores
  --runs N, --for 10m         stop after so many seeds, or so long
  --servers N                 as many servers in each world
  --jobs N                    on fewer cores
  --coverage                  say how often each situation was reached
  --fixed                     what npm test runs: a fixed set, and 20 seeds that are new with each commit,
                              so that what fails fails again
  --seed S                    one world again
    --trace                   line by line
    --without 3,7             without some of its acts`

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
  const { values, count, duration } = readOptions(usage, options)
  const servers = values.servers === undefined ? undefined : count('servers', 1, 10_000)
  if (values.seed !== undefined) return runOne(values.seed, servers, values.without, values.trace === true)
  const totals = new Totals()
  const seeds = values.fixed === true ? fixedSeeds() : freshSeeds(count('runs', Number.POSITIVE_INFINITY), duration('for'))
  const jobs = Math.min(count('jobs', availableParallelism()), availableParallelism())
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

function* fixedSeeds(): Generator<string> {
  for (let i = 0; i < 60; i++) yield `fixed-${i}`
  yield* seedsOfCommit(20)
}

function* freshSeeds(runs: number, ms = Number.POSITIVE_INFINITY): Generator<string> {
  const until = Date.now() + ms
  for (let run = 0; run < runs && Date.now() < until; run++) yield fresh()
}

if (isForeman) await main()
else work()
