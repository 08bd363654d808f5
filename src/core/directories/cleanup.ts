/**
 * M4, M6, R9: after a change at one server, cleanup propagates its consequences; from state, by any copy, repeatable.
 *
 * Back-references in the child are primary, the reference in the parent follows: this procedure reads what the parent says
 * under the child's name, and writes the reference when it is missing, corrects the servers it lists, or takes another
 * name when somebody else holds this one.
 */
import { answer, waitWith, type Caller } from '../caller'
import { schedule } from '../agenda'
import { ringText } from '../copies/spread'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { ask, originateAsServer } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import { labelFault, utf8Length, type DirectoryId, type Label, type ServerId } from '../names'
import type { Change, Drafted, ReadOutcome } from '../requests'
import { happened, type Turn } from '../server'
import type { Timestamp } from '../timestamp'
import type { Tree } from '../values/readValue'
import { learnOwnName } from './ownNames'
import { inSNOf } from './serverEntry'
import { candidatesFor, childStoredHere, effectiveParent, namedBy, referenceTree, type BackReference } from './reference'

/** `read` what the parent says, `draft` the change, `submit` it; then read again. */
export type CleanupStep = 'read' | 'draft' | 'submit'

export interface Cleanup {
  parent: BackReference
  /** The directory that the drafted change is for: the parent, or the child itself when it takes another name. */
  changing: DirectoryId
  rounds: number
  /** Who created the directory and waits until it has its name. */
  callers: Caller[]
}

const MAX_ROUNDS = 6
const TRY_AGAIN = 10_000
/** The name may be lost to another directory that was created under it elsewhere [M6]. */
const LOOK_AGAIN = 300_000
/** The parent's copies tell each other first. */
const AFTER_CONNECTION = 5000

/** After a connection: while it was missing, another directory may have been created under this one's name. */
export function lookAtNameSoon(turn: Turn, copy: DirectoryCopy): void {
  const { agenda } = turn.server
  const at = turn.now + AFTER_CONNECTION
  if (effectiveParent(copy) !== undefined && (agenda.times.get(`cleanup ${copy.directory}`) ?? at) >= at) schedule(agenda, `cleanup ${copy.directory}`, at)
}

/** M6: a reference that arrived may say that another directory holds the name of one stored here: looked at, at once. */
export function onNamesChanged(turn: Turn, parent: DirectoryId, labels: readonly Label[]): void {
  const tree = turn.server.copies.get(parent)?.visible
  for (const label of tree === undefined ? [] : labels) {
    const named = namedBy(tree!, label)
    const child = named?.type === 'directory' ? childStoredHere(turn.server, parent, label) : undefined
    if (child !== undefined && named?.type === 'directory' && named.directory !== child.directory) schedule(turn.server.agenda, `cleanup ${child.directory}`, turn.now)
  }
}

export function beginCleanup(turn: Turn, copy: DirectoryCopy, caller: Caller | null = null): void {
  const running = turn.server.cleanups.get(copy.directory)
  if (running !== undefined) {
    if (caller !== null) waitWith(turn, running.callers, caller)
    return
  }
  const parent = effectiveParent(copy)
  const callers = caller === null ? [] : [caller]
  if (copy.state !== 'active') {
    for (const each of callers) answer(turn, each, failure('NoCopyHere', { server: turn.server.name, directory: copy.directory }))
    return
  }
  if (parent === undefined) {
    turn.server.referenced.set(copy.directory, ringText(copy))
    for (const each of callers) answer(turn, each, { copy: copy.id, label: null })
    return
  }
  const cleanup: Cleanup = { parent, changing: parent.parent, rounds: 0, callers }
  turn.server.cleanups.set(copy.directory, cleanup)
  readParent(turn, copy, cleanup)
}

function readParent(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup): void {
  const { parent, label } = (cleanup.parent = effectiveParent(copy) ?? cleanup.parent)
  const candidates = candidatesFor(turn.server, parent)
  ask(turn, candidates.length > 0 ? candidates : [...turn.server.peers.keys()], { type: 'read', directory: parent, path: [label, 'DR'], form: 'tree', after: null }, { type: 'cleanup', directory: copy.directory, step: 'read' })
}

export function onCleanup(turn: Turn, directory: DirectoryId, step: CleanupStep, outcome: object | Failure): void {
  const cleanup = turn.server.cleanups.get(directory)
  const copy = turn.server.copies.get(directory)
  if (cleanup === undefined || copy === undefined) return
  if (isFailure(outcome)) {
    const isRace = outcome.code === 'Superseded' && cleanup.rounds++ < MAX_ROUNDS
    if (isRace) readParent(turn, copy, cleanup)
    else end(turn, copy, cleanup, outcome)
  } else if (step === 'read') onParentRead(turn, copy, cleanup, outcome as ReadOutcome)
  else if (step === 'draft') onDrafted(turn, copy, cleanup, outcome as Drafted)
  else if (++cleanup.rounds < MAX_ROUNDS) readParent(turn, copy, cleanup)
  else end(turn, copy, cleanup, failure('Superseded', { name: cleanup.parent.label }))
}

function onParentRead(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, outcome: ReadOutcome): void {
  const { tree, snapshot, server: at } = outcome
  const { parent, label } = cleanup.parent
  // A server whose name is no label stands in no reference.
  const names = copy.ring.map((member) => member.name).filter((name) => labelFault(name) === null)
  const draft = (changing: DirectoryId, servers: ServerId[], labels: Label[], incarnations: Timestamp[] | null, wanted: Tree): void => {
    cleanup.changing = changing
    const change: Change = { procedure: 'reference', under: { labels, incarnations }, tree: wanted, replace: false }
    ask(turn, servers, { type: 'draft', directory: changing, change }, { type: 'cleanup', directory: copy.directory, step: 'draft' })
  }
  if (snapshot.path.length === 0) return draft(parent, [at], [label], null, referenceTree(copy.directory, names, inSNOf(copy.visible) !== null))
  const reference = new Map(Array.isArray(tree) ? (tree as [Label, Tree][]) : [])
  if (onlyLabel(reference.get('DI')) !== copy.directory) {
    // M6: created under one name, the later keeps it; this one goes on under another, never lost.
    const [first = ''] = label.split('~')
    const other = `${utf8Length(first) > 200 ? '' : first}~${copy.directory.slice(0, 4 + cleanup.rounds)}`
    happened(turn, { kind: 'name', text: `the name ${label} was taken; this directory goes on as ${other}`, directory: copy.directory })
    return draft(copy.directory, [turn.server.id], ['.', 'BR', parent], null, [[other, true]])
  }
  learnOwnName(turn, { parent, label, child: copy.directory, height: 0 }, outcome)
  const listed = labelsOf(reference.get('Servers'))
  const wrong = [...names.filter((name) => !listed.includes(name)).map((name): [Label, Tree] => [name, true]), ...listed.filter((name) => !names.includes(name)).map((name): [Label, Tree] => [name, false])]
  if (wrong.length === 0) return end(turn, copy, cleanup, null)
  // R9: through the TSpath of the reference that holds this DI; gone: nothing is written.
  draft(parent, [at], [label, 'DR'], snapshot.path.map(([, ts]) => ts), [['Servers', wrong]])
}

const labelsOf = (tree: Tree | undefined): Label[] => (Array.isArray(tree) ? (tree as [Label, Tree][]).map(([label]) => label) : [])
const onlyLabel = (tree: Tree | undefined): Label | undefined => labelsOf(tree)[0]

function onDrafted(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, { branches, server }: Drafted): void {
  if (branches.length === 0 && ++cleanup.rounds < MAX_ROUNDS) return readParent(turn, copy, cleanup)
  if (branches.length === 0) return end(turn, copy, cleanup, failure('Superseded', { name: cleanup.parent.label }))
  originateAsServer(turn, cleanup.changing, 'reference', branches, server, { type: 'cleanup', directory: copy.directory, step: 'submit' })
}

function end(turn: Turn, copy: DirectoryCopy, { parent, callers }: Cleanup, why: Failure | null): void {
  turn.server.cleanups.delete(copy.directory)
  if (why === null) turn.server.referenced.set(copy.directory, ringText(copy))
  schedule(turn.server.agenda, `cleanup ${copy.directory}`, turn.now + (why === null ? LOOK_AGAIN : TRY_AGAIN))
  for (const caller of callers) answer(turn, caller, why ?? { copy: copy.id, label: parent.label })
}
