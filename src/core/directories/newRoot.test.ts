import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member, type Post } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import { explain, isFailure, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { timestamp } from '../timestamp'
import { backReferences, effectiveParent, parentsBy, pendingIn, type Placing } from '../entries/parents'
import { announcedIn } from './children'
import { namedBy, serverIdOf } from './reference'
import { BELOW, inSNOf, labelsAt, namedIn, serverEntry } from '../entries/serverEntry'
import { wellKnownIn } from './wellKnown'

const [DEC, SRC, US, ANSI, ISO] = [21, 22, 23, 31, 32].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId, DirectoryId]

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

  it('[S5] a server that is about to take another name when its root gets one above it takes it in the directory that was meant', () => {
    const { cluster, root, members } = town()
    const [alpha, , gamma] = members
    gamma.server.wantsRoot = false
    cluster.ask(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory: root, force: true } })
    cluster.pass(60_000)
    cluster.makeRoot(alpha, ANSI, root, 'Digital')
    const naming = cluster.call(gamma, { type: 'setUpOn', path: ['saturn'], up: null })
    const isOfNaming = ({ from, message }: Post): boolean => from === gamma && message.type === 'request' && message.request.directory === root && message.request.type === 'read'
    cluster.moveRoot(alpha, root, ANSI, 'Digital')
    for (let i = 0; i < 100 && gamma.server.root === root; i++) {
      cluster.settle((post) => !isOfNaming(post))
      cluster.tickNext()
    }
    expect([gamma.server.root, gamma.replies.has(naming)]).toEqual([ANSI, false])
    cluster.pass(120_000)
    expect([gamma.replies.get(naming), gamma.server.home]).toEqual([{ name: 'Digital/saturn' }, root])
    expect(serverEntry(alpha.copy(root).visible, 'saturn')?.server).toBe(gamma.id)
  })

  it('whoever is thought to store a former root, and has no copy any more, does not lead round by the table again', () => {
    const { cluster, root, members } = town()
    const [alpha, beta, gamma] = members
    newRoot(cluster, beta, root, ANSI, 'Digital')
    cluster.pass(120_000)
    newRoot(cluster, beta, ANSI, ISO, 'US')
    cluster.pass(120_000)
    for (const [member, directory] of [[gamma, root], [gamma, ANSI], [alpha, root]] as const) cluster.ask(member, { type: 'ask', servers: [member.id], request: { type: 'leave', directory, force: true } })
    cluster.pass(60_000)
    alpha.server.hints.set(root, new Set([gamma.id, beta.id]))
    cluster.cut(beta, gamma)
    expect([gamma.server.root, gamma.server.copies.has(ANSI), alpha.server.copies.has(root)]).toEqual([ISO, false, false])
    expect(found(cluster, gamma, root)).toBe('NoCopyReachable')
    cluster.connect(beta, gamma)
    expect(found(cluster, gamma, root)).toBe(root)
  })

  it('the server that made it is named in it, and the old root has a copy there [S2]; the others keep their names', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    newRoot(cluster, alpha, root, ANSI, 'Digital')
    cluster.pass(120_000)
    expect([alpha.server.name, alpha.server.home]).toEqual(['alpha', null])
    expect([beta.server.name, beta.server.home]).toEqual(['Digital/beta', root])
    expect(serverEntry(beta.copy(ANSI).visible, 'alpha')?.server).toBe(alpha.id)
    expect(serverEntry(beta.copy(root).visible, 'alpha')).toBeNull()
    expect([inSNOf(beta.copy(ANSI).visible)?.rank, inSNOf(beta.copy(root).visible)?.rank]).toEqual([-1000, -990])
    for (const member of members) expect(serverIdOf(member.server, `#${root}/beta`)).toBe(beta.id)
  })

  it('and another above that: what begins at the first root is found from the last one', () => {
    const { cluster, root, members } = town()
    newRoot(cluster, members[0], root, ANSI, 'Digital')
    cluster.pass(120_000)
    newRoot(cluster, members[1], ANSI, ISO, 'US')
    cluster.pass(200_000)
    for (const member of members) {
      expect([member.server.root, member.server.formerRoots]).toEqual([ISO, [root, ANSI]])
      expect(wellKnownIn(member.copy(ISO).visible, root)).toEqual(['US', 'Digital'])
      for (const begin of [[root], [ANSI, 'Digital'], [ISO, 'US', 'Digital']] as [DirectoryId, ...Label[]][]) expect(found(cluster, member, ...begin, 'DEC')).toBe(DEC)
    }
  })

  it('is followed by a server that was away, and by one that stores no root, and it survives their restart', () => {
    const { cluster, root, members } = town()
    const [alpha, beta, gamma] = members
    cluster.crash(gamma)
    newRoot(cluster, alpha, root, ANSI, 'Digital')
    cluster.pass(60_000)
    expect(alpha.server.root).toBe(root)
    cluster.restart(gamma)
    cluster.pass(120_000)
    for (const member of [alpha, beta, gamma]) {
      cluster.crash(member)
      cluster.restart(member)
      cluster.pass(60_000)
      expect([member.server.root, member.server.formerRoots, found(cluster, member, root, 'DEC', 'SRC')]).toEqual([ANSI, [root], SRC])
    }
  })

  it('[S1] moves on, below a directory of a rank in between; the well-known entry turns, and the announcement there goes', () => {
    const { cluster, root, members } = town()
    const [alpha, beta, gamma] = members
    newRoot(cluster, alpha, root, ANSI, 'Digital')
    cluster.newD(alpha, ANSI, 'US', US)
    cluster.pass(120_000)
    const foresee = (directory: DirectoryId, parent: DirectoryId): string => code(cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'foresee', directory, parent, label: 'x', prepare: false } }))
    expect(foresee(root, US)).toMatch(/S1: that has no InSN/)
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory: US, to: true } })
    expect(foresee(root, US)).toBe('ok')
    expect(inSNOf(alpha.copy(US).visible)?.rank).toBe(-999)
    cluster.move(beta, root, US, 'DEC')
    cluster.pass(120_000)
    for (const member of members) {
      expect(wellKnownIn(member.copy(ANSI).visible, root)).toEqual(['US', 'DEC'])
      for (const begin of [[root], [ANSI, 'Digital'], [ANSI, 'US', 'DEC']] as [DirectoryId, ...Label[]][]) expect(found(cluster, member, ...begin, 'DEC')).toBe(DEC)
    }
    expect(namedIn(alpha.copy(US).visible)).toEqual(['DEC'])
    expect(labelsAt(gamma.copy(ANSI).visible, ['.', 'InSN', BELOW])).toEqual([])
    expect(gamma.server.name).toBe('Digital/gamma')
  })

  it('[S1] a move below one of no smaller rank is refused beforehand, and waits where it was written', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    cluster.newD(alpha, root, 'IBM', US)
    for (const directory of [DEC, US]) cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory, to: true } })
    expect(code(cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'foresee', directory: DEC, parent: US, label: 'DEC', prepare: false } }))).toMatch(/S1: its rank is not smaller/)
    cluster.move(beta, DEC, US, 'DEC')
    cluster.pass(60_000)
    expect(pendingIn(beta.copy(DEC))).toHaveLength(1)
    expect(found(cluster, beta, root, 'DEC')).toBe(DEC)
  })

  it('[M3] [S1] a move that has no room is decided together with a later one that has: back, too; what never takes effect does not help it', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    cluster.newD(alpha, root, 'IBM', US)
    for (const directory of [DEC, US]) cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory, to: true } })
    const verdicts = (): string[] => backReferences(alpha.copy(DEC).visible).map(({ verdict }) => verdict)
    cluster.move(beta, DEC, US, 'DEC')
    cluster.move(beta, DEC, SRC, 'DEC')
    cluster.pass(120_000)
    expect(verdicts()).toEqual(['settled', 'pending', 'pending'])
    cluster.move(alpha, DEC, root, 'DEC')
    cluster.pass(120_000)
    expect(verdicts()).toEqual(['settled', 'settled', 'void', 'settled'])
    for (const member of [alpha, beta]) expect([effectiveParent(member.copy(DEC))?.parent, found(cluster, member, root, 'DEC', 'SRC')]).toEqual([root, SRC])
    expect(namedBy(alpha.copy(US).visible, 'DEC')).toBeNull()
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory: US, to: false } })
  })

  it('[M3] one that was written at another copy between one that waits and a later one is decided with them', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    cluster.newD(alpha, root, 'IBM', US)
    for (const directory of [DEC, US]) cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory, to: true } })
    cluster.move(beta, DEC, US, 'One')
    cluster.pass(60_000)
    cluster.move(beta, DEC, US, 'Two')
    expect(cluster.lose(({ from, to, message }) => from === beta && to === alpha && message.type === 'updates')).not.toEqual([])
    cluster.time += 5
    cluster.move(alpha, DEC, root, 'Three')
    cluster.lose(({ from, to, message }) => from === alpha && to === beta && message.type === 'updates')
    cluster.call(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'cleanUp', directory: DEC } })
    cluster.pass(300_000)
    expect(backReferences(alpha.copy(DEC).visible).map(({ label, verdict }) => `${label} ${verdict}`)).toEqual(['DEC settled', 'One settled', 'Two settled', 'Three settled'])
  })

  it('[M3] [S1] what moves below one that waits for room waits with it, unless it moves on; another name in what waits does not', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    cluster.newD(alpha, root, 'IBM', US)
    cluster.newD(alpha, root, 'ISO', ISO)
    for (const directory of [DEC, US]) cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'setInSN', directory, to: true } })
    const verdicts = (directory: DirectoryId): string[] => backReferences((directory === SRC ? beta : alpha).copy(directory).visible).map(({ verdict }) => verdict)
    cluster.move(beta, DEC, US, 'DEC')
    cluster.pass(10_000)
    cluster.move(alpha, ISO, DEC, 'ISO')
    cluster.move(beta, SRC, DEC, 'Research')
    cluster.pass(120_000)
    expect([DEC, ISO, SRC].map(verdicts)).toEqual([['settled', 'pending'], ['settled', 'pending'], ['settled', 'settled']])
    expect(found(cluster, beta, root, 'DEC', 'Research')).toBe(SRC)
    cluster.move(alpha, ISO, root, 'Standards')
    cluster.pass(120_000)
    expect([DEC, ISO].map(verdicts)).toEqual([['settled', 'pending'], ['settled', 'settled', 'settled']])
    for (const label of ['ISO', 'Standards']) expect(found(cluster, beta, root, label)).toBe(ISO)
  })
})

const code = (outcome: object | Failure): string => (isFailure(outcome) ? explain(outcome) : 'ok')

describe('[O1] a server that climbs to the root', () => {
  it('believes nobody that something lies in a directory that it stores, where no reference says so', () => {
    const { cluster, root, members } = town()
    const [alpha, beta] = members
    cluster.makeRoot(alpha, ISO, root, 'DEC')
    let lies = 0
    const lie = (): void => {
      for (const post of cluster.post.splice(0)) {
        const { message } = post
        const isAsked = post.from === alpha && message.type === 'request' && message.request.type === 'parent' && message.request.directory === ANSI
        if (!isAsked) cluster.hand(post)
        else if (++lies < 20) cluster.hand({ from: post.to, to: alpha, message: { type: 'answer', id: message.id, failure: null, outcome: JSON.stringify({ parent: ISO, label: 'Needham' }), elsewhere: [] } })
      }
    }
    newRoot(cluster, beta, root, ANSI, 'Digital')
    for (let step = 0; step < 2000; step++) {
      lie()
      cluster.tickNext()
    }
    expect(lies).toBeGreaterThan(3)
    expect(alpha.server.root).toBe(root)
    cluster.pass(120_000)
    expect([alpha.server.root, alpha.server.name]).toEqual([ANSI, 'Digital/alpha'])
  })
})

describe('[O2] of rival new roots', () => {
  it('the first wins, by the records alone; a later move of the old root counts', () => {
    const [root, first, second, third] = [1, 2, 3, 4].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId]
    const record = (parent: DirectoryId, at: number, ofRoot: boolean): Placing => ({ directory: root, parent, label: 'Old', ts: timestamp(at, '0'), born: false, ofRoot })
    const { parents, voided } = parentsBy([record(second, 20, true), record(first, 10, true)])
    expect([parents.get(root)?.parent, [...voided]]).toEqual([first, [timestamp(20, '0')]])
    const born: Placing = { directory: third, parent: first, label: 'US', ts: timestamp(25, '0'), born: true, ofRoot: false }
    expect(parentsBy([record(second, 20, true), record(first, 10, true), born, record(third, 30, false)]).parents.get(root)?.parent).toBe(third)
  })

  it('[M2] what is no root moves only within the tree of one', () => {
    const { cluster, root, members } = town()
    const [alpha] = members
    cluster.makeRoot(alpha, ANSI, root, 'Digital')
    expect(code(cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'foresee', directory: DEC, parent: ANSI, label: 'DEC', prepare: false } }))).toMatch(/D3: that lies in the tree of another root/)
    cluster.move(alpha, DEC, ANSI, 'DEC')
    cluster.pass(60_000)
    expect([effectiveParent(alpha.copy(DEC))?.parent, pendingIn(alpha.copy(DEC))]).toEqual([root, []])
  })

  it('[D3] [M4] whoever made one and never put the old root below it left a reference there: when it goes below another root, that is a link', () => {
    const { cluster, root, members } = town()
    const [alpha] = members
    cluster.makeRoot(alpha, ISO, root, 'DEC')
    newRoot(cluster, alpha, root, ANSI, 'Digital')
    cluster.pass(60_000)
    expect(namedBy(alpha.copy(ISO).visible, 'DEC')).toMatchObject({ type: 'directory', directory: root })
    cluster.move(alpha, root, ISO, 'Old')
    cluster.pass(400_000)
    expect(effectiveParent(alpha.copy(root))?.parent).toBe(ANSI)
    expect(effectiveParent(alpha.copy(ISO))?.parent).toBe(ANSI)
    expect(namedBy(alpha.copy(ISO).visible, 'DEC')).toEqual({ type: 'link', to: `#${root}` })
    expect(found(cluster, alpha, ISO, 'DEC', 'DEC', 'SRC')).toBe(SRC)
  })

  it('in a split network the later one goes below the first when it heals, with what was written there, and every name goes on', () => {
    const { cluster, root, members } = town()
    const [alpha, beta, gamma] = members
    cluster.cut(alpha, beta)
    cluster.cut(beta, gamma)
    newRoot(cluster, alpha, root, ANSI, 'Digital')
    cluster.time += 50
    newRoot(cluster, beta, root, ISO, 'DEC')
    cluster.write(beta, ISO, ['Lampson'], true)
    cluster.pass(60_000)
    expect(members.map((member) => member.server.root)).toEqual([root, root, root])
    cluster.connect(alpha, beta)
    cluster.connect(beta, gamma)
    cluster.pass(400_000)
    for (const member of members) {
      expect([member.server.root, member.server.formerRoots]).toEqual([ANSI, [root]])
      for (const begin of [[root], [ANSI, 'Digital'], [ISO, 'DEC']] as [DirectoryId, ...Label[]][]) expect([member.name, found(cluster, member, ...begin, 'DEC', 'SRC')]).toEqual([member.name, SRC])
    }
    const { parent, label } = effectiveParent(beta.copy(ISO))!
    expect(parent).toBe(ANSI)
    expect(announcedIn(alpha.copy(ANSI).visible).find(({ child }) => child === ISO)?.names).toEqual([label])
    expect(found(cluster, gamma, ANSI, label)).toBe(ISO)
    expect(namedBy(beta.copy(ISO).visible, 'Lampson')?.type).toBe('entry')
    expect(inSNOf(alpha.copy(ANSI).visible)!.rank).toBeLessThan(inSNOf(beta.copy(ISO).visible)!.rank)
  })
})
