import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MARGIN } from '../core/directories/expiration'
import type { Tree } from '../core/values/readValue'
import type { Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import type { NameService } from './nameService'
import { plannedElse } from './plans'

const HOUR = 3_600_000

let alpha: Trial
let service: NameService
let until: number
beforeEach(async () => {
  ;({ alpha, service } = await startService('/DEC', '/IBM'))
  await service.setLink('/D', '/DEC')
  await service.setValue('/:Lampson/Phone', '853')
  until = Date.now() + HOUR
  for (const name of ['/D', '/Lampson']) await service.setTX(name, until)
  for (let i = 0; i < 3; i++) await service.sweep('/')
})

afterEach(() => {
  vi.useRealTimers()
  alpha.host.stop()
})

describe('[W3] what is wanted as it is, while another change of it is planned', () => {
  it('a link is not answered as done: the plan is taken back first, and then it stays', async () => {
    expect(await service.setLink('/D', '/IBM', { plan: true })).toMatchObject({ plannedFor: until + MARGIN })
    await expect(service.setLink('/D', '/DEC', { plan: true })).rejects.toThrow(`A change of /D is planned for ${new Date(until + MARGIN).toISOString()} or soon after, so it is promised to nobody for longer; take that back first`)
    // A program that only sees to it that the name is so is not held up.
    expect(await code(service.setLink('/D', '/DEC'))).toBe('ok')
    await service.takeBack('/D')
    expect(await code(service.setLink('/D', '/DEC', { plan: true }))).toBe('ok')
    vi.useFakeTimers({ toFake: ['Date'], now: until + MARGIN + 1000 })
    for (let i = 0; i < 3; i++) await service.sweep('/')
    expect((await service.lookup('/D')).di).toBe((await service.lookup('/DEC')).di)
  })

  it('nor is a value, or one of several; what is planned besides is nobody\'s concern', async () => {
    await service.doUpdates('/:Lampson', { Phone: { '853': false, '611': true } }, { plan: true })
    expect(await code(service.doUpdates('/:Lampson', { Phone: { '853': true } }, { plan: true }))).toBe('ChangePlanned')
    expect(await code(service.doUpdates('/', { Lampson: { Phone: { '853': true } }, D: { Link: true } }, { plan: true }))).toBe('ChangePlanned')
    expect(await code(service.doUpdates('/', { D: { Link: true } }))).toBe('ok')
    await service.setLink('/Butler', '/Lampson')
    expect(await code(service.doUpdates('/:Butler', { Phone: { '853': true } }, { plan: true }))).toBe('ChangePlanned')
  })

  it('is done where the plan keeps it so', async () => {
    await service.doUpdates('/:Lampson', { Mailbox: { Zin: true } }, { plan: true })
    expect(await code(service.doUpdates('/:Lampson', { Phone: { '853': true } }))).toBe('ok')
    expect(await code(service.setLink('/D', '/DEC'))).toBe('ok')
  })

  it('a deletion that is planned keeps nothing', async () => {
    await service.doUpdates('/', { Lampson: false }, { plan: true })
    expect(await code(service.doUpdates('/:Lampson', { Phone: { '853': true } }, { plan: true }))).toBe('ChangePlanned')
  })
})

describe('[W3] takeBack', () => {
  it('finds no plan of a name without one, nor of one that is not there', async () => {
    expect([await code(service.takeBack('/D')), await code(service.takeBack('/absent'))]).toEqual(['NotFound', 'NotFound'])
    await expect(service.takeBack('/absent')).rejects.toThrow('/absent was not found: no change of it is planned')
  })
})

describe('plannedElse', () => {
  const link = (to: string): Exclude<Tree, boolean> => [['Link', [['To', [[to, true]]]]]]
  const planned = (next: Tree): readonly [string, Tree] => ['D', [...link('/DEC'), ['Withdrawn', next === false || [['Next', next]]]]]

  it('tells the first name that will not be as it is wanted', () => {
    expect(plannedElse([planned(link('/IBM'))], [['D', link('/DEC')]], true)).toEqual({ label: 'D', from: 0 })
    expect(plannedElse([planned(link('/DEC'))], [['D', link('/DEC')]], true)).toBeNull()
    expect(plannedElse([planned(false)], [['D', true]], false)).toEqual({ label: 'D', from: 0 })
    expect(plannedElse([planned(false)], [['D', false]], false)).toBeNull()
    expect(plannedElse([planned(false)], [['E', true]], false)).toBeNull()
    expect(plannedElse([], [['D', true]], false)).toBeNull()
  })
})
