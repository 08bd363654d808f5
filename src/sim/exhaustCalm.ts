/** Fine weather: every message arrives in turn, every timer fires in time. How an exploration begins, and how its leaves end. */
import { nextTime, unschedule } from '../core/agenda'
import { isFailure } from '../core/errors'
import type { Effects } from '../core/effects'
import { decode, encode, type Message } from '../core/messages'
import type { DirectoryId, ServerId } from '../core/names'
import type { Server } from '../core/server'
import { step, type Input } from '../core/step'

export interface CalmServer {
  server: Server
  /** Its clock, ms since 1970. */
  now: number
}

/** Names of servers and directories have no part in this. */
const left: ReadonlySet<string> = new Set(['register', 'cleanup'])

export class Calm {
  readonly servers: readonly CalmServer[]
  /** ms since it began. */
  elapsed = 0
  private readonly onStep: (who: number, effects: Effects) => void
  private readonly post: { from: ServerId; to: ServerId; message: Message }[] = []

  constructor(servers: readonly CalmServer[], onStep: (who: number, effects: Effects) => void = () => undefined) {
    this.servers = servers
    this.onStep = onStep
  }

  input(who: number, input: Input): Effects {
    const { server, now } = this.servers[who]!
    const effects = step(server, now + this.elapsed, input)
    for (const task of server.agenda.times.keys()) if (left.has(task.split(' ')[0]!)) unschedule(server.agenda, task)
    for (const { to, message } of effects.send) this.post.push({ from: server.id, to, message: decode(encode(message)) as Message })
    this.onStep(who, effects)
    return effects
  }

  /** Delivers until nothing is on its way. */
  settle(): void {
    for (let sent = this.post.shift(); sent !== undefined; sent = this.post.shift()) {
      const { from, to, message } = sent
      const who = this.servers.findIndex(({ server }) => server.id === to)
      this.input(who, { type: 'message', from, message })
    }
  }

  /** Lets so much time pass, ms. */
  pass(ms: number): void {
    this.settle()
    const until = this.elapsed + ms
    for (;;) {
      const due = this.servers.map(({ server, now }, who) => ({ who, at: (nextTime(server.agenda) ?? Number.POSITIVE_INFINITY) - now })).toSorted((a, b) => a.at - b.at)[0]!
      if (due.at > until) break
      this.elapsed = Math.max(this.elapsed, due.at)
      this.input(due.who, { type: 'tick' })
      this.settle()
    }
    this.elapsed = until
  }

  connectAll(): void {
    const { servers } = this
    for (const [who] of servers.entries()) {
      for (const [other, { server }] of servers.entries()) {
        if (other !== who) this.input(who, { type: 'connected', server: server.id, incarnation: server.incarnation, instance: `${server.id} ${server.incarnation}`, name: server.name })
      }
    }
    this.settle()
  }

  /** Sweeps until the log has been folded and nobody sweeps any more. */
  sweep(directory: DirectoryId, times: number): void {
    for (let i = 0; i < times; i++) {
      const who = this.servers.findIndex(({ server }) => server.copies.get(directory)?.state === 'active')
      const id = this.servers[who]!.server.id
      this.input(who, { type: 'call', id: 1, call: { type: 'ask', servers: [id], request: { type: 'sweep', directory, form: 'parallel' } } })
      this.pass(20_000)
    }
    for (let i = 0; i < 1000 && this.servers.some(({ server }) => server.sweeps.size > 0); i++) this.pass(10)
  }

  /** A call that must succeed. */
  call(who: number, input: Extract<Input, { type: 'call' }>): void {
    const refused = [this.input(who, input)].flatMap(({ reply }) => reply).find(({ outcome }) => isFailure(outcome))
    if (refused !== undefined) throw new Error(`the exploration cannot begin: ${JSON.stringify(refused.outcome)}`)
    this.settle()
  }
}
