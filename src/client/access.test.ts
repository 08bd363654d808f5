/** Triples given and taken, against a real server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NameServiceError } from '../core/errors'
import { startHost, type Trial } from '../trials/hosts'
import type { Grant, NameService } from './nameService'
import { openService } from './openService'

const owner = 'ed25519:lampson'
const admin: Grant = { principal: owner, path: './*', rights: ['read', 'write'] }
const readers: Grant = { principal: '*', path: '*', rights: ['read'] }
const writers: Grant = { principal: './*', path: '*', rights: ['read', 'write'] }

let alpha: Trial
let service: NameService
beforeEach(async () => {
  alpha = await startHost({ person: owner })
  alpha.host.input({ type: 'person', key: owner, credentials: [], chains: [] })
  service = openService(alpha.connection)
  await service.firstRoot({ label: 'ANSI' })
})
afterEach(() => alpha.host.stop())

const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'ok', (error: unknown) => (error instanceof NameServiceError ? error.code : String(error)))
const triples = async (): Promise<string[]> => ((await service.access('/')).triples ?? []).map(({ principal, path, rights }) => `${rights.join()} ${principal}:${path}`).toSorted()

describe('triples', () => {
  it('[A3] are given and taken in one change; the first to close a directory leaves somebody who may change them', async () => {
    expect(await service.access('/')).toMatchObject({ isOpen: true, owner, triples: [], granting: [] })
    expect(await code(service.grant('/', readers))).toBe('LockOut')
    await service.amendAccess('/', [admin, readers], [])
    const before = (await service.access('/')).triples!
    expect(new Set(before.map(({ ts }) => ts)).size).toBe(1)
    await service.amendAccess('/', [writers], [readers])
    expect(await triples()).toEqual([`read,write ./*:*`, `read,write ${owner}:./*`])
    // What is given stays, though it is among what is taken.
    await service.amendAccess('/', [writers], [writers])
    expect(await triples()).toHaveLength(2)
    expect(await code(service.revoke('/', admin))).toBe('LockOut')
    expect(await code(service.amendAccess('/', [{ ...readers, path: 'a//b' }], [admin]))).toBe('BadName')
    expect((await service.access('/')).granting).toEqual([admin])
    await service.setAccess('/', [])
    expect(await service.access('/')).toMatchObject({ isOpen: true, triples: [] })
  })

  it('[A2] who may not write imports nothing, and is told by what name; who may, does', async () => {
    await service.doUpdates('/', { Lampson: { Phone: { 853: true } } })
    await service.amendAccess('/', [admin, readers, { ...readers, principal: owner, rights: ['write'] }], [])
    const lines = ['{"type":"namering","version":1}', '{"type":"entry","path":[],"label":"Mallory","tree":{"Phone":{"1":true}}}', '{"type":"entry","path":[],"label":"Lampson","tree":{"Phone":{"1":true}}}']
    const guest = openService({ ...alpha.connection, person: () => 'ed25519:guest' })
    expect(await code(guest.importDirectory('/', lines))).toBe('NoRight')
    expect((await service.getValue('/')).tree).toMatchObject({ Lampson: { Phone: { 853: true } } })
    expect(await code(service.getValue('/:Mallory'))).toBe('NotFound')
    expect(await code(service.getValue('/:Lampson/Phone/1'))).toBe('NotFound')
    expect(await service.importDirectory('/', lines)).toEqual({ entries: 2, directories: 0 })
    expect(await code(service.getValue('/:Mallory'))).toBe('ok')
  })
})
