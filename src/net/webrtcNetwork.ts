/**
 * The real network (SPEC §16): the servers of a room find each other by notes on its signalling road and link up by
 * WebRTC, all with all while they are few. A server may meet others in several rooms; who is met in more than one of them
 * has one link, which belongs to the room in which it was made.
 */
import type { ServerId } from '../core/names'
import { MAX_ROOMS } from '../core/directories/rooms'
import { roomKeys } from '../keys/sealing'
import type { Self } from './handshake'
import type { LinkState, Network, NetworkHandlers, SignallingRoad } from './network'
import type { Note } from './notes'
import { PeerLink } from './peerLink'
import { relayOfPage } from './relayRoad'
import { openSignalling, type Signalling, type Way } from './signalling'
import { noteOf, type Switchboard } from './switchboard'

export interface WebrtcNetworkOptions {
  /** The unguessable id of the room it is in from the start. */
  room: string
  self: Self
  handlers: NetworkHandlers
  /** Further relays, ws or wss addresses; the one of the page's own server is always used where there is one. */
  relays: readonly string[]
  /** STUN and TURN servers; none by default. */
  iceServers: RTCIceServer[]
  /** How many links at most; a full mesh up to there. */
  maxLinks?: number
}

/** Milliseconds between beats. */
const beatPeriod = 1500
/** A gap between beats, in milliseconds, that means this tab itself was stopped. */
const sleepGap = 4500
/** Milliseconds between hellos while lonely: the first pause, doubled up to the longest; and the pause in company. */
const firstPause = 500
const lonelyPause = 30_000
const companyPause = 120_000
/** Servers remembered at most: a stranger in the room can invent names. */
const serversKnown = 500

export async function openWebrtcNetwork(options: WebrtcNetworkOptions): Promise<Network> {
  const network = new WebrtcNetwork(options)
  await network.enter(options.room)
  return network
}

/** A room that this server is in. */
interface Room {
  signalling: Signalling
  /** The last word to all in it, made beforehand. */
  farewell: () => void
}

class WebrtcNetwork implements Network {
  readonly #links = new Map<ServerId, PeerLink>()
  readonly #board: Switchboard
  readonly #relays: readonly string[]
  readonly #rooms = new Map<string, Room>()
  /** Rooms that are being entered. */
  readonly #entering = new Set<string>()
  readonly #beats: ReturnType<typeof setInterval>
  #cut: ReadonlySet<ServerId> = new Set()
  #pause = firstPause
  #announceTimer: ReturnType<typeof setTimeout> | undefined
  #lastBeat = performance.now()
  #changing = false
  #closed = false
  readonly #leave = () => this.close()

  constructor(options: WebrtcNetworkOptions) {
    const { self, handlers, iceServers, maxLinks = 20 } = options
    const ownRelay = relayOfPage()
    this.#relays = [...new Set(ownRelay === null ? options.relays : [ownRelay, ...options.relays])]
    this.#board = {
      self,
      handlers,
      iceServers,
      weather: { delay: 0, loss: 0 },
      webrtcSilent: false,
      hasRoom: () => this.#count((link) => link.isBusy) < maxLinks,
      connected: (peer) => handlers.connected(peer, this.#roomOf(peer.server)),
      changed: () => this.#changed(),
    }
    this.#beats = setInterval(() => this.#beat(), beatPeriod)
    globalThis.addEventListener?.('pagehide', this.#leave)
  }

  async enter(id: string): Promise<void> {
    if (this.#rooms.has(id) || this.#entering.has(id)) return
    if (this.#rooms.size + this.#entering.size >= MAX_ROOMS) return this.#board.handlers.refused('too many rooms', `it is in ${MAX_ROOMS} already`)
    this.#entering.add(id)
    const keys = await roomKeys(id)
    if (this.#closed || !this.#entering.delete(id)) return
    const room: Room = { signalling: this.#signallingIn(id, keys), farewell: () => undefined }
    this.#rooms.set(id, room)
    void room.signalling.prepare(noteOf(this.#board.self, { type: 'bye' }), null).then((farewell) => {
      room.farewell = farewell
    })
    this.#announce()
  }

  #signallingIn(id: string, keys: Awaited<ReturnType<typeof roomKeys>>): Signalling {
    return openSignalling(keys, this.#relays, {
      note: (note, way) => this.#hear(note, way, id),
      opened: () => this.#announce(),
      changed: () => this.#changed(),
      refused: (reason, detail) => this.#board.handlers.refused(reason, detail),
    })
  }

  #roomOf(server: ServerId): string {
    const link = this.#links.get(server)
    return [...this.#rooms].find(([, { signalling }]) => link?.isIn(signalling) === true)?.[0] ?? ''
  }

  leave(id: string): void {
    this.#entering.delete(id)
    const room = this.#rooms.get(id)
    if (room === undefined) return
    this.#rooms.delete(id)
    for (const link of this.#links.values()) link.leaveRoom(room.signalling)
    room.farewell()
    room.signalling.close()
    // Who is met elsewhere too is linked to there.
    this.#announce()
  }

  rooms(): string[] {
    return [...this.#rooms.keys()]
  }

  send(to: ServerId, message: string): void {
    const link = this.#links.get(to)
    if (link === undefined) this.#board.handlers.refused('not connected', `${to} is not known in the room`)
    else link.send(message)
  }

  connect(to: ServerId): void {
    this.#links.get(to)?.connect()
  }

  cut(servers: ReadonlySet<ServerId>): void {
    this.#cut = new Set(servers)
    for (const server of servers) this.#linkTo(server)
    for (const link of this.#links.values()) link.setCut(this.#cut.has(link.server))
    this.#announce()
  }

  disturb(weather: { delay: number; loss: number }): void {
    Object.assign(this.#board.weather, weather)
  }

  links(): LinkState[] {
    return Array.from(this.#links.values(), (link) => link.state)
  }

  signallingRoads(): SignallingRoad[] {
    return [...this.#rooms.values()].flatMap(({ signalling }) => signalling.roads())
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    globalThis.removeEventListener?.('pagehide', this.#leave)
    clearInterval(this.#beats)
    clearTimeout(this.#announceTimer)
    for (const link of this.#links.values()) link.leave()
    for (const { farewell, signalling } of this.#rooms.values()) {
      farewell()
      signalling.close()
    }
  }

  #hear(note: Note, way: Way, id: string): void {
    const { self, handlers } = this.#board
    const room = this.#rooms.get(id)?.signalling
    if (room === undefined) return
    if (note.from === self.server) {
      if (note.instance !== self.instance) handlers.refused('twin', 'another tab says it is this server')
      return
    }
    if (this.#cut.has(note.from) || this.#closed) return
    if ('to' in note && note.to !== self.server) return
    if ('at' in note && note.at !== self.instance) return
    if (note.type === 'hello') {
      if (note.except.includes(self.server)) return
      room.send(noteOf(self, { type: 'here', to: note.from }), way)
    }
    this.#linkTo(note.from)?.heard(note, way, room)
  }

  /** Null when too many servers are known already. */
  #linkTo(server: ServerId): PeerLink | null {
    const known = this.#links.get(server)
    if (known !== undefined) return known
    if (this.#links.size >= serversKnown) this.#forgetOne()
    if (this.#links.size >= serversKnown) {
      this.#board.handlers.refused('too many servers', `${server} is not taken notice of`)
      return null
    }
    const link = new PeerLink(server, this.#board)
    this.#links.set(server, link)
    return link
  }

  #forgetOne(): void {
    for (const [server, link] of this.#links) {
      if (link.isPresent || link.isBusy || this.#cut.has(server)) continue
      link.leave()
      this.#links.delete(server)
      return
    }
  }

  /** Says hello at once, and again later: soon while lonely, rarely in company. */
  #announce(): void {
    clearTimeout(this.#announceTimer)
    if (this.#closed) return
    for (const { signalling } of this.#rooms.values()) signalling.send(noteOf(this.#board.self, { type: 'hello', except: [...this.#cut] }), null)
    const lonely = this.#count((link) => link.isConnected) === 0
    const pause = lonely ? this.#pause : companyPause
    this.#pause = lonely ? Math.min(lonelyPause, this.#pause * 2) : firstPause
    this.#announceTimer = setTimeout(() => this.#announce(), pause * (0.5 + Math.random() / 2))
  }

  #beat(): void {
    const now = performance.now()
    const slept = now - this.#lastBeat > sleepGap
    this.#lastBeat = now
    if (slept) this.#announce()
    for (const link of this.#links.values()) link.beat(slept)
    this.#changed()
  }

  #changed(): void {
    if (this.#changing) return
    this.#changing = true
    queueMicrotask(() => {
      this.#changing = false
      if (!this.#closed) this.#board.handlers.changed()
    })
  }

  #count(which: (link: PeerLink) => boolean): number {
    let count = 0
    for (const link of this.#links.values()) if (which(link)) count += 1
    return count
  }
}
