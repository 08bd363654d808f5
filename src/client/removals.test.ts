import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MARGIN } from '../core/directories/expiration'
import type { Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import type { NameService, RemovalProgress } from './nameService'

let alpha: Trial
let service: NameService
beforeEach(async () => {
  ;({ alpha, service } = await startService('/DEC', '/DEC/SRC', '/DEC/SRC/WRL', '/DEC/CRL'))
  await service.setValue('/DEC/SRC:Lampson/Phone', '853')
  await service.setLink('/DEC/Research', '/DEC/SRC')
})

afterEach(() => {
  vi.useRealTimers()
  alpha.host.stop()
})

describe('removing directories', () => {
  it('[M6] one by one, when they are empty; then their names are free again', async () => {
    expect(await code(service.removeD('/DEC/SRC'))).toBe('NotEmpty')
    expect(await code(service.removeD('/'))).toBe('BadRequest')
    const { di } = await service.lookup('/DEC/CRL')
    await service.removeD('/DEC/CRL')
    await expect(service.lookup('/DEC/CRL')).rejects.toThrow(/^\/DEC\/CRL was not found: the directory was removed on \d{4}-/)
    expect((await service.newD('/alpha', '/DEC/CRL')).di).not.toBe(di)
  })

  it('[M6] [W5] one that moved away hinders the removal of its old parent only by the link that it left', async () => {
    await service.moveSubtree('/DEC/SRC/WRL', '/DEC/WRL')
    await service.doUpdates('/DEC/SRC', { Lampson: false })
    expect(await code(service.removeD('/DEC/SRC'))).toBe('NotEmpty')
    await service.doUpdates('/DEC/SRC', { WRL: false })
    await service.removeD('/DEC/SRC')
    expect((await service.lookup('/DEC/WRL')).trail).toHaveLength(2)
    await service.moveSubtree('/DEC/WRL', '/WRL')
    expect((await service.moves('/WRL')).map(({ verdict }) => verdict)).toEqual(['settled', 'settled', 'settled'])
  })

  it('[M6] a whole tree: what it comes to beforehand, progress, and all of it gone', async () => {
    expect(await service.previewRemoval('/DEC')).toEqual({ directories: 4, entries: 2, copies: 4, servers: [], missing: [], unexpired: [] })
    const told: RemovalProgress[] = []
    expect(await service.removeTree('/DEC', { progress: (done) => told.push(done) })).toMatchObject({ directories: 4, entries: 2 })
    expect(told.map(({ at }) => at)).toContain('/DEC/SRC/WRL')
    expect((await service.entries('/')).value.map(([label]) => label)).not.toContain('DEC')
  })

  it('[M6] [W3] a tree with names that have not expired stays whole, and is told the latest time; so is one whose own name has not', async () => {
    const soon = Date.now() + 1000
    await service.setTX('/DEC/SRC/Lampson', soon)
    await service.setTX('/DEC/CRL', soon + 3_600_000)
    const unexpired = [
      { name: '/DEC/CRL', from: soon + 3_600_000 + MARGIN },
      { name: '/DEC/SRC/Lampson', from: soon + MARGIN },
    ]
    expect((await service.previewRemoval('/DEC')).unexpired).toEqual(unexpired)
    const before = await service.exportDirectory('/DEC')
    await expect(service.removeTree('/DEC')).rejects.toThrow(`/DEC/CRL may change from ${new Date(unexpired[0]!.from).toISOString()} on`)
    expect(await code(service.removeTree('/DEC/CRL'))).toBe('NotExpired')
    expect(await service.exportDirectory('/DEC')).toEqual(before)
    vi.useFakeTimers({ toFake: ['Date'], now: soon + MARGIN - 1000 })
    expect((await service.previewRemoval('/DEC/SRC')).unexpired).toEqual(unexpired.slice(1))
    vi.setSystemTime(soon + MARGIN + 1000)
    expect((await service.previewRemoval('/DEC/SRC')).unexpired).toEqual([])
  })

  it('[M6] [W3] a name that a directory had before it moved keeps it, and the tree that it is in now, until that has expired', async () => {
    const soon = Date.now() + 3_600_000
    await service.setTX('/DEC/CRL', soon)
    expect(await code(service.removeD('/DEC/CRL'))).toBe('NotExpired')
    await service.moveSubtree('/DEC/CRL', '/DEC/SRC/CRL')
    await service.moveSubtree('/DEC/SRC/CRL', '/CRL')
    const unexpired = [{ name: '/DEC/CRL', from: soon + MARGIN }]
    for (const tree of ['/CRL', '/DEC']) expect([tree, (await service.previewRemoval(tree)).unexpired]).toEqual([tree, unexpired])
    const told = `/CRL may change from ${new Date(soon + MARGIN).toISOString()} on`
    await expect(service.removeD('/CRL')).rejects.toThrow(told)
    await expect(service.removeTree('/CRL')).rejects.toThrow(`/DEC${told}`)
    await service.moveSubtree('/CRL', '/DEC/Cambridge')
    expect((await service.previewRemoval('/DEC')).unexpired).toEqual(unexpired)
    await service.moveSubtree('/DEC/Cambridge', '/Cambridge')
    vi.useFakeTimers({ toFake: ['Date'], now: soon + MARGIN + 1000 })
    expect((await service.previewRemoval('/Cambridge')).unexpired).toEqual([])
    await service.removeTree('/Cambridge')
  })

  it('[M6] stopped in the middle, what is left goes on', async () => {
    const stopping = new AbortController()
    const removing = service.removeTree('/DEC', { signal: stopping.signal, progress: ({ directories }) => directories === 2 && stopping.abort() })
    expect(await code(removing)).toBe('RemovalStopped')
    expect((await service.previewRemoval('/DEC')).directories).toBe(2)
    await service.setValue('/DEC:Needham/Phone', '853')
    await service.removeTree('/DEC')
  })

  it('[W5] what a directory says of children and of its end changes by these procedures only', async () => {
    for (const label of ['Closing', `Child.${'a'.repeat(20)}`, `Gone.${'a'.repeat(20)}`]) {
      expect([label, await code(service.doUpdates('/DEC:.', { [label]: true }))]).toEqual([label, 'Reserved'])
    }
  })
})
