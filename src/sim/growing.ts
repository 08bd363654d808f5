/**
 * Growth by combination (figure 6): simulated administrators put new roots above old ones, at several places at once, and join
 * services that began apart. When all is quiet there is one root, every server knows it, and every name of before goes on.
 */
import type { Call } from '../core/calls'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import { backReferences, effectiveParent, OF_ROOT, pendingIn, recordKey } from '../core/entries/parents'
import { allNew } from '../core/directories/draft'
import { referenceTree } from '../core/directories/reference'
import { firstChange, rootSelf } from '../core/directories/rootSelf'
import { inSNOf, rankAbove } from '../core/entries/serverEntry'
import { wellKnownDirectories, wellKnownIn } from '../core/directories/wellKnown'
import { isFailure } from '../core/errors'
import { formatName, formatPath, type DirectoryId, type Label } from '../core/names'
import type { Change } from '../core/requests'
import type { Branch, SignedIntent } from '../core/values/intent'
import type { Found } from '../core/directories/lookup'
import { ruling } from './checkers'
import { follow } from './moving'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

/** New roots in one world at most. */
const MOST_ROOTS = 3

export interface Growing {
  world: World
  /** Every directory that was ever made; a new root is one more. */
  directories: DirectoryId[]
  made: (at: SimServer, directory: DirectoryId, branches: Branch[]) => SignedIntent
  write: (at: SimServer, directory: DirectoryId, change: Change) => void
  newDirectoryId: () => DirectoryId
}

/** One act of an administrator: a new root above the one that this server knows, or two services become one. */
export function grow(growing: Growing, at: SimServer, random: Random): void {
  const { world } = growing
  const { root } = at.server
  if (root === null) return
  const others = [...new Set(world.servers.map(({ server }) => server.root))].filter((other) => other !== null && other !== root && !at.server.formerRoots.includes(other))
  if (others.length > 0 && random.chance(0.5)) return joinService(growing, at, random.pick(others)!, root, random)
  if (at.copyOf(root)?.state === 'active' && growing.directories.length < 16 && world.counts.get('new roots made') !== MOST_ROOTS) putAbove(growing, at, root, random)
}

const moveRoot = (parent: DirectoryId, label: Label, random: Random): Change => ({ procedure: 'move', under: { labels: ['.', 'BR'], incarnations: null }, tree: [[recordKey(parent, random.id(8)), [[label, [[OF_ROOT, true]]]]]], replace: false })

/** The root of one service goes below that of another, or below anything there. */
function joinService({ world, write }: Growing, at: SimServer, root: DirectoryId, parent: DirectoryId, random: Random): void {
  const label = random.pick(['IBM', 'Xerox'])
  const call: Call = { type: 'ask', servers: world.copies(root).map((each) => each.at.id), request: { type: 'foresee', directory: root, parent, label, prepare: true } }
  at.call(call, (outcome) => {
    world.count(isFailure(outcome) ? `services not joined: ${outcome.code}` : 'services joined')
    if (!isFailure(outcome) && at.alive) write(at, root, moveRoot(parent, label, random))
  })
}

/** NewRoot, as the library does it: the directory first, then the record in the old root. Now and then nobody comes to that. */
function putAbove({ world, directories, made, write, newDirectoryId }: Growing, at: SimServer, root: DirectoryId, random: Random): void {
  const directory = newDirectoryId()
  const label = random.pick(['DEC', 'Digital'])
  const { visible } = at.copyOf(root)!
  const { rank } = inSNOf(visible) ?? { rank: 0 }
  const former = wellKnownDirectories(visible).map((each): [DirectoryId, Label] => [each, nameBelow([label, ...(wellKnownIn(visible, each) ?? [])])])
  const reference = allNew([[label, referenceTree(root, [], rank)]]) as Branch[]
  const branches = firstChange('ANSI', rootSelf(rankAbove(rank), [[root, label], ...former]), reference)
  directories.push(directory)
  world.count('new roots made')
  const call: Call = { type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: made(at, directory, branches) } }
  at.call(call, (outcome) => {
    if (!isFailure(outcome) && at.alive && !random.chance(0.1)) write(at, root, moveRoot(directory, label, random))
  })
}

const nameBelow = (labels: Label[]): Label => formatName({ from: '.', up: 0, labels })

/** The root of the tree in which a directory is, by what copies say. */
export function rootOf(world: World, directory: DirectoryId): DirectoryId {
  let at = directory
  for (let height = 0; height < 64; height++) {
    const copy = ruling(world, at)[0]?.copy
    const parent = copy && effectiveParent(copy)?.parent
    if (parent === undefined) return at
    at = parent
  }
  return at
}

/** A directory's name from a root, by what copies say; null when it is not below it. */
export function pathBelow(world: World, root: DirectoryId, directory: DirectoryId): Label[] | null {
  const labels: Label[] = []
  for (let at = directory; at !== root; ) {
    const copy = ruling(world, at)[0]?.copy
    const parent = copy && effectiveParent(copy)
    if (parent === undefined || labels.length > 16) return null
    labels.unshift(parent.label)
    at = parent.parent
  }
  return labels
}

const ROUNDS = 8

/** All is quiet: services that are apart still are joined; then every server is of the one root. Answers it. */
export function allJoined(growing: Growing, random: Random): DirectoryId {
  const { world } = growing
  const roots = (): DirectoryId[] => [...new Set(world.servers.map(({ server }) => server.root).filter((root) => root !== null).map((root) => rootOf(world, root)))]
  const knowIt = (root: DirectoryId | undefined): boolean => world.servers.every(({ gone, server }) => gone !== null || server.root === root)
  for (let round = 0; round < ROUNDS && (roots().length > 1 || !knowIt(roots()[0])); round++) {
    const [first, second] = roots()
    const at = second === undefined ? undefined : ruling(world, second)[0]?.at
    const isOpen = second !== undefined && world.copies(second).some(({ copy }) => pendingIn(copy).length > 0)
    if (at !== undefined && !isOpen) joinService(growing, at, second!, first!, random)
    world.pass(200_000)
  }
  const [root, other] = roots()
  if (other !== undefined) throw new Accusation('D3', `there are two roots in the end, ${root} and ${other}`)
  return root!
}

/** O2: what was to be a root above another, and lost against a rival, is below the one that the other has: that of a service, perhaps, to which no server belongs any more. */
export function rivalsYielded(world: World, directories: readonly DirectoryId[]): void {
  for (const directory of directories) {
    const copy = ruling(world, directory)[0]?.copy
    const lost = copy === undefined ? [] : backReferences(copy.visible).filter(({ ofRoot, verdict }) => ofRoot && verdict === 'void')
    for (const { parent } of lost) if (rootOf(world, parent) !== rootOf(world, directory) && world.copies(parent).length > 0) throw new Accusation('O2', `${parent} was to be the root above ${directory}, and is not below ${rootOf(world, directory)}`)
    if (lost.length > 0) world.notice('of rival new roots the later was void')
  }
}

/** O1: one root, which every server knows; and from every server every name that was a root's leads to that directory. */
export function formerNamesGoOn(world: World, root: DirectoryId): void {
  const former = [...new Set(world.servers.flatMap(({ server }) => [...server.formerRoots, server.root]))].filter((each) => each !== null)
  for (const { name, server, gone } of world.servers) if (gone === null && server.root !== root && !server.removed) throw new Accusation('O1', `${name} believes that the root is ${server.root}, and it is ${root}`)
  for (const each of former) if (each !== root) world.judge('O1', () => tableLeadsTo(world, root, each))
  for (const each of former) for (const at of world.servers) if (!at.server.removed) ask(world, at, each)
  world.pass(60_000)
}

/** "It can consult the well-known table and replace the FN's DI with a path that starts at the root itself." */
function tableLeadsTo(world: World, root: DirectoryId, directory: DirectoryId): void {
  const copies = new Map([...world.database.directories.keys()].flatMap((each) => ruling(world, each).slice(0, 1).map(({ copy }): [DirectoryId, DirectoryCopy] => [each, copy])))
  const labels = wellKnownIn(copies.get(root)!.visible, directory)
  const end = labels === null ? undefined : follow(world, copies, { from: root, up: 0, labels })
  if (end !== directory) throw new Accusation('O1', `the table of the root ${root} says of ${directory}, a root of former times, that it is ${labels === null ? 'nowhere' : `/${formatPath(labels)}`}, which leads to ${end}`)
}

function ask(world: World, at: SimServer, directory: DirectoryId): void {
  at.call({ type: 'lookup', name: { from: directory, up: 0, labels: [] }, entity: null }, (outcome) => {
    world.count('names of former roots looked up')
    const found = isFailure(outcome) ? outcome.code : (outcome as Found).directory
    world.judge('O1', () => {
      if (found !== directory) throw new Accusation('O1', `from ${at.name} the name #${directory}, of a root of former times, leads to ${found}`)
    })
  })
}
