/**
 * M3: a move becomes final. Whether it took effect follows from the records of all directories that the new parent lay
 * below, or may have [M2]; and these are complete once F of each has passed the move. Any copy of the directory that moved
 * finds out, from state, and writes the verdict beside the record.
 */
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, isFailure, type Failure } from '../errors'
import { formatName, MAX_LABEL_BYTES, MAX_PATH_LABELS, shown, utf8Length, type DirectoryId, type Label, type ServerId } from '../names'
import { begin, change, finish, read, reasonOf, request, requestAnywhere, type Begun } from '../procedure'
import type { Outcomes, ReadOutcome, Request } from '../requests'
import { happened, type Turn } from '../server'
import { LAST, type Timestamp } from '../timestamp'
import type { Branch, Intent } from '../values/intent'
import type { Tree } from '../values/readValue'
import { backReferences, effectiveParent, inForce, MAX_RECORDS, OF_ROOT, parentsBy, pendingIn, SETTLED, VOID, wayUp, type Judged, type Placing } from '../entries/parents'
import { hasSmallerRank, isAnnounced, rankToTake, roomFault, roomFor } from './room'
import { inSNOf } from '../entries/serverEntry'
import { whomToAsk } from './reference'

export interface Settling extends Begun {
  type: 'settle'
  directory: DirectoryId
  /** The oldest move that is not decided, but for those that were put off. */
  record: Placing
  /** Where it stands; null when it is only asked about, beforehand. */
  key: Label | null
  told: Map<DirectoryId, Told>
  /** Why older ones wait: the first has no room where it leads [S1], or rests on one of a directory above that waits. They are decided together with a later one that need not wait. */
  putOff: string | null
  asking: DirectoryId
  sweeps: number
  /** Asked about beforehand, by somebody who will go on: a root makes room at once. */
  prepares: boolean
}

/** What a copy says of its directory's records, and F there: older ones are complete. */
interface Told {
  records: (Placing & Pick<Judged, 'verdict'>)[]
  stableMark: Timestamp
  at: ServerId
}

/** Each directory on the way is `told`, and `swept` until it is stable; one with InSN has `room` below its new parent, perhaps when `ranked` anew, and is `announced` there; then the verdict is `marked`. */
export type SettlingStep = 'told' | 'swept' | 'room' | 'ranked' | 'announced' | 'marked'

/** Directories that one verdict may rest on, and sweeps of each. */
const MAX_TOLD = 256
const SWEEPS_OF_EACH = 4

/** Decides the moves of a directory that are open, one after the other. */
export function beginSettling(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const [record] = pendingIn(copy)
  if (record === undefined) return
  const settling = begin<Settling>(turn, caller, { type: 'settle', ...about(copy.directory, record), told: new Map(), putOff: null, sweeps: 0, prepares: false }, (other) => other.type === 'settle' && other.key !== null && other.directory === copy.directory)
  if (settling !== null) goOn(turn, settling)
}

const about = (directory: DirectoryId, { parent, label, ts, born, ofRoot, key }: Judged): Pick<Settling, 'directory' | 'record' | 'key' | 'asking'> => ({ directory, record: { directory, parent, label, ts, born, ofRoot }, key, asking: directory })

/** Asks whether a move would be void, by what is known now [`WouldFormCycle`]. */
export function foresee(turn: Turn, copy: DirectoryCopy, { parent, label, prepare }: Extract<Request, { type: 'foresee' }>, caller: Caller): void {
  const { directory } = copy
  const record = { directory, parent, label, ts: LAST, born: false, ofRoot: effectiveParent(copy) === undefined }
  const settling = begin<Settling>(turn, caller, { type: 'settle', directory, record, key: null, told: new Map(), putOff: null, asking: directory, sweeps: 0, prepares: prepare }, () => false)
  if (settling === null) return
  const fault = movingFault(copy)
  if (fault === null) goOn(turn, settling)
  else finish(turn, settling, fault)
}

/** Why a copy takes no move of its directory, whereto ever. */
export function movingFault({ directory, visible }: DirectoryCopy): Failure | null {
  const known = backReferences(visible).length
  return known < MAX_RECORDS ? null : failure('TooLarge', { what: `The list of names that #${directory} has had`, size: `${known}`, limit: `${MAX_RECORDS}` })
}

/** O2: a record of a root says so, and one of a directory that has a place says nothing of the kind, as this copy knows it. */
export function ofRootFault(copy: DirectoryCopy, { branches }: Intent): Failure | null {
  const isRoot = effectiveParent(copy) === undefined
  const says = (below: Branch[2]): boolean => typeof below !== 'boolean' && below.some(([label, , deeper]) => label === OF_ROOT || says(deeper))
  return branches.every(([, , below]) => says(below) === isRoot) ? null : failure('Superseded', { name: `#${copy.directory}` })
}

/** Asks the next directory that the verdict rests on; when all have told, and are stable, decides. */
function goOn(turn: Turn, settling: Settling): void {
  const { told, record } = settling
  const missing = next(settling)
  if (missing !== null) return told.size < MAX_TOLD ? askFor(turn, settling, missing, whomToAsk(turn.server, missing)) : finish(turn, settling, waiting(settling, 'it would lie below too many directories'))
  if (settling.key === null && isVoid(settling)) return finish(turn, settling, voidFault(settling))
  if (settling.key === null) return onForeseen(turn, settling)
  const unstable = [...told].find(([, { stableMark }]) => stableMark <= record.ts)
  if (unstable === undefined) return decide(turn, settling)
  const [directory, { at }] = unstable
  settling.asking = directory
  if (settling.sweeps++ >= SWEEPS_OF_EACH * told.size) return finish(turn, settling, waiting(settling, `the stable mark of #${directory} does not advance`))
  request(turn, settling, 'swept', [at], { type: 'sweep', directory, form: 'parallel' })
}

/** A directory that the verdict may rest on and that has not told: any that another one has ever been below, before. */
function next({ told, record }: Settling): DirectoryId | null {
  const parents = [record.directory, record.parent, ...before(told, record).map(({ parent }) => parent)]
  return parents.find((directory) => !told.has(directory)) ?? null
}

/** Beforehand only: a name that nobody could write, nor a link lead to, is refused to a directory that has another one. */
function onForeseen(turn: Turn, settling: Settling): void {
  const { told, record } = settling
  const { parents } = parentsBy([...told.values()].flatMap(({ records }) => records))
  const above = wayUp(parents, record.parent)
  const labels = [...above.toReversed().flatMap((directory) => parents.get(directory)?.label ?? []), record.label]
  const name = formatName({ from: above.at(-1)!, up: 0, labels })
  const now = parents.get(record.directory)
  const isNew = now?.parent !== record.parent || now.label !== record.label
  const bytes = utf8Length(name)
  if (isNew && labels.length > MAX_PATH_LABELS) finish(turn, settling, failure('BadName', { name: shown(name), reason: `from the root it has ${labels.length} labels, and what is written has at most ${MAX_PATH_LABELS}` }))
  else if (isNew && bytes > MAX_LABEL_BYTES) finish(turn, settling, failure('BadName', { name: shown(name), reason: `from the root it has ${bytes} bytes, and a link, as its former name is to be, holds at most ${MAX_LABEL_BYTES}` }))
  else askForRoom(turn, settling)
}

function askFor(turn: Turn, settling: Settling, directory: DirectoryId, at: readonly ServerId[]): void {
  settling.asking = directory
  requestAnywhere(turn, settling, 'told', at, { type: 'records', directory })
}

/** What has its place before a record, of all that was told. */
const before = (told: Settling['told'], record: Placing): Placing[] => [...told.values()].flatMap(({ records }) => records.filter(({ ts, born }) => born || ts < record.ts))

const isVoid = ({ told, record }: Settling): boolean => parentsBy([...before(told, record), record]).voided.has(record.ts)

/** Where it does not go, an older one that had to be put off keeps waiting. */
function decide(turn: Turn, settling: Settling): void {
  const { putOff: without, record, key } = settling
  const copy = turn.server.copies.get(record.directory)!
  // One that came late leads nowhere any more.
  if (backReferences(copy.visible).some(({ verdict, ts }) => verdict === 'settled' && ts > record.ts)) mark(turn, settling)
  else if (!isVoid(settling)) {
    // Another name in the same parent is in force already [M2].
    const undecided = effectiveParent(copy)?.key === key ? null : undecidedAbove(settling)
    if (undecided === null) askForRoom(turn, settling)
    else putOff(turn, settling, `an older move of #${undecided}, below which it goes, is not decided there yet`)
  } else if (without === null) mark(turn, settling)
  else putOff(turn, settling, without)
}

/** A directory above that lies where an older move has put it, and does not say so itself yet: until it does, this move and its former place may be a circle. */
function undecidedAbove({ told, record }: Settling): DirectoryId | null {
  const { parents } = parentsBy(before(told, record))
  const says = (directory: DirectoryId, until: Timestamp): DirectoryId | undefined => inForce((told.get(directory)?.records ?? []).filter(({ ts, born }) => born || ts <= until))?.parent
  return wayUp(parents, record.parent).find((directory) => says(directory, parents.get(directory)?.ts ?? record.ts) !== parents.get(directory)?.parent) ?? null
}

/** Of several moves that take effect together the last alone has to go somewhere: so one that cannot go yet waits for another, back perhaps, that can. */
function putOff(turn: Turn, settling: Settling, reason: string): void {
  const { directory, record } = settling
  const later = pendingIn(turn.server.copies.get(directory)!).find(({ ts }) => ts > record.ts)
  if (later === undefined) return finish(turn, settling, waiting(settling, reason))
  Object.assign(settling, about(directory, later), { putOff: settling.putOff ?? reason })
  goOn(turn, settling)
}

/** S1: a directory in which servers are named, or may be, goes only below one that has InSN of a smaller rank. */
function askForRoom(turn: Turn, settling: Settling): void {
  const { record, told } = settling
  const copy = turn.server.copies.get(record.directory)
  if (copy !== undefined && inSNOf(copy.visible) !== null) return read(turn, settling, 'room', [told.get(record.parent)!.at], record.parent, ['.', 'InSN'])
  if (settling.key === null) finish(turn, settling, { directory: record.directory })
  else mark(turn, settling)
}

function onRoom(turn: Turn, settling: Settling, copy: DirectoryCopy, { tree, server: at }: ReadOutcome): void {
  const { record, told } = settling
  const isRoot = !parentsBy([...told.values()].flatMap(({ records }) => records)).parents.has(record.parent)
  const rank = settling.key === null ? null : rankToTake(copy, tree, isRoot)
  if (rank !== null) return change(turn, settling, 'ranked', [turn.server.id], record.directory, 'setInSN', ['.', 'InSN'], [[String(inSNOf(copy.visible)!.rank), false], [String(rank), true]])
  const fault = roomFault(copy, record.parent, tree, isRoot)
  if (fault !== null) return settling.key === null ? finish(turn, settling, fault) : putOff(turn, settling, reasonOf(fault))
  const isEnough = settling.key === null && (!settling.prepares || hasSmallerRank(copy, tree))
  if (isEnough) finish(turn, settling, { directory: record.directory })
  else if (isAnnounced(copy, tree)) mark(turn, settling)
  else change(turn, settling, 'announced', [at], record.parent, 'setInSN', ['.', 'InSN'], roomFor(copy, tree))
}

/** Why it would be void: below itself, or in the tree of another root. */
function voidFault({ told, record }: Settling): Failure {
  const { parents } = parentsBy(before(told, record))
  if (wayUp(parents, record.parent).includes(record.directory)) return failure('WouldFormCycle', { name: `#${record.directory}`, to: record.label })
  return failure('WouldBreak', { what: `Moving #${record.directory} to ${record.label} in #${record.parent}`, rule: 'D3', reason: 'that lies in the tree of another root', next: 'Put one root below the other, or both below a new one, first' })
}

const waiting = ({ record }: Settling, reason: string): Failure => failure('MovePending', { name: `#${record.directory}`, to: record.label, reason })

export function onSettling(turn: Turn, settling: Settling, step: SettlingStep, outcome: object | Failure): void {
  const copy = turn.server.copies.get(settling.directory)
  if (copy?.state !== 'active') return finish(turn, settling, failure('NoCopyHere', { server: turn.server.name, directory: settling.directory }))
  if (isFailure(outcome)) return finish(turn, settling, waiting(settling, reasonOf(outcome)))
  const { asking, told } = settling
  switch (step) {
    case 'told': {
      const { directory, records, stableMark, server } = outcome as Outcomes['records']
      if (directory !== asking) return finish(turn, settling, waiting(settling, `#${asking} was not told of`))
      told.set(directory, { records: records.map(({ parent, label, ts, born, ofRoot, verdict }) => ({ directory, parent, label, ts, born, ofRoot, verdict })), stableMark, at: server })
      return goOn(turn, settling)
    }
    case 'swept': {
      const { at } = told.get(asking)!
      told.delete(asking)
      return askFor(turn, settling, asking, [at])
    }
    case 'room':
      return onRoom(turn, settling, copy, outcome as ReadOutcome)
    case 'ranked':
    case 'announced':
      return askForRoom(turn, settling)
    case 'marked': {
      const [record] = pendingIn(copy)
      if (record === undefined) return finish(turn, settling, { directory: copy.directory })
      if (record.ts <= settling.record.ts) return finish(turn, settling, waiting(settling, 'the verdict could not be written'))
      Object.assign(settling, about(copy.directory, record), { putOff: null })
      return goOn(turn, settling)
    }
  }
}

/** Writes what comes of this one, and of all that are older. */
function mark(turn: Turn, settling: Settling): void {
  const { directory } = settling
  const open = pendingIn(turn.server.copies.get(directory)!).filter(({ ts }) => ts <= settling.record.ts)
  const marks = open.map((each): [Label, Tree] => {
    const { key, label } = each
    const isDone = !isVoid({ ...settling, ...about(directory, each) })
    happened(turn, { kind: 'name', text: isDone ? `its move to ${label} is settled` : `its move to ${label} is void: another one was first, after which it would lie below itself or outside of the tree, or has its place elsewhere`, directory })
    return [key, [[label, [[isDone ? SETTLED : VOID, true]]]]]
  })
  change(turn, settling, 'marked', [turn.server.id], directory, 'reference', ['.', 'BR'], marks)
}
