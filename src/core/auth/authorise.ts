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
import type { Branch, Intent, UpdateSet } from '../values/intent'
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

interface Deed extends Pick<Intent, 'procedure' | 'branches' | 'author'> {
  /** It is not drawn up yet, so it says nothing of what stands there: asked is whether it could come to anything that is allowed. */
  isMeant?: boolean
}

function lackedBy(tree: ValueTree, who: Who, deed: Deed): readonly Label[] | null {
  const given = givenTo(tree, who, 'write')
  if (typeof given === 'string') return null
  if (deed.procedure === 'announce' && given.length > 0 && deed.branches.every((branch) => isFor('announce', branch) && onlyAdds(tree, branch))) return null
  return neededBy(tree, deed).find((path) => !given.some((triple) => matchesPath(triple.path, path))) ?? null
}

/**
 * W5: who may write anything here announces what is to come to lie here. To take an announcement away, or to change whose it is, needs
 * write on `.`, as the removals do that look at these.
 */
const onlyAdds = (tree: ValueTree, [label, , below]: Branch): boolean => isList(below) && below.every(([second, , deeper]) => visibleAt(tree, [label, second]) === undefined && !deletes(deeper))

const deletes = (below: Branch[2]): boolean => (isList(below) ? below.some(([, , deeper]) => deletes(deeper)) : !below)

/** What the caller of a refused change is told. */
export const accessFault = (tree: ValueTree, set: Pick<UpdateSet, 'intent' | 'ts'>): Failure | null => refusalFor(rightLacking(tree, set))

/** The same, before anything else is looked at that could tell what stands there; what nobody may do whatever stands there is told after. */
export function rightFault(tree: ValueTree, intent: Intent, ts: Timestamp): Failure | null {
  if (!isClosed(tree) || intent.procedure === 'newD') return null
  if (intent.procedure === 'enrol') return isInvited(tree, intent, ts) ? null : refusalFor(['.'])
  return refusalFor(lackedBy(tree, authorOf(tree, intent, ts), intent))
}

/** The same for who asks for a change to be drawn up: what that comes to may tell what stands there. Its author is the key of the server that asks, where servers speak of themselves. */
export const draftFault = (tree: ValueTree, who: Who, deed: Deed): Failure | null => (isClosed(tree) && deed.procedure !== 'enrol' ? refusalFor(lackedBy(tree, who, deed)) : null)

/** Said whether something stands there or not: who may not read learns neither. What a server needs depends on that, and is not told. */
const refusalFor = (path: readonly Label[] | null): Failure | null => path && failure('NoRight', { name: shown(formatPath(path[1] === 'Server' ? path.slice(0, 1) : path)), what: 'write' })

/** The paths on which an update needs the right to write: what its procedure asks for the names that it is for; of all else every node. */
const neededBy = (tree: ValueTree, deed: Deed): readonly Label[][] => deed.branches.flatMap((branch) => neededFor(tree, deed, branch) ?? [...newNodes([branch]), ...(namesServer(branch) ? serverNeeds(tree, deed, branch) : [])])

/** Whether a branch speaks of a server under an entry that is there: whoever may say what servers there are changes nobody's entry. */
const namesServer = ([label, incarnation, below]: Branch): boolean => label !== '.' && incarnation !== null && isList(below) && below.some(([second]) => second === 'Server')

/** The one table of what each procedure needs for a branch that it is for; null for any other. */
function neededFor(tree: ValueTree, deed: Deed, branch: Branch): Label[][] | null {
  const { procedure, author } = deed
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
      return label === '.' ? (takesBack(branch) ? [] : [['.']]) : serverNeeds(tree, deed, branch)
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
function serverNeeds(tree: ValueTree, { author, isMeant = false }: Deed, branch: Branch): Label[][] {
  const [label, incarnation] = branch
  if (isOwn(tree, label, author)) return []
  const isNew = isMeant || (incarnation === null && visibleAt(tree, [label]) === undefined)
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
