/** T3: clocks. A server that is more than 300 s from the median of three or more peers corrects its own stamps, and says so. */
import { shift } from '../agenda'
import { ALLOWED_SKEW } from '../copies/spread'
import type { ServerId } from '../names'
import { happened, nameOfServer, type Server, type Turn } from '../server'

const WARN_SKEW = 30_000
const ENOUGH_PEERS = 3

/** What is added to this server's clock, ms: 0 unless it is the one that is wrong. Worked out again when a link or an offset changes. */
export function compareClocks(server: Server): void {
  server.clockCorrection = correctionOf(server)
}

function correctionOf(server: Server): number {
  const offsets = [...server.peers.values()].map((peer) => peer.offset).filter((offset) => offset !== null)
  if (offsets.length < ENOUGH_PEERS) return 0
  const median = offsets.toSorted((a, b) => a - b)[offsets.length >> 1]!
  return Math.abs(median) > ALLOWED_SKEW ? median : 0
}

/** A clock that is set back must not make this server wait until it has caught up: what was planned is moved along. */
export function followClock(server: Server, now: number): void {
  const by = now - server.latest
  server.latest = now
  if (by >= 0) return
  shift(server.agenda, by)
  for (const waiting of [server.sweeps, server.errands, server.joins, server.securing]) for (const each of waiting.values()) each.deadline += by
}

/** A connection measured a peer's clock against this one: theirs minus ours, ms. */
export function onClock(turn: Turn, from: ServerId, offset: number): void {
  const { server } = turn
  const peer = server.peers.get(from)
  if (peer === undefined) return
  const before = server.clockCorrection
  const warned = Math.abs(peer.offset ?? 0) >= WARN_SKEW
  peer.offset = offset
  compareClocks(server)
  const correction = server.clockCorrection
  if (correction !== 0 && before === 0) happened(turn, { kind: 'clock', text: `this clock is ${Math.round(Math.abs(correction) / 1000)} s ${correction > 0 ? 'behind' : 'ahead of'} the others; time-stamps are corrected. Set the clock right.`, server: server.id })
  else if (Math.abs(offset) >= WARN_SKEW && !warned) happened(turn, { kind: 'clock', text: `the clock of ${nameOfServer(server, from)} is ${Math.round(Math.abs(offset) / 1000)} s ${offset > 0 ? 'ahead of' : 'behind'} this one`, server: from })
}
