/** The shortest way to a broken rule, in lines that a person can read. */
import { InvariantViolation } from '../core/assert'
import { encodeVisible } from '../core/values/encodeTree'
import { Mixer } from './exhaustHash'
import type { Move, Moves } from './exhaustMoves'
import { mix, type WorldState } from './exhaustQueue'
import { nameOf, type Happening, type ServerState, type ServerStates } from './exhaustServer'
import type { Visited } from './exhaustVisited'
import { explainWire } from './transcript'
import { Accusation } from './world'

/** Which rule an error says is broken, and its sentence; what names no rule is a bug too. */
export function accusation(error: unknown): { rule: string; sentence: string } {
  if (error instanceof Accusation || error instanceof InvariantViolation) return { rule: error.rule, sentence: error.message }
  return { rule: 'error', sentence: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

export class Path {
  private readonly servers: ServerStates
  private readonly moves: Moves
  private readonly visited: Visited
  private readonly mixer = new Mixer()

  constructor(servers: ServerStates, moves: Moves, visited: Visited) {
    this.servers = servers
    this.moves = moves
    this.visited = visited
  }

  /** How a state was reached from the first one, and what was tried there. */
  lines(first: WorldState, state: number, last: Move): string[] {
    const lines: string[] = []
    let at = first
    for (const number of this.visited.wayTo(state).slice(1)) {
      const { next, move } = this.stepTo(at, number)
      lines.push(...this.explain(at, move))
      at = next
    }
    lines.push(...this.explain(at, last), '', ...this.servers.standing(at.servers).flatMap(standsSo))
    return numbered(readable(lines, this.owners()))
  }

  /** Of all that can happen, what leads to the state of that number. */
  private stepTo(at: WorldState, number: number): { next: WorldState; move: Move } {
    let step: { next: WorldState; move: Move } | null = null
    this.moves.expand(at, (next, move) => {
      if (step === null && this.visited.is(number, mix(this.mixer, next))) step = { next, move }
    })
    if (step === null) throw new Error('the way back was lost')
    return step
  }

  private explain(state: WorldState, { kind, of, other }: Move): string[] {
    const { servers } = this
    switch (kind) {
      case 'leaf':
        return ['all that was on its way has arrived; from here on fine weather, and three sweeps']
      case 'crash':
        return [`${nameOf(of)} crashes, and starts again without links`]
      case 'notice':
        return [`${nameOf(of)} notices that ${nameOf(other)} is gone`]
      case 'connect':
        return [`${nameOf(of)} and ${nameOf(other)} are connected`]
      case 'cut':
        return [`the link between ${nameOf(of)} and ${nameOf(other)} is cut`]
      default: {
        const happening = servers.happenings[of]!
        const line = says(happening)
        if (kind === 'lose') return [`lost: ${line}`]
        if (kind === 'die before') return [`${line}; ${nameOf(happening.to)} crashes before that is durable`]
        const after = kind === 'die after' ? [`  ${nameOf(happening.to)} crashes before it has sent anything`] : []
        return [`${line}${kind === 'duplicate' ? ', and is still on its way' : ''}`, ...this.consequences(state, happening), ...after]
      }
    }
  }

  /** What happened in that step, and what was sent. */
  private consequences(state: WorldState, happening: Happening): string[] {
    try {
      const worked = this.servers.workOut(this.servers.standing(state.servers)[happening.to]!, happening)
      if (worked === null) return []
      const { happened, send } = worked.effects
      const sent = worked.step.sends.map((number) => this.servers.happenings[number] as Extract<Happening, { type: 'message' }>)
      return [...happened.map(({ kind, text }) => `  ${kind}: ${text}`), ...sent.slice(0, send.length).map(({ to, wire }) => `  to ${nameOf(to)}: ${explainWire(wire)}`)]
    } catch (error) {
      return [`  ${accusation(error).sentence}`]
    }
  }

  /** Which server each copy is, or was, on. */
  private owners(): Map<string, string> {
    const owners = new Map<string, string>()
    for (const { who, server } of this.servers.all) for (const { id } of server.copies.values()) owners.set(id, nameOf(who))
    return owners
  }
}

function says(happening: Happening): string {
  const at = nameOf(happening.to)
  switch (happening.type) {
    case 'message':
      return `${at} hears from ${nameOf(happening.from)}: ${explainWire(happening.wire)}`
    case 'act':
      return happening.act.says
    case 'timer':
      return `the timer of ${at} fires${happening.late ? ', long after its time' : ''}`
    case 'connected':
    case 'disconnected':
    case 'crash':
      return `${at}: ${happening.type}`
  }
}

const standsSo = ({ who, server }: ServerState): string[] =>
  [...server.copies.values()].map(({ state, nextTS, lastSweep, stableMark, pointer, log, visible }) => {
    const sees = JSON.stringify(encodeVisible(visible.root.children).filter(([label]) => label !== '.'))
    return `before that ${nameOf(who)} was ${state}: nextTS ${nextTS}, lastSweep ${lastSweep}, F ${stableMark}, next ${pointer.copy}, log [${log.map(({ ts }) => ts).join(', ')}], shows ${sees}`
  })

/** Time-stamps get numbers in their order, copies the names of their servers. */
function readable(lines: readonly string[], owners: ReadonlyMap<string, string>): string[] {
  const text = lines.join('\n')
  const stamps = [...new Set(text.match(/\d{16}\.(?:0|[a-z2-7]{13})/g))].toSorted()
  const short = stamps.reduce((so, stamp, i) => so.replaceAll(stamp, `t${i + 1}${stamp.endsWith('.0') ? '' : `@${owners.get(stamp.slice(17)) ?? '?'}`}`), text)
  return [...owners].reduce((so, [copy, name]) => so.replaceAll(copy, name), short).split('\n')
}

function numbered(lines: readonly string[]): string[] {
  let number = 0
  let done = false
  return lines.map((line) => {
    done ||= line === ''
    return done || line.startsWith('  ') ? `     ${line}` : `${String(++number).padStart(4)} ${line}`
  })
}
