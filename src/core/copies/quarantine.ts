/**
 * E7: what an excluded copy alone has ("an update will be lost if it originated in a server that is not in the new ring and
 * has not been distributed"). Here it is not lost: the copy compares itself with the ring, and shows which of its updates
 * the ring never got. A person makes them anew or discards them; then the copy goes.
 */
import { schedule, unschedule } from '../agenda'
import { askSigned } from '../auth/session'
import { freshId } from '../fresh'
import type { JoinMessage } from '../messages'
import type { CopyId, Label, ServerId } from '../names'
import type { Quarantined, QuarantineEntry } from '../requests'
import { changeCopy, changeServer, happened, type Turn } from '../server'
import type { Timestamp } from '../timestamp'
import { describe, setId, updatesOf, type Branch, type Intent, type UpdateSet } from '../values/intent'
import { readTree, sameTree, type Tree } from '../values/readValue'
import { nodeAt, visibleAt, type ValueNode, type ValueTree } from '../values/valueTree'
import { completeTo, epochNumber, isSealed, logDigestOf, noFields, restoreCopy, setsAt, setsOf, type DirectoryCopy } from './directoryCopy'
import { tellGone } from './epochNews'
import { loadedContents, stagePage } from './pages'

/** A comparison with the ring, under way or done; volatile: made again after a crash. */
export interface Quarantine {
  /** Stands for a joining copy in the request for a snapshot. */
  nonce: CopyId
  /** Which member of the ring is asked. */
  at: number
  nextPage: number
  entries: QuarantineEntry[] | null
  /** Of the ring's log when it was last compared with; null before. */
  digest: string | null
  /** When that was, ms since 1970; null while it is being compared. */
  comparedAt: number | null
}

const ASK_AGAIN = 2000
const LOOK_AGAIN = 60_000
/** Nothing is lacking, but an epoch is open that may take the copy back. */
const RETIRE_AGAIN = 10_000

/** Begins to compare, asks again for the page that is missing, or looks anew after a while. */
export function onQuarantineTime(turn: Turn, copy: DirectoryCopy): void {
  if (copy.outside === null) return
  const before = turn.server.quarantines.get(copy.directory)
  const quarantine: Quarantine = { nonce: freshId(turn.server.fresh, 13) as CopyId, at: before === undefined ? 0 : before.at + Number(before.nextPage === 0), nextPage: 0, entries: before?.entries ?? null, digest: before?.digest ?? null, comparedAt: null }
  turn.server.quarantines.set(copy.directory, quarantine)
  turn.effects.changed.add(copy.directory)
  schedule(turn.server.agenda, `quarantine ${copy.directory}`, turn.now + ASK_AGAIN)
  askPage(turn, copy, quarantine)
}

/** Compares at once, unless it is being compared: somebody asks for it. */
export function compareNow(turn: Turn, copy: DirectoryCopy): { copy: CopyId } {
  if (turn.server.quarantines.get(copy.directory)?.comparedAt !== null) schedule(turn.server.agenda, `quarantine ${copy.directory}`, turn.now)
  return { copy: copy.id }
}

/** A member of the ring has told how its log stands: something may have come that this copy lacked there, or that stands in its way. */
export function onRingHeard(turn: Turn, copy: DirectoryCopy, digest: string): void {
  if (turn.server.quarantines.get(copy.directory)?.digest !== digest) compareNow(turn, copy)
}

const askedServer = ({ outside }: DirectoryCopy, { at }: Quarantine): ServerId | undefined => outside?.ring[at % outside.ring.length]?.server

function askPage(turn: Turn, copy: DirectoryCopy, quarantine: Quarantine): void {
  const server = askedServer(copy, quarantine)
  if (server !== undefined && server !== turn.server.id) askSigned(turn, server, { type: 'askSnapshot', directory: copy.directory, joiner: quarantine.nonce, index: quarantine.nextPage })
}

export function onQuarantinePage(turn: Turn, from: ServerId, { directory, joiner, facts, page }: Extract<JoinMessage, { type: 'snapshotPage' }>): void {
  const copy = turn.server.copies.get(directory)
  const quarantine = turn.server.quarantines.get(directory)
  if (copy === undefined || copy.outside === null || quarantine?.nonce !== joiner || askedServer(copy, quarantine) !== from || page.index !== quarantine.nextPage || facts.epoch < copy.outside.epoch) return
  const load = stagePage(turn, `quarantine ${joiner}`, page)
  if (load === null) return
  quarantine.nextPage++
  if (load === 'more') {
    schedule(turn.server.agenda, `quarantine ${directory}`, turn.now + ASK_AGAIN)
    return askPage(turn, copy, quarantine)
  }
  const { epoch, pointer, stableMark, lastSweep } = facts
  const ring = restoreCopy({ directory, id: joiner, fields: { ...noFields(epoch, pointer), stableMark, lastSweep }, contents: loadedContents(load) })
  const before = quarantine.entries?.length ?? 0
  const own = ownUpdates(copy, ring)
  quarantine.entries = [...entriesOf(own, ring), ...removals(copy, ring)]
  quarantine.digest = logDigestOf(ring)
  quarantine.comparedAt = turn.now
  turn.effects.changed.add(directory)
  // Nothing older than these is on its way to that member any more: what they are compared with will stay.
  const lacksNothing = quarantine.entries.length === 0 && own.every(({ ts }) => ts < completeTo(ring))
  schedule(turn.server.agenda, `quarantine ${directory}`, turn.now + (lacksNothing ? RETIRE_AGAIN : LOOK_AGAIN))
  if (lacksNothing) retire(turn, copy)
  else if (quarantine.entries.length > 0 && quarantine.entries.length !== before) happened(turn, { kind: 'copy', text: `${quarantine.entries.length} of this copy's updates never reached the ring of epoch ${epochNumber(copy.outside.epoch)}: make them anew, or discard them`, directory, server: turn.server.id })
}

/** Nothing here is lacking there: the copy goes, and says so. An epoch that may take it back is decided first. */
function retire(turn: Turn, copy: DirectoryCopy): void {
  const { server } = turn
  if (isSealed(copy) || server.proposals.has(copy.directory)) return
  for (const member of copy.outside!.ring) if (member.server !== server.id) tellGone(turn, member.server, copy.directory, copy.id)
  changeServer(turn, { type: 'retired', copy: copy.id, directory: copy.directory })
  for (const task of ['quarantine', 'epoch'] as const) unschedule(server.agenda, `${task} ${copy.directory}`)
  happened(turn, { kind: 'copy', text: 'the copy that the new epoch left out has nothing that the ring lacks; it is gone', directory: copy.directory, server: server.id })
  if (copy.directory === server.root) schedule(server.agenda, 'register', turn.now)
}

export function quarantineOf(turn: Turn, copy: DirectoryCopy): Quarantined {
  return { epoch: copy.outside!.epoch, entries: turn.server.quarantines.get(copy.directory)?.entries ?? null }
}

/** A person has decided on these: they were made anew, or are discarded. */
export function settleUpdates(turn: Turn, copy: DirectoryCopy, stamps: readonly Timestamp[]): { left: number } {
  const outside = copy.outside!
  changeCopy(turn, copy, { type: 'fields', fields: { outside: { ...outside, settled: [...new Set([...outside.settled, ...stamps])] } } })
  const quarantine = turn.server.quarantines.get(copy.directory)
  if (quarantine === undefined || quarantine.entries === null) return { left: 0 }
  quarantine.entries = quarantine.entries.filter(({ ts }) => !stamps.includes(ts))
  if (quarantine.entries.length === 0) schedule(turn.server.agenda, `quarantine ${copy.directory}`, turn.now)
  return { left: quarantine.entries.length }
}

interface Own {
  ts: Timestamp
  procedure: QuarantineEntry['procedure']
  intent: Intent
}

/**
 * What people did here, still shows here, and never reached the ring; what servers do by themselves they do again from state.
 * Where the ring's members were waited for no more, F may have passed some of it [E4].
 */
function ownUpdates(copy: DirectoryCopy, ring: DirectoryCopy): Own[] {
  const { mark } = copy.outside!
  const settled = new Set(copy.outside!.settled)
  const there = new Set(setsOf(ring).map(setId))
  return setsOf(copy).flatMap((set) => {
    const { ts, intent } = set
    const procedure = peoples(intent)
    return ts >= mark && procedure !== null && !there.has(setId(set)) && !settled.has(ts) && isInForce(copy.visible, set) ? [{ ts, procedure, intent }] : []
  })
}

function peoples({ procedure }: Intent): Own['procedure'] | null {
  return procedure === 'doUpdates' || procedure === 'setLink' || procedure === 'setTX' || procedure === 'plan' ? procedure : null
}

/**
 * Removals that F has passed here have left no trace but this: what both had when they parted shows there, and here no more. By
 * the update that made what was removed; who removed it, and when, is forgotten.
 */
function removals(copy: DirectoryCopy, ring: DirectoryCopy): QuarantineEntry[] {
  const { mark } = copy.outside!
  const settled = new Set(copy.outside!.settled)
  const removed = new Map<Timestamp, Label[][]>()
  const compare = (here: ValueNode, there: ValueNode, above: readonly Label[]): void => {
    for (const [label, node] of there.children ?? []) {
      const path = [...above, label]
      const own = here.children?.get(label)
      if (own === undefined) {
        if (node.mark === 'present' && node.ts < mark && !settled.has(node.ts)) removed.set(node.ts, [...(removed.get(node.ts) ?? []), path])
      } else if (own.ts === node.ts) compare(own, node, path)
    }
  }
  compare(copy.visible.root, ring.visible.root, [])
  return [...removed].flatMap(([ts, paths]) => {
    const [procedure = null] = setsAt(ring, ts).map(({ intent }) => peoples(intent))
    if (procedure === null) return []
    const changes = paths.map((path) => ({ path, tree: false }))
    return [{ ts, author: null, what: describe(paths.map(removal)), procedure, changes, conflict: paths.some((path) => isNewer(ring.visible, path, ts)) }]
  })
}

/** The removal of what is at a path. */
const removal = ([label = '', ...below]: readonly Label[]): Branch => [label, null, below.length > 0 && [removal(below)]]

/** Those of them that make something here otherwise than the ring shows it. */
function entriesOf(own: readonly Own[], ring: DirectoryCopy): QuarantineEntry[] {
  return own.flatMap(({ ts, procedure, intent: { author, branches } }) => {
    const changes = changesOf(branches).filter(({ path, tree }) => !sameTree(readTree(ring.visible, path) ?? false, tree))
    return changes.length === 0 ? [] : [{ ts, author, what: describe(branches), procedure, changes, conflict: changes.some(({ path }) => isNewer(ring.visible, path, ts)) }]
  })
}

/** Whether anything of a set still shows here: what was overtaken on this side need not be decided on. */
function isInForce(tree: ValueTree, set: UpdateSet): boolean {
  return updatesOf(set).some(({ path, mark }) => {
    const labels = path.map(([label]) => label)
    return mark === 'absent' ? visibleAt(tree, labels) === undefined : visibleAt(tree, labels)?.ts === set.ts
  })
}

/** The nodes that a set made new or absent, each with all that it put below. */
function changesOf(branches: readonly Branch[], above: readonly Label[] = []): { path: Label[]; tree: Tree }[] {
  return branches.flatMap(([label, incarnation, below]) => {
    const path = [...above, label]
    return incarnation !== null && typeof below !== 'boolean' ? changesOf(below, path) : [{ path, tree: treeOf(below) }]
  })
}

const treeOf = (below: Branch[2]): Tree => (typeof below === 'boolean' ? below : below.map(([label, , deeper]): [Label, Tree] => [label, treeOf(deeper)]))

/** Whether something at a path, above it or below it is newer: whoever repeats the change there undoes somebody's. */
function isNewer(tree: ValueTree, path: readonly Label[], ts: Timestamp): boolean {
  if (path.some((_, depth) => (nodeAt(tree, path.slice(0, depth + 1))?.ts ?? ts) > ts)) return true
  const below = (node: ValueNode | undefined): boolean => [...(node?.children?.values() ?? [])].some((child) => child.ts > ts || below(child))
  return below(nodeAt(tree, path))
}
