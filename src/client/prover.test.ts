import { beforeEach, describe, expect, it } from 'vitest'
import type { DirectoryId } from '../core/names'
import { startPair, type Trial } from '../trials/hosts'
import type { NameService } from './nameService'
import { openService } from './openService'

/** alpha is the owner's of everything; beta is Cho's, who has an entry in /IBM only. */
const owner = 'ed25519:owner'
const cho = 'ed25519:cho'
let alpha: Trial
let beta: Trial
let its: NameService
let choAsks: NameService
let root: DirectoryId

const closed = [
  { principal: owner, path: '*', rights: ['read', 'write', 'copy'] as const },
  { principal: owner, path: './*', rights: ['read', 'write'] as const },
]

beforeEach(async () => {
  ;[alpha, beta] = await startPair([owner, cho])
  its = openService(alpha.connection)
  choAsks = openService(beta.connection)
  root = await its.firstRoot({ label: 'ANSI' })
  await its.newD('alpha', '/DEC')
  await its.newD('alpha', '/DEC/SRC')
  await its.newD('alpha', '/IBM')
  await its.doUpdates('/DEC/SRC', { Lampson: { Phone: { 853: true } } })
  await its.doUpdates('/IBM', { Cho: { Keys: { [cho]: true } } })
  beta.place.home = { from: root, up: 0, labels: ['IBM', 'Cho'] }
})

describe('who is known elsewhere proves it', () => {
  it('[X2] reads and writes where its name from there has the right, and signs with the proof', async () => {
    await its.setAccess('/DEC/SRC', [...closed, { principal: '../../IBM/*', path: 'Lampson/*', rights: ['read', 'write'] }])
    expect((await choAsks.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('853')
    const { ts } = await choAsks.setValue('/DEC/SRC:Lampson/Phone', '777')
    expect((await its.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('777')
    const { names, allowed } = await choAsks.access('/DEC/SRC:Lampson')
    expect(names).toEqual(['../../IBM/Cho'])
    expect(allowed.map(({ right }) => right)).toEqual(['read', 'write'])
    expect(await its.access('/DEC/SRC:Lampson/Phone', ts)).toMatchObject({ key: cho, names: ['../../IBM/Cho'] })
    await expect(choAsks.setValue('/DEC/SRC:Birrell/Phone', '1')).rejects.toMatchObject({ code: 'NoRight' })
  })

  it('[X2] an absolute pattern counts only for a chain that came by that directory', async () => {
    await its.setAccess('/DEC/SRC', [...closed, { principal: `#${root}/IBM/Cho`, path: '*', rights: ['read'] }])
    expect((await choAsks.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('853')
    await its.setAccess('/DEC/SRC', [...closed, { principal: `#${root}/DEC/*`, path: '*', rights: ['read'] }])
    await expect(choAsks.getValue('/DEC/SRC:Lampson/Phone')).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('[X2] down from a directory to who is named below it', async () => {
    await its.doUpdates('/', { Notes: { Today: { open: true } } })
    await its.setAccess('/', [...closed, { principal: './IBM/Cho', path: 'Notes/*', rights: ['read'] }, { principal: '*', path: 'IBM/*', rights: ['read'] }, { principal: '*', path: 'DEC/*', rights: ['read'] }])
    expect((await choAsks.getValue('/:Notes/Today')).value).toBe('open')
    await expect(choAsks.getValue('/:alpha')).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('[X2] whatever directory the name of its entry begins with', async () => {
    await its.setAccess('/DEC/SRC', [...closed, { principal: '../../IBM/*', path: 'Lampson/*', rights: ['read'] }])
    beta.place.home = { from: (await its.lookup('/IBM')).di, up: 0, labels: ['Cho'] }
    expect((await choAsks.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('853')
    expect(await choAsks.whoAmI('/DEC/SRC')).toMatchObject({ key: cho, owner, isOwner: false, names: ['../../IBM/Cho'], entries: [] })
  })

  it('[X2] with another key, or a key that was removed, nothing is proved', async () => {
    await its.setAccess('/DEC/SRC', [...closed, { principal: '../../IBM/*', path: '*', rights: ['read'] }])
    await its.doUpdates('/IBM:Cho/Keys', { [cho]: false })
    await expect(choAsks.getValue('/DEC/SRC:Lampson/Phone')).rejects.toMatchObject({ code: 'NotFound' })
  })

  it('[X3] whom the owner lets speak for a directory certifies for it, until it is taken back', async () => {
    const certified = async (): Promise<unknown> => beta.connection.call({ type: 'ask', servers: [beta.id], request: { type: 'certify', directory: (await its.lookup('/IBM')).di, name: 'Cho', key: cho } })
    await choAsks.newDC('beta', '/IBM')
    expect(await certified()).toMatchObject({ code: 'ServerUnreachable', about: { reason: expect.stringContaining('does not speak for that directory') } })
    await its.letSpeak('/IBM', cho)
    await its.sweep('/IBM')
    expect(await certified()).toMatchObject({ chain: [{ issuer: owner, subject: cho, name: '' }, { issuer: cho, directory: null }, { name: 'Cho', subject: cho }] })
    await its.setAccess('/DEC/SRC', [...closed, { principal: '../../IBM/*', path: 'Lampson/*', rights: ['read'] }])
    expect((await choAsks.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('853')
    for (const days of [31, Number.NaN, -1, Number.POSITIVE_INFINITY]) await expect(its.letSpeak('/IBM', cho, days)).rejects.toMatchObject({ code: 'BadRequest' })
    await its.letSpeak('/IBM', cho, 0)
    await its.sweep('/IBM')
    expect(await certified()).toMatchObject({ code: 'ServerUnreachable' })
    await expect(choAsks.letSpeak('/IBM', cho)).rejects.toMatchObject({ code: 'NoRight' })
  })

  it('a guest, who is at home nowhere, sees what is for everybody', async () => {
    beta.place.home = null
    await its.setAccess('/DEC/SRC', [...closed, { principal: '*', path: 'Lampson/*', rights: ['read'] }])
    expect((await choAsks.getValue('/DEC/SRC:Lampson/Phone')).value).toBe('853')
    expect(await choAsks.enumerate('/DEC/SRC')).toEqual(['Lampson'])
  })
})
