/** What the trail of a lookup tells besides its steps. */
import { describe, expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/identifiers'
import type { FullName } from '../names'
import { leastOf, recall, remember, type NameCache } from './nameCache'
import type { Found } from './lookup'

const dec = directoryNumber(2)
const named = (root: FullName['from'], ...labels: string[]): FullName => ({ from: root, up: 0, labels })

describe('the trail of a lookup', () => {
  it('[D2] goes on at the next copy when one does not answer, and says who was asked first', () => {
    const { cluster, directory: root } = Cluster.ring(3, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    cluster.newD(gamma, root, 'DEC', dec)
    cluster.pass(60_000)
    // Two of the three are there and hear, but say nothing: frozen tabs look so.
    const id = cluster.call(delta, { type: 'lookup', name: named(root, 'DEC'), entity: null })
    const asked = new Set<string>()
    const silent = ({ from, to }: { from: Member; to: Member }): boolean => to === delta && from !== gamma
    for (let i = 0; i < 1000 && !delta.replies.has(id); i++) {
      cluster.settle((post) => !silent(post))
      for (const { from, message } of cluster.lose(silent)) if (message.type === 'answer') asked.add(from.name)
      cluster.tickNext()
    }
    const { trail, directory } = delta.replies.get(id) as Found
    const before = trail[0]!.before ?? []
    expect([directory, trail[0]!.server]).toEqual([dec, gamma.id])
    expect(before).toHaveLength(asked.size)
    for (const name of asked) expect(JSON.stringify(before)).toContain(`${name} did not answer within 4 s`)
    expect([alpha, beta].some(({ name }) => asked.has(name))).toBe(true)
  })

  it('[D2] of a lookup that fails tells how far it came, and who was asked then', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.newD(beta, root, 'DEC', dec)
    cluster.newD(beta, dec, 'SRC', directoryNumber(3))
    cluster.pass(60_000)
    cluster.crash(beta)
    cluster.pass(10_000)
    expect(cluster.lookup(alpha, named(root, 'DEC', 'SRC', 'Lampson'))).toMatchObject({
      code: 'ServerUnreachable',
      trail: [{ directory: root, label: 'DEC', to: dec, server: alpha.id }],
      after: [expect.stringContaining('is not connected')],
    })
    expect(cluster.lookup(alpha, named(root, 'nowhere'))).toMatchObject({ code: 'NotFound', trail: [], after: [] })
    cluster.restart(beta)
    cluster.pass(10_000)
    for (const at of [alpha, beta]) expect(cluster.lookup(at, named(root, 'DEC', 'SRC', 'nowhere', 'x'))).toMatchObject({ code: 'NotFound', trail: [{ label: 'DEC' }, { label: 'SRC' }], after: [] })
  })

  it('[S3] tells where a server that does not store the root was led by its up pointer', () => {
    const { cluster, directory: root } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const src = directoryNumber(4)
    cluster.newD(alpha, root, 'DEC', dec)
    cluster.newD(beta, root, 'IBM', directoryNumber(3))
    cluster.newD(alpha, dec, 'SRC', src)
    for (const directory of [dec, src]) cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory, to: true } })
    cluster.ask(beta, { type: 'setUpOn', path: ['DEC', 'beta'], up: ['alpha'] })
    cluster.ask(gamma, { type: 'setUpOn', path: ['DEC', 'SRC', 'gamma'], up: ['DEC', 'beta'] })
    cluster.pass(60_000)
    cluster.cut(gamma, alpha)
    gamma.server.hints.clear()
    const found = cluster.lookup(gamma, named(root, 'IBM')) as Found
    expect(found.trail.map(({ label, before }) => [label, before])).toEqual([['IBM', ['up to DEC/beta']]])
  })

  it('[D2] tells what a server knows of the names of its own directories, and never that nobody was asked', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.newD(beta, root, 'DEC', dec)
    cluster.pass(60_000)
    const step = { directory: root, label: 'DEC', to: dec, cached: false }
    expect(cluster.lookup(beta, named(root, 'DEC'))).toMatchObject({ trail: [{ ...step, server: beta.id, ownName: true }] })
    expect(cluster.lookup(alpha, named(root, 'DEC'))).toMatchObject({ trail: [{ ...step, server: alpha.id, ownName: false }] })
  })

  it('[W1] what came before a step is not remembered with it', () => {
    const cache: NameCache = new Map()
    const step = { directory: dec, label: 'SRC', found: 'directory' as const, to: directoryNumber(3), server: Cluster.ring(1, 1).cluster.member(0).id, asOf: '' as never, validUntil: 1000, cached: false, ownName: false }
    remember(cache, [{ ...step, before: ['beta is not connected'] }])
    expect(recall(cache, dec, 'SRC', 0)).toEqual({ ...step, cached: true })
    expect(leastOf([recall(cache, dec, 'SRC', 0)!])).toBe(1000)
  })
})
