/** Simulated people who give expiration times, go by caches, and change what they may not change yet. */
import { readableUntil } from '../core/directories/expiration'
import type { Found } from '../core/directories/lookup'
import { isFailure, type Failure } from '../core/errors'
import { effectiveParent } from '../core/entries/parents'
import type { DirectoryId, FullName, Label } from '../core/names'
import type { Change, Drafted } from '../core/requests'
import { isoTime } from '../core/timestamp'
import type { ProcedureName } from '../core/values/intent'
import { encodeVisible } from '../core/values/encodeTree'
import { visibleAt } from '../core/values/valueTree'
import { textOf, type Promises } from './promises'
import type { Random } from './random'
import type { SimServer } from './simServer'
import type { World } from './world'

const MINUTE = 60_000

export interface Expiring {
  world: World
  promises: Promises
  labels: readonly Label[]
  submit: (at: SimServer, drafted: Drafted, procedure: ProcedureName, then: (outcome: object | Failure) => void) => void
}

/** One act at a server that concerns expiration. */
export function expire(expiring: Expiring, at: SimServer, directory: DirectoryId, random: Random): void {
  const label = someLabel(expiring, directory, random)
  const others = expiring.world.servers.filter(({ alive }) => alive)
  const kind = random.fraction()
  if (kind < 0.3) return change(expiring, at, directory, extension(expiring.world, at, label, random))
  const begin = beginOf(expiring.world, directory, random)
  if (kind < 0.75) return expiring.labels.forEach((each) => look(expiring, random.pick(others), { ...begin, labels: [...begin.labels, each] }))
  const tree = random.chance(0.4) ? false : [['Phone', [[random.pick(['one', 'two', 'three']), true]]]] as const
  change(expiring, at, directory, { procedure: 'plan', under: { labels: random.chance(0.3) ? [label, 'Withdrawn'] : [label], incarnations: null }, tree, replace: random.chance(0.5) })
}

/** A name is given an expiration time, and looked up when every copy may know of that. */
export function havePromised(expiring: Expiring, at: SimServer, { parent, label }: { parent: DirectoryId; label: Label }): void {
  const { world } = expiring
  change(expiring, at, parent, setTX(label, world.wall(at) + 20 * MINUTE))
  world.plan(MINUTE, () => at.alive && look(expiring, at, { from: parent, up: 0, labels: [label] }))
}

/** A name of a directory: its DI, or the one that it has in the directory above, so that the way has several arcs. */
function beginOf(world: World, directory: DirectoryId, random: Random): FullName {
  const above = world.copies(directory).flatMap(({ copy }) => effectiveParent(copy) ?? [])[0]
  return above === undefined || random.chance(0.4) ? { from: directory, up: 0, labels: [] } : { from: above.parent, up: 0, labels: [above.label] }
}

/** Mostly of what is there. */
function someLabel({ world, labels }: Expiring, directory: DirectoryId, random: Random): Label {
  const there = labels.filter((label) => world.copies(directory).some(({ copy }) => visibleAt(copy.visible, [label]) !== undefined))
  return random.pick(there.length > 0 && random.chance(0.9) ? there : labels)
}

const extension = (world: World, at: SimServer, label: Label, random: Random): Change => setTX(label, world.wall(at) + random.between(MINUTE, random.pick([4, 30]) * MINUTE))

function setTX(label: Label, until: number): Change {
  return { procedure: 'setTX', under: { labels: [label], incarnations: null }, tree: [[isoTime(Math.floor(until)), true]], replace: false }
}

function change({ world, submit }: Expiring, at: SimServer, directory: DirectoryId, wanted: Change): void {
  at.call({ type: 'at', name: { from: directory, up: 0, labels: [] }, request: { type: 'draft', directory, change: wanted } }, (outcome) => {
    if (isFailure(outcome)) return world.count(`${wanted.procedure} refused: ${outcome.code}`)
    const drafted = outcome as Drafted
    if (drafted.branches.length > 0) submit(at, drafted, wanted.procedure, (ended) => world.count(isFailure(ended) ? `${wanted.procedure} refused: ${ended.code}` : `${wanted.procedure} done`))
  })
}

/** Looks the name up, and takes what may be cached at its word, each arc and all of the way; so of the value, at the copy that answered. */
function look({ world, promises }: Expiring, at: SimServer, name: FullName): void {
  at.call({ type: 'lookup', name, entity: null }, (outcome) => {
    if (isFailure(outcome)) return world.count(`lookup refused: ${outcome.code}`)
    const { trail, validUntil: wayUntil } = outcome as Found
    for (const { server, directory, label, found, to, validUntil } of trail) {
      for (const until of [validUntil, wayUntil]) promises.hold(server, { directory, label, of: 'arc', says: `${found} ${to}`, validUntil: until })
    }
    const step = trail.at(-1)
    if (step === undefined) return
    const { directory, label } = step
    const where = world.byId(step.server)
    const copy = where?.copyOf(directory)
    const node = copy && visibleAt(copy.visible, [label])
    if (!where?.alive || copy?.state !== 'active' || node === undefined || step.found !== 'entry') return
    promises.hold(where.id, { directory, label, of: 'value', says: textOf(encodeVisible(node.children)), validUntil: readableUntil(copy, [label], where.server.latest) })
  })
}

