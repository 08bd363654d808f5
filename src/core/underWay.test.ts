/** What servers say they have under way: whom each waits for, worked out from what was asked and is not answered. */
import { expect, it } from 'vitest'
import { Cluster, ofType, type Member } from '../trials/cluster'
import { directoryNumber } from '../trials/generators'
import type { Call } from './calls'
import type { Request, Outcomes } from './requests'
import type { Work } from './work'

const dec = directoryNumber(2)

const ask = (at: Member, request: Request): Call => ({ type: 'ask', servers: [at.id], request })

/** What a server tells another one that asks: over the wire, and so in the shape of the answer. */
const told = (cluster: Cluster, asker: Member, at: Member): Outcomes['underWay'] => {
  const id = cluster.call(asker, ask(at, { type: 'underWay', directory: dec }))
  cluster.settle(({ message }) => message.type === 'answer' || (message.type === 'request' && message.request.type === 'underWay'))
  return asker.replies.get(id) as Outcomes['underWay']
}
const inShort = ({ kind, what, about, step, waitsFor }: Work): object => ({ kind, says: `${what} ${about}: ${step}`, waitsFor: waitsFor.map(({ name, connected }) => `${name}${connected ? '' : ', not connected'}`) })

/** The root on alpha, beta and gamma; delta stores nothing, and looks on. */
function ring(): { cluster: Cluster; root: ReturnType<typeof directoryNumber>; members: [Member, Member, Member, Member] } {
  const { cluster, directory: root } = Cluster.ring(3, 4)
  const members = cluster.members as [Member, Member, Member, Member]
  cluster.newD(members[0], root, 'DEC', dec)
  cluster.join(members[1], dec, members[0])
  cluster.ask(members[0], ask(members[0], { type: 'setInSN', directory: dec, to: true }))
  cluster.pass(20_000)
  return { cluster, root, members }
}

it('[S5] nothing is under way where nothing is', () => {
  const { cluster, members } = ring()
  for (const at of members.slice(0, 3)) expect(told(cluster, members[3], at)).toMatchObject({ work: [], announced: [] })
})

it('[S5] a removal that waits for a sweep waits for whom that waits for, also over another server that leads it', () => {
  const { cluster, root, members: [alpha, beta, gamma, delta] } = ring()
  cluster.call(delta, ask(delta, { type: 'removeS', directory: root }))
  cluster.settle(({ to, message }) => to !== gamma || message.type === 'request')
  const [leader] = told(cluster, alpha, delta).work.find(({ kind }) => kind === 'removeS')!.waitsFor
  expect(told(cluster, alpha, delta).work.map(inShort)).toContainEqual({ kind: 'removeS', says: 'gives up its name /delta: waits until every copy knows of the announcement', waitsFor: [leader!.name] })
  const leads = [alpha, beta].find(({ id }) => id === leader!.server)!
  expect(told(cluster, delta, leads).work.map(inShort)).toContainEqual({ kind: 'sweep', says: `sweeps #${root}: is in the look pass`, waitsFor: ['gamma'] })
  expect(told(cluster, delta, leads).announced).toMatchObject([{ directory: root, label: 'delta', server: delta.id, name: `#${root}/delta` }])
})

it('[S5] who takes InSN away waits for its own sweep; who is cut off from it is said to be', () => {
  const { cluster, members: [alpha, beta, , delta] } = ring()
  cluster.cut(alpha, beta)
  const { time } = cluster
  cluster.call(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: false }))
  cluster.pass(500)
  const work = told(cluster, delta, alpha).work.find(({ kind }) => kind === 'setInSN')!
  expect(inShort(work)).toMatchObject({ says: expect.stringMatching(/^takes InSN from .*\/DEC: waits until every copy knows/) as string, waitsFor: ['beta, not connected'] })
  expect(work).toMatchObject({ directory: dec, label: '.', since: alpha.server.latest - (cluster.time - time) })
})

it('[S5] copies that join and leave, epochs that are made, and who is sealed for one', () => {
  const { cluster, root, members: [alpha, beta, gamma, delta] } = ring()
  cluster.call(delta, ask(delta, { type: 'join', directory: dec, from: [alpha.id] }))
  expect(told(cluster, alpha, delta).work.map(inShort)).toContainEqual({ kind: 'join', says: `makes a copy of #${dec}: takes a snapshot`, waitsFor: ['alpha'] })
  cluster.pass(20_000)
  cluster.call(alpha, ask(alpha, { type: 'newEpoch', directory: root, servers: [alpha.id, beta.id, gamma.id], force: false, patience: 5000, dry: false }))
  cluster.settle(({ to, message }) => message.type !== 'seal' || to !== gamma)
  expect(told(cluster, delta, alpha).work.map(inShort)).toContainEqual({ kind: 'epoch', says: `makes an epoch of #${root}: has the copies sealed`, waitsFor: ['gamma'] })
  expect(told(cluster, delta, beta).work.map(inShort)).toContainEqual({ kind: 'sealed', says: `is sealed for an epoch of #${root}: waits to hear what became of it`, waitsFor: ['alpha'] })
  cluster.lose(ofType('seal'))
  cluster.pass(20_000)
  const before = [alpha, delta].find((member) => member.copy(dec).pointer.server === beta.id)!
  cluster.cut(before, beta)
  cluster.call(beta, ask(beta, { type: 'leave', directory: dec, force: true }))
  cluster.pass(2000)
  expect(told(cluster, gamma, beta).work.map(inShort)).toContainEqual({ kind: 'leave', says: `gives up its copy of #${root}/DEC: asks who points at it`, waitsFor: [`${before.name}, not connected`] })
})

it('[S5] a name that is being taken waits for the directory that is to have it, and is open until it is entered', () => {
  const { cluster, root, members: [alpha, beta, gamma, delta] } = ring()
  cluster.call(delta, { type: 'setUpOn', path: ['omega'], up: null })
  expect(told(cluster, alpha, delta).work.map(inShort)).toMatchObject([{ kind: 'setUpOn', says: 'takes the name /omega: asks whether servers may be named there' }])
  while (delta.server.procedures.size > 0 && cluster.deliver());
  for (const other of [alpha, beta, gamma]) cluster.cut(delta, other)
  cluster.pass(1000)
  cluster.connect(delta, gamma)
  cluster.lose(() => true)
  expect(told(cluster, gamma, delta).work.map(inShort)).toMatchObject([{ kind: 'setUpOn', says: 'takes the name /omega: has the name entered' }])
  for (const other of [alpha, beta]) cluster.connect(delta, other)
  cluster.pass(30_000)
  expect(told(cluster, gamma, delta).work).toEqual([])
  expect(alpha.sees(root)).toContain('omega')
})
