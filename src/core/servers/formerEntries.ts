/**
 * Entries in other directories under which a server was named before it took another name. Whoever holds it gone for good looks
 * for it under the name that stands, and leaves the record there that it was removed [S4]. So a server that is to be entered
 * elsewhere asks there first, and sees to it that nothing of it is left there.
 */
import { isOfNobody } from '../directories/gone'
import { whomToAsk } from '../directories/reference'
import { REMOVED } from '../entries/serverEntry'
import { ask, changeAsServer } from '../errands'
import { isFailure, type Failure } from '../errors'
import type { DirectoryId, Label, ServerId } from '../names'
import type { Outcomes, ReadOutcome } from '../requests'
import { changeServer, homeOf, isEntered, ownLabel, type Server, type Turn } from '../server'
import { below, labelsIn, type Tree } from '../values/readValue'
import { visibleAt } from '../values/valueTree'

export interface FormerEntry {
  directory: DirectoryId
  label: Label
  /** It was found there that the server was removed: the record goes when it is set up anew. */
  recorded?: true
}

/** Whether its removal is `recorded` there; else what stands under the former name is `seen`. Where nobody has a copy: whether the directory is `gone`. */
export type FormerStep = `recorded ${DirectoryId}` | `seen ${DirectoryId}` | `gone ${DirectoryId}`

/** Remembered at most: the last. */
const MOST = 8

export const isFormerStep = (step: string): step is FormerStep => /^(recorded|seen|gone) /.test(step)

/** It goes by the present name no more where it takes one in another directory; null: none at all. */
export function leaveName(turn: Turn, to: DirectoryId | null): void {
  const { server } = turn
  const from = homeOf(server)
  const others = server.formerEntries.filter(({ directory }) => directory !== from && directory !== to)
  const left = from === null || from === to ? [] : [{ directory: from, label: ownLabel(server) }]
  keepFormer(turn, [...others, ...left])
}

/** S4: it was removed, as the directory of its name says, or one of a former name. */
export function noteRemoval(turn: Turn, recorded: DirectoryId): void {
  const { server } = turn
  leaveName(turn, null)
  keepFormer(turn, server.formerEntries.map((each) => (each.directory === recorded ? { ...each, recorded: true } : each)))
}

function keepFormer(turn: Turn, entries: FormerEntry[]): void {
  const kept = entries.slice(-MOST)
  if (JSON.stringify(kept) !== JSON.stringify(turn.server.formerEntries)) changeServer(turn, { type: 'formerEntries', entries: kept })
}

/** Asks about the first of them of which it is not known what stands there; whether there is any. */
export function askFormer(turn: Turn): boolean {
  const { server } = turn
  // Whoever is to be entered may have been away for long.
  if (!isSettled(server)) server.clearedEntries.clear()
  const [first] = open(server)
  if (first !== undefined) askRecorded(turn, first)
  return first !== undefined
}

/** Nobody has said yet that nothing stands there any more; or a copy here says by now that the server was removed. */
const open = ({ formerEntries, clearedEntries, copies, id }: Server): FormerEntry[] =>
  formerEntries.filter(({ directory, recorded }) => {
    const copy = copies.get(directory)
    return recorded === true ? false : !clearedEntries.has(directory) || (copy?.state === 'active' && visibleAt(copy.visible, ['.', REMOVED, id]) !== undefined)
  })

const askRecorded = (turn: Turn, { directory }: FormerEntry): void => look(turn, directory, ['.', REMOVED, turn.server.id], `recorded ${directory}`)

function look(turn: Turn, directory: DirectoryId, path: Label[], step: FormerStep): void {
  ask(turn, whomToBelieve(turn.server, directory), { type: 'read', directory, path, form: 'tree', after: null }, { type: 'register', step })
}

/**
 * Others that are servers there, in the root, or where it is named itself, as what is stored here says: nobody else is believed that it was
 * removed; and its own copy may not have heard of what was done while it was away.
 */
function whomToBelieve(server: Server, directory: DirectoryId): ServerId[] {
  const places = [directory, server.root, homeOf(server)]
  return whomToAsk(server, directory).filter((at) => at !== server.id && isEntered(server, at, (place) => places.includes(place)))
}

/** What comes of a question: it was `removed` there, more is `asked`, or all have been asked (`done`). */
export function onFormer(turn: Turn, step: FormerStep, outcome: object | Failure): 'asked' | 'done' | { removedIn: DirectoryId } {
  const { server } = turn
  const [question, directory] = step.split(' ') as ['recorded' | 'seen' | 'gone', DirectoryId]
  const left = open(server)
  const at = left.findIndex((each) => each.directory === directory)
  const former = left[at]
  const next = left[at + 1]
  if (former === undefined) return 'done'
  if (isFailure(outcome)) {
    // Nothing rests on a directory that was removed.
    if (question === 'recorded' && isOfNobody(outcome)) {
      ask(turn, whomToBelieve(server, server.root ?? directory), { type: 'records', directory }, { type: 'register', step: `gone ${directory}` })
      return 'asked'
    }
  } else if (question === 'gone') {
    if ((outcome as Outcomes['records']).gone !== null) forgetFormer(turn, directory)
  } else {
    const { tree, server: told } = outcome as ReadOutcome
    if (question === 'recorded' && tree !== null) return { removedIn: directory }
    if (question === 'recorded') {
      look(turn, directory, [former.label], `seen ${directory}`)
      return 'asked'
    }
    if (isSettled(server)) clear(turn, former, tree, told)
  }
  if (next === undefined) return 'done'
  askRecorded(turn, next)
  return 'asked'
}

/** Where it is entered under the present name, or is to be nowhere, nothing rests on the former one. */
const isSettled = ({ registered, removed }: Server): boolean => registered || removed

function clear(turn: Turn, { directory, label }: FormerEntry, tree: Tree | null, at: ServerId): void {
  const { server } = turn
  if (labelsIn(below(tree, ['Server', 'SI']))[0] !== server.id) server.clearedEntries.add(directory)
  else changeAsServer(turn, [at], directory, 'setUpOn', { labels: [], incarnations: null }, [[label, labelsIn(tree ?? undefined).length === 1 ? false : [['Server', false]]]], { type: 'register', step: 'kept' })
}

/** Where it is recorded as removed. */
export const recordedIn = ({ formerEntries }: Server): DirectoryId | undefined => formerEntries.find(({ recorded }) => recorded === true)?.directory

export const forgetFormer = (turn: Turn, directory: DirectoryId): void => changeServer(turn, { type: 'formerEntries', entries: turn.server.formerEntries.filter((each) => each.directory !== directory) })
