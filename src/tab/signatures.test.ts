import { beforeAll, describe, expect, it } from 'vitest'
import { principalOf } from '../core/auth/authentication'
import { formatPrincipal } from '../core/auth/principal'
import type { DirectoryId, Label } from '../core/names'
import { timestamp } from '../core/timestamp'
import type { Certificate } from '../core/values/certificate'
import { applySet, INTENT_LIFE, type Branch, type Intent } from '../core/values/intent'
import { emptyTree, type ValueTree } from '../core/values/valueTree'
import { ed25519 } from '../keys/ed25519'
import { fromBase64url, toBase64url } from '../keys/encoding'
import type { KeyKind } from '../keys/keyKind'
import { bigEndian, order, p256 } from '../keys/p256'
import { directoryIdOf, type SigningPair } from '../keys/signing'
import { copyNumber } from '../trials/identifiers'
import { signCertificate, signIntent, speaksFor, verifyCertificate, verifyIntent } from './signatures'

async function newPair(kind: KeyKind): Promise<SigningPair> {
  const { publicKey, privateKey } = await kind.generate()
  return { keyText: kind.prefix + toBase64url(new Uint8Array(await crypto.subtle.exportKey('raw', publicKey))), privateKey }
}

/** A directory whose identifier is the hash of its genesis. */
interface Owned {
  di: DirectoryId
  genesis: string
  owner: SigningPair
}

async function newDirectory(kind: KeyKind, name: string): Promise<Owned> {
  const owner = await newPair(kind)
  const genesis = JSON.stringify(['namering genesis 1', owner.keyText, name, 1])
  return { di: await directoryIdOf(genesis), genesis, owner }
}

const NOW = 1_735_689_600_000
const MINUTE = 60_000

/** ANSI above DEC and IBM; SRC below DEC, TJW below IBM; owners with keys of both kinds. */
let ansi: Owned
let dec: Owned
let src: Owned
let ibm: Owned
let tjw: Owned
let cho: SigningPair
let mallory: SigningPair
let malloryOnP256: SigningPair
let server: SigningPair
beforeAll(async () => {
  ;[ansi, dec, src, ibm, tjw] = await Promise.all([newDirectory(ed25519, 'ANSI'), newDirectory(p256, 'DEC'), newDirectory(ed25519, 'SRC'), newDirectory(p256, 'IBM'), newDirectory(ed25519, 'TJW')])
  ;[cho, mallory, malloryOnP256, server] = await Promise.all([newPair(p256), newPair(ed25519), newPair(p256), newPair(ed25519)])
})

interface Times {
  from?: number
  until?: number
}
type Said = Omit<Certificate, 'signature'>

const statement = ({ di, genesis, owner }: Owned, name: Label, subject: string, issuer = owner.keyText, { from = NOW - MINUTE, until = NOW + MINUTE }: Times = {}): Said => ({ directory: di, genesis, issuer, name, subject, from, until })

/** What a directory says, signed by its owner or whoever signs for it. */
async function says(directory: Owned, name: Label, subject: string, times?: Times, signer = directory.owner): Promise<Certificate> {
  const said = statement(directory, name, subject, signer.keyText, times)
  return { ...said, signature: await signCertificate(signer, said) }
}

/** What somebody sends who has no key to sign it with, and signs with another. */
const forges = async (said: Said, signer: SigningPair): Promise<Certificate> => ({ ...said, signature: await signCertificate(signer, said) })

function srcTree(): ValueTree {
  const tree = emptyTree()
  const branches: Branch[] = [['.', null, [['BR', null, [[dec.di, null, [['SRC', null, true]]]]], ['Genesis', null, [[src.genesis, null, true]]]]]]
  applySet(tree, { ...newD(src, branches), signature: '', ts: timestamp(1000, copyNumber(1)) })
  return tree
}

const newD = ({ di, owner }: Owned, branches: readonly Branch[]): { intent: Intent } => ({ intent: { directory: di, author: owner.keyText, nonce: 'a'.repeat(26), from: NOW, until: NOW + INTENT_LIFE, procedure: 'newD', branches } })

/** Who a key is at SRC by a chain that came from elsewhere: nothing is looked at of what has a false signature [A1]. */
async function whoIs(key: string, chain: readonly Certificate[], time = NOW): Promise<string[] | 'a signature is false'> {
  const isTrue = await Promise.all(chain.map(verifyCertificate))
  if (!isTrue.every(Boolean)) return 'a signature is false'
  return principalOf(srcTree(), src.di, key, chain, timestamp(time * 1000, copyNumber(1))).names.map(formatPrincipal)
}
const wayToCho = (): Promise<Certificate[]> => Promise.all([says(dec, '..', ansi.di), says(ansi, 'IBM', ibm.di), says(ibm, 'TJW', tjw.di), says(tjw, 'Cho', cho.keyText)])

describe('certificates with real signatures', () => {
  it('[X2] [X3] a chain of both kinds of keys is who it says', async () => {
    expect(await whoIs(cho.keyText, await wayToCho())).toEqual(['../../IBM/TJW/Cho'])
    expect(await whoIs(server.keyText, [...(await wayToCho()), await speaksFor(cho, server.keyText, NOW)])).toEqual(['../../IBM/TJW/Cho'])
  })

  it('[X2] nothing of a certificate can be changed under its signature', async () => {
    const signed = await says(dec, 'Cho', cho.keyText)
    expect(await verifyCertificate(signed)).toBe(true)
    const changes: Partial<Certificate>[] = [
      { directory: ibm.di, genesis: ibm.genesis },
      { directory: ibm.di },
      { genesis: ibm.genesis },
      { genesis: null },
      { directory: null, genesis: null },
      { genesis: JSON.stringify(['namering genesis 1', mallory.keyText, 'DEC', 1]) },
      { issuer: mallory.keyText },
      { name: 'Boss' },
      { name: '' },
      { subject: mallory.keyText },
      { from: 0 },
      { until: NOW + 1000 * MINUTE },
      { signature: '' },
      { signature: `${signed.signature}=` },
      { signature: (await says(dec, 'Boss', cho.keyText)).signature },
    ]
    for (const change of changes) expect(await verifyCertificate({ ...signed, ...change }), JSON.stringify(change)).toBe(false)
  })

  it('[X2] who has no key that speaks for a directory cannot speak for it, whatever is claimed', async () => {
    const as = (issuer: string): Said => statement(dec, 'Boss', mallory.keyText, issuer)
    // In the owner's name with another signature; in the own name; under a genesis that makes Mallory the owner.
    expect(await whoIs(mallory.keyText, [await forges(as(dec.owner.keyText), mallory)])).toBe('a signature is false')
    expect(await whoIs(mallory.keyText, [await forges(as(dec.owner.keyText), malloryOnP256)])).toBe('a signature is false')
    expect(await whoIs(mallory.keyText, [await forges(as(mallory.keyText), mallory)])).toEqual([])
    const usurped = { ...as(mallory.keyText), genesis: JSON.stringify(['namering genesis 1', mallory.keyText, 'DEC', 1]) }
    expect(await whoIs(mallory.keyText, [await forges(usurped, mallory)])).toBe('a signature is false')
    const another = await newDirectory(ed25519, 'DEC')
    expect(await whoIs(mallory.keyText, [await says(another, 'Boss', mallory.keyText)])).toEqual([])
  })

  it('[K2] [X2] a signature of one kind is none of the other, and neither is a key', async () => {
    for (const [pair, other] of [[cho, mallory], [mallory, cho]] as const) {
      const said: Said = { directory: null, genesis: null, issuer: pair.keyText, name: '', subject: server.keyText, from: NOW, until: NOW + MINUTE }
      expect(await verifyCertificate(await forges(said, pair))).toBe(true)
      expect(await verifyCertificate(await forges(said, other))).toBe(false)
      // The same bytes under the other prefix, with the own signature or the other's.
      const [, bytes] = pair.keyText.split(':')
      const [prefix] = other.keyText.split(':')
      const renamed = { ...said, issuer: `${prefix}:${bytes}` }
      for (const signer of [pair, other]) expect(await verifyCertificate(await forges(renamed, signer))).toBe(false)
    }
  })

  it('[X2] [A1] what was signed as an intent is no certificate, and the reverse', async () => {
    const { intent } = newD(dec, [['Boss', null, true]])
    const said = statement(dec, 'Boss', mallory.keyText)
    const doUpdates: Intent = { ...intent, procedure: 'doUpdates' }
    expect(await verifyCertificate({ ...said, signature: await signIntent(dec.owner, doUpdates) })).toBe(false)
    expect(await verifyIntent({ intent: doUpdates, signature: await signCertificate(dec.owner, said) })).toBe(false)
    expect(await verifyIntent({ intent: doUpdates, signature: await signIntent(dec.owner, doUpdates) })).toBe(true)
  })

  it('[X2] what is truly signed and breaks a rule names nobody: expired, turned back, a circle, a wrong parent', async () => {
    const cases: Record<string, Certificate[]> = {
      'expired': [await says(dec, 'Cho', cho.keyText, { until: NOW - 1 })],
      'not valid yet': [await says(dec, 'Cho', cho.keyText, { from: NOW + 1 })],
      'one of many expired': [...(await wayToCho()).slice(0, 3), await says(tjw, 'Cho', cho.keyText, { until: NOW - 1 })],
      'up again after going down': [await says(dec, '..', ansi.di), await says(ansi, 'IBM', ibm.di), await says(ibm, '..', ansi.di), await says(ansi, 'Cho', cho.keyText)],
      'back into the branch just left': [await says(dec, '..', ansi.di), await says(ansi, 'DEC', dec.di), await says(dec, 'Cho', cho.keyText)],
      'back to the one that judges': [await says(dec, 'SRC', src.di), await says(src, 'Cho', cho.keyText)],
      'a circle': [await says(dec, '..', ansi.di), await says(ansi, 'IBM', ibm.di), await says(ibm, 'X', ansi.di), await says(ansi, 'Cho', cho.keyText)],
      'a wrong parent in ..': [await says(dec, '..', ibm.di), await says(ansi, 'Cho', cho.keyText)],
      'a .. of a directory that is not the parent': [await says(ibm, '..', ansi.di), await says(ansi, 'Cho', cho.keyText)],
      'a key as parent': [await says(dec, '..', cho.keyText)],
      'a .. by the owner of the parent': [await forges(statement(dec, '..', ansi.di, ansi.owner.keyText), ansi.owner), await says(ansi, 'Cho', cho.keyText)],
      'a link is missing': [await says(dec, '..', ansi.di), await says(tjw, 'Cho', cho.keyText)],
      'turned round': (await wayToCho()).toReversed(),
      'a word of somebody else for the key': [await says(dec, 'Boss', mallory.keyText), await speaksFor(malloryOnP256, cho.keyText, NOW)],
    }
    for (const [what, chain] of Object.entries(cases)) expect(await whoIs(cho.keyText, chain), what).toEqual([])
  })

  it('[X2] [X3] an older and wider certificate says what it said until its end, and is not stretched by a newer one', async () => {
    const speaker = mallory
    const older = await says(dec, '', speaker.keyText, { from: NOW - 10 * MINUTE, until: NOW - MINUTE })
    const newer = await says(dec, 'Cho', speaker.keyText)
    const boss = await says(dec, 'Boss', speaker.keyText, {}, speaker)
    // While it held, it let speak; afterwards only the narrower one is left, which makes an entry of it and no speaker.
    expect(await whoIs(speaker.keyText, [older, await says(dec, 'Boss', speaker.keyText, { from: NOW - 9 * MINUTE }, speaker)], NOW - 2 * MINUTE)).toEqual(['../Boss'])
    expect(await whoIs(speaker.keyText, [older, boss])).toEqual([])
    expect(await whoIs(speaker.keyText, [newer])).toEqual(['../Cho'])
    expect(await whoIs(speaker.keyText, [newer, boss])).toEqual([])
    const { from, until, signature } = newer
    for (const stretched of [{ ...older, until }, { ...older, from, until }, { ...older, from, until, signature }, { ...newer, name: '' }]) expect(await whoIs(speaker.keyText, [stretched, boss])).toBe('a signature is false')
  })
})

describe('intents with real signatures', () => {
  it('[A1] nothing of an intent can be changed under its signature, and nobody signs as another', async () => {
    const intent: Intent = { ...newD(dec, [['Phone', null, true]]).intent, procedure: 'doUpdates', chain: await wayToCho() }
    const signature = await signIntent(dec.owner, intent)
    expect(await verifyIntent({ intent, signature })).toBe(true)
    const { chain: _, ...unchained } = intent
    const changed: Intent[] = [
      { ...intent, directory: ibm.di },
      { ...intent, author: mallory.keyText },
      { ...intent, nonce: 'b'.repeat(26) },
      { ...intent, from: 0 },
      { ...intent, until: intent.until + 1 },
      { ...intent, procedure: 'setAccess' },
      { ...intent, branches: [['Phone', null, false]] },
      { ...intent, chain: [] },
      { ...intent, chain: intent.chain!.toReversed() },
      unchained,
    ]
    for (const each of changed) expect(await verifyIntent({ intent: each, signature }), JSON.stringify(each).slice(0, 300)).toBe(false)
    for (const signer of [mallory, malloryOnP256]) expect(await verifyIntent({ intent, signature: await signIntent(signer, intent) })).toBe(false)
  })

  it('[K2] a second signature under P-256 that is made of the first counts no more than a false one', async () => {
    const intent: Intent = { ...newD(dec, [['Phone', null, true]]).intent, procedure: 'doUpdates' }
    const bytes = fromBase64url(await signIntent(dec.owner, intent))!
    const s = bigEndian(bytes.subarray(32))
    const high = Buffer.concat([bytes.subarray(0, 32), Buffer.from((order - s).toString(16).padStart(64, '0'), 'hex')])
    expect(await verifyIntent({ intent, signature: toBase64url(new Uint8Array(high)) })).toBe(false)
  })

  it('[A1] a directory is begun by its owner only, with the genesis of which its identifier is the hash', async () => {
    const begins = (genesis: string): Branch[] => [['.', null, [['Genesis', null, [[genesis, null, true]]]]]]
    const verdict = async (owned: Owned, branches: readonly Branch[], signer = owned.owner): Promise<boolean> => {
      const intent = { ...newD(owned, branches).intent, author: signer.keyText }
      return verifyIntent({ intent, signature: await signIntent(signer, intent) })
    }
    expect(await verdict(dec, begins(dec.genesis))).toBe(true)
    expect(await verdict(dec, begins(dec.genesis), mallory)).toBe(false)
    expect(await verdict(dec, begins(JSON.stringify(['namering genesis 1', mallory.keyText, 'DEC', 1])), mallory)).toBe(false)
    expect(await verdict(dec, begins(ibm.genesis))).toBe(false)
    expect(await verdict(dec, [['Phone', null, true]])).toBe(false)
  })
})
