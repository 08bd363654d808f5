/** Where names begin, and where servers meet, as the library has it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { roomsNamed } from '../core/directories/rooms'
import type { Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import type { NameService } from './nameService'

let alpha: Trial
let service: NameService
beforeEach(async () => void ({ alpha, service } = await startService()))
afterEach(() => alpha.host.stop())

describe('where names begin', () => {
  it('[N1] cd, relative names and `..`; another working root takes the working directory along; whole names, and links that mean the same for everybody', async () => {
    for (const name of ['/DEC', '/DEC/SRC', '/DEC/Finance', '/DEC/SRC/Taos']) await service.newD('alpha', name)
    const { di } = await service.lookup('/DEC')
    expect(await service.cd('/DEC/SRC')).toBe('/DEC/SRC')
    expect(['Taos', '..', '../Finance', '/DEC', '.'].map((name) => service.fullName(name))).toEqual(['/DEC/SRC/Taos', '/DEC', '/DEC/Finance', '/DEC', '/DEC/SRC'])
    expect(await service.cd('../Finance')).toBe('/DEC/Finance')
    expect(await code(service.cd('Wright'))).toBe('NotFound')
    await service.doUpdates('/DEC/Finance', { Wright: true })
    expect(await code(service.cd('Wright'))).toBe('NotADirectory')
    expect(service.workingDirectory).toBe('/DEC/Finance')

    service.workingRoot = '/DEC'
    expect([service.workingRoot.endsWith('/DEC'), service.workingDirectory]).toEqual([true, '/'])
    service.workingRoot = `#${di}`
    expect((await service.lookup('/SRC')).di).toBe((await service.lookup(`#${di}/SRC`)).di)
    expect(service.fullName('SRC')).toBe('/SRC')
    await service.setLink('/Money', '/Finance')
    expect((await service.entries('/')).value.find(([label]) => label === 'Money')?.slice(0, 3)).toEqual(['Money', 'link', '/Finance'])
    expect(await service.cd()).toBe('/')

    service.workingRoot = '/'
    expect((await service.lookup('/DEC/Money')).di).toBe((await service.lookup('/DEC/Finance')).di)
    expect(service.fullName(`#${di}/SRC`)).toBe(`#${di}/SRC`)
  })

  it('[N1] `..` goes on above the working root, when that has got a root above it', async () => {
    await service.newD('alpha', '/DEC')
    const { di: old } = await service.lookup('/')
    service.workingRoot = `#${old}`
    expect(await code(service.lookup('/..'))).toBe('NotFound')
    const above = await service.newRoot('alpha', '/', 'ANSI', { label: 'World' })
    await service.newD('alpha', `#${above}/IBM`)
    expect([(await service.lookup('/..')).di, (await service.lookup('/DEC/../../IBM')).di]).toEqual([above, (await service.lookup(`#${above}/IBM`)).di])
    await service.cd('/DEC')
    expect([service.fullName('..'), service.fullName('../../IBM'), await service.cd('..'), await service.cd('..')]).toEqual(['/', '/../IBM', '/', '/..'])
    expect((await service.lookup('IBM')).di).toBe((await service.lookup('/../IBM')).di)
    expect(await code(service.cd('..'))).toBe('NotFound')
    expect([await code(service.setLink('/..', '/DEC')), service.workingDirectory]).toEqual(['BadName', '/..'])
  })

  it('[N1] names begin with `/` where the working root was given by its path, too', async () => {
    for (const name of ['/DEC', '/DECwrl', '/DEC/SRC']) await service.newD('alpha', name)
    const root = alpha.host.server.root!
    service.workingRoot = '/DEC'
    expect([service.fullName('/SRC'), service.fullName('SRC'), service.fullName('/'), service.fullName(`#${root}/DEC/SRC`)]).toEqual(['/SRC', '/SRC', '/', '/SRC'])
    expect([service.fullName(`#${root}/DECwrl`), service.fullName(`#${root}`)]).toEqual([`#${root}/DECwrl`, `#${root}`])
    expect([await service.cd('/SRC'), service.workingDirectory]).toEqual(['/SRC', '/SRC'])
    await expect(service.lookup('/IBM')).rejects.toThrow(/^\/IBM was not found/)
  })
})

describe('rooms', () => {
  it('[X7] are named in the root by setRoom alone, at most eight, each a room', async () => {
    const rooms = Array.from({ length: 9 }, (_, i) => `${'abcdefghi'[i]}`.repeat(26))
    for (const room of rooms.slice(0, 8)) await service.setRoom('/', room, true)
    expect(await service.enumerate('/:./Rooms')).toEqual(rooms.slice(0, 8))
    expect(await code(service.setRoom('/', rooms[8]!, true))).toBe('TooManyRooms')
    await service.setRoom('/', rooms[0]!, false)
    await service.setRoom('/', rooms[8]!, true)
    expect(await service.enumerate('/:./Rooms')).toEqual(rooms.slice(1))
    for (const wrong of ['', 'a', 'A'.repeat(26), '1'.repeat(26), `${rooms[0]}a`]) expect(await code(service.setRoom('/', wrong, true))).toMatch(/BadRequest|BadName/)
    expect(await code(service.doUpdates('/:./Rooms', { [rooms[0]!]: true }))).toBe('Reserved')
    expect(await code(service.setValue('/:./Rooms', false))).toBe('Reserved')
    expect(roomsNamed(alpha.host.server)).toEqual(rooms.slice(1))
  })
})
