/**
 * A tree of a million directories on ten thousand servers, and what lookups cost in it ("The name space … may be large").
 * The servers are real, and so are their messages; of the tree only what a lookup comes to is made, and forgotten again: which
 * directories there are, and who stores them, are functions of their numbers.
 */
import { epochOf, noFields, restoreCopy } from '../core/copies/directoryCopy'
import { recall, remember, type NameCache } from '../core/directories/nameCache'
import type { Found } from '../core/directories/lookup'
import { isFailure } from '../core/errors'
import type { Message } from '../core/messages'
import type { CopyId, DirectoryId, FullName, Label, ServerId } from '../core/names'
import type { TrailStep } from '../core/requests'
import { createServer, type Server } from '../core/server'
import { step, type Input } from '../core/step'
import { isoTime, timestamp } from '../core/timestamp'
import type { EncodedNode } from '../core/values/encodeTree'
import { Random } from './random'

export interface Scale {
  directories: number
  servers: number
  /** Children of a directory. */
  branching: number
  /** Copies of a directory. */
  copies: number
  lookups: number
  /** People who look names up, each with a cache of their own. */
  people: number
  /** Whether names expire, so that they are cached: by people, and by servers for the names of their own directories. */
  caching: boolean
}

export interface Costs {
  /** Longest name, in labels. */
  depth: number
  /** Messages of a lookup, requests and answers, on average and at most. */
  mean: number
  worst: number
  /** Share of lookups that asked for something at the root. */
  atRoot: number
  /** Share of lookups that needed no message. */
  silent: number
}

/** ms since 1970. */
const NOW = 1_735_689_600_000
const STABLE = timestamp((NOW - 60_000) * 1000, '0')
const WRITTEN = timestamp((NOW - 120_000) * 1000, 'aaaaaaaaaaaaa' as CopyId)
const EXPIRES = isoTime(NOW + 86_400_000)
/** Of people's lookups: most are of names that many use. */
const POPULAR = 0.8

const base32 = 'abcdefghijklmnopqrstuvwxyz234567'
function identifier(n: number, length: number): string {
  let text = ''
  for (let left = n; text.length < length; left = Math.floor(left / 32)) text += base32[left % 32]
  return text
}
const directoryId = (n: number): DirectoryId => identifier(n, 20) as DirectoryId

/** What lookups cost, each at a random server's client, one after the other. */
export function measure(scale: Scale, seed: string): Costs {
  const town = new Town(scale, new Random(seed))
  const costs = Array.from({ length: scale.lookups }, () => town.lookUp())
  return {
    depth: town.depthOf(scale.directories - 1),
    mean: costs.reduce((sum, { messages }) => sum + messages, 0) / costs.length,
    worst: Math.max(...costs.map(({ messages }) => messages)),
    atRoot: costs.filter(({ atRoot }) => atRoot).length / costs.length,
    silent: costs.filter(({ messages }) => messages === 0).length / costs.length,
  }
}

class Town {
  private readonly scale: Scale
  private readonly random: Random
  private readonly servers: (Server | undefined)[]
  private readonly people: { server: number; arcs: NameCache }[]
  private readonly post: { from: ServerId; to: ServerId; message: Message }[] = []
  /** The directories of the name that is being looked up, from the root on. */
  private way: number[] = []
  private calls = 0

  constructor(scale: Scale, random: Random) {
    this.scale = scale
    this.random = random
    this.servers = Array.from({ length: scale.servers })
    this.people = Array.from({ length: scale.people }, () => ({ server: random.below(scale.servers), arcs: new Map() }))
  }

  private parentOf(n: number): number {
    return Math.floor((n - 1) / this.scale.branching)
  }

  private labelOf(n: number): Label {
    return `d${(n - 1) % this.scale.branching}`
  }

  depthOf(n: number): number {
    return n === 0 ? 0 : 1 + this.depthOf(this.parentOf(n))
  }

  private wayTo(n: number): number[] {
    return n === 0 ? [0] : [...this.wayTo(this.parentOf(n)), n]
  }

  /** Who stores a directory: an odd stride brings each server directories of every depth. */
  private holders(n: number): number[] {
    return Array.from({ length: this.scale.copies }, (_, copy) => (n * 7919 + copy * 104_729) % this.scale.servers)
  }

  private serverId(which: number): ServerId {
    return identifier(which, 20) as ServerId
  }

  private server(which: number): Server {
    return (this.servers[which] ??= createServer({ id: this.serverId(which), key: `key ${which}`, incarnation: 1, seed: this.random.numbers(), name: `s${which}`, root: directoryId(0), wantsRoot: false }))
  }

  /** One lookup of somebody, from the last directory that this person knows the way to: from there on one exchange for each directory, at most. */
  lookUp(): { messages: number; atRoot: boolean } {
    const { random, scale } = this
    const person = random.pick(this.people)
    const target = random.chance(POPULAR) ? 1 + Math.floor(scale.directories ** random.fraction()) % (scale.directories - 1) : 1 + random.below(scale.directories - 1)
    this.way = this.wayTo(target)
    const known: TrailStep[] = []
    for (const n of this.way.slice(1)) {
      const arc = recall(person.arcs, (known.at(-1)?.to ?? directoryId(0)) as DirectoryId, this.labelOf(n), NOW)
      if (arc === undefined) break
      known.push(arc)
    }
    const rest = this.way.slice(1 + known.length)
    if (rest.length === 0) return { messages: 0, atRoot: false }
    const name: FullName = { from: (known.at(-1)?.to ?? directoryId(0)) as DirectoryId, up: 0, labels: rest.map((n) => this.labelOf(n)) }
    const { found, ...cost } = this.ask(person.server, name, this.way[known.length]!)
    if (found.directory !== directoryId(target)) throw new Error(`the lookup of directory ${target} led to ${found.directory}`)
    if (cost.messages > 2 * (rest.length + 1)) throw new Error(`the lookup of directory ${target} took ${cost.messages} messages, for ${rest.length + 1} directories`)
    remember(person.arcs, found.trail)
    return cost
  }

  /** The messages of one lookup, delivered until it is answered. */
  private ask(which: number, name: FullName, from: number): { found: Found; messages: number; atRoot: boolean } {
    const id = ++this.calls
    // The up pointer leads to the root; where a known way ends, its answer has told who stores that.
    this.knowHolders(this.server(which), from)
    const answers: object[] = []
    const take = (at: number, input: Input): void => {
      const server = this.server(at)
      this.furnish(at)
      const { send, reply } = step(server, NOW, input)
      for (const { to, message } of send) this.post.push({ from: server.id, to, message })
      for (const { outcome } of reply) answers.push(outcome as object)
      server.copies.clear()
    }
    let [messages, atRoot] = [0, false]
    take(which, { type: 'call', id, call: { type: 'lookup', name, entity: null } })
    for (let next = this.post.shift(); next !== undefined; next = this.post.shift()) {
      messages++
      atRoot ||= next.message.type === 'request' && next.message.request.directory === directoryId(0)
      take(this.numbered(next.to), { type: 'message', from: next.from, message: next.message })
    }
    const [found] = answers
    if (found === undefined || isFailure(found)) throw new Error(`a lookup ended with ${JSON.stringify(found)}`)
    return { found: found as Found, messages, atRoot }
  }

  private numbered(id: ServerId): number {
    return id.split('').reduceRight((which, letter) => which * 32 + base32.indexOf(letter), 0)
  }

  /** What a server stores of the directories on the way, and knows of them. */
  private furnish(which: number): void {
    const server = this.server(which)
    for (const [i, n] of this.way.entries()) {
      if (!this.holders(n).includes(which)) continue
      server.copies.set(directoryId(n), this.copyOf(n, this.way[i + 1]))
      if (this.scale.caching) for (const [parent, child] of this.arcsTo(i)) remember(server.names, [{ directory: directoryId(parent), label: this.labelOf(child), found: 'directory', to: directoryId(child), server: server.id, asOf: STABLE, validUntil: Date.parse(EXPIRES), cached: false, ownName: true }])
      // Who refers to a directory knows the servers that store it: they are in one ring with whoever wrote the reference.
      if (this.way[i + 1] !== undefined) this.knowHolders(server, this.way[i + 1]!)
    }
  }

  private arcsTo(depth: number): [number, number][] {
    return this.way.slice(1, depth + 1).map((child, i) => [this.way[i]!, child])
  }

  private knowHolders(server: Server, n: number): void {
    server.hints.set(directoryId(n), new Set(this.holders(n).map((each) => this.serverId(each))))
  }

  /** A copy of a directory, as far as a lookup looks: the reference to the next one on the way, and where it is itself. */
  private copyOf(n: number, child: number | undefined): ReturnType<typeof restoreCopy> {
    const leaf = (label: Label): EncodedNode => [label, WRITTEN, 1]
    const node = (label: Label, ...below: EncodedNode[]): EncodedNode => [label, WRITTEN, 1, ...below]
    const expires = this.scale.caching ? [node('TX', leaf(EXPIRES))] : []
    const self = n === 0 ? [] : [node('.', node('BR', node(directoryId(this.parentOf(n)), leaf(this.labelOf(n)))))]
    const reference = child === undefined ? [] : [node(this.labelOf(child), node('DR', node('DI', leaf(directoryId(child)))), ...expires)]
    const id = identifier(n, 13) as CopyId
    const pointer = { copy: id, server: this.serverId(this.holders(n)[0]!) }
    const ring = this.holders(n).map((each, i) => ({ copy: identifier(n * 8 + i, 13) as CopyId, server: this.serverId(each), name: `s${each}` }))
    const fields = { ...noFields(epochOf(1, 'aaaaaaaa'), pointer), lastSweep: STABLE, stableMark: STABLE, highest: STABLE, ring }
    return restoreCopy({ directory: directoryId(n), id, fields, contents: { base: [...self, ...reference], proofs: [], log: [], intents: [] } })
  }
}
