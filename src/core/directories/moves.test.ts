import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signed } from '../../sim/simServer'
import { Cluster, named, ofType, type Member, type Post } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import { isFailure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { timestamp } from '../timestamp'
import { childLabel } from './children'
import { effectiveParent, parentsBy, pendingIn, type Placing } from '../entries/parents'
import { namedBy } from './reference'
import { labelsAt } from '../entries/serverEntry'

const [DEC, SRC, LAB] = [directoryNumber(11), directoryNumber(12), directoryNumber(13)] as [DirectoryId, DirectoryId, DirectoryId]

/** ANSI/{DEC, SRC, LAB}, all on each of three servers. */
function town(): { cluster: Cluster; root: DirectoryId; alpha: Member; beta: Member; gamma: Member } {
  const { cluster, directory: root } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  for (const [label, directory] of [['DEC', DEC], ['SRC', SRC], ['LAB', LAB]] as const) {
    cluster.newD(alpha, root, label, directory)
    for (const member of [beta, gamma]) cluster.join(member, directory, alpha)
  }
  cluster.pass(10_000)
  return { cluster, root, alpha, beta, gamma }
}

const cleanUp = (cluster: Cluster, at: Member, directory: DirectoryId): object | Failure => cluster.tryAsk(at, { type: 'ask', servers: [at.id], request: { type: 'cleanUp', directory } })
const code = (outcome: object | Failure): string => (isFailure(outcome) ? outcome.code : 'ok')
const at = (member: Member, directory: DirectoryId): string => {
  const parent = effectiveParent(member.copy(directory))
  return parent === undefined ? 'root' : `${parent.parent}/${parent.label}`
}
const found = (cluster: Cluster, from: Member, root: DirectoryId, ...labels: Label[]): DirectoryId | string => {
  const outcome = cluster.lookup(from, named(root, ...labels))
  return isFailure(outcome) ? outcome.code : outcome.directory
}

describe('[M2] [D3] effective parents', () => {
  const directories = [1, 2, 3, 4, 5].map(directoryNumber)
  const record = fc.record({ ofRoot: fc.boolean(), directory: fc.constantFrom(...directories), parent: fc.constantFrom(...directories, directoryNumber(9)) })
  const sets = fc.array(record, { maxLength: 14 }).map((all) => all.map((each, i): Placing => ({ ...each, label: `l${i}`, ts: timestamp(1000 + i, '0'), born: false })))

  it('are a tree for every set of records, in whatever order they came', () => {
    fc.assert(
      fc.property(sets, fc.infiniteStream(fc.nat()), (records, order) => {
        const { parents, voided } = parentsBy(records)
        for (const directory of directories) {
          let [steps, up] = [0, parents.get(directory)?.parent]
          while (up !== undefined && steps++ < 20) up = parents.get(up)?.parent
          expect(up).toBeUndefined()
        }
        const shuffled = [...records].map((each) => ({ each, at: order.next().value as number })).toSorted((a, b) => a.at - b.at).map(({ each }) => each)
        expect(parentsBy(shuffled)).toEqual({ parents, voided })
      }),
    )
  })

  it('what is decided for a record stays so whatever later records come', () => {
    fc.assert(
      fc.property(sets, fc.nat(14), (records, until) => {
        const before = parentsBy(records.slice(0, until)).voided
        const after = parentsBy(records).voided
        for (const { ts } of records.slice(0, until)) expect(after.has(ts)).toBe(before.has(ts))
      }),
    )
  })
})

describe('a move', () => {
  it('[M3] [M4] [D3] is settled when all above is stable; the reference follows, and the old name leads there as a link', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.move(beta, SRC, DEC, 'Research')
    expect(at(beta, SRC)).toBe(`${root}/SRC`)
    expect(code(cleanUp(cluster, beta, SRC))).toBe('ok')
    cluster.settle()
    for (const member of [alpha, beta, gamma]) {
      expect(at(member, SRC)).toBe(`${DEC}/Research`)
      expect(namedBy(member.copy(DEC).visible, 'Research')).toMatchObject({ type: 'directory', directory: SRC })
      expect(namedBy(member.copy(root).visible, 'SRC')).toEqual({ type: 'link', to: `#${root}/DEC/Research` })
      expect(found(cluster, member, root, 'SRC')).toBe(SRC)
      expect(found(cluster, member, root, 'DEC', 'Research')).toBe(SRC)
    }
  })

  it('[S4] though two of its servers go by one name, of which one was removed: the reference has that name once', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    Object.assign(gamma.server, { removed: true, name: beta.server.name })
    cluster.sweep(gamma, SRC)
    cluster.pass(60_000)
    expect(new Set(beta.copy(SRC).ring.map(({ name }) => name)).size).toBe(2)
    cluster.move(beta, SRC, DEC, 'Research')
    expect(code(cleanUp(cluster, beta, SRC))).toBe('ok')
    cluster.settle()
    expect(namedBy(alpha.copy(DEC).visible, 'Research')).toMatchObject({ type: 'directory', directory: SRC })
    expect(found(cluster, alpha, root, 'SRC')).toBe(SRC)
  })

  it('[M4] the name in use leads there at every step of it, from every server, whichever copies are asked', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.move(gamma, SRC, DEC, 'SRC')
    const id = cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'cleanUp', directory: SRC } })
    for (let i = 0; i < 400 && !(gamma.replies.has(id) && cluster.post.length === 0); i++) {
      if (!cluster.deliver()) cluster.tickNext()
      const members = [alpha, beta, gamma]
      const isEverywhere = members.every((member) => namedBy(member.copy(DEC).visible, 'SRC')?.type === 'directory')
      for (const member of members) expect(namedBy(member.copy(root).visible, 'SRC')?.type).toMatch(isEverywhere ? /directory|link/ : /directory/)
    }
    expect(gamma.replies.has(id)).toBe(true)
    cluster.pass(10_000)
    for (const member of [alpha, beta, gamma]) expect(found(cluster, member, root, 'SRC')).toBe(SRC)
  })

  it('[M4] back again and away: references and links change places, and no link leads by another', () => {
    const { cluster, root, alpha, beta } = town()
    cluster.move(alpha, SRC, DEC, 'SRC')
    expect(code(cleanUp(cluster, alpha, SRC))).toBe('ok')
    cluster.move(beta, SRC, root, 'SRC')
    expect(code(cleanUp(cluster, beta, SRC))).toBe('ok')
    cluster.settle()
    expect(namedBy(alpha.copy(root).visible, 'SRC')).toMatchObject({ type: 'directory', directory: SRC })
    expect(namedBy(alpha.copy(DEC).visible, 'SRC')).toEqual({ type: 'link', to: `#${root}/SRC` })
    cluster.move(alpha, SRC, LAB, 'SRC')
    cluster.pass(10)
    expect(code(cleanUp(cluster, alpha, SRC))).toBe('ok')
    cluster.settle()
    expect(namedBy(beta.copy(DEC).visible, 'SRC')).toEqual({ type: 'link', to: `#${root}/LAB/SRC` })
    expect(namedBy(beta.copy(root).visible, 'SRC')).toEqual({ type: 'link', to: `#${root}/LAB/SRC` })
  })

  it('[M2] [M3] two that cross in a split network: when it heals the later one is void, everywhere, and the tree is one', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.cut(alpha, beta)
    cluster.cut(alpha, gamma)
    cluster.move(alpha, DEC, SRC, 'DEC')
    cluster.time += 5
    cluster.move(beta, SRC, DEC, 'SRC')
    const [here, there] = [cleanUp(cluster, alpha, DEC), cleanUp(cluster, beta, SRC)]
    expect([code(here), code(there)]).toEqual(['MovePending', 'MovePending'])
    for (const member of [alpha, beta, gamma]) expect([at(member, DEC), at(member, SRC)]).toEqual([`${root}/DEC`, `${root}/SRC`])
    cluster.connect(alpha, beta)
    cluster.connect(alpha, gamma)
    cluster.pass(120_000)
    for (const member of [alpha, beta, gamma]) {
      expect([at(member, DEC), at(member, SRC)]).toEqual([`${SRC}/DEC`, `${root}/SRC`])
      expect(pendingIn(member.copy(SRC))).toEqual([])
      expect(found(cluster, member, root, 'DEC')).toBe(DEC)
      expect(found(cluster, member, root, 'SRC', 'DEC')).toBe(DEC)
      expect(namedBy(member.copy(DEC).visible, 'SRC')).toBe(null)
    }
  })

  it('[M3] below itself is refused beforehand', () => {
    const { cluster, root, alpha } = town()
    cluster.move(alpha, SRC, DEC, 'SRC')
    cleanUp(cluster, alpha, SRC)
    const foresee = (directory: DirectoryId, parent: DirectoryId): string => cluster.code(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'foresee', directory, parent, label: 'x', prepare: false } })
    expect(foresee(DEC, SRC)).toBe('WouldFormCycle')
    expect(foresee(DEC, DEC)).toBe('WouldFormCycle')
    expect(foresee(DEC, LAB)).toBe('ok')
    expect(foresee(root, DEC)).toBe('WouldFormCycle')
  })

  it('[M2] a directory lies where it was born even for a move to it that a slow clock stamped earlier', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.newD(beta, DEC, 'WRL', directoryNumber(14))
    alpha.skew = -60_000
    cluster.move(alpha, SRC, directoryNumber(14), 'SRC')
    cluster.move(beta, DEC, SRC, 'DEC')
    cluster.pass(200_000)
    for (const member of [alpha, beta, gamma]) expect([at(member, SRC), at(member, DEC)]).toEqual([`${directoryNumber(14)}/SRC`, `${root}/DEC`])
    expect(at(beta, directoryNumber(14))).toBe(`${DEC}/WRL`)
  })

  it('[M4] any message of it may be lost, and who carries it out may crash after any step: it is carried out', () => {
    for (let lost = 0; lost < 60; lost += 3) {
      const { cluster, root, alpha, beta, gamma } = town()
      cluster.move(beta, SRC, DEC, 'SRC')
      cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'cleanUp', directory: SRC } })
      for (let i = 0; i < lost; i++) if (!cluster.deliver()) cluster.tickNext()
      if (lost % 2 === 0) cluster.crash(beta)
      else cluster.lose(() => true)
      if (!beta.alive) cluster.restart(beta)
      cluster.pass(120_000)
      for (const member of [alpha, beta, gamma]) expect([lost, at(member, SRC), found(cluster, member, root, 'SRC')]).toEqual([lost, `${DEC}/SRC`, SRC])
    }
  })

  it('[M3] who accepted it is gone: another copy carries it out', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.cut(beta, gamma)
    cluster.move(beta, SRC, DEC, 'SRC')
    cluster.settle()
    cluster.connect(beta, gamma)
    cluster.lose(ofType('request', 'answer'))
    cluster.pass(120_000)
    for (const member of [alpha, beta, gamma]) expect(found(cluster, member, root, 'DEC', 'SRC')).toBe(SRC)
  })

  it('[M6] two directories that find one name free at once: its reference is of one of them, never of both', () => {
    const cluster = new Cluster(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const root = cluster.firstRoot(alpha)
    cluster.pass(10_000)
    const [one, other] = [directoryNumber(21), directoryNumber(22)]
    for (const [member, directory] of [[beta, one], [gamma, other]] as const) {
      const intent = cluster.intent(member, directory, 'newD', [['.', null, [['BR', null, [[root, null, [['DEC', null, true]]]]]]]])
      cluster.call(member, { type: 'ask', servers: [member.id], request: { type: 'create', directory, signed: signed(intent) } })
    }
    const isSecond = ({ message, from }: Post): boolean => from === gamma && message.type === 'request' && message.request.type === 'draft'
    cluster.settle((post) => !isSecond(post))
    expect(cluster.post.filter(isSecond)).toHaveLength(1)
    cluster.settle()
    expect(labelsAt(alpha.copy(root).visible, ['DEC', 'DR', 'DI'])).toHaveLength(1)
    expect([one, other].map((directory) => found(cluster, alpha, root, effectiveParent(cluster.copies(directory)[0]!)!.label))).toEqual([one, other])
  })

  it('[M4] [M6] a server finds no directory by its own word whose name is another’s, not even for the moment until it takes a new one', () => {
    const { cluster, directory: root } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const [first, second] = [directoryNumber(2), directoryNumber(3)]
    for (const [maker, directory] of [[beta, first], [gamma, second]] as const) cluster.announce(alpha, root, childLabel(directory), maker)
    expect(cluster.newD(beta, root, 'DEC', first)).toMatchObject({ label: 'DEC' })
    const created = cluster.intent(gamma, second, 'newD', [['.', null, [['BR', null, [[root, null, [['DEC', null, true]]]]]]]])
    const making = cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'create', directory: second, signed: signed(created) } })
    expect(gamma.copy(second).state).toBe('active')
    expect(cluster.lookup(gamma, { from: root, up: 0, labels: ['DEC'] })).toMatchObject({ directory: first })
    cluster.settle()
    const { label } = gamma.replies.get(making) as { label: string }
    expect(label).not.toBe('DEC')
    expect(cluster.lookup(gamma, { from: root, up: 0, labels: [label] })).toMatchObject({ directory: second })
  })

  it('[M4] [M6] a reference that comes late, when its name is taken, takes it from nobody: not from a directory whose name is in use, nor from what a person wrote', () => {
    const [one, other] = [directoryNumber(21), directoryNumber(22)]
    for (const taker of ['directory', 'person']) {
      const cluster = new Cluster(3)
      const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
      const root = cluster.firstRoot(alpha)
      cluster.pass(10_000)
      const intent = cluster.intent(gamma, other, 'newD', [['.', null, [['BR', null, [[root, null, [['DEC', null, true]]]]]]]])
      cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'create', directory: other, signed: signed(intent) } })
      const isReference = ({ message }: Post): boolean => message.type === 'request' && message.request.type === 'submit' && message.request.directory === root
      cluster.settle((post) => !isReference(post))
      const [late] = cluster.lose(isReference)
      cluster.crash(gamma)
      if (taker === 'directory') cluster.newD(beta, root, 'DEC', one)
      else cluster.write(alpha, root, ['DEC', 'Phone'], [['853', true]])
      cluster.pass(60_000)
      const before = alpha.sees(root)
      cluster.restart(gamma)
      cluster.hand(late!)
      expect(alpha.sees(root)).toBe(before)
      cluster.pass(400_000)
      expect(namedBy(alpha.copy(root).visible, 'DEC')).toMatchObject(taker === 'directory' ? { type: 'directory', directory: one } : { type: 'entry' })
      expect(found(cluster, alpha, root, effectiveParent(gamma.copy(other))!.label)).toBe(other)
    }
  })

  it('[M1] a record stays: by the procedure of moves none can be taken away', () => {
    const { cluster, alpha } = town()
    const failed = cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'draft', directory: SRC, change: { procedure: 'move', under: { labels: ['.', 'BR'], incarnations: null }, tree: [[effectiveParent(alpha.copy(SRC))!.key, false]], replace: false } } }) as { branches: [] }
    expect(cluster.code(alpha, cluster.submitCall(alpha, SRC, failed.branches, 'move'))).toBe('Reserved')
  })
})
