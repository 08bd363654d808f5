import { describe, expect, it } from 'vitest'
import { Cluster, ofType, type Member, type Post } from '../../trials/cluster'
import { copyNumber, directoryNumber, identifier } from '../../trials/generators'
import { isFailure, type Failure } from '../errors'
import type { CopyId, DirectoryId } from '../names'
import type { Message } from '../messages'
import { BEGINNING, millisecondsOf } from '../timestamp'
import { emptyContents, encodeCopy } from './directoryCopy'
import { cutPages, joinPages, loadOf } from './pages'

const ofJoins = ofType('askSnapshot', 'snapshotPage', 'request', 'answer', 'snapshotRefused', 'askSplice', 'askFate', 'spliced', 'spliceRefused')

/** DC2: from every active copy the pointers lead back to it, every member existing; all active copies are on one ring. */
function expectRing({ members }: Cluster, directory: DirectoryId): void {
  const all = new Map(members.flatMap((member) => member.server.copies.get(directory) ?? []).map((copy) => [copy.id, copy]))
  for (const copy of all.values()) {
    if (copy.state !== 'active') continue
    const met = new Set<CopyId>()
    for (let at = copy.id; !met.has(at); at = all.get(at)!.pointer.copy) {
      met.add(at)
      expect(all.has(all.get(at)!.pointer.copy), `${at} points at a copy that does not exist`).toBe(true)
    }
    for (const other of all.values()) if (other.state === 'active') expect(met.has(other.id)).toBe(true)
  }
}

function heal(cluster: Cluster, directory: DirectoryId, size: number): void {
  cluster.pass(60_000)
  expectRing(cluster, directory)
  const copies = cluster.copies(directory)
  expect(copies.map(({ state }) => state)).toEqual(Array.from({ length: size }, () => 'active'))
  for (let i = 0; i < 3; i++) cluster.sweep(cluster.member(0), directory)
  const having = cluster.members.filter((member) => member.server.copies.has(directory))
  for (const member of having) {
    expect(member.sees(directory)).toBe(having[0]!.sees(directory))
    expect(member.copy(directory).ring).toHaveLength(size)
    expect(member.copy(directory).stableMark).toBe(having[0]!.copy(directory).stableMark)
  }
}

/** Delivers messages one by one as a seed picks them: some lost, some doubled, in any order. */
function storm(cluster: Cluster, seed: number, steps: number, act: (i: number) => void = () => undefined): void {
  let state = seed * 7919 + 17
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  for (let i = 0; i < steps; i++) {
    act(i)
    if (cluster.post.length === 0) {
      cluster.pass(0)
      cluster.time += 700
      for (const member of cluster.members) if (member.alive && member.wakeAt !== null && member.wakeAt <= cluster.now(member)) cluster.input(member, { type: 'tick' })
      continue
    }
    const pick = cluster.post[below(cluster.post.length)]!
    const fate = below(6)
    if (fate === 0) cluster.lose((post) => post === pick)
    else if (fate === 1) cluster.hand(pick)
    else cluster.deliver((post) => post === pick)
  }
}

describe('a copy joins the ring', () => {
  it('[R1] [R2] [DC2] behind p: snapshot, durably joining, compare and set, active; the ring is closed at every instant', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.write(alpha, directory, ['before'], true)
    cluster.settle()
    const next = alpha.copy(directory).pointer
    const call = cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    expect(gamma.copy(directory)).toMatchObject({ state: 'joining', pointer: next })
    expect(gamma.sees(directory)).toBe(alpha.sees(directory))
    expectRing(cluster, directory)
    // A joining copy issues and serves nothing.
    expect(gamma.replies.get(cluster.call(gamma, cluster.submitCall(gamma, directory, [['x', null, true]])))).toMatchObject({ code: 'NoCopyHere' })
    expect(gamma.replies.has(call)).toBe(false)
    cluster.deliver(ofType('askSplice'))
    expect(alpha.copy(directory).pointer).toEqual({ copy: gamma.copy(directory).id, server: gamma.id })
    expectRing(cluster, directory)
    const promised = alpha.copy(directory).nextTS
    cluster.deliver(ofType('spliced'))
    expect(gamma.copy(directory).state).toBe('active')
    expect(gamma.copy(directory).nextTS >= promised).toBe(true)
    expect(gamma.replies.get(call)).toEqual({ copy: gamma.copy(directory).id })
    cluster.settle()
    expect(beta.copy(directory).ring.map(({ server }) => server)).toContain(gamma.id)
    heal(cluster, directory, 3)
  })

  it('[R2] takes a directory of many pages, lost ones asked for again', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (let i = 0; i < 30; i++) cluster.write(alpha, directory, [`large ${i}`], Array.from({ length: 80 }, (_, n) => [`${n} ${'x'.repeat(200)}`, true] as const))
    cluster.settle()
    cluster.call(beta, cluster.joinCall(beta, directory, alpha))
    let lost = 0
    for (let i = 0; i < 100 && beta.server.copies.get(directory)?.state !== 'active'; i++) {
      cluster.lose((post) => ofJoins(post) && i % 3 === 0 && ++lost > 0)
      if (!cluster.deliver()) cluster.pass(1000)
    }
    expect(lost).toBeGreaterThan(1)
    expect(beta.sees(directory)).toBe(alpha.sees(directory))
    heal(cluster, directory, 2)
  })

  it('[R3] p refuses when its lastSweep or F changed since the snapshot, and the join begins anew by itself', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    const call = cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const first = gamma.copy(directory).id
    const held = cluster.lose(ofType('askSplice'))
    cluster.sweep(alpha, directory)
    cluster.post.push(...held)
    cluster.deliver(ofType('askSplice'))
    expect(cluster.post.some(ofType('spliceRefused'))).toBe(true)
    cluster.settle()
    expect(gamma.server.copies.has(directory)).toBe(false)
    cluster.pass(5000)
    expect(gamma.copy(directory).id).not.toBe(first)
    expect(gamma.replies.get(call)).toMatchObject({ copy: gamma.copy(directory).id })
    heal(cluster, directory, 3)
  })

  it('[R4] asked for the fate of a splice it does not know, p records refused: the late request cannot succeed', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.sweep(beta, directory)
    const oldWrite = cluster.delivered.findLast((post) => ofType('writeSweep')(post) && post.to === alpha)!
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const late = cluster.lose(ofType('askSplice'))
    const dead = gamma.copy(directory).id
    cluster.crash(gamma)
    cluster.restart(gamma)
    cluster.pass(0)
    cluster.settle(ofType('askFate', 'spliceRefused'))
    expect(alpha.copy(directory).splices).toContainEqual({ copy: dead, answer: 'refused' })
    // A write-back that comes again raises nothing, so the refusal must stay.
    cluster.hand(oldWrite)
    cluster.lose(() => true)
    cluster.crash(alpha)
    cluster.restart(alpha)
    for (const post of late) cluster.hand(post)
    expect(alpha.copy(directory).pointer.copy).not.toBe(dead)
    heal(cluster, directory, 3)
    expect(gamma.copy(directory).id).not.toBe(dead)
    // A sweep that raises lastSweep makes room: from then on R3 refuses.
    expect(alpha.copy(directory).splices.filter(({ answer }) => answer === 'refused')).toEqual([])
    for (const post of late) cluster.hand(post)
    expect(alpha.copy(directory).pointer.copy).not.toBe(dead)
  })

  it('[R4] a joiner that crashed after it was spliced in asks, and turns active', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer', 'askSplice'))
    cluster.lose(() => true)
    const { id } = gamma.copy(directory)
    cluster.crash(gamma)
    expectRing(cluster, directory)
    cluster.write(alpha, directory, ['while it was down'], true)
    cluster.restart(gamma)
    expect(gamma.copy(directory)).toMatchObject({ id, state: 'joining' })
    heal(cluster, directory, 3)
    expect(gamma.copy(directory).id).toBe(id)
    expect(gamma.sees(directory)).toContain('while it was down')
  })

  it('[R2] [R4] [DC2] [convergence] messages lost, doubled and in any order: the ring stays closed, and in the end everybody is in it', () => {
    for (let seed = 0; seed < 60; seed++) {
      const { cluster, directory } = Cluster.ring(1 + (seed % 3), 1 + (seed % 3) + 1)
      const [alpha] = cluster.members as [Member]
      const joiner = cluster.members.at(-1)!
      cluster.call(joiner, cluster.joinCall(joiner, directory, alpha))
      storm(cluster, seed, 40, (i) => {
        expectRing(cluster, directory)
        if (i === 5 && seed % 2 === 0) cluster.call(alpha, cluster.sweepCall(alpha, directory))
        if (i % 9 === 3) cluster.write(alpha, directory, [`during ${i}`], true)
        if (i === 12 && seed % 3 === 0) {
          cluster.crash(joiner)
          cluster.restart(joiner)
          if (!joiner.server.copies.has(directory)) cluster.call(joiner, cluster.joinCall(joiner, directory, alpha))
        }
      })
      heal(cluster, directory, cluster.members.length)
    }
  })

  it('[R3] two joiners behind one p: both get in, whichever comes first', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { cluster, directory } = Cluster.ring(2, 4)
      const [alpha, , gamma, delta] = cluster.members as [Member, Member, Member, Member]
      for (const joiner of [gamma, delta]) cluster.call(joiner, cluster.joinCall(joiner, directory, alpha))
      storm(cluster, seed, 50, () => expectRing(cluster, directory))
      heal(cluster, directory, 4)
    }
  })

  it.each(['lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote'] as const)('[DC1] [F1] while a sweep is at %s: nothing is missed, nothing comes back', (phase) => {
    for (const behind of [0, 1]) {
      const { cluster, directory } = Cluster.ring(2, 3)
      const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
      const p = cluster.member(behind)
      cluster.call(gamma, cluster.joinCall(gamma, directory, p))
      cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
      cluster.write(beta, directory, ['missed by the snapshot'], true)
      cluster.settle((post) => ofType('updates')(post) && post.to === p)
      const splice = cluster.lose(ofType('askSplice'))
      cluster.lose(() => true)
      cluster.call(alpha, cluster.sweepCall(alpha, directory))
      cluster.settle((post) => !ofType(phase)(post))
      for (const post of splice) cluster.hand(post)
      cluster.settle(ofType('spliced'))
      expectRing(cluster, directory)
      cluster.settle()
      cluster.pass(10_000)
      const mark = cluster.copies(directory).map(({ stableMark }) => stableMark).reduce((a, b) => (a < b ? b : a))
      for (const copy of cluster.copies(directory)) if (copy.state === 'active') expect(copy.lastSweep >= mark).toBe(true)
      cluster.write(gamma, directory, ['missed by the snapshot'], [['below', true]])
      heal(cluster, directory, 3)
      expect(alpha.sees(directory)).toContain('["missed by the snapshot",["below"]]')
    }
  })

  it('[R8] of a splice whose news was lost a sweep learns by the pointers', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofJoins)
    cluster.lose(() => true)
    expect(beta.copy(directory).ring.map(({ server }) => server)).not.toContain(gamma.id)
    const { sweepTS } = cluster.sweep(beta, directory)
    expect(gamma.copy(directory).lastSweep).toBe(sweepTS)
    expect(beta.copy(directory).ring.map(({ server }) => server)).toContain(gamma.id)
  })

  it('[R2] asks whom it has met since, when those that it knew at first have no copy', () => {
    const { cluster, directory: root } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.cut(alpha, beta)
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'join', directory: root, from: [gamma.id] } })
    cluster.settle()
    cluster.connect(alpha, beta)
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'join', directory: root, from: [gamma.id, alpha.id] } })
    cluster.pass(1000)
    expect(beta.copy(root).state).toBe('active')
  })

  it('fails in words when nobody has a copy, or nobody answers; asked twice it says that there is a copy', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    expect(cluster.code(beta, cluster.joinCall(beta, directory, gamma))).toBe('JoinFailed')
    expect(cluster.code(beta, { type: 'ask', servers: [beta.id], request: { type: 'join', directory, from: [] } })).toBe('JoinFailed')
    cluster.crash(alpha)
    expect(cluster.code(beta, cluster.joinCall(beta, directory, alpha))).toMatch(/JoinFailed|NoCopyReachable|TimedOut/)
    cluster.restart(alpha)
    cluster.join(beta, directory, alpha)
    expect(cluster.code(beta, cluster.joinCall(beta, directory, alpha))).toBe('CopyExists')
  })
})

describe('strangers who ask for splices', () => {
  const askFate = (cluster: Cluster, from: Member, to: Member, directory: DirectoryId, n: number): void =>
    cluster.hand({ from, to, message: { type: 'askFate', directory, joiner: copyNumber(1000 + n), predecessor: to.copy(directory).id } })

  it('[R4] cost bounded memory, and the next sweep gives it back', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    for (let n = 0; n < 500; n++) askFate(cluster, gamma, alpha, directory, n)
    expect(alpha.copy(directory).splices.length).toBeLessThan(80)
    cluster.lose(() => true)
    cluster.sweep(alpha, directory)
    expect(alpha.copy(directory).splices.length).toBeLessThan(3)
  })

  it('[R3] who asks with an old snapshot leaves no record at all', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    const { id, epoch, pointer, lastSweep, stableMark } = alpha.copy(directory)
    cluster.sweep(alpha, directory)
    const before = JSON.stringify(encodeCopy(alpha.copy(directory)))
    for (let n = 0; n < 20; n++) cluster.hand({ from: gamma, to: alpha, message: { type: 'askSplice', directory, joiner: copyNumber(n), name: 'gamma', epoch, predecessor: id, pointer, lastSweep, stableMark } })
    expect(JSON.stringify(encodeCopy(alpha.copy(directory)))).toBe(before)
  })

  it('[P9] hold one snapshot each, and crowd nobody out', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    for (let n = 0; n < 300; n++) cluster.hand({ from: gamma, to: alpha, message: { type: 'askSnapshot', directory, joiner: copyNumber(n), index: 0 } })
    expect([...alpha.server.transfers.keys()].filter((key) => key.includes(gamma.id))).toHaveLength(1)
    cluster.lose(() => true)
    cluster.pass(130_000)
    expect(alpha.server.transfers.size).toBe(0)
  })

  it('hints, joins and rings are bounded too', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (let n = 0; n < 12_000; n++) cluster.hand({ from: beta, to: alpha, message: { type: 'request', id: identifier(n, 16), request: { type: 'join', directory: directoryNumber(n + 100), from: [beta.id] } } } satisfies Post)
    expect(alpha.server.hints.size).toBeLessThanOrEqual(10_000)
    expect(alpha.server.joins.size).toBeLessThanOrEqual(64)
    expect(alpha.copy(directory).state).toBe('active')
  })
})

describe('a member hands a snapshot that is not what others have', () => {
  type Page = Extract<Message, { type: 'snapshotPage' }>
  const nothing = cutPages(loadOf(emptyContents(), null))[0]!

  /** Everything is delivered, but that alpha's snapshots are changed, and answers of some lost; until the join has ended. */
  function joined(size: number, { behind = [0], lie, silent = [], hinted = [] }: { behind?: number[]; lie?: (page: Page) => Partial<Page>; silent?: number[]; hinted?: number[] }): { cluster: Cluster; directory: DirectoryId; joiner: Member; outcome: object | Failure } {
    const { cluster, directory } = Cluster.ring(size, size + 1)
    const [alpha, joiner] = [cluster.member(0), cluster.member(size)]
    cluster.write(alpha, directory, ['kept'], true)
    for (let i = 0; i < 3; i++) cluster.sweep(alpha, directory)
    cluster.write(cluster.member(size - 1), directory, ['in the log'], true)
    cluster.sweep(alpha, directory)
    joiner.server.hints.set(directory, new Set(hinted.map((n) => cluster.member(n).id)))
    const call = cluster.call(joiner, { type: 'ask', servers: [joiner.id], request: { type: 'join', directory, from: behind.map((n) => cluster.member(n).id) } })
    const isHers = ({ from, message }: Post): boolean => from === alpha && message.type === 'snapshotPage' && lie !== undefined
    for (let i = 0; i < 60 && !joiner.replies.has(call); i++) {
      for (let hers: Post[] = []; cluster.deliver((post) => !isHers(post)) || hers.length > 0; ) {
        cluster.lose(({ from, message }) => message.type === 'answer' && silent.some((n) => cluster.member(n) === from))
        hers = cluster.lose(isHers)
        for (const post of hers) if (post.message.type === 'snapshotPage') cluster.hand({ ...post, message: { ...post.message, ...lie!(post.message) } })
      }
      cluster.tickNext()
    }
    return { cluster, directory, joiner, outcome: joiner.replies.get(call)! }
  }

  const refusedTwelveTimes = (joiner: Member): void => expect(joiner.server.refusals.get('snapshotPage: most copies have another base')).toBe(12)

  it('[G1] [R2] a base of which nothing is left: most others contradict it, so it is refused and counted, and nothing of it stored', () => {
    const { directory, joiner, outcome } = joined(3, { lie: () => ({ page: nothing }) })
    expect(outcome).toMatchObject({ code: 'JoinFailed', about: { reason: 'alpha has another base than most copies' } })
    expect(joiner.server.copies.has(directory)).toBe(false)
    refusedTwelveTimes(joiner)
    expect(joiner.happened).toContain('gamma has another base than alpha, behind which this copy is to join')
  })

  it('[P9] [R2] a log that lacks what sweeps have passed, and nobody sends again, is refused; the copy joins with it', () => {
    const lie = ({ page }: Page): Partial<Page> => ({ page: cutPages({ base: joinPages([page])!.base, log: [] })[0]! })
    const { directory, joiner } = joined(3, { lie })
    expect(joiner.server.refusals.get('snapshotPage: most copies have another base')).toBeGreaterThan(0)
    expect(joiner.sees(directory)).toContain('in the log')
  })

  it('[G1] [R2] who names nobody else is contradicted by whom the joiner knows', () => {
    const lie = ({ ring }: Page): Partial<Page> => ({ page: nothing, ring: ring.slice(0, 0) })
    const { joiner } = joined(3, { lie, hinted: [1, 2] })
    refusedTwelveTimes(joiner)
  })

  it('[G1] [R2] who knows another member joins behind that', () => {
    const { cluster, directory, joiner, outcome } = joined(3, { behind: [0, 1], lie: () => ({ page: nothing }) })
    expect(isFailure(outcome)).toBe(false)
    expect([joiner.sees(directory).includes('kept'), joiner.sees(directory).includes('in the log')]).toEqual([true, true])
    expect(cluster.member(1).copy(directory).pointer.copy).toBe(joiner.copy(directory).id)
  })

  it('[G3] who says that no sweep of the epoch has met it, so that its next one would be believed, is refused by whom one has', () => {
    const { directory, joiner, outcome } = joined(3, { lie: ({ facts }) => ({ facts: { ...facts, lastSweep: BEGINNING } }) })
    expect([outcome, joiner.server.copies.has(directory)]).toMatchObject([{ code: 'JoinFailed' }, false])
  })

  it('[G1] one against one: nobody can tell who lies, so it is said, and the copy joins', () => {
    const { cluster, directory, joiner } = joined(2, { lie: () => ({ page: nothing }) })
    cluster.settle()
    expect(joiner.copy(directory).state).toBe('active')
    expect(joiner.happened).toContain('beta has another base than alpha, behind which this copy is to join')
  })

  it('[R2] who is silent keeps nobody waiting, as long as most answer', () => {
    const { cluster, joiner, outcome } = joined(4, { silent: [3] })
    expect(isFailure(outcome)).toBe(false)
    expect(cluster.now(joiner) - millisecondsOf(joiner.copy(directoryNumber(1)).lastSweep)).toBeLessThan(1000)
  })

  it('[G1] who has swept since accuses nobody: another snapshot is asked for', () => {
    const { cluster, directory } = Cluster.ring(3, 4)
    const [alpha, , , delta] = cluster.members as [Member, Member, Member, Member]
    const call = cluster.call(delta, cluster.joinCall(delta, directory, alpha))
    cluster.settle(ofType('askSnapshot'))
    for (let i = 0; i < 2; i++) {
      cluster.write(alpha, directory, [`later ${i}`], true)
      cluster.call(alpha, cluster.sweepCall(alpha, directory))
      cluster.settle((post) => !ofType('snapshotPage')(post))
    }
    cluster.pass(5000)
    expect([isFailure(delta.replies.get(call)!), [...delta.server.refusals]]).toEqual([false, []])
    expect(delta.sees(directory)).toContain('later 1')
  })
})

describe('members say what they have', () => {
  it('[F1] [G1] the same, wherever F is: who has not heard of it folds as far', () => {
    const { cluster, directory } = Cluster.ring(3, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    cluster.write(beta, directory, ['kept'], [['below', true]])
    cluster.write(beta, directory, ['gone'], true)
    cluster.write(beta, directory, ['gone'], false)
    cluster.settle()
    // The second sweep raises F, and its write-back reaches alpha alone.
    cluster.sweep(alpha, directory)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    for (let i = 0; i < 100 && cluster.deliver((post) => !ofType('writeSweep')(post)); i++);
    cluster.lose(ofType('writeSweep'))
    const { stableMark, lastSweep } = alpha.copy(directory)
    expect(stableMark > beta.copy(directory).stableMark).toBe(true)
    const told = (member: Member, marks: object): object => cluster.ask(delta, { type: 'ask', servers: [member.id], request: { type: 'base', directory, stableMark, lastSweep, ...marks } })
    for (const member of [beta, gamma]) expect(told(member, {})).toEqual({ ...told(alpha, {}), upTo: member.copy(directory).lastSweep })
    expect(told(beta, { stableMark: BEGINNING })).not.toMatchObject({ stableMark })
  })

  it('[R9] what it is called a member says itself: others may be behind, on a greeting in either direction', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const nameAt = (at: Member): string | undefined => at.copy(directory).ring.find(({ server }) => server === gamma.id)?.name
    const former = nameAt(alpha)
    cluster.cut(alpha, gamma)
    gamma.server.name = 'omega'
    cluster.cut(beta, gamma)
    cluster.connect(beta, gamma)
    cluster.settle()
    cluster.cut(alpha, beta)
    cluster.connect(alpha, beta)
    cluster.settle(ofType('greet', 'spliceNews', 'updates'))
    expect(nameAt(alpha)).toBe(former)
    expect(nameAt(beta)).toMatch(/omega$/)
    expect(nameAt(gamma)).toMatch(/omega$/)
    cluster.connect(alpha, gamma)
    cluster.settle()
    expect(nameAt(alpha)).toMatch(/omega$/)
  })

  it('[X5] news of many members on one server is answered by one greeting', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const { epoch, id, lastSweep } = gamma.copy(directory)
    const members = Array.from({ length: 200 }, (_, n) => ({ copy: copyNumber(1000 + n), server: beta.id, name: 'x' }))
    cluster.hand({ from: gamma, to: alpha, message: { type: 'spliceNews', directory, epoch, from: id, members, lastSweep } })
    expect(cluster.lose(ofType('greet')).map(({ to }) => to)).toEqual([beta])
  })
})
