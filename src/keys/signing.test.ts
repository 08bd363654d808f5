import { describe, expect, it } from 'vitest'
import { fromBase64url, toBase32, toBase64url, toUtf8 } from './encoding'
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
    const key = `ed25519:${toBase64url(new Uint8Array(32))}`
    expect(await serverIdOf(key)).toBe(toBase32(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(32))), 20))
    expect(await serverIdOf('ed25519:')).toBeNull()
    expect(await directoryIdOf('abc')).toBe('xj4bnp4pahh6uqkbidpf')
  })
})
