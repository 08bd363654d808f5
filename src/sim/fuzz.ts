/**
 * The wire, fuzzed [X5]: generated and mutated messages at servers in all states, from members, strangers and older starts.
 * No throw, no hang, no growth; what is accepted re-encodes to the same bytes; what is refused changes nothing; and after a
 * barrage from strangers the honest converge, and nothing acknowledged is lost. One seed, one run.
 */
import type { Arena, Event } from './fuzzArena'
import { Episode, type EpisodeKind, type Level, type Listener } from './fuzzEpisode'
import { isHang, placeOf, replay, ruleOf, shrink } from './fuzzShrink'
import { layGround, type Ground } from './fuzzStages'
import { Accusation } from './world'

export interface FuzzOptions {
  seed: string
  /** Messages at least. */
  runs: number
  /** Only this episode of the run. */
  episode?: number
  /** Milliseconds of some clock, to find what takes long; without one nothing does. */
  clock?: () => number
  /** Milliseconds of this program's own work, to be sure: slower to ask, but nothing else on the machine counts. */
  work?: () => number
  /** How many broken properties are enough. */
  enough?: number
  /** How many events may be replayed to find out which of them matter. */
  replays?: number
  /** Runs an episode and cuts it short when it does not end. */
  guard?: (run: () => void) => void
  /** A bug put in from outside the core, which the fuzzer is to find. */
  sabotage?: (arena: Arena) => void
  /** Hears of each message. */
  trace?: (line: string) => void
}

/** What became of the messages of one kind. */
export interface Count extends Record<Level, number> {
  accepted: number
  refused: number
  slowest: number
}

/** A broken property, and how to see it again. */
export interface Found {
  episode: number
  index: number
  rule: string
  sentence: string
  where: string
  /** In how many episodes. */
  times: number
  /** The events that suffice, found by leaving out; the last one is the culprit. */
  events: Event[]
}

export interface Fuzzed {
  messages: number
  /** Messages of honest servers in between. */
  honest: number
  /** Times that a server was taken for somebody's, by credentials that say so. */
  sessions: number
  episodes: Map<string, number>
  kinds: Map<string, Count>
  refusals: Map<string, number>
  slowest: { ms: number; kind: string; episode: number; index: number; characters: number }[]
  found: Found[]
}

/** ms that one message may take, and as many again for each so many characters of it. */
const PATIENCE = 50
const CHARACTERS = 200_000
const SLOWEST = 8
const ENOUGH = 12
const REPLAYS = 50_000

export function fuzz(options: FuzzOptions): Fuzzed {
  const ground = layGround(options.seed)
  const fuzzed: Fuzzed = { messages: 0, honest: 0, sessions: 0, episodes: new Map(), kinds: new Map(), refusals: new Map(), slowest: [], found: [] }
  const guard = options.guard ?? ((run) => run())
  for (let n = options.episode ?? 0; fuzzed.messages < options.runs && fuzzed.found.length < (options.enough ?? ENOUGH); n++) {
    const episode = beginEpisode(options, ground, n, fuzzed)
    add(fuzzed.episodes, episode.kind)
    try {
      guard(() => episode.run())
    } catch (error) {
      const known = fuzzed.found.find((found) => found.where === placeOf(error) && found.rule === ruleOf(error))
      if (known === undefined) fuzzed.found.push(report(n, episode, error, options.replays ?? REPLAYS))
      else known.times++
    }
    fuzzed.messages += episode.index
    fuzzed.honest += episode.honest
    if (options.episode !== undefined) break
  }
  return fuzzed
}

function beginEpisode(options: FuzzOptions, ground: Ground, n: number, fuzzed: Fuzzed): Episode {
  const listener: Listener = ({ kind, level, wire, index, to }, { refused, ms }) => {
    const count = fuzzed.kinds.get(kind) ?? { grammar: 0, structure: 0, bytes: 0, accepted: 0, refused: 0, slowest: 0 }
    fuzzed.kinds.set(kind, count)
    count[level]++
    count[refused === null ? 'accepted' : 'refused']++
    count.slowest = Math.max(count.slowest, ms)
    if (refused !== null) add(fuzzed.refusals, refused)
    else if (kind === 'credentials' && [...to.server.peers.values()].some(({ credentials }) => credentials.length > 0)) fuzzed.sessions++
    options.trace?.(`${n}.${index} ${kind} to ${to.name}: ${refused ?? 'accepted'}: ${wire.slice(0, 400)}`)
    if (fuzzed.slowest.length < SLOWEST || ms > fuzzed.slowest.at(-1)!.ms) checkSlow({ ms, kind, episode: n, index, characters: wire.length }, options, episode, fuzzed)
  }
  const episode = new Episode(kindOf(n), ground, `${options.seed}/episode ${n}`, listener, options)
  return episode
}

/** Every kind at the beginning; then those most often that reach deepest. */
function kindOf(n: number): EpisodeKind {
  const order = ['strangers', 'member', 'fenced', 'guests', 'flood', 'bombs'] as const
  return order[n] ?? (['member', 'strangers', 'member', 'flood', 'strangers', 'member', 'guests', 'strangers', 'member', 'fenced', 'member', 'strangers', n % 3 === 0 ? 'bombs' : 'member'] as const)[n % 13]!
}

const add = (counts: Map<string, number>, what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)

/** A message that took long is handed over again, in the same state, to be sure that it was the message. */
function checkSlow(slow: Fuzzed['slowest'][number], { work, clock }: FuzzOptions, episode: Episode, { slowest }: Fuzzed): void {
  const allowed = PATIENCE * (1 + slow.characters / CHARACTERS)
  for (let again = 0; again < 2 && slow.ms > allowed; again++) slow.ms = Math.min(slow.ms, replay(episode.setup, episode.arena.events, work ?? clock))
  slowest.push(slow)
  slowest.sort((a, b) => b.ms - a.ms)
  if (slowest.length > SLOWEST) slowest.pop()
  if (slow.ms > allowed) throw new Accusation('X5', `a message of ${slow.characters} characters takes ${Math.round(slow.ms)} ms`)
}

function report(n: number, { setup, arena, arrived, ended, index }: Episode, error: unknown, most: number): Found {
  const events = isHang(error) ? arena.events.slice(-1) : shrink(error, setup, arena.events, { kept: arrived, ended, most })
  return { episode: n, index, rule: ruleOf(error), sentence: error instanceof Error ? error.message : String(error), where: placeOf(error), times: 1, events }
}
