import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, copyNumber, directoryNumber, hostileLabels, identifier, serverNumber } from '../../trials/generators'
import { Database } from '../../sim/database'
import type { CopyId, Label } from '../names'
import { BEGINNING, timestamp, type Timestamp } from '../timestamp'
import { encodeVisible } from '../values/encodeTree'
import type { Branch, UpdateSet } from '../values/intent'
import { applyChange, contentsOf, digestOf, emptyContents, encodeCopy, epochOf, hasSeen, knows, noFields, restoreCopy, type CopyChange, type DirectoryCopy, type EncodedCopy } from './directoryCopy'

const directory = directoryNumber(1)
const encodedEmpty = (id: CopyId): EncodedCopy => ({ directory, id, fields: noFields(epochOf(1, 'aaaaaaaa'), { copy: id, server: serverNumber(1) }), contents: emptyContents() })
const fresh = (id = copyNumber(50)): DirectoryCopy => restoreCopy(encodedEmpty(id))

const setOf = (ts: Timestamp, branches: readonly Branch[], nonce = ts as string): UpdateSet => ({ intent: { directory, author: 'person', nonce, from: 0, until: 600_000, procedure: 'doUpdates', branches }, signature: 'signed', ts })
const absorb = (copy: DirectoryCopy, ...sets: UpdateSet[]): void => applyChange(copy, { type: 'absorbed', sets })
const raise = (copy: DirectoryCopy, mark: Timestamp): void => applyChange(copy, { type: 'fields', fields: { stableMark: mark, lastSweep: mark > copy.lastSweep ? mark : copy.lastSweep } })
const shown = (copy: DirectoryCopy): string => JSON.stringify(encodeVisible(copy.visible.root.children))
const bytes = (copy: DirectoryCopy): string => JSON.stringify(encodeCopy(copy))

function oracle(sets: readonly UpdateSet[]): string {
  const database = new Database()
  for (const set of sets) database.accept(directory, { copy: copyNumber(1), directory, change: { type: 'absorbed', sets: [set] } }, set)
  return JSON.stringify(encodeVisible(database.meaning(directory, () => true)))
}

const labels: readonly Label[] = ['Lampson', '__proto__', 'constructor', hostileLabels[10]!]
interface Story {
  sets: UpdateSet[]
  /** Whether the stories have an intent stamped twice, or an ancestor that was never created. */
  strange: boolean
}

/**
 * A history as honest copies make it: each set names ancestors that some set before it created, of several labels at once,
 * deleted meanwhile or not. `strange`: some intents are stamped twice, and some name what was only stamped so later.
 */
const story = (strange: boolean): fc.Arbitrary<Story> =>
  fc.array(fc.record({ picks: fc.array(fc.record({ into: fc.nat(), label: fc.constantFrom(...labels), below: fc.constantFrom(...labels), mark: fc.integer({ min: 0, max: 3 }) }), { minLength: 1, maxLength: 3 }), copy: fc.integer({ min: 0, max: 2 }), gap: fc.integer({ min: 0, max: 2 }), twice: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 14 }).map((acts) => {
    const sets: UpdateSet[] = []
    /** Paths of incarnations that were created once, whatever became of them. */
    const created: [Label, Timestamp][][] = [[]]
    let time = 1
    for (const [i, { picks, copy, gap, twice }] of acts.entries()) {
      time += gap + 1
      const ts = timestamp(time, copyNumber(copy))
      const tree = new Map<string, { path: [Label, Timestamp][]; leaves: Map<Label, boolean | readonly Branch[]> }>()
      const news: [Label, Timestamp][][] = []
      for (const { into, label, below, mark } of picks) {
        const path = created[into % created.length]!
        const key = JSON.stringify(path)
        const node = tree.get(key) ?? { path, leaves: new Map() }
        tree.set(key, node)
        if (node.leaves.has(label)) continue
        node.leaves.set(label, mark === 0 ? false : mark === 1 ? true : [[below, null, true]])
        if (mark > 0) news.push([...path, [label, ts]])
        if (mark > 1) news.push([...path, [label, ts], [below, ts]])
      }
      const branches = branchesOf([...tree.values()])
      if (branches === null) continue
      const nonce = identifier(i + 1, 26)
      sets.push(setOf(ts, branches, nonce))
      if (strange && twice < 3) sets.push(setOf(timestamp(time + twice, copyNumber(9)), branches, nonce))
      created.push(...news)
      if (strange && twice < 2) created.push(...news.map((path) => path.map(([label, stamp]): [Label, Timestamp] => [label, stamp === ts ? timestamp(time + twice, copyNumber(9)) : stamp])))
      time += strange ? 3 : 0
    }
    return { sets, strange }
  })

/** One tree of branches from paths with leaves; null when a leaf would stand where a path goes on. */
function branchesOf(nodes: readonly { path: readonly [Label, Timestamp][]; leaves: ReadonlyMap<Label, boolean | readonly Branch[]> }[]): Branch[] | null {
  const here = new Map<Label, Branch>()
  const deeper = new Map<string, { label: Label; ts: Timestamp; nodes: { path: readonly [Label, Timestamp][]; leaves: ReadonlyMap<Label, boolean | readonly Branch[]> }[] }>()
  for (const { path, leaves } of nodes) {
    const [first, ...rest] = path
    if (first === undefined) for (const [label, leaf] of leaves) here.set(label, [label, null, leaf])
    else {
      const key = JSON.stringify(first)
      const group = deeper.get(key) ?? { label: first[0], ts: first[1], nodes: [] }
      deeper.set(key, group)
      group.nodes.push({ path: rest, leaves })
    }
  }
  for (const { label, ts, nodes: group } of deeper.values()) {
    if (here.has(label)) return null
    const below = branchesOf(group)
    if (below === null) return null
    here.set(label, [label, ts, below])
  }
  return [...here.values()].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

describe('what a copy shows', () => {
  it('[DC1] [V2] [V3] [A1] is what the sets delivered mean, in any order, doubled, grouped; intents stamped twice count once, the earlier', () => {
    fc.assert(
      fc.property(fc.boolean().chain(story), fc.infiniteStream(fc.nat()), ({ sets }, random) => {
        const copy = fresh()
        const here: UpdateSet[] = []
        const left = [...sets, ...sets.slice(0, 3)]
        while (left.length > 0) {
          const group = Array.from({ length: Math.min(left.length, 1 + (random.next().value % 3)) }, () => left.splice(random.next().value % left.length, 1)[0]!)
          absorb(copy, ...group)
          here.push(...group)
          expect(shown(copy)).toBe(oracle(here))
        }
      }),
      { numRuns: 400 },
    )
  })

  it('[G2] [F1] [noResurrection] stays so whenever the stable mark rises at each of two copies, and bases of equal F are equal', () => {
    fc.assert(
      fc.property(story(false), fc.infiniteStream(fc.nat()), ({ sets }, random) => {
        const copies = [fresh(copyNumber(51)), fresh(copyNumber(52))]
        const ordered = sets.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
        const lists = copies.map(() => [...sets])
        const heard: UpdateSet[][] = [[], []]
        for (let i = 0; i < 60; i++) {
          const which = random.next().value % 2
          const copy = copies[which]!
          const list = lists[which]!
          if (list.length > 0 && random.next().value % 3 > 0) {
            const set = list.splice(random.next().value % list.length, 1)[0]!
            absorb(copy, set, set)
            heard[which]!.push(set)
          } else if (ordered.length > 0) {
            // F rises only over what is at both copies.
            const mark = ordered[random.next().value % ordered.length]!.ts
            if (mark <= copy.stableMark || ordered.some((set) => set.ts < mark && lists.some((each) => each.includes(set)))) continue
            raise(copy, mark)
            const late = ordered.filter((set) => set.ts < mark)
            absorb(copy, ...late)
          }
          expect(shown(copy)).toBe(oracle(heard[which]!))
        }
        for (const [which, copy] of copies.entries()) {
          absorb(copy, ...lists[which]!)
          raise(copy, at(1000))
        }
        const [one, other] = copies.map((copy) => contentsOf(copy))
        expect(one!.base).toEqual(other!.base)
        expect(one!.log).toEqual([])
        expect(JSON.stringify(one!.base)).toBe(oracle(sets))
        expect(one!.proofs.map(({ ts }) => ts).toSorted()).toEqual(other!.proofs.map(({ ts }) => ts).toSorted())
      }),
      { numRuns: 400 },
    )
  })

  it('[G2] voids one update, not the whole set, when one of the names it changes was deleted and forgotten meanwhile', () => {
    const copy = fresh()
    absorb(copy, setOf(at(1), [['doomed', null, true], ['other', null, true]]))
    absorb(copy, setOf(at(5), [['doomed', at(1), [['x', null, true]]], ['other', at(1), [['y', null, true]]]]))
    absorb(copy, setOf(at(3), [['doomed', null, false]]))
    const before = shown(copy)
    expect(before).toContain('"y"')
    raise(copy, at(4))
    expect(contentsOf(copy).base.map(([label]) => label)).toEqual(['other'])
    expect(shown(copy)).toBe(before)
    raise(copy, at(9))
    expect(shown(copy)).toBe(before)
  })

  it('[V2] a set waits whole for its ancestors, displaces nothing until then, and waits in vain once F has passed them', () => {
    const copy = fresh()
    absorb(copy, setOf(at(2), [['b', null, true]]))
    absorb(copy, setOf(at(6), [['a', at(4), [['x', null, true]]], ['b', null, false]]))
    expect(shown(copy)).toBe(oracle([setOf(at(2), [['b', null, true]])]))
    expect(copy.waiting.size).toBe(1)
    const other = restoreCopy(structuredClone(encodeCopy(copy)))
    absorb(other, setOf(at(4), [['a', null, true]]))
    expect(shown(other)).toContain('"x"')
    expect(shown(other)).not.toContain('"b"')
    expect(other.waiting.size).toBe(0)
    raise(copy, at(5))
    expect(copy.log).toEqual([])
    expect(copy.waiting.size).toBe(0)
    expect(shown(copy)).toContain('"b"')
  })
})

describe('a copy as it is stored', () => {
  it('[monotone] restored from its encoding, or by replaying its changes from any snapshot, it is the same to the byte', () => {
    fc.assert(
      fc.property(fc.boolean().chain(story), fc.nat(), fc.infiniteStream(fc.nat()), ({ sets }, cut, random) => {
        const copy = fresh()
        const changes: Exclude<CopyChange, { type: 'created' }>[] = []
        let mark = BEGINNING
        for (const set of sets) {
          changes.push({ type: 'absorbed', sets: [set] })
          if (random.next().value % 4 === 0 && set.ts > mark) changes.push({ type: 'fields', fields: { stableMark: (mark = set.ts), lastSweep: set.ts } })
        }
        const middle = changes.length === 0 ? 0 : cut % changes.length
        let stored = ''
        for (const [i, change] of changes.entries()) {
          if (i === middle) stored = bytes(copy)
          applyChange(copy, JSON.parse(JSON.stringify(change)) as typeof change)
        }
        expect(bytes(restoreCopy(JSON.parse(bytes(copy)) as EncodedCopy))).toBe(bytes(copy))
        if (changes.length === 0) return
        const again = restoreCopy(JSON.parse(stored) as EncodedCopy)
        for (const change of changes.slice(middle)) applyChange(again, change)
        expect(bytes(again)).toBe(bytes(copy))
        expect(shown(again)).toBe(shown(copy))
      }),
      { numRuns: 200 },
    )
  })

  it('[monotone] nextTS, lastSweep and F never fall: that would be our fault, and throws', () => {
    const copy = fresh()
    absorb(copy, setOf(at(7), [['a', null, true]]))
    raise(copy, at(6))
    for (const field of ['nextTS', 'lastSweep', 'stableMark'] as const) expect(() => applyChange(copy, { type: 'fields', fields: { [field]: at(2) } })).toThrow('monotone')
    expect(copy.highest).toBe(at(6))
    expect(copy.nextTS > at(7)).toBe(true)
  })

  it('[G1] after everything was deleted and folded, nothing is left: no base, no proofs, no log, no intents', () => {
    const copy = fresh()
    for (let i = 1; i <= 50; i++) absorb(copy, setOf(at(i), [[`name ${i % 7}`, null, i % 3 === 0 ? [['x', null, true]] : true]]))
    absorb(copy, setOf(at(60), Array.from({ length: 7 }, (_, i): Branch => [`name ${i}`, null, false])))
    raise(copy, at(70))
    expect(contentsOf(copy)).toMatchObject({ base: [], proofs: [], log: [] })
    // Until F has passed the end of their validity a second stamp could still come.
    expect(copy.intents.size).toBe(51)
    raise(copy, timestamp(600_000_001, '0'))
    absorb(copy)
    expect(contentsOf(copy)).toEqual({ base: [], proofs: [], log: [], intents: [] })
    expect(copy.visible.live).toBe(0)
  })
})

describe('what a copy knows', () => {
  it('[A1] of one intent stamped twice the earlier counts, whichever comes first; known again is no news', () => {
    const early = setOf(at(3), [['a', null, true]], 'n')
    const late = setOf(at(5), [['a', null, true]], 'n')
    for (const order of [[early, late], [late, early]]) {
      const copy = fresh()
      for (const set of order) absorb(copy, set)
      expect(copy.log).toEqual([early])
      expect(knows(copy, late)).toBe(true)
      expect(knows(copy, early)).toBe(true)
      expect(shown(copy)).toBe(oracle([early]))
    }
  })

  it('[A1] two contents under one nonce and one stamp are two intents: all copies have both, and say so', () => {
    const [one, other] = [setOf(at(5), [['a', null, [['x', null, true]]]], 'n'), setOf(at(5), [['a', null, [['y', null, true]]]], 'n')]
    const [first, second] = [fresh(), fresh()]
    absorb(first, one)
    absorb(second, other)
    expect([knows(first, other), knows(second, one), digestOf(first) === digestOf(second)]).toEqual([false, false, false])
    absorb(first, other)
    absorb(second, one)
    expect([shown(first), digestOf(first)]).toEqual([shown(second), digestOf(second)])
    for (const label of ['x', 'y']) expect(shown(first)).toContain(label)
  })

  it('[F1] everything older than F is known or void; a read has seen what is older than lastSweep or in the log', () => {
    const copy = fresh()
    raise(copy, at(5))
    expect(knows(copy, setOf(at(4), [['a', null, true]]))).toBe(true)
    absorb(copy, setOf(at(4), [['a', null, true]]), setOf(at(8), [['b', null, true]]))
    expect(shown(copy)).toBe(oracle([setOf(at(8), [['b', null, true]])]))
    expect([at(4), at(8), at(7)].map((ts) => hasSeen(copy, ts))).toEqual([true, true, false])
  })

  it('[P9] the digest tells logs at or after lastSweep apart, whatever their order of arrival', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 10, max: 60 }), { maxLength: 12 }), fc.uniqueArray(fc.integer({ min: 10, max: 60 }), { maxLength: 12 }), (left, right) => {
        const [one, other] = [left, right].map((times) => {
          const copy = fresh()
          for (const time of times) absorb(copy, setOf(at(time), [['a', null, true]]))
          return copy
        })
        const equal = JSON.stringify(left.toSorted((a, b) => a - b)) === JSON.stringify(right.toSorted((a, b) => a - b))
        expect(digestOf(one!) === digestOf(other!)).toBe(equal)
      }),
      { numRuns: 500 },
    )
  })
})

describe('joining the contents of two copies', () => {
  it('[G3] [noLostUpdate] [noResurrection] copies with different F: nothing is lost and nothing comes back', () => {
    fc.assert(
      fc.property(story(false), fc.infiniteStream(fc.nat()), ({ sets }, random) => {
        const ordered = sets.toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
        // Everything before the greater F is at both copies, as F1 has it; of the rest each has some.
        const mark = ordered[random.next().value % ordered.length]!.ts
        const low = ordered[random.next().value % ordered.length]!.ts
        const [ahead, behind] = [fresh(copyNumber(51)), fresh(copyNumber(52))]
        const older = sets.filter((set) => set.ts < mark)
        const newer = sets.filter((set) => set.ts >= mark)
        const [left, right] = [newer.filter(() => random.next().value % 2 === 0), newer.filter(() => random.next().value % 2 === 0)]
        absorb(ahead, ...older, ...left)
        absorb(behind, ...older, ...right)
        if (low < mark) raise(behind, low)
        raise(ahead, mark)
        const all = oracle([...older, ...new Set([...left, ...right])])
        const contents = structuredClone(contentsOf(ahead))
        applyChange(ahead, { type: 'joined', stableMark: behind.stableMark, contents: contentsOf(behind) })
        applyChange(behind, { type: 'joined', stableMark: mark, contents })
        expect(shown(ahead)).toBe(all)
        expect(shown(behind)).toBe(all)
        expect(contentsOf(behind).base).toEqual(contentsOf(ahead).base)
        expect(behind.stableMark).toBe(mark)
      }),
      { numRuns: 400 },
    )
  })

  it('[G3] [noLostUpdate] a base that comes with a part of the log does not pass for the rest of it (found by seed fixed-42)', () => {
    const ahead = fresh(copyNumber(51))
    const stable = setOf(at(1), [['Lampson', null, true]])
    const later = setOf(at(7), [['Birrell', null, true]])
    absorb(ahead, stable, later)
    raise(ahead, at(5))
    const behind = fresh(copyNumber(52))
    // A write pass of a sweep at 6: what is later is not in it.
    applyChange(behind, { type: 'joined', stableMark: at(5), contents: { ...contentsOf(ahead), log: [] } })
    expect(knows(behind, later)).toBe(false)
    absorb(behind, later)
    expect(shown(behind)).toBe(shown(ahead))
  })

  it('[G3] a copy that missed a deletion and its forgetting does not bring the name back; what it alone has of later it keeps', () => {
    const ahead = fresh(copyNumber(51))
    absorb(ahead, setOf(at(1), [['doomed', null, true], ['kept', null, true]]), setOf(at(3), [['doomed', null, false]]))
    raise(ahead, at(5))
    const behind = fresh(copyNumber(52))
    absorb(behind, setOf(at(1), [['doomed', null, true], ['kept', null, true]]))
    raise(behind, at(2))
    absorb(behind, setOf(at(4), [['never swept', null, true]]), setOf(at(8), [['doomed', at(1), [['x', null, true]]]]), setOf(at(9), [['new', null, true]]))
    applyChange(behind, { type: 'joined', stableMark: at(5), contents: contentsOf(ahead) })
    expect(encodeVisible(behind.visible.root.children).map(([label]) => label)).toEqual(['kept', 'new'])
  })
})
