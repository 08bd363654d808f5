/** The first word on a connection, and again when something in it has changed. */
import type { ServerId } from '../names'
import { ownRank } from '../directories/rank'
import { send, serverNameOf, type Turn } from '../server'

export function sayHello(turn: Turn, to: ServerId): void {
  const peer = turn.server.peers.get(to)
  // X7: who knows no root yet belongs to the service whose room that is, and is to take none from a visitor.
  const isHidden = peer?.visited === true && peer.root === null
  send(turn, to, { type: 'hello', root: isHidden ? null : turn.server.root, name: serverNameOf(turn.server), rank: ownRank(turn.server) })
}
