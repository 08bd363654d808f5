/** What servers that lie can say of a way, and what servers that are gone keep a lookup from. */
import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber, serverNumber } from '../../trials/identifiers'
import { isFailure } from '../errors'
import type { DirectoryId, FullName, ServerId } from '../names'
import type { Request, TrailStep, Walked } from '../requests'
import { BEGINNING } from '../timestamp'
import { LONGEST_TX, MARGIN } from './expiration'
import type { Found } from './lookup'
import { isWayFrom } from './wayFrom'

const [root, dec, src, evil] = [1, 2, 3, 9].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId]
const [alpha, eve] = [serverNumber(1), serverNumber(2)]
const now = 1_000_000

const walk = (directory: DirectoryId, labels: string[], up = 0, entity: string | null = null): Extract<Request, { type: 'walk' }> => ({ type: 'walk', directory, begins: true, up, labels, entity })
const arc = (directory: DirectoryId, label: string, to: string, changed: Partial<TrailStep> = {}): TrailStep => ({ directory, label, found: 'directory', to, server: eve, asOf: BEGINNING, validUntil: null, cached: false, ownName: false, ...changed })
const walked = (directory: DirectoryId, steps: TrailStep[], changed: Partial<Walked> = {}): Walked => ({ steps, directory, servers: [], names: [], up: 0, rest: [], outcome: 'found', failure: null, link: null, entity: null, ...changed })
const isWay = (request: Extract<Request, { type: 'walk' }>, answer: Walked): boolean => isWayFrom(request, eve, now, answer)

describe('an answer is a way from where was asked', () => {
  it('[X5] by references, links, entries, `..` and the table of well-known directories', () => {
    expect(isWay(walk(root, ['DEC', 'SRC']), walked(src, [arc(root, 'DEC', dec), arc(dec, 'SRC', src)]))).toBe(true)
    expect(isWay(walk(root, ['DEC', 'SRC']), walked(dec, [arc(root, 'DEC', dec, { ownName: true, server: alpha })], { outcome: 'on', rest: ['SRC'] }))).toBe(true)
    expect(isWay(walk(root, ['DEC', 'SRC']), walked(root, [arc(root, 'DEC', '/IBM', { found: 'link' })], { outcome: 'link', link: '/IBM', rest: ['SRC'] }))).toBe(true)
    expect(isWay(walk(root, ['Lampson']), walked(root, [arc(root, 'Lampson', '', { found: 'entry' })], { entity: 'Lampson' }))).toBe(true)
    expect(isWay(walk(root, [], 0, 'Lampson'), walked(root, [arc(root, 'Lampson', '/DEC', { found: 'link' })], { outcome: 'link', link: '/DEC' }))).toBe(true)
    expect(isWay(walk(src, ['CRL'], 1), walked(dec, [arc(src, '..', dec, { found: 'up' })], { outcome: 'on', rest: ['CRL'] }))).toBe(true)
    expect(isWay(walk(src, ['Finance'], 1), walked(dec, [arc(root, src, 'DEC/SRC', { found: 'wellKnown' }), arc(root, 'DEC', dec)], { outcome: 'on', rest: ['Finance'] }))).toBe(true)
  })

  it('[X5] and not of other directories or labels, by others, from a cache, or longer than anything is promised', () => {
    const asked = walk(root, ['DEC', 'SRC'])
    const lies: Walked[] = [
      walked(evil, [arc(dec, 'SRC', evil)]),
      walked(evil, [arc(root, 'IBM', evil), arc(evil, 'SRC', evil)]),
      walked(evil, [arc(root, 'DEC', dec), arc(root, 'DEC', evil)]),
      walked(evil, [arc(root, 'DEC', dec), arc(dec, 'SRC', src)]),
      walked(src, [arc(root, 'DEC', dec), arc(dec, 'SRC', src), arc(src, 'more', src)]),
      walked(src, [arc(root, 'DEC', dec, { server: alpha }), arc(dec, 'SRC', src)]),
      walked(src, [arc(root, 'DEC', dec, { cached: true }), arc(dec, 'SRC', src)]),
      walked(src, [arc(root, 'DEC', dec, { validUntil: now + LONGEST_TX + MARGIN + 1 }), arc(dec, 'SRC', src)]),
      walked(dec, [arc(root, 'DEC', dec)], { outcome: 'on', rest: ['CRL'] }),
      walked(dec, [arc(root, '..', dec, { found: 'up' })], { outcome: 'on', rest: ['DEC', 'SRC'] }),
      walked(root, [arc(root, 'DEC', '/IBM', { found: 'link' }), arc(dec, 'SRC', src)], { outcome: 'link', link: '/IBM' }),
      walked(evil, [arc(evil, evil, 'DEC', { found: 'wellKnown' })], { outcome: 'on', rest: ['DEC', 'DEC', 'SRC'] }),
    ]
    for (const lie of lies) expect([JSON.stringify(lie.steps), isWay(asked, lie)]).toEqual([JSON.stringify(lie.steps), false])
  })
})

/** Answers of one server to walks are others. */
function lookUp(cluster: Cluster, from: Member, name: FullName, liar: Member, lie: (n: number) => Walked): { outcome: object; lies: number; took: number } {
  const asked = new Set<string>()
  const changed = new Set<object>()
  const began = cluster.time
  const id = cluster.call(from, { type: 'lookup', name, entity: null })
  for (let i = 0; i < 20_000 && !from.replies.has(id); i++) {
    for (const post of cluster.post) {
      const { message } = post
      if (post.to === liar && message.type === 'request' && message.request.type === 'walk') asked.add(message.id)
      if (post.from !== liar || message.type !== 'answer' || !asked.has(message.id) || changed.has(post)) continue
      changed.add(post)
      post.message = { ...message, failure: null, outcome: JSON.stringify(lie(changed.size)) }
    }
    if (!cluster.deliver()) cluster.tickNext()
  }
  return { outcome: from.replies.get(id) ?? {}, lies: changed.size, took: cluster.time - began }
}

describe('a server that lies', () => {
  it('[X5] is refused what it says of other directories than it was asked for, and the lookup goes on elsewhere', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [first, liar, asking] = cluster.members as [Member, Member, Member]
    cluster.newD(first, directory, 'DEC', dec)
    cluster.pass(30_000)
    asking.server.hints.set(directory, new Set([liar.id, first.id]))
    const { outcome, lies } = lookUp(cluster, asking, named(directory, 'DEC'), liar, () => walked(evil, [arc(directory, 'DEC', evil, { server: liar.id }), arc(dec, 'SRC', evil, { server: liar.id })]))
    expect(lies).toBe(1)
    expect(outcome).toMatchObject({ directory: dec, trail: [{ server: first.id, before: [expect.stringContaining('malformed')] }] })
    expect([...asking.server.refusals.keys()].some((reason) => reason.includes('not a way from where was asked'))).toBe(true)
  })

  it('[X4] that sends on and on to servers which nobody knows holds a lookup up for a minute', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [, liar, asking] = cluster.members as [Member, Member, Member]
    cluster.newD(liar, directory, 'DEC', dec)
    cluster.pass(30_000)
    const lie = (n: number): Walked => walked(directoryNumber(100 + n), [arc(n === 1 ? dec : directoryNumber(99 + n), 'x', directoryNumber(100 + n), { server: liar.id })], { outcome: 'on', rest: Array.from({ length: 30 - n }, () => 'x'), servers: [...Array.from({ length: 200 }, (_, i): ServerId => serverNumber(1000 + i)), liar.id] })
    const { outcome, took } = lookUp(cluster, asking, named(directory, 'DEC', ...Array.from({ length: 30 }, () => 'x')), liar, lie)
    expect(isFailure(outcome)).toBe(true)
    expect(took).toBeLessThan(90_000)
    expect(asking.server.lookups.size).toBe(0)
  })
})

it('[S2] a lookup goes on with the next name of a server when the one that it found first is gone', () => {
  for (const gone of [1, 3]) {
    for (const isHinted of [false, true]) {
      const { cluster, directory } = Cluster.ring(1, 5)
      const [first, beta, gamma, delta, epsilon] = cluster.members as [Member, Member, Member, Member, Member]
      const ibm = directoryNumber(5)
      cluster.newD(first, directory, 'DEC', dec)
      cluster.newD(first, directory, 'IBM', ibm)
      cluster.join(gamma, dec, first)
      for (const each of [dec, ibm]) cluster.ask(first, { type: 'ask', servers: [first.id], request: { type: 'setInSN', directory: each, to: true } })
      for (const [at, path] of [[delta, ['IBM', 'delta']], [beta, ['IBM', 'beta']], [gamma, ['DEC', 'gamma']]] as const) cluster.ask(at, { type: 'setUpOn', path: [...path], up: ['alpha'] })
      cluster.newD(delta, dec, 'SRC', src)
      cluster.join(beta, src, delta)
      cluster.pass(60_000)
      for (const member of [gamma, epsilon]) {
        for (const other of cluster.members) if (other !== member) cluster.input(member, { type: 'disconnected', server: other.id, reason: 'gone' })
        member.server.hints.clear()
      }
      for (const copy of gamma.server.copies.values()) if (copy.directory !== dec) copy.ring = copy.ring.filter(({ server }) => server !== beta.id && server !== delta.id)
      epsilon.server.hints.set(directory, new Set([gamma.id]))
      const dead = cluster.member(gone)
      dead.alive = false
      dead.wakeAt = null
      if (isHinted) gamma.server.hints.set(src, new Set([dead.id]))
      const found = cluster.lookup(epsilon, named(directory, 'DEC', 'SRC')) as Found
      const living = dead === beta ? 'IBM/delta' : 'IBM/beta'
      expect([gone, isHinted, found.directory, found.after.filter((each) => typeof each !== 'string').some(({ server, failed }) => server === living && failed === null)]).toEqual([gone, isHinted, src, true])
    }
  }
})
