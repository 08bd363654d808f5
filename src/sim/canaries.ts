/**
 * Canaries: protocol bugs put in from outside the core. Each must be caught by a checker, or the simulator is blind, and
 * that is the bug.
 */
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import { cutPages } from '../core/copies/pages'
import type { Message } from '../core/messages'
import { BEGINNING, timestamp, timeOf } from '../core/timestamp'
import type { CopyId } from '../core/names'
import { calm } from './network'
import type { Aim } from './seed'
import type { Canary } from './world'
import type { SimServer } from './simServer'

export interface NamedCanary {
  /** What is broken, in words. */
  name: string
  /** Rules whose checkers may catch it. */
  rules: readonly string[]
  make: () => Canary
  /** Weather aimed at it, where the usual takes too many seeds. */
  aim?: Aim
  /** The first seed to try, 1 when left out: those before it noticed nothing when they were last looked through. */
  from?: number
}

const on = <T extends Message['type']>(type: T, change: (message: Extract<Message, { type: T }>, from: SimServer, to: SimServer) => Message): Canary => ({
  message: (message, from, to) => (message.type === type ? change(message as Extract<Message, { type: T }>, from, to) : message),
})

const copiesOf = (server: SimServer): DirectoryCopy[] => [...server.server.copies.values()]

export const canaries: readonly NamedCanary[] = [
  {
    name: 'a joiner does not inherit nextTS',
    rules: ['DC1', 'F1', 'D1', 'convergence'],
    make: () => on('spliced', (message) => ({ ...message, nextTS: BEGINNING })),
    aim: { weather: { ...calm, delay: 250 }, mix: { write: 60, read: 0, sweep: 40, join: 45, makeDirectory: 10, bulk: 0 }, pace: 25, worstSkew: 140_000 },
    from: 86,
  },
  {
    name: 'a joining copy turns active before it is spliced in',
    rules: ['DC2', 'DC1', 'F1', 'D1', 'noLostUpdate', 'convergence'],
    make: () => ({
      stepped: (server) => {
        for (const copy of copiesOf(server)) if (copy.state === 'joining') Object.assign(copy, { state: 'active', joining: null })
      },
    }),
  },
  {
    name: 'a splice is accepted from a stale snapshot',
    rules: ['DC1', 'F1', 'D1', 'DC2', 'noResurrection', 'convergence'],
    make: () => ({
      before: (server, input) => {
        if (input.type !== 'message' || input.message.type !== 'askSplice') return
        const copy = server.copyOf(input.message.directory)
        if (copy !== undefined) Object.assign(input.message, { lastSweep: copy.lastSweep, stableMark: copy.stableMark, pointer: copy.pointer })
      },
    }),
  },
  {
    name: 'a sweep is stamped with the origin of its copy',
    rules: ['DC1', 'F1', 'D1', 'convergence'],
    make: () => {
      const last = 'z'.repeat(13) as CopyId
      const real = <M extends Message & { sweepTS: DirectoryCopy['lastSweep'] }>(message: M): M => ({ ...message, sweepTS: timestamp(timeOf(message.sweepTS), last) })
      return { message: (message) => (message.type === 'lookSweep' || message.type === 'writeSweep' ? real(message) : message) }
    },
  },
  {
    name: 'a member answers a sweep without raising nextTS',
    rules: ['DC1', 'F1', 'D1', 'monotone'],
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
    name: "forgetting goes by the sweep's own time-stamp",
    rules: ['F1', 'DC1', 'D1', 'noResurrection', 'convergence'],
    make: () => on('writeSweep', (message) => ({ ...message, stableMark: message.sweepTS })),
  },
  {
    name: 'a member leaves out what is older than its own lastSweep',
    rules: ['DC1', 'F1', 'D1', 'convergence'],
    make: () => on('readSweep', (message, _from, to) => ({ ...message, since: to.copyOf(message.directory)?.lastSweep ?? message.since })),
    from: 186,
  },
  { name: 'a host answers before what it promises is durable', rules: ['DC1', 'F1', 'D1', 'DC2', 'noLostUpdate', 'convergence', 'monotone'], make: () => ({ releasesEarly: true }) },
  {
    name: 'the write pass loses an update',
    rules: ['DC1', 'F1', 'D1', 'convergence', 'noLostUpdate'],
    make: () => on('writeSweep', (message) => ({ ...message, page: cutPages({ base: null, log: message.page.log.slice(1) })[0]! })),
  },
  {
    name: 'a splice forgets whom it pointed at',
    rules: ['DC2', 'DC1', 'convergence'],
    make: () => ({
      stepped: (server, input) => {
        if (input.type !== 'message' || input.message.type !== 'snapshotPage') return
        for (const copy of copiesOf(server)) if (copy.state === 'joining') copy.pointer = { copy: copy.id, server: server.id }
      },
    }),
  },
  {
    name: 'time-stamps are taken from the wall clock alone',
    rules: ['DC1', 'F1', 'D1', 'monotone', 'convergence'],
    make: () => ({
      before: (server, input) => {
        if (input.type === 'call') for (const copy of copiesOf(server)) copy.nextTS = BEGINNING
      },
    }),
  },
]
