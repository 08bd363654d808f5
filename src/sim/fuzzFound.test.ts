/** What the fuzzer found, each with a test of its own: the message that did it, and what must be instead. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyAgenda, nextTime, schedule } from '../core/agenda'
import { applyChange, encodeCopy, epochOf, restoreCopy } from '../core/copies/directoryCopy'
import { cutPages, joinPages, stagePage } from '../core/copies/pages'
import { header } from '../core/copies/spread'
import { failure, MAX_ABOUT } from '../core/errors'
import { decode, encode, type Message } from '../core/messages'
import { shown, type CopyId, type DirectoryId, type Label } from '../core/names'
import type { Request } from '../core/requests'
import { beginTurn } from '../core/server'
import { SWEEP_ORIGIN, timestamp } from '../core/timestamp'
import type { Tree } from '../core/values/readValue'
import { stampFault, type Branch, type UpdateSet } from '../core/values/intent'
import { Cluster, GENESIS, ofType, type Member } from '../trials/cluster'
import { copyNumber, directoryNumber, serverNumber } from '../trials/generators'
import { signed } from './simServer'

/** What a server answers, at once, to a request that comes over the wire. */
function asks(cluster: Cluster, from: Member, to: Member, request: Request, id = 'id'): Extract<Message, { type: 'answer' }> | undefined {
  cluster.hand({ from, to, message: through({ type: 'request', id, request }) })
  const [answer] = cluster.lose((post) => post.from === to && post.to === from && post.message.type === 'answer')
  return answer?.message as Extract<Message, { type: 'answer' }> | undefined
}

function through<M extends Message>(message: M): M {
  const decoded = decode(encode(message))
  if ('refused' in decoded) throw new Error(decoded.refused)
  return decoded as M
}

const drafts = (directory: DirectoryId, tree: Tree, labels: Label[] = []): Request => ({ type: 'draft', directory, change: { procedure: 'setLink', under: { labels, incarnations: null }, tree, replace: false } })
const micros = (cluster: Cluster): number => (GENESIS + cluster.time) * 1000

/** A set of a person's own, stamped as one likes. */
function setOf(cluster: Cluster, at: Member, directory: DirectoryId, branches: readonly Branch[], time: number, origin: CopyId = copyNumber(77)): UpdateSet {
  const intent = { ...cluster.intent(at, directory, 'doUpdates', branches), from: Math.floor(time / 1000) - 300_000, until: Math.floor(time / 1000) + 300_000 }
  return { ...signed(intent), ts: timestamp(time, origin) }
}

/** Updates from one member to another, as that one may send them. */
const handUpdates = (cluster: Cluster, from: Member, to: Member, directory: DirectoryId, sets: UpdateSet[]): void => cluster.hand({ from, to, message: through({ type: 'updates', ...header(from.copy(directory)), sets }) })

describe('a request over the wire', () => {
  it('[X5] with an intent of times that no calendar has does not come in: the sentence about it would throw', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (const [from, until] of [[9_007_199_254_740_991, 9_007_199_254_740_991], [0, 8_640_000_000_000_001]] as const) {
      const intent = { ...cluster.intent(stranger, directory, 'doUpdates', [['a', null, true]]), from, until }
      expect(decode(JSON.stringify({ type: 'request', id: 'id', request: { type: 'submit', directory, signed: signed(intent) } }))).toEqual({ refused: 'not a time that a time-stamp can have' })
    }
    expect(asks(cluster, stranger, alpha, { type: 'submit', directory, signed: signed({ ...cluster.intent(stranger, directory, 'doUpdates', [['a', null, true]]), from: 0, until: 9_000_000_000_000 }) })?.failure?.code).toBe('Expired')
  })

  it('[X5] for a long name of turtles is answered: names are cut between characters, so that the answer can be read', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory, begins: true, up: 0, labels: ['🐢'.repeat(60)], entity: null })?.failure?.code).toBe('NotFound')
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }).filter((text) => text.isWellFormed()), (text) => shown(text).isWellFormed()))
  })

  it('[X5] is answered also when the sentence about it were too long to be read', () => {
    for (const text of ['x'.repeat(5000), '🐢'.repeat(2500), `x${'🐢'.repeat(2500)}`]) {
      const { about } = failure('NotFound', { name: text, reason: 'none' })
      expect(about.name!.length).toBeLessThanOrEqual(MAX_ABOUT)
      expect('refused' in decode(encode({ type: 'answer', id: '', failure: failure('NotFound', { name: text }), outcome: '', elsewhere: [] }))).toBe(false)
    }
  })

  it('[X5] to set a link to true or false is a bad request, with or without a path', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (const tree of [true, false]) for (const labels of [[], ['x'], ['x', 'y']]) expect(asks(cluster, stranger, alpha, drafts(directory, tree, labels))?.failure?.code).toBe('BadRequest')
  })

  it('[X5] to set one link twenty thousand times is refused before what stands there is read as often', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    for (let i = 0; i < 5; i++) cluster.write(alpha, directory, ['large'], Array.from({ length: 500 }, (_, n): [Label, Tree] => [`${i} ${n}`, true]))
    const began = performance.now()
    expect(asks(cluster, stranger, alpha, drafts(directory, Array.from({ length: 20_000 }, (): [Label, Tree] => ['large', true])))?.failure?.code).toBe('BadRequest')
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('[D2] to go up without end, where a directory is its own parent, ends', () => {
    const { cluster } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    const own = directoryNumber(9)
    for (const each of [alpha, stranger]) cluster.belongsTo(each, 'ed25519:one')
    asks(cluster, stranger, alpha, { type: 'create', directory: own, signed: signed(cluster.intent(stranger, own, 'newD', [['.', null, [['BR', null, [[own, null, [['x', null, true]]]]]]]])) })
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory: own, begins: true, up: Number.MAX_SAFE_INTEGER, labels: [], entity: null })?.outcome).toContain('"code":"NotFound"')
    expect(asks(cluster, stranger, alpha, { type: 'walk', directory: own, begins: true, up: 60, labels: [], entity: null })?.failure).toBeNull()
  })

  it('[X5] that many send while one procedure runs does not make a list without end of those who wait', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    for (let i = 0; i < 200; i++) asks(cluster, alpha, gamma, { type: 'join', directory, from: [alpha.id] }, `join ${i}`)
    expect(gamma.server.joins.get(directory)!.callers.length).toBeLessThan(100)
    for (let i = 0; i < 200; i++) asks(cluster, gamma, alpha, { type: 'leave', directory, force: true }, `leave ${i}`)
    expect(alpha.server.leavers.get(directory)!.length).toBeLessThan(100)
    const created = directoryNumber(9)
    for (const each of [alpha, beta]) cluster.belongsTo(each, 'ed25519:one')
    const create: Request = { type: 'create', directory: created, signed: signed(cluster.intent(gamma, created, 'newD', [['.', null, [['BR', null, [[directoryNumber(8), null, [['x', null, true]]]]]]]])) }
    for (let i = 0; i < 200; i++) asks(cluster, alpha, beta, create, `create ${i}`)
    expect(beta.server.cleanups.get(created)!.callers.length).toBeLessThan(100)
  })

  it('[X5] that makes a copy and drops it again leaves nothing behind', () => {
    const { cluster } = Cluster.ring(1, 2)
    const [alpha, stranger] = cluster.members as [Member, Member]
    const before = alpha.server.sweepWatch.size
    for (let i = 10; i < 60; i++) {
      const directory = directoryNumber(i)
      expect(asks(cluster, stranger, alpha, { type: 'create', directory, signed: signed(cluster.intent(stranger, directory, 'newD', [['.', null, [['Label', null, true]]]])) })?.failure?.code).toBe('BadRequest')
    }
    expect(alpha.server.sweepWatch.size).toBe(before)
    expect(alpha.server.copies.size).toBe(1)
  })
})

describe('a lying member', () => {
  it('[X5] that names a copy on the receiver itself is not believed: nobody sends to himself', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const copy = beta.copy(directory)
    for (const member of [{ copy: copyNumber(70), server: alpha.id, name: 'x' }, { copy: alpha.copy(directory).id, server: beta.id, name: 'x' }]) cluster.hand({ from: beta, to: alpha, message: through({ type: 'spliceNews', ...header(copy), members: [member], lastSweep: copy.lastSweep }) })
    expect(alpha.copy(directory).ring).toHaveLength(2)
    cluster.write(alpha, directory, ['after'], true)
    cluster.settle()
    expect(beta.sees(directory)).toContain('after')
  })

  it('[R2] that hands a joiner a ring with other copies on the joiner itself is not believed', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.call(beta, cluster.joinCall(beta, directory, alpha))
    cluster.settle(ofType('askSnapshot'))
    const page = cluster.lose(ofType('snapshotPage'))[0]!.message as Extract<Message, { type: 'snapshotPage' }>
    cluster.hand({ from: alpha, to: beta, message: through({ ...page, ring: [...page.ring, ...Array.from({ length: 200 }, (_, i) => ({ copy: copyNumber(100 + i), server: beta.id, name: 'x' }))] }) })
    expect(beta.copy(directory).ring.filter((member) => member.server === beta.id)).toHaveLength(1)
    cluster.settle()
    expect(beta.copy(directory).state).toBe('active')
  })

  it('[X5] whose news of a member cannot be taken is not greeted for it, or the two would greet each other without end', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.settle()
    const copy = beta.copy(directory)
    cluster.hand({ from: beta, to: alpha, message: through({ type: 'spliceNews', ...header(copy), members: [{ copy: copyNumber(70), server: alpha.id, name: 'x' }], lastSweep: copy.lastSweep }) })
    alpha.copy(directory).removed = [{ copy: copyNumber(71), ts: copy.nextTS }]
    cluster.hand({ from: beta, to: alpha, message: through({ type: 'spliceNews', ...header(copy), members: [{ copy: copyNumber(71), server: beta.id, name: 'x' }], lastSweep: copy.lastSweep }) })
    expect(cluster.post).toEqual([])
  })

  it('[T2] that sends thousands of updates from the future has a thousand kept, in a few words and with one plan', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const future = micros(cluster) + 400_000_000
    const said = alpha.happened.length
    for (let n = 0; n < 4; n++) handUpdates(cluster, beta, alpha, directory, Array.from({ length: 600 }, (_, i) => setOf(cluster, beta, directory, [['x', null, true]], future + n * 1000 + i)))
    expect(alpha.server.deferred).toHaveLength(1000)
    expect(alpha.happened.length - said).toBeLessThan(10)
    cluster.pass(120_000)
    expect(alpha.server.deferred).toEqual([])
    expect(alpha.sees(directory)).toContain('"x"')
  })

  it('[R9] whose name is no label stands in no reference, and the others do', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const child = directoryNumber(9)
    cluster.newD(alpha, directory, 'child', child)
    const { ring } = alpha.copy(child)
    alpha.copy(child).ring = [...ring, { copy: copyNumber(70), server: serverNumber(70), name: 'x'.repeat(300) }, { copy: copyNumber(71), server: serverNumber(71), name: 'a\u0000b' }]
    cluster.join(beta, child, alpha)
    cluster.pass(20_000)
    expect(gamma.sees(directory)).toContain(`#${directory}/beta`)
  })

  it('[A1] [V2] that stamps one intent again and again, or names what never was, keeps nobody busy: sets taken at once are what they are one by one', () => {
    const labels = ['a', 'b', 'c']
    const { cluster, directory } = Cluster.ring(1)
    const [alpha] = cluster.members as [Member]
    const now = micros(cluster)
    const intents = Array.from({ length: 12 }, (_, i) => setOf(cluster, alpha, directory, i % 3 === 0 ? [[labels[i % 2]!, null, true]] : i % 3 === 1 ? [['a', timestamp(now + (i % 4), copyNumber(1)), [[`x${i}`, null, true]]]] : [['a', timestamp(now + (i % 5), copyNumber(1)), [['b', timestamp(now + (i % 6), copyNumber(2)), [['y', null, true]]]]]], now))
    const stamped = fc.array(fc.tuple(fc.nat({ max: intents.length - 1 }), fc.nat({ max: 9 }), fc.nat({ max: 2 })), { maxLength: 25 }).map((picks) => picks.map(([i, time, origin]) => ({ ...intents[i]!, ts: timestamp(now + time, copyNumber(origin)) })).filter((set, i, all) => stampFault(set) === null && all.findIndex((other) => other.ts === set.ts) === i))
    const start = JSON.stringify(encodeCopy(alpha.copy(directory)))
    fc.assert(
      fc.property(stamped, (sets) => {
        const [together, apart] = [restoreCopy(JSON.parse(start)), restoreCopy(JSON.parse(start))]
        applyChange(together, { type: 'absorbed', sets })
        for (const set of sets) applyChange(apart, { type: 'absorbed', sets: [set] })
        const fresh = restoreCopy(JSON.parse(JSON.stringify(encodeCopy(apart))))
        for (const copy of [together, apart]) {
          expect(encodeCopy(copy)).toEqual(encodeCopy(fresh))
          expect([...copy.waiting.keys()].toSorted()).toEqual([...fresh.waiting.keys()].toSorted())
          expect(JSON.stringify([...(copy.visible.root.children?.keys() ?? [])].toSorted())).toBe(JSON.stringify([...(fresh.visible.root.children?.keys() ?? [])].toSorted()))
        }
      }),
      { numRuns: 300 },
    )
    // Three thousand stampings of one intent among three thousand other sets: each took all of them in hand before.
    const [one] = intents
    const others = Array.from({ length: 3000 }, (_, i) => setOf(cluster, alpha, directory, [[`o${i}`, null, true]], now + 100 + i))
    const many = restoreCopy(JSON.parse(start))
    const began = performance.now()
    applyChange(many, { type: 'absorbed', sets: [...others, ...Array.from({ length: 3000 }, (_, i) => ({ ...one!, ts: timestamp(now + 50_000 - i, copyNumber(1)) }))] })
    expect(performance.now() - began).toBeLessThan(5000)
    expect(many.log.filter((set) => set.intent === one!.intent)).toHaveLength(1)
  })
})

describe('what is taken over from others', () => {
  it('[P9] is no update so large that the messages which carry it on would be too large: it stopped every sweep', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const updates = (labels: number): string => {
      const set = setOf(cluster, beta, directory, Array.from({ length: labels }, (_, i): Branch => [`${10_000 + i} ${'x'.repeat(240)}`, null, true]), micros(cluster))
      return JSON.stringify({ type: 'updates', ...header(beta.copy(directory)), sets: [set] })
    }
    expect(decode(updates(3900))).toEqual({ refused: 'an intent larger than a call may be' })
    expect(decode(updates(252))).toEqual({ refused: 'an intent larger than a call may be' })
    cluster.hand({ from: beta, to: alpha, message: decode(updates(245)) as Message })
    cluster.sweep(alpha, directory)
    expect(beta.copy(directory).lastSweep).toBe(alpha.copy(directory).lastSweep)
  })

  it('[P9] is no more than so many characters of pages that are never complete', () => {
    const { cluster, directory } = Cluster.ring(1)
    const { server } = cluster.member(0)
    const large = Array.from({ length: 14 }, (_, i) => setOf(cluster, cluster.member(0), directory, Array.from({ length: 240 }, (_, n): Branch => [`${10_000 + n} ${'x'.repeat(240)}`, null, true]), micros(cluster) + i))
    for (const key of ['one', 'other']) {
      for (let index = 0; index < 100; index++) stagePage(beginTurn(server, GENESIS + cluster.time), key, { index, count: 4096, digest: '', base: null, log: large })
      expect([...server.staged.values()].reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(64 << 20)
    }
    for (let i = 0; i < 200; i++) stagePage(beginTurn(server, GENESIS + cluster.time), `key ${i}`, { index: 0, count: 2, digest: '', base: null, log: [] })
    expect(server.staged.size).toBeLessThanOrEqual(64)
  })

  it('[T1] is no time that no clock shows: after the last one there would be no other', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const far = timestamp(8_900_000_000_000_000, SWEEP_ORIGIN)
    expect(decode(JSON.stringify({ type: 'updates', ...header(alpha.copy(directory)), sets: [setOf(cluster, beta, directory, [['a', null, true]], 8_900_000_000_000_000)] }))).toEqual({ refused: 'a time-stamp that no clock shows' })
    const joining = cluster.call(beta, cluster.joinCall(beta, directory, alpha))
    for (const lie of [{ lastSweep: far }, { nextTS: far }, { stableMark: far }]) {
      while (!cluster.post.some(ofType('askSnapshot'))) cluster.tickNext()
      cluster.settle(ofType('askSnapshot'))
      const page = cluster.lose(ofType('snapshotPage'))[0]!.message as Extract<Message, { type: 'snapshotPage' }>
      cluster.hand({ from: alpha, to: beta, message: through({ ...page, facts: { ...page.facts, ...lie } }) })
      expect(beta.server.copies.has(directory)).toBe(false)
    }
    cluster.pass(2000)
    expect(beta.replies.get(joining)).toEqual({ copy: beta.copy(directory).id })
  })

  it('[V4] [A1] is no base with a label twice, and no intent that were remembered for ever', () => {
    const { cluster, directory } = Cluster.ring(1)
    const set = setOf(cluster, cluster.member(0), directory, [['a', null, true]], micros(cluster))
    const pages = (labels: string[], until: number): ReturnType<typeof cutPages> => cutPages({ base: { base: labels.map((label) => [label, set.ts, 1]), proofs: [set], intents: [['x', set.ts, until]] }, log: [] })
    expect(joinPages(pages(['a', 'a'], 0))).toBeNull()
    expect(joinPages(pages(['a'], Number.MAX_SAFE_INTEGER))!.base!.intents).toEqual([['x', set.ts, expect.closeTo(micros(cluster) / 1000 + 600_000, -1)]])
  })
})

describe('a server by itself', () => {
  it('[B2] remembers the starts of so many servers, the latest, and of all that are connected', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (let i = 100; i < 2000; i++) {
      const server = serverNumber(i)
      for (const incarnation of [2, 1]) cluster.input(alpha, { type: 'connected', server, incarnation, instance: 'x', name: 'stranger' })
      cluster.input(alpha, { type: 'disconnected', server, reason: 'gone' })
    }
    expect(alpha.server.starts.size).toBeLessThanOrEqual(1000)
    expect(alpha.server.fenced.size).toBeLessThanOrEqual(1000)
    cluster.input(alpha, { type: 'connected', server: serverNumber(1999), incarnation: 1, instance: 'x', name: 'stranger' })
    expect(alpha.server.fenced.has(serverNumber(1999))).toBe(true)
    cluster.restart(beta)
    cluster.sweep(alpha, directory)
  })

  it('[P10] plans one thing again and again far ahead without remembering each plan', () => {
    const agenda = emptyAgenda<string>()
    for (let i = 0; i < 10_000; i++) schedule(agenda, 'far', 1_000_000 + i)
    for (let i = 0; i < 1000; i++) schedule(agenda, 'same', 5)
    expect(agenda.heap.length).toBeLessThan(200)
    expect(nextTime(agenda)).toBe(5)
  })

  it('[R1] takes no new copy while its former one still leaves: it would have the identity of the one that left', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member, Member]
    const former = beta.copy(directory).id
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory, force: true } })
    expect(cluster.code(beta, cluster.joinCall(beta, directory, alpha))).toBe('JoinFailed')
    cluster.pass(60_000)
    expect(beta.server.copies.has(directory)).toBe(false)
    cluster.join(beta, directory, alpha)
    expect(beta.copy(directory).id).not.toBe(former)
  })
})

describe('a message about an epoch', () => {
  const hands = (cluster: Cluster, from: Member, to: Member, message: Message): void => cluster.hand({ from, to, message: through(message) })
  const asMember = (member: Member, directory: DirectoryId): { copy: CopyId; server: Member['id']; name: string } => ({ copy: member.copy(directory).id, server: member.id, name: member.name })
  const newEpoch = (directory: DirectoryId, members: readonly Member[]): Request => ({ type: 'newEpoch', directory, servers: members.map(({ id }) => id), force: false, patience: 5000, dry: false })

  it('[E7] names only copies of whom updates are known: a member may have stamped one with no origin', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    handUpdates(cluster, beta, alpha, directory, [{ ...setOf(cluster, beta, directory, [['a', null, true]], micros(cluster)), ts: timestamp(micros(cluster), SWEEP_ORIGIN) }])
    hands(cluster, beta, alpha, { type: 'askEpochFacts', directory, nonce: 'a'.repeat(16) })
    expect(cluster.lose(ofType('epochFacts'))).toMatchObject([{ message: { facts: { known: [] } } }])
  })

  it('[E2] a seal is refused that names the receiver as its committer, or a server twice', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const ring = [beta, alpha].map((member) => asMember(member, directory))
    const seal = { type: 'seal' as const, directory, to: alpha.copy(directory).id, epoch: epochOf(2, 'maaaaaaa'), committer: beta.copy(directory).id, ring }
    hands(cluster, beta, alpha, { ...seal, committer: seal.to, ring: [{ ...ring[1]!, server: beta.id }, { ...ring[0]!, server: alpha.id }] })
    hands(cluster, beta, alpha, { ...seal, ring: [...ring, { ...asMember(gamma, directory), server: alpha.id }] })
    expect(cluster.lose(ofType('sealRefused'))).toHaveLength(2)
    expect(alpha.copy(directory).seals).toEqual([])
    hands(cluster, beta, alpha, seal)
    expect(alpha.copy(directory).seals).toHaveLength(1)
  })

  it('[R1] a ring that has two copies on the receiver\'s server is taken without the one that is not there', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const ring = [beta, alpha].map((member) => asMember(member, directory))
    const epoch = epochOf(2, 'maaaaaaa')
    const about = { directory, to: alpha.copy(directory).id, epoch }
    hands(cluster, beta, alpha, { type: 'seal', ...about, committer: beta.copy(directory).id, ring })
    hands(cluster, beta, alpha, { type: 'epochNews', ...about, from: beta.copy(directory).id, ring: [...ring, { ...ring[1]!, copy: copyNumber(77) }], excluded: [], lineage: [], digest: '' })
    expect(alpha.copy(directory)).toMatchObject({ epoch, ring: ring.toSorted((a, b) => (a.copy < b.copy ? -1 : 1)) })
  })

  it('[B2] an older start of a member makes no epoch', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.input(alpha, { type: 'connected', server: beta.id, incarnation: beta.server.incarnation - 1, instance: 'older', name: 'beta' })
    hands(cluster, beta, alpha, { type: 'request', id: 'a'.repeat(16), request: newEpoch(directory, cluster.members) })
    expect(cluster.lose(ofType('answer'))).toMatchObject([{ message: { failure: { code: 'BadRequest' } } }])
    expect(alpha.server.proposals.size).toBe(0)
  })

  it('[E1] no number is left once somebody has said the greatest: it fails in words', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const ring = [beta, alpha].map((member) => asMember(member, directory))
    const epoch = epochOf(9999, 'maaaaaaa')
    hands(cluster, beta, alpha, { type: 'seal', directory, to: alpha.copy(directory).id, epoch, committer: beta.copy(directory).id, ring })
    hands(cluster, beta, alpha, { type: 'epochGivenUp', directory, to: alpha.copy(directory).id, epoch, from: beta.copy(directory).id })
    const failed = cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: newEpoch(directory, cluster.members) })
    expect(failed).toMatchObject({ code: 'EpochFailed', about: { reason: 'somebody has promised number 9999, and there is no greater one' } })
  })
})
