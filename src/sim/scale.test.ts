import { expect, it } from 'vitest'
import { measure, type Scale } from './scale'

const scale: Scale = { directories: 10_000, servers: 100, branching: 10, copies: 3, lookups: 400, people: 4, caching: false }

it('[D2] each lookup takes at most one exchange for each directory from where its known way ends, in a town as in a million directories on ten thousand servers', () => {
  const large: Scale = { ...scale, directories: 1_000_000, servers: 10_000 }
  for (const [size, labels] of [[scale, 4], [large, 6]] as const) {
    for (const caching of [false, true]) {
      // Of a lookup that takes more it throws.
      const { depth, worst } = measure({ ...size, caching }, 'one exchange each')
      expect([depth, worst]).toEqual([labels, 2 * (labels + 1)])
    }
  }
})

it('[W1] whoever may cache names asks less, and the root hardly ever', () => {
  const [without, cached] = [measure(scale, 'caches'), measure({ ...scale, caching: true }, 'caches')]
  expect(without.atRoot).toBeGreaterThan(0.9)
  expect(cached.atRoot).toBeLessThan(0.2)
  expect(cached.mean).toBeLessThan(0.8 * without.mean)
})
