/**
 * Ed25519 (RFC 8032). Verifiers disagree about what an honest signer never makes: keys and R of small order or in a
 * second encoding, S that is too great, the equation with or without cofactor. An update that one copy accepts and
 * another refuses would part a directory, so all that is refused here, before the browser is asked [K2]. A browser that
 * then still answers the known cases otherwise, or does not know Ed25519, is not asked at all: the curve of @noble/curves is.
 */
import { disagreements } from './disagreements'
import type { Bytes } from './encoding'
import type { KeyKind, Verifier } from './keyKind'

const algorithm = 'Ed25519'

export const ed25519: KeyKind = {
  prefix: 'ed25519:',
  isKey: isSoundPoint,
  generate: () => crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']),
  sign: async (privateKey, message) => new Uint8Array(await crypto.subtle.sign(algorithm, privateKey, message)),
  async verifier(key) {
    browserAgrees ??= agreesOnAll(browserVerifier)
    return (await browserAgrees) ? browserVerifier(key) : libraryVerifier(key)
  },
}

/** Found out when it is first asked. */
let browserAgrees: Promise<boolean> | null = null

/** Whether a verifier says of the known cases what everybody is to say. */
async function agreesOnAll(verifierOf: (key: Bytes) => Promise<Verifier>): Promise<boolean> {
  const answers = await Promise.all(
    disagreements.map(async ({ key, signature, message, isGood }) => !isSoundPoint(key) || (await (await verifierOf(key))(signature, message)) === isGood),
  )
  return answers.every(Boolean)
}

const p = 2n ** 255n - 19n
const order = 2n ** 252n + 27742317777372353535851937790883648493n
const signBit = 1n << 255n
/** The y of the points whose order divides 8: all that have these are of small order, and no others. */
const y8 = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
const smallOrder = new Set([0n, 1n, p - 1n, y8, p - y8])

/** 32 or 64 bytes as a number, the first the least. */
export function littleEndian(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let number = 0n
  for (let at = bytes.length - 8; at >= 0; at -= 8) number = (number << 64n) | words.getBigUint64(at, true)
  return number
}

/** Whether bytes can be a point that verifiers agree about: 32, in its one encoding, and not of small order. */
export function isSoundPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  const y = littleEndian(bytes) & (signBit - 1n)
  return y < p && !smallOrder.has(y)
}

/** Whether 32 bytes are a number below the order of the base point. */
const isScalar = (bytes: Uint8Array): boolean => littleEndian(bytes) < order

const isSoundSignature = (signature: Bytes): boolean => isSoundPoint(signature.subarray(0, 32)) && isScalar(signature.subarray(32))

/** By WebCrypto. A key that the browser cannot take verifies nothing. */
export async function browserVerifier(key: Bytes): Promise<Verifier> {
  const imported = await crypto.subtle.importKey('raw', key, algorithm, true, ['verify']).catch(() => null)
  return async (signature, message) => imported !== null && isSoundSignature(signature) && crypto.subtle.verify(algorithm, imported, signature, message)
}

/** By the library, some ten times as slow: R = [S]B − [h]A, the equation without cofactor, as browsers have it. */
export async function libraryVerifier(key: Bytes): Promise<Verifier> {
  const { ed25519: library } = await import('@noble/curves/ed25519.js')
  const { Point } = library
  const point = decoded(() => Point.fromBytes(key))
  return async (signature, message) => {
    if (point === null || !isSoundSignature(signature)) return false
    const hashed = Uint8Array.of(...signature.subarray(0, 32), ...key, ...message)
    const h = littleEndian(new Uint8Array(await crypto.subtle.digest('SHA-512', hashed))) % order
    const expected = Point.BASE.multiplyUnsafe(littleEndian(signature.subarray(32))).subtract(point.multiplyUnsafe(h))
    return expected.toBytes().every((byte, at) => byte === signature[at])
  }
}

/** Null where the bytes are no point. */
function decoded<T>(decode: () => T): T | null {
  try {
    return decode()
  } catch {
    return null
  }
}
