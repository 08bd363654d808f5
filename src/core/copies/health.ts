/**
 * How well a copy and its server are, as far as that server knows: its own part of what an administrator sees of a directory
 * (P10: whoever holds sweeps back is shown, with since when). Bounded, because every member tells it in its answer to `state`.
 */
import { explain } from '../errors'
import type { ServerId } from '../names'
import type { Server } from '../server'
import { boolean, list, Malformed, number, nullable, oneOf, record, serverId, text, tuple, type Shape } from '../shape'
import type { DirectoryCopy } from './directoryCopy'
import type { Phase, SweepWatch } from './sweep'

/** Where a server keeps its copies, as its host last told; null: not known. */
export interface Storage {
  /** Whether the browser has promised to keep them: copies of which it has not may vanish [B5]. */
  persisted: boolean | null
  /** Bytes used, and allowed. */
  used: number | null
  quota: number | null
}

export const unknownStorage: Storage = { persisted: null, used: null, quota: null }

export interface Health {
  /** Sweeps from here, since the server's start. */
  sweeps: { started: number; completed: number; failed: number }
  /** Of those that failed: in which phase, at whom, how often. */
  blamed: [Phase, ServerId, number][]
  /** Who holds back sweeps, and with them forgetting and caching: since when, ms since 1970. */
  heldBackBy: { server: ServerId; phase: Phase; since: number; reason: string } | null
  /** Ring regression or orphaned, as a sentence [R8]. */
  alarm: string | null
  /** What the server refused, the most frequent reasons first. */
  refusals: [reason: string, count: number][]
  /** The clocks of its peers minus its own, ms, the greatest first [T3]. */
  skew: [ServerId, number][]
  /** What it adds to its own clock, ms [T3]. */
  correction: number
  storage: Storage
}

const MOST_BLAMED = 64
const MOST_REASONS = 32
const LONGEST_REASON = 400
const MOST_PEERS = 64

/** A sweep from here failed at a member; of very many the one that was first blamed is forgotten. */
export function blame({ blamed }: SweepWatch, phase: Phase, server: ServerId): void {
  const key = `${phase} ${server}` as const
  if (blamed.size >= MOST_BLAMED && !blamed.has(key)) blamed.delete(blamed.keys().next().value!)
  blamed.set(key, (blamed.get(key) ?? 0) + 1)
}

export function healthOf({ sweepWatch, peers, refusals, clockCorrection, storage }: Server, copy: DirectoryCopy): Health {
  const watch = sweepWatch.get(copy.directory)
  const offsets = [...peers.values()].flatMap(({ server, offset }): [ServerId, number][] => (offset === null ? [] : [[server, whole(offset)]]))
  return {
    sweeps: { started: watch?.started ?? 0, completed: watch?.completed ?? 0, failed: watch?.failed ?? 0 },
    blamed: [...(watch?.blamed ?? [])].map(([key, count]) => [...(key.split(' ') as [Phase, ServerId]), count]),
    heldBackBy: watch?.heldBackBy ? { ...watch.heldBackBy, since: Math.floor(watch.heldBackBy.since), reason: short(watch.heldBackBy.reason) } : null,
    alarm: watch?.alarm ? short(explain(watch.alarm)) : null,
    refusals: [...refusals].toSorted(([, a], [, b]) => b - a).slice(0, MOST_REASONS).map(([reason, count]) => [short(reason), count]),
    skew: offsets.toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, MOST_PEERS),
    correction: whole(clockCorrection),
    storage,
  }
}

/** Nearest whole number, and never -0, which no text has. */
const whole = (ms: number): number => Math.round(ms) || 0
const short = (reason: string): string => reason.slice(0, LONGEST_REASON).replace(/[\uD800-\uDBFF]$/, '')

const integer: Shape<number> = (value) => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  throw new Malformed('not a whole number')
}
const phase = oneOf('look', 'read', 'write')
const reason = text(LONGEST_REASON)

export const healthShape: Shape<Health> = record({
  sweeps: record({ started: number, completed: number, failed: number }),
  blamed: list(tuple<[Phase, ServerId, number]>(phase, serverId, number), MOST_BLAMED),
  heldBackBy: nullable(record({ server: serverId, phase, since: number, reason })),
  alarm: nullable(reason),
  refusals: list(tuple<[string, number]>(reason, number), MOST_REASONS),
  skew: list(tuple<[ServerId, number]>(serverId, integer), MOST_PEERS),
  correction: integer,
  storage: record({ persisted: nullable(boolean), used: nullable(number), quota: nullable(number) }),
})
