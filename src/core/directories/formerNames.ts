/**
 * M4: a name that a directory had goes on: where its reference stood there is a link to where it is now, which cleanup turns
 * when the directory moves again. So old names keep their meaning, and lead there in one step. The link is written only once
 * every copy on the way has the references that it leads through: until then the old reference stays, and a name in use leads
 * there at every instant, whichever copies are asked.
 */
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { explain, failure, isFailure, type Failure } from '../errors'
import { formatName, labelByteFault, MAX_PATH_LABELS, type DirectoryId, type Label, type ServerId } from '../names'
import { begin, change, finish, read, request, type Begun } from '../procedure'
import type { Outcomes, ReadOutcome } from '../requests'
import type { Turn } from '../server'
import type { Timestamp } from '../timestamp'
import { below, labelsIn, type Tree } from '../values/readValue'
import { announcementOf, isOver } from './children'
import { isOfNobody } from './gone'
import { backReferences, effectiveParent, inForce } from '../entries/parents'
import { whomToAsk } from './reference'

export interface Linking extends Begun {
  type: 'link'
  directory: DirectoryId
  /** Its name as far as it is known: labels down from `from`, which goes up to the root. */
  from: DirectoryId
  path: Label[]
  /** Whose reference is looked at in `from`, where it was read, and its time-stamp; how often that directory was swept for it. */
  child: DirectoryId
  at: ServerId | null
  reference: Timestamp | null
  sweeps: number
  names: FormerName[]
}

/** One until F passes the reference, and one more for what came in between. */
const MAX_SWEEPS = 3

export interface FormerName {
  parent: DirectoryId
  label: Label
}

/**
 * From parent to parent its name is `read`, and what the parent says of itself is `told`, after it was `swept` where not all copies have the
 * name; then what stands under each former name is `found`, unless that parent is `gone`, as a link perhaps `leading` elsewhere, and `turned`;
 * then its announcements there are `over`.
 */
export type LinkingStep = 'read' | 'told' | 'swept' | 'found' | 'gone' | 'leading' | 'turned' | 'over'

/** Names that a directory had, each once, without the one that it has. */
export function formerNames({ visible }: DirectoryCopy): FormerName[] {
  const now = effectiveParent({ visible })
  const names = new Map(backReferences(visible).filter(({ verdict }) => verdict !== 'pending').map(({ parent, label }) => [`${parent} ${label}`, { parent, label }]))
  return [...names.values()].filter(({ parent, label }) => parent !== now?.parent || label !== now.label)
}

export function beginLinking(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const { directory } = copy
  const { parent, label } = effectiveParent(copy)!
  const linking = begin<Linking>(turn, caller, { type: 'link', directory, from: parent, path: [label], child: directory, at: null, reference: null, sweeps: 0, names: formerNames(copy) }, (other) => other.type === 'link' && other.directory === directory)
  if (linking !== null) climb(turn, linking)
}

const climb = (turn: Turn, linking: Linking): void => read(turn, linking, 'read', whomToAsk(turn.server, linking.from), linking.from, [linking.path[0]!, 'DR', 'DI', linking.child])

const waiting = ({ directory, path }: Linking, reason: string): Failure => failure('MovePending', { name: `#${directory}`, to: path.at(-1)!, reason })

export function onLinking(turn: Turn, linking: Linking, step: LinkingStep, outcome: object | Failure): void {
  // Somebody else was faster, or a link has not expired: it is looked at the next time, and leads on by the one it leads to. Or the parent is about to be removed.
  if (isFailure(outcome) && (outcome.code === 'Superseded' || outcome.code === 'NotExpired' || outcome.code === 'Withdrawn') && step === 'turned') return goOn(turn, linking)
  if (isFailure(outcome) && step === 'found' && isOfNobody(outcome)) return askIfGone(turn, linking)
  if (step === 'over') return goOn(turn, linking)
  if (isFailure(outcome)) return finish(turn, linking, step === 'swept' ? waiting(linking, explain(outcome).replace(/\.$/, '')) : outcome)
  switch (step) {
    case 'read':
      return onRead(turn, linking, outcome as ReadOutcome)
    case 'told':
      return onTold(turn, linking, outcome as Outcomes['records'])
    case 'swept':
      return climb(turn, linking)
    case 'found':
      return onFound(turn, linking, outcome as ReadOutcome)
    case 'gone': {
      const { parent } = linking.names[0]!
      return (outcome as Outcomes['records']).gone === null ? finish(turn, linking, failure('NoCopyReachable', { name: `#${parent}`, tried: 'no copy of it answers' })) : goOn(turn, linking)
    }
    case 'leading':
      return onLeading(turn, linking, outcome as ReadOutcome)
    case 'turned':
      return unannounce(turn, linking)
  }
}

function onRead(turn: Turn, linking: Linking, { snapshot: { path }, server: at }: ReadOutcome): void {
  const [, , , reference] = path
  if (reference === undefined) return finish(turn, linking, waiting(linking, `#${linking.from} does not name #${linking.child} yet`))
  linking.at = at
  linking.reference = reference[1]
  request(turn, linking, 'told', [at], { type: 'records', directory: linking.from })
}

/** Every copy of the parent has the reference once F has passed it [F1]; and it says where it is itself. */
function onTold(turn: Turn, linking: Linking, { records, stableMark }: Outcomes['records']): void {
  const { from, path, at, reference } = linking
  if (reference! >= stableMark) {
    if (linking.sweeps++ >= MAX_SWEEPS) return finish(turn, linking, waiting(linking, `not every copy of #${from} has its name yet`))
    return request(turn, linking, 'swept', [at!], { type: 'sweep', directory: from, form: 'parallel' })
  }
  const up = inForce(records)
  if (up === undefined || path.length >= MAX_PATH_LABELS) return look(turn, linking)
  path.unshift(up.label)
  Object.assign(linking, { from: up.parent, child: from, sweeps: 0 } satisfies Partial<Linking>)
  climb(turn, linking)
}

function goOn(turn: Turn, linking: Linking): void {
  linking.names.shift()
  look(turn, linking)
}

function look(turn: Turn, linking: Linking): void {
  const [name] = linking.names
  if (name === undefined) finish(turn, linking, { directory: linking.directory })
  else read(turn, linking, 'found', whomToAsk(turn.server, name.parent), name.parent, [name.label, 'DR', 'DI'])
}

/** A directory that was removed has no names any more. */
function askIfGone(turn: Turn, linking: Linking): void {
  const { parent } = linking.names[0]!
  request(turn, linking, 'gone', whomToAsk(turn.server, parent), { type: 'records', directory: parent })
}

/** W5: nothing of its own records in that parent counts any more. */
function unannounce(turn: Turn, linking: Linking): void {
  const { parent } = linking.names[0]!
  const copy = turn.server.copies.get(linking.directory)
  const records = copy === undefined ? [] : backReferences(copy.visible)
  const over = records.filter((record) => record.parent === parent && isOver(record, records)).map(({ key }) => announcementOf(linking.directory, key))
  if (over.length === 0) return goOn(turn, linking)
  change(turn, linking, 'over', whomToAsk(turn.server, parent), parent, 'announce', ['.'], [...new Set(over)].map((each): [Label, Tree] => [each, false]))
}

/** Where it is now, from the root; by its identifier where that is longer than a link may be. */
function target({ directory, from, path }: Linking): string {
  const name = formatName({ from, up: 0, labels: path })
  return labelByteFault(name) === null ? name : formatName({ from: directory, up: 0, labels: [] })
}

/** M4: the reference becomes the link in one update, and through its TSpath: of a newer one nothing is touched. */
function onFound(turn: Turn, linking: Linking, { tree, snapshot, server: at }: ReadOutcome): void {
  const { parent, label } = linking.names[0]!
  if (snapshot.path.length === 0) return goOn(turn, linking)
  if (labelsIn(tree ?? undefined)[0] !== linking.directory) return read(turn, linking, 'leading', [at], parent, [label, 'Link'])
  turnTo(turn, linking, at, snapshot.path, turnedTo(linking.directory, target(linking)))
}

function onLeading(turn: Turn, linking: Linking, { tree, snapshot, server: at }: ReadOutcome): void {
  const leadsTo = labelsIn(below(tree, ['To']))
  const isOurs = labelsIn(below(tree, ['Moved'])).includes(linking.directory)
  if (!isOurs || (leadsTo.length === 1 && leadsTo[0] === target(linking))) return goOn(turn, linking)
  turnTo(turn, linking, at, snapshot.path, [['Link', linkTo(linking.directory, target(linking))]])
}

const linkTo = (directory: DirectoryId, name: string): Tree => [['Moved', [[directory, true]]], ['To', [[name, true]]]]

/** What a reference to a directory becomes: a link to where it is. */
export const turnedTo = (directory: DirectoryId, name: string): Tree => [['DR', false], ['Link', linkTo(directory, name)]]

/** The link is made whole: of two that are made at once one stands, and not the sum of both. */
function turnTo(turn: Turn, linking: Linking, at: ServerId, [entry]: readonly (readonly [Label, Timestamp])[], tree: Tree): void {
  const { parent, label } = linking.names[0]!
  change(turn, linking, 'turned', [at], parent, 'reference', [label], tree, entry === undefined ? null : [entry[1]])
}
