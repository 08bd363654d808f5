/**
 * What follows, from state and repeatably, when a directory that was a root, or in which servers are named, has a new place:
 * the root's table tells where each root of former times is [O1]; the announcement at the parent goes, for the reference
 * says it now [S1]; and a server with a shorter name takes a copy [S2].
 */
import { WELL_KNOWN } from '../labels'
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { isFailure, type Failure } from '../errors'
import { formatName, labelFault, MAX_PATH_LABELS, type DirectoryId, type Label } from '../names'
import { begin, change, finish, read, request, type Begun } from '../procedure'
import type { CopyState, Outcomes, ReadOutcome } from '../requests'
import type { Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { backReferences, effectiveParent, madeAsRoot } from '../entries/parents'
import { whomToAsk } from './reference'
import { hasShorter, shorterIn } from './rank'
import { BELOW, inSNOf } from '../entries/serverEntry'
import { wellKnownDirectories, wellKnownIn } from './wellKnown'

export interface Placed extends Begun {
  type: 'placed'
  directory: DirectoryId
  /** Its name as far as it is known: labels down from `root`. */
  root: DirectoryId
  path: Label[]
}

/** The way to the root is `climbed`, what its table says `looked` up, and `told`; the announcement at the parent is read (`coming`) and `taken` away; who stores the parent is asked (`above`), and one of them takes a copy (`joined`). */
export type PlacedStep = 'climbed' | 'looked' | 'told' | 'coming' | 'taken' | 'above' | 'joined'

/** Whether anything may follow: most directories were born in a parent, and no servers are named in them. */
export const concernsOthers = (copy: DirectoryCopy): boolean => effectiveParent(copy) !== undefined && (madeAsRoot(copy) || (inSNOf(copy.visible) !== null && backReferences(copy.visible).length > 1))

export function beginPlaced(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const { directory } = copy
  const { parent, label } = effectiveParent(copy)!
  const placed = begin<Placed>(turn, caller, { type: 'placed', directory, root: parent, path: [label] }, (other) => other.type === 'placed' && other.directory === directory)
  if (placed === null) return
  if (madeAsRoot(copy)) climb(turn, placed)
  else announced(turn, placed, copy)
}

const climb = (turn: Turn, placed: Placed): void => request(turn, placed, 'climbed', whomToAsk(turn.server, placed.root), { type: 'parent', directory: placed.root })

export function onPlaced(turn: Turn, placed: Placed, step: PlacedStep, outcome: object | Failure): void {
  const copy = turn.server.copies.get(placed.directory)
  // Somebody else asked it before.
  if (step === 'joined' && isFailure(outcome) && outcome.code === 'CopyExists') return finish(turn, placed, { directory: placed.directory })
  if (isFailure(outcome) || copy?.state !== 'active') return finish(turn, placed, outcome)
  switch (step) {
    case 'climbed':
      return onClimbed(turn, placed, outcome as Outcomes['parent'])
    case 'looked':
      return onLooked(turn, placed, copy, outcome as ReadOutcome)
    case 'told':
      return announced(turn, placed, copy)
    case 'coming': {
      const { labels, server: at } = outcome as ReadOutcome
      if (labels?.includes(placed.directory) !== true) return lookForShorter(turn, placed, copy)
      return change(turn, placed, 'taken', [at], effectiveParent(copy)!.parent, 'setInSN', ['.', 'InSN', BELOW], [[placed.directory, false]])
    }
    case 'taken':
      return lookForShorter(turn, placed, copy)
    case 'above':
      return onAbove(turn, placed, copy, outcome as CopyState)
    case 'joined':
      return finish(turn, placed, { directory: placed.directory })
  }
}

function onClimbed(turn: Turn, placed: Placed, { parent, label }: Outcomes['parent']): void {
  if (parent === null || label === null || placed.path.length >= MAX_PATH_LABELS) return read(turn, placed, 'looked', whomToAsk(turn.server, placed.root), placed.root, ['.', WELL_KNOWN])
  placed.path.unshift(label)
  placed.root = parent
  climb(turn, placed)
}

/** O1: its own entry is turned to where it is now; those that it had as a root are entered where they are missing. */
function onLooked(turn: Turn, placed: Placed, copy: DirectoryCopy, { tree, server: at }: ReadOutcome): void {
  const { directory, path } = placed
  const wrong = [entryFor(tree, directory, path, true), ...wellKnownDirectories(copy.visible).map((each) => entryFor(tree, each, [...path, ...(wellKnownIn(copy.visible, each) ?? [])], false))].filter((entry) => entry !== null)
  if (wrong.length === 0) announced(turn, placed, copy)
  else change(turn, placed, 'told', [at], placed.root, 'reference', ['.', WELL_KNOWN], wrong)
}

/** What is to change under one DI of the table; null where nothing is: it is right, or another directory's own affair. */
function entryFor(table: Tree | null, directory: DirectoryId, path: Label[], isOwn: boolean): readonly [Label, Tree] | null {
  const stands = labelsIn(below(table, [directory]))
  const name = formatName({ from: '.', up: 0, labels: path })
  // A name that is too long for a label: what stands there leads on by links.
  if (labelFault(name) !== null || (stands.length > 0 && !isOwn) || (stands.length === 1 && stands[0] === name)) return null
  return [directory, [...stands.filter((each) => each !== name).map((each): [Label, Tree] => [each, false]), [name, true]]]
}

function announced(turn: Turn, placed: Placed, copy: DirectoryCopy): void {
  const { parent } = effectiveParent(copy) ?? {}
  if (parent === undefined || inSNOf(copy.visible) === null) return finish(turn, placed, { directory: placed.directory })
  request(turn, placed, 'coming', whomToAsk(turn.server, parent), { type: 'read', directory: parent, path: ['.', 'InSN', BELOW], form: 'labels', after: null })
}

/** S2: so that the names of its servers can be looked up without it. */
function lookForShorter(turn: Turn, placed: Placed, copy: DirectoryCopy): void {
  const { parent } = effectiveParent(copy) ?? {}
  const inSN = inSNOf(copy.visible)
  if (parent === undefined || inSN === null || hasShorter(turn.server, copy, inSN.rank)) return finish(turn, placed, { directory: placed.directory })
  request(turn, placed, 'above', whomToAsk(turn.server, parent), { type: 'state', directory: parent })
}

function onAbove(turn: Turn, placed: Placed, copy: DirectoryCopy, { ring }: CopyState): void {
  const { server } = turn
  const rank = inSNOf(copy.visible)?.rank ?? Number.NEGATIVE_INFINITY
  const shorter = shorterIn(server, ring, rank).map((member) => member.server)
  const [joiner] = [...shorter.filter((each) => server.peers.has(each)), ...shorter].filter((each) => each !== server.id)
  if (joiner === undefined) return finish(turn, placed, { directory: placed.directory })
  request(turn, placed, 'joined', [joiner], { type: 'join', directory: placed.directory, from: copy.ring.map((member) => member.server).slice(0, 64) })
}
