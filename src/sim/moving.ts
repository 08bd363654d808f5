/** When all is quiet: every move is decided, and what directories say of each other is what follows from their records. */
import { backReferences, effectiveParent, parentsBy, type Judged, type Placing } from '../core/entries/parents'
import { greatestTX } from '../core/directories/expiration'
import { linkTarget, namedBy } from '../core/directories/reference'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import { isFrozen } from '../core/copies/exclusion'
import type { DirectoryId, FullName, Label } from '../core/names'
import { updatesOf, type UpdateSet } from '../core/values/intent'
import type { Update } from '../core/values/update'
import { inSNOf, labelsAt } from '../core/entries/serverEntry'
import { goneForGood, removedOf } from './removing'
import { Accusation, type World } from './world'

const ROUNDS = 6

const accuse = (sentence: string): never => {
  throw new Accusation('D3', sentence)
}

/** How a call ended is counted. */
type Counted = (well: string, badly: string) => (outcome: object) => void

export function allMoved(world: World, root: DirectoryId, directories: readonly DirectoryId[], counted: Counted): void {
  const copies = new Map(directories.flatMap((each) => world.copies(each).filter(({ copy }) => copy.state === 'active').slice(0, 1).map((first) => [each, first])))
  const isOpen = (): boolean => [...copies.values()].some(({ copy }) => backReferences(copy.visible).length > 1 || removedOf(world).has(effectiveParent(copy)?.parent ?? copy.directory))
  for (let round = 0; round < ROUNDS && isOpen(); round++) {
    for (const [directory, { at }] of copies) at.call({ type: 'ask', servers: [at.id], request: { type: 'cleanUp', directory } }, counted('cleanups at the end', 'cleanup at the end ended'))
    world.pass(60_000)
  }
  const removed = removedOf(world)
  const live = new Map([...copies].filter(([directory]) => !removed.has(directory)).map(([directory, { copy }]) => [directory, copy]))
  goneForGood(removed, live)
  treeIsRight(world, root, live, removed)
}

/** D3: effective parents are a tree, references are exactly their reverse, and older names are links that lead there. */
function treeIsRight(world: World, root: DirectoryId, copies: ReadonlyMap<DirectoryId, DirectoryCopy>, removed: ReadonlyMap<DirectoryId, Judged[]>): void {
  const said: [DirectoryId, Judged[]][] = [...[...copies].map(([directory, { visible }]): [DirectoryId, Judged[]] => [directory, backReferences(visible)]), ...removed]
  const there = said.flatMap(([directory, all]) => all.map((record) => ({ ...record, directory })))
  const records = withoutBaseless(world, withoutWaiting(copies, there))
  const told = new Map(said)
  const { parents, voided } = parentsBy(records)
  for (const { directory, parent, label, ts, verdict } of records) {
    const right = voided.has(ts) ? 'void' : 'settled'
    // Below a directory that was never made nothing can be decided.
    if (verdict !== right && copies.has(directory) && isWhole(records, told, copies, directory)) accuse(`the move of ${directory} to ${label} in ${parent} is ${right} by all records, and ${verdict} by its own`)
  }
  for (const [directory, copy] of copies) {
    const { parent, label } = effectiveParent(copy) ?? {}
    const right = parents.get(directory)
    if (!isWhole(records, told, copies, directory) || (right !== undefined && isBound(copies, right))) continue
    if (parent !== right?.parent || label !== right?.label) accuse(`${directory} says that it is ${label} in ${parent}, and is ${right?.label} in ${right?.parent}`)
    if (right !== undefined) referenceIsThere(copies, right)
    for (const former of records) if (former.directory === directory && former.verdict === 'settled' && (former.parent !== parent || former.label !== label)) leadsThere(world, copies, former)
  }
  for (const [directory, { visible }] of copies) {
    // What was made to be a root, and nobody went on with, has no part in the tree.
    if (directory !== root && !parents.has(directory)) continue
    for (const label of labelsAt(visible, [])) {
      const named = namedBy(visible, label)
      const up = named?.type === 'directory' ? parents.get(named.directory) : undefined
      if (named?.type === 'directory' && isWhole(records, told, copies, named.directory) && !(up !== undefined && isBound(copies, up)) && (up?.parent !== directory || up.label !== label) && !isForgotten(world, records, { parent: directory, label }, named.directory)) accuse(`${label} in ${directory} is a reference to ${named.directory}, which is ${up?.label} in ${up?.parent}`)
    }
  }
}

/** What is void by a record that may have gone with a disk since stays void, and has no part in the tree. */
function withoutBaseless(world: World, records: readonly (Judged & Placing)[]): readonly (Judged & Placing)[] {
  if (world.unsound.size === 0) return records
  const { voided } = parentsBy(records)
  return records.filter(({ verdict, ts }) => verdict !== 'void' || voided.has(ts))
}

/** Whether the record of a name may have gone with a disk, and only the reference is left. */
const isForgotten = (world: World, records: readonly Placing[], { parent, label }: Pick<Placing, 'parent' | 'label'>, directory: DirectoryId): boolean => world.unsound.size > 0 && !records.some((record) => record.directory === directory && record.parent === parent && record.label === label)

/** M3: without those that wait until there is room for them, and those that wait for such a one above them. */
function withoutWaiting(copies: ReadonlyMap<DirectoryId, DirectoryCopy>, records: readonly (Judged & Placing)[]): readonly (Judged & Placing)[] {
  // What is in force at once, as another name in the same directory is, has no part in this [M2].
  const open = records.filter((record) => record.verdict === 'pending' && (copies.has(record.directory) ? effectiveParent(copies.get(record.directory)!)?.key !== record.key : true))
  const waiting = new Set(open.filter((record) => lacksRoom(copies, record)))
  const waits = ({ ts, parent }: Judged & Placing): boolean => {
    const above = everAbove(records, parent)
    return [...waiting].some((other) => other.ts < ts && above.has(other.directory))
  }
  for (let more = 1; more > 0; ) {
    const further = open.filter((record) => !waiting.has(record) && waits(record))
    for (const record of further) waiting.add(record)
    more = further.length
  }
  return records.filter((record) => !waiting.has(record))
}

/** A directory, and all that it has ever been below. */
function everAbove(records: readonly Placing[], directory: DirectoryId): ReadonlySet<DirectoryId> {
  const above = new Set([directory])
  for (const each of above) for (const record of records) if (record.directory === each) above.add(record.parent)
  return above
}

/** S1: one that got InSN after its record was written waits until it loses that, where the new parent has no smaller rank. */
function lacksRoom(copies: ReadonlyMap<DirectoryId, DirectoryCopy>, { directory, parent, verdict }: Judged & { directory: DirectoryId }): boolean {
  const rankOf = (each: DirectoryId): number | null => (copies.has(each) ? (inSNOf(copies.get(each)!.visible)?.rank ?? null) : null)
  const [own, above] = [rankOf(directory), rankOf(parent)]
  return verdict === 'pending' && own !== null && (above === null || above >= own)
}

/** Whether every directory that this one has ever been below is there to be asked, and its F goes on [M3, E4]. */
function isWhole(records: readonly Placing[], told: ReadonlyMap<DirectoryId, unknown>, copies: ReadonlyMap<DirectoryId, DirectoryCopy>, directory: DirectoryId): boolean {
  return [...everAbove(records, directory)].every((each) => told.has(each) && !isFrozen(copies.get(each)?.excluded ?? []))
}

/** Whether a link under a name has an expiration time: until then it stays as it is, though the directory has come back, or gone on [W3]. */
const isBound = (copies: ReadonlyMap<DirectoryId, DirectoryCopy>, { parent, label }: Pick<Placing, 'parent' | 'label'>): boolean => {
  const visible = copies.get(parent)?.visible
  return visible !== undefined && namedBy(visible, label)?.type === 'link' && greatestTX(visible, label, () => true) !== null
}

function referenceIsThere(copies: ReadonlyMap<DirectoryId, DirectoryCopy>, { directory, parent, label }: Placing): void {
  const named = namedBy(copies.get(parent)!.visible, label)
  if (named?.type !== 'directory' || named.directory !== directory) accuse(`${directory} is ${label} in ${parent}, where there is ${named === null ? 'nothing' : `a ${named.type}`} of that name`)
}

/** A name that it had is a link to it; or it was lost to somebody else [M6]. */
function leadsThere(world: World, copies: ReadonlyMap<DirectoryId, DirectoryCopy>, { directory, parent, label }: Placing): void {
  const visible = copies.get(parent)?.visible
  // Its parent was removed, and that name with it.
  if (visible === undefined) return
  const named = namedBy(visible, label)
  const isTaken = named?.type === 'directory' && named.directory !== directory
  const isOther = named?.type === 'link' && !labelsAt(visible, [label, 'Link', 'Moved']).includes(directory)
  if (isTaken || isOther || isBound(copies, { parent, label }) || !isInUse(world, copies.get(parent)!, label, directory)) return
  const end = named?.type === 'link' ? follow(world, copies, linkTarget(world.servers[0]!.server, parent, named.to)) : undefined
  if (end !== directory) accuse(`${label} in ${parent} was a name of ${directory}, and ${named?.type === 'link' ? `leads to ${end}` : `is ${named?.type ?? 'gone'}`}`)
}

/** Whether the name is in use still, in the epoch that rules: of two moves at once the first may be over before its reference was written; and people delete and replace links. */
function isInUse(world: World, parent: DirectoryCopy, label: Label, directory: DirectoryId): boolean {
  const sets = world.database.sets(parent.directory).map(({ set }) => set).filter(({ ts }) => world.database.isOf(parent.directory, parent.epoch, ts))
  const wanted = [label, 'DR', 'DI', directory]
  const isReference = ({ path, mark }: Update): boolean => mark === 'present' && path.length === wanted.length && path.every(([each], i) => each === wanted[i])
  const isTaken = (set: UpdateSet): boolean => set.intent.procedure !== 'reference' && updatesOf(set).some(({ path: [first] }) => first?.[0] === label && first[1] === set.ts)
  return sets.some((set) => updatesOf(set).some(isReference)) && !sets.some(isTaken)
}

/** Where a name leads by what stands in these copies. */
export function follow(world: World, copies: ReadonlyMap<DirectoryId, DirectoryCopy>, name: FullName | null, links = 0): DirectoryId | undefined {
  let at = name?.from as DirectoryId | undefined
  for (const [depth, label] of name?.labels.entries() ?? []) {
    const tree = at && copies.get(at)?.visible
    const named = tree && namedBy(tree, label)
    if (named?.type === 'link' && links < 16) {
      const target = linkTarget(world.servers[0]!.server, at!, named.to)
      return follow(world, copies, target && { ...target, labels: [...target.labels, ...name!.labels.slice(depth + 1)] }, links + 1)
    }
    at = named?.type === 'directory' ? named.directory : undefined
  }
  return at
}
