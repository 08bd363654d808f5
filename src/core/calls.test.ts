import { describe, expect, it } from 'vitest'
import { Cluster, named, ofType, type Member } from '../trials/cluster'
import { at, directoryNumber, hostileLabels } from '../trials/generators'
import { signed } from '../sim/simServer'
import type { Call } from './calls'
import { isFailure, type Failure } from './errors'
import { effectiveParent } from './entries/parents'
import { freeServerName } from './servers/register'
import type { DirectoryId, Label } from './names'
import type { Drafted, ReadOutcome } from './requests'
import type { Branch, ProcedureName } from './values/intent'
import type { Tree } from './values/readValue'

const one = (): { cluster: Cluster; root: DirectoryId; alpha: Member } => {
  const { cluster, directory } = Cluster.ring(1)
  return { cluster, root: directory, alpha: cluster.member(0) }
}
const child = directoryNumber(70)
const submit = (cluster: Cluster, member: Member, directory: DirectoryId, branches: readonly Branch[], procedure: ProcedureName = 'doUpdates'): object | Failure => cluster.tryAsk(member, cluster.submitCall(member, directory, branches, procedure))
const leaf = (label: Label): readonly Branch[] => [[label, null, true]]
const link = (cluster: Cluster, member: Member, directory: DirectoryId, label: Label, to: string): object | Failure => submit(cluster, member, directory, [[label, null, [['Link', null, [['To', null, leaf(to)]]]]]], 'setLink')
const tree = (outcome: ReadOutcome | Failure): Tree | null => {
  if (isFailure(outcome)) throw new Error(`${outcome.code} ${JSON.stringify(outcome.about)}`)
  return outcome.tree
}

describe('a change by a client', () => {
  it('[V2] names only ancestors that are visible: Superseded when one was replaced or deleted meanwhile', () => {
    const { cluster, root, alpha } = one()
    const { ts } = cluster.write(alpha, root, ['Lampson'], [['Password', true]])
    const below = (incarnation: typeof ts): readonly Branch[] => [['Lampson', incarnation, leaf('Phone')]]
    expect(submit(cluster, alpha, root, below(ts))).toHaveProperty('ts')
    expect(submit(cluster, alpha, root, below(at(5)))).toMatchObject({ code: 'Superseded' })
    cluster.write(alpha, root, ['Lampson'], false)
    expect(submit(cluster, alpha, root, below(ts))).toMatchObject({ code: 'Superseded' })
  })

  it('[V2] drawn up for a snapshot means exactly that incarnation', () => {
    const { cluster, root, alpha } = one()
    const { ts } = cluster.write(alpha, root, ['Lampson'], true)
    const draft = (incarnations: (typeof ts)[]): Drafted | Failure =>
      cluster.tryAsk(alpha, { type: 'at', name: named(root), request: { type: 'draft', directory: root, change: { procedure: 'doUpdates', under: { labels: ['Lampson'], incarnations }, tree: [['x', true]], replace: false } } }) as Drafted | Failure
    expect(draft([ts])).toMatchObject({ branches: [['Lampson', ts, leaf('x')]] })
    expect(draft([at(3)])).toMatchObject({ code: 'Superseded' })
  })

  it('leaves siblings alone, drops what is so already, and is one set with one time-stamp', () => {
    const { cluster, root, alpha } = one()
    cluster.write(alpha, root, ['Lampson'], [['Mailboxes', [['Zin', true], ['Cab', true]]]])
    const drafted = cluster.draft(alpha, root, [], [['Lampson', [['Mailboxes', [['Zin', true], ['Pinot', true], ['Cab', false]]]]], ['Needham', true]]) as Drafted
    expect(drafted.branches).toMatchObject([['Lampson', expect.any(String), [['Mailboxes', expect.any(String), [['Cab', null, false], ['Pinot', null, true]]]]], ['Needham', null, true]])
    submit(cluster, alpha, root, drafted.branches)
    expect(tree(cluster.read(alpha, named(root), ['Lampson']))).toEqual([['Mailboxes', [['Pinot', true], ['Zin', true]]]])
    expect((cluster.draft(alpha, root, [], [['Lampson', [['Mailboxes', [['Zin', true]]]]]]) as Drafted).branches).toEqual([])
  })

  it('setValue replaces the node whole, and what is absent below it need not be said', () => {
    const { cluster, root, alpha } = one()
    cluster.write(alpha, root, ['Lampson'], [['Password', [['old', true]]], ['Phone', true]])
    const drafted = cluster.draft(alpha, root, ['Lampson', 'Password'], [['new', true], ['gone', false]], true) as Drafted
    submit(cluster, alpha, root, drafted.branches)
    expect(tree(cluster.read(alpha, named(root), ['Lampson']))).toEqual([['Password', [['new', true]]], ['Phone', true]])
    expect(cluster.draft(alpha, root, [], true, true)).toMatchObject({ code: 'BadRequest' })
    expect(cluster.draft(alpha, root, ['Lampson'], [['x', true], ['x', true]])).toMatchObject({ code: 'BadRequest' })
  })

  it('[A1] asked again, is answered with its first stamp, at every copy that knows it', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const call = cluster.submitCall(alpha, directory, leaf('once'))
    const first = cluster.ask(alpha, call)
    expect(cluster.ask(alpha, call)).toEqual(first)
    const again = cluster.ask(beta, { ...call, servers: [beta.id] } as Call)
    expect(again).toMatchObject({ ts: (first as { ts: string }).ts })
    expect(beta.copy(directory).log.length + alpha.copy(directory).log.length).toBeLessThanOrEqual(2)
  })

  it('[A1] asked again, is answered so even where it could not be accepted any more as things stand', () => {
    const { cluster, directory } = Cluster.ring(1)
    const [alpha] = cluster.members as [Member]
    const call = cluster.submitCall(alpha, directory, [['DEC', null, [['DR', null, [['DI', null, [[directoryNumber(21), null, true]]]]]]]], 'reference')
    expect(cluster.ask(alpha, call)).toEqual(cluster.ask(alpha, call))
  })

  it('[A1] is accepted only within its validity, and by a clock that lies in it', () => {
    const { cluster, root, alpha } = one()
    const intent = cluster.intent(alpha, root, 'doUpdates', leaf('x'))
    const code = (change: Partial<typeof intent>): string => cluster.code(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: signed({ ...intent, ...change }) } })
    expect(code({ until: intent.from + 600_001 })).toBe('Expired')
    expect(code({ from: intent.from + 300_001, until: intent.until })).toBe('Expired')
    expect(code({ from: intent.from - 300_001, until: intent.until - 300_001 })).toBe('Expired')
    expect(code({})).toBe('ok')
  })

  it('limits: a call of 64 KiB in UTF-8, 10,000 live nodes, 16 labels, NFC; nothing is changed beyond them', () => {
    const { cluster, root, alpha } = one()
    const many = (n: number, text: string): Tree => Array.from({ length: n }, (_, i) => [`${text}${i}`, true] as const)
    const before = alpha.sees(root)
    expect(cluster.draft(alpha, root, ['big'], many(700, 'x'.repeat(90)))).toMatchObject({ code: 'TooLarge' })
    expect(cluster.draft(alpha, root, ['big'], many(400, '名'.repeat(60)))).toMatchObject({ code: 'TooLarge' })
    expect(submit(cluster, alpha, root, [['big', null, Array.from({ length: 700 }, (_, i): Branch => [`${String(i).padStart(3, '0')}${'x'.repeat(90)}`, null, true])]])).toMatchObject({ code: 'TooLarge' })
    for (const bad of ['e\u0301', '', 'a\u0000', '\u202E', 'x'.repeat(256), '\uD800']) {
      expect(cluster.draft(alpha, root, [], [[bad, true]])).toMatchObject({ code: 'BadName' })
      expect(cluster.draft(alpha, root, [bad], true)).toMatchObject({ code: 'BadName' })
      expect(submit(cluster, alpha, root, [[bad, null, true]])).toMatchObject({ code: expect.stringMatching(/BadName|BadRequest/) as string })
    }
    const deep = (levels: number): Branch[] => [['a', null, levels === 1 ? true : deep(levels - 1)]]
    expect(submit(cluster, alpha, root, deep(17))).toMatchObject({ code: 'BadRequest' })
    expect(submit(cluster, alpha, root, [['b', null, true], ['a', null, true]])).toMatchObject({ code: 'BadRequest' })
    expect(alpha.sees(root)).toBe(before)
    expect(submit(cluster, alpha, root, deep(16))).toHaveProperty('ts')
  })

  it('[X5] hostile labels are names like any other, from the call to another server’s read', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (const label of hostileLabels.filter((each) => each !== '.')) cluster.write(alpha, directory, [label], [[label, [['toJSON', true]]]])
    const seen = tree(cluster.read(beta, named(directory)))
    for (const label of hostileLabels.filter((each) => each !== '.')) expect(seen).toContainEqual([label, [[label, [['toJSON', true]]]]])
  })

  it('a full directory takes deletions only', () => {
    const { cluster, root, alpha } = one()
    for (let i = 0; i < 5; i++) cluster.write(alpha, root, [`part ${i}`], Array.from({ length: 1990 }, (_, n) => [`${n}`, true] as const))
    expect(submit(cluster, alpha, root, [['more', null, Array.from({ length: 60 }, (_, n): Branch => [`${n + 10}`, null, true])]])).toMatchObject({ code: 'DirectoryFull' })
    expect(submit(cluster, alpha, root, [['part 1', null, false]])).toHaveProperty('ts')
    expect(submit(cluster, alpha, root, leaf('fits again'))).toHaveProperty('ts')
  })

  it('what no server would take is answered here in words, and the server goes on', () => {
    const { cluster, directory } = Cluster.ring(1, 2)
    const beta = cluster.member(1)
    const bad = [
      { type: 'read', directory, path: Array.from({ length: 17 }, () => 'a'), form: 'tree', after: null },
      { type: 'read', directory, path: [''], form: 'tree', after: null },
      { type: 'read', directory, path: [], form: 'tree', after: 'yesterday' },
      { type: 'draft', directory, change: { procedure: 'doUpdates', under: { labels: ['a'], incarnations: [7] }, tree: true, replace: false } },
      { type: 'test', directory, path: [], tree: [['a', 7]] },
    ] as unknown as Extract<Call, { type: 'at' }>['request'][]
    for (const request of bad) expect(cluster.code(beta, { type: 'at', name: named(directory), request })).toMatch(/BadRequest|BadName/)
    expect(cluster.code(beta, { type: 'lookup', name: { from: '/', up: 0, labels: [] }, entity: null })).toBe('BadName')
    expect(cluster.code(beta, { type: 'setSweepPeriod', directory, period: Number.NaN })).toBe('NoCopyHere')
    for (const period of [Number.NaN, 0, 999, -1000, 86_400_001, Infinity]) expect(cluster.code(cluster.member(0), { type: 'setSweepPeriod', directory, period })).toBe('BadRequest')
    for (const period of [1000, 86_400_000]) expect(cluster.code(cluster.member(0), { type: 'setSweepPeriod', directory, period })).toBe('ok')
    expect(isFailure(cluster.read(beta, named(directory)))).toBe(false)
  })
})

describe('reserved names', () => {
  it.each([
    [['DEC', 'DR'], 'newD'],
    [['DEC', 'Link'], 'setLink'],
    [['DEC', 'Server'], 'setUpOn'],
    [['.', 'BR'], 'newD'],
    [['.', 'InSN'], 'setInSN'],
    [['.', 'WellKnown'], 'newRoot'],
    [['.', 'Genesis'], 'newD'],
  ] as [Label[], string][])('%j changes only through %s', (path, procedure) => {
    const { cluster, root, alpha } = one()
    const [first, second] = path as [Label, Label]
    const before = alpha.sees(root)
    expect(submit(cluster, alpha, root, [[first, first === '.' ? alpha.copy(root).visible.root.children!.get('.')!.ts : null, [[second, null, leaf('x')]]]])).toMatchObject({ code: 'Reserved', about: { procedure } })
    expect(alpha.sees(root)).toBe(before)
  })

  it('a directory’s and a server’s entry is not replaced or deleted with its reference', () => {
    const { cluster, root, alpha } = one()
    cluster.newD(alpha, root, 'DEC', child)
    for (const [directory, label] of [[root, 'DEC'], [root, 'alpha'], [child, '.']] as const) for (const below of [false, true, leaf('x')]) expect(submit(cluster, alpha, directory, [[label, null, below]])).toMatchObject({ code: 'Reserved' })
    expect(submit(cluster, alpha, root, [['DEC', null, [['Link', null, [['To', null, leaf('/x')]]]]]], 'setLink')).toMatchObject({ code: 'AlreadyExists' })
    expect(submit(cluster, alpha, root, [['x', null, [['Password', null, leaf('y')]]]], 'setLink')).toMatchObject({ code: 'Reserved' })
    expect(submit(cluster, alpha, root, [['.', null, [['BR', null, leaf('y')]]]], 'newD')).toMatchObject({ code: 'Reserved' })
    expect(isFailure(cluster.lookup(alpha, named(root, 'DEC')))).toBe(false)
  })

  it('a link is put where nothing or another link stands, and takes the place of nothing else, whole or beside it', () => {
    const { cluster, root, alpha } = one()
    const { ts } = cluster.write(alpha, root, ['Lampson'], [['Phone', true]])
    const before = alpha.sees(root)
    const linked: Branch[2] = [['Link', null, [['To', null, leaf('/x')]]]]
    for (const [label, incarnation] of [['Lampson', null], ['Lampson', ts], ['alpha', null]] as const) expect(submit(cluster, alpha, root, [[label, incarnation, linked]], 'setLink')).toMatchObject({ code: 'AlreadyExists', about: { name: label } })
    expect(alpha.sees(root)).toBe(before)
    for (const to of ['/x', '/y']) expect(link(cluster, alpha, root, 'Butler', to)).toHaveProperty('ts')
  })

  it('other properties of an entry, and what users keep under the label ., are free', () => {
    const { cluster, root, alpha } = one()
    const self = alpha.copy(root).visible.root.children!.get('.')!.ts
    expect(submit(cluster, alpha, root, [['.', self, [['ACL', null, leaf('x')]]], ['Lampson', null, [['Phone', null, leaf('1')]]]])).toHaveProperty('ts')
  })
})

describe('looking up a name', () => {
  /** #root/DEC on beta and gamma, #DEC/SRC on gamma; Lampson in SRC; delta stores nothing. */
  const tree3 = (): { cluster: Cluster; root: DirectoryId; dec: DirectoryId; src: DirectoryId } => {
    const { cluster, directory: root } = Cluster.ring(1, 4)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const [dec, src] = [directoryNumber(71), directoryNumber(72)]
    expect(cluster.newD(beta, root, 'DEC', dec)).toMatchObject({ label: 'DEC' })
    cluster.join(gamma, dec, beta)
    cluster.pass(5000)
    expect(cluster.newD(gamma, dec, 'SRC', src)).toMatchObject({ label: 'SRC' })
    cluster.write(gamma, src, ['Lampson'], [['Password', [['XGZQ#$', true]]]])
    cluster.settle()
    expect(alpha.server.copies.size).toBe(1)
    return { cluster, root, dec, src }
  }

  it('[D2] a server that stores a directory finds it by its name while no copy of the root can be reached', () => {
    const { cluster, root, src, dec } = tree3()
    const holder = cluster.members.find(({ server }) => server.copies.has(dec))!
    cluster.crash(cluster.member(0))
    expect(holder.server.copies.has(root)).toBe(false)
    expect(cluster.lookup(holder, named(root, 'DEC', 'SRC'))).toMatchObject({ directory: src })
  })

  it('[D2] goes from server to server, with the way it took', () => {
    const { cluster, root, src, dec } = tree3()
    const delta = cluster.member(3)
    expect(cluster.lookup(delta, named(root, 'DEC', 'SRC'))).toMatchObject({
      directory: src,
      entity: null,
      servers: [cluster.member(2).id],
      trail: [
        { directory: root, label: 'DEC', found: 'directory', server: cluster.member(0).id },
        { directory: dec, label: 'SRC', found: 'directory' },
      ],
    })
    expect(cluster.lookup(delta, named(root, 'DEC', 'SRC', 'Lampson'))).toMatchObject({ directory: src, entity: 'Lampson' })
    expect(tree(cluster.read(delta, named(root, 'DEC', 'SRC'), ['Lampson', 'Password']))).toEqual([['XGZQ#$', true]])
    expect(tree(cluster.read(delta, named(root, 'DEC', 'SRC', 'Lampson')))).toEqual([['Password', [['XGZQ#$', true]]]])
    expect(cluster.read(delta, named(root, 'DEC', 'SRC', 'Lampson'), ['Password'])).toMatchObject({ code: 'NotADirectory' })
    expect(cluster.lookup(delta, { from: src, up: 1, labels: [] })).toMatchObject({ directory: dec })
    expect(cluster.lookup(delta, { from: src, up: 2, labels: ['DEC'] })).toMatchObject({ directory: dec })
  })

  it('[D2] goes on to another copy when one is down, and says who was tried when none is left', () => {
    const { cluster, root, dec } = tree3()
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    cluster.crash(beta)
    expect(cluster.lookup(delta, named(root, 'DEC', 'SRC'))).toMatchObject({ entity: null })
    expect(tree(cluster.read(delta, named(root, 'DEC')))).toBeDefined()
    cluster.crash(gamma)
    expect(cluster.lookup(delta, named(root, 'DEC', 'SRC'))).toMatchObject({ code: 'NoCopyReachable', about: { name: expect.stringContaining(dec.slice(0, 6)) as string } })
    cluster.crash(alpha)
    expect(cluster.lookup(delta, named(root, 'DEC'))).toMatchObject({ code: expect.stringMatching(/NoCopyReachable|TimedOut/) as string })
  })

  it('says what is not there, and what is no directory', () => {
    const { cluster, root, src } = tree3()
    const delta = cluster.member(3)
    expect(cluster.lookup(delta, named(root, 'IBM', 'TJW'))).toMatchObject({ code: 'NotFound', about: { name: `#${root}/IBM/TJW` } })
    expect(cluster.lookup(delta, named(src, 'Lampson', 'x', 'y'))).toMatchObject({ code: 'NotADirectory' })
    expect(cluster.lookup(delta, { from: root, up: 1, labels: [] })).toMatchObject({ code: 'NotFound', about: { reason: 'a root has no parent' } })
    expect(cluster.lookup(delta, named(directoryNumber(99)))).toMatchObject({ code: 'NoCopyReachable' })
  })

  it('[D2] follows links: absolute, from the root, relative to their holder, with .., on the way and at the end', () => {
    const { cluster, root, dec, src } = tree3()
    const [alpha, beta, , delta] = cluster.members as [Member, Member, Member, Member]
    link(cluster, alpha, root, 'absolute', `#${dec}/SRC`)
    link(cluster, alpha, root, 'fromRoot', '/DEC')
    link(cluster, alpha, root, 'relative', 'DEC/SRC')
    link(cluster, beta, dec, 'up', '../DEC/SRC')
    link(cluster, beta, dec, 'toEntry', 'SRC/Lampson')
    for (const path of [['absolute'], ['fromRoot', 'SRC'], ['relative'], ['DEC', 'up'], ['fromRoot', 'up']]) expect(cluster.lookup(delta, named(root, ...path))).toMatchObject({ directory: src, entity: null })
    expect(tree(cluster.read(delta, named(dec), ['toEntry', 'Password']))).toEqual([['XGZQ#$', true]])
    expect(cluster.lookup(delta, named(root, 'absolute', 'Lampson'))).toMatchObject({ directory: src, entity: 'Lampson' })
    link(cluster, alpha, root, 'nowhere', 'x//y')
    expect(cluster.lookup(delta, named(root, 'nowhere'))).toMatchObject({ code: 'NotFound' })
  })

  it('[D2] at most 16 links: a loop is named with its trail; a name that links make too long is refused here', () => {
    const { cluster, root, alpha } = one()
    link(cluster, alpha, root, 'a', 'b')
    link(cluster, alpha, root, 'b', 'a')
    expect(cluster.lookup(alpha, named(root, 'a'))).toMatchObject({ code: 'LinkLoop', about: { trail: expect.stringMatching(/a → b|b → a/) as string } })
    link(cluster, alpha, root, 'grows', 'grows/a/b/c/d/e/f/g')
    expect(cluster.lookup(alpha, named(root, 'grows'))).toMatchObject({ code: 'BadName', about: { reason: 'with its links followed it has more than 64 labels' } })
    for (let i = 0; i < 16; i++) link(cluster, alpha, root, `chain${i}`, i === 15 ? '.' : `chain${i + 1}`)
    expect(cluster.lookup(alpha, named(root, 'chain0'))).toMatchObject({ directory: root })
    link(cluster, alpha, root, 'chain', 'chain0')
    expect(cluster.lookup(alpha, named(root, 'chain'))).toMatchObject({ code: 'LinkLoop' })
  })

  it('a server that sends on and on in circles does not hold it for ever', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const id = cluster.call(beta, { type: 'lookup', name: named(root, 'x'), entity: null })
    for (let i = 0; i < 300 && !beta.replies.has(id); i++) {
      const [request] = cluster.lose(ofType('request'))
      if (request?.message.type !== 'request') break
      const outcome = { steps: [], directory: root, servers: [alpha.id], names: [], up: 0, rest: ['x'], outcome: 'on', failure: null, link: null, entity: null }
      cluster.hand({ from: alpha, to: beta, message: { type: 'answer', id: request.message.id, failure: null, outcome: JSON.stringify(outcome), elsewhere: [] } })
    }
    expect(beta.replies.get(id)).toMatchObject({ code: 'NotFound', about: { reason: expect.stringContaining('without end') as string } })
    expect(beta.server.lookups.size).toBe(0)
  })

  it('[X5] an answer of another shape counts as none, and leaves no foreign text in the books', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (const outcome of ['{', '{"directory":7}', `"${'x'.repeat(5000)}`, '[]', 'null']) {
      const id = cluster.call(beta, { type: 'lookup', name: named(root), entity: null })
      const [request] = cluster.lose(ofType('request'))
      if (request?.message.type !== 'request') throw new Error()
      cluster.hand({ from: alpha, to: beta, message: { type: 'answer', id: request.message.id, failure: null, outcome, elsewhere: [] } })
      expect(beta.replies.get(id)).toMatchObject({ type: 'failure' })
    }
    for (const reason of beta.server.refusals.keys()) expect(reason.length).toBeLessThan(120)
    expect(beta.server.refusals.size).toBeLessThan(8)
  })
})

describe('reading', () => {
  it('[D1] reflects every update before asOf and every one acknowledged here; read your writes anywhere', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const { ts } = cluster.write(alpha, directory, ['mine'], true)
    const read = (at: Member, after: typeof ts | null): ReadOutcome | Failure => cluster.tryAsk(at, { type: 'ask', servers: [at.id], request: { type: 'read', directory, path: ['mine'], form: 'tree', after } }) as ReadOutcome | Failure
    const held = cluster.lose(() => true)
    expect(read(alpha, ts)).toMatchObject({ tree: true, server: alpha.id, asOf: alpha.copy(directory).lastSweep })
    expect(read(beta, ts)).toMatchObject({ code: 'NotYetHere', about: { after: ts } })
    cluster.post.push(...held)
    cluster.settle()
    expect(read(beta, ts)).toMatchObject({ tree: true, server: beta.id })
    const { sweepTS } = cluster.sweep(alpha, directory)
    expect(read(beta, null)).toMatchObject({ asOf: sweepTS })
  })

  it('compares trees whatever their order; an empty list of labels is a leaf', () => {
    const { cluster, root, alpha } = one()
    cluster.write(alpha, root, ['Lampson'], [['b', true], ['a', [['x', true]]]])
    const test = (tree: Tree): object => cluster.ask(alpha, { type: 'at', name: named(root), request: { type: 'test', directory: root, path: ['Lampson'], tree } })
    expect(test([['b', []], ['a', [['x', true]]]])).toEqual({ equal: true })
    expect(test([['b', true]])).toEqual({ equal: false })
    expect(test(false)).toEqual({ equal: false })
  })
})

describe('directories made', () => {
  it('[M6] first the copy with its back-reference, then the reference in the parent; asked again it says the same', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const branches: Branch[] = [['.', null, [['BR', null, [[root, null, leaf('DEC')]]]]]]
    const call: Call = { type: 'ask', servers: [beta.id], request: { type: 'create', directory: child, signed: signed(cluster.intent(beta, child, 'newD', branches)) } }
    const id = cluster.call(beta, call)
    expect(beta.copy(child).state).toBe('active')
    expect(alpha.sees(root)).not.toContain('"DR"')
    cluster.settle()
    expect(beta.replies.get(id)).toMatchObject({ label: 'DEC' })
    expect(cluster.ask(beta, call)).toMatchObject({ label: 'DEC' })
    expect(cluster.lookup(alpha, named(root, 'DEC'))).toMatchObject({ directory: child })
  })

  it('[M4] the parent unreachable, or the maker crashed: cleanup goes on from state until the reference is there', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.cut(alpha, beta)
    const branches: Branch[] = [['.', null, [['BR', null, [[root, null, leaf('DEC')]]]]]]
    cluster.call(beta, { type: 'ask', servers: [beta.id], request: { type: 'create', directory: child, signed: signed(cluster.intent(beta, child, 'newD', branches)) } })
    cluster.pass(8000)
    cluster.crash(beta)
    cluster.restart(beta)
    cluster.pass(30_000)
    expect(cluster.lookup(alpha, named(root, 'DEC'))).toMatchObject({ directory: child })
    // Repeatable: with everything as it should be it writes nothing.
    const { nextTS } = alpha.copy(root)
    cluster.input(beta, { type: 'start' })
    cluster.pass(5000)
    expect(alpha.copy(root).log.filter(({ ts }) => ts >= nextTS)).toEqual([])
  })

  it('[M6] two created under one name on partitioned servers: the later keeps it, the other goes on as name~…', () => {
    const { cluster, directory: root } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const [first, second] = [directoryNumber(81), directoryNumber(82)]
    cluster.cut(alpha, beta)
    expect(cluster.newD(alpha, root, 'DEC', first)).toMatchObject({ label: 'DEC' })
    cluster.pass(1000)
    expect(cluster.newD(beta, root, 'DEC', second)).toMatchObject({ label: 'DEC' })
    cluster.write(alpha, first, ['in the first'], true)
    cluster.connect(alpha, beta)
    cluster.pass(60_000)
    for (const member of [alpha, beta]) {
      expect(cluster.lookup(member, named(root, 'DEC'))).toMatchObject({ directory: second })
      expect(cluster.lookup(member, named(root, `DEC~${first.slice(0, 4)}`))).toMatchObject({ directory: first })
    }
    expect(alpha.sees(first)).toContain('in the first')
  })

  it('[R9] the servers listed in the reference are corrected after joins, through the reference that holds this directory', () => {
    const { cluster, directory: root } = Cluster.ring(1, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.pass(10_000)
    cluster.newD(beta, root, 'DEC', child)
    const listed = (): string => JSON.stringify(tree(cluster.read(alpha, named(root), ['DEC', 'DR', 'Servers'])))
    expect(listed()).toContain('/beta')
    expect(listed()).not.toContain('/gamma')
    cluster.join(gamma, child, beta)
    cluster.pass(10_000)
    expect(listed()).toContain('/gamma')
    // Found through gamma alone by somebody who knows nothing of it.
    cluster.crash(beta)
    expect(cluster.lookup(alpha, named(root, 'DEC'))).toMatchObject({ directory: child })
    expect(tree(cluster.read(alpha, named(root, 'DEC')))).toBeTruthy()
  })

  it('[R9] a reference that was deleted meanwhile is not written to', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.newD(alpha, root, 'DEC', child)
    const deleted = signed(cluster.intent(alpha, root, 'reference', [['DEC', alpha.copy(root).visible.root.children!.get('DEC')!.ts, [['DR', null, false]]]]))
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: deleted } })
    cluster.join(beta, child, alpha)
    cluster.pass(5000)
    expect(JSON.stringify(tree(cluster.read(alpha, named(root), ['DEC'])))).not.toContain('/beta"')
  })

  it('a root that could not be made is not remembered; a second one is refused', () => {
    const cluster = new Cluster(1)
    const alpha = cluster.member(0)
    const make = (change: object): string => cluster.code(alpha, { type: 'firstRoot', directory: child, signed: signed({ ...cluster.intent(alpha, child, 'newD', [['.', null, leaf('Label')]]), ...change }) })
    expect(make({ from: 0, until: 1 })).toBe('Expired')
    expect(make({ branches: [['x', null, true]] })).toBe('BadRequest')
    expect(alpha.server.root).toBeNull()
    expect(alpha.server.copies.size).toBe(0)
    expect(make({})).toBe('ok')
    expect(alpha.server.root).toBe(child)
    expect(make({})).toBe('AlreadyExists')
    cluster.crash(alpha)
    cluster.restart(alpha)
    expect(alpha.server.root).toBe(child)
  })

  it('a directory without a back-reference is not made', () => {
    const { cluster, alpha } = one()
    const id = cluster.call(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'create', directory: child, signed: signed(cluster.intent(alpha, child, 'newD', [['.', null, leaf('Label')]])) } })
    expect(alpha.replies.get(id)).toMatchObject({ code: 'BadRequest' })
    expect(alpha.server.copies.has(child)).toBe(false)
    expect(alpha.disk.copies.size).toBe(1)
  })
})

describe('servers', () => {
  it('who is connected when the root is made hears of it, and is entered in it', () => {
    const cluster = new Cluster(3)
    const root = cluster.firstRoot(cluster.member(0))
    cluster.pass(5000)
    for (const member of cluster.members) {
      expect(member.server.root).toBe(root)
      expect(cluster.member(0).sees(root)).toContain(`"${member.name}",["Server"`)
    }
  })

  it('whose name is taken takes the next free Greek letter', () => {
    const cluster = new Cluster(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.ask(gamma, { type: 'setUpOn', path: ['alpha'], up: null })
    const root = cluster.firstRoot(alpha)
    cluster.pass(10_000)
    expect(gamma.server.name).not.toBe('alpha')
    expect(alpha.sees(root)).toContain(`"${gamma.server.name}",["Server",["Address",["room/${gamma.id}"]]`)
    expect(new Set([alpha, beta, gamma].map(({ server }) => server.name)).size).toBe(3)
    expect(freeServerName(new Set(['alpha', 'gamma']))).toBe('beta')
    expect(cluster.code(gamma, { type: 'setUpOn', path: ['a\u0000'], up: null })).toBe('BadName')
  })

  it('leaves what people keep under its old name when it takes another', () => {
    const { cluster, root, alpha } = one()
    cluster.write(alpha, root, ['alpha'], [['Phone', [['853-1000', true]]]])
    cluster.ask(alpha, { type: 'setUpOn', path: ['omega'], up: null })
    cluster.pass(10_000)
    expect(tree(cluster.read(alpha, named(root), ['alpha']))).toEqual([['Phone', [['853-1000', true]]]])
    expect(alpha.sees(root)).toContain('"omega",["Server"')
  })

  it('[T3] a clock that is set back stops nothing: what was planned is moved along', () => {
    const { cluster, alpha } = one()
    cluster.pass(1000)
    alpha.skew = -7_200_000
    cluster.input(alpha, { type: 'tick' })
    alpha.happened.length = 0
    cluster.pass(60_000)
    expect(alpha.happened.filter((text) => text.startsWith('complete'))).not.toHaveLength(0)
  })

  it('two that take one name while apart: the loser notices, and takes another', () => {
    const { cluster, directory: root } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.cut(alpha, beta)
    for (const member of [alpha, beta]) cluster.ask(member, { type: 'setUpOn', path: ['omega'], up: null })
    cluster.pass(5000)
    cluster.connect(alpha, beta)
    cluster.pass(90_000)
    const names = [alpha, beta].map(({ server }) => server.name)
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(alpha.sees(root)).toContain(`"${name}",["Server"`)
  })

  it('two that take one name at once: the loser has another within seconds', () => {
    const { cluster, directory: root } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (const member of [alpha, beta]) cluster.call(member, { type: 'setUpOn', path: ['omega'], up: null })
    cluster.time += 100
    for (const member of [alpha, beta]) cluster.input(member, { type: 'tick' })
    cluster.pass(2000)
    const names = [alpha, beta].map(({ server }) => server.name)
    expect(new Set(names).size).toBe(2)
    expect(names).toContain('omega')
    for (const name of names) expect(beta.sees(root)).toContain(`"${name}",["Server"`)
  })

  it('[M6] of two directories created under one name at once, the loser goes on under another within seconds', () => {
    const { cluster, directory: root } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const create = (at: Member, directory: DirectoryId): number =>
      cluster.call(at, { type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: signed(cluster.intent(at, directory, 'newD', [['.', null, [['BR', null, [[root, null, leaf('SRC')]]]]]])) } })
    create(alpha, directoryNumber(71))
    create(beta, directoryNumber(72))
    cluster.pass(3000)
    const labels = [directoryNumber(71), directoryNumber(72)].map((di) => [alpha, beta].flatMap(({ server }) => server.copies.get(di) ?? []).map((copy) => effectiveParent(copy)!.label)[0])
    expect(labels).toContain('SRC')
    expect(new Set(labels).size).toBe(2)
    expect([...alpha.happened, ...beta.happened].some((text) => text.includes('the name SRC was taken'))).toBe(true)
  })

  it('[B2] an older start, or one of two with the same number, is refused ring work, and it is said', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const arrive = (incarnation: number, instance: string): void => void cluster.input(alpha, { type: 'connected', server: beta.id, incarnation, instance, name: 'beta' })
    const refused = (): boolean => {
      alpha.happened.length = 0
      cluster.write(beta, directory, [`try ${beta.copy(directory).log.length}`], true)
      cluster.settle(ofType('updates'))
      return alpha.happened.some((text) => text.startsWith('refused from') && text.includes('older start'))
    }
    arrive(5, 'five')
    expect(refused()).toBe(false)
    arrive(4, 'four')
    expect(alpha.happened.at(-1)).toContain('an older start of beta (4, now 5) is refused')
    expect(refused()).toBe(true)
    cluster.hand({ from: beta, to: alpha, message: { type: 'askFate', directory, joiner: alpha.copy(directory).id, predecessor: alpha.copy(directory).id } })
    expect(alpha.happened.at(-1)).toContain('older start')
    arrive(6, 'six')
    expect(refused()).toBe(false)
    cluster.input(alpha, { type: 'disconnected', server: beta.id, reason: 'x' })
    arrive(6, 'another six')
    expect(alpha.happened.some((text) => text.includes('runs twice at once'))).toBe(true)
    expect(refused()).toBe(true)
    arrive(7, 'seven')
    expect(refused()).toBe(false)
  })

  it('[T3] a clock more than 300 s from the median of three peers is corrected, and it is said; from 30 s on it warns', () => {
    const { cluster, directory } = Cluster.ring(1, 4)
    const alpha = cluster.member(0)
    alpha.skew = -3_600_000
    const others = cluster.members.slice(1)
    cluster.input(alpha, { type: 'clock', server: others[0]!.id, offset: 3_600_000 })
    expect(alpha.server.clockCorrection).toBe(0)
    expect(alpha.happened.some((text) => text.includes('the clock of beta is 3600 s ahead'))).toBe(true)
    cluster.input(alpha, { type: 'clock', server: others[1]!.id, offset: 3_599_000 })
    expect(alpha.server.clockCorrection).toBe(3_599_000)
    expect(alpha.happened.some((text) => text.includes('time-stamps are corrected'))).toBe(true)
    const before = cluster.now(cluster.member(1)) * 1000
    const outcome = cluster.tryAsk(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory, signed: signed(cluster.intent(cluster.member(1), directory, 'doUpdates', leaf('now'))) } })
    expect(Math.abs(Number((outcome as { ts: string }).ts.slice(0, 16)) - before)).toBeLessThan(10_000_000)
    for (const other of others) cluster.input(alpha, { type: 'clock', server: other.id, offset: 200_000 })
    expect(alpha.server.clockCorrection).toBe(0)
  })

  it('[T1] with a clock that stands still or goes back, time-stamps still grow, and never repeat', () => {
    const { cluster, root, alpha } = one()
    const stamps: string[] = []
    for (let i = 0; i < 20; i++) {
      alpha.skew = -i * 1000
      stamps.push((cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'submit', directory: root, signed: signed(cluster.intent(alpha, root, 'doUpdates', leaf(`n${i}`))) } }) as { ts: string }).ts)
      if (i === 10) {
        cluster.crash(alpha)
        cluster.restart(alpha)
      }
    }
    expect(stamps).toEqual([...new Set(stamps)].toSorted((a, b) => (a < b ? -1 : 1)))
  })
})
