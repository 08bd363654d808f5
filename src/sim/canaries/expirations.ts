/** Bugs in what caches are promised, and in what keeps the promise. */
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import type { Input } from '../../core/step'
import { BEGINNING, type Timestamp } from '../../core/timestamp'
import { calm } from '../network'
import type { Canary } from '../world'
import { expiring, usualMix } from '../workload'
import { copiesOf, type NamedCanary } from './canary'

/** Where updates are slow to arrive, others change what has just been promised. */
const slow = { weather: { ...calm, delay: 300, loss: 0.7 }, mix: { ...expiring(usualMix), write: 120 }, pace: 4000, worstSkew: 0 }
const caching = { weather: { ...calm, delay: 40 }, mix: expiring(usualMix), pace: 4000, worstSkew: 0 }

const typeOf = (input: Input): string | null => {
  if (input.type === 'message') return input.message.type === 'request' ? input.message.request.type : null
  if (input.type !== 'call') return null
  return input.call.type === 'ask' ? input.call.request.type : input.call.type
}

/** For the length of steps of one kind a field of every copy is another one. */
function pretending(types: readonly string[], field: 'stableMark' | 'highest', as: (copy: DirectoryCopy) => Timestamp): Canary {
  const truth = new Map<DirectoryCopy, Timestamp>()
  return {
    before: (server, input) => {
      if (!types.includes(typeOf(input) ?? '')) return
      for (const copy of copiesOf(server)) {
        truth.set(copy, copy[field])
        copy[field] = as(copy)
      }
    },
    stepped: () => {
      for (const [copy, value] of truth) copy[field] = value
      truth.clear()
    },
  }
}

export const expirationCanaries: readonly NamedCanary[] = [
  {
    name: 'an arc that is not older than F yet is given to caches',
    rules: ['cacheValidity'],
    make: () => pretending(['lookup', 'walk'], 'stableMark', ({ nextTS }) => nextTS),
    aim: slow,
    from: 5,
  },
  {
    name: 'what may stand in caches is changed without waiting',
    rules: ['cacheValidity'],
    make: () => pretending(['submit'], 'highest', () => BEGINNING),
    aim: caching,
  },
]
