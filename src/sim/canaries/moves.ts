/** Bugs in moving directories. */
import type { Linking } from '../../core/directories/formerNames'
import type { Settling } from '../../core/directories/settling'
import { pendingIn } from '../../core/entries/parents'
import { BEGINNING, LAST } from '../../core/timestamp'
import { calm } from '../network'
import { movingMix } from '../workload'
import type { Canary } from '../world'
import type { NamedCanary } from './canary'

/** Moves cross on their way. */
const moving = { weather: { ...calm, delay: 2500 }, mix: { ...movingMix, makeDirectory: 5, remove: 0, link: 0, lookUp: 0 }, pace: 900, worstSkew: 0 }

/** Directories with several copies each. */
const among = { weather: { ...calm, delay: 1500 }, mix: { ...movingMix, write: 2, join: 40, leave: 0, makeDirectory: 5, link: 0, lookUp: 0 }, pace: 4000, worstSkew: 0 }

/** Does something to every decision on a move, and to every turning of old names, before each step. */
const toEach = (act: (procedure: Settling | Linking) => void): Canary => ({
  before: ({ server }) => {
    for (const procedure of server.procedures.values()) if (procedure.type === 'settle' || procedure.type === 'link') act(procedure)
  },
})

export const moveCanaries: readonly NamedCanary[] = [
  {
    name: 'a move is decided before all above is stable',
    rules: ['D3', 'M4'],
    make: () =>
      toEach((procedure) => {
        if (procedure.type === 'settle') for (const told of procedure.told.values()) told.stableMark = LAST
      }),
    aim: moving,
  },
  {
    name: 'the newest back-reference wins, whatever lies below it',
    rules: ['D3', 'M4'],
    make: () =>
      toEach((procedure) => {
        if (procedure.type === 'settle') for (const told of procedure.told.values()) told.records = []
      }),
    aim: moving,
  },
  {
    name: 'the reference is written before it is decided that the back-reference is in force',
    from: 144,
    rules: ['D3', 'M4'],
    make: () => ({
      before: ({ server }) => {
        for (const [directory, cleanup] of server.cleanups) {
          const copy = server.copies.get(directory)
          const newest = copy && pendingIn(copy).at(-1)
          if (newest !== undefined) cleanup.parent = newest
        }
      },
    }),
    aim: moving,
  },
  {
    name: 'the reference under a former name stays',
    rules: ['D3', 'M4'],
    make: () =>
      toEach((procedure) => {
        // Nothing that stands there is its own.
        if (procedure.type === 'link') procedure.directory = procedure.from
      }),
    aim: moving,
  },
  {
    name: 'an old name becomes a link before every copy has the new one',
    rules: ['M4'],
    // It shows only where the parent's copy that is asked is on another server.
    rare: true,
    make: () =>
      toEach((procedure) => {
        if (procedure.type === 'link' && procedure.reference !== null) procedure.reference = BEGINNING
      }),
    aim: among,
    from: 33,
  },
]
