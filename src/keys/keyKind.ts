import type { Bytes } from './encoding'

/** Tells whether these 64 bytes are a signature of a message by one key. */
export type Verifier = (signature: Bytes, message: Bytes) => Promise<boolean>

/** One kind of key that servers and people sign with. */
export interface KeyKind {
  /** What its texts begin with. */
  readonly prefix: string
  /** Whether these bytes are a public key that all verifiers agree about: each key has one sequence of bytes [K1]. */
  isKey(bytes: Bytes): boolean
  /** A new pair whose private half cannot be read; rejects where the browser does not know the kind. */
  generate(): Promise<CryptoKeyPair>
  /** 64 bytes. */
  sign(privateKey: CryptoKey, message: Bytes): Promise<Bytes>
  /** Of a key for which `isKey` is true. It says the same in every browser [K2]. */
  verifier(key: Bytes): Promise<Verifier>
}
