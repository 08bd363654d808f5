/**
 * Fresh identifiers. The core has no source of randomness: each start of a server is handed 128 random bits, and
 * this generator (sfc32) spends them. Uniqueness is what is asked of it, not secrecy.
 */
export interface Fresh {
  a: number
  b: number
  c: number
  d: number
}

/** `seed`: four random 32-bit numbers, new at each start. */
export function freshFrom(seed: readonly [number, number, number, number]): Fresh {
  const fresh = { a: seed[0] | 0, b: seed[1] | 0, c: seed[2] | 0, d: seed[3] | 0 }
  for (let i = 0; i < 12; i++) next(fresh)
  return fresh
}

/** 32 random bits, as an unsigned number. */
function next(fresh: Fresh): number {
  const t = (((fresh.a + fresh.b) | 0) + fresh.d) | 0
  fresh.d = (fresh.d + 1) | 0
  fresh.a = fresh.b ^ (fresh.b >>> 9)
  fresh.b = (fresh.c + (fresh.c << 3)) | 0
  fresh.c = (fresh.c << 21) | (fresh.c >>> 11)
  fresh.c = (fresh.c + t) | 0
  return t >>> 0
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

/** A fresh identifier of base32 characters, 5 random bits each. */
export function freshId(fresh: Fresh, length: number): string {
  let text = ''
  while (text.length < length) text += alphabet[next(fresh) & 31]
  return text
}

/** A number from 0 up to, not including, 1: for jitter. */
export const freshFraction = (fresh: Fresh): number => next(fresh) / 2 ** 32
