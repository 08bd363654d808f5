import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, copyNumber, directoryNumber, identifier } from '../../trials/generators'
import { setOf } from '../../trials/messages'
import { encodeChildren } from '../values/encodeTree'
import { applySet, type UpdateSet } from '../values/intent'
import { emptyTree } from '../values/valueTree'
import { cutPages, joinPages, type Load } from './pages'
import type { Page } from '../messages'

const big = (n: number): UpdateSet => ({
  intent: { directory: directoryNumber(1), author: 'a', nonce: identifier(n, 26), from: 0, until: 600_000, procedure: 'doUpdates', branches: Array.from({ length: 150 }, (_, i) => [`${String(n).padStart(3, '0')} ${String(i).padStart(3, '0')} ${'x'.repeat(200)}`, null, true]) },
  signature: 's',
  ts: at(n, copyNumber(n)),
})
const sets = Array.from({ length: 24 }, (_, i) => big(i + 1))
const whole = (): Load => {
  const tree = emptyTree()
  for (const set of sets.slice(0, 12)) applySet(tree, set)
  return { base: { base: encodeChildren(tree.root.children), proofs: sets.slice(0, 12), intents: sets.map((set) => [`a ${set.intent.nonce}`, set.ts, 600_000]) }, log: sets.slice(12) }
}
const sent = (pages: readonly Page[]): Page[] => JSON.parse(JSON.stringify(pages)) as Page[]

describe('pages', () => {
  it('[P9] of a large load join to the same load, each far below a message’s limit', () => {
    const pages = cutPages(whole())
    expect(pages.length).toBeGreaterThan(5)
    for (const page of pages) expect(JSON.stringify(page).length).toBeLessThan(400_000)
    expect(joinPages(sent(pages))).toEqual(whole())
  })

  it('[P9] of any log join to the same log; an empty one is one page', () => {
    fc.assert(
      fc.property(fc.uniqueArray(setOf(directoryNumber(1)), { maxLength: 6, selector: ({ ts }) => ts }), (log) => {
        const load = { base: null, log: log.toSorted((a, b) => (a.ts < b.ts ? -1 : 1)) }
        expect(joinPages(sent(cutPages(load)))).toEqual(load)
      }),
    )
    expect(cutPages({ base: null, log: [] })).toHaveLength(1)
  })

  it('[P9] of different snapshots, in another order, missing or doubled, do not join', () => {
    const pages = sent(cutPages(whole()))
    const others = sent(cutPages({ ...whole(), log: sets.slice(13) }))
    const spoilt = pages.map((page, i) => (i === 1 ? { ...page, base: page.base && { ...page.base, nodes: page.base.nodes.slice(1) } } : page))
    const mixed = pages.map((page, i) => (i === pages.length - 1 ? others.at(-1)! : page))
    const wrong = [pages.toReversed(), pages.slice(1), pages.slice(0, -1), [...pages, pages.at(-1)!], mixed, spoilt]
    for (const list of wrong) expect(joinPages(list)).toBeNull()
  })

  it('[A1] a base is taken only with the proofs of all its nodes: who hands it over may leave out, not forge', () => {
    const load = whole()
    const base = load.base!
    const join = (change: Partial<typeof base>): Load | null => joinPages(sent(cutPages({ ...load, base: { ...base, ...change } })))
    expect(join({ base: base.base.slice(1) })).not.toBeNull()
    expect(join({ base: [...base.base, ['forged', at(5, copyNumber(5)), 1]] })).toBeNull()
    expect(join({ base: [['forged', at(5, copyNumber(5)), 1]] })).toBeNull()
    expect(join({ base: base.base.map((node, i) => (i === 3 ? [node[0], at(99), 1] : node)) })).toBeNull()
    expect(join({ base: base.base.map((node, i) => (i === 3 ? [...node, ['below', node[1], 1]] : node)) })).toBeNull()
    expect(join({ proofs: base.proofs.slice(1) })).toBeNull()
  })

  it('[P9] a log that is not in order, or has two sets of one stamp, does not join', () => {
    const log = sets.slice(12)
    expect(joinPages(sent(cutPages({ base: null, log: log.toReversed() })))).toBeNull()
    expect(joinPages(sent(cutPages({ base: null, log: [log[0]!, log[0]!] })))).toBeNull()
  })
})
