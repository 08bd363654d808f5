/** What one turn of the event loop produces for a copy goes into one message: updates that follow each other are merged. */
import type { Effects } from '../core/effects'
import type { Message } from '../core/messages'
import type { UpdateSet } from '../core/values/intent'

type Send = Effects['send'][number]
type Updates = Extract<Message, { type: 'updates' }>

/** JSON characters of a merged message at most, far below a message's 1 MiB. */
const MERGED = 200_000

export function mergeSends(sends: readonly Send[]): Send[] {
  const merged: Send[] = []
  const open = new Map<string, { message: Updates; room: number }>()
  for (const send of sends) {
    const { to, message } = send
    if (message.type !== 'updates') {
      merged.push(send)
      for (const key of open.keys()) if (key.startsWith(`${to} `)) open.delete(key)
      continue
    }
    const key = `${to} ${message.directory} ${message.epoch} ${message.from}`
    const size = sizeOf(message.sets)
    const last = open.get(key)
    if (last !== undefined && size <= last.room) {
      last.message.sets.push(...message.sets)
      last.room -= size
      continue
    }
    const own = { ...message, sets: [...message.sets] }
    merged.push({ to, message: own })
    open.set(key, { message: own, room: MERGED - size })
  }
  return merged
}

/** A cautious guess, without writing them out. */
const sizeOf = (sets: readonly UpdateSet[]): number => sets.reduce((sum, { intent }) => sum + 500 + branchSize(intent.branches), 0)
const branchSize = (branches: UpdateSet['intent']['branches']): number => branches.reduce((sum, [label, , below]) => sum + 50 + 3 * label.length + (typeof below === 'boolean' ? 0 : branchSize(below)), 0)
