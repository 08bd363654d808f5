/**
 * Key pairs whose private half is handed on, once, as text: in an invitation link, or encrypted in a backup. On P-256, since every
 * browser has that, and whoever opens the text may use another one [K1].
 */
import { fromBase64url, toBase64url, toUtf8 } from './encoding'
import { publicKeyBytes, serverIdOf, sign, verify, type SigningPair } from './signing'

export interface PortableKey {
  /** The public key: `p256:` and 87 characters of base64url. */
  readonly key: string
  /** The private half: 43 characters of base64url. */
  readonly secret: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }

/** The only place where a private half is ever exported. */
export async function newPortableKey(): Promise<PortableKey> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const [point, { d = '' }] = await Promise.all([crypto.subtle.exportKey('raw', publicKey), crypto.subtle.exportKey('jwk', privateKey)])
  return { key: `p256:${toBase64url(new Uint8Array(point))}`, secret: d }
}

/** The pair, from now on only to be used and not to be read; null when the halves do not belong together, or are none. */
export async function openPortableKey({ key, secret }: PortableKey): Promise<SigningPair | null> {
  const point = publicKeyBytes(key)
  if (point?.length !== 65 || fromBase64url(secret)?.length !== 32) return null
  const jwk = { kty: 'EC', crv: 'P-256', x: toBase64url(point.slice(1, 33)), y: toBase64url(point.slice(33)), d: secret }
  try {
    const pair: SigningPair = { keyText: key, privateKey: await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']) }
    const probe = toUtf8('namering probe')
    return (await verify(key, await sign(pair, probe), probe)) ? pair : null
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}

/** 20 letters of the key's hash in groups of four, to be compared by eye or aloud; of what is no key its beginning. */
export async function fingerprintOf(key: string): Promise<string> {
  const letters = (await serverIdOf(key)) ?? key.slice(0, 20)
  return letters.replace(/.{4}(?=.)/g, '$& ')
}
