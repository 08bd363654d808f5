/** The first word on a connection, and again when something in it has changed. */
import type { ServerId } from '../names'
import { ownRank } from '../directories/rank'
import { send, serverNameOf, type Turn } from '../server'

export function sayHello(turn: Turn, to: ServerId): void {
  send(turn, to, { type: 'hello', root: turn.server.root, name: serverNameOf(turn.server), rank: ownRank(turn.server) })
}
