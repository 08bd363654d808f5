/**
 * O2: of several new roots above one old root the first wins. The others never became roots: what was to lie below them says
 * so. Such a directory goes below the root that won, so that nothing that was written there meanwhile is lost; any copy of it
 * sees to that, from state.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { isFailure, type Failure } from '../errors'
import { freshId } from '../fresh'
import { formatName, labelFault, MAX_PATH_LABELS, utf8Length, type DirectoryId, type Label } from '../names'
import { begin, change, finish, request, type Begun } from '../procedure'
import type { Outcomes } from '../requests'
import { happened, type Turn } from '../server'
import { visibleChildren } from '../values/valueTree'
import { directoryNamed } from '../entries/named'
import { backReferences, OF_ROOT, recordKey } from '../entries/parents'
import { announcement, childLabel } from './children'
import { turnedTo } from './formerNames'
import { whomToAsk } from './reference'
import { wellKnownDirectories, wellKnownIn } from './wellKnown'

export interface Yielding extends Begun {
  type: 'yield'
  directory: DirectoryId
  /** What it lists as well-known, and has not been asked; the first is asked whether it lies below. */
  asking: DirectoryId[]
  /** The way up from the one that does not. */
  top: DirectoryId
  height: number
  /** Of the record of its place there, and its name. */
  record: string
  label: Label
}

/** What was to lie below has `answered`; a stray reference to it is `turned`; from there it is `climbed` to the root that won, where it is `announced`, and the record `written`. */
export type YieldingStep = 'answered' | 'turned' | 'climbed' | 'announced' | 'written'

/** Made to be a root, and not the root that this server knows, nor below anything, or on its way. */
export const mayYield = ({ server }: Turn, copy: DirectoryCopy): boolean => copy.directory !== server.root && backReferences(copy.visible).every(({ verdict }) => verdict === 'void') && wellKnownDirectories(copy.visible).length > 0

export function beginYielding(turn: Turn, copy: DirectoryCopy): void {
  const { directory } = copy
  const asking = wellKnownDirectories(copy.visible)
  const yielding = begin<Yielding>(turn, null, { type: 'yield', directory, asking, top: directory, height: 0, record: freshId(turn.server.fresh, 8), label: '' }, (other) => other.type === 'yield' && other.directory === directory)
  if (yielding !== null) askNext(turn, yielding)
}

function askNext(turn: Turn, yielding: Yielding): void {
  const [next] = yielding.asking
  if (next === undefined) finish(turn, yielding, {})
  else request(turn, yielding, 'answered', whomToAsk(turn.server, next), { type: 'records', directory: next })
}

export function onYielding(turn: Turn, yielding: Yielding, step: YieldingStep, outcome: object | Failure): void {
  const copy = turn.server.copies.get(yielding.directory)
  // A5: where its server may announce nothing it lies all the same, and has a name once somebody else gives it one.
  const isRefused = step === 'announced' && isFailure(outcome) && outcome.code === 'NoRight'
  if ((isFailure(outcome) && !isRefused) || copy?.state !== 'active' || !mayYield(turn, copy)) return finish(turn, yielding, outcome)
  switch (step) {
    case 'answered': {
      const { records } = outcome as Outcomes['records']
      const isVoid = records.some(({ parent, verdict }) => parent === yielding.directory && verdict === 'void') && !records.some(({ parent, verdict }) => parent === yielding.directory && verdict !== 'void')
      if (isVoid) return turnStray(turn, yielding, copy, records)
      yielding.asking.shift()
      return askNext(turn, yielding)
    }
    case 'turned':
      return askNext(turn, yielding)
    case 'climbed': {
      const { parent } = outcome as Outcomes['parent']
      if (parent === null || yielding.height >= MAX_PATH_LABELS) return goBelow(turn, yielding, copy)
      return climb(turn, yielding, parent)
    }
    case 'announced':
      return change(turn, yielding, 'written', [turn.server.id], copy.directory, 'reference', ['.', 'BR'], [[recordKey(yielding.top, yielding.record), [[yielding.label, [[OF_ROOT, true]]]]]])
    case 'written':
      return finish(turn, yielding, {})
  }
}

/** Made with it was a reference to what was to lie below. If no record there is of that name, nobody else will ever turn it to a link [M4, D3]. */
function turnStray(turn: Turn, yielding: Yielding, { directory, visible }: DirectoryCopy, records: Outcomes['records']['records']): void {
  const child = yielding.asking[0]!
  const stray = [...visibleChildren(visible.root)].find(([label]) => directoryNamed(visible, label) === child && !records.some((record) => record.parent === directory && record.label === label))
  if (stray === undefined) return climb(turn, yielding, child)
  const [label, { ts }] = stray
  change(turn, yielding, 'turned', [turn.server.id], directory, 'reference', [label], turnedTo(child, formatName({ from: child, up: 0, labels: [] })), [ts])
}

function climb(turn: Turn, yielding: Yielding, from: DirectoryId): void {
  yielding.top = from
  yielding.height++
  request(turn, yielding, 'climbed', whomToAsk(turn.server, from), { type: 'parent', directory: from })
}

/** Under the name that it had for the old root, and a few letters of its own. */
function goBelow(turn: Turn, yielding: Yielding, copy: DirectoryCopy): void {
  const { top, asking, record } = yielding
  const { directory } = copy
  const [wanted = ''] = wellKnownIn(copy.visible, asking[0]!) ?? []
  yielding.label = `${utf8Length(wanted) > 200 || labelFault(wanted) !== null ? '' : wanted}~${directory.slice(0, 4)}`
  happened(turn, { kind: 'name', text: `another new root was first; this directory goes below that as ${yielding.label}`, directory })
  change(turn, yielding, 'announced', whomToAsk(turn.server, top), top, 'announce', ['.'], [announcement(childLabel(directory, record), yielding.label)])
}
