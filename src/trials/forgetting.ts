/**
 * Forgetting, measured (SPEC §7): names are created over a tree of directories with three copies each, deleted and swept;
 * then what was said is said again, late and in any order. Prints a line of JSON: what database and memory held, when.
 * A program of its own (`serve/forgetting.mjs`), because memory can be measured only where nothing else runs.
 */
import 'fake-indexeddb/auto'
import { readOptions } from '../serve/options.mjs'
import { openService } from '../client/openService'
import type { JsonTree, NameService } from '../client/nameService'
import { setsOf } from '../core/copies/directoryCopy'
import { Random } from '../sim/random'
import { Town } from './town'

/** What a moment costs: characters of all that is stored, bytes of all that is alive in memory. */
export interface Moment {
  stored: number
  heap: number
}

export interface Forgetting {
  names: number
  /** The empty directories and their copies. */
  before: Moment
  full: Moment
  after: Moment
  /** What is stored after deleting, before snapshots are made everywhere: what the hosts do by themselves. */
  byItself: number
  replayed: number
  afterReplay: Moment
  /** What any copy still has of the names in the end. */
  left: string[]
  seconds: number
}

const TOPS = 6
const BELOW_EACH = 5
const directories = Array.from({ length: TOPS }, (_, t) => [`/top${t}`, ...Array.from({ length: BELOW_EACH }, (_, b) => `/top${t}/below${b}`)]).flat()
const NAMES_IN_A_CALL = 400
/** ms: longer than an intent is valid, and some sweeps more. */
const LONG = 700_000
/** Names that are created, deleted and told again before anything is measured, so that all code has run. */
const WARM_UP = 5000

const usage = `what is left of names that came and went: their number, how many messages are replayed, and the seed
  --names N, --replayed N, --seed S`

const { values, count } = readOptions(usage, { names: { type: 'string' }, replayed: { type: 'string' }, seed: { type: 'string' } })
const names = count('names', 100_000)
const began = performance.now()
const town = await Town.open()
const service = openService(town.trials[0]!.connection)
await build(service)
await write(WARM_UP, true)
await write(WARM_UP, false)
await replay()
await town.pass(LONG)
const before = await measure()
await write(names, true)
await town.pass(60_000)
const full = await measure()
await write(names, false)
await town.pass(LONG)
const byItself = await town.stored()
const after = await measure()
const replayed = await replay()
await town.pass(LONG)
const afterReplay = await measure()
const result: Forgetting = { names, before, full, after, byItself, replayed, afterReplay, left: left(), seconds: Math.round((performance.now() - began) / 1000) }
console.log(JSON.stringify(result))
town.close()

/** The tree of directories, with a copy of each on every server. */
async function build(service: NameService): Promise<void> {
  await service.firstRoot()
  await town.pass(5000, 1000)
  const [, ...others] = town.trials.map(({ host }) => host.server.name)
  for (const other of others) await service.newDC(other, '/')
  for (const fn of directories) {
    await service.newD('alpha', fn)
    for (const other of others) await service.newDC(other, fn)
  }
  await town.pass(60_000)
}

/** Makes so many names present or absent, the same number in each directory; the servers take turns in accepting. */
async function write(count: number, present: boolean): Promise<void> {
  const each = Math.ceil(count / directories.length)
  const services = town.trials.map(({ connection }) => openService(connection))
  for (const [d, fn] of directories.entries()) {
    for (let first = 0; first < each; first += NAMES_IN_A_CALL) {
      const labels = Array.from({ length: Math.min(NAMES_IN_A_CALL, each - first) }, (_, i) => `name ${first + i}`)
      const tree = Object.fromEntries(labels.map((label): [string, JsonTree] => [label, present && { Phone: { [`${d} ${label}`]: true } }]))
      await services[(d + first) % services.length]!.doUpdates(fn, tree)
    }
    await town.settle()
  }
}

/** Every snapshot anew, so that moments compare. */
async function measure(): Promise<{ stored: number; heap: number }> {
  await town.compact()
  await town.settle()
  const stored = await town.stored()
  for (let i = 0; i < 4; i++) globalThis.gc!()
  return { stored, heap: process.memoryUsage().heapUsed }
}

/** Says again, in random order, a sample of what was said. */
async function replay(): Promise<number> {
  const words = new Random(values.seed ?? 'forgetting').shuffled(town.said()).slice(0, count('replayed', 20_000))
  for (const word of words) {
    town.tell(word)
    await town.settle()
  }
  return words.length
}

/** Nodes, sets and intents that any copy has of the names. */
function left(): string[] {
  return town.copies().flatMap((copy) => {
    const nodes = [copy.base, copy.visible].flatMap(({ root }) => [...(root.children?.keys() ?? [])]).filter((label) => label.startsWith('name '))
    const sets = setsOf(copy).filter(({ intent }) => intent.branches.some(([label]) => label.startsWith('name ')))
    return [...nodes, ...sets.map(({ ts }) => ts), ...copy.waiting.keys(), ...copy.intents.keys()].map((what) => `${copy.id} has ${what}`)
  })
}
