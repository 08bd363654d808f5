/** One episode of fuzzing: a stage, who is hostile there, and a barrage of messages with some honest life between them. */
import { decode, type Message } from '../core/messages'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import { Arena, type House, type Setup, type Verdict } from './fuzzArena'
import { bombs } from './fuzzBombs'
import { checkBounds } from './fuzzBounds'
import { finish } from './fuzzFinish'
import { generate, generateReply, generateRequest, messageKinds, requestKinds, ringKinds } from './fuzzGrammar'
import { Life } from './fuzzLife'
import { mutateStructure, mutateText } from './fuzzMutations'
import { Scene, type Enemy } from './fuzzScene'
import type { Ground } from './fuzzStages'
import { Random } from './random'
import { Accusation } from './world'

/**
 * Who is hostile: strangers; the older start of a member that is away; strangers who may join a ring, or draw others into
 * theirs; a member. Then floods of one kind of message, and the largest messages there are.
 */
export type EpisodeKind = 'strangers' | 'fenced' | 'guests' | 'member' | 'flood' | 'bombs'
/** Nobody who has a copy lies, and nobody is drawn into the ring of one who does: then the end must be right. */
const isHonest = (kind: EpisodeKind): boolean => kind === 'strangers' || kind === 'fenced'
/** How a message was made: by the grammar, by changing the structure of one, or its bytes. */
export type Level = 'grammar' | 'structure' | 'bytes'

/** What hears of every message that was handed over. */
export type Listener = (message: { kind: string; level: Level; wire: string; index: number; to: House }, verdict: Verdict) => void

const MESSAGES = 2000
const FLOOD = 2600
const BOMBS = 14
const LARGE_STAGES = 0.04

export class Episode {
  readonly kind: EpisodeKind
  readonly setup: Setup
  readonly arena: Arena
  /** Messages handed over so far, and by honest servers between them. */
  index = 0
  honest = 0
  /** How many events made the arena what it is; whether the barrage is over. */
  arrived = 0
  ended = false
  private readonly random: Random
  private readonly ground: Ground
  private readonly heard: Listener
  private readonly enemies: Enemy[]
  private readonly scene: Scene
  private readonly life: Life
  /** What is being answered, if anything. */
  private question: Message | null = null

  constructor(kind: EpisodeKind, ground: Ground, seed: string, heard: Listener, { clock, sabotage }: { clock?: () => number; sabotage?: (arena: Arena) => void } = {}) {
    this.random = new Random(seed)
    this.ground = ground
    this.heard = heard
    this.kind = kind
    this.setup = { ...this.chooseSetup(), ...(sabotage && { sabotage }) }
    this.arena = new Arena(this.setup, clock)
    this.life = new Life(this.random.fork('life'), this.arena, 1_000_000)
    this.enemies = this.invite()
    this.scene = new Scene(this.random.fork('scene'), this.arena, this.enemies[0]!)
  }

  private chooseSetup(): Setup {
    const { random, kind, ground } = this
    const large = random.chance(LARGE_STAGES)
    const stage = random.pick(ground.stages.filter((each) => each.large === large))
    const members = stage.servers.flatMap(({ server }, i) => ([...server.copies.values()].some((copy) => copy.state === 'active' && copy.ring.length > 1) ? [i] : []))
    const lies = kind === 'member' || kind === 'bombs' || (kind === 'flood' && random.chance(0.6))
    return { stage, hostile: lies ? random.pick(members) : null, away: kind === 'fenced' ? random.pick(members) : null, honest: isHonest(kind) }
  }

  /** Throws when a property does not hold. */
  run(): void {
    this.arrive()
    if (this.kind === 'flood') this.flood()
    else if (this.kind === 'bombs') this.dropBombs()
    else while (this.index < MESSAGES) this.once()
    for (const house of this.arena.houses) if (!house.hostile) checkBounds(house.name, house.server)
    this.arena.restartsAlike()
    this.ended = true
    if (this.setup.honest) finish(this.arena)
    if (({} as { type?: unknown }).type !== undefined || Object.keys(Object.prototype).length > 0) throw new Accusation('X5', 'the properties of all objects were changed')
  }

  private invite(): Enemy[] {
    const { hostile, away } = this.setup
    const strangers = Array.from({ length: 3 }, (_, i): Enemy => ({ id: this.random.id(20) as ServerId, key: `stranger-${i}`, copies: new Map() }))
    const house = this.arena.houses[hostile ?? away ?? -1]
    if (house === undefined) return strangers
    const copies = new Map([...house.server.copies.values()].map((copy): [DirectoryId, CopyId] => [copy.directory, copy.id]))
    return [{ id: house.id, key: house.server.key, copies }, ...(hostile === null ? [] : strangers.slice(0, 1))]
  }

  /** Links come up: of strangers, of a member's older start, and now and then of the server that nobody reached so far. */
  private arrive(): void {
    const { arena, random } = this
    const away = arena.houses[this.setup.away ?? -1]
    for (const house of arena.houses) {
      if (house.away) continue
      for (const { id, key, copies } of this.enemies) if (copies.size === 0) this.link(house, { id, key }, 1, random.pick(['stranger', 'alpha', '__proto__']))
      if (away !== undefined) for (const incarnation of [1, 0]) this.link(house, away.server, incarnation, away.name)
    }
    const fresh = arena.houses.at(-1)!
    if (random.chance(0.5) && !fresh.away) for (const house of arena.houses) if (house !== fresh && !house.away) arena.connect(fresh, house)
    this.arrived = arena.events.length
  }

  private link(house: House, { id, key }: { id: ServerId; key: string }, incarnation: number, name: string): void {
    this.arena.perform({ at: this.arena.time, house: this.arena.houses.indexOf(house), input: { type: 'connected', server: id, incarnation, instance: `start ${incarnation}`, name, key } })
  }

  /** One hostile message, and what else happens meanwhile. */
  private once(): void {
    const { random, arena } = this
    if (this.index % 40 === 0) this.scene.refresh(this.enemies)
    this.choose()
    const level: Level = random.chance(0.42) ? 'grammar' : random.chance(0.5) ? 'structure' : 'bytes'
    const { kind, wire } = this.make(level)
    if (this.lures(wire)) return
    this.hand(kind, level, wire)
    if (random.chance(0.5)) this.deliver()
    if (arena.post.length > 100) for (let n = 0; n < 10; n++) this.deliver()
    if (arena.post.length > 200) arena.post.splice(0, 100)
    arena.time += random.below(12) + (random.chance(0.015) ? random.below(4000) : random.chance(0.003) ? 35_000 : 0)
    arena.tick()
    if (random.chance(0.03)) this.life.act(0.3)
  }

  /** To whom, from whom, about which directory: an answer to one who asked, or out of the blue. */
  private choose(): void {
    const { random, scene, arena, enemies } = this
    this.question = null
    if (random.chance(0.3) && this.chooseQuestion()) return
    const open = arena.houses.filter((house) => !house.hostile && !house.away)
    const weighty = open.filter((house) => house.server.copies.size > 0)
    scene.to = random.pick(random.chance(0.93) && weighty.length > 0 ? weighty : open)
    scene.from = random.chance(0.8) ? enemies[0]! : random.pick(enemies)
    const { copies, joins, sweeps } = scene.to.server
    const shared = [...copies.keys()].filter((directory) => scene.from.copies.has(directory))
    const here = shared.length > 0 && random.chance(0.85) ? shared : [...copies.keys(), ...joins.keys(), ...sweeps.keys()]
    scene.directory = here.length > 0 && random.chance(0.96) ? random.pick(here) : random.pick(scene.directories)
  }

  /** Something that an honest server asked of one of the hostile. */
  private chooseQuestion(): boolean {
    const { random, scene, arena, enemies } = this
    const asked = arena.outside.length > 0 ? random.pick(arena.outside) : undefined
    const from = enemies.find(({ id }) => id === asked?.to)
    const to = asked && arena.houseOf(asked.from)
    if (asked === undefined || from === undefined || to === undefined || to.away || to.hostile || asked.wire.length > 20_000) return false
    this.question = JSON.parse(asked.wire) as Message
    Object.assign(scene, { to, from, directory: 'directory' in this.question ? this.question.directory : scene.directory })
    return true
  }

  private make(level: Level): { kind: string; wire: string } {
    const { random } = this
    const base = level === 'grammar' || random.chance(0.5) ? this.generated() : this.overheard()
    if (level === 'grammar') return base
    return { kind: base.kind, wire: level === 'bytes' ? mutateText(random, base.wire) : this.twist(base.wire) }
  }

  private twist(wire: string): string {
    const other = (): unknown => JSON.parse(this.random.chance(0.5) ? this.overheard().wire : this.generated().wire)
    return mutateStructure(this.random, JSON.parse(wire), other, (field, value) => this.scene.replacement(field, value))
  }

  private generated(): { kind: string; wire: string } {
    const { random, scene, question } = this
    const kinds = scene.from.copies.has(scene.directory) && random.chance(0.6) ? ringKinds : messageKinds
    const message = question !== null ? generateReply(scene, question) : random.chance(0.25) ? generateRequest(scene, random.pick(requestKinds)) : generate(scene, random.pick(kinds))
    const wire = JSON.stringify(message)
    return { kind: kindOf(wire), wire }
  }

  /** A message that some server sent: long ago, or just now. */
  private overheard(): { kind: string; wire: string } {
    const { random, arena, ground } = this
    const now = random.chance(0.5) ? [...arena.post, ...arena.outside].filter(({ wire }) => wire.length < 20_000) : []
    const wire = now.length > 0 ? random.pick(now).wire : random.pick(random.pick(ground.corpus))
    return { kind: kindOf(wire), wire }
  }

  /**
   * Whether a stranger would so become a member, draw an honest server into a ring of its own, found a directory that there
   * is once more, discard what an epoch left out, put an update under a stamp of its own, or make a leaving copy believe that it
   * was taken over. All that is open to whoever is in the room (SPEC §20), and afterwards a sweep cannot make the honest equal: where they are to be, it is left out.
   */
  private lures(wire: string): boolean {
    if (!this.setup.honest) return false
    const { to, from } = this.scene
    const { joins, copies } = to.server
    if (wire.includes('"type":"settle"')) return true
    if (wire.includes('"type":"has"')) return this.forgesAStamp(wire)
    if (wire.includes('"type":"create"')) return wire.includes('"author":"person"') || [...this.arena.database.directories.keys()].some((directory) => wire.includes(directory) && !copies.has(directory))
    if (wire.includes('"type":"askSplice"')) return [...copies.values()].some(({ pointer, lastSweep }) => wire.includes(pointer.copy) && wire.includes(lastSweep))
    return /"type":"(?:snapshotPage|spliced)"/.test(wire) && [...joins.values()].some((join) => join.candidates[join.at] === from.id)
  }

  /** An update handed over under a stamp that no copy gave it: authors sign what they change, and nobody signs stamps. */
  private forgesAStamp(wire: string): boolean {
    const message = decode(wire)
    if ('refused' in message || message.type !== 'request' || message.request.type !== 'has') return false
    const { directory, set } = message.request
    return set !== null && !this.arena.database.sets(directory).some((known) => known.set.ts === set.ts && known.set.signature === set.signature)
  }

  private hand(kind: string, level: Level, wire: string): void {
    const { arena, scene } = this
    const to = arena.houseOf(scene.to.id)!
    const verdict = arena.perform({ at: arena.time, house: arena.houses.indexOf(to), from: scene.from.id, wire })
    this.heard({ kind, level, wire, index: this.index, to }, verdict)
    this.index++
  }

  /** Honest traffic goes on; what the hostile member sends is twisted now and then. */
  private deliver(): void {
    const { random, arena } = this
    const liar = arena.houses[this.setup.hostile ?? -1]?.id
    if (arena.deliver(({ from, wire }) => (from === liar && random.chance(0.4) && wire.length < 50_000 ? this.twist(wire) : wire))) this.honest++
  }

  /** One kind of message again and again, each with names of its own, or links that come and go: nothing must add up. */
  private flood(): void {
    const { random, arena, scene } = this
    const kind = random.pick(['links' as const, ...messageKinds.filter((each) => each !== 'request'), ...requestKinds])
    scene.refresh(this.enemies)
    this.choose()
    const { to, directory } = scene
    while (this.index < FLOOD) {
      if (this.index % 100 === 0) scene.refresh(this.enemies)
      Object.assign(scene, { to, directory: random.chance(0.8) ? directory : (random.id(20) as DirectoryId), from: random.pick(this.enemies) })
      if (kind === 'links') this.comeAndGo(arena.houseOf(to.id)!)
      else {
        const wire = JSON.stringify(isRequest(kind) ? generateRequest(scene, kind) : generate(scene, kind))
        this.hand(kindOf(wire), 'grammar', wire)
      }
      if (random.chance(0.2)) this.deliver()
      if (arena.post.length > 100) arena.post.splice(0, 50)
      arena.time += random.below(3)
      if (this.index % 10 === 0) arena.tick()
    }
  }

  private comeAndGo(to: House): void {
    const { random, arena } = this
    const server = random.id(20) as ServerId
    for (const incarnation of random.pick([[1], [2, 1], [Number.MAX_SAFE_INTEGER], [0]])) this.link(to, { id: server, key: `key-${server}` }, incarnation, random.pick(['', 'alpha', 'x'.repeat(255), '__proto__']))
    arena.perform({ at: arena.time, house: arena.houses.indexOf(to), input: { type: 'clock', server, offset: random.pick([0, 1e15, -1e15, 400_000]) } })
    arena.perform({ at: arena.time, house: arena.houses.indexOf(to), input: { type: 'disconnected', server, reason: 'gone' } })
    this.index++
  }

  private dropBombs(): void {
    const { random, arena, scene } = this
    while (this.index < BOMBS) {
      scene.refresh(this.enemies)
      this.choose()
      const name = random.pick(Object.keys(bombs))
      const bomb = bombs[name]!(scene)
      this.hand(`bomb: ${name}`, 'grammar', typeof bomb === 'string' ? bomb : JSON.stringify(bomb))
      for (let n = 0; n < 60; n++) this.deliver()
      if (arena.post.length > 100) arena.post.length = 0
      arena.time += 500
      arena.tick()
    }
  }
}

const isRequest = (kind: string): kind is (typeof requestKinds)[number] => (requestKinds as readonly string[]).includes(kind)

/** The type of a message by its text; of a request, which. */
function kindOf(wire: string): string {
  const type = /^\{"type":"(\w+)"/.exec(wire)?.[1] ?? 'other'
  return type === 'request' ? `request ${/"request":\{"type":"(\w+)"/.exec(wire)?.[1] ?? ''}` : type
}
