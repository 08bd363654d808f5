/** A server that will never come back: its entry goes at another's word, and what if it does (SPEC §13). */
import { expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import type { Call } from '../calls'
import { serverEntry } from '../directories/serverEntry'
import { explain, isFailure } from '../errors'
import type { DirectoryId, Label } from '../names'
import type { Request } from '../requests'
import { visibleAt } from '../values/valueTree'
import type { LostServer } from './removeLost'

const dec = directoryNumber(2)
const src = directoryNumber(3)

const ask = (at: Member, request: Request): Call => ({ type: 'ask', servers: [at.id], request })
const removeLost = (...path: Label[]): Call => ({ type: 'removeLost', path, dry: false })
const foresee = (cluster: Cluster, at: Member, ...path: Label[]): LostServer => cluster.ask(at, { type: 'removeLost', path, dry: true }) as LostServer
const epoch = (at: Member, directory: DirectoryId, members: readonly Member[]): Call => ask(at, { type: 'newEpoch', directory, servers: members.map(({ id }) => id), force: true, patience: 5000, dry: false })

function sentence(cluster: Cluster, at: Member, call: Call): string {
  const outcome = cluster.tryAsk(at, call)
  return isFailure(outcome) ? explain(outcome) : ''
}

/** The root on all three; DEC, with InSN, on alpha and gamma, who is named in it and points up to alpha; SRC on gamma alone. Then gamma is gone. */
function lost(): { cluster: Cluster; root: DirectoryId; members: [Member, Member, Member] } {
  const { cluster, directory: root } = Cluster.ring(3)
  const members = cluster.members as [Member, Member, Member]
  const [alpha, , gamma] = members
  cluster.newD(alpha, root, 'DEC', dec)
  cluster.join(gamma, dec, alpha)
  cluster.newD(gamma, dec, 'SRC', src)
  cluster.ask(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: true }))
  cluster.ask(gamma, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
  cluster.pass(60_000)
  cluster.crash(gamma)
  return { cluster, root, members }
}

/** The rings go on without gamma, and its entry is removed by beta, which does not store its directory. */
function removed(): ReturnType<typeof lost> {
  const all = lost()
  const { cluster, root, members: [alpha, beta] } = all
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  cluster.ask(alpha, removeLost('DEC', 'gamma'))
  cluster.pass(10_000)
  return all
}

it('[S4] [E4] first it is told what hinders and what is lost; with new epochs nobody waits for it any more, and its name and place are gone', () => {
  const { cluster, root, members: [alpha, beta, gamma] } = lost()
  const before = foresee(cluster, beta, 'DEC', 'gamma')
  expect(before.rings.map(({ name }) => name)).toEqual(expect.arrayContaining([`#${root}`, `#${root}/DEC`]))
  expect(before).toMatchObject({ server: gamma.id, awaited: [], alone: [{ directory: src, name: `#${root}/DEC/SRC` }], down: [], unheard: [] })
  expect(sentence(cluster, alpha, removeLost('DEC', 'gamma'))).toMatch(/still in the ring of .*new epoch/)
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toMatchObject({ server: gamma.id, withdrawn: null })
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  const then = foresee(cluster, alpha, 'DEC', 'gamma')
  expect(then.rings).toEqual([])
  expect(then.awaited.map(({ directory }) => directory)).toEqual(expect.arrayContaining([root, dec]))
  cluster.ask(alpha, removeLost('DEC', 'gamma'))
  expect(visibleAt(alpha.copy(dec).visible, ['gamma'])).toBeUndefined()
  expect(serverEntry(alpha.copy(root).visible, 'alpha')?.down).toEqual([])
  expect([root, dec].flatMap((directory) => alpha.copy(directory).excluded.filter(({ abandoned }) => !abandoned))).toEqual([])
  cluster.pass(10_000)
  expect(cluster.code(beta, removeLost('DEC', 'gamma'))).toBe('NoSuchServer')
})

it('[S4] what runs is not removed so, nor what others point up to; what was begun is taken back when it comes back meanwhile', () => {
  const { cluster, root, members: [alpha, beta, gamma] } = lost()
  expect(cluster.code(alpha, removeLost('beta'))).toBe('ServerRunning')
  expect(cluster.code(alpha, removeLost('alpha'))).toBe('ServerRunning')
  expect(cluster.code(alpha, removeLost('nobody'))).toBe('NoSuchServer')
  cluster.crash(alpha)
  cluster.restart(beta)
  expect(sentence(cluster, beta, removeLost('alpha'))).toMatch(/S3.*a server points up to it/)
  cluster.restart(alpha)
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.join(beta, dec, alpha)
  cluster.pass(10_000)
  const removing = cluster.call(alpha, removeLost('DEC', 'gamma'))
  while (serverEntry(alpha.copy(dec).visible, 'gamma')?.withdrawn === null && (cluster.deliver() || cluster.tickNext()));
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect(alpha.replies.get(removing)).toMatchObject({ type: 'failure', code: 'ServerRunning' })
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toMatchObject({ server: gamma.id, withdrawn: null })
})

it('[S4] if it does come back it finds that it was removed, says so over restarts too, and is set up anew by a person', () => {
  const { cluster, root, members: [alpha, , gamma] } = removed()
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect(gamma.happened).toContain('this server was removed by others while it was away: it has no name, and takes none by itself')
  expect([gamma.server.removed, gamma.server.registered, gamma.server.up]).toEqual([true, false, null])
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toBeNull()
  // What it alone stores is reached again.
  expect(gamma.copy(src).state).toBe('active')
  cluster.crash(gamma)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect(gamma.server.removed).toBe(true)
  cluster.ask(gamma, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
  cluster.pass(60_000)
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toMatchObject({ server: gamma.id, up: 'alpha' })
  expect([gamma.copy(root).state, gamma.copy(src).state]).toEqual(['active', 'active'])
  cluster.crash(gamma)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect([gamma.server.removed, gamma.server.registered]).toEqual([false, true])
})

it('[S4] its name may be another\'s by then: it takes no other by itself', () => {
  const { cluster, members: [alpha, beta, gamma] } = removed()
  cluster.ask(beta, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
  cluster.pass(10_000)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')?.server).toBe(beta.id)
  expect([gamma.server.removed, gamma.server.registered]).toEqual([true, false])
})
