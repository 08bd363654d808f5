/**
 * The curve of Ed25519 in plain arithmetic (RFC 8032 §5.1): what is needed to look at a public key, and to verify where
 * the browser cannot [K2]. There are no secrets here, so nothing needs to take always the same time.
 */
import type { Bytes } from './encoding'

const p = 2n ** 255n - 19n
/** The order of the base point, and of every key that was made as keys are. */
export const order = 2n ** 252n + 27742317777372353535851937790883648493n

const mod = (a: bigint): bigint => {
  const rest = a % p
  return rest < 0n ? rest + p : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n, square = mod(square * square)) if (left & 1n) result = mod(result * square)
  return result
}

const inverse = (a: bigint): bigint => power(a, p - 2n)
const d = mod(-121665n * inverse(121666n))
const rootOfMinusOne = power(2n, (p - 1n) / 4n)

/** Extended coordinates: x = X/Z, y = Y/Z, x y = T/Z. */
export type Point = readonly [X: bigint, Y: bigint, Z: bigint, T: bigint]
export const neutral: Point = [0n, 1n, 1n, 0n]

/** Complete: also for equal points and the neutral one (Hisil, Wong, Carter, Dawson 2008, §3.1). */
export function add([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(mod(2n * d * t1) * t2)
  const e = mod(2n * z1 * z2)
  return [mod((b - a) * (e - c)), mod((e + c) * (b + a)), mod((e - c) * (e + c)), mod((b - a) * (b + a))]
}

const negative = ([X, Y, Z, T]: Point): Point => [mod(-X), Y, Z, mod(-T)]

/** 32 or 64 bytes as a number, the first the least. */
export function littleEndian(bytes: Uint8Array): bigint {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let number = 0n
  for (let at = bytes.length - 8; at >= 0; at -= 8) number = (number << 64n) | words.getBigUint64(at, true)
  return number
}

const signBit = 1n << 255n

/** The point that 32 bytes encode; null when there is none, or it has another encoding too. */
export function decodePoint(bytes: Uint8Array): Point | null {
  const number = littleEndian(bytes)
  const y = number & (signBit - 1n)
  if (y >= p) return null
  const square = mod((y * y - 1n) * inverse(mod(d * y * y + 1n)))
  const root = power(square, (p + 3n) / 8n)
  const x = mod(root * root) === square ? root : mod(root * rootOfMinusOne)
  const isOdd = number >= signBit
  if (mod(x * x) !== square || (x === 0n && isOdd)) return null
  const signed = (x & 1n) === (isOdd ? 1n : 0n) ? x : p - x
  return [signed, y, 1n, mod(signed * y)]
}

export function encodePoint([X, Y, Z]: Point): Bytes {
  const over = inverse(Z)
  let number = mod(Y * over) | (mod(X * over) & 1n ? signBit : 0n)
  return Uint8Array.from({ length: 32 }, () => {
    const byte = Number(number & 255n)
    number >>= 8n
    return byte
  })
}

/** The y of the points whose order divides 8: all that have these are of small order, and no others. */
const y8 = 0x5fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n
const smallOrder = new Set([0n, 1n, p - 1n, y8, p - y8])

/** Whether bytes can be a point that verifiers agree about: 32, in its one encoding, and not of small order. */
export function isSoundPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  const y = littleEndian(bytes) & (signBit - 1n)
  return y < p && !smallOrder.has(y)
}

/** Whether 32 bytes are a number below the order of the base point. */
export const isScalar = (bytes: Uint8Array): boolean => littleEndian(bytes) < order

const basePoint = decodePoint(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0x58 : 0x66)))!
const bitsAtOnce = 4n

/** The multiples of a point by 0 to 15. */
function multiplesOf(point: Point): Point[] {
  const multiples = [neutral]
  for (let times = 1; times < 16; times++) multiples.push(add(multiples[times - 1]!, point))
  return multiples
}

const multiplesOfBase = multiplesOf(basePoint)

/** [s]B + [k]Q, both multiples at once, four bits at a time. */
export function sumOfMultiples(s: bigint, k: bigint, q: Point): Point {
  const multiples = multiplesOf(q)
  let sum = neutral
  for (let shift = 252n; shift >= 0n; shift -= bitsAtOnce) {
    for (let doubling = 0n; doubling < bitsAtOnce; doubling++) sum = add(sum, sum)
    sum = add(sum, multiplesOfBase[Number((s >> shift) & 15n)]!)
    sum = add(sum, multiples[Number((k >> shift) & 15n)]!)
  }
  return sum
}

/**
 * The equation of Ed25519 without cofactor: R = [S]B − [h]A. `hash` is the SHA-512 of R, A and the message. About a
 * millisecond.
 */
export function holdsFor(key: Uint8Array, signature: Uint8Array, hash: Uint8Array): boolean {
  const point = decodePoint(key)
  if (point === null) return false
  const expected = encodePoint(sumOfMultiples(littleEndian(signature.subarray(32)), littleEndian(hash) % order, negative(point)))
  return expected.every((byte, at) => byte === signature[at])
}
