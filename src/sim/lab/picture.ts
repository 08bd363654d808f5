/** A lab as people see it: plain data that a worker can post. */
import { stateOf } from '../../core/calls'
import type { DirectoryCopy, Member } from '../../core/copies/directoryCopy'
import type { Phase, Sweep } from '../../core/copies/sweep'
import { effectiveParent } from '../../core/entries/parents'
import type { Message } from '../../core/messages'
import type { CopyId, DirectoryId, ServerId } from '../../core/names'
import type { CopyState } from '../../core/requests'
import { beginTurn, nameOfServer, type Server } from '../../core/server'
import { BEGINNING, originOf, timeOf, timestamp, type Timestamp } from '../../core/timestamp'
import { situations, type Situation } from '../situations'
import type { SimServer } from '../simServer'
import { GENESIS } from '../world'
import { explainWire } from '../transcript'
import type { Flight, Lab } from './lab'
import { readable, type Line } from './line'
import type { Mark } from './marks'
import { usualRecipe, type PeopleName, type Recording, type WeatherName } from './recording'
import { directoriesOf, type TapeRun } from './tapeRun'

export interface ServerPicture {
  id: ServerId
  name: string
  state: 'running' | 'crashed' | 'frozen' | 'cannot save' | 'connected' | 'not connected'
  /** Its clock minus the world's, ms. */
  skew: number
  /** How often it was started. */
  incarnation: number
  /** Has a copy of the directory that is looked at. */
  holds: boolean
}

export interface LinkPicture {
  a: ServerId
  b: ServerId
  /** Who tells it of messages may rely on it; it rises and falls a while after what makes it do so. */
  stands: boolean
  /** In which directions nothing passes. */
  cut: 'no' | 'both' | 'a to b' | 'b to a'
}

export interface CopyPicture {
  member: Member
  /** Null of copies that are not on a tape. */
  state: CopyState | null
  /** Why its server does not answer; '' when it does. */
  silent: string
}

/** A sweep that runs, as its coordinator knows it. */
export interface SweepPicture {
  coordinator: ServerId
  sweepTS: Timestamp
  phase: Phase
  members: { server: ServerId; copy: CopyId; looked: boolean; read: boolean; written: boolean }[]
}

/** A message on its way, in words. */
export type FlightPicture = Omit<Flight, 'wire'> & { type: Message['type']; text: string }

/** What changes only when something happens. */
export interface LabPicture {
  recording: Recording
  /** Of a tape: whose it is, and when it begins, ms since 1970. Nothing can be done to it. */
  tape: { server: ServerId; name: string; began: number } | null
  weather: WeatherName
  people: PeopleName
  misfortunes: boolean
  step: number
  servers: ServerPicture[]
  links: LinkPicture[]
  directories: { di: DirectoryId; name: string }[]
  /** Which of them the copies and the sweep are of. */
  directory: DirectoryId
  copies: CopyPicture[]
  sweep: SweepPicture | null
  /** The last lines of the transcript, oldest first. */
  lines: Line[]
  marks: Mark[]
  situations: { reached: [Situation, number][]; all: number }
  counts: [string, number][]
}

const LINES_SHOWN = 120

/** `began`: when people are to see that the world began, ms since 1970, a whole number. */
export function pictureOf(lab: Lab, wanted: DirectoryId | null, began: number): LabPicture {
  const { world } = lab
  const shift = (ts: Timestamp): Timestamp => (ts === BEGINNING ? ts : timestamp(timeOf(ts) + (began - GENESIS) * 1000, originOf(ts) as CopyId))
  const existing = lab.directories.filter((di) => world.copies(di).length > 0)
  const directory = existing.find((di) => di === wanted) ?? lab.directories[0]!
  const sweeping = world.servers.flatMap((at) => {
    const sweep = at.alive ? at.server.sweeps.get(directory) : undefined
    return sweep === undefined ? [] : [sweepOf(at.id, sweep, shift)]
  })
  return {
    recording: lab.recorded,
    tape: null,
    weather: lab.weather,
    people: lab.people,
    misfortunes: lab.misfortunes,
    step: lab.step,
    servers: world.servers.map((server) => ({ id: server.id, name: server.name, state: stateOfServer(server), skew: server.skew, incarnation: server.disk.incarnation, holds: server.copyOf(directory) !== undefined })),
    links: linksOf(lab),
    directories: existing.map((di) => ({ di, name: nameOf(lab, di) })),
    directory,
    copies: world.copies(directory).map(({ at, copy }) => copyOf(at.server, at.clock(), { copy, name: at.name, silent: silences[stateOfServer(at)] }, shift)),
    sweep: sweeping[0] ?? null,
    lines: lab.lines.slice(-LINES_SHOWN),
    marks: lab.marks.all,
    situations: { reached: situations.flatMap((name) => (world.situations.has(name) ? [[name, world.situations.get(name)!] as [Situation, number]] : [])), all: situations.length },
    counts: [...world.counts],
  }
}

/** What the server of a tape knows: of the others, whether they are connected and that they have copies. */
export function pictureOfTape(run: TapeRun, wanted: DirectoryId | null): LabPicture {
  const { server, marks } = run
  const directories = directoriesOf(server)
  const directory = directories.find((di) => di === wanted) ?? directories[0] ?? ('' as DirectoryId)
  const copy = server.copies.get(directory)
  const sweep = server.sweeps.get(directory)
  const others = new Set([...server.peers.keys(), ...[...server.copies.values()].flatMap(({ ring }) => ring.map((member) => member.server))])
  others.delete(server.id)
  const members = copy?.ring.filter((member) => member.copy !== copy.id) ?? []
  const other = (id: ServerId): ServerPicture => ({ id, name: nameOfServer(server, id), state: server.peers.has(id) ? 'connected' : 'not connected', skew: server.peers.get(id)?.offset ?? 0, incarnation: server.peers.get(id)?.incarnation ?? 1, holds: members.some((member) => member.server === id) })
  const as = (ts: Timestamp): Timestamp => ts
  return {
    recording: { recipe: usualRecipe, deeds: [], position: { events: run.events, deeds: 0 } },
    tape: { server: server.id, name: server.name, began: run.began },
    weather: 'calm',
    people: 'nobody',
    misfortunes: false,
    step: run.step,
    servers: [{ id: server.id, name: server.name, state: 'running', skew: 0, incarnation: server.incarnation, holds: copy !== undefined }, ...[...others].map(other)],
    links: [...others].map((id) => ({ a: server.id, b: id, stands: server.peers.has(id), cut: 'no' })),
    directories: directories.map((di) => ({ di, name: di === server.root ? '/' : (effectiveParent(server.copies.get(di)!)?.label ?? di) })),
    directory,
    copies: [...(copy === undefined ? [] : [copyOf(server, server.latest, { copy, name: server.name, silent: '' }, as)]), ...members.map((member): CopyPicture => ({ member, state: null, silent: 'what it holds is not on this tape' }))],
    sweep: sweep === undefined ? null : sweepOf(server.id, sweep, as),
    lines: run.lines.slice(-LINES_SHOWN),
    marks: marks.all.filter(({ looks, broken }) => looks > 0 || broken !== null),
    situations: { reached: [], all: situations.length },
    counts: [],
  }
}

/** The latest messages on their way. */
export const flightsOf = ({ flights }: Pick<Lab, 'flights'>): FlightPicture[] => flights.slice(-FLIGHTS_SHOWN).map(inWords)

const FLIGHTS_SHOWN = 60
const worded = new WeakMap<Flight, FlightPicture>()

function inWords(flight: Flight): FlightPicture {
  const known = worded.get(flight)
  if (known !== undefined) return known
  const { wire, ...rest } = flight
  const picture: FlightPicture = { ...rest, type: (JSON.parse(wire) as Message).type, text: readable(explainWire(wire)) }
  worded.set(flight, picture)
  return picture
}

const stateOfServer = ({ alive, frozen, readOnly }: SimServer): ServerPicture['state'] => (!alive ? 'crashed' : frozen ? 'frozen' : readOnly ? 'cannot save' : 'running')

function linksOf({ world }: Lab): LinkPicture[] {
  return world.servers.flatMap((a, i) =>
    world.servers.slice(i + 1).map((b): LinkPicture => {
      const [there, back] = [world.network.passes(a.id, b.id), world.network.passes(b.id, a.id)]
      return { a: a.id, b: b.id, stands: world.links.stands(a, b), cut: there && back ? 'no' : there ? 'b to a' : back ? 'a to b' : 'both' }
    }),
  )
}

const silences: Record<ServerPicture['state'], string> = { running: '', crashed: 'its server has crashed: this is on its disk', frozen: 'its server is frozen', 'cannot save': '', connected: '', 'not connected': '' }

function copyOf(server: Server, now: number, { copy, name, silent }: { copy: DirectoryCopy; name: string; silent: string }, shift: (ts: Timestamp) => Timestamp): CopyPicture {
  const state = stateOf(beginTurn(server, now), copy)
  const log = state.log.map(([ts, text]): [Timestamp, string] => [shift(ts), text])
  return {
    member: { copy: copy.id, server: server.id, name },
    state: { ...state, nextTS: shift(state.nextTS), lastSweep: shift(state.lastSweep), stableMark: shift(state.stableMark), log },
    silent,
  }
}

function sweepOf(coordinator: ServerId, { sweepTS, phase, ring, visited }: Sweep, shift: (ts: Timestamp) => Timestamp): SweepPicture {
  const order = ring.length > 0 ? ring : [...visited.keys()]
  return {
    coordinator,
    sweepTS: shift(sweepTS),
    phase,
    members: order.map((id) => {
      const { pointer, facts, load, written } = visited.get(id)!
      return { server: pointer.server, copy: id, looked: facts !== null, read: load !== null || phase === 'write', written }
    }),
  }
}

/** The label by which a directory knows itself; the first is the root. */
function nameOf({ world, directories }: Lab, di: DirectoryId): string {
  if (di === directories[0]) return 'ANSI'
  const [first] = world.copies(di)
  return first === undefined ? di : (effectiveParent(first.copy)?.label ?? di)
}
