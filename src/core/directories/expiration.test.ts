import { plannedFor } from '../entries/planned'
import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { signed } from '../../sim/simServer'
import { directoryNumber } from '../../trials/generators'
import { isFailure, type Failure } from '../errors'
import type { Found } from './lookup'
import type { Label, DirectoryId } from '../names'
import type { Accepted, Change, Drafted, ReadOutcome } from '../requests'
import { after, isoTime } from '../timestamp'
import { applySet, type Branch } from '../values/intent'
import type { Tree } from '../values/readValue'
import { LONGEST_TX, MARGIN, txOf, txValues } from './expiration'
import { draftChange } from './plannedChange'
import { unexpiredFault } from './unexpired'

const MINUTE = 60_000

class Names {
  readonly cluster: Cluster
  readonly directory: DirectoryId
  constructor({ cluster, directory }: { cluster: Cluster; directory: DirectoryId }) {
    this.cluster = cluster
    this.directory = directory
  }

  /** The names in another directory. */
  in = (directory: DirectoryId): Names => new Names({ cluster: this.cluster, directory })

  /** Drafts a change at this server's own copy and submits it there. */
  change(at: Member, change: Omit<Change, 'under' | 'replace'> & { labels: Label[]; replace?: boolean }): Accepted | Failure {
    const { labels, procedure, tree, replace = false } = change
    const request = { type: 'draft' as const, directory: this.directory, change: { procedure, under: { labels, incarnations: null }, tree, replace } }
    const drafted = this.cluster.tryAsk(at, { type: 'ask', servers: [at.id], request }) as Drafted | Failure
    return isFailure(drafted) ? drafted : (this.cluster.tryAsk(at, this.cluster.submitCall(at, this.directory, drafted.branches, procedure)) as Accepted | Failure)
  }

  write = (at: Member, labels: Label[], tree: Tree, replace = false): string => codeOf(this.change(at, { procedure: 'doUpdates', labels, tree, replace }))
  setTX = (at: Member, label: Label, until: number): string => codeOf(this.change(at, { procedure: 'setTX', labels: [label], tree: [[isoTime(until), true]] }))
  plan = (at: Member, labels: Label[], tree: Tree, replace = false): string => codeOf(this.change(at, { procedure: 'plan', labels, tree, replace }))
  takeBack = (at: Member, label: Label): string => this.plan(at, [label, 'Withdrawn'], false)

  /** Two sweeps: what was accepted before is older than F. */
  settle(at: Member): void {
    for (let i = 0; i < 3; i++) this.cluster.sweep(at, this.directory)
  }

  now = (at: Member): number => this.cluster.now(at)
  validUntil = (at: Member, ...labels: Label[]): number | null => (this.cluster.lookup(at, named(this.directory, ...labels)) as Found).validUntil
  readUntil = (at: Member, ...path: Label[]): number | null => (this.cluster.read(at, named(this.directory), path) as ReadOutcome).validUntil
}

const codeOf = (outcome: object | Failure): string => (isFailure(outcome) ? outcome.code : 'ok')

function oneName(size = 3): { names: Names; alpha: Member; beta: Member; until: number } {
  const names = new Names(Cluster.ring(size))
  const [alpha, beta] = names.cluster.members as [Member, Member]
  expect(names.write(alpha, ['Lampson'], [['Phone', [['one', true]]]])).toBe('ok')
  return { names, alpha, beta, until: names.now(alpha) + 20 * MINUTE }
}

/** ANSI/DEC, which may be in caches for twenty minutes. */
function promisedDirectory(): { names: Names; alpha: Member; dec: DirectoryId; until: number } {
  const names = new Names(Cluster.ring(1))
  const [alpha, dec] = [names.cluster.member(0), directoryNumber(2)]
  names.cluster.newD(alpha, names.directory, 'DEC', dec)
  const until = names.now(alpha) + 20 * MINUTE
  names.setTX(alpha, 'DEC', until)
  names.settle(alpha)
  return { names, alpha, dec, until }
}

describe('TX', () => {
  it('is one text for each time; several values merge by maximum, and those that are outlived go', () => {
    expect(txOf('2026-09-15T00:00:00.000Z')).toBe(Date.UTC(2026, 8, 15))
    for (const no of ['2026-09-15', '2026-09-15T00:00:00Z', '2026-02-30T00:00:00.000Z', 'x']) expect(txOf(no)).toBeNull()
    const { names, alpha, beta, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    names.cluster.cut(alpha, beta)
    names.setTX(alpha, 'Lampson', until + 2 * MINUTE)
    names.setTX(beta, 'Lampson', until + MINUTE)
    names.cluster.connect(alpha, beta)
    names.settle(alpha)
    expect(names.validUntil(beta, 'Lampson')).toBe(until + 2 * MINUTE)
    names.setTX(beta, 'Lampson', until + 3 * MINUTE)
    expect(txValues(beta.copy(names.directory).visible, 'Lampson').map((each) => each.until - until)).toEqual(expect.arrayContaining([2 * MINUTE, 3 * MINUTE]))
    expect(txValues(beta.copy(names.directory).visible, 'Lampson')).toHaveLength(2)
    names.settle(alpha)
    expect(names.validUntil(alpha, 'Lampson')).toBe(until + 3 * MINUTE)
  })

  it('lies ahead, at most five years, is never shortened, and belongs to something that is no server', () => {
    const { names, alpha, until } = oneName()
    const now = names.now(alpha)
    expect(names.setTX(alpha, 'Lampson', now - MINUTE)).toBe('BadRequest')
    expect(names.setTX(alpha, 'Lampson', now + LONGEST_TX + MINUTE)).toBe('BadRequest')
    expect(codeOf(names.change(alpha, { procedure: 'setTX', labels: ['Lampson'], tree: [['soon', true]] }))).toBe('BadRequest')
    expect(codeOf(names.change(alpha, { procedure: 'setTX', labels: ['Lampson'], tree: true }))).toBe('BadRequest')
    expect(names.setTX(alpha, 'nobody', until)).toBe('NotFound')
    expect(names.setTX(alpha, 'alpha', until)).toBe('BadRequest')
    expect(names.setTX(alpha, 'Lampson', until)).toBe('ok')
    expect(names.setTX(alpha, 'Lampson', until - MINUTE)).toBe('BadRequest')
    expect(names.write(alpha, ['Lampson', 'TX'], false)).toBe('Reserved')
    expect(codeOf(names.change(alpha, { procedure: 'setTX', labels: ['Lampson'], tree: [[isoTime(until), false]] }))).toBe('BadRequest')
  })
})

describe('a hostile member', () => {
  it('[W3] binds nobody for longer than may be, with no TX and no plan', () => {
    const { names, alpha } = oneName(1)
    const copy = alpha.copy(names.directory)
    const { ts } = copy.visible.root.children!.get('Lampson')!
    const far = isoTime(names.now(alpha) + 2 * LONGEST_TX)
    applySet(copy.visible, { ...signed(names.cluster.intent(alpha, names.directory, 'setTX', [['Lampson', ts, [['TX', null, [[far, null, true]]]]]])), ts: after(copy.nextTS) })
    expect(alpha.sees(names.directory)).toContain(far)
    expect(txValues(copy.visible, 'Lampson')).toEqual([])
    const plan: Branch[] = [['Lampson', ts, [['Withdrawn', null, [['Next', null, [['Link', null, [['To', null, [['/', null, true]]]]], ['TX', null, [[far, null, true]]]]]]]]]]
    expect(names.cluster.code(alpha, names.cluster.submitCall(alpha, names.directory, plan, 'plan'))).toBe('Reserved')
  })
})

describe('what may be cached', () => {
  it('[W1] only what is older than F, the arc and its TX; the least on the way', () => {
    const { names, alpha, until } = oneName()
    expect(names.validUntil(alpha, 'Lampson')).toBeNull()
    names.settle(alpha)
    expect(names.validUntil(alpha, 'Lampson')).toBeNull()
    names.setTX(alpha, 'Lampson', until)
    expect(names.validUntil(alpha, 'Lampson')).toBeNull()
    names.settle(alpha)
    expect(names.validUntil(alpha, 'Lampson')).toBe(until)
    expect(names.readUntil(alpha, 'Lampson', 'Phone')).toBe(until)
    expect(names.readUntil(alpha)).toBeNull()
  })

  it('[W1] a way may be cached as long as its first arc; one that goes up not at all', () => {
    const names = new Names(Cluster.ring(1))
    const alpha = names.cluster.member(0)
    const [dec, src] = [directoryNumber(2), directoryNumber(3)]
    names.cluster.newD(alpha, names.directory, 'DEC', dec)
    names.cluster.newD(alpha, dec, 'SRC', src)
    const until = names.now(alpha) + 20 * MINUTE
    names.setTX(alpha, 'DEC', until)
    const inDec = names.in(dec)
    expect(inDec.setTX(alpha, 'SRC', until - 5 * MINUTE)).toBe('ok')
    for (const one of [names, inDec]) one.settle(alpha)
    expect(names.validUntil(alpha, 'DEC')).toBe(until)
    expect(names.validUntil(alpha, 'DEC', 'SRC')).toBe(until - 5 * MINUTE)
    const found = names.cluster.lookup(alpha, { from: src, up: 1, labels: ['SRC'] }) as Found
    expect(found).toMatchObject({ directory: src, validUntil: null })
  })

  it('[W4] nothing from a copy without a sweep for ten minutes', () => {
    const { names, alpha, beta, until } = oneName(2)
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    names.cluster.cut(alpha, beta)
    names.cluster.pass(9 * MINUTE)
    expect(names.validUntil(alpha, 'Lampson')).toBe(until)
    names.cluster.pass(2 * MINUTE)
    expect(names.validUntil(alpha, 'Lampson')).toBeNull()
  })

  it('[W1] an arc that two copies made at once is given to no cache before both know which has won', () => {
    const { names, alpha, beta, until } = oneName(2)
    names.settle(alpha)
    names.cluster.cut(alpha, beta)
    names.write(alpha, ['Birrell'], [['Phone', [['of alpha', true]]]], true)
    names.setTX(alpha, 'Birrell', until)
    names.cluster.pass(1000)
    names.write(beta, ['Birrell'], [['Phone', [['of beta', true]]]], true)
    expect(names.readUntil(alpha, 'Birrell')).toBeNull()
    names.cluster.connect(alpha, beta)
    names.settle(alpha)
    expect(names.readUntil(alpha, 'Birrell')).toBeNull()
    expect(alpha.sees(names.directory)).toContain('of beta')
  })
})

describe('a change', () => {
  it('[W2] of what nobody can have cached is made at once', () => {
    const { names, alpha, until } = oneName()
    names.settle(alpha)
    names.setTX(alpha, 'Lampson', until)
    expect(names.write(alpha, ['Lampson', 'Phone'], [['two', true]], true)).toBe('ok')
    expect(names.write(alpha, ['Lampson'], false)).toBe('ok')
  })

  it('[W3] of what may be cached is refused with the time, whatever copy is asked and whatever is changed', () => {
    const { names, alpha, beta, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    const refused = names.change(beta, { procedure: 'doUpdates', labels: ['Lampson'], tree: false }) as Failure
    expect(refused).toMatchObject({ code: 'NotExpired', about: { name: 'Lampson', from: isoTime(until + MARGIN) } })
    expect(names.write(beta, ['Lampson', 'Phone'], [['two', true]])).toBe('NotExpired')
    expect(names.write(beta, ['Lampson'], [['Phone', [['two', true]]]], true)).toBe('NotExpired')
    expect(names.write(beta, ['Birrell'], true)).toBe('ok')
    names.cluster.pass(20 * MINUTE + MARGIN - 2 * MINUTE)
    expect(names.write(beta, ['Lampson'], false)).toBe('NotExpired')
    names.cluster.pass(3 * MINUTE)
    expect(names.write(beta, ['Lampson'], false)).toBe('ok')
  })

  it('[W3] of a link is another link, at its time, or the plan of one; a link takes the place of nothing else, planned or not', () => {
    const { names, alpha, beta, until } = oneName()
    const linked = (label: Label, to: string, procedure: 'setLink' | 'plan' = 'setLink'): string => codeOf(names.change(beta, { procedure, labels: [], tree: [[label, [['Link', [['To', [[to, true]]]]]]]] }))
    expect(linked('Butler', '/Lampson')).toBe('ok')
    for (const label of ['Lampson', 'Butler']) names.setTX(alpha, label, until)
    names.settle(alpha)
    expect([linked('Butler', '/'), linked('Butler', '/', 'plan')]).toEqual(['NotExpired', 'ok'])
    expect([linked('Lampson', '/'), linked('Lampson', '/', 'plan')]).toEqual(['AlreadyExists', 'AlreadyExists'])
  })

  it('[W3] is planned: TX is extended no more, and the change is made by itself when it has passed', () => {
    const { names, alpha, beta, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    expect(names.plan(beta, ['Lampson', 'Phone'], [['two', true]], true)).toBe('ok')
    names.settle(alpha)
    expect(names.setTX(alpha, 'Lampson', until + MINUTE)).toBe('ChangePlanned')
    expect(names.validUntil(alpha, 'Lampson')).toBe(until)
    names.cluster.pass(20 * MINUTE + MARGIN - 2 * MINUTE)
    expect(alpha.sees(names.directory)).toContain('["Phone",["one"]]')
    names.cluster.pass(4 * MINUTE)
    for (const each of names.cluster.members) {
      expect(each.sees(names.directory)).toContain('["Lampson",["Phone",["two"]]]')
      expect(plannedFor(each.copy(names.directory).visible, 'Lampson')).toBeNull()
    }
    expect(beta.happened).toContain('Lampson has expired; the change that was planned for it is made')
  })

  it('[W3] comes when the last TX has passed, also one that was not swept yet: that is the time which is told', () => {
    const { names, alpha, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    names.setTX(alpha, 'Lampson', until + 60 * MINUTE)
    const from = isoTime(until + 60 * MINUTE + MARGIN)
    expect(names.change(alpha, { procedure: 'doUpdates', labels: ['Lampson'], tree: false })).toMatchObject({ code: 'NotExpired', about: { from } })
    names.plan(alpha, ['Lampson'], false)
    expect(names.change(alpha, { procedure: 'setTX', labels: ['Lampson'], tree: [[isoTime(until + 120 * MINUTE), true]] })).toMatchObject({ code: 'ChangePlanned', about: { from } })
    names.cluster.pass(60 * MINUTE)
    expect(alpha.sees(names.directory)).toContain('Lampson')
    names.cluster.pass(24 * MINUTE + MARGIN)
    expect(alpha.sees(names.directory)).not.toContain('Lampson')
  })

  it('[W3] outlives a restart, and the copy that accepted the plan: then the first of the ring makes it', () => {
    const { names, alpha, beta, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    names.plan(beta, ['Lampson'], false)
    names.settle(alpha)
    names.cluster.crash(alpha)
    names.cluster.restart(alpha)
    names.cluster.pass(MINUTE)
    names.cluster.ask(beta, { type: 'ask', servers: [beta.id], request: { type: 'leave', directory: names.directory, force: true } })
    names.cluster.pass(20 * MINUTE + MARGIN + 2 * MINUTE)
    expect(alpha.sees(names.directory)).not.toContain('Lampson')
  })

  it('[W3] may be taken back, and only what could be made can be planned', () => {
    const { names, alpha, beta, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    expect(names.takeBack(alpha, 'Lampson')).toBe('NotFound')
    names.plan(alpha, ['Lampson'], false)
    expect(names.takeBack(beta, 'Lampson')).toBe('ok')
    expect(names.setTX(beta, 'Lampson', until + MINUTE)).toBe('ok')
    names.cluster.pass(22 * MINUTE + MARGIN)
    expect(alpha.sees(names.directory)).toContain('Lampson')
    expect(names.plan(alpha, ['nobody'], false)).toBe('NotFound')
    names.cluster.newD(alpha, names.directory, 'DEC', directoryNumber(2))
    names.setTX(alpha, 'DEC', names.now(alpha) + MINUTE)
    expect(names.plan(alpha, ['DEC'], false)).toBe('Reserved')
    expect(names.plan(alpha, [], [['Lampson', false], ['DEC', false]])).toBe('BadRequest')
  })

  it('[W3] a plan is carried out as it stands in the tree, by nobody before its time', () => {
    const { names, alpha, until } = oneName()
    names.setTX(alpha, 'Lampson', until)
    names.settle(alpha)
    names.plan(alpha, ['Lampson'], false)
    const carry = (): string => names.cluster.code(alpha, names.cluster.submitCall(alpha, names.directory, [['Lampson', null, false]], 'carryOut'))
    expect(carry()).toBe('NotExpired')
    expect(names.cluster.code(alpha, names.cluster.submitCall(alpha, names.directory, [['Lampson', null, true]], 'carryOut'))).toBe('Superseded')
    names.cluster.pass(20 * MINUTE + MARGIN - MINUTE)
    expect(carry()).toBe('NotExpired')
  })

  it('[W3] [M4] but for a move, which puts the link of its former name in place of the reference, and that is bound by what was promised', () => {
    const { names, alpha, dec, until } = promisedDirectory()
    const copy = alpha.copy(names.directory)
    const to = (target: string): Tree => [['DEC', [['Link', [['Moved', [[dec, true]]], ['To', [[target, true]]]]]]]]
    const drafted = (target: string): Branch[] => draftChange(copy, { procedure: 'setLink', under: { labels: [], incarnations: null }, tree: to(target), replace: false }) as Branch[]
    const fault = (branches: Branch[]): string => unexpiredFault(names.now(alpha), copy, names.cluster.intent(alpha, names.directory, 'setLink', branches))?.code ?? 'ok'
    expect(fault([['DEC', null, [['Link', null, [['Moved', null, [[dec, null, true]]], ['To', null, [['/IBM', null, true]]]]]]]])).toBe('NotExpired')
    expect(fault(drafted('/IBM/DEC'))).toBe('ok')
    applySet(copy.visible, { ...signed(names.cluster.intent(alpha, names.directory, 'setLink', drafted('/IBM/DEC'))), ts: after(copy.nextTS) })
    expect(txValues(copy.visible, 'DEC').map((value) => value.until)).toEqual([until])
    expect(drafted('/IBM/DEC')).toEqual([])
    expect(fault(drafted('/elsewhere'))).toBe('NotExpired')
    expect(fault([['DEC', null, [['TX', null, [[isoTime(until + MINUTE), null, true]]]]]])).toBe('Reserved')
  })

  it('[W3] that is no link elsewhere, of no directory or another one, and leaves nothing of the reference', () => {
    const { names, alpha, dec } = promisedDirectory()
    const [other, { ts }] = [directoryNumber(3), alpha.copy(names.directory).visible.root.children!.get('DEC')!]
    const [gone, to]: [Branch, Branch] = [['DR', null, false], ['To', null, [['#/IBM', null, true]]]]
    const moved = (...directories: DirectoryId[]): Branch => ['Moved', null, directories.map((each): Branch => [each, null, true])]
    const link = (...below: Branch[]): Branch => ['Link', null, below]
    const submitted = (...below: Branch[]): string => names.cluster.code(alpha, names.cluster.submitCall(alpha, names.directory, [['DEC', ts, below]], 'reference'))
    for (const of of [[], [other], [dec, other]]) expect(submitted(gone, link(...(of.length > 0 ? [moved(...of)] : []), to))).toBe('NotExpired')
    expect(submitted(gone, link(moved(dec)))).toBe('NotExpired')
    expect(submitted(link(moved(dec), to))).toBe('NotExpired')
    expect(submitted(['DR', null, [['DI', null, [[other, null, true]]]]], link(moved(dec), to))).toBe('NotExpired')
    expect(codeOf(names.change(alpha, { procedure: 'setLink', labels: [], tree: [['DEC', [['Link', [['To', [['/IBM', true]]]]]]]] }))).toBe('AlreadyExists')
    expect(submitted(gone, link(moved(dec), to))).toBe('ok')
  })

  it('[W3] servers that are listed with a reference are hints, and change at any time', () => {
    const names = new Names(Cluster.ring(1, 2))
    const [alpha, beta] = names.cluster.members as [Member, Member]
    const dec = directoryNumber(2)
    names.cluster.newD(alpha, names.directory, 'DEC', dec)
    names.setTX(alpha, 'DEC', names.now(alpha) + 20 * MINUTE)
    names.settle(alpha)
    names.cluster.join(beta, dec, alpha)
    names.cluster.pass(MINUTE)
    expect(alpha.sees(names.directory)).toContain('beta')
    expect(names.validUntil(alpha, 'DEC')).not.toBeNull()
  })
})

describe('a server', () => {
  it('[W1] knows the names of its own directories from the root, so a lookup that reaches it need not visit the root', () => {
    const names = new Names(Cluster.ring(1, 3))
    const [alpha, beta, gamma] = names.cluster.members as [Member, Member, Member]
    const [dec, src] = [directoryNumber(2), directoryNumber(3)]
    names.cluster.newD(alpha, names.directory, 'DEC', dec)
    names.cluster.newD(alpha, dec, 'SRC', src)
    const until = names.now(alpha) + 60 * MINUTE
    const inDec = names.in(dec)
    names.setTX(alpha, 'DEC', until)
    inDec.setTX(alpha, 'SRC', until)
    for (const one of [names, inDec]) one.settle(alpha)
    names.cluster.join(beta, src, alpha)
    names.cluster.pass(10 * MINUTE)
    names.cluster.cut(alpha, beta)
    names.cluster.cut(alpha, gamma)
    const found = names.cluster.lookup(gamma, named(names.directory, 'DEC', 'SRC')) as Found
    expect(found).toMatchObject({ directory: src, validUntil: until })
    expect(found.trail.map(({ label, ownName, cached }) => [label, ownName, cached])).toEqual([['DEC', true, false], ['SRC', true, false]])
    names.cluster.pass(60 * MINUTE)
    expect(isFailure(names.cluster.lookup(gamma, named(names.directory, 'DEC', 'SRC')))).toBe(true)
  })
})
