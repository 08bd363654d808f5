import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Database } from '../../sim/database'
import { signed } from '../../sim/simServer'
import { Cluster, type Member } from '../../trials/cluster'
import { copyNumber, directoryNumber, identifier, rearranged, serverNumber } from '../../trials/generators'
import type { Label } from '../names'
import type { Request } from '../requests'
import { timeOf, timestamp, type Timestamp } from '../timestamp'
import { encodeVisible } from '../values/encodeTree'
import { setId, type Branch, type ProcedureName, type UpdateSet } from '../values/intent'
import { visibleAt } from '../values/valueTree'
import { applyChange, contentsOf, digestOf, emptyContents, epochOf, noFields, restoreCopy, visibleBefore, type DirectoryCopy } from './directoryCopy'
import { cutPages } from './pages'

const directory = directoryNumber(1)
const owner = 'ed25519:owner'
const people = ['ed25519:lampson', 'ed25519:birrell', 'ed25519:stranger'] as const

const at = (time: number): Timestamp => timestamp(time, copyNumber(time % 3))
const leaf = (label: Label, mark = true): Branch => [label, null, mark]
const setOf = (time: number, branches: readonly Branch[], author: string = owner, procedure: ProcedureName = 'doUpdates'): UpdateSet => ({ intent: { directory, author, nonce: identifier(time, 26), from: 0, until: 600_000, procedure, branches }, signature: 'signed', ts: at(time) })
const fresh = (): DirectoryCopy => restoreCopy({ directory, id: copyNumber(50), fields: noFields(epochOf(1, 'aaaaaaaa'), { copy: copyNumber(50), server: serverNumber(1) }), contents: emptyContents() })
const absorb = (copy: DirectoryCopy, ...sets: UpdateSet[]): void => applyChange(copy, { type: 'absorbed', sets })
function copyOf(...sets: UpdateSet[]): DirectoryCopy {
  const copy = fresh()
  absorb(copy, ...sets)
  return copy
}
const raise = (copy: DirectoryCopy, mark: Timestamp): void => applyChange(copy, { type: 'fields', fields: { stableMark: mark, lastSweep: mark } })
const shown = (copy: DirectoryCopy): string => JSON.stringify(encodeVisible(copy.visible.root.children))

const genesis = setOf(1, [['.', null, [leaf('Access'), ['Genesis', null, [leaf(JSON.stringify(['namering genesis 1', owner, 'x', 1]))]]]]], owner, 'newD')
const entries = setOf(2, [
  ['Birrell', null, [['Keys', null, [leaf(people[1])]]]],
  ['Lampson', null, [['Keys', null, [leaf(people[0])]]]],
])
const access = (time: number, author: string, ...triples: Branch[]): UpdateSet => setOf(time, [['.', at(1), [['Access', at(1), triples.toSorted(([a], [b]) => (a < b ? -1 : 1))]]]], author, 'setAccess')
const phone = (time: number, author: string, label: Label, value: Label): UpdateSet => setOf(time, [[label, at(2), [['Phone', null, [leaf(value)]]]]], author)

const triples = ['write ./*:*', 'write ./Birrell:Birrell/*', 'write ./Lampson:./*', 'write ./Birrell:./*', 'write ./Birrell:.', 'write *:*/Server/*', 'write *:Lampson/*'] as const
/** What a procedure might be misused for: changes that it is not for. */
const misused = ['doUpdates', 'carryOut', 'announce', 'reference', 'setUpOn', 'removeS', 'setTX', 'plan', 'removeD', 'move', 'enrol', 'setAccess', 'newD'] as const
const misuses = (key: string): readonly Branch[][] => [
  [['.', at(1), [['Access', at(1), [leaf(`write ${key.replace(':', '%3A')}:./*`), leaf(triples[0], false)]]]]],
  [['.', at(1), [['Genesis', null, [leaf(JSON.stringify(['namering genesis 1', key, 'x', 1]))]]]]],
  [['.', null, [['Access', null, [leaf('write *:*')]]]]],
  [leaf('.', false)],
  [['Birrell', at(2), [['Keys', at(2), [leaf(key)]]]]],
  [leaf('Lampson', false)],
  [leaf('Needham')],
  [['Birrell', at(2), [['Server', null, [['Key', null, [leaf(key)]]]]]]],
  [leaf('Birrell', false)],
]

/** What people may try, whether they have the right or not: rights given and taken, keys too, and values. */
const acts = fc.array(fc.record({ kind: fc.constantFrom('grant', 'revoke', 'write', 'key', 'delete', 'misuse'), misuse: fc.nat(misuses('').length - 1), procedure: fc.constantFrom(...misused), who: fc.constantFrom(owner, ...people), triple: fc.constantFrom(...triples), label: fc.constantFrom('Lampson', 'Birrell') }), { minLength: 1, maxLength: 12 }).map((all) => [
  genesis,
  entries,
  ...all.map(({ kind, who, triple, label, misuse, procedure }, i): UpdateSet => {
    const time = 10 + i
    if (kind === 'misuse') return setOf(time, misuses(who)[misuse]!, who, procedure === 'setAccess' && misuse === 0 ? 'setTX' : procedure)
    if (kind === 'grant' || kind === 'revoke') return access(time, who, leaf(triple, kind === 'grant'))
    if (kind === 'key') return setOf(time, [[label, at(2), [['Keys', at(2), [leaf(people[1], i % 2 === 0)]]]]], who)
    return kind === 'delete' ? setOf(time, [leaf(label, false)], who) : phone(time, who, label, `${i}`)
  }),
])

function oracle(sets: readonly UpdateSet[]): string {
  const database = new Database()
  for (const set of sets) database.accept(directory, { copy: copyNumber(1), directory, change: { type: 'absorbed', sets: [set] } }, set)
  return JSON.stringify(encodeVisible(database.meaning(directory, () => true)))
}

describe('rights, in copies', () => {
  it('[A2] are those of the time-stamp: every copy agrees, in whatever order updates come, with F raised or not', () => {
    fc.assert(
      fc.property(acts.chain((sets) => fc.tuple(fc.constant(sets), rearranged(sets), fc.nat(14), fc.nat(3))), ([sets, order, mark, batch]) => {
        const expected = oracle(sets)
        const copy = fresh()
        for (let i = 0; i < order.length; i += batch + 1) absorb(copy, ...order.slice(i, i + batch + 1))
        expect(shown(copy)).toBe(expected)
        raise(copy, timestamp(mark + 5, '0'))
        expect(shown(copy)).toBe(expected)
        const joiner = fresh()
        applyChange(joiner, { type: 'joined', stableMark: copy.stableMark, contents: contentsOf(copy) })
        expect(shown(joiner)).toBe(expected)
        expect(shown(restoreCopy({ directory, id: copy.id, fields: { ...copy }, contents: contentsOf(copy) }))).toBe(expected)
      }),
      { numRuns: 400 },
    )
  })

  it('[A2] [S5] a server says what it is itself where its key stands, whatever the triples say; the oracle agrees', () => {
    const own: Branch[] = [['Birrell', at(2), [['Server', null, [['Key', null, [leaf('ed25519:stranger')]]]]]]]
    for (const [procedure, shows] of [['setUpOn', 12], ['removeS', 12], ['doUpdates', 10]] as const) {
      const sets = [genesis, entries, setOf(10, own, 'ed25519:stranger'), access(11, owner, leaf('write ./*:*')), setOf(12, own, 'ed25519:stranger', procedure)]
      const copy = copyOf(...sets.toReversed())
      expect(shown(copy)).toBe(oracle(sets))
      expect(visibleAt(copy.visible, ['Birrell', 'Server'])?.ts).toBe(at(shows))
    }
  })

  it('[A2] a change of rights that comes late voids what was shown, and brings out what was not', () => {
    const [give, write, take] = [access(10, owner, leaf('write ./*:*')), phone(20, people[0], 'Birrell', '1'), access(15, owner, leaf('write ./*:*', false), leaf('write ./Birrell:*'))]
    const copy = fresh()
    absorb(copy, genesis, entries, give, write)
    expect(shown(copy)).toContain('Phone')
    absorb(copy, take)
    expect(shown(copy)).not.toContain('Phone')
    expect([...copy.unauthorised]).toEqual([setId(write)])
    absorb(copy, access(17, owner, leaf('write ./Lampson:*')))
    expect(shown(copy)).toContain('Phone')
  })

  it('[A2] by which right something was written can be told until F has passed it', () => {
    const [give, write, take] = [access(10, owner, leaf('write ./Lampson:*')), phone(20, people[0], 'Birrell', '1'), access(30, owner, leaf('write ./Lampson:*', false))]
    const copy = copyOf(genesis, entries, give, write, take)
    const then = (): string => JSON.stringify(encodeVisible(visibleBefore(copy, at(20))?.root.children ?? null))
    expect([then().includes('write ./Lampson:*'), then().includes('Phone'), shown(copy).includes('write ./Lampson:*'), shown(copy).includes('Phone')]).toEqual([true, false, false, true])
    raise(copy, timestamp(25, '0'))
    expect(visibleBefore(copy, at(20))).toBeNull()
  })

  it.each<[string, Branch[]]>([
    ['a key taken away', [['Birrell', at(2), [['Keys', at(2), [leaf(people[1], false)]]]]]],
    ['a name that goes to a directory', [['Birrell', at(2), [['DR', null, [['DI', null, [leaf(directoryNumber(9))]]]], ['Keys', null, false]]]]],
    ['an entry that goes', [leaf('Birrell', false)]],
  ])('[A2] %s, told late, voids what was written with it', (_what, late) => {
    const [give, write, change] = [access(10, owner, leaf('write ./Birrell:Lampson/*')), phone(20, people[1], 'Lampson', '1'), setOf(15, late)]
    const copy = copyOf(genesis, entries, give, write)
    expect(shown(copy)).toContain('Phone')
    absorb(copy, change)
    expect(shown(copy)).not.toContain('Phone')
    expect([...copy.unauthorised]).toEqual([setId(write)])
  })

  it('[A2] of two administrators who shut each other out, at two copies at once, the first has done so: everywhere', () => {
    const both = access(10, owner, leaf('write ./Birrell:./*'), leaf('write ./Lampson:./*'))
    const first = access(20, people[0], leaf('write ./Birrell:./*', false))
    const second = access(21, people[1], leaf('write ./Lampson:./*', false))
    const revenge = access(22, people[1], leaf('write ./Lampson:./*', false), leaf('write ./Birrell:*'))
    for (const order of [[first, second, revenge], [revenge, second, first], [second, first, revenge]]) {
      const copy = fresh()
      absorb(copy, genesis, entries, both)
      for (const set of order) absorb(copy, set)
      expect(shown(copy)).toContain('write ./Lampson:./*')
      expect(shown(copy)).not.toContain('Birrell:')
      expect([...copy.unauthorised].toSorted()).toEqual([second, revenge].map(setId))
    }
  })

  it('[A2] who sees a change go, which an older change of rights has voided, is told', () => {
    const { cluster, directory: swept } = Cluster.ring(2)
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    const triples = ['read *:*', 'write *:*', 'write *:./*']
    const grant = (at: Member, given: readonly (readonly [Label, boolean])[]): void => {
      const request: Request = { type: 'draft', directory: swept, change: { procedure: 'setAccess', under: { labels: ['.', 'Access'], incarnations: null }, tree: given, replace: false } }
      const { branches } = cluster.ask(at, { type: 'ask', servers: [at.id], request }) as { branches: Branch[] }
      cluster.ask(at, cluster.submitCall(at, swept, branches, 'setAccess'))
    }
    grant(alpha, triples.map((triple) => [triple, true] as const))
    cluster.settle()
    cluster.cut(alpha, beta)
    grant(alpha, [['write *:*', false]])
    cluster.time += 1000
    cluster.write(beta, swept, ['Lampson'], true)
    expect(beta.sees(swept)).toContain('Lampson')
    cluster.connect(alpha, beta)
    cluster.settle()
    for (const member of [alpha, beta]) expect(member.sees(swept)).not.toContain('Lampson')
    expect(beta.happened).toContainEqual(expect.stringMatching(/^Lampson counts no more: an older change of rights has come/))
    expect(beta.server.refusals.get('updates: an older change of rights came late')).toBe(1)
    expect(alpha.happened).not.toContainEqual(expect.stringMatching(/counts no more/))
  })

  it('[A2] what was not authorised when F passed it is forgotten, and takes no room', () => {
    const copy = fresh()
    absorb(copy, genesis, entries, access(10, owner, leaf('write ./Birrell:*')), phone(20, people[0], 'Birrell', '1'))
    raise(copy, timestamp(30, '0'))
    expect(copy.log).toEqual([])
    expect([...copy.proofs.keys()]).not.toContain(at(20))
    expect(copy.unauthorised.size).toBe(0)
  })

  it('[A4] an update stamped before a sweep that did not meet it is refused, and counted; one after it is taken', () => {
    const { cluster, directory: swept } = Cluster.ring(2)
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    const { lastSweep } = alpha.copy(swept)
    const stamped = (time: number): UpdateSet => ({ ...signed(cluster.intent(beta, swept, 'doUpdates', [leaf(`at ${time}`)])), ts: timestamp(time, beta.copy(swept).id) })
    const say = (time: number): void => cluster.hand({ from: beta, to: alpha, message: { type: 'updates', directory: swept, epoch: alpha.copy(swept).epoch, from: beta.copy(swept).id, sets: [stamped(time)] } })
    say(timeOf(lastSweep) - 1)
    expect(alpha.sees(swept)).not.toContain('at ')
    expect(alpha.server.refusals.get('updates: stamped before a sweep that did not meet them')).toBe(1)
    say(timeOf(lastSweep) + 1)
    expect(alpha.sees(swept)).toContain('at ')
  })

  it('[A4] nor does a late sweep bring one: what it has beyond its own time is taken as far as it is stamped after the last sweep', () => {
    const { cluster, directory: swept } = Cluster.ring(2)
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    cluster.sweep(beta, swept)
    const late = cluster.delivered.findLast(({ to, message }) => to === alpha && message.type === 'writeSweep')!
    cluster.time += 1000
    cluster.sweep(beta, swept)
    const { lastSweep } = alpha.copy(swept)
    if (late.message.type !== 'writeSweep') return expect.unreachable()
    const log = [-1, 1].map((after): UpdateSet => ({ ...signed(cluster.intent(beta, swept, 'doUpdates', [leaf(`at ${after}`)])), ts: timestamp(timeOf(lastSweep) + after, beta.copy(swept).id) }))
    expect(timeOf(late.message.sweepTS)).toBeLessThan(timeOf(lastSweep) - 1)
    cluster.hand({ ...late, message: { ...late.message, attempt: identifier(1, 16), page: cutPages({ base: null, log })[0]! } })
    expect(alpha.sees(swept)).toContain('at 1')
    expect(alpha.sees(swept)).not.toContain('at -1')
    expect([...alpha.server.refusals]).toEqual([])
  })

  it('[A1] [A2] of several updates that somebody gave one time-stamp none stands in the way of another, in whatever order they come', () => {
    const stamp = at(20)
    const own = (set: UpdateSet, n: number): UpdateSet => ({ ...set, ts: stamp, intent: { ...set.intent, nonce: identifier(100 + n, 26) } })
    const write = own(setOf(20, [['Needham', null, [['Phone', null, [leaf('1')]]]]]), 1)
    const twins = [own(phone(20, people[0], 'Birrell', '2'), 2), own(phone(20, people[2], 'Lampson', '3'), 3), own(setOf(20, [leaf('Birrell', false)], people[2]), 0)]
    const below = setOf(30, [['Needham', stamp, [['Phone', stamp, [leaf('4')]]]]])
    const others = [genesis, entries, access(10, owner, leaf('write ./Lampson:Birrell/*'), leaf(`write ${owner.replace(':', '%3A')}:*`))]
    const expected = shown(copyOf(...others, write, twins[0]!, below))
    expect(['"1"', '"2"', '"4"'].every((value) => expected.includes(value))).toBe(true)
    fc.assert(
      fc.property(fc.shuffledSubarray([...others, write, ...twins, below], { minLength: 8, maxLength: 8 }), fc.boolean(), (order, folds) => {
        const copy = copyOf()
        for (const set of order) absorb(copy, set)
        expect(shown(copy)).toBe(expected)
        expect(digestOf(copy)).toBe(digestOf(copyOf(...others, write, ...twins, below)))
        if (folds) raise(copy, at(40))
        expect(shown(copy)).toBe(expected)
        expect(shown(restoreCopy({ directory, id: copy.id, fields: copy, contents: contentsOf(copy) }))).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('[A2] nobody makes the first change of a directory a second time, with another owner', () => {
    const copy = fresh()
    const second = setOf(5, [['.', null, [['Genesis', null, [leaf(JSON.stringify(['namering genesis 1', people[2], 'x', 1]))]]]]], people[2], 'newD')
    absorb(copy, genesis, entries, second)
    expect(shown(copy)).toBe(oracle([genesis, entries]))
  })
})

describe('what a hostile member made without the right', () => {
  /** The root is the owner's; beta, a guest's server, stores a copy, and has a change in it that nobody let it make. */
  function house(): { cluster: Cluster; swept: ReturnType<typeof directoryNumber>; forged: UpdateSet } {
    const { cluster, directory: swept } = Cluster.ring(2, 3)
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    cluster.write(alpha, swept, ['Lampson'], [['Phone', [['853', true]]]])
    const triples = ['copy *:*', 'read *:*', `read,write ${owner.replace(':', '%3A')}:*`, `read,write ${owner.replace(':', '%3A')}:./*`]
    for (const [i, member] of cluster.members.entries()) cluster.belongsTo(member, i === 0 ? owner : people[2])
    const change: Request = { type: 'draft', directory: swept, change: { procedure: 'setAccess', under: { labels: ['.', 'Access'], incarnations: null }, tree: triples.map((triple) => [triple, true] as const), replace: false } }
    const { branches } = cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: change }) as { branches: Branch[] }
    cluster.ask(alpha, cluster.submitCall(alpha, swept, branches, 'setAccess', owner))
    cluster.settle()
    const copy = beta.copy(swept)
    const forged: UpdateSet = { ...signed(cluster.intent(beta, swept, 'doUpdates', [leaf('Lampson', false), leaf('Mallory')], people[2])), ts: timestamp(Math.max(timeOf(copy.nextTS), cluster.now(beta) * 1000), copy.id) }
    applyChange(copy, { type: 'absorbed', sets: [forged] })
    return { cluster, swept, forged }
  }
  const untouched = (seen: string): void => {
    expect(seen).toContain('853')
    expect(seen).not.toContain('Mallory')
  }

  it('[A2] is counted and said, once, by whoever it comes to', () => {
    const { cluster, swept, forged } = house()
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    const said = (at: Member): number => at.happened.filter((text) => text.endsWith('does not count: its author had no right to it')).length
    for (let i = 0; i < 3; i++) {
      cluster.hand({ from: beta, to: alpha, message: { type: 'updates', directory: swept, epoch: beta.copy(swept).epoch, from: beta.copy(swept).id, sets: [forged] } })
      cluster.pass(30_000)
    }
    expect(said(alpha)).toBe(1)
    expect(alpha.server.refusals.get('updates: the author had no right')).toBe(1)
    expect(cluster.tryAsk(beta, { type: 'ask', servers: [alpha.id], request: { type: 'newEpoch', directory: swept, servers: [alpha.id], force: false, patience: 2000, dry: true } })).toMatchObject({ code: 'NoRight' })
    expect(alpha.server.refusals.get('request: no right to what it asks for')).toBe(1)
  })

  it('[A2] comes in by no message', () => {
    const { cluster, swept, forged } = house()
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    const { epoch, id } = beta.copy(swept)
    cluster.hand({ from: beta, to: alpha, message: { type: 'updates', directory: swept, epoch, from: id, sets: [forged] } })
    expect(alpha.copy(swept).unauthorised).toContain(setId(forged))
    untouched(alpha.sees(swept))
  })

  it.each(['one', 'every'])('[A1] takes no update from anybody by its time-stamp, sent to %s other copy', (whom) => {
    const { cluster, swept } = house()
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.join(gamma, swept, alpha)
    cluster.pass(20_000)
    const { ts } = cluster.ask(alpha, cluster.submitCall(alpha, swept, [leaf('Payroll')], 'doUpdates', owner)) as { ts: Timestamp }
    const forgery: UpdateSet = { ...signed(cluster.intent(beta, swept, 'doUpdates', [leaf('Mallory')], people[2])), ts }
    const { epoch, id } = beta.copy(swept)
    for (const to of whom === 'one' ? [gamma] : [alpha, gamma]) cluster.hand({ from: beta, to, message: { type: 'updates', directory: swept, epoch, from: id, sets: [forgery] } })
    cluster.settle()
    for (let i = 0; i < 8; i++) cluster.pass(30_000)
    for (const member of cluster.members) {
      expect(member.copy(swept).stableMark > ts).toBe(true)
      expect(member.sees(swept)).toContain('Payroll')
      untouched(member.sees(swept))
    }
  })

  it('[P12] [A2] hands over nothing that its author may not make, with whatever time-stamp, to a copy whose ring it is not in', () => {
    const { cluster, swept } = house()
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const { ts } = cluster.ask(alpha, cluster.submitCall(alpha, swept, [leaf('Payroll')], 'doUpdates', owner)) as { ts: Timestamp }
    const copy = beta.copy(swept)
    for (const stamp of [ts, timestamp(timeOf(copy.nextTS) + 1, copy.id)]) {
      const set: UpdateSet = { ...signed(cluster.intent(gamma, swept, 'doUpdates', [leaf('Mallory')], people[2])), ts: stamp }
      expect(cluster.code(gamma, { type: 'ask', servers: [alpha.id], request: { type: 'has', directory: swept, ts: stamp, set } })).toBe('NoRight')
    }
    expect(alpha.copy(swept).log.every(({ intent }) => intent.author !== people[2])).toBe(true)
  })

  it('[A2] comes in by no sweep, and is forgotten with the next ones', () => {
    const { cluster, swept, forged } = house()
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    for (let i = 0; i < 3; i++) {
      cluster.sweep(alpha, swept)
      cluster.pass(2000)
    }
    for (const member of [alpha, beta]) {
      untouched(member.sees(swept))
      expect(member.copy(swept).log.map(({ ts }) => ts)).not.toContain(forged.ts)
    }
  })

  it('[A2] comes in by no snapshot for a copy that joins, and by no hand-over of one that leaves', () => {
    const { cluster, swept } = house()
    const [alpha, beta, gamma] = [cluster.member(0), cluster.member(1), cluster.member(2)]
    cluster.join(gamma, swept, beta)
    untouched(gamma.sees(swept))
    cluster.ask(alpha, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: swept, force: true } })
    cluster.pass(10_000)
    for (const member of [alpha, gamma]) untouched(member.sees(swept))
  })

  it('[A2] comes in by no epoch that takes a copy back with what it had, nor by who makes that anew', () => {
    const { cluster, swept } = house()
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    const begin = (...members: Member[]): void => void cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'newEpoch', directory: swept, servers: members.map(({ id }) => id), force: members.length === 1, patience: 5000, dry: false } })
    cluster.cut(alpha, beta)
    cluster.ask(beta, cluster.submitCall(beta, swept, [leaf('Needham')], 'doUpdates', owner))
    begin(alpha)
    cluster.connect(alpha, beta)
    cluster.pass(2000)
    expect(beta.copy(swept).state).toBe('excluded')
    expect(cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'quarantine', directory: swept } })).toMatchObject({ entries: [{ what: 'Needham' }] })
    expect(cluster.code(beta, { ...cluster.submitCall(beta, swept, [leaf('Mallory')], 'doUpdates', people[2]), servers: [alpha.id] } as Parameters<Cluster['code']>[1])).toBe('NoRight')
    begin(alpha, beta)
    cluster.sweep(alpha, swept)
    for (const member of [alpha, beta]) {
      expect(member.sees(swept)).toContain('Needham')
      untouched(member.sees(swept))
    }
  })

  it('[A2] comes in by no client that hands it to a copy that lacks it', () => {
    const { cluster, swept, forged } = house()
    const [alpha, beta] = [cluster.member(0), cluster.member(1)]
    cluster.tryAsk(beta, { type: 'ask', servers: [alpha.id], request: { type: 'has', directory: swept, ts: forged.ts, set: forged } })
    untouched(alpha.sees(swept))
  })
})
