/** Who is linked to whom: links rise and fall as the network and the servers are, and each end hears of it after a while. */
import type { SimServer } from './simServer'
import type { World } from './world'

/** Milliseconds after which heartbeats are missed, at most. */
const NOTICED_AFTER = 6000
/** Up to so many servers everybody is linked to everybody; each further one begins with a few acquaintances. */
export const FULL_MESH = 12
const ACQUAINTANCES = 3

export class Links {
  private readonly world: World
  private readonly up = new Set<number>()
  /** Pairs that are linked whenever they can be; others come when one has something to say to the other. */
  private readonly wanted = new Map<number, readonly [SimServer, SimServer]>()

  constructor(world: World) {
    this.world = world
  }

  /** A new server gets acquainted with those who are there. */
  introduce(server: SimServer, others: readonly SimServer[]): void {
    const acquaintances = others.length < FULL_MESH ? others : Array.from({ length: ACQUAINTANCES }, () => this.world.random.pick(others))
    for (const other of acquaintances) this.want(server, other)
  }

  /** Connects on demand: what made it necessary is lost, and sent again. */
  want(a: SimServer, b: SimServer): void {
    const key = link(a, b)
    if (this.wanted.has(key)) return
    this.wanted.set(key, [a, b])
    this.look(key, a, b)
  }

  stands(a: SimServer, b: SimServer): boolean {
    return this.up.has(link(a, b))
  }

  /** Brings links up or down as the network and the servers are now. */
  lookAtAll(): void {
    for (const [key, [a, b]] of this.wanted) this.look(key, a, b)
  }

  private look(key: number, a: SimServer, b: SimServer): void {
    const { random } = this.world
    const can = this.may(a, b)
    if (can && !this.up.has(key)) this.world.plan(random.between(50, 500), () => this.connect(a, b))
    if (!can && this.up.has(key)) this.world.plan(random.between(0, NOTICED_AFTER), () => this.disconnect(a, b))
  }

  private may(a: SimServer, b: SimServer): boolean {
    return a.alive && b.alive && this.world.network.linked(a.id, b.id) && remembers(a, b) && remembers(b, a)
  }

  private connect(a: SimServer, b: SimServer): void {
    if (!this.may(a, b) || this.stands(a, b)) return
    this.up.add(link(a, b))
    this.present(a, b)
    this.present(b, a)
  }

  private present(to: SimServer, other: SimServer): void {
    to.input({ type: 'connected', server: other.id, incarnation: other.server.incarnation, instance: other.instance, name: other.name, key: other.key })
    this.measure(to, other)
  }

  private measure(at: SimServer, other: SimServer): void {
    at.input({ type: 'clock', server: other.id, offset: other.skew - at.skew })
  }

  /** Clocks are compared again on every link of a server, after its clock was set. */
  compareClocks(server: SimServer): void {
    for (const other of this.world.servers) {
      if (other === server || !this.stands(server, other)) continue
      this.measure(server, other)
      this.measure(other, server)
    }
  }

  private disconnect(a: SimServer, b: SimServer): void {
    if (this.may(a, b)) return
    if (!this.up.delete(link(a, b))) return
    a.input({ type: 'disconnected', server: b.id, reason: 'silent' })
    b.input({ type: 'disconnected', server: a.id, reason: 'silent' })
  }

  /** A server that dies takes its links with it at once; the others notice later. */
  drop(dead: SimServer): void {
    for (const other of this.world.servers) {
      if (other === dead || !this.up.delete(link(dead, other))) continue
      this.world.plan(this.world.random.between(0, NOTICED_AFTER), () => {
        if (!this.stands(dead, other)) other.input({ type: 'disconnected', server: dead.id, reason: 'silent' })
      })
    }
  }
}

/** Who does not remember a later start would believe a browser that is an old one: that nobody can help (§20). */
const remembers = ({ server }: SimServer, other: SimServer): boolean => other.putAside === null || (server.starts.get(other.id)?.incarnation ?? 0) >= other.server.incarnation

/** One number for a pair of servers, of which a world has less than 65,536. */
const link = ({ number: a }: SimServer, { number: b }: SimServer): number => (a < b ? a * 65_536 + b : b * 65_536 + a)
