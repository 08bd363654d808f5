/** The simulator's checkers, on the states of an exploration: they find here what they look at in a world. */
import { completeTo, type DirectoryCopy } from '../core/copies/directoryCopy'
import type { DirectoryId } from '../core/names'
import { absorbed, converged, greatestMark, monotone, noResurrection, nothingLost, ring, ringsIntersect, rulingEpoch } from './checkers'
import { Database } from './database'
import { nameOf, type ServerState } from './exhaustServer'
import { marksOf, type SimServer } from './simServer'
import type { World } from './world'

/** As much of a world as checkers look at. */
function worldOf(states: readonly ServerState[]): World {
  const database = databaseOf(states)
  const servers = states.map((state) => ({ at: hostOf(state), copies: state.server.copies }))
  const copies = (directory: DirectoryId): { at: SimServer; copy: DirectoryCopy }[] => servers.flatMap(({ at, copies }) => (copies.has(directory) ? [{ at, copy: copies.get(directory)! }] : []))
  return { database, copies, unsound: new Set() } as unknown as World
}

/** DB, and what each epoch knows of it: what its members brought, and what they have accepted since. */
function databaseOf(states: readonly ServerState[]): Database {
  const database = new Database()
  const accepted = states.flatMap((state) => state.accepted)
  const entered = states.flatMap((state) => state.entered)
  for (const { directory, by, set } of accepted) database.accept(directory, by, set)
  for (const epoch of new Set(entered.map((copy) => copy.epoch).toSorted())) {
    for (const copy of entered) if (copy.epoch === epoch) database.follow(copy, { type: 'fields', fields: { epoch } })
    for (const { directory, by, set, epoch: then } of accepted) if (then === epoch) database.accept(directory, by, set)
  }
  for (const { directory, set, acknowledged } of accepted) if (acknowledged) database.acknowledge(directory, set.ts)
  return database
}

const hostOf = ({ who }: ServerState): SimServer => ({ name: nameOf(who) }) as unknown as SimServer

/** DC1, D1, F1, DC2, DC3, noLostUpdate and noResurrection, in one state of the world. */
export function look(states: readonly ServerState[]): void {
  const world = worldOf(states)
  nothingLost(membersOf(world))
  for (const directory of world.database.directories.keys()) {
    ring(world, directory)
    ringsIntersect(world, directory)
    const active = world.copies(directory).filter(({ copy }) => copy.state === 'active')
    if (active.length === 0) continue
    const mark = greatestMark(world, directory)
    const epoch = rulingEpoch(world, directory)
    for (const { at, copy } of active) {
      absorbed(world, 'DC1', at, copy, completeTo(copy))
      if (copy.epoch === epoch && mark > completeTo(copy)) absorbed(world, 'F1', at, copy, mark)
      // Where F has not come yet, what was deleted is invisible [F1], but still takes room.
      if (copy.stableMark === mark) noResurrection(world, at, copy)
    }
  }
}

/**
 * What must not be lost, and where it may be. Of one intent stamped twice the earlier counts, and a copy that has it lets the
 * later go [A1]. A leaving copy is a member until its predecessor has what it has [R5].
 */
function membersOf(world: World): World {
  const sets = (directory: DirectoryId): ReturnType<Database['sets']> => {
    const all = world.database.sets(directory)
    return all.filter(({ intent, set }) => !all.some((other) => other.intent === intent && other.set.ts < set.ts))
  }
  const copies = (directory: DirectoryId): ReturnType<World['copies']> => world.copies(directory).map(({ at, copy }) => ({ at, copy: copy.state === 'leaving' ? { ...copy, state: 'active' } : copy }))
  return { copies, unsound: new Set(), database: { directories: world.database.directories, settled: world.database.settled, sets, isOf: world.database.isOf.bind(world.database), isLost: () => false } } as unknown as World
}

/** Monotone, in one step of one server. */
export function compare(before: ServerState, after: ServerState): void {
  const known = new Map([...before.server.copies.values()].map((copy) => [copy.id, marksOf(copy)]))
  for (const copy of after.server.copies.values()) monotone(hostOf(after), copy, known)
}

/** Convergence, after faults have stopped and three sweeps. */
export const allEqual = (states: readonly ServerState[]): void => converged(worldOf(states))
