/**
 * Simulated administrators who remove directories, and the checker of it: at the instant when one closes nothing is in it, and
 * nobody is on the way; ever after nothing stands for it, and nobody lies in it.
 */
import type { Call } from '../core/calls'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import { goneLabel, removedIn } from '../core/directories/gone'
import { backReferences, effectiveParent, parentsBy, type Judged } from '../core/entries/parents'
import { namedBy } from '../core/directories/reference'
import { isClosed } from '../core/directories/removal'
import { labelsAt } from '../core/entries/serverEntry'
import type { CopyId, DirectoryId, Label } from '../core/names'
import type { Change } from '../core/requests'
import type { Tree } from '../core/values/readValue'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

/** How a call ended is counted, under one name when it went well and another when it did not. */
type Counted = (well: string, badly: string) => (outcome: object) => void
type Write = (at: SimServer, directory: DirectoryId, change: Change, random: Random) => void

const accuse = (rule: string, sentence: string): never => {
  throw new Accusation(rule, sentence)
}

/** An administrator empties a directory, has all copies leave but one, and removes it; or does only some of it. */
export function remove(world: World, at: SimServer, directory: DirectoryId, counted: Counted, write: Write, random: Random): void {
  const [kept, ...others] = random.shuffled(world.copies(directory))
  if (kept === undefined) return
  const names = labelsAt(kept.copy.visible, []).filter((label) => ['entry', 'link'].includes(namedBy(kept.copy.visible, label)!.type) && label !== '.')
  const empty: Change = { procedure: 'doUpdates', under: { labels: [], incarnations: null }, tree: names.map((label): [Label, Tree] => [label, false]), replace: false }
  const ask = (who: SimServer, request: Extract<Call, { type: 'ask' }>['request'], well: string, badly: string): void => {
    if (who.alive) who.call({ type: 'ask', servers: world.copies(directory).map((each) => each.at.id), request }, counted(well, badly))
  }
  if (names.length > 0 && random.chance(0.8)) write(kept.at, directory, empty, random)
  if (random.chance(0.8)) for (const { at: other } of others) if (other.alive) other.call({ type: 'ask', servers: [other.id], request: { type: 'leave', directory, force: true } }, counted('copies removed', 'leave ended'))
  const from = random.chance(0.5) ? kept.at : at
  world.plan(random.pick([0, 2000, 30_000]), () => ask(from, { type: 'removeD', directory }, 'directories removed', 'removeD refused'))
}

/** What is left of directories that were removed, by what any active copy says. */
export function removedOf(world: Pick<World, 'database' | 'copies'>): ReadonlyMap<DirectoryId, Judged[]> {
  const active = [...world.database.directories.keys()].flatMap((each) => world.copies(each)).filter(({ copy }) => copy.state === 'active')
  return new Map(active.flatMap(({ copy }) => removedIn(copy.visible)))
}

/** Directories that were removed: what is left of them stands in others; or, when their last copy had gone, only on a disk that was lost. */
export function allRemoved(world: Pick<World, 'database' | 'copies'>): ReadonlySet<DirectoryId> {
  const { database } = world
  const all = [...database.directories.keys()]
  const isToldOf = (directory: DirectoryId): boolean => all.some((each) => database.sets(each).some(({ set, creates }) => database.isLost(set.ts) && creates.some((path) => path.includes(goneLabel(directory)))))
  return new Set([...removedOf(world).keys(), ...all.filter((directory) => world.copies(directory).length === 0 && isToldOf(directory))])
}

/** Whether a person said, at some copy, that a copy that an epoch left out is waited for no more. */
const isAbandoned = (world: World, id: CopyId): boolean => world.abandoned.has(id)

/** Does something at the instant when a directory closes: once for each. */
export function whenClosed(world: World, then: (server: SimServer, copy: DirectoryCopy) => void): void {
  const closed = new Set<DirectoryId>()
  world.observers.push({
    stepped: (server, _input, effects) => {
      for (const directory of effects.changed) {
        const copy = server.copyOf(directory)
        if (copy === undefined || closed.has(directory) || !isClosed(copy)) continue
        closed.add(directory)
        then(server, copy)
      }
    },
  })
}

/** Looks at every directory when it closes: M6, W5. */
export function watchRemovals(world: World): void {
  whenClosed(world, (server, copy) => {
    // What only a lost disk had nobody can know of.
    if (world.unsound.size === 0) world.judge('M6', () => mayClose(world, server, copy))
  })
}

function mayClose(world: World, where: SimServer, { directory, id, epoch }: DirectoryCopy): void {
  const name = `${directory.slice(0, 4)} closes on ${where.name}`
  const inIt = [...world.database.meaning(directory, ({ ts }) => world.database.isOf(directory, epoch, ts)).keys()].filter((label) => label !== '.')
  if (inIt.length > 0) accuse('M6', `${name}, and DB has ${inIt.join(', ')} in it`)
  for (const { at, copy } of world.copies(directory)) {
    // One that is leaving has left, and has not heard it yet: else it were in the ring [DC2].
    const isWaitedFor = copy.state === 'active' || (copy.state === 'excluded' && !isAbandoned(world, copy.id))
    if (copy.id !== id && isWaitedFor) accuse('M6', `${name}, and the copy on ${at.name} is ${copy.state}`)
  }
  const everybody = [...world.database.directories.keys()].flatMap((each) => world.copies(each).map(({ copy }) => copy))
  // By what was removed since a move may be void (seed 40b9758490).
  const told = [...everybody.map((copy) => [copy.directory, backReferences(copy.visible)] as const), ...removedOf(world)]
  const records = told.flatMap(([of, all]) => all.map((record) => ({ ...record, directory: of })))
  const distinct = [...new Map(records.map((record) => [`${record.directory} ${record.ts}`, record])).values()]
  const { parents } = parentsBy(distinct)
  for (const copy of everybody) if (parents.get(copy.directory)?.parent === directory && !isClosed(copy)) accuse('D3', `${name}, and ${copy.directory.slice(0, 4)} lies in it`)
}

/** D3, when all is quiet: nothing stands for a directory that was removed, and nobody lies in it. */
export function goneForGood(removed: ReadonlyMap<DirectoryId, Judged[]>, copies: ReadonlyMap<DirectoryId, DirectoryCopy>): void {
  for (const [directory, copy] of copies) {
    if (removed.has(directory)) continue
    const up = effectiveParent(copy)
    if (up !== undefined && removed.has(up.parent)) accuse('D3', `${directory} is ${up.label} in ${up.parent}, which was removed`)
    for (const label of labelsAt(copy.visible, [])) {
      const named = namedBy(copy.visible, label)
      if (named?.type === 'directory' && removed.has(named.directory)) accuse('D3', `${label} in ${directory} is a reference to ${named.directory}, which was removed`)
    }
  }
}

