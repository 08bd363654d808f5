import { describe, expect, it } from 'vitest'
import { canaries } from './canaries'
import { Exploration, type Outcome } from './exhaust'
import { Parts } from './exhaustCopying'
import { scenarios, type Scenario } from './exhaustScenarios'

const scenario = (name: string): Scenario => scenarios.find((each) => each.name === name)!
const whole = { limit: 1_000_000 }
const words = ({ broken }: Outcome): string => (broken === null ? 'nothing is broken' : [broken.sentence, ...broken.path].join('\n'))

describe('every interleaving', () => {
  it('[A1] of one intent stamped twice, a sweep and a message that comes again, ends in equal copies', () => {
    const outcome = new Exploration(scenario('twice-stamped'), whole).run()
    expect(words(outcome)).toBe('nothing is broken')
    expect(outcome.exhausted).toBe(true)
    expect(outcome.states).toBeGreaterThan(20_000)
    expect(outcome.leaves).toBeGreaterThan(100)
    expect(outcome.drained).toBeGreaterThan(50)
  })

  it('[R5] of a copy that leaves and two updates is looked at, the same each time, and no step depends on what was looked at before', () => {
    const exploration = new Exploration(scenario('leave'), whole)
    const outcome = exploration.run()
    expect(words(outcome)).toBe('nothing is broken')
    expect(outcome.exhausted).toBe(true)
    expect(outcome.states).toBeGreaterThan(8000)
    expect(new Exploration(scenario('leave'), whole).run()).toEqual(outcome)
    const { servers } = exploration
    for (const state of servers.all) {
      for (const [number, step] of state.steps) {
        const again = servers.workOut(state, servers.happenings[number]!)?.step ?? null
        expect(again?.next.number).toBe(step?.next.number)
        expect(again?.sends).toEqual(step?.sends)
      }
    }
  })

  it('[DC3] of two administrators who make an epoch at once leads to one ring, or to one and whom it left out', () => {
    const outcome = new Exploration(scenario('two-epochs'), { limit: 60_000 }).run()
    expect(words(outcome)).toBe('nothing is broken')
    expect(outcome.drained).toBeGreaterThan(10)
  })

  it('stops at its limit and says so', () => {
    const outcome = new Exploration(scenario('everything'), { limit: 500 }).run()
    expect(outcome).toMatchObject({ exhausted: false, broken: null })
    expect(outcome.states).toBeGreaterThanOrEqual(500)
  })
})

describe('a canary', () => {
  const broken = (name: string, where: string): NonNullable<Outcome['broken']> => {
    const canary = canaries.find((each) => each.name === name)!
    const found = new Exploration(scenario(where), { limit: 50_000, canary: canary.make() }).run().broken
    expect(found, `${where} noticed nothing`).not.toBeNull()
    expect(canary.rules).toContain(found!.rule)
    return found!
  }
  const steps = (path: readonly string[]): number => path.filter((line) => /^ *\d+ /.test(line)).length

  it('[P8] that forgets by sweepTS is accused, with a short way to it', () => {
    const { rule, path } = broken("forgetting goes by the sweep's own time-stamp", 'two-sweeps')
    expect(rule).toBe('F1')
    expect(steps(path)).toBeLessThan(25)
    expect(path.join('\n')).toMatch(/begins a sweep/)
    expect(path.join('\n')).toMatch(/hears from alpha: writeSweep/)
  })

  it('[R3] of a joiner that does not inherit nextTS is accused, which needs a clock ahead', () => {
    expect(steps(broken('a joiner does not inherit nextTS', 'join-clocks').path)).toBeLessThan(20)
  })

  it('[E2] that says it is sealed, and is not, is accused, with a short way to it', () => {
    const { path } = broken('a member answers that it is sealed, and is not', 'two-epochs')
    expect(steps(path)).toBeLessThan(15)
    expect(path.join('\n')).toMatch(/makes an epoch of/)
  })
})

describe('parts of servers', () => {
  it('are kept once, whatever the order in which their maps grew; left out is what decides nothing', () => {
    const parts = new Parts()
    const first = parts.keep({ peers: new Map([['a', [1]], ['b', [2]]]), fenced: new Set(['x', 'y']), refusals: new Map([['why', 1]]) })
    expect(parts.keep({ peers: new Map([['b', [2]], ['a', [1]]]), fenced: new Set(['y', 'x']), refusals: new Map() })).toBe(first)
    expect(parts.keep({ peers: new Map([['a', [2]], ['b', [1]]]), fenced: new Set(['x', 'y']), refusals: new Map() })).not.toBe(first)
  })
})
