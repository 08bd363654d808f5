/** Looks for a world in which a bug shows: seed after seed, a piece at a time, so that a person can stop it. */
import { canaries } from '../canaries'
import { Lab } from './lab'
import type { Recipe } from './recording'

/** Events that a world is given before its copies are compared. */
const EVENTS = 3000
const MOST_WORLDS = 300
/** Servers of a world in which a bug is looked for, as in the tests of the checkers. */
const SERVERS = 3
const SERVERS_AIMED = 6

export class Search {
  /** Which world is being tried, from 1 on. */
  tried = 1
  readonly #recipe: Recipe
  #lab: Lab

  constructor(recipe: Recipe) {
    const aimed = canaries.find(({ name }) => name === recipe.canary)?.aim !== undefined
    this.#recipe = aimed
      ? { ...recipe, servers: SERVERS_AIMED, weather: 'aimed', people: 'aimed', clocks: 'aimed', misfortunes: false }
      : { ...recipe, servers: SERVERS, weather: 'seed', people: 'many', clocks: 'minutes', misfortunes: true }
    this.#lab = this.#world()
  }

  #world(): Lab {
    return new Lab({ recipe: { ...this.#recipe, seed: `${this.#recipe.seed} ${this.tried}` }, deeds: [], position: { events: 0, deeds: 0 } })
  }

  /** Tries a little more: the lab in which an invariant has just been broken, null to go on, 'vain' when it is given up. */
  go(events: number): Lab | 'vain' | null {
    const lab = this.#lab
    for (let i = 0; i < events && lab.marks.broken === 0; i++) {
      if (lab.events < EVENTS && lab.next()) continue
      lab.do({ type: 'converge' }, lab.time)
      break
    }
    if (lab.marks.broken > 0) return lab
    if (lab.deeds === 0) return null
    if (this.tried === MOST_WORLDS) return 'vain'
    this.tried++
    this.#lab = this.#world()
    return null
  }
}
