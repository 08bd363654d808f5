/**
 * A world that a person watches event by event and takes part in. It remembers what was done, and when; a run up to any
 * earlier moment is made by running again, so that going back, a link and a file all mean exactly the same run.
 */
import { InvariantViolation } from '../../core/assert'
import { greekLetters } from '../../core/servers/register'
import type { DirectoryId, ServerId } from '../../core/names'
import { millisecondsOf } from '../../core/timestamp'
import { canaries } from '../canaries'
import type { NamedCanary } from '../canaries/canary'
import { converged, noResurrection, nothingLost, watchWorld } from '../checkers'
import { healAll, misfortune, storm } from '../misfortunes'
import type { Weather } from '../network'
import type { SimServer } from '../simServer'
import { watchNames } from '../namesInUse'
import { watchSituations } from '../situations'
import { usualMix, Workload } from '../workload'
import { Accusation, World } from '../world'
import { perform } from './deeds'
import { lineOf, readable, type Line } from './line'
import { Marks } from './marks'
import { weathers, type ClockName, type Deed, type PeopleName, type Position, type Recipe, type Recording, type WeatherName } from './recording'

/** A message on its way. */
export interface Flight {
  id: number
  from: ServerId
  to: ServerId
  wire: string
  /** Milliseconds since the world began; of one that is lost `arrives` is when that shows. */
  sent: number
  arrives: number
  lost: boolean
}

/** ms that a world is given to become one cluster, before the weather begins. */
const BEGINNING_TAKES = 3000
const LINES_KEPT = 400
/** Steps before its goal at which a run that is run again is watched as closely as the first time. */
const CLOSELY = 200
/** ms between acts of people, about. */
const paces: Record<Exclude<PeopleName, 'aimed'>, number> = { nobody: 4000, few: 3000, many: 400 }
const MISFORTUNES = 0.14
const worstSkews: Record<Exclude<ClockName, 'aimed'>, number> = { right: 0, seconds: 5000, minutes: 140_000 }
/** How long a fallen server stays down, ms. */
const FALLEN_FOR = 5000

export class Lab {
  readonly world: World
  readonly recording: Recording
  readonly marks = new Marks()
  readonly directories: DirectoryId[]
  /** Where each visible step has led, from the beginning on. */
  readonly steps: Position[] = []
  flights: Flight[] = []
  readonly lines: Line[] = []
  events = 0
  deeds = 0
  readonly #workload: Workload
  readonly #canary: NamedCanary | undefined
  weather: WeatherName
  people: PeopleName
  misfortunes: boolean
  /** Acts that there were; plans of an earlier pace are void. */
  #acts = 0
  #pace = 0
  #said = 0
  #flown = 0
  #stepping: SimServer | null = null

  /** At each step: how often each mark had been looked at, and how many lines had been said. */
  readonly #told: { looks: number[]; said: number }[] = []
  /** A run of the same recording that has been seen before, and the step up to which it need not be watched again. */
  #seen: { run: Lab; until: number } | null

  /**
   * At the beginning of a recording; its deeds are done as their time comes. What a run of it that has been seen before told of the
   * invariants is taken from there, up to shortly before the step that is wanted now.
   */
  constructor(recording: Recording, seen: Lab | null = null, wanted = 0) {
    const { recipe } = recording
    this.recording = { ...recording, deeds: [...recording.deeds] }
    this.#canary = canaries.find(({ name }) => name === recipe.canary)
    this.weather = recipe.weather
    this.people = recipe.people
    this.misfortunes = recipe.misfortunes
    const world = new World(recipe.seed)
    this.world = world
    world.canary = this.#canary?.make() ?? {}
    const until = Math.min(wanted, seen?.step ?? 0) - CLOSELY
    this.#seen = seen !== null && until > 0 ? { run: seen, until } : null
    world.judge = (rule, check) => {
      if (!this.#isSeen) this.#judge(rule, check)
    }
    world.trace = (line) => this.#say(line)
    const say = world.say.bind(world)
    world.say = (line) => {
      if (!this.#isSeen) say(line)
    }
    watchWorld(world)
    watchSituations(world)
    world.observers.push({
      before: (server) => (this.#stepping = server),
      carried: (from, to, wire, delays) => this.#follow(from, to, wire, delays),
    })
    this.#workload = new Workload(world, this.#aim?.mix ?? usualMix, this.#aim === undefined, watchNames(world))
    this.directories = this.#workload.directories
    this.#begin(recipe)
  }

  get #aim(): NamedCanary['aim'] {
    return this.recording.recipe.people === 'aimed' ? this.#canary?.aim : undefined
  }

  #begin({ servers, clocks, weather }: Recipe): void {
    const { world } = this
    const random = world.random.fork('choices')
    const worst = clocks === 'aimed' ? (this.#canary?.aim?.worstSkew ?? 0) : worstSkews[clocks]
    for (let i = 0; i < servers; i++) world.addServer(greekLetters[i]!, worst === 0 ? 0 : random.between(-worst, worst))
    this.#guarded(() => {
      for (const server of world.servers) server.start()
      this.#workload.begin(world.servers[0]!)
      world.links.lookAtAll()
    })
    this.#pass(BEGINNING_TAKES)
    world.network.weather = this.#weatherOf(weather)
    this.#live()
    this.#stepped()
  }

  get #isSeen(): boolean {
    return this.#seen !== null && this.steps.length <= this.#seen.until
  }

  #stepped(): void {
    const seen = this.#isSeen ? this.#seen : null
    const told = seen === null ? { looks: this.marks.looks, said: this.#said } : seen.run.#told[this.steps.length]!
    this.#told.push(told)
    this.steps.push(this.position)
    if (seen !== null && !this.#isSeen) this.watch()
  }

  /** The same run from its beginning, on the way to a step that has been seen. */
  again(wanted: number): Lab {
    return new Lab(this.recording, this, wanted)
  }

  /** From now on this run is watched as if it had never been seen. */
  watch(): void {
    if (this.#seen === null) return
    const { looks, said } = this.#told[this.step]!
    this.marks.restore(this.#seen.run.marks, looks, this.step)
    this.#said = said
    this.#seen = null
  }

  /** Whether what has just happened is a step: something was said, or was said when it was seen before. */
  #isStep(saidBefore: number): boolean {
    if (!this.#isSeen) return this.#said > saidBefore
    const { events, deeds } = this.#seen!.run.steps[this.steps.length]!
    return this.events === events && this.deeds === deeds
  }

  get time(): number {
    return this.world.time
  }

  get position(): Position {
    return { events: this.events, deeds: this.deeds }
  }

  /** The visible step at which the run stands; 0 is the beginning. */
  get step(): number {
    return this.steps.length - 1
  }

  /** When something happens next, or is done next by the recording; null when nothing will. */
  get nextAt(): number | null {
    const due = this.#due
    return due === null ? this.world.events.nextAt : this.#timeOf(due.at)
  }

  get #due(): Recording['deeds'][number] | null {
    const next = this.recording.deeds[this.deeds]
    return next?.after === this.events ? next : null
  }

  /** The recording of this run up to now. */
  get recorded(): Recording {
    return { recipe: this.recording.recipe, deeds: this.recording.deeds.slice(0, this.deeds), position: this.position }
  }

  /** Lets one thing happen: a recorded deed, or an event. False when nothing is going to. */
  next(): boolean {
    const due = this.#due
    const lines = this.#said
    if (due !== null) {
      this.deeds++
      this.world.events.run(this.#timeOf(due.at))
      this.#guarded(() => this.#perform(due.deed))
    } else if (this.world.events.nextAt === null) return false
    else {
      this.events++
      this.#guarded(() => this.world.events.next(Number.POSITIVE_INFINITY))
    }
    this.flights = this.flights.filter(({ arrives }) => arrives > this.world.time)
    if (due !== null || this.#isStep(lines)) this.#stepped()
    return true
  }

  /** A person does something now, `at` ms since the world began; what the recording had from here on is forgotten. */
  do(deed: Deed, at: number): void {
    this.recording.deeds.length = this.deeds
    this.recording.deeds.push({ after: this.events, at: Math.floor(at * 1000), deed })
    this.next()
  }

  /** ms of a recorded moment: between the last event and the next. */
  #timeOf(at: number): number {
    return Math.min(Math.max(at / 1000, this.world.time), this.world.events.nextAt ?? Number.POSITIVE_INFINITY)
  }

  #perform(deed: Deed): void {
    const random = this.world.random.fork(`deed ${this.deeds}`)
    switch (deed.type) {
      case 'weather':
        this.weather = deed.weather
        this.world.network.weather = this.#weatherOf(deed.weather)
        return this.world.say(() => `the weather: ${deed.weather}`)
      case 'people':
        this.people = deed.people
        this.misfortunes = deed.misfortunes
        return this.#live()
      case 'converge':
        return this.#converge()
      default:
        return perform(this.world, deed, random, (directory) => this.directories.push(directory))
    }
  }

  #weatherOf(name: WeatherName): Weather {
    if (name === 'seed') return storm(this.world.random.fork('weather'))
    if (name === 'aimed') return this.#canary?.aim?.weather ?? weathers.lossy
    return weathers[name]
  }

  /** Plans the next act of people, and perhaps a misfortune. */
  #live(): void {
    const pace = ++this.#pace
    if (this.people === 'nobody' && !this.misfortunes) return
    const about = this.people === 'aimed' ? (this.#aim?.pace ?? paces.many) : paces[this.people]
    const random = this.world.random.fork(`act ${this.#acts++}`)
    this.world.plan(random.between(0, 2 * about), () => {
      if (pace !== this.#pace) return
      this.#live()
      if (this.people !== 'nobody') this.#workload.act(random)
      if (this.misfortunes && random.chance(MISFORTUNES)) misfortune(this.world, random)
    })
  }

  /** Faults stop, people rest, three sweeps of each directory: then all copies are held against each other and DB. */
  #converge(): void {
    const { world } = this
    const random = world.random.fork(`converge ${this.deeds}`)
    const before = world.network.weather
    this.#pace++
    healAll(world)
    const ahead = world.servers.flatMap((server) => [...server.server.copies.values()].map(({ nextTS }) => millisecondsOf(nextTS) - world.wall(server)))
    this.#pass(Math.max(0, ...ahead) + 100_000)
    for (const directory of this.directories.filter((each) => world.copies(each).length > 0)) {
      for (let i = 0; i < 3; i++) {
        this.#workload.sweep(world.copies(directory)[0]!.at, directory, random)
        this.#pass(20_000)
      }
    }
    for (let i = 0; i < 1000 && world.servers.some(({ server }) => server.sweeps.size > 0); i++) this.#pass(10)
    this.#judge('noLostUpdate', () => nothingLost(world))
    this.#judge('noResurrection', () => {
      for (const directory of this.directories) for (const { at, copy } of world.copies(directory)) noResurrection(world, at, copy)
    })
    this.#judge('convergence', () => converged(world))
    world.network.weather = before
    this.#live()
  }

  #pass(ms: number): void {
    const { events } = this.world
    const until = events.time + ms
    while (events.nextAt !== null && events.nextAt <= until) this.#guarded(() => events.next(until))
    events.run(until)
  }

  #judge(rule: string, check: () => void): void {
    this.marks.look(rule)
    try {
      check()
    } catch (error) {
      if (!(error instanceof Accusation)) throw error
      this.#accuse(error.rule, error.message)
    }
  }

  /** What the core throws undoes its step, and the server falls: as a host does, it is restored from its disk. */
  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      const fallen = this.#stepping
      this.#accuse(error instanceof InvariantViolation ? error.rule : 'the core', error instanceof Error ? error.message : String(error))
      if (fallen !== null) this.world.kill(fallen, FALLEN_FOR)
    }
  }

  #accuse(rule: string, sentence: string): void {
    this.world.say(() => `broken: ${sentence}`)
    this.marks.accuse(rule, readable(sentence.replace(`${rule}: `, '')), this.steps.length, this.world.time)
  }

  #say(line: string): void {
    this.lines.push(lineOf(this.#said++, this.world.time, line))
    if (this.lines.length > 2 * LINES_KEPT) this.lines.splice(0, LINES_KEPT)
  }

  #follow(from: SimServer, to: SimServer, wire: string, delays: readonly number[]): void {
    const base = { from: from.id, to: to.id, wire, sent: this.world.time }
    for (const delay of delays) this.flights.push({ ...base, id: this.#flown++, arrives: base.sent + delay, lost: false })
    if (delays.length === 0) this.flights.push({ ...base, id: this.#flown++, arrives: base.sent + this.world.network.weather.delay / 2, lost: true })
  }
}
