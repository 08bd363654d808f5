import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import { isFailure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { nameOfServer } from '../server'
import { serverIdOf } from './reference'
import { inSNOf } from '../entries/serverEntry'
import { wellKnownIn } from './wellKnown'

const [DEC, IBM, SRC, TJW, ANSI] = [1, 2, 11, 12, 31].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId, DirectoryId]

/** Two services that have never met: DEC, with SRC, on alpha and beta; IBM, with TJW, on gamma and delta, which calls itself alpha. */
function two(): { cluster: Cluster; members: [Member, Member, Member, Member] } {
  const cluster = new Cluster(4)
  const members = cluster.members as [Member, Member, Member, Member]
  const [alpha, beta, gamma, delta] = members
  for (const a of [alpha, beta]) for (const b of [gamma, delta]) cluster.cut(a, b)
  for (const [root, first, second, child, label] of [[DEC, alpha, beta, SRC, 'SRC'], [IBM, gamma, delta, TJW, 'TJW']] as const) {
    for (const member of [first, second]) member.server.wantsRoot = true
    cluster.firstRoot(first, root)
    cluster.newD(second, root, label, child)
  }
  cluster.ask(delta, { type: 'setUpOn', path: ['alpha'], up: null })
  cluster.pass(60_000)
  return { cluster, members }
}

function meet({ cluster, members: [alpha, beta, gamma, delta] }: ReturnType<typeof two>): void {
  for (const a of [alpha, beta]) for (const b of [gamma, delta]) cluster.connect(a, b)
  cluster.pass(60_000)
}

const found = (cluster: Cluster, from: Member, root: DirectoryId, ...labels: Label[]): DirectoryId | string => {
  const outcome = cluster.lookup(from, named(root, ...labels))
  return isFailure(outcome) ? outcome.code : outcome.directory
}

describe('two services that meet', () => {
  it('[O1] stay apart: each server keeps its root, and knows its own by name', () => {
    const both = two()
    const { members: [alpha, beta, gamma, delta] } = both
    meet(both)
    expect([alpha, beta, gamma, delta].map(({ server }) => server.root)).toEqual([DEC, DEC, IBM, IBM])
    expect([alpha, beta, gamma, delta].map(({ server }) => [...server.copies.values()].map(({ ring }) => ring.length))).toEqual([[2], [1, 2], [2], [1, 2]])
    expect([nameOfServer(beta.server, alpha.id), nameOfServer(beta.server, delta.id)]).toEqual(['alpha', 'alpha'])
    for (const member of [alpha, beta, gamma, delta]) expect([serverIdOf(member.server, `#${DEC}/alpha`), serverIdOf(member.server, `#${IBM}/alpha`)]).toEqual([alpha.id, delta.id])
    expect(beta.happened.some((text) => text.includes('belongs to another root'))).toBe(true)
  })

  it('[O1] [S1] [S2] are joined below one new root: every name of before goes on, from every server', () => {
    const both = two()
    const { cluster, members } = both
    const [alpha, , gamma] = members
    meet(both)
    cluster.makeRoot(alpha, ANSI, DEC, 'DEC')
    cluster.moveRoot(alpha, DEC, ANSI, 'DEC')
    cluster.pass(60_000)
    cluster.moveRoot(gamma, IBM, ANSI, 'IBM')
    cluster.pass(400_000)
    for (const member of members) {
      expect([member.name, member.server.root]).toEqual([member.name, ANSI])
      for (const [root, label, child, directory] of [[DEC, 'DEC', 'SRC', SRC], [IBM, 'IBM', 'TJW', TJW]] as const) {
        expect([member.name, found(cluster, member, root, child), found(cluster, member, ANSI, label, child)]).toEqual([member.name, directory, directory])
        expect(wellKnownIn(member.copy(ANSI).visible, root)).toEqual([label])
      }
    }
    // The server that is named in the root has a copy of both.
    expect([alpha.server.name, alpha.server.home]).toEqual(['alpha', null])
    expect([alpha.copy(DEC).state, alpha.copy(IBM).state]).toEqual(['active', 'active'])
    expect(members[3].server.name).toBe('IBM/alpha')
  })

  it('[O1] [S1] or one below the root of the other, whose rank is lowered for it', () => {
    const both = two()
    const { cluster, members } = both
    meet(both)
    cluster.moveRoot(members[3], IBM, DEC, 'IBM')
    cluster.pass(400_000)
    expect([inSNOf(members[0].copy(DEC).visible)?.rank, inSNOf(members[2].copy(IBM).visible)?.rank]).toEqual([-1000, -990])
    for (const member of members) {
      expect([member.server.root, found(cluster, member, IBM, 'TJW'), found(cluster, member, DEC, 'IBM', 'TJW'), found(cluster, member, DEC, 'SRC')]).toEqual([DEC, TJW, TJW, SRC])
      cluster.crash(member)
      cluster.restart(member)
    }
    cluster.pass(60_000)
    for (const member of members) expect([member.server.root, found(cluster, member, IBM, 'TJW')]).toEqual([DEC, TJW])
  })

  it('[S1] below a root that goes below another one at that moment: there is room for both', () => {
    const both = two()
    const { cluster, members } = both
    const [alpha, , gamma] = members
    meet(both)
    cluster.makeRoot(alpha, ANSI, DEC, 'DEC')
    cluster.moveRoot(alpha, DEC, ANSI, 'DEC')
    cluster.moveRoot(gamma, IBM, DEC, 'IBM')
    cluster.pass(600_000)
    for (const member of members) expect([member.name, member.server.root, found(cluster, member, IBM, 'TJW'), found(cluster, member, ANSI, 'DEC', 'IBM', 'TJW')]).toEqual([member.name, ANSI, TJW, TJW])
    expect([ANSI, DEC, IBM].map((directory) => inSNOf(alpha.copy(directory).visible)?.rank)).toEqual([-1000, -990, -980])
  })

  it('[O2] joined at once to two others, while these cannot hear each other: the first counts', () => {
    const both = two()
    const { cluster, members } = both
    const [alpha, beta, gamma, delta] = members
    meet(both)
    cluster.cut(gamma, delta)
    cluster.makeRoot(alpha, ANSI, DEC, 'DEC')
    cluster.cut(alpha, delta)
    cluster.moveRoot(gamma, IBM, ANSI, 'IBM')
    cluster.time += 100
    cluster.moveRoot(delta, IBM, DEC, 'IBM')
    cluster.moveRoot(beta, DEC, ANSI, 'DEC')
    cluster.pass(60_000)
    for (const [a, b] of [[gamma, delta], [alpha, delta]] as const) cluster.connect(a, b)
    cluster.pass(700_000)
    for (const member of members) expect([member.name, member.server.root, found(cluster, member, IBM, 'TJW'), found(cluster, member, ANSI, 'IBM', 'TJW')]).toEqual([member.name, ANSI, TJW, TJW])
  })
})
