/** The first word on a connection, and again when something in it has changed. */
import type { ServerId } from '../names'
import { send, serverNameOf, type Turn } from '../server'

/** `seen`: the number of a start of the other that its store does not know of [B3]. */
export function sayHello(turn: Turn, to: ServerId, seen: number | null = null): void {
  const { root, incarnation } = turn.server
  send(turn, to, { type: 'hello', root, name: serverNameOf(turn.server), incarnation, seen })
}
