/**
 * Where the fuzzer begins: servers at telling moments of an honest life (joining, in each phase of a sweep, with a splice
 * pending, fetching pages, with errands open), and every message that was sent on the way there.
 */
import type { Message } from '../core/messages'
import type { DirectoryId, ServerId } from '../core/names'
import { createServer, type Server } from '../core/server'
import type { Branch } from '../core/values/intent'
import { Database } from './database'
import { isSealed } from '../core/copies/directoryCopy'
import { Arena, type Stage } from './fuzzArena'
import { Life } from './fuzzLife'
import { Random } from './random'

export interface Ground {
  stages: Stage[]
  /** Texts that servers sent each other, as many lists as there were types; requests and answers by what was asked. */
  corpus: string[][]
}

type Corpus = Map<string, string[]>

const GENESIS = 1_735_689_600_000
/** Stages that show the same trait. */
const OF_A_TRAIT = 2
const KEPT_OF_A_KIND = 60

/** Three lives: a calm one, one with skewed clocks and losses, one with copies of several pages. */
export function layGround(seed: string): Ground {
  const corpus: Corpus = new Map()
  const stages = (['calm', 'rough', 'large'] as const).flatMap((kind) => stagesOf(new Random(`${seed}/${kind}`), kind, corpus))
  return { stages, corpus: [...corpus.values()] }
}

/** Five servers that know nothing yet; nobody reaches the last one. */
function blank(random: Random, kind: string): Stage {
  const servers = ['alpha', 'beta', 'gamma', 'delta', 'fresh'].map((name) => ({
    name,
    skew: kind === 'rough' ? random.between(-140_000, 140_000) : 0,
    server: createServer({ id: random.id(20) as ServerId, key: `key-${name}`, incarnation: 1, seed: random.numbers(), name, root: null, wantsRoot: true }),
  }))
  return { name: 'blank', traits: [], at: GENESIS, servers, post: [], database: new Database(), large: false }
}

function stagesOf(random: Random, kind: 'calm' | 'rough' | 'large', corpus: Corpus): Stage[] {
  const arena = new Arena({ stage: blank(random, kind), hostile: null, away: null, honest: true })
  const life = new Life(random.fork('life'), arena)
  const asked = new Map<string, string>()
  arena.onSend = (message, wire) => keep(corpus, asked, random, message, wire)
  for (const [house] of arena.houses.entries()) arena.perform({ at: 0, house, input: { type: 'start' } })
  const root = life.begin()
  const linked = arena.houses.slice(0, -1)
  for (const a of linked) for (const b of linked) if (a.id < b.id) arena.connect(a, b)
  arena.pass(4000)
  if (kind === 'large') fill(arena, life, root)
  const stages = new Map<string, Stage>()
  for (let i = 0; i < (kind === 'large' ? 500 : 2500); i++) {
    if (random.chance(0.06)) life.act(0.8)
    const lost = kind === 'rough' && random.chance(0.05)
    if (lost) arena.post.shift()
    else if (random.chance(0.7)) arena.deliver()
    arena.time += random.chance(0.01) ? 2000 : random.below(40)
    arena.tick()
    look(arena, kind, stages)
  }
  return telling(random.shuffled([...stages.values()]), kind === 'large' ? 1 : OF_A_TRAIT)
}

/** So many stages at least for each trait that there is. */
function telling(stages: readonly Stage[], each: number): Stage[] {
  const shown = new Map<string, number>()
  return stages.filter(({ traits }) => {
    const tells = traits.some((trait) => (shown.get(trait) ?? 0) < each)
    if (tells) for (const trait of traits) shown.set(trait, (shown.get(trait) ?? 0) + 1)
    return tells
  })
}

function keep(corpus: Corpus, asked: Map<string, string>, random: Random, message: Message, wire: string): void {
  if (message.type === 'request') asked.set(message.id, message.request.type)
  const kind = message.type === 'request' ? `request ${message.request.type}` : message.type === 'answer' ? `answer ${asked.get(message.id) ?? ''}` : message.type
  const texts = corpus.get(kind) ?? []
  corpus.set(kind, texts)
  if (texts.length < KEPT_OF_A_KIND) texts.push(wire)
  else if (random.chance(0.05)) texts[random.below(texts.length)] = wire
}

/** Enough names in a directory that its base and its log take several pages. */
function fill(arena: Arena, life: Life, directory: DirectoryId): void {
  const [at] = arena.houses
  for (let i = 0; i < 20; i++) {
    life.submit(at!, directory, at!, [[`large ${i}`, null, Array.from({ length: 120 }, (_, n): Branch => [`${n + 1000} ${'x'.repeat(24)}`, null, true])]])
    arena.pass(i === 11 ? 70_000 : 20)
  }
}

/** Keeps the arena as it is when nothing like it was kept before. */
function look(arena: Arena, kind: string, stages: Map<string, Stage>): void {
  const traits = [...new Set(arena.houses.flatMap(({ server }) => traitsOf(server)))].toSorted()
  const name = `${kind}: ${traits.join(', ')}`
  if (stages.has(name) || stages.size > 40) return
  const servers = structuredClone(arena.houses.map(({ name, skew, server }) => ({ name, skew, server })))
  stages.set(name, { name, traits, at: GENESIS + arena.time, servers, post: [...arena.post], database: arena.database.copy(), large: kind === 'large' })
}

function traitsOf(server: Server): string[] {
  const copies = [...server.copies.values()]
  const traits: [boolean, string][] = [
    [server.root === null, 'fresh'],
    [copies.some((copy) => copy.state === 'joining'), 'joining'],
    [copies.some((copy) => copy.state === 'leaving'), 'leaving'],
    [copies.some((copy) => copy.state === 'left'), 'left'],
    [server.takeOvers.size > 0, 'taking over'],
    [[...server.proposals.values()].some(({ epoch }) => epoch === null), 'asking before an epoch'],
    [[...server.proposals.values()].some(({ epoch }) => epoch !== null), 'making an epoch'],
    [copies.some((copy) => isSealed(copy)), 'sealed'],
    [copies.some((copy) => copy.state === 'excluded'), 'excluded'],
    [[...server.quarantines.values()].some(({ entries }) => entries !== null && entries.length > 0), 'something to decide on'],
    [[...server.joins.keys()].some((directory) => !server.copies.has(directory)), 'asking to join'],
    [server.transfers.size > 0, 'pages to fetch'],
    [server.staged.size > 0, 'pages staged'],
    [server.cleanups.size > 0, 'cleanup'],
    [server.errands.size > 0, 'errands'],
    [server.lookups.size > 0, 'lookups'],
    [server.deferred.length > 0, 'updates from the future'],
    [copies.some((copy) => copy.waiting.size > 0), 'updates that wait'],
    ...(['look', 'read', 'write'] as const).map((phase): [boolean, string] => [[...server.sweeps.values()].some((sweep) => sweep.phase === phase), `sweep in ${phase}`]),
  ]
  return traits.filter(([has]) => has).map(([, trait]) => trait)
}
