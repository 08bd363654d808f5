/**
 * ECDSA on P-256 with SHA-256, for browsers that lack Ed25519: every one has it. A public key is its uncompressed point,
 * the one form that all browsers must take. Of the two signatures with s and n − s only the lower counts, so nobody but
 * the signer can make a second one.
 */
import type { Bytes } from './encoding'
import type { KeyKind } from './keyKind'

const curve = { name: 'ECDSA', namedCurve: 'P-256' }
const algorithm = { name: 'ECDSA', hash: 'SHA-256' }

const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
/** The order of the group, which is prime: no point is of small order. */
export const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

export const p256: KeyKind = {
  prefix: 'p256:',
  isKey,
  generate: () => crypto.subtle.generateKey(curve, false, ['sign', 'verify']),
  sign: async (privateKey, message) => lowered(new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message))),
  async verifier(key) {
    const imported = await crypto.subtle.importKey('raw', key, curve, true, ['verify']).catch(() => null)
    return async (signature, message) => imported !== null && isSoundSignature(signature) && crypto.subtle.verify(algorithm, imported, signature, message)
  },
}

/** 04, x and y of a point on the curve y² = x³ − 3x + b. */
function isKey(bytes: Bytes): boolean {
  if (bytes.length !== 65 || bytes[0] !== 4) return false
  const x = bigEndian(bytes.subarray(1, 33))
  const y = bigEndian(bytes.subarray(33))
  return x < p && y < p && (y * y - x * x * x + 3n * x - b) % p === 0n
}

function isSoundSignature(signature: Bytes): boolean {
  const r = bigEndian(signature.subarray(0, 32))
  const s = bigEndian(signature.subarray(32))
  return r > 0n && r < order && s > 0n && s <= order / 2n
}

function lowered(signature: Bytes): Bytes {
  const s = bigEndian(signature.subarray(32))
  if (s <= order / 2n) return signature
  const low = (order - s).toString(16).padStart(64, '0')
  return signature.map((byte, at) => (at < 32 ? byte : Number.parseInt(low.slice(2 * at - 64, 2 * at - 62), 16)))
}

/** 32 bytes as a number, the first the greatest. */
export function bigEndian(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let number = 0n
  for (let at = 0; at < bytes.length; at += 8) number = (number << 64n) | words.getBigUint64(at)
  return number
}
