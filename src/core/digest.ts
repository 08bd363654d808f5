/**
 * SHA-256: whoever picks what is hashed finds no two texts of one digest, so what members compare by it is the same. Synchronous and
 * pure, as the core is.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** Characters of a digest. */
export const DIGEST_LENGTH = 64

/** In hex, of a text in UTF-8. */
export const digestOfText = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))
