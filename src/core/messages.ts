/**
 * What servers say to each other, and the one decoder at the door [X5].
 *
 * A message is JSON text of at most 1 MiB. `decode` checks its shape and bounds; a text that does not re-encode to itself is
 * refused. What a peer got wrong is refused and counted, never thrown further.
 */
import { exclusions, requestShape, type Request } from './requests'
import { DIGEST_LENGTH } from './digest'
import { copyStates, isEpoch, MAX_LINEAGE, MAX_RING, MAX_SEALS, MAX_SWEPT_RINGS, type Ancestor, type DirectoryCopy, type Epoch, type Exclusion, type Member, type Removal, type RingPointer, type SweptRing } from './copies/directoryCopy'
import type { Failure } from './errors'
import { failureShape } from './failureShape'
import type { CopyId, DirectoryId, Label, ServerId } from './names'
import { boolean, copyId, directoryId, integer, label, list, Malformed, matching, nullable, number, oneOf, record, serverId, text, timestampShape, tuple, union, type Shape } from './shape'
import type { Timestamp } from './timestamp'
import { chainsShape, type Certificate } from './values/certificate'
import type { SignedIntent, UpdateSet } from './values/intent'
import { updateSetShape } from './values/intentShape'

export const MAX_MESSAGE_BYTES = 1 << 20

/** What a copy says of itself; always read in one transaction [P2]. */
export interface Facts {
  copy: CopyId
  server: ServerId
  name: string
  state: DirectoryCopy['state']
  epoch: Epoch
  pointer: RingPointer
  nextTS: Timestamp
  lastSweep: Timestamp
  stableMark: Timestamp
  /** SHA-256 of what the log at or after lastSweep has, and of the known ring. */
  digest: string
  ringDigest: string
  removed: Removal[]
  excluded: Exclusion[]
}

/** What a copy says to who makes an epoch: of the rings that it has known, and what it has promised [E1, E3, E8]. */
export interface EpochFacts {
  facts: Facts
  promised: Epoch
  ring: Member[]
  sweptRings: SweptRing[]
  /** Rings of epochs that it is sealed for, or was left out of: any of them may rule already. */
  otherRings: Member[][]
  lineage: Ancestor[]
  /** The greatest time-stamp of each copy's updates in its log. */
  known: [CopyId, Timestamp][]
}

/** A node of a base on the wire, in pre-order: its depth (1 below the root), label and time-stamp. */
export type FlatNode = [depth: number, label: Label, ts: Timestamp]

/**
 * One numbered page of a snapshot of data [P9]. All pages of one transfer come from one transaction; `digest` covers
 * everything up to and including this page, so the last one closes the transfer.
 */
export interface Page {
  index: number
  count: number
  digest: string
  /** Null when the transfer has no base, only a part of the log. */
  base: { nodes: FlatNode[]; proofs: UpdateSet[]; intents: [string, Timestamp, number][] } | null
  log: UpdateSet[]
}

/** A message between two copies of one directory: who is meant, who says it, in which epoch. */
interface BetweenCopies {
  directory: DirectoryId
  epoch: Epoch
  from: CopyId
}

export type CopyMessage =
  /** "Here I am, this far": sent on every connection between members; the other sends what this one may lack. */
  | (BetweenCopies & { type: 'greet'; facts: Facts })
  /** Some updates, best effort. */
  | (BetweenCopies & { type: 'updates'; sets: UpdateSet[] })
  /** After a splice p tells every member; on a greeting too. */
  | (BetweenCopies & { type: 'spliceNews'; members: Member[]; lastSweep: Timestamp })
  /** The sweep's first round: raise nextTS, say where you stand [P2, P9]. */
  | (BetweenCopies & { type: 'lookSweep'; to: CopyId; attempt: string; sweepTS: Timestamp })
  | (BetweenCopies & { type: 'looked'; to: CopyId; attempt: string; facts: Facts })
  /** The second round: everything at or after `since`; with its base when `whole`. */
  | (BetweenCopies & { type: 'readSweep'; to: CopyId; attempt: string; since: Timestamp; whole: boolean; index: number })
  | (BetweenCopies & { type: 'readPage'; to: CopyId; attempt: string; facts: Facts; page: Page })
  /** The write pass, page by page, without the ring for a copy that knows it; joined with lastSweep, F and ring in one transaction after the last page [P7]. */
  | (BetweenCopies & { type: 'writeSweep'; to: CopyId; attempt: string; sweepTS: Timestamp; stableMark: Timestamp; baseMark: Timestamp; ring: Member[]; removed: Removal[]; excluded: Exclusion[]; page: Page })
  | (BetweenCopies & { type: 'wrote'; to: CopyId; attempt: string; index: number; lastSweep: Timestamp })
  /** A member cannot do its part of a sweep. */
  | (BetweenCopies & { type: 'sweepRefused'; to: CopyId; attempt: string; failure: Failure })

/** A copy that joins, and the one behind which it joins [R2 to R4]. */
export type JoinMessage =
  | { type: 'askSnapshot'; directory: DirectoryId; joiner: CopyId; index: number }
  | { type: 'snapshotPage'; directory: DirectoryId; joiner: CopyId; facts: Facts; highest: Timestamp; ring: Member[]; sweptRings: SweptRing[]; lineage: Ancestor[]; foreignMark: Timestamp; page: Page }
  | { type: 'snapshotRefused'; directory: DirectoryId; joiner: CopyId; failure: Failure }
  | { type: 'askSplice'; directory: DirectoryId; joiner: CopyId; name: string; epoch: Epoch; predecessor: CopyId; pointer: RingPointer; lastSweep: Timestamp; stableMark: Timestamp }
  /** R4: what became of my splice? Unknown so far means: never, from now on. */
  | { type: 'askFate'; directory: DirectoryId; joiner: CopyId; predecessor: CopyId }
  | { type: 'spliced'; directory: DirectoryId; joiner: CopyId; nextTS: Timestamp; ring: Member[]; removed: Removal[] }
  | { type: 'spliceRefused'; directory: DirectoryId; joiner: CopyId; reason: string }

/** A message about a copy that leaves: from one copy to another, whatever its sender's place in the ring is by now. */
interface OfLeaving {
  directory: DirectoryId
  from: CopyId
  to: CopyId
}

/** A copy that leaves, the one that points at it, and others who may know [R5 to R7]. */
export type LeaveMessage =
  /** Where do you point, and what do you know of me? */
  | (OfLeaving & { type: 'askStanding' })
  /** `begun`: of a leaving copy. `knowsYou`: the other is in the known ring here. */
  | (OfLeaving & { type: 'standing'; facts: Facts; begun: Timestamp | null; knowsYou: boolean })
  | (OfLeaving & { type: 'askTakeOver'; attempt: number })
  | (OfLeaving & { type: 'readHandOver'; attempt: number; nonce: string; index: number })
  | (OfLeaving & { type: 'handOverPage'; nonce: string; pointer: RingPointer; removed: Removal[]; page: Page })
  | (OfLeaving & { type: 'takenOver'; ts: Timestamp })
  /** Not taken, and never by this attempt. */
  | (OfLeaving & { type: 'notTaken'; attempt: number })
  /** It is to stay after all [R10]: `leftBe` by who points at it still and will not take it over. */
  | (OfLeaving & { type: 'letBe'; attempt: number })
  | (OfLeaving & { type: 'leftBe'; attempt: number })

/** About an epoch that is being made or rules: from the server of a copy to a copy, in whatever epoch each of them is. */
interface OfEpoch {
  directory: DirectoryId
  to: CopyId
}

/** The making of an epoch, and its news [E1 to E9]. */
export type EpochMessage =
  /** Where does your copy stand? Before anything is sealed. */
  | { type: 'askEpochFacts'; directory: DirectoryId; nonce: string }
  | { type: 'epochFacts'; directory: DirectoryId; nonce: string; failure: Failure | null; facts: EpochFacts | null }
  | (OfEpoch & { type: 'seal'; epoch: Epoch; committer: CopyId; ring: Member[] })
  | (OfEpoch & { type: 'sealed'; epoch: Epoch; facts: EpochFacts })
  | (OfEpoch & { type: 'sealRefused'; epoch: Epoch; failure: Failure })
  /** What became of that epoch, and who rules? `from` is in an older one, or sealed for it. */
  | (OfEpoch & { type: 'askEpoch'; epoch: Epoch; from: CopyId })
  /** This epoch rules; `digest` is that of the log, so that whom it left out hears when there is something to compare [E7]. */
  | (OfEpoch & { type: 'epochNews'; epoch: Epoch; from: CopyId; ring: Member[]; excluded: Exclusion[]; lineage: Ancestor[]; digest: string })
  /** It never will: said by its committer only. */
  | (OfEpoch & { type: 'epochGivenUp'; epoch: Epoch; from: CopyId })
  /** That copy is not here, and never will be again [R1, B5]. */
  | { type: 'copyGone'; directory: DirectoryId; copy: CopyId }

export type Message =
  | CopyMessage
  | JoinMessage
  | LeaveMessage
  | EpochMessage
  /** First word on a connection: the root this server knows, and its own server name (SN) if it has one, with the rank of its directory. */
  | { type: 'hello'; root: DirectoryId | null; name: string | null; rank: number | null }
  /** Whose server it is: a person's word that it speaks for it. */
  | { type: 'credentials'; chains: Certificate[][] }
  | { type: 'request'; id: string; request: Request }
  /** The outcome of a request, as JSON text: checked by who asked. Who has no copy names whom it would ask itself [D2]. */
  | { type: 'answer'; id: string; failure: Failure | null; outcome: string; elsewhere: ServerId[] }

const MAX_SETS = 20_000
/** Servers that are named by one that has no copy. */
export const MAX_ELSEWHERE = 8
const shortText = text(512)

const epoch = matching(isEpoch, 'an epoch')
const pointer: Shape<RingPointer> = record({ copy: copyId, server: serverId })
const member: Shape<Member> = record({ copy: copyId, server: serverId, name: shortText })
const members = list(member, MAX_RING)
const sets = list(updateSetShape, MAX_SETS)
/** A ring changes members a few times a year; records go when F has passed them. */
export const removed: Shape<Removal[]> = list(record({ copy: copyId, ts: timestampShape }), 4 * MAX_RING)

/** Epochs that a directory has been through: one for each disaster. */
const lineage: Shape<Ancestor[]> = list(record({ epoch, mark: timestampShape }), MAX_LINEAGE)
const sweptRings: Shape<SweptRing[]> = list(record({ ts: timestampShape, members: list(copyId, MAX_RING) }), MAX_SWEPT_RINGS)

const facts: Shape<Facts> = record({
  copy: copyId,
  server: serverId,
  name: shortText,
  state: oneOf(...copyStates),
  epoch,
  pointer,
  nextTS: timestampShape,
  lastSweep: timestampShape,
  stableMark: timestampShape,
  digest: text(DIGEST_LENGTH),
  ringDigest: text(DIGEST_LENGTH),
  removed,
  excluded: exclusions,
})
const epochFacts: Shape<EpochFacts> = record({
  facts,
  promised: epoch,
  ring: members,
  sweptRings,
  otherRings: list(members, MAX_SEALS + 1),
  lineage,
  known: list(tuple<[CopyId, Timestamp]>(copyId, timestampShape), 4 * MAX_RING),
})
const page: Shape<Page> = record({
  index: number,
  count: number,
  digest: text(32),
  base: nullable(record({ nodes: list(tuple<FlatNode>(number, label, timestampShape), MAX_SETS), proofs: sets, intents: list(tuple<[string, Timestamp, number]>(shortText, timestampShape, number), MAX_SETS) })),
  log: sets,
})

const between = { directory: directoryId, epoch, from: copyId }
const sweeping = { ...between, to: copyId, attempt: text(16) }
const joining = { directory: directoryId, joiner: copyId }
const leaving = { directory: directoryId, from: copyId, to: copyId }
const ofEpoch = { directory: directoryId, to: copyId }

/** A1: a signature binds a set to its directory; nobody carries it into another. */
const ofItsDirectory =
  <M extends Extract<Message, { directory: DirectoryId }>>(shape: Shape<M>): Shape<M> =>
  (value) => {
    const message = shape(value)
    if (signedIn(message).some(({ intent }) => intent.directory !== message.directory)) throw new Malformed('an update of another directory')
    return message
  }

const messageShape: Shape<Message> = union<Message>({
  hello: record({ type: oneOf('hello'), root: nullable(directoryId), name: nullable(shortText), rank: nullable(integer) }),
  credentials: record({ type: oneOf('credentials'), chains: chainsShape }),
  request: record({ type: oneOf('request'), id: text(32), request: requestShape }),
  answer: record({ type: oneOf('answer'), id: text(32), failure: nullable(failureShape), outcome: text(MAX_MESSAGE_BYTES), elsewhere: list(serverId, MAX_ELSEWHERE) }),
  greet: record({ type: oneOf('greet'), ...between, facts }),
  updates: ofItsDirectory(record({ type: oneOf('updates'), ...between, sets })),
  spliceNews: record({ type: oneOf('spliceNews'), ...between, members, lastSweep: timestampShape }),
  lookSweep: record({ type: oneOf('lookSweep'), ...sweeping, sweepTS: timestampShape }),
  looked: record({ type: oneOf('looked'), ...sweeping, facts }),
  readSweep: record({ type: oneOf('readSweep'), ...sweeping, since: timestampShape, whole: boolean, index: number }),
  readPage: ofItsDirectory(record({ type: oneOf('readPage'), ...sweeping, facts, page })),
  writeSweep: ofItsDirectory(record({ type: oneOf('writeSweep'), ...sweeping, sweepTS: timestampShape, stableMark: timestampShape, baseMark: timestampShape, ring: members, removed, excluded: exclusions, page })),
  wrote: record({ type: oneOf('wrote'), ...sweeping, index: number, lastSweep: timestampShape }),
  sweepRefused: record({ type: oneOf('sweepRefused'), ...sweeping, failure: failureShape }),
  askSnapshot: record({ type: oneOf('askSnapshot'), ...joining, index: number }),
  snapshotPage: ofItsDirectory(record({ type: oneOf('snapshotPage'), ...joining, facts, highest: timestampShape, ring: members, sweptRings, lineage, foreignMark: timestampShape, page })),
  snapshotRefused: record({ type: oneOf('snapshotRefused'), ...joining, failure: failureShape }),
  askSplice: record({ type: oneOf('askSplice'), ...joining, name: shortText, epoch, predecessor: copyId, pointer, lastSweep: timestampShape, stableMark: timestampShape }),
  askFate: record({ type: oneOf('askFate'), ...joining, predecessor: copyId }),
  spliced: record({ type: oneOf('spliced'), ...joining, nextTS: timestampShape, ring: members, removed }),
  spliceRefused: record({ type: oneOf('spliceRefused'), ...joining, reason: text(512) }),
  askStanding: record({ type: oneOf('askStanding'), ...leaving }),
  standing: record({ type: oneOf('standing'), ...leaving, facts, begun: nullable(timestampShape), knowsYou: boolean }),
  askTakeOver: record({ type: oneOf('askTakeOver'), ...leaving, attempt: number }),
  readHandOver: record({ type: oneOf('readHandOver'), ...leaving, attempt: number, nonce: text(16), index: number }),
  handOverPage: ofItsDirectory(record({ type: oneOf('handOverPage'), ...leaving, nonce: text(16), pointer, removed, page })),
  takenOver: record({ type: oneOf('takenOver'), ...leaving, ts: timestampShape }),
  notTaken: record({ type: oneOf('notTaken'), ...leaving, attempt: number }),
  letBe: record({ type: oneOf('letBe'), ...leaving, attempt: number }),
  leftBe: record({ type: oneOf('leftBe'), ...leaving, attempt: number }),
  askEpochFacts: record({ type: oneOf('askEpochFacts'), directory: directoryId, nonce: text(16) }),
  epochFacts: record({ type: oneOf('epochFacts'), directory: directoryId, nonce: text(16), failure: nullable(failureShape), facts: nullable(epochFacts) }),
  seal: record({ type: oneOf('seal'), ...ofEpoch, epoch, committer: copyId, ring: members }),
  sealed: record({ type: oneOf('sealed'), ...ofEpoch, epoch, facts: epochFacts }),
  sealRefused: record({ type: oneOf('sealRefused'), ...ofEpoch, epoch, failure: failureShape }),
  askEpoch: record({ type: oneOf('askEpoch'), ...ofEpoch, epoch, from: copyId }),
  epochNews: record({ type: oneOf('epochNews'), ...ofEpoch, epoch, from: copyId, ring: members, excluded: exclusions, lineage, digest: text(DIGEST_LENGTH) }),
  epochGivenUp: record({ type: oneOf('epochGivenUp'), ...ofEpoch, epoch, from: copyId }),
  copyGone: record({ type: oneOf('copyGone'), directory: directoryId, copy: copyId }),
})

/** The text of a message; fields stand in the order of its shape. */
export const encode = (message: Message): string => JSON.stringify(messageShape(message))

/** A message from its text, or why it is refused. */
export function decode(wire: string): Message | { refused: string } {
  if (wire.length > MAX_MESSAGE_BYTES) return { refused: 'larger than 1 MiB' }
  try {
    const message = messageShape(JSON.parse(wire))
    return JSON.stringify(message) === wire ? message : { refused: 'not in canonical form' }
  } catch (error) {
    if (error instanceof Malformed) return { refused: error.message }
    if (error instanceof SyntaxError) return { refused: 'not JSON' }
    throw error
  }
}

/** The certificates that a message carries, whose signatures the host verifies, too. */
export const certificatesIn = (message: Message): readonly Certificate[] => (message.type === 'credentials' ? message.chains.flat() : signedIn(message).flatMap(({ intent }) => intent.chain ?? []))

/** The signed intents that a message carries, whose signatures the host verifies before the core sees it [A1]. */
export function signedIn(message: Message): readonly SignedIntent[] {
  switch (message.type) {
    case 'updates':
      return message.sets
    case 'readPage':
    case 'writeSweep':
    case 'snapshotPage':
    case 'handOverPage':
      return [...message.page.log, ...(message.page.base?.proofs ?? [])]
    case 'request':
      return signedInRequest(message.request)
    default:
      return []
  }
}

function signedInRequest(request: Request): readonly SignedIntent[] {
  if (request.type === 'has') return request.set === null ? [] : [request.set]
  return request.type === 'submit' || request.type === 'create' ? [request.signed] : []
}
