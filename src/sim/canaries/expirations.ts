/** Bugs in what caches are promised, and in what keeps the promise. */
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { Found } from '../../core/directories/lookup'
import { plannedIn } from '../../core/entries/planned'
import { WITHDRAWN } from '../../core/entries/serverEntry'
import type { Failure } from '../../core/errors'
import type { Input } from '../../core/step'
import { BEGINNING } from '../../core/timestamp'
import type { Branch, ProcedureName, SignedIntent } from '../../core/values/intent'
import { visibleAt, type ValueNode } from '../../core/values/valueTree'
import { calm } from '../network'
import { signed, type SimServer } from '../simServer'
import type { Canary } from '../world'
import { expiring, usualMix } from '../workload'
import { copiesOf, type NamedCanary } from './canary'

/** Where updates are slow to arrive, others change what has just been promised. */
const slow = { weather: { ...calm, delay: 300, loss: 0.7 }, mix: { ...expiring(usualMix), write: 120 }, pace: 4000, worstSkew: 0 }
const caching = { weather: { ...calm, delay: 40 }, mix: expiring(usualMix), pace: 4000, worstSkew: 0 }

/** Names have several arcs, which expire at different times. */
const deeper = { ...caching, mix: { ...caching.mix, makeDirectory: 5, expire: 300 }, pace: 20_000, servers: 3 }

/** Directories with names in caches move, and are removed. */
const moving = { ...caching, mix: { write: 0, read: 0, sweep: 20, join: 2, leave: 1, makeDirectory: 20, hurry: 30, bulk: 0 }, pace: 15_000, servers: 3 }

const typeOf = (input: Input): string | null => {
  if (input.type === 'message') return input.message.type === 'request' ? input.message.request.type : null
  if (input.type !== 'call') return null
  return input.call.type === 'ask' ? input.call.request.type : input.call.type
}

type Marks = Pick<DirectoryCopy, 'stableMark' | 'highest' | 'lastSweep'>

/** For the length of some steps every copy has other marks. */
function pretending(holds: (server: SimServer, input: Input) => boolean, as: (copy: DirectoryCopy) => Partial<Marks>): Canary {
  const truth = new Map<DirectoryCopy, Marks>()
  return {
    before: (server, input) => {
      if (!holds(server, input)) return
      for (const copy of copiesOf(server)) {
        const { stableMark, highest, lastSweep } = copy
        truth.set(copy, { stableMark, highest, lastSweep })
        Object.assign(copy, as(copy))
      }
    },
    stepped: () => {
      for (const [copy, marks] of truth) Object.assign(copy, marks)
      truth.clear()
    },
  }
}

const asked = (...types: readonly string[]) => (_server: SimServer, input: Input): boolean => types.includes(typeOf(input) ?? '')

/** The intent that another server submits, if it is of this procedure. */
function submitted(input: Input, procedure: ProcedureName): SignedIntent | null {
  const { request } = input.type === 'message' && input.message.type === 'request' ? input.message : {}
  return request?.type === 'submit' && request.signed.intent.procedure === procedure ? request.signed : null
}

/** The intent by which a move is to leave a link where a reference stands. */
function leavingLink(input: Input): SignedIntent | null {
  const reference = submitted(input, 'reference')
  const isLeft = reference?.intent.branches.some(([, , below]) => typeof below !== 'boolean' && below.some(([second, , mark]) => second === 'DR' && mark === false))
  return isLeft === true ? reference : null
}

/** The same branches without the names of directories that moved. */
const withoutMoved = (branches: readonly Branch[]): Branch[] => branches.flatMap(([label, incarnation, below]) => (label === 'Moved' ? [] : [[label, incarnation, typeof below === 'boolean' ? below : withoutMoved(below)] as Branch]))

/** A step that looks after plans, and nothing else, or has what comes of that signed. */
function isOfPlans(server: SimServer, input: Input): boolean {
  if (input.type === 'signed') return true
  const due = [...server.server.agenda.times].filter(([, time]) => time <= server.clock()).map(([task]) => task)
  return input.type === 'tick' && due.length > 0 && due.every((task) => task.startsWith('planned '))
}

export const expirationCanaries: readonly NamedCanary[] = [
  {
    name: 'an arc that is not older than F yet is given to caches',
    rules: ['cacheValidity'],
    make: () => pretending(asked('lookup', 'walk'), ({ nextTS }) => ({ stableMark: nextTS })),
    aim: slow,
  },
  {
    name: 'what may stand in caches is changed without waiting',
    rules: ['cacheValidity'],
    make: () => pretending(asked('submit'), () => ({ highest: BEGINNING })),
    aim: caching,
  },
  {
    name: 'a planned change is made at once, whatever others have, or have promised',
    rules: ['cacheValidity'],
    make: () => pretending(isOfPlans, ({ nextTS }) => ({ stableMark: nextTS, lastSweep: nextTS, highest: BEGINNING })),
    aim: caching,
  },
  {
    name: 'a TX is extended beside a planned change',
    rules: ['W3'],
    make: () => {
      const hidden: ValueNode[] = []
      return {
        before: (server, input) => {
          for (const copy of submitted(input, 'setTX') === null ? [] : copiesOf(server)) hidden.push(...plannedIn(copy.visible).map(({ label }) => visibleAt(copy.visible, [label, WITHDRAWN])!))
          for (const node of hidden) node.mark = 'absent'
        },
        stepped: () => {
          for (const node of hidden.splice(0)) node.mark = 'present'
        },
      }
    },
    aim: caching,
  },
  {
    name: 'a way is given to caches for as long as the last of its arcs to expire',
    rules: ['cacheValidity'],
    make: () => ({
      stepped: (_server, _input, { reply }) => {
        for (const { outcome } of reply) {
          const found = outcome as Found | Failure
          if ('trail' in found && found.validUntil !== null) found.validUntil = Math.max(...found.trail.map(({ validUntil }) => validUntil!))
        }
      },
    }),
    aim: deeper,
  },
  {
    name: 'a directory is removed while a name that it had stands in caches',
    rules: ['cacheValidity'],
    make: () => ({
      before: ({ server }) => {
        for (const procedure of server.procedures.values()) if (procedure.type === 'removeD') procedure.looked.names.splice(1)
      },
    }),
    aim: moving,
  },
  {
    name: 'a reference that was promised becomes a link that is nobody\'s former name',
    rules: ['cacheValidity'],
    make: () => {
      const { before, stepped } = pretending((_server, input) => leavingLink(input) !== null, () => ({ highest: BEGINNING }))
      return {
        before: (server, input) => {
          const leaving = leavingLink(input)
          if (leaving !== null) Object.assign(leaving, signed({ ...leaving.intent, branches: withoutMoved(leaving.intent.branches) }))
          before!(server, input)
        },
        stepped: stepped!,
      }
    },
    aim: moving,
  },
]
