import { describe, expect, it } from 'vitest'
import { newPassphrase, openBackup, sealBackup, weaknessOf } from './backup'
import { toUtf8 } from './encoding'
import { fingerprintOf, newPortableKey, openPortableKey } from './portable'
import { newSigningPair, sign, verify } from './signing'

describe('keys that are handed on', () => {
  it('[K1] [K3] sign for whoever has the text, and cannot be read from there on', async () => {
    const portable = await newPortableKey()
    const pair = await openPortableKey(portable)
    const text = toUtf8('the same key')
    expect(await verify(portable.key, await sign(pair!, text), text)).toBe(true)
    expect(pair!.privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('jwk', pair!.privateKey)).rejects.toThrow()
  })

  it('are none where the halves do not belong together', async () => {
    const [one, other] = [await newPortableKey(), await newPortableKey()]
    expect(await openPortableKey({ key: one.key, secret: other.secret })).toBeNull()
    expect(await openPortableKey({ key: one.key, secret: '' })).toBeNull()
    expect(await openPortableKey({ key: 'p256:', secret: one.secret })).toBeNull()
    expect(await openPortableKey({ key: (await newSigningPair()).keyText, secret: one.secret })).toBeNull()
  })

  it('have a fingerprint each, in groups of four', async () => {
    const [one, other] = [await newPortableKey(), await newPortableKey()]
    expect(await fingerprintOf(one.key)).toMatch(/^([a-z2-7]{4} ){4}[a-z2-7]{4}$/)
    expect(await fingerprintOf(one.key)).not.toBe(await fingerprintOf(other.key))
    expect(await fingerprintOf('no key')).toBe('no k ey')
  })
})

describe('a backup', { timeout: 60_000 }, () => {
  const passphrase = 'correct horse battery staple'
  const where = { room: 'a'.repeat(26), entry: `#${'a'.repeat(20)}/Lampson` }

  it('[K3] gives the key back to who knows the passphrase, not to be read any more', async () => {
    const recovery = { ...(await newPortableKey()), ...where }
    const file = await sealBackup(recovery, passphrase, 0)
    expect(file).not.toContain(recovery.secret)
    expect(file).not.toContain(where.room)
    expect(JSON.parse(file)).toMatchObject({ version: 1, iterations: 600_000, made: '1970-01-01T00:00:00.000Z' })
    const opened = await openBackup(file, ` ${passphrase} `)
    expect(opened).toMatchObject({ ...where, pair: { keyText: recovery.key, privateKey: { extractable: false } } })
    expect(await openBackup(file, 'Correct horse battery staple')).toBe('passphrase')
  })

  it('is never the same twice', async () => {
    const recovery = { ...(await newPortableKey()), ...where }
    const files = [await sealBackup(recovery, passphrase, 0), await sealBackup(recovery, passphrase, 0)].map((file) => JSON.parse(file) as Record<string, string>)
    for (const part of ['salt', 'iv', 'sealed']) expect(files[0]![part]).not.toBe(files[1]![part])
  })

  it('that is damaged, of another version or no backup is told apart from a wrong passphrase', async () => {
    const file = await sealBackup({ ...(await newPortableKey()), ...where }, passphrase, 0)
    const changed = (change: Record<string, unknown>): string => JSON.stringify({ ...(JSON.parse(file) as object), ...change })
    expect(await openBackup(file.slice(0, -9), passphrase)).toBe('damaged')
    expect(await openBackup(file.replace(/"sealed": "(.)/, (_, first) => `"sealed": "${first === '-' ? 'A' : '-'}`), passphrase)).toBe('damaged')
    for (const change of [{ iv: 'AAAAAAAAAAAAAAAA' }, { salt: 7 }, { salt: '*' }, { made: 'yesterday' }, { iterations: 1 }, { iterations: 1e9 }, { iterations: 600_001 }]) expect(await openBackup(changed(change), passphrase), JSON.stringify(change)).toBe('damaged')
    expect(await openBackup(changed({ version: 0 }), passphrase)).toBe('version')
    for (const text of ['', '{}', 'null', '[]', '"x"', 'hello']) expect(await openBackup(text, passphrase), text).toBe('notOne')
  })

  it('is as good as its passphrase: weak ones are told', () => {
    for (const weak of ['', '  ', '12345678901234567890', 'secret', 'aaaaaaaaaaaaaaaaaaaa', 'abcabcabcabcabc']) expect(weaknessOf(weak), weak).not.toBeNull()
    expect(weaknessOf(passphrase)).toBeNull()
    expect(weaknessOf(newPassphrase())).toBeNull()
    expect(newPassphrase()).toMatch(/^([a-z2-7]{4}-){4}[a-z2-7]{4}$/)
  })
})
