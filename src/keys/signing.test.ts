import { afterEach, describe, expect, it, vi } from 'vitest'
import { disagreements } from './disagreements'
import { fromBase64url, toBase32, toBase64url, toUtf8 } from './encoding'
import { signatureContract } from './signatureContract'
import { directoryIdOf, newSigningPair, serverIdOf, sign, verify } from './signing'

describe('texts of bytes', () => {
  it('base32 as in RFC 4648 §10', () => {
    expect(toBase32(toUtf8('foobar'), 10)).toBe('mzxw6ytboi')
    expect(toBase32(toUtf8('f'), 2)).toBe('my')
  })

  it('base64url comes back for every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, at) => (at * 73 + length) & 255)
      expect(fromBase64url(toBase64url(bytes))).toEqual(bytes)
    }
  })

  it('base64url refuses a second spelling of the same bytes', () => {
    expect(fromBase64url('AA')).toEqual(Uint8Array.of(0))
    expect(fromBase64url('AB')).toBeNull()
    expect(fromBase64url('AA==')).toBeNull()
    expect(fromBase64url('A')).toBeNull()
    expect(fromBase64url('+/')).toBeNull()
  })
})

describe('signing', () => {
  it('verifies what was signed and nothing else', async () => {
    const pair = await newSigningPair()
    const other = await newSigningPair()
    const bytes = toUtf8('Lampson')
    const signature = await sign(pair, bytes)
    expect(await verify(pair.keyText, signature, bytes)).toBe(true)
    expect(await verify(pair.keyText, signature, toUtf8('Needham'))).toBe(false)
    expect(await verify(other.keyText, signature, bytes)).toBe(false)
    expect(await verify(pair.keyText, signature.slice(1), bytes)).toBe(false)
    expect(await verify('ed25519:rubbish', signature, bytes)).toBe(false)
    expect(await verify('rsa:AAAA', signature, bytes)).toBe(false)
  })

  it('gives the private key to nobody', async () => {
    const pair = await newSigningPair()
    await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
  })

  it('names servers and directories by 20 letters of the hash', async () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, at) => at)
    expect(await serverIdOf(`ed25519:${toBase64url(bytes)}`)).toBe(toBase32(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), 20))
    expect(await serverIdOf('ed25519:')).toBeNull()
    expect(await serverIdOf(`ed25519:${toBase64url(new Uint8Array(32))}`)).toBeNull()
    expect(await directoryIdOf('abc')).toBe('xj4bnp4pahh6uqkbidpf')
  })
})

describe('[K1] [K2] signatures are the same for everybody', () => {
  it.each(signatureContract)('$title', (each) => each.run())
})

/** Has this browser answer calls about Ed25519 otherwise. */
function answerEd25519(methods: readonly ('generateKey' | 'importKey' | 'sign' | 'verify')[], answer: () => Promise<unknown>): void {
  for (const method of methods) {
    const real = crypto.subtle[method] as (...args: unknown[]) => Promise<unknown>
    const changed = (...args: unknown[]): Promise<unknown> => (args.includes('Ed25519') ? answer() : Reflect.apply(real, crypto.subtle, args))
    vi.spyOn(crypto.subtle, method).mockImplementation(changed as never)
  }
}

describe('[K2] a browser with another Ed25519', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.resetModules()
  })

  it('or none signs with P-256, and verifies what others sign with Ed25519', async () => {
    const other = await newSigningPair()
    const bytes = toUtf8('Lampson')
    const signature = await sign(other, bytes)
    answerEd25519(['generateKey', 'importKey', 'sign', 'verify'], () => Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')))
    vi.resetModules()
    const lacking = await import('./signing')
    const pair = await lacking.newSigningPair()
    expect(pair.keyText).toMatch(/^p256:[\w-]{87}$/)
    await expect(crypto.subtle.exportKey('pkcs8', pair.privateKey)).rejects.toThrow()
    const own = await lacking.sign(pair, bytes)
    expect(await lacking.verify(pair.keyText, own, bytes)).toBe(true)
    expect(await lacking.verify(other.keyText, signature, bytes)).toBe(true)
    expect(await lacking.verify(other.keyText, signature, toUtf8('Needham'))).toBe(false)
    for (const { what, key, signature: given, message, isGood } of disagreements) expect([what, await lacking.verify(`ed25519:${toBase64url(key)}`, given, message)]).toEqual([what, isGood])
    vi.restoreAllMocks()
    // The others take its signatures, and know it by the same identifier.
    expect(await verify(pair.keyText, own, bytes)).toBe(true)
    expect(await serverIdOf(pair.keyText)).toBe(await lacking.serverIdOf(pair.keyText))
  })

  it('is not asked when it would judge otherwise than the rest', async () => {
    let asked = 0
    answerEd25519(['verify'], () => Promise.resolve((asked += 1) > 0))
    vi.resetModules()
    const { verify: verifyThere } = await import('./signing')
    for (const { what, key, signature, message, isGood } of disagreements) expect([what, await verifyThere(`ed25519:${toBase64url(key)}`, signature, message)]).toEqual([what, isGood])
    expect(asked).toBeGreaterThan(0)
  })
})
