/**
 * What a client's change may not touch, and how its procedure is to be called (SPEC §4): names with a meaning change only through the
 * procedures that keep their invariants, and those touch nothing else (auth/purposes.ts).
 */
import { failure, type Failure } from '../errors'
import { shown, type Label } from '../names'
import type { Branch, Intent } from '../values/intent'
import { visibleAt, type ValueTree } from '../values/valueTree'
import { ACCESS, tripleFault } from '../auth/access'
import { isOwnEntry } from '../auth/authorise'
import { SPEAKERS } from '../auth/keys'
import { isFor, type Purposeful } from '../auth/purposes'
import { CHILD, CLOSING, GENESIS, GONE, headOf, ROOMS, WELL_KNOWN } from '../labels'
import { namedBy } from './reference'
import { roomsFault } from './rooms'
import { labelsAt, REMOVED, WITHDRAWN } from '../entries/serverEntry'

/** Second labels under an entry, and under `.`, with the procedure that a caller is told to use. */
const underEntry: ReadonlyMap<Label, string> = new Map([
  ['DR', 'newD'],
  ['Link', 'setLink'],
  ['Server', 'setUpOn'],
  ['TX', 'setTX'],
  ['Withdrawn', 'a planned change'],
])
const underSelf: ReadonlyMap<Label, string> = new Map([
  ['BR', 'newD'],
  ['InSN', 'setInSN'],
  [WELL_KNOWN, 'newRoot'],
  [REMOVED, 'removeS'],
  [GENESIS, 'newD'],
  [CHILD, 'newD'],
  [CLOSING, 'removeD'],
  [GONE, 'removeD'],
  [ROOMS, 'setRoom'],
  [ACCESS, 'setAccess'],
  [SPEAKERS, 'letSpeak'],
])
/** What goes with its entry when that is replaced whole; an unexpired one is not [W3]. */
const goesAlong: ReadonlySet<Label> = new Set(['Link', 'TX', WITHDRAWN])

/** The failure that a call meets for touching a reserved name, or null. */
export function reservedFault(tree: ValueTree, { procedure, branches, author }: Intent): Failure | null {
  // It makes what was looked at when it was planned; of removals every step is looked at [W5].
  if (procedure === 'carryOut' || procedure === 'removeD') return null
  for (const branch of branches) {
    if ((procedure === 'setUpOn' || procedure === 'removeS') && isOwnEntry(tree, branch, author)) continue
    if (procedure === 'removeS' && isWithdrawnAlone(tree, branch)) continue
    const fault = procedure === 'doUpdates' ? faultOfUpdate(tree, branch) : procedure === 'newD' ? null : faultOfProcedure(tree, procedure, branch)
    if (fault !== null) return fault
  }
  return null
}

/** Nothing but a server that is withdrawn stands under the label: it goes whole. */
const isWithdrawnAlone = (tree: ValueTree, [label, , below]: Branch): boolean => below === false && labelsAt(tree, [label]).join() === 'Server' && visibleAt(tree, [label, 'Server', WITHDRAWN]) !== undefined

function faultOfUpdate(tree: ValueTree, [label, incarnation, below]: Branch): Failure | null {
  const reserved = label === '.' ? underSelf : underEntry
  const whole = incarnation === null || typeof below === 'boolean'
  if (whole) {
    const kept = [...reserved].find(([second]) => !goesAlong.has(second) && visibleAt(tree, [label, second]) !== undefined)
    if (kept !== undefined) return failure('Reserved', { name: shown(`${label}/${kept[0]}`), procedure: kept[1] === 'newD' ? 'newD and removeD' : kept[1] })
  }
  for (const [second] of typeof below === 'boolean' ? [] : below) {
    const procedure = reserved.get(label === '.' ? headOf(second) : second)
    if (procedure !== undefined) return failure('Reserved', { name: shown(`${label}/${second}`), procedure })
  }
  return null
}

const removes = (below: Branch[2]): boolean => (typeof below === 'boolean' ? !below : below.some(([, , deeper]) => removes(deeper)))

function faultOfProcedure(tree: ValueTree, procedure: Purposeful, [label, incarnation, below]: Branch): Failure | null {
  // A record that was made stays [M1].
  if (procedure === 'move' && removes(below)) return failure('Reserved', { name: shown(label), procedure: 'moveSubtree' })
  if (!isFor(procedure, [label, incarnation, below])) return failure('Reserved', { name: shown(label), procedure: 'doUpdates' })
  // M6: the name was free when this was drawn up, and somebody else has it by now.
  if (procedure === 'reference' && label !== '.' && incarnation === null && visibleAt(tree, [label]) !== undefined) return failure('Superseded', { name: shown(label) })
  if (procedure === 'setAccess') return tripleFault(tree, [label, incarnation, below])
  if (procedure === 'setRooms') return roomsFault(tree, [label, incarnation, below])
  // A link is put where nothing or another link stands: what else is there is deleted by whoever means to.
  const replaced = procedure === 'setLink' ? namedBy(tree, label) : null
  return replaced === null || replaced.type === 'link' ? null : failure('AlreadyExists', { name: shown(label) })
}
