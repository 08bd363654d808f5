/**
 * M6, W5 at the copy that accepts a change: a directory that is withdrawn takes nothing new; it closes, for good, at its only
 * copy, in one step, once the withdrawal is older than F and nothing is there, or may come; its name goes in one update with
 * what is left of it. What was removed is named nowhere again.
 */
import { CLOSING } from '../labels'
import { isSealed, type DirectoryCopy } from '../copies/directoryCopy'
import { isFrozen } from '../copies/exclusion'
import { isWithdrawn } from '../copies/withdrawn'
import { failure, type Failure } from '../errors'
import { shown, type DirectoryId, type Label } from '../names'
import type { Change } from '../requests'
import { shortName } from '../server'
import { isoTime, millisecondsOf } from '../timestamp'
import type { Branch, Intent } from '../values/intent'
import type { Tree } from '../values/readValue'
import { visibleAt, type ValueTree } from '../values/valueTree'
import { announcedIn, childIn } from './children'
import { draft } from './draft'
import { goneIn, goneLabel } from './gone'
import { directoryIn, effectiveParent, pendingIn } from '../entries/parents'
import { namedBy } from './reference'
import { inSNOf, labelsAt, WITHDRAWN } from '../entries/serverEntry'

/** Below `./Closing`: from then on the directory is removed, whatever happens. */
export const CLOSED = 'Closed'

export const isClosed = ({ visible }: Pick<DirectoryCopy, 'visible'>): boolean => visibleAt(visible, ['.', CLOSING, CLOSED]) !== undefined

/** What stands in a directory that is to be removed. */
export function contentsFault({ directory, visible }: DirectoryCopy): Failure | null {
  const labels = labelsAt(visible, []).filter((label) => label !== '.')
  if (labels.length === 0) return null
  const some = labels.slice(0, 5).map(shown).join(', ')
  return failure('NotEmpty', { name: `#${directory}`, reason: `it holds ${some}${labels.length > 5 ? ` and ${labels.length - 5} more` : ''}`, next: 'Delete or move what is in it first' })
}

/** Why a directory cannot be removed, as far as its own copy knows; announcements aside. */
export function removabilityFault(copy: DirectoryCopy): Failure | null {
  const { directory, visible, ring, pointer, excluded } = copy
  const name = `#${directory}`
  const unstable = (reason: string): Failure => failure('NotStable', { what: `The removal of ${name}`, reason, name })
  if (effectiveParent(copy) === undefined) return failure('BadRequest', { reason: `${name} is a root, which is not removed` })
  if (ring.length > 1 || pointer.copy !== copy.id) return failure('MoreCopies', { name, size: String(Math.max(2, ring.length)), tried: ring.map((member) => shortName(member.name)).join(', ') })
  if (isSealed(copy)) return unstable('a new epoch of it is being made')
  if (isFrozen(excluded)) return unstable(`copies that an epoch left out may come back with what they have: ${excluded.filter(({ abandoned }) => !abandoned).map((each) => shortName(each.name)).join(', ')}`)
  if (inSNOf(visible) !== null) return failure('WouldBreak', { what: `Removing ${name}`, rule: 'S1', reason: 'servers are named in it, or may be', next: 'Take InSN from it with setInSN first' })
  const [open] = pendingIn(copy)
  return open === undefined ? contentsFault(copy) : failure('MovePending', { name, to: open.label, reason: 'a directory that moves is not removed' })
}

export function removalFault(copy: DirectoryCopy, intent: Intent): Failure | null {
  const { procedure, branches } = intent
  if (procedure === 'removeD') return branches.map((branch) => (branch[0] === '.' ? ownFault(copy, branch) : nameFault(copy.visible, branch, goneBy(branches)))).find((fault) => fault !== null) ?? null
  if (isWithdrawn(copy) && branches.some(makesPresent)) return failure('Withdrawn', { name: `the directory #${copy.directory}` })
  for (const directory of procedure === 'reference' || procedure === 'announce' ? branches.flatMap(comersIn) : []) {
    const gone = visibleAt(copy.visible, ['.', goneLabel(directory)])
    if (gone !== undefined) return failure('DirectoryRemoved', { name: `#${directory}`, from: isoTime(millisecondsOf(gone.ts)) })
  }
  return null
}

/** A step of a removal in what a directory says of itself: its withdrawal, or what is left of others. */
function ownFault(copy: DirectoryCopy, [, incarnation, below]: Branch): Failure | null {
  const fits = incarnation !== null && typeof below !== 'boolean'
  for (const branch of fits ? below : []) {
    const fault = branch[0] === CLOSING ? withdrawalFault(copy, branch) : (goneIn(branch[0]) !== null && !removes(branch)) || (childIn(branch[0]) !== null && !makesPresent(branch)) ? null : reserved(branch[0])
    if (fault !== null) return fault
  }
  return fits ? null : reserved('.')
}

function withdrawalFault(copy: DirectoryCopy, [, incarnation, below]: Branch): Failure | null {
  if (below === false) return isClosed(copy) ? failure('Superseded', { name: `the directory #${copy.directory}` }) : null
  const fault = removabilityFault(copy)
  if (fault !== null || below === true) return fault
  const [first] = announcedIn(copy.visible)
  if (first !== undefined) return failure('NotEmpty', { name: `#${copy.directory}`, reason: `#${first.child} lies in it, or may come`, next: 'Repeat the removal' })
  const isStable = incarnation !== null && incarnation < copy.stableMark
  return isStable ? null : failure('NotStable', { what: `The removal of #${copy.directory}`, reason: 'its withdrawal is not known to all', name: `#${copy.directory}` })
}

/** The reference goes, and nothing else that stands there. */
function nameFault(tree: ValueTree, [label, incarnation, below]: Branch, gone: ReadonlySet<DirectoryId | null>): Failure | null {
  const named = namedBy(tree, label)
  const isIts = named?.type === 'directory' && gone.has(named.directory)
  const fits = below === false ? goesWhole(tree, label) : incarnation !== null && below !== true && below.every(([second, , mark]) => second === 'DR' && mark === false)
  return isIts && fits ? null : failure('Superseded', { name: shown(label) })
}

const reserved = (label: Label): Failure => failure('Reserved', { name: `./${shown(label)}`, procedure: 'newD and removeD' })

/** Whether nothing but the reference stands under a label, and what is said of that. */
const goesWhole = (tree: ValueTree, label: Label): boolean => labelsAt(tree, [label]).every((second) => second === 'DR' || second === 'TX' || second === WITHDRAWN)

/** Draws up announcements; of those that are over, only what is there goes. */
export const draftAnnouncement = (tree: ValueTree, change: Change): Branch[] | Failure =>
  draft(tree, { ...change, tree: typeof change.tree === 'object' ? change.tree.filter(([label, mark]) => mark !== false || visibleAt(tree, ['.', label]) !== undefined) : change.tree })

/** Draws up a step of a removal: in the parent, what is left comes in one update with the reference going. */
export function draftRemoval(tree: ValueTree, change: Change): Branch[] | Failure {
  const left = typeof change.tree === 'object' ? change.tree : []
  const directories = new Set(left.flatMap(([label]) => goneIn(label) ?? []))
  if (directories.size === 0) return draft(tree, change)
  const announced = announcedIn(tree).filter(({ child }) => directories.has(child))
  const references = labelsAt(tree, []).filter((label) => directories.has(referenceAt(tree, label)!))
  const self: Tree = [...left, ...announced.map(({ label }): [Label, Tree] => [label, false])]
  const names = references.map((label): [Label, Tree] => [label, goesWhole(tree, label) ? false : [['DR', false]]])
  return draft(tree, { ...change, under: { labels: [], incarnations: null }, tree: [['.', self], ...names] })
}

function referenceAt(tree: ValueTree, label: Label): DirectoryId | null {
  const named = namedBy(tree, label)
  return named?.type === 'directory' ? named.directory : null
}

const goneBy = (branches: readonly Branch[]): ReadonlySet<DirectoryId | null> => new Set(labelsBelow(branches, '.').map(([label]) => goneIn(label)))

/** Directories that a change makes lie here: by a reference, or by announcing it. */
function comersIn([label, , below]: Branch): DirectoryId[] {
  const inside = typeof below === 'boolean' ? [] : below
  if (label === '.') return inside.flatMap((branch) => (makesPresent(branch) ? (childIn(branch[0]) ?? []) : []))
  return labelsBelow(labelsBelow(inside, 'DR'), 'DI').flatMap((branch) => (makesPresent(branch) ? (directoryIn(branch[0]) ?? []) : []))
}

function labelsBelow(branches: readonly Branch[], label: Label): readonly Branch[] {
  const found = branches.find(([each]) => each === label)?.[2]
  return found === undefined || typeof found === 'boolean' ? [] : found
}

const makesPresent = ([, , below]: Branch): boolean => (typeof below === 'boolean' ? below : below.some(makesPresent))
const removes = ([, , below]: Branch): boolean => (typeof below === 'boolean' ? !below : below.some(removes))
