import { describe, expect, it } from 'vitest'
import { BEGINNING } from '../../core/timestamp'
import { Lab } from './lab'
import { flightsOf, pictureOf } from './picture'
import { parseRecording, usualRecipe, type Deed, type Recipe, type Recording } from './recording'
import { Search } from './search'

const begin = (recipe: Partial<Recipe> = {}): Lab => new Lab({ recipe: { ...usualRecipe, ...recipe }, deeds: [], position: { events: 0, deeds: 0 } })

/** Lets things happen until so many steps are seen. */
function go(lab: Lab, steps: number): void {
  const until = lab.step + steps
  while (lab.step < until && lab.next());
}
const until = (lab: Lab, ms: number): void => {
  while (lab.nextAt !== null && lab.nextAt <= ms && lab.next());
}

/** Runs a recording to its position. */
function again(recording: Recording): Lab {
  const lab = new Lab(recording)
  const { events, deeds } = recording.position
  while ((lab.events < events || lab.deeds < deeds) && lab.next());
  return lab
}
const broken = (lab: Lab): string[] => lab.marks.all.flatMap(({ rule, broken }) => (broken === null ? [] : [rule]))

describe('a lab', () => {
  it('begins as one cluster: every server has a copy of the root, in one ring', () => {
    const { copies, links, directories } = pictureOf(begin(), null, 0)
    expect(copies).toHaveLength(4)
    expect(copies.every(({ state }) => state?.state === 'active' && state.ring.length === 4)).toBe(true)
    expect(links).toHaveLength(6)
    expect(links.every(({ stands, cut }) => stands && cut === 'no')).toBe(true)
    expect(directories.map(({ name }) => name)).toEqual(['ANSI'])
  })

  it('runs the same way again, deeds of a person included, and stands where it stood', () => {
    const lab = begin({ seed: 'again', people: 'many', weather: 'stormy', misfortunes: true, clocks: 'seconds' })
    const directory = lab.directories[0]!
    const deeds: Deed[] = [
      { type: 'write', server: 'beta', directory, path: ['Lampson', 'Phone', '1'], present: true },
      { type: 'cut', server: 'alpha', other: 'beta', oneWay: false },
      { type: 'crash', server: 'gamma' },
      { type: 'makeDirectory', server: 'alpha', label: 'DEC' },
      { type: 'start', server: 'gamma' },
      { type: 'weather', weather: 'lossy' },
      { type: 'healNetwork' },
    ]
    for (const deed of deeds) {
      go(lab, 40)
      lab.do(deed, (lab.time + (lab.nextAt ?? lab.time)) / 2)
    }
    go(lab, 40)
    const recorded = JSON.stringify(lab.recorded)
    const parsed = parseRecording(recorded)
    expect(parsed).not.toHaveProperty('refused')
    const twin = again(parsed as Recording)
    expect(twin.world.hash).toBe(lab.world.hash)
    expect(pictureOf(twin, null, 0)).toEqual(pictureOf(lab, null, 0))
  })

  it('goes back by running again up to an earlier step; forward from there the recorded deeds are done', () => {
    const lab = begin({ people: 'few' })
    go(lab, 30)
    lab.do({ type: 'crash', server: 'beta' }, lab.time)
    go(lab, 30)
    const back = again({ ...lab.recording, position: lab.steps[20]! })
    expect(back.step).toBe(20)
    expect(back.world.byId(back.world.servers[1]!.id)?.alive).toBe(true)
    go(back, lab.step - 20)
    expect(back.world.hash).toBe(lab.world.hash)
    expect(back.position).toEqual(lab.position)
  })

  it('what was seen before is run through faster, and looks the same', () => {
    const first = begin({ people: 'many', weather: 'stormy', misfortunes: true, canary: 'the write pass loses an update', seed: 'hasty 3' })
    go(first, 600)
    for (const step of [100, 350, 599]) {
      const [slow, fast] = [again({ ...first.recording, position: first.steps[step]! }), new Lab(first.recording, first, step)]
      go(fast, step)
      expect(fast.position).toEqual(slow.position)
      expect(pictureOf(fast, null, 0)).toEqual(pictureOf(slow, null, 0))
      expect(flightsOf(fast)).toEqual(flightsOf(slow))
    }
    expect(first.marks.broken).toBeGreaterThan(0)
    const stopped = new Lab(first.recording, first, 599)
    go(stopped, 300)
    stopped.watch()
    go(stopped, 299)
    expect(pictureOf(stopped, null, 0).marks).toEqual(pictureOf(again({ ...first.recording, position: first.steps[599]! }), null, 0).marks)
  })

  it('a deed after going back makes another future', () => {
    const lab = begin()
    lab.do({ type: 'crash', server: 'beta' }, lab.time)
    lab.do({ type: 'crash', server: 'gamma' }, lab.time)
    const back = again({ ...lab.recording, position: { events: 0, deeds: 1 } })
    back.do({ type: 'start', server: 'beta' }, back.time)
    expect(back.recording.deeds.map(({ deed }) => deed.type)).toEqual(['crash', 'start'])
  })

  it('a message flies from its server to another, and arrives', () => {
    const lab = begin()
    lab.do({ type: 'write', server: 'alpha', directory: lab.directories[0]!, path: ['Birrell'], present: true }, lab.time)
    while (!flightsOf(lab).some(({ type }) => type === 'updates') && lab.next());
    const alpha = lab.world.servers[0]!
    const updates = flightsOf(lab).filter(({ type }) => type === 'updates')
    expect(updates).toHaveLength(3)
    expect(updates.every(({ from, lost, arrives, sent }) => from === alpha.id && !lost && arrives > sent)).toBe(true)
    until(lab, lab.time + 1000)
    for (const { state } of pictureOf(lab, null, 0).copies) expect(state?.log.some(([, text]) => text === 'Birrell')).toBe(true)
  })

  it('a copy is removed and added again by a person', () => {
    const lab = begin({ servers: 3 })
    const directory = lab.directories[0]!
    const members = (): (number | undefined)[] => pictureOf(lab, null, 0).copies.map(({ state }) => state?.ring.length)
    lab.do({ type: 'removeCopy', server: 'beta', directory }, lab.time)
    until(lab, lab.time + 120_000)
    expect(members()).toEqual([2, 2])
    lab.do({ type: 'addCopy', server: 'beta', directory }, lab.time)
    until(lab, lab.time + 120_000)
    expect(members()).toEqual([3, 3, 3])
    expect(broken(lab)).toEqual([])
  })

  it('three sweeps after faults make all copies equal, and say so [convergence]', () => {
    const lab = begin({ people: 'many', weather: 'lossy', misfortunes: true })
    until(lab, 20_000)
    lab.do({ type: 'converge' }, lab.time)
    expect(broken(lab)).toEqual([])
    expect(lab.marks.all.filter(({ looks }) => looks === 0)).toEqual([])
    expect(pictureOf(lab, null, 0).copies.every(({ state }) => state !== null && state.lastSweep > BEGINNING)).toBe(true)
  })

  it('a bug that is put in turns an invariant red, and the world goes on', () => {
    const lab = begin({ servers: 3, people: 'many', canary: 'the write pass loses an update', weather: 'lossy' })
    while (lab.marks.broken === 0 && lab.time < 300_000 && lab.next());
    expect(broken(lab)).toContain('DC1')
    const { step } = lab
    go(lab, 50)
    expect(lab.step).toBe(step + 50)
  })

  it('a world is found in which a bug shows', () => {
    const search = new Search({ ...usualRecipe, canary: 'the write pass loses an update' })
    let found: ReturnType<Search['go']> = null
    while (found === null) found = search.go(500)
    expect(found).toBeInstanceOf(Lab)
    expect(broken(found as Lab)).toContain('DC1')
  })

  it('recordings that are none are refused in words', () => {
    expect(parseRecording('{')).toEqual({ refused: 'it is not JSON' })
    expect(parseRecording('{}')).toEqual({ refused: expect.stringContaining('something in it is not') })
    const lab = begin()
    lab.do({ type: 'crash', server: 'beta' }, lab.time)
    const recording = { ...lab.recorded, deeds: [{ ...lab.recorded.deeds[0], after: 5 }, ...lab.recorded.deeds] }
    expect(parseRecording(JSON.stringify(recording))).toEqual({ refused: 'its deeds are not in order' })
    expect(parseRecording(JSON.stringify({ ...lab.recorded, recipe: { ...usualRecipe, servers: 99 } }))).toHaveProperty('refused')
  })
})
