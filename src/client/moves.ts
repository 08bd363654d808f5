/** MoveSubtree and what follows from it, for programs and for the page (SPEC §11). */
import { inForce, type Judged } from '../core/entries/parents'
import { expiredFrom, TX } from '../core/directories/expiration'
import type { Found } from '../core/directories/lookup'
import { failure, isFailure, NameServiceError } from '../core/errors'
import { formatName, nameBelow, parseName, type DirectoryId, type FullName, type Label, type ServerId } from '../core/names'
import type { Entry, Outcomes, ReadOutcome } from '../core/requests'
import { isoTime } from '../core/timestamp'
import { ask, fromRoot, type Connection, type Names } from './connection'
import type { Move, MovePreview, NameService } from './nameService'

/** s; sweeps of every directory above are waited for. */
const PATIENCE = 20
/** ms */
const ASK_AGAIN = 500
/** Directories that are looked through before a move. */
const MOST_SEEN = 64

export type MoveCalls = Pick<NameService, 'moveSubtree' | 'previewMove' | 'moves'>

interface Place {
  directory: DirectoryId
  label: Label
  /** As people write it. */
  name: string
}

export interface MoveOf {
  /** It has no parent so far. */
  isRoot: boolean
  /** The reference is there already, as in a new root that was made for it. */
  isAwaited: boolean
}

export function moveCalls(connection: Connection, names: Names, lookup: (fn: string) => Promise<Found>, move: (directory: DirectoryId, parent: DirectoryId, label: Label, how: MoveOf) => Promise<{ key: Label; copies: ServerId[] }>): MoveCalls {
  const recordsOf = async ({ directory, servers }: Pick<Found, 'directory' | 'servers'>): Promise<Judged[]> => (await ask<Outcomes['records']>(connection, { type: 'ask', servers, request: { type: 'records', directory } })).records

  const target = async (to: string): Promise<{ place: Place; at: Found }> => {
    const { parent, label } = names.split(to)
    const at = await ask<Found>(connection, { type: 'lookup', name: parent, entity: null })
    if (at.entity !== null) throw new NameServiceError(failure('NotADirectory', { name: fromRoot(connection, formatName(parent)) }))
    return { place: { directory: at.directory, label, name: fromRoot(connection, formatName({ ...parent, labels: [...parent.labels, label] })) }, at }
  }

  /** A link that was left under the name may have an expiration time: until then it stays [W3]. */
  const checkExpired = async ({ label, directory, name }: Place, { servers }: Found): Promise<void> => {
    const { labels } = await ask<ReadOutcome>(connection, { type: 'ask', servers, request: { type: 'read', directory, path: [label, TX], form: 'labels', after: null } })
    const from = expiredFrom(labels ?? [])
    if (from > connection.now()) throw new NameServiceError(failure('NotExpired', { name, from: isoTime(from), next: 'Move it there when that has passed' }))
  }

  /** The directory that a reference under the name leads to already; '' for anything else. */
  const referenceIs = async ({ label, directory }: Place, { servers }: Found): Promise<string> => {
    const { labels } = await ask<ReadOutcome>(connection, { type: 'ask', servers, request: { type: 'read', directory, path: [label, 'DR', 'DI'], form: 'labels', after: null } })
    return labels?.[0] ?? ''
  }

  /** What goes where, and room for it, if it is to go now; throws what would keep it from going there, by what is known now. */
  const prepare = async (fn: string, to: string, make: boolean): Promise<{ moving: Found; place: Place; from: DirectoryId | undefined } & MoveOf> => {
    const moving = await lookup(fn)
    const records = await recordsOf(moving)
    const from = inForce(records)?.parent
    const isRoot = from === undefined
    const isOpen = records.some(({ verdict }) => verdict === 'pending')
    const { place, at } = await target(to)
    const path = [place.label, 'Link', 'Moved']
    const there = await ask<ReadOutcome>(connection, { type: 'ask', servers: at.servers, request: { type: 'read', directory: at.directory, path, form: 'labels', after: null } })
    const isItsFormerName = there.labels?.includes(moving.directory) === true
    // Its own name: of a new root that is to be above it, or the one that it has while it is to go elsewhere, and may stay.
    const isItsName = (isRoot || isOpen) && (await referenceIs(place, at)) === moving.directory
    if (there.snapshot.path.length > 0 && !isItsFormerName && !isItsName) throw new NameServiceError(failure('AlreadyExists', { name: place.name }))
    if (isItsFormerName) await checkExpired(place, at)
    await ask<Outcomes['foresee']>(connection, { type: 'ask', servers: moving.servers, request: { type: 'foresee', directory: moving.directory, parent: place.directory, label: place.label, prepare: make } })
    return { moving, place, from, isRoot, isAwaited: isRoot && isItsName }
  }

  /** What stands in a directory; null where it cannot be read. */
  const entriesIn = async (directory: DirectoryId): Promise<readonly Entry[] | null> => {
    try {
      const name: FullName = { from: directory, up: 0, labels: [] }
      return (await ask<ReadOutcome>(connection, { type: 'at', name, request: { type: 'read', directory, path: [], form: 'entries', after: null } })).entries
    } catch (error) {
      if (error instanceof NameServiceError) return null
      throw error
    }
  }

  /** M4: links by `..` go up from where they are held: those that go up out of what moves lead elsewhere then. */
  const leadingOut = async (top: DirectoryId, fn: string): Promise<Pick<MovePreview, 'links' | 'isWhole'>> => {
    const links: MovePreview['links'] = []
    let level = [{ directory: top, name: fn }]
    let left = MOST_SEEN
    let isWhole = true
    for (let depth = 0; level.length > 0; depth++) {
      const seen = level.slice(0, left)
      const read = await Promise.all(seen.map(async ({ directory, name }) => ({ name, entries: await entriesIn(directory) })))
      isWhole &&= seen.length === level.length && read.every(({ entries }) => entries !== null)
      left -= seen.length
      const found = read.flatMap(({ name, entries }) => (entries ?? []).map(([label, type, detail]) => ({ name: nameBelow(name, label), type, detail })))
      links.push(...found.flatMap(({ name, type, detail }) => (type === 'link' && risesAbove(depth, detail) ? [{ name, to: detail }] : [])))
      level = found.flatMap(({ name, type, detail }) => (type === 'directory' ? [{ directory: detail as DirectoryId, name }] : []))
    }
    return { links, isWhole }
  }

  /** Carries it out, again and again while somebody whose word is needed is silent. */
  const settle = async (at: Pick<Found, 'directory' | 'servers'>, until: number): Promise<NameServiceError | null> => {
    try {
      await ask(connection, { type: 'ask', servers: at.servers, request: { type: 'cleanUp', directory: at.directory } })
      return null
    } catch (error) {
      if (!(error instanceof NameServiceError)) throw error
      if (connection.now() >= until) return error
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN))
    return settle(at, until)
  }

  return {
    async moveSubtree(fn, to, { patience = PATIENCE } = {}) {
      const { moving, place, isRoot, isAwaited } = await prepare(fn, to, true)
      const { key, copies } = await move(moving.directory, place.directory, place.label, { isRoot, isAwaited })
      const accepted = { directory: moving.directory, servers: copies }
      const why = await settle(accepted, connection.now() + patience * 1000)
      const verdict = (await recordsOf(accepted)).find((record) => record.key === key)?.verdict
      if (verdict === 'void') throw new NameServiceError(failure('MoveVoid', { name: fn, to: place.name }))
      if (why !== null) throw why
      return { name: place.name }
    },
    async previewMove(fn, to): Promise<MovePreview> {
      try {
        const { moving, place, from } = await prepare(fn, to, false)
        const out = place.directory === from ? { links: [], isWhole: true } : await leadingOut(moving.directory, fn)
        return { fault: null, name: place.name, ...out }
      } catch (error) {
        if (error instanceof NameServiceError) return { fault: error, name: null, links: [], isWhole: false }
        throw error
      }
    },
    async moves(fn): Promise<Move[]> {
      return (await recordsOf(await lookup(fn))).map(({ parent, label, ts, born, ofRoot, verdict }) => ({ parent, label, ts, born, ofRoot, verdict }))
    },
  }
}

/** Whether a link held so many levels below a directory goes up out of that. */
function risesAbove(depth: number, to: string): boolean {
  const name = parseName(to)
  return !isFailure(name) && name.from === '.' && name.up > depth
}
