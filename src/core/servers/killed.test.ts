/** Whoever began a procedure of servers is killed after each of its steps, and started again: it ends in done or undone [S5]. */
import { describe, expect, it } from 'vitest'
import { Cluster, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import type { Call } from '../calls'
import { inSNOf, serverEntry } from '../entries/serverEntry'
import { explain, isFailure, type Failure } from '../errors'
import type { DirectoryId } from '../names'
import type { Finding, Request } from '../requests'
import { underWayAt } from '../underWay'
import { visibleAt } from '../values/valueTree'
import type { Announced } from '../work'

const dec = directoryNumber(2)

interface World {
  cluster: Cluster
  root: DirectoryId
  alpha: Member
  beta: Member
  gamma: Member
}

/** The root on alpha and beta, or on all; DEC, with InSN, on alpha and gamma, so that gamma asks others for all that it needs. All are named in the root. */
function world(roots = 2): World {
  const { cluster, directory: root } = Cluster.ring(roots, 3)
  const [alpha, beta, gamma] = cluster.members as [Member, Member, Member]
  cluster.newD(alpha, root, 'DEC', dec)
  cluster.join(gamma, dec, alpha)
  cluster.ask(alpha, ask(alpha, { type: 'setInSN', directory: dec, to: true }))
  cluster.pass(20_000)
  return { cluster, root, alpha, beta, gamma }
}

const ask = (at: Member, request: Request): Call => ({ type: 'ask', servers: [at.id], request })

interface Trial {
  title: string
  /** What stands before. */
  prepared: () => World
  /** Whether it is announced first [W5]: then that may be left behind. */
  announces: boolean
  call: (all: World) => Call
  /** Who is told to do it. */
  by: (all: World) => Member
  isDone: (all: World) => boolean
  isUndone: (all: World) => boolean
}

const entryOf = ({ alpha, root }: World, name: string): ReturnType<typeof serverEntry> => serverEntry(alpha.copy(root).visible, name)
const recorded = ({ alpha, beta, root }: World): boolean => visibleAt(alpha.copy(root).visible, ['.', 'Removed', beta.id]) !== undefined
const inSN = ({ alpha }: World): ReturnType<typeof inSNOf> => inSNOf(alpha.copy(dec).visible)

function withoutInSN(): World {
  const all = world()
  all.cluster.ask(all.alpha, ask(all.alpha, { type: 'setInSN', directory: dec, to: false }))
  all.cluster.pass(20_000)
  return all
}

/** Beta is gone for good, and the root has an epoch without it, which waits for it. */
function withoutBeta(): World {
  const all = world(3)
  const { cluster, root, alpha, beta, gamma } = all
  cluster.crash(beta)
  cluster.ask(alpha, ask(alpha, { type: 'newEpoch', directory: root, servers: [alpha.id, gamma.id], force: false, patience: 5000, dry: false }))
  cluster.pass(10_000)
  return all
}

const trials: readonly Trial[] = [
  {
    title: 'setUpOn: a name in a directory, with an up pointer',
    prepared: () => world(),
    announces: false,
    call: () => ({ type: 'setUpOn', path: ['DEC', 'gamma'], up: ['alpha'] }),
    by: ({ gamma }) => gamma,
    isDone: (all) => entryOf(all, 'gamma') === null && serverEntry(all.alpha.copy(dec).visible, 'gamma')?.server === all.gamma.id && all.gamma.server.up?.name === 'alpha' && entryOf(all, 'alpha')!.down.includes(all.gamma.id),
    isUndone: (all) => entryOf(all, 'gamma')?.server === all.gamma.id && serverEntry(all.alpha.copy(dec).visible, 'gamma') === null && all.gamma.server.up === null && entryOf(all, 'alpha')!.down.length === 0,
  },
  {
    title: 'setInSN: a directory gets it',
    prepared: withoutInSN,
    announces: false,
    call: ({ gamma }) => ask(gamma, { type: 'setInSN', directory: dec, to: true }),
    by: ({ gamma }) => gamma,
    isDone: (all) => inSN(all)?.withdrawn === null,
    isUndone: (all) => inSN(all) === null && visibleAt(all.alpha.copy(all.root).visible, ['DEC', 'DR', 'InSN']) === undefined,
  },
  {
    title: 'setInSN: a directory loses it',
    prepared: () => world(),
    announces: true,
    call: ({ gamma }) => ask(gamma, { type: 'setInSN', directory: dec, to: false }),
    by: ({ gamma }) => gamma,
    isDone: (all) => inSN(all) === null,
    isUndone: (all) => inSN(all)?.withdrawn === null,
  },
  {
    title: 'removeS: a server goes',
    prepared: () => world(),
    announces: true,
    call: ({ gamma, root }) => ask(gamma, { type: 'removeS', directory: root }),
    by: ({ gamma }) => gamma,
    isDone: (all) => entryOf(all, 'gamma') === null && all.gamma.server.removed && [...all.gamma.server.copies.values()].every(({ state }) => state === 'left'),
    isUndone: (all) => entryOf(all, 'gamma')?.withdrawn === null && entryOf(all, 'gamma')?.server === all.gamma.id && !all.gamma.server.removed,
  },
  {
    title: 'removeS: a lost server is removed by another',
    prepared: withoutBeta,
    announces: true,
    call: () => ({ type: 'removeLost', path: ['beta'], dry: false }),
    by: ({ gamma }) => gamma,
    isDone: (all) => entryOf(all, 'beta') === null && recorded(all),
    isUndone: (all) => entryOf(all, 'beta')?.withdrawn === null && !recorded(all),
  },
]

/** Begins, and kills the beginner when it has taken so many steps; false when it was answered before. */
function killedAfter(steps: number, all: World, call: Call, by: Member): boolean {
  const { cluster } = all
  const id = cluster.call(by, call)
  let taken = 1
  const input = cluster.input.bind(cluster)
  cluster.input = (member, what) => {
    if (member === by) taken++
    return input(member, what)
  }
  const goesOn = (): boolean => taken < steps && !by.replies.has(id) && (cluster.deliver() || cluster.tickNext())
  while (goesOn());
  cluster.input = input
  if (by.replies.has(id)) return false
  cluster.crash(by)
  cluster.pass(20_000)
  cluster.restart(by)
  cluster.pass(40_000)
  return true
}

const announced = ({ cluster, alpha }: World): Announced[] => underWayAt(alpha.server, cluster.now(alpha)).announced

function checked({ cluster, root, alpha }: World, at: Member): void {
  // Who has given up its name is not checked; who names it is.
  for (const each of [at, alpha]) if (!each.server.removed) cluster.ask(each, ask(each, { type: 'checkS', directory: root, name: null, repair: true }))
  cluster.pass(60_000)
}

describe('whoever began is killed after any step and started again', () => {
  for (const { title, prepared, announces, call, by, isDone, isUndone } of trials) {
    it(`[S5] ${title}: then it is done, or undone; or what was announced is seen, and CheckS makes it so`, () => {
      const ends = new Set<string>()
      let kills = 0
      for (let steps = 1; ; steps++) {
        const all = prepared()
        if (!killedAfter(steps, all, call(all), by(all))) break
        kills++
        const seen = announced(all).length > 0
        ends.add(seen ? 'announced' : isDone(all) ? 'done' : 'undone')
        checked(all, by(all))
        expect([steps, isDone(all), isUndone(all)], `killed after ${steps} steps`).toEqual([steps, !isUndone(all), !isDone(all)])
        expect(announced(all), `killed after ${steps} steps`).toEqual([])
      }
      expect([ends.has('announced'), kills > 3]).toEqual([announces, true])
    })

    it(`[S5] ${title}: repeated, it is done`, () => {
      let kills = 0
      for (let steps = 1; ; steps++) {
        const all = prepared()
        if (!killedAfter(steps, all, call(all), by(all))) break
        kills++
        if (!isDone(all)) {
          const outcome = all.cluster.tryAsk(by(all), call(all))
          expect(isFailure(outcome) ? [steps, outcome.code, outcome.about] : 'ok').toBe('ok')
        }
        all.cluster.pass(60_000)
        expect([steps, isDone(all)]).toEqual([steps, true])
        expect(announced(all)).toEqual([])
      }
      expect(kills).toBeGreaterThan(3)
    })
  }
})

it('[W5] CheckS says what was announced and nobody works on, and leaves alone what somebody does', () => {
  const all = world()
  const { cluster, root, alpha, gamma } = all
  const removal = ask(gamma, { type: 'setInSN', directory: dec, to: false })
  const check = (repair: boolean): Finding[] => (cluster.ask(alpha, ask(alpha, { type: 'checkS', directory: root, name: null, repair })) as { findings: Finding[] }).findings
  cluster.call(gamma, removal)
  while (announced(all).length === 0 && cluster.deliver());
  expect(announced(all)).toMatchObject([{ directory: dec, label: '.', server: null, name: `#${root}/DEC` }])
  cluster.lose(() => true)
  expect(check(false)).toEqual([])
  cluster.crash(gamma)
  expect(check(false)).toMatchObject([{ rule: 'W5', repaired: false }])
  expect(check(false)[0]!.sentence).toBe(`that #${root}/DEC loses InSN was announced, and nobody in reach works on it`)
  expect(check(true)).toMatchObject([{ rule: 'W5', repaired: true, repair: 'The announcement is taken back' }])
  expect(announced(all)).toEqual([])
})

it('[S5] where not even the announcement can be taken back, the failure says so', () => {
  const all = world()
  const { cluster, root, alpha, beta, gamma } = all
  const id = cluster.call(gamma, ask(gamma, { type: 'removeS', directory: root }))
  const goesOn = (): boolean => announced(all).length === 0 && (cluster.deliver() || cluster.tickNext())
  while (goesOn());
  for (const other of [alpha, beta]) cluster.cut(gamma, other)
  cluster.pass(60_000)
  const failed = gamma.replies.get(id) as Failure
  expect(explain(failed)).toMatch(/^The removal of the server \/gamma is not done: .*\. Nor could its announcement be taken back, for .*: until it is, by keepS/)
  expect(explain(failed)).not.toContain('Everything is as it was')
})
