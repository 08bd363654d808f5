import { expect, it } from 'vitest'
import { measure, type Scale } from './scale'

const scale: Scale = { directories: 10_000, servers: 100, branching: 10, copies: 3, lookups: 400, people: 4, caching: false }

it('[D2] a lookup takes at most one exchange for each directory on its way, with caches as without', () => {
  for (const caching of [false, true]) {
    const { depth, worst } = measure({ ...scale, caching }, 'one exchange each')
    expect(depth).toBe(4)
    expect(worst).toBeLessThanOrEqual(2 * (depth + 1))
  }
})

it('[W1] whoever may cache names asks less, and the root hardly ever', () => {
  const [without, cached] = [measure(scale, 'caches'), measure({ ...scale, caching: true }, 'caches')]
  expect(without.atRoot).toBeGreaterThan(0.9)
  expect(cached.atRoot).toBeLessThan(0.2)
  expect(cached.mean).toBeLessThan(0.8 * without.mean)
})
