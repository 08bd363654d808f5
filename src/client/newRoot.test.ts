import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NameServiceError } from '../core/errors'
import type { DirectoryId } from '../core/names'
import { startHost, startPair, type Trial } from '../trials/hosts'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
let old: DirectoryId
beforeEach(async () => {
  alpha = await startHost()
  service = openService(alpha.connection)
  old = await service.firstRoot({ label: 'DEC' })
  await service.newD('/alpha', '/SRC')
  await service.setValue('/SRC:Lampson/Phone', '853')
})

afterEach(() => alpha.host.stop())

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'ok', (error: unknown) => (error instanceof NameServiceError ? error.code : String(error)))
const phone = async (name: string): Promise<unknown> => (await service.getValue(`${name}:Lampson/Phone`)).value
const until = async (holds: () => boolean): Promise<void> => {
  for (let turns = 0; !holds(); turns++) {
    if (turns > 10_000) throw new Error('it never came to that')
    alpha.host.input({ type: 'tick' })
    await new Promise(setImmediate)
  }
}

describe('newRoot', () => {
  it('[O1] answers the new DI; the old names and the new ones lead to the same, links from the root too, and servers are found by old names', async () => {
    await service.setLink('/Lab', '/SRC')
    const di = await service.newRoot('/alpha', '/', 'DEC', { label: 'ANSI' })
    await until(() => alpha.host.server.root === di)
    for (const name of [`#${old}/SRC`, '/DEC/SRC', `#${di}/DEC/SRC`, '/DEC/Lab', `#${old}/Lab`]) expect([name, await phone(name)]).toEqual([name, '853'])
    expect((await service.entries('/DEC')).value.find(([label]) => label === 'Lab')?.slice(1, 3)).toEqual(['link', '/DEC/SRC'].map((text) => text.replace('/DEC/SRC', `#${old}/SRC`)))
    expect((await service.server(alpha.host.server.name)).server).toBe(alpha.id)
    expect((await service.lookup(`#${old}/SRC`)).di).toBe((await service.lookup('/DEC/SRC')).di)
    expect((await service.getValue('/:./Label')).value).toBe('ANSI')
  })

  it('[O2] repeated while the first one waits for a server that is gone, is told so, and leaves nothing behind', async () => {
    const [one, two] = await startPair()
    const first = openService(one.connection)
    const root = await first.firstRoot({ label: 'DEC' })
    await vi.waitFor(() => expect(two.host.server.root).toBe(root))
    await first.newDC('beta', '/')
    two.host.stop()
    one.host.input({ type: 'disconnected', server: two.id, reason: 'it was stopped' })
    const again = (): Promise<unknown> => first.newRoot('alpha', '/', 'DEC', { label: 'ANSI', patience: 0 })
    expect(await code(again())).toBe('MovePending')
    const made = [...one.host.server.copies.keys()]
    expect(made).toHaveLength(2)
    await expect(again()).rejects.toThrow(`The move of / to #${made.find((di) => di !== root)}/DEC is written, and waits: it was begun before`)
    expect([...one.host.server.copies.keys()]).toEqual(made)
    expect(await first.moves('/')).toMatchObject([{ ofRoot: true, verdict: 'pending' }])
    one.host.stop()
  })

  it('[O1] goes above the root alone, and a name that it cannot give changes nothing', async () => {
    expect(await code(service.newRoot('/alpha', '/SRC', 'DEC'))).toBe('BadRequest')
    expect(await code(service.newRoot('/alpha', '/', ''))).toBe('BadName')
    expect(await code(service.newRoot('/beta', '/', 'DEC'))).toBe('NoSuchServer')
    expect([alpha.host.server.root, (await service.moves('/')).length]).toEqual([old, 0])
  })

  it('[O1] a name that would be none in longer names is refused in words, and nothing is made', async () => {
    const before = alpha.host.server.copies.size
    const refused = (name: string): Promise<string> => service.newRoot('/alpha', '/', name, { label: 'ANSI' }).then(() => 'ok', (error: Error) => error.message)
    expect(await refused('..')).toBe('The name .. is not one: in a name .. is no label, but stands for the directory above; choose another name for the root that there is.')
    expect(await refused('.')).toContain('The name . is not one: in a name . is no label, but stands for a directory itself')
    expect(await refused('%'.repeat(100))).toContain('within a name it takes 300 bytes, and the names of servers and roots below it leave room for 227; choose another name')
    expect(await code(service.newRoot('/alpha', '/', 'x'.repeat(228)))).toBe('BadName')
    expect([alpha.host.server.copies.size, alpha.host.server.root, (await service.moves('/')).length]).toEqual([before, old, 0])
  })

  it('[O1] the longest name that is left leads to all that there is; above that root less is left', async () => {
    const long = '%'.repeat(75)
    const di = await service.newRoot('/alpha', '/', long, { label: 'ANSI' })
    await until(() => alpha.host.server.root === di)
    for (const name of [`#${old}/SRC`, `/${'%25'.repeat(75)}/SRC`]) expect(await phone(name)).toBe('853')
    expect(await code(service.newRoot(alpha.id, '/', 'x'.repeat(30)))).toBe('BadName')
  })
})
