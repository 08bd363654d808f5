import { describe, expect, it } from 'vitest'
import type { TrailStep } from '../../core/requests'
import { validityOf } from './validity'

const way = (...found: TrailStep['found'][]): Pick<TrailStep, 'found' | 'cached'>[] => found.map((each) => ({ found: each, cached: false }))

describe('how long a way is valid', () => {
  it('[W1] says why it may not be cached', () => {
    expect(validityOf(way('directory'), null)).toBe('The way may not be cached: of a step of it no expiration time is known that every copy goes by.')
    expect(validityOf(way('directory', 'up'), null)).toBe('The way may not be cached: it goes up, and a directory may get another one above it at any time.')
    expect(validityOf(way('wellKnown', 'directory'), null)).toBe('The way may not be cached: it goes by the table of well-known directories, which may change at any time.')
    expect(validityOf(way('directory'), Date.now() + 1000)).toMatch(/^The way may be cached until [\d:]+, the first expiration on it\.$/)
  })

  it('says that nobody was asked only when all of it came from the cache', () => {
    const [first, second] = way('directory', 'directory') as [ReturnType<typeof way>[0], ReturnType<typeof way>[0]]
    const known = { ...first, cached: true }
    expect(validityOf([known, known], null)).toMatch(/It came from the cache: nobody was asked\.$/)
    expect(validityOf([known, second], null)).toMatch(/Of its 2 steps 1 came from the cache\.$/)
    expect(validityOf([first, second], null)).not.toMatch('from the cache')
  })
})
