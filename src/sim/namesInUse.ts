/**
 * M4: "a name in use leads there at every instant". Once F of a directory has passed a reference, every copy has it [F1]; from then
 * on the name leads there from each of them, whatever moves: by reference, or by links through copies that all agree on the way.
 */
import type { DirectoryCopy, Epoch } from '../core/copies/directoryCopy'
import type { Found } from '../core/directories/lookup'
import { goneIn } from '../core/directories/gone'
import { linkTarget, namedBy } from '../core/directories/reference'
import { directoryNamed } from '../core/entries/named'
import { explain, isFailure, type ErrorCode } from '../core/errors'
import type { DirectoryId, FullName, Label } from '../core/names'
import type { UpdateSet } from '../core/values/intent'
import { visibleChildren } from '../core/values/valueTree'
import { ruling, rulingEpoch } from './checkers'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

interface InUse {
  parent: DirectoryId
  label: Label
  directory: DirectoryId
}

/** Names that must lead where they do, whatever happens meanwhile. */
export interface NamesInUse {
  /** Null when there is none. */
  pick: (random: Random) => InUse | null
  isInUse: (name: InUse) => boolean
  /** Some copy still has it lead by a name that a person took away. */
  leadsByEnded: (name: InUse) => boolean
}

export function watchNames(world: World): NamesInUse {
  const names = new Map<string, InUse>()
  /** What was a name, until a person gave it to something else, or its directory was removed: other copies hear of that later. */
  const ended = new Set<string>()
  /** The epoch of each directory: who begins another one decides what its names are. */
  const epochs = new Map<DirectoryId, Epoch>()
  world.observers.push({
    stepped: (server, _input, { save }) => {
      const absorbed = save.flatMap((each) => ('copy' in each && each.change.type === 'absorbed' ? [{ parent: each.directory, sets: each.change.sets }] : []))
      const begins = save.some((each) => 'copy' in each && each.change.type === 'fields' && each.change.fields.epoch !== undefined && epochs.get(each.directory) !== each.change.fields.epoch)
      if (begins) {
        for (const each of save) if ('copy' in each && each.change.type === 'fields' && each.change.fields.epoch !== undefined) epochs.set(each.directory, each.change.fields.epoch)
        names.clear()
      }
      for (const each of save) if ('copy' in each && each.change.type === 'fields' && each.change.fields.stableMark !== undefined) enter(world, names, ended, server.copyOf(each.directory))
      const changed = absorbed.filter(({ sets }) => sets.some(({ intent }) => intent.branches.some(([label]) => label !== '.')))
      if (changed.length === 0) return
      for (const { parent, sets } of changed) for (const set of sets) for (const label of endedBy(set)) ended.add(`${parent} ${label}`)
      for (const directory of absorbed.flatMap(({ sets }) => sets.flatMap(removedBy))) ended.add(directory)
      for (const [key, { directory }] of names) if (ended.has(key) || ended.has(directory)) names.delete(key)
      for (const name of names.values()) world.judge('M4', () => leadsThere(world, ended, name))
    },
    // With what was not durable F may have gone back behind a reference.
    crashed: () => {
      for (const [key, name] of names) if (!world.copies(name.parent).some(({ copy }) => isStable(copy, name))) names.delete(key)
    },
  })
  return {
    pick: (random) => (names.size === 0 ? null : random.pick([...names.values()])),
    isInUse: ({ parent, label, directory }) => names.get(`${parent} ${label}`)?.directory === directory,
    leadsByEnded: ({ parent, label }) => {
      const led: Led = { arcs: new Map(), byEnded: false }
      ends(world, ended, { from: parent, up: 0, labels: [label] }, led)
      return led.byEnded
    },
  }
}

/**
 * Somebody looks a name in use up, by the lookup that everybody uses. It leads there; that copies could not be asked is an answer, too,
 * and one that an epoch has left out, without knowing it, answers for itself. A stranger may answer who knows nobody else to ask.
 */
export function lookUpInUse(world: World, { pick, isInUse, leadsByEnded }: NamesInUse, at: SimServer, random: Random): void {
  const name = pick(random)
  if (name === null) return
  const { parent, label, directory } = name
  at.call({ type: 'lookup', name: { from: parent, up: 0, labels: [label] }, entity: null }, (outcome) => {
    world.count(isFailure(outcome) ? `names in use not found: ${outcome.code}` : 'names in use looked up')
    const isSplit = world.servers.some(({ server }) => [...server.copies.values()].some((copy) => copy.state !== 'active' || world.unsound.has(copy.id) || copy.epoch !== rulingEpoch(world, copy.directory)))
    if (isSplit || world.misled.has(at.id) || !isInUse(name) || leadsByEnded(name)) return
    world.judge('M4', () => {
      const why = isFailure(outcome) ? (misleading.has(outcome.code) ? explain(outcome) : null) : (outcome as Found).directory === directory ? null : `it led to ${(outcome as Found).directory.slice(0, 4)}`
      if (why !== null) throw new Accusation('M4', `${label} in ${parent.slice(0, 4)}, a name of ${directory.slice(0, 4)} that is in use, was looked up at ${at.name}: ${why}`)
    })
  })
}

/** What a lookup says that was answered. */
const misleading: ReadonlySet<ErrorCode> = new Set(['NotFound', 'LinkLoop', 'BadName', 'NotADirectory'])

function isStable({ base }: DirectoryCopy, { label, directory }: InUse): boolean {
  const named = namedBy(base, label)
  return named?.type === 'directory' && named.directory === directory
}

/** Names that a person gave to something else, or took away. */
const endedBy = ({ intent }: UpdateSet): Label[] => (intent.procedure === 'reference' ? [] : intent.branches.filter(([label, incarnation, below]) => label !== '.' && (incarnation === null || below === false)).map(([label]) => label))

/** A directory that was removed has no name any more. */
const removedBy = ({ intent }: UpdateSet): DirectoryId[] => intent.branches.flatMap(([label, , below]) => (label === '.' && typeof below !== 'boolean' ? below.flatMap(([inside]) => goneIn(inside) ?? []) : []))

/** The base of a copy is what F has passed. */
function enter(world: World, names: Map<string, InUse>, ended: ReadonlySet<string>, copy: DirectoryCopy | undefined): void {
  // What one side of a split has is decided by the other, when they meet.
  if (copy?.state !== 'active' || copy.epoch !== rulingEpoch(world, copy.directory)) return
  const { directory: parent, base } = copy
  for (const [label] of visibleChildren(base.root)) {
    const directory = directoryNamed(base, label)
    if (directory === undefined || directoryNamed(copy.visible, label) !== directory) continue
    const hasEnded = ended.has(`${parent} ${label}`) || ended.has(directory)
    if (!hasEnded && !isLostToAnother(world, parent, label, directory)) names.set(`${parent} ${label}`, { parent, label, directory })
  }
}

/** M6: of two directories created under one name the later keeps it, and some copy has its reference already. */
const isLostToAnother = (world: World, parent: DirectoryId, label: Label, directory: DirectoryId): boolean =>
  ruling(world, parent).some(({ copy }) => {
    const named = namedBy(copy.visible, label)
    return named?.type === 'directory' && named.directory !== directory
  })

function leadsThere(world: World, ended: ReadonlySet<string>, { parent, label, directory }: InUse): void {
  for (const end of ends(world, ended, { from: parent, up: 0, labels: [label] }, { arcs: new Map(), byEnded: false })) {
    if (end.directory !== directory) throw new Accusation('M4', `${label} in ${parent.slice(0, 4)}, a name of ${directory.slice(0, 4)} that is in use, ${end.directory === null ? `leads nowhere: ${end.why}` : `leads to ${end.directory.slice(0, 4)}`}`)
  }
}

interface End {
  directory: DirectoryId | null
  why: string
}

/** Where each label of a directory may lead, as far as it is known: each is followed once. And whether one of them was taken away. */
interface Led {
  arcs: Map<string, End[]>
  byEnded: boolean
}

/** Where a name may lead, whichever copies are asked on the way. */
function ends(world: World, ended: ReadonlySet<string>, { from, labels }: FullName, led: Led): End[] {
  let at: End[] = [{ directory: from as DirectoryId, why: '' }]
  for (const label of labels) {
    const next = at.flatMap((each) => (each.directory === null ? [each] : arcs(world, ended, each.directory, label, led)))
    at = [...new Map(next.map((each) => [each.directory ?? each.why, each])).values()]
  }
  return at
}

/** A name that a person gave to something else, or took away, leads on no more, and what led on by it neither. */
function arcs(world: World, ended: ReadonlySet<string>, directory: DirectoryId, label: Label, led: Led): End[] {
  const key = `${directory} ${label}`
  const known = led.arcs.get(key)
  led.byEnded ||= ended.has(key)
  if (known !== undefined || ended.has(key)) return known ?? []
  led.arcs.set(key, [{ directory: null, why: `${label} in ${directory.slice(0, 4)} leads round and round` }])
  const found = ruling(world, directory)
    .filter(({ copy }) => !world.unsound.has(copy.id))
    .flatMap(({ at, copy }): End[] => {
      const named = namedBy(copy.visible, label)
      if (named?.type === 'directory') return [{ directory: named.directory, why: '' }]
      const target = named?.type === 'link' ? linkTarget(world.servers[0]!.server, directory, named.to) : null
      if (target !== null) return ends(world, ended, target, led)
      return [{ directory: null, why: `${label} in ${directory.slice(0, 4)} is ${named === null ? 'nothing' : `a ${named.type}`} at ${at.name}` }]
    })
  led.arcs.set(key, found)
  return found
}
