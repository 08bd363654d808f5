import { describe, expect, it } from 'vitest'
import { at, hostileLabels } from '../../trials/generators'
import { readLabels, readSnapshot, readTree, stringAt, valueOf } from './readValue'
import { applyUpdate, emptyTree } from './valueTree'

const tree = emptyTree()
for (const path of [
  [['Lampson', 1], ['Password', 2], ['XGZQ#$', 2]],
  [['Lampson', 1], ['Mailboxes', 3], ['Zin', 3]],
  [['Lampson', 1], ['Mailboxes', 3], ['Cab', 4]],
  [['Lampson', 1]],
  ...hostileLabels.map((label): [string, number][] => [['Hostile', 5], [label, 5]]),
] as [string, number][][]) {
  applyUpdate(tree, { path: path.map(([label, time]) => [label, at(time)]), mark: 'present' })
}
applyUpdate(tree, { path: [['Gone', at(6)]], mark: 'absent' })

describe('the value of a path', () => {
  it('(1) its only child is a leaf: the string', () => expect(valueOf(readTree(tree, ['Lampson', 'Password'])!)).toBe('XGZQ#$'))
  it('(2) several children, all leaves: the set of their labels', () => expect(valueOf(readTree(tree, ['Lampson', 'Mailboxes'])!)).toEqual(['Cab', 'Zin']))
  it('(3) otherwise the subtree', () => {
    expect(valueOf(readTree(tree, ['Lampson'])!)).toEqual([
      ['Mailboxes', [['Cab', true], ['Zin', true]]],
      ['Password', [['XGZQ#$', true]]],
    ])
    expect(valueOf(readTree(tree, ['Lampson', 'Mailboxes', 'Zin'])!)).toBe(true)
  })
})

describe('reading', () => {
  it('gives labels in canonical order, whatever they are called', () => {
    expect(readLabels(tree, ['Hostile'])).toEqual([...hostileLabels].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    expect(readTree(tree, ['Hostile', '__proto__'])).toBe(true)
  })

  it('an absent node, and one that never was, are not there', () => {
    for (const label of ['Gone', 'Never', 'valueOf']) {
      expect(readTree(tree, [label])).toBeUndefined()
      expect(readLabels(tree, [label])).toBeUndefined()
    }
    expect(readLabels(tree, [])).toEqual(['Hostile', 'Lampson'])
  })

  it('a snapshot is the TSpath as far as nodes are present', () => {
    expect(readSnapshot(tree, ['Lampson', 'Password'])).toEqual({ mark: 'present', path: [['Lampson', at(1)], ['Password', at(2)]], newest: at(2) })
    expect(readSnapshot(tree, ['Lampson', 'Phone', 'x'])).toMatchObject({ mark: 'absent', path: [['Lampson', at(1)]] })
  })

  it('a string is an only child', () => {
    expect(stringAt(tree, ['Lampson', 'Password'])).toBe('XGZQ#$')
    expect(stringAt(tree, ['Lampson', 'Mailboxes'])).toBeUndefined()
    expect(stringAt(tree, ['Nobody'])).toBeUndefined()
  })
})
