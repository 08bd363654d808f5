import { expect, it } from 'vitest'
import { epochOf } from '../../core/copies/directoryCopy'
import type { CopyId, DirectoryId, ServerId } from '../../core/names'
import { timestamp } from '../../core/timestamp'
import type { CopyView, SweepView } from '../../tab/view'
import { sweepToDraw } from './shownSweep'

const server = (name: string): ServerId => name as ServerId
const at = timestamp(1, '0')

const sweep = (phase: SweepView['phase'], written: boolean, coordinator = 'alpha'): SweepView => ({
  coordinator: server(coordinator),
  sweepTS: at,
  phase,
  members: ['alpha', 'gamma'].map((name) => ({ server: server(name), copy: name as CopyId, looked: written || name === 'alpha', read: written, written })),
})

const copy = (shown: SweepView | null, failed: boolean): CopyView => ({
  directory: 'd' as DirectoryId,
  id: 'alpha' as CopyId,
  name: '/DEC/SRC',
  state: 'active',
  inSN: false,
  epoch: epochOf(1, 'aaaaaaaa'),
  excluded: [],
  seals: [],
  proposal: null,
  outside: null,
  lastSweep: at,
  stableMark: at,
  nextTS: at,
  live: 1,
  logLength: 0,
  ring: [],
  version: 1,
  sweep: shown,
  heldBackBy: failed ? { server: server('gamma'), phase: 'look', since: 0, reason: 'is not connected' } : null,
  alarm: null,
  sweeps: { started: 2, completed: 1, failed: failed ? 1 : 0 },
})

it('after a sweep that failed the one that completed before it is not drawn', () => {
  const kept = sweep('write', true)
  expect(sweepToDraw({ ...copy(null, false), alarm: 'The ring is broken.' }, kept)).toBeNull()
  expect(sweepToDraw(copy(null, true), kept)).toBeNull()
})

it('a sweep that completed, that runs again after a failure, or that passes, is drawn', () => {
  const kept = sweep('write', true)
  expect(sweepToDraw(copy(null, false), kept)).toBe(kept)
  for (const running of [sweep('look', false), sweep('write', false, 'beta')]) expect(sweepToDraw(copy(running, true), kept)).toBe(running)
  expect(sweepToDraw(null, kept)).toBeNull()
})
