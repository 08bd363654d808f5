/** What the page says to the lab's worker, and what that says to the page. */
import type { DirectoryId } from '../../core/names'
import type { FlightPicture, LabPicture } from '../../sim/lab/picture'
import type { Bug, Deed, Recipe } from '../../sim/lab/recording'

export type Command =
  /** A new world, at its beginning. */
  | { type: 'begin'; recipe: Recipe }
  /** A recording as foreign JSON text: run to its position. */
  | { type: 'open'; json: string }
  /** Looks for a world in which the recipe's bug shows. */
  | { type: 'search'; recipe: Recipe }
  /** To the next visible step. */
  | { type: 'step' }
  /** So many visible steps back. */
  | { type: 'back'; steps: number }
  /** To a step, forward or back. */
  | { type: 'goTo'; step: number }
  | { type: 'run' }
  /** Stops running, running again, or looking for a world. */
  | { type: 'pause' }
  /** Milliseconds of the world in one of the page. */
  | { type: 'speed'; speed: number }
  | { type: 'do'; deed: Deed }
  /** Of which directory the copies are shown. */
  | { type: 'look'; directory: DirectoryId }

export interface Moment {
  /** ms since the world began, between two events too. */
  time: number
  running: boolean
  /** What takes a while, in words; '' when nothing does. */
  busy: string
  flights: FlightPicture[]
}

export type News =
  | { type: 'bugs'; bugs: Bug[] }
  | { type: 'moment'; moment: Moment }
  /** `furthest`: the last step that this run has had; going back leaves it. */
  | { type: 'picture'; picture: LabPicture; furthest: number }
  | { type: 'trouble'; sentence: string }
