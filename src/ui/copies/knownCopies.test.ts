import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CopyReport } from '../../client/nameService'
import type { Member } from '../../core/copies/directoryCopy'
import type { CopyId, ServerId } from '../../core/names'
import type { CopyState } from '../../core/requests'
import { timestamp, type Timestamp } from '../../core/timestamp'
import { agreement } from './agreement'
import { hear, inRingOrder, nothingKnown, unheard, withTroubles, type Known } from './knownCopies'
import { Rounds } from './rounds'
import { updateRows } from './updateRows'

const names = ['alpha', 'beta', 'gamma'] as const
type Name = (typeof names)[number]

const member = (name: Name): Member => ({ copy: `copy of ${name}` as CopyId, server: name as string as ServerId, name: `#${'a'.repeat(20)}/${name}` })
const at = (time: number): Timestamp => timestamp(time, '0')

/** Of a copy with these updates in its log what the page looks at; the pointers lead alpha, beta, gamma, alpha. */
function stateOf(name: Name, updates: readonly number[]): CopyState {
  const { copy, server } = member(names[(names.indexOf(name) + 1) % 3]!)
  const state: Partial<CopyState> = { ...member(name), state: 'active', pointer: { copy, server }, lastSweep: at(0), log: updates.map((time) => [at(time), `update ${time}`]) }
  return state as CopyState
}

type Saying = readonly number[] | 'awaited' | 'gone'
const reports = (sayings: Partial<Record<Name, Saying>>): CopyReport[] =>
  names.flatMap((name) => {
    const said = sayings[name]
    if (said === undefined) return []
    const state = typeof said === 'string' ? null : stateOf(name, said)
    return [{ member: member(name), state, lacks: null, reason: said === 'gone' ? 'is not connected' : '', awaited: said === 'awaited' }]
  })

/** What is known after answers in these rounds, one second apart. */
const after = (...heard: [round: number, sayings: Partial<Record<Name, Saying>>][]): Known => heard.reduce((known, [round, sayings], i) => hear(known, round, reports(sayings), 1000 * (i + 1)), nothingKnown)

const all = [1] as const
const rowsOf = ({ copies }: Known): string[] => updateRows(copies).map(({ text, held }) => `${text}: ${held.join(' ')}`)
const barOf = ({ copies }: Known): string => agreement(copies).words.join(' SRC ')
const standings = ({ copies }: Known): string => copies.map(({ standing }) => standing).join(' ')

describe('what is known of the copies', () => {
  it('the first answer shows at once, the others are being asked', () => {
    const known = after([1, { alpha: [1], beta: 'awaited', gamma: 'awaited' }])
    expect(rowsOf(known)).toEqual(['update 1: has unknown unknown'])
    expect(barOf(known)).toBe('Asking 3 copies of SRC …')
    expect(barOf(after([1, { alpha: all, beta: all, gamma: all }]))).toBe('All 3 copies of SRC agree')
    expect(barOf(after([1, { alpha: all, beta: all }]))).toBe('Both copies of SRC agree')
    expect(barOf(hear(nothingKnown, 1, reports({ alpha: all }), 0))).toBe('One copy of SRC exists')
  })

  it('copies are not said to agree before each has answered since the newest update known here', () => {
    const before: [number, Partial<Record<Name, Saying>>] = [1, { alpha: all, beta: all, gamma: all }]
    const known = after(before, [2, { alpha: [1, 2], beta: 'awaited', gamma: 'awaited' }])
    expect(agreement(known.copies)).toMatchObject({ tone: 'warn', equal: 1 })
    const partly = after(before, [2, { alpha: [1, 2], beta: [1, 2], gamma: 'awaited' }])
    expect(barOf(partly)).toBe('2 of 3 copies of SRC agree')
    expect(rowsOf(partly)).toEqual(['update 2: has has lacks', 'update 1: has has has'])
  })

  it('of a copy that is gone the last answer stays, with its age: what it had it has, what it lacked is not known', () => {
    const known = after([1, { alpha: all, beta: all, gamma: all }], [2, { alpha: [1, 2], beta: [1, 2], gamma: 'awaited' }], [2, { alpha: [1, 2], beta: [1, 2], gamma: 'gone' }])
    expect(rowsOf(known)).toEqual(['update 2: has has unknown', 'update 1: has has has'])
    expect(known.copies[2]).toMatchObject({ standing: 'silent', reason: 'is not connected', heard: 1000 })
    expect(barOf(known)).toBe('2 of 3 copies of SRC agree; gamma does not answer')
    expect(barOf(after([1, { alpha: all, beta: 'gone', gamma: 'gone' }]))).toBe('1 of 3 copies of SRC agree; 2 do not answer')
  })

  it('a copy that is gone is not said to agree even if nothing has changed since', () => {
    expect(barOf(after([1, { alpha: all, beta: all, gamma: all }], [2, { alpha: all, beta: all, gamma: 'gone' }]))).toBe('2 of 3 copies of SRC agree; gamma does not answer')
  })

  it('one round of patience: who leaves the second without an answer has not answered yet', () => {
    const first: [number, Partial<Record<Name, Saying>>] = [1, { alpha: all, beta: all, gamma: all }]
    const asked = { alpha: all, beta: all, gamma: 'awaited' } as const
    expect(standings(after(first, [2, asked]))).toBe('answers answers answers')
    expect(standings(after(first, [2, asked], [3, asked]))).toBe('answers answers asked')
    expect(barOf(after(first, [2, asked], [3, asked]))).toBe('2 of 3 copies of SRC agree; gamma has not answered yet')
    expect(standings(after(first, [2, asked], [3, asked], [3, { alpha: all, beta: all, gamma: all }]))).toBe('answers answers answers')
  })

  it('rounds overlap: a late answer counts where no later round has said more, and brings nobody back', () => {
    const late = after([1, { alpha: all, beta: 'awaited', gamma: 'awaited' }], [2, { alpha: [1, 2], beta: 'awaited' }], [1, { alpha: all, beta: all, gamma: 'gone' }])
    expect(rowsOf(late)).toEqual(['update 2: has lacks', 'update 1: has has'])
    expect(late).toMatchObject({ round: 2, failure: null })
  })

  it('when nobody can be asked, and when a link is known to be down, silence is told at once', () => {
    const known = after([1, { alpha: all, beta: all, gamma: all }])
    expect(standings(unheard(known, 2, 'No copy could be reached.'))).toBe('silent silent silent')
    expect(unheard(known, 2, 'No copy could be reached.').failure).toBe('No copy could be reached.')
    expect(hear(unheard(known, 2, 'No copy could be reached.'), 3, reports({ alpha: all, beta: all, gamma: all }), 0)).toMatchObject({ failure: null, copies: [{ standing: 'answers' }, {}, {}] })
    const cut = withTroubles(known.copies, ['', '', 'cut off here'])
    expect(agreement(cut).words[1]).toBe('agree; gamma does not answer')
    expect(cut[2]).toMatchObject({ standing: 'silent', reason: 'cut off here' })
  })

  it('stands in the order of the ring, as far as it is known', () => {
    const order = (known: Known): string => inRingOrder(known.copies, member('beta').server).map((copy) => copy.member.server).join(' ')
    expect(order(after([1, { alpha: all, beta: all, gamma: all }]))).toBe('beta gamma alpha')
    expect(order(after([1, { alpha: 'awaited', beta: all, gamma: 'gone' }]))).toBe('beta gamma alpha')
  })
})

describe('rounds of questions', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('a copy that stays silent does not keep the news of the others back', async () => {
    const updates: number[] = [1]
    const bars: string[] = []
    const rounds = new Rounds(
      (progress) => {
        progress(reports({ alpha: [...updates], beta: [...updates], gamma: 'awaited' }))
        return new Promise(() => undefined)
      },
      (known) => bars.push(rowsOf(known)[0] ?? ''),
    )
    rounds.again()
    expect(bars).toEqual(['update 1: has has unknown'])
    updates.push(2)
    rounds.again()
    await vi.advanceTimersByTimeAsync(400)
    expect(bars).toEqual(['update 1: has has unknown', 'update 2: has has unknown'])
    rounds.stop()
    rounds.again()
    await vi.advanceTimersByTimeAsync(5000)
    expect(bars).toHaveLength(2)
  })

  it('that no copy can be asked is told, and is over with the next answer', async () => {
    let works = false
    const failures: (string | null)[] = []
    const rounds = new Rounds(
      (progress) => (works ? Promise.resolve(progress(reports({ alpha: all }))) : Promise.reject(new Error('Nobody is there.'))),
      ({ failure }) => failures.push(failure),
    )
    rounds.again()
    await vi.advanceTimersByTimeAsync(50)
    works = true
    rounds.again()
    await vi.advanceTimersByTimeAsync(50)
    expect(failures).toEqual(['Nobody is there.', null])
  })
})
