/** Bugs in who may do what. */
import { isAuthorised } from '../../core/auth/authorise'
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { CopyId } from '../../core/names'
import { applySet, setId, type SetId, type UpdateSet } from '../../core/values/intent'
import { calm } from '../network'
import { guardedMix } from '../workload'
import { afterEachStep, incomplete, type NamedCanary } from './canary'

const rules = ['accessControl', ...incomplete]
const aim = { weather: { ...calm, loss: 0.3, delay: 400 }, mix: { ...guardedMix, guard: 60, epoch: 0, leave: 0 }, pace: 150, worstSkew: 20 }

const showAnyway = (copy: DirectoryCopy, shown: ReadonlySet<SetId>): void => {
  for (const set of copy.log) if (shown.has(setId(set))) applySet(copy.visible, set)
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
      const once = new Map<CopyId, Set<SetId>>()
      return afterEachStep((copy) => {
        const seen = once.get(copy.id) ?? new Set()
        showAnyway(copy, new Set([...copy.unauthorised].filter((id) => seen.has(id))))
        once.set(copy.id, seen)
        for (const id of copy.log.map(setId)) if (!copy.unauthorised.has(id) && !copy.waiting.has(id)) seen.add(id)
      })
    },
    aim,
  },
  {
    name: 'what was not authorised when it came never is, whatever older change of rights comes',
    rules,
    make: () => {
      const never = new Map<CopyId, Set<SetId>>()
      return afterEachStep((copy) => {
        const refused = never.get(copy.id) ?? new Set()
        never.set(copy.id, refused)
        for (const id of copy.unauthorised) refused.add(id)
        const isDropped = (set: UpdateSet): boolean => refused.has(setId(set)) && !copy.unauthorised.has(setId(set))
        if (copy.log.some(isDropped)) copy.log = copy.log.filter((set) => !isDropped(set))
      })
    },
    aim,
  },
  {
    name: 'what has the stamp of something that was not authorised goes with it',
    rules,
    make: () => afterEachStep((copy) => {
      const stamps = new Set(copy.log.filter((set) => copy.unauthorised.has(setId(set))).map(({ ts }) => ts))
      if (stamps.size > 0) copy.log = copy.log.filter((set) => !stamps.has(set.ts) || copy.unauthorised.has(setId(set)))
    }),
    aim,
  },
]
