import { describe, expect, it } from 'vitest'
import { Cluster } from '../trials/cluster'
import { runSeed } from './seed'
import { World } from './world'

describe('a hostile peer in the room', () => {
  it('[isolation] says what it likes in a world where everything else goes wrong, too, and nothing of it is saved', () => {
    const seed = Array.from({ length: 100 }, (_, i) => `hostile ${i}`).find((each) => new World(each).random.fork('enemies').chance(0.2))!
    expect(runSeed({ seed }).counts.get('hostile messages')).toBeGreaterThan(30)
  })

  it('[R6] cannot talk a copy that leaves out of its ring: only who was asked has taken it over', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, stranger] = [cluster.member(0), cluster.member(1), cluster.member(2)]
    cluster.cut(alpha, beta)
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory, force: true } })
    const [leaver, other] = [beta.copy(directory), alpha.copy(directory)]
    expect(leaver.state).toBe('leaving')
    const truth = { directory, from: other.id, to: leaver.id }
    cluster.hand({ from: stranger, to: beta, message: { type: 'takenOver', ...truth, ts: leaver.nextTS } })
    const { epoch, pointer, nextTS, lastSweep, stableMark } = other
    const facts = { copy: other.id, server: stranger.id, name: 'alpha', state: 'active' as const, epoch, pointer, nextTS, lastSweep, stableMark, digest: '', ringDigest: '', removed: [{ copy: leaver.id, ts: nextTS }], excluded: [] }
    cluster.hand({ from: stranger, to: beta, message: { type: 'standing', ...truth, facts, begun: null, knowsYou: false } })
    expect(beta.copy(directory).state).toBe('leaving')
  })
})
