/**
 * A2. Whether an update is authorised: judged as of its time-stamp, by what all older authorised updates say. That is a function
 * of the set of updates alone, so all copies agree, in whatever order it came to them (SPEC §15).
 *
 * The one table of which right each procedure needs is `neededBy`.
 */
import { unreachable } from '../assert'
import { failure, type Failure } from '../errors'
import { formatPath, shown, type Label } from '../names'
import { millisecondsOf, type Timestamp } from '../timestamp'
import type { Branch, Intent, ProcedureName, UpdateSet } from '../values/intent'
import { stringAt } from '../values/readValue'
import { nodeAt, visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { ACCESS, may, mayWriteSomewhere, ownerOf, triplesIn } from './access'
import { KEYS, principalOf } from './authentication'
import type { Principal } from './principal'

/** Whether the tree of all older authorised updates lets the author make this one. */
export const isAuthorised = (tree: ValueTree, set: UpdateSet): boolean => rightLacking(tree, set) === null

/** The path that an update needs write on and its author has not, or null. Where a directory is open nobody lacks any. */
function rightLacking(tree: ValueTree, { intent, ts }: Pick<UpdateSet, 'intent' | 'ts'>): readonly Label[] | null {
  // The first change of a directory makes its owner; nobody makes a second one, with another owner.
  if (intent.procedure === 'newD') return tree.root.children === null ? null : ['.']
  if (triplesIn(tree).length === 0) return null
  if (intent.procedure === 'enrol') return isInvited(tree, intent, ts) ? null : ['.']
  return lackedBy(tree, authorOf(tree, intent, ts), intent)
}

const authorOf = (tree: ValueTree, { directory, author, chain = [] }: Intent, ts: Timestamp): Principal => principalOf(tree, directory, author, chain, ts)

type Deed = Pick<Intent, 'procedure' | 'branches' | 'author'>

function lackedBy(tree: ValueTree, who: Principal, deed: Deed): readonly Label[] | null {
  if (triplesIn(tree).length === 0 || who.key === ownerOf(tree)) return null
  if (deed.procedure === 'announce') return mayWriteSomewhere(tree, who) ? null : ['.']
  return neededBy(tree, deed).find((path) => !may(tree, who, 'write', path)) ?? null
}

/** What the caller of a refused change is told. */
export function accessFault(tree: ValueTree, set: Pick<UpdateSet, 'intent' | 'ts'>): Failure | null {
  const lacking = rightLacking(tree, set)
  return lacking === null ? null : withoutRight(lacking)
}

/**
 * The same for who asks for a change to be drawn up: what that comes to may tell what stands there. What a server says of itself
 * it signs with its own key, which nobody knows before: that is judged when it is submitted.
 */
export function draftFault(visible: ValueTree, who: Principal, procedure: ProcedureName, branches: readonly Branch[]): Failure | null {
  if (triplesIn(visible).length === 0 || procedure === 'enrol' || isOfServers(visible, procedure, branches)) return null
  const lacking = lackedBy(visible, who, { procedure, branches, author: who.key })
  return lacking === null ? null : withoutRight(lacking)
}

/** Whether a change by a procedure of servers speaks of nothing else. */
const isOfServers = (tree: ValueTree, procedure: ProcedureName, branches: readonly Branch[]): boolean =>
  (procedure === 'setUpOn' || procedure === 'removeS') && branches.every(([label, , below]) => (typeof below === 'boolean' ? visibleAt(tree, [label, 'Server']) !== undefined : below.every(([second]) => second === 'Server')))

/** Said whether something stands there or not: who may not read learns neither. */
const withoutRight = (path: readonly Label[]): Failure => failure('NoRight', { name: shown(formatPath(path)), what: 'write' })

/** The paths on which an update needs the right to write: every node that it makes, replaces or deletes. */
function neededBy(tree: ValueTree, { procedure, branches, author }: Deed): Label[][] {
  switch (procedure) {
    case 'doUpdates':
      return newNodes(branches)
    case 'setLink':
    case 'setTX':
    case 'plan':
    case 'reference':
      return branches.map(([label]) => [label])
    case 'carryOut':
      // What was planned by who might, anybody may make when its time has come [W3].
      return branches.flatMap(([label]) => (visibleAt(tree, [label, 'Withdrawn']) === undefined ? [[label]] : []))
    case 'setUpOn':
    case 'removeS':
      return branches.flatMap((branch) => (branch[0] === '.' ? [] : serverNeeds(tree, branch, author)))
    case 'move':
    case 'setInSN':
    case 'setRooms':
    case 'removeD':
    case 'newD':
    case 'announce':
    case 'enrol':
      return [['.']]
    case 'setAccess':
      return [['.', ACCESS]]
    default:
      return unreachable(procedure)
  }
}

/** Who may write `*\/Server` may name a server where no entry is; what stands there already is its owner's. */
function serverNeeds(tree: ValueTree, [label, incarnation, below]: Branch, author: string): Label[][] {
  const isOwn = stringAt(tree, [label, 'Server', 'Key']) === author
  if (isOwn) return []
  const isNew = incarnation === null && below !== false && visibleAt(tree, [label]) === undefined
  const isDown = typeof below !== 'boolean' && below.every(([second, , deeper]) => second === 'Server' && typeof deeper !== 'boolean' && deeper.every(([third]) => third === 'Down'))
  return isNew || isDown ? [[label, 'Server']] : [[label]]
}

/** Every node that a set makes, or deletes. */
export function newNodes(branches: readonly Branch[], above: readonly Label[] = []): Label[][] {
  return branches.flatMap(([label, incarnation, below]) => {
    const path = [...above, label]
    return [...(incarnation === null ? [path] : []), ...(typeof below === 'boolean' ? [] : newNodes(below, path))]
  })
}

/** `Lampson/Invited/<key>/<time>`: who has that key may add one key of its own to the entry, until then, once. */
export const INVITED = 'Invited'

/** Whether an intent makes use of an invitation: it adds one key, and takes the invitation away, in one change. */
function isInvited(tree: ValueTree, { author, branches }: Intent, ts: Timestamp): boolean {
  const [entry] = branches
  if (branches.length !== 1 || entry === undefined || typeof entry[2] === 'boolean') return false
  const [label, , below] = entry
  const until = stringAt(tree, [label, INVITED, author])
  if (until === undefined || millisecondsOf(ts) > Date.parse(until)) return false
  const [invited, keys] = below
  const isUsed = invited?.[0] === INVITED && isOnly(invited[2], (leaf) => leaf[0] === author && leaf[2] === false)
  const isAdded = keys?.[0] === KEYS && isOnly(keys[2], (leaf) => leaf[2] === true)
  return below.length === 2 && isUsed && isAdded
}

/**
 * What is said of an invitation before it is used, to whoever has its key and to nobody else; null: it is open. That it was used
 * shows by a key that its key has signed: `authorOf` says who made what stands there.
 */
export function invitationFault(tree: ValueTree, branches: readonly Branch[], now: number, authorOf: (ts: Timestamp) => string | undefined): Failure | null {
  const [label, below] = onlyArc(branches)
  const [key] = onlyArc(below.filter(([second]) => second === INVITED).flatMap(([, , deeper]) => (typeof deeper === 'boolean' ? [] : deeper)))
  const until = stringAt(tree, [label, INVITED, key])
  const closed = (reason: string): Failure => failure('NotInvited', { name: shown(label), reason })
  if (until !== undefined) return now <= Date.parse(until) ? null : closed(`it was open until ${until}. Ask for a new one`)
  const keys = visibleAt(tree, [label, KEYS])
  if (keys !== undefined && [...visibleChildren(keys)].some(([, { ts }]) => authorOf(ts) === key)) return closed('it has been used, and each can be once. Ask for a new one, and who used it if that was not you')
  if (nodeAt(tree, [label, INVITED, key])?.mark === 'absent') return closed('it was withdrawn. Ask for a new one')
  return closed('none with this key is known here: it may still be on its way, else it was withdrawn, or is long out of use. Try again in a minute, or ask for a new one')
}

function onlyArc(branches: readonly Branch[]): [label: Label, below: readonly Branch[]] {
  const [first] = branches
  return branches.length !== 1 || first === undefined ? ['', []] : [first[0], typeof first[2] === 'boolean' ? [] : first[2]]
}

const isOnly = (below: Branch[2] | undefined, holds: (leaf: Branch) => boolean): boolean => Array.isArray(below) && below.length === 1 && holds(below[0] as Branch)

/** Whether later updates may be judged otherwise because of this one: it speaks of rights, or of who somebody is. */
export function isGoverning({ intent: { branches } }: UpdateSet): boolean {
  return branches.some(([label, incarnation, below]) => label === '.' || incarnation === null || typeof below === 'boolean' || below.some(([second]) => second === KEYS || second === INVITED || second === 'DR' || second === 'Server' || second === 'Withdrawn'))
}

/** Whether a set changes the triples. */
export const touchesAccess = ({ intent: { branches } }: UpdateSet): boolean => branches.some(([label, , below]) => label === '.' && (typeof below === 'boolean' || below.some(([second]) => second === ACCESS)))

/** Whether there are triples: only then anything depends on them. */
export const isClosed = (tree: ValueTree): boolean => triplesIn(tree).length > 0
