/**
 * M4: a name that a directory had goes on: where its reference stood there is a link to where it is now, which cleanup turns
 * when the directory moves again. So old names keep their meaning, and lead there in one step.
 */
import type { Caller } from '../caller'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, isFailure, type Failure } from '../errors'
import { formatName, MAX_PATH_LABELS, type DirectoryId, type Label, type ServerId } from '../names'
import { begin, change, finish, read, request, type Begun } from '../procedure'
import type { Outcomes, ReadOutcome } from '../requests'
import type { Turn } from '../server'
import type { Timestamp } from '../timestamp'
import { below, labelsIn, type Tree } from '../values/readValue'
import { announcementOf, isOver } from './children'
import { isOfNobody } from './gone'
import { backReferences, effectiveParent } from './parents'
import { whomToAsk } from './reference'

export interface Linking extends Begun {
  type: 'link'
  directory: DirectoryId
  /** Its name as far as it is known: labels down from `from`, which goes up to the root. */
  from: DirectoryId
  path: Label[]
  names: FormerName[]
}

interface FormerName {
  parent: DirectoryId
  label: Label
}

/** Its name is `climbed` from parent to parent; then what stands under each former name is `found`, unless that parent is `gone`, as a link perhaps `leading` elsewhere, and `turned`; then its announcements there are `over`. */
export type LinkingStep = 'climbed' | 'found' | 'gone' | 'leading' | 'turned' | 'over'

/** Names that a directory had, each once, without the one that it has. */
export function formerNames({ visible }: DirectoryCopy): FormerName[] {
  const now = effectiveParent({ visible })
  const names = new Map(backReferences(visible).filter(({ verdict }) => verdict !== 'pending').map(({ parent, label }) => [`${parent} ${label}`, { parent, label }]))
  return [...names.values()].filter(({ parent, label }) => parent !== now?.parent || label !== now.label)
}

export function beginLinking(turn: Turn, copy: DirectoryCopy, caller: Caller): void {
  const { directory } = copy
  const { parent, label } = effectiveParent(copy)!
  const linking = begin<Linking>(turn, caller, { type: 'link', directory, from: parent, path: [label], names: formerNames(copy) }, (other) => other.type === 'link' && other.directory === directory)
  if (linking !== null) climb(turn, linking)
}

const climb = (turn: Turn, linking: Linking): void => request(turn, linking, 'climbed', whomToAsk(turn.server, linking.from), { type: 'parent', directory: linking.from })

export function onLinking(turn: Turn, linking: Linking, step: LinkingStep, outcome: object | Failure): void {
  // Somebody else was faster, or a link has not expired: it is looked at the next time, and leads on by the one it leads to. Or the parent is about to be removed.
  if (isFailure(outcome) && (outcome.code === 'Superseded' || outcome.code === 'NotExpired' || outcome.code === 'Withdrawn') && step === 'turned') return goOn(turn, linking)
  if (isFailure(outcome) && step === 'found' && isOfNobody(outcome)) return askIfGone(turn, linking)
  if (step === 'over') return goOn(turn, linking)
  if (isFailure(outcome)) return finish(turn, linking, outcome)
  switch (step) {
    case 'climbed': {
      const { parent, label } = outcome as Outcomes['parent']
      if (parent === null || label === null || linking.path.length >= MAX_PATH_LABELS) return look(turn, linking)
      linking.path.unshift(label)
      linking.from = parent
      return climb(turn, linking)
    }
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

const target = ({ from, path }: Linking): string => formatName({ from, up: 0, labels: path })

/** M4: the reference becomes the link in one update, and through its TSpath: of a newer one nothing is touched. */
function onFound(turn: Turn, linking: Linking, { tree, snapshot, server: at }: ReadOutcome): void {
  const { parent, label } = linking.names[0]!
  if (snapshot.path.length === 0) return goOn(turn, linking)
  if (labelsIn(tree ?? undefined)[0] !== linking.directory) return read(turn, linking, 'leading', [at], parent, [label, 'Link'])
  turnTo(turn, linking, at, [label], snapshot.path.slice(0, 1), [['DR', false], ['Link', linkTo(linking)]])
}

function onLeading(turn: Turn, linking: Linking, { tree, snapshot, server: at }: ReadOutcome): void {
  const { label } = linking.names[0]!
  const leadsTo = labelsIn(below(tree, ['To']))
  const isOurs = labelsIn(below(tree, ['Moved'])).includes(linking.directory)
  if (!isOurs || (leadsTo.length === 1 && leadsTo[0] === target(linking))) return goOn(turn, linking)
  turnTo(turn, linking, at, [label, 'Link'], snapshot.path, [['To', [...leadsTo.filter((to) => to !== target(linking)).map((to): [Label, Tree] => [to, false]), [target(linking), true]]]])
}

const linkTo = (linking: Linking): Tree => [['Moved', [[linking.directory, true]]], ['To', [[target(linking), true]]]]

function turnTo(turn: Turn, linking: Linking, at: ServerId, labels: Label[], path: readonly (readonly [Label, Timestamp])[], tree: Tree): void {
  change(turn, linking, 'turned', [at], linking.names[0]!.parent, 'reference', labels, tree, path.map(([, ts]) => ts))
}
