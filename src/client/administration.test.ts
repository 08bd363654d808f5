/** What an administrator does by the library when servers are gone or a copy is to stay; what it means stands in the core's tests. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Call } from '../core/calls'
import { failure, NameServiceError } from '../core/errors'
import type { Drafted } from '../core/requests'
import type { Work } from '../core/work'
import { startPair, type Trial } from '../trials/hosts'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let beta: Trial
let service: NameService
beforeEach(async () => {
  ;[alpha, beta] = await startPair()
  service = openService(alpha.connection)
  await service.firstRoot({ label: 'ANSI' })
  await service.newDC(beta.id, '/')
  await openService(beta.connection).setUpOn('/beta')
})
afterEach(() => [alpha, beta].forEach(({ host }) => host.stop()))

const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NameServiceError)
  return (error as NameServiceError).message
}

it('[S4] [E8] a lost server: its removal is foreseen, an epoch made, what is read is marked until nobody waits for it', async () => {
  expect(await messageOf(service.removeS('/beta', { gone: true }))).toMatch(/^The server \/beta is running: it is connected to alpha/)
  expect((await service.getValue('/')).parting).toBe('no')
  for (const [one, other] of [[alpha, beta], [beta, alpha]] as const) one.host.input({ type: 'disconnected', server: other.id, reason: 'gone' })
  expect(await service.lostServer('/beta')).toMatchObject({ server: beta.id, name: 'beta', rings: [{ name: '/' }], awaited: [], alone: [], down: [] })
  expect(await messageOf(service.removeS('/beta', { gone: true }))).toMatch(/^The server \/beta is still in the ring of \/: begin a new epoch of each/)
  await service.newEpoch('/', ['alpha'], { force: true })
  expect([(await service.getValue('/')).parting, (await service.snapshot('/')).parting, (await service.entries('/')).parting]).toEqual(['leftOut', 'leftOut', 'leftOut'])
  expect((await service.lostServer('beta')).awaited).toMatchObject([{ name: '/' }])
  await service.removeS('beta', { gone: true })
  expect(await service.enumerate('/')).not.toContain('beta')
  expect((await service.getValue('/')).parting).toBe('no')
})

it('[R10] [E7] a leaving is called off while its copy cannot be taken over; what is in its ring is neither kept nor compared', async () => {
  const states = (): unknown[] => [...beta.host.server.copies.values()].map(({ state }) => state)
  expect(await messageOf(service.keepDC('beta', '/'))).toMatch(/^The copy of \/ on beta cannot be kept: it is not leaving/)
  expect(await messageOf(service.compare('/'))).toMatch(/has no active copy/)
  for (const [one, other] of [[alpha, beta], [beta, alpha]] as const) one.host.input({ type: 'disconnected', server: other.id, reason: 'gone' })
  const own = openService(beta.connection)
  const leaving = messageOf(own.removeDC('beta', '/', { force: true }))
  await own.lookup('/').catch(() => null)
  expect(states()).toEqual(['leaving'])
  expect(await own.keepDC('beta', `#${beta.host.server.root}`)).toBe(true)
  expect(states()).toEqual(['active'])
  expect(await leaving).toMatch(/^The copy on beta stays in the ring: its leaving was called off/)
})

/** The mark of a removal that somebody began [W5]. */
async function announce(label: string): Promise<void> {
  const directory = alpha.host.server.root!
  const change = { procedure: 'removeS' as const, under: { labels: [label, 'Server'], incarnations: null }, tree: [['Withdrawn', true] as const], replace: false }
  const { branches } = (await alpha.host.call({ type: 'ask', servers: [alpha.id], request: { type: 'draft', directory, change } })) as Drafted
  const signed = await alpha.connection.sign({ directory, author: 'person', nonce: alpha.connection.random(26), from: Date.now() - 1000, until: Date.now() + 1000, procedure: 'removeS', branches })
  await alpha.host.call({ type: 'ask', servers: [alpha.id], request: { type: 'submit', directory, signed } })
}

it('[S5] what nobody works on is told as left open, and taken back', async () => {
  expect(await service.underWay()).toEqual({ open: [], leftOpen: [], unheard: [] })
  await announce('beta')
  expect(await service.underWay()).toMatchObject({ open: [], leftOpen: [{ name: '/beta', server: beta.id, label: 'beta' }] })
  await service.keepS('/beta')
  expect((await service.underWay()).leftOpen).toEqual([])
  expect(JSON.stringify(await service.getValue('/:beta/Server'))).not.toContain('Withdrawn')
})

it('[S5] what somebody works on is told with names from the root and by the clock here, is not left open, and stays', async () => {
  const ahead = 60_000
  const work: Work = { kind: 'removeS', what: 'gives up its name', about: `#${alpha.host.server.root}/beta`, directory: alpha.host.server.root, label: 'beta', step: 'hands over its copies', waitsFor: [], since: Date.now() + ahead - 1000 }
  const isAskedOfBeta = (call: Call): boolean => call.type === 'ask' && call.request.type === 'underWay' && call.servers[0] === beta.id
  const other = openService({ ...alpha.connection, call: (call) => (isAskedOfBeta(call) ? Promise.resolve({ now: Date.now() + ahead, work: [work], announced: [] }) : alpha.connection.call(call)) })
  await announce('beta')
  const { open, leftOpen } = await other.underWay()
  expect([open, leftOpen]).toMatchObject([[{ server: beta.id, name: 'beta', about: '/beta' }], []])
  expect(Math.abs(Date.now() - 1000 - open[0]!.since!)).toBeLessThan(500)
  expect(await messageOf(other.keepS('/beta'))).toBe('The removal of /beta is under way at beta: wait until that has ended.')
})

it('[S5] who does not answer is named', async () => {
  const silent = openService({ ...alpha.connection, call: (call) => (call.type === 'ask' && call.servers[0] === beta.id ? Promise.resolve(failure('TimedOut', { server: 'beta', seconds: '4' })) : alpha.connection.call(call)) })
  expect(await silent.underWay()).toEqual({ open: [], leftOpen: [], unheard: ['beta'] })
})
