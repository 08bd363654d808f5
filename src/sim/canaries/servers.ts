/** Bugs in naming and placing servers. */
import type { DirectoryCopy } from '../../core/copies/directoryCopy'
import { REMOVED } from '../../core/entries/serverEntry'
import type { Label } from '../../core/names'
import type { Request } from '../../core/requests'
import type { Input } from '../../core/step'
import { BEGINNING } from '../../core/timestamp'
import type { ValueNode } from '../../core/values/valueTree'
import { calm } from '../network'
import { epochMix, placingMix, usualMix } from '../workload'
import { copiesOf, incomplete, onWire, type NamedCanary } from './canary'

const placing = { weather: { ...calm, delay: 40 }, mix: placingMix, pace: 4000, worstSkew: 0 }

const requestIn = (input: Input): Request | null =>
  input.type === 'call' && input.call.type === 'ask' ? input.call.request : input.type === 'message' && input.message.type === 'request' ? input.message.request : null

const isOfInSN = (request: Request | null): boolean => request?.type === 'setInSN' || (request?.type === 'draft' && request.change.procedure === 'setInSN') || (request?.type === 'submit' && request.signed.intent.procedure === 'setInSN')

/** What a directory says of itself, with an InSN that nobody set, or without it again. */
function pretend({ visible }: DirectoryCopy, has: boolean): void {
  const self = visible.root.children?.get('.')?.children
  if (self === undefined || self === null) return
  if (!has && self.get('InSN')?.ts === BEGINNING) self.delete('InSN')
  const { edition } = visible
  const depth: [Label, ValueNode] = ['1', { ts: BEGINNING, mark: 'present', children: null, edition }]
  if (has && !self.has('InSN')) self.set('InSN', { ts: BEGINNING, mark: 'present', children: new Map([depth]), edition })
}

const losing = { weather: { ...calm, delay: 40 }, mix: { ...epochMix, epoch: 12 }, pace: 4000, worstSkew: 0, losesServers: true } as const

/** The answer to who asks what is known of a lost server, without the rings. */
function withoutRings(outcome: string): string {
  if (!outcome.startsWith('{"rings":')) return outcome
  return JSON.stringify({ ...(JSON.parse(outcome) as object), rings: [] })
}

function hideRemoved(self: ValueNode | undefined, mark: ValueNode['mark']): void {
  const removed = self?.children?.get(REMOVED)
  if (removed !== undefined) removed.mark = mark
}

export const serverCanaries: readonly NamedCanary[] = [
  {
    name: 'every directory passes for one in which servers may be named',
    rules: [...incomplete, 'S1'],
    make: () => ({
      before: (server, input) => {
        if (!isOfInSN(requestIn(input)) && ![...server.server.procedures.values()].some(({ type }) => type === 'setInSN')) for (const copy of copiesOf(server)) pretend(copy, true)
      },
      stepped: (server) => {
        for (const copy of copiesOf(server)) pretend(copy, false)
      },
    }),
    aim: placing,
  },
  {
    name: 'a directory with InSN is left to servers that are named in it, and nobody takes the copy that CheckS asks for',
    rules: ['S2'],
    make: () => ({
      before: ({ server }, input) => {
        const request = requestIn(input)
        if (request?.type === 'leave' && request.directory !== server.root) request.force = true
        if (request?.type === 'join' && input.type === 'message') request.from = []
      },
    }),
    aim: { ...placing, mix: { ...placingMix, join: 25, leave: 30 } },
    rare: true,
  },
  {
    name: 'copies leave whatever rests on them, and CheckS repairs nothing',
    rules: ['S2', 'S3'],
    make: () => ({
      before: (_server, input) => {
        const request = requestIn(input)
        if (request?.type === 'leave') request.force = true
        if (request?.type === 'checkS') request.repair = false
      },
    }),
    aim: placing,
  },
  {
    name: 'a lost server is removed without looking at rings',
    rules: ['S4'],
    make: () => ({
      message: (message) => (message.type === 'answer' ? { ...message, outcome: withoutRings(message.outcome) } : message),
      stepped: ({ server }) => {
        for (const procedure of server.procedures.values()) if (procedure.type === 'removeLost') procedure.lost?.rings.splice(0)
      },
    }),
    aim: losing,
  },
  {
    name: 'a lost server is removed, and nobody writes down who it was',
    rules: ['S4'],
    make: () => ({
      stepped: ({ server }) => {
        for (const { intent } of server.originating.values()) if (intent.procedure === 'removeS') intent.branches = intent.branches.filter(([label]) => label !== '.')
      },
    }),
    aim: losing,
  },
  {
    name: 'whoever comes back is entered, whatever is written down of it',
    rules: ['S4', 'S3'],
    make: () => ({
      before: (server) => {
        for (const { visible } of copiesOf(server)) hideRemoved(visible.root.children?.get('.'), 'absent')
      },
      stepped: (server) => {
        for (const { visible } of copiesOf(server)) hideRemoved(visible.root.children?.get('.'), 'present')
      },
    }),
    aim: losing,
  },
  {
    name: 'who has no copy of the root names nobody who may have one',
    rules: ['S3'],
    make: () => onWire('answer', (message) => ({ ...message, elsewhere: [] })),
    aim: { weather: { ...calm, delay: 40 }, mix: usualMix, pace: 400, worstSkew: 0, servers: 30 },
  },
]
