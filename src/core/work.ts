/**
 * What a server has under way, as it tells anybody who asks [S5]: its procedures of several steps, with whom they wait for, and
 * the removals that were announced in directories which it stores [W5].
 */
import type { DirectoryId, Label, ServerId } from './names'
import { boolean, directoryId, label, list, nullable, number, oneOf, record, serverId, text, type Shape } from './shape'

export const workKinds = ['setUpOn', 'setInSN', 'removeS', 'removeLost', 'checkS', 'settle', 'link', 'removeD', 'placed', 'yield', 'followRoot', 'cleanup', 'join', 'leave', 'takeOver', 'epoch', 'sealed', 'sweep'] as const

/** One procedure under way at a server. */
export interface Work {
  kind: (typeof workKinds)[number]
  /** What the server does, in words that its name comes before and `about` after: `takes InSN from`. */
  what: string
  /** The name of the server or directory. */
  about: string
  /** The directory it is about; of a server that in which it is named. */
  directory: DirectoryId | null
  /** The label of a server in that directory; `.` for the directory's own InSN. */
  label: Label | null
  /** Where it stands, in words. */
  step: string
  /** Whose answers it waits for, and whether they are connected to the server that waits. */
  waitsFor: { server: ServerId; name: string; connected: boolean }[]
  /** By this server's clock, ms since 1970; null where nobody remembers. */
  since: number | null
}

/** The mark of a removal that was announced [W5]: of a server, or of a directory's InSN. */
export interface Announced {
  directory: DirectoryId
  /** That of the server; `.` for InSN. */
  label: Label
  /** The name of the server or of the directory. */
  name: string
  /** The server whose name is withdrawn; null for InSN. */
  server: ServerId | null
  /** ms since 1970, as the mark is stamped. */
  since: number
}

export interface UnderWay {
  /** The clock by which this was said, ms since 1970. */
  now: number
  work: Work[]
  announced: Announced[]
}

/** Of each kind, told at most. */
export const MOST_WORK = 256
const LONGEST_NAME = 8192

/** A name as long as the door of whoever asked lets it in. */
export const inBounds = (name: string): string => name.slice(0, LONGEST_NAME).replace(/[\uD800-\uDBFF]$/, '')

export const underWayShape: Shape<UnderWay> = record({
  now: number,
  work: list(
    record({ kind: oneOf(...workKinds), what: text(64), about: text(LONGEST_NAME), directory: nullable(directoryId), label: nullable(label), step: text(256), waitsFor: list(record({ server: serverId, name: text(512), connected: boolean }), MOST_WORK), since: nullable(number) }),
    MOST_WORK,
  ),
  announced: list(record({ directory: directoryId, label, name: text(LONGEST_NAME), server: nullable(serverId), since: number }), MOST_WORK),
})

/** Whether a procedure is the one that an announcement was made for, or that takes it back. */
export const worksOn = (work: Work, announced: Announced): boolean =>
  (work.kind === 'removeS' || work.kind === 'removeLost' || work.kind === 'setInSN') && work.directory === announced.directory && work.label === announced.label
