import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import { isFailure } from '../errors'
import { formatName, type DirectoryId, type Label } from '../names'
import { effectiveParent, parentsBy, pendingIn } from './parents'
import { namedBy } from './reference'
import { inSNOf, serverEntry } from './serverEntry'
import { wellKnownIn } from './wellKnown'
import { timestamp } from '../timestamp'

const [DEC, SRC, ANSI, ISO] = [21, 22, 31, 32].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId]

/** A root on each of three servers, that want to store whatever is the root; in it DEC on alpha and beta, in that SRC on beta. */
function town(): { cluster: Cluster; root: DirectoryId; members: [Member, Member, Member] } {
  const { cluster, directory: root } = Cluster.ring(3)
  const members = cluster.members as [Member, Member, Member]
  const [alpha, beta] = members
  for (const member of members) member.server.wantsRoot = true
  cluster.newD(alpha, root, 'DEC', DEC)
  cluster.join(beta, DEC, alpha)
  cluster.newD(beta, DEC, 'SRC', SRC)
  cluster.pass(60_000)
  return { cluster, root, members }
}

const found = (cluster: Cluster, from: Member, root: DirectoryId, ...labels: Label[]): DirectoryId | string => {
  const outcome = cluster.lookup(from, named(root, ...labels))
  return isFailure(outcome) ? outcome.code : outcome.directory
}

function newRoot(cluster: Cluster, at: Member, root: DirectoryId, above: DirectoryId, label: Label): void {
  cluster.makeRoot(at, above, root, label)
  cluster.moveRoot(at, root, above, label)
}

describe('[O1] a new root', () => {
  it('is the root of every server; old names go on, from everywhere, and new ones lead to the same', () => {
    const { cluster, root, members } = town()
    newRoot(cluster, members[0], root, ANSI, 'Digital')
    cluster.pass(120_000)
    for (const member of members) {
      expect([member.name, member.server.root, member.server.formerRoots]).toEqual([member.name, ANSI, [root]])
      expect(member.copy(ANSI).state).toBe('active')
      for (const begin of [[root], [ANSI, 'Digital']] as [DirectoryId, ...Label[]][]) {
        expect([member.name, found(cluster, member, ...begin, 'DEC', 'SRC')]).toEqual([member.name, SRC])
        expect(found(cluster, member, ...begin)).toBe(root)
      }
    }
  })
})
