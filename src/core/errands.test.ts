import { describe, expect, it } from 'vitest'
import { Cluster, named, ofType, type Member } from '../trials/cluster'
import { directoryNumber, serverNumber } from '../trials/generators'
import type { Call } from './calls'
import type { Drafted, Request } from './requests'
import { errorCodes, explain, failure, type Failure } from './errors'
import type { Branch } from './values/intent'

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

  it('[D2] who has no copy names others, who are asked then, and known instead; of those who cannot help either no more than 32', () => {
    const { cluster, directory } = Cluster.ring(1, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    gamma.server.hints.set(directory, new Set([beta.id]))
    beta.server.hints.set(directory, new Set([delta.id, gamma.id]))
    delta.server.hints.set(directory, new Set([alpha.id]))
    expect(cluster.lookup(gamma, named(directory))).toMatchObject({ directory })
    expect([...gamma.server.hints.get(directory)!][0]).toBe(alpha.id)
    expect(cluster.code(gamma, { type: 'ask', servers: [beta.id], request: { type: 'state', directory } })).toBe('NoCopyHere')
    // Two who know nothing but each other.
    const far = directoryNumber(77)
    for (const [at, other] of [[gamma, beta], [beta, delta], [delta, beta]] as const) at.server.hints.set(far, new Set([other.id]))
    expect(cluster.lookup(gamma, named(far))).toMatchObject({ code: 'NoCopyReachable' })
    // One who names strangers without end.
    const id = cluster.call(gamma, { type: 'lookup', name: named(far), entity: null })
    for (let n = 0; !gamma.replies.has(id); n += 8) {
      expect(n).toBeLessThan(8 * 40)
      const [errand] = gamma.server.errands.values()
      const elsewhere = Array.from({ length: 8 }, (_, i) => serverNumber(1000 + n + i))
      cluster.input(gamma, { type: 'message', from: errand!.candidates[0]!, message: { type: 'answer', id: errand!.id, failure: failure('NoCopyHere', { server: 'x', directory: far }), outcome: '', elsewhere } })
    }
    expect(gamma.replies.get(id)).toMatchObject({ code: 'NoCopyReachable' })
    expect(gamma.server.errands.size).toBe(0)
  })

  it('only the server that is asked may answer', () => {
    const { cluster, directory } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const id = cluster.call(gamma, { type: 'lookup', name: named(directory), entity: null })
    const request = cluster.post.find(ofType('request'))!.message
    if (request.type !== 'request') throw new Error()
    const forged = { steps: [], directory: directoryNumber(66), servers: [], up: 0, rest: [], outcome: 'found', failure: null, link: null, entity: null }
    cluster.hand({ from: beta, to: gamma, message: { type: 'answer', id: request.id, failure: null, outcome: JSON.stringify(forged), elsewhere: [] } })
    expect(gamma.replies.has(id)).toBe(false)
    cluster.settle()
    expect(gamma.replies.get(id)).toMatchObject({ directory })
    expect(alpha.server.errands.size).toBe(0)
  })
})

describe('what a server signs', () => {
  const more = (branches: readonly Branch[]): Branch[] => [...branches, ['zeta', null, false]]
  it.each<[string, (drafted: Drafted) => Drafted]>([
    ['changes more than was asked for', (drafted) => ({ ...drafted, branches: more(drafted.branches) })],
    ['changes what was asked for to something else', (drafted) => ({ ...drafted, branches: drafted.branches.map(([label, incarnation]) => [label, incarnation, false]) })],
    ['is of another directory', (drafted) => ({ ...drafted, directory: directoryNumber(66) })],
    ['is to be submitted to somebody who was not asked', (drafted) => ({ ...drafted, server: serverNumber(7) })],
  ])('[A5] a draft that %s is refused and counted, and not signed', (_what, lie) => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const drafts = new Set<string>()
    const submitted: Request[] = []
    const hand = cluster.hand.bind(cluster)
    cluster.hand = (post) => {
      const { message } = post
      if (message.type === 'request' && message.request.type === 'draft') drafts.add(message.id)
      if (message.type === 'request' && message.request.type === 'submit' && post.from === beta) submitted.push(message.request)
      if (message.type !== 'answer' || post.from !== alpha || !drafts.has(message.id) || message.failure !== null) return hand(post)
      hand({ ...post, message: { ...message, outcome: JSON.stringify(lie(JSON.parse(message.outcome) as Drafted)) } })
    }
    beta.server.root = directory
    cluster.call(beta, { type: 'setUpOn', path: ['other'], up: null })
    cluster.pass(5000)
    expect(drafts.size).toBeGreaterThan(0)
    expect(submitted).toEqual([])
    expect(beta.server.refusals.get('draft: of another change than was asked for')).toBeGreaterThan(0)
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
