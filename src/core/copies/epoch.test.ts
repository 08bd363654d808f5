import { describe, expect, it } from 'vitest'
import { Cluster, ofType, type Member } from '../../trials/cluster'
import type { Call } from '../calls'
import { isFailure, type Failure } from '../errors'
import { candidatesFor } from '../directories/reference'
import type { DirectoryId } from '../names'
import type { NewEpoch, Quarantined } from '../requests'
import { BEGINNING, timeOf, timestamp } from '../timestamp'
import { emptyContents, epochNumber, epochOf, isSealed } from './directoryCopy'
import { isFrozen } from './exclusion'
import { cutPages, loadOf } from './pages'
import { SWEEP_PERIOD } from './sweepTimes'

const epochCall = (at: Member, directory: DirectoryId, members: readonly Member[], options: { force?: boolean; dry?: boolean; patience?: number } = {}): Call => ({
  type: 'ask',
  servers: [at.id],
  request: { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force: options.force ?? false, patience: options.patience ?? 5000, dry: options.dry ?? false },
})
const newEpoch = (cluster: Cluster, at: Member, directory: DirectoryId, members: readonly Member[], force = false): NewEpoch => cluster.ask(at, epochCall(at, directory, members, { force })) as NewEpoch
const quarantine = (cluster: Cluster, at: Member, directory: DirectoryId): Quarantined => cluster.ask(at, { type: 'ask', servers: [at.id], request: { type: 'quarantine', directory } }) as Quarantined

/** A ring of so many, parted in two halves that no message passes between. */
function parted(size: number, left: number): { cluster: Cluster; directory: DirectoryId; left: Member[]; right: Member[] } {
  const { cluster, directory } = Cluster.ring(size)
  const [here, there] = [cluster.members.slice(0, left), cluster.members.slice(left)]
  for (const a of here) for (const b of there) cluster.cut(a, b)
  return { cluster, directory, left: here, right: there }
}

function heal(cluster: Cluster): void {
  for (const a of cluster.members) for (const b of cluster.members) if (a.number < b.number && a.alive && b.alive) cluster.connect(a, b)
}

const steps = ['askEpochFacts', 'epochFacts', 'seal', 'sealed', 'epochNews'] as const

describe('a new epoch', () => {
  it('[E1] [E3] [E4] begins a ring of the named servers, after all that anybody has promised; lastSweep anew, F as it was', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const mark = alpha.copy(directory).stableMark
    cluster.crash(gamma)
    const { epoch, excluded } = newEpoch(cluster, alpha, directory, [alpha, beta])
    expect(epochNumber(epoch)).toBe(2)
    expect(excluded.map(({ server, abandoned }) => [server, abandoned])).toEqual([[gamma.id, false]])
    for (const copy of [alpha.copy(directory), beta.copy(directory)]) {
      expect(copy.epoch).toBe(epoch)
      expect(copy.ring).toHaveLength(2)
      expect(isSealed(copy)).toBe(false)
      expect(copy.stableMark >= mark).toBe(true)
    }
    cluster.sweep(alpha, directory)
    expect(alpha.copy(directory).lastSweep > BEGINNING).toBe(true)
    expect(epochNumber(newEpoch(cluster, beta, directory, [alpha, beta]).epoch)).toBe(3)
  })

  it('[E4] of its own epoch its committer believes nobody that it goes on with others, nor that F was where no copy of it can be', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const own = alpha.copy(directory)
    const [before, most] = [own.epoch, own.lastSweep]
    const making = cluster.call(alpha, epochCall(alpha, directory, [alpha, beta]))
    while (cluster.deliver((post) => !ofType('sealed')(post)));
    const sealed = cluster.lose(ofType('sealed')).map((post) => {
      if (post.message.type !== 'sealed') return expect.unreachable()
      const { facts } = post.message
      const mark = timestamp(timeOf(most) + 1_000_000, '0')
      return { ...post, message: { ...post.message, facts: { ...facts, facts: { ...facts.facts, stableMark: mark }, lineage: [{ epoch: epochOf(1, 'f2222222'), mark }] } } }
    })
    expect(sealed).toHaveLength(1)
    for (const post of sealed) cluster.hand(post)
    cluster.settle()
    expect(alpha.replies.get(making)).toMatchObject({ excluded: [] })
    for (const copy of cluster.copies(directory)) expect([copy.lineage, copy.foreignMark]).toEqual([[{ epoch: before, mark: most }], BEGINNING])
  })

  it('[E4] [G3] of a member that says it comes from another epoch nobody takes a base, nor of one that says so of the epoch itself', () => {
    const { cluster, directory } = Cluster.ring(4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    cluster.write(alpha, directory, ['kept'], true)
    cluster.pass(60_000)
    cluster.crash(delta)
    const mark = timestamp(timeOf(alpha.copy(directory).nextTS) + 500_000, '0')
    const nothing = cutPages(loadOf(emptyContents(), null))[0]!
    const other = epochOf(1, 'f2222222')
    const hand = cluster.hand.bind(cluster)
    cluster.hand = (post) => {
      const { message, from } = post
      if (message.type === 'epochNews' && post.to === gamma) return hand({ ...post, from: beta, message: { ...message, from: beta.copy(directory).id, lineage: [{ epoch: other, mark }, ...message.lineage] } })
      if (from !== beta) return hand(post)
      if (message.type === 'sealed') return hand({ ...post, message: { ...message, facts: { ...message.facts, facts: { ...message.facts.facts, epoch: other, stableMark: mark } } } })
      if (message.type === 'looked') return hand({ ...post, message: { ...message, facts: { ...message.facts, stableMark: mark } } })
      hand(message.type === 'readPage' ? { ...post, message: { ...message, facts: { ...message.facts, stableMark: mark }, page: nothing } } : post)
    }
    newEpoch(cluster, alpha, directory, [alpha, beta, gamma])
    cluster.pass(60_000)
    for (const member of [alpha, gamma]) {
      expect(member.copy(directory).foreignMark).toBe(BEGINNING)
      expect(member.sees(directory)).toContain('kept')
    }
  })

  it('[R4] [E3] spliced in by a server that is gone before anybody heard of it, a copy learns from the others that an epoch began without both, and joins anew', () => {
    const { cluster, directory } = Cluster.ring(3, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    cluster.call(delta, cluster.joinCall(delta, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer', 'askSplice'))
    cluster.lose(ofType('spliced', 'spliceNews'))
    const lost = delta.copy(directory).id
    expect(alpha.copy(directory).pointer.copy).toBe(lost)
    cluster.crash(alpha)
    cluster.pass(30_000)
    expect(delta.copy(directory)).toMatchObject({ id: lost, state: 'joining' })
    expect(newEpoch(cluster, beta, directory, [beta, gamma]).excluded.map(({ server }) => server)).toEqual([alpha.id])
    cluster.pass(30_000)
    expect(delta.copy(directory).id).not.toBe(lost)
    expect(delta.copy(directory).state).toBe('active')
    cluster.sweep(beta, directory)
    for (const { server } of [beta, gamma, delta]) expect(server.copies.get(directory)!.ring).toHaveLength(3)
  })

  it('[E2] a sealed copy takes reads and its clients\' updates, but no sweep, no splice, no leaving and no older epoch', () => {
    const { cluster, directory } = Cluster.ring(3, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    const making = cluster.call(alpha, epochCall(alpha, directory, [alpha, beta, gamma]))
    while (!cluster.post.some(ofType('sealed'))) cluster.deliver()
    cluster.lose(ofType('sealed', 'seal'))
    expect(isSealed(beta.copy(directory)) || isSealed(gamma.copy(directory))).toBe(true)
    expect(isSealed(alpha.copy(directory))).toBe(true)
    cluster.write(alpha, directory, ['while sealed'], true)
    expect(alpha.sees(directory)).toContain('while sealed')
    const sweeping = cluster.call(alpha, cluster.sweepCall(alpha, directory))
    expect(alpha.replies.get(sweeping)).toMatchObject({ code: 'SweepFailed' })
    const leaving = cluster.call(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'leave', directory, force: true } })
    expect(alpha.replies.get(leaving)).toMatchObject({ code: 'LeaveFailed' })
    cluster.call(delta, cluster.joinCall(delta, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotRefused'))
    expect(delta.server.copies.has(directory)).toBe(false)
    cluster.pass(30_000)
    expect(alpha.replies.get(making)).toMatchObject({ excluded: [] })
    expect(gamma.sees(directory)).toContain('while sealed')
  })

  it('[E2] the same two epochs at once: the greater one is decided first, and both come to an end', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member]
    const one = cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    const other = cluster.call(beta, epochCall(beta, directory, cluster.members))
    cluster.pass(60_000)
    const outcomes = [alpha.replies.get(one), beta.replies.get(other)]
    expect(outcomes.every((outcome) => outcome !== undefined)).toBe(true)
    expect(outcomes.some((outcome) => !isFailure(outcome))).toBe(true)
    expect(new Set(cluster.copies(directory).map(({ epoch }) => epoch)).size).toBe(1)
    expect(cluster.copies(directory).some(isSealed)).toBe(false)
    cluster.sweep(alpha, directory)
  })

  it('[E3] any message of it may be lost or come twice, and any server may crash after any: done or undone, nobody stays sealed', () => {
    for (const type of steps) {
      for (const fault of ['lost', 'twice', 'committer dies', 'member dies'] as const) {
        const { cluster, directory } = Cluster.ring(3)
        const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
        cluster.write(gamma, directory, [`${type} ${fault}`], true)
        const call = cluster.call(alpha, epochCall(alpha, directory, [alpha, beta]))
        for (let i = 0; i < 50 && !cluster.post.some(ofType(type)); i++) if (!cluster.deliver()) cluster.tickNext()
        const [post] = cluster.lose(ofType(type))
        if (fault !== 'lost') cluster.hand(post!)
        if (fault === 'twice') cluster.hand(post!)
        if (fault === 'committer dies') cluster.crash(alpha)
        if (fault === 'member dies') cluster.crash(beta)
        cluster.pass(3000)
        for (const member of [alpha, beta]) if (!member.alive) cluster.restart(member)
        cluster.pass(90_000)
        const told = `${type} ${fault}`
        expect(cluster.copies(directory).some(isSealed), told).toBe(false)
        if (fault !== 'committer dies') expect(alpha.replies.has(call), told).toBe(true)
        expect(alpha.copy(directory).epoch, told).toBe(beta.copy(directory).epoch)
        expect(cluster.code(beta, cluster.sweepCall(beta, directory)), told).toBe('ok')
        expect(beta.sees(directory), told).toContain(told)
      }
    }
  })

  it('[E2] who leaves from behind a sealed copy asks again, but not without pause', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.call(alpha, epochCall(alpha, directory, [alpha, beta]))
    cluster.settle(ofType('askEpochFacts', 'epochFacts', 'seal'))
    cluster.crash(alpha)
    const before = cluster.delivered.length
    const leaving = cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory, force: true } })
    cluster.pass(10_000)
    const asked = cluster.delivered.slice(before).filter(ofType('askTakeOver')).length
    expect(asked).toBeGreaterThan(1)
    expect(asked).toBeLessThan(12)
    cluster.restart(alpha)
    cluster.pass(60_000)
    expect(gamma.replies.has(leaving)).toBe(true)
  })

  it('[E3] asks each member once in each round, as long as nothing is lost', () => {
    const { cluster, directory } = Cluster.ring(5)
    const before = cluster.delivered.length
    newEpoch(cluster, cluster.member(0), directory, cluster.members)
    const types = ['askEpochFacts', 'epochFacts', 'seal', 'sealed'] as const
    expect(types.map((type) => cluster.delivered.slice(before).filter(ofType(type)).length)).toEqual([4, 4, 4, 4])
  })

  it('[E3] is given up when somebody is silent, and the ring goes on as it was', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const making = cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    cluster.settle(ofType('askEpochFacts', 'epochFacts'))
    cluster.crash(gamma)
    cluster.pass(20_000)
    expect(alpha.replies.get(making)).toMatchObject({ code: 'EpochFailed' })
    expect((alpha.replies.get(making) as Failure).about.reason).toContain('gamma')
    expect([alpha, beta].some((member) => isSealed(member.copy(directory)))).toBe(false)
    cluster.restart(gamma)
    cluster.pass(5000)
    cluster.sweep(beta, directory)
    expect(epochNumber(alpha.copy(directory).epoch)).toBe(1)
  })

  it('[E3] a member that has not heard that an epoch rules learns it from the first message of it', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    while (alpha.copy(directory).ring.length > 0 && epochNumber(alpha.copy(directory).epoch) === 1) if (!cluster.deliver()) cluster.tickNext()
    cluster.lose(ofType('epochNews'))
    expect(isSealed(gamma.copy(directory))).toBe(true)
    cluster.pass(5000)
    expect(gamma.copy(directory).epoch).toBe(alpha.copy(directory).epoch)
  })

  it('[E7] its committer dies and is overtaken: back again, it gives its own up, and its copy with nothing of its own goes at once', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    while (!isSealed(beta.copy(directory))) cluster.deliver()
    cluster.crash(alpha)
    newEpoch(cluster, beta, directory, [beta, gamma])
    cluster.restart(alpha)
    while (alpha.server.proposals.size === 0) expect(cluster.tickNext()).toBe(true)
    cluster.lose(ofType('seal'))
    cluster.pass(5000)
    expect(alpha.server.copies.has(directory)).toBe(false)
    expect(alpha.server.proposals.size).toBe(0)
    cluster.sweep(beta, directory)
    expect(isFrozen(beta.copy(directory).excluded)).toBe(false)
  })

  it('[E5] takes nobody who is joining or leaving', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory, force: true } })
    expect(cluster.code(alpha, epochCall(alpha, directory, [alpha, beta]))).toMatch(/OnlyByForce|ok/)
    cluster.pass(60_000)
    expect(alpha.copy(directory).ring).toHaveLength(1)
  })

  it('[E6] what a copy that is left out sends, before it knows, changes nothing in the new epoch', () => {
    const { cluster, directory, left, right } = parted(3, 2)
    const [alpha] = left as [Member, Member]
    const [gamma] = right as [Member]
    cluster.write(gamma, directory, ['only at gamma'], true)
    newEpoch(cluster, alpha, directory, left)
    const late = { type: 'updates' as const, directory, epoch: gamma.copy(directory).epoch, from: gamma.copy(directory).id, sets: gamma.copy(directory).log }
    cluster.connect(alpha, gamma)
    cluster.hand({ from: gamma, to: alpha, message: late })
    expect(alpha.sees(directory)).not.toContain('only at gamma')
    cluster.settle()
    expect(gamma.copy(directory).state).toBe('excluded')
  })

  it('[E7] a copy that is left out stops serving, and shows what the ring never got; made anew or discarded, it goes', () => {
    const { cluster, directory, left, right } = parted(3, 2)
    const [alpha, beta] = left as [Member, Member]
    const [gamma] = right as [Member]
    const outside = gamma.copy(directory).id
    cluster.write(gamma, directory, ['Lampson', 'Mailboxes', 'Zin'], true)
    cluster.write(gamma, directory, ['Birrell'], true)
    cluster.write(gamma, directory, ['Birrell'], false)
    cluster.time += 10
    cluster.write(alpha, directory, ['Lampson'], true)
    newEpoch(cluster, alpha, directory, left)
    expect(cluster.code(gamma, { type: 'at', name: { from: directory, up: 0, labels: [] }, request: { type: 'read', directory, path: [], form: 'tree', after: null } })).toBe('ok')
    heal(cluster)
    cluster.settle()
    expect(gamma.copy(directory).state).toBe('excluded')
    cluster.pass(1000)
    const { entries } = quarantine(cluster, gamma, directory)
    expect(entries!.map(({ what }) => what)).toEqual(['Lampson/Mailboxes/Zin'])
    expect(entries).toMatchObject([{ what: 'Lampson/Mailboxes/Zin', changes: [{ path: ['Lampson'], tree: [['Mailboxes', [['Zin', true]]]] }], conflict: true }])
    const { left: still } = cluster.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'settle', directory, stamps: entries!.map(({ ts }) => ts) } }) as { left: number }
    expect(still).toBe(0)
    // A sweep passes what gamma has in common with the ring, and it is compared again.
    cluster.pass(70_000)
    // The copy of the root that it makes then is another member [R1].
    expect(gamma.server.copies.get(directory)?.id).not.toBe(outside)
    cluster.pass(60_000)
    expect(beta.copy(directory).excluded.every(({ abandoned }) => abandoned)).toBe(true)
  })

  it('[E7] of an epoch of strangers a copy hears from whom an administrator names, when all whom it knew are gone', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const outside = alpha.copy(directory).id
    cluster.write(alpha, directory, ['of alpha'], true)
    cluster.crash(alpha)
    cluster.join(gamma, directory, beta)
    newEpoch(cluster, gamma, directory, [gamma], true)
    cluster.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'abandon', directory, copies: [outside] } })
    cluster.cut(beta, gamma)
    cluster.crash(beta)
    cluster.restart(alpha)
    // What it is told on the connection is lost.
    expect(cluster.lose(ofType('epochNews'))).not.toEqual([])
    cluster.pass(60_000)
    expect(alpha.copy(directory).state).toBe('active')
    expect(cluster.code(alpha, epochCall(alpha, directory, [alpha, gamma], { force: true }))).toBe('EpochFailed')
    cluster.pass(1000)
    expect(alpha.copy(directory).state).toBe('excluded')
    expect(quarantine(cluster, alpha, directory).entries!.map(({ what }) => what)).toEqual(['of alpha'])
  })

  it('[E7] decisions survive a crash; a copy with nothing of its own goes by itself', () => {
    const { cluster, directory, left, right } = parted(4, 2)
    const [alpha] = left as [Member]
    const [gamma, delta] = right as [Member, Member]
    const withNothing = delta.copy(directory).id
    cluster.cut(gamma, delta)
    cluster.write(gamma, directory, ['one'], true)
    cluster.write(gamma, directory, ['two'], true)
    cluster.lose(() => true)
    newEpoch(cluster, alpha, directory, left, true)
    heal(cluster)
    cluster.pass(1000)
    expect(delta.server.copies.get(directory)?.id).not.toBe(withNothing)
    const [first] = quarantine(cluster, gamma, directory).entries!
    cluster.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'settle', directory, stamps: [first!.ts] } })
    cluster.crash(gamma)
    cluster.restart(gamma)
    cluster.pass(10_000)
    expect(quarantine(cluster, gamma, directory).entries).toMatchObject([{ what: 'two' }])
  })

  it('[E7] [S3] when its copy has gone, a server still knows whom to ask for the directory', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    for (const member of [alpha, beta]) cluster.cut(gamma, member)
    newEpoch(cluster, alpha, directory, [alpha, beta])
    heal(cluster)
    while (gamma.server.copies.has(directory)) {
      // What greetings told it is not needed.
      gamma.server.hints.clear()
      if (!cluster.deliver()) expect(cluster.tickNext()).toBe(true)
    }
    expect(candidatesFor(gamma.server, directory).toSorted()).toEqual([alpha.id, beta.id].toSorted())
  })

  it('[E4] F waits for whom an epoch left out, until all members know that nobody waits any more', () => {
    const { cluster, directory, left, right } = parted(3, 2)
    const [alpha, beta] = left as [Member, Member]
    newEpoch(cluster, alpha, directory, left)
    const mark = alpha.copy(directory).stableMark
    cluster.write(alpha, directory, ['Lampson'], true)
    cluster.pass(120_000)
    expect(alpha.copy(directory).stableMark).toBe(mark)
    cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'abandon', directory, copies: [right[0]!.copy(directory).id] } })
    cluster.pass(120_000)
    expect(alpha.copy(directory).stableMark > mark).toBe(true)
    heal(cluster)
    cluster.settle()
    expect(cluster.code(alpha, epochCall(alpha, directory, cluster.members))).toBe('EpochFailed')
  })

  it('[E5] who was left out comes back with all that it has, by an epoch over the union', () => {
    const { cluster, directory, left, right } = parted(5, 2)
    const [alpha] = left as [Member]
    const [gamma] = right as [Member]
    cluster.write(alpha, directory, ['left'], true)
    cluster.write(gamma, directory, ['right'], true)
    newEpoch(cluster, gamma, directory, right)
    cluster.write(gamma, directory, ['right, later'], true)
    heal(cluster)
    cluster.settle()
    expect(alpha.copy(directory).state).toBe('excluded')
    const { excluded } = newEpoch(cluster, gamma, directory, cluster.members.filter((member) => member.server.copies.has(directory)))
    expect(excluded.every(({ copy }) => copy !== alpha.server.copies.get(directory)?.id)).toBe(true)
    cluster.sweep(gamma, directory)
    for (const name of ['left', 'right', 'right, later']) expect(alpha.sees(directory)).toContain(name)
    expect(alpha.copy(directory).state).toBe('active')
  })

  it('[E8] without a majority it is refused by name, before anybody is sealed; by force it begins', () => {
    const { cluster, directory, left, right } = parted(5, 2)
    const [alpha] = left as [Member]
    const failed = cluster.tryAsk(alpha, epochCall(alpha, directory, left)) as Failure
    expect(failed.code).toBe('NoMajority')
    expect(failed.about.missing?.split(', ').toSorted()).toEqual(['delta', 'epsilon', 'gamma'])
    expect(isSealed(alpha.copy(directory))).toBe(false)
    expect(newEpoch(cluster, alpha, directory, left, true).epoch[5]).toBe('f')
    expect(newEpoch(cluster, right[0]!, directory, right).epoch[5]).toBe('m')
    heal(cluster)
    cluster.settle()
    // Of two with one number the one with the majority rules.
    expect(cluster.copies(directory).filter(({ state }) => state === 'active')).toHaveLength(3)
  })

  it('[E8] counts the ring that all its members know, not a newer one that only one side has seen', () => {
    const { cluster, directory } = Cluster.ring(3, 5)
    const [alpha, beta, gamma, delta, epsilon] = cluster.members as [Member, Member, Member, Member, Member]
    for (const other of [beta, gamma]) for (const member of [alpha, delta, epsilon]) cluster.cut(member, other)
    cluster.join(delta, directory, alpha)
    cluster.join(epsilon, directory, alpha)
    // Three of the five that they know; but beta and gamma know nothing of delta and epsilon.
    expect(cluster.code(alpha, epochCall(alpha, directory, [alpha, delta, epsilon]))).toBe('NoMajority')
    expect(cluster.code(beta, epochCall(beta, directory, [beta, gamma]))).toBe('ok')
  })

  it('[E8] [P10] a ring that has grown is swept until all know that all know it; then most of it is a majority', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.join(beta, directory, alpha)
    cluster.join(gamma, directory, alpha)
    const early = cluster.tryAsk(gamma, epochCall(gamma, directory, [gamma], { dry: true })) as Failure
    expect(early.about.missing?.split(', ').toSorted()).toEqual(['alpha', 'beta'])
    cluster.pass(SWEEP_PERIOD / 2)
    expect(cluster.copies(directory).map(({ sweptRings }) => sweptRings.map(({ members }) => members.length))).toEqual([[3], [3], [3]])
    cluster.crash(alpha)
    expect(cluster.code(beta, epochCall(beta, directory, [beta, gamma]))).toBe('ok')
  })

  it('[E2] [E3] one that lost the promise of its own committer to a greater one is given up, whatever late answers come meanwhile', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const facts = ofType('askEpochFacts', 'epochFacts')
    const id = cluster.call(alpha, epochCall(alpha, directory, cluster.members, { force: true, patience: 20_000 }))
    cluster.settle(facts)
    const late = cluster.delivered.findLast(({ to, message }) => to === alpha && message.type === 'epochFacts')!
    cluster.lose(({ from, message }) => from === alpha && message.type === 'seal')
    cluster.call(gamma, epochCall(gamma, directory, cluster.members, { force: true, patience: 20_000 }))
    cluster.settle(facts)
    for (let i = 0; i < 3 && cluster.deliver(({ to, message }) => to === alpha && message.type === 'seal'); i++);
    cluster.lose(() => true)
    expect(alpha.copy(directory).seals.map(({ committer }) => committer.server)).toEqual([gamma.id])
    cluster.hand(late)
    let answered = 0
    while (cluster.deliver(facts) && answered < 100) answered++
    expect(answered).toBeLessThan(100)
    cluster.pass(30_000)
    expect(alpha.replies.get(id)).toMatchObject({ type: 'failure', code: 'EpochFailed' })
    expect(cluster.members.map((at) => at.copy(directory).epoch)).toEqual(Array.from({ length: 3 }, () => gamma.copy(directory).epoch))
    expect(beta.copy(directory).ring).toHaveLength(3)
  })

  it('a dry run tells whom it would leave out, and seals nobody', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    expect(cluster.ask(alpha, epochCall(alpha, directory, [alpha, beta], { dry: true }))).toMatchObject({ excluded: [{ server: gamma.id }] })
    expect(cluster.copies(directory).every(({ epoch, seals }) => epochNumber(epoch) === 1 && seals.length === 0)).toBe(true)
  })

  it('[E9] one more server can be added while it is being made; afterwards it is told to use newDC', () => {
    const { cluster, directory } = Cluster.ring(4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    const making = cluster.call(alpha, epochCall(alpha, directory, [alpha, beta, gamma], { patience: 30_000 }))
    while (!cluster.post.some(ofType('sealed'))) cluster.deliver()
    cluster.lose(ofType('sealed'))
    const epoch = alpha.copy(directory).promised
    const baptise: Call = { type: 'ask', servers: [alpha.id], request: { type: 'baptise', directory, epoch, server: delta.id } }
    const adding = cluster.call(alpha, baptise)
    cluster.pass(10_000)
    expect(alpha.replies.get(making)).toMatchObject({ epoch, excluded: [] })
    expect(alpha.replies.get(adding)).toMatchObject({ epoch })
    expect(cluster.copies(directory).map((copy) => copy.ring.length)).toEqual([4, 4, 4, 4])
    cluster.sweep(delta, directory)
    expect(cluster.code(alpha, baptise)).toBe('ok')
    expect(cluster.code(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'baptise', directory, epoch, server: 'z'.repeat(20) as Member['id'] } })).toBe('EpochFailed')
  })
})
