import type { ServerId } from '../core/names'

/**
 * What a server asks of a network: best-effort, unordered across links, at most 1 MiB a message. Nothing above
 * relies on a message arriving; the one promise is that `from` has proved itself [X1].
 *
 * Two implementations pass one contract (`networkContract.ts`): `webrtcNetwork` and `loopbackNetwork`.
 */
export interface Network {
  /** Sends a message, connecting on demand. Never throws; what cannot be sent is dropped and counted. */
  send(to: ServerId, message: string): void
  /** Opens a link to a server of its rooms, if there is room for one (at most `maxLinks`). */
  connect(to: ServerId): void
  /** Drops all traffic with these servers at the transport, both roads, both ways, from now on; the others flow. */
  cut(servers: ReadonlySet<ServerId>): void
  /** Adds delay (ms, each way) and loss (0 to 1) to what this server sends and receives. */
  disturb(weather: { delay: number; loss: number }): void
  /** From now on meets the servers of this room too; at most `MAX_ROOMS` (core/directories/rooms.ts). */
  enter(room: string): Promise<void>
  /** Leaves a room: the links made in it end, and who is met in another room too is linked to there. */
  leave(room: string): void
  rooms(): string[]
  /** Every server heard of in its rooms and the state of the link to it, each once. */
  links(): LinkState[]
  /** The roads by which servers find each other, of each room, and whether each is open. */
  signallingRoads(): SignallingRoad[]
  /** Says goodbye on every link and stops. */
  close(): void
}

export interface NetworkHandlers {
  /** A link to a proven server is up; messages may flow. With the room in which they met. */
  connected(peer: ProvenServer, room: string): void
  disconnected(server: ServerId, reason: string): void
  message(from: ServerId, message: string): void
  /** A measured clock offset (theirs minus ours) and round trip, both in milliseconds. */
  clock(server: ServerId, offset: number, roundTrip: number): void
  /** Something that `links()` shows has changed. */
  changed(): void
  /** Something was refused: counted by reason, for the Activity panel. */
  refused(reason: string, detail: string): void
}

/** Who the other end proved to be [X1], and which start of it this is [B2]. */
export interface ProvenServer {
  server: ServerId
  /** Public key as text [K1]. */
  key: string
  /** Number of this start of the server; a greater one fences the smaller. */
  incarnation: number
  /** Random text of this very start: tells two live tabs that claim one incarnation apart. */
  instance: string
  /** What the server calls itself ("alpha"); a hint for people, not proof. */
  name: string
}

export type Road = 'webrtc' | 'broadcast' | 'relay'

/** One road of signalling. */
export interface SignallingRoad {
  road: 'broadcast' | 'relay'
  /** The relay's address; empty for BroadcastChannel. */
  url: string
  open: boolean
}

export interface LinkState {
  server: ServerId
  name: string
  /** Public key as text, which the server proved to have the other half of; null before it was ever linked. */
  key: string | null
  state: 'absent' | 'connecting' | 'connected' | 'cut' | 'lost'
  /** By which road frames travel; null while none does. */
  road: Road | null
  /** Milliseconds, median of the last heartbeats; null before the first. */
  roundTrip: number | null
  offset: number | null
  /** Milliseconds since 1970 when something was last heard. */
  lastHeard: number | null
  sent: { messages: number; bytes: number }
  received: { messages: number; bytes: number }
  /** Why the link is not connected, or why it goes by the signalling road, in plain words. */
  reason: string
}
