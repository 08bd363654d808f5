/** npm run fuzz: see `usage`. */
import { randomBytes } from 'node:crypto'
import { Script } from 'node:vm'
import { readOptions } from '../serve/options.mjs'
import { fuzz, type Fuzzed } from './fuzz'

const usage = `npm run fuzz -- [options]     a million messages, and a table of what became of them
  --runs N                    as many messages
  --for 10m                   go on with fresh seeds so long
  --seed S                    the same again
    --episode N               one episode of it
  --trace                     say each message`

const { values: options, count, duration, wrong } = readOptions(usage, { seed: { type: 'string' }, runs: { type: 'string' }, episode: { type: 'string' }, trace: { type: 'boolean' }, for: { type: 'string' } })

/** Numbered from 0 within its seed. */
function episodeOf({ seed, episode }: typeof options): number | undefined {
  if (episode === undefined) return undefined
  if (!/^\d{1,9}$/.test(episode)) return wrong(`--episode wants a number from 0, not "${episode}".`)
  return seed === undefined ? wrong('--episode wants the --seed that it is of.') : Number(episode)
}
const episode = episodeOf(options)

/** ms after which an episode that does not end is cut short. */
const LONGEST_EPISODE = 120_000

/** Runs synchronous code that may never end: a script with a time limit calls it. */
function guard(run: () => void): void {
  Object.assign(globalThis, { nameringFuzz: run })
  new Script('nameringFuzz()').runInThisContext({ timeout: LONGEST_EPISODE })
}

function runOnce(seed: string): number {
  const began = performance.now()
  const fuzzed = fuzz({
    seed,
    runs: count('runs', 1_000_000),
    ...(episode !== undefined && { episode }),
    clock: () => performance.now(),
    work: () => process.cpuUsage().user / 1000,
    guard,
    ...(options.trace && { trace: (line: string) => console.log(line) }),
  })
  table(fuzzed)
  const { messages, episodes, honest, found } = fuzzed
  console.log(`\nseed ${seed}: ${messages} messages in ${[...episodes].map(([kind, count]) => `${count} ${kind}`).join(', ')}; ${honest} honest ones between them; ${((performance.now() - began) / 1000).toFixed(1)} s`)
  report(seed, fuzzed)
  return found.length
}

function table({ kinds, refusals, slowest }: Fuzzed): void {
  const row = (...cells: (string | number)[]): void => console.log(cells.map((cell, i) => (i === 0 ? String(cell).slice(0, 56).padEnd(58) : String(cell).padStart(10))).join(''))
  row('', 'generated', 'mutated', 'spoilt', 'accepted', 'refused', 'slowest ms')
  for (const [kind, count] of sorted(kinds)) row(kind, count.grammar, count.structure, count.bytes, count.accepted, count.refused, count.slowest.toFixed(1))
  console.log('\nrefused, by reason')
  for (const [reason, count] of [...refusals].toSorted(([, a], [, b]) => b - a).slice(0, 40)) console.log(`${String(count).padStart(10)}  ${reason.slice(0, 120)}`)
  console.log('\nslowest')
  for (const { ms, kind, episode, index, characters } of slowest) console.log(`${ms.toFixed(1).padStart(10)} ms  ${kind}, ${characters} characters, episode ${episode}, message ${index}`)
}

const sorted = <T>(counts: Map<string, T>): [string, T][] => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))

function report(seed: string, { found }: Fuzzed): void {
  for (const { episode, index, rule, sentence, where, times, events } of found) {
    console.log(`\nBROKEN  ${rule}: ${sentence.slice(0, 600)}\n${where}`)
    console.log(`  in ${times} episodes, first in ${episode} at message ${index}; the last of ${events.length} events that suffice:`)
    for (const event of events.slice(-3)) console.log(`  server ${event.house}, ${('wire' in event ? `from ${event.from}: ${event.wire}` : JSON.stringify(event.input)).slice(0, 700)}`)
    console.log(`  again: npm run fuzz -- --seed ${seed} --episode ${episode}`)
  }
}

const until = performance.now() + (duration('for') ?? 0)
let broken = 0
do broken += runOnce(options.seed ?? randomBytes(5).toString('hex'))
while (broken === 0 && options.seed === undefined && performance.now() < until)
console.log(broken === 0 ? 'nothing broke' : `${broken} broke`)
process.exitCode = broken === 0 ? 0 : 1
