import { describe, expect, it } from 'vitest'
import type { CombinationCalls } from '../client/combination'
import type { Combination, KeptCombination } from '../core/directories/combination'
import { failure, NameServiceError } from '../core/errors'
import type { DirectoryId } from '../core/names'
import { Combining, type CombinationView } from './combining'

const root = (letter: string): DirectoryId => letter.repeat(20) as DirectoryId
const [dec, ibm, ansi] = [root('d'), root('i'), root('a')] as const
const both: Combination = { ours: { root: dec, room: 'r'.repeat(26), label: 'DEC' }, theirs: { root: ibm, room: 's'.repeat(26), label: 'IBM' }, above: 'ANSI', server: 'alpha' }

/** Two roots as far as the steps see them: rooms, a label, a name; what changes them is written down. */
function world() {
  const rooms = new Map<string, string[]>()
  const names = new Map<string, { parent: DirectoryId; label: string }>()
  const log: string[] = []
  let failing = ''
  const did = async (deed: string, change: () => void): Promise<void> => {
    if (failing !== '' && deed.startsWith(failing)) throw new NameServiceError(failure('NoCopyReachable', { name: deed, tried: 'nobody answers' }))
    log.push(deed)
    change()
  }
  const calls = {
    enumerate: async (vd: string) => rooms.get(vd.split(':')[0]!) ?? [],
    setRoom: async (fn: string, room: string) => did(`room ${fn[1]} ${room[0]}`, () => rooms.set(fn, [...(rooms.get(fn) ?? []), room])),
    newRoot: async (_sn: string, fn: string, name: string, { label }: { label: string }) => did(`root ${fn[1]} ${name} ${label}`, () => names.set(fn, { parent: ansi, label: name })).then(() => ansi),
    moves: async (fn: string) => (names.has(fn) ? [{ ...names.get(fn)!, ts: 't', born: false, verdict: 'settled' }] : []),
    moveSubtree: async (fn: string, to: string) => did(`move ${fn[1]} ${to.slice(0, 2)}…${to.slice(21)}`, () => names.set(fn, { parent: to.slice(1, 21) as DirectoryId, label: to.slice(22) })),
    lookup: async (fn: string) => ({ di: [...names].find(([, name]) => fn === `#${name.parent}/${name.label}`)?.[0].slice(1) ?? '' }),
  }
  return { log, calls: calls as unknown as CombinationCalls, names, fail: (deed: string) => void (failing = deed) }
}

/** A browser with one tab after another: what it keeps, what the tab shows. */
function browser({ calls }: ReturnType<typeof world>, onRest: (views: CombinationView[]) => Promise<void> | void = () => undefined) {
  const memory: { kept: KeptCombination | null } = { kept: null }
  const views: CombinationView[] = []
  const open = (): Combining =>
    new Combining({
      service: calls,
      load: async () => memory.kept,
      keep: async (kept) => void (memory.kept = kept),
      show: (view) => void (view !== null && views.push(view)),
      alone: (act) => act(),
      rest: async () => onRest(views),
    })
  return { memory, views, open }
}

const all = ['root d DEC ANSI', 'move i #a…/IBM', 'room a r', 'room a s']

describe('joining two services', () => {
  it('[O3] below a new root: the root, the other below it, the rooms; each step is shown, and at the end that all is done', async () => {
    const one = world()
    const { memory, views, open } = browser(one)
    await open().begin(both)
    expect(one.log).toEqual(all)
    expect(views.map(({ step }) => step)).toEqual(['root', 'root', 'place', 'rooms', 'names', 'names'])
    expect([views.at(-1)?.isDone, memory.kept?.isDone]).toEqual([true, true])
  })

  it('[O3] ours below theirs makes no root', async () => {
    const one = world()
    await browser(one).open().begin({ ...both, above: null })
    expect(one.log).toEqual(['move d #i…/DEC', 'room i r', 'room i s'])
  })

  it.each(all)('[O3] a tab that is closed before %s: the next one goes on, and nothing is done twice', async (deed) => {
    const one = world()
    one.fail(deed)
    const closed = new Promise<void>(() => undefined)
    let reached = (): void => undefined
    const stuck = new Promise<void>((resolve) => (reached = resolve))
    const { memory, views, open } = browser(one, () => {
      reached()
      return closed
    })
    void open().begin(both)
    await stuck
    expect(views.at(-1)?.reason).toContain('nobody answers')
    expect(memory.kept).toEqual({ combination: both, isDone: false })
    one.fail('')
    await open().resume()
    expect(one.log).toEqual(all)
    expect(memory.kept?.isDone).toBe(true)
  })

  it('[O3] what is in the way is said and tried again; given up, nothing more is done; another root above the other service ends it', async () => {
    const one = world()
    one.fail('move')
    let rests = 0
    const tab = browser(one, async (views) => {
      expect(views.at(-1)).toMatchObject({ step: 'place', isDone: false })
      if (++rests === 3) one.names.set(`#${ibm}`, { parent: root('x'), label: 'IBM' })
      if (rests === 4) {
        expect(views.at(-1)?.reason).toContain('has been joined with another one')
        await combining.end()
      }
    })
    const combining = tab.open()
    await combining.begin(both)
    expect(rests).toBe(4)
    expect(one.log).toEqual(all.slice(0, 1))
    expect(tab.memory.kept).toBeNull()
    await tab.open().resume()
    expect(one.log).toEqual(all.slice(0, 1))
  })
})
