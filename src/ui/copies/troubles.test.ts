import { describe, expect, it } from 'vitest'
import type { Health } from '../../core/copies/health'
import type { CopyId, ServerId } from '../../core/names'
import type { CopyState } from '../../core/requests'
import { timestamp } from '../../core/timestamp'
import type { KnownCopy } from './knownCopies'
import { holdUps, troublesOf } from './troubles'

const NOW = 1_800_000_000_000
const si = (name: string): ServerId => name as ServerId
const well: Health = { sweeps: { started: 3, completed: 3, failed: 0 }, blamed: [], heldBackBy: null, alarm: null, refusals: [], skew: [], correction: 0, storage: { persisted: true, used: 1, quota: 100 } }

/** A copy that answers; swept so many seconds ago, with these updates, as old in seconds, in its log. */
function copy(name: string, health: Partial<Health> = {}, { swept = 10, log = [] as number[], silent = false } = {}): KnownCopy {
  const at = (age: number): ReturnType<typeof timestamp> => timestamp((NOW - age * 1000) * 1000, '0')
  const state: Partial<CopyState> = { state: 'active', lastSweep: at(swept), log: log.map((age) => [at(age), 'x']), health: { ...well, ...health } }
  return { member: { copy: `copy of ${name}` as CopyId, server: si(name), name: `#${'a'.repeat(20)}/${name}` }, state: state as CopyState, heard: NOW, standing: silent ? 'silent' : 'answers', reason: '', round: 1 }
}
const troubles = (...copies: KnownCopy[]): string[] => troublesOf(copies, String, NOW)

describe('one look tells whether all is well', () => {
  it('nothing is to be said of copies that answer, are swept, and lack only what is on its way', () => {
    expect(troubles(copy('alpha', {}, { log: [5] }), copy('beta'))).toEqual([])
  })

  it('[P10] who holds back sweeps is named once, with the earliest since, whoever tells of it', () => {
    const held = (since: number): Partial<Health> => ({ heldBackBy: { server: si('gamma'), phase: 'look', since, reason: 'is not connected' } })
    const copies = [copy('alpha', held(NOW - 1000)), copy('beta', held(NOW - 60_000)), copy('gamma', {}, { silent: true })]
    expect(holdUps(copies)).toMatchObject([{ server: 'gamma', since: NOW - 60_000, phase: 'look' }])
    expect(troubles(...copies)).toEqual(['gamma does not answer', expect.stringMatching(/^gamma holds back sweeps since /)])
    // What somebody said before it fell silent is no news.
    expect(holdUps([copy('alpha', held(NOW), { silent: true })])).toEqual([])
  })

  it.each<[string, KnownCopy[], string]>([
    ['long unswept', [copy('alpha', {}, { swept: 400 })], 'alpha was swept 7 min ago'],
    ['an alarm', [copy('alpha', { alarm: 'The ring came back without beta.' }), copy('beta', { alarm: 'The ring came back without beta.' })], 'The ring came back without beta.'],
    ['updates lacking for long', [copy('alpha', {}, { swept: 1000, log: [500] }), copy('beta', {}, { swept: 1000 })], 'beta lacks 1 update that others have had for minutes'],
    ['clocks apart', [copy('alpha', { skew: [[si('beta'), -40_000]] })], 'the clocks of alpha and beta are 40 s apart'],
    ['a clock corrected', [copy('alpha', { correction: -400_000, skew: [[si('beta'), -400_000]] })], 'alpha corrects its clock by 7 min: set it right'],
    ['no room', [copy('alpha', { storage: { persisted: true, used: 90, quota: 100 } })], 'alpha has used 90 % of its room'],
  ])('%s', (_what, copies, sentence) => {
    const told = troubles(...copies)
    expect(told.filter((each) => each === sentence)).toEqual([sentence])
  })

  it('a clock within its bounds and a quota that is not known are no trouble', () => {
    expect(troubles(copy('alpha', { skew: [[si('beta'), 29_000]], storage: { persisted: false, used: 5, quota: null } }))).toEqual([])
  })
})
