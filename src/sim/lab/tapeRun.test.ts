import { describe, expect, it } from 'vitest'
import { encodeStill, takeStill, type TapedInput } from '../../core/tape'
import { calm } from '../network'
import { watchNames } from '../namesInUse'
import { usualMix, Workload } from '../workload'
import { World } from '../world'
import { flightsOf, pictureOfTape } from './picture'
import { openTape, type TapeRun } from './tapeRun'

/** What beta of a small world lives through in ten seconds, with a reel that begins in the middle. */
function recorded(): string[] {
  const world = new World('tape')
  for (const name of ['alpha', 'beta', 'gamma']) world.addServer(name, 0)
  const workload = new Workload(world, usualMix, true, watchNames(world))
  for (const server of world.servers) server.start()
  workload.begin(world.servers[0]!)
  world.links.lookAtAll()
  world.pass(3000)
  world.network.weather = { ...calm, delay: 40 }
  const beta = world.servers[1]!
  const lines = [JSON.stringify({ tape: 1 })]
  const still = (): void => void lines.push(`{"restored":false,"still":${encodeStill(takeStill(beta.server))}}`)
  still()
  world.observers.push({
    before: (server, input) => {
      if (server === beta) lines.push(JSON.stringify({ at: world.wall(beta), input } satisfies TapedInput))
    },
  })
  for (let i = 0; i < 10; i++) {
    if (i === 5) still()
    workload.act(world.random.fork(`act ${i}`))
    world.pass(1000)
  }
  still()
  return lines
}

function open(lines: readonly string[]): TapeRun {
  const tape = openTape(lines.join('\n'))
  if ('refused' in tape) throw new Error(tape.refused)
  return tape
}

const toItsEnd = (tape: TapeRun): TapeRun => {
  while (tape.next());
  return tape
}
const mark = (tape: TapeRun, rule: string) => tape.marks.all.find((each) => each.rule === rule)

describe('a tape', () => {
  const lines = recorded()

  it('runs again to exactly what the server was, at the end of each reel', () => {
    const tape = toItsEnd(open(lines))
    expect(mark(tape, 'replay')).toMatchObject({ looks: 2, broken: null })
    expect(mark(tape, 'monotone')).toMatchObject({ broken: null })
    expect(tape.step).toBeGreaterThan(10)
    expect(tape.lines.some(({ kind, text }) => kind === 'message' && text.startsWith('alpha → beta'))).toBe(true)
  })

  it('shows the server with its copies, the others as it knows them, and messages on their way', () => {
    const tape = open(lines)
    while (flightsOf(tape).length === 0 && tape.next());
    const { servers, copies, links, tape: whose } = pictureOfTape(tape, null)
    expect(whose?.name).toBe('beta')
    expect(servers.map(({ name, state }) => `${name} ${state}`)).toEqual(expect.arrayContaining(['beta running', 'alpha connected', 'gamma connected']))
    expect(copies.filter(({ state }) => state !== null)).toHaveLength(1)
    expect(copies).toHaveLength(3)
    expect(links.every(({ stands }) => stands)).toBe(true)
  })

  it('goes back by running again', () => {
    const tape = toItsEnd(open(lines))
    const again = tape.again()
    expect(again.step).toBe(0)
    toItsEnd(again)
    expect([again.step, again.events, again.lines.at(-1)]).toEqual([tape.step, tape.events, tape.lines.at(-1)])
  })

  it('says so when the replay ends elsewhere than the tab did', () => {
    const without = lines.filter((line) => !line.includes('"type":"updates"'))
    expect(without.length).toBeLessThan(lines.length)
    expect(mark(toItsEnd(open(without)), 'replay')?.broken?.sentence).toMatch(/^the server here is another one than in the tab/)
  })

  it.each([
    ['{"tape":2}', /another version/],
    ['{"tape":1}', /nothing on it/],
    ['{"tape":1}\n{"still":{"copies":[],"rest":{"object":[]}}}\n{"x":1}', /line 3 is neither/],
    ['{"tape":1}\n{"still":', /not JSON/],
    ['{"tape":1}\n{"still":7}\n{"still":7}', /cannot be made again/],
  ])('is refused in words when it is none: %s', (text, words) => {
    expect(openTape(text)).toEqual({ refused: expect.stringMatching(words) })
  })
})
