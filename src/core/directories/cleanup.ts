/**
 * M4, M6, R9: after a change at one server, cleanup propagates its consequences; from state, by any copy, repeatable.
 *
 * Back-references in the child are primary, references in its parents follow: this procedure decides what moves are open,
 * reads what the parent says under the child's name, and writes the reference when it is missing, corrects the servers it
 * lists, or takes another name when somebody else holds this one; then it turns former names into links.
 */
import { answer, waitWith, type Caller } from '../caller'
import { schedule } from '../agenda'
import { knowOwnName, ringText } from '../copies/spread'
import { watchOf } from '../copies/sweepTimes'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { ask, askAnywhere, changeAsServer, originateAsServer, type Onward } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import { freshId } from '../fresh'
import { labelFault, utf8Length, type DirectoryId, type Label, type ServerId } from '../names'
import type { Accepted, Change, Drafted, Outcomes, ReadOutcome } from '../requests'
import { happened, type Turn } from '../server'
import { millisecondsOf } from '../timestamp'
import { INTENT_LIFE } from '../values/intent'
import { below, labelsIn, type Tree } from '../values/readValue'
import type { TSPair } from '../values/update'
import { announcement, announcementOf } from './children'
import { isOfNobody } from './gone'
import { learnOwnName } from './ownNames'
import { inSNOf } from '../entries/serverEntry'
import { beginLinking, formerNames } from './formerNames'
import { backReferences, effectiveParent, pendingIn, recordKey, type Judged } from '../entries/parents'
import { childSaidHere, namedBy, referenceTree, whomToAsk } from './reference'
import { beginPlaced, concernsOthers } from './placed'
import { askForEnd, goOnRemoving, onEnd, whomToBelieve } from './removeD'
import { beginYielding, mayYield } from './rival'
import { beginSettling } from './settling'

/**
 * Moves are `settled`; `read` what the parent says, `above` where to when it was removed, `link` what stands there else, another
 * name `announced`, `draft` the change, `submit` it; then read again, at last `linked`, and `placed`. `doubted`: whether the directory was
 * removed elsewhere; `removed`: the directory itself.
 */
export type CleanupStep = 'settled' | 'read' | 'above' | 'link' | 'announced' | 'draft' | 'submit' | 'linked' | 'placed' | 'doubted' | 'removed'

export interface Cleanup {
  /** Null for a root that is to move. */
  parent: Judged | null
  /** The directory that the drafted change is for: the parent, or the child itself when it takes another name. */
  changing: DirectoryId
  rounds: number
  /** The name that it takes instead, and the key of its record. */
  next: { key: Label; label: Label } | null
  /** ms since 1970. */
  openSince: number
  /** Others were asked whether the directory was removed where it lay later. */
  doubted: boolean
  /** The reference lists servers of which only the next sweep tells whether they have left. */
  listsMore: boolean
  /** Why a move stays open. */
  unsettled: Failure | null
  /** Who created the directory and waits until it has its name. */
  callers: Caller[]
}

const MAX_ROUNDS = 6
const TRY_AGAIN = 10_000
/** A move waits for servers that cannot be reached: it is looked at again at each connection, too. */
const SETTLE_AGAIN = 30_000
/** Who accepted a move carries it out; others do when that one is gone. */
const TURN_PASSES = 15_000
/** The name may be lost to another directory that was created under it elsewhere [M6]. */
const LOOK_AGAIN = 300_000
/** The parent's copies tell each other first. */
const AFTER_CONNECTION = 5000

/** After a connection: while it was missing, another directory may have been created under this one's name. */
export function lookAtNameSoon(turn: Turn, copy: DirectoryCopy): void {
  if (backReferences(copy.visible).length > 0) cleanUpBy(turn, copy.directory, turn.now + AFTER_CONNECTION)
}

/** Plans a cleanup, unless one is planned sooner. */
function cleanUpBy({ server: { agenda } }: Turn, directory: DirectoryId, at: number): void {
  if ((agenda.times.get(`cleanup ${directory}`) ?? at) >= at) schedule(agenda, `cleanup ${directory}`, at)
}

/** M6: a reference that arrived, or went, may say that another directory holds the name of one stored here, or nobody: looked at, at once. */
export function onNamesChanged(turn: Turn, parent: DirectoryId, labels: readonly Label[]): void {
  const tree = turn.server.copies.get(parent)?.visible
  for (const label of tree === undefined ? [] : labels) {
    const named = namedBy(tree!, label)
    const child = named === null || named.type === 'directory' ? childSaidHere(turn.server, parent, label) : undefined
    if (child !== undefined && (named?.type !== 'directory' || named.directory !== child.directory)) schedule(turn.server.agenda, `cleanup ${child.directory}`, turn.now)
  }
}

/** A move came to this copy: it is decided and carried out, here if nobody else does. */
export function onMoved(turn: Turn, directory: DirectoryId, isAcceptedHere: boolean): void {
  const copy = turn.server.copies.get(directory)
  if (copy !== undefined && pendingIn(copy).length > 0) cleanUpBy(turn, directory, turn.now + (isAcceptedHere ? 0 : TURN_PASSES))
}

export function beginCleanup(turn: Turn, copy: DirectoryCopy, caller: Caller | null = null): void {
  if (goOnRemoving(turn, copy, caller)) return
  const running = turn.server.cleanups.get(copy.directory)
  if (running !== undefined) {
    if (caller !== null) waitWith(turn, running.callers, caller)
    return
  }
  const parent = effectiveParent(copy) ?? null
  const isOpen = pendingIn(copy).length > 0
  const callers = caller === null ? [] : [caller]
  if (copy.state !== 'active') {
    for (const each of callers) answer(turn, each, failure('NoCopyHere', { server: turn.server.name, directory: copy.directory }))
    return
  }
  if (parent === null && !isOpen) {
    if (mayYield(turn, copy)) yieldSoon(turn, copy)
    turn.server.referenced.set(copy.directory, { record: null, ring: ringText(copy) })
    for (const each of callers) answer(turn, each, { copy: copy.id, label: null })
    return
  }
  knowOwnName(turn, copy)
  const cleanup: Cleanup = { parent, changing: copy.directory, rounds: 0, openSince: turn.now, next: null, doubted: false, listsMore: false, unsettled: null, callers }
  turn.server.cleanups.set(copy.directory, cleanup)
  if (isOpen) beginSettling(turn, copy, goOnAt(copy, 'settled'))
  else readParent(turn, copy, cleanup)
}

/** O2: a new root may have lost against another, and nobody else knows of it. */
function yieldSoon(turn: Turn, copy: DirectoryCopy): void {
  beginYielding(turn, copy)
  schedule(turn.server.agenda, `cleanup ${copy.directory}`, turn.now + SETTLE_AGAIN)
}

const onward = ({ directory }: DirectoryCopy, step: CleanupStep): Onward => ({ type: 'cleanup', directory, step })
const goOnAt = (copy: DirectoryCopy, step: CleanupStep): Caller => ({ type: 'onward', onward: onward(copy, step) })

function readParent(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup): void {
  cleanup.parent = effectiveParent(copy) ?? cleanup.parent
  if (cleanup.parent === null) return end(turn, copy, cleanup, null)
  const { parent, label } = cleanup.parent
  askAnywhere(turn, whomToAsk(turn.server, parent), { type: 'read', directory: parent, path: [label, 'DR'], form: 'tree', after: null }, onward(copy, 'read'))
}

export function onCleanup(turn: Turn, directory: DirectoryId, step: CleanupStep, outcome: object | Failure): void {
  if (step === 'removed') return isFailure(outcome) ? undefined : onEnd(turn, directory, outcome)
  const cleanup = turn.server.cleanups.get(directory)
  const copy = turn.server.copies.get(directory)
  if (cleanup === undefined || copy === undefined) return
  if (step === 'settled') {
    cleanup.unsettled = isFailure(outcome) ? outcome : null
    readParent(turn, copy, cleanup)
  } else if (step === 'linked' || step === 'placed') {
    if (step === 'linked' && !isFailure(outcome)) place(turn, copy, cleanup)
    else end(turn, copy, cleanup, isFailure(outcome) ? outcome : null)
  } else if (step === 'doubted') {
    if (isFailure(outcome) || (outcome as Outcomes['records']).gone === null) return readParent(turn, copy, cleanup)
    end(turn, copy, cleanup, failure('NotFound', { name: `#${directory}`, reason: 'it was removed where it lay later' }))
    onEnd(turn, directory, outcome)
  } else if (isFailure(outcome)) {
    const isRace = outcome.code === 'Superseded' && cleanup.rounds++ < MAX_ROUNDS
    if (isRace) readParent(turn, copy, cleanup)
    else if (step === 'read' && isOfNobody(outcome)) askAbove(turn, copy, cleanup)
    else end(turn, copy, cleanup, outcome)
  } else if (step === 'read') onParentRead(turn, copy, cleanup, outcome as ReadOutcome)
  else if (step === 'above') onAbove(turn, copy, cleanup, outcome as Outcomes['records'])
  else if (step === 'announced') onAnnounced(turn, copy, cleanup, outcome)
  else if (step === 'link') onTaken(turn, copy, cleanup, outcome as ReadOutcome)
  else if (step === 'draft') onDrafted(turn, copy, cleanup, outcome as Drafted)
  else if (++cleanup.rounds < MAX_ROUNDS) readParent(turn, copy, cleanup)
  else end(turn, copy, cleanup, failure('Superseded', { name: cleanup.parent?.label ?? '' }))
}

/** Drafts a change of what says where this directory is. */
function draft(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, changing: DirectoryId, servers: ServerId[], labels: Label[], path: readonly TSPair[] | null, tree: Tree): void {
  cleanup.changing = changing
  const change: Change = { procedure: 'reference', under: { labels, incarnations: path?.map(([, ts]) => ts) ?? null }, tree, replace: false }
  ask(turn, servers, { type: 'draft', directory: changing, change }, onward(copy, 'draft'))
}

/** A server whose name is no label stands in no reference; and one that was removed may go by a name that another has by now. */
const namesIn = ({ ring }: DirectoryCopy): Label[] => [...new Set(ring.map((member) => member.name))].filter((name) => labelFault(name) === null)

const referenceTo = (copy: DirectoryCopy): Tree => referenceTree(copy.directory, namesIn(copy), inSNOf(copy.visible)?.rank)

function onParentRead(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, outcome: ReadOutcome): void {
  const { tree, snapshot, server: at } = outcome
  const { parent, label } = cleanup.parent!
  if (snapshot.path.length === 0) return draft(turn, copy, cleanup, parent, [at], [label], null, referenceTo(copy))
  if (labelsIn(below(tree, ['DI']))[0] !== copy.directory) return ask(turn, [at], { type: 'read', directory: parent, path: [label, 'Link', 'Moved'], form: 'labels', after: null }, onward(copy, 'link'))
  turn.server.referenced.set(copy.directory, { record: cleanup.parent!.key, ring: turn.server.referenced.get(copy.directory)?.ring ?? null })
  learnOwnName(turn, { parent, label, child: copy.directory, height: 0 }, outcome)
  const names = namesIn(copy)
  const listed = labelsIn(below(tree, ['Servers']))
  const lacking = names.filter((name) => !listed.includes(name))
  const former = listed.filter((name) => !names.includes(name))
  // What others call themselves by now this copy may have missed: it takes a name away once all members have said theirs to a sweep, or its bearer has left.
  const { left, gone } = watchOf(turn, copy)
  const certain = left === ringText(copy) ? former : former.filter((name) => gone.has(name))
  cleanup.listsMore = certain.length < former.length
  const wrong = [...lacking.map((name): [Label, Tree] => [name, true]), ...certain.map((name): [Label, Tree] => [name, false])]
  // R9: through the TSpath of the reference that holds this DI; gone: nothing is written.
  if (wrong.length > 0) return draft(turn, copy, cleanup, parent, [at], [label, 'DR'], snapshot.path, [['Servers', wrong]])
  if (formerNames(copy).length > 0) beginLinking(turn, copy, goOnAt(copy, 'linked'))
  else place(turn, copy, cleanup)
}

function place(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup): void {
  if (concernsOthers(copy)) beginPlaced(turn, copy, goOnAt(copy, 'placed'))
  else end(turn, copy, cleanup, null)
}

/** Something else stands under its name: a link that was left when it moved away once, or somebody else. */
function onTaken(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, { labels, snapshot, server: at }: ReadOutcome): void {
  const { parent, label } = cleanup.parent!
  const wasHere = labels?.includes(copy.directory) === true
  if (wasHere && !cleanup.doubted && snapshot.path.at(-1)![1] > cleanup.parent!.ts) return doubt(turn, copy, cleanup)
  if (wasHere) return draft(turn, copy, cleanup, parent, [at], [label], snapshot.path.slice(0, 1), [['Link', false], ...(referenceTo(copy) as [Label, Tree][])])
  // M6: under one name, the later keeps it; this one goes on under another, never lost.
  const other = otherName(copy, cleanup)
  happened(turn, { kind: 'name', text: `the name ${label} was taken; this directory goes on as ${other}`, directory: copy.directory })
  takeName(turn, copy, cleanup, parent, other)
}

/** It moved away from here, later than its record here: a copy from an old store may not know that, nor that it was removed where it lay then. */
function doubt(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup): void {
  cleanup.doubted = true
  const others = whomToBelieve(turn, copy, whomToAsk(turn.server, copy.directory)).filter((at) => at !== turn.server.id)
  ask(turn, others, { type: 'records', directory: copy.directory }, onward(copy, 'doubted'))
}

function otherName(copy: DirectoryCopy, { parent, rounds }: Cleanup): Label {
  const [first = ''] = parent!.label.split('~')
  return `${utf8Length(first) > 200 ? '' : first}~${copy.directory.slice(0, 4 + rounds)}`
}

/** W5: another name is announced in the parent, then written here; not again at once, when that was void: records stay. */
function takeName(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, parent: DirectoryId, label: Label): void {
  const wasVoid = backReferences(copy.visible).some(({ verdict, ts }) => verdict === 'void' && turn.now - millisecondsOf(ts) < SETTLE_AGAIN)
  if (wasVoid) return end(turn, copy, cleanup, failure('Superseded', { name: label }))
  const key = recordKey(parent, freshId(turn.server.fresh, 8))
  cleanup.next = { key, label }
  const instead = cleanup.parent!.parent === parent ? { instead: announcementOf(copy.directory, cleanup.parent!.key) } : {}
  changeAsServer(turn, whomToAsk(turn.server, parent), parent, 'announce', { labels: ['.'], incarnations: null }, [announcement(announcementOf(copy.directory, key), label, instead)], onward(copy, 'announced'))
}

/** The record has to be stamped within the life of an intent after its announcement; what comes too late is announced anew. */
function onAnnounced(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, { ts }: Partial<Accepted>): void {
  const { key, label } = cleanup.next!
  const isInTime = ts !== undefined && turn.now - millisecondsOf(ts) <= INTENT_LIFE / 2
  if (isInTime) draft(turn, copy, cleanup, copy.directory, [turn.server.id], ['.', 'BR'], null, [[key, [[label, true]]]])
  else end(turn, copy, cleanup, failure('Superseded', { name: label }))
}

/** Nobody answers for the parent: perhaps it was removed all the same, by an old store, or by force. */
function askAbove(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup): void {
  const { parent } = cleanup.parent!
  if (cleanup.unsettled !== null || ++cleanup.rounds >= MAX_ROUNDS) return end(turn, copy, cleanup, failure('NoCopyReachable', { name: `#${parent}`, tried: 'no copy of it answers' }))
  ask(turn, whomToBelieve(turn, copy, whomToAsk(turn.server, parent)), { type: 'records', directory: parent }, onward(copy, 'above'))
}

/** M6: a directory is never lost: it goes on in the nearest directory above that there is. */
function onAbove(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, { directory, gone }: Outcomes['records']): void {
  if (gone === null) return end(turn, copy, cleanup, failure('NoCopyReachable', { name: `#${directory}`, tried: 'no copy of it answers' }))
  if (pendingIn(copy).length > 0) return beginSettling(turn, copy, goOnAt(copy, 'settled'))
  const other = otherName(copy, cleanup)
  happened(turn, { kind: 'name', text: `the directory above was removed; this one goes on as ${other} in the one above that`, directory: copy.directory })
  takeName(turn, copy, cleanup, gone.in, other)
}

function onDrafted(turn: Turn, copy: DirectoryCopy, cleanup: Cleanup, { branches, server }: Drafted): void {
  if (branches.length === 0 && ++cleanup.rounds < MAX_ROUNDS) return readParent(turn, copy, cleanup)
  if (branches.length === 0) return end(turn, copy, cleanup, failure('Superseded', { name: cleanup.parent?.label ?? '' }))
  originateAsServer(turn, cleanup.changing, 'reference', branches, server, onward(copy, 'submit'))
}

function end(turn: Turn, copy: DirectoryCopy, { parent, listsMore, callers, unsettled }: Cleanup, failed: Failure | null): void {
  turn.server.cleanups.delete(copy.directory)
  // A copy from an old store, of a directory that was removed since.
  if (failed?.code === 'DirectoryRemoved') askForEnd(turn, copy)
  if (failed === null) turn.server.referenced.set(copy.directory, { record: parent?.key ?? null, ring: listsMore ? null : ringText(copy) })
  const why = failed ?? unsettled
  schedule(turn.server.agenda, `cleanup ${copy.directory}`, turn.now + (why === null ? LOOK_AGAIN : unsettled === null ? TRY_AGAIN : SETTLE_AGAIN))
  for (const caller of callers) answer(turn, caller, why ?? { copy: copy.id, label: parent?.label ?? null })
}
