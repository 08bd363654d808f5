/**
 * W2, W3 at the copy that accepts a change: what has been, or may yet be, promised to caches stays as it is; TX only grows,
 * and not once a change is planned; a planned change is made when nothing cached can still show what it replaces.
 */
import { NEXT, plannedFor } from '../entries/planned'
import type { DirectoryCopy } from '../copies/directoryCopy'
import { failure, type Failure } from '../errors'
import { shown, type DirectoryId, type Label } from '../names'
import { isoTime } from '../timestamp'
import type { Branch, Intent } from '../values/intent'
import { visibleAt, type ValueTree } from '../values/valueTree'
import { bindsUntil, expirationOf, greatestTX, LONGEST_TX, MARGIN, TX, txOf, txValues } from './expiration'
import { whyNotYet } from './plannedChange'
import { namedBy } from './reference'
import { reservedFault } from './reserved'
import { WITHDRAWN } from '../entries/serverEntry'

export function unexpiredFault(now: number, copy: DirectoryCopy, intent: Intent): Failure | null {
  for (const branch of intent.branches) {
    if (branch[0] === '.') continue
    const fault = faultOf(now, copy, intent, branch)
    if (fault !== null) return fault
  }
  return null
}

function faultOf(now: number, copy: DirectoryCopy, intent: Intent, branch: Branch): Failure | null {
  switch (intent.procedure) {
    case 'setTX':
      return extensionFault(now, copy, branch)
    case 'plan':
      return planFault(copy, intent, branch)
    case 'carryOut':
      return whyNotYet(now, copy, branch)
    default:
      return takeOverFault(copy.visible, branch) ?? (changesWhatIsBound(copy.visible, branch) && now <= bindsUntil(copy, branch[0]) ? notExpired(now, copy, branch[0]) : null)
  }
}

function notExpired(now: number, copy: DirectoryCopy, label: Label): Failure {
  const next = expirationOf(copy, label, now)?.planned ? 'A change of it is planned already: take that back first, or wait' : 'Have the change planned, and it is made then'
  return failure('NotExpired', { name: shown(label), from: fromWhen(now, copy.visible, label), next })
}

/** From when on what has TX may change, by all that is known: also by a TX that binds nobody yet, and will when it has been swept. */
const fromWhen = (now: number, tree: ValueTree, label: Label): string => isoTime(Math.max(now, (greatestTX(tree, label, () => true) ?? 0) + MARGIN))

/** What stands below a reference and is a hint, or for servers only. */
const ofServers: readonly Label[] = ['Servers', 'InSN', 'Keys']

/** What new TX a branch comes with, of an entry that it makes anew. */
function txOfNew([, incarnation, below]: Branch): Label[] {
  const times = incarnation !== null || typeof below === 'boolean' ? undefined : below.find(([second]) => second === TX)?.[2]
  return typeof times === 'object' ? times.map(([time]) => time) : []
}

/** TX is given by setTX only; what is made anew may keep what it had. */
function takeOverFault(tree: ValueTree, branch: Branch): Failure | null {
  const [label, incarnation, below] = branch
  if (typeof below === 'boolean' || below.every(([second]) => second !== TX)) return null
  const had = new Set(txValues(tree, label).map(({ until }) => isoTime(until)))
  return incarnation === null && txOfNew(branch).every((time) => had.has(time)) ? null : failure('Reserved', { name: shown(`${label}/${TX}`), procedure: 'setTX' })
}

/**
 * Whether a branch changes what lookups and readers of its entry see. A move may put the link that it leaves in place of the
 * reference at any time; the link keeps the TX, for who cached the reference goes by it still.
 */
function changesWhatIsBound(tree: ValueTree, branch: Branch): boolean {
  const [label, incarnation, below] = branch
  if (typeof below === 'boolean') return true
  const named = namedBy(tree, label)
  const isMoved = named?.type === 'directory' && isLeftByMove(named.directory, branch)
  if (incarnation === null) return !(isMoved && txOfNew(branch).length === txValues(tree, label).length)
  if (isMoved) return false
  return below.some(([second, , deeper]) => (second === 'DR' ? typeof deeper === 'boolean' || deeper.some(([third]) => !ofServers.includes(third)) : second !== TX && second !== WITHDRAWN))
}

/** M4: the reference goes, and nothing comes in its place but the link, made anew, of a former name of that directory. */
function isLeftByMove(directory: DirectoryId, [, incarnation, below]: Branch): boolean {
  if (typeof below === 'boolean') return false
  const others = below.filter((branch) => !isFormerName(directory, branch))
  const isGone = others.length === 1 && others[0]![0] === 'DR' && others[0]![2] === false
  return below.length === others.length + 1 && (incarnation === null ? others.every(([second]) => second === TX) : isGone)
}

/** `Link/Moved` names the directory and no other, and the link leads on to one name. */
function isFormerName(directory: DirectoryId, [second, incarnation, below]: Branch): boolean {
  if (second !== 'Link' || incarnation !== null || typeof below === 'boolean') return false
  const said = below.flatMap(([third, , labels]) => (typeof labels === 'boolean' ? [[third]] : labels.map(([label, , mark]) => [third, third === 'Moved' ? label : '', mark])))
  return JSON.stringify(said) === JSON.stringify([['Moved', directory, true], ['To', '', true]])
}

/** Of one name in one change: the new one, and those that it outlives. */
const MOST_TIMES = 256

/** SetTX: later times only, in bounds, and what it takes away is less than a TX that every copy has. */
function extensionFault(now: number, copy: DirectoryCopy, [label, incarnation, below]: Branch): Failure | null {
  const tree = copy.visible
  const name = shown(label)
  const bad = (reason: string): Failure => failure('BadRequest', { reason })
  if (incarnation === null || typeof below === 'boolean') return failure('NotFound', { name, reason: 'only what is there can have an expiration time' })
  if (namedBy(tree, label)?.type === 'server') return bad(`${name} is a server, whose entry changes only by its own procedures`)
  if (plannedFor(tree, label) !== null) return failure('ChangePlanned', { name, from: fromWhen(now, tree, label) })
  const [[, anew, times]] = below as [Branch]
  if (typeof times === 'boolean') return bad('an expiration time is not taken away')
  if (anew === null && visibleAt(tree, [label, TX]) !== undefined) return bad('an expiration time is extended, not replaced')
  if (times.length > MOST_TIMES) return bad('it is one expiration time that is given')
  const known = greatestTX(tree, label, () => true) ?? 0
  for (const [text, , mark] of times) {
    const until = txOf(text)
    if (typeof mark !== 'boolean' || until === null) return bad(`${shown(text)} is no time as it is written here`)
    if (mark && until <= Math.max(now, known)) return bad(known > now ? `${name} expires only at ${isoTime(known)}, which can be extended, not shortened` : `${shown(text)} has passed already`)
    if (mark && until - now > LONGEST_TX) return bad(`an expiration time is at most five years ahead, and ${shown(text)} is more`)
    const lasting = txValues(tree, label).some((value) => value.until > (until ?? 0) && value.ts < copy.stableMark && !times.some(([gone, , stays]) => !stays && gone === isoTime(value.until)))
    if (!mark && !lasting) return bad(`the expiration time ${shown(text)} is one that somebody may go by`)
  }
  return null
}

/** A change is planned if it could be made, but for the time; or a plan is taken back. */
function planFault(copy: DirectoryCopy, intent: Intent, [label, incarnation, below]: Branch): Failure | null {
  const name = shown(label)
  if (incarnation === null || typeof below === 'boolean') return failure('NotFound', { name, reason: 'only a change of what is there can be planned' })
  const [[, anew, plan]] = below as [Branch]
  if (anew !== null) return failure('BadRequest', { reason: 'a plan is made anew, not changed' })
  if (plan === false) return plannedFor(copy.visible, label) === null ? failure('NotFound', { name, reason: 'no change of it is planned' }) : null
  const next = plan === true ? false : plan.length === 1 && plan[0]![0] === NEXT ? plan[0]![2] : null
  if (next === null) return failure('BadRequest', { reason: 'a plan says what the entry will be' })
  if (typeof next !== 'boolean' && next.some(([second]) => second === TX)) return failure('Reserved', { name: `${name}/${TX}`, procedure: 'setTX' })
  const isLink = typeof next !== 'boolean' && next.some(([second]) => second === 'Link')
  return reservedFault(copy.visible, { ...intent, procedure: isLink ? 'setLink' : 'doUpdates', branches: [[label, null, next]] })
}
