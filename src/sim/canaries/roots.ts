/** Bugs in putting roots above roots, and in joining services. */
import { calm } from '../network'
import { growingMix } from '../workload'
import type { NamedCanary } from './canary'

/** Administrators at several servers do so before they have heard of each other. */
const growing = { weather: { ...calm, delay: 2500 }, mix: { ...growingMix, grow: 40, place: 2, link: 0, lookUp: 0 }, pace: 900, worstSkew: 0 }

export const rootCanaries: readonly NamedCanary[] = [
  {
    name: 'of rival new roots the later wins, like any later move',
    rules: ['D3'],
    make: () => ({
      before: ({ server }) => {
        for (const procedure of server.procedures.values()) {
          if (procedure.type !== 'settle') continue
          procedure.record.ofRoot = false
          for (const { records } of procedure.told.values()) for (const record of records) record.ofRoot = false
        }
      },
    }),
    aim: growing,
  },
  {
    name: 'the table of well-known directories is told where a former root is not',
    rules: ['O1'],
    make: () => ({
      before: ({ server }) => {
        for (const procedure of server.procedures.values()) if (procedure.type === 'placed') procedure.path = ['nowhere']
      },
    }),
    aim: growing,
  },
  {
    name: 'what lost against a rival stays where it is',
    rules: ['O2'],
    make: () => ({
      before: ({ server }) => {
        for (const [id, { type }] of server.procedures) if (type === 'yield') server.procedures.delete(id)
      },
    }),
    aim: growing,
  },
]
