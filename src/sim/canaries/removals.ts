/** Bugs in removing directories. */
import { BEGINNING } from '../../core/timestamp'
import { calm } from '../network'
import type { NamedCanary } from './canary'

const mix = { write: 3, read: 2, sweep: 4, join: 6, leave: 4, makeDirectory: 30, move: 25, remove: 30, bulk: 0 }
/** Directories are made and moved while others are removed. */
const removing = { weather: { ...calm, delay: 2500 }, mix, pace: 900, worstSkew: 0 }

export const removalCanaries: readonly NamedCanary[] = [
  {
    name: 'who comes to lie in a directory announces nothing',
    rules: ['D3', 'M6'],
    make: () => ({
      before: (_server, input) => {
        if (input.type === 'call' && input.call.type === 'at' && input.call.request.type === 'draft' && input.call.request.change.procedure === 'announce') input.call.request.change.tree = []
      },
    }),
    aim: removing,
  },
  {
    name: 'who was announced, and is on the way, is taken for one that never comes',
    rules: ['D3', 'M4'],
    make: () => ({
      before: ({ server }) => {
        for (const procedure of server.procedures.values()) if (procedure.type === 'removeD' && procedure.asking !== null) procedure.asking.ts = BEGINNING
      },
    }),
    aim: removing,
    from: 63,
  },
]
