/** One server's link to one other server, as its owner sees it: messages, the cut, the state in words. */
import type { ServerId } from '../core/names'
import { Conduct } from './conduct'
import type { LinkState, ProvenServer, Road } from './network'
import type { Note } from './notes'
import { Reach } from './reach'
import type { Session } from './session'
import type { Signalling, Way } from './signalling'
import type { Switchboard } from './switchboard'
import { Traffic } from './traffic'

/**
 * Milliseconds without a frame after which a link is taken for dead: four beats, which come every 1500, and a round
 * trip more, for which the handshake stands until one is measured. At most the longest.
 */
const silencePatience = 6000
const longestSilence = 30_000

const whyThisRoad: Record<Road, string> = {
  webrtc: '',
  broadcast: "WebRTC does not rise, so messages go by this browser's own channel",
  relay: 'WebRTC does not rise, so messages go by the relay',
}

export class PeerLink {
  readonly server: ServerId
  readonly #board: Switchboard
  readonly #traffic: Traffic
  readonly #reach: Reach
  readonly #conduct = new Conduct(performance.now())
  #name = ''
  #key: string | null = null
  #present = false
  #cut = false
  #everLinked = false
  /** How long the handshake took, milliseconds. */
  #handshake = 0
  #reason = ''

  constructor(server: ServerId, board: Switchboard) {
    this.server = server
    this.#board = board
    const { handlers } = board
    this.#traffic = new Traffic(board.weather, {
      message: (message) => {
        if (this.isConnected) handlers.message(server, message)
      },
      clock: (offset, roundTrip) => {
        if (this.isConnected) handlers.clock(server, offset, roundTrip)
        board.changed()
      },
      farewell: (word) => (word === 'bye' ? this.#depart() : this.#lose('the other end closed the link')),
      rubbish: (reason) => this.#fault(reason),
      refused: (reason, detail) => handlers.refused(reason, `${detail} (${this.#name || server})`),
    })
    this.#reach = new Reach(server, board, {
      up: (session, peer, before) => this.#up(session, peer, before),
      frame: (frame) => {
        if (!this.#cut) this.#traffic.accept(frame)
      },
      drained: () => this.#traffic.pump(),
      down: (reason) => this.#lose(reason),
      failed: (reason) => {
        this.#reason = reason
        board.changed()
      },
      gone: () => this.#giveUp(),
      fault: (reason) => this.#suspect(reason),
      isMuted: () => this.#cut || !this.#present || this.#isBanished(),
    })
  }

  get isConnected(): boolean {
    return this.#reach.sessions.live !== null && !this.#cut
  }

  /** Whether it takes one of the places for links. */
  get isBusy(): boolean {
    return this.#reach.sessions.isBusy
  }

  /** Whether the server is in the room, as far as is known. */
  get isPresent(): boolean {
    return this.#present
  }

  /** Whether the link belongs to this room. */
  isIn(room: Signalling): boolean {
    return this.#reach.isIn(room)
  }

  get state(): LinkState {
    const measured = this.isConnected ? this.#traffic.measured : null
    return {
      server: this.server,
      name: this.#name,
      key: this.#key,
      state: this.#stateName(),
      road: this.isConnected ? (this.#reach.sessions.live?.transport.road ?? null) : null,
      roundTrip: measured?.roundTrip ?? null,
      offset: measured?.offset ?? null,
      lastHeard: this.#traffic.lastHeard,
      sent: { ...this.#traffic.sent },
      received: { ...this.#traffic.received },
      reason: this.#reason,
    }
  }

  #stateName(): LinkState['state'] {
    if (this.#cut) return 'cut'
    if (this.isConnected) return 'connected'
    if (!this.#present) return 'absent'
    return this.#everLinked ? 'lost' : 'connecting'
  }

  send(message: string): void {
    if (this.#cut) return
    if (!this.isConnected && !this.#present) {
      return this.#board.handlers.refused('not connected', `${this.#name || this.server} is not in the room`)
    }
    if (!this.isConnected) this.connect()
    this.#traffic.send(message)
  }

  /** Begins to reach the server, unless that is under way. */
  connect(): void {
    if (!this.#reach.begin()) this.#reason = 'not linked: there are links enough'
    this.#board.changed()
  }

  /** While cut, nothing passes in either direction, and this end says nothing of it to the other. */
  setCut(cut: boolean): void {
    if (cut === this.#cut) return
    const wasConnected = this.isConnected
    this.#cut = cut
    if (cut) {
      this.#reach.rest()
      this.#traffic.detach()
      this.#reason = 'cut here'
      if (wasConnected) this.#board.handlers.disconnected(this.server, this.#reason)
    } else {
      this.#reach.end('end')
      this.#reason = ''
      this.connect()
    }
    this.#board.changed()
  }

  /** Called every beat. `slept`: this tab itself was stopped, so silence proves nothing. */
  beat(slept: boolean): void {
    if (!this.isConnected) return
    if (slept) this.#traffic.hear()
    const patience = Math.min(longestSilence, silencePatience + (this.#traffic.measured?.roundTrip ?? this.#handshake))
    if (this.#traffic.silence > patience) this.#lose(`nothing heard for ${Math.round(patience / 1000)} seconds`)
    else this.#traffic.beat()
  }

  /** The last word to the other end. Must not wait for anything: the page may be closing. */
  leave(): void {
    this.#reach.end(this.#cut ? null : 'bye')
  }

  /** This server leaves a room: who was met there is not met any more, unless they are heard elsewhere. */
  leaveRoom(room: Signalling): void {
    if (!this.#reach.isIn(room)) return
    const wasConnected = this.isConnected
    this.#present = false
    this.leave()
    this.#traffic.detach()
    if (this.#cut) return
    this.#reason = 'its room was left'
    if (wasConnected) this.#board.handlers.disconnected(this.server, this.#reason)
    this.#board.changed()
  }

  heard(note: Note, way: Way, room: Signalling): void {
    if (this.#cut || this.#isBanished()) return
    if (!this.isConnected) this.#name = note.name
    if (note.type === 'bye') {
      // It proves nothing, so it counts only where there is no link.
      if (!this.isConnected) this.#depart()
      return
    }
    const isNews = !this.#present
    this.#present = true
    this.#reach.heard(note, way, room)
    if (isNews) this.#board.changed()
  }

  #up(session: Session, peer: ProvenServer, before: ProvenServer | null): void {
    const isSame = before?.instance === peer.instance
    if (before !== null && !isSame) this.#board.handlers.disconnected(this.server, 'started again')
    this.#everLinked = true
    this.#handshake = performance.now() - session.begun
    this.#name = peer.name
    this.#key = peer.key
    this.#reason = whyThisRoad[session.transport.road]
    if (!isSame) this.#board.connected(peer)
    this.#traffic.attach(session, isSame)
    this.#board.changed()
  }

  /** The link is gone and the server perhaps not. */
  #lose(reason: string): void {
    if (this.#endLink(reason, 'end')) this.#reach.again()
  }

  /** The server has left the room. */
  #depart(): void {
    this.#present = false
    this.#reach.rest()
    this.#endLink('said goodbye', null)
  }

  /** Ends what there is of a link, and tells the owner; false while cut, when the owner knows it as ended. */
  #endLink(reason: string, word: 'end' | null): boolean {
    const wasConnected = this.isConnected
    this.#reach.endLive(this.#cut ? null : word)
    this.#traffic.detach()
    if (this.#cut) return false
    this.#reason = reason
    if (wasConnected) this.#board.handlers.disconnected(this.server, reason)
    this.#board.changed()
    return true
  }

  #giveUp(): void {
    this.#present = false
    this.#traffic.detach()
    this.#reason = 'not heard of any more'
    this.#board.changed()
  }

  #fault(reason: string): void {
    this.#board.handlers.refused('rubbish', `${this.#name || this.server} ${reason}`)
    if (!this.#conduct.fault(performance.now())) return
    this.#reach.rest()
    if (this.isConnected) this.#lose('cut off for a minute, because it kept sending rubbish')
  }

  /** What came by a note or before any proof may be somebody else's: while there is a link, that does not pay for it [X1]. */
  #suspect(reason: string): void {
    if (!this.isConnected) this.#fault(reason)
    else this.#board.handlers.refused('rubbish', `somebody in the name of ${this.#name || this.server} ${reason}`)
  }

  #isBanished(): boolean {
    return this.#conduct.isBanished(performance.now())
  }
}
