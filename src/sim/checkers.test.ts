import { expect, it } from 'vitest'
import type { DirectoryCopy } from '../core/copies/directoryCopy'
import type { NewEpoch } from '../core/requests'
import type { Tree } from '../core/values/readValue'
import { childLabel } from '../core/directories/children'
import { Cluster, type Member } from '../trials/cluster'
import { directoryNumber, serverNumber } from '../trials/generators'
import { leftNothing, nothingLost } from './checkers'
import { Database } from './database'
import type { SimServer } from './simServer'
import { watchStorms } from './storms'
import type { Observer, World } from './world'

/** What somebody writes below Birrell. */
type Written = ['in the ring' | 'left out', Tree]
const phone = (number: string): Tree => [['Phone', [[number, true]]]]
const noPhone: Tree = [['Phone', false]]

/** beta was left out of alpha's ring; both are written to, and beta goes. */
function goes(...written: Written[]): () => void {
  const { cluster, directory } = Cluster.ring(2)
  const [alpha, beta] = cluster.members as [Member, Member]
  cluster.write(alpha, directory, ['Birrell'], phone('Zin'))
  cluster.sweep(alpha, directory)
  cluster.cut(alpha, beta)
  const { epoch } = cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'newEpoch', directory, servers: [alpha.id], force: true, patience: 5000, dry: false } }) as NewEpoch
  const database = new Database()
  const [ring, copy] = [alpha.copy(directory), beta.copy(directory)]
  const accept = ({ log, id }: DirectoryCopy): void => {
    for (const set of log) database.accept(directory, { copy: id, directory, change: { type: 'absorbed', sets: [set] } }, set)
  }
  database.follow(ring, { type: 'fields', fields: { epoch } })
  for (const [where, tree] of written) {
    cluster.write(where === 'in the ring' ? alpha : beta, directory, ['Birrell'], tree)
    cluster.pass(1000)
  }
  for (const each of [copy, ring]) accept(each)
  const copies: World['copies'] = () => [{ at: { name: alpha.name } as SimServer, copy: ring }]
  return () => leftNothing({ copies, database }, { name: beta.name }, copy)
}

it('[E7] what stood in the ring when a copy was compared may be replaced there before the copy goes: that would have been replaced, too', () => {
  expect(goes(['in the ring', phone('Ries')], ['left out', phone('Ries')], ['in the ring', noPhone], ['in the ring', phone('Pinot')])).not.toThrow()
})

it('[E7] what did not stand in the ring since it was written may not go', () => {
  expect(goes(['in the ring', phone('Pinot')], ['left out', phone('Ries')])).toThrow('went with Birrell/Phone/Ries')
  expect(goes(['in the ring', phone('Ries')], ['in the ring', noPhone], ['left out', phone('Ries')], ['in the ring', phone('Pinot')])).toThrow('went with Birrell/Phone/Ries')
})

it('[DC1] a directory was removed although the only disk that said so is lost', () => {
  const { cluster, directory: root } = Cluster.ring(1, 2)
  const [alpha, beta] = cluster.members as [Member, Member]
  const removed = directoryNumber(2)
  cluster.announce(alpha, root, childLabel(removed), beta)
  cluster.newD(beta, root, 'DEC', removed)
  cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'removeD', directory: removed } })
  cluster.pass(60_000)
  const database = new Database()
  for (const { saves } of [alpha, beta]) {
    for (const save of saves) if ('copy' in save && save.change.type === 'absorbed') for (const set of save.change.sets) database.accept(save.directory, save, set)
  }
  const world = { copies: (): ReturnType<World['copies']> => [], database }
  expect(() => nothingLost(world)).toThrow('is at no copy')
  database.expose(root, alpha.copy(root), [])
  database.findLost(() => [])
  expect(() => nothingLost(world)).not.toThrow()
})

it('[noStorm] a server takes as many messages as ever in a day, not within seconds', () => {
  const observers: Observer[] = []
  const world = { time: 0, observers }
  const alpha = { name: 'alpha' } as SimServer
  watchStorms(world)
  const takes = (count: number): void => {
    for (let i = 0; i < count; i++) for (const { before } of observers) before!(alpha, { type: 'message', from: serverNumber(1), message: { type: 'credentials', chains: [] } })
  }
  for (world.time = 0; world.time < 100_000; world.time += 10_000) takes(9_000)
  expect(() => takes(20_001)).toThrow('took 20001 messages within 10 s, the last a credentials')
})
