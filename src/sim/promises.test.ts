import { describe, expect, it } from 'vitest'
import { calm } from './network'
import { runSeed } from './seed'
import { expiring, usualMix, type Mix } from './workload'

/** Directories move, and are to be removed, soon after their names were promised. */
const hurried: Mix = { write: 0, read: 0, sweep: 20, join: 2, leave: 1, makeDirectory: 20, hurry: 30, bulk: 0 }

describe('what caches are promised', () => {
  it('[cacheValidity] is so until it expires, and is changed afterwards, with clocks as wrong as they may be', () => {
    const outcomes = [1, 2, 3, 4].map((number) => runSeed({ seed: `caches ${number}`, servers: 4, aim: { weather: { ...calm, delay: 100, loss: 0.1 }, mix: expiring(usualMix), pace: 12_000, worstSkew: 290_000 } }))
    const sum = (counted: (outcome: (typeof outcomes)[number]) => number | undefined): number => outcomes.reduce((all, outcome) => all + (counted(outcome) ?? 0), 0)
    expect(sum(({ counts }) => counts.get('promised to caches: arc'))).toBeGreaterThan(20)
    expect(sum(({ counts }) => counts.get('promised to caches: value'))).toBeGreaterThan(20)
    expect(sum(({ situations }) => situations.get('a planned change was made'))).toBeGreaterThan(3)
    expect(sum(({ situations }) => situations.get('something changed after it had been promised to caches, and expired'))).toBeGreaterThan(10)
  }, 60_000)

  it('[cacheValidity] [M6] of a directory holds for it wherever it moves: it is removed when its former names have expired, not before', () => {
    const outcomes = [1, 2].map((number) => runSeed({ seed: `hurried ${number}`, servers: 3, aim: { weather: { ...calm, delay: 40 }, mix: hurried, pace: 15_000, worstSkew: 0 } }))
    const sum = (name: string): number => outcomes.reduce((all, { counts }) => all + (counts.get(name) ?? 0), 0)
    expect(sum('removeD refused: NotExpired')).toBeGreaterThan(5)
    expect(sum('directories removed to which names in caches had led')).toBeGreaterThan(1)
  }, 60_000)
})
