import { describe, expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/identifiers'

/** alpha with a root looks into the room of others: of gamma, which has another root, and of beta, which has none yet. */
function visiting(): { cluster: Cluster; alpha: Member; beta: Member; gamma: Member; ours: ReturnType<typeof directoryNumber>; theirs: ReturnType<typeof directoryNumber> } {
  const cluster = new Cluster(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  for (const [one, other] of [[alpha, beta], [alpha, gamma], [beta, gamma]] as const) cluster.cut(one, other)
  const ours = cluster.firstRoot(alpha, directoryNumber(1))
  const theirs = cluster.firstRoot(gamma, directoryNumber(2))
  for (const other of [beta, gamma]) meet(cluster, alpha, other, true)
  cluster.settle()
  return { cluster, alpha, beta, gamma, ours, theirs }
}

function meet(cluster: Cluster, alpha: Member, other: Member, visited: boolean): void {
  cluster.connect(other, alpha)
  cluster.lose(() => true)
  for (const [one, two, looks] of [[other, alpha, false], [alpha, other, visited]] as const) cluster.input(one, { type: 'connected', server: two.id, incarnation: 1, instance: `${two.name} ${two.disk.incarnation}`, name: two.name, visited: looks })
}

describe('looking into the room of another service', () => {
  it('[X7] gives no root to who has none, and takes none; who has one is told', () => {
    const { alpha, beta, gamma, ours, theirs } = visiting()
    expect([alpha.server.root, beta.server.root, gamma.server.root]).toEqual([ours, null, theirs])
    expect(alpha.server.peers.get(gamma.id)?.root).toBe(theirs)
    expect(gamma.server.peers.get(alpha.id)?.root).toBe(ours)
    expect(beta.server.peers.get(alpha.id)?.root).toBeNull()
  })

  it('[X7] a new server finds the service of its room, and then hears of the visitor’s', () => {
    const { cluster, alpha, beta, gamma, ours, theirs } = visiting()
    cluster.connect(beta, gamma)
    cluster.settle()
    expect(beta.server.root).toBe(theirs)
    expect(beta.server.peers.get(alpha.id)?.root).toBe(ours)
  })

  it('[X7] once the room is one of its service, whoever is new there is told its root', () => {
    const { cluster, alpha, beta, ours } = visiting()
    meet(cluster, alpha, beta, false)
    cluster.settle()
    expect(beta.server.root).toBe(ours)
  })
})
