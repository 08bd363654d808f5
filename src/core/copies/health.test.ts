import { describe, expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { serverNumber } from '../../trials/generators'
import type { DirectoryId } from '../names'
import { outcomeShapes, type CopyState } from '../requests'
import { Malformed } from '../shape'
import { blame } from './health'

const stateAt = (cluster: Cluster, at: Member, directory: DirectoryId, from = at): CopyState => cluster.ask(at, { type: 'ask', servers: [from.id], request: { type: 'state', directory } }) as CopyState

describe('health', () => {
  it('[P10] who holds back sweeps is named, with since when, phase and reason, and those that failed are counted by member', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    expect(stateAt(cluster, alpha, directory).health.heldBackBy).toBeNull()
    for (const other of [alpha, beta]) cluster.cut(gamma, other)
    const since = cluster.now(alpha)
    for (let i = 0; i < 2; i++) expect(cluster.code(alpha, cluster.sweepCall(alpha, directory))).toBe('SweepFailed')
    // Another server hears it from alpha itself.
    const { health } = stateAt(cluster, beta, directory, alpha)
    expect(health.heldBackBy).toMatchObject({ server: gamma.id, phase: 'look', reason: 'is not connected' })
    expect(health.heldBackBy!.since - since).toBeLessThan(5000)
    expect(health.blamed).toEqual([['look', gamma.id, health.sweeps.failed]])
    expect(health.sweeps.failed).toBeGreaterThanOrEqual(2)
    cluster.connect(alpha, gamma)
    cluster.connect(beta, gamma)
    cluster.sweep(alpha, directory)
    expect(stateAt(cluster, alpha, directory).health.heldBackBy).toBeNull()
  })

  it('[T3] the skew against each peer, its sign too, and the correction of the clock', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.input(alpha, { type: 'clock', server: beta.id, offset: -31_000.4 })
    const { health } = stateAt(cluster, beta, directory, alpha)
    expect([health.skew, health.correction]).toEqual([[[beta.id, -31_000]], 0])
    cluster.input(alpha, { type: 'clock', server: beta.id, offset: -0.2 })
    expect(stateAt(cluster, beta, directory, alpha).health.skew).toEqual([[beta.id, 0]])
  })

  it('[X5] refusals by reason, the most frequent first, no more than so many and none too long', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (let i = 1; i <= 100; i++) alpha.server.refusals.set(`${i} ${'x'.repeat(1000)}😀`, i)
    const { refusals } = stateAt(cluster, beta, directory, alpha).health
    expect(refusals.map(([, count]) => count)).toEqual(Array.from({ length: 32 }, (_, i) => 100 - i))
    expect(Math.max(...refusals.map(([reason]) => reason.length))).toBeLessThanOrEqual(400)
  })

  it('[B5] what the host says of its storage is told to whoever asks', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    expect(stateAt(cluster, beta, directory, alpha).health.storage).toEqual({ persisted: null, used: null, quota: null })
    const storage = { persisted: false, used: 12_000, quota: 1_000_000 }
    cluster.input(alpha, { type: 'storage', storage })
    expect(stateAt(cluster, beta, directory, alpha).health.storage).toEqual(storage)
  })

  it('[X5] at the door its fields are exactly these, within their bounds', () => {
    const { cluster, directory } = Cluster.ring(1)
    const state = JSON.parse(JSON.stringify(stateAt(cluster, cluster.member(0), directory))) as CopyState
    const { health } = state
    expect(outcomeShapes.state(state)).toEqual(state)
    const wrong: object[] = [
      { ...health, more: 1 },
      { ...health, sweeps: { started: 1, completed: 1 } },
      { ...health, blamed: [['fold', serverNumber(1), 1]] },
      { ...health, blamed: Array.from({ length: 65 }, () => ['look', serverNumber(1), 1]) },
      { ...health, refusals: [['x'.repeat(401), 1]] },
      { ...health, refusals: Array.from({ length: 33 }, () => ['x', 1]) },
      { ...health, skew: [[serverNumber(1), 0.5]] },
      { ...health, skew: [['nobody', 1]] },
      { ...health, correction: '1' },
      { ...health, heldBackBy: { server: serverNumber(1), phase: 'look', since: -1, reason: '' } },
      { ...health, alarm: 7 },
      { ...health, storage: { persisted: 'yes', used: 1, quota: 1 } },
      { ...health, storage: null },
    ]
    for (const each of wrong) expect(() => outcomeShapes.state({ ...state, health: each })).toThrow(Malformed)
  })

  it('[P10] of very many members that sweeps failed at, the first blamed is forgotten', () => {
    const watch = { period: 1, failures: 0, heldBackBy: null, alarm: null, left: null, gone: new Set<string>(), started: 0, completed: 0, failed: 0, blamed: new Map() }
    for (let i = 0; i < 100; i++) blame(watch, 'read', serverNumber(i))
    blame(watch, 'read', serverNumber(99))
    expect(watch.blamed.size).toBe(64)
    expect(watch.blamed.get(`read ${serverNumber(99)}`)).toBe(2)
    expect(watch.blamed.has(`read ${serverNumber(0)}`)).toBe(false)
  })
})
