/**
 * How one server reaches another: who calls, by which road, what is tried next, and when to stop. Of the two, the one
 * with the greater SI calls; the other can only ring and ask to be called, so two calls never cross. WebRTC is tried
 * first; where it does not rise, the plain road carries the frames while WebRTC is tried again at long intervals.
 */
import type { ServerId } from '../core/names'
import { fromBase64url, randomText } from '../keys/encoding'
import type { Role } from '../keys/sealing'
import { Backoff } from './backoff'
import { parseControl } from './control'
import type { ProvenServer } from './network'
import type { Note, Signal, Word } from './notes'
import { hasWebrtc, type RtcTransport } from './rtcTransport'
import type { Session } from './session'
import { Sessions } from './sessions'
import type { Signalling, Way } from './signalling'
import { noteOf, openSession, type Switchboard, webrtcHopeful } from './switchboard'

/**
 * Milliseconds an attempt may take before the next road is tried. Each that took longer gives the next twice the time, up
 * to the longest, until one succeeds: the road may be slow. Who was called leaves it to the caller to be impatient.
 */
const attemptPatience = 4000
const longestPatience = 32_000
/** Which share of that time an attempt is given before a ring means that nothing of it arrived. */
const ringShare = 1 / 4
/** Milliseconds between attempts: the first pause and the longest. */
const retryPauses = [500, 30_000] as const
/** Attempts in a row after which a server that says nothing is taken for gone. */
const triesToAbsence = 9
/** Milliseconds between attempts to leave the plain road for WebRTC. */
const upgradePauses = [30_000, 300_000] as const

export interface ReachHandlers {
  /** A session has risen; `before` is who was at the other end of the one it replaces. */
  up(session: Session, peer: ProvenServer, before: ProvenServer | null): void
  /** A frame of the proven server. */
  frame(frame: Uint8Array): void
  drained(): void
  /** The session that lived has ended. */
  down(reason: string): void
  /** An attempt has failed. */
  failed(reason: string): void
  /** The server is not heard of any more. */
  gone(): void
  fault(reason: string): void
  isMuted(): boolean
}

export class Reach {
  readonly sessions = new Sessions()
  readonly #server: ServerId
  readonly #board: Switchboard
  readonly #handlers: ReachHandlers
  readonly #isCaller: boolean
  readonly #retry: Backoff
  readonly #upgrade = new Backoff(...upgradePauses, () => this.#tryUpgrade())
  /** The instance last heard from by note, the room in which that was, and the way it came. */
  #instance = ''
  #room: Signalling | null = null
  #way: Way | null = null
  #plainFirst = false
  #patience = attemptPatience

  constructor(server: ServerId, board: Switchboard, handlers: ReachHandlers) {
    this.#server = server
    this.#board = board
    this.#handlers = handlers
    this.#isCaller = board.self.server > server
    this.#retry = new Backoff(...retryPauses, () => this.begin())
  }

  /** Whether what goes on with the server goes on in this room. */
  isIn(room: Signalling): boolean {
    return this.#room === room
  }

  /** Begins to reach the server, unless that is under way; false when there is no room for a link. */
  begin(): boolean {
    if (this.sessions.isBusy || this.#handlers.isMuted()) return true
    if (!this.#board.hasRoom()) return false
    if (this.#isCaller) this.#call(this.#firstRoad())
    else {
      this.#tell({ type: 'ring', to: this.#server })
      this.again()
    }
    return true
  }

  /** Tries again after a while, or gives the server up. */
  again(): void {
    if (this.#retry.tries < triesToAbsence) this.#retry.later()
    else this.#handlers.gone()
  }

  /** Ends everything; `word` is the last one to the other end. */
  end(word: 'bye' | 'end' | null): void {
    this.sessions.endAttempt()
    this.#retry.reset()
    this.endLive(word)
  }

  endLive(word: 'bye' | 'end' | null): void {
    this.#upgrade.stop()
    this.sessions.endRetirement()
    this.sessions.endLive(word)
  }

  /** No attempt any more, while a session that lives goes on. */
  rest(): void {
    this.sessions.endAttempt()
    this.#retry.reset()
    this.#upgrade.stop()
  }

  /** A note of the server, of any type but bye. */
  heard(note: Exclude<Note, { type: 'bye' }>, way: Way, room: Signalling): void {
    this.#instance = note.instance
    this.#notice(room, way, note.type === 'hello' || note.type === 'here')
    if (note.type === 'ring') this.#rung()
    else if (note.type === 'signal') this.#signalled(room, note.session, note.signal)
    else if (note.type === 'frame') this.#framed(room, note.session, note.body)
    else this.#greeted()
  }

  /** Two servers may meet in several rooms: what goes on between them in one stays there, a mere greeting in another moves nothing. */
  #notice(room: Signalling, way: Way, isGreeting: boolean): void {
    const goesOn = this.sessions.attempt !== null || this.sessions.peer?.instance === this.#instance
    if (this.#room !== room && isGreeting && goesOn) return
    if (this.#room !== room || this.#way === null || way.road === 'broadcast' || this.#way.road === 'relay') this.#way = way
    this.#room = room
  }

  /** It is there. The caller calls, even over a link that belonged to an earlier start; the other waits a little. */
  #greeted(): void {
    if (this.sessions.attempt !== null || this.sessions.peer?.instance === this.#instance) return
    this.#retry.reset()
    if (this.#isCaller && this.sessions.live !== null) this.#call(this.#firstRoad())
    else if (this.#isCaller) this.begin()
    else if (this.sessions.live === null) this.again()
  }

  /** The other end has no link to us: ours, if any, is dead, or soon replaced. */
  #rung(): void {
    const { attempt, attemptAge, live } = this.sessions
    if (!this.#isCaller || (attempt !== null && (attempt.answered || attemptAge < ringShare * this.#patience))) return
    this.#retry.reset()
    if (live !== null || this.#board.hasRoom()) this.#call(this.#firstRoad())
  }

  #signalled(room: Signalling, id: string, signal: Signal): void {
    const { attempt, live } = this.sessions
    if (attempt?.id === id) {
      attempt.answered = true
      if (signal.type === 'unable') this.#attemptFailed(attempt, 'WebRTC does not rise at the other end', false)
      else (attempt.transport as Partial<RtcTransport>).signal?.(signal)
    } else if (signal.type === 'offer' && this.#mayAnswer(id)) {
      if (hasWebrtc() && (live !== null || webrtcHopeful(this.#board))) {
        ;(this.#open(room, id, 'answerer', 'webrtc').transport as RtcTransport).signal(signal)
      } else this.#tell({ type: 'signal', to: this.#server, at: this.#instance, session: id, signal: { type: 'unable' } })
    }
  }

  #framed(room: Signalling, id: string, body: string): void {
    const frame = fromBase64url(body)
    if (frame === null) return this.#handlers.fault('sent a frame that is not base64url')
    const known = this.sessions.find(id)
    if (known !== undefined) known.receive(frame)
    else if (this.#mayAnswer(id) && parseControl(frame)?.type === 'hello') this.#open(room, id, 'answerer', 'plain').receive(frame)
  }

  #mayAnswer(id: string): boolean {
    return !this.#isCaller && !this.sessions.hasEnded(id) && (this.sessions.isBusy || this.#board.hasRoom())
  }

  #firstRoad(): 'webrtc' | 'plain' {
    return webrtcHopeful(this.#board) && !this.#plainFirst ? 'webrtc' : 'plain'
  }

  #call(road: 'webrtc' | 'plain'): void {
    if (this.#room !== null) this.#open(this.#room, randomText(), 'caller', road)
  }

  #open(room: Signalling, id: string, role: Role, road: 'webrtc' | 'plain'): Session {
    this.#retry.stop()
    const plan = { id, role, road, room, to: this.#server, at: this.#instance, way: this.#way, isMuted: () => this.#handlers.isMuted() }
    const session: Session = openSession(this.#board, plan, {
      proven: (peer) => this.#proven(session, peer),
      frame: (frame) => {
        if (this.sessions.hears(session)) this.#handlers.frame(frame)
      },
      drained: () => this.#handlers.drained(),
      foreign: (reason) => this.#handlers.fault(reason),
      closed: (reason, isFault) => this.#closed(session, reason, isFault),
    })
    const patience = role === 'caller' ? this.#patience : longestPatience
    this.sessions.try(session, patience, () => {
      this.#patience = Math.min(longestPatience, 2 * this.#patience)
      this.#attemptFailed(session, `${road === 'webrtc' ? 'WebRTC did not rise' : 'no answer'} within ${patience / 1000} seconds`, false)
    })
    return session
  }

  #proven(session: Session, peer: ProvenServer): void {
    const before = this.sessions.peer
    const isSame = before?.instance === peer.instance
    if (before !== null && !isSame && before.incarnation >= peer.incarnation) return this.#refuseTwin(peer, before)
    this.sessions.promote(session, peer, isSame)
    this.#retry.reset()
    this.#patience = attemptPatience
    this.#upgrade.stop()
    if (session.transport.road === 'webrtc') {
      this.#plainFirst = false
      this.#board.webrtcSilent = false
      this.#upgrade.reset()
    } else this.#upgradeLater()
    this.#handlers.up(session, peer, before)
  }

  /** Two live tabs claim one server: the newer start counts, and of two equals the one that was here [B2]. */
  #refuseTwin(peer: ProvenServer, live: ProvenServer): void {
    this.sessions.endAttempt()
    const which = peer.incarnation < live.incarnation ? 'an older start' : 'a second tab with the same start'
    this.#board.handlers.refused('twin', `${which} of ${peer.name || this.#server} was refused`)
  }

  #closed(session: Session, reason: string, isFault: boolean): void {
    if (session === this.sessions.attempt) this.#attemptFailed(session, reason, isFault)
    else if (session === this.sessions.live) this.#handlers.down(reason)
    if (isFault) this.#handlers.fault(reason)
  }

  #attemptFailed(session: Session, reason: string, isFault: boolean): void {
    this.sessions.endAttempt()
    if (this.sessions.live !== null) return this.#upgradeLater()
    this.#handlers.failed(reason)
    if (session.role === 'caller') this.#plainFirst = session.transport.road === 'webrtc' && !isFault
    if (session.role === 'caller' && this.#plainFirst) this.#call('plain')
    else this.again()
  }

  #upgradeLater(): void {
    const isPlain = this.sessions.live?.transport.road !== 'webrtc'
    if (this.#isCaller && isPlain && hasWebrtc()) this.#upgrade.later()
  }

  #tryUpgrade(): void {
    if (this.sessions.live !== null && this.sessions.attempt === null) this.#call('webrtc')
  }

  #tell(word: Word): void {
    if (!this.#handlers.isMuted()) this.#room?.send(noteOf(this.#board.self, word), null)
  }
}
