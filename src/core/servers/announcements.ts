/**
 * S1, S3, W5 at the copy that accepts a change: what relies on a directory's InSN, or on a server, is announced where the
 * removal of that looks, and accepted only while nothing is withdrawn there. A removal is accepted only of what was
 * withdrawn, and that nothing relies on. So no lock is needed: once the withdrawal is stable, every copy refuses.
 */
import { isAuthorised } from '../auth/authorise'
import { setsAt, type DirectoryCopy } from '../copies/directoryCopy'
import { announcedIn, childIn, INSTEAD, NAMED, type Announced } from '../directories/children'
import { effectiveParent } from '../entries/parents'
import { BELOW, inSNOf, namedIn, rankIn, REMOVED, serverEntry, WITHDRAWN } from '../entries/serverEntry'
import { failure, type Failure } from '../errors'
import { shown, type DirectoryId, type Label } from '../names'
import type { Branch, Intent } from '../values/intent'
import { visibleAt } from '../values/valueTree'

export function announcementFault(copy: DirectoryCopy, root: DirectoryId | null, { procedure, branches }: Intent): Failure | null {
  if (procedure === 'setInSN') return branches.map((branch) => inSNRemovalFault(copy, branch) ?? roomFault(copy, branch)).find((fault) => fault !== null) ?? null
  if (procedure === 'announce') return branches.map((branch) => insteadFault(copy, branch)).find((fault) => fault !== null) ?? null
  if (procedure !== 'setUpOn' && procedure !== 'removeS' && procedure !== 'reference') return null
  for (const branch of branches) {
    const fault = nameFault(copy, root, branch) ?? upFault(copy, branch) ?? (procedure === 'reference' ? referenceFault(copy, branch) : serverRemovalFault(copy, procedure, branch))
    if (fault !== null) return fault
  }
  return null
}

/** S1: servers, and directories that may name servers, only in a directory that has InSN, which the root always has. */
function nameFault(copy: DirectoryCopy, root: DirectoryId | null, branch: Branch): Failure | null {
  if (!sets(branch, 'Server', 'SI') && !sets(branch, 'DR', 'InSN')) return null
  // S4: it has come back; whoever sets it up anew takes the record away first.
  if (entered(branch).some((si) => visibleAt(copy.visible, ['.', REMOVED, si]) !== undefined)) return failure('ServerRemoved', { server: shown(branch[0]) })
  const inSN = inSNOf(copy.visible)
  const directory = `the directory #${copy.directory}`
  if (inSN !== null && inSN.withdrawn !== null) return failure('Withdrawn', { name: `InSN of ${directory}` })
  if (inSN !== null || copy.directory === root) return null
  return failure('WouldBreak', { what: `The server name ${shown(branch[0])}`, rule: 'S1', reason: `${directory} has no InSN`, next: 'Call setInSN for that directory first, or name the server in another' })
}

/**
 * A2: a server that writes the reference of what has come to lie here lends its rights to nobody: in a directory that is closed,
 * whoever announced it under that name might have written that.
 */
function referenceFault(copy: DirectoryCopy, branch: Branch): Failure | null {
  const [label] = branch
  const [child] = inside(inside(branch[2], 'DR'), 'DI').flatMap(([di, , deeper]) => (makesPresent(deeper) ? [di] : []))
  if (!copy.guarded || label === '.' || child === undefined) return null
  return nameFaultOf(copy, announcedIn(copy.visible).filter((each) => each.child === child && each.names.includes(label)), label)
}

/** The same of a name that a server chooses for it, since the one that was announced is taken. */
function insteadFault(copy: DirectoryCopy, branch: Branch): Failure | null {
  if (!copy.guarded || branch[0] !== '.' || typeof branch[2] === 'boolean') return null
  const chosen = branch[2].find(([label, , below]) => childIn(label) !== null && inside(below, INSTEAD).length > 0)
  if (chosen === undefined) return null
  const [[instead]] = inside(chosen[2], INSTEAD) as [Branch]
  const replaced = announcedIn(copy.visible).filter(({ label }) => label === instead)
  return nameFaultOf(copy, replaced, replaced[0]?.names[0] ?? inside(chosen[2], NAMED)[0]?.[0] ?? '')
}

function nameFaultOf(copy: DirectoryCopy, announced: readonly Announced[], label: Label): Failure | null {
  const announcing = announced.flatMap(({ ts }) => setsAt(copy, ts))
  // It is on its way here from the copy that took it.
  if (announcing.length === 0) return failure('Superseded', { name: shown(label) })
  const might = announcing.some((set) => isAuthorised(copy.visible, { ...set, intent: { ...set.intent, procedure: 'doUpdates', branches: [[label, null, true]] } }))
  return might ? null : failure('NoRight', { name: shown(label), what: 'write' })
}

/** S3: nobody begins to point up to a server that is about to be removed. */
function upFault({ visible }: DirectoryCopy, branch: Branch): Failure | null {
  const isWithdrawn = sets(branch, 'Server', 'Down') && visibleAt(visible, [branch[0], 'Server', WITHDRAWN]) !== undefined
  return isWithdrawn ? failure('Withdrawn', { name: `the server ${shown(branch[0])}` }) : null
}

/** W5: InSN goes once it is withdrawn, and no name needs it. */
function inSNRemovalFault({ directory, visible }: DirectoryCopy, branch: Branch): Failure | null {
  if (branch[0] !== '.' || !removes(branch, 'InSN')) return null
  return namedInFault(directory, namedIn(visible)) ?? (visibleAt(visible, ['.', 'InSN', WITHDRAWN]) === undefined ? failure('Reserved', { name: './InSN', procedure: 'setInSN' }) : null)
}

/** W5: a directory with InSN comes only while this one's is not withdrawn; and only a root's rank is lowered for it. */
function roomFault(copy: DirectoryCopy, branch: Branch): Failure | null {
  const inSN = inSNOf(copy.visible)
  const isComing = inside(inside(branch[2], 'InSN'), BELOW).some(([, , deeper]) => makesPresent(deeper))
  if (isComing && inSN !== null && inSN.withdrawn !== null) return failure('Withdrawn', { name: `InSN of the directory #${copy.directory}` })
  const lowered = inSN !== null && effectiveParent(copy) !== undefined && inside(branch[2], 'InSN').some(([label, , deeper]) => (rankIn([label]) ?? inSN.rank) < inSN.rank && makesPresent(deeper))
  if (!lowered && !(isComing && inSN === null)) return null
  return failure('WouldBreak', { what: `Moving a directory in which servers may be named below #${copy.directory}`, rule: 'S1', reason: lowered ? 'that is no root any more, so its rank stays' : 'that has no InSN', next: 'Choose another parent, or call setInSN for it first' })
}

export function namedInFault(directory: DirectoryId, needing: readonly Label[]): Failure | null {
  if (needing.length === 0) return null
  return failure('WouldBreak', { what: `Taking InSN from the directory #${directory}`, rule: 'S1', reason: `server names begin there (${needing.slice(0, 5).map(shown).join(', ')})`, next: 'Remove these servers, or name them elsewhere, and take InSN from the directories below first' })
}

/** S3, W5: an entry stays while others point up to its server. */
function serverRemovalFault({ visible }: DirectoryCopy, procedure: 'setUpOn' | 'removeS', branch: Branch): Failure | null {
  if (branch[2] !== false && !removes(branch, 'Server')) return null
  const entry = serverEntry(visible, branch[0])
  if (entry === null) return null
  if (procedure === 'removeS' && entry.withdrawn === null) return failure('Reserved', { name: shown(`${branch[0]}/Server`), procedure: 'removeS' })
  return pointedUpFault(branch[0], entry.down, 'Taking away the name')
}

export function pointedUpFault(name: string, down: readonly string[], what: string): Failure | null {
  if (down.length === 0) return null
  return failure('WouldBreak', { what: `${what} ${shown(name)}`, rule: 'S3', reason: `${down.length === 1 ? 'a server points' : `${down.length} servers point`} up to it (${down.slice(0, 5).join(', ')})`, next: 'Give these another up pointer with setUpOn first' })
}

/** Whether a branch makes `first/second`, or something below it, present. */
function sets([, , below]: Branch, first: Label, second: Label): boolean {
  const inside = typeof below === 'boolean' ? undefined : below.find(([label]) => label === first)?.[2]
  const further = inside === undefined || typeof inside === 'boolean' ? undefined : inside.find(([label]) => label === second)?.[2]
  return further !== undefined && makesPresent(further)
}
/** The servers that a branch enters: what it makes present below `Server/SI`. */
const entered = ([, , below]: Branch): Label[] => inside(inside(below, 'Server'), 'SI').flatMap(([label, , deeper]) => (makesPresent(deeper) ? [label] : []))
function inside(below: Branch[2], first: Label): readonly Branch[] {
  const found = typeof below === 'boolean' ? undefined : below.find(([label]) => label === first)?.[2]
  return found === undefined || typeof found === 'boolean' ? [] : found
}
const makesPresent = (below: Branch[2]): boolean => (typeof below === 'boolean' ? below : below.some(([, , deeper]) => makesPresent(deeper)))

const removes = ([, , below]: Branch, first: Label): boolean => typeof below !== 'boolean' && below.some(([label, , mark]) => label === first && mark === false)
