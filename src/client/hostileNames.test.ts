import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { formatName, nameBelow, parseName, type Label } from '../core/names'
import { hostileLabels } from '../trials/generators'
import { startPair, type Trial } from '../trials/hosts'
import { code, startService } from '../trials/services'
import type { NameService } from './nameService'
import { openService } from './openService'

/** `.` is what a directory says of itself, and no name in it. */
const labels: readonly Label[] = [...hostileLabels.filter((label) => label !== '.'), '%2E', '%2E%2E', '...', 'é'.repeat(127)]

let alpha: Trial
let service: NameService
beforeEach(async () => {
  ;({ alpha, service } = await startService('/DEC', ...labels.map((label) => nameBelow('/DEC', label))))
})

afterEach(() => alpha.host.stop())

const labelsIn = async (fn: string): Promise<Label[]> => (await service.enumerate(fn)).filter((label) => label !== '.').toSorted()

describe('directories with hostile labels', () => {
  it('are below the one that they are in, whatever they are called', async () => {
    expect(await labelsIn('/DEC')).toEqual(labels.toSorted())
    expect(await code(service.newD('/alpha', '/DEC/%2E'))).not.toBe('ok')
    for (const label of labels) expect((await service.lookup(nameBelow('/DEC', label))).trail).toHaveLength(2)
  })

  it('[M6] are counted before a removal, and removed with all below them', async () => {
    await service.newD('/alpha', '/DEC/%2E%2E/%2E%2E')
    await service.setValue('/DEC/%2E%2E/%2E%2E:../Phone', '853')
    await service.setTX('/DEC/%2E%2E/%2E%2E/%2E%2E', Date.now() + 3_600_000)
    const preview = await service.previewRemoval('/DEC')
    expect(preview).toMatchObject({ directories: labels.length + 2, copies: labels.length + 2, entries: 1, missing: [] })
    expect(preview.unexpired.map(({ name }) => name)).toEqual(['/DEC/%2E%2E/%2E%2E/%2E%2E'])
    expect(await code(service.removeTree('/DEC'))).toBe('NotExpired')
    for (const label of labels.filter((each) => each !== '..')) await service.removeTree(nameBelow('/DEC', label))
    expect(await labelsIn('/DEC')).toEqual(['..'])
    expect(await labelsIn('/')).toEqual(['DEC', 'alpha'])
  })

  it('[M6] are removed as a whole tree, and nothing beside it', async () => {
    await service.newD('/alpha', '/IBM')
    expect(await service.removeTree('/DEC')).toMatchObject({ directories: labels.length + 1 })
    expect(await labelsIn('/')).toEqual(['IBM', 'alpha'])
  })

  it('go round trip in an export and an import', async () => {
    for (const label of labels) await service.doUpdates(nameBelow('/DEC', label), { [label]: { '..': { [label]: true } } })
    await service.setLink('/DEC/%2E%2E/Up', '/DEC/%2E%2E')
    const lines = await service.exportDirectory('/DEC')
    expect(lines).toHaveLength(1 + 1 + labels.length * 2 + 1)
    await service.newD('/alpha', '/COPY')
    expect(await service.importDirectory('/COPY', lines)).toMatchObject({ directories: labels.length })
    expect(await service.exportDirectory('/COPY')).toEqual(lines)
    expect(await labelsIn('/')).toEqual(['COPY', 'DEC', 'alpha'])
  })

  it('[M4] are looked through before a move, for links that would lead elsewhere', async () => {
    for (const label of labels) await service.setLink(nameBelow(nameBelow('/DEC', label), '..'), '../../IBM')
    await service.newD('/alpha', '/IBM')
    const { fault, links, isWhole } = await service.previewMove('/DEC', '/IBM/DEC')
    expect([fault, isWhole]).toEqual([null, true])
    expect(links).toHaveLength(labels.length)
    for (const { name, to } of links) {
      expect(name.endsWith('/%2E%2E')).toBe(true)
      expect([name, to, formatName(parseName(name) as never)]).toEqual([name, '../../IBM', name])
    }
  })
})

describe('servers named in directories with hostile labels', () => {
  it('[S1] are found by the names that they have there, and found by checkS to be in order', async () => {
    const [one, two] = await startPair()
    const [first, second] = [openService(one.connection), openService(two.connection)]
    await first.firstRoot({ label: 'ANSI' })
    await first.newDC(two.id, '/')
    await second.setUpOn('/beta')
    await first.newD('/alpha', '/%2E%2E')
    await first.setInSN('/%2E%2E', true)
    await second.setUpOn('/%2E%2E/beta', '/alpha')
    expect(two.host.server.name).toBe('%2E%2E/beta')
    for (const name of ['/%2E%2E/beta', '%2E%2E/beta']) expect((await first.server(name)).server).toBe(two.id)
    expect((await first.checkS(`room/${two.id}`, '/%2E%2E/beta', { repair: false })).map(({ sentence }) => sentence)).toEqual([])
    expect((await first.previewRemoval('/%2E%2E')).servers).toEqual(['/%2E%2E/beta'])
    expect(await code(first.newD('/%2E%2E/beta', '/SRC'))).toBe('ok')
    for (const { host } of [one, two]) host.stop()
  })
})
