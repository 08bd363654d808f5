/** What an administrator does by the library when servers are gone or a copy is to stay; what it means stands in the core's tests. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { NameServiceError } from '../core/errors'
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
