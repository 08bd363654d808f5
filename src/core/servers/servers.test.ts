/** The table *Servers*: setUpOn, setInSN, removeS, checkS, and what they keep (SPEC §13, figure 11). */
import { describe, expect, it } from 'vitest'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import type { Call } from '../calls'
import type { Found } from '../directories/lookup'
import { serverIdOf } from '../directories/reference'
import { inSNOf, labelsAt, serverEntry } from '../entries/serverEntry'
import { explain, isFailure } from '../errors'
import type { DirectoryId, Label } from '../names'
import type { Change, Drafted, Finding } from '../requests'

const dec = directoryNumber(2)
const src = directoryNumber(3)

/** ANSI on alpha and beta, DEC on alpha, beta and gamma, SRC on gamma and delta; all four named in the root. */
function figure11(): { cluster: Cluster; root: DirectoryId; members: [Member, Member, Member, Member] } {
  const { cluster, directory: root } = Cluster.ring(2, 4)
  const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
  cluster.newD(alpha, root, 'DEC', dec)
  cluster.join(beta, dec, alpha)
  cluster.join(gamma, dec, alpha)
  cluster.newD(gamma, dec, 'SRC', src)
  cluster.join(delta, src, gamma)
  cluster.pass(20_000)
  return { cluster, root, members: [alpha, beta, gamma, delta] }
}

const ask = (at: Member, request: Extract<Call, { type: 'ask' }>['request']): Call => ({ type: 'ask', servers: [at.id], request })
const setInSN = (at: Member, directory: DirectoryId, to: boolean): Call => ask(at, { type: 'setInSN', directory, to })
const setUpOn = (path: Label[], up: Label[] | null = null): Call => ({ type: 'setUpOn', path, up })
const removeS = (at: Member, root: DirectoryId): Call => ask(at, { type: 'removeS', directory: root })
const leave = (at: Member, directory: DirectoryId): Call => ask(at, { type: 'leave', directory, force: false })

/** The sentence that a call fails with; '' when it does not. */
function sentence(cluster: Cluster, at: Member, call: Call): string {
  const outcome = cluster.tryAsk(at, call)
  return isFailure(outcome) ? explain(outcome) : ''
}

function check(cluster: Cluster, at: Member, root: DirectoryId, name: string | null = null, repair = true): Finding[] {
  return (cluster.ask(at, ask(at, { type: 'checkS', directory: root, name, repair })) as { findings: Finding[] }).findings
}
const rules = (findings: readonly Finding[]): string[] => findings.map(({ rule }) => rule)

/** DEC and SRC have InSN; gamma is /DEC/gamma and points up to /alpha; delta is /DEC/SRC/delta and points up to /DEC/gamma. */
function placed(): ReturnType<typeof figure11> {
  const all = figure11()
  const { cluster, members: [alpha, , gamma, delta] } = all
  cluster.ask(alpha, setInSN(alpha, dec, true))
  cluster.ask(gamma, setUpOn(['DEC', 'gamma'], ['alpha']))
  cluster.pass(40_000)
  cluster.ask(gamma, setInSN(gamma, src, true))
  cluster.ask(delta, setUpOn(['DEC', 'SRC', 'delta'], ['DEC', 'gamma']))
  cluster.pass(40_000)
  return all
}

describe('names of servers in directories', () => {
  it('[S1] a server is named only where InSN is, and InSN goes down from the root', () => {
    const { cluster, members: [alpha, , gamma] } = figure11()
    expect(sentence(cluster, gamma, setUpOn(['DEC', 'gamma']))).toMatch(/S1.*\/DEC has no InSN.*setInSN/)
    expect(sentence(cluster, gamma, setInSN(gamma, src, true))).toMatch(/S1.*its parent .* has no InSN/)
    cluster.ask(alpha, setInSN(alpha, dec, true))
    expect(inSNOf(alpha.copy(dec).visible)).toEqual({ rank: 1, withdrawn: null })
    cluster.ask(gamma, setUpOn(['DEC', 'gamma'], ['alpha']))
    expect(serverEntry(gamma.copy(dec).visible, 'gamma')).toMatchObject({ server: gamma.id, up: `#${alpha.server.root}/alpha` })
  })

  it('[S1] InSN is announced in the reference that leads to the directory, and nowhere else: where that is missing it is refused', () => {
    const { cluster, root, members: [alpha] } = figure11()
    const change: Change = { procedure: 'reference', under: { labels: ['DEC', 'DR'], incarnations: null }, tree: false, replace: false }
    const { branches } = cluster.ask(alpha, ask(alpha, { type: 'draft', directory: root, change })) as Drafted
    cluster.ask(alpha, cluster.submitCall(alpha, root, branches, 'reference'))
    expect(cluster.tryAsk(alpha, setInSN(alpha, dec, true))).toMatchObject({ code: 'Superseded' })
    expect(labelsAt(alpha.copy(root).visible, ['DEC'])).not.toContain('DR')
  })

  it('[S1] a copy of the parent that has not heard of the reference yet sweeps for it', () => {
    const { cluster, directory: root } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.pass(20_000)
    cluster.cut(alpha, beta)
    cluster.newD(gamma, root, 'IBM', dec)
    const [knows, lacks] = alpha.sees(root).includes('IBM') ? [alpha, beta] : [beta, alpha]
    expect(lacks.sees(root)).not.toContain('IBM')
    cluster.join(lacks, dec, gamma)
    cluster.cut(gamma, knows)
    cluster.connect(alpha, beta)
    const id = cluster.call(gamma, setInSN(gamma, dec, true))
    cluster.settle(({ message }) => message.type !== 'updates' && message.type !== 'greet')
    for (let i = 0; i < 100 && !gamma.replies.has(id); i++) {
      cluster.tickNext()
      cluster.settle(({ message }) => message.type !== 'updates' && message.type !== 'greet')
    }
    expect(gamma.replies.get(id)).toEqual({ directory: dec })
  })

  it('[S1] what was announced is taken back only where it stands: under the name of a reference that is gone nothing is made', () => {
    const { cluster, root, members: [alpha] } = figure11()
    const change: Change = { procedure: 'reference', under: { labels: ['Gone', 'DR'], incarnations: null }, tree: [['InSN', false]], replace: false }
    expect(cluster.ask(alpha, ask(alpha, { type: 'draft', directory: root, change }))).toMatchObject({ branches: [] })
  })

  it('[S1] the copy that accepts a name looks itself, whatever the server had read', () => {
    const { cluster, members: [, , gamma] } = figure11()
    const own = cluster.submitCall(gamma, dec, [['gamma', null, [['Server', null, [['SI', null, [[gamma.id, null, true]]]]]]]], 'setUpOn')
    expect(sentence(cluster, gamma, own)).toMatch(/S1/)
    expect(sentence(cluster, gamma, cluster.submitCall(gamma, dec, [['x', null, [['DR', null, [['InSN', null, true]]]]]], 'reference'))).toMatch(/S1/)
  })

  it('a name is direct, free and a name', () => {
    const { cluster, root, members: [alpha, beta, gamma] } = figure11()
    cluster.ask(alpha, setInSN(alpha, dec, true))
    cluster.ask(alpha, cluster.submitCall(alpha, root, [['home', null, [['Link', null, [['To', null, [['DEC', null, true]]]]]]]], 'setLink'))
    expect(sentence(cluster, gamma, setUpOn(['home', 'gamma'], ['alpha']))).toMatch(/a link on the way/)
    expect(sentence(cluster, gamma, setUpOn(['beta']))).toMatch(/\/beta is already there/)
    expect(cluster.code(gamma, setUpOn(['DEC', 'gamma'], ['nobody']))).toBe('NoSuchServer')
    expect(cluster.code(gamma, setUpOn([]))).toBe('BadName')
    expect(cluster.code(gamma, setUpOn(['DEC', '%'.repeat(100)], ['alpha']))).toBe('BadName')
    expect(cluster.code(beta, setUpOn(['alpha', 'x']))).toBe('NotADirectory')
    expect(gamma.server.name).toBe('gamma')
  })

  it('[S3] the up pointer leads to a shorter name, and its directory is stored; both survive a restart', () => {
    const { cluster, root, members: [alpha, , gamma, delta] } = placed()
    expect(gamma.server.copies.get(root)?.state).toBe('active')
    expect(delta.server.copies.get(dec)?.state).toBe('active')
    expect(delta.server.copies.has(root)).toBe(false)
    expect(serverEntry(alpha.copy(root).visible, 'gamma')).toBeNull()
    expect(serverEntry(alpha.copy(root).visible, 'alpha')?.down).toEqual([gamma.id])
    expect(sentence(cluster, delta, setUpOn(['DEC', 'SRC', 'delta'], ['DEC', 'SRC', 'other']))).toMatch(/S3.*not shorter/)
    cluster.crash(delta)
    cluster.restart(delta)
    expect([delta.server.name, delta.server.home, delta.server.up?.name]).toEqual(['DEC/SRC/delta', src, 'DEC/gamma'])
  })

  it('[D2] a server that does not store the root climbs its up pointers; nothing else is known to it', () => {
    const { cluster, root, members: [, , gamma, delta] } = placed()
    cluster.crash(delta)
    cluster.restart(delta)
    for (const other of cluster.members) if (other !== gamma && other !== delta) cluster.cut(delta, other)
    delta.server.hints.clear()
    delta.server.peers.get(gamma.id)!.name = 'unknown'
    const found = cluster.lookup(delta, named(root, 'DEC'))
    expect(isFailure(found) ? explain(found) : found.directory).toBe(dec)
  })

  it('[D2] a server that stores no root, and has just started, asks whoever is connected, even when their first words were lost', () => {
    const { cluster, directory: root } = Cluster.ring(1, 2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.newD(alpha, root, 'DEC', dec)
    cluster.crash(beta)
    cluster.restart(beta)
    cluster.lose(({ message }) => message.type === 'hello')
    expect([beta.server.root, beta.server.hints.size, beta.server.peers.get(alpha.id)?.root]).toEqual([root, 0, null])
    cluster.pass(10_000)
    expect(beta.server.registered).toBe(true)
    expect(cluster.lookup(beta, named(root, 'DEC'))).toMatchObject({ directory: dec })
  })

  it('[S2] the servers of a directory are found by looking up their names, which never need the directory itself', () => {
    const { cluster, directory: root } = Cluster.ring(1, 5)
    const [alpha, , gamma, delta, epsilon] = cluster.members as [Member, Member, Member, Member, Member]
    const ibm = directoryNumber(5)
    cluster.newD(alpha, root, 'DEC', dec)
    cluster.newD(alpha, root, 'IBM', ibm)
    cluster.join(gamma, dec, alpha)
    cluster.ask(alpha, setInSN(alpha, dec, true))
    cluster.ask(alpha, setInSN(alpha, ibm, true))
    cluster.ask(delta, setUpOn(['IBM', 'delta'], ['alpha']))
    cluster.ask(gamma, setUpOn(['DEC', 'gamma'], ['alpha']))
    cluster.newD(delta, dec, 'SRC', src)
    cluster.pass(60_000)
    // gamma knows of SRC's server nothing but its name, and epsilon nothing but gamma.
    for (const member of [gamma, epsilon]) {
      for (const other of cluster.members) if (other !== member) cluster.input(member, { type: 'disconnected', server: other.id, reason: 'gone' })
      member.server.hints.clear()
    }
    for (const member of gamma.copy(root).ring) if (member.server === delta.id) gamma.copy(root).ring = gamma.copy(root).ring.filter((each) => each !== member)
    epsilon.server.hints.set(root, new Set([gamma.id]))
    expect(serverIdOf(gamma.server, `#${root}/IBM/delta`)).toBeUndefined()
    const before = cluster.delivered.length
    const found = cluster.lookup(epsilon, named(root, 'DEC', 'SRC'))
    expect(isFailure(found) ? explain(found) : [found.directory, found.servers]).toEqual([src, [delta.id]])
    expect(cluster.delivered.slice(before).some(({ from, message }) => from === alpha && message.type === 'answer')).toBe(true)
    // That lookup is shown, too, with its steps, where it was needed: SRC's own copy is asked last.
    const { trail, after } = found as Found
    expect(trail.map(({ label }) => label)).toEqual(['DEC', 'SRC'])
    expect(after.filter((each) => typeof each !== 'string')).toHaveLength(1)
    expect(after.at(-1)).toMatchObject({ server: 'IBM/delta', failed: null, steps: [{ label: 'IBM', found: 'directory', server: gamma.id }, { directory: ibm, label: 'delta', found: 'entry', to: delta.id, server: alpha.id }] })
  })
})

describe('what would break them is refused', () => {
  it('[S1] InSN stays while names begin there, and goes by withdrawal when none do', () => {
    const { cluster, members: [alpha, , gamma, delta] } = placed()
    expect(sentence(cluster, alpha, setInSN(alpha, dec, false))).toMatch(/S1.*server names begin there \((SRC|gamma)/)
    expect(sentence(cluster, gamma, setInSN(gamma, src, false))).toMatch(/S1.*\(delta\)/)
    cluster.ask(delta, { type: 'setUpOn', path: ['DEC', 'delta'], up: ['alpha'] })
    cluster.pass(60_000)
    cluster.ask(gamma, setInSN(gamma, src, false))
    cluster.pass(30_000)
    expect(inSNOf(delta.copy(src).visible)).toBeNull()
    expect(alpha.sees(dec)).not.toContain('"InSN"],["Servers"')
  })

  it('[W5] while InSN is withdrawn nobody is named there; a name that was quicker keeps it', () => {
    const { cluster, members: [alpha, beta, gamma] } = figure11()
    cluster.ask(alpha, setInSN(alpha, dec, true))
    cluster.pass(40_000)
    cluster.cut(alpha, gamma)
    cluster.cut(beta, gamma)
    // gamma cannot know that InSN is about to go, and its copy of DEC takes the name.
    const removal = cluster.call(alpha, setInSN(alpha, dec, false))
    cluster.settle()
    const naming = cluster.submitCall(gamma, dec, [['gamma', null, [['Server', null, [['SI', null, [[gamma.id, null, true]]]]]]]], 'setUpOn')
    expect(cluster.code(gamma, naming)).toBe('ok')
    const late = cluster.submitCall(alpha, dec, [['late', null, [['Server', null, [['SI', null, [[beta.id, null, true]]]]]]]], 'setUpOn')
    expect(cluster.code(alpha, late)).toBe('Withdrawn')
    for (const other of [alpha, beta]) cluster.connect(other, gamma)
    cluster.pass(60_000)
    expect(alpha.replies.get(removal)).toMatchObject({ type: 'failure' })
    expect(inSNOf(alpha.copy(dec).visible)).toEqual({ rank: 1, withdrawn: null })
    expect(serverEntry(alpha.copy(dec).visible, 'gamma')?.server).toBe(gamma.id)
  })

  it('[S2] [S3] copies that these rest on stay, unless somebody insists', () => {
    const { cluster, root, members: [alpha, beta, gamma, delta] } = placed()
    expect(sentence(cluster, alpha, leave(alpha, root))).toMatch(/S3.*named in the root/)
    expect(sentence(cluster, delta, leave(delta, dec))).toMatch(/S3.*points up to DEC\/gamma/)
    expect(cluster.code(beta, leave(beta, dec))).toBe('ok')
    cluster.pass(60_000)
    expect(sentence(cluster, alpha, leave(alpha, dec))).toMatch(/S2.*no copy of .* with a name shorter/)
    expect(sentence(cluster, gamma, leave(gamma, src))).toMatch(/S2/)
    expect(cluster.code(delta, leave(delta, src))).toBe('ok')
  })

  it('[S3] a server that others point up to keeps its name', () => {
    const { cluster, members: [alpha] } = placed()
    expect(sentence(cluster, alpha, setUpOn(['omega']))).toMatch(/S3.*a server points up to it/)
  })
})

describe('removing a server', () => {
  it('[W5] [S3] not while others point up to it; then its copies leave, its name goes, and it stays away', () => {
    const { cluster, root, members: [alpha, , gamma, delta] } = placed()
    expect(sentence(cluster, gamma, removeS(gamma, root))).toMatch(/S2/)
    cluster.join(alpha, src, gamma)
    expect(sentence(cluster, gamma, removeS(gamma, root))).toMatch(/S3.*points up to it/)
    cluster.ask(delta, removeS(delta, root))
    cluster.pass(60_000)
    expect(serverEntry(gamma.copy(src).visible, 'delta')).toBeNull()
    expect(serverEntry(gamma.copy(dec).visible, 'gamma')?.down).toEqual([])
    expect([...delta.server.copies.values()].filter(({ state }) => state === 'active')).toEqual([])
    cluster.crash(delta)
    cluster.restart(delta)
    cluster.pass(60_000)
    expect([delta.server.removed, delta.server.registered, delta.server.copies.size]).toEqual([true, false, 0])
    expect(cluster.code(delta, ask(delta, { type: 'checkS', directory: root, name: null, repair: true }))).toBe('ServerRemoved')
    cluster.ask(delta, setUpOn(['delta']))
    cluster.pass(10_000)
    expect(serverEntry(alpha.copy(root).visible, 'delta')?.server).toBe(delta.id)
  })

  it('the last copy of a directory keeps its server', () => {
    const { cluster, root, members: [, , gamma] } = figure11()
    const own = directoryNumber(4)
    cluster.newD(gamma, dec, 'own', own)
    expect(cluster.code(gamma, removeS(gamma, root))).toBe('LastCopy')
    expect(gamma.server.copies.get(dec)?.state).toBe('active')
  })

  it('what cannot be done, because a server is away, is taken back and said', () => {
    const { cluster, root, members: [alpha, beta, gamma, delta] } = placed()
    cluster.crash(gamma)
    const said = sentence(cluster, delta, removeS(delta, root))
    expect(said).toMatch(/is not done: .*gamma/)
    cluster.restart(gamma)
    cluster.pass(60_000)
    expect(serverEntry(gamma.copy(src).visible, 'delta')).toMatchObject({ server: delta.id, withdrawn: null })
    expect([alpha, beta].every(({ server }) => server.procedures.size === 0)).toBe(true)
  })
})

describe('CheckS', () => {
  it('finds nothing where all is well', () => {
    const { cluster, root, members } = placed()
    for (const member of members) expect(check(cluster, member, root, null, false)).toEqual([])
  })

  it('[S1] [S2] [S3] finds what is broken, says it, and repairs it', () => {
    const { cluster, root, members: [alpha, beta, gamma, delta] } = placed()
    // The copies of DEC on servers with shorter names go by force, and delta's copy of the directory above it.
    for (const at of [alpha, beta, delta]) cluster.ask(at, ask(at, { type: 'leave', directory: dec, force: true }))
    cluster.pass(60_000)
    const found = check(cluster, delta, root, null, false)
    expect(rules(found)).toEqual(expect.arrayContaining(['S2', 'S3']))
    expect(found.map(({ sentence: said }) => said).join('\n')).toMatch(/no copy of \/DEC, .* on a server with a shorter name/)
    expect(check(cluster, delta, root).filter(({ rule }) => rule !== 'R9').every(({ repaired }) => repaired)).toBe(true)
    cluster.pass(60_000)
    check(cluster, gamma, root)
    cluster.pass(60_000)
    for (const member of [gamma, delta]) expect(check(cluster, member, root, null, false)).toEqual([])
  })

  it('[S1] InSN that is missing where a server is named is set again', () => {
    const { cluster, root, members: [, , gamma, delta] } = placed()
    const copy = gamma.copy(src)
    const incarnation = copy.visible.root.children!.get('.')!.ts
    // By somebody whose copy knew nothing of delta's name.
    const hidden = copy.visible.root.children!.get('delta')!
    copy.visible.root.children!.delete('delta')
    cluster.ask(gamma, cluster.submitCall(gamma, src, [['.', incarnation, [['InSN', copy.visible.root.children!.get('.')!.children!.get('InSN')!.ts, [['Withdrawn', null, true]]]]]], 'setInSN'))
    cluster.ask(gamma, cluster.submitCall(gamma, src, [['.', incarnation, [['InSN', null, false]]]], 'setInSN'))
    copy.visible.root.children!.set('delta', hidden)
    cluster.pass(10_000)
    expect(rules(check(cluster, delta, root, null, false))).toEqual(['S1'])
    expect(check(cluster, delta, root)).toMatchObject([{ rule: 'S1', repaired: true }])
    expect(inSNOf(delta.copy(src).visible)).toEqual({ rank: 2, withdrawn: null })
  })

  it('an entry that says something else than the server, or that it has no more, is put right', () => {
    const { cluster, root, members: [alpha, beta, gamma] } = placed()
    const entry = (label: Label, at: Member, si: string): Call => cluster.submitCall(alpha, root, [[label, null, [['Server', null, [['Address', null, [['room/elsewhere', null, true]]], ['SI', null, [[si, null, true]]]]]]]], 'setUpOn')
    cluster.ask(alpha, entry('old', beta, gamma.id))
    cluster.crash(gamma)
    cluster.restart(gamma)
    const findings = check(cluster, gamma, root, 'old')
    expect(findings).toMatchObject([{ rule: 'entry', repaired: true }])
    expect(findings[0]!.sentence).toMatch(/\/old is a name that the server has no more; it is called \/DEC\/gamma/)
    expect(serverEntry(alpha.copy(root).visible, 'old')).toBeNull()
    expect(check(cluster, gamma, root, 'beta', false)[0]!.sentence).toMatch(/\/beta is the name of another server/)
    cluster.ask(alpha, entry('beta', beta, beta.id))
    expect(check(cluster, beta, root, null, false)[0]!.sentence).toMatch(/the entry \/beta is wrong about Address, Key/)
    cluster.pass(60_000)
    expect(check(cluster, beta, root, null, false)).toEqual([])
  })

  it('[S3] where the server above has gone, and its copy still says that name, the next one is pointed up to', () => {
    const { cluster, root, members: [alpha, beta, gamma] } = placed()
    cluster.ask(gamma, ask(gamma, { type: 'leave', directory: root, force: true }))
    cluster.pass(10_000)
    cluster.crash(alpha)
    gamma.server.up = null
    beta.copy(root).visible.root.children!.delete('alpha')
    expect(check(cluster, gamma, root).filter(({ rule }) => rule === 'S3')).toMatchObject([{ repair: 'It points up to /beta', repaired: true }])
    expect(gamma.server.up).toMatchObject({ name: 'beta', directory: root })
  })

  it('[R9] hints that list other servers than store a directory are corrected', () => {
    const { cluster, root, members: [alpha, , , delta] } = placed()
    const reference = alpha.copy(dec).visible.root.children!.get('SRC')!
    cluster.ask(alpha, cluster.submitCall(alpha, dec, [['SRC', reference.ts, [['DR', reference.children!.get('DR')!.ts, [['Servers', reference.children!.get('DR')!.children!.get('Servers')!.ts, [[`#${root}/nobody`, null, true]]]]]]]], 'reference'))
    expect(check(cluster, delta, root)).toMatchObject([{ rule: 'R9', repaired: true }])
    expect(check(cluster, delta, root)).toEqual([])
  })
})
