/** What all links of a server share, in whichever room they were met, and how a link opens a session by either road. */
import type { ServerId } from '../core/names'
import { toBase64url } from '../keys/encoding'
import type { Role } from '../keys/sealing'
import type { Self } from './handshake'
import type { NetworkHandlers, ProvenServer } from './network'
import type { Note, Signal, Word } from './notes'
import { openPlainTransport } from './plainTransport'
import { hasWebrtc, openRtcTransport } from './rtcTransport'
import { Session, type SessionHandlers } from './session'
import type { Signalling, Way } from './signalling'
import type { Weather } from './traffic'
import type { Transport, TransportHandlers } from './transport'

export interface Switchboard {
  readonly self: Self
  readonly handlers: Omit<NetworkHandlers, 'connected'>
  readonly iceServers: RTCIceServer[]
  readonly weather: Weather
  /** WebRTC found no network interface here: links begin on the plain road until it is seen to work. */
  webrtcSilent: boolean
  /** Whether there is room for one more link. */
  hasRoom(): boolean
  /** A link to a proven server is up. */
  connected(peer: ProvenServer): void
  changed(): void
}

/** Whether a link may begin with WebRTC here. */
export function webrtcHopeful(board: Switchboard): boolean {
  return hasWebrtc() && !board.webrtcSilent
}

/** A note of this server. */
export function noteOf(self: Self, word: Word): Note {
  const { server, instance, name } = self
  return { from: server, instance, name, ...word }
}

export interface SessionPlan {
  id: string
  role: Role
  road: 'webrtc' | 'plain'
  /** The signalling of the room in which it was met. */
  room: Signalling
  /** The server to be reached. */
  to: ServerId
  /** The instance of it that was heard. */
  at: string
  /** How it was last heard from; null for every way there is. */
  way: Way | null
  /** While muted nothing leaves [cut]. */
  isMuted(): boolean
}

/** Opens a session as planned. */
export function openSession(board: Switchboard, plan: SessionPlan, handlers: SessionHandlers): Session {
  const { id, role, room, to, at, way } = plan
  return new Session(
    {
      id,
      role,
      expected: to,
      self: board.self,
      open: (on) => (plan.road === 'webrtc' ? openWebrtc(board, plan, on) : openPlain(board, plan, on)),
      prepare: (sealed) => room.prepare(noteOf(board.self, { type: 'frame', to, at, session: id, body: toBase64url(sealed) }), way),
    },
    handlers,
  )
}

function openWebrtc(board: Switchboard, plan: SessionPlan, on: TransportHandlers): Transport {
  const tell = (signal: Signal) => {
    const word: Word = { type: 'signal', to: plan.to, at: plan.at, session: plan.id, signal }
    if (!plan.isMuted()) plan.room.send(noteOf(board.self, word), null)
  }
  const noCandidates = () => {
    board.webrtcSilent = true
  }
  return openRtcTransport({ caller: plan.role === 'caller', iceServers: board.iceServers, tell, noCandidates }, on)
}

function openPlain(board: Switchboard, plan: SessionPlan, on: TransportHandlers): Transport {
  const { room, way } = plan
  const post = (body: string) => {
    const word: Word = { type: 'frame', to: plan.to, at: plan.at, session: plan.id, body }
    if (!plan.isMuted()) room.send(noteOf(board.self, word), way)
  }
  const waiting = () => (way === null ? 0 : room.waiting(way))
  return openPlainTransport({ road: way?.road ?? 'broadcast', post, waiting }, on)
}
