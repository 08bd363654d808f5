/** Who somebody is, against a real server: names, keys, invitations. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NameServiceError } from '../core/errors'
import { startHost, startPair, type Trial } from '../trials/hosts'
import { parseInvitation } from './invitation'
import type { NameService } from './nameService'
import { openService } from './openService'

let alpha: Trial
let service: NameService
beforeEach(async () => {
  alpha = await startHost({ person: key('lampson') })
  service = openService(alpha.connection)
  await service.firstRoot({ label: 'ANSI' })
})
afterEach(() => {
  vi.restoreAllMocks()
  alpha.host.stop()
})

const key = (name: string): string => `ed25519:${name}`

/** The same server, used by somebody else: with other keys, and as that person's. */
function as(name: string, at = alpha): NameService {
  at.host.input({ type: 'person', key: key(name), credentials: [], chains: [] })
  return openService({ ...at.connection, person: () => key(name), myself: { entry: null } })
}
const failed = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(() => null, (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(NameServiceError)
  expect((error as Error).message).not.toContain('unknown')
  return `${(error as NameServiceError).code}: ${(error as Error).message}`
}
/** Only who has a right may do anything: Lampson, who made the directory, and what is said of the entries. */
const close = (): Promise<unknown> => as('lampson').setAccess('/', [{ principal: './*', path: '*', rights: ['read', 'write'] }, { principal: key('lampson'), path: './*', rights: ['write'] }])

describe('a name', () => {
  it('is taken with a key, and is what the directory knows the key by', async () => {
    expect(service.me).toBeNull()
    expect(await service.introduce('/:Lampson')).toMatchObject({ name: '/Lampson', isNew: true })
    expect(service.me).toMatch(/^#[a-z2-7]{20}\/Lampson$/)
    expect(await service.whoAmI()).toMatchObject({ key: key('lampson'), isOwner: true, isOpen: true, owner: key('lampson'), names: ['./Lampson'], entries: [{ name: '/Lampson', by: key('lampson'), isInvited: false }] })
    expect(await service.keys('/Lampson')).toMatchObject([{ key: key('lampson'), by: key('lampson'), isRecovery: false }])
    expect(await service.introduce('/Lampson')).toMatchObject({ isNew: false })
  })

  it('of somebody else is not taken, and another one is proposed', async () => {
    await service.introduce('/:Lampson')
    await service.doUpdates('/', { Lampson2: true })
    expect(await failed(as('cho').introduce('/:Lampson'))).toBe('NameTaken: /Lampson is taken: somebody else has it, with keys of their own. Lampson3 is free; or, if it is you, have yourself invited from the device that has it.')
    await service.setLink('/Butler', '/Lampson')
    expect(await failed(as('cho').introduce('/:Butler'))).toContain('NameTaken: /Lampson')
    await service.newD('alpha', '/SRC')
    expect(await failed(service.introduce('/SRC'))).toContain('it names a directory')
    expect(await failed(service.introduce('/'))).toContain('BadName')
    expect(await failed(service.introduce('/:Lampson/Phone'))).toContain('BadName')
  })

  it('without keys may be taken, with what stands there', async () => {
    await service.setValue('/:Birrell/Phone', '853')
    expect(await as('birrell').introduce('/Birrell')).toMatchObject({ isNew: false })
    expect(await service.keys('/Birrell')).toMatchObject([{ key: key('birrell') }])
    expect((await service.getValue('/:Birrell/Phone')).value).toBe('853')
  })

  it('lives in a directory below, too, and its keys come and go', async () => {
    await service.newD('alpha', '/SRC')
    expect(await service.introduce('/SRC:Lampson')).toMatchObject({ name: '/SRC/Lampson' })
    await service.addKey('/SRC:Lampson', key('backup'), { recovery: true })
    expect((await service.keys('/SRC/Lampson')).map(({ key: each, isRecovery }) => [each, isRecovery])).toEqual([[key('lampson'), false], [key('backup'), true]])
    await service.removeKey('/SRC:Lampson', key('backup'))
    expect(service.me).toContain('/Lampson')
    await service.removeKey('/SRC:Lampson', key('lampson'))
    expect(service.me).toBeNull()
    expect(await service.keys('/SRC:Lampson')).toEqual([])
    expect(await failed(service.addKey('/SRC:Lampson', 'no key'))).toContain('BadRequest')
    expect(await failed(service.addKey('/SRC', key('backup')))).toContain('NameTaken')
  })
})

describe('an invitation', () => {
  it('[A6] adds one key, once, and tells before what it gives', async () => {
    await service.introduce('/:Lampson')
    const { invitation, until, name, key: oneTime } = await service.invite('/Lampson', { until: Date.now() + 600_000 })
    expect(name).toBe('/Lampson')
    const [open] = await service.invitations('/Lampson')
    expect(open).toMatchObject({ key: oneTime, until, by: key('lampson') })
    expect(JSON.stringify(await service.getValue('/'))).not.toContain(parseInvitation(invitation)!.secret)
    const other = as('laptop')
    expect(await other.invitation(invitation)).toMatchObject({ name: '/Lampson', directory: '/', label: 'Lampson', until, fault: null, isMine: false, isOpen: true, keys: [{ key: key('lampson') }], isHidden: false })
    expect(await other.enrol(invitation)).toMatchObject({ name: '/Lampson' })
    expect(other.me).toBe(service.me)
    expect((await other.keys('/Lampson')).map(({ key: each, by, isInvited }) => [each, by, isInvited])).toEqual([[key('lampson'), key('lampson'), false], [key('laptop'), oneTime, true]])
    expect(await service.invitations('/Lampson')).toEqual([])
    const third = as('third')
    expect((await third.invitation(invitation)).fault?.message).toBe('The invitation to be Lampson is not open: it has been used, and each can be once. Ask for a new one, and who used it if that was not you.')
    expect(await failed(third.enrol(invitation))).toContain('NotInvited')
  })

  it('[A6] in a directory that is closed opens it to who is invited, and to nobody else', async () => {
    await service.introduce('/:Lampson')
    await close()
    const { invitation } = await as('lampson').invite('/:Cho')
    const cho = as('cho')
    expect(await failed(cho.doUpdates('/', { Cho: { Phone: true } }))).toContain('NoRight')
    expect(await cho.invitation(invitation)).toMatchObject({ name: '/Cho', fault: null, isOpen: false, owner: key('lampson'), keys: [], isHidden: true, rights: { own: ['read', 'write'], all: ['read', 'write'], self: [] } })
    await cho.enrol(invitation)
    await cho.setValue('/:Cho/Phone', '1234')
    expect((await cho.whoAmI()).entries).toMatchObject([{ name: '/Cho' }])
    expect(await failed(as('eve').enrol(invitation))).toContain('it has been used')
    expect(await failed(as('eve').introduce('/:Eve'))).toContain('NoRight')
    expect((await as('eve').whoAmI()).entries).toEqual([])
  })

  it('that was withdrawn, or has expired, says so', async () => {
    const { invitation, key: oneTime } = await service.invite('/:Cho')
    await service.withdraw('/:Cho', oneTime)
    expect(await failed(as('cho').enrol(invitation))).toContain('it was withdrawn')
    const short = await service.invite('/:Cho', { until: Date.now() + 1000 })
    const real = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => real() + 2000)
    expect((await as('cho').invitation(short.invitation)).fault?.message).toContain('it was open until')
    expect(await failed(as('cho').enrol(short.invitation))).toContain('it was open until')
    expect(await service.invitations('/:Cho')).toEqual([])
    // The next one takes what has expired away.
    await service.invite('/:Cho')
    await service.invite('/:Birrell', { until: Date.now() + 5000 })
    expect(await service.enumerate('/:Cho/Invited')).toHaveLength(1)
    expect((await service.invitations('/')).map(({ label }) => label)).toEqual(['Birrell', 'Cho'])
  })

  it('that nobody knows, of another service, not whole, or for whom it is not, is refused in words', async () => {
    const { invitation } = await service.invite('/:Cho')
    const parts = invitation.split('.')
    expect(await failed(as('cho').enrol(invitation.replace(parts[1]!, 'x'.repeat(87))))).toContain('may still be on its way')
    expect(await failed(as('cho').invitation(invitation.slice(0, 50)))).toContain('cut short')
    expect(await failed(as('cho').invitation(invitation.replace(parts[0]!, 'a'.repeat(20))))).toMatch(/NotFound|NoCopyReachable/)
    await as('cho').enrol(invitation)
    const again = (await service.invite('/:Cho')).invitation
    expect(await as('cho').invitation(again)).toMatchObject({ isMine: true })
    expect(await failed(as('cho').enrol(again))).toContain('still open for another')
    expect(await failed(service.invite('/:Cho', { until: Date.now() - 1 }))).toContain('BadRequest')
    expect(await failed(service.invite('/:Cho', { until: Date.now() + 1e12 }))).toContain('BadRequest')
    for (const text of ['', 'x', '....', `${'a'.repeat(20)}...1.x`]) expect(parseInvitation(text)).toBeNull()
  })

  it('is for an entry of any name, dots and all', async () => {
    const { invitation } = await service.invite('/:B. W. Lampson é 日本')
    expect(parseInvitation(invitation)).toMatchObject({ label: 'B. W. Lampson é 日本' })
    expect(await as('cho').enrol(invitation)).toMatchObject({ name: '/B. W. Lampson é 日本' })
  })

  it('is used from another server', async () => {
    const [one, other] = await startPair()
    const here = openService(one.connection)
    await here.firstRoot({ label: 'ANSI' })
    const { invitation } = await here.invite('/:Cho')
    await vi.waitFor(() => expect(other.host.server.root).not.toBeNull())
    await as('cho', other).enrol(invitation)
    expect(await here.keys('/Cho')).toMatchObject([{ key: key('cho') }])
    for (const { host } of [one, other]) host.stop()
  })
})
