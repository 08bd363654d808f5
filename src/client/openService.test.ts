import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inSNOf } from '../core/entries/serverEntry'
import { errorCodes, failure, NameServiceError } from '../core/errors'
import { startHost, startPair, type Trial } from '../trials/hosts'
import { startService } from '../trials/services'
import { hostileLabels } from '../trials/generators'
import { toJson, toTree, toValue } from './json'
import type { CopyState } from '../core/requests'
import { timestamp, type Timestamp } from '../core/timestamp'
import type { CopyReport, JsonTree, NameService, Read, JsonValue } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
beforeEach(async () => void ({ alpha, service } = await startService()))
afterEach(() => alpha.host.stop())

const code = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'ok'
  } catch (error) {
    expect(error).toBeInstanceOf(NameServiceError)
    expect((error as Error).message).not.toContain('unknown')
    return (error as NameServiceError).code
  }
}
const until = (holds: () => boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    let turns = 0
    const look = (): void => {
      if (holds()) resolve()
      else if (++turns > 5000) reject(new Error('it never came'))
      else setImmediate(look)
    }
    look()
  })

describe('values', () => {
  it('a string, a set, a tree: written, read, tested, enumerated', async () => {
    await service.setValue('/:Lampson/Password', 'XGZQ#$')
    await service.setValue('/:Lampson/Mailboxes', ['Zin', 'Cab'])
    expect((await service.getValue('/:Lampson/Password')).value).toBe('XGZQ#$')
    expect((await service.getValue('/:Lampson/Mailboxes')).value).toEqual(['Cab', 'Zin'])
    const { value, tree, server, asOf } = await service.getValue('/:Lampson')
    expect(value).toEqual({ Mailboxes: { Cab: true, Zin: true }, Password: { 'XGZQ#$': true } })
    expect(tree).toEqual(value)
    expect(server).toBe(alpha.id)
    expect(asOf).toMatch(/^\d{16}\./)
    expect(await service.enumerate('/:Lampson')).toEqual(['Mailboxes', 'Password'])
    expect(await service.testValue('/:Lampson/Mailboxes', ['Cab', 'Zin'])).toBe(true)
    expect(await service.testValue('/:Lampson/Mailboxes', 'Cab')).toBe(false)
  })

  it('setValue replaces whole, doUpdates leaves siblings alone; false makes absent', async () => {
    await service.doUpdates('/', { Lampson: { Mailboxes: { Zin: true }, Phone: { one: true } } })
    await service.doUpdates('/:Lampson', { Mailboxes: { Cab: true, Zin: false } })
    expect((await service.getValue('/:Lampson')).tree).toEqual({ Mailboxes: { Cab: true }, Phone: { one: true } })
    await service.setValue('/:Lampson', { Phone: { two: true } })
    expect((await service.getValue('/:Lampson')).tree).toEqual({ Phone: { two: true } })
    await service.doUpdates('/', { Lampson: false })
    expect(await code(service.getValue('/:Lampson'))).toBe('NotFound')
    expect(await code(service.enumerate('/:Lampson'))).toBe('NotFound')
  })

  it('what is so already is no update: the time-stamp of what is there', async () => {
    const { ts, copies } = await service.doUpdates('/', { Lampson: true })
    expect(copies).toEqual([alpha.id])
    expect(await service.doUpdates('/:Lampson', {})).toMatchObject({ ts })
    expect(alpha.host.server.copies.size).toBe(1)
  })

  it('[X5] hostile labels go in and come out as own properties of plain JSON', async () => {
    const json = JSON.parse('{"__proto__":{"constructor":{"then":true}},"toJSON":true,"hasOwnProperty":{"x":true}}') as JsonTree
    await service.doUpdates('/:hostile', json)
    const { tree } = await service.getValue('/:hostile')
    expect(JSON.parse(JSON.stringify(tree))).toEqual(json)
    expect(Object.keys(tree)).toContain('__proto__')
    expect(Object.getPrototypeOf(tree)).toBe(Object.prototype)
    expect((await service.getValue('/:hostile/__proto__/constructor')).value).toBe('then')
    for (const label of hostileLabels) expect(toJson(toTree({ [label]: { [label]: true } }))).toEqual({ [label]: { [label]: true } })
    expect(toValue([['__proto__', true]])).toBe('__proto__')
    expect(({} as { constructor: unknown }).constructor).toBe(Object)
  })

  it('a snapshot means exactly that incarnation: Superseded once it is gone', async () => {
    await service.doUpdates('/', { Lampson: { Password: { old: true } } })
    const { path, mark } = await service.snapshot('/:Lampson/Password')
    expect([mark, path.map(([label]) => label)]).toEqual(['present', ['Lampson', 'Password']])
    await service.doUpdates({ name: '/', path }, { new: true })
    await service.setValue('/:Lampson/Password', 'replaced')
    expect(await code(service.doUpdates({ name: '/', path }, { late: true }))).toBe('Superseded')
    expect(await code(service.setValue({ name: '/', path }, 'late'))).toBe('Superseded')
    expect((await service.getValue('/:Lampson/Password')).value).toBe('replaced')
    expect((await service.snapshot('/:Nobody/x')).mark).toBe('absent')
  })

  it('[V2] draws a change up anew when somebody was faster', async () => {
    await service.doUpdates('/', { Lampson: { n: true } })
    const slow = { ...alpha.connection }
    let raced = 0
    slow.sign = async (intent) => {
      if (raced++ < 2) await service.setValue('/:Lampson', { [`race ${raced}`]: true })
      return alpha.connection.sign(intent)
    }
    await openService(slow).doUpdates('/:Lampson', { mine: true })
    expect(raced).toBe(3)
    expect(await service.enumerate('/:Lampson')).toEqual(['mine', 'race 2'])
    raced = -100
    expect(await code(openService(slow).doUpdates('/:Lampson', { never: true }))).toBe('Superseded')
  })

  it('reads its own writes, or sweeps first, from any name', async () => {
    const { ts } = await service.doUpdates('/', { Lampson: { Phone: { x: true } } })
    expect((await service.getValue('/:Lampson', { after: ts })).tree).toEqual({ Phone: { x: true } })
    const { asOf } = await service.getValue('/:Lampson', { swept: true })
    expect(asOf > ts).toBe(true)
    expect((await service.getValue('/Lampson', { swept: true })).asOf > asOf).toBe(true)
    service.workingDirectory = '/'
    expect((await service.getValue(':Lampson', { swept: true })).value).toEqual({ Phone: { x: true } })
  })
})

describe('directories and names', () => {
  it('newD, links, lookups, relative to the working root and the working directory', async () => {
    await service.newD('alpha', '/DEC')
    const { di, name } = await service.newD('alpha', '/DEC/SRC')
    expect(name).toMatch(/\/DEC\/SRC$/)
    await service.setValue('/DEC/SRC:Lampson/Password', 'XGZQ#$')
    await service.setLink('/DEC/link', 'SRC')
    await service.setLink('/DEC/SRC/up', '../SRC')
    await service.setLink('/home', '/IBM')
    await service.setLink('/home', '/DEC/SRC')
    expect(await service.setLink('/home', '/DEC/SRC')).toMatchObject({ copies: [alpha.id] })
    expect((await service.entries('/')).value).toContainEqual(['home', 'link', '/DEC/SRC', null])
    for (const fn of ['/DEC/link', '/DEC/SRC/up', '/home', '/home/up']) expect((await service.lookup(fn)).di).toBe(di)
    expect((await service.lookup('/DEC/SRC/Lampson')).entity).toBe('Lampson')
    expect((await service.lookup('/DEC/SRC')).trail.map(({ label, found }) => [label, found])).toEqual([['DEC', 'directory'], ['SRC', 'directory']])
    service.workingRoot = '/DEC'
    service.workingDirectory = '/SRC'
    expect((await service.getValue('.:Lampson/Password')).value).toBe('XGZQ#$')
    expect((await service.lookup('../SRC')).di).toBe(di)
    expect((await service.entries('/')).value).toEqual(expect.arrayContaining([['SRC', 'directory', di, null], ['link', 'link', 'SRC', null]]))
    expect(await code(service.lookup('../../x'))).toBe('NotFound')
  })

  it('fails with one code each, as a rejected promise, and changes nothing', async () => {
    await service.newD('alpha', '/DEC')
    await service.setLink('/loop', '/loop')
    const before = JSON.stringify((await service.getValue('/')).tree)
    const cyclic: Record<string, JsonTree> = {}
    cyclic['self'] = cyclic
    const cases: [string, () => Promise<unknown>][] = [
      ['BadName', () => service.doUpdates('a//b', { x: true })],
      ['BadName', () => service.doUpdates('/', { '': true })],
      ['BadName', () => service.setValue('/:e\u0301', 'x')],
      ['BadName', () => service.setLink('/', '/DEC')],
      ['BadName', () => service.setLink('/x', 'a//b')],
      ['BadRequest', () => service.doUpdates('/', { x: 7 } as never)],
      ['BadRequest', () => service.setValue('/:x', [7] as never)],
      ['BadRequest', () => service.doUpdates('/', cyclic)],
      ['BadRequest', () => service.setValue('/', 'x')],
      ['TooLarge', () => service.doUpdates('/', { x: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}${'x'.repeat(240)}`, true])) })],
      ['Reserved', () => service.doUpdates('/', { DEC: false })],
      ['Reserved', () => service.setValue('/:alpha/Server', 'x')],
      ['AlreadyExists', () => service.newD('alpha', '/DEC')],
      ['AlreadyExists', () => service.setLink('/DEC', '/x')],
      ['AlreadyExists', () => service.firstRoot()],
      ['NotFound', () => service.getValue('/IBM/TJW')],
      ['NotFound', () => service.getValue('/:nobody')],
      ['NotADirectory', () => service.sweep('/alpha')],
      ['LinkLoop', () => service.lookup('/loop')],
      ['NoSuchServer', () => service.newD('nobody', '/x')],
      ['CopyExists', () => service.newDC('alpha', '/DEC')],
      ['NotYetHere', () => service.getValue('/', { after: '9000000000000000.0' as never })],
      ['NoCopyReachable', () => service.lookup(`#${'q'.repeat(20)}`)],
    ]
    for (const [expected, act] of cases) expect([expected, await code(act())]).toEqual([expected, expected])
    expect(JSON.stringify((await service.getValue('/')).tree)).toBe(before)
    for (const [expected] of cases) expect(errorCodes).toContain(expected)
  })

  it('[M6] a directory is made where its name says, and never where a link of that name leads', async () => {
    await service.newD('alpha', '/DEC')
    await service.setLink('/Digital', '/DEC')
    await service.setLink('/broken', '/nowhere')
    await service.setValue('/:Lampson/Phone', '853')
    const labels = async (fn: string): Promise<string[]> => (await service.entries(fn)).value.map(([label]) => label)
    const before = await labels('/')
    for (const fn of ['/Digital', '/broken', '/Lampson']) expect([fn, await code(service.newD('alpha', fn))]).toEqual([fn, 'AlreadyExists'])
    expect(await code(service.newD('alpha', '/Lampson/SRC'))).toBe('NotADirectory')
    expect([await labels('/'), await labels('/DEC')]).toEqual([before, ['.']])
    expect((await service.newD('alpha', '/Digital/SRC')).name).toBe('/Digital/SRC')
    expect(await labels('/DEC')).toEqual(['.', 'SRC'])
  })

  it('[S1] a server is named in the root, or in a directory with InSN; any other name is refused, whole', async () => {
    const said = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: Error) => error.message)
    await service.newD('alpha', '/DEC')
    expect(await said(service.setUpOn('DEC/mars'))).toMatch(/^The server name \/DEC\/mars would break S1: the directory \/DEC has no InSN\. Call setInSN/)
    expect(await code(service.setUpOn('/IBM/mars'))).toBe('NotFound')
    for (const bad of ['../mars', '/', '.', '', 'a:b', `#${'a'.repeat(20)}/mars`]) expect(await code(service.setUpOn(bad))).toBe('BadName')
    expect(alpha.host.server.name).toBe('alpha')
    for (const good of ['mars', '/venus', `#${alpha.host.server.root}/earth`, 'red dwarf', 'a%2Fb']) expect(await code(service.setUpOn(good))).toBe('ok')
    expect(alpha.host.server.name).toBe('a%2Fb')
  })

  it('a sweep period out of range is refused with the range, and nothing is rounded', async () => {
    for (const bad of [0, 0.5, -1, Number.NaN, Infinity, 86_401, '60' as unknown as number]) await expect(service.setSweepPeriod('/', bad)).rejects.toThrow(/number of seconds, at least 1 and at most 86400/)
    for (const good of [1, 86_400]) expect(await code(service.setSweepPeriod('/', good))).toBe('ok')
  })

  it('says that no root is known yet', async () => {
    const lonely = await startHost({ number: 3 })
    const empty = openService(lonely.connection)
    expect(await code(empty.getValue('/'))).toBe('NoRoot')
    expect(await code(empty.doUpdates('x', { y: true }))).toBe('NoRoot')
    lonely.host.stop()
  })

  it('who wrote what, absent nodes too', async () => {
    await service.doUpdates('/', { Lampson: { Phone: { x: true } } })
    await service.doUpdates('/:Lampson', { Phone: false })
    const { value } = await service.nodes('/:Lampson')
    expect(value!.tree.slice(3)).toMatchObject([['Phone', expect.any(String), 2]])
    expect(new Set(value!.writers.map(([, author]) => author))).toEqual(new Set(['person']))
    expect((await service.nodes('/:nobody')).value).toBeNull()
  })
})

describe('servers', () => {
  it('[S1] [S3] are named in directories, checked, and removed', async () => {
    const [one, other] = await startPair()
    const [first, second] = [openService(one.connection), openService(other.connection)]
    await first.firstRoot({ label: 'ANSI' })
    await until(() => other.host.server.registered)
    await first.newD('alpha', '/DEC')
    await first.newDC('beta', '/')
    await first.newDC('/beta', '/DEC')
    await first.setInSN('/DEC', true)
    const { di } = await first.lookup('/DEC')
    await until(() => inSNOf(other.host.server.copies.get(di)!.visible) !== null)
    await second.setUpOn('/DEC/beta', '/alpha')
    expect(other.host.server).toMatchObject({ name: 'DEC/beta', up: { name: 'alpha' } })
    await until(() => one.connection.serverId('DEC/beta') === other.id)
    expect(await first.server('/DEC/beta')).toMatchObject({ server: other.id, name: 'DEC/beta', up: 'alpha', removed: false })
    await until(() => one.host.server.peers.get(other.id)?.name === 'DEC/beta')
    expect(await code(first.setInSN('/DEC', false))).toBe('WouldBreak')
    expect(await code(first.setUpOn('/omega'))).toBe('WouldBreak')
    expect((await first.checkS(await second.newServer(), '/DEC/beta', { repair: false })).filter(({ rule }) => rule !== 'R9')).toEqual([])
    expect(await code(first.checkS('nowhere'))).toBe('BadRequest')
    expect(await code(first.removeS('/DEC/nobody'))).toBe('NoSuchServer')
    await first.removeS('/DEC/beta')
    expect(other.host.server).toMatchObject({ removed: true, up: null })
    expect((await first.entries('/DEC')).value.map(([label]) => label)).not.toContain('beta')
    expect(await code(first.removeS('/alpha'))).toBe('LastCopy')
    for (const { host } of [one, other]) host.stop()
  }, 60_000)
})

describe('watching', () => {
  it('calls back with the value now and after each change of it, once; then no more', async () => {
    const seen: (JsonValue | null)[] = []
    const stop = service.watch('/:Lampson', ({ value }: Read<JsonValue | null>) => void seen.push(value))
    await until(() => seen.length === 1)
    await service.setValue('/:Lampson', 'one')
    await until(() => seen.length === 2)
    await service.doUpdates('/', { unrelated: true })
    await service.doUpdates('/', { Lampson: false })
    await until(() => seen.length === 3)
    expect(seen).toEqual([null, 'one', null])
    stop()
    await service.setValue('/:Lampson', 'two')
    await service.getValue('/:Lampson')
    expect(seen).toHaveLength(3)
  })
})

describe('export and import', () => {
  const fill = async (): Promise<void> => {
    await service.newD('alpha', '/DEC')
    await service.newD('alpha', '/DEC/SRC')
    await service.doUpdates('/DEC/SRC', Object.fromEntries(hostileLabels.filter((label) => label !== '.').map((label) => [label, { [label]: { x: true } }])))
    await service.setLink('/DEC/home', 'SRC')
    await service.doUpdates('/DEC', { Lampson: { Mailboxes: { Zin: true, Cab: true } } })
  }

  it('a directory goes round trip: directories, entries, links, hostile labels', async () => {
    await fill()
    const lines = await service.exportDirectory('/DEC')
    expect(lines[0]).toBe('{"type":"namering","version":1}')
    await service.newD('alpha', '/COPY')
    const progress: [number, number][] = []
    const done = await service.importDirectory('/COPY', ['', ...lines, ''], (at, all) => progress.push([at, all]))
    expect(done).toEqual({ entries: hostileLabels.length + 1, directories: 1 })
    expect(progress.at(-1)).toEqual([lines.length - 1, lines.length - 1])
    expect(await service.exportDirectory('/COPY')).toEqual(lines)
    // Again: adds to what is there, and changes nothing.
    expect(await service.importDirectory('/COPY', lines)).toMatchObject({ directories: 0 })
    expect(await service.exportDirectory('/COPY')).toEqual(lines)
  })

  it('10,000 names go in calls as large as the limit allows, not one by one', async () => {
    const lines = ['{"type":"namering","version":1}', ...Array.from({ length: 3000 }, (_, i) => JSON.stringify({ type: 'entry', path: [], label: `name ${String(i).padStart(5, '0')}`, tree: { x: true } }))]
    await service.newD('alpha', '/many')
    const before = alpha.disk.copies.size
    await service.importDirectory('/many', lines)
    expect(await service.enumerate('/many')).toHaveLength(3001)
    const changes = [...alpha.disk.copies.values()].at(-1)!.changes.length
    expect(changes).toBeLessThan(60)
    expect(alpha.disk.copies.size).toBe(before)
  })

  it('a file that is none is refused, with the line at fault, before anything is changed', async () => {
    await service.newD('alpha', '/X')
    const first = '{"type":"namering","version":1}'
    for (const lines of [[], ['{}'], ['not json'], [first, 'not json'], [first, '{"type":"entry","path":"x"}'], [first, '{"type":"entry","path":[],"label":7,"tree":true}'], [first, '{"type":"entry","path":[],"label":"a","tree":true}', '{"type":"what"}'], [first, 'null']]) {
      expect(await code(service.importDirectory('/X', lines))).toBe('BadRequest')
    }
    expect(await service.enumerate('/X')).toEqual(['.'])
  })
})

describe('from another server', () => {
  it('[D2] everything works without a copy, and bad input does not stop the server', async () => {
    const [one, two] = await startPair()
    const [there, here] = [openService(one.connection), openService(two.connection)]
    await there.firstRoot()
    await until(() => two.host.server.root !== null)
    await here.setValue('/:Lampson/Password', 'XGZQ#$')
    expect((await there.getValue('/:Lampson/Password')).value).toBe('XGZQ#$')
    expect(two.host.server.copies.size).toBe(0)
    for (const bad of [{ '': true }, { 'a\u0000': true }, { '\uD800': true }] as JsonTree[]) expect(await code(here.doUpdates('/', bad))).toBe('BadName')
    expect(await code(here.doUpdates({ name: '/', path: Array.from({ length: 20 }, () => ['a', '0000000000000001.0'] as never) }, { x: true }))).toMatch(/BadName|BadRequest/)
    const deep = JSON.parse(`${'{"a":'.repeat(17)}true${'}'.repeat(17)}`) as JsonTree
    expect(await code(here.doUpdates('/', deep))).toMatch(/BadRequest|BadName/)
    expect(two.restored).toEqual([])
    await here.newD('alpha', '/DEC')
    await here.newDC('beta', '/DEC')
    expect((await here.copies('/DEC')).map(({ member }) => member.server).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([one.id, two.id].toSorted((a, b) => (a < b ? -1 : 1)))
    await here.setSweepPeriod('/DEC', 3600)
    for (const { host } of [one, two]) host.stop()
  })

  it('copies are told of as they answer: one that is silent keeps nobody waiting for the others', async () => {
    const [one, two] = await startPair()
    const there = openService(one.connection)
    await there.firstRoot()
    await until(() => two.host.server.root !== null)
    await there.newDC('beta', '/')
    for (const silent of [false, true]) {
      let open = (): void => undefined
      const opened = new Promise<void>((resolve) => (open = resolve))
      const call: typeof one.connection.call = async (call) => {
        const elsewhere = call.type === 'ask' && call.request.type === 'state' && call.servers[0] === two.id
        if (elsewhere) await opened
        return elsewhere && silent ? failure('ServerUnreachable', { server: 'beta', reason: 'is not connected' }) : one.connection.call(call)
      }
      const told: string[] = []
      const inWords = (reports: readonly CopyReport[]): string => reports.map(({ member, state, reason, awaited }) => `${member.server === one.id ? 'here' : 'there'} ${awaited ? 'awaited' : (state?.state ?? reason)}`).toSorted().join(', ')
      const all = openService({ ...one.connection, call }).copies('/', (reports) => void told.push(inWords(reports)))
      await until(() => told.length === 1)
      expect(told).toEqual(['here active, there awaited'])
      open()
      const last = silent ? 'here active, there The server beta cannot be reached: it is not connected.' : 'here active, there active'
      expect(inWords(await all)).toBe(last)
      expect(told).toEqual(['here active, there awaited', last])
    }
    for (const { host } of [one, two]) host.stop()
  })

  it('[P10] of each copy it is told how many updates it lacks that another told of, as far as logs reach', async () => {
    const [one, two] = await startPair()
    const there = openService(one.connection)
    await there.firstRoot()
    await until(() => two.host.server.root !== null)
    await there.newDC('beta', '/')
    const log = (length: number): [Timestamp, string][] => Array.from({ length }, (_, i) => [timestamp(1000 + i, '0'), 'x'])
    const logs = new Map([[one.id, log(3)], [two.id, log(1)]])
    const call: typeof one.connection.call = async (call) => {
      const outcome = (await one.connection.call(call)) as CopyState
      return call.type === 'ask' && call.request.type === 'state' ? { ...outcome, lastSweep: timestamp(1, '0'), log: logs.get(outcome.server)! } : outcome
    }
    const lacks = async (): Promise<(string | number | null)[][]> => (await openService({ ...one.connection, call }).copies('/')).map(({ member, lacks: count }) => [member.server === one.id ? 'here' : 'there', count]).toSorted(([a], [b]) => (a! < b! ? -1 : 1))
    expect(await lacks()).toEqual([['here', 0], ['there', 2]])
    logs.set(two.id, log(250).slice(50))
    logs.set(one.id, [...log(1), [timestamp(2000, '0'), 'x']])
    expect(await lacks()).toEqual([['here', 200], ['there', 1]])
    for (const { host } of [one, two]) host.stop()
  })
})
