/**
 * What one server asks of another on behalf of a client: one atomic action there, one answer (except `sweep` and `join`,
 * which answer when they have ended). Each request has the shape of its outcome beside it.
 */
import { copyStates, isEpoch, MAX_RING, MAX_SEALS, type Epoch, type Exclusion, type Member, type RingPointer } from './copies/directoryCopy'
import { accessShape, type Access } from './auth/whoMay'
import { partings, type Parting } from './copies/split'
import { healthShape, type Health } from './copies/health'
import { MAX_RECORDS, verdicts, type Judged } from './entries/parents'
import type { Expiration } from './directories/expiration'
import { DIGEST_LENGTH } from './digest'
import type { Failure } from './errors'
import { failureShape } from './failureShape'
import type { Facts } from './messages'
import type { CopyId, DirectoryId, Label, ServerId } from './names'
import { copyId, directoryId, label, list, Malformed, matching, nullable, number, oneOf, record, serverId, text, timestampShape, tuple, union, boolean, type Shape } from './shape'
import type { Timestamp } from './timestamp'
import { underWayShape, type UnderWay } from './work'
import { chainShape, type Certificate } from './values/certificate'
import type { Branch, ProcedureName, SignedIntent, UpdateSet } from './values/intent'
import { branchesShape, signedIntentShape, updateSetShape } from './values/intentShape'
import type { Tree } from './values/readValue'
import type { EncodedNode } from './values/encodeTree'
import type { TSPair } from './values/update'

/** What a client wants changed, before time-stamps [§3]: below a path, or replacing the value at it. */
export interface Change {
  procedure: Exclude<ProcedureName, 'newD' | 'carryOut'>
  /** Labels, or the TSpath of a snapshot: then exactly that incarnation is meant. */
  under: { labels: Label[]; incarnations: Timestamp[] | null }
  tree: Tree
  /** SetValue: VD's own node is new too, so its value is replaced whole. */
  replace: boolean
}

export type Request =
  /** `begins`: a name does so at that directory, or a link's target, and it may be well-known [O1]; a reference leads to a copy, and never to the table again. */
  | { type: 'walk'; directory: DirectoryId; begins: boolean; up: number; labels: Label[]; entity: Label | null }
  /** What stands at a path, and the TSpath to it as far as it is present. */
  | { type: 'read'; directory: DirectoryId; path: Label[]; form: 'tree' | 'labels' | 'entries' | 'nodes' | 'snapshot'; after: Timestamp | null }
  | { type: 'test'; directory: DirectoryId; path: Label[]; tree: Tree }
  /** Who may do what at a path: `about` a key or a principal's name, null for who asks. */
  | { type: 'access'; directory: DirectoryId; path: Label[]; about: string | null }
  /** A directory's word for who has a name: a key of an entry, or the directory of that name, the parent for `..`. */
  | { type: 'certify'; directory: DirectoryId; name: Label; key: string | null }
  | { type: 'draft'; directory: DirectoryId; change: Change }
  | { type: 'submit'; directory: DirectoryId; signed: SignedIntent }
  /** Is this update on your disk? Who lacks it is handed it, as it was stamped [P12]. */
  | { type: 'has'; directory: DirectoryId; ts: Timestamp; set: UpdateSet | null }
  | { type: 'state'; directory: DirectoryId }
  | { type: 'sweep'; directory: DirectoryId; form: 'ring' | 'parallel' }
  | { type: 'create'; directory: DirectoryId; signed: SignedIntent }
  | { type: 'join'; directory: DirectoryId; from: ServerId[] }
  /** RemoveDC: the copy there leaves the ring. */
  /** NewEpoch, made by the server that is asked: `patience` ms for each silence. `dry`: only tells what it would come to. */
  | { type: 'newEpoch'; directory: DirectoryId; servers: ServerId[]; force: boolean; patience: number; dry: boolean }
  | { type: 'baptise'; directory: DirectoryId; epoch: Epoch; server: ServerId }
  /** F waits no longer for what these copies alone have [E4]. */
  | { type: 'abandon'; directory: DirectoryId; copies: CopyId[] }
  /** What an excluded copy alone has [E7], and that some of it is dealt with. */
  | { type: 'quarantine'; directory: DirectoryId }
  | { type: 'settle'; directory: DirectoryId; stamps: Timestamp[] }
  /** Compares it with the ring once more, now. */
  | { type: 'compare'; directory: DirectoryId }
  /** With `force` whatever rests on the copy [S2, S3]. */
  | { type: 'leave'; directory: DirectoryId; force: boolean }
  /** A copy that is leaving is to stay after all [R10]. */
  | { type: 'stay'; directory: DirectoryId }
  /** The directory's effective parent, and its label there. */
  | { type: 'parent'; directory: DirectoryId }
  /** Every name that the directory says it has, had, or is to have; with F, before which none is missing. */
  | { type: 'records'; directory: DirectoryId }
  /** What the copy has that is older than these marks of another [G1], for who may store one. */
  | { type: 'base'; directory: DirectoryId; stableMark: Timestamp; lastSweep: Timestamp }
  /** Whether the directory may move there, as far as is known now; `prepare`: a root that it is to go below makes room at once [S1]. */
  | { type: 'foresee'; directory: DirectoryId; parent: DirectoryId; label: Label; prepare: boolean }
  /** RemoveD: performed at the only copy. */
  | { type: 'removeD'; directory: DirectoryId }
  /** Cleanup now: open moves are decided, references follow; answers the name that is in force. */
  | { type: 'cleanUp'; directory: DirectoryId }
  /** What a server says of itself. */
  | { type: 'describe'; directory: DirectoryId }
  /** SetInSN: performed at a copy of the directory. */
  | { type: 'setInSN'; directory: DirectoryId; to: boolean }
  /** RemoveS, at the server itself; the directory is the root. */
  | { type: 'removeS'; directory: DirectoryId }
  /** What a server knows of one that may be gone for good; the directory is the root. */
  | { type: 'traces'; directory: DirectoryId; server: ServerId }
  /** What the server has under way, and whom it waits for; the directory is the root. */
  | { type: 'underWay'; directory: DirectoryId }
  /** CheckS, at the server itself: what is wrong with it under this name (from the root), its own when null. */
  | { type: 'checkS'; directory: DirectoryId; name: string | null; repair: boolean }

/** Labels that a lookup has before it at most, those of the links that it followed included: more than a name has, since old names go on by links however deep their directories are put [M4]. */
export const MAX_WAY = 64
/** Parents that are gone up to in one action: back-references may lead in a circle. */
export const MAX_RISE = 64
/** In one action it goes up, and down again, perhaps by the table of well-known directories. */
const MAX_STEPS = MAX_RISE + 1 + MAX_WAY

/** One step of a lookup as it can be shown: the directory, the label, and what stood there. */
export interface TrailStep {
  directory: DirectoryId
  label: Label
  /** `wellKnown`: the root's table says where the directory of this DI is [O1]. `up`: for `..` the directory says itself what lies above. */
  found: 'directory' | 'link' | 'entry' | 'wellKnown' | 'up'
  /** The DI of the directory, or where the link leads, or its way from the root; '' for an entry, of a server that was looked up on the way its SI. */
  to: string
  /** Whose copy was asked. */
  server: ServerId
  /** lastSweep of that copy. */
  asOf: Timestamp
  /** Until when this step may be cached, ms since 1970; null: not at all [W1]. */
  validUntil: number | null
  /** Nobody was asked: the library knew it, and it has not expired. */
  cached: boolean
  /** That server has no copy of the directory, but of one below, and knows the names of its own directories. */
  ownName: boolean
  before?: readonly BeforeStep[]
}

/** What came before a step: in words, who was asked first and did not answer, or to whom an up pointer led; or the lookup of a server's name. */
export type BeforeStep = string | Sought

/** How the name of a server was looked up that is said to store what is next on the way. */
export interface Sought {
  server: string
  steps: readonly TrailStep[]
  /** Why it was not found, in words; null when it was. */
  failed: string | null
}

/** How far one server's copies lead [D2]. */
export interface Walked {
  steps: TrailStep[]
  /** The directory reached, with the servers that its reference names. */
  directory: DirectoryId
  servers: ServerId[]
  /** Names of servers there (SN) of which the identifier is not known here: they can be looked up, the shortest first [S2]. */
  names: string[]
  /** Parents still to go up to, then labels to go down, from there. */
  up: number
  rest: Label[]
  /** `found`: nothing is left; `on`: ask those servers; `link`: go on at `link`, an FN as text, from `directory`; `moved`: the same, by a link that a move left; `lost`: it leads no further, and that is why. */
  outcome: 'found' | 'on' | 'link' | 'moved' | 'lost'
  failure: Failure | null
  link: string | null
  /** The label of an entry in `directory` if the name is one of an entry. */
  entity: Label | null
}

/** A label of a directory, what it names, a detail (the DI, the link's target, the SI, or nothing), and its expiration. */
export type Entry = [label: Label, type: 'directory' | 'link' | 'server' | 'entry', detail: string, expiration: Expiration | null]

/** A node and all below, absent ones too, and the author's key for each time-stamp. */
export interface Nodes {
  tree: EncodedNode
  writers: [Timestamp, string][]
  /** Of these time-stamps those of invitations that were used: their authors are one-time keys. */
  enrolled: Timestamp[]
}

export interface ReadOutcome {
  tree: Tree | null
  labels: Label[] | null
  entries: Entry[] | null
  nodes: Nodes | null
  snapshot: { mark: 'present' | 'absent'; path: TSPair[] }
  asOf: Timestamp
  server: ServerId
  /** Whether others have a part in the directory that this answer lacks [E8]. */
  parting: Parting
  /** Until when the answer, TX and hints aside, may be cached, ms since 1970; null: not at all [W1]. */
  validUntil: number | null
}

export interface Drafted {
  /** The directory that the name led to. */
  directory: DirectoryId
  /** Empty: everything is already as the client wants it. */
  branches: Branch[]
  server: ServerId
  asOf: Timestamp
}

export interface Accepted {
  ts: Timestamp
  copies: ServerId[]
  /** The ring as the accepting copy knows it: who is to have the update, too. */
  ring: RingPointer[]
}

/** An epoch that rules now, or of a dry run the present one; and whom it left out, or would [E7]. */
export interface NewEpoch {
  epoch: Epoch
  excluded: Exclusion[]
}

/** A set that the ring never got, as what it would change there. */
export interface QuarantineEntry {
  ts: Timestamp
  /** Null: it is a removal that F has passed there; who made it is forgotten. */
  author: string | null
  /** In a few words. */
  what: string
  procedure: 'doUpdates' | 'setLink' | 'setTX' | 'plan'
  changes: { path: Label[]; tree: Tree }[]
  /** Something newer stands there in the ring. */
  conflict: boolean
}

export interface Quarantined {
  /** The epoch that left the copy out. */
  epoch: Epoch
  /** Null while the ring has not been compared with. */
  entries: QuarantineEntry[] | null
}

/** A server by its own word: its name and that of the server that it points up to, from the root, and what it stores. */
export interface Described {
  server: ServerId
  key: string
  name: string
  up: string | null
  removed: boolean
  stores: DirectoryId[]
}

/** Where a server still has a part, as another one knows: rings, those that wait for it, what nobody else is known to store, and servers that keep their names for it [S3]. */
export interface Traces {
  rings: { directory: DirectoryId; name: string }[]
  awaited: { directory: DirectoryId; name: string }[]
  alone: { directory: DirectoryId; name: string }[]
  above: { directory: DirectoryId; label: Label; name: string }[]
}

/** One thing that is wrong with a server (CheckS). */
export interface Finding {
  /** S1, S2, S3, or R9 for what others are told of its copies; `entry` for what stands under its name. */
  rule: string
  sentence: string
  /** What repairs it, or has repaired it. */
  repair: string
  repaired: boolean
}

/** One copy as an administrator sees it. */
export interface CopyState extends Facts {
  live: number
  health: Health
  ring: Member[]
  /** Epochs that it is sealed for, with who makes them; and the one that left it out. */
  seals: { epoch: Epoch; committer: ServerId }[]
  outside: Epoch | null
  /** The sets at or after its stable mark, latest last, at most 200: time-stamp, and the change in a few words. */
  log: [Timestamp, string][]
}

const tree: Shape<Tree> = (value) => treeShape(16, value)
function treeShape(depth: number, value: unknown): Tree {
  if (typeof value === 'boolean') return value
  if (depth === 0) throw new Malformed('too deep a tree')
  return list(
    tuple<[Label, Tree]>(label, (below) => treeShape(depth - 1, below)),
    20_000,
  )(value)
}

const encodedNode: Shape<EncodedNode> = (value) => encodedNodeShape(17, value)
function encodedNodeShape(depth: number, value: unknown): EncodedNode {
  if (!Array.isArray(value) || value.length < 3 || depth === 0) throw new Malformed('not a node')
  const [name, ts, mark, ...below] = value as unknown[]
  if (mark !== 0 && mark !== 1 && mark !== 2) throw new Malformed('not a mark')
  return [text(255)(name), timestampShape(ts), mark, ...below.map((child) => encodedNodeShape(depth - 1, child))]
}

const path = list(label, 16)
const way = list(label, MAX_WAY)
const servers = list(serverId, 256)
const pointer: Shape<RingPointer> = record({ copy: copyId, server: serverId })
const pointers = list(pointer, 256)
const member: Shape<Member> = record({ copy: copyId, server: serverId, name: text(512) })
const epochShape = matching(isEpoch, 'an epoch')
export const exclusions: Shape<Exclusion[]> = list(record({ copy: copyId, server: serverId, name: text(512), known: nullable(timestampShape), abandoned: boolean }), MAX_RING)
const newEpochShape: Shape<NewEpoch> = record({ epoch: epochShape, excluded: exclusions })
const quarantineEntry: Shape<QuarantineEntry> = record({ ts: timestampShape, author: nullable(text(128)), what: text(4096), procedure: oneOf('doUpdates', 'setLink', 'setTX', 'plan'), changes: list(record({ path, tree }), 20_000), conflict: boolean })

const expiration: Shape<Expiration> = record({ until: number, planned: nullable(record({ from: number, what: text(512) })) })

const knownDirectories: Shape<Traces['rings']> = list(record({ directory: directoryId, name: text(8192) }), 256)

export const requestShape: Shape<Request> = union<Request>({
  walk: record({ type: oneOf('walk'), directory: directoryId, begins: boolean, up: number, labels: way, entity: nullable(label) }),
  read: record({ type: oneOf('read'), directory: directoryId, path, form: oneOf('tree', 'labels', 'entries', 'nodes', 'snapshot'), after: nullable(timestampShape) }),
  test: record({ type: oneOf('test'), directory: directoryId, path, tree }),
  access: record({ type: oneOf('access'), directory: directoryId, path, about: nullable(text(512)) }),
  certify: record({ type: oneOf('certify'), directory: directoryId, name: label, key: nullable(text(128)) }),
  draft: record({
    type: oneOf('draft'),
    directory: directoryId,
    change: record({ procedure: oneOf('doUpdates', 'setLink', 'move', 'reference', 'setUpOn', 'setInSN', 'removeS', 'setTX', 'plan', 'announce', 'removeD', 'setRooms', 'setAccess', 'enrol'), under: record({ labels: path, incarnations: nullable(list(timestampShape, 16)) }), tree, replace: boolean }),
  }),
  submit: record({ type: oneOf('submit'), directory: directoryId, signed: signedIntentShape }),
  has: record({ type: oneOf('has'), directory: directoryId, ts: timestampShape, set: nullable(updateSetShape) }),
  state: record({ type: oneOf('state'), directory: directoryId }),
  sweep: record({ type: oneOf('sweep'), directory: directoryId, form: oneOf('ring', 'parallel') }),
  create: record({ type: oneOf('create'), directory: directoryId, signed: signedIntentShape }),
  join: record({ type: oneOf('join'), directory: directoryId, from: servers }),
  newEpoch: record({ type: oneOf('newEpoch'), directory: directoryId, servers, force: boolean, patience: number, dry: boolean }),
  baptise: record({ type: oneOf('baptise'), directory: directoryId, epoch: epochShape, server: serverId }),
  abandon: record({ type: oneOf('abandon'), directory: directoryId, copies: list(copyId, MAX_RING) }),
  quarantine: record({ type: oneOf('quarantine'), directory: directoryId }),
  settle: record({ type: oneOf('settle'), directory: directoryId, stamps: list(timestampShape, 20_000) }),
  compare: record({ type: oneOf('compare'), directory: directoryId }),
  leave: record({ type: oneOf('leave'), directory: directoryId, force: boolean }),
  stay: record({ type: oneOf('stay'), directory: directoryId }),
  parent: record({ type: oneOf('parent'), directory: directoryId }),
  records: record({ type: oneOf('records'), directory: directoryId }),
  base: record({ type: oneOf('base'), directory: directoryId, stableMark: timestampShape, lastSweep: timestampShape }),
  foresee: record({ type: oneOf('foresee'), directory: directoryId, parent: directoryId, label, prepare: boolean }),
  removeD: record({ type: oneOf('removeD'), directory: directoryId }),
  cleanUp: record({ type: oneOf('cleanUp'), directory: directoryId }),
  describe: record({ type: oneOf('describe'), directory: directoryId }),
  setInSN: record({ type: oneOf('setInSN'), directory: directoryId, to: boolean }),
  removeS: record({ type: oneOf('removeS'), directory: directoryId }),
  traces: record({ type: oneOf('traces'), directory: directoryId, server: serverId }),
  underWay: record({ type: oneOf('underWay'), directory: directoryId }),
  checkS: record({ type: oneOf('checkS'), directory: directoryId, name: nullable(text(512)), repair: boolean }),
})

export interface Outcomes {
  walk: Walked
  read: ReadOutcome
  test: { equal: boolean }
  access: Access
  certify: { chain: Certificate[] }
  draft: Drafted
  submit: Accepted
  /** `here`: on disk; else this copy has swept past it without it. And the ring and removals that it knows. */
  has: { copy: CopyId; here: boolean; ring: RingPointer[]; removed: CopyId[] }
  state: CopyState
  sweep: { sweepTS: Timestamp; members: ServerId[] }
  create: { copy: CopyId; label: Label | null }
  join: { copy: CopyId }
  leave: { copy: CopyId }
  /** `stays`: at once; else whoever was asked to take it over decides. */
  stay: { copy: CopyId; stays: boolean }
  newEpoch: NewEpoch
  baptise: NewEpoch
  abandon: { excluded: Exclusion[] }
  quarantine: Quarantined
  settle: { left: number }
  compare: { copy: CopyId }
  parent: { parent: DirectoryId | null; label: Label | null }
  /** `gone`: it was removed; where that stands, and whether every copy there knows it. */
  base: { epoch: Epoch; stableMark: Timestamp; upTo: Timestamp; digest: string }
  records: { directory: DirectoryId; records: Judged[]; stableMark: Timestamp; server: ServerId; gone: { in: DirectoryId; known: boolean } | null }
  foresee: { directory: DirectoryId }
  removeD: { directory: DirectoryId }
  cleanUp: { copy: CopyId; label: Label | null }
  describe: Described
  setInSN: { directory: DirectoryId }
  removeS: { server: ServerId }
  traces: Traces
  underWay: UnderWay
  checkS: { findings: Finding[] }
}

export const outcomeShapes: { [K in Request['type']]: Shape<Outcomes[K]> } = {
  walk: record({
    steps: list(record({ directory: directoryId, label, found: oneOf('directory', 'link', 'entry', 'wellKnown', 'up'), to: text(512), server: serverId, asOf: timestampShape, validUntil: nullable(number), cached: boolean, ownName: boolean }), MAX_STEPS),
    directory: directoryId,
    servers,
    names: list(text(512), 16),
    up: number,
    rest: way,
    outcome: oneOf('found', 'on', 'link', 'moved', 'lost'),
    failure: nullable(failureShape),
    link: nullable(text(4096)),
    entity: nullable(label),
  }),
  read: record({
    tree: nullable(tree),
    labels: nullable(list(label, 20_000)),
    entries: nullable(list(tuple<Entry>(label, oneOf('directory', 'link', 'server', 'entry'), text(512), nullable(expiration)), 20_000)),
    nodes: nullable(record({ tree: encodedNode, writers: list(tuple<[Timestamp, string]>(timestampShape, text(128)), 20_000), enrolled: list(timestampShape, 20_000) })),
    snapshot: record({ mark: oneOf('present', 'absent'), path: list(tuple<[Label, Timestamp]>(label, timestampShape), 16) }),
    asOf: timestampShape,
    server: serverId,
    parting: oneOf(...partings),
    validUntil: nullable(number),
  }),
  test: record({ equal: boolean }),
  access: accessShape,
  certify: record({ chain: chainShape }),
  draft: record({ directory: directoryId, branches: branchesShape(15), server: serverId, asOf: timestampShape }),
  submit: record({ ts: timestampShape, copies: servers, ring: pointers }),
  has: record({ copy: copyId, here: boolean, ring: pointers, removed: list(copyId, 1024) }),
  state: record({
    server: serverId,
    copy: copyId,
    name: text(512),
    state: oneOf(...copyStates),
    epoch: epochShape,
    pointer,
    nextTS: timestampShape,
    lastSweep: timestampShape,
    stableMark: timestampShape,
    live: number,
    health: healthShape,
    ring: list(member, 256),
    seals: list(record({ epoch: epochShape, committer: serverId }), MAX_SEALS),
    outside: nullable(epochShape),
    log: list(tuple<[Timestamp, string]>(timestampShape, text(4096)), 200),
    digest: text(DIGEST_LENGTH),
    ringDigest: text(DIGEST_LENGTH),
    removed: list(record({ copy: copyId, ts: timestampShape }), 1024),
    excluded: exclusions,
  }),
  sweep: record({ sweepTS: timestampShape, members: servers }),
  create: record({ copy: copyId, label: nullable(label) }),
  join: record({ copy: copyId }),
  leave: record({ copy: copyId }),
  stay: record({ copy: copyId, stays: boolean }),
  newEpoch: newEpochShape,
  baptise: newEpochShape,
  abandon: record({ excluded: exclusions }),
  quarantine: record({ epoch: epochShape, entries: nullable(list(quarantineEntry, 20_000)) }),
  settle: record({ left: number }),
  compare: record({ copy: copyId }),
  parent: record({ parent: nullable(directoryId), label: nullable(label) }),
  records: record({ directory: directoryId, records: list(record({ parent: directoryId, label, ts: timestampShape, born: boolean, ofRoot: boolean, key: text(64), verdict: oneOf(...verdicts) }), MAX_RECORDS), stableMark: timestampShape, server: serverId, gone: nullable(record({ in: directoryId, known: boolean })) }),
  base: record({ epoch: epochShape, stableMark: timestampShape, upTo: timestampShape, digest: text(DIGEST_LENGTH) }),
  foresee: record({ directory: directoryId }),
  removeD: record({ directory: directoryId }),
  cleanUp: record({ copy: copyId, label: nullable(label) }),
  describe: record({ server: serverId, key: text(128), name: text(512), up: nullable(text(512)), removed: boolean, stores: list(directoryId, 1000) }),
  setInSN: record({ directory: directoryId }),
  removeS: record({ server: serverId }),
  traces: record({ rings: knownDirectories, awaited: knownDirectories, alone: knownDirectories, above: list(record({ directory: directoryId, label, name: text(8192) }), 256) }),
  underWay: underWayShape,
  checkS: record({ findings: list(record({ rule: text(16), sentence: text(1024), repair: text(1024), repaired: boolean }), 64) }),
}
