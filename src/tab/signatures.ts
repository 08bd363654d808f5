/** What this browser's keys sign, and what is checked of what others have signed [A1, K2]. */
import type { DirectoryId } from '../core/names'
import { certificateText, ownerIn, type Certificate } from '../core/values/certificate'
import { signedText, type Branch, type Intent, type SignedIntent } from '../core/values/intent'
import { fromBase64url, toBase64url, toUtf8 } from '../keys/encoding'
import { directoryIdOf, sign, verify, type SigningPair } from '../keys/signing'

export const signIntent = (keys: SigningPair, intent: Intent): Promise<string> => signText(keys, signedText(intent))

export const signCertificate = (keys: SigningPair, certificate: Omit<Certificate, 'signature'>): Promise<string> => signText(keys, certificateText(certificate))

const signText = async (keys: SigningPair, text: string): Promise<string> => toBase64url(await sign(keys, toUtf8(text)))

/** The signature is the author's; and of the first change of a directory, that its identifier is the hash of its genesis, made by its owner. */
export async function verifyIntent({ intent, signature }: SignedIntent): Promise<boolean> {
  if (intent.procedure === 'newD' && !(await isGenesisOf(intent.directory, genesisIn(intent.branches), intent.author))) return false
  return verifyText(intent.author, signature, signedText(intent))
}

/** The signature is the issuer's, and a genesis is that of its directory. */
export async function verifyCertificate(certificate: Certificate): Promise<boolean> {
  const { directory, genesis, issuer, signature } = certificate
  if (directory !== null && (genesis === null || (await directoryIdOf(genesis)) !== directory)) return false
  return verifyText(issuer, signature, certificateText(certificate))
}

async function verifyText(key: string, signature: string, text: string): Promise<boolean> {
  const bytes = fromBase64url(signature)
  return bytes !== null && verify(key, bytes, toUtf8(text))
}

const isGenesisOf = async (directory: DirectoryId, genesis: string | null, author: string): Promise<boolean> => genesis !== null && ownerIn(genesis) === author && (await directoryIdOf(genesis)) === directory

function genesisIn(branches: readonly Branch[]): string | null {
  const below = (found: readonly Branch[], label: string): readonly Branch[] => {
    const deeper = found.find(([each]) => each === label)?.[2]
    return typeof deeper === 'object' ? deeper : []
  }
  return below(below(branches, '.'), 'Genesis')[0]?.[0] ?? null
}

/** How long a person's word that a server speaks for it holds, ms: it is given anew when half of that is over. */
export const CREDENTIALS_LIFE = 7 * 86_400_000

export async function speaksFor(person: SigningPair, server: string, now: number): Promise<Certificate> {
  const from = Math.floor(now) - CLOCKS_APART
  const said: Omit<Certificate, 'signature'> = { directory: null, genesis: null, issuer: person.keyText, name: '', subject: server, from, until: from + CREDENTIALS_LIFE }
  return { ...said, signature: await signCertificate(person, said) }
}

/** Others' clocks may be behind [T2]. */
const CLOCKS_APART = 600_000
