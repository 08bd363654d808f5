/** Bugs in sweeps and in the time-stamps that they rest on. */
import type { DirectoryCopy, RingPointer } from '../../core/copies/directoryCopy'
import { cutPages } from '../../core/copies/pages'
import type { Message } from '../../core/messages'
import type { CopyId, ServerId } from '../../core/names'
import { BEGINNING, millisecondsOf, timeOf, timestamp } from '../../core/timestamp'
import { calm } from '../network'
import { applySet } from '../../core/values/intent'
import { afterEachStep, beforeMessage, copiesOf, incomplete, onSave, onWire, type NamedCanary } from './canary'

/** A page of the same transfer without some of its sets, its digest right. */
const without = (page: Extract<Message, { type: 'writeSweep' }>['page'], left: (set: (typeof page)['log'][number], index: number) => boolean): typeof page => ({
  ...cutPages({ base: null, log: page.log.filter((set, i) => !left(set, i)) })[0]!,
  base: page.base,
})

export const sweepCanaries: readonly NamedCanary[] = [
  {
    name: 'a sweep is stamped with the origin of its copy',
    rules: incomplete,
    make: () => {
      const last = 'z'.repeat(13) as CopyId
      const real = <M extends Message & { sweepTS: DirectoryCopy['lastSweep'] }>(message: M): M => ({ ...message, sweepTS: timestamp(timeOf(message.sweepTS), last) })
      return { message: (message) => (message.type === 'lookSweep' || message.type === 'writeSweep' ? real(message) : message) }
    },
  },
  {
    name: 'a member answers a sweep without raising nextTS',
    rules: [...incomplete, 'monotone'],
    make: () => {
      const before = new Map<CopyId, DirectoryCopy['nextTS']>()
      return {
        before: (server, input) => {
          if (input.type === 'message' && input.message.type === 'writeSweep') for (const copy of copiesOf(server)) if (copy.id === input.message.to && copy.nextTS < input.message.sweepTS) copy.nextTS = input.message.sweepTS
          if (input.type === 'message' && input.message.type === 'lookSweep') for (const copy of copiesOf(server)) before.set(copy.id, copy.nextTS)
        },
        stepped: (server, input) => {
          if (input.type === 'message' && input.message.type === 'lookSweep') for (const copy of copiesOf(server)) copy.nextTS = before.get(copy.id) ?? copy.nextTS
        },
      }
    },
  },
  {
    name: 'an unreachable member is skipped',
    rules: [...incomplete, 'DC2'],
    make: () => {
      const pointers = new Map<CopyId, RingPointer>()
      return {
        before: (server, input) => {
          if (input.type !== 'message' || input.message.type !== 'looked') return
          const sweep = server.server.sweeps.get(input.message.directory)
          if (sweep === undefined) return
          let next = input.message.facts.pointer
          for (let i = 0; i < 9 && next.server !== server.id && !server.server.peers.has(next.server); i++) next = skip(sweep, next)
          input.message.facts.pointer = next
        },
        stepped: (server) => {
          for (const copy of copiesOf(server)) pointers.set(copy.id, copy.pointer)
        },
      }
      function skip(sweep: { knownAtStart: readonly { copy: CopyId }[] }, { copy, server }: RingPointer): RingPointer {
        sweep.knownAtStart = sweep.knownAtStart.filter((member) => member.copy !== copy)
        return pointers.get(copy) ?? { copy, server }
      }
    },
  },
  {
    name: 'the known ring decides who is a member, not the pointers',
    rules: [...incomplete, 'DC2'],
    make: () => {
      const successor = (ring: DirectoryCopy['ring'], of: CopyId): RingPointer | null => {
        const at = ring.findIndex(({ copy }) => copy === of)
        const next = ring[(at + 1) % ring.length]
        return at < 0 || next === undefined ? null : { copy: next.copy, server: next.server }
      }
      return {
        before: (server, input) => {
          if (input.type !== 'message' || (input.message.type !== 'looked' && input.message.type !== 'readPage')) return
          const ring = server.copyOf(input.message.directory)?.ring ?? []
          const known = successor(ring, input.message.facts.copy)
          if (known !== null) input.message.facts.pointer = known
        },
        stepped: (server) => {
          for (const sweep of server.server.sweeps.values()) {
            const own = [...sweep.visited.values()].find(({ pointer }) => pointer.server === server.id)
            const known = own?.facts && successor(sweep.knownAtStart, own.facts.copy)
            if (own?.facts && known) own.facts.pointer = known
          }
        },
      }
    },
    aim: { weather: { ...calm, loss: 0.2, delay: 250 }, mix: { write: 60, read: 0, sweep: 40, join: 45, leave: 0, makeDirectory: 10, bulk: 0 }, pace: 25, worstSkew: 0 },
  },
  {
    name: 'a member leaves out what is older than its own lastSweep',
    rules: incomplete,
    make: () => onWire('readSweep', (message, _from, to) => ({ ...message, since: to.copyOf(message.directory)?.lastSweep ?? message.since })),
    aim: { weather: { ...calm, loss: 0.45, delay: 250 }, mix: { write: 60, read: 0, sweep: 40, join: 45, leave: 0, makeDirectory: 0, bulk: 0 }, pace: 400, worstSkew: 0 },
    from: 71,
    rare: true,
  },
  {
    name: 'all logs are taken for equal, so that nothing is read',
    rules: incomplete,
    make: () => {
      const same = (facts: { digest: string }): void => void (facts.digest = 'same')
      return {
        before: (_server, input) => {
          if (input.type === 'message' && input.message.type === 'looked') same(input.message.facts)
        },
        stepped: (server) => {
          for (const { visited } of server.server.sweeps.values()) for (const { facts } of visited.values()) if (facts !== null) same(facts)
        },
      }
    },
  },
  { name: 'the write pass loses an update', rules: incomplete, make: () => onWire('writeSweep', (message) => ({ ...message, page: without(message.page, (_set, i) => i === 0) })) },
  {
    name: 'a write-back leaves out what its receiver takes for the future',
    rules: incomplete,
    make: () => onWire('writeSweep', (message, _from, to) => ({ ...message, page: without(message.page, ({ ts }) => millisecondsOf(ts) > to.clock() + 60_000) })),
    aim: { weather: { ...calm, loss: 0.3 }, mix: { write: 90, read: 0, sweep: 20, join: 10, leave: 0, makeDirectory: 0, bulk: 0 }, pace: 400, worstSkew: 140_000 },
  },
  {
    name: 'lastSweep is saved in a transaction of its own, before the data',
    from: 59,
    rules: incomplete,
    make: () => {
      const late: { server: ServerId; save: Parameters<Parameters<typeof onSave>[0]>[0] }[] = []
      return {
        stepped: (server, input, effects) => {
          const due = late.filter((each) => each.server === server.id)
          for (const each of due) late.splice(late.indexOf(each), 1)
          const isWrite = input.type === 'message' && input.message.type === 'writeSweep'
          const data = isWrite ? effects.save.filter((save) => 'copy' in save && save.change.type !== 'fields') : []
          effects.save = [...due.map(({ save }) => save), ...effects.save.filter((save) => !data.includes(save))]
          late.push(...data.map((save) => ({ server: server.id, save })))
        },
      }
    },
    aim: { weather: { ...calm, loss: 0.3, torn: 0.02 }, mix: { write: 60, read: 0, sweep: 90, join: 10, leave: 0, makeDirectory: 0, bulk: 0 }, pace: 600, worstSkew: 0 },
  },
  {
    name: 'nextTS is raised in memory only',
    rules: [...incomplete, 'monotone'],
    make: () =>
      onSave((save) => {
        if (!('copy' in save) || save.change.type !== 'fields' || save.change.fields.nextTS === undefined) return save
        const { nextTS: _, ...fields } = save.change.fields
        return { ...save, change: { type: 'fields', fields } }
      }),
  },
  {
    name: 'time-stamps are taken from the wall clock alone',
    rules: [...incomplete, 'monotone'],
    make: () => ({
      before: (server, input) => {
        if (input.type === 'call') for (const copy of copiesOf(server)) copy.nextTS = BEGINNING
      },
    }),
  },
  {
    name: 'a write-back of a sweep that is over lowers lastSweep',
    rules: ['monotone', 'DC1', 'InvariantViolation'],
    make: () => beforeMessage('writeSweep', (server, { directory, sweepTS }) => {
      const copy = server.copyOf(directory)
      if (copy !== undefined && sweepTS < copy.lastSweep && sweepTS >= copy.stableMark) copy.lastSweep = sweepTS
    }),
  },
  {
    name: 'of one intent stamped twice both stamps count',
    rules: incomplete,
    make: () => afterEachStep((copy) => copy.intents.clear()),
  },
  {
    name: 'an update is grafted though its ancestor has not come',
    rules: incomplete,
    make: () => afterEachStep((copy) => {
      for (const set of copy.waiting.values()) applySet(copy.visible, set)
      copy.waiting.clear()
    }),
  },
]
