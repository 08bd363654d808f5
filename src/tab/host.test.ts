import { describe, expect, it, vi } from 'vitest'
import { openService } from '../client/openService'
import { applyChange, encodeCopy, type Contents } from '../core/copies/directoryCopy'
import type { Save } from '../core/effects'
import { NameServiceError } from '../core/errors'
import { encode, type Message } from '../core/messages'
import type { CopyId, DirectoryId } from '../core/names'
import { timeOf, timestamp } from '../core/timestamp'
import type { Certificate } from '../core/values/certificate'
import type { EncodedNode } from '../core/values/encodeTree'
import { INTENT_LIFE, type Branch, type Intent, type SignedIntent, type UpdateSet } from '../core/values/intent'
import { certificateSignature, signature } from '../sim/simServer'
import { emptyDisk } from '../storage/memoryStore'
import type { Store } from '../storage/store'
import { copyNumber, identifier, serverNumber } from '../trials/generators'
import { certified, startHost, startPair, verified, type Trial } from '../trials/hosts'

/** A store whose commits wait, and fail, when a test says so. */
function gated(): { wrap: (store: Store) => Store; commits: Save[][]; hold: () => void; release: () => void; fail: (error: Error) => void } {
  let waiting: (() => void)[] = []
  let held = false
  let failing: Error | null = null
  const commits: Save[][] = []
  return {
    commits,
    hold: () => void (held = true),
    release: () => {
      held = false
      for (const go of waiting.splice(0)) go()
      waiting = []
    },
    fail: (error) => void (failing = error),
    wrap: (store) => ({
      ...store,
      async commit(saves) {
        if (held) await new Promise<void>((resolve) => waiting.push(resolve))
        if (failing !== null) throw failing
        commits.push([...saves])
        await store.commit(saves)
      },
    }),
  }
}

/** Lets everything happen that waits for nothing but promises. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await Promise.resolve()
}
let nonces = 0
const intentFor = (directory: DirectoryId, branches: readonly Branch[], author = 'person'): Intent => {
  const from = Date.now() - INTENT_LIFE / 2
  return { directory, author, nonce: identifier(++nonces, 26), from, until: from + INTENT_LIFE, procedure: 'doUpdates', branches }
}
const sign = (intent: Intent): SignedIntent => ({ intent, signature: signature(intent) })

/** A member of alpha's root that exists only in its ring: messages to and from it can be seen and made. */
async function withMember(options: Parameters<typeof startHost>[0] = {}): Promise<{ alpha: Trial; root: DirectoryId; member: { copy: CopyId; server: ReturnType<typeof serverNumber> }; updates: (...sets: { signed: SignedIntent; n: number }[]) => string }> {
  const alpha = await startHost(options)
  const root = await openService(alpha.connection).firstRoot()
  const member = { copy: copyNumber(9), server: serverNumber(9), name: 'nine' }
  const copy = alpha.host.server.copies.get(root)!
  // A change that is stored too, so that a restored server knows the member.
  const change = { type: 'fields' as const, fields: { ring: [...copy.ring, member] } }
  applyChange(copy, change)
  alpha.disk.copies.get(copy.id)!.changes.push(JSON.stringify(change))
  alpha.host.input({ type: 'connected', server: member.server, incarnation: 1, instance: 'nine', name: 'nine' })
  const updates = (...sets: { signed: SignedIntent; n: number }[]): string =>
    encode({ type: 'updates', directory: root, epoch: copy.epoch, from: member.copy, sets: sets.map(({ signed, n }) => ({ ...signed, ts: `${String(Date.now() * 1000 + n).padStart(16, '0')}.${member.copy}` as never })) })
  await settled()
  return { alpha, root, member, updates }
}
const branch = (label: string): Branch[] => [[label, null, true]]
const labels = async (trial: Trial): Promise<string[]> => openService(trial.connection).enumerate('/')

describe('the host and its store', () => {
  it('[P1] [P3] lets nothing leave before what it says is durable: messages, answers, reads included', async () => {
    const gate = gated()
    const { alpha, root } = await withMember({ wrap: gate.wrap })
    const service = openService(alpha.connection)
    alpha.sent.length = 0
    gate.hold()
    let answered = false
    let read = false
    const written = alpha.host.call({ type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: sign(intentFor(root, branch('x'))) } }).then(() => (answered = true))
    const reading = service.enumerate('/').then((seen) => (read = seen.includes('x')))
    await settled()
    expect([answered, read, alpha.sent.length]).toEqual([false, false, 0])
    gate.release()
    await Promise.all([written, reading])
    expect([answered, read]).toEqual([true, true])
    expect(alpha.sent.map(({ message }) => message.type)).toContain('updates')
    alpha.host.stop()
  })

  it('[B3] an old store has had no further start before its copies are known, on disk, to be old', async () => {
    const first = await startHost()
    const root = await openService(first.connection).firstRoot()
    first.host.stop()
    const { disk } = first
    const had = disk.incarnation
    const state = async (): Promise<string | undefined> => (await startHost({ disk: structuredClone(disk), lastIncarnation: had + 3 })).host.server.copies.get(root)?.state
    const dies = Promise.reject(new Error('the tab was closed'))
    await expect(startHost({ disk, lastIncarnation: had + 3, wrap: (store) => ({ ...store, commit: () => dies }) })).rejects.toThrow('the tab was closed')
    expect([disk.incarnation, await state()]).toEqual([had, 'rolledBack'])
    await expect(startHost({ disk, lastIncarnation: had + 3, wrap: (store) => ({ ...store, begin: () => dies }) })).rejects.toThrow('the tab was closed')
    expect([disk.incarnation, await state()]).toEqual([had, 'rolledBack'])
    const last = await startHost({ disk, lastIncarnation: had + 3 })
    expect(disk.incarnation).toBe(had + 4)
    last.host.stop()
    expect((await startHost({ disk, lastIncarnation: had + 4 })).host.server.copies.get(root)?.state).toBe('rolledBack')
  })

  it('[P1] commits what came while a commit ran in one transaction, in order', async () => {
    const gate = gated()
    const { alpha, root } = await withMember({ wrap: gate.wrap })
    gate.commits.length = 0
    gate.hold()
    const calls = Array.from({ length: 50 }, (_, i) => alpha.host.call({ type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: sign(intentFor(root, branch(`n${i}`))) } }))
    await settled()
    for (let i = 50; i < 90; i++) calls.push(alpha.host.call({ type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: sign(intentFor(root, branch(`n${i}`))) } }))
    alpha.sent.length = 0
    gate.release()
    await Promise.all(calls)
    expect(gate.commits.length).toBeLessThanOrEqual(3)
    const stamps = gate.commits.flat().flatMap((save) => ('copy' in save && save.change.type === 'absorbed' ? save.change.sets.map(({ ts }) => ts) : []))
    expect(stamps).toHaveLength(90)
    expect(stamps).toEqual(stamps.toSorted((a, b) => (a < b ? -1 : 1)))
    expect(alpha.sent.filter(({ message }) => message.type === 'updates').length).toBeLessThan(10)
    alpha.host.stop()
  })

  it('[P1] [noLostUpdate] a commit that fails undoes its whole batch: callers are told, reads go on, what was acknowledged is there', async () => {
    const gate = gated()
    const { alpha, root } = await withMember({ wrap: gate.wrap })
    const service = openService(alpha.connection)
    await service.doUpdates('/', { acknowledged: true })
    alpha.sent.length = 0
    gate.fail(new DOMException('', 'QuotaExceededError'))
    const lost = ['one', 'two'].map((label) => service.doUpdates('/', { [label]: true }).catch((error: unknown) => error))
    const errors = await Promise.all(lost)
    for (const error of errors) {
      expect(error).toBeInstanceOf(NameServiceError)
      expect((error as NameServiceError).code).toBe('StorageFailed')
    }
    expect(alpha.readOnly).toEqual([expect.stringContaining('no more room')])
    expect(alpha.sent.filter(({ message }) => message.type === 'updates')).toEqual([])
    expect(await labels(alpha)).toContain('acknowledged')
    expect(await labels(alpha)).not.toContain('one')
    await expect(service.doUpdates('/', { three: true })).rejects.toMatchObject({ code: 'StorageFailed' })
    // A read that only others could answer fails at once, instead of waiting for ever.
    await expect(alpha.host.call({ type: 'ask', servers: [serverNumber(7)], request: { type: 'state', directory: root } })).resolves.toMatchObject({ code: 'StorageFailed' })
    alpha.host.stop()
    const again = await startHost({ disk: alpha.disk })
    expect(await labels(again)).toContain('acknowledged')
    expect(await labels(again)).not.toContain('one')
    again.host.stop()
  })

  it('[B5] a store that is lost while calls wait and run: they are told why, reads go on, and it is told once', async () => {
    const gate = gated()
    const { alpha, root } = await withMember({ wrap: gate.wrap })
    const service = openService(alpha.connection)
    await service.doUpdates('/', { acknowledged: true })
    gate.hold()
    const saving = service.doUpdates('/', { saving: true }).catch((error: unknown) => error)
    const asking = alpha.host.call({ type: 'ask', servers: [serverNumber(9)], request: { type: 'state', directory: root } })
    await settled()
    alpha.host.loseStore('its database was deleted')
    gate.fail(new DOMException('', 'InvalidStateError'))
    gate.release()
    expect(await saving).toMatchObject({ code: 'StorageFailed', about: { reason: 'its database was deleted' } })
    expect(await asking).toMatchObject({ code: 'StorageFailed' })
    expect(alpha.readOnly).toEqual(['its database was deleted'])
    expect(await labels(alpha)).toContain('acknowledged')
    await expect(service.doUpdates('/', { never: true })).rejects.toMatchObject({ code: 'StorageFailed' })
    alpha.host.stop()
  })

  it('[B2] each start is a new incarnation of the same server, with all its copies', async () => {
    const disk = emptyDisk()
    const first = await startHost({ disk })
    const service = openService(first.connection)
    await service.firstRoot()
    for (let i = 0; i < 30; i++) await service.doUpdates('/', { [`name ${i}`]: { x: true } })
    const before = [...first.host.server.copies.values()].map((copy) => JSON.stringify(encodeCopy(copy)))
    first.host.stop()
    const second = await startHost({ disk })
    expect([first.host.incarnation, second.host.incarnation]).toEqual([1, 2])
    expect([...second.host.server.copies.values()].map((copy) => JSON.stringify(encodeCopy(copy)))).toEqual(before)
    second.host.stop()
  })

  it('replaces long runs of changes by snapshots, and loses nothing that came meanwhile', async () => {
    const { alpha } = await withMember()
    const service = openService(alpha.connection)
    const large = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i} ${'x'.repeat(200)}`, true as const]))
    await Promise.all(Array.from({ length: 24 }, (_, i) => service.doUpdates('/', { [`large ${i}`]: large })))
    await service.doUpdates('/', { last: true })
    await settled()
    const [copy] = alpha.disk.copies.values()
    expect(copy!.snapshot).not.toBeNull()
    alpha.host.stop()
    const again = await startHost({ disk: alpha.disk })
    expect((await labels(again)).filter((label) => label.startsWith('large'))).toHaveLength(24)
    expect(await labels(again)).toContain('last')
    again.host.stop()
  })

  it('[G1] what was deleted and forgotten is not kept by the store either, once the intents are forgotten too', async () => {
    vi.useFakeTimers()
    const { host, disk, connection } = await startHost()
    const service = openService(connection)
    const root = await service.firstRoot()
    const stored = (): number => JSON.stringify([...disk.copies]).length
    const large = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`${i} ${'x'.repeat(200)}`, true as const]))
    for (let i = 0; i < 4; i++) await service.doUpdates('/', { [`large ${i}`]: large })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(stored()).toBeGreaterThan(80_000)
    await service.doUpdates('/', Object.fromEntries(Array.from({ length: 4 }, (_, i) => [`large ${i}`, false as const])))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(host.server.copies.get(root)!.log).toEqual([])
    await vi.advanceTimersByTimeAsync(INTENT_LIFE)
    expect(stored()).toBeLessThan(16_384)
    host.stop()
    vi.useRealTimers()
  })

  it('[A1] no signature of a stored update is verified again, however late it comes; what is not stored is remembered until nobody can stamp it any more', async () => {
    vi.useFakeTimers()
    const checked: string[] = []
    const { alpha, root, updates } = await withMember({ verify: (signed) => (checked.push(signed.signature), verified(signed)) })
    const signed = sign(intentFor(root, [['x', null, true]]))
    const [stored, stampedAgain] = [updates({ signed, n: 1 }), updates({ signed, n: 2 })]
    const receive = async (wire: string): Promise<void> => {
      alpha.host.receive(serverNumber(9), wire)
      await settled()
    }
    for (const wait of [0, 1000, INTENT_LIFE]) {
      await vi.advanceTimersByTimeAsync(wait)
      await receive(stored)
    }
    expect(checked).toEqual([signed.signature])
    await receive(stampedAgain)
    expect(checked).toEqual([signed.signature, signed.signature])
    alpha.host.stop()
    vi.useRealTimers()
  })

  it('[A1] [A2] nor is any certificate that a stored update rests on, however many others were verified since', async () => {
    const checked: string[] = []
    const { alpha, root, member, updates } = await withMember({ verifyCertificate: (certificate) => (checked.push(certificate.subject), certified(certificate)) })
    const certificate = (subject: string): Certificate => {
      const said = { directory: null, genesis: null, issuer: 'person', name: '', subject, from: 0, until: 8_000_000_000_000 }
      return { ...said, signature: certificateSignature(said) }
    }
    const stored = updates({ signed: sign({ ...intentFor(root, [['x', null, true]]), chain: [certificate('key-nine')] }), n: 1 })
    const receive = async (wire: string): Promise<void> => {
      alpha.host.receive(member.server, wire)
      await settled()
    }
    await receive(stored)
    for (let i = 0; i < 300; i++) await receive(encode({ type: 'credentials', chains: Array.from({ length: 4 }, (_, n) => [certificate(`key-${i}-${n}`)]) }))
    expect(checked).toHaveLength(1201)
    await receive(stored)
    expect(checked).toHaveLength(1201)
    // Nor the last of those that no update rests on, said once more.
    await receive(encode({ type: 'credentials', chains: [[certificate('key-299-3')]] }))
    expect(checked).toHaveLength(1201)
    expect(alpha.refused).toEqual([])
  })

  it('what we got wrong: the server goes on from its store, with its links, and hands out no identifier twice', async () => {
    const { alpha, root, member } = await withMember()
    const service = openService(alpha.connection)
    await service.doUpdates('/', { before: true })
    const copy = alpha.host.server.copies.get(root)!
    const { fresh } = alpha.host.server
    const seed = { ...fresh }
    // Half of a step: the copy is not one of the server any more when it is changed.
    alpha.host.server.copies.set(root, new Proxy(copy, { get: (target, key) => (key === 'log' ? undefined : Reflect.get(target, key)) }))
    await expect(service.doUpdates('/', { during: true })).rejects.toMatchObject({ code: expect.stringMatching(/Stopped/) as string })
    await settled()
    expect(alpha.restored).toHaveLength(1)
    expect(alpha.host.server.peers.has(member.server)).toBe(true)
    expect({ ...alpha.host.server.fresh }).not.toEqual(seed)
    await service.doUpdates('/', { after: true })
    expect(await labels(alpha)).toEqual(expect.arrayContaining(['before', 'after']))
    expect(await labels(alpha)).not.toContain('during')
    alpha.host.stop()
  })

  it('stopped: calls that wait are told', async () => {
    const { alpha, root } = await withMember()
    const waiting = alpha.host.call({ type: 'ask', servers: [serverNumber(9)], request: { type: 'state', directory: root } })
    alpha.host.stop()
    expect(await waiting).toMatchObject({ code: 'Stopped' })
    expect(await alpha.host.call({ type: 'setUpOn', path: ['x'], up: null })).toMatchObject({ code: 'Stopped' })
    expect(alpha.readOnly).toEqual([])
  })
})

describe('the host and its peers', () => {
  it('[A1] a message with a false signature is refused whole and counted; the core never sees it', async () => {
    const { alpha, root, member, updates } = await withMember()
    const good = { signed: sign(intentFor(root, branch('good'))), n: 1 }
    const forged = { signed: { ...sign(intentFor(root, branch('forged'))), signature: 'false' }, n: 2 }
    alpha.host.receive(member.server, updates(good, forged))
    await settled()
    expect(alpha.refused).toEqual(['updates: a signature is false'])
    expect(await labels(alpha)).not.toContain('good')
    alpha.host.receive(member.server, updates(good))
    await settled()
    expect(await labels(alpha)).toContain('good')
    alpha.host.stop()
  })

  it('[A1] a signature that was verified once is true of that text only', async () => {
    const { alpha, root, member, updates } = await withMember()
    const signed = sign(intentFor(root, branch('signed')))
    alpha.host.receive(member.server, updates({ signed, n: 1 }))
    await settled()
    const stolen = { intent: intentFor(root, branch('never signed')), signature: signed.signature }
    alpha.host.receive(member.server, updates({ signed: stolen, n: 2 }))
    await settled()
    expect(alpha.refused).toEqual(['updates: a signature is false'])
    expect(await labels(alpha)).not.toContain('never signed')
    alpha.host.stop()
  })

  it('[X3] a certificate is verified by its text: a false one with the signature of a true one, in the same message, is refused', async () => {
    const { alpha, member } = await withMember()
    const said = { directory: null, genesis: null, issuer: 'stranger', name: '', subject: 'key-nine', from: 0, until: 8_000_000_000_000 }
    const genuine = { ...said, signature: certificateSignature(said) }
    const forged = { ...genuine, issuer: 'person' }
    for (const chains of [[[forged], [genuine]], [[genuine], [forged]], [[forged, genuine]]]) {
      alpha.host.receive(member.server, encode({ type: 'credentials', chains }))
      await settled()
    }
    expect(alpha.refused).toEqual(Array.from({ length: 3 }, () => 'credentials: a signature is false'))
    expect(alpha.host.server.peers.get(member.server)!.credentials).toEqual([])
    alpha.host.receive(member.server, encode({ type: 'credentials', chains: [[genuine]] }))
    await settled()
    expect(alpha.refused).toHaveLength(3)
  })

  it('[A1] what is submitted from elsewhere is verified too, and a false signature is answered in words', async () => {
    const { alpha, root, member } = await withMember()
    alpha.sent.length = 0
    const request: Message = { type: 'request', id: 'abc', request: { type: 'submit', directory: root, signed: { intent: intentFor(root, branch('forged'), 'somebody'), signature: 'false' } } }
    alpha.host.receive(member.server, encode(request))
    await settled()
    expect(alpha.sent).toEqual([{ to: member.server, message: { type: 'answer', id: 'abc', failure: expect.objectContaining({ code: 'BadSignature', about: { author: 'somebody' } }) as never, outcome: '', elsewhere: [] } }])
    expect(await labels(alpha)).not.toContain('forged')
    alpha.host.stop()
  })

  it('[A1, P12] an update that is handed over with a false signature reaches no copy', async () => {
    const { alpha, root, member } = await withMember()
    alpha.sent.length = 0
    const { id, nextTS } = alpha.host.server.copies.get(root)!
    const set = { intent: intentFor(root, branch('forged'), 'somebody'), signature: 'false', ts: timestamp(timeOf(nextTS) + 1, id) }
    alpha.host.receive(member.server, encode({ type: 'request', id: 'abc', request: { type: 'has', directory: root, ts: set.ts, set } }))
    await settled()
    expect(alpha.sent.map(({ message }) => message)).toMatchObject([{ type: 'answer', failure: { code: 'BadSignature' } }])
    expect(await labels(alpha)).not.toContain('forged')
    alpha.host.stop()
  })

  it('[X5] a malformed message is refused at the door', async () => {
    const { alpha, member } = await withMember()
    for (const wire of ['', '{}', '{"type":"hello"}', '['.repeat(100_000)]) alpha.host.receive(member.server, wire)
    expect(alpha.refused).toHaveLength(4)
    expect(alpha.restored).toEqual([])
    alpha.host.stop()
  })

  it('keeps the order of each server’s messages while signatures are verified, and does not hold up others', async () => {
    const checks: (() => void)[] = []
    const { alpha, root, member, updates } = await withMember({ verify: async (signed) => (await new Promise<void>((resolve) => checks.push(resolve)), verified(signed)) })
    alpha.sent.length = 0
    alpha.host.receive(member.server, updates({ signed: sign(intentFor(root, branch('first'))), n: 1 }))
    alpha.host.receive(member.server, encode({ type: 'request', id: 'after', request: { type: 'read', directory: root, path: ['first'], form: 'tree', after: null } }))
    alpha.host.receive(serverNumber(8), encode({ type: 'request', id: 'other', request: { type: 'read', directory: root, path: ['first'], form: 'tree', after: null } }))
    await settled()
    expect(alpha.sent.map(({ message }) => (message.type === 'answer' ? message.id : ''))).toEqual(['other'])
    for (const check of checks) check()
    await settled()
    const answer = alpha.sent.find(({ message }) => message.type === 'answer' && message.id === 'after')?.message
    expect(answer?.type === 'answer' && JSON.parse(answer.outcome)).toMatchObject({ tree: true })
    alpha.host.stop()
  })

  it('a check that breaks counts as false, and does not block what comes after', async () => {
    let broken = true
    const { alpha, root, member, updates } = await withMember({ verify: (signed) => (broken ? Promise.reject(new Error('no crypto')) : verified(signed)) })
    alpha.host.receive(member.server, updates({ signed: sign(intentFor(root, branch('first'))), n: 1 }))
    await settled()
    broken = false
    alpha.host.receive(member.server, updates({ signed: sign(intentFor(root, branch('second'))), n: 2 }))
    await settled()
    expect(alpha.refused).toEqual(['updates: a signature is false'])
    expect(await labels(alpha)).toContain('second')
    alpha.host.stop()
  })

  it('two hosts: a copy joins, an edit at one is read at the other', async () => {
    const [alpha, beta] = await startPair()
    const [one, two] = [openService(alpha.connection), openService(beta.connection)]
    const di = await one.firstRoot()
    await settled()
    await two.newDC('beta', `#${di}`)
    await two.doUpdates(`#${di}`, { fromBeta: { x: true } })
    await settled()
    expect(await one.getValue(`#${di}:fromBeta`)).toMatchObject({ value: 'x', server: alpha.id })
    expect(await one.sweep('/')).toMatch(/\.0$/)
    expect((await one.copies('/')).map(({ state }) => state?.state)).toEqual(['active', 'active'])
    for (const { host } of [alpha, beta]) host.stop()
  })
})

describe('a store that somebody has changed between two starts', () => {
  const changed = async (change: (text: string) => string): Promise<Trial> => {
    const disk = emptyDisk()
    const before = await startHost({ disk })
    const service = openService(before.connection)
    await service.firstRoot()
    await service.setValue('/:Lampson/Phone', '853')
    before.host.stop()
    for (const copy of disk.copies.values()) copy.changes = copy.changes.map(change)
    return startHost({ disk })
  }

  it('[A1] is found out: the server reads only, says so, and accepts and tells nothing more', async () => {
    const { host, readOnly, connection, sent } = await changed((text) => text.replaceAll('853', '999'))
    await settled()
    expect(readOnly).toEqual([expect.stringMatching(/changed from outside/)])
    expect(host.server.refusals.get('storage: what was stored is not what its author signed')).toBe(1)
    await expect(openService(connection).setValue('/:Lampson/Phone', '1')).rejects.toMatchObject({ code: 'StorageFailed' })
    expect(sent).toEqual([])
  })

  it('[A1] that nobody has changed is taken as it is', async () => {
    const { readOnly, connection } = await changed((text) => text)
    await settled()
    expect(readOnly).toEqual([])
    expect((await openService(connection).getValue('/:Lampson/Phone')).value).toBe('853')
  })

  /** The same, of what was put together in a snapshot; `isFinal`: once all of it is older than F, and stands in the base. */
  const rewritten = async (isFinal: boolean, rewrite: (contents: Contents) => void): Promise<Trial> => {
    vi.useFakeTimers()
    const disk = emptyDisk()
    const before = await startHost({ disk })
    const service = openService(before.connection)
    await service.firstRoot()
    for (const phone of ['853', '854']) await service.setValue(`/:${phone === '853' ? 'Lampson' : 'Birrell'}/Phone`, phone)
    if (isFinal) await vi.advanceTimersByTimeAsync(60_000)
    before.host.stop()
    for (const copy of before.host.server.copies.values()) {
      const encoded = structuredClone(encodeCopy(copy))
      expect([encoded.contents.log.length, encoded.contents.proofs.length]).toEqual(isFinal ? [0, 4] : [4, 0])
      rewrite(encoded.contents)
      Object.assign(disk.copies.get(copy.id)!, { snapshot: JSON.stringify(encoded), changes: [] })
    }
    const after = await startHost({ disk })
    await settled()
    vi.useRealTimers()
    return after
  }
  const swap = (sets: UpdateSet[]): void => {
    const [one, other] = sets.slice(-2) as [UpdateSet, UpdateSet]
    ;[one.signature, other.signature] = [other.signature, one.signature]
  }
  const lie = (contents: Contents): EncodedNode => ['Mallory', contents.proofs[0]!.ts, 1]

  it.each<[what: string, isFinal: boolean, rewrite: (contents: Contents) => void]>([
    ['two signatures that change places', false, ({ log }) => swap(log)],
    ['the signature of another update', false, ({ log }) => void (log[3]!.signature = log[2]!.signature)],
    ['another author', false, ({ log }) => void (log[3]!.intent.author = 'mallory')],
    ['another order of the log', false, (contents) => void (contents.log = contents.log.toReversed())],
    ['a stamp that its author did not allow', false, ({ log }) => void (log[3]!.ts = timestamp(timeOf(log[3]!.ts) + 2 * INTENT_LIFE * 1000, log[3]!.ts.slice(-13) as CopyId))],
    ['two signatures of proofs that change places', true, ({ proofs }) => swap(proofs)],
    ['a proof that is gone', true, ({ proofs }) => void proofs.splice(2, 1)],
    ['no proofs at all', true, ({ proofs }) => void (proofs.length = 0)],
    ['a name in the base that nobody has made', true, (contents) => void contents.base.push(lie(contents))],
    ['a name below another in the base that nobody has made', true, (contents) => void contents.base[1]!.push(lie(contents))],
    ['a node of the base with another stamp', true, ({ base, proofs }) => void (base[1]![1] = proofs[0]!.ts)],
  ])('[A1] found out: %s', async (_what, isFinal, rewrite) => {
    const { readOnly, connection, sent } = await rewritten(isFinal, rewrite)
    expect(readOnly).toEqual([expect.stringMatching(/changed from outside/)])
    await expect(openService(connection).setValue('/:Lampson/Phone', '1')).rejects.toMatchObject({ code: 'StorageFailed' })
    expect(sent).toEqual([])
  })

  it.each([false, true])('[A1] a snapshot that nobody has changed is taken as it is (final: %s)', async (isFinal) => {
    const { readOnly, connection, host } = await rewritten(isFinal, () => undefined)
    expect(readOnly).toEqual([])
    expect((await openService(connection).getValue('/:Birrell/Phone')).value).toBe('854')
    host.stop()
  })

  it('[V3] changes in another order are the same copy', async () => {
    const disk = emptyDisk()
    const before = await startHost({ disk })
    const service = openService(before.connection)
    await service.firstRoot()
    for (const phone of ['853', '999']) await service.setValue('/:Lampson/Phone', phone)
    before.host.stop()
    for (const copy of disk.copies.values()) copy.changes.splice(-2, 2, ...copy.changes.slice(-2).toReversed())
    const after = await startHost({ disk })
    await settled()
    expect(after.readOnly).toEqual([])
    expect((await openService(after.connection).getValue('/:Lampson/Phone')).value).toBe('999')
    after.host.stop()
  })
})
