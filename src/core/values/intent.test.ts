import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, copyNumber, directoryNumber, identifier } from '../../trials/generators'
import type { Label } from '../names'
import { timestamp, type Timestamp } from '../timestamp'
import { closedForm } from './closedForm'
import { encodeChildren } from './encodeTree'
import { ancestorStamps, applySet, intentId, seesAncestors, signedText, stampFault, updatesOf, type Branch, type UpdateSet } from './intent'
import { applyUpdate, emptyTree, nodeAt, type ValueTree } from './valueTree'

const setOf = (ts: Timestamp, branches: readonly Branch[]): UpdateSet => ({ intent: { directory: directoryNumber(1), author: 'person', nonce: identifier(1, 26), from: 0, until: 600_000, procedure: 'doUpdates', branches }, signature: 's', ts })
const labels: readonly Label[] = ['a', '__proto__', '🐢']
const text = (tree: ValueTree): string => JSON.stringify(encodeChildren(tree.root.children))

/** Sets one after the other, each below what stands in a tree grown from those before it. */
const chain = fc.array(fc.array(fc.record({ path: fc.array(fc.constantFrom(...labels), { minLength: 1, maxLength: 3 }), mark: fc.boolean() }), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }).map((acts) => {
  const tree = emptyTree()
  return acts.map((leaves, i) => {
    const ts = timestamp(i + 1, copyNumber(i % 3))
    const branches = (depth: number, prefix: readonly Label[], chosen: typeof leaves, isNew: boolean): Branch[] =>
      labels.flatMap((label): Branch[] => {
        const here = chosen.filter(({ path }) => path[depth] === label)
        if (here.length === 0) return []
        const path = [...prefix, label]
        const ending = here.find((leaf) => leaf.path.length === depth + 1)
        if (ending !== undefined) return [[label, null, isNew || ending.mark]]
        const node = isNew ? undefined : nodeAt(tree, path)
        const incarnation = node?.mark === 'present' ? node.ts : null
        return [[label, incarnation, branches(depth + 1, path, here, incarnation === null)]]
      })
    const set = setOf(ts, branches(0, [], leaves, false))
    applySet(tree, set)
    return set
  })
})

describe('a set of updates', () => {
  it('[V3] applied at once is the same as its updates one by one, and as the closed form of them all', () => {
    fc.assert(
      fc.property(chain, (sets) => {
        const [whole, single] = [emptyTree(), emptyTree()]
        for (const set of sets) {
          applySet(whole, set)
          for (const update of updatesOf(set)) applyUpdate(single, update)
        }
        expect(text(whole)).toBe(text(single))
        expect(whole.live).toBe(single.live)
        expect(text(whole)).toBe(JSON.stringify(encodeChildren(closedForm(sets.flatMap(updatesOf)))))
      }),
      { numRuns: 800 },
    )
  })

  it('[G2] is void below an ancestor that is not there exactly so, and grafts nothing for it', () => {
    const tree = emptyTree()
    applySet(tree, setOf(at(1), [['a', null, true]]))
    applySet(tree, setOf(at(5), [['a', at(2), [['x', null, true]]], ['dead', at(1), [['y', null, true]]], ['new', null, true]]))
    expect(text(tree)).toBe(JSON.stringify([['a', at(1), 1], ['new', at(5), 1]]))
  })

  it('[V2] names the sets that made its ancestors, and asks that each be visible', () => {
    const { intent } = setOf(at(9), [['a', at(1), [['b', at(2), [['x', null, true]]]]], ['c', at(2), [['y', null, false]]], ['d', null, true]])
    expect([...ancestorStamps(intent)]).toEqual([at(1), at(2)])
    const tree = emptyTree()
    applySet(tree, setOf(at(1), [['a', null, true]]))
    expect(seesAncestors(tree, intent)).toBe(false)
    applySet(tree, setOf(at(2), [['a', at(1), [['b', null, true]]], ['c', null, true]]))
    expect(seesAncestors(tree, intent)).toBe(true)
    applySet(tree, setOf(at(3), [['a', at(1), [['b', null, false]]]]))
    expect(seesAncestors(tree, intent)).toBe(false)
  })
})

describe('what is signed', () => {
  it('[A1] is everything but the stamp: any other content is another text, and another intent has another id', () => {
    const { intent } = setOf(at(1), [['a', null, true]])
    const others = [{ directory: directoryNumber(2) }, { author: 'another' }, { nonce: identifier(2, 26) }, { from: 1 }, { until: 5 }, { procedure: 'setLink' as const }, { branches: [['b', null, true]] as Branch[] }]
    expect(new Set([intent, ...others.map((change) => ({ ...intent, ...change }))].map(signedText)).size).toBe(others.length + 1)
    expect(new Set([intent, ...others.map((change) => ({ ...intent, ...change }))].map(intentId)).size).toBe(others.length + 1)
    expect(intentId({ ...intent, branches: [...intent.branches] })).toBe(intentId(intent))
  })

  it('[A1] [T2] no copy can have stamped it outside its validity, before what it names, or against the order of time', () => {
    const below = (...stamps: Timestamp[]): Branch[] => stamps.reduceRight<readonly Branch[]>((deeper, stamp) => [['a', stamp, deeper]], [['b', null, true]]) as Branch[]
    expect(stampFault(setOf(at(9), below(at(1), at(1), at(8))))).toBeNull()
    expect(stampFault(setOf(at(9), below(at(9))))).not.toBeNull()
    expect(stampFault(setOf(at(9), below(at(5), at(4))))).not.toBeNull()
    expect(stampFault(setOf(timestamp(600_000_001, copyNumber(1)), below(at(1))))).not.toBeNull()
  })
})
