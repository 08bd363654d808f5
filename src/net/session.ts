/**
 * One attempt to reach one server, and if it succeeds the link itself: a transport, the proof of who is there [X1],
 * and on the plain road the seal over every frame. Nothing is handed up before both ends are proven: this end
 * delivers only after it has checked the other, and the other sends only after it has checked this one.
 */
import type { Bytes } from '../keys/encoding'
import { agree, type Exchange, type FrameSeal, newExchange, type Role } from '../keys/sealing'
import { type Control, encodeControl, parseControl } from './control'
import { type Line, type Outcome, proveEachOther, type Self, type Terms } from './handshake'
import type { ProvenServer } from './network'
import type { Transport, TransportHandlers } from './transport'
import type { ServerId } from '../core/names'

export interface SessionOptions {
  /** Random text both ends know this attempt by. */
  id: string
  role: Role
  expected: ServerId
  self: Self
  open(handlers: TransportHandlers): Transport
  /** Plain road only: makes a frame ready to be sent without waiting. */
  prepare(sealed: Bytes): Promise<() => void>
}

export interface SessionHandlers {
  proven(peer: ProvenServer): void
  /** A frame of a proven server, in order. */
  frame(frame: Uint8Array): void
  drained(): void
  /** A frame that the proven server did not seal for this session, or sealed long ago: whoever sent it [X1]. */
  foreign(reason: string): void
  /** `fault` when the other end did wrong, not the network. Never called after `close`. */
  closed(reason: string, fault: boolean): void
}

/** Frames that may wait for the end of the handshake: somewhat more than one longest message. */
const inboxLimit = 80

export class Session {
  readonly id: string
  readonly role: Role
  readonly transport: Transport
  /** On the page's own clock, milliseconds. */
  readonly begun = performance.now()
  /** Whether the other end has shown any sign of life in this session. */
  answered = false
  readonly #options: SessionOptions
  readonly #handlers: SessionHandlers
  readonly #inbox: Uint8Array[] = []
  #state: 'opening' | 'proving' | 'up' | 'closed' = 'opening'
  #awaited: ((control: Control | null) => void) | null = null
  #seal: FrameSeal | null = null
  #farewell: (() => void) | null = null
  #sending = Promise.resolve()
  #opening = Promise.resolve()
  #sealingBytes = 0

  constructor(options: SessionOptions, handlers: SessionHandlers) {
    this.id = options.id
    this.role = options.role
    this.#options = options
    this.#handlers = handlers
    this.transport = options.open({
      opened: () => {
        if (this.#state === 'opening') void this.#prove()
      },
      frame: (frame) => this.receive(frame),
      drained: () => {
        if (this.#state === 'up') handlers.drained()
      },
      closed: (reason, fault = false) => this.#end(reason, fault),
    })
  }

  /** A frame from the transport; the plain road's notes come in here directly. */
  receive(frame: Uint8Array): void {
    this.answered = true
    if (this.#state === 'up') this.#accept(frame)
    else if (this.#state !== 'closed') {
      if (this.#inbox.length >= inboxLimit) return this.#end('sent too much before proving who it is', true)
      this.#inbox.push(frame)
      this.#serve()
    }
  }

  send(frame: Bytes): void {
    if (this.#state !== 'up') return
    const seal = this.#seal
    if (seal === null) return this.transport.send(frame)
    const sealed = seal.seal(frame)
    this.#sealingBytes += frame.length
    this.#sending = this.#sending.then(async () => {
      const bytes = await sealed
      this.#sealingBytes -= frame.length
      this.transport.send(bytes)
    })
  }

  /** Bytes that wait to leave. */
  waiting(): number {
    return this.#sealingBytes + this.transport.waiting()
  }

  /** Ends the session; `word` is the last thing said, null for silence. */
  close(word: 'bye' | 'end' | null): void {
    if (word === 'bye' && this.#farewell !== null) this.#farewell()
    else if (word === 'bye' || (word === 'end' && this.#seal !== null)) this.send(encodeControl({ type: word }))
    this.#stop()
  }

  #stop(): void {
    this.#state = 'closed'
    this.#inbox.length = 0
    this.#serve()
    this.transport.close()
  }

  #end(reason: string, fault: boolean): void {
    if (this.#state === 'closed') return
    this.#stop()
    this.#handlers.closed(reason, fault)
  }

  async #prove(): Promise<void> {
    this.#state = 'proving'
    const bindings = this.transport.bindings()
    const exchange = bindings === null ? await newExchange() : null
    if (this.#stopped()) return
    const terms: Terms = {
      road: exchange === null ? 'webrtc' : 'plain',
      role: this.role,
      expected: this.#options.expected,
      binding: exchange?.publicText ?? bindings?.mine ?? '',
      theirBinding: bindings?.theirs ?? null,
    }
    await this.#conclude(await proveEachOther(this.#line(), this.#options.self, terms), exchange)
  }

  async #conclude(outcome: Outcome, exchange: Exchange | null): Promise<void> {
    if (outcome.type === 'ended' || this.#stopped()) return
    if (outcome.type === 'refused') return this.#end(outcome.reason, true)
    if (exchange !== null) {
      this.#seal = await agree(exchange, outcome.theirBinding, this.role, this.id)
      if (this.#stopped()) return
      if (this.#seal === null) return this.#end('sent a key that is none', true)
      this.#farewell = await this.#options.prepare(await this.#seal.sealLast(encodeControl({ type: 'bye' })))
      if (this.#stopped()) return
    }
    this.#state = 'up'
    this.#handlers.proven(outcome.peer)
    for (const frame of this.#inbox.splice(0)) this.#accept(frame)
  }

  /** A method, so that the compiler does not take the state before an await for the state after it. */
  #stopped(): boolean {
    return this.#state === 'closed'
  }

  #line(): Line {
    return {
      send: (control) => {
        if (!this.#stopped()) this.transport.send(encodeControl(control))
      },
      next: () =>
        new Promise((resolve) => {
          this.#awaited = resolve
          this.#serve()
        }),
    }
  }

  /** Gives the handshake its next control frame, if it waits for one and there is one. */
  #serve(): void {
    const awaited = this.#awaited
    if (awaited === null) return
    const frame = this.#inbox.shift()
    if (frame === undefined && !this.#stopped()) return
    this.#awaited = null
    const control = frame === undefined ? null : parseControl(frame)
    awaited(control)
    if (control === null) this.#end('spoke nonsense before proving who it is', true)
  }

  #accept(frame: Uint8Array): void {
    const seal = this.#seal
    if (seal === null) return this.#handlers.frame(frame)
    this.#opening = this.#opening.then(async () => {
      const opened = await seal.open(frame as Bytes)
      if (this.#stopped()) return
      if (opened === null) this.#handlers.foreign('sent a frame that is not of this session')
      else this.#handlers.frame(opened)
    })
  }
}
