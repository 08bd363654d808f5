/** The lab's worker: holds the world, lets its time pass as fast as a person wants, and tells the page what is to be seen. */
import type { DirectoryId } from '../../core/names'
import { Lab } from '../../sim/lab/lab'
import { flightsOf, pictureOf, pictureOfTape } from '../../sim/lab/picture'
import { bugs, parseRecording, usualRecipe, type Deed, type Recording } from '../../sim/lab/recording'
import { Search } from '../../sim/lab/search'
import { isTape, openTape, TapeRun } from '../../sim/lab/tapeRun'
import { unreachable } from '../../core/assert'
import type { Command, News } from './protocol'

/** ms between two looks of the page, and how much of that is spent on the world. */
const BEAT = 50
const WORK = 35
/** Every so many beats of a run everything is shown, not only what moves. */
const PICTURE_EVERY = 3
/** Where nothing happens for so long, in ms of the page, time leaps; so much is left before what happens next. */
const DULL = 700
const RUN_UP = 250
/** Events that may pass before one of them is seen. */
const UNSEEN = 50_000
/** Steps before a bug shows, where a world that was found is opened. */
const BEFORE_IT_SHOWS = 8
const SEARCHED_AT_ONCE = 50

const none = { events: 0, deeds: 0 }

/** How far the world is to be run as fast as it can, and the step that this will be, if that is known. */
interface Goal {
  reached: (run: Lab | TapeRun) => boolean
  step: number | null
}

class Runner {
  /** A world of the lab, or a tape of a real server. */
  #lab: Lab | TapeRun
  /** ms since the world began: at the last event or after it, before the next. */
  #clock = 0
  #speed = 0.05
  #running = false
  #goal: Goal | null = null
  #search: Search | null = null
  #furthest = 0
  #directory: DirectoryId | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #beats = 0
  /** When the world began, for people: midnight, so that its times are short. */
  readonly #began = new Date().setHours(0, 0, 0, 0)
  readonly #tell: (news: News) => void

  /** The usual world, at its beginning. */
  constructor(tell: (news: News) => void) {
    this.#tell = tell
    this.#lab = new Lab({ recipe: usualRecipe, deeds: [], position: none })
    this.#clock = this.#lab.time
    this.#show()
  }

  command(command: Command): void {
    switch (command.type) {
      case 'begin':
        return this.#open({ recipe: command.recipe, deeds: [], position: none })
      case 'open':
        return this.#openForeign(command.json)
      case 'search':
        this.#stop()
        this.#search = new Search(command.recipe)
        return this.#beat()
      case 'step':
        return this.#goTo(this.#heading + 1)
      case 'back':
        return this.#goTo(Math.max(0, this.#heading - command.steps))
      case 'goTo':
        return this.#goTo(command.step)
      case 'run':
        this.#stop()
        this.#running = true
        return this.#beat()
      case 'pause':
        this.#stop()
        return this.#show()
      case 'speed':
        this.#speed = command.speed
        return
      case 'do':
        return this.#do(command.deed)
      case 'look':
        this.#directory = command.directory
        return this.#show()
      default:
        return unreachable(command)
    }
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#running = false
    this.#goal = null
    this.#search = null
    if (this.#lab instanceof Lab) this.#lab.watch()
  }

  #openForeign(json: string): void {
    if (isTape(json)) return this.#openTape(json)
    const recording = parseRecording(json)
    if ('refused' in recording) return this.#tell({ type: 'trouble', sentence: `This is no run of the lab: ${recording.refused}. Nothing was changed.` })
    this.#open(recording)
  }

  #openTape(text: string): void {
    const tape = openTape(text)
    if ('refused' in tape) return this.#tell({ type: 'trouble', sentence: `This is no tape of a server: ${tape.refused}. Nothing was changed.` })
    this.#stop()
    this.#furthest = 0
    this.#lab = tape
    this.#clock = 0
    this.#show()
  }

  #open(recording: Recording): void {
    this.#furthest = 0
    const { events, deeds } = recording.position
    this.#begin(new Lab(recording), { reached: (lab) => lab.events >= events && lab.deeds >= deeds, step: null })
  }

  /** From the beginning of a run to a goal. */
  #begin(run: Lab | TapeRun, goal: Goal): void {
    this.#stop()
    this.#lab = run
    this.#goal = goal
    this.#beat()
  }

  /** The step that the page is at, or will be at in a moment: keys are faster than a world. */
  get #heading(): number {
    return this.#goal?.step ?? this.#lab.step
  }

  #goTo(step: number): void {
    const goal: Goal = { reached: (lab) => lab.step >= step, step }
    this.#begin(step < this.#lab.step ? this.#lab.again(step) : this.#lab, goal)
  }

  /** A person's deed; a run goes on after it. */
  #do(deed: Deed): void {
    if (!(this.#lab instanceof Lab)) return
    this.#goal = null
    this.#lab.watch()
    this.#lab.do(deed, this.#clock)
    this.#clock = this.#lab.time
    this.#furthest = this.#lab.step
    this.#show()
    if (this.#running) this.#later()
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#beat(), this.#running ? BEAT : 0)
  }

  #beat(): void {
    if (this.#search !== null) return this.#tryMore(this.#search)
    if (this.#goal !== null) return this.#runAgain(this.#goal)
    if (this.#running) this.#runOn()
  }

  #runAgain(goal: Goal): void {
    const until = performance.now() + WORK
    let unseen = 0
    let going = true
    for (let before = this.#lab.step; going && !goal.reached(this.#lab) && performance.now() < until; ) {
      going = this.#lab.next() && ++unseen < UNSEEN
      if (this.#lab.step > before) [before, unseen] = [this.#lab.step, 0]
    }
    this.#clock = this.#lab.time
    if (going && !goal.reached(this.#lab)) {
      this.#showMoment(`Running again from the beginning: step ${this.#lab.step}${goal.step === null ? '' : ` of ${goal.step}`} …`)
      return this.#later()
    }
    this.#goal = null
    this.#show()
  }

  #runOn(): void {
    const until = performance.now() + WORK
    const target = this.#clock + BEAT * this.#speed
    const broken = this.#lab.marks.broken
    const before = this.#lab.step
    while ((this.#lab.nextAt ?? Number.POSITIVE_INFINITY) <= target && performance.now() < until && this.#lab.marks.broken === broken) this.#lab.next()
    const next = this.#lab.nextAt
    // A person who is to see it stops where an invariant breaks; a world in which nothing is going to happen rests.
    if (next === null || this.#lab.marks.broken > broken) {
      this.#stop()
      this.#clock = this.#lab.time
      return this.#show()
    }
    const clock = Math.max(this.#lab.time, Math.min(target, next))
    this.#clock = next - clock > DULL * this.#speed ? next - RUN_UP * this.#speed : clock
    if (++this.#beats % PICTURE_EVERY === 0 || (this.#lab.step > before && this.#lab.step - before < 3)) this.#show()
    else this.#showMoment('')
    this.#later()
  }

  #tryMore(search: Search): void {
    const until = performance.now() + 4 * WORK
    while (performance.now() < until) {
      const found = search.go(SEARCHED_AT_ONCE)
      if (found === null) continue
      this.#stop()
      if (found === 'vain') this.#tell({ type: 'trouble', sentence: `In ${search.tried} worlds no invariant was broken by this bug; another seed may show it.` })
      else this.#openBefore(found)
      return
    }
    this.#showMoment(`Looking for a world in which the bug shows: world ${search.tried} …`)
    this.#later()
  }

  /** A world that was found: shortly before the first invariant is broken. */
  #openBefore(found: Lab): void {
    const steps = found.marks.all.flatMap(({ broken }) => (broken === null ? [] : [broken.step]))
    const step = Math.max(0, Math.min(...steps) - BEFORE_IT_SHOWS)
    this.#furthest = found.step
    this.#begin(found.again(step), { reached: (lab) => lab.step >= step, step })
  }

  #show(): void {
    this.#furthest = Math.max(this.#furthest, this.#lab.step)
    this.#tell({ type: 'picture', picture: this.#lab instanceof Lab ? pictureOf(this.#lab, this.#directory, this.#began) : pictureOfTape(this.#lab, this.#directory), furthest: this.#furthest })
    this.#showMoment('')
  }

  #showMoment(busy: string): void {
    this.#tell({ type: 'moment', moment: { time: this.#clock, running: this.#running, busy, flights: flightsOf(this.#lab) } })
  }
}

const tell = (news: News): void => postMessage(news)
tell({ type: 'bugs', bugs })
const runner = new Runner(tell)
addEventListener('message', ({ data }: MessageEvent<Command>) => runner.command(data))
