/**
 * "Directories are expected to cache their names from the root, so that a lookup which encounters a server storing the SRC
 * directory need not find one that stores ANSI" (SPEC §12). Where cleanup finds that the reference to a directory stored
 * here may be cached, it is kept, and so are those above it, as far up as they may be.
 */
import { askAnywhere } from '../errands'
import { isFailure, type Failure } from '../errors'
import { MAX_PATH_LABELS, type DirectoryId, type Label } from '../names'
import type { Outcomes, ReadOutcome, TrailStep } from '../requests'
import type { Server, Turn } from '../server'
import { labelsIn } from '../values/readValue'
import { recall, remember } from './nameCache'
import { whomToAsk } from './reference'

/** An arc by the word of the directory that it leads to; `height` arcs above the one that is stored here. */
interface OwnArc {
  parent: DirectoryId
  label: Label
  child: DirectoryId
  height: number
}

/** The directory that the way up has come to names its `parent`; or the reference to it there is `read`. */
export type OwnNameStep = { type: 'parent'; child: DirectoryId; height: number } | ({ type: 'read' } & OwnArc)

/** The reference to a directory was read in its parent: it is kept if it may be cached, and the next one above is looked at. */
export function learnOwnName(turn: Turn, { parent, label, child, height }: OwnArc, { asOf, server, validUntil }: ReadOutcome): void {
  if (validUntil === null || turn.server.copies.get(parent)?.state === 'active') return
  remember(turn.server.names, [{ directory: parent, label, found: 'directory', to: child, server, asOf, validUntil, cached: false, ownName: true }])
  if (parent === turn.server.root || height >= MAX_PATH_LABELS) return
  askAnywhere(turn, whomToAsk(turn.server, parent), { type: 'parent', directory: parent }, { type: 'ownName', step: { type: 'parent', child: parent, height: height + 1 } })
}

export function onOwnName(turn: Turn, step: OwnNameStep, outcome: object | Failure): void {
  if (isFailure(outcome)) return
  if (step.type === 'parent') {
    const { parent, label } = outcome as Outcomes['parent']
    if (parent === null || label === null) return
    askAnywhere(turn, whomToAsk(turn.server, parent), { type: 'read', directory: parent, path: [label, 'DR', 'DI'], form: 'tree', after: null }, { type: 'ownName', step: { ...step, type: 'read', parent, label } })
  } else {
    const read = outcome as ReadOutcome
    if (labelsIn(read.tree ?? undefined)[0] === step.child) learnOwnName(turn, step, read)
  }
}

/** The arcs known here that lead down a name to a directory stored here; none when they do not. */
export function wayHere({ names, copies, latest }: Server, directory: DirectoryId, labels: readonly Label[]): TrailStep[] {
  const way: TrailStep[] = []
  for (const label of labels) {
    const step = recall(names, way.at(-1)?.to as DirectoryId | undefined ?? directory, label, latest)
    if (step?.found !== 'directory') return []
    way.push(step)
    if (copies.get(step.to as DirectoryId)?.state === 'active') return way
  }
  return []
}
