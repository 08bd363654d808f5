import { describe, expect, it } from 'vitest'
import { at, directoryNumber } from '../../trials/generators'
import type { Label } from '../names'
import type { Certificate } from '../values/certificate'
import { applySet, type Branch, type UpdateSet } from '../values/intent'
import { emptyTree, type ValueTree } from '../values/valueTree'
import type { Principal } from './principal'
import { accessAt } from './whoMay'

const directory = directoryNumber(1)
const owner = 'ed25519:owner'
const lampson = 'ed25519:lampson'
const leaf = (label: Label): Branch => [label, null, true]
const set = (time: number, branches: readonly Branch[]): UpdateSet => ({ intent: { directory, author: owner, nonce: `${time}`, from: 0, until: 600_000, procedure: 'doUpdates', branches }, signature: '', ts: at(time) })

const nothing = { setsAt: () => [], before: () => null }

describe('"who may do what here, and why"', () => {
  const visible = emptyTree()
  applySet(visible, set(1, [['.', null, [['Access', null, ['read *:*', 'write ./Lampson:Lampson/*', `write ${owner.replace(':', '%3A')}:./*`].map(leaf)], ['Genesis', null, [leaf(JSON.stringify(['namering genesis 1', owner, 'x', 1]))]]]]]))
  applySet(visible, set(2, [['Lampson', null, [['Keys', null, [leaf(lampson)]]]]]))
  const copy = { directory, visible, stableMark: at(2) }
  const asked = (asker: string, about: string | null) => accessAt(copy, () => ({ key: asker, names: asker === lampson ? [{ up: 0, labels: ['Lampson'], from: [{ directory, labels: ['Lampson'] }] }] : [] }), about, ['Lampson'], at(9), nothing)

  it('who may not read the triples is told those that speak of it, and no others', () => {
    expect(asked(lampson, null)).toMatchObject({ triples: null, names: ['./Lampson'], granting: ['read *:*', 'write ./Lampson:Lampson/*'], allowed: [['read', 'read *:*', true], ['write', 'write ./Lampson:Lampson/*', true]] })
    expect(asked('ed25519:birrell', './Lampson')).toMatchObject({ triples: null, granting: ['read *:*'], allowed: [['read', 'read *:*', true]] })
    expect(asked(owner, './Lampson')).toMatchObject({ granting: ['read *:*', 'write ./Lampson:Lampson/*'] })
  })

  it('whose entries have a key is told to who may read that, and what it has by those names', () => {
    const some = emptyTree()
    applySet(some, set(1, [['.', null, [['Access', null, ['read *:./*', 'read ./Lampson:*'].map(leaf)]]]]))
    applySet(some, set(2, [['Lampson', null, [['Keys', null, [leaf(lampson)]]]]]))
    const about = (asker: string, names: Label[]): unknown => accessAt({ directory, visible: some, stableMark: at(2) }, () => ({ key: asker, names: names.map((label) => ({ up: 0, labels: [label], from: [] })) }), lampson, ['Lampson'], at(9), nothing)
    expect(about('ed25519:birrell', [])).toMatchObject({ key: lampson, names: [], granting: ['read *:./*'], allowed: [] })
    expect(about(lampson, ['Lampson'])).toMatchObject({ names: ['./Lampson'], granting: ['read *:./*', 'read ./Lampson:*'], allowed: [['read', 'read ./Lampson:*', true]] })
  })

  it('tells which triples are final', () => {
    expect(asked(owner, null)).toMatchObject({ triples: [{ isFinal: true }, { isFinal: true }, { isFinal: true }] })
    expect(accessAt({ ...copy, stableMark: at(1) }, () => ({ key: owner, names: [] }), null, [], at(9), nothing)).toMatchObject({ triples: [{ isFinal: false }, { isFinal: false }, { isFinal: false }] })
  })

  it('[A2] tells of an answer whether the triple that decides is final, also who may not read the triples', () => {
    const readBy = (stableMark: number, key: string): unknown => accessAt({ ...copy, stableMark: at(stableMark) }, () => ({ key, names: [] }), null, ['Lampson'], at(9), nothing)
    expect(readBy(1, 'ed25519:birrell')).toMatchObject({ triples: null, allowed: [['read', 'read *:*', false]] })
    expect(readBy(2, 'ed25519:birrell')).toMatchObject({ triples: null, allowed: [['read', 'read *:*', true]] })
    expect(readBy(1, owner)).toMatchObject({ allowed: [['read', 'owner', true], ['write', 'owner', true], ['test', 'owner', true], ['copy', 'owner', true]] })
  })

  describe('of who wrote what stands with a time-stamp', () => {
    const cho = 'ed25519:cho'
    const above = directoryNumber(2)
    const genesis = JSON.stringify(['namering genesis 1', 'ed25519:above', 'x', 1])
    const certificate = { genesis: null, name: '', from: 0, until: 600_000, signature: '' }
    const chain: Certificate[] = [{ ...certificate, directory: above, genesis, issuer: 'ed25519:above', name: 'Cho', subject: cho }]
    const speaks: Certificate = { ...certificate, directory: null, issuer: lampson, subject: 'ed25519:server' }
    const some = emptyTree()
    const by = (time: number, author: string, branches: readonly Branch[], proof: Certificate[]): UpdateSet => ({ ...set(time, branches), intent: { ...set(time, branches).intent, author, chain: proof } })
    const sets = [
      set(1, [['.', null, [['Access', null, ['read ./Lampson:*', 'write ../*:Notes', 'write ./Lampson:Notes', 'read *:Notes', `read ${owner.replace(':', '%3A')}:./*`].toSorted().map(leaf)], ['BR', null, [[above, null, [leaf('SRC')]]]]]]]),
      set(2, [['Lampson', null, [['Keys', null, [leaf(lampson)]]]]]),
      by(3, cho, [['Notes', null, [leaf('Cho')]]], chain),
      by(4, 'ed25519:server', [leaf('Server')], [speaks]),
      by(5, cho, [leaf('Hidden')], chain),
    ]
    for (const each of sets) applySet(some, each)
    const writer = (asker: Principal, time: number): unknown => accessAt({ directory, visible: some, stableMark: at(2) }, () => asker, at(time), ['Notes'], at(900_000_000), { setsAt: (ts) => sets.filter((each) => each.ts === ts), before: () => before })
    let before: ValueTree | null = null
    const reader = { key: owner, names: [{ up: 0, labels: ['Lampson'], from: [] }] }

    it('[X2] it is the name that the chain of the set proves, long after that has ended', () => {
      expect(writer(reader, 3)).toMatchObject({ isThen: false, key: cho, names: ['../Cho'], allowed: [['read', 'read *:Notes', true], ['write', 'write ../*:Notes', true]] })
    })

    it('[A2] it is by the right of then, while that can be told: it may have been taken away since, and is not final', () => {
      before = emptyTree()
      applySet(before, set(1, [['.', null, [['Access', null, ['write ../Cho:*'].map(leaf)]]]]))
      expect(writer(reader, 3)).toMatchObject({ isThen: true, isOpen: false, key: cho, names: ['../Cho'], granting: ['write ../Cho:*'], allowed: [['write', 'write ../Cho:*', false]] })
      before = emptyTree()
      expect(writer(reader, 3)).toMatchObject({ isThen: true, isOpen: true })
      before = null
    })

    it('[X3] a server that speaks for its person is that person', () => {
      expect(writer(reader, 4)).toMatchObject({ key: lampson, names: ['./Lampson'], allowed: [['read', 'read *:Notes', true], ['write', 'write ./Lampson:Notes', true]] })
    })

    it('[A5] a chain is told to who may read the triples and to whom it proves; of what may not be read nobody is the author', () => {
      const guest = { key: 'ed25519:guest', names: [] }
      expect(writer(guest, 3)).toMatchObject({ key: cho, names: [], triples: null, allowed: [['read', 'read *:Notes', true]] })
      expect(writer({ key: cho, names: [] }, 3)).toMatchObject({ key: cho, names: ['../Cho'] })
      for (const time of [5, 6]) expect(writer(guest, time)).toEqual({ ...(writer(guest, 7) as object), about: expect.objectContaining({ name: `the author of ${at(time)}` }) })
    })
  })
})
