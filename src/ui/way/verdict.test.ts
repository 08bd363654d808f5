import { describe, expect, it } from 'vitest'
import type { Move } from '../../client/nameService'
import type { DirectoryId } from '../../core/names'
import { timestamp } from '../../core/timestamp'
import { inWords } from './verdict'

const record = (at: number, verdict: Move['verdict'], ofRoot: boolean): Move => ({ parent: 'p'.repeat(20) as DirectoryId, label: 'SRC', ts: timestamp(at, '0'), born: false, ofRoot, verdict })

describe('why a record of a name never took effect', () => {
  it('[M2] another move came first', () => {
    const moved = [record(10, 'settled', false), record(20, 'void', false)]
    expect(inWords(moved[1]!, moved)).toBe('never took effect: another move was first, after which it would lie below itself or in the tree of another root')
  })

  it('[O2] a root had its place by then, or its new parent lay below it', () => {
    const rivals = [record(10, 'settled', true), record(20, 'void', true)]
    expect(inWords(rivals[1]!, rivals)).toBe('never took effect: it was a root no more, having been put below another directory first')
    const crossing = [record(10, 'void', true), record(20, 'settled', true)]
    expect(inWords(crossing[0]!, crossing)).toBe('never took effect: its parent was moved below it first')
  })
})
