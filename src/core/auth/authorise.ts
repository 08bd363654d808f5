/**
 * A2. Whether an update is authorised: judged as of its time-stamp, by what all older authorised updates say. That is a function
 * of the set of updates alone, so all copies agree, in whatever order it came to them (SPEC §15).
 *
 * The one table of which right each procedure needs is `neededFor`.
 */
import { unreachable } from '../assert'
import { GENESIS } from '../labels'
import { plannedFor } from '../entries/planned'
import { WITHDRAWN } from '../entries/serverEntry'
import { failure, type Failure } from '../errors'
import { formatPath, shown, type Label } from '../names'
import { millisecondsOf, type Timestamp } from '../timestamp'
import type { Branch, Intent, ProcedureName, UpdateSet } from '../values/intent'
import { stringAt, type Tree } from '../values/readValue'
import { nodeAt, visibleAt, visibleChildren, type ValueTree } from '../values/valueTree'
import { ACCESS, givenTo, triplesIn } from './access'
import { principalOf } from './authentication'
import { INVITED, KEYS } from './keys'
import { matchesPath, whoever, type Who } from './principal'
import { isFor } from './purposes'

/** Whether the tree of all older authorised updates lets the author make this one. */
export const isAuthorised = (tree: ValueTree, set: UpdateSet): boolean => rightLacking(tree, set) === null

/** The path that an update needs write on and its author has not, or null. Where a directory is open nobody lacks any. */
function rightLacking(tree: ValueTree, { intent, ts }: Pick<UpdateSet, 'intent' | 'ts'>): readonly Label[] | null {
  // The first change of a directory makes its owner; nobody makes a second one, with another owner, nor takes that one's words away.
  if (intent.procedure === 'newD') return tree.root.children === null ? null : ['.']
  if (overthrows(intent.branches)) return ['.', GENESIS]
  if (isClosed(tree) && intent.procedure === 'enrol') return isInvited(tree, intent, ts) ? null : ['.']
  return lackedBy(tree, authorOf(tree, intent, ts), intent)
}

/** Whether a change would replace or delete what the directory says of itself whole, or its genesis. */
const overthrows = (branches: readonly Branch[]): boolean => branches.some(([label, incarnation, below]) => label === '.' && (incarnation === null || typeof below === 'boolean' || below.some(([second]) => second === GENESIS)))

const authorOf = (tree: ValueTree, { directory, author, chain = [] }: Intent, ts: Timestamp): Who => whoever(() => principalOf(tree, directory, author, chain, ts))

type Deed = Pick<Intent, 'procedure' | 'branches' | 'author'>

function lackedBy(tree: ValueTree, who: Who, deed: Deed): readonly Label[] | null {
  const given = givenTo(tree, who, 'write')
  if (typeof given === 'string') return null
  if (deed.procedure === 'announce' && deed.branches.every((branch) => isFor('announce', branch))) return given.length > 0 ? null : ['.']
  return neededBy(tree, deed).find((path) => !given.some((triple) => matchesPath(triple.path, path))) ?? null
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
export function draftFault(tree: ValueTree, who: Who, procedure: ProcedureName, branches: readonly Branch[]): Failure | null {
  if (!isClosed(tree) || procedure === 'enrol' || isOfServers(tree, procedure, branches)) return null
  const lacking = lackedBy(tree, who, { procedure, branches, author: who().key })
  return lacking === null ? null : withoutRight(lacking)
}

/** Whether a change by a procedure of servers speaks of nothing else. */
const isOfServers = (tree: ValueTree, procedure: ProcedureName, branches: readonly Branch[]): boolean =>
  (procedure === 'setUpOn' || procedure === 'removeS') && branches.every(([label, , below]) => (typeof below === 'boolean' ? visibleAt(tree, [label, 'Server']) !== undefined : below.every(([second]) => second === 'Server')))

/** Said whether something stands there or not: who may not read learns neither. */
const withoutRight = (path: readonly Label[]): Failure => failure('NoRight', { name: shown(formatPath(path)), what: 'write' })

/** The paths on which an update needs the right to write: what its procedure asks for the names that it is for; of all else every node. */
const neededBy = (tree: ValueTree, deed: Deed): readonly Label[][] => deed.branches.flatMap((branch) => neededFor(tree, deed, branch) ?? [...newNodes([branch]), ...(namesServer(branch) ? serverNeeds(tree, branch, deed.author) : [])])

/** Whether a branch speaks of a server under an entry that is there: whoever may say what servers there are changes nobody's entry. */
const namesServer = ([label, incarnation, below]: Branch): boolean => label !== '.' && incarnation !== null && isList(below) && below.some(([second]) => second === 'Server')

/** The one table of what each procedure needs for a branch that it is for; null for any other. */
function neededFor(tree: ValueTree, { procedure, author }: Deed, branch: Branch): Label[][] | null {
  const [label] = branch
  if (procedure === 'doUpdates' || procedure === 'newD') return null
  // What was planned by who might, anybody may make when its time has come [W3].
  if (procedure === 'carryOut') return isPlanned(tree, branch) ? [] : null
  // A server that goes by another name takes its old entry away.
  if ((procedure === 'setUpOn' || procedure === 'removeS') && isOwnEntry(tree, branch, author)) return []
  if (!isFor(procedure, branch)) return null
  switch (procedure) {
    case 'setLink':
    case 'setTX':
    case 'plan':
    case 'reference':
    case 'removeD':
    case 'move':
    case 'setInSN':
    case 'setRooms':
    case 'announce':
    case 'enrol':
      return [[label]]
    case 'setAccess':
      return [['.', ACCESS]]
    case 'setUpOn':
    case 'removeS':
      return label === '.' ? (takesBack(branch) ? [] : [['.']]) : serverNeeds(tree, branch, author)
    default:
      return unreachable(procedure)
  }
}

/** Whether a branch makes an entry what it is planned to be. */
function isPlanned(tree: ValueTree, [label, incarnation, below]: Branch): boolean {
  const planned = plannedFor(tree, label)
  return planned !== null && incarnation === null && JSON.stringify(treeOf(below)) === JSON.stringify(planned.next)
}

const treeOf = (below: Branch[2]): Tree => (typeof below === 'boolean' ? below : below.map(([label, , deeper]) => [label, treeOf(deeper)]))

/** Whether a server takes away the entry that has its key. */
export const isOwnEntry = (tree: ValueTree, [label, , below]: Branch, author: string): boolean => below === false && isOwn(tree, label, author)

const isOwn = (tree: ValueTree, label: Label, author: string): boolean => stringAt(tree, [label, 'Server', 'Key']) === author

/** Whether records of removals are taken away, one by one, and nothing else. */
const takesBack = ([, , below]: Branch): boolean => isList(below) && below.every(([, second, records]) => second !== null && isList(records) && records.every(([, , mark]) => mark === false))

/** Who may write `*\/Server` may name a server where no entry is; what stands there already is its owner's. */
function serverNeeds(tree: ValueTree, branch: Branch, author: string): Label[][] {
  const [label, incarnation] = branch
  if (isOwn(tree, label, author)) return []
  const isNew = incarnation === null && visibleAt(tree, [label]) === undefined
  return isNew || pointsUp(tree, branch) ? [[label, 'Server']] : [[label]]
}

/** Whether servers that point up to one are entered with it, or no more, and nothing else is touched. */
const pointsUp = (tree: ValueTree, [label, incarnation, below]: Branch): boolean =>
  incarnation !== null &&
  isList(below) &&
  below.every(([, second, server]) => second !== null && isList(server) && server.every(([third, down, servers]) => third === 'Down' && isList(servers) && (down !== null || visibleAt(tree, [label, 'Server', 'Down']) === undefined)))

const isList = (below: Branch[2]): below is readonly Branch[] => typeof below !== 'boolean'

/** Every node that a set makes, or deletes. */
export function newNodes(branches: readonly Branch[], above: readonly Label[] = []): Label[][] {
  return branches.flatMap(([label, incarnation, below]) => {
    const path = [...above, label]
    return [...(incarnation === null ? [path] : []), ...(typeof below === 'boolean' ? [] : newNodes(below, path))]
  })
}

/** Whether an intent makes use of an invitation: it adds one key, and takes the invitation away, in one change, and replaces nothing. */
function isInvited(tree: ValueTree, { author, branches }: Intent, ts: Timestamp): boolean {
  const [entry] = branches
  if (branches.length !== 1 || entry === undefined || entry[1] === null || !isList(entry[2])) return false
  const [label, , below] = entry
  const until = stringAt(tree, [label, INVITED, author])
  if (until === undefined || millisecondsOf(ts) > Date.parse(until)) return false
  const [invited, keys] = below
  const isUsed = invited?.[0] === INVITED && invited[1] !== null && isOnly(invited[2], (leaf) => leaf[0] === author && leaf[2] === false)
  const isAdded = keys?.[0] === KEYS && (keys[1] !== null || visibleAt(tree, [label, KEYS]) === undefined) && isOnly(keys[2], (leaf) => leaf[2] === true)
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
  return branches.some(([label, incarnation, below]) => label === '.' || incarnation === null || typeof below === 'boolean' || below.some(([second]) => second === KEYS || second === INVITED || second === 'DR' || second === 'Server' || second === WITHDRAWN))
}

/** Whether a set changes the triples. */
export const touchesAccess = ({ intent: { branches } }: UpdateSet): boolean => branches.some(([label, , below]) => label === '.' && (typeof below === 'boolean' || below.some(([second]) => second === ACCESS)))

/** Whether a set speaks of what the directory says of itself: that is judged without triples, too. */
export const speaksOfSelf = ({ intent: { procedure, branches } }: UpdateSet): boolean => procedure === 'newD' || branches.some(([label]) => label === '.')

/** Whether there are triples: only then anything else depends on them. */
export const isClosed = (tree: ValueTree): boolean => triplesIn(tree).length > 0
