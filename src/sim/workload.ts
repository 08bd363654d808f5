/** Simulated people: they create, edit and delete names, make directories, add copies, sweep and read, all at random. */
import type { Call } from '../core/calls'
import { isFailure } from '../core/errors'
import type { DirectoryId, FullName, Label, ServerId } from '../core/names'
import type { Accepted, Drafted } from '../core/requests'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../core/values/intent'
import type { Tree } from '../core/values/readValue'
import { readIsTrue } from './checkers'
import { signed, type SimServer } from './simServer'
import type { Random } from './random'
import type { World } from './world'

const labels: readonly Label[] = ['Lampson', 'Birrell', 'Needham', 'Schroeder', '__proto__', 'naïve', '名前', '🐢']
const properties: readonly Label[] = ['Password', 'Mailboxes', 'Phone']
const values: readonly Label[] = ['XGZQ#$', 'Zin', 'Cab', 'Ries', 'Pinot']

/** How often people do what: weights. */
export interface Mix {
  write: number
  read: number
  sweep: number
  join: number
  makeDirectory: number
}

const usualMix: Mix = { write: 62, read: 18, sweep: 7, join: 10, makeDirectory: 3 }

export class Workload {
  readonly directories: DirectoryId[] = []
  private readonly world: World
  private readonly random: Random
  private readonly mix: Mix
  /** How many directories are made at most, besides the root. */
  private readonly most: number

  constructor(world: World, mix: Mix = usualMix) {
    this.world = world
    this.mix = mix
    this.most = mix.makeDirectory > 5 ? 12 : 3
    this.random = world.random.fork('workload')
  }

  /** The first server makes the root. */
  begin(first: SimServer): void {
    const directory = this.newDirectoryId()
    this.directories.push(directory)
    first.call({ type: 'firstRoot', directory, signed: this.intent(first, directory, 'newD', [['.', null, [['Label', null, [['ANSI', null, true]]]]]]) }, (outcome) => this.world.count(isFailure(outcome) ? 'root refused' : 'root made'))
  }

  /** One act of somebody at some live server. */
  act(): void {
    const at = this.random.pick(this.world.servers)
    const directory = this.random.pick(this.directories)
    if (!at.alive || at.frozen) return
    const acts = {
      write: () => this.write(at, directory),
      read: () => this.read(at, directory),
      sweep: () => this.sweep(at, directory),
      join: () => this.join(at, directory),
      makeDirectory: () => this.makeDirectory(at),
    }
    let kind = this.random.fraction() * Object.values(this.mix).reduce((sum, weight) => sum + weight)
    for (const [name, weight] of Object.entries(this.mix) as [keyof Mix, number][]) {
      kind -= weight
      if (kind < 0) return acts[name]()
    }
  }

  write(at: SimServer, directory: DirectoryId): void {
    const label = this.random.pick(labels)
    const kind = this.random.fraction()
    const property: Tree = [[this.random.pick(properties), [[this.random.pick(values), this.random.chance(0.8)]]]]
    const tree: Tree = kind < 0.25 ? false : property
    const replace = kind > 0.8
    const under = replace ? [label, this.random.pick(properties)] : kind < 0.25 && this.random.chance(0.5) ? [label, this.random.pick(properties)] : [label]
    const change = { procedure: 'doUpdates' as const, under: { labels: under, incarnations: null }, tree: replace ? ([[this.random.pick(values), true]] as const) : tree, replace }
    at.call({ type: 'at', name: nameOf(directory), request: { type: 'draft', directory, change } }, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`write refused: ${outcome.code}`)
      const { branches, server } = outcome as Drafted
      if (branches.length > 0) this.submit(at, directory, server, branches)
    })
  }

  private submit(at: SimServer, directory: DirectoryId, server: ServerId, branches: Branch[]): void {
    const signed = this.intent(at, directory, 'doUpdates', branches)
    this.submitTo(at, directory, server, signed)
    // Somebody carries the same intent to another copy, which stamps it too [A1].
    if (this.random.chance(0.06)) this.submitTo(at, directory, this.random.pick(this.world.servers).id, signed)
  }

  private submitTo(at: SimServer, directory: DirectoryId, server: ServerId, signed: SignedIntent): void {
    const call: Call = { type: 'ask', servers: [server], request: { type: 'submit', directory, signed } }
    at.call(call, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`write refused: ${outcome.code}`)
      this.world.database.acknowledge(directory, (outcome as Accepted).ts)
      this.world.count('writes acknowledged')
    })
  }

  private intent(at: SimServer, directory: DirectoryId, procedure: ProcedureName, branches: Branch[]): ReturnType<typeof signed> {
    const from = Math.floor(this.world.wall(at)) - INTENT_LIFE / 2
    const intent: Intent = { directory, author: 'person', nonce: this.random.id(26), from, until: from + INTENT_LIFE, procedure, branches }
    return signed(intent)
  }

  private read(at: SimServer, directory: DirectoryId): void {
    at.call({ type: 'at', name: nameOf(directory), request: { type: 'read', directory, path: [], form: 'tree', after: null } }, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`read refused: ${outcome.code}`)
      this.world.count('reads')
      const server = this.world.byId((outcome as { server: ServerId }).server)
      if (server?.alive) readIsTrue(this.world, server, directory)
    })
  }

  sweep(at: SimServer, directory: DirectoryId): void {
    const form = this.random.chance(0.5) ? 'ring' : 'parallel'
    at.call({ type: 'ask', servers: [at.id], request: { type: 'sweep', directory, form } }, (outcome) => this.world.count(isFailure(outcome) ? `sweep ended: ${outcome.code}` : 'sweeps completed'))
  }

  private join(at: SimServer, directory: DirectoryId): void {
    if (at.copyOf(directory) !== undefined) return
    const from = this.world.copies(directory).map((other) => other.at.id)
    at.call({ type: 'ask', servers: [at.id], request: { type: 'join', directory, from } }, (outcome) => this.world.count(isFailure(outcome) ? `join ended: ${outcome.code}` : 'copies joined'))
  }

  private makeDirectory(at: SimServer): void {
    const root = at.server.root
    if (root === null || this.directories.length > this.most) return
    const directory = this.newDirectoryId()
    const branches: Branch[] = [['.', null, [['BR', null, [[root, null, [[this.random.pick(['DEC', 'IBM']), null, true]]]]]]]]
    this.directories.push(directory)
    at.call({ type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: this.intent(at, directory, 'newD', branches) } }, (outcome) => this.world.count(isFailure(outcome) ? `newD ended: ${outcome.code}` : 'directories made'))
  }

  private newDirectoryId(): DirectoryId {
    return this.random.id(20) as DirectoryId
  }
}

const nameOf = (directory: DirectoryId): FullName => ({ from: directory, up: 0, labels: [] })
