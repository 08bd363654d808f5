import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordKey } from '../core/entries/parents'
import { failure } from '../core/errors'
import type { DirectoryId } from '../core/names'
import type { Change, Drafted } from '../core/requests'
import type { Intent } from '../core/values/intent'
import { identifier } from '../trials/identifiers'
import type { Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import { ask } from './connection'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
beforeEach(async () => {
  ;({ alpha, service } = await startService('/DEC', '/SRC'))
  await service.setValue('/SRC:Lampson/Phone', '853')
})

afterEach(() => alpha.host.stop())

const phone = async (name: string): Promise<unknown> => (await service.getValue(`${name}:Lampson/Phone`)).value

describe('moveSubtree', () => {
  it('[M4] answers when the new name is there and the old one leads to it; the library shows links as people write them', async () => {
    expect(await service.moveSubtree('/SRC', '/DEC/Research')).toEqual({ name: '/DEC/Research' })
    expect(await Promise.all(['/SRC', '/DEC/Research'].map(phone))).toEqual(['853', '853'])
    expect((await service.entries('/')).value.find(([label]) => label === 'SRC')?.slice(0, 3)).toEqual(['SRC', 'link', '/DEC/Research'])
    expect((await service.moves('/SRC')).map(({ label, born, verdict }) => [label, born, verdict])).toEqual([['SRC', true, 'settled'], ['Research', false, 'settled']])
  })

  it('[M3] says beforehand what is in its way, and then changes nothing', async () => {
    await service.doUpdates('/', { Lampson: true })
    for (const [to, why] of [['/SRC/SRC', 'WouldFormCycle'], ['/Lampson', 'AlreadyExists'], ['/DEC', 'AlreadyExists'], ['/SRC', 'AlreadyExists'], ['/Xerox/SRC', 'NotFound'], ['/', 'BadName']] as const) {
      expect([to, (await service.previewMove('/SRC', to)).fault?.code]).toEqual([to, why])
      expect([to, await code(service.moveSubtree('/SRC', to))]).toEqual([to, why])
    }
    expect(await code(service.moveSubtree('/', '/DEC/ANSI'))).toBe('WouldFormCycle')
    expect(await service.moves('/SRC')).toHaveLength(1)
  })

  it('[M3] [S1] a move that waits is not called off, but the directory may stay: it is moved to where it is', async () => {
    for (const name of ['/DEC', '/SRC']) await service.setInSN(name, true)
    const [DEC, SRC] = (await Promise.all(['/DEC', '/SRC'].map((name) => service.lookup(name)))).map(({ di }) => di) as [DirectoryId, DirectoryId]
    const change: Change = { procedure: 'move', under: { labels: ['.', 'BR'], incarnations: null }, tree: [[recordKey(DEC, 'aaaaaaaa'), [['SRC', true]]]], replace: false }
    const { branches } = await ask<Drafted>(alpha.connection, { type: 'ask', servers: [alpha.id], request: { type: 'draft', directory: SRC, change } })
    const intent: Intent = { directory: SRC, author: 'person', nonce: identifier(1, 26), from: Date.now() - 1000, until: Date.now() + 100_000, procedure: 'move', branches }
    await ask(alpha.connection, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: SRC, signed: await alpha.connection.sign(intent) } })
    expect((await service.moves('/SRC')).map(({ verdict }) => verdict)).toEqual(['settled', 'pending'])
    expect(await service.moveSubtree('/SRC', '/SRC')).toEqual({ name: '/SRC' })
    expect((await service.moves('/SRC')).map(({ parent, verdict }) => [parent === DEC, verdict])).toEqual([[false, 'settled'], [true, 'settled'], [false, 'settled']])
    expect([await phone('/SRC'), await code(service.lookup('/DEC/SRC')), await code(service.moveSubtree('/SRC', '/SRC'))]).toEqual(['853', 'NotFound', 'AlreadyExists'])
  })

  it('[W3] [M4] back to a name whose link has not expired it does not go, and is told from when on it may', async () => {
    await service.setTX('/SRC', Date.now() + 3_600_000)
    await service.moveSubtree('/SRC', '/DEC/SRC')
    expect(await phone('/SRC')).toBe('853')
    const { fault } = await service.previewMove('/DEC/SRC', '/SRC')
    expect(fault?.code).toBe('NotExpired')
    expect(Date.parse(fault!.about['from']!)).toBeGreaterThan(Date.now() + 3_600_000)
    expect(await code(service.moveSubtree('/DEC/SRC', '/SRC'))).toBe('NotExpired')
    expect(await service.moveSubtree('/DEC/SRC', '/Lab')).toEqual({ name: '/Lab' })
    expect(await Promise.all(['/SRC', '/DEC/SRC', '/Lab'].map(phone))).toEqual(['853', '853', '853'])
  })

  it('[M4] foretells which links go up out of it: they follow the directory that holds them, and lead elsewhere', async () => {
    for (const name of ['/IBM', '/IBM/Finance', '/DEC/Finance', '/DEC/SRC', '/DEC/SRC/WRL']) await service.newD('/alpha', name)
    for (const name of ['DEC', 'IBM']) await service.setValue(`/${name}/Finance:Wright/Phone`, name)
    await service.setLink('/DEC/SRC/Money', '../Finance')
    for (const [label, to] of [['Up', '..'], ['Sums', '../../Finance'], ['Sums too', '/DEC/Finance']] as const) await service.setLink(`/DEC/SRC/WRL/${label}`, to)
    const wright = async (name: string): Promise<unknown> => (await service.getValue(`${name}:Wright/Phone`)).value
    expect(await service.previewMove('/DEC/SRC', '/IBM/SRC')).toEqual({
      fault: null,
      name: '/IBM/SRC',
      links: [
        { name: '/DEC/SRC/Money', to: '../Finance' },
        { name: '/DEC/SRC/WRL/Sums', to: '../../Finance' },
      ],
      isWhole: true,
    })
    expect(await service.previewMove('/DEC/SRC', '/DEC/Research')).toMatchObject({ fault: null, links: [], isWhole: true })
    await service.moveSubtree('/DEC/SRC', '/IBM/SRC')
    expect(await Promise.all(['Money', 'WRL/Sums', 'WRL/Sums too'].map((name) => wright(`/DEC/SRC/${name}`)))).toEqual(['IBM', 'IBM', 'DEC'])
    expect((await service.lookup('/DEC/SRC/WRL/Up')).di).toBe((await service.lookup('/IBM/SRC')).di)
  })

  it('[M4] says where not all could be looked through for such links: what cannot be read, and more than it looks at', async () => {
    await service.newD('/alpha', '/SRC/WRL')
    await service.setLink('/SRC/WRL/Up', '../..')
    const { di } = await service.lookup('/SRC/WRL')
    const call: typeof alpha.connection.call = (call) => (call.type === 'at' && call.name.from === di ? Promise.resolve(failure('NoRight', { name: `#${di}`, what: 'read' })) : alpha.connection.call(call))
    expect(await openService({ ...alpha.connection, call }).previewMove('/SRC', '/DEC/SRC')).toMatchObject({ fault: null, links: [], isWhole: false })
    for (let i = 0; i < 64; i++) await service.newD('/alpha', `/SRC/Project ${i}`)
    expect(await service.previewMove('/SRC', '/DEC/SRC')).toMatchObject({ fault: null, isWhole: false })
  })
})
