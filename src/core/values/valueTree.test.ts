import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyUpdate, at, hostileLabels, rearranged, someUpdates } from '../../trials/generators'
import { BEGINNING, type Timestamp } from '../timestamp'
import { closedForm, visibleForm } from './closedForm'
import { decodeTree, encodeChildren, encodeVisible, type EncodedNode } from './encodeTree'
import { readTree } from './readValue'
import type { TSPair, Update } from './update'
import { applyUpdate, emptyTree, forgetAbsent, nodeAt, share, visibleAt, type ValueTree } from './valueTree'

const present = (...path: [string, number][]): Update => ({ path: path.map(([label, time]): TSPair => [label, at(time)]), mark: 'present' })
const absent = (...path: [string, number][]): Update => ({ ...present(...path), mark: 'absent' })

function grown(updates: readonly Update[], tree: ValueTree = emptyTree()): ValueTree {
  for (const update of updates) applyUpdate(tree, update)
  return tree
}
const text = (tree: ValueTree): string => JSON.stringify(encodeChildren(tree.root.children))
const formText = (updates: readonly Update[]): string => JSON.stringify(encodeChildren(closedForm(updates)))

/** What the counters say, counted anew. */
function recount(tree: ValueTree): { live: number; tally: Map<Timestamp, number> } {
  let live = 0
  const tally = new Map<Timestamp, number>()
  const walk = (children: ValueTree['root']['children']): void => {
    for (const node of children?.values() ?? []) {
      if (node.mark === 'present') live++
      tally.set(node.ts, (tally.get(node.ts) ?? 0) + 1)
      walk(node.children)
    }
  }
  walk(tree.root.children)
  return { live, tally }
}

describe('figure 9', () => {
  const updates = [
    present(['Lampson', 1]),
    present(['Shroeder', 1]),
    present(['Lampson', 1], ['Password', 2], ['vnxm56', 2]),
    present(['Lampson', 1], ['Password', 3], ['gmf34', 3]),
    present(['Lampson', 1], ['Mailboxes', 4], ['Zin', 4]),
    present(['Lampson', 1], ['Mailboxes', 4], ['Pinot', 5]),
  ]
  const value = [
    ['Lampson', at(1), 1, ['Mailboxes', at(4), 1, ['Pinot', at(5), 1], ['Zin', at(4), 1]], ['Password', at(3), 1, ['gmf34', at(3), 1]]],
    ['Shroeder', at(1), 1],
  ]

  it('[V3] the value on the left is that of the six updates on the right in all 720 orders, each also doubled', () => {
    const orders = permutations(updates)
    expect(orders).toHaveLength(720)
    for (const order of orders) {
      expect(text(grown(order))).toBe(JSON.stringify(value))
      expect(text(grown([...order, ...order.toReversed()]))).toBe(JSON.stringify(value))
    }
  })

  it('[V3] is what the closed form says', () => expect(formText(updates)).toBe(JSON.stringify(value)))

  it('[V1] of two who create one name at once the earlier loses, with all that names its incarnation', () => {
    const later = present(['Lampson', 7])
    expect(encodeVisible(grown([...updates, later]).root.children)[0]).toEqual(['Lampson', at(7), 1])
    expect(text(grown([later, ...updates]))).toBe(text(grown([...updates, later])))
  })
})

describe('figure 2', () => {
  it('[V1] nodes struck through are absent, hide what was below, and no reader sees them', () => {
    const tree = grown([
      present(['Lampson', 10], ['Password', 10], ['XGZQ#$', 10]),
      present(['Lampson', 10], ['Mailboxes', 11], ['Cab', 11]),
      present(['Lampson', 10], ['Mailboxes', 11], ['Zin', 12]),
      absent(['Lampson', 10], ['Mailboxes', 11], ['Cab', 14]),
    ])
    expect(readTree(tree, ['Lampson'])).toEqual([
      ['Mailboxes', [['Zin', true]]],
      ['Password', [['XGZQ#$', true]]],
    ])
    expect(nodeAt(tree, ['Lampson', 'Mailboxes', 'Cab'])).toMatchObject({ mark: 'absent', ts: at(14), children: null })
    expect(readTree(grown([absent(['Lampson', 15])], tree), ['Lampson'])).toBeUndefined()
    expect(tree.live).toBe(0)
  })
})

describe('applying an update', () => {
  it('[V1] older than what is there: no effect; newer: replaces it with its subtree; equal: as it was', () => {
    const tree = grown([present(['a', 5]), present(['a', 5], ['b', 6])])
    const before = text(tree)
    expect(text(grown([present(['a', 4]), present(['a', 4], ['c', 7]), absent(['a', 3]), present(['a', 5])], tree))).toBe(before)
    expect(text(grown([present(['a', 8])], tree))).toBe(JSON.stringify([['a', at(8), 1]]))
  })

  it('[V1] nothing hangs below an absent node of the same time-stamp, whatever comes first', () => {
    const below = present(['a', 5], ['b', 6])
    for (const order of permutations([below, absent(['a', 5])])) expect(text(grown(order))).toBe(JSON.stringify([['a', at(5), 2]]))
  })

  it('[V2] an ancestor that is only named is implied: no reader sees it until the update that creates it arrives', () => {
    const tree = grown([present(['a', 5], ['b', 6])])
    expect(tree.live).toBe(1)
    expect(visibleAt(tree, ['a'])).toBeUndefined()
    expect(visibleAt(tree, ['a', 'b'])).toBeUndefined()
    expect(readTree(tree, [])).toBe(true)
    applyUpdate(tree, present(['a', 5]))
    expect(readTree(tree, [])).toEqual([['a', [['b', true]]]])
  })

  it('[V2] at equal time-stamps the greater mark wins: implied < present < absent', () => {
    const implied = present(['a', 5], ['b', 6])
    for (const order of permutations([implied, present(['a', 5]), absent(['a', 5])])) expect(nodeAt(grown(order), ['a'])?.mark).toBe('absent')
    for (const order of permutations([implied, present(['a', 5])])) expect(nodeAt(grown(order), ['a'])?.mark).toBe('present')
  })

  it('[V3] is total, commutative and idempotent: shuffled, repeated and regrouped updates give the closed form', () => {
    fc.assert(
      fc.property(
        someUpdates.chain((updates) => fc.tuple(fc.constant(updates), rearranged(updates))),
        ([updates, delivered]) => {
          const tree = grown(delivered)
          expect(text(tree)).toBe(formText(updates))
          expect(encodeVisible(tree.root.children)).toEqual(encodeChildren(visibleForm(closedForm(updates))))
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('[V3] trees merge: applying what two trees were grown from, apart or together, is the same', () => {
    fc.assert(
      fc.property(someUpdates, someUpdates, fc.boolean(), (left, right, swap) => {
        const shared = share(grown(left))
        expect(text(grown(right, shared))).toBe(swap ? text(grown([...right, ...left])) : formText([...left, ...right]))
      }),
      { numRuns: 500 },
    )
  })

  it('[V3] the counts of live nodes and of nodes by time-stamp equal a recount, forgotten nodes too', () => {
    fc.assert(
      fc.property(someUpdates, fc.array(anyUpdate, { maxLength: 4 }), (updates, forgotten) => {
        const tree = grown(updates, emptyTree(new Map()))
        for (const { path } of [...updates, ...forgotten]) forgetAbsent(tree, path)
        const { live, tally } = recount(tree)
        expect(tree.live).toBe(live)
        expect(tree.tally).toEqual(tally)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses an empty path, which is what we got wrong', () => {
    expect(() => applyUpdate(emptyTree(), { path: [], mark: 'present' })).toThrow('V1')
  })
})

describe('forgetting absent nodes', () => {
  it('[G1] takes away exactly the absent node of that incarnation, and empty tables with it', () => {
    const tree = grown([present(['a', 1]), absent(['a', 1], ['b', 2])])
    forgetAbsent(tree, [['a', at(1)], ['b', at(3)]])
    forgetAbsent(tree, [['a', at(1)]])
    expect(nodeAt(tree, ['a', 'b'])?.mark).toBe('absent')
    forgetAbsent(tree, [['a', at(1)], ['b', at(2)]])
    expect(text(tree)).toBe(JSON.stringify([['a', at(1), 1]]))
    expect(nodeAt(tree, ['a'])?.children).toBeNull()
  })
})

describe('sharing a tree', () => {
  it('one tree never changes another, whichever goes on first', () => {
    fc.assert(
      fc.property(someUpdates, fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), anyUpdate), { maxLength: 12 }), (common, more) => {
        const first = grown(common, emptyTree(new Map()))
        const second = share(first)
        const third = share(second)
        const trees = [first, second, third]
        const heard: Update[][] = [[...common], [...common], [...common]]
        for (const [which, update] of more) {
          applyUpdate(trees[which]!, update)
          heard[which]!.push(update)
        }
        for (const [which, tree] of trees.entries()) {
          expect(text(tree)).toBe(formText(heard[which]!))
          expect(tree.live).toBe(recount(tree).live)
        }
      }),
      { numRuns: 800 },
    )
  })
})

describe('the canonical encoding', () => {
  it('[V4] decoding gives the tree back, counts included, and the encoding does not depend on the order of arrival', () => {
    fc.assert(
      fc.property(someUpdates, (updates) => {
        const encoded = encodeChildren(grown(updates).root.children)
        const again = decodeTree(JSON.parse(JSON.stringify(encoded)) as EncodedNode[], new Map())
        expect(encodeChildren(again.root.children)).toEqual(encoded)
        const { live, tally } = recount(again)
        expect(again.live).toBe(live)
        expect(again.tally).toEqual(tally)
      }),
      { numRuns: 500 },
    )
  })

  it('[V4] orders labels by their UTF-8 bytes, where UTF-16 would put surrogates first', () => {
    const tree = grown(hostileLabels.map((label) => present([label, 1])))
    const labels = encodeChildren(tree.root.children).map(([label]) => label)
    expect(labels).toEqual([...hostileLabels].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    expect(labels.indexOf('\uE000')).toBeLessThan(labels.indexOf('\u{10000}'))
    expect(['\uE000', '\u{10000}'].toSorted()).toEqual(['\u{10000}', '\uE000'])
  })

  it('a decoded tree can be changed without changing what it was decoded from', () => {
    const encoded: EncodedNode[] = [['a', at(1), 1, ['b', at(1), 1]]]
    applyUpdate(decodeTree(encoded, null), absent(['a', 2]))
    expect(encoded).toEqual([['a', at(1), 1, ['b', at(1), 1]]])
    expect(emptyTree().root.ts).toBe(BEGINNING)
  })
})

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]]
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]))
}
