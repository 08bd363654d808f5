/**
 * What each procedure is for: which names it may touch (SPEC §4). The copy that accepts a change refuses others (`Reserved`); and no
 * procedure is any good for others in the judgement of every copy: there a change needs the rights that it would by doUpdates [A2].
 */
import { CHILD, CLOSING, GONE, headOf, ROOMS, WELL_KNOWN } from '../labels'
import { REMOVED, WITHDRAWN } from '../entries/serverEntry'
import type { Label } from '../names'
import type { Branch, ProcedureName } from '../values/intent'
import { ACCESS } from './access'
import { INVITED, KEYS, SPEAKERS } from './keys'

/** Procedures with names of their own; the others are looked at by what they come to. */
export type Purposeful = Exclude<ProcedureName, 'doUpdates' | 'newD' | 'carryOut'>

/** The first label, `*` for an entry, and the second. */
const purposes: Record<Purposeful, readonly (readonly [Label, Label])[]> = {
  setLink: [
    ['*', 'Link'],
    ['*', 'TX'],
  ],
  setUpOn: [
    ['*', 'Server'],
    ['.', REMOVED],
  ],
  removeS: [
    ['*', 'Server'],
    ['.', REMOVED],
  ],
  setInSN: [['.', 'InSN']],
  setTX: [['*', 'TX']],
  setRooms: [['.', ROOMS]],
  setAccess: [
    ['.', ACCESS],
    ['.', SPEAKERS],
  ],
  enrol: [
    ['*', INVITED],
    ['*', KEYS],
  ],
  plan: [['*', WITHDRAWN]],
  move: [['.', 'BR']],
  announce: [['.', CHILD]],
  reference: [
    ['*', 'DR'],
    ['*', 'Link'],
    ['.', 'BR'],
    ['.', WELL_KNOWN],
  ],
  removeD: [
    ['*', 'DR'],
    ['.', CLOSING],
    ['.', CHILD],
    ['.', GONE],
  ],
}

/** Whether a branch touches nothing but what the procedure is for. */
export const isFor = (procedure: Purposeful, [label, , below]: Branch): boolean =>
  typeof below !== 'boolean' && below.every(([second]) => purposes[procedure].some(([first, name]) => (first === '*') !== (label === '.') && name === (label === '.' ? headOf(second) : second)))
