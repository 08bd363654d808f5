import { describe, expect, it } from 'vitest'
import { Cluster, ofType, type Member, type Post } from '../../trials/cluster'
import { copyNumber, directoryNumber, serverNumber } from '../../trials/generators'
import { emptyDisk, writeDisk } from '../../storage/memoryStore'
import { encode } from '../messages'
import type { DirectoryId } from '../names'
import { BEGINNING, originOf, timeOf, timestamp, type Timestamp } from '../timestamp'
import type { Tree } from '../values/readValue'
import { contentsOf, emptyContents, encodeCopy, epochOf, noFields, type DirectoryCopy } from './directoryCopy'
import { foreignMarkIn } from './majority'
import { cutPages, loadOf } from './pages'

const ofSweeps = ofType('lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote', 'sweepRefused')
const only = ({ post }: Cluster, keep: (post: Post) => boolean): void => void post.splice(0, post.length, ...post.filter(keep))
const sizes = (tree: number): Tree => Array.from({ length: tree }, (_, i) => [`entry ${i} ${'x'.repeat(200)}`, true] as const)

/** All copies read the same, and are equally complete. */
function expectEqual({ members }: Cluster, directory: DirectoryId): void {
  const having = members.filter((member) => member.server.copies.has(directory))
  for (const member of having) {
    expect(member.sees(directory)).toBe(having[0]!.sees(directory))
    expect(member.copy(directory).lastSweep).toBe(having[0]!.copy(directory).lastSweep)
    expect(member.copy(directory).stableMark).toBe(having[0]!.copy(directory).stableMark)
  }
}

/** Sweeps until logs are folded, and demands that all copies are equal. */
function heal(cluster: Cluster, directory: DirectoryId): void {
  cluster.settle()
  cluster.pass(40_000)
  for (let i = 0; i < 3; i++) cluster.sweep(cluster.member(0), directory)
  expectEqual(cluster, directory)
  for (const copy of cluster.copies(directory)) expect(copy.log).toEqual([])
}

describe.each(['ring', 'parallel'] as const)('a sweep along the ring in %s form', (form) => {
  it('[P2] [P5] [P7] visits every copy once in each pass and writes the complete set back', () => {
    const { cluster, directory } = Cluster.ring(4)
    for (const [i, member] of cluster.members.entries()) cluster.write(member, directory, [`name ${i}`], true)
    only(cluster, ofSweeps)
    cluster.delivered.length = 0
    const { sweepTS } = cluster.sweep(cluster.member(1), directory, form)
    for (const type of ['lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote'] as const) expect(cluster.delivered.filter(ofType(type))).toHaveLength(3)
    for (const copy of cluster.copies(directory)) {
      expect(copy.lastSweep).toBe(sweepTS)
      expect(copy.nextTS >= sweepTS).toBe(true)
    }
    for (const i of [0, 1, 2, 3]) for (const member of cluster.members) expect(member.sees(directory)).toContain(`name ${i}`)
  })

  it('[P4] is stamped with origin 0, and nothing originates before it where it has been', () => {
    const { cluster, directory } = Cluster.ring(3)
    const { sweepTS } = cluster.sweep(cluster.member(0), directory, form)
    expect(originOf(cluster.copies(directory)[0]!.lastSweep)).toBe('0')
    for (const member of cluster.members) {
      member.skew = -200_000
      expect(cluster.write(member, directory, [`by ${member.name}`], true).ts > sweepTS).toBe(true)
    }
  })

  it('[P5] a member that is gone ends it, named with the pass; nobody is skipped, the reachable have each other’s updates', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const before = cluster.copies(directory).map(({ lastSweep }) => lastSweep)
    cluster.crash(gamma)
    cluster.write(beta, directory, ['during'], true)
    cluster.lose(() => true)
    const outcome = cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory, form))
    expect(outcome).toMatchObject({ code: 'SweepFailed', about: { member: 'gamma', phase: 'look' } })
    expect(cluster.copies(directory).map(({ lastSweep }) => lastSweep)).toEqual(before)
    expect(alpha.server.sweepWatch.get(directory)!.heldBackBy).toMatchObject({ server: gamma.id, phase: 'look' })
    cluster.settle()
    expect(alpha.sees(directory)).toContain('during')
    // Who is level by now is told nothing again, however often sweeps fail.
    cluster.delivered.length = 0
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory, form))).toMatchObject({ code: 'SweepFailed' })
    cluster.settle()
    expect(cluster.delivered.filter(ofType('greet', 'updates'))).toEqual([])
    cluster.restart(gamma)
    heal(cluster, directory)
  })

  it('[B5] a member whose data is lost says so, and is named at once; its new copy is another member, and tells the same of the old one', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const before = gamma.copy(directory).id
    cluster.putDisk(gamma, emptyDisk())
    const began = cluster.time
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory, form))).toMatchObject({ code: 'SweepFailed', about: { member: 'gamma', reason: 'has lost its copy', phase: 'look' } })
    expect(cluster.time).toBe(began)
    cluster.join(gamma, directory, beta)
    expect(gamma.copy(directory).id).not.toBe(before)
    for (const member of [alpha, beta, gamma]) {
      expect(cluster.tryAsk(member, cluster.sweepCall(member, directory, form))).toMatchObject({ code: 'SweepFailed', about: { member: 'gamma', reason: 'has lost its copy', phase: 'look' } })
    }
  })

  it('[P6] the coordinator may die after any message: everything stays consistent, and the next sweep completes', () => {
    for (let delivered = 0; delivered < 40; delivered++) {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
      for (const member of cluster.members) cluster.write(member, directory, [`by ${member.name}`], [['left', true]])
      only(cluster, ofSweeps)
      cluster.call(alpha, cluster.sweepCall(alpha, directory, form))
      for (let i = 0; i < delivered; i++) cluster.deliver()
      if (cluster.post.length === 0) return expect(delivered).toBeGreaterThan(8)
      cluster.crash(alpha)
      cluster.write(beta, directory, ['after'], true)
      cluster.write(gamma, directory, ['by gamma'], false)
      cluster.restart(alpha)
      heal(cluster, directory)
      expect(alpha.sees(directory)).toContain('"by alpha",["left"]')
      expect(alpha.sees(directory)).toContain('after')
      expect(alpha.sees(directory)).not.toContain('by gamma')
    }
    expect.fail('the sweep never ended')
  })

  it('[P6] a member may die after any message too, and messages may come twice', () => {
    for (let delivered = 0; delivered < 12; delivered++) {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta] = cluster.members as [Member, Member]
      for (const member of cluster.members) cluster.write(member, directory, [`by ${member.name}`], true)
      only(cluster, ofSweeps)
      cluster.call(alpha, cluster.sweepCall(alpha, directory, form))
      for (let i = 0; i < delivered; i++) cluster.deliver()
      for (const post of cluster.delivered.slice()) cluster.hand(post)
      cluster.crash(beta)
      cluster.restart(beta)
      for (const post of cluster.delivered.slice()) cluster.hand(post)
      heal(cluster, directory)
      for (const member of cluster.members) expect(alpha.sees(directory)).toContain(`by ${member.name}`)
    }
  })
})

describe('a sweep that cannot complete', () => {
  it('[P5] ends a second after its member was disconnected, and after six when it is connected and silent', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    const silent = cluster.call(alpha, cluster.sweepCall(alpha, directory))
    for (let i = 0; i < 5; i++) {
      cluster.lose(ofSweeps)
      cluster.time += 1100
      cluster.input(alpha, { type: 'tick' })
      expect(alpha.replies.has(silent)).toBe(false)
    }
    cluster.lose(ofSweeps)
    cluster.time += 1100
    cluster.input(alpha, { type: 'tick' })
    expect(alpha.replies.get(silent)).toMatchObject({ code: 'SweepFailed', about: { member: 'beta', reason: 'did not answer', phase: 'look' } })
    const gone = cluster.call(alpha, cluster.sweepCall(alpha, directory))
    cluster.cut(alpha, beta)
    cluster.pass(1100)
    expect(alpha.replies.get(gone)).toMatchObject({ code: 'SweepFailed', about: { member: 'beta', reason: 'is not connected', phase: 'look' } })
  })
})

describe('what a sweep sends', () => {
  it('[P9] an idle sweep sends no updates, reads nothing, and costs four small messages a member', () => {
    const { cluster, directory } = Cluster.ring(3)
    cluster.write(cluster.member(0), directory, ['something'], sizes(100))
    heal(cluster, directory)
    cluster.delivered.length = 0
    cluster.sweep(cluster.member(0), directory)
    expect(cluster.delivered.map(({ message }) => message.type).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['looked', 'looked', 'lookSweep', 'lookSweep', 'writeSweep', 'writeSweep', 'wrote', 'wrote'].toSorted((a, b) => (a < b ? -1 : 1)))
    const bytes = cluster.delivered.reduce((sum, { message }) => sum + encode(message).length, 0)
    expect(bytes / 2).toBeLessThan(1300)
  })

  it('[P9] sends each member only what it lacks, once', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.write(beta, directory, ['only beta has it'], sizes(50))
    cluster.deliver(({ to, message }) => to === gamma && message.type === 'updates')
    cluster.lose(() => true)
    cluster.delivered.length = 0
    cluster.sweep(alpha, directory)
    const writes = cluster.delivered.filter(ofType('writeSweep'))
    const carried = (to: Member): number => writes.filter((post) => post.to === to).reduce((sum, { message }) => sum + (message.type === 'writeSweep' ? message.page.log.length : 0), 0)
    expect([carried(beta), carried(gamma)]).toEqual([0, 0])
    expect(alpha.sees(directory)).toContain('only beta has it')
    cluster.write(alpha, directory, ['from alpha'], true)
    cluster.lose(() => true)
    cluster.delivered.length = 0
    cluster.sweep(alpha, directory)
    const logs = cluster.delivered.flatMap(({ message }) => (message.type === 'writeSweep' ? message.page.log : []))
    expect(logs.map(({ intent }) => intent.branches[0]![0])).toEqual(['from alpha', 'from alpha'])
  })

  it('[P9] asks from the least lastSweep of the ring: what a dying sweep wrote to one member reaches the others', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.write(beta, directory, ['late'], true)
    only(cluster, ofSweeps)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    while (!cluster.post.some(ofType('writeSweep'))) cluster.deliver()
    const lost = cluster.lose(({ to }) => to === gamma)
    expect(lost.some(ofType('writeSweep'))).toBe(true)
    cluster.settle()
    expect(beta.copy(directory).lastSweep > gamma.copy(directory).lastSweep).toBe(true)
    cluster.crash(alpha)
    cluster.restart(alpha)
    cluster.lose(() => true)
    cluster.sweep(beta, directory)
    expect(gamma.sees(directory)).toContain('late')
    heal(cluster, directory)
  })

  it('[P9] large data goes in pages of one snapshot; lost pages and lost acknowledgements are sent again', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    for (let i = 0; i < 30; i++) cluster.write(beta, directory, [`large ${i}`], sizes(80))
    cluster.lose(() => true)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    let lost = 0
    const losing = (post: Post): boolean => ofType('readPage', 'writeSweep', 'wrote', 'readSweep')(post) && (post.message.type !== 'writeSweep' || post.message.page.count > 1) && ++lost % 3 === 0
    for (let i = 0; i < 200 && alpha.server.sweeps.has(directory); i++) {
      cluster.lose(losing)
      if (!cluster.deliver()) cluster.pass(1000)
    }
    expect(lost).toBeGreaterThanOrEqual(6)
    expect(alpha.server.sweeps.has(directory)).toBe(false)
    expect(cluster.delivered.some(({ message }) => message.type === 'readPage' && message.page.count > 2)).toBe(true)
    expect(gamma.copy(directory).lastSweep).toBe(alpha.copy(directory).lastSweep)
    expect(gamma.sees(directory)).toBe(beta.sees(directory))
  })

  it('[P9] pages are of one moment: what is written while they are fetched waits for the next sweep', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    for (let i = 0; i < 20; i++) cluster.write(beta, directory, [`large ${i}`], sizes(80))
    cluster.lose(() => true)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    cluster.settle((post) => !(post.message.type === 'readPage' && post.message.page.index === 1))
    cluster.write(beta, directory, ['large 0'], false)
    cluster.lose(ofType('updates'))
    cluster.settle()
    expect(alpha.sees(directory)).toContain('large 0')
    expect(beta.sees(directory)).not.toContain('large 0')
    heal(cluster, directory)
    expect(alpha.sees(directory)).not.toContain('large 0')
  })

  it('[F1] [G3] a copy that lost what F has passed is named, and nothing is taken for what it lacks', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    cluster.write(alpha, directory, ['kept'], true)
    cluster.pass(500)
    cluster.crash(gamma)
    const old = structuredClone(gamma.disk)
    cluster.restart(gamma)
    cluster.write(alpha, directory, ['later'], true)
    heal(cluster, directory)
    // It promised what it has promised [P2], but no data, no lastSweep and no F came with it.
    const { nextTS } = gamma.copy(directory)
    cluster.crash(gamma)
    gamma.disk = { ...old, incarnation: gamma.disk.incarnation }
    writeDisk(gamma.disk, [{ copy: gamma.copy(directory).id, directory, change: { type: 'fields', fields: { nextTS } } }])
    cluster.restart(gamma)
    const before = gamma.copy(directory).stableMark
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory))).toMatchObject({ code: 'SweepFailed', about: { member: 'gamma', reason: 'refused: this copy does not have everything before that F' } })
    expect(cluster.tryAsk(gamma, cluster.sweepCall(gamma, directory))).toMatchObject({ code: 'SweepFailed', about: { reason: 'says that F has passed what this copy does not have' } })
    expect([gamma.copy(directory).stableMark, gamma.sees(directory).includes('later')]).toEqual([before, false])
  })
})

describe('a member that lies', () => {
  const nothing = cutPages(loadOf(emptyContents(), null))[0]!
  const after = (mark: Timestamp): Timestamp => timestamp(timeOf(mark) + 1, '0')

  /** Two copies with a name in the base, and the last write-back to the first of them. */
  function swept(): { cluster: Cluster; alpha: Member; copy: DirectoryCopy; write: Post & { message: { type: 'writeSweep' } } } {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.write(alpha, directory, ['kept'], true)
    heal(cluster, directory)
    cluster.sweep(beta, directory)
    return { cluster, alpha, copy: alpha.copy(directory), write: cluster.delivered.findLast((post) => ofType('writeSweep')(post) && post.to === alpha) as ReturnType<typeof swept>['write'] }
  }

  it.each([
    ['has F pass what a copy does not have', ({ lastSweep }: DirectoryCopy) => ({ stableMark: after(lastSweep) })],
    ['hands a copy another base than its own, with an F that it has not reached', ({ lastSweep }: DirectoryCopy) => ({ baseMark: after(lastSweep), page: nothing })],
  ] as const)('[F1] [G3] %s: that is refused and counted', (_what, lie) => {
    const { cluster, alpha, copy, write } = swept()
    const before = JSON.stringify(encodeCopy(copy))
    cluster.hand({ ...write, message: { ...write.message, attempt: 'a'.repeat(16), ...lie(copy) } })
    expect(JSON.stringify(encodeCopy(copy))).toBe(before)
    expect([...alpha.server.refusals]).toEqual([['writeSweep: F past what this copy has', 1]])
  })

  it('[G3] hands a copy another base than its own: it keeps its own', () => {
    const { cluster, copy, write } = swept()
    const before = JSON.stringify(contentsOf(copy))
    const { lastSweep } = copy
    cluster.hand({ ...write, message: { ...write.message, attempt: 'a'.repeat(16), baseMark: lastSweep, page: nothing } })
    expect([JSON.stringify(contentsOf(copy)), copy.stableMark]).toEqual([before, lastSweep])
  })

  it('[E4] [G3] in the first sweep of an epoch, too: up to where this copy was complete before, it folds what it has itself', () => {
    const { cluster, alpha, copy, write } = swept()
    const { lastSweep, directory } = copy
    const servers = cluster.members.map(({ id }) => id)
    cluster.write(alpha, directory, ['fresh'], true)
    cluster.ask(alpha, { type: 'ask', servers: [alpha.id], request: { type: 'newEpoch', directory, servers, force: true, patience: 5000, dry: false } })
    while (copy.lastSweep > BEGINNING || cluster.copies(directory).some(({ epoch }) => epoch !== copy.epoch)) expect(cluster.deliver()).toBe(true)
    cluster.lose(() => true)
    const header = { epoch: copy.epoch, attempt: 'a'.repeat(16), sweepTS: copy.nextTS, ring: [], removed: [] }
    const before = JSON.stringify(encodeCopy(copy))
    cluster.hand({ ...write, message: { ...write.message, ...header, stableMark: after(lastSweep), baseMark: after(lastSweep), page: nothing } })
    expect([JSON.stringify(encodeCopy(copy)), ...alpha.server.refusals]).toEqual([before, ['writeSweep: F past what this copy has', 1]])
    cluster.hand({ ...write, message: { ...write.message, ...header, stableMark: lastSweep, baseMark: lastSweep, page: nothing } })
    expect(copy.stableMark).toBe(lastSweep)
    for (const label of ['fresh', 'kept']) expect(alpha.sees(directory)).toContain(label)
  })

  it('[E4] only of epochs that this copy was not in it takes what others have, and only up to where those had it', () => {
    const mark = (n: number): Timestamp => timestamp(n, '0')
    const [first, second, other] = [epochOf(1, 'm1111111'), epochOf(2, 'f2222222'), epochOf(2, 'f3333333')]
    const copy = { state: 'excluded' as const, excluded: [], epoch: second, lineage: [{ epoch: first, mark: mark(10) }], foreignMark: mark(7), lastSweep: mark(30) }
    const lineage = [...copy.lineage, { epoch: second, mark: mark(20) }]
    expect(foreignMarkIn(lineage, copy)).toBe(BEGINNING)
    expect(foreignMarkIn(lineage, { ...copy, lastSweep: BEGINNING })).toBe(mark(7))
    expect(foreignMarkIn([...lineage, { epoch: other, mark: mark(40) }], copy)).toBe(mark(40))
    const member = { ...copy, state: 'active' as const }
    expect(foreignMarkIn([...lineage, { epoch: other, mark: mark(40) }], member)).toBe(BEGINNING)
    expect(foreignMarkIn([...lineage, { epoch: other, mark: mark(40) }], { ...member, excluded: [{ copy: copyNumber(9), server: serverNumber(9), name: 'left out', known: null, abandoned: false }] })).toBe(mark(40))
  })

  it('[P8] says that F has passed what the coordinator does not have: it is named', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.write(beta, directory, ['new'], true)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    for (let i = 0; i < 50 && cluster.deliver((post) => !ofType('readPage')(post)); i++);
    const [page] = cluster.lose(ofType('readPage'))
    if (page?.message.type !== 'readPage') return expect.unreachable()
    const { facts } = page.message
    cluster.hand({ ...page, message: { ...page.message, facts: { ...facts, stableMark: after(alpha.copy(directory).lastSweep) } } })
    expect(alpha.server.sweepWatch.get(directory)!.heldBackBy).toMatchObject({ server: beta.id, reason: 'says that F has passed what this copy does not have' })
  })
})

describe('the stable mark', () => {
  it('[P8] [F1] is the least lastSweep that the sweep saw at every member, never its own time-stamp', () => {
    const { cluster, directory } = Cluster.ring(3)
    const seen = cluster.copies(directory).map(({ lastSweep }) => lastSweep)
    const { sweepTS } = cluster.sweep(cluster.member(2), directory)
    for (const copy of cluster.copies(directory)) {
      expect(seen).toContain(copy.stableMark)
      expect(copy.stableMark < sweepTS).toBe(true)
    }
  })

  it('[G1] [noResurrection] deleted names are forgotten everywhere, and messages from before bring nothing back', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.write(alpha, directory, ['doomed'], [['below', true]])
    cluster.settle()
    const early = cluster.delivered.filter(ofType('updates'))
    cluster.write(beta, directory, ['doomed'], false)
    heal(cluster, directory)
    for (const post of early) cluster.hand(post)
    for (const copy of cluster.copies(directory)) expect(encodeCopy(copy).contents.base.map(([label]) => label)).not.toContain('doomed')
    for (const member of cluster.members) expect(member.sees(directory)).not.toContain('doomed')
    heal(cluster, directory)
  })

  it('[F1] does not pass a copy that was spliced in behind the coordinator while it was reading', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    // gamma takes alpha's snapshot; then beta's update reaches alpha, which gamma lacks.
    cluster.call(gamma, cluster.joinCall(gamma, directory, alpha))
    cluster.settle(ofType('askSnapshot', 'snapshotPage', 'request', 'answer'))
    const splice = cluster.lose(ofType('askSplice'))
    cluster.write(beta, directory, ['gamma lacks it'], true)
    cluster.settle(ofType('updates'))
    cluster.post.push(...splice)
    // beta's sweep has looked at both and is about to write; alpha's has looked at both and reads slowly.
    cluster.call(beta, cluster.sweepCall(beta, directory))
    cluster.settle((post) => post.from !== alpha || post.message.type !== 'looked' ? ofType('lookSweep', 'looked')(post) : true)
    cluster.write(beta, directory, ['new'], true)
    cluster.lose(ofType('updates'))
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    cluster.settle(ofType('lookSweep', 'looked'))
    const reads = cluster.lose(ofType('readSweep'))
    expect(reads.length).toBeGreaterThan(0)
    cluster.settle(ofType('askSplice', 'spliced'))
    expect(alpha.copy(directory).pointer.copy).toBe(gamma.copy(directory).id)
    cluster.settle()
    cluster.post.push(...reads)
    cluster.settle()
    for (const copy of cluster.copies(directory)) {
      const { stableMark } = copy
      for (const other of cluster.copies(directory)) if (other.lastSweep < stableMark) expect.fail(`F ${stableMark} passed a copy that is complete to ${other.lastSweep} only`)
    }
    heal(cluster, directory)
    expect(gamma.sees(directory)).toContain('gamma lacks it')
  })
})

describe('sweeps that may not be', () => {
  it('[T2] one stamped more than 300 s ahead is refused, with both clocks', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    alpha.skew = 301_000
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory))).toMatchObject({ code: 'SweepFailed', about: { member: 'beta', reason: expect.stringContaining('clocks differ') } })
    const refused = cluster.delivered.find(ofType('sweepRefused'))!.message
    expect(refused).toMatchObject({ failure: { code: 'ClockSkew', about: { theirs: expect.stringContaining('2025-01-01T00:05'), ours: expect.stringContaining('2025-01-01T00:00') } } })
    expect(timeOf(beta.copy(directory).nextTS)).toBeLessThan(timeOf(alpha.copy(directory).nextTS))
    cluster.pass(3000)
    alpha.skew = 299_000
    expect(cluster.code(alpha, cluster.sweepCall(alpha, directory))).toBe('ok')
  })

  it('[P7] a write-back to a copy that was not read by it is refused; one for another copy or epoch too', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.sweep(alpha, directory)
    const write = cluster.delivered.findLast(ofType('writeSweep'))!
    if (write.message.type !== 'writeSweep') throw new Error()
    const { message } = write
    const before = beta.copy(directory).lastSweep
    const later = `${String(timeOf(message.sweepTS) + 60_000_000).padStart(16, '0')}.0` as typeof before
    cluster.hand({ ...write, message: { ...message, sweepTS: later, attempt: 'another' } })
    cluster.settle()
    expect(beta.copy(directory).lastSweep).toBe(before)
    expect(cluster.delivered.at(-1)!.message).toMatchObject({ type: 'sweepRefused' })
    for (const wrong of [{ to: copyNumber(99) }, { epoch: '0002.aaaaaaaa' as typeof message.epoch }, { from: copyNumber(98) }]) {
      const refusals = beta.happened.filter((text) => text.startsWith('refused')).length
      cluster.hand({ ...write, message: { ...message, ...wrong } })
      expect(beta.happened.filter((text) => text.startsWith('refused'))).toHaveLength(refusals + 1)
    }
  })

  it('[P6] a write-back that comes late, after a newer sweep, lowers nothing and adds nothing', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta] = cluster.members as [Member, Member]
    cluster.write(beta, directory, ['x'], true)
    cluster.sweep(alpha, directory)
    const late = cluster.delivered.filter(ofType('writeSweep'))
    cluster.write(beta, directory, ['x'], false)
    heal(cluster, directory)
    const states = cluster.copies(directory).map((copy) => JSON.stringify(encodeCopy(copy)))
    for (const post of late) cluster.hand(post)
    expect(cluster.copies(directory).map((copy) => JSON.stringify(encodeCopy(copy)))).toEqual(states)
  })

  it('[R8] a ring that lacks a known member is a ring regression: it is said, and nothing is written', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    const { pointer } = beta.copy(directory)
    cluster.join(gamma, directory, beta)
    cluster.pass(3000)
    Object.assign(beta.copy(directory), { pointer })
    const before = alpha.copy(directory).lastSweep
    expect(cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory))).toMatchObject({ code: 'RingRegression', about: { member: 'gamma' } })
    expect(alpha.copy(directory).lastSweep).toBe(before)
    expect(alpha.server.sweepWatch.get(directory)!.alarm?.code).toBe('RingRegression')
  })

  it('[R8] a copy whose sweep never meets itself is orphaned', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    Object.assign(gamma.copy(directory), { pointer: beta.copy(directory).pointer.copy === gamma.copy(directory).id ? { copy: beta.copy(directory).id, server: beta.id } : gamma.copy(directory).pointer })
    const outcome = cluster.tryAsk(alpha, cluster.sweepCall(alpha, directory))
    expect(outcome).toMatchObject({ code: 'Orphaned', about: { member: 'alpha' } })
  })

  it('[P5] a stranger’s sweep is refused and changes nothing', () => {
    const { cluster, directory } = Cluster.ring(2, 3)
    const [alpha, , gamma] = cluster.members as [Member, Member, Member]
    const { epoch, id, nextTS } = alpha.copy(directory)
    const saved = alpha.saves.length
    cluster.hand({ from: gamma, to: alpha, message: { type: 'lookSweep', directory, epoch, from: copyNumber(77), to: id, attempt: 'x', sweepTS: nextTS } })
    expect(alpha.saves).toHaveLength(saved)
    expect(alpha.happened.at(-1)).toContain('not a known member')
    expect(noFields(epoch, alpha.copy(directory).pointer).lastSweep).toBe(BEGINNING)
    expect(directoryNumber(1)).toBe(directory)
  })

  it('[P9] one member cannot answer another’s read, though it knows the attempt', () => {
    const { cluster, directory } = Cluster.ring(3)
    const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
    cluster.write(gamma, directory, ['must be read'], true)
    only(cluster, ofSweeps)
    cluster.call(alpha, cluster.sweepCall(alpha, directory))
    cluster.settle(ofType('lookSweep', 'looked'))
    const asked = cluster.post.find((post) => post.to === gamma && post.message.type === 'readSweep')!
    if (asked.message.type !== 'readSweep') throw new Error()
    const { nextTS, id } = beta.copy(directory)
    cluster.hand({ from: beta, to: gamma, message: { ...asked.message, from: id, since: nextTS } })
    cluster.settle()
    expect(alpha.sees(directory)).toContain('must be read')
    heal(cluster, directory)
  })
})

describe('several sweeps', () => {
  it('[P6] two at once, their messages in every interleaving that a seed picks, both complete and agree', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { cluster, directory } = Cluster.ring(3)
      const [alpha, beta] = cluster.members as [Member, Member]
      let state = seed
      const below = (n: number): number => (state = Math.imul(state, 1_103_515_245) + 12_345) >>> 8 && (state >>> 8) % n
      for (const member of cluster.members) cluster.write(member, directory, [`by ${member.name}`], true)
      const calls = [cluster.call(alpha, cluster.sweepCall(alpha, directory, 'ring')), cluster.call(beta, cluster.sweepCall(beta, directory))]
      for (let i = 0; cluster.post.length > 0; i++) {
        if (i === 8) cluster.write(cluster.member(2), directory, ['by gamma'], false)
        const pick = cluster.post[below(cluster.post.length)]!
        if (below(5) === 0) cluster.hand(pick)
        cluster.deliver((post) => post === pick)
      }
      for (const [i, member] of [alpha, beta].entries()) expect(member.replies.get(calls[i]!)).toMatchObject({ members: expect.any(Array) })
      heal(cluster, directory)
      expect(alpha.sees(directory)).not.toContain('by gamma')
      expect(alpha.sees(directory)).toContain('by alpha')
    }
  })

  it('[P10] who asks while one runs is answered by the next, which begins after it', () => {
    const { cluster, directory } = Cluster.ring(2)
    const alpha = cluster.member(0)
    const first = cluster.call(alpha, cluster.sweepCall(alpha, directory))
    const second = cluster.call(alpha, cluster.sweepCall(alpha, directory))
    cluster.settle()
    const [one, two] = [first, second].map((id) => alpha.replies.get(id) as { sweepTS: string })
    expect(one!.sweepTS < two!.sweepTS).toBe(true)
  })

  it('[P10] they happen by themselves: soon after updates, periodically, one member at a time, less often after failures', () => {
    const { cluster, directory } = Cluster.ring(3)
    const completed = (): number[] => cluster.members.map((member) => member.server.sweepWatch.get(directory)?.completed ?? 0)
    const before = completed()
    cluster.pass(300_000)
    const after = completed()
    const sweeps = after.map((count, i) => count - before[i]!)
    expect(sweeps.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(8)
    expect(sweeps.reduce((a, b) => a + b)).toBeLessThan(20)
    cluster.write(cluster.member(2), directory, ['soon'], true)
    cluster.lose(() => true)
    cluster.pass(8000)
    expect(cluster.member(0).sees(directory)).toContain('soon')
    expect(cluster.copies(directory)[0]!.log).toEqual([])
    cluster.crash(cluster.member(1))
    cluster.delivered.length = 0
    cluster.pass(3_600_000)
    const failed = cluster.member(0).server.sweepWatch.get(directory)!
    expect(failed.heldBackBy?.server).toBe(cluster.member(1).id)
    expect(failed.failed).toBeGreaterThan(5)
    expect(failed.failed).toBeLessThan(40)
  })
})

describe('updates from the future', () => {
  it('[T2] are kept aside, not counted as seen, and tried again when their time comes', () => {
    const { cluster, directory } = Cluster.ring(2)
    const [alpha, beta] = cluster.members as [Member, Member]
    beta.skew = 400_000
    cluster.write(beta, directory, ['ahead'], true)
    cluster.settle()
    expect(alpha.sees(directory)).not.toContain('ahead')
    expect(timeOf(alpha.copy(directory).nextTS) / 1000).toBeLessThan(cluster.now(alpha) + 1000)
    expect(alpha.server.deferred).toHaveLength(1)
    for (const post of cluster.delivered.filter(ofType('updates'))) cluster.hand(post)
    expect(alpha.server.deferred).toHaveLength(1)
    expect(alpha.server.refusals.get('updates: from the future, kept aside')).toBe(1)
    beta.skew = 0
    cluster.pass(110_000)
    expect(alpha.sees(directory)).toContain('ahead')
    expect(alpha.server.deferred).toEqual([])
  })
})
