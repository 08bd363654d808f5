import { describe, expect, it } from 'vitest'
import { emptyDisk } from '../../storage/memoryStore'
import { Cluster, GENESIS, ofType, type Member, type Post } from '../../trials/cluster'
import { copyNumber } from '../../trials/generators'
import type { DirectoryId } from '../names'
import type { Call } from '../calls'

const leaveCall = (at: Member, directory: DirectoryId): Call => ({ type: 'ask', servers: [at.id], request: { type: 'leave', directory, force: true } })

const stayCall = (at: Member, directory: DirectoryId): Call => ({ type: 'ask', servers: [at.id], request: { type: 'stay', directory } })

/** The servers that the pointers lead to, from the first member's copy on. */
function ringOf(cluster: Cluster, directory: DirectoryId, from: Member): string[] {
  const names: string[] = []
  let at = from
  do {
    names.push(at.name)
    at = cluster.members.find(({ id }) => id === at.copy(directory).pointer.server)!
  } while (at !== from && names.length < 9)
  return names
}

/** Lets things happen, one by one, until a message of a type is on its way. */
function until(cluster: Cluster, type: (typeof steps)[number]): void {
  for (let i = 0; i < 50 && !cluster.post.some(ofType(type)); i++) if (!cluster.deliver()) cluster.tickNext()
}

const steps = ['askStanding', 'standing', 'askTakeOver', 'readHandOver', 'handOverPage', 'takenOver'] as const

describe('a copy leaves the ring', () => {
  it('[R5] hands over what it alone has to its predecessor, is answered, and is gone after the next sweep', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.write(beta, directory, ['only at beta'], true)
    cluster.lose(ofType('updates'))
    expect(cluster.ask(alpha, leaveCall(beta, directory))).toEqual({ copy: beta.copy(directory).id })
    expect(ringOf(cluster, directory, alpha)).toEqual(expect.arrayContaining(['alpha', 'gamma']))
    expect(ringOf(cluster, directory, alpha)).toHaveLength(2)
    cluster.pass(60_000)
    for (const member of [alpha, gamma]) {
      expect(member.sees(directory)).toContain('only at beta')
      expect(member.copy(directory).ring).toHaveLength(2)
    }
    expect(beta.server.copies.has(directory)).toBe(false)
    cluster.sweep(alpha, directory)
  })

  it('[R5] while it leaves it issues nothing, splices nobody in, and leads no sweep', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const sweeping = cluster.call(beta, cluster.sweepCall(beta, directory))
    cluster.call(beta, leaveCall(beta, directory))
    expect(beta.replies.get(sweeping)).toMatchObject({ code: 'SweepFailed' })
    cluster.lose(() => true)
    expect(beta.copy(directory).state).toBe('leaving')
    expect(cluster.code(alpha, { type: 'ask', servers: [beta.id], request: { type: 'draft', directory, change: { procedure: 'doUpdates', under: { labels: ['x'], incarnations: null }, tree: true, replace: false } } })).toBe('NoCopyHere')
    cluster.call(gamma, cluster.joinCall(gamma, directory, beta))
    cluster.settle(ofType('askSnapshot', 'snapshotRefused', 'snapshotPage', 'request', 'answer', 'askSplice'))
    expect(beta.copy(directory).pointer.copy).toBe(alpha.copy(directory).id)
  })

  it('[R4] [R5] it does not wait for whom it spliced in, and who has left since without saying that it was active', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const unsaid = (): boolean => alpha.copy(directory).splices.some(({ answer }) => answer === 'spliced')
    const withoutGreetings = (ms: number): void => {
      const until = cluster.time + ms
      do {
        cluster.lose(ofType('greet'))
        if (!cluster.deliver()) cluster.tickNext(until)
      } while (cluster.post.length > 0 || cluster.members.some(({ wakeAt }) => wakeAt !== null && wakeAt - GENESIS <= until))
    }
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    withoutGreetings(2000)
    expect(gamma.copy(directory).state).toBe('active')
    expect(unsaid()).toBe(true)
    cluster.call(gamma, leaveCall(gamma, directory))
    withoutGreetings(30_000)
    expect(gamma.server.copies.has(directory)).toBe(false)
    expect(unsaid()).toBe(false)
    cluster.ask(alpha, leaveCall(alpha, directory))
    cluster.pass(30_000)
    expect(alpha.server.copies.has(directory)).toBe(false)
    expect(ringOf(cluster, directory, beta)).toEqual(['beta'])
  })

  it('[R4] [B5] who was spliced in says when its copy is gone', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer', 'askSplice'))
    const [spliced] = cluster.lose(ofType('spliced'))
    cluster.lose(() => true)
    expect(alpha.copy(directory).splices).toMatchObject([{ answer: 'spliced' }])
    cluster.putDisk(gamma, emptyDisk())
    cluster.hand(spliced!)
    cluster.settle(ofType('copyGone'))
    expect(alpha.copy(directory).splices).toMatchObject([{ answer: 'known' }])
  })

  it('[R5] [R6] any message of it may be lost or come twice, and either server may crash after any: it is done, once', () => {
    for (const type of steps) {
      for (const fault of ['lost', 'twice', 'leaver dies', 'predecessor dies'] as const) {
        const { cluster, directory } = Cluster.ring(3)
        const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
        const before = cluster.members.find((member) => member.copy(directory).pointer.server === beta.id)!
        cluster.write(beta, directory, ['only at beta'], true)
        cluster.lose(ofType('updates'))
        cluster.call(beta, leaveCall(beta, directory))
        until(cluster, type)
        const [post] = fault === 'twice' ? [cluster.post.find(ofType(type))] : cluster.lose(ofType(type))
        if (fault === 'leaver dies') cluster.crash(beta)
        if (fault === 'predecessor dies') cluster.crash(before)
        cluster.pass(1500)
        if (fault === 'twice' && post !== undefined) cluster.hand(post)
        if (fault === 'leaver dies') cluster.restart(beta)
        if (fault === 'predecessor dies') cluster.restart(before)
        cluster.pass(90_000)
        expect(beta.server.copies.has(directory), `${type} ${fault}`).toBe(false)
        for (const member of [alpha, gamma]) {
          expect(member.sees(directory), `${type} ${fault}`).toContain('only at beta')
          expect(ringOf(cluster, directory, member), `${type} ${fault}`).toHaveLength(2)
        }
      }
    }
  })

  it('[R5] asks nobody twice at once, wherever pointers lead: not who points at a copy that it has itself no more', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member]
    const gone = { copy: copyNumber(99), server: beta.id }
    const isOfBeta = ({ from, message }: Post): boolean => from === beta && message.type === 'standing'
    cluster.call(alpha, leaveCall(alpha, directory))
    until(cluster, 'askStanding')
    for (let i = 0; i < 100 && cluster.deliver(({ message }) => message.type === 'askStanding'); i++) {
      for (const post of cluster.lose(isOfBeta)) if (post.message.type === 'standing') cluster.hand({ ...post, message: { ...post.message, facts: { ...post.message.facts, pointer: gone } } })
    }
    expect(cluster.delivered.filter(({ to, message }) => to === beta && message.type === 'askStanding')).toHaveLength(2)
  })

  it('[R6] a page that was fetched for an attempt which is over takes nobody out', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.call(beta, leaveCall(beta, directory))
    until(cluster, 'handOverPage')
    const [late] = cluster.lose(ofType('handOverPage'))
    cluster.crash(alpha)
    cluster.restart(alpha)
    cluster.lose(() => true)
    cluster.hand(late!)
    expect(alpha.copy(directory).pointer.copy).toBe(beta.copy(directory).id)
  })

  it('[R7] of two neighbours that leave at once the younger stays, and says why; a ring of two keeps one', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const elder = cluster.call(alpha, leaveCall(alpha, directory))
    cluster.time += 10
    cluster.write(beta, directory, ['later'], true)
    const younger = cluster.call(beta, leaveCall(beta, directory))
    cluster.pass(30_000)
    const outcomes = [elder, younger].map((id, i) => cluster.member(i).replies.get(id))
    expect(outcomes.filter((outcome) => (outcome as { code?: string }).code === 'LeaveFailed')).toHaveLength(1)
    expect(cluster.copies(directory).map(({ state }) => state)).toEqual(['active'])
  })

  it('[R10] who is leaving can be told to stay: at once while nobody was asked; then it leaves by another attempt', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member, Member]
    const leaving = cluster.call(beta, leaveCall(beta, directory))
    const { attempt } = beta.copy(directory).leaving!
    expect(cluster.ask(beta, stayCall(beta, directory))).toEqual({ copy: beta.copy(directory).id, stays: true })
    expect(beta.replies.get(leaving)).toMatchObject({ code: 'LeaveFailed' })
    cluster.write(beta, directory, ['still here'], true)
    cluster.pass(10_000)
    expect(alpha.sees(directory)).toContain('still here')
    expect(ringOf(cluster, directory, alpha)).toHaveLength(3)
    cluster.call(beta, leaveCall(beta, directory))
    expect(beta.copy(directory).leaving!.attempt).toBeGreaterThan(attempt)
    cluster.pass(60_000)
    expect(beta.server.copies.has(directory)).toBe(false)
    expect(cluster.code(alpha, stayCall(alpha, directory))).toBe('NotLeaving')
  })

  it('[R10] wherever it is called off, whatever is lost, comes twice or crashes: it is in the ring and active, or out and gone', () => {
    const ends = new Set<string>()
    for (const at of steps) {
      for (const fault of ['none', 'lost', 'twice', 'late', 'leaver dies', 'predecessor dies'] as const) {
        const { cluster, directory } = Cluster.ring(3)
        const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
        const before = cluster.members.find((member) => member.copy(directory).pointer.server === beta.id)!
        cluster.write(beta, directory, ['only at beta'], true)
        cluster.lose(ofType('updates'))
        cluster.call(beta, leaveCall(beta, directory))
        until(cluster, at)
        const late = fault === 'lost' || fault === 'late' ? cluster.lose(ofType(at)) : fault === 'twice' ? cluster.post.filter(ofType(at)) : []
        cluster.ask(beta, stayCall(beta, directory))
        if (fault === 'leaver dies') cluster.crash(beta)
        if (fault === 'predecessor dies') cluster.crash(before)
        cluster.pass(1500)
        if (fault === 'late' || fault === 'twice') for (const post of late) cluster.hand(post)
        if (fault === 'leaver dies') cluster.restart(beta)
        if (fault === 'predecessor dies') cluster.restart(before)
        cluster.pass(90_000)
        const isIn = beta.server.copies.has(directory)
        ends.add(isIn ? 'in' : 'out')
        for (const member of isIn ? [alpha, beta, gamma] : [alpha, gamma]) {
          expect(member.sees(directory), `${at} ${fault}`).toContain('only at beta')
          expect(ringOf(cluster, directory, member), `${at} ${fault}`).toHaveLength(isIn ? 3 : 2)
          expect(member.copy(directory).state).toBe('active')
        }
      }
    }
    expect([...ends].toSorted()).toEqual(['in', 'out'])
  })

  it('[R10] a predecessor that took the copy over long ago, and has forgotten so, does not leave it be', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const before = cluster.members.find((member) => member.copy(directory).pointer.server === beta.id)!
    cluster.call(beta, leaveCall(beta, directory))
    until(cluster, 'takenOver')
    for (const other of [alpha, gamma]) cluster.cut(beta, other)
    cluster.call(beta, stayCall(beta, directory))
    for (let i = 0; i < 4; i++) cluster.sweep(before, directory)
    cluster.pass(60_000)
    expect(before.copy(directory).removed).toEqual([])
    expect(beta.copy(directory).leaving!.staying).not.toBeNull()
    expect(cluster.code(beta, leaveCall(beta, directory))).toBe('LeaveFailed')
    for (const other of [alpha, gamma]) cluster.connect(beta, other)
    cluster.pass(60_000)
    expect(beta.server.copies.has(directory)).toBe(false)
    expect(ringOf(cluster, directory, alpha)).toHaveLength(2)
  })

  it('[R5] the last copy stays', () => {
    const { cluster, directory } = Cluster.ring(1)
    const alpha = cluster.member(0)
    expect(cluster.code(alpha, leaveCall(alpha, directory))).toBe('LastCopy')
    expect(alpha.copy(directory).state).toBe('active')
  })

  describe('when the one that would have taken it over has lost its disk', () => {
    const epochCall = (at: Member, directory: DirectoryId, members: readonly Member[], force: boolean): Call => ({ type: 'ask', servers: [at.id], request: { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force, patience: 5000, dry: false } })

    function bereft(size: number): { cluster: Cluster; directory: DirectoryId; members: Member[]; leaving: number } {
      const { cluster, directory } = Cluster.ring(size)
      const [alpha, beta] = cluster.members as [Member, Member]
      cluster.write(beta, directory, ['only at beta'], true)
      const leaving = cluster.call(beta, leaveCall(beta, directory))
      cluster.lose(() => true)
      cluster.crash(alpha)
      alpha.disk = emptyDisk()
      cluster.restart(alpha)
      return { cluster, directory, members: cluster.members, leaving }
    }

    it('[E5] it is a member again by a forced epoch, with all that it has; by no other', () => {
      const { cluster, directory, members, leaving } = bereft(2)
      const [alpha, beta] = members as [Member, Member]
      cluster.pass(20_000)
      expect(beta.copy(directory).state).toBe('leaving')
      expect(cluster.tryAsk(beta, epochCall(beta, directory, [beta], false))).toMatchObject({ code: 'OnlyByForce', about: { reason: 'the copy on beta is leaving, and who was to take it over may have done so, and be gone' } })
      cluster.ask(beta, epochCall(beta, directory, [beta], true))
      expect(beta.copy(directory).state).toBe('active')
      expect(beta.replies.get(leaving)).toMatchObject({ code: 'LeaveFailed' })
      cluster.join(alpha, directory, beta)
      cluster.sweep(alpha, directory)
      expect(alpha.sees(directory)).toContain('only at beta')
    })

    it('[R5] [E7] it goes, when it has left and everybody whom it knew has another copy by now', () => {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
      cluster.call(beta, leaveCall(beta, directory))
      for (let i = 0; i < 50 && beta.copy(directory).state !== 'left'; i++) if (!cluster.deliver()) cluster.tickNext()
      for (const other of [alpha, gamma]) cluster.cut(beta, other)
      for (const [one, other] of [[gamma, alpha], [alpha, gamma]] as const) {
        cluster.putDisk(one, emptyDisk())
        cluster.cut(beta, one)
        cluster.ask(other, epochCall(other, directory, [other], true))
        cluster.join(one, directory, other)
      }
      cluster.pass(60_000)
      expect(beta.copy(directory).state).toBe('left')
      for (const other of [alpha, gamma]) cluster.connect(beta, other)
      cluster.pass(20_000)
      expect(beta.server.copies.has(directory)).toBe(false)
    })

    it('[E2] [R6] while it is sealed nobody takes it over', () => {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
      cluster.call(beta, leaveCall(beta, directory))
      until(cluster, 'handOverPage')
      const [page] = cluster.lose(ofType('handOverPage'))
      cluster.call(beta, epochCall(beta, directory, [beta, gamma], true))
      cluster.settle(ofType('askEpochFacts', 'epochFacts', 'seal'))
      cluster.hand(page!)
      cluster.settle(ofType('takenOver'))
      expect(alpha.copy(directory).removed.map(({ copy }) => copy)).toEqual([beta.copy(directory).id])
      expect(beta.copy(directory).state).toBe('leaving')
      cluster.pass(60_000)
      // What alpha did was overtaken: the epoch that it did not hear of takes beta along, and leaves it out.
      expect(beta.copy(directory)).toMatchObject({ state: 'active', epoch: gamma.copy(directory).epoch })
      expect(alpha.server.copies.get(directory)?.state ?? 'gone').not.toBe('active')
    })

    it('[E5] not together with anybody who knows that it has left', () => {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta] = cluster.members as [Member, Member]
      cluster.call(beta, leaveCall(beta, directory))
      until(cluster, 'takenOver')
      cluster.lose(ofType('takenOver'))
      expect(cluster.tryAsk(alpha, epochCall(alpha, directory, [alpha, beta], true))).toMatchObject({ code: 'EpochFailed', about: { reason: 'the copy on beta has left the ring' } })
    })
  })

  it('[R8] a member whose removal is forgotten does not come back by late news or a late write-back', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const news = { type: 'spliceNews', directory, epoch: alpha.copy(directory).epoch, from: gamma.copy(directory).id, members: alpha.copy(directory).ring.filter(({ server }) => server === beta.id), lastSweep: gamma.copy(directory).lastSweep } as const
    cluster.call(gamma, cluster.sweepCall(gamma, directory))
    cluster.settle(ofType('lookSweep', 'looked', 'readSweep', 'readPage'))
    const late = cluster.lose(ofType('writeSweep')).find(({ to }) => to === alpha)!
    cluster.pass(20_000)
    cluster.ask(alpha, leaveCall(beta, directory))
    for (let i = 0; i < 4; i++) cluster.sweep(alpha, directory)
    cluster.pass(60_000)
    expect(alpha.copy(directory).removed).toEqual([])
    cluster.hand(late)
    cluster.hand({ from: gamma, to: alpha, message: news })
    cluster.settle()
    expect(alpha.copy(directory).ring).toHaveLength(2)
    cluster.sweep(alpha, directory)
  })
})
