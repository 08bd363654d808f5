/**
 * Signatures of servers and people: Ed25519 by WebCrypto ("Authentication", SPEC §14), and the identifiers that are
 * hashes of what they name (SPEC §1).
 */
import type { DirectoryId, ServerId } from '../core/names'
import { type Bytes, fromBase64url, toBase32, toBase64url, toUtf8 } from './encoding'

/**
 * A key pair whose private half cannot be read, only used. It survives structured clone, so IndexedDB can keep it
 * as it is.
 */
export interface SigningPair {
  /** The public key, `ed25519:` and 43 characters of base64url. */
  readonly keyText: string
  readonly privateKey: CryptoKey
}

const prefix = 'ed25519:'
const keyLength = 32
const signatureLength = 64
/** Letters of an identifier: 100 bits of the hash. */
const identifierLength = 20

/** Rejects with the browser's own error where Ed25519 or crypto.subtle is missing; `missingPowers` tells beforehand. */
export async function newSigningPair(): Promise<SigningPair> {
  const pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { keyText: prefix + toBase64url(publicKey), privateKey: pair.privateKey }
}

/** 64 bytes. */
export async function sign(pair: SigningPair, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', pair.privateKey, bytes))
}

/** True only for a good signature; a malformed key or signature is just false. */
export async function verify(keyText: string, signature: Bytes, bytes: Bytes): Promise<boolean> {
  if (signature.length !== signatureLength) return false
  const key = await importedKey(keyText)
  return key !== null && crypto.subtle.verify('Ed25519', key, signature, bytes)
}

/** The 32 bytes of a public key; null when the text is not one. */
export function publicKeyBytes(keyText: string): Bytes | null {
  if (!keyText.startsWith(prefix)) return null
  const bytes = fromBase64url(keyText.slice(prefix.length))
  return bytes?.length === keyLength ? bytes : null
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

/** Keys lately imported, oldest first: importing costs more than verifying. Bounded, since strangers choose keys. */
const imported = new Map<string, Promise<CryptoKey | null>>()
const importedLimit = 1000

function importedKey(keyText: string): Promise<CryptoKey | null> {
  const known = imported.get(keyText)
  if (known !== undefined) return known
  const bytes = publicKeyBytes(keyText)
  if (bytes === null) return Promise.resolve(null)
  const key = crypto.subtle.importKey('raw', bytes, 'Ed25519', true, ['verify']).catch(() => null)
  imported.set(keyText, key)
  if (imported.size > importedLimit) {
    for (const oldest of imported.keys()) {
      imported.delete(oldest)
      break
    }
  }
  return key
}
