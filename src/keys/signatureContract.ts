/**
 * What signatures must be in every browser, as a list of cases that any test runner can run: in Node and in the browsers
 * of the end-to-end tests [K1, K2]. A case throws when the contract is broken.
 */
import { ed25519 as library } from '@noble/curves/ed25519.js'
import { disagreements, fromHex } from './disagreements'
import { browserVerifier, isSoundPoint, libraryVerifier, littleEndian } from './ed25519'
import { type Bytes, randomBytes, toBase64url, toUtf8 } from './encoding'
import { bigEndian, order as orderOfP256, p256 } from './p256'
import { publicKeyBytes, verify } from './signing'

const { Point } = library
type Point = InstanceType<typeof Point>
const order = Point.Fn.ORDER

export interface SignatureCase {
  title: string
  run(): Promise<void>
}

export const signatureContract: SignatureCase[] = [
  {
    title: 'of each signature that verifiers disagree about one thing is said, by whichever way it is verified',
    async run() {
      for (const { what, key, signature, message, isGood } of disagreements) {
        demand((await verify(ed25519Text(key), signature, message)) === isGood, what)
        if (!isSoundPoint(key)) continue
        for (const verifierOf of [browserVerifier, libraryVerifier]) demand((await (await verifierOf(key))(signature, message)) === isGood, `${what}, by ${verifierOf.name}`)
      }
    },
  },
  {
    title: 'no point of small order is a key, in none of its encodings',
    async run() {
      const all = smallPoints()
      demand(new Set(all.map((point) => encoded(point).join())).size === 8, 'there are eight of them')
      for (const point of all) {
        for (const encoding of encodingsOf(point)) demand(publicKeyBytes(ed25519Text(encoding)) === null, `refused: ${encoding.join()}`)
      }
    },
  },
  {
    title: 'a point in a second encoding is no key',
    async run() {
      for (let y = 2n ** 255n - 19n; y < 2n ** 255n; y++) {
        for (const sign of [0n, 1n]) demand(publicKeyBytes(ed25519Text(bytesOf(y + (sign << 255n)))) === null, `refused: y = ${y}`)
      }
    },
  },
  {
    title: 'Ed25519 as in RFC 8032 §7.1',
    async run() {
      for (const [key, signature, message] of examplesOfEd25519.map((row) => row.map(fromHex))) {
        for (const verifierOf of [browserVerifier, libraryVerifier]) demand(await (await verifierOf(key!))(signature!, message!), 'an example is good')
        demand(await verify(ed25519Text(key!), signature!, message!), 'an example is good')
      }
    },
  },
  {
    title: 'browser and library say the same of signatures that were changed in any place',
    async run() {
      const { key, signer } = madeKey(Point.ZERO)
      const message = randomBytes(40)
      const signature = await signer(message, Point.ZERO)
      demand(await sameOfAll(key, signature, message), 'a signature is good')
      for (let bit = 0; bit < 512; bit += 7) demand(!(await sameOfAll(key, flipped(signature, bit), message)), `changed in bit ${bit}`)
      demand(!(await sameOfAll(key, signature, flipped(message, 3))), 'of another message')
      demand(!(await sameOfAll(key, withS(signature, littleEndian(signature.subarray(32)) + order), message)), 'S and the order')
    },
  },
  {
    title: 'a hostile signer that adds points of small order to key or R gets one answer everywhere: that of the equation without cofactor',
    async run() {
      for (const small of smallPoints().slice(1)) {
        const honest = madeKey(Point.ZERO)
        const message = randomBytes(40)
        demand(!(await sameOfAll(honest.key, await honest.signer(message, small), message)), 'R with a point of small order added')
        const mixed = madeKey(small)
        for (let number = 0; number < 6; number++) await sameOfAll(mixed.key, await mixed.signer(toUtf8(String(number)), Point.ZERO), toUtf8(String(number)))
      }
    },
  },
  {
    title: 'a key of P-256 has one text: the uncompressed point, on the curve, its coordinates below the prime',
    async run() {
      const key = fromHex(exampleOfP256.key)
      demand(publicKeyBytes(p256Text(key)) !== null, 'the point is a key')
      const compressed = Uint8Array.of(2 + (key[64]! & 1), ...key.subarray(1, 33))
      const hybrid = Uint8Array.of(6 + (key[64]! & 1), ...key.subarray(1))
      const refused: [string, Bytes][] = [
        ['compressed', compressed],
        ['hybrid', hybrid],
        ['beside the curve', flipped(key, 8 * 64)],
        ['at infinity', Uint8Array.of(0)],
        ['without its last byte', key.slice(0, 64)],
        ['x and the prime', fromHex(secondX)],
      ]
      for (const [what, bytes] of refused) demand(publicKeyBytes(p256Text(bytes)) === null, what)
      demand(publicKeyBytes(`${p256Text(key)}=`) === null && publicKeyBytes(ed25519Text(key)) === null, 'another text, another kind')
    },
  },
  {
    title: 'of the two signatures that ECDSA has for everything only the lower counts, and that is the one which is made',
    async run() {
      const { key, message, r, s } = exampleOfP256
      const signature = (to: bigint): Bytes => fromHex(r + hexOf(to))
      const high = BigInt(`0x${s}`)
      demand(!(await verify(p256Text(fromHex(key)), signature(high), toUtf8(message))), 'the higher one of RFC 6979 §A.2.5')
      demand(await verify(p256Text(fromHex(key)), signature(orderOfP256 - high), toUtf8(message)), 'the lower one')
      for (const none of [0n, orderOfP256, 2n * orderOfP256 - high]) demand(!(await verify(p256Text(fromHex(key)), signature(none & (2n ** 256n - 1n)), toUtf8(message))), `s = ${none}`)
      const pair = await p256.generate()
      const own = p256Text(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))
      for (let number = 0; number < 20; number++) {
        const text = toUtf8(String(number))
        const made = await p256.sign(pair.privateKey, text)
        demand(await verify(own, made, text), 'a signature is good')
        const other = fromHex(hexOf(bigEndian(made.subarray(0, 32))) + hexOf(orderOfP256 - bigEndian(made.subarray(32))))
        demand(!(await verify(own, other, text)), 'its twin is not')
        demand(!(await verify(own, made, toUtf8('other'))), 'nor is it of another text')
      }
    },
  },
]

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`signatures: ${what}`)
}

const ed25519Text = (key: Bytes): string => `ed25519:${toBase64url(key)}`
const p256Text = (key: Bytes): string => `p256:${toBase64url(key)}`

const encoded = (point: Point): Bytes => Uint8Array.from(point.toBytes())
const bytesOf = (number: bigint): Bytes => fromHex(hexOf(number)).toReversed()
const hexOf = (number: bigint): string => number.toString(16).padStart(64, '0')
const flipped = (bytes: Bytes, bit: number): Bytes => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
const withS = (signature: Bytes, s: bigint): Bytes => Uint8Array.of(...signature.subarray(0, 32), ...bytesOf(s))

/** The eight points whose order divides 8, the neutral one first. */
function smallPoints(): Point[] {
  const generator = Point.fromBytes(disagreements[0]!.key)
  const all = [Point.ZERO]
  while (all.length < 8) all.push(all.at(-1)!.add(generator))
  return all
}

/** All 32 bytes that a lenient reader takes for a point: y above the prime too, and a sign where x is 0. */
function encodingsOf(point: Point): Bytes[] {
  const usual = littleEndian(encoded(point))
  const isZero = point.x === 0n
  const y = usual & (2n ** 255n - 1n)
  const all = y < 19n ? [usual, usual + 2n ** 255n - 19n] : [usual]
  return [...all, ...(isZero ? all.map((one) => one + 2n ** 255n) : [])].map(bytesOf)
}

/** A key with a point of small order added, whose signer can add one to R too. */
function madeKey(small: Point): { key: Bytes; signer: (message: Bytes, smallInR: Point) => Promise<Bytes> } {
  const secret = littleEndian(randomBytes(32)) % order
  const key = encoded(Point.BASE.multiplyUnsafe(secret).add(small))
  const signer = async (message: Bytes, smallInR: Point): Promise<Bytes> => {
    const nonce = littleEndian(randomBytes(32)) % order
    const R = encoded(Point.BASE.multiplyUnsafe(nonce).add(smallInR))
    const hash = littleEndian(new Uint8Array(await crypto.subtle.digest('SHA-512', Uint8Array.of(...R, ...key, ...message))))
    return Uint8Array.of(...R, ...bytesOf((nonce + (hash % order) * secret) % order))
  }
  return { key, signer }
}

/** What the browser, the library and `verify` say; throws where they differ. */
async function sameOfAll(key: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  const said = [await (await browserVerifier(key))(signature, message), await (await libraryVerifier(key))(signature, message), await verify(ed25519Text(key), signature, message)]
  demand(new Set(said).size === 1, `one answer to ${toBase64url(signature)} by ${toBase64url(key)} of ${toBase64url(message)}, not ${said.join()}`)
  return said[0]!
}

/** Key, signature, message. */
const examplesOfEd25519 = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    '',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    '72',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
    'af82',
  ],
]

/** RFC 6979 §A.2.5, with SHA-256. */
const exampleOfP256 = {
  key: '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  message: 'sample',
  r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
  s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
}
/** The point with x = 0, its x written as the prime. */
const secondX = '04ffffffff00000001000000000000000000000000ffffffffffffffffffffffff66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4'
