/**
 * W3: a change of what has not expired is planned: a mark, which says what the entry will be, stops its TX from being
 * extended; when the mark is older than F and the greatest TX has passed, the copy that accepted the plan makes the change.
 *
 * It works from state, like cleanup: whoever planned it need not be there, whose signature would long be invalid [A1].
 */
import { NEXT, plannedFor, plannedIn, type PlannedChange } from '../entries/planned'
import { schedule } from '../agenda'
import type { CopyChange, DirectoryCopy } from '../copies/directoryCopy'
import { sweepSoon } from '../copies/sweepTimes'
import { originateAsServer } from '../errands'
import { failure, isFailure, type Failure } from '../errors'
import { shown, type CopyId, type DirectoryId, type Label } from '../names'
import type { Change } from '../requests'
import { happened, type Turn } from '../server'
import { isoTime, millisecondsOf, originOf } from '../timestamp'
import type { Branch } from '../values/intent'
import type { Tree } from '../values/readValue'
import { draft } from './draft'
import { bindsUntil, saidAt, TX, txValues } from './expiration'
import { draftAnnouncement, draftRemoval } from './removal'
import { WITHDRAWN } from '../entries/serverEntry'

type Pairs = readonly (readonly [Label, Tree])[]

/** Draws up an extension or a plan; any other change as it is. */
export function draftChange(copy: DirectoryCopy, change: Change): Branch[] | Failure {
  if (change.procedure === 'setTX') return draftExtension(copy, change)
  if (change.procedure === 'removeD') return draftRemoval(copy.visible, change)
  if (change.procedure === 'announce') return draftAnnouncement(copy.visible, change)
  return change.procedure === 'plan' ? draftPlan(copy, change) : draft(copy.visible, change)
}

/** SetTX: one more time; those go that are less than one which every copy has. */
function draftExtension(copy: DirectoryCopy, change: Change): Branch[] | Failure {
  const { under, tree } = change
  const label = under.labels[0] ?? ''
  if (typeof tree === 'boolean') return failure('BadRequest', { reason: 'an expiration time is a label' })
  const lasting = Math.max(0, ...txValues(copy.visible, label).flatMap(({ until, ts }) => (ts < copy.stableMark ? [until] : [])))
  const outlived = txValues(copy.visible, label).flatMap(({ until }): [Label, Tree][] => (until < lasting && tree.every(([text]) => text !== isoTime(until)) ? [[isoTime(until), false]] : []))
  return draft(copy.visible, { ...change, under: { labels: [label, TX], incarnations: null }, tree: [...tree, ...outlived] })
}

/** The plan of a change: the mark, and the whole entry as it will be. `Withdrawn` made absent takes a plan back. */
function draftPlan(copy: DirectoryCopy, { under, tree, replace }: Change): Branch[] | Failure {
  if (under.labels.length === 0 && (typeof tree === 'boolean' || tree.length !== 1)) return failure('BadRequest', { reason: 'a change is planned for one name at a time' })
  const [only] = under.labels.length === 0 ? (tree as Pairs) : []
  const [label = '', ...path] = only === undefined ? under.labels : [only[0]]
  const planned = (wanted: Tree): Change => ({ procedure: 'doUpdates', under: { labels: [label, WITHDRAWN], incarnations: null }, tree: wanted, replace: true })
  if (path[0] === WITHDRAWN) return draft(copy.visible, planned(false))
  const now = pairsOf(saidAt(copy.visible, label) ?? true)
  const wanted = only === undefined ? tree : only[1]
  const isLink = only !== undefined && pairsOf(wanted).some(([second]) => second === 'Link')
  const next = changed(now, path, wanted, replace || isLink)
  return draft(copy.visible, planned(next === false || [[NEXT, next]]))
}

const pairsOf = (tree: Tree): Pairs => (typeof tree === 'boolean' ? [] : tree)

/** A tree as it will be when what is wanted below a path has been made so; false: there is none. */
function changed(now: Pairs, [label, ...rest]: readonly Label[], wanted: Tree, replace: boolean): Tree {
  if (label === undefined && wanted === false) return false
  const made = new Map(label === undefined && replace ? [] : now)
  for (const [each, tree] of label === undefined ? pairsOf(wanted) : [[label, wanted] as const]) {
    const next = changed(pairsOf(made.get(each) ?? true), rest, tree, replace)
    if (next === false) made.delete(each)
    else made.set(each, next)
  }
  return made.size === 0 || [...made]
}

/** Why a planned change is not made yet, or is another one; null when it may be made. */
export function whyNotYet(now: number, copy: DirectoryCopy, branch: Branch): Failure | null {
  const planned = plannedFor(copy.visible, branch[0])
  if (planned === null || JSON.stringify(branchOf(copy, planned)) !== JSON.stringify(branch)) return failure('Superseded', { name: shown(branch[0]) })
  const from = bindsUntil(copy, planned.label)
  if (now > from && planned.mark < copy.stableMark) return null
  return failure('NotExpired', { name: shown(planned.label), from: isoTime(from), next: 'The change is planned, and is made when every copy has the plan' })
}

function branchOf(copy: DirectoryCopy, { label, next }: PlannedChange): Branch | undefined {
  const branches = draft(copy.visible, { procedure: 'doUpdates', under: { labels: [label], incarnations: null }, tree: next, replace: true })
  return isFailure(branches) ? undefined : branches[0]
}

/** Who makes a planned change: the copy that accepted the plan, or the first of the ring if that one is no member any more. */
const carrierOf = ({ ring }: DirectoryCopy, { mark }: PlannedChange): CopyId | undefined => (ring.find(({ copy }) => copy === originOf(mark)) ?? ring[0])?.copy

const LOOK_AGAIN = 3000

/** Whether a change of a copy may leave a plan to it: one that is new to it, or somebody else's who left the ring. */
export function concernsPlans(change: CopyChange): boolean {
  if (change.type === 'absorbed') return change.sets.some(({ intent }) => intent.procedure === 'plan')
  return change.type !== 'fields' || change.fields.ring !== undefined || change.fields.state !== undefined
}

/** After a start, or a change of a copy's data or ring: there may be a plan for it to carry out. */
export function lookAtPlans(turn: Turn, { directory }: { directory: DirectoryId }): void {
  const copy = turn.server.copies.get(directory)
  if (copy?.state === 'active' && plannedIn(copy.visible).some((planned) => carrierOf(copy, planned) === copy.id)) schedule(turn.server.agenda, `planned ${copy.directory}`, turn.now)
}

/** Makes the changes that are due, once a sweep after their time has shown that nobody else did. */
export function onPlannedTime(turn: Turn, copy: DirectoryCopy): void {
  const times = plannedIn(copy.visible).flatMap((planned) => {
    if (carrierOf(copy, planned) !== copy.id) return []
    const from = bindsUntil(copy, planned.label)
    if (turn.now <= from) return [from + 1]
    if (planned.mark >= copy.stableMark || millisecondsOf(copy.lastSweep) <= from) sweepSoon(turn, copy)
    else carryOut(turn, copy, planned)
    return [turn.now + LOOK_AGAIN]
  })
  if (times.length > 0) schedule(turn.server.agenda, `planned ${copy.directory}`, Math.min(...times))
}

function carryOut(turn: Turn, copy: DirectoryCopy, planned: PlannedChange): void {
  const branch = branchOf(copy, planned)
  if (branch !== undefined) originateAsServer(turn, copy.directory, 'carryOut', [branch], turn.server.id, { type: 'carriedOut', directory: copy.directory, label: planned.label })
}

export function onCarriedOut(turn: Turn, directory: DirectoryId, label: Label, outcome: object | Failure): void {
  if (!isFailure(outcome)) happened(turn, { kind: 'name', text: `${shown(label)} has expired; the change that was planned for it is made`, directory })
}
