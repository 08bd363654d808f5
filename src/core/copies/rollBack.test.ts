import { describe, expect, it } from 'vitest'
import { emptyDisk } from '../../storage/memoryStore'
import { Cluster, GENESIS, ofType, type Member } from '../../trials/cluster'
import type { Call } from '../calls'
import type { DirectoryId } from '../names'
import { millisecondsOf } from '../timestamp'
import { isSealed } from './directoryCopy'

const epochCall = (at: Member, directory: DirectoryId, members: readonly Member[], force = false): Call => ({
  type: 'ask',
  servers: [at.id],
  request: { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force, patience: 5000, dry: false },
})

/** The last of three servers is started from a copy of its disk that is older than a sweep. */
function restored(): { cluster: Cluster; directory: DirectoryId; members: [Member, Member, Member] } {
  const { cluster, directory } = Cluster.ring(3)
  const members = cluster.members as [Member, Member, Member]
  const [alpha, , gamma] = members
  const old = structuredClone(gamma.disk)
  for (let i = 0; i < 2; i++) {
    cluster.crash(gamma)
    cluster.restart(gamma)
  }
  cluster.write(alpha, directory, ['Lampson'], true)
  cluster.sweep(alpha, directory)
  cluster.pass(5000)
  cluster.putDisk(gamma, old, true)
  return { cluster, directory, members }
}

describe('a store that is restored from an old copy', () => {
  it('[B3] is found out where the browser remembers a later start; its copies leave the ring by an epoch, and come in as others', () => {
    const { cluster, directory, members } = restored()
    const [alpha, beta, gamma] = members
    cluster.settle()
    expect(gamma.copy(directory).state).toBe('rolledBack')
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory))).toMatchObject({ code: 'SweepFailed', about: { member: 'gamma' } })
    expect(cluster.code(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory, force: true } })).toBe('LeaveFailed')
    // It leaves by an epoch, and comes in again as another copy.
    const old = gamma.copy(directory).id
    cluster.ask(alpha, epochCall(alpha, directory, [alpha, beta]))
    cluster.pass(10_000)
    expect(gamma.server.copies.get(directory)?.id).not.toBe(old)
    expect(alpha.server.fenced.size + beta.server.fenced.size).toBe(0)
    cluster.sweep(beta, directory)
    expect(gamma.sees(directory)).toContain('Lampson')
  })

  it('[B3] says nothing of the ring of its epoch, since it does not know who has joined: another old store would take itself for left out', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const oldest = structuredClone(alpha.disk)
    cluster.ask(beta, cluster.joinCall(beta, directory, alpha))
    cluster.settle()
    const old = structuredClone(beta.disk)
    cluster.ask(gamma, cluster.joinCall(gamma, directory, beta))
    cluster.settle()
    for (const [member, disk] of [[alpha, oldest], [beta, old]] as const) {
      cluster.putDisk(member, disk, true)
    }
    cluster.pass(60_000)
    expect([alpha, beta].map((member) => member.copy(directory).state)).toEqual(['rolledBack', 'rolledBack'])
    cluster.ask(gamma, epochCall(gamma, directory, [gamma], true))
    cluster.pass(60_000)
    for (const member of [alpha, beta]) expect(member.server.copies.get(directory)?.state ?? 'gone').not.toBe('excluded')
  })

  it('[B3] does not enter an epoch that it had promised itself to: it was in that, and may have gone on', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    cluster.settle(({ to, message }) => !(to === gamma && message.type === 'epochNews'))
    const old = structuredClone(gamma.disk)
    expect(isSealed(gamma.copy(directory))).toBe(true)
    cluster.pass(10_000)
    expect(gamma.copy(directory)).toMatchObject({ state: 'active', epoch: alpha.copy(directory).epoch })
    cluster.write(gamma, directory, ['Lampson'], true)
    for (let i = 0; i < 2; i++) {
      cluster.crash(gamma)
      gamma.disk = { ...(i === 0 ? gamma.disk : old), incarnation: gamma.disk.incarnation }
      cluster.restart(gamma, i === 1)
    }
    cluster.pass(60_000)
    expect(gamma.copy(directory).state).toBe('rolledBack')
  })

  it('[B3] takes no part in a new epoch', () => {
    const { cluster, directory, members } = restored()
    const [alpha] = members
    cluster.settle()
    for (const force of [false, true]) expect(cluster.tryAsk(alpha, epochCall(alpha, directory, members, force))).toMatchObject({ code: 'EpochFailed', about: { reason: 'the store of gamma is an old one' } })
  })

  it('[B3] [B4] goes on alone by a forced epoch, where nobody else is left; with others it does not', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.write(alpha, directory, ['Lampson'], true)
    const old = structuredClone(alpha.disk)
    const { ts } = cluster.write(alpha, directory, ['later'], true)
    cluster.putDisk(alpha, old, true)
    expect(cluster.code(beta, cluster.joinCall(beta, directory, alpha))).toBe('JoinFailed')
    expect(cluster.code(alpha, epochCall(alpha, directory, [alpha]))).toBe('OnlyByForce')
    cluster.ask(alpha, epochCall(alpha, directory, [alpha], true))
    expect(cluster.write(alpha, directory, ['Birrell'], true).ts > ts).toBe(true)
    cluster.join(beta, directory, alpha)
    cluster.sweep(beta, directory)
    for (const label of ['Lampson', 'Birrell']) expect(beta.sees(directory)).toContain(label)
  })

  it('[B3] [E3] of an epoch that it was making it says nothing: it may rule', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.call(alpha, epochCall(alpha, directory, cluster.members))
    cluster.settle(ofType('askEpochFacts', 'epochFacts', 'seal'))
    const old = structuredClone(alpha.disk)
    cluster.settle(ofType('sealed'))
    cluster.deliver(({ to, message }) => to === beta && message.type === 'epochNews')
    cluster.cut(beta, gamma)
    cluster.putDisk(alpha, old, true)
    cluster.pass(60_000)
    expect(isSealed(gamma.copy(directory))).toBe(true)
    cluster.connect(beta, gamma)
    cluster.pass(60_000)
    expect(gamma.copy(directory)).toMatchObject({ state: 'active', epoch: beta.copy(directory).epoch, seals: [] })
    expect(cluster.delivered.some(ofType('epochGivenUp'))).toBe(false)
  })

  it('[B3] [E7] hears who rules also where it knows nobody who is still there: what it has goes to a person, and it goes', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const old = structuredClone(alpha.disk)
    cluster.join(beta, directory, alpha)
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'leave', directory, force: true } })
    cluster.pass(60_000)
    cluster.putDisk(alpha, old, true)
    expect(alpha.copy(directory).ring).toHaveLength(1)
    cluster.pass(60_000)
    expect(alpha.server.copies.has(directory)).toBe(false)
    expect(beta.copy(directory).state).toBe('active')
  })

  it('[B2] [B3] where its whole browser is an old one, those who remember a later start let it change nothing, until the later one is back', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const old = structuredClone(gamma.disk)
    for (let i = 0; i < 2; i++) {
      cluster.crash(gamma)
      cluster.restart(gamma)
    }
    cluster.write(alpha, directory, ['Lampson'], true)
    cluster.sweep(alpha, directory)
    cluster.pass(5000)
    const present = structuredClone(gamma.disk)
    const standing = (): object[] => [alpha, beta].map((member) => ({ ...member.copy(directory), nextTS: null }))
    const before = structuredClone(standing())
    cluster.crash(gamma)
    gamma.disk = old
    cluster.restart(gamma)
    cluster.write(gamma, directory, ['from an old browser'], true)
    expect(cluster.code(gamma, cluster.sweepCall(gamma, directory))).toBe('SweepFailed')
    for (const force of [false, true]) expect(cluster.code(gamma, epochCall(gamma, directory, [gamma, alpha], force))).toBe('EpochFailed')
    cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory, force: true } })
    cluster.pass(60_000)
    expect(standing()).toEqual(before)
    cluster.crash(gamma)
    gamma.disk = present
    cluster.restart(gamma)
    cluster.sweep(alpha, directory)
    expect(gamma.sees(directory)).toBe(alpha.sees(directory))
  })

  it('[B4] raises nextTS past every promise that it can have given', () => {
    const { cluster, directory, members } = restored()
    const [, , gamma] = members
    cluster.settle()
    expect(millisecondsOf(gamma.copy(directory).nextTS) >= GENESIS + cluster.time + 300_000).toBe(true)
  })
})

describe('a store that is lost', () => {
  it('[B5] [E4] an epoch goes on without the copy, and F waits for it no longer than until its server says that it is gone', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.crash(gamma)
    gamma.disk = emptyDisk()
    cluster.ask(alpha, epochCall(alpha, directory, [alpha, beta]))
    cluster.pass(60_000)
    expect(alpha.copy(directory).excluded).toMatchObject([{ server: gamma.id, abandoned: false }])
    cluster.restart(gamma)
    cluster.settle()
    cluster.pass(1000)
    expect(cluster.delivered.some(ofType('copyGone'))).toBe(true)
    for (const member of [alpha, beta]) expect(member.copy(directory).excluded).toMatchObject([{ server: gamma.id, abandoned: true }])
  })
})
