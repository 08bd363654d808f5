/**
 * P10: sweeps happen by themselves: at connection, soon after updates, and periodically. One member acts unless its turn
 * passes: members wait longer the further they stand in the order of copies; a write pass that arrives resets the wait.
 */
import { schedule } from '../agenda'
import { freshFraction } from '../fresh'
import type { Turn } from '../server'
import type { DirectoryCopy } from './directoryCopy'
import type { SweepWatch } from './sweep'

export const SWEEP_PERIOD = 30_000
const AFTER_UPDATES = 1500
const TURN_PASSES = 1000
const LONGEST_BACKOFF = 300_000

export function watchOf({ server }: Turn, copy: DirectoryCopy): SweepWatch {
  let watch = server.sweepWatch.get(copy.directory)
  if (watch === undefined) {
    watch = { period: SWEEP_PERIOD, failures: 0, heldBackBy: null, alarm: null, left: null, gone: new Set(), started: 0, completed: 0, failed: 0, blamed: new Map() }
    server.sweepWatch.set(copy.directory, watch)
  }
  return watch
}

/** Plans the next periodic sweep, later after failures. */
export function sweepLater(turn: Turn, copy: DirectoryCopy): void {
  const { period, failures } = watchOf(turn, copy)
  const backoff = Math.max(period, Math.min(LONGEST_BACKOFF, period * 2 ** Math.min(failures, 4)))
  plan(turn, copy, turn.now + backoff * (1 + 0.2 * freshFraction(turn.server.fresh)) + place(copy) * TURN_PASSES)
}

/** Plans a sweep shortly, unless one is planned sooner or failures ask for patience. */
export function sweepSoon(turn: Turn, copy: DirectoryCopy): void {
  if (watchOf(turn, copy).failures > 2) return
  const at = turn.now + AFTER_UPDATES + place(copy) * TURN_PASSES
  const planned = turn.server.agenda.times.get(`sweep ${copy.directory}`)
  if (planned === undefined || planned > at) plan(turn, copy, at)
}

/** After a connection: failures before it say nothing about now. */
export function sweepAfterConnection(turn: Turn, copy: DirectoryCopy): void {
  watchOf(turn, copy).failures = 0
  sweepSoon(turn, copy)
}

function plan(turn: Turn, copy: DirectoryCopy, at: number): void {
  if (copy.state === 'active') schedule(turn.server.agenda, `sweep ${copy.directory}`, at)
}

/** How many members come before this copy in the order of copies. */
const place = (copy: DirectoryCopy): number => copy.ring.filter((member) => member.copy < copy.id).length
