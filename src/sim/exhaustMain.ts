/** npm run exhaust: see `usage`. */
import { readOptions } from '../serve/options.mjs'
import { canaries } from './canaries'
import { Exploration, type Outcome } from './exhaust'
import { scenarios, type Scenario } from './exhaustScenarios'

const usage = `npm run exhaust -- [options]  every interleaving of a few acts and faults, scenario after scenario
  --scenario name             one, or those whose names begin so
  --states N                  how many states each may have (5000000)
  --canary words              with the protocol broken on purpose`

const { values: options, count, wrong } = readOptions(usage, { scenario: { type: 'string' }, states: { type: 'string' }, canary: { type: 'string' } })

/** States of a scenario that does not end before. */
const LIMIT = 5_000_000

const canary = options.canary === undefined ? undefined : canaries.find(({ name }) => name.includes(options.canary!))
if (options.canary !== undefined && canary === undefined) wrong(`No canary is called ${options.canary}: ${canaries.map(({ name }) => name).join('; ')}.`)

const chosen = scenarios.filter(({ name }) => name === options.scenario)
const run = chosen.length > 0 ? chosen : scenarios.filter(({ name }) => name.startsWith(options.scenario ?? ''))
if (run.length === 0) wrong(`No scenario is called ${options.scenario}: ${scenarios.map(({ name }) => name).join(', ')}.`)

let states = 0
let exhausted = 0
let broken = 0
const began = performance.now()
for (const scenario of run) {
  console.log(`${scenario.name}: ${scenario.says}`)
  const from = performance.now()
  const outcome = new Exploration(scenario, { limit: count('states', LIMIT), ...(canary && { canary: canary.make() }) }).run()
  console.log(`    ${summary(outcome)}, ${seconds(from)} s`)
  states += outcome.states
  if (outcome.broken === null) exhausted += Number(outcome.exhausted)
  else {
    broken++
    tell(scenario, outcome.broken)
  }
}
console.log(`${states} states in ${run.length} scenarios, ${exhausted} of them exhausted, ${broken} broken, ${seconds(began)} s, ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`)
process.exitCode = broken === 0 ? 0 : 1

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1)
}

function summary({ states, transitions, depth, leaves, drained, serverStates, exhausted, broken }: Outcome): string {
  const whole = broken !== null ? 'BROKEN' : exhausted ? `exhausted, ${depth} steps deep` : `the limit was reached; whole within ${depth} steps`
  return `${states} states, ${transitions} transitions, ${whole}; ${leaves} leaves, fine weather from ${drained}; ${serverStates} states of single servers`
}

function tell({ name }: Scenario, { sentence, path }: NonNullable<Outcome['broken']>): void {
  console.log(`\n${sentence}\n`)
  for (const line of path) console.log(line)
  console.log(`\nagain: npm run exhaust -- --scenario ${name}${options.canary === undefined ? '' : ` --canary '${options.canary}'`}\n`)
}
