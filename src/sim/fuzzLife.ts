/** Honest people at the servers of an arena: they write, read, sweep, make directories and add copies. */
import type { Call } from '../core/calls'
import { isFailure } from '../core/errors'
import type { DirectoryId, Label } from '../core/names'
import type { Drafted } from '../core/requests'
import type { Tree } from '../core/values/readValue'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../core/values/intent'
import type { Arena, House } from './fuzzArena'
import type { Random } from './random'
import { signed } from './simServer'

const names: readonly Label[] = ['Lampson', 'Birrell', 'Needham', 'Schroeder', '🐢']
const properties: readonly Label[] = ['Password', 'Mailboxes', 'Phone']

export class Life {
  private readonly random: Random
  private readonly arena: Arena
  private nextCall: number
  private readonly waiting = new Map<number, (outcome: object) => void>()

  /** `firstCall`: servers may still be at calls of another life. */
  constructor(random: Random, arena: Arena, firstCall = 1) {
    this.nextCall = firstCall
    this.random = random
    this.arena = arena
    arena.onReply = (id, outcome) => {
      const then = this.waiting.get(id)
      this.waiting.delete(id)
      then?.(outcome)
    }
  }

  call(at: House, call: Call, then: (outcome: object) => void = () => undefined): void {
    const id = this.nextCall++
    this.waiting.set(id, then)
    this.arena.perform({ at: this.arena.time, house: this.arena.houses.indexOf(at), input: { type: 'call', id, call } })
  }

  intent(at: House, directory: DirectoryId, procedure: ProcedureName, branches: readonly Branch[]): SignedIntent {
    const from = Math.floor(this.arena.now(at)) - INTENT_LIFE / 2
    const intent: Intent = { directory, author: 'person', nonce: this.random.id(26), from, until: from + INTENT_LIFE, procedure, branches }
    return signed(intent)
  }

  /** FirstRoot, at the first server. */
  begin(): DirectoryId {
    const [at] = this.arena.houses
    const directory = this.random.id(20) as DirectoryId
    this.call(at!, { type: 'firstRoot', directory, signed: this.intent(at!, directory, 'newD', [['.', null, [['Label', null, [['ANSI', null, true]]]]]]) })
    return directory
  }

  /** One act of somebody at some honest server; `lively`: not only writes. */
  act(lively: number): void {
    const { random, arena } = this
    const at = random.pick(arena.houses.filter((house) => !house.away && !house.hostile))
    const known = [...new Set([...at.server.copies.keys(), ...at.server.hints.keys(), ...(at.server.root === null ? [] : [at.server.root])])].filter((directory) => arena.copies(directory).length > 0)
    if (known.length === 0) return
    const directory = random.pick(known)
    const kind = random.chance(lively) ? random.below(6) : 6
    const name = { from: directory, up: 0, labels: [] }
    if (kind === 0 && random.chance(0.3)) this.call(at, { type: 'ask', servers: [at.id], request: { type: 'leave', directory, force: true } })
    else if (kind === 0) this.call(at, { type: 'ask', servers: [at.id], request: { type: 'sweep', directory, form: random.pick(['ring', 'parallel']) } })
    else if (kind <= 2) this.call(at, { type: 'ask', servers: [at.id], request: { type: 'join', directory, from: arena.copies(directory).map(({ at: house }) => house.id) } })
    else if (kind === 3) this.call(at, { type: 'at', name: { ...name, labels: random.chance(0.5) ? ['DEC'] : [] }, request: { type: 'read', directory, path: [random.pick(names)], form: 'tree', after: null } })
    else if (kind === 4 && random.chance(0.5)) this.makeDirectory(at)
    else if (kind === 4) this.newEpoch(at, directory)
    else if (random.chance(0.5)) this.edit(at, directory)
    else this.submit(at, directory, at.server.copies.has(directory) ? at : random.pick(arena.copies(directory)).at, [[random.pick(names), null, random.chance(0.2) ? false : [[random.pick(properties), null, [[random.id(4), null, true]]]]]])
  }

  /** Drafted at a copy, signed, and submitted to the same one. */
  private edit(at: House, directory: DirectoryId): void {
    const { random } = this
    const tree: Tree = random.chance(0.3) ? false : [[random.pick(properties), [[random.id(3), true]]]]
    const change = { procedure: 'doUpdates' as const, under: { labels: [random.pick(names)], incarnations: null }, tree, replace: random.chance(0.2) }
    this.call(at, { type: 'at', name: { from: directory, up: 0, labels: [] }, request: { type: 'draft', directory, change } }, (outcome) => {
      if (isFailure(outcome)) return
      const { branches, server } = outcome as Drafted
      const there = this.arena.houseOf(server)
      if (branches.length > 0 && there !== undefined) this.submit(at, directory, there, branches)
    })
  }

  submit(at: House, directory: DirectoryId, there: House, branches: readonly Branch[]): void {
    this.call(at, { type: 'ask', servers: [there.id], request: { type: 'submit', directory, signed: this.intent(at, directory, 'doUpdates', branches) } }, (outcome) => {
      if (!isFailure(outcome) && !there.hostile) this.arena.database.acknowledge(directory, (outcome as { ts: Parameters<Arena['database']['acknowledge']>[1] }).ts)
    })
  }

  /** An administrator makes an epoch of all that have a copy, or of some: whom it leaves out goes on by itself until it hears of it. */
  private newEpoch(at: House, directory: DirectoryId): void {
    const { random } = this
    const holders = this.arena.copies(directory).map((each) => each.at)
    const servers = holders.filter((other) => other === at || random.chance(0.6)).map(({ id }) => id)
    if (holders.includes(at)) this.call(at, { type: 'ask', servers: [at.id], request: { type: 'newEpoch', directory, servers, force: random.chance(0.3), patience: 5000, dry: false } })
  }

  private makeDirectory(at: House): void {
    const { random } = this
    if (at.server.root === null || this.arena.houses.some(({ server }) => server.copies.size > 5)) return
    const directory = random.id(20) as DirectoryId
    const branches: Branch[] = [['.', null, [['BR', null, [[at.server.root, null, [[random.pick(['DEC', 'IBM']), null, true]]]]]]]]
    const there = random.pick(this.arena.houses.filter((house) => !house.away && !house.hostile && house.server.root !== null))
    this.call(at, { type: 'ask', servers: [there.id], request: { type: 'create', directory, signed: this.intent(at, directory, 'newD', branches) } })
  }
}
