/** Simulated people: they create, edit and delete names, make directories, add copies, sweep and read, all at random. */
import type { Call } from '../core/calls'
import { announcement, childLabel } from '../core/directories/children'
import { effectiveParent, recordKey } from '../core/entries/parents'
import { isFailure, type Failure } from '../core/errors'
import { inSNOf } from '../core/entries/serverEntry'
import { firstChange, rootSelf } from '../core/directories/rootSelf'
import type { DirectoryId, FullName, Label, ServerId } from '../core/names'
import type { Accepted, Change, Drafted, Quarantined, Request } from '../core/requests'
import type { Timestamp } from '../core/timestamp'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../core/values/intent'
import type { Tree } from '../core/values/readValue'
import { isMember, readIsTrue, remaining, ruling } from './checkers'
import { demandDurability } from './durability'
import { signed, type SimServer } from './simServer'
import { expire, havePromised, type Expiring } from './expiring'
import { grow, type Growing } from './growing'
import { accessChange, firstTriples, OWNER, peopleTree, someAuthor, someGrant, stampFalsely, sweepFalsely } from './guarding'
import { lookUpInUse, type NamesInUse } from './namesInUse'
import { place } from './placing'
import { Promises } from './promises'
import type { Random } from './random'
import { remove } from './removing'
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
  leave: number
  makeDirectory: number
  /** Administrators of servers: InSN, names in directories, removals, checks. */
  place?: number
  /** Directories move, below others and back. */
  move?: number
  /** Links by which people find what lies elsewhere, and lookups of names in use. */
  link?: number
  lookUp?: number
  /** Directories are emptied and removed. */
  remove?: number
  /** New roots above old ones, and services that become one. */
  grow?: number
  /** Calls as large as they may be, so that transfers take several pages. */
  bulk: number
  /** New epochs, of those in reach, of all, or of any; and what an administrator does about those left out. */
  epoch?: number
  abandon?: number
  decide?: number
  /** Expiration times, lookups that may be cached, and planned changes. */
  expire?: number
  /** Directories that move, and are removed, soon after their names were promised to caches. */
  hurry?: number
  /** Triples are given and taken, in a root that belongs to somebody. */
  guard?: number
}

export const usualMix: Mix = { write: 62, read: 18, sweep: 7, join: 12, leave: 5, makeDirectory: 3, place: 5, bulk: 0 }
export const epochMix: Mix = { ...usualMix, epoch: 7, abandon: 1, decide: 4 }
/** Many directories and servers named in them. */
export const placingMix: Mix = { write: 12, read: 6, sweep: 6, join: 14, leave: 8, makeDirectory: 8, place: 45, bulk: 0 }
/** Many directories that move. */
export const movingMix: Mix = { write: 10, read: 6, sweep: 6, join: 16, leave: 6, makeDirectory: 12, move: 30, link: 8, lookUp: 30, remove: 10, bulk: 0 }
/** New roots, joins, and all that names servers and moves directories meanwhile. */
export const growingMix: Mix = { write: 12, read: 6, sweep: 6, join: 14, leave: 5, makeDirectory: 8, place: 12, move: 10, link: 4, lookUp: 12, grow: 6, bulk: 0 }
/** Rights come and go, and several people write. No directory but the root: who makes one is its owner. */
export const guardedMix: Mix = { ...epochMix, makeDirectory: 0, place: 0, epoch: 4, guard: 16 }
/** The same people, and others who go by caches. */
export const expiring = (mix: Mix): Mix => ({ ...mix, expire: 150 })
export const bulkyMix: Mix = { ...usualMix, bulk: 12 }

/** How many directories are made below another than the root, and how many copies leave whatever rests on them. */
const DEEPER = 0.3
const INSISTS = 0.7
/** How many new epochs are made on both sides of a cut. */
const BOTH = 0.3

export class Workload {
  readonly directories: DirectoryId[] = []
  readonly mix: Mix
  private readonly world: World
  /** Whether some want more than the disk of one copy; those who are aimed at something else do not. */
  private readonly demanding: boolean
  /** How many directories are made at most, besides the root. */
  private readonly most: number
  /** The last time-stamp acknowledged for each directory: what somebody who wrote it wants to read again. */
  private readonly written = new Map<DirectoryId, Timestamp>()
  private readonly promises: Promises
  private readonly names: NamesInUse

  constructor(world: World, mix: Mix, demanding: boolean, names: NamesInUse) {
    this.world = world
    this.names = names
    this.promises = new Promises(world)
    this.demanding = demanding
    this.mix = mix
    this.most = mix.makeDirectory > 5 ? 12 : 3
  }

  /** The first server makes the root; in another service another one does. */
  begin(first: SimServer, random = this.world.random.fork('root')): void {
    const directory = this.newDirectoryId(random)
    this.directories.push(directory)
    const genesis: Branch = ['Genesis', null, [[JSON.stringify(['namering genesis 1', OWNER, 'sim', 0]), null, true]]]
    const root: Branch[] = firstChange('ANSI', this.isGuarded ? [...rootSelf(0), genesis, ['Access', null, true]] : rootSelf(0))
    first.call({ type: 'firstRoot', directory, signed: this.intent(first, directory, 'newD', root, random) }, this.counted('root made', 'root refused', () => {
      if (!this.isGuarded) return
      this.write(first, directory, { procedure: 'doUpdates', under: { labels: [], incarnations: null }, tree: peopleTree, replace: false }, random, OWNER)
      this.write(first, directory, accessChange(firstTriples.map((triple) => [triple, true])), random, OWNER)
    }))
  }

  private get isGuarded(): boolean {
    return this.mix.guard !== undefined
  }

  /** One act of somebody at some live server. */
  act(random: Random): void {
    const at = random.pick(this.world.servers)
    const directory = random.pick(this.directories)
    if (!at.alive || at.frozen || at.putAside !== null) return
    const acts = {
      write: () => this.write(at, directory, someChange(random), random),
      bulk: () => this.write(at, directory, bulkChange(random), random),
      read: () => this.read(at, directory, random),
      sweep: () => this.sweep(at, directory, random),
      join: () => this.join(at, directory),
      leave: () => this.leave(at, directory, random),
      makeDirectory: () => this.makeDirectory(at, random),
      epoch: () => this.newEpoch(at, directory, random),
      abandon: () => this.abandon(at, directory, random),
      decide: () => this.decide(at, directory, random),
      move: () => this.move(at, random),
      link: () => this.write(at, directory, someLink(this.directories, random), random),
      lookUp: () => lookUpInUse(this.world, this.names, at, random),
      remove: () => this.remove(at, directory, random),
      grow: () => grow(this.growing(random), at, random),
      expire: () => expire(this.expiring(random), at, directory, random),
      hurry: () => this.hurry(at, directory, random),
      guard: () => this.guard(at, directory, random),
      place: () => place(this.world, at, this.directories, this.counted, random),
    }
    let kind = random.fraction() * Object.values(this.mix).reduce((sum: number, weight: number) => sum + weight, 0)
    for (const [name, weight] of Object.entries(this.mix) as [keyof Mix, number][]) {
      kind -= weight
      if (kind < 0) return acts[name]()
    }
  }

  /** Counts how a call ended. */
  readonly counted =
    (well: string, badly: string, then: (outcome: object) => void = () => undefined) =>
    (outcome: object): void => {
      this.world.count(isFailure(outcome) ? `${badly}: ${outcome.code}` : well)
      if (!isFailure(outcome)) then(outcome)
    }

  private write(at: SimServer, directory: DirectoryId, change: Change, random: Random, author = this.isGuarded ? someAuthor(random) : OWNER): void {
    at.call({ type: 'at', name: nameOf(directory), request: { type: 'draft', directory, change } }, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`write refused: ${outcome.code}`)
      const { branches, server } = outcome as Drafted
      if (branches.length > 0) this.submit(at, directory, server, change.procedure, branches, random, author)
    })
  }

  private submit(at: SimServer, directory: DirectoryId, server: ServerId, procedure: ProcedureName, branches: Branch[], random: Random, author: string): void {
    const intent = this.intent(at, directory, procedure, branches, random, author)
    this.submitTo(at, directory, server, intent)
    // Somebody carries the same intent to another copy, which stamps it too [A1].
    if (!random.chance(0.06)) return
    this.world.notice('an intent was carried to a second copy')
    const again = (): void => this.submitTo(at, directory, random.pick(this.world.servers).id, intent)
    if (random.chance(0.5)) again()
    else this.world.plan(random.between(0, INTENT_LIFE), again)
  }

  private submitTo(at: SimServer, directory: DirectoryId, server: ServerId, intent: SignedIntent): void {
    const call: Call = { type: 'ask', servers: [server], request: { type: 'submit', directory, signed: intent } }
    const answer = (outcome: object | Failure): void => {
      if (isFailure(outcome)) return this.world.count(`write refused: ${outcome.code}`)
      if (this.world.byId(server)!.putAside !== null) return
      const { ts } = outcome as Accepted
      if (this.demanding) demandDurability(this.world, at, intent, outcome as Accepted)
      this.world.database.acknowledge(directory, ts)
      this.written.set(directory, ts)
      this.world.count('writes acknowledged')
      const others = this.world.copies(directory).filter((each) => each.at.id !== server)
      if (others.length > 0 && others.every((each) => !each.at.alive || !this.world.network.linked(each.at.id, server))) this.world.notice('a write was acknowledged while every other copy was out of reach')
    }
    if (at.alive) at.call(call, answer)
  }

  private expiring(random: Random): Expiring {
    const submit: Expiring['submit'] = (who, { directory: of, server, branches }, procedure, then) => {
      const signedIntent = this.intent(who, of, procedure, branches, random)
      if (who.alive) who.call({ type: 'ask', servers: [server], request: { type: 'submit', directory: of, signed: signedIntent } }, then)
    }
    return { world: this.world, promises: this.promises, labels: [...labels.slice(0, 2), 'DEC'], submit }
  }

  /** Somebody has the name of a directory promised to caches, gives it another one, and removes it all the same. */
  private hurry(at: SimServer, directory: DirectoryId, random: Random): void {
    const [name] = this.world.copies(directory).flatMap(({ copy }) => effectiveParent(copy) ?? [])
    if (name === undefined) return
    const soon = (minutes: number, act: () => void): void => this.world.plan(minutes * 60_000, () => at.alive && act())
    havePromised(this.expiring(random), at, name)
    soon(2, () => this.announcedMove(at, directory, { parent: name.parent, label: random.pick(['DEC', 'IBM', 'SRC']), id: random.id(8) }, random))
    soon(random.pick([4, 30]), () => this.remove(at, directory, random))
  }

  private intent(at: SimServer, directory: DirectoryId, procedure: ProcedureName, branches: Branch[], random: Random, author = OWNER): SignedIntent {
    const from = Math.floor(this.world.wall(at)) - INTENT_LIFE / 2
    const intent: Intent = { directory, author, nonce: random.id(26), from, until: from + INTENT_LIFE, procedure, branches }
    return signed(intent)
  }

  /** Rights are given or taken; or somebody has a server in hand, and tries without. */
  private guard(at: SimServer, directory: DirectoryId, random: Random): void {
    if (random.chance(0.1)) sweepFalsely(this.world, at, directory, random)
    else if (random.chance(0.3)) stampFalsely(this.world, at, directory, (procedure, branches, author) => this.intent(at, directory, procedure, branches, random, author), random)
    else this.write(at, directory, someGrant(random), random)
  }

  private read(at: SimServer, directory: DirectoryId, random: Random): void {
    const after = random.chance(0.3) ? (this.written.get(directory) ?? null) : null
    const call: Call = { type: 'at', name: nameOf(directory), request: { type: 'read', directory, path: [], form: 'tree', after } }
    at.call(
      call,
      this.counted('reads', 'read refused', (outcome) => {
        const server = this.world.byId((outcome as { server: ServerId }).server)
        if (server?.alive && server.putAside === null) this.world.judge('D1', () => readIsTrue(this.world, server, directory))
      }),
    )
  }

  sweep(at: SimServer, directory: DirectoryId, random: Random): void {
    const form = random.chance(0.5) ? 'ring' : 'parallel'
    at.call({ type: 'ask', servers: [at.id], request: { type: 'sweep', directory, form } }, this.counted('sweeps completed', 'sweep ended'))
  }

  private join(at: SimServer, directory: DirectoryId): void {
    if (at.copyOf(directory) !== undefined) return
    const from = this.world.copies(directory).map((other) => other.at.id)
    at.call({ type: 'ask', servers: [at.id], request: { type: 'join', directory, from } }, this.counted('copies joined', 'join ended'))
  }

  /** RemoveDC; who asks while it is under way wants the copy to stay after all [R10]. */
  private leave(at: SimServer, directory: DirectoryId, random: Random): void {
    const copy = at.copyOf(directory)
    if (copy === undefined) return
    const force = random.chance(INSISTS)
    if (copy.state === 'leaving') at.call({ type: 'ask', servers: [at.id], request: { type: 'stay', directory } }, this.counted('leavings called off', 'calling off ended'))
    else at.call({ type: 'ask', servers: [at.id], request: { type: 'leave', directory, force } }, this.counted('copies removed', 'leave ended'))
  }

  /** An administrator at this server makes an epoch: of those in reach, of any, or of all that there are. Now and then one on the other side of a cut does, too, and both insist. */
  newEpoch(at: SimServer, directory: DirectoryId, random: Random): void {
    const holders = this.world.copies(directory).map((each) => each.at)
    if (!holders.includes(at)) return
    const inReach = this.inReach(at, holders)
    const beyond = holders.filter((other) => other.alive && !inReach.includes(other) && other.copyOf(directory)?.state === 'active')
    if (this.demanding && beyond.length > 0 && at.copyOf(directory)?.state === 'active' && random.chance(BOTH)) {
      for (const one of [at, random.pick(beyond)]) {
        const servers = this.inReach(one, holders).map(({ id }) => id)
        one.call({ type: 'ask', servers: [one.id], request: { type: 'newEpoch', directory, servers, force: true, patience: 5000, dry: false } }, this.counted('epochs begun', 'epoch ended'))
      }
      return
    }
    const chosen = random.pick([inReach, inReach, holders.filter((other) => other === at || random.chance(0.5)), holders])
    const request = { type: 'newEpoch' as const, directory, servers: chosen.map(({ id }) => id), force: random.chance(0.25), patience: random.pick([5000, 20_000]), dry: random.chance(0.05) }
    at.call({ type: 'ask', servers: [at.id], request }, this.counted('epochs begun', 'epoch ended'))
  }

  private inReach(at: SimServer, holders: readonly SimServer[]): SimServer[] {
    return holders.filter((other) => other === at || (other.alive && this.world.network.linked(at.id, other.id)))
  }

  /**
   * An administrator makes an epoch of all copies that are well, by force: others lost their store. Of one that is not, where no
   * other is left, and of none that is `gone`. From one server after the other: whom a lost one spliced in, the others may not know [R2].
   */
  newEpochWithout(directory: DirectoryId, gone?: SimServer): void {
    const members = remaining(this.world, directory).filter(({ at }) => at !== gone)
    const active = members.filter(({ copy }) => copy.state === 'active')
    const well = active.length > 0 ? active : members.slice(0, 1)
    const request = { type: 'newEpoch' as const, directory, servers: well.map(({ at }) => at.id), force: true, patience: 20_000, dry: false }
    const from = ([committer, ...others]: readonly SimServer[]): void =>
      committer?.call({ type: 'ask', servers: [committer.id], request }, (outcome) => {
        this.counted('epochs begun', 'epoch ended')(outcome)
        if (isFailure(outcome)) from(others)
      })
    from(well.map(({ at }) => at))
  }

  /** An administrator where a copy goes on in an older epoch makes one with a member of the newest: or hears that it was left out [E7]. */
  reunite(directory: DirectoryId): void {
    const [ruler] = ruling(this.world, directory)
    for (const { at, copy } of this.world.copies(directory)) {
      if (ruler === undefined || !at.alive || !isMember(copy) || copy.epoch === ruler.copy.epoch) continue
      const request = { type: 'newEpoch' as const, directory, servers: [at.id, ruler.at.id], force: false, patience: 5000, dry: false }
      at.call({ type: 'ask', servers: [at.id], request }, this.counted('epochs begun', 'epoch ended'))
    }
  }

  private abandon(at: SimServer, directory: DirectoryId, random: Random): void {
    const all = random.chance(0.5)
    const copies = (at.copyOf(directory)?.excluded ?? []).filter(() => all || random.chance(0.5)).map(({ copy }) => copy)
    for (const copy of copies) this.world.abandoned.add(copy)
    if (copies.length > 0) at.call({ type: 'ask', servers: [at.id], request: { type: 'abandon', directory, copies } }, this.counted('copies abandoned', 'abandon ended'))
  }

  /** A person at an excluded copy decides on what it alone has: all or some, made anew or discarded. */
  decide(at: SimServer, directory: DirectoryId, random: Random, all = false): void {
    if (at.copyOf(directory)?.state !== 'excluded') return
    const here = (request: Request, then: (outcome: object) => void): void => at.call({ type: 'ask', servers: [at.id], request }, this.counted(`${request.type}s`, `${request.type} ended`, then))
    here({ type: 'quarantine', directory }, (outcome) => {
      const entries = ((outcome as Quarantined).entries ?? []).filter(() => all || random.chance(0.7))
      const stamps = entries.map(({ ts }) => ts)
      for (const { changes } of entries) {
        if (random.chance(0.5)) continue
        for (const { path, tree } of changes) this.write(at, directory, { procedure: 'doUpdates', under: { labels: path, incarnations: null }, tree, replace: tree !== false && path.length > 1 }, random)
      }
      if (stamps.length === 0) return
      here({ type: 'settle', directory, stamps }, () => {
        for (const ts of stamps) this.world.database.settled.add(ts)
      })
    })
  }

  private makeDirectory(at: SimServer, random: Random): void {
    const root = at.server.root
    if (root === null || this.directories.length > this.most) return
    const directory = this.newDirectoryId(random)
    const parent = random.chance(DEEPER) ? random.pick([root, ...this.directories.filter((each) => this.world.copies(each).length > 0)]) : root
    const label = random.pick(['DEC', 'IBM'])
    const branches: Branch[] = [['.', null, [['BR', null, [[parent, null, [[label, null, true]]]]]]]]
    this.directories.push(directory)
    const created = this.intent(at, directory, 'newD', branches, random)
    this.announce(at, parent, announcement(childLabel(directory), label, { maker: at.id }), random, () => at.call({ type: 'ask', servers: [at.id], request: { type: 'create', directory, signed: created } }, this.counted('directories made', 'newD ended')))
  }

  /** W5: whoever comes to lie in a directory says so there first; the record of it is signed already. */
  private announce(at: SimServer, parent: DirectoryId, announced: [Label, Tree], random: Random, then: () => void): void {
    const change: Change = { procedure: 'announce', under: { labels: ['.'], incarnations: null }, tree: [announced], replace: false }
    at.call({ type: 'at', name: nameOf(parent), request: { type: 'draft', directory: parent, change } }, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`announcement refused: ${outcome.code}`)
      const { branches, server } = outcome as Drafted
      const goOn = (): void => {
        if (at.alive) then()
      }
      if (branches.length === 0) return goOn()
      const signedIntent = this.intent(at, parent, 'announce', branches, random)
      if (at.alive) at.call({ type: 'ask', servers: [server], request: { type: 'submit', directory: parent, signed: signedIntent } }, (ended) => (isFailure(ended) ? this.world.count(`announcement refused: ${ended.code}`) : goOn()))
    })
  }

  /** MoveSubtree: mostly of what may move, without looking beforehand; void moves are part of the world. */
  private move(at: SimServer, random: Random): void {
    const there = this.directories.filter((each) => this.world.copies(each).length > 0)
    const movable = there.filter((each) => this.world.copies(each).some(({ copy }) => effectiveParent(copy) !== undefined))
    if (movable.length === 0) return
    const directory = random.pick(movable)
    const parent = random.pick(there)
    if (random.chance(0.3)) return at.call({ type: 'ask', servers: this.world.copies(directory).map((each) => each.at.id), request: { type: 'cleanUp', directory } }, this.counted('moves carried out', 'move ended'))
    const id = random.id(8)
    const label = random.pick(['DEC', 'IBM', 'SRC'])
    this.world.count('moves')
    const having = this.world.copies(directory)
    if (having.every(({ copy }) => inSNOf(copy.visible) === null)) return this.announcedMove(at, directory, { parent, label, id }, random)
    // S1: one in which servers may be named is moved by who has looked whether there is room.
    at.call({ type: 'ask', servers: having.map((each) => each.at.id), request: { type: 'foresee', directory, parent, label, prepare: true } }, this.counted('moves with InSN', 'move with InSN refused', () => at.alive && this.announcedMove(at, directory, { parent, label, id }, random)))
  }

  /** The record of a move: drawn up and signed, announced where it leads, and submitted [W5]. */
  private announcedMove(at: SimServer, directory: DirectoryId, { parent, label, id }: { parent: DirectoryId; label: Label; id: string }, random: Random): void {
    const change: Change = { procedure: 'move', under: { labels: ['.', 'BR'], incarnations: null }, tree: [[recordKey(parent, id), [[label, true]]]], replace: false }
    at.call({ type: 'at', name: nameOf(directory), request: { type: 'draft', directory, change } }, (outcome) => {
      if (isFailure(outcome)) return this.world.count(`move refused: ${outcome.code}`)
      const { branches, server } = outcome as Drafted
      const record = this.intent(at, directory, 'move', branches, random)
      const slow = this.world.random.fork(`move ${id}`)
      // Who has announced it may be a page that is frozen then.
      const pause = slow.chance(0.2) ? slow.pick([20_000, 200_000]) : 0
      const goOn = (): void => void (at.alive && this.submitTo(at, directory, server, record))
      this.announce(at, parent, announcement(childLabel(directory, id), label), random, () => (pause === 0 ? goOn() : this.world.plan(pause, goOn)))
    })
  }

  /** RemoveD, mostly of what is below the root. */
  private remove(at: SimServer, directory: DirectoryId, random: Random): void {
    if (directory !== this.directories[0] || random.chance(0.1)) remove(this.world, at, directory, this.counted, (who, of, change) => this.write(who, of, change, random), random)
  }

  growing(random: Random): Growing {
    return {
      world: this.world,
      directories: this.directories,
      made: (at, directory, branches) => this.intent(at, directory, 'newD', branches, random),
      write: (at, directory, change) => this.write(at, directory, change, random),
      newDirectoryId: () => this.newDirectoryId(random),
    }
  }

  private newDirectoryId(random: Random): DirectoryId {
    return random.id(20) as DirectoryId
  }
}

/** A name made, a property set, a value added to a set, something deleted; now and then several of them in one call. */
function someChange(random: Random): Change {
  const under = (path: Label[], tree: Tree, replace = false): Change => ({ procedure: 'doUpdates', under: { labels: path, incarnations: null }, tree, replace })
  const name = random.pick(labels)
  const property = random.pick(properties)
  const kind = random.fraction()
  if (kind < 0.13) return under([name], false)
  if (kind < 0.25) return under([name, property], false)
  if (kind < 0.45) return under([name, property], [[random.pick(values), true]], true)
  if (kind < 0.85) return under([name], [[property, [[random.pick(values), random.chance(0.8)]]]])
  const several = random.shuffled(labels).slice(0, 1 + random.below(3))
  return under([], several.map((each): [Label, Tree] => [each, random.chance(0.2) ? false : properties.map((one): [Label, Tree] => [one, [[random.pick(values), random.chance(0.8)]]])]))
}

/** An absolute link, a relative one, one through other links, perhaps round and round. */
function someLink(directories: readonly DirectoryId[], random: Random): Change {
  const others: readonly Label[] = ['Digital', 'Sales']
  const target = random.pick(['', '../', `#${random.pick(directories)}/`]) + random.pick(['DEC', 'IBM', 'SRC', ...others])
  return { procedure: 'setLink', under: { labels: [], incarnations: null }, tree: [[random.pick(others), random.chance(0.1) ? false : [['Link', [['To', [[target, true]]]]]]]], replace: false }
}

/** A name with so many long values that the call is about as large as a call may be. */
function bulkChange(random: Random): Change {
  const long = Array.from({ length: 200 }, (_, i): [Label, Tree] => [`${i} ${random.id(8)} ${'x'.repeat(200)}`, true])
  return { procedure: 'doUpdates', under: { labels: [`bulk ${random.below(12)}`], incarnations: null }, tree: long, replace: true }
}

const nameOf = (directory: DirectoryId): FullName => ({ from: directory, up: 0, labels: [] })
