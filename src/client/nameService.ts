/**
 * The interface of the name service as promises ("The name service interface"; SPEC §18): what programs import, what the
 * page calls, and what `window.namering` offers. Plain JSON in and out; every failure is a `NameServiceError`.
 */
import type { Epoch, Exclusion, Member } from '../core/copies/directoryCopy'
import type { Right } from '../core/auth/access'
import type { NameServiceError } from '../core/errors'
import type { Durability } from '../core/copies/durability'
import type { Parting } from '../core/copies/split'
import type { Judged } from '../core/entries/parents'
import type { CopyId, DirectoryId, Label, ServerId } from '../core/names'
import type { BeforeStep, CopyState, Described, Entry, Finding, Nodes, QuarantineEntry, TrailStep } from '../core/requests'
import type { LostServer } from '../core/servers/removeLost'
import type { Timestamp } from '../core/timestamp'
import type { TSPair } from '../core/values/update'
import type { Announced, Work } from '../core/work'

/** A tree in JSON: `true` (present), `false` (absent) or an object from labels to trees. */
export type JsonTree = boolean | { readonly [label: string]: JsonTree }
/** What a client may write as a value: a tree, a string (its only leaf), or a set of strings. */
export type JsonValue = JsonTree | string | readonly string[]

export interface ReadOptions {
  /** Read your writes: only a copy that has this update answers. */
  after?: Timestamp
  /** Sweep first, so that the answer reflects every update that any copy had accepted before the call. */
  swept?: boolean
}

export interface Read<T> {
  value: T
  /** lastSweep of the copy that answered: every earlier update is reflected [D1]. */
  asOf: Timestamp
  server: ServerId
  /**
   * `leftOut`: a new epoch left out copies that may come back with what they alone have. `split`: one of them made an epoch of
   * its own meanwhile, and what was accepted there is missing here, until an epoch of all brings both together.
   */
  parting: Parting
  /** Until when it may be cached, TX and hints aside, ms since 1970; null: not at all [W1]. */
  validUntil: number | null
}

export interface WriteOptions {
  /** How many copies are to have it on disk: `local` (the one that accepts it) unless said, `quorum` (a majority of the ring) or `all`. */
  durability?: Durability
  /**
   * Seconds to wait for that; 5 unless said. Then it is `NotDurableYet`: the update stands, spreads, and is sent again by the
   * library until it is durable. 0: nobody waits, and the library sees to it.
   */
  patience?: number
  /** A change of what has not expired is planned, for when it has [W3], instead of refused (`NotExpired`): a change of one name. */
  plan?: boolean
}

/** An update that the library keeps, over reloads too, until it is durable. */
export interface Undurable {
  ts: Timestamp
  directory: DirectoryId
  level: Durability
  /** How many copies have it on disk, as of the last attempt, and how many are to. */
  reached: number
  wanted: number
  /** Who has not got it, and why, in words; '' before the first attempt has ended. */
  missing: string
  /** How it stands, in a sentence; '' before the first attempt has ended. */
  reason: string
  /** It is not sent again: make it anew (`remake`) or forget it. */
  isLost: boolean
}

export interface Written {
  ts: Timestamp
  /** The servers whose copies have it on disk. */
  copies: ServerId[]
  /** Only the plan of a change was written: it is made from then on, ms since 1970. */
  plannedFor?: number
}

/** One member of a directory's ring: its state, or why it cannot be asked. */
export interface CopyReport {
  member: Member
  /** What it says of itself; null when it has not said anything. */
  state: CopyState | null
  /** How many updates others told of that it has not got; null when it has not said anything. Each tells of its 200 latest. */
  lacks: number | null
  /** Why it could not be asked; '' when it answered, and while it may still. */
  reason: string
  /** Its answer is still awaited: only so in what `progress` is told. */
  awaited: boolean
}

export interface EpochOptions {
  /** Also without a majority of the ring: two halves of a split that both do so part the directory, and one loses its place. */
  force?: boolean
  /** Seconds that a silent server is waited for. */
  patience?: number
}

/** What a new epoch would come to, as far as it can be known beforehand. */
export interface EpochPreview {
  /** Why it would not begin; null when it would. */
  fault: NameServiceError | null
  excluded: Exclusion[]
  /** By server that it would leave out and that can be reached: updates that none of the chosen has, time-stamp and words. */
  alone: { server: ServerId; name: string; updates: [Timestamp, string][] }[]
  /** Left out and out of reach: nobody can say what they alone have. */
  unknown: { server: ServerId; name: string }[]
}

export interface ExportedLine {
  type: 'namering' | 'directory' | 'entry'
  [key: string]: unknown
}

/** A procedure under way, at the server that has it. `since` is by the clock here. */
export interface OpenWork extends Work {
  server: ServerId
  /** That server's name. */
  name: string
}

export interface UnderWayReport {
  /** Of all servers that have answered, what began first first. */
  open: OpenWork[]
  /** Removals that were announced, and on which none of them works: whoever began them is gone, or out of reach. */
  leftOpen: Announced[]
  /** Who is connected and did not answer. */
  unheard: string[]
}

/** Names are texts (`/DEC/SRC`, `SRC:Lampson/Mailboxes`), relative to the working root or the working directory [N1]. */
export interface NameService {
  /** What `/` stands for, `/` being the root of the service; another one takes the working directory along to itself. */
  workingRoot: string
  workingDirectory: string
  /** The working directory is this one from now on, the working root when none is named; its whole name. */
  cd(fn?: string): Promise<string>
  /** The whole name that a text means, from the working root or from a directory identifier; nothing is looked up. */
  fullName(fn: string): string

  // Values and updates
  snapshot(vd: string): Promise<{ mark: 'present' | 'absent'; path: TSPair[]; asOf: Timestamp; server: ServerId; parting: Parting }>
  doUpdates(vd: string | SnapshotDesignator, tree: JsonTree, options?: WriteOptions): Promise<Written>
  enumerate(vd: string): Promise<Label[]>
  getValue(vd: string, options?: ReadOptions): Promise<Read<JsonValue> & { tree: JsonTree }>
  setValue(vd: string | SnapshotDesignator, value: JsonValue, options?: WriteOptions): Promise<Written>
  testValue(vd: string, value: JsonValue): Promise<boolean>
  /** Calls back with the value now and after every change, until stopped; an absent value is null. */
  watch(vd: string, callback: (read: Read<JsonValue | null>) => void): () => void

  // Durability
  /** What is not durable yet; calls back now and after every change, until stopped. */
  undurable(callback: (kept: readonly Undurable[]) => void): () => void
  /** Takes up what was kept before a reload; once, when the server runs. */
  resume(): Promise<void>
  /** Makes a kept change anew, as a new update with a new time-stamp, in place of the one that is lost. */
  remake(ts: Timestamp): Promise<Written>
  /** Sends a kept update no more. What copies have it keep it. */
  forget(ts: Timestamp): Promise<void>

  // Directories
  /**
   * Cached arcs are gone by until they expire, by this clock, and by nothing else [W1]; `cached` in the trail says where.
   * `after`: who was asked for the directory itself and did not answer, and which names of servers were looked up for it.
   * Of one that fails the `LookupError` has both, as far as it came.
   */
  lookup(fn: string): Promise<{ di: DirectoryId; entity: Label | null; servers: ServerId[]; trail: TrailStep[]; after: BeforeStep[]; validUntil: number | null }>
  firstRoot(options?: { label?: string }): Promise<DirectoryId>
  /**
   * A new root above the old one, `fn`, which is called `name` in it; its first copy is made on that server, which takes a name
   * in it. Every name of before goes on: those that begin with the old root's DI for ever. `MoveVoid` when another new root
   * was put above it first: then this one goes below that. `MovePending` as of `moveSubtree`,
   * and while one that was begun before waits: then nothing is made. `BadName` where the name would leave no room for those below it.
   */
  newRoot(sn: string, fn: string, name: string, options?: { label?: string; patience?: number }): Promise<DirectoryId>
  newD(sn: string, fn: string): Promise<{ di: DirectoryId; name: string }>
  setLink(fn: string, target: string, options?: WriteOptions): Promise<Written>
  /**
   * The directory, and with it all below, goes to another name; its old name becomes a link to the new one, so that nobody
   * who uses it need know. Resolves when the move is settled; `MovePending` when that takes longer than `patience` (s): it is
   * carried out later then, by itself. `WouldFormCycle` below itself, `MoveVoid` when another move made it so.
   */
  moveSubtree(fn: string, to: string, options?: { patience?: number }): Promise<{ name: string }>
  /** Whether a directory could go there now; nothing is changed. */
  previewMove(fn: string, to: string): Promise<MovePreview>
  /** Every name that a directory has, had, or is to have, by its own records, oldest first. */
  moves(fn: string): Promise<Move[]>
  /**
   * The directory goes for good. It has to be empty, with one copy (`NotEmpty`, `MoreCopies`), and its name expired, and
   * those that it had (`NotExpired`). `RemovalPending`: it takes nothing more, and its name goes by itself when the parent can be reached.
   */
  removeD(fn: string): Promise<void>
  /** What the removal of a directory with all that is in it would come to; nothing is changed. */
  previewRemoval(fn: string): Promise<RemovalPreview>
  /** A directory goes with all that is in it, from the leaves up; stopped (`RemovalStopped`), what is left goes on. `NotExpired`, before anything is removed, while a name in it, or one that a directory in it had, may stand in caches. */
  removeTree(fn: string, options?: { progress?: (done: RemovalProgress) => void; signal?: AbortSignal }): Promise<RemovalProgress>
  /** TX, ms since 1970 or a text like 2026-09-15: until then what lookups and readers see of the name may be cached, and does not change. Extended, never shortened. */
  setTX(fn: string, time: number | string, options?: WriteOptions): Promise<Written>
  /** Whether the servers of the service meet in a room: said of its root, and at most eight [X7]. */
  setRoom(fn: string, room: string, to: boolean, options?: WriteOptions): Promise<Written>
  /** A change of the name that is planned is not made; `NotFound` where none is. */
  takeBack(fn: string, options?: WriteOptions): Promise<Written>

  // Access
  /** The triples of a directory, and what somebody may do at a path: a key, a name as the directory knows it (`./Lampson`), or a time-stamp, for who wrote what stands there; who asks, if nobody is named. */
  access(vd: string, principal?: string | null): Promise<AccessReport>
  /** Gives a triple more. A directory without triples is open to whoever is in the room; with the first one it is closed. */
  grant(fn: string, triple: Grant, options?: WriteOptions): Promise<Written>
  /** Takes a triple away; `LockOut` if nobody could change the triples then. */
  revoke(fn: string, triple: Grant, options?: WriteOptions): Promise<Written>
  /** Some triples given and others taken away, in one change; the rest stay as they are. */
  amendAccess(fn: string, given: readonly Grant[], taken: readonly Grant[], options?: WriteOptions): Promise<Written>
  /** These triples and no others, in one change; none: the directory is open again. */
  setAccess(fn: string, triples: readonly Grant[], options?: WriteOptions): Promise<Written>

  // Who somebody is
  /** The entry that whoever calls is here, by its directory's identifier (`#k3f9…/Lampson`), as introduced or enrolled last; null for a guest. */
  readonly me: string | null
  /**
   * Makes an entry, `/DEC/SRC:Lampson`, with the caller's key, or gives the key to one without keys; `NameTaken` where others have
   * keys there, with a name that is free. Of two who do so at once at two copies the later one has it.
   */
  introduce(vd: string, options?: WriteOptions): Promise<Written & { name: string; isNew: boolean }>
  /** Who calls, as a directory knows them: the key, the entries there that have it, and on whom that rests. */
  whoAmI(fn?: string): Promise<Recognised>
  /** 20 letters of a key's hash in groups of four, to be compared by eye or aloud. */
  fingerprint(key: string): Promise<string>
  /** The keys of an entry, oldest first: of one person's devices. */
  keys(vd: string): Promise<KnownKey[]>
  /** Whoever has the key is that entry from now on. `recovery`: it is in a backup. */
  addKey(vd: string, key: string, options?: WriteOptions & { recovery?: boolean }): Promise<Written>
  /** Whoever has the key is that entry no more. What was written with it stays; the owner of a directory goes by the key itself, and stays the owner. */
  removeKey(vd: string, key: string, options?: WriteOptions): Promise<Written>
  /**
   * An invitation to be an entry, made if there is none: whoever has the text may add one key to it, once, until then (ms since
   * 1970; a week unless said, 30 days at most). The text holds the private half of a one-time key, which is nowhere else.
   */
  invite(vd: string, options?: WriteOptions & { until?: number }): Promise<{ invitation: string; key: string; until: number; name: string }>
  /** Those that are open, of an entry or of all entries of a directory, the first to expire first. */
  invitations(vd: string): Promise<OpenInvitation[]>
  /** An open invitation, by its one-time key, opens nothing any more. */
  withdraw(vd: string, key: string, options?: WriteOptions): Promise<Written>
  /** What an invitation gives, before it is used; nothing is changed. */
  invitation(text: string): Promise<InvitationReport>
  /** Uses an invitation: the caller's key is one of that entry from now on. `NotInvited` when it was used, withdrawn, or has expired. */
  enrol(text: string, options?: WriteOptions): Promise<Written & { name: string }>

  /**
   * Lets the servers of somebody else, by that person's key, speak for a directory for so many days: certify who a name of its
   * is, when the owner's are not there. Only the owner can [X3]. At most 30, for what was signed holds elsewhere until its end. 0: no more.
   */
  letSpeak(fn: string, key: string, days?: number): Promise<Written>

  // Directory copies
  newDC(sn: string, fn: string): Promise<CopyId>
  /** The copy on that server hands itself over to the one before it in the ring, and leaves; `LastCopy` for the only one; `WouldBreak` for one that S2 or S3 rest on, without `force`. */
  removeDC(sn: string, fn: string, options?: { force?: boolean }): Promise<CopyId>
  /**
   * RemoveDC that is under way there is called off: whether the copy stays already. If not, whoever was asked to take it over
   * decides, and has perhaps done so; `NotLeaving` when it has left.
   */
  keepDC(sn: string, fn: string): Promise<boolean>
  /**
   * A new ring of the copies on these servers, which leaves out all others ("never done automatically"): for servers that are
   * gone for good, or a long partition; over all of them, it joins what had parted. `NoMajority` without most of the ring.
   */
  newEpoch(fn: string, sns: readonly string[], options?: EpochOptions): Promise<{ epoch: Epoch; excluded: Exclusion[] }>
  /** What a new epoch of these servers would come to; nothing is changed. */
  previewEpoch(fn: string, sns: readonly string[], options?: EpochOptions): Promise<EpochPreview>
  /** Adds a server to an epoch that is being made; `newDC` once it has begun. */
  baptise(fn: string, epoch: Epoch, sn: string): Promise<void>
  /** The ring waits no longer for what the copies on these servers, left out by an epoch, alone have: forgetting goes on. */
  abandon(fn: string, sns: readonly string[]): Promise<Exclusion[]>
  /** What the copy on that server, left out by an epoch, alone has; null while it has not met the ring. */
  quarantine(fn: string, sn?: string): Promise<readonly QuarantineEntry[] | null>
  /** Compares the copy here, left out by an epoch, with the ring once more, now: `quarantine` tells what came of it. */
  compare(fn: string): Promise<void>
  /** Makes these updates of the quarantine here anew, as the person who calls; all of them when none are named. How many are left. */
  reapply(fn: string, stamps?: readonly Timestamp[]): Promise<number>
  /** Drops these updates of the quarantine here, for good; all of them when none are named. How many are left. */
  discard(fn: string, stamps?: readonly Timestamp[]): Promise<number>
  /** The copy on that server, also one that an epoch left out. */
  copyOn(fn: string, sn: string): Promise<CopyState>
  sweep(fn: string, sn?: string, options?: { form?: 'ring' | 'parallel' }): Promise<Timestamp>
  /**
   * Every member of the ring, as the first copy to answer knows the ring. A member that is gone takes seconds to give up:
   * `progress` is told the same list at once, when only that first copy has answered, and again after each further answer.
   */
  copies(fn: string, progress?: (reports: readonly CopyReport[]) => void): Promise<CopyReport[]>
  setSweepPeriod(fn: string, seconds: number): Promise<void>

  // Servers
  /** The address of this server: `room/<SI>`. */
  newServer(): Promise<string>
  /** Gives this server a name, in the root or in a directory with InSN, and an up pointer to a server with a shorter one. */
  setUpOn(sn: string, upSn?: string): Promise<void>
  /** Whether servers may be named in a directory; `false` waits until nobody can be naming one. */
  setInSN(fn: string, to: boolean): Promise<void>
  /**
   * Its copies leave their rings, then its name goes; refused while others point up to it, or rest on its copies. `gone`: a
   * server that will never come back, by this one: refused while it runs (`ServerRunning`) or is in a ring (`StillMember`).
   */
  removeS(sn: string, options?: { gone?: boolean }): Promise<void>
  /** What removing a server that is gone would come to; nothing is changed. */
  lostServer(sn: string): Promise<LostServer>
  /** What every server in reach has under way, and whom each waits for. */
  underWay(): Promise<UnderWayReport>
  /** A removal of a server that was announced, and on which nobody in reach works any more, is taken back. */
  keepS(sn: string): Promise<void>
  /** What is wrong with a server, by its own look, under this name or its own; repaired, unless only a report is wanted. */
  checkS(address: string, sn?: string, options?: { repair?: boolean }): Promise<Finding[]>
  /** A server by its own word. */
  server(sn: string): Promise<Described>

  // What a page of names needs
  entries(fn: string): Promise<Read<Entry[]>>
  nodes(vd: string): Promise<Read<Nodes | null>>

  exportDirectory(fn: string): Promise<string[]>
  /** Imports lines into a directory; progress in entries done. Directories in the lines are created below it. */
  importDirectory(fn: string, lines: readonly string[], progress?: (done: number, all: number) => void): Promise<{ entries: number; directories: number }>
}

/**
 * Who, where, what: `*` is everybody in the room, `./Lampson` an entry here, `./*` any, `../../IBM/TJW/Cho` one elsewhere, a key itself.
 * A path is labels with `*` for any one, and at the end for any rest; `.`, what a directory says of itself, only where it is said.
 */
export interface Grant {
  principal: string
  path: string
  rights: readonly Right[]
}

/** Who may do what in a directory. */
export interface AccessReport {
  /** Of the time of an update that was asked about, before it came; else, and once every copy has what is older, all is of now. The triples always are. */
  isThen: boolean
  /** No triples: everybody in the room may do everything. */
  isOpen: boolean
  /** The key of who made the directory, whom nobody can shut out. */
  owner: string | null
  /** Final once every copy has all that is older [A2]; null for who may not read them. */
  triples: (Grant & { ts: Timestamp; isFinal: boolean })[] | null
  /** Of whom was asked: the key, and the names by which the directory knows it. */
  key: string | null
  names: string[]
  /** The triples that speak of that one; none of somebody else for who may not read them. */
  granting: Grant[]
  /** Why, and whether the triple that says so is final. */
  allowed: { right: Right; why: 'open' | 'owner' | Grant; isFinal: boolean }[]
}

/** A key of an entry. */
export interface KnownKey {
  key: string
  /** 20 letters of its hash, in groups of four. */
  fingerprint: string
  /** When it was added. */
  ts: Timestamp
  /** The key that signed that: of whoever had the right, or a one-time key; null when it is not known here. */
  by: string | null
  /** By an invitation: then the key that signed it was the one-time key of that. */
  isInvited: boolean
  /** It is in a backup. */
  isRecovery: boolean
}

export interface OpenInvitation {
  /** The entry. */
  label: Label
  /** The one-time key. */
  key: string
  fingerprint: string
  /** ms since 1970 */
  until: number
  /** Who made it; null when it is not known here. */
  by: string | null
}

export interface Recognised {
  key: string
  fingerprint: string
  directory: DirectoryId
  /** The key of who made the directory, on whom all that it says rests. */
  owner: string | null
  isOwner: boolean
  isOpen: boolean
  /** As the directory names it: `./Lampson`, or `../../IBM/Cho`, which rests on every directory on that way, too. */
  names: string[]
  /** The entries here that have the key, since when, and who added it. */
  entries: { name: string; ts: Timestamp | null; by: string | null; isInvited: boolean }[]
}

/** What whoever uses an invitation becomes. */
export interface InvitationReport {
  /** The entry. */
  name: string
  /** The directory, by its name from the working root, and the label in it. */
  directory: string
  label: Label
  until: number
  /** Why it opens nothing now; null when it is open. */
  fault: NameServiceError | null
  /** The caller's key is one of the entry already. */
  isMine: boolean
  /** The keys that the entry has, as far as they may be read. */
  keys: KnownKey[]
  /** The caller may not read the keys of the entry: it may be somebody already. */
  isHidden: boolean
  isOpen: boolean
  owner: string | null
  /** What the entry may do: with itself, with all entries, and with what the directory says of itself. */
  rights: { own: Right[]; all: Right[]; self: Right[] }
}

/** Why a directory cannot go there, or the name that it would have. */
export interface MovePreview {
  fault: NameServiceError | null
  name: string | null
  /** Links in it and below that go up out of it by `..`: they would lead elsewhere from then on. */
  links: { name: string; to: string }[]
  /** All below was looked through for them. */
  isWhole: boolean
}

/** What is in a directory and in those below it, itself included. */
export interface RemovalPreview {
  directories: number
  /** Entries and links. */
  entries: number
  copies: number
  /** Servers named in it: it stays while they are. */
  servers: string[]
  /** Copies that cannot be asked, and why. */
  missing: string[]
  /** Names that have not expired, former ones of what is in it, too, and from when on each may go, ms since 1970: until then nothing is removed. */
  unexpired: { name: string; from: number }[]
}

/** How many are gone, and where it is. */
export interface RemovalProgress {
  directories: number
  entries: number
  at: string
}

/** A record of a name [M1]: born with it or moved there; settled, void, or pending. */
export type Move = Omit<Judged, 'key'>

/** A VD given as the TSpath of a snapshot: meant for exactly that incarnation. */
export interface SnapshotDesignator {
  name: string
  path: readonly TSPair[]
}
