/**
 * What people see of a tab's server, as plain data: derived from the server after each step that changes it, held in a
 * zustand store. The page knows this and the calls of the library, nothing of storage or net.
 */
import type { Happening } from '../core/effects'
import type { DirectoryCopy, Epoch, Exclusion, Member } from '../core/copies/directoryCopy'
import type { Durability } from '../core/copies/durability'
import type { Storage } from '../core/copies/health'
import type { Phase } from '../core/copies/sweep'
import type { Combination } from '../core/directories/combination'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import type { Timestamp } from '../core/timestamp'
import type { LinkState } from '../net/network'
import type { CombinationView } from './combining'

export interface TabView {
  /** starting: opening its store; waiting: no root known yet; running; readOnly: it cannot save. */
  state: 'starting' | 'waiting' | 'running' | 'readOnly'
  /** Why it is not running, or what to know, in a sentence; '' when there is nothing to say. */
  reason: string
  /** Share link of the room. */
  roomUrl: string
  /** A short name of the room, for people. */
  roomName: string
  /** `name` and `up`, whom it points up to, are names from the root: `alpha`, `DEC/alpha`. */
  server: { id: ServerId; name: string; serverName: string; up: string | null; removed: boolean; incarnation: number }
  /** Its copy of the root is being made, or waits for somebody who has one. */
  joining: boolean
  root: DirectoryId | null
  /** The directory that `/` stands for in this page [N1], what people call it, and the working directory's name. */
  workingRoot: DirectoryId | null
  rootLabel: string
  workingDirectory: string
  /** The rooms in which it meets other servers [X7]: the one in the address, and those of services joined with its own. */
  rooms: string[]
  /** The copies that this server stores. */
  copies: Record<DirectoryId, CopyView>
  /** With the root of the service that the other server belongs to, by its own word. */
  links: (LinkState & { root: DirectoryId | null })[]
  /** Servers whose links this tab cuts. */
  cut: ServerId[]
  weather: { delay: number; loss: number }
  /** What the server refused, and what this tab did at its own door before the server saw it. */
  refusals: [reason: string, count: number][]
  /** Joining this service with another one, while that goes on in this tab and until somebody has seen that it is done [O3]. */
  combination: CombinationView | null
  /** How many copies are to have what is changed in this page. */
  durability: Durability
  /** ms that this clock is corrected by; the greatest offset to a peer. */
  clock: { correction: number; greatestOffset: number }
  storage: Storage
  /** This person's public key as text, and 20 letters of its hash. */
  person: string
  fingerprint: string
  /** The entry that this person is in this room, by its directory's identifier (`#k3f9…/Lampson`); null for a guest. */
  me: string | null
  /** They have not been asked for a name yet, or not answered. */
  asked: boolean
  /** The invitation in the page's address, to be looked at and used or not. */
  invitation: string | null
}

export interface CopyView {
  directory: DirectoryId
  id: CopyId
  /** The directory's name from the working root, as far as known here; else from its DI. */
  name: string
  state: DirectoryCopy['state']
  /** Servers may be named in it [S1]. */
  inSN: boolean
  epoch: Epoch
  lastSweep: Timestamp
  stableMark: Timestamp
  nextTS: Timestamp
  live: number
  logLength: number
  ring: Member[]
  /** Whom the epoch left out [E3]. */
  excluded: Exclusion[]
  /** Epochs that it is sealed for, undecided yet: it is swept by nobody meanwhile [E2]. */
  seals: { epoch: Epoch; committer: ServerId; members: ServerId[] }[]
  /** The epoch that is being made here: who has not answered. */
  proposal: { epoch: Epoch | null; waitingFor: ServerId[] } | null
  /** Of a copy that an epoch left out: that epoch's ring, how many updates wait for a decision (null before they were compared), and when they were (ms since 1970; null while they are). */
  outside: { epoch: Epoch; ring: Member[]; waiting: number | null; comparedAt: number | null } | null
  /** Increases with every change of what readers see or of the copy's numbers. */
  version: number
  /** The sweep that runs round the ring, started here or seen passing. */
  sweep: SweepView | null
  heldBackBy: { server: ServerId; phase: Phase; since: number; reason: string } | null
  alarm: string | null
  sweeps: { started: number; completed: number; failed: number }
}

export interface SweepView {
  coordinator: ServerId
  sweepTS: Timestamp
  phase: Phase
  /** Members in ring order as far as known, with what they have done. */
  members: { server: ServerId; copy: CopyId; looked: boolean; read: boolean; written: boolean }[]
}

export interface Activity extends Happening {
  id: number
  /** ms since 1970 */
  at: number
}

/** What the page can do to the tab besides calling the name service. */
export interface TabControls {
  cut(server: ServerId): void
  heal(server: ServerId): void
  healAll(): void
  isolate(): void
  disturb(weather: { delay: number; loss: number }): void
  /** Meets the servers of another room too, to look at their service; until `endVisit`. */
  visit(room: string): void
  endVisit(room: string): void
  /** Joins this service with another one: decided here, kept over reloads, carried out step by step. */
  combine(combination: Combination): void
  /** Nothing more is done about it, and it is shown no more; what is done stays. */
  endCombination(): void
  /** Opens another tab of this room as a new server. */
  openServer(): void
  /** SetUpOn, and the name is remembered for the next tab. */
  renameServer(name: string, up?: string): Promise<void>
  /** Loads a sample below the root; progress in entries. */
  loadSample(sample: 'ansi' | 'zones', progress: (done: number, all: number) => void): Promise<void>
  askPersistence(): Promise<boolean>
  /** No name now: they are asked no more, and can give one whenever they want. */
  putOffName(): void
  /** The link that carries an invitation, to be shown to whom it is for. */
  invitationUrl(invitation: string): string
  /** Whether a text is such a link, and whether to this room. */
  linkToInvitation(text: string): { isHere: boolean; hash: string } | null
  /** Opens one in this tab, which goes to its room. */
  openInvitation(hash: string): void
  /** The invitation is used, or is not wanted: it goes out of the address. */
  endInvitation(): void
  /** Why a passphrase could be guessed, in words, or null; and one that cannot. */
  weaknessOf(passphrase: string): string | null
  newPassphrase(): string
  /** Gives my entry a recovery key, and answers it as a file. */
  backUp(passphrase: string): Promise<string>
  /** Makes this browser the person of a backup. */
  restore(file: string, passphrase: string): Promise<{ entry: string | null; isHere: boolean; roomUrl: string }>
  /** The last minutes of this server as lines of a file, to be run again in the lab; null where it stores too much to be recorded. */
  tape(): string[] | null
  /** For all that is changed in this page from now on; remembered in this browser. */
  setDurability(durability: Durability): void
}
