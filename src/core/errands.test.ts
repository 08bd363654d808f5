import { describe, expect, it } from 'vitest'
import { Cluster, named, ofType, type Member } from '../trials/cluster'
import { directoryNumber } from '../trials/generators'
import type { Call } from './calls'
import type { Request } from './requests'
import { errorCodes, explain, failure, type Failure } from './errors'

describe('errands', () => {
  it('[D2] ask again, then the next server; late and doubled answers change nothing', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const id = cluster.call(gamma, { type: 'ask', servers: [alpha.id, beta.id], request: { type: 'state', directory } })
    const [first] = cluster.lose(ofType('request'))
    expect(first!.to).toBe(alpha)
    cluster.time += 1300
    cluster.input(gamma, { type: 'tick' })
    const [again] = cluster.lose(ofType('request'))
    expect(again!.to).toBe(alpha)
    for (let i = 0; i < 4; i++) {
      cluster.lose(({ to }) => to === alpha)
      cluster.time += 1300
      cluster.input(gamma, { type: 'tick' })
    }
    cluster.lose(({ to }) => to === alpha)
    cluster.settle()
    expect(gamma.replies.get(id)).toMatchObject({ server: beta.id })
    cluster.hand(first!)
    for (const post of cluster.delivered.filter(ofType('answer'))) cluster.hand(post)
    cluster.settle()
    expect(gamma.server.errands.size).toBe(0)
  })

  it('a server that is not connected is waited for little more than a second, and a read says nothing of changes', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.crash(alpha)
    const began = cluster.time
    const outcome = cluster.tryAsk(beta, { type: 'ask', servers: [alpha.id], request: { type: 'state', directory } })
    expect(explain(outcome as Failure)).toBe('The server alpha cannot be reached: it is not connected.')
    const others: Request[] = [{ type: 'sweep', directory, form: 'parallel' }, { type: 'join', directory, from: [beta.id] }]
    for (const request of others) {
      expect(cluster.code(beta, { type: 'ask', servers: [alpha.id], request })).toBe('ServerUnreachable')
    }
    expect(cluster.time - began).toBeLessThan(7000)
  })

  it('of a change whose answer is missing nobody says that it was not made', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const id = cluster.call(beta, { ...cluster.submitCall(beta, directory, [['x', null, true]]), servers: [alpha.id] } as Call)
    cluster.deliver()
    cluster.cut(alpha, beta)
    cluster.pass(1300)
    expect(beta.replies.get(id)).toMatchObject({ code: 'TimedOut' })
    expect(alpha.sees(directory)).toContain('x')
  })

  it('a join here whose predecessor died is not waited for without end', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.call(beta, cluster.joinCall(beta, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage'))
    cluster.crash(alpha)
    expect(cluster.code(beta, cluster.joinCall(beta, directory, alpha))).toMatch(/TimedOut|NoCopyReachable/)
    expect(beta.copy(directory).state).toBe('joining')
    cluster.restart(alpha)
    cluster.pass(60_000)
    expect(beta.copy(directory).state).toBe('active')
  })

  it('only the server that is asked may answer', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const id = cluster.call(gamma, { type: 'lookup', name: named(directory), entity: null })
    const request = cluster.post.find(ofType('request'))!.message
    if (request.type !== 'request') throw new Error()
    const forged = { steps: [], directory: directoryNumber(66), servers: [], up: 0, rest: [], outcome: 'found', link: null, entity: null }
    cluster.hand({ from: beta, to: gamma, message: { type: 'answer', id: request.id, failure: null, outcome: JSON.stringify(forged) } })
    expect(gamma.replies.has(id)).toBe(false)
    cluster.settle()
    expect(gamma.replies.get(id)).toMatchObject({ directory })
    expect(alpha.server.errands.size).toBe(0)
  })
})

describe('failures', () => {
  it('each code of the closed list is one sentence; what is missing is said to be unknown', () => {
    for (const code of errorCodes) {
      const sentence = explain(failure(code))
      expect(sentence).toMatch(/^[A-Z{(].*[.]$/)
      expect(sentence).not.toContain('{')
    }
  })
})
