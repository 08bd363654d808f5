/** Bugs in the stable mark and in forgetting. */
import { applySet, updatesOf, type UpdateSet } from '../../core/values/intent'
import { calm } from '../network'
import { afterEachStep, beforeMessage, copiesOf, incomplete, onWire, type NamedCanary } from './canary'
import type { CopyId } from '../../core/names'
import type { DirectoryCopy } from '../../core/copies/directoryCopy'

const rules = [...incomplete, 'noResurrection', 'monotone']
const parted = { weather: { ...calm, loss: 0.3, delay: 250 }, mix: { write: 80, read: 0, sweep: 40, join: 10, leave: 0, makeDirectory: 2, bulk: 0 }, pace: 200, worstSkew: 0 }

export const forgettingCanaries: readonly NamedCanary[] = [
  { name: "forgetting goes by the sweep's own time-stamp", rules, make: () => onWire('writeSweep', (message) => ({ ...message, stableMark: message.sweepTS })) },
  {
    name: "forgetting goes by the copy's own lastSweep",
    rules,
    make: () => beforeMessage('writeSweep', (server, message) => {
      const copy = server.copyOf(message.directory)
      if (copy !== undefined && copy.lastSweep > message.stableMark) message.stableMark = copy.lastSweep
    }),
    aim: parted,
  },
  {
    name: 'a deletion is forgotten as soon as it was applied',
    rules,
    make: () => afterEachStep((copy) => {
      const kept = copy.log.filter((set) => !updatesOf(set).every(({ mark }) => mark === 'absent'))
      if (kept.length < copy.log.length) copy.log = kept
    }),
  },
  {
    name: 'copies are joined by the union of what they have, whatever F has passed in one of them',
    rules,
    from: 248,
    make: () => {
      const before = new Map<DirectoryCopy, readonly UpdateSet[]>()
      return {
        before: (server) => {
          for (const copy of copiesOf(server)) before.set(copy, [...copy.log])
        },
        stepped: (server, _input, { save }) => {
          for (const each of save) {
            const copy = 'copy' in each && each.change.type === 'joined' ? server.copyOf(each.directory) : undefined
            for (const set of copy === undefined ? [] : (before.get(copy) ?? [])) {
              if (set.ts >= copy!.stableMark) continue
              for (const tree of [copy!.base, copy!.visible]) applySet(tree, set)
              copy!.proofs.set(set.ts, [set])
            }
          }
          before.clear()
        },
      }
    },
    aim: { ...parted, mix: { ...parted.mix, epoch: 5 } },
  },
  {
    name: 'an update from before F is applied to the base once more',
    rules,
    make: () => {
      const forgotten = new Map<CopyId, DirectoryCopy['stableMark']>()
      return {
        before: (server, input) => {
          if (input.type !== 'message' || input.message.type !== 'updates') return
          const copy = server.copyOf(input.message.directory)
          if (copy === undefined || !input.message.sets.some(({ ts }) => ts < copy.stableMark)) return
          forgotten.set(copy.id, copy.stableMark)
          copy.stableMark = input.message.sets.map(({ ts }) => ts).reduce((a, b) => (a < b ? a : b))
          for (const [id, { ts }] of copy.intents) if (ts < forgotten.get(copy.id)!) copy.intents.delete(id)
        },
        stepped: (server) => {
          for (const copy of server.server.copies.values()) {
            const mark = forgotten.get(copy.id)
            if (mark !== undefined) copy.stableMark = mark
            forgotten.delete(copy.id)
          }
        },
      }
    },
    aim: { ...parted, weather: { ...calm, duplication: 0.5, latest: 60_000, delay: 40 } },
  },
]
