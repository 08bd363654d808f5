import { describe, expect, it } from 'vitest'
import { signed } from '../../sim/simServer'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import type { Call } from '../calls'
import { explain, failure, isFailure, type Failure } from '../errors'
import type { MemoryDisk } from '../../storage/memoryStore'
import type { DirectoryId, Label } from '../names'
import type { Drafted } from '../requests'
import { isoTime, LAST } from '../timestamp'
import type { Tree } from '../values/readValue'
import { isWithdrawn } from '../copies/withdrawn'
import { announcedIn, childLabel } from './children'
import { goneIn } from './gone'
import { effectiveParent } from '../entries/parents'
import { namedBy } from './reference'
import { isClosed } from './removal'
import { labelsAt } from '../entries/serverEntry'

const [DEC, SRC, WRL, LAB] = [11, 12, 13, 14].map(directoryNumber) as [DirectoryId, DirectoryId, DirectoryId, DirectoryId]

interface Town {
  cluster: Cluster
  root: DirectoryId
  alpha: Member
  beta: Member
  gamma: Member
}

/** ANSI on three servers, and in it DEC and SRC, each at beta alone. */
function town(): Town {
  const { cluster, directory: root } = Cluster.ring(3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  for (const [label, directory] of [['DEC', DEC], ['SRC', SRC]] as const) {
    cluster.announce(alpha, root, childLabel(directory), beta)
    cluster.newD(beta, root, label, directory)
  }
  cluster.pass(10_000)
  return { cluster, root, alpha, beta, gamma }
}

const removeD = (cluster: Cluster, at: Member, directory: DirectoryId): object | Failure => cluster.tryAsk(at, { type: 'ask', servers: [at.id], request: { type: 'removeD', directory } })
const said = (outcome: object | Failure): string => (isFailure(outcome) ? `${outcome.code}: ${explain(outcome)}` : 'ok')
const typeAt = (member: Member, directory: DirectoryId, label: Label): string | undefined => namedBy(member.copy(directory).visible, label)?.type
const gone = (member: Member, directory: DirectoryId): (DirectoryId | null)[] => labelsAt(member.copy(directory).visible, ['.']).map(goneIn).filter((each) => each !== null).toSorted()
const isThere = (cluster: Cluster, directory: DirectoryId): boolean => cluster.copies(directory).length > 0
const writes = (cluster: Cluster, at: Member, directory: DirectoryId, label: Label): string => {
  const drafted = cluster.draft(at, directory, [label], true)
  return isFailure(drafted) ? drafted.code : cluster.code(at, cluster.submitCall(at, directory, drafted.branches))
}

/** A server's copies of a directory as its disk has them now. */
const copiesOnDisk = ({ disk }: Member, directory: DirectoryId): MemoryDisk['copies'] => structuredClone(new Map([...disk.copies].filter(([, copy]) => copy.directory === directory)))

/** The call that gives a name an expiration time so far ahead, ms. */
function txCall(cluster: Cluster, at: Member, directory: DirectoryId, label: Label, ahead: number): Call {
  const tree: Tree = [[isoTime(cluster.now(at) + ahead), true]]
  const drafted = cluster.ask(at, { type: 'ask', servers: [at.id], request: { type: 'draft', directory, change: { procedure: 'setTX', under: { labels: [label], incarnations: null }, tree, replace: false } } }) as Drafted
  return cluster.submitCall(at, directory, drafted.branches, 'setTX')
}

function setTX(cluster: Cluster, at: Member, directory: DirectoryId, label: Label, ahead: number): void {
  expect(cluster.code(at, txCall(cluster, at, directory, label, ahead))).toBe('ok')
  cluster.pass(30_000)
}

describe('removeD', () => {
  it('[M6] the name goes everywhere, the copy after it, and whoever is asked says what happened; its name is free again', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    cluster.pass(60_000)
    for (const member of [alpha, beta, gamma]) {
      expect(typeAt(member, root, 'DEC')).toBeUndefined()
      expect(gone(member, root)).toEqual([DEC])
      for (const name of [named(root, 'DEC'), named(DEC), named(DEC, 'SRC')]) expect(said(cluster.lookup(member, name))).toMatch(/^NotFound: .* the directory was removed on 2025-01-01 at /)
    }
    expect(isThere(cluster, DEC)).toBe(false)
    expect(announcedIn(alpha.copy(root).visible).map(({ child }) => child)).toEqual([SRC])
    cluster.newD(gamma, root, 'DEC', WRL)
    expect(cluster.lookup(alpha, named(root, 'DEC'))).toMatchObject({ directory: WRL })
  })

  it('[M6] is refused, in words, while something is in it, or it has other copies, or is a root', () => {
    const { cluster, root, alpha, beta } = town()
    cluster.write(beta, DEC, ['Lampson'], true)
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotEmpty: .* it holds Lampson\. Delete or move/)
    cluster.write(beta, DEC, ['Lampson'], false)
    cluster.join(alpha, DEC, beta)
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^MoreCopies: .* has 2 copies, on alpha, beta/)
    expect(said(removeD(cluster, beta, root))).toMatch(/^BadRequest: .* is a root/)
    expect(said(removeD(cluster, beta, SRC))).toBe('ok')
    expect(writes(cluster, beta, DEC, 'Birrell')).toBe('ok')
  })

  it('[W3] is refused until its name has expired in all caches, and told from when on', () => {
    const { cluster, root, alpha, beta } = town()
    setTX(cluster, alpha, root, 'DEC', 3_600_000)
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotExpired: #\w+\/DEC may change from 2025-01-01T01:10/)
    cluster.pass(4_300_000)
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
  })

  it('[W3] [M4] is refused while a name that it had before may stand in caches: the last of all to expire is told', () => {
    const { cluster, root, alpha, beta } = town()
    const moved = (parent: DirectoryId, label: Label): void => {
      cluster.move(beta, DEC, parent, label)
      expect(said(cluster.tryAsk(beta, { type: 'ask', servers: [beta.id], request: { type: 'cleanUp', directory: DEC } }))).toBe('ok')
    }
    setTX(cluster, alpha, root, 'DEC', 7_200_000)
    moved(SRC, 'DEC')
    expect(typeAt(alpha, root, 'DEC')).toBe('link')
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotExpired: #\w+\/DEC may change from 2025-01-01T02:10/)
    setTX(cluster, beta, SRC, 'DEC', 3_600_000)
    moved(root, 'Digital')
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotExpired: #\w+\/DEC may change from 2025-01-01T02:10/)
    expect(writes(cluster, beta, DEC, 'Birrell')).toBe('ok')
    cluster.write(beta, DEC, ['Birrell'], false)
    cluster.pass(8_000_000)
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
  })

  it('[W3] is taken back where its name is promised while it is being withdrawn', () => {
    const { cluster, beta, gamma } = town()
    cluster.announce(beta, SRC, childLabel(LAB), gamma)
    cluster.newD(gamma, SRC, 'LAB', LAB)
    const promise = txCall(cluster, beta, SRC, 'LAB', 3_600_000)
    const removing = cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'removeD', directory: LAB } })
    while (!isWithdrawn(gamma.copy(LAB))) expect(cluster.deliver()).toBe(true)
    expect(cluster.code(beta, promise)).toBe('ok')
    expect(said(gamma.replies.get(removing)!)).toMatch(/^NotExpired: #\w+\/LAB may change from 2025-01-01T01:10/)
    expect([isWithdrawn(gamma.copy(LAB)), writes(cluster, gamma, LAB, 'Birrell')]).toEqual([false, 'ok'])
  })

  it('[W3] does not wait for what somebody else has put under a former name, or for one in a directory that was removed', () => {
    const { cluster, root, alpha, beta } = town()
    for (const [parent, label] of [[root, 'Digital'], [SRC, 'DEC'], [root, 'Compaq']] as const) {
      cluster.move(beta, DEC, parent, label)
      expect(said(cluster.tryAsk(beta, { type: 'ask', servers: [beta.id], request: { type: 'cleanUp', directory: DEC } }))).toBe('ok')
    }
    cluster.write(alpha, root, ['DEC'], false)
    cluster.write(alpha, root, ['DEC'], [['Phone', [['853', true]]]])
    setTX(cluster, alpha, root, 'DEC', 7_200_000)
    cluster.write(beta, SRC, ['DEC'], false)
    expect(said(removeD(cluster, beta, SRC))).toBe('ok')
    cluster.pass(60_000)
    expect([isThere(cluster, SRC), said(removeD(cluster, beta, DEC))]).toEqual([false, 'ok'])
  })

  it('[W5] who was announced and is on its way is not overlooked: a directory made while nobody above could be reached', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.announce(beta, DEC, childLabel(WRL), gamma)
    cluster.cut(beta, gamma)
    cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'create', directory: WRL, signed: signed(cluster.intent(gamma, WRL, 'newD', [['.', null, [['BR', null, [[DEC, null, [['WRL', null, true]]]]]]]])) } })
    cluster.pass(2_000_000)
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotEmpty: .* cannot be asked .* Bring back the server gamma/)
    expect(writes(cluster, beta, DEC, 'Birrell')).toBe('ok')
    cluster.write(beta, DEC, ['Birrell'], false)
    cluster.connect(beta, gamma)
    cluster.pass(60_000)
    expect(cluster.lookup(alpha, named(root, 'DEC', 'WRL'))).toMatchObject({ directory: WRL })
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotEmpty: .* it holds WRL/)
    expect(said(removeD(cluster, gamma, WRL))).toBe('ok')
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    cluster.pass(60_000)
    expect(gone(alpha, root)).toEqual([DEC, WRL])
    expect(isThere(cluster, DEC) || isThere(cluster, WRL)).toBe(false)
  })

  it('[W5] [A1] one that was announced and never made hinders it until nobody can make it any more', () => {
    const { cluster, beta, gamma } = town()
    cluster.announce(beta, DEC, childLabel(WRL), gamma)
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotEmpty: .* is perhaps being made in it\. Repeat the removal after 2025-01-01T00:20/)
    cluster.pass(1_300_000)
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
  })

  it('[W5] [A1] a move that was announced and never written hinders it until no record can be stamped any more', () => {
    const { cluster, beta } = town()
    cluster.announce(beta, DEC, childLabel(SRC, 'aaaaaaaa'))
    expect(said(removeD(cluster, beta, DEC))).toMatch(/^NotEmpty: .* is perhaps moving into it\. Repeat the removal in ten minutes/)
    cluster.pass(700_000)
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
  })

  it('[W5] what is withdrawn takes nothing new: no entry, no announcement, no copy, and not its own move', () => {
    const { cluster, alpha, beta } = town()
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'removeD', directory: DEC } })
    for (let i = 0; i < 400 && !isWithdrawn(beta.copy(DEC)); i++) if (!cluster.deliver()) cluster.tickNext()
    expect(isClosed(beta.copy(DEC))).toBe(true)
    expect(() => cluster.write(beta, DEC, ['Lampson'], true)).toThrow('Withdrawn')
    expect(() => cluster.announce(beta, DEC, childLabel(WRL), alpha)).toThrow('Withdrawn')
    expect(() => cluster.move(beta, DEC, SRC, 'DEC')).toThrow('Withdrawn')
    expect(said(cluster.tryAsk(alpha, cluster.joinCall(alpha, DEC, beta)))).toMatch(/^JoinFailed: .* is about to remove the directory/)
  })

  it('[M6] whatever message is lost, whoever crashes after any step: it is removed, or it is as it was', () => {
    const ends = new Set<string>()
    for (let lost = 0; lost < 75; lost++) {
      const { cluster, alpha, beta, gamma } = town()
      cluster.newD(gamma, SRC, 'Lab', LAB)
      cluster.newD(beta, LAB, 'WRL', WRL)
      // A move that came to nothing: gamma is asked.
      cluster.announce(beta, WRL, childLabel(LAB, 'aaaaaaaa'))
      cluster.pass(700_000)
      cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'removeD', directory: WRL } })
      for (let i = 0; i < lost; i++) if (!cluster.deliver()) cluster.tickNext()
      if (lost % 3 === 0) cluster.lose(() => true)
      else cluster.crash(lost % 3 === 1 ? beta : gamma)
      for (const member of [beta, gamma]) if (!member.alive) cluster.restart(member)
      cluster.pass(120_000)
      const shows = typeAt(gamma, LAB, 'WRL') ?? 'gone'
      expect([lost, isThere(cluster, WRL)]).toEqual([lost, shows === 'directory'])
      expect([lost, said(cluster.lookup(alpha, named(LAB, 'WRL'))).slice(0, 9)]).toEqual([lost, shows === 'directory' ? 'ok' : 'NotFound:'])
      if (shows === 'directory') expect([lost, writes(cluster, beta, WRL, 'Lampson')]).toEqual([lost, 'ok'])
      ends.add(shows)
    }
    expect(ends).toEqual(new Set(['directory', 'gone']))
  })

  it('[M6] closed while the parent is out of reach it takes nothing more; when that is back its name goes by itself', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.join(gamma, SRC, beta)
    cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: SRC, force: true } })
    cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: root, force: true } })
    cluster.pass(60_000)
    const id = cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'removeD', directory: DEC } })
    for (let i = 0; i < 400 && !isClosed(beta.copy(DEC)); i++) if (!cluster.deliver()) cluster.tickNext()
    for (const other of [alpha, gamma]) cluster.cut(beta, other)
    cluster.pass(60_000)
    expect(said(beta.replies.get(id)!)).toMatch(/^RemovalPending: /)
    expect(typeAt(alpha, root, 'DEC')).toBe('directory')
    for (const other of [alpha, gamma]) cluster.connect(beta, other)
    cluster.pass(60_000)
    expect([typeAt(alpha, root, 'DEC'), isThere(cluster, DEC)]).toEqual([undefined, false])
  })

  it('[M2] [M3] a move of what once lay in it is decided all the same, by what is left of it', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    const cleanUp = (directory: DirectoryId): string => said(cluster.tryAsk(beta, { type: 'ask', servers: [beta.id], request: { type: 'cleanUp', directory } }))
    cluster.announce(beta, DEC, childLabel(WRL), beta)
    cluster.newD(beta, DEC, 'WRL', WRL)
    cluster.move(beta, WRL, root, 'WRL')
    expect(cleanUp(WRL)).toBe('ok')
    cluster.write(beta, DEC, ['WRL'], false)
    cluster.pass(60_000)
    expect(announcedIn(beta.copy(DEC).visible)).toEqual([])
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    cluster.pass(60_000)
    expect(isThere(cluster, DEC)).toBe(false)
    cluster.move(beta, SRC, WRL, 'SRC')
    expect(cleanUp(SRC)).toBe('ok')
    for (const member of [alpha, gamma]) expect(cluster.lookup(member, named(root, 'WRL', 'SRC'))).toMatchObject({ directory: SRC })
  })

  it('[M6] [M4] a directory whose parent is gone all the same goes on in the one above, and is never lost', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.cut(beta, gamma)
    // A program that announces nothing.
    cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'create', directory: WRL, signed: signed(cluster.intent(gamma, WRL, 'newD', [['.', null, [['BR', null, [[DEC, null, [['WRL', null, true]]]]]]]])) } })
    cluster.settle()
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    cluster.connect(beta, gamma)
    cluster.pass(120_000)
    const { parent, label } = effectiveParent(gamma.copy(WRL))!
    expect([parent, label]).toEqual([root, expect.stringMatching(/^WRL~/)])
    for (const member of [alpha, beta, gamma]) expect(cluster.lookup(member, named(root, label))).toMatchObject({ directory: WRL })
  })

  it('[M6] a copy from an old store, of a directory that was removed since, brings nothing back', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    const old = copiesOnDisk(beta, DEC)
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    cluster.pass(60_000)
    cluster.putDisk(beta, { ...beta.disk, copies: new Map([...beta.disk.copies, ...old]) })
    cluster.pass(120_000)
    for (const member of [alpha, beta, gamma]) expect(typeAt(member, root, 'DEC')).toBeUndefined()
    expect(isThere(cluster, DEC)).toBe(false)
    expect(cluster.lookup(alpha, named(root, 'SRC'))).toMatchObject({ directory: SRC })
  })

  it('[M6] nor one of a directory that moved away before it was removed: a former name stays a link', () => {
    const { cluster, root, alpha, beta, gamma } = town()
    cluster.announce(alpha, root, childLabel(WRL), gamma)
    cluster.newD(gamma, root, 'WRL', WRL)
    cluster.pass(60_000)
    const old = copiesOnDisk(beta, SRC)
    cluster.announce(gamma, WRL, childLabel(SRC, 'aaaaaaaa'))
    cluster.move(beta, SRC, WRL, 'SRC')
    cluster.pass(200_000)
    expect([typeAt(alpha, root, 'SRC'), typeAt(gamma, WRL, 'SRC')]).toEqual(['link', 'directory'])
    expect(said(removeD(cluster, beta, SRC))).toBe('ok')
    cluster.pass(120_000)
    cluster.putDisk(beta, { ...beta.disk, copies: new Map([...beta.disk.copies, ...old]) })
    cluster.pass(300_000)
    for (const member of [alpha, beta, gamma]) expect(typeAt(member, root, 'SRC')).toBe('link')
    expect(isThere(cluster, SRC)).toBe(false)
  })

  it('[R5] [M6] a copy that had left, and did not hear it before the directory was removed, goes all the same', () => {
    const { cluster, alpha, beta, gamma } = town()
    cluster.join(gamma, DEC, beta)
    cluster.pass(60_000)
    cluster.call(gamma, { type: 'ask', servers: [gamma.id], request: { type: 'leave', directory: DEC, force: true } })
    for (let i = 0; i < 400 && beta.copy(DEC).ring.length > 1; i++) if (!cluster.deliver()) cluster.tickNext()
    for (const other of [alpha, beta]) cluster.cut(gamma, other)
    cluster.pass(60_000)
    expect(gamma.copy(DEC).state).toBe('leaving')
    expect(said(removeD(cluster, beta, DEC))).toBe('ok')
    for (const other of [alpha, beta]) cluster.connect(gamma, other)
    cluster.pass(120_000)
    expect(isThere(cluster, DEC)).toBe(false)
  })

  it('[M6] [R6] a copy goes, or moves, on the word of no stranger, whatever that answers when nobody else can be asked', () => {
    const { cluster, directory: root } = Cluster.ring(1, 3)
    const [alpha, beta, stranger] = cluster.members as [Member, Member, Member]
    cluster.announce(alpha, root, childLabel(DEC), beta)
    cluster.newD(beta, root, 'DEC', DEC)
    cluster.pass(10_000)
    const { parent, label } = effectiveParent(beta.copy(DEC))!
    cluster.cut(alpha, beta)
    cluster.cut(alpha, stranger)
    let lies = 0
    const lie = (): void => {
      for (const { message } of cluster.lose(({ to }) => to === stranger)) {
        if (message.type !== 'request') continue
        lies++
        const gone = { directory: message.request.directory, records: [], stableMark: LAST, server: stranger.id, gone: { in: LAB, known: true } }
        const failed = message.request.type === 'records' ? null : failure('DirectoryRemoved', { name: 'DEC', from: isoTime(0) })
        cluster.hand({ from: stranger, to: beta, message: { type: 'answer', id: message.id, failure: failed, outcome: failed === null ? JSON.stringify(gone) : '', elsewhere: [] } })
      }
    }
    const until = cluster.time + 900_000
    while (cluster.tickNext(until)) while (cluster.post.length > 0) {
      lie()
      cluster.settle(({ to }) => to !== stranger)
    }
    expect(lies).toBeGreaterThan(10)
    expect(beta.copy(DEC).state).toBe('active')
    expect(effectiveParent(beta.copy(DEC))).toMatchObject({ parent, label })
  })
})
