/** A network inside one program, for tests: servers of a hub reach each other without a browser, in order, at once. */
import type { ServerId } from '../core/names'
import { MAX_ROOMS } from '../core/directories/rooms'
import { messageLimit } from './framing'
import type { LinkState, Network, NetworkHandlers, ProvenServer } from './network'

/** The medium of all its networks; who is in one room meets. */
export interface LoopbackHub {
  open(peer: ProvenServer, handlers: NetworkHandlers, room?: string): Network
}

export function newLoopbackHub(): LoopbackHub {
  const members = new Map<ServerId, Member>()
  return {
    open(peer, handlers, room = 'room') {
      const member = new Member(peer, handlers, members, room)
      members.set(peer.server, member)
      member.meet()
      return member
    },
  }
}

class Member implements Network {
  readonly peer: ProvenServer
  readonly #handlers: NetworkHandlers
  readonly #members: Map<ServerId, Member>
  readonly #links = new Map<ServerId, LinkState>()
  readonly #rooms: Set<string>
  #cut: ReadonlySet<ServerId> = new Set()
  readonly #weather = { delay: 0, loss: 0 }

  constructor(peer: ProvenServer, handlers: NetworkHandlers, members: Map<ServerId, Member>, room: string) {
    this.peer = peer
    this.#handlers = handlers
    this.#members = members
    this.#rooms = new Set([room])
  }

  send(to: ServerId, message: string): void {
    const link = this.#links.get(to)
    const bytes = new TextEncoder().encode(message).length
    if (bytes > messageLimit) this.#handlers.refused('message too long', `${bytes} bytes`)
    else if (link?.state === 'connected') {
      link.sent.messages += 1
      link.sent.bytes += bytes
      this.#exposed(() => this.#members.get(to)?.arrive(this.peer.server, message, bytes))
    } else if (link?.state !== 'cut') this.#handlers.refused('not connected', `${to} is not in the room`)
  }

  arrive(from: ServerId, message: string, bytes: number): void {
    this.#exposed(() => {
      const link = this.#links.get(from)
      if (link?.state !== 'connected') return
      link.received.messages += 1
      link.received.bytes += bytes
      link.lastHeard = Date.now()
      this.#handlers.message(from, message)
    })
  }

  /** Links are made as soon as both are there, so there is nothing to do on demand. */
  connect(): void {
    this.meet()
  }

  async enter(room: string): Promise<void> {
    if (this.#rooms.size >= MAX_ROOMS) return this.#handlers.refused('too many rooms', `it is in ${MAX_ROOMS} already`)
    this.#rooms.add(room)
    this.meet()
  }

  leave(room: string): void {
    this.#rooms.delete(room)
    this.meet()
  }

  rooms(): string[] {
    return [...this.#rooms]
  }

  cut(servers: ReadonlySet<ServerId>): void {
    this.#cut = new Set(servers)
    this.meet()
  }

  disturb(weather: { delay: number; loss: number }): void {
    Object.assign(this.#weather, weather)
  }

  links(): LinkState[] {
    return Array.from(this.#links.values(), (link) => ({ ...link, sent: { ...link.sent }, received: { ...link.received } }))
  }

  signallingRoads() {
    return []
  }

  close(): void {
    if (this.#members.get(this.peer.server) === this) this.#members.delete(this.peer.server)
    for (const other of this.#members.values()) other.settle(this.peer, 'absent', 'said goodbye')
    this.#links.clear()
  }

  /** Brings every pair of this member to the state that both cut lists give it. */
  meet(): void {
    for (const other of this.#members.values()) {
      if (other === this || (!this.#links.has(other.peer.server) && !this.#isWith(other))) continue
      const here = this.#cut.has(other.peer.server)
      const there = other.#cut.has(this.peer.server)
      const together = this.#isWith(other)
      this.settle(other.peer, ...stateOf(together, here, there))
      other.settle(this.peer, ...stateOf(together, there, here))
    }
  }

  isInRoom(room: string): boolean {
    return this.#rooms.has(room)
  }

  #isWith(other: Member): boolean {
    return [...this.#rooms].some((room) => other.#rooms.has(room))
  }

  settle(peer: ProvenServer, state: LinkState['state'], reason: string): void {
    const link = this.#links.get(peer.server) ?? newLink(peer)
    this.#links.set(peer.server, link)
    const before = link.state
    Object.assign(link, { state, reason, road: state === 'connected' ? 'broadcast' : null })
    if (before === state) return
    if (state === 'connected') {
      this.#handlers.connected(peer, [...this.#rooms].find((room) => this.#members.get(peer.server)?.isInRoom(room) === true) ?? '')
      this.#handlers.clock(peer.server, 0, 0)
    } else if (before === 'connected') this.#handlers.disconnected(peer.server, reason)
    this.#handlers.changed()
  }

  #exposed(act: () => void): void {
    if (this.#weather.loss > 0 && Math.random() < this.#weather.loss) return
    if (this.#weather.delay > 0) setTimeout(act, this.#weather.delay)
    else queueMicrotask(act)
  }
}

function stateOf(together: boolean, here: boolean, there: boolean): [LinkState['state'], string] {
  if (here) return ['cut', 'cut here']
  if (!together) return ['absent', 'its room was left']
  return there ? ['lost', 'nothing heard'] : ['connected', '']
}

function newLink({ server, name, key }: ProvenServer): LinkState {
  const none = { messages: 0, bytes: 0 }
  return { server, name, key, state: 'absent', road: null, roundTrip: 0, offset: 0, lastHeard: null, sent: { ...none }, received: { ...none }, reason: '' }
}
