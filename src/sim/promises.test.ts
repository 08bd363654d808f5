import { describe, expect, it } from 'vitest'
import { calm } from './network'
import { runSeed } from './seed'
import { expiring, usualMix } from './workload'

describe('what caches are promised', () => {
  it('[cacheValidity] is so until it expires, and is changed afterwards, with clocks as wrong as they may be', () => {
    const outcomes = [1, 2, 3, 4].map((number) => runSeed({ seed: `caches ${number}`, servers: 4, aim: { weather: { ...calm, delay: 100, loss: 0.1 }, mix: expiring(usualMix), pace: 12_000, worstSkew: 290_000 } }))
    const sum = (counted: (outcome: (typeof outcomes)[number]) => number | undefined): number => outcomes.reduce((all, outcome) => all + (counted(outcome) ?? 0), 0)
    expect(sum(({ counts }) => counts.get('promised to caches: arc'))).toBeGreaterThan(20)
    expect(sum(({ counts }) => counts.get('promised to caches: value'))).toBeGreaterThan(20)
    expect(sum(({ situations }) => situations.get('a planned change was made'))).toBeGreaterThan(3)
    expect(sum(({ situations }) => situations.get('something changed after it had been promised to caches, and expired'))).toBeGreaterThan(10)
  }, 60_000)
})
