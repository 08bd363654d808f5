/**
 * Ed25519 (RFC 8032). Verifiers disagree about what an honest signer never makes: keys and R of small order or in a
 * second encoding, S that is too great, the equation with or without cofactor. An update that one copy accepts and
 * another refuses would part a directory, so all that is refused here, before the browser is asked [K2]. A browser that
 * then still answers the known cases otherwise, or does not know Ed25519, is not asked at all.
 */
import { disagreements } from './disagreements'
import { holdsFor, isScalar, isSoundPoint } from './edwards'
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
    return (await browserAgrees) ? browserVerifier(key) : plainVerifier(key)
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

const isSoundSignature = (signature: Bytes): boolean => isSoundPoint(signature.subarray(0, 32)) && isScalar(signature.subarray(32))

/** By WebCrypto. A key that the browser cannot take verifies nothing. */
export async function browserVerifier(key: Bytes): Promise<Verifier> {
  const imported = await crypto.subtle.importKey('raw', key, algorithm, true, ['verify']).catch(() => null)
  return async (signature, message) => imported !== null && isSoundSignature(signature) && crypto.subtle.verify(algorithm, imported, signature, message)
}

/** By arithmetic, some ten times as slow. */
export async function plainVerifier(key: Bytes): Promise<Verifier> {
  return async (signature, message) => {
    if (!isSoundSignature(signature)) return false
    const hashed = new Uint8Array(64 + message.length)
    hashed.set(signature.subarray(0, 32))
    hashed.set(key, 32)
    hashed.set(message, 64)
    return holdsFor(key, signature, new Uint8Array(await crypto.subtle.digest('SHA-512', hashed)))
  }
}
