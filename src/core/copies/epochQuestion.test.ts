import { describe, expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import type { Call } from '../calls'
import type { DirectoryId } from '../names'

const epochCall = (at: Member, directory: DirectoryId, members: readonly Member[], dry: boolean): Call => ({ type: 'ask', servers: [at.id], request: { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force: false, patience: 20_000, dry } })

describe('what a new epoch would come to', () => {
  it('[E1] a question that waits for somebody silent gives way to the next one, and to the deed; the deed to no question', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.cut(alpha, gamma)
    const ask = (members: readonly Member[], dry: boolean): number => {
      const id = cluster.call(alpha, epochCall(alpha, directory, members, dry))
      cluster.settle()
      return id
    }
    const first = ask([alpha, beta, gamma], true)
    expect(alpha.replies.has(first)).toBe(false)
    const second = ask([alpha, beta], true)
    expect(alpha.replies.get(first)).toMatchObject({ code: 'EpochFailed' })
    expect(alpha.replies.get(second)).toMatchObject({ excluded: [{ server: gamma.id, abandoned: false }] })
    expect(alpha.copy(directory).seals).toEqual([])

    const third = ask([alpha, beta, gamma], true)
    const deed = ask([alpha, beta, gamma], false)
    expect(alpha.replies.get(third)).toMatchObject({ code: 'EpochFailed' })
    expect(alpha.replies.get(ask([alpha, beta], true))).toMatchObject({ code: 'EpochFailed', about: { reason: 'another one is being made there' } })
    expect(alpha.replies.has(deed)).toBe(false)
    cluster.connect(alpha, gamma)
    cluster.pass(5000)
    expect(alpha.replies.get(deed)).toMatchObject({ excluded: [] })
  })
})
