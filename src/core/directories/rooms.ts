/**
 * Rooms: where the servers of a service meet (SPEC §13, §16). Which those are stands in the data of its roots, as
 * `./Rooms/<room>`: so servers that come later meet in all of them, too [X7].
 */
import { failure, type Failure } from '../errors'
import { shown, type Label } from '../names'
import { ROOMS } from '../labels'
import type { Server } from '../server'
import type { Branch } from '../values/intent'
import type { ValueTree } from '../values/valueTree'
import { labelsAt } from '../entries/serverEntry'

/** Rooms that a service meets in at most: each of its servers listens in each. */
export const MAX_ROOMS = 8

const room = /^[a-z2-7]{26}$/

/** 26 letters of base32: 130 bits that nobody can guess. */
export const isRoom = (text: string): boolean => room.test(text)

export const roomsIn = (tree: ValueTree): Label[] => labelsAt(tree, ['.', ROOMS]).filter(isRoom)

/** The rooms that the copies here name, in the same order at every server. */
export function roomsNamed({ copies }: Pick<Server, 'copies'>): string[] {
  const named = [...copies.values()].flatMap(({ state, visible }) => (state === 'active' ? roomsIn(visible) : []))
  return [...new Set(named)].toSorted()
}

/** Why a change of the rooms is refused by the copy that accepts it, or null. */
export function roomsFault(tree: ValueTree, [, , below]: Branch): Failure | null {
  const changed = typeof below === 'boolean' ? [] : below.flatMap(([, , rooms]) => (typeof rooms === 'boolean' ? [] : rooms))
  const wrong = changed.find(([label, , mark]) => typeof mark !== 'boolean' || !isRoom(label))
  if (wrong !== undefined) return failure('BadRequest', { reason: `a room is 26 of the letters a to z and the digits 2 to 7, and ${shown(wrong[0])} is not` })
  const after = new Set(roomsIn(tree))
  for (const [label, , mark] of changed) if (mark === true) after.add(label)
    else after.delete(label)
  return after.size > MAX_ROOMS ? failure('TooManyRooms', { limit: `${MAX_ROOMS}` }) : null
}
