import { expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import type { DirectoryId } from '../names'
import type { ReadOutcome, Request } from '../requests'

const asked = (cluster: Cluster, at: Member, request: Request): object => cluster.ask(at, { type: 'ask', servers: [at.id], request })
const epoch = (cluster: Cluster, at: Member, directory: DirectoryId, members: readonly Member[]): object => asked(cluster, at, { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force: true, patience: 5000, dry: false })

it('[E8] what is read while a directory is parted is marked, until an epoch of all, over restarts too', () => {
  const { cluster, directory } = Cluster.ring(4)
  const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
  const parting = (at: Member): string => (cluster.read(at, named(directory)) as ReadOutcome).parting
  expect(parting(alpha)).toBe('no')
  for (const a of [alpha, beta]) for (const b of [gamma, delta]) cluster.cut(a, b)
  epoch(cluster, alpha, directory, [alpha, beta])
  cluster.pass(5000)
  expect([parting(alpha), parting(beta), parting(gamma)]).toEqual(['leftOut', 'leftOut', 'no'])
  epoch(cluster, gamma, directory, [gamma, delta])
  cluster.write(alpha, directory, ['here'], true)
  cluster.write(gamma, directory, ['over there'], true)
  const heal = (): void => [alpha, beta].forEach((a) => [gamma, delta].forEach((b) => cluster.connect(a, b)))
  heal()
  cluster.pass(1000)
  const [ruling, other] = alpha.copy(directory).state === 'active' ? [[alpha, beta], [gamma, delta]] : [[gamma, delta], [alpha, beta]]
  expect(other.map((at) => at.copy(directory).state)).toEqual(['excluded', 'excluded'])
  for (const at of cluster.members) expect(parting(at), at.name).toBe('split')
  cluster.crash(ruling[0]!)
  cluster.restart(ruling[0]!)
  cluster.pass(1000)
  expect(parting(ruling[0]!)).toBe('split')
  epoch(cluster, ruling[0]!, directory, cluster.members)
  cluster.pass(30_000)
  for (const at of cluster.members) expect(parting(at), at.name).toBe('no')
})

it('[E8] nobody is waited for any more: no answer is marked', () => {
  const { cluster, directory } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  cluster.crash(gamma)
  epoch(cluster, alpha, directory, [alpha, beta])
  const read = (): ReadOutcome => asked(cluster, alpha, { type: 'read', directory, path: [], form: 'tree', after: null }) as ReadOutcome
  expect(read().parting).toBe('leftOut')
  asked(cluster, alpha, { type: 'abandon', directory, copies: [alpha.copy(directory).excluded[0]!.copy] })
  expect(read().parting).toBe('no')
})

it('[E8] a rival that is waited for no more hears of the epoch that went on without it from a copy that has come in since', () => {
  const { cluster, directory } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  for (const other of [beta, gamma]) cluster.cut(alpha, other)
  epoch(cluster, alpha, directory, [alpha])
  cluster.crash(beta)
  for (let i = 0; i < 2; i++) epoch(cluster, gamma, directory, [gamma])
  cluster.restart(beta)
  cluster.cut(alpha, beta)
  cluster.pass(30_000)
  if (!beta.server.copies.has(directory)) cluster.ask(beta, cluster.joinCall(beta, directory, gamma))
  asked(cluster, gamma, { type: 'abandon', directory, copies: gamma.copy(directory).excluded.map(({ copy }) => copy) })
  cluster.pass(60_000)
  expect([beta.copy(directory).state, beta.copy(directory).epoch]).toEqual(['active', gamma.copy(directory).epoch])
  asked(cluster, gamma, { type: 'leave', directory, force: true })
  cluster.pass(60_000)
  expect(alpha.copy(directory).state).toBe('active')
  const rival = alpha.copy(directory).id
  cluster.connect(alpha, beta)
  cluster.pass(60_000)
  const after = alpha.server.copies.get(directory)
  expect(after?.id === rival && after.state === 'active').toBe(false)
})

it('[E7] an epoch by force of a copy that had left, as only the others know, reaches those', () => {
  const { cluster, directory } = Cluster.ring(2)
  const [alpha, beta] = cluster.members as [Member, Member]
  cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory, force: true } })
  for (let i = 0; i < 400 && alpha.copy(directory).ring.length > 1; i++) if (!cluster.deliver()) cluster.tickNext()
  cluster.cut(alpha, beta)
  expect(beta.copy(directory).state).toBe('leaving')
  epoch(cluster, beta, directory, [beta])
  // Longer than alpha remembers who has left.
  cluster.pass(300_000)
  expect([alpha, beta].map((at) => at.copy(directory).state)).toEqual(['active', 'active'])
  cluster.write(alpha, directory, ['Lampson'], true)
  cluster.connect(alpha, beta)
  cluster.pass(5000)
  expect(alpha.copy(directory)).toMatchObject({ state: 'excluded', outside: { epoch: beta.copy(directory).epoch } })
})
