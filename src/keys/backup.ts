/**
 * Who somebody is, as a small file: the private half of a recovery key, encrypted with a passphrase. PBKDF2 with SHA-256 makes
 * each guess slow, AES-GCM refuses what was changed; the digest only tells a damaged file from a wrong passphrase.
 */
import { type Bytes, fromBase64url, fromUtf8, randomBytes, toBase32, toBase64url, toUtf8 } from './encoding'
import { openPortableKey, type PortableKey } from './portable'
import type { SigningPair } from './signing'

/** What is encrypted in a backup: the key's private half, and where it is known by which name. */
export interface Recovery extends PortableKey {
  readonly room: string
  /** The name of the entry, from its directory's identifier. */
  readonly entry: string
}

export interface Recovered {
  readonly pair: SigningPair
  readonly room: string
  readonly entry: string
}

/** Why a file does not make this browser that person. */
export type BackupFault = 'notOne' | 'version' | 'damaged' | 'passphrase'

const TYPE = 'namering backup'
const VERSION = 1
/** OWASP's count for PBKDF2 with SHA-256, 2023. A file that asks for less was not made here; one that asks for far more would stop the page. */
const ITERATIONS = 600_000
const MOST_ITERATIONS = 10_000_000

interface BackupFile {
  type: typeof TYPE
  version: number
  /** ISO time, for people. */
  made: string
  iterations: number
  salt: string
  iv: string
  sealed: string
  digest: string
}

/** Lines of JSON, as the file has them. */
export async function sealBackup(recovery: Recovery, passphrase: string, now: number): Promise<string> {
  const [salt, iv] = [randomBytes(16), randomBytes(12)]
  const head = { type: TYPE, version: VERSION, made: new Date(now).toISOString(), iterations: ITERATIONS, salt: toBase64url(salt), iv: toBase64url(iv) } as const
  const key = await keyFrom(passphrase, salt, ITERATIONS, 'encrypt')
  const sealed = toBase64url(new Uint8Array(await crypto.subtle.encrypt(aes(iv, head), key, toUtf8(JSON.stringify(recovery)))))
  return JSON.stringify({ ...head, sealed, digest: await digestOf({ ...head, sealed }) } satisfies BackupFile, null, 2)
}

/** The key that is in a backup, not to be read any more; or why there is none. */
export async function openBackup(text: string, passphrase: string): Promise<Recovered | BackupFault> {
  const file = parsed(text)
  if (typeof file === 'string') return file
  const { salt, iv, sealed } = { salt: fromBase64url(file.salt), iv: fromBase64url(file.iv), sealed: fromBase64url(file.sealed) }
  if (salt === null || iv === null || sealed === null || file.digest !== (await digestOf(file))) return 'damaged'
  const opened = await decrypted(file, await keyFrom(passphrase, salt, file.iterations, 'decrypt'), iv, sealed)
  if (opened === null) return 'passphrase'
  const recovery = recoveryIn(opened)
  const pair = recovery === null ? null : await openPortableKey(recovery)
  return recovery === null || pair === null ? 'damaged' : { pair, room: recovery.room, entry: recovery.entry }
}

function parsed(text: string): BackupFile | BackupFault {
  const file = objectIn<BackupFile>(text)
  if (file === null) return text.includes(TYPE) ? 'damaged' : 'notOne'
  if (file.type !== TYPE) return 'notOne'
  if (file.version !== VERSION) return 'version'
  const areTexts = [file.made, file.salt, file.iv, file.sealed, file.digest].every((each) => typeof each === 'string')
  const { iterations } = file
  const isBound = typeof iterations === 'number' && Number.isInteger(iterations) && iterations >= ITERATIONS && iterations <= MOST_ITERATIONS
  return areTexts && isBound ? (file as BackupFile) : 'damaged'
}

function objectIn<T>(text: string): Partial<Record<keyof T, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** Who knows a passphrase may have written anything. */
function recoveryIn(text: string): Recovery | null {
  const recovery = objectIn<Recovery>(text)
  return recovery !== null && [recovery.key, recovery.secret, recovery.room, recovery.entry].every((each) => typeof each === 'string') ? (recovery as Recovery) : null
}

const headText = ({ type, version, made, iterations, salt, iv }: Omit<BackupFile, 'sealed' | 'digest'>): string => JSON.stringify([type, version, made, iterations, salt, iv])

const aes = (iv: Bytes, head: Omit<BackupFile, 'sealed' | 'digest'>): AesGcmParams => ({ name: 'AES-GCM', iv, additionalData: toUtf8(headText(head)) })

const digestOf = async (file: Omit<BackupFile, 'digest'>): Promise<string> => toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(headText(file) + file.sealed))))

async function keyFrom(passphrase: string, salt: Bytes, iterations: number, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', toUtf8(normal(passphrase)), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, base, { name: 'AES-GCM', length: 256 }, false, [use])
}

/** Keyboards write the same letters in different ways, and people add spaces at the ends. */
const normal = (passphrase: string): string => passphrase.normalize('NFKC').trim()

async function decrypted(file: BackupFile, key: CryptoKey, iv: Bytes, sealed: Bytes): Promise<string | null> {
  try {
    return fromUtf8(new Uint8Array(await crypto.subtle.decrypt(aes(iv, file), key, sealed)))
  } catch (error) {
    if (error instanceof DOMException) return null
    throw error
  }
}

const LONG_ENOUGH = 14
const MANY_LETTERS = 8

/** Why a passphrase could be guessed by who has the file, in words; null when nothing tells so. */
export function weaknessOf(passphrase: string): string | null {
  const text = normal(passphrase)
  if (text === '') return 'it is empty'
  if (/^\d+$/.test(text)) return 'it has digits only'
  if (text.length < LONG_ENOUGH) return `it has ${text.length} characters, and ${LONG_ENOUGH} are the least that resist guessing for long`
  if (new Set(text.toLowerCase()).size < MANY_LETTERS) return 'few different characters are in it'
  return null
}

/** One that nobody guesses: 100 random bits in five groups. */
export const newPassphrase = (): string => toBase32(randomBytes(13), 20).replace(/.{4}(?=.)/g, '$&-')
