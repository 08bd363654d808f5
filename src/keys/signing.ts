/**
 * Signatures of servers and people by WebCrypto ("Authentication", SPEC §14), and the identifiers that are hashes of what
 * they name (SPEC §1). There are two kinds of keys: Ed25519, and ECDSA on P-256 for browsers that lack it; everybody
 * verifies both.
 */
import type { DirectoryId, ServerId } from '../core/names'
import { ed25519 } from './ed25519'
import { type Bytes, fromBase64url, toBase32, toBase64url, toUtf8 } from './encoding'
import type { KeyKind, Verifier } from './keyKind'
import { p256 } from './p256'

/**
 * A key pair whose private half cannot be read, only used. It survives structured clone, so IndexedDB can keep it
 * as it is.
 */
export interface SigningPair {
  /** The public key: `ed25519:` and 43 characters of base64url, or `p256:` and 87. */
  readonly keyText: string
  readonly privateKey: CryptoKey
}

const kinds = [ed25519, p256] as const
const signatureLength = 64
/** Letters of an identifier: 100 bits of the hash. */
const identifierLength = 20

/** Of the first kind that the browser knows. Rejects with its own error where crypto.subtle is missing; `missingPowers` tells beforehand. */
export async function newSigningPair(): Promise<SigningPair> {
  const made = (kind: KeyKind) => kind.generate().then((pair) => ({ kind, pair }))
  const { kind, pair } = await made(ed25519).catch(() => made(p256))
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { keyText: kind.prefix + toBase64url(publicKey), privateKey: pair.privateKey }
}

/** 64 bytes. */
export function sign({ keyText, privateKey }: SigningPair, bytes: Bytes): Promise<Bytes> {
  const kind = kinds.find(({ prefix }) => keyText.startsWith(prefix))
  if (kind === undefined) throw new Error('a pair was made whose kind is not known')
  return kind.sign(privateKey, bytes)
}

/** True only for a good signature; a malformed key or signature is just false. The same everywhere [K2]. */
export async function verify(keyText: string, signature: Bytes, bytes: Bytes): Promise<boolean> {
  if (signature.length !== signatureLength) return false
  const verifier = await verifierOf(keyText)
  return verifier !== null && verifier(signature, bytes)
}

interface PublicKey {
  kind: KeyKind
  bytes: Bytes
}

/** Null when the text is no key, or one that verifiers disagree about [K1, K2]. */
function publicKeyOf(keyText: string): PublicKey | null {
  const kind = kinds.find(({ prefix }) => keyText.startsWith(prefix))
  const bytes = kind === undefined ? null : fromBase64url(keyText.slice(kind.prefix.length))
  return kind !== undefined && bytes !== null && kind.isKey(bytes) ? { kind, bytes } : null
}

/** The bytes of a public key; null when the text is not one. */
export function publicKeyBytes(keyText: string): Bytes | null {
  return publicKeyOf(keyText)?.bytes ?? null
}

/** SI of the server that signs with this key; null when the text is not a key. */
export async function serverIdOf(keyText: string): Promise<ServerId | null> {
  const bytes = publicKeyBytes(keyText)
  return bytes === null ? null : ((await identifierOf(bytes)) as ServerId)
}

/** DI of the directory that begins with this genesis record. */
export async function directoryIdOf(genesis: string): Promise<DirectoryId> {
  return (await identifierOf(toUtf8(genesis))) as DirectoryId
}

async function identifierOf(bytes: Bytes): Promise<string> {
  return toBase32(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), identifierLength)
}

/** Verifiers of keys lately seen, oldest first: importing costs more than verifying. Bounded, since strangers choose keys. */
const verifiers = new Map<string, Promise<Verifier>>()
const verifiersLimit = 1000

async function verifierOf(keyText: string): Promise<Verifier | null> {
  const known = verifiers.get(keyText)
  if (known !== undefined) return known
  const key = publicKeyOf(keyText)
  if (key === null) return null
  const verifier = key.kind.verifier(key.bytes)
  verifiers.set(keyText, verifier)
  if (verifiers.size > verifiersLimit) {
    for (const oldest of verifiers.keys()) {
      verifiers.delete(oldest)
      break
    }
  }
  return verifier
}
