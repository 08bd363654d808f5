/**
 * What a caller can meet, as data: a closed list, and one `explain` that turns it into a sentence for a person
 * (SPEC §18). What a peer got wrong is refused and counted instead; what we got wrong throws (assert.ts).
 */
export interface Failure {
  readonly type: 'failure'
  readonly code: ErrorCode
  /** Which name, server, time-stamp … the code speaks of; short plain text under fixed keys. */
  readonly about: Readonly<Record<string, string>>
}

const sentences = {
  BadName: 'The name {name} is not one: {reason}.',
  BadRequest: 'The call was not understood: {reason}.',
  TooLarge: '{what} is {size}, more than the {limit} allowed; split it into several calls.',
  DirectoryFull: 'The directory {name} has {size} of the {limit} allowed; until something is deleted it takes only deletions.',
  NotFound: '{name} was not found: {reason}.',
  NotADirectory: '{name} is not a directory.',
  NotAnEntry: '{name} begins with a link to the directory {to}, not with an entry of its own; name that directory itself, or an entry in it.',
  AlreadyExists: '{name} is already there; choose another name, or delete it first.',
  Superseded: 'Somebody changed {name} in the meantime; read it again and repeat the change if it still makes sense.',
  Reserved: '{name} changes only through {procedure}, which keeps its invariants.',
  BadSignature: 'The signature of the change is not the one of {author}; nothing was changed.',
  NoRight: 'There is no right to {what} {name} here: ask somebody for it who may change the rights of that directory.',
  NotInvited: 'The invitation to be {name} is not open: {reason}.',
  NameTaken: '{name} is taken: {reason}. {next}.',
  LockOut: 'After that nobody could change the rights of this directory any more: leave one triple with write on ./Access, or ./*.',
  Expired: 'The signed change was valid from {from} until {until}, and the clock of {server} says {now}; check the clocks and sign it again.',
  NotExpired: '{name} may change from {from} on, until when it may stand in caches. {next}.',
  ChangePlanned: 'A change of {name} is planned for {from} or soon after, so it is promised to nobody for longer; take that back first, or wait until the change is made.',
  LinkLoop: 'Following links from {name} never ends: {trail}. Change one of these links.',
  WouldFormCycle: 'The directory {name} cannot move to {to}: that lies below itself. Choose a place that is not below it.',
  MovePending: 'The move of {name} to {to} is written, and waits: {reason}. Its old name goes on; it is carried out by itself when all servers that store the directories above it can be reached.',
  MoveVoid: 'The directory {name} does not go to {to}: another move was first, after which it would lie below itself, or outside of the tree, or has its place elsewhere.',
  NoRoot: 'This server knows no root yet: {reason}.',
  NoCopyReachable: 'No copy of {name} can be reached: {tried}. Reconnect one of these servers and repeat.',
  NotYetHere: 'The copies of {name} that can be reached do not have the update {after} yet; heal the network or repeat later.',
  NotDurableYet: 'The update {after} of {name} is on disk at {size} of the {limit} copies it was to be on: {tried}. It goes on spreading, and is sent again until it is there; bring back who is missing.',
  LostUpdate: 'The update {after} of {name} is older than the last sweep of every copy, and none knows it: read what stands there now, and make the change anew if it is missing.',
  ServerUnreachable: 'The server {server} cannot be reached: it {reason}.',
  NoSuchServer: 'No server is known by the name {server}.',
  NoCopyHere: 'The server {server} has no active copy of {directory}.',
  CopyExists: '{server} already has a copy of {name}.',
  JoinFailed: 'The new copy on {server} could not join the ring: {reason}. Nothing was lost; try again.',
  LastCopy: '{server} has the last copy of {name}; make another one first, or remove the directory.',
  WouldBreak: '{what} would break {rule}: {reason}. {next}.',
  NotEmpty: 'The directory {name} is not empty: {reason}. {next}.',
  MoreCopies: 'The directory {name} has {size} copies, on {tried}; only one with a single copy can be removed. Remove the others with removeDC first.',
  RemovalPending: 'The directory {name} is removed, and takes nothing more, but its name is still there: {reason}. It goes by itself when the servers that store the directory above can be reached.',
  RemovalStopped: 'Removing {name} was stopped, after {size} of the directories in it; what is left goes on as it is. Repeat it to remove the rest.',
  DirectoryRemoved: 'The directory {name} was removed on {from}, for good; make another one with newD.',
  Withdrawn: '{name} is about to be removed, so nothing new may rely on it; repeat when that has ended, or choose another.',
  NotStable: '{what} is not done: {reason}. Everything is as it was; repeat it when all servers that store {name} are connected.',
  TooManyRooms: 'The service meets in {limit} rooms already, and its servers listen in no more; take one of them out first, with setRoom.',
  StillUnderWay: 'The removal of {name} is under way at {server}: wait until that has ended.',
  StillAnnounced: 'The removal of {name} is not done: {reason}. Nor could its announcement be taken back, for {tried}: until it is, by keepS, or by setInSN for a directory, or the removal is repeated, nothing new may rely on {name}.',
  NotRemoved: 'The server {server} is not removed: {reason}. What is done stays: {what}. All else is as it was; repeat it to have the rest done.',
  ServerRunning: 'The server {server} is running: it is connected to {by}, so it is not gone. Remove it with removeS, which lets it hand over what it has.',
  StillAwaited: 'The ring of {name} waits for what the server {server} alone has, and only servers that store {name} may say that it need not: remove it from one of these, or abandon it there first.',
  StillMember: 'The server {server} is still in the ring of {name}: begin a new epoch of each without it first, or sweeps there wait for it for ever.',
  ServerRemoved: 'The server {server} has been removed: it stores nothing and has no name; setUpOn gives it one again.',
  NotLeaving: 'The copy of {name} on {server} cannot be kept: {reason}.',
  LeaveFailed: 'The copy on {server} stays in the ring: {reason}.',
  EpochFailed: 'No new epoch of {name} began: {reason}. The ring is what it was.',
  NoMajority: 'The servers chosen hold no majority of the ring of {name}: {missing} would be left out. Bring them back, or repeat it by force if they are gone for good: of two halves of a split that both do so, one loses its place.',
  OnlyByForce: 'A new epoch of {name} with these servers begins only by force: {reason}. Bring the other copies back; or repeat it by force, if they are gone for good.',
  SweepFailed: 'The sweep did not complete: {member} {reason} in the {phase} pass. Every update stays where it is; the next sweep tries again.',
  RingRegression: 'The ring came back without {member}, and no record says that it was removed; nothing was written.',
  Orphaned: 'Following the ring from {member} does not come back to it; this copy is no longer part of its directory.',
  ClockSkew: 'The clock of {server} ({theirs}) is more than 300 s from {ours} on {by}; set it right, then repeat.',
  StorageFailed: 'This server could not save: {reason}. It answers reads only, until its page is reloaded.',
  TimedOut: 'No answer from {server} within {seconds} s; whether the change was made is not known, so look before you repeat it.',
  Stopped: 'This server was stopped before it could answer.',
} as const

export type ErrorCode = keyof typeof sentences

export const errorCodes = Object.keys(sentences) as ErrorCode[]

/** Characters of what a failure speaks of: the door of another server takes no more. */
export const MAX_ABOUT = 4096

export function failure(code: ErrorCode, about: Record<string, string> = {}): Failure {
  const isShort = Object.values(about).every((text) => text.length <= MAX_ABOUT)
  return { type: 'failure', code, about: isShort ? about : Object.fromEntries(Object.entries(about).map(([key, text]) => [key, text.slice(0, MAX_ABOUT).replace(/[\uD800-\uDBFF]$/, '')])) }
}

export function isFailure(value: unknown): value is Failure {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'failure'
}

/** One sentence for a person: what happened, to what, and what to do next. */
export function explain(failed: Failure): string {
  return sentences[failed.code].replace(/\{(\w+)\}/g, (_, key: string) => failed.about[key] ?? `(unknown ${key})`)
}

/** A failure as the library throws it: `code` from the closed list, a sentence, and the data. */
export class NameServiceError extends Error {
  readonly code: ErrorCode
  readonly about: Readonly<Record<string, string>>
  constructor(failed: Failure) {
    super(explain(failed))
    this.name = 'NameServiceError'
    this.code = failed.code
    this.about = failed.about
  }
}
