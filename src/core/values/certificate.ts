/**
 * Certificates ("Authentication": a message encrypted with key k' which says, "Key k authenticates the principal whose name is N
 * relative to me"; SPEC §14). They travel in the intents that rely on them [A1], so every copy judges by the same ones.
 */
import type { DirectoryId, Label } from '../names'
import { directoryId, label, list, Malformed, nullable, record, text, type Shape } from '../shape'
import { stampable } from './stampable'

/**
 * One statement. Of a directory: "in me, `name` is `subject`" — a key of the entry of that name, or the identifier of the
 * directory of that name, its parent's for `..`; with the name '' "key `subject` speaks for me". Of a person (`directory` null,
 * `name` ''): "key `subject` speaks for me".
 */
export interface Certificate {
  directory: DirectoryId | null
  /** Of a directory, the record of which its identifier is the hash: says who owns it. The host has checked that it is. */
  genesis: string | null
  /** The key that signs, as text: of the person, of the directory's owner, or one that speaks for it. */
  issuer: string
  name: Label
  subject: string
  /** ms since 1970: what relies on it is stamped between. */
  from: number
  until: number
  signature: string
}

/** What the issuer signs, as text in UTF-8. */
export function certificateText({ directory, genesis, issuer, name, subject, from, until }: Omit<Certificate, 'signature'>): string {
  return `namering certificate 1\n${JSON.stringify([directory, genesis, issuer, name, subject, from, until])}`
}

/** Certificates that one statement of who somebody is may rest on. */
export const MAX_CHAIN = 48
/** Chains that a server shows on a link: one for each directory in which its person has no entry. */
export const MAX_CHAINS = 32

const certificate: Shape<Certificate> = (value) => {
  const built = record<Certificate>({ directory: nullable(directoryId), genesis: nullable(text(255)), issuer: text(128), name: (each) => (each === '' ? '' : label(each)), subject: text(128), from: stampable, until: stampable, signature: text(128) })(value)
  if ((built.directory === null) !== (built.genesis === null) || (built.directory === null && built.name !== '')) throw new Malformed('not a certificate')
  return built
}
export const chainShape: Shape<Certificate[]> = list(certificate, MAX_CHAIN)
export const chainsShape: Shape<Certificate[][]> = list(chainShape, MAX_CHAINS)

/** The owner's key in a genesis record, with which a directory begins; null when the text is none. */
export function ownerIn(genesis: string): string | null {
  try {
    const record: unknown = JSON.parse(genesis)
    return Array.isArray(record) && record[0] === 'namering genesis 1' && typeof record[1] === 'string' ? record[1] : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
