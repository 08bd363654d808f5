import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber, identifier } from '../../trials/generators'
import { MOST_FOR_OTHERS } from '../calls'
import { isFailure, type ErrorCode, type Failure } from '../errors'
import type { DirectoryId, Label } from '../names'
import { announcement, childLabel } from '../directories/children'
import { labelsAt } from '../entries/serverEntry'
import { namedBy } from '../directories/reference'
import { recordKey } from '../entries/parents'
import type { Tree } from '../values/readValue'
import type { Access } from './whoMay'
import type { Outcomes, ReadOutcome, Request } from '../requests'
import type { Branch } from '../values/intent'
import { BEGINNING } from '../timestamp'
import { certificateSignature, signed } from '../../sim/simServer'

const owner = 'ed25519:owner'
const guest = 'ed25519:guest'
const all = (principal: string): Label[] => [`read,write,copy ${principal.replace(':', '%3A')}:*`, `read,write ${principal.replace(':', '%3A')}:./*`]

interface House {
  cluster: Cluster
  root: DirectoryId
  alpha: Member
  beta: Member
}

/** alpha is the owner's and stores the root; beta is a guest's, or nobody's that is known. */
function house({ triples = [] as Label[], shown = true, servers = 2 } = {}): House {
  const { cluster, directory: root } = Cluster.ring(1, servers)
  const [alpha, beta] = [cluster.member(0), cluster.member(1)]
  cluster.write(alpha, root, ['Lampson'], [['Phone', [['853', true]]], ['Password', [['XGZQ#$', true]]]])
  cluster.belongsTo(alpha, owner)
  if (shown) cluster.belongsTo(beta, guest)
  close(cluster, alpha, root, [...all(owner), 'write *:*/Server/*', ...triples])
  return { cluster, root, alpha, beta }
}

function close(cluster: Cluster, at: Member, root: DirectoryId, triples: readonly Label[]): void {
  const { branches } = cluster.ask(at, { type: 'at', name: named(root), request: { type: 'draft', directory: root, change: { procedure: 'setAccess', under: { labels: ['.', 'Access'], incarnations: null }, tree: triples.map((triple) => [triple, true] as const), replace: false } } }) as Outcomes['draft']
  cluster.ask(at, cluster.submitCall(at, root, branches, 'setAccess', owner))
}

const ask = ({ cluster, alpha, beta }: House, request: Request): object | Failure => cluster.tryAsk(beta, { type: 'ask', servers: [alpha.id], request })
const code = (outcome: object | Failure): ErrorCode | 'ok' => (isFailure(outcome) ? outcome.code : 'ok')
const read = (at: House, path: Label[], form: 'tree' | 'labels' | 'entries' | 'nodes' | 'snapshot' = 'tree'): ReadOutcome => ask(at, { type: 'read', directory: at.root, path, form, after: null }) as ReadOutcome

/** Draws a change up at a server, and has it made there in somebody's name. */
const changing =
  (cluster: Cluster, at: Member) =>
  (directory: DirectoryId, procedure: 'announce' | 'move' | 'doUpdates', labels: Label[], tree: Tree, author: string): void => {
    const { branches } = cluster.ask(at, { type: 'at', name: named(directory), request: { type: 'draft', directory, change: { procedure, under: { labels, incarnations: null }, tree, replace: false } } }) as Outcomes['draft']
    cluster.ask(at, cluster.submitCall(at, directory, branches, procedure, author))
  }

describe('who asks is the person whose server it is', () => {
  it('[A5] no right to read looks like absence, in every form', () => {
    const at = house({ triples: ['read ed25519%3Aguest:*/Phone/*', 'read ed25519%3Aguest:Lampson'] })
    expect(read(at, ['Lampson']).tree).toEqual([['Phone', [['853', true]]]])
    expect(read(at, ['Lampson', 'Password']).tree).toBeNull()
    expect(read(at, ['Lampson', 'Password'], 'snapshot').snapshot).toMatchObject({ mark: 'absent' })
    expect(read(at, ['Lampson', 'Password'], 'nodes').nodes).toBeNull()
    expect(JSON.stringify(read(at, ['Lampson'], 'nodes').nodes)).not.toContain('Password')
    expect(read(at, [], 'labels').labels).toEqual(['Lampson'])
    expect(read(at, [], 'entries').entries?.map(([label]) => label)).toEqual(['Lampson'])
    expect(read(at, ['Nobody']).tree).toEqual(read(at, ['alpha']).tree)
  })

  it('[A5] neither lookups, tests, drafts nor the log of a copy tell of what may not be read', () => {
    const at = house()
    const lookup = (label: Label): unknown => at.cluster.tryAsk(at.beta, { type: 'lookup', name: named(at.root, label), entity: null })
    expect(lookup('Lampson')).toMatchObject({ code: 'NotFound' })
    const test = (path: Label[], tree: true | [Label, true][]): unknown => ask(at, { type: 'test', directory: at.root, path, tree })
    expect(test(['Lampson', 'Phone'], [['853', true]])).toEqual({ equal: false })
    const draft = (labels: Label[], tree: boolean): object => ask(at, { type: 'draft', directory: at.root, change: { procedure: 'doUpdates', under: { labels, incarnations: null }, tree, replace: false } })
    expect(draft(['Lampson', 'Phone', '853'], true)).toMatchObject({ code: 'NoRight' })
    expect(draft(['Lampson', 'Phone', '999'], true)).toMatchObject({ code: 'NoRight' })
    expect(draft(['Lampson'], false)).toEqual({ ...draft(['Nobody'], false), about: { name: 'Lampson', what: 'write' } })
    expect(JSON.stringify(ask(at, { type: 'state', directory: at.root }))).not.toMatch(/Lampson|Phone/)
  })

  it('[A5] a value may be compared by who may test it, and is not told', () => {
    const at = house({ triples: ['test ed25519%3Aguest:Lampson/Password/*'] })
    const test = (value: Label): unknown => ask(at, { type: 'test', directory: at.root, path: ['Lampson', 'Password'], tree: [[value, true]] })
    expect(test('XGZQ#$')).toEqual({ equal: true })
    expect(test('other')).toEqual({ equal: false })
    expect(read(at, ['Lampson', 'Password']).tree).toBeNull()
  })

  it('[A2] a change is refused to who may not make it, through whichever server, and counts nowhere', () => {
    const at = house({ triples: ['read *:*'] })
    const branches: Branch[] = [['Lampson', null, false]]
    const submit = (author: string): object => at.cluster.tryAsk(at.beta, { ...at.cluster.submitCall(at.beta, at.root, branches, 'doUpdates', author), servers: [at.alpha.id] } as Parameters<Cluster['tryAsk']>[1])
    expect(code(submit(guest))).toBe('NoRight')
    expect(code(submit(owner))).toBe('ok')
  })

  it('[A5] who may not store a copy gets none, nor is it spliced in; who may, does', () => {
    const at = house({ triples: ['read *:*'] })
    expect(at.cluster.tryAsk(at.beta, at.cluster.joinCall(at.beta, at.root, at.alpha))).toMatchObject({ code: 'JoinFailed', about: { reason: expect.stringContaining('no right to store a copy (copy)') } })
    expect(at.beta.server.copies.size).toBe(0)
    const base: Request = { type: 'base', directory: at.root, stableMark: BEGINNING, lastSweep: BEGINNING }
    expect(code(ask(at, base))).toBe('NoRight')
    close(at.cluster, at.alpha, at.root, ['copy ed25519%3Aguest:*'])
    expect(code(ask(at, base))).toBe('ok')
    at.cluster.join(at.beta, at.root, at.alpha)
    expect(at.beta.copy(at.root).state).toBe('active')
  })

  it('[A5] rings are reformed, and directories administered, by who may write on .', () => {
    const at = house({ triples: ['read,write,copy ed25519%3Aguest:*'] })
    at.cluster.join(at.beta, at.root, at.alpha)
    const requests: Request[] = [
      { type: 'newEpoch', directory: at.root, servers: [at.alpha.id, at.beta.id], force: false, patience: 2000, dry: false },
      { type: 'abandon', directory: at.root, copies: [] },
      { type: 'leave', directory: at.root, force: true },
      { type: 'setInSN', directory: at.root, to: false },
      { type: 'removeD', directory: at.root },
    ]
    for (const request of requests) {
      expect(code(ask(at, request)), request.type).toBe('NoRight')
      expect(code(at.cluster.tryAsk(at.beta, { type: 'ask', servers: [at.beta.id], request })), request.type).toBe('NoRight')
    }
    const { committer, ring } = { committer: at.beta.copy(at.root).id, ring: [...at.beta.copy(at.root).ring] }
    at.cluster.hand({ from: at.beta, to: at.alpha, message: { type: 'seal', directory: at.root, to: at.alpha.copy(at.root).id, epoch: '0002.maaaaaaa' as never, committer, ring } })
    expect(at.alpha.copy(at.root).seals).toEqual([])
    expect(code(at.cluster.tryAsk(at.alpha, { type: 'ask', servers: [at.alpha.id], request: requests[0]! }))).toBe('ok')
  })

  it('[A5] a server goes when its own person says so, or who might take its copies away: nobody else makes it go', () => {
    const removal = (from: (at: House) => Member): { asked: () => ErrorCode | 'ok'; at: House } => {
      const at = house({ triples: ['read,write,copy ed25519%3Aguest:*'], servers: 3 })
      at.cluster.join(at.beta, at.root, at.alpha)
      return { at, asked: () => code(at.cluster.tryAsk(from(at), { type: 'ask', servers: [at.beta.id], request: { type: 'removeS', directory: at.root } })) }
    }
    const gamma = ({ cluster }: House): Member => cluster.member(2)
    const byOthers = removal(gamma)
    expect(byOthers.asked()).toBe('NoRight')
    expect(byOthers.at.beta.server.removed).toBe(false)
    byOthers.at.cluster.belongsTo(gamma(byOthers.at), guest)
    expect(byOthers.asked()).toBe('ok')
    expect(byOthers.at.beta.server.removed).toBe(true)
    // What somebody lets say for a directory is no word that they are one.
    const bySpeaker = removal(gamma)
    const said = { directory: directoryNumber(7), genesis: null, issuer: guest, name: '', subject: gamma(bySpeaker.at).server.key, from: 0, until: 8e12 }
    bySpeaker.at.cluster.hand({ from: gamma(bySpeaker.at), to: bySpeaker.at.beta, message: { type: 'credentials', chains: [[{ ...said, signature: certificateSignature(said) }]] } as never })
    expect(bySpeaker.asked()).toBe('NoRight')
    const byOwner = removal(({ alpha }) => alpha)
    expect(byOwner.asked()).toBe('ok')
    expect(byOwner.at.beta.server.removed).toBe(true)
  })

  it('[A5] nobody else makes a server go that stores nothing, though there is no copy that says no', () => {
    const at = house()
    at.cluster.belongsTo(at.beta, owner)
    const gamma = house({ servers: 3 })
    const stranger = gamma.cluster.member(2)
    gamma.cluster.belongsTo(stranger, guest)
    gamma.cluster.belongsTo(gamma.beta, owner)
    const removal = (of: House, by: Member): ErrorCode | 'ok' => code(of.cluster.tryAsk(by, { type: 'ask', servers: [of.beta.id], request: { type: 'removeS', directory: of.root } }))
    expect(removal(gamma, stranger)).toBe('NoRight')
    expect(gamma.beta.server.removed).toBe(false)
    expect(removal(at, at.alpha)).toBe('ok')
    expect(at.beta.server.removed).toBe(true)
  })

  it('[A5] a server that may not read its own entry looks for it now and then, not without end', () => {
    const { cluster, beta } = house()
    const before = cluster.delivered.length
    let ticks = 0
    for (const until = cluster.time + 60_000; ticks < 1000 && cluster.tickNext(until); ticks++) cluster.settle()
    expect(beta.server.registered).toBe(true)
    expect(cluster.delivered.length - before).toBeLessThan(50)
  })

  it('[A5] a server joins a ring when its own person says so, or who may write on .: nobody else makes it join', () => {
    const at = house({ servers: 3, triples: ['read,write,copy ed25519%3Aguest:*'] })
    const { cluster, root, alpha, beta } = at
    const mallory = cluster.member(2)
    const join = (by: Member): ErrorCode | 'ok' => code(cluster.tryAsk(by, { type: 'ask', servers: [beta.id], request: { type: 'join', directory: root, from: [alpha.id] } }))
    cluster.belongsTo(mallory, 'ed25519:mallory')
    expect(join(mallory)).toBe('NoRight')
    expect(alpha.copy(root).ring).toHaveLength(1)
    expect(beta.server.wantsRoot).toBe(false)
    expect(join(alpha)).toBe('ok')
    expect(beta.server.wantsRoot).toBe(true)
    // Another server of the same person, which may store it and no more.
    cluster.ask(alpha, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: root, force: true } })
    cluster.pass(30_000)
    cluster.belongsTo(mallory, guest)
    expect(join(mallory)).toBe('ok')
    expect(alpha.copy(root).ring).toHaveLength(2)
  })

  it('[A5] a server makes directories for others where they may write the name, as far as it sees that, and not without end', () => {
    const { cluster, root, alpha, beta } = house({ triples: ['write ed25519%3Aguest:Corner'] })
    const create = (label: Label, parent: DirectoryId, n: number): object | Failure => {
      const di = directoryNumber(n)
      const branches: Branch[] = [['.', null, [['BR', null, [[parent, null, [[label, null, true]]]]]]]]
      return cluster.tryAsk(beta, { type: 'ask', servers: [alpha.id], request: { type: 'create', directory: di, signed: signed(cluster.intent(beta, di, 'newD', branches, guest)) } })
    }
    expect(code(create('Elsewhere', root, 10))).toBe('NoRight')
    expect(create('Elsewhere', directoryNumber(9), 11)).toMatchObject({ code: 'BadRequest', about: { reason: expect.stringContaining('only where it stores the directory next to them') } })
    expect(code(create('Elsewhere', directoryNumber(12), 12))).toBe('BadRequest')
    expect(alpha.server.copies.size).toBe(1)
    expect(alpha.sees(root)).not.toContain('Elsewhere')
    const { branches } = cluster.ask(beta, { type: 'ask', servers: [alpha.id], request: { type: 'draft', directory: root, change: { procedure: 'announce', under: { labels: ['.'], incarnations: null }, tree: [announcement(childLabel(directoryNumber(13)), 'Corner', { maker: alpha.id })], replace: false } } }) as Outcomes['draft']
    cluster.ask(beta, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: signed(cluster.intent(beta, root, 'announce', branches, guest)) } })
    expect(create('Corner', root, 13)).toMatchObject({ label: 'Corner' })
    for (let n = 0; n < MOST_FOR_OTHERS; n++) alpha.server.copies.set(identifier(1000 + n, 20) as DirectoryId, alpha.copy(root))
    expect(create('Corner', root, 14)).toMatchObject({ code: 'BadRequest', about: { reason: expect.stringContaining(`stores ${MOST_FOR_OTHERS} directories`) } })
  })

  it('[A2] a server writes the reference of what others move into a closed directory only where they might write the name', () => {
    const { cluster, root, alpha } = house({ triples: ['write ed25519%3Aguest:Corner'] })
    const changed = changing(cluster, alpha)
    const [owners, open] = [directoryNumber(19), directoryNumber(20)]
    for (const [parent, directory] of [[root, owners], [owners, open]] as const) {
      changed(parent, 'announce', ['.'], [announcement(childLabel(directory), 'Open', { maker: alpha.id })], owner)
      const branches: Branch[] = [['.', null, [['BR', null, [[parent, null, [['Open', null, true]]]]]]]]
      cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'create', directory, signed: signed(cluster.intent(alpha, directory, 'newD', branches, owner)) } })
    }
    const names = (label: Label): unknown => namedBy(alpha.copy(root).visible, label)
    expect(names('Open')).toMatchObject({ directory: owners })
    for (const [i, label] of ['Elsewhere', 'Corner'].entries()) {
      const id = identifier(i + 1, 8)
      changed(root, 'announce', ['.'], [announcement(childLabel(open, id), label)], guest)
      changed(open, 'move', ['.', 'BR'], [[recordKey(root, id), [[label, true]]]], guest)
      cluster.pass(120_000)
      expect(names(label)).toEqual(label === 'Corner' ? expect.objectContaining({ directory: open }) : null)
    }
  })

  it('[A2] a directory that others announced under one name goes under no other for who may not write that, though it is theirs to move, nor under one like it', () => {
    const { cluster, root, alpha } = house({ triples: ['write ed25519%3Aguest:Corner', 'write ed25519%3Aguest:Taken'] })
    const changed = changing(cluster, alpha)
    const directory = directoryNumber(21)
    changed(root, 'announce', ['.'], [announcement(childLabel(directory), 'Open', { maker: alpha.id })], owner)
    const branches: Branch[] = [['.', null, [['BR', null, [[root, null, [['Open', null, true]]]]]]]]
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'create', directory, signed: signed(cluster.intent(alpha, directory, 'newD', branches, owner)) } })
    for (const label of ['Taken', 'Owners']) changed(root, 'doUpdates', [label], true, owner)
    const names = (): Label[] => labelsAt(alpha.copy(root).visible, []).filter((label) => namedBy(alpha.copy(root).visible, label)?.type === 'directory')
    expect(names()).toEqual(['Open'])
    // Elsewhere is free, Owners is not; Corner is free, and Taken is not, so that the server chooses a name for it.
    const expected: [Label, RegExp | null][] = [['Elsewhere', null], ['Owners', null], ['Corner', /^Corner$/], ['Taken', /^Taken~/]]
    for (const [i, [label, name]] of expected.entries()) {
      const before = names()
      const id = identifier(i + 1, 8)
      changed(root, 'announce', ['.'], [announcement(childLabel(directory, id), label)], guest)
      changed(directory, 'move', ['.', 'BR'], [[recordKey(root, id), [[label, true]]]], guest)
      cluster.pass(400_000)
      if (name === null) expect(names()).toEqual(before)
      else expect(names()).toEqual([expect.stringMatching(name)])
    }
  })

  it('[A5] credentials that speak of another server, or have expired, give nothing', () => {
    const at = house({ triples: ['read ed25519%3Aguest:*'], shown: false })
    expect(read(at, ['Lampson']).tree).toBeNull()
    const certificate = (subject: string, from: number, until: number): object => {
      const said = { directory: null, genesis: null, issuer: guest, name: '', subject, from, until }
      return { ...said, signature: certificateSignature(said) }
    }
    const show = (chain: object[]): void => at.cluster.hand({ from: at.beta, to: at.alpha, message: { type: 'credentials', chains: [chain] } as never })
    show([certificate('key-gamma', 0, 8e12)])
    expect(at.alpha.server.refusals.get('credentials: they speak of another server')).toBe(1)
    show([certificate('key-beta', 0, 1000)])
    expect(read(at, ['Lampson']).tree).toBeNull()
    show([certificate('key-beta', 0, 8e12)])
    expect(read(at, ['Lampson']).tree).not.toBeNull()
  })

  it('[A5] tells who may what, and why, and the triples to who may read them', () => {
    const at = house({ triples: ['read *:*'] })
    const access = (about: string | null, path: Label[]): Access => ask(at, { type: 'access', directory: at.root, about, path }) as Access
    expect(access(null, ['Lampson'])).toMatchObject({ isOpen: false, triples: null, key: guest, names: [], allowed: [['read', 'read *:*', false]] })
    expect(access(owner, ['Lampson'])).toMatchObject({ granting: ['read *:*', 'write *:*/Server/*'], allowed: [['read', 'read *:*', false]] })
    expect(access('./Lampson', ['.', 'Access']).allowed).toEqual([])
    expect(ask(at, { type: 'access', directory: at.root, about: './*', path: [] })).toMatchObject({ code: 'BadName' })
    const own = at.cluster.ask(at.alpha, { type: 'ask', servers: [at.alpha.id], request: { type: 'access', directory: at.root, about: null, path: [] } }) as Access
    expect(own.triples?.map(({ triple }) => triple)).toContain('read *:*')
  })

  it('[A3] the last triple with which the rights can be changed stays', () => {
    const { cluster, root, alpha } = house()
    const copy = alpha.copy(root)
    const access = copy.visible.root.children!.get('.')!
    const branches: Branch[] = [['.', access.ts, [['Access', access.children!.get('Access')!.ts, [['read,write ed25519%3Aowner:./*', null, false]]]]]]
    expect(code(cluster.tryAsk(alpha, cluster.submitCall(alpha, root, branches, 'setAccess', owner)))).toBe('LockOut')
  })

  it('a directory without triples asks nobody who he is', () => {
    const { cluster, directory } = Cluster.ring(2)
    expect(code(cluster.tryAsk(cluster.member(1), { type: 'ask', servers: [cluster.member(0).id], request: { type: 'read', directory, path: [], form: 'tree', after: null } }))).toBe('ok')
    expect(directory).toBe(directoryNumber(1))
  })
})
