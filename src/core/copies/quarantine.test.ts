import { expect, it } from 'vitest'
import { Cluster, ofType, type Member } from '../../trials/cluster'
import type { Call } from '../calls'
import type { DirectoryId } from '../names'
import type { Quarantined, Request } from '../requests'

const ask = (at: Member, request: Request): Call => ({ type: 'ask', servers: [at.id], request })
const waiting = (cluster: Cluster, at: Member, directory: DirectoryId): string[] | undefined => (cluster.ask(at, ask(at, { type: 'quarantine', directory })) as Quarantined).entries?.map(({ what }) => what)
/** How often the copy of a member has asked the ring for what it has. */
const comparisons = (cluster: Cluster, at: Member): number => cluster.delivered.filter(({ from, message }) => from === at && message.type === 'askSnapshot').length

/** gamma was left out with two updates of its own, knows it, and has compared itself with alpha and beta. */
function leftOut(): { cluster: Cluster; directory: DirectoryId; members: [Member, Member, Member] } {
  const { cluster, directory } = Cluster.ring(3)
  const members = cluster.members as [Member, Member, Member]
  const [alpha, beta, gamma] = members
  for (const other of [alpha, beta]) cluster.cut(other, gamma)
  for (const name of ['one', 'two']) cluster.write(gamma, directory, [name], true)
  cluster.ask(alpha, ask(alpha, { type: 'newEpoch', directory, servers: [alpha.id, beta.id], force: false, patience: 5000, dry: false }))
  for (const other of [alpha, beta]) cluster.connect(other, gamma)
  cluster.settle()
  cluster.pass(1000)
  expect(waiting(cluster, gamma, directory)).toEqual(['one', 'two'])
  return { cluster, directory, members }
}

it('[E7] what comes to the ring is compared with at once when a member tells of it, not after a minute; nothing new, no comparison', () => {
  const { cluster, directory, members: [alpha, , gamma] } = leftOut()
  cluster.pass(20_000)
  const idle = comparisons(cluster, gamma)
  cluster.pass(30_000)
  expect(comparisons(cluster, gamma)).toBe(idle)
  cluster.write(alpha, directory, ['one'], true)
  cluster.pass(16_000)
  expect(waiting(cluster, gamma, directory)).toEqual(['two'])
})

it('[E7] a person has it compared now; not twice at once', () => {
  const { cluster, directory, members: [alpha, , gamma] } = leftOut()
  cluster.pass(20_000)
  cluster.write(alpha, directory, ['two'], true)
  const before = comparisons(cluster, gamma)
  for (let i = 0; i < 2; i++) cluster.call(gamma, ask(gamma, { type: 'compare', directory }))
  while (gamma.wakeAt! <= cluster.now(gamma)) cluster.tickNext()
  cluster.call(gamma, ask(gamma, { type: 'compare', directory }))
  cluster.settle(ofType('askSnapshot', 'snapshotPage'))
  expect(comparisons(cluster, gamma)).toBe(before + 1)
  expect(waiting(cluster, gamma, directory)).toEqual(['one'])
  expect(cluster.code(alpha, ask(alpha, { type: 'compare', directory }))).toBe('NoCopyHere')
})

it('[E7] what the ring has too stays as long as an earlier removal may be on its way to the member that was compared with', () => {
  const { cluster, directory } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  cluster.write(alpha, directory, ['Birrell'], [['Ries', true]])
  cluster.sweep(alpha, directory)
  for (const other of [alpha, beta]) cluster.cut(other, gamma)
  cluster.ask(alpha, ask(alpha, { type: 'newEpoch', directory, servers: [alpha.id, beta.id], force: false, patience: 5000, dry: false }))
  cluster.sweep(alpha, directory)
  cluster.cut(alpha, beta)
  for (const [at, stays] of [[beta, false], [gamma, false], [gamma, true]] as const) {
    cluster.write(at, directory, ['Birrell'], [['Ries', stays]])
    cluster.pass(1000)
  }
  cluster.connect(alpha, gamma)
  cluster.pass(30_000)
  expect(gamma.copy(directory).state).toBe('excluded')
  expect(waiting(cluster, gamma, directory)).toEqual([])
  cluster.connect(alpha, beta)
  cluster.sweep(alpha, directory)
  cluster.pass(60_000)
  expect(waiting(cluster, gamma, directory)).toEqual(['Birrell/Ries'])
  cluster.write(alpha, directory, ['Birrell'], [['Ries', true]])
  cluster.pass(60_000)
  expect(gamma.server.copies.get(directory)?.state).not.toBe('excluded')
})

it('[E7] what F has passed on a side that waited for nobody is compared, too: what stands, and what was removed', () => {
  const { cluster, directory } = Cluster.ring(3)
  const members = cluster.members as [Member, Member, Member]
  const [alpha, beta, gamma] = members
  const epoch = (at: Member, servers: Member[], force: boolean): void => void cluster.ask(at, ask(at, { type: 'newEpoch', directory, servers: servers.map(({ id }) => id), force, patience: 5000, dry: false }))
  const sweep = (at: Member, times: number): void => {
    for (let i = 0; i < times; i++) {
      cluster.pass(1000)
      cluster.sweep(at, directory)
    }
  }
  cluster.write(alpha, directory, ['Birrell'], [['Mailboxes', [['Zin', true]]]])
  cluster.write(alpha, directory, ['Lampson'], true)
  sweep(alpha, 3)
  for (const other of [alpha, beta]) cluster.cut(other, gamma)
  epoch(gamma, [gamma], true)
  cluster.ask(gamma, ask(gamma, { type: 'abandon', directory, copies: gamma.copy(directory).excluded.map(({ copy }) => copy) }))
  cluster.write(gamma, directory, ['Schroeder'], true)
  cluster.write(gamma, directory, ['Birrell'], [['Mailboxes', [['Zin', false]]]])
  sweep(gamma, 3)
  expect(gamma.copy(directory).log).toEqual([])
  epoch(alpha, [alpha, beta], false)
  cluster.write(alpha, directory, ['Lampson'], false)
  for (const other of [alpha, beta]) cluster.connect(other, gamma)
  cluster.settle()
  cluster.pass(1000)
  expect(waiting(cluster, gamma, directory)).toEqual(['Schroeder', 'Birrell/Mailboxes/Zin made absent'])
  const [added, removed] = (cluster.ask(gamma, ask(gamma, { type: 'quarantine', directory })) as Quarantined).entries!
  expect(removed).toMatchObject({ author: null, changes: [{ path: ['Birrell', 'Mailboxes', 'Zin'], tree: false }] })
  cluster.ask(gamma, ask(gamma, { type: 'settle', directory, stamps: [added!.ts, removed!.ts] }))
  cluster.pass(60_000)
  expect(gamma.server.copies.get(directory)?.state).not.toBe('excluded')
})

it.each(['are heard', 'go unheard', 'are asked, as nobody waits for that copy'])('[E7] the ring may have other members by now than those that left the copy out: they %s', (news) => {
  const { cluster, directory } = Cluster.ring(3, 4)
  const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
  const outOf = (at: Member): void => void cluster.ask(at, ask(at, { type: 'leave', directory, force: true }))
  for (const other of [alpha, beta]) cluster.cut(other, gamma)
  cluster.write(gamma, directory, ['one'], true)
  cluster.ask(alpha, ask(alpha, { type: 'newEpoch', directory, servers: [alpha.id, beta.id], force: false, patience: 5000, dry: false }))
  cluster.cut(gamma, delta)
  cluster.connect(alpha, gamma)
  cluster.settle()
  cluster.pass(1000)
  if (news !== 'are heard') cluster.cut(alpha, gamma)
  if (news.startsWith('are asked')) cluster.ask(alpha, ask(alpha, { type: 'abandon', directory, copies: [gamma.copy(directory).id] }))
  cluster.join(delta, directory, alpha)
  cluster.pass(30_000)
  for (const at of [alpha, beta]) outOf(at)
  cluster.pass(60_000)
  expect(delta.copy(directory).ring.map(({ server }) => server)).toEqual([delta.id])
  cluster.connect(gamma, delta)
  if (news !== 'are heard') cluster.connect(alpha, gamma)
  cluster.pass(30_000)
  expect(gamma.copy(directory).outside!.ring.map(({ server }) => server)).toEqual([delta.id])
  cluster.write(delta, directory, ['one'], true)
  cluster.pass(90_000)
  expect(gamma.server.copies.get(directory)?.state).not.toBe('excluded')
})
