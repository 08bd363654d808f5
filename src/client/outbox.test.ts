import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Kept } from '../core/copies/durability'
import { errorCodes, NameServiceError } from '../core/errors'
import type { DirectoryId, ServerId } from '../core/names'
import { timestamp, timeOf, type Timestamp } from '../core/timestamp'
import { startHost, type Trial } from '../trials/hosts'
import { emptyDisk, type MemoryDisk } from '../storage/memoryStore'
import type { Undurable } from './nameService'
import { openService } from './openService'
import type { Outbox } from './outbox'

/** Three servers with a copy of the root each, whose links can be cut. */
let trials: Trial[]
let root: DirectoryId
let cut: Set<ServerId>
const disks: MemoryDisk[] = []

async function start(number: number): Promise<Trial> {
  const send = (from: ServerId, to: ServerId, wire: string): void => queueMicrotask(() => (cut.has(from) || cut.has(to) ? undefined : trials.find(({ id }) => id === to)?.host.receive(from, wire)))
  return startHost({ number, disk: disks[number]!, send })
}
function connect(one: Trial, other: Trial): void {
  for (const [a, b] of [[one, other], [other, one]] as const) a.host.input({ type: 'connected', server: b.id, incarnation: b.host.incarnation, instance: `${b.id} ${b.host.incarnation}`, name: b.host.server.name })
}
function isolate(trial: Trial): void {
  cut.add(trial.id)
  for (const other of trials) for (const [a, b] of [[trial, other], [other, trial]] as const) if (a !== b) a.host.input({ type: 'disconnected', server: b.id, reason: 'cut' })
}
function heal(trial: Trial): void {
  cut.delete(trial.id)
  for (const other of trials) if (other !== trial) connect(trial, other)
}
/** An outbox that keeps texts, as a disk would. */
function outboxOf(texts: Map<string, string>): Outbox {
  const key = ({ directory, ts }: Kept): string => `${directory} ${ts}`
  return {
    load: () => Promise.resolve([...texts.values()].map((text) => JSON.parse(text) as Kept)),
    keep: (kept) => Promise.resolve(void texts.set(key(kept), JSON.stringify(kept))),
    drop: (kept) => Promise.resolve(void texts.delete(key(kept))),
  }
}
const failureOf = async (promise: Promise<unknown>): Promise<NameServiceError> => {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(NameServiceError)
  expect(errorCodes).toContain((error as NameServiceError).code)
  return error as NameServiceError
}
/** Resolves with what is kept as soon as it is as wanted. */
const kept = (service: ReturnType<typeof openService>, holds: (all: readonly Undurable[]) => boolean): Promise<readonly Undurable[]> =>
  new Promise((resolve) => {
    const stop = service.undurable((all) => {
      if (!holds(all)) return
      queueMicrotask(() => stop())
      resolve(all)
    })
  })

beforeEach(async () => {
  cut = new Set()
  trials = []
  for (const number of [1, 2, 3]) {
    disks[number] = emptyDisk()
    trials.push(await start(number))
  }
  const [alpha, beta, gamma] = trials as [Trial, Trial, Trial]
  connect(alpha, beta)
  connect(alpha, gamma)
  connect(beta, gamma)
  const service = openService(alpha.connection)
  root = await service.firstRoot()
  for (const { id } of [beta, gamma]) await service.newDC(id, `#${root}`)
})
afterEach(() => trials.forEach(({ host }) => host.stop()))

describe('durability by the library', () => {
  it('[P11] quorum and all are answered with the copies that have it on disk; local with the one that accepted it', async () => {
    const [alpha, beta, gamma] = trials as [Trial, Trial, Trial]
    const service = openService(alpha.connection)
    expect((await service.doUpdates('/', { a: true })).copies).toEqual([alpha.id])
    const { copies } = await service.setValue('/:a', 'x', { durability: 'quorum' })
    expect(copies.length).toBeGreaterThanOrEqual(2)
    expect((await service.setLink('/b', '/a', { durability: 'all' })).copies.toSorted()).toEqual([alpha.id, beta.id, gamma.id].toSorted())
  })

  it('[P11] a level that is none is refused before anything is written', async () => {
    const service = openService(trials[0]!.connection)
    for (const options of [{ durability: 'most' as 'all' }, { durability: 'quorum' as const, patience: -1 }, { patience: Number.NaN }, { patience: 601 }]) expect((await failureOf(service.doUpdates('/', { a: true }, options))).code).toBe('BadRequest')
    expect(await service.enumerate('/')).not.toContain('a')
  })

  it('[P11] of what is so already the update that made it so is waited for', async () => {
    const [alpha, , gamma] = trials as [Trial, Trial, Trial]
    const service = openService(alpha.connection)
    isolate(gamma)
    const { ts } = await service.doUpdates('/', { a: { x: true } })
    const told = await failureOf(service.doUpdates('/', { a: { x: true } }, { durability: 'all', patience: 0.2 }))
    expect([told.code, told.about['after']]).toEqual(['NotDurableYet', ts])
    heal(gamma)
    expect((await service.doUpdates('/', { a: { x: true } }, { durability: 'all' })).copies).toHaveLength(3)
  })

  it('[P12] what is not durable in time is told with its time-stamp and count, kept, and sent again until it is', async () => {
    const alpha = trials[0]!
    const texts = new Map<string, string>()
    const service = openService(alpha.connection, { outbox: outboxOf(texts) })
    isolate(alpha)
    const told = await failureOf(service.doUpdates('/', { a: true }, { durability: 'quorum', patience: 0.2 }))
    expect(told.code).toBe('NotDurableYet')
    expect(told.message).toMatch(/is on disk at 1 of the 2 copies it was to be on: (?:beta|gamma) is not connected; (?:beta|gamma) is not connected\. It goes on/)
    expect(told.about['after']).toMatch(/^\d{16}\./)
    expect(texts.size).toBe(1)
    const [waiting] = await kept(service, (all) => all.length === 1)
    expect(waiting).toMatchObject({ ts: told.about['after'], level: 'quorum', reached: 1, wanted: 2, isLost: false })
    expect(await service.enumerate('/')).toContain('a')
    heal(alpha)
    await kept(service, (all) => all.length === 0)
    expect(texts.size).toBe(0)
  })

  it('[P12] after a restart the library takes up what it kept, and the stamp is the first one', async () => {
    const [alpha, beta] = trials as [Trial, Trial, Trial]
    const texts = new Map<string, string>()
    isolate(alpha)
    const { ts } = await openService(alpha.connection, { outbox: outboxOf(texts) }).doUpdates('/', { a: true }, { durability: 'quorum', patience: 0 })
    alpha.host.stop()
    const again = (trials[0] = await start(1))
    const service = openService(again.connection, { outbox: outboxOf(texts) })
    await service.resume()
    expect((await kept(service, (all) => all.length === 1)).map((each) => each.ts)).toEqual([ts])
    heal(again)
    await kept(service, (all) => all.length === 0)
    expect(beta.host.server.copies.get(root)?.log.map((set) => set.ts)).toContain(ts)
    expect(texts.size).toBe(0)
  })

  it('[P12] the server that accepted it is wiped before anybody heard of it: another server hands it to the others', async () => {
    const [alpha, beta, gamma] = trials as [Trial, Trial, Trial]
    const texts = new Map<string, string>()
    isolate(alpha)
    const { ts } = await openService(alpha.connection, { outbox: outboxOf(texts) }).doUpdates('/', { a: true }, { durability: 'quorum', patience: 0 })
    alpha.host.stop()
    disks[1] = emptyDisk()
    const service = openService(beta.connection, { outbox: outboxOf(texts) })
    expect(await service.enumerate('/')).not.toContain('a')
    await service.resume()
    await kept(service, (all) => all.length === 0)
    expect(await service.enumerate('/')).toContain('a')
    for (const { host } of [beta, gamma]) expect(host.server.copies.get(root)?.log.map((set) => set.ts)).toContain(ts)
  })

  it('[P12] what is lost is said to be, sent no more, and made anew when its person wants it', async () => {
    const [alpha, beta] = trials as [Trial, Trial, Trial]
    const texts = new Map<string, string>()
    const service = openService(beta.connection, { outbox: outboxOf(texts) })
    const { id } = alpha.host.server.copies.get(root)!
    const sweepTS = await service.sweep(`#${root}`)
    const { intent, signature } = await alpha.connection.sign({ directory: root, author: 'person', nonce: 'a'.repeat(26), from: Date.now() - 300_000, until: Date.now() + 300_000, procedure: 'doUpdates', branches: [['lost', null, true]] })
    const ts = timestamp(timeOf(sweepTS) - 1, id)
    await outboxOf(texts).keep({ directory: root, ts, ring: [{ copy: id, server: alpha.id }], level: 'quorum', set: { intent, signature, ts } })
    await service.resume()
    const [lost] = await kept(service, (all) => all[0]?.isLost === true)
    expect(lost?.reason).toMatch(/make the change anew/)
    expect(await service.enumerate('/')).not.toContain('lost')
    expect((await service.remake(ts)).ts > ts).toBe(true)
    expect(await service.enumerate('/')).toContain('lost')
    expect([texts.size, (await kept(service, () => true)).length]).toEqual([0, 0])
    expect((await failureOf(service.remake(ts))).code).toBe('NotFound')
    expect((await failureOf(service.forget('x' as Timestamp))).code).toBe('NotFound')
  })

  it('[A1] what was kept is verified before a server sees it: with a false signature it goes nowhere', async () => {
    const [alpha, beta] = trials as [Trial, Trial, Trial]
    const texts = new Map<string, string>()
    isolate(alpha)
    await openService(alpha.connection, { outbox: outboxOf(texts) }).doUpdates('/', { a: true }, { durability: 'quorum', patience: 0 })
    for (const [key, text] of texts) texts.set(key, text.replace('"a"', '"b"'))
    const service = openService(beta.connection, { outbox: outboxOf(texts) })
    await service.resume()
    const [refused] = await kept(service, (all) => all[0]?.isLost === true)
    expect(refused?.reason).toMatch(/signature/)
    expect(await service.enumerate('/')).not.toContain('b')
  })
})
