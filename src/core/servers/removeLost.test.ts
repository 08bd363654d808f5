/** A server that will never come back: its entry goes at another's word, and what if it does (SPEC §13). */
import { expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { directoryNumber, serverNumber } from '../../trials/generators'
import type { Call } from '../calls'
import { serverEntry } from '../entries/serverEntry'
import { explain, isFailure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import type { Request } from '../requests'
import { visibleAt } from '../values/valueTree'
import type { LostServer } from './removeLost'

const dec = directoryNumber(2)
const src = directoryNumber(3)
const ansi = directoryNumber(4)

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

/** The rings go on without gamma, and its entry is removed. */
function remove({ cluster, root, members: [alpha, beta] }: ReturnType<typeof lost>): void {
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  cluster.ask(alpha, removeLost('DEC', 'gamma'))
}

function removed(): ReturnType<typeof lost> {
  const all = lost()
  remove(all)
  all.cluster.pass(10_000)
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

it('[S4] [O1] the server above is released where it is, though a root was put above since', () => {
  const { cluster, root, members: [alpha, beta, gamma] } = lost()
  for (const member of [alpha, beta]) member.server.wantsRoot = true
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  for (const directory of [root, dec]) cluster.ask(alpha, ask(alpha, { type: 'abandon', directory, copies: alpha.copy(directory).excluded.map(({ copy }) => copy) }))
  cluster.makeRoot(alpha, ansi, root, 'Digital')
  cluster.moveRoot(alpha, root, ansi, 'Digital')
  cluster.pass(120_000)
  expect(serverEntry(alpha.copy(root).visible, 'alpha')?.down).toEqual([gamma.id])
  cluster.ask(alpha, removeLost('Digital', 'DEC', 'gamma'))
  expect(serverEntry(alpha.copy(root).visible, 'alpha')?.down).toEqual([])
  expect(visibleAt(alpha.copy(ansi).visible, ['alpha', 'Server', 'Down'])).toBeUndefined()
})

it('[S4] [S3] whoever it told that it points up to them, and died before it said so itself, keeps no name for it', () => {
  const { cluster, root, members: [alpha, beta, gamma] } = lost()
  cluster.restart(gamma)
  cluster.pass(10_000)
  cluster.call(gamma, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['beta'] })
  while (serverEntry(alpha.copy(root).visible, 'beta')?.down.includes(gamma.id) !== true) expect(cluster.deliver() || cluster.tickNext()).toBe(true)
  cluster.crash(gamma)
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')?.up).toBe(`#${root}/alpha`)
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  expect(serverEntry(alpha.copy(root).visible, 'beta')?.down).toEqual([gamma.id])
  cluster.ask(alpha, removeLost('DEC', 'gamma'))
  cluster.pass(10_000)
  for (const member of [alpha, beta]) for (const above of ['alpha', 'beta']) expect(serverEntry(member.copy(root).visible, above)?.down).toEqual([])
})

/** gamma, DEC/gamma by then, took a name in the root while it was cut off; it was removed meanwhile, and is back. */
function awayAndRemoved(): ReturnType<typeof lost> {
  const all = lost()
  const { cluster, members: [alpha, beta, gamma] } = all
  cluster.restart(gamma)
  cluster.pass(10_000)
  for (const other of [alpha, beta]) cluster.cut(gamma, other)
  cluster.ask(gamma, { type: 'setUpOn', path: ['away'], up: null })
  cluster.crash(gamma)
  remove(all)
  cluster.restart(gamma)
  for (const other of [alpha, beta]) cluster.connect(gamma, other)
  cluster.pass(120_000)
  expect([gamma.server.removed, gamma.server.registered]).toEqual([true, false])
  return all
}

it.each(['away', 'back'])('[S4] it finds that also where it had taken a name in another directory before it could say so, and is set up anew there: as %s', (name) => {
  const { cluster, root, members: [alpha, , gamma] } = awayAndRemoved()
  expect([visibleAt(alpha.copy(root).visible, ['away']), visibleAt(alpha.copy(dec).visible, ['gamma'])]).toEqual([undefined, undefined])
  const before = cluster.delivered.length
  cluster.ask(gamma, { type: 'setUpOn', path: [name], up: null })
  cluster.pass(20_000)
  expect(cluster.delivered.length - before).toBeLessThan(400)
  for (let i = 0; i < 20; i++) {
    cluster.pass(5000)
    expect(serverEntry(alpha.copy(root).visible, name)?.server).toBe(gamma.id)
  }
  expect(visibleAt(alpha.copy(dec).visible, ['.', 'Removed', gamma.id])).toBeUndefined()
  cluster.crash(gamma)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect([gamma.server.removed, gamma.server.registered, gamma.server.name]).toEqual([false, true, name])
})

it('[S4] set up anew in another directory than where it was refused, it has no record left there', () => {
  const { cluster, root, members: [alpha, , gamma] } = removed()
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect(gamma.server.removed).toBe(true)
  cluster.ask(gamma, { type: 'setUpOn', path: ['back'], up: null })
  cluster.pass(60_000)
  expect([gamma.server.removed, gamma.server.registered]).toEqual([false, true])
  expect(serverEntry(alpha.copy(root).visible, 'back')?.server).toBe(gamma.id)
  expect(visibleAt(alpha.copy(dec).visible, ['.', 'Removed', gamma.id])).toBeUndefined()
})

it('[S4] [M6] a record that went with its directory keeps nobody from being set up anew', () => {
  const { cluster, directory: root } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  cluster.newD(alpha, root, 'DEC', dec)
  cluster.ask(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: true }))
  cluster.ask(gamma, { type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] })
  cluster.pass(60_000)
  for (const other of [alpha, beta]) cluster.cut(gamma, other)
  cluster.ask(gamma, { type: 'setUpOn', path: ['away'], up: null })
  cluster.crash(gamma)
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.pass(10_000)
  cluster.ask(alpha, removeLost('DEC', 'gamma'))
  cluster.restart(gamma)
  for (const other of [alpha, beta]) cluster.connect(gamma, other)
  cluster.pass(120_000)
  expect(gamma.server.removed).toBe(true)
  cluster.ask(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: false }))
  cluster.pass(60_000)
  cluster.ask(alpha, ask(alpha, { type: 'removeD', directory: dec }))
  cluster.pass(60_000)
  cluster.ask(gamma, { type: 'setUpOn', path: ['back'], up: null })
  expect([gamma.server.removed, gamma.server.formerEntries.some(({ directory }) => directory === dec)]).toEqual([false, false])
})

it('[S4] only whoever is a server here is asked whether it was removed: nobody else would be believed', () => {
  const { cluster, directory: root } = Cluster.ring(2)
  const [alpha, beta] = cluster.members as [Member, Member]
  cluster.newD(alpha, root, 'DEC', dec)
  cluster.join(beta, dec, alpha)
  cluster.ask(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: true }))
  cluster.ask(alpha, { type: 'setUpOn', path: ['DEC', 'alpha'], up: null })
  cluster.crash(alpha)
  cluster.crash(beta)
  cluster.restart(alpha)
  const stranger = serverNumber(7)
  cluster.input(alpha, { type: 'connected', server: stranger, incarnation: 1, instance: 'stranger', name: 'stranger', key: 'key' })
  cluster.input(alpha, { type: 'message', from: stranger, message: { type: 'hello', name: 'stranger', root, rank: null } })
  const asked = (): string[] => {
    const by = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const { send } = cluster.input(alpha, { type: 'tick' })
      for (const { to, message } of send) if (message.type === 'request' && message.request.type === 'read' && message.request.path.includes('Removed')) by.add(to)
      cluster.settle()
      cluster.tickNext()
    }
    return [...by]
  }
  expect(asked()).toEqual([beta.id])
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
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toMatchObject({ server: gamma.id, up: `#${root}/alpha` })
  expect([gamma.copy(root).state, gamma.copy(src).state]).toEqual(['active', 'active'])
  cluster.crash(gamma)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect([gamma.server.removed, gamma.server.registered]).toEqual([false, true])
})

it('[S4] it finds that also while its own copy of the directory of its name waits for a decision', () => {
  const all = lost()
  const { cluster, members: [alpha, beta, gamma] } = all
  cluster.restart(gamma)
  for (const other of [alpha, beta]) cluster.cut(gamma, other)
  cluster.write(gamma, dec, ['Lampson'], true)
  cluster.crash(gamma)
  remove(all)
  cluster.restart(gamma)
  cluster.pass(60_000)
  expect([gamma.copy(dec).state, gamma.server.removed]).toEqual(['excluded', true])
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

/** Until the mark of the removal stands at alpha; then as far as `until` says. */
function removing(all: ReturnType<typeof lost>, by: Member, until: () => boolean): number {
  const { cluster } = all
  const id = cluster.call(by, removeLost('DEC', 'gamma'))
  const goesOn = (): boolean => !by.replies.has(id) && !until() && (cluster.deliver() || cluster.tickNext())
  while (goesOn());
  return id
}

/** The rings go on without gamma; beta stores DEC too. */
function leftOut(): ReturnType<typeof lost> {
  const all = lost()
  const { cluster, root, members: [alpha, beta] } = all
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.join(beta, dec, alpha)
  cluster.pass(60_000)
  return all
}
const awaitedIn = (at: Member, directory: DirectoryId): boolean => at.copy(directory).excluded.some(({ abandoned }) => !abandoned)

it('[S4] [E4] that nobody waits for it is said last: what fails before leaves everything as it was, as the failure says', () => {
  const all = leftOut()
  const { cluster, root, members: [alpha, beta] } = all
  const id = removing(all, beta, () => serverEntry(alpha.copy(dec).visible, 'gamma')!.withdrawn !== null)
  cluster.crash(alpha)
  cluster.pass(60_000)
  expect(explain(beta.replies.get(id) as Failure)).toMatch(/^The removal is not done: .*Everything is as it was/)
  expect([awaitedIn(beta, root), awaitedIn(beta, dec)]).toEqual([true, true])
  expect(serverEntry(beta.copy(dec).visible, 'gamma')).toMatchObject({ withdrawn: null })
})

it('[S4] [E4] what fails after the directory of its name waits no more says so, and nothing else; repeated, it is done', () => {
  const all = leftOut()
  const { cluster, root, members: [alpha, beta] } = all
  const id = removing(all, beta, () => !awaitedIn(beta, dec))
  expect([awaitedIn(beta, root), serverEntry(beta.copy(dec).visible, 'gamma')!.withdrawn === null]).toEqual([true, false])
  cluster.crash(alpha)
  cluster.pass(60_000)
  expect(explain(beta.replies.get(id) as Failure)).toMatch(new RegExp(`^The server /DEC/gamma is not removed: (?!.*as it was;.*What is done).*\\. What is done stays: #${root}/DEC waits no longer for what it alone has\\. All else is as it was; repeat it`))
  expect([awaitedIn(beta, root), serverEntry(beta.copy(dec).visible, 'gamma')!.withdrawn]).toEqual([true, null])
  cluster.restart(alpha)
  cluster.pass(60_000)
  cluster.ask(beta, removeLost('DEC', 'gamma'))
  expect([awaitedIn(beta, root), awaitedIn(beta, dec), serverEntry(beta.copy(dec).visible, 'gamma')]).toEqual([false, false, null])
})

it('[S4] only servers that store a directory may say that it waits no more: who does not is told so before anything is changed', () => {
  const { cluster, root, members: [alpha, beta] } = lost()
  cluster.ask(alpha, epoch(alpha, root, [alpha, beta]))
  cluster.ask(alpha, epoch(alpha, dec, [alpha]))
  cluster.pass(10_000)
  expect(sentence(cluster, beta, removeLost('DEC', 'gamma'))).toMatch(new RegExp(`^The ring of #${root}/DEC waits for what the server /DEC/gamma alone has, and only servers that store`))
  expect([awaitedIn(alpha, root), serverEntry(alpha.copy(dec).visible, 'gamma')!.withdrawn]).toEqual([true, null])
})

it('[S4] whether the entry is gone is asked, where no answer to taking it away has come', () => {
  const all = leftOut()
  const { cluster, members: [alpha, beta] } = all
  const id = removing(all, beta, () => [...beta.server.procedures.values()].some((each) => each.type === 'removeLost' && each.isChecked))
  for (const each of beta.server.procedures.values()) if (each.type === 'removeLost') each.keepers = [alpha.id]
  const hand = cluster.hand.bind(cluster)
  cluster.hand = (post) => {
    const { message } = post
    if (message.type !== 'answer' || !message.outcome.startsWith('{"ts"')) hand(post)
  }
  cluster.pass(10_000)
  expect(serverEntry(alpha.copy(dec).visible, 'gamma')).toBeNull()
  expect(beta.replies.get(id)).toMatchObject({ name: 'DEC/gamma' })
})

it('[S4] whoever was asked to wait no longer and does not answer is named', () => {
  const all = leftOut()
  const { cluster, members: [alpha, beta] } = all
  const isAsked = (): boolean => cluster.post.some(({ message }) => message.type === 'request' && message.request.type === 'abandon')
  // Beta has it from alpha that the directory waits.
  const id = cluster.call(beta, removeLost('DEC', 'gamma'))
  const goesOn = (): boolean => {
    for (const each of beta.server.procedures.values()) if (each.type === 'removeLost') for (const told of each.awaiting) told.at = alpha.id
    return !isAsked() && (cluster.deliver() || cluster.tickNext())
  }
  while (goesOn());
  cluster.crash(alpha)
  cluster.pass(60_000)
  expect(explain(beta.replies.get(id) as Failure)).toMatch(/^The server \/DEC\/gamma is not removed: .*What is done stays: .*\/DEC was asked to wait no longer for what it alone has, and has not answered/)
})
