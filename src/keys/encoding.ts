/**
 * Bytes as text: base64url for keys, signatures and sealed notes, base32 for identifiers (RFC 4648, §5 and §6, both
 * without padding), UTF-8 for everything people read.
 */

/** Bytes over memory of their own, which is what WebCrypto asks for. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function toUtf8(text: string): Bytes {
  return encoder.encode(text)
}

/** Null when the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string | null {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return null
  }
}

/** How many bytes at a time become arguments of one call; engines bound the number of arguments. */
const slice = 8192

export function toBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += slice) binary += String.fromCharCode(...bytes.subarray(at, at + slice))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Null unless the text is exactly what `toBase64url` writes: one text for one sequence of bytes. */
export function fromBase64url(text: string): Bytes | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return toBase64url(bytes.subarray(bytes.length - (bytes.length % 3))) === lastGroup(text) ? bytes : null
}

/** The incomplete group at the end, the only place where two texts could mean the same bytes. */
function lastGroup(text: string): string {
  return text.slice(text.length - (text.length % 4))
}

const base32Letters = 'abcdefghijklmnopqrstuvwxyz234567'

/** The first `letters` letters of the base32 text; each letter is five bits. */
export function toBase32(bytes: Uint8Array, letters: number): string {
  let text = ''
  for (let letter = 0; letter < letters; letter++) {
    const bit = letter * 5
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    text += base32Letters[(pair >> (11 - (bit & 7))) & 31]
  }
  return text
}

/** Random bytes from the browser's own source. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

/** Text that nobody can guess and nobody has used: 16 random bytes as base64url. */
export function randomText(): string {
  return toBase64url(randomBytes(16))
}
