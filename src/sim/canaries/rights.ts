/** Bugs in who may do what. */
import { isAuthorised } from '../../core/auth/authorise'
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { CopyId } from '../../core/names'
import type { Timestamp } from '../../core/timestamp'
import { applySet } from '../../core/values/intent'
import { calm } from '../network'
import { guardedMix } from '../workload'
import { afterEachStep, incomplete, type NamedCanary } from './canary'

const rules = ['accessControl', ...incomplete]
const aim = { weather: { ...calm, loss: 0.3, delay: 400 }, mix: { ...guardedMix, guard: 60, epoch: 0, leave: 0 }, pace: 150, worstSkew: 20 }

const showAnyway = (copy: DirectoryCopy, stamps: Iterable<Timestamp>): void => {
  for (const ts of stamps) for (const set of copy.log) if (set.ts === ts) applySet(copy.visible, set)
}

export const rightsCanaries: readonly NamedCanary[] = [
  {
    name: 'rights are looked at when a sweep brings an update, and what may not be then is dropped',
    rules,
    make: () => ({
      stepped: (server, input) => {
        if (input.type !== 'message' || input.message.type !== 'writeSweep') return
        const copy = server.copyOf(input.message.directory)
        if (copy?.guarded) copy.log = copy.log.filter((set) => isAuthorised(copy.visible, set))
      },
    }),
    aim,
  },
  { name: 'what is not authorised is shown all the same', rules, make: () => afterEachStep((copy) => showAnyway(copy, copy.unauthorised)), aim },
  {
    name: 'what was shown once stays, whatever older change of rights comes',
    rules,
    make: () => {
      const once = new Map<CopyId, Set<Timestamp>>()
      return afterEachStep((copy) => {
        const seen = once.get(copy.id) ?? new Set()
        showAnyway(copy, [...copy.unauthorised].filter((ts) => seen.has(ts)))
        once.set(copy.id, seen)
        for (const { ts } of copy.log) if (!copy.unauthorised.has(ts) && !copy.waiting.has(ts)) seen.add(ts)
      })
    },
    aim,
  },
  {
    name: 'what was not authorised when it came never is, whatever older change of rights comes',
    rules,
    make: () => {
      const never = new Map<CopyId, Set<Timestamp>>()
      return afterEachStep((copy) => {
        const refused = never.get(copy.id) ?? new Set()
        never.set(copy.id, refused)
        for (const ts of copy.unauthorised) refused.add(ts)
        if (copy.log.some(({ ts }) => refused.has(ts) && !copy.unauthorised.has(ts))) copy.log = copy.log.filter(({ ts }) => !refused.has(ts) || copy.unauthorised.has(ts))
      })
    },
    aim,
  },
]
