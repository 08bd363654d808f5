import { describe, expect, it } from 'vitest'
import { directoryNumber, serverNumber } from '../../trials/generators'
import type { TrailStep } from '../requests'
import { BEGINNING } from '../timestamp'
import { leastOf, recall, remember, type NameCache } from './nameCache'

const arc = (label: string, validUntil: number | null): TrailStep => ({ directory: directoryNumber(1), label, found: 'directory', to: directoryNumber(2), server: serverNumber(1), asOf: BEGINNING, validUntil, cached: false, ownName: false })

describe('a cache of arcs', () => {
  it('[W1] keeps what may be cached, by the longer promise, until it expires', () => {
    const cache: NameCache = new Map()
    remember(cache, [arc('a', 100), arc('b', null)])
    remember(cache, [arc('a', 50)])
    expect(recall(cache, directoryNumber(1), 'a', 99)).toEqual({ ...arc('a', 100), cached: true })
    expect(recall(cache, directoryNumber(1), 'a', 100)).toBeUndefined()
    expect(recall(cache, directoryNumber(1), 'b', 0)).toBeUndefined()
    expect(recall(cache, directoryNumber(2), 'a', 0)).toBeUndefined()
  })

  it('[X5] is bounded: the oldest make room', () => {
    const cache: NameCache = new Map()
    for (let i = 0; i < 10_000; i++) remember(cache, [arc(`${i}`, 100)])
    expect(cache.size).toBe(4096)
    expect(recall(cache, directoryNumber(1), '0', 0)).toBeUndefined()
    expect(recall(cache, directoryNumber(1), '9999', 0)).toBeDefined()
  })

  it('a way is valid as long as its first arc to expire, and not at all with one that may not be cached', () => {
    expect(leastOf([arc('a', 100), arc('b', 50)])).toBe(50)
    expect(leastOf([arc('a', 100), arc('b', null)])).toBeNull()
    expect(leastOf([])).toBeNull()
  })
})
