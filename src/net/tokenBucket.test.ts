import { expect, it } from 'vitest'
import { TokenBucket } from './tokenBucket'

it('lets a burst pass, then the steady rate [X5]', () => {
  const bucket = new TokenBucket(3, 2, 0)
  expect([1, 1, 1, 1].map((tokens) => bucket.take(tokens, 0))).toEqual([true, true, true, false])
  expect(bucket.take(1, 499)).toBe(false)
  expect(bucket.take(1, 500)).toBe(true)
  expect(bucket.take(4, 60_000)).toBe(false)
  expect(bucket.take(3, 60_000)).toBe(true)
})
