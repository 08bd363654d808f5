import { beforeEach, describe, expect, it } from 'vitest'
import { Cluster, ofType, type Member } from '../../trials/cluster'
import { emptyDisk } from '../../storage/memoryStore'
import { signed } from '../../sim/simServer'
import { isFailure, explain, type Failure } from '../errors'
import type { DirectoryId } from '../names'
import type { Accepted, Outcomes, Request } from '../requests'
import { after, timestamp, timeOf, type Timestamp } from '../timestamp'
import type { UpdateSet } from '../values/intent'
import { copiesFor, type Durability, type Secured } from './durability'

let cluster: Cluster
let directory: DirectoryId
let alpha: Member
let beta: Member
let gamma: Member
beforeEach(() => {
  ;({ cluster, directory } = Cluster.ring(3, 4))
  ;[alpha, beta, gamma] = cluster.members as [Member, Member, Member, Member]
})

/** An update accepted at a member; no message about it has arrived anywhere. */
function accept(at: Member, label: string): { accepted: Accepted; set: UpdateSet } {
  const intent = cluster.intent(at, directory, 'doUpdates', [[label, null, true]])
  const outcome = at.replies.get(cluster.call(at, { type: 'ask', servers: [at.id], request: { type: 'submit', directory, signed: signed(intent) } }))
  const accepted = outcome as Accepted
  return { accepted, set: { ...signed(intent), ts: accepted.ts } }
}
const secure = (at: Member, { accepted, set }: { accepted: Accepted; set: UpdateSet | null }, level: Durability, patience = 10_000): object | Failure =>
  cluster.tryAsk(at, { type: 'secure', directory, ts: accepted.ts, set, ring: accepted.ring, level, patience })
const has = (at: Member, ts: Timestamp, set: UpdateSet | null): object | Failure => {
  const request: Request = { type: 'has', directory, ts, set }
  return cluster.tryAsk(at, { type: 'ask', servers: [at.id], request })
}
const serversIn = (outcome: object | Failure): string[] => {
  if (isFailure(outcome)) throw new Error(explain(outcome))
  return (outcome as Secured).copies.map(({ server }) => cluster.members.find(({ id }) => id === server)!.name).toSorted()
}
const codeOf = (outcome: object | Failure): string => (isFailure(outcome) ? outcome.code : 'ok')
/** What is on a member's disk, as it would start with it. */
const onDisk = (at: Member, set: UpdateSet): boolean => at.restored().copies.get(directory)?.log.some(({ ts }) => ts === set.ts) === true
/** The store of a server is gone; the server starts as one that never had a copy. */
function wipe(member: Member): void {
  cluster.putDisk(member, emptyDisk())
}

describe('levels', () => {
  it('[P11] a majority of the known ring is more than half of it', () => {
    expect([1, 2, 3, 4, 5].map((ring) => copiesFor('quorum', ring))).toEqual([1, 2, 2, 3, 3])
    expect([1, 2, 3].map((ring) => [copiesFor('local', ring), copiesFor('all', ring)])).toEqual([[1, 1], [1, 2], [1, 3]])
  })

  it('[P11] [B2] of a server that runs twice nobody knows which disk its answer is about', () => {
    cluster.crash(gamma)
    cluster.restart(gamma)
    cluster.input(alpha, { type: 'connected', server: gamma.id, incarnation: gamma.server.incarnation, instance: 'another', name: 'gamma' })
    const outcome = secure(alpha, accept(alpha, 'x'), 'all', 5000)
    expect(codeOf(outcome)).toBe('NotDurableYet')
    expect(explain(outcome as Failure)).toContain('gamma is an older start, or one of two')
  })

  it('[P11] counted are the answers of copies that have it on disk, not what was sent to them', () => {
    const update = accept(alpha, 'x')
    const id = cluster.call(alpha, { type: 'secure', directory, ts: update.accepted.ts, set: update.set, ring: update.accepted.ring, level: 'all', patience: 10_000 })
    cluster.settle(({ from, message }) => !(from === gamma && message.type === 'answer'))
    expect(onDisk(gamma, update.set)).toBe(true)
    expect(alpha.replies.has(id)).toBe(false)
    cluster.settle()
    expect(serversIn(alpha.replies.get(id)!)).toEqual(['alpha', 'beta', 'gamma'])
    expect(alpha.replies.get(id)).toMatchObject({ ts: update.accepted.ts, of: 3 })
  })

  it('[P11] quorum needs a majority and says who has it; all waits for everybody', () => {
    cluster.cut(alpha, gamma)
    cluster.cut(beta, gamma)
    const update = accept(alpha, 'x')
    expect(serversIn(secure(alpha, update, 'local'))).toContain('alpha')
    expect(serversIn(secure(alpha, update, 'quorum'))).toEqual(['alpha', 'beta'])
    const outcome = secure(alpha, update, 'all') as Failure
    expect(outcome.code).toBe('NotDurableYet')
    expect(explain(outcome)).toMatch(new RegExp(`^The update ${update.accepted.ts} of #${directory} is on disk at 2 of the 3 copies it was to be on: gamma is not connected. It goes on spreading`))
    cluster.connect(alpha, gamma)
    expect(serversIn(secure(alpha, update, 'all'))).toEqual(['alpha', 'beta', 'gamma'])
    expect(alpha.server.securing.size).toBe(0)
  })

  it('[P11] a server without a copy can ask for its client', () => {
    const delta = cluster.member(3)
    expect(serversIn(secure(delta, accept(alpha, 'x'), 'all'))).toEqual(['alpha', 'beta', 'gamma'])
  })

  it('[P11] what is missing is asked for again while patience lasts: healing is enough', () => {
    cluster.cut(alpha, beta)
    cluster.cut(alpha, gamma)
    const update = accept(alpha, 'x')
    const id = cluster.call(alpha, { type: 'secure', directory, ts: update.accepted.ts, set: update.set, ring: update.accepted.ring, level: 'quorum', patience: 60_000 })
    cluster.pass(20_000)
    expect(alpha.replies.has(id)).toBe(false)
    cluster.connect(alpha, beta)
    cluster.pass(10_000)
    expect(serversIn(alpha.replies.get(id)!)).toEqual(['alpha', 'beta'])
  })

  it('[P11] counted is the ring as it is now: who joined counts, who left does not', () => {
    const update = accept(alpha, 'x')
    const delta = cluster.member(3)
    cluster.join(delta, directory, gamma)
    expect(serversIn(secure(alpha, update, 'all'))).toEqual(['alpha', 'beta', 'delta', 'gamma'])
    cluster.ask(alpha, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory, force: true } })
    expect(serversIn(secure(alpha, accept(alpha, 'y'), 'all'))).toEqual(['alpha', 'beta', 'delta'])
  })

  it('[P11] older than F it is everywhere, whether it still stands in the tree or not', () => {
    const kept = accept(alpha, 'x')
    const gone = accept(alpha, 'y')
    cluster.pass(2000)
    cluster.write(alpha, directory, [], [['y', false]])
    for (let i = 0; i < 3; i++) cluster.sweep(alpha, directory)
    cluster.pass(1_000_000)
    for (let i = 0; i < 3; i++) cluster.sweep(alpha, directory)
    expect(beta.copy(directory).log).toEqual([])
    for (const update of [kept, gone, { ...gone, set: null }]) expect(serversIn(secure(beta, update, 'all'))).toEqual(['alpha', 'beta', 'gamma'])
  })

  it('[P11] a level that is none, a patience that is none, a set of another time-stamp: refused in words', () => {
    const update = accept(alpha, 'x')
    const ask = { type: 'secure', directory, ts: update.accepted.ts, set: update.set, ring: update.accepted.ring, level: 'quorum', patience: 1000 } as const
    for (const wrong of [{ level: 'most' as Durability }, { patience: 0 }, { patience: Number.NaN }, { patience: 1e9 }, { ts: 'x' as Timestamp }]) expect(cluster.code(alpha, { ...ask, ...wrong })).toBe('BadRequest')
    expect(codeOf(has(alpha, after(update.accepted.ts), update.set))).toBe('BadRequest')
  })
})

describe('the resend', () => {
  it('[P12] a copy that lacks an update is handed it as it was stamped, and stores it as if it had come in a message', () => {
    const update = accept(alpha, 'x')
    cluster.lose(ofType('updates'))
    expect(codeOf(has(beta, update.accepted.ts, null))).toBe('NotYetHere')
    expect(onDisk(beta, update.set)).toBe(false)
    expect(has(beta, update.accepted.ts, update.set)).toMatchObject({ copy: beta.copy(directory).id, here: true })
    expect(onDisk(beta, update.set)).toBe(true)
    expect(has(beta, update.accepted.ts, update.set)).toMatchObject({ here: true })
    expect(beta.copy(directory).log.filter(({ ts }) => ts === update.set.ts)).toHaveLength(1)
  })

  it('[P12] the accepting server is wiped right after its answer: the client sends the update to the others, and it lives', () => {
    const update = accept(alpha, 'x')
    cluster.lose(() => true)
    wipe(alpha)
    expect(beta.sees(directory)).not.toContain('"x"')
    expect(serversIn(secure(cluster.member(3), update, 'quorum'))).toEqual(['beta', 'gamma'])
    for (const member of [beta, gamma]) {
      expect(onDisk(member, update.set)).toBe(true)
      expect(member.sees(directory)).toContain('"x"')
    }
  })

  it('[P12] nothing that was acknowledged at quorum is lost with the disk of any one server, whatever was lost on the way', () => {
    for (let seed = 0; seed < 60; seed++) {
      ;({ cluster, directory } = Cluster.ring(3, 4))
      ;[alpha, beta, gamma] = cluster.members as [Member, Member, Member, Member]
      const [at, victim] = [cluster.member(seed % 3), cluster.member(Math.floor(seed / 3) % 3)]
      const update = accept(at, 'x')
      if (seed % 2 === 0) cluster.lose(ofType('updates'))
      if (seed % 5 === 0) cluster.cut(at, cluster.member((seed + 1) % 3))
      const outcome = secure(seed % 4 === 0 ? cluster.member(3) : at, update, 'quorum')
      wipe(victim)
      const survivors = [alpha, beta, gamma].filter((member) => member !== victim)
      expect(isFailure(outcome) || survivors.some((member) => onDisk(member, update.set)), `seed ${seed}`).toBe(true)
      expect(isFailure(outcome)).toBe(false)
    }
  })

  it('[P12] the intent is never stamped anew: a copy that has it under its first stamp says so', () => {
    const update = accept(alpha, 'x')
    cluster.settle()
    const second: UpdateSet = { ...update.set, ts: timestamp(timeOf(update.set.ts) + 1_000_000, beta.copy(directory).id) }
    expect(has(beta, second.ts, second)).toMatchObject({ here: true })
    expect(beta.copy(directory).log.map(({ ts }) => ts)).toContain(update.set.ts)
    expect(beta.copy(directory).log.map(({ ts }) => ts)).not.toContain(second.ts)
  })

  it('[P12] [A1] the later stamp of an intent is not lost where every copy has swept past it with the earlier one', () => {
    const update = accept(alpha, 'x')
    cluster.settle()
    const second: UpdateSet = { ...update.set, ts: timestamp(timeOf(update.set.ts) + 1000, beta.copy(directory).id) }
    cluster.time += 10
    cluster.sweep(beta, directory)
    expect(has(gamma, second.ts, null)).toMatchObject({ here: false })
    expect(serversIn(secure(gamma, { accepted: { ...update.accepted, ts: second.ts }, set: second }, 'all'))).toEqual(['alpha', 'beta', 'gamma'])
  })

  it('[P12] [A1] a stamp that no member gave is not taken; one that is another update’s takes nothing from that', () => {
    const update = accept(alpha, 'x')
    cluster.lose(ofType('updates'))
    const stranger: UpdateSet = { ...update.set, ts: timestamp(timeOf(update.set.ts), 'zzzzzzzzzzzzz' as never) }
    expect(codeOf(has(beta, stranger.ts, stranger))).toBe('NotYetHere')
    expect(beta.copy(directory).log.map(({ ts }) => ts)).not.toContain(stranger.ts)
    const other: UpdateSet = { ...signed(cluster.intent(alpha, directory, 'doUpdates', [['y', null, true]])), ts: update.set.ts }
    has(beta, update.accepted.ts, update.set)
    expect(has(beta, other.ts, other)).toMatchObject({ here: true })
    for (const label of ['"x"', '"y"']) expect(beta.sees(directory)).toContain(label)
  })

  it('[T2] an update from the future is kept aside, and not counted before its time', () => {
    alpha.skew = 400_000
    const update = accept(alpha, 'x')
    cluster.lose(ofType('updates'))
    expect(codeOf(has(beta, update.accepted.ts, update.set))).toBe('NotYetHere')
    expect(beta.server.deferred).toHaveLength(1)
    cluster.pass(110_000)
    expect(has(beta, update.accepted.ts, update.set)).toMatchObject({ here: true })
  })

  it('[P12] what every copy has swept past without knowing it is said to be lost, in words', () => {
    const intent = signed(cluster.intent(alpha, directory, 'doUpdates', [['x', null, true]]))
    const set: UpdateSet = { ...intent, ts: timestamp(timeOf(alpha.copy(directory).nextTS) + 1000, alpha.copy(directory).id) }
    cluster.pass(2000)
    cluster.sweep(beta, directory)
    expect(has(beta, set.ts, set)).toMatchObject({ here: false } satisfies Partial<Outcomes['has']>)
    const outcome = secure(beta, { accepted: { ts: set.ts, copies: [], ring: [{ copy: beta.copy(directory).id, server: beta.id }] }, set }, 'quorum') as Failure
    expect(outcome.code).toBe('LostUpdate')
    expect(explain(outcome)).toContain('make the change anew')
    for (const member of [alpha, beta, gamma]) expect(member.sees(directory)).not.toContain('"x"')
  })
})
