/** Bugs in leaving the ring. */
import { cutPages } from '../../core/copies/pages'
import type { CopyId } from '../../core/names'
import { calm } from '../network'
import { afterEachStep, copiesOf, incomplete, onWire, type NamedCanary } from './canary'

const departing = { mix: { write: 60, read: 0, sweep: 30, join: 40, leave: 25, makeDirectory: 4, bulk: 0 }, pace: 100, worstSkew: 0 }
const rules = [...incomplete, 'DC2']

export const leaveCanaries: readonly NamedCanary[] = [
  {
    name: 'a leaving copy hands nothing over',
    rules,
    make: () => onWire('handOverPage', (message) => ({ ...message, page: { ...cutPages({ base: null, log: [] })[0]!, index: message.page.index } })),
    aim: { ...departing, weather: { ...calm, loss: 0.3 } },
    from: 67,
  },
  {
    name: 'a leaving copy goes on splicing others in behind it',
    from: 42,
    rules,
    make: () => ({
      before: (server, input) => {
        if (input.type !== 'message' || (input.message.type !== 'askSplice' && input.message.type !== 'askSnapshot')) return
        for (const copy of copiesOf(server)) if (copy.state === 'leaving') Object.assign(copy, { state: 'active' })
      },
      stepped: (server) => {
        for (const copy of copiesOf(server)) if (copy.state === 'active' && copy.leaving !== null) Object.assign(copy, { state: 'leaving' })
      },
    }),
    aim: { ...departing, weather: { ...calm, delay: 250 } },
  },
  {
    name: 'a removal is not recorded',
    rules,
    make: () => afterEachStep((copy) => void (copy.removed.length > 0 && Object.assign(copy, { removed: [] }))),
    aim: { ...departing, weather: { ...calm } },
  },
  {
    name: 'a copy that left drops out before anybody has taken it over',
    rules,
    make: () => ({
      stepped: (server, input, effects) => {
        if (input.type !== 'tick') return
        for (const copy of copiesOf(server)) {
          if (copy.state !== 'leaving') continue
          server.server.copies.delete(copy.directory)
          effects.save.push({ server: { type: 'retired', copy: copy.id, directory: copy.directory } })
        }
      },
    }),
    aim: { ...departing, weather: { ...calm, loss: 0.2 } },
  },
  {
    name: 'a leaving copy is taken over by two, one of which points at it no more',
    rules,
    make: () => {
      const asked = new Set<CopyId>()
      return {
        before: (server, input) => {
          // It does not wait for the no of whom it has asked, gives its pages to whoever asks, and nobody looks at its pointer again.
          if (input.type === 'tick') for (const copy of copiesOf(server)) if (copy.state === 'leaving' && asked.delete(copy.id)) copy.leaving = { ...copy.leaving!, predecessor: null }
          if (input.type !== 'message' || (input.message.type !== 'readHandOver' && input.message.type !== 'handOverPage')) return
          const { from, message } = input
          const copy = server.copyOf(message.directory)
          if (message.type === 'readHandOver' && copy?.leaving) copy.leaving = { ...copy.leaving, predecessor: { copy: message.from, server: from } }
          const fetching = server.server.takeOvers.get(message.directory)
          if (copy !== undefined && message.type === 'handOverPage' && fetching?.nonce === message.nonce) copy.pointer = fetching.leaver
        },
        stepped: (_server, _input, { send }) => {
          for (const { message } of send) if (message.type === 'askTakeOver') asked.add(message.from)
        },
      }
    },
    aim: { ...departing, weather: { ...calm, delay: 250 } },
  },
  {
    name: 'a leaving copy still issues time-stamps',
    rules,
    make: () => ({
      before: (server, input) => {
        if (input.type === 'call') for (const copy of copiesOf(server)) if (copy.leaving !== null) Object.assign(copy, { state: 'active' })
      },
      stepped: (server) => {
        for (const copy of copiesOf(server)) if (copy.state === 'active' && copy.leaving !== null) Object.assign(copy, { state: copy.leaving.taken === null ? 'leaving' : 'left' })
      },
    }),
    aim: { ...departing, weather: { ...calm, delay: 250 } },
  },
]
