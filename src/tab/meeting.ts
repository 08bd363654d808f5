/**
 * The rooms that a tab is in: the one in its address, those that the roots it knows name [X7], and those that a person
 * looks into before two services are joined.
 */
import { MAX_ROOMS } from '../core/directories/rooms'
import type { Network } from '../net/network'

type Roads = Pick<Network, 'enter' | 'leave' | 'rooms'>

export class Meeting {
  readonly #home: string
  readonly #network: Roads
  #named: readonly string[]
  readonly #visited = new Set<string>()

  /** `named`: as remembered, until a root has been read. */
  constructor(home: string, network: Roads, named: readonly string[]) {
    this.#home = home
    this.#network = network
    this.#named = named
    this.#gather()
  }

  /** What the roots name now; true when that is news. */
  named(rooms: readonly string[]): boolean {
    const others = rooms.filter((room) => room !== this.#home)
    if (others.join() === this.#named.join()) return false
    this.#named = others
    this.#gather()
    return true
  }

  get others(): readonly string[] {
    return this.#named
  }

  /** Whether it only looks into the room. */
  isVisit(room: string): boolean {
    return room !== this.#home && !this.#named.includes(room)
  }

  visit(room: string): void {
    this.#visited.add(room)
    this.#gather()
  }

  endVisit(room: string): void {
    this.#visited.delete(room)
    this.#gather()
  }

  #gather(): void {
    const wanted = new Set([this.#home, ...this.#visited, ...this.#named].slice(0, MAX_ROOMS))
    for (const room of this.#network.rooms()) if (!wanted.has(room)) this.#network.leave(room)
    for (const room of wanted) void this.#network.enter(room)
  }
}
