/** A broken property, made small: the events of its episode are left out as long as the same breaks. */
import { InvariantViolation } from '../core/assert'
import { Arena, type Event, type Setup } from './fuzzArena'
import { checkBounds } from './fuzzBounds'
import { finish } from './fuzzFinish'
import { Accusation } from './world'

export const ruleOf = (error: unknown): string => (error instanceof Accusation || error instanceof InvariantViolation ? error.rule : error instanceof Error ? error.name : 'thrown')
/** Where in the program it was thrown: the first lines of its stack. */
export const placeOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).slice(0, 4).join('\n') : '')
export const isHang = (error: unknown): boolean => error instanceof Error && (error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'

/** What broke, without names and numbers; of what the core throws also where. */
function gist(error: unknown): string {
  const sentence = error instanceof Error ? error.message.replaceAll(/[a-z2-7]{13,}|[\d.]+|…[^…]*…|\{.*|(?<=on )\w+|[a-z2-7]{4} /g, '*') : String(error)
  return `${ruleOf(error)} ${sentence} ${error instanceof Accusation ? '' : placeOf(error).split('\n')[0]}`
}

/** The same events once more, and the time that the last one took, ms; throws as they did. */
export function replay(setup: Setup, events: readonly Event[], clock?: () => number): number {
  const arena = new Arena(setup, clock)
  let ms = 0
  for (const event of events) {
    ;({ ms } = arena.perform(event))
    arena.post.length = 0
  }
  return ms
}

/** What breaks when just these events happen, and then perhaps the end; null when nothing does. */
function breakage(setup: Setup, events: readonly Event[], ended: boolean): unknown {
  const arena = new Arena(setup)
  try {
    for (const event of events) {
      arena.perform(event)
      arena.post.length = 0
    }
    for (const house of arena.houses) if (!house.hostile) checkBounds(house.name, house.server)
    if (ended) finish(arena)
    return null
  } catch (error) {
    return error
  }
}

/** Leaves out events after the first `kept`, many at once and then one by one, until `most` were replayed. */
export function shrink(error: unknown, setup: Setup, events: readonly Event[], { kept, ended, most }: { kept: number; ended: boolean; most: number }): Event[] {
  const first = events.slice(0, kept)
  let left = events.slice(kept)
  let replayed = 0
  const without = (from: number, to: number): boolean => {
    const some = [...left.slice(0, from), ...left.slice(to)]
    replayed += some.length + 20
    const other = some.length > 0 ? breakage(setup, [...first, ...some], ended) : null
    if (other === null || gist(other) !== gist(error)) return false
    left = some
    return true
  }
  for (let last = 1; last < left.length && !without(0, left.length - last); ) last *= 4
  for (let size = left.length >> 1; size >= 1; size >>= 1) {
    for (let at = left.length - 1 - size; at >= 0; at -= size) {
      if (replayed > most) return left
      without(at, at + size)
    }
  }
  return left
}
