/**
 * A run of the lab as plain data: the recipe of its world and everything that a person did in it. The world follows its
 * seed, so this is the whole run; what a link or a file brings is checked here.
 */
import { boolean, directoryId, label, list, Malformed, nullable, number, oneOf, record, text, union, type Shape } from '../../core/shape'
import type { DirectoryId, Label } from '../../core/names'
import { canaries } from '../canaries'
import { calm, type Weather } from '../network'

/** The weathers that can be chosen besides the seed's own, and that at which the chosen bug shows. */
export const weathers = {
  calm: { ...calm, delay: 40, latest: 40 },
  slow: { ...calm, delay: 900, latest: 4000 },
  lossy: { loss: 0.2, duplication: 0.1, delay: 40, latest: 10_000, torn: 0 },
  stormy: { loss: 0.3, duplication: 0.3, delay: 900, latest: 600_000, torn: 0.005 },
} as const satisfies Record<string, Weather>

export const weatherNames = ['calm', 'slow', 'lossy', 'stormy', 'seed', 'aimed'] as const
export type WeatherName = (typeof weatherNames)[number]
/** How often simulated people do something. */
export const peopleNames = ['nobody', 'few', 'many', 'aimed'] as const
export type PeopleName = (typeof peopleNames)[number]
/** How far clocks are from the world's. */
export const clockNames = ['right', 'seconds', 'minutes', 'aimed'] as const
export type ClockName = (typeof clockNames)[number]
export const MOST_SERVERS = 7

export interface Recipe {
  seed: string
  servers: number
  weather: WeatherName
  people: PeopleName
  /** Crashes, cuts, frozen servers and wrong clocks, now and then, as the seed has them. */
  misfortunes: boolean
  clocks: ClockName
  /** Name of the bug that is put in; null for none. */
  canary: string | null
}

export const usualRecipe: Recipe = { seed: 'first', servers: 4, weather: 'calm', people: 'nobody', misfortunes: false, clocks: 'right', canary: null }

/** What a person does to a world. Servers go by their names. */
export type Deed =
  /** Makes a path present, or absent. */
  | { type: 'write'; server: string; directory: DirectoryId; path: Label[]; present: boolean }
  | { type: 'sweep'; server: string; directory: DirectoryId; form: 'ring' | 'parallel' }
  | { type: 'addCopy'; server: string; directory: DirectoryId }
  | { type: 'removeCopy'; server: string; directory: DirectoryId }
  | { type: 'makeDirectory'; server: string; label: Label }
  | { type: 'cut'; server: string; other: string; oneWay: boolean }
  | { type: 'heal'; server: string; other: string }
  | { type: 'isolate'; server: string }
  | { type: 'healNetwork' }
  | { type: 'crash'; server: string }
  | { type: 'start'; server: string }
  | { type: 'freeze'; server: string }
  | { type: 'thaw'; server: string }
  /** Sets a clock so many ms ahead of the world's, or behind. */
  | { type: 'setClock'; server: string; ahead: number; behind: number }
  | { type: 'weather'; weather: WeatherName }
  | { type: 'people'; people: PeopleName; misfortunes: boolean }
  /** Faults stop, three sweeps: then all copies must be equal. */
  | { type: 'converge' }

export interface Done {
  /** After how many events. */
  after: number
  /** Microseconds since the world began; not later than the next event. */
  at: number
  deed: Deed
}

/** Where a run stands: events that have happened, deeds that were done. */
export interface Position {
  events: number
  deeds: number
}

export interface Recording {
  recipe: Recipe
  deeds: Done[]
  position: Position
}

const server = text(16)
const di = directoryId

const deedShape: Shape<Deed> = union<Deed>({
  write: record({ type: oneOf('write'), server, directory: di, path: list(label, 15), present: boolean }),
  sweep: record({ type: oneOf('sweep'), server, directory: di, form: oneOf('ring', 'parallel') }),
  addCopy: record({ type: oneOf('addCopy'), server, directory: di }),
  removeCopy: record({ type: oneOf('removeCopy'), server, directory: di }),
  makeDirectory: record({ type: oneOf('makeDirectory'), server, label }),
  cut: record({ type: oneOf('cut'), server, other: server, oneWay: boolean }),
  heal: record({ type: oneOf('heal'), server, other: server }),
  isolate: record({ type: oneOf('isolate'), server }),
  healNetwork: record({ type: oneOf('healNetwork') }),
  crash: record({ type: oneOf('crash'), server }),
  start: record({ type: oneOf('start'), server }),
  freeze: record({ type: oneOf('freeze'), server }),
  thaw: record({ type: oneOf('thaw'), server }),
  setClock: record({ type: oneOf('setClock'), server, ahead: number, behind: number }),
  weather: record({ type: oneOf('weather'), weather: oneOf(...weatherNames) }),
  people: record({ type: oneOf('people'), people: oneOf(...peopleNames), misfortunes: boolean }),
  converge: record({ type: oneOf('converge') }),
})

/** The bugs that can be put in, by their names; for some there is weather and work at which they show soonest. */
export const bugs = canaries.map(({ name, aim }) => ({ name, aimed: aim !== undefined }))
export type Bug = (typeof bugs)[number]

const canaryName: Shape<string> = (value) => canaries.find(({ name }) => name === value)?.name ?? fail('a bug that is known here')
const size: Shape<number> = (value) => (number(value) >= 1 && number(value) <= MOST_SERVERS ? number(value) : fail(`from 1 to ${MOST_SERVERS} servers`))
const fail = (wanted: string): never => {
  throw new Malformed(`not ${wanted}`)
}

const shape: Shape<Recording> = record({
  recipe: record({
    seed: text(64),
    servers: size,
    weather: oneOf(...weatherNames),
    people: oneOf(...peopleNames),
    misfortunes: boolean,
    clocks: oneOf(...clockNames),
    canary: nullable(canaryName),
  }),
  deeds: list(record({ after: number, at: number, deed: deedShape }), 5000),
  position: record({ events: number, deeds: number }),
})

/** A recording from foreign JSON text, or why it is none, in words. */
export function parseRecording(json: string): Recording | { refused: string } {
  try {
    const recording = shape(JSON.parse(json))
    const inOrder = recording.deeds.every(({ after }, i) => i === 0 || after >= recording.deeds[i - 1]!.after)
    return inOrder ? recording : { refused: 'its deeds are not in order' }
  } catch (error) {
    if (error instanceof Malformed) return { refused: `something in it is ${error.message}` }
    if (error instanceof SyntaxError) return { refused: 'it is not JSON' }
    throw error
  }
}
