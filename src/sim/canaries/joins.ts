/** Bugs in joining the ring. */
import { BEGINNING } from '../../core/timestamp'
import { calm } from '../network'
import { afterEachStep, beforeMessage, copiesOf, incomplete, onWire, type NamedCanary } from './canary'

const crowded = { mix: { write: 60, read: 0, sweep: 40, join: 45, leave: 0, makeDirectory: 10, bulk: 0 }, pace: 25 }

export const joinCanaries: readonly NamedCanary[] = [
  {
    name: 'a joiner does not inherit nextTS',
    rules: incomplete,
    make: () => onWire('spliced', (message) => ({ ...message, nextTS: BEGINNING })),
    aim: { ...crowded, weather: { ...calm, delay: 250 }, worstSkew: 140_000 },
    rare: true,
  },
  {
    name: 'a joining copy turns active before it is spliced in',
    rules: [...incomplete, 'DC2'],
    make: () => afterEachStep((copy) => {
      if (copy.state === 'joining') Object.assign(copy, { state: 'active', joining: null })
    }),
  },
  {
    name: 'a splice is accepted from a stale snapshot',
    rules: [...incomplete, 'DC2', 'noResurrection'],
    make: () => beforeMessage('askSplice', (server, message) => {
      const copy = server.copyOf(message.directory)
      if (copy !== undefined) Object.assign(message, { lastSweep: copy.lastSweep, stableMark: copy.stableMark })
    }),
    rare: true,
    aim: { ...crowded, weather: { ...calm, loss: 0.1, delay: 900 }, worstSkew: 0 },
  },
  {
    name: 'p does not compare its pointer before it splices',
    rules: [...incomplete, 'DC2'],
    make: () => beforeMessage('askSplice', (server, message) => {
      const copy = server.copyOf(message.directory)
      if (copy !== undefined) message.pointer = copy.pointer
    }),
    aim: { ...crowded, weather: { ...calm, delay: 250 }, worstSkew: 0 },
  },
  {
    name: 'a splice forgets whom it pointed at',
    rules: [...incomplete, 'DC2'],
    make: () => ({
      stepped: (server, input) => {
        if (input.type !== 'message' || input.message.type !== 'snapshotPage') return
        for (const copy of copiesOf(server)) if (copy.state === 'joining') copy.pointer = { copy: copy.id, server: server.id }
      },
    }),
  },
  {
    name: 'a joining copy gives up when its predecessor does not answer',
    rules: [...incomplete, 'DC2'],
    make: () => ({
      stepped: (server, input, effects) => {
        if (input.type !== 'tick') return
        for (const copy of copiesOf(server)) {
          if (copy.state !== 'joining' || !server.server.agenda.times.has(`join ${copy.directory}`)) continue
          server.server.copies.delete(copy.directory)
          server.server.joins.delete(copy.directory)
          effects.save.push({ server: { type: 'retired', copy: copy.id, directory: copy.directory } })
        }
      },
    }),
    aim: { ...crowded, weather: { ...calm, loss: 0.3, delay: 250 }, worstSkew: 0 },
  },
  {
    name: 'p does not record that it spliced a copy in',
    rules: [...incomplete, 'DC2'],
    make: () => ({
      stepped: (_server, input, effects) => {
        if (input.type !== 'message' || input.message.type !== 'askSplice') return
        for (const save of effects.save) if ('copy' in save && save.change.type === 'fields') delete save.change.fields.pointer
      },
    }),
    aim: { ...crowded, weather: { ...calm, torn: 0.02 }, worstSkew: 0 },
  },
  {
    name: 'a copy that joins is not handed the base',
    // What is missing may be the entries of servers, too.
    rules: [...incomplete, 'S3'],
    make: () => beforeMessage('snapshotPage', (_server, message) => {
      if (message.page.base !== null && message.page.count === 1) message.page = { ...message.page, base: { nodes: [], proofs: [], intents: [] } }
    }),
  },
  {
    name: 'a copy that joins claims to be complete up to its own clock',
    rules: incomplete,
    make: () => beforeMessage('spliced', (server, { directory }) => {
      const copy = server.copyOf(directory)
      if (copy?.state === 'joining') Object.assign(copy, { lastSweep: copy.nextTS })
    }),
    aim: { ...crowded, weather: { ...calm, loss: 0.2 }, worstSkew: 0 },
  },
]
