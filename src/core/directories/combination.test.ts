import { describe, expect, it } from 'vitest'
import type { DirectoryId } from '../names'
import { MAX_SERVER_NAME } from '../server'
import { combinationFault, type Combination } from './combination'
import { rootNameFault } from './rootName'

const [dec, ibm] = ['d'.repeat(20), 'i'.repeat(20)] as [DirectoryId, DirectoryId]
const joined = (ours: string, theirs: string, above: string | null): Combination => ({ ours: { root: dec, room: 'r'.repeat(26), label: ours }, theirs: { root: ibm, room: 's'.repeat(26), label: theirs }, above, server: 'alpha' })
const met = { servers: { ours: ['alpha', 'SRC/alpha'], theirs: ['beta'] }, takenBelowTheirs: ['SRC'] }
const fault = (ours: string, theirs: string, above: string | null): string | null => combinationFault(joined(ours, theirs, above), met)
const roomFor = { servers: [], formerRoots: [] }

describe('[O3] what is decided before two services are joined', () => {
  it('may have any labels that differ', () => {
    expect([fault('DEC', 'IBM', 'ANSI'), fault('DEC', '', null), fault('a/b', '%2E', '🐢')]).toEqual([null, null, null])
    expect(fault('DEC', 'DEC', 'ANSI')).toBe('Below one root the two need different names.')
    expect(fault('SRC', 'IBM', null)).toBe('In the other root SRC is taken: choose another name for this service.')
  })

  it('has no label . or .., wherever it is to stand', () => {
    const up = 'in a name .. is no label, but stands for the directory above. Choose another name.'
    expect(fault('DEC', 'IBM', '..')).toBe(`The new root cannot be called ..: ${up}`)
    expect(fault('..', 'IBM', 'ANSI')).toBe(`This service cannot be called ..: ${up}`)
    expect(fault('DEC', '..', 'ANSI')).toBe(`The other one cannot be called ..: ${up}`)
    expect(fault('..', 'IBM', null)).toBe(`This service cannot be called ..: ${up}`)
    expect(fault('DEC', 'IBM', '.')).toBe('The new root cannot be called .: in a name . is no label, but stands for a directory itself. Choose another name.')
  })

  it('has labels that leave room for the names of the servers below', () => {
    const most = MAX_SERVER_NAME - '/SRC/alpha'.length
    expect(fault('x'.repeat(most), 'IBM', 'ANSI')).toBeNull()
    expect(fault('x'.repeat(most + 1), 'IBM', 'ANSI')).toContain(`within a name it takes ${most + 1} bytes, and the names of servers and roots below it leave room for ${most}. Choose another name.`)
    expect(fault('DEC', '%'.repeat(100), 'ANSI')).toMatch(/^The other one cannot be called %+…: within a name it takes 300 bytes/)
    expect(fault('DEC', '%'.repeat(100), null)).toBeNull()
  })
})

describe('[O1] a root may be called in one above it', () => {
  it('whatever leaves room for what its table lists', () => {
    expect(rootNameFault('x'.repeat(MAX_SERVER_NAME), roomFor)).toBeNull()
    expect(rootNameFault('x'.repeat(MAX_SERVER_NAME + 1), roomFor)).toContain('leave room for 233')
    expect(rootNameFault('x'.repeat(100), { servers: [], formerRoots: ['y'.repeat(154)] })).toBeNull()
    expect(rootNameFault('x'.repeat(100), { servers: [], formerRoots: ['y'.repeat(155)] })).toContain('it takes 100 bytes')
    expect(rootNameFault('x', { servers: ['y'.repeat(240)], formerRoots: [] })).toContain('leave room for 0')
  })

  it('by any label that is one', () => {
    expect(rootNameFault('', roomFor)).toBe('a label has at least one character')
    expect(rootNameFault('x\u0000', roomFor)).toContain('control')
  })
})
