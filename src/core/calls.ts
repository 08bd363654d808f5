/** Calls of this server's own client, and the requests that any server performs on its copies: one atomic action each. */
import { answer, type Caller } from './caller'
import { emptyContents, epochOf, hasSeen, noFields, setsAt, visibleBefore, type DirectoryCopy } from './copies/directoryCopy'
import { unschedule } from './agenda'
import { beginSecuring, durabilities, LONGEST_PATIENCE, onHas, type Wanted } from './copies/durability'
import { healthOf } from './copies/health'
import { baseOf } from './copies/comparing'
import { beginJoin, newCopyId, wantRoot } from './copies/join'
import { baptise, beginEpoch } from './copies/epoch'
import { markAbandoned } from './copies/exclusion'
import { beginLeave, cancelLeave } from './copies/leave'
import { MAX_CALL_BYTES, originate } from './copies/originate'
import { compareNow, quarantineOf, settleUpdates } from './copies/quarantine'
import { isKnownServer } from './copies/seal'
import { partingOf } from './copies/split'
import { factsOf } from './copies/spread'
import { beginSweep } from './copies/sweep'
import { sweepLater, watchOf } from './copies/sweepTimes'
import { beginCleanup } from './directories/cleanup'
import { expirationOf, readableUntil } from './directories/expiration'
import { beginLookup, type AtRequest } from './directories/lookup'
import { draftChange } from './directories/plannedChange'
import { backReferences, effectiveParent, MAX_RECORDS } from './entries/parents'
import { goneHere } from './directories/gone'
import { namedBy, type SightAt } from './directories/reference'
import { removalFault } from './directories/removal'
import { beginRemoveD } from './directories/removeD'
import { reservedFault } from './directories/reserved'
import { foresee, movingFault, ofRootFault } from './directories/settling'
import { unexpiredFault } from './directories/unexpired'
import { walk } from './directories/walk'
import { wellKnownDirectories } from './directories/wellKnown'
import { ask } from './errands'
import { failure, isFailure, type Failure } from './errors'
import { freshId } from './fresh'
import { checkLabels, formatPath, shown, utf8Length, type DirectoryId, type FullName, type Label, type ServerId } from './names'
import { requestShape, type Accepted, type Change, type CopyState, type Described, type Drafted, type Entry, type Nodes, type Outcomes, type ReadOutcome, type Request } from './requests'
import { Malformed } from './shape'
import { BEGINNING, type Timestamp } from './timestamp'
import { changeServer, createCopy, hint, homeOf, nameOfServer, serverNameOf, type Turn } from './server'
import { takeRoot } from './servers/connections'
import { announcementFault } from './servers/announcements'
import { beginCheckS } from './servers/checkS'
import { knowsOf, may, sightOf, touchOf } from './auth/access'
import { draftFault, invitationFault, newNodes, rightFault } from './auth/authorise'
import type { Who } from './auth/principal'
import { atTime, isOwn, serverKeyOf, whoAsks } from './auth/session'
import { certify } from './auth/certify'
import { accessAt } from './auth/whoMay'
import { isPlaced, leavingFault } from './servers/placement'
import { beginRemoveLost } from './servers/removeLost'
import { beginRemoveS } from './servers/removeS'
import { beginSetInSN } from './servers/setInSN'
import { beginSetUpOn } from './servers/setUpOn'
import { register } from './servers/register'
import { tracesOf } from './servers/traces'
import { unreachable } from './assert'
import { underWayAt } from './underWay'
import type { UnderWay } from './work'
import { encodeChildren, type EncodedNode } from './values/encodeTree'
import { readLabels, readSnapshot, readTree, sameTree, seesAll, type Sees, type Tree } from './values/readValue'
import { nodeAt, visibleAt, visibleChildren } from './values/valueTree'
import { describe, intentId, type Branch, type Intent, type SignedIntent } from './values/intent'

/** What a client asks of its own server; every call is answered once. */
export type Call =
  | { type: 'lookup'; name: FullName; entity: Label | null }
  /** Looks the name up, then takes the request to a copy of the directory. */
  | { type: 'at'; name: FullName; request: AtRequest }
  /** Takes a request to these servers in turn. */
  | { type: 'ask'; servers: ServerId[]; request: Request }
  /** FirstRoot: makes the root of a new instance of the service, on this server. */
  | { type: 'firstRoot'; directory: DirectoryId; signed: SignedIntent }
  /** Waits until an update is on the disks of so many copies. */
  | ({ type: 'secure' } & Wanted)
  /** SetUpOn: this server's name, and that of the server it is to point up to, as labels from the root. */
  | { type: 'setUpOn'; path: Label[]; up: Label[] | null }
  /** RemoveS of a server that is gone for good, by its name as labels from the root; `dry`: only tells what it would come to. */
  | { type: 'removeLost'; path: Label[]; dry: boolean }
  | { type: 'setSweepPeriod'; directory: DirectoryId; period: number }

export function onCall(turn: Turn, id: number, call: Call): void {
  const caller: Caller = { type: 'client', id }
  const fault = call.type === 'at' || call.type === 'ask' ? faultOf(call.request) : null
  if (fault !== null) return answer(turn, caller, fault)
  switch (call.type) {
    case 'lookup':
      return beginLookup(turn, call.name, call.entity, null, caller)
    case 'at':
      return beginLookup(turn, call.name, entityOf(call.request), call.request, caller)
    case 'ask':
      return ask(turn, call.servers, call.request, { type: 'answer', caller })
    case 'firstRoot':
      return firstRoot(turn, call.directory, call.signed, caller)
    case 'secure':
      return secure(turn, call, caller)
    case 'setUpOn':
      return beginSetUpOn(turn, call.path, call.up, caller)
    case 'removeLost':
      return beginRemoveLost(turn, call.path, call.dry, caller)
    case 'setSweepPeriod':
      return setSweepPeriod(turn, call.directory, call.period, caller)
    default:
      return unreachable(call)
  }
}

/** What no other server would take: said here, in words, before anything is sent. */
function faultOf(request: Request): Failure | null {
  if (request.type === 'draft') {
    const { change } = request
    const size = utf8Length(JSON.stringify(change))
    if (size > MAX_CALL_BYTES) return failure('TooLarge', { what: 'the call', size: `${size} bytes`, limit: `${MAX_CALL_BYTES} bytes` })
    const fault = checkLabels(change.under.labels) ?? badLabelIn(change.tree)
    if (fault !== null) return fault
  }
  try {
    requestShape(request)
    return null
  } catch (error) {
    if (error instanceof Malformed) return failure('BadRequest', { reason: `something in it is ${error.message}` })
    throw error
  }
}

function badLabelIn(tree: Change['tree']): Failure | null {
  for (const [label, below] of typeof tree === 'boolean' ? [] : tree) {
    const fault = checkLabels([label]) ?? badLabelIn(below)
    if (fault !== null) return fault
  }
  return null
}

/** The first label of a request's path: an entry, or a link to follow. */
function entityOf(request: AtRequest): Label | null {
  if (request.type === 'state') return null
  if (request.type !== 'draft') return request.path[0] ?? null
  const { procedure, replace, under } = request.change
  const isOfTheLabel = procedure === 'setLink' || procedure === 'setTX' || procedure === 'plan' || (replace && under.labels.length === 1)
  return (isOfTheLabel ? null : under.labels[0]) ?? null
}

function firstRoot(turn: Turn, directory: DirectoryId, signed: SignedIntent, caller: Caller): void {
  if (turn.server.root !== null) return answer(turn, caller, failure('AlreadyExists', { name: `the root #${turn.server.root}` }))
  const created = create(turn, directory, signed, directory)
  if (isFailure(created)) return answer(turn, caller, created)
  takeRoot(turn, directory)
  register(turn)
  answer(turn, caller, { copy: created.id, label: null })
}

function secure(turn: Turn, { directory, ts, set, ring, level, patience }: Wanted, caller: Caller): void {
  const fault = faultOf({ type: 'has', directory, ts, set })
  if (fault !== null) return answer(turn, caller, fault)
  const isRight = durabilities.includes(level) && patience > 0 && patience <= LONGEST_PATIENCE
  if (!isRight) return answer(turn, caller, failure('BadRequest', { reason: `an update is made durable at ${durabilities.join(', ')}, within ${LONGEST_PATIENCE / 1000} s at most` }))
  beginSecuring(turn, { directory, ts, set, ring, level, patience }, caller)
}

/** Between periodic sweeps, ms: a second to a day. */
const SHORTEST_PERIOD = 1000
const LONGEST_PERIOD = 86_400_000

function setSweepPeriod(turn: Turn, directory: DirectoryId, period: number, caller: Caller): void {
  const copy = turn.server.copies.get(directory)
  if (copy === undefined) return answer(turn, caller, noCopy(turn, directory))
  const isPeriod = period >= SHORTEST_PERIOD && period <= LONGEST_PERIOD
  if (!isPeriod) return answer(turn, caller, failure('BadRequest', { reason: `a period between sweeps is a number of seconds, at least ${SHORTEST_PERIOD / 1000} and at most ${LONGEST_PERIOD / 1000} (a day)` }))
  const watch = watchOf(turn, copy)
  watch.period = period
  sweepLater(turn, copy)
  answer(turn, caller, { period: watch.period })
}

/** Performs a request here and answers it: at once, or when the procedure it began has ended. */
export function perform(turn: Turn, request: Request, caller: Caller): void {
  if (request.type === 'walk') return answer(turn, caller, walk(turn.server, request, sightAt(turn, caller)))
  if (request.type === 'join') return join(turn, request, caller)
  if (request.type === 'create') return performCreate(turn, request, caller)
  if (request.type === 'describe') return answer(turn, caller, describeServer(turn, caller))
  if (request.type === 'removeS') return removeServer(turn, caller)
  if (request.type === 'traces') return answer(turn, caller, tracesOf(turn.server, request.server, request.directory, sightAt(turn, caller), (directory) => isToldOf(turn, directory, caller)))
  if (request.type === 'underWay') return answer(turn, caller, underWay(turn, caller))
  if (request.type === 'checkS') return checkServer(turn, request, caller)
  const gone = request.type === 'records' ? goneHere(turn.server, request.directory) : null
  if (gone !== null) return answer(turn, caller, gone.outcome)
  const copy = turn.server.copies.get(request.directory)
  if (copy !== undefined && needsAdministrator.has(request.type) && !may(copy.visible, whoAsks(turn, copy, caller), 'write', ['.'])) return answer(turn, caller, failure('NoRight', { name: `#${copy.directory}`, what: 'administer' }))
  if (copy !== undefined && request.type === 'stay') return answer(turn, caller, cancelLeave(turn, copy))
  if (copy !== undefined && request.type === 'leave') return leave(turn, copy, request.force, caller)
  if (copy !== undefined && isAdministration(request) && caller.type === 'server' && (!isKnownServer(copy, caller.server) || turn.server.fenced.has(caller.server))) return answer(turn, caller, failure('BadRequest', { reason: 'a ring is reformed only from a server with a copy of the directory, by its newest start' }))
  if (copy?.state === 'excluded' && isOfQuarantine(request)) return answer(turn, caller, atQuarantine(turn, copy, request, caller))
  if (copy !== undefined && copy.state !== 'joining' && copy.state !== 'left' && request.type === 'newEpoch') return newEpoch(turn, copy, request, caller)
  if (copy?.state === 'active' && request.type === 'baptise') return baptise(turn, copy, request, caller)
  if (copy === undefined || isOfOtherStates(request) || (copy.state !== 'active' && request.type !== 'state')) return answer(turn, caller, noCopy(turn, request.directory))
  if (request.type === 'removeD') return beginRemoveD(turn, copy, caller)
  if (request.type === 'setInSN') return beginSetInSN(turn, copy, request.to, caller)
  if (request.type === 'sweep') return beginSweep(turn, copy, request.form, caller)
  if (request.type === 'foresee') return foresee(turn, copy, request, caller)
  if (request.type === 'cleanUp') return beginCleanup(turn, copy, caller)
  if (request.type === 'certify') return certify(turn, copy, request, whoAsks(turn, copy, caller), caller)
  if (request.type === 'has') return answer(turn, caller, onHas(turn, copy, request, caller.type === 'server' ? caller.server : turn.server.id))
  if (request.type === 'draft') return answer(turn, caller, drawUp(turn, copy, request.change, caller))
  // W3: who tells a server to carry out what is planned would hear what that is.
  if (request.type === 'submit' && request.signed.intent.procedure === 'carryOut' && caller.type === 'server') return answer(turn, caller, failure('BadRequest', { reason: 'what is planned is carried out by the server that has the plan, when its time has come' }))
  answer(turn, caller, performOn(turn, copy, request, whoAsks(turn, copy, caller)))
}

/** Requests that need the right to write on `.`, what a directory says of itself [A5]; changes and reads are looked at path by path. */
const needsAdministrator: ReadonlySet<Request['type']> = new Set(['newEpoch', 'baptise', 'abandon', 'leave', 'stay', 'removeD', 'setInSN', 'foresee'])

/** Requests that change whom the ring waits for. */
const isAdministration = ({ type }: Request): boolean => type === 'newEpoch' || type === 'baptise' || type === 'abandon'

type OfQuarantine = Extract<Request, { type: 'quarantine' | 'compare' | 'settle' }>
const isOfQuarantine = (request: Request): request is OfQuarantine => request.type === 'quarantine' || request.type === 'compare' || request.type === 'settle'

/** E7, A5: what a copy alone has that was left out is told to who might store it, and decided on at its own server. */
function atQuarantine(turn: Turn, copy: DirectoryCopy, request: OfQuarantine, caller: Caller): Outcomes[OfQuarantine['type']] | Failure {
  if (!isOwn(turn, caller) && !may(copy.visible, whoAsks(turn, copy, caller), 'copy', [])) return failure('NoRight', { name: `the quarantine of #${copy.directory}`, what: 'read' })
  if (request.type === 'quarantine') return quarantineOf(turn, copy)
  if (request.type === 'compare') return compareNow(turn, copy)
  return caller.type === 'server' ? failure('BadRequest', { reason: 'what becomes of the updates of a copy that was left out is decided at its own server' }) : settleUpdates(turn, copy, request.stamps)
}

/** What who asks sees in each copy here. */
const sightAt =
  (turn: Turn, caller: Caller): SightAt =>
  (copy) =>
    sightOf(copy.visible, whoAsks(turn, copy, caller))

/** Whether who asks may know that a directory is stored here: their own server tells all that it has. */
function isToldOf(turn: Turn, directory: DirectoryId, caller: Caller): boolean {
  const copy = turn.server.copies.get(directory)
  return copy === undefined || isOwn(turn, caller) || knowsOf(copy.visible, whoAsks(turn, copy, caller))
}

function underWay(turn: Turn, caller: Caller): UnderWay {
  const { now, work, announced } = underWayAt(turn.server, turn.now, isOwn(turn, caller) ? undefined : sightAt(turn, caller))
  const isTold = ({ directory }: { directory: DirectoryId | null }): boolean => directory === null || isToldOf(turn, directory, caller)
  return { now, work: work.filter(isTold), announced: announced.filter(isTold) }
}

/** Requests to copies that are not active, or that are answered later. */
const isOfOtherStates = (request: Request): request is Extract<Request, { type: 'leave' | 'stay' | 'quarantine' | 'compare' | 'settle' | 'newEpoch' | 'baptise' }> => isOfQuarantine(request) || ['leave', 'stay', 'newEpoch', 'baptise'].includes(request.type)

const LEAST_PATIENCE = 1000
const MOST_PATIENCE = 600_000

function newEpoch(turn: Turn, copy: DirectoryCopy, request: Extract<Request, { type: 'newEpoch' }>, caller: Caller): void {
  if (request.patience >= LEAST_PATIENCE && request.patience <= MOST_PATIENCE) return beginEpoch(turn, copy, request, caller)
  answer(turn, caller, failure('BadRequest', { reason: `the patience of a new epoch is at least ${LEAST_PATIENCE / 1000} and at most ${MOST_PATIENCE / 1000} s` }))
}

/** RemoveDC: refused where S2 or S3 rest on the copy, unless somebody insists; then CheckS says so. */
function leave(turn: Turn, copy: DirectoryCopy, force: boolean, caller: Caller): void {
  const fault = force ? null : leavingFault(turn.server, copy)
  if (fault === null) beginLeave(turn, copy, caller)
  else answer(turn, caller, fault)
}

/**
 * A5: a server goes when its own person says so, or who might take each of its copies away, if there is one that its place rests on
 * [S3]. Who asks while it goes hears how that ends.
 */
function removeServer(turn: Turn, caller: Caller): void {
  const { server } = turn
  const isGoing = [...server.procedures.values()].some(({ type }) => type === 'removeS')
  const kept = isOwn(turn, caller) || isGoing ? null : whatKeeps(turn, caller)
  if (kept === null) beginRemoveS(turn, caller)
  else answer(turn, caller, failure('NoRight', { name: `#${kept}`, what: 'administer' }))
}

/** A5: a server reads, and repairs, with its own person's rights: for that one, or who might administer all that it has. */
function checkServer(turn: Turn, { name, repair }: Extract<Request, { type: 'checkS' }>, caller: Caller): void {
  const kept = isOwn(turn, caller) ? null : whatKeeps(turn, caller)
  if (kept === null) beginCheckS(turn, name, repair, caller)
  else answer(turn, caller, failure('NoRight', { name: `#${turn.server.id}`, what: 'check the server' }))
}

/** A directory that somebody would have to administer to have this server removed, and does not, or not that anybody here knows. */
function whatKeeps(turn: Turn, caller: Caller): DirectoryId | null {
  const { server } = turn
  const kept = [...server.copies.values()].find((copy) => !may(copy.visible, whoAsks(turn, copy, caller), 'write', ['.']))
  return kept?.directory ?? (server.removed || isPlaced(server) ? null : homeOf(server))
}

/** Directories that a description lists at most. */
const MAX_STORED = 1000

function describeServer(turn: Turn, caller: Caller): Described {
  const { id, key, name, up, removed, copies } = turn.server
  const stores = [...copies.values()].flatMap(({ directory, state }) => (state === 'active' && isToldOf(turn, directory, caller) ? [directory] : []))
  return { server: id, key, name, up: up?.name ?? null, removed, stores: stores.slice(0, MAX_STORED) }
}

const noCopy = (turn: Turn, directory: DirectoryId): Failure => failure('NoCopyHere', { server: nameOfServer(turn.server, turn.server.id), directory })

type CopyRequest = Extract<Request, { type: 'read' | 'test' | 'access' | 'submit' | 'state' | 'abandon' | 'parent' | 'records' | 'base' }>

function performOn(turn: Turn, copy: DirectoryCopy, request: CopyRequest, who: Who): Outcomes[CopyRequest['type']] | Failure {
  switch (request.type) {
    case 'read':
      return read(turn, copy, request, sightOf(copy.visible, who))
    case 'test':
      return { equal: sameTree(readTree(copy.visible, request.path, touchOf(copy.visible, who)) ?? false, request.tree) }
    case 'access':
      return accessAt(copy, who, request.about, request.path, atTime(turn.now), { setsAt: (ts) => setsAt(copy, ts), before: (ts) => visibleBefore(copy, ts) })
    case 'submit':
      return submit(turn, copy, request.signed)
    case 'state':
      return stateOf(turn, copy, sightOf(copy.visible, who))
    case 'abandon':
      markAbandoned(turn, copy, new Set(request.copies))
      return { excluded: [...copy.excluded] }
    case 'parent': {
      const { parent = null, label = null } = effectiveParent(copy) ?? {}
      return { parent, label }
    }
    case 'records':
      return { directory: copy.directory, records: backReferences(copy.visible).slice(-MAX_RECORDS), stableMark: copy.stableMark, server: turn.server.id, gone: null }
    case 'base':
      return may(copy.visible, who, 'copy', []) ? baseOf(copy, request) : failure('NoRight', { name: `#${copy.directory}`, what: 'store a copy of' })
    default:
      return unreachable(request)
  }
}

/** Draws a change up: for who may make it as it is meant, whatever stands there, and as it turns out. */
function drawUp(turn: Turn, copy: DirectoryCopy, change: Change, caller: Caller): Drafted | Failure {
  const { procedure } = change
  const who = whoAsks(turn, copy, caller)
  const author = procedure === 'setUpOn' || procedure === 'removeS' ? serverKeyOf(turn, caller) : who().key
  const meant = meantBy(change)
  const refused = procedure === 'enrol' ? enrolFault(turn, copy, meant) : draftFault(copy.visible, who, { procedure, branches: meant, author, isMeant: true })
  if (refused !== null) return refused
  const branches = draftChange(copy, change)
  if (isFailure(branches)) return branches
  return draftFault(copy.visible, who, { procedure, branches, author }) ?? { directory: copy.directory, branches, server: turn.server.id, asOf: copy.lastSweep }
}

/** D1: the state after every update earlier than asOf, every one acknowledged here, and perhaps more. */
function read(turn: Turn, copy: DirectoryCopy, { path, form, after }: Extract<Request, { type: 'read' }>, sees: Sees): ReadOutcome | Failure {
  if (after !== null && !hasSeen(copy, after)) return failure('NotYetHere', { name: `#${copy.directory}`, after })
  const { mark, path: found } = readSnapshot(copy.visible, path, sees)
  return {
    tree: form === 'tree' ? (readTree(copy.visible, path, sees) ?? null) : null,
    labels: form === 'labels' ? (readLabels(copy.visible, path, sees) ?? null) : null,
    entries: form === 'entries' ? entriesOf(copy, turn.now, sees) : null,
    nodes: form === 'nodes' ? nodesOf(copy, path, sees) : null,
    snapshot: { mark, path: found },
    asOf: copy.lastSweep,
    server: turn.server.id,
    parting: partingOf(turn.server, copy),
    validUntil: readableUntil(copy, path, turn.now, sees),
  }
}

/** Every label of the directory with what it names, in no order: what a browser of names shows. */
function entriesOf(copy: DirectoryCopy, now: number, sees: Sees): Entry[] {
  const { visible } = copy
  return [...visibleChildren(visible.root)].filter(([label]) => sees([label])).map(([label]) => {
    const named = namedBy(visible, label, sees)!
    const detail = named.type === 'directory' ? named.directory : named.type === 'link' ? named.to : named.type === 'server' ? named.server : ''
    return [label, named.type, detail, expirationOf(copy, label, now, sees)]
  })
}

/** Everything known at a path, absent nodes too, and who wrote it: figure 2. */
function nodesOf(copy: DirectoryCopy, path: readonly Label[], sees: Sees): Nodes | null {
  const node = nodeAt(copy.visible, path)
  if (node === undefined || (path.length > 0 && visibleAt(copy.visible, path.slice(0, -1)) === undefined)) return null
  const mark = node.mark === 'absent' ? 2 : node.mark === 'present' ? 1 : 0
  if (path.length > 0 && !sees(path)) return null
  const tree: EncodedNode = [path.at(-1) ?? '', node.ts, mark, ...seenOf(encodeChildren(node.children), path, sees)]
  const stamps = new Set<Timestamp>()
  const collect = ([, ts, , ...below]: EncodedNode): void => {
    stamps.add(ts)
    for (const child of below) collect(child)
  }
  collect(tree)
  const sets = [...stamps].flatMap((ts) => setsAt(copy, ts))
  return { tree, writers: sets.map(({ ts, intent }) => [ts, intent.author]), enrolled: sets.flatMap(({ ts, intent }) => (intent.procedure === 'enrol' ? [ts] : [])) }
}

/** The nodes that a change speaks of, as branches: new is what it ends at, whatever stands there. */
function meantBy({ under: { labels }, tree, replace }: Change): Branch[] {
  const branch = (label: Label, below: Tree, isNew: boolean): Branch => [label, isNew || typeof below === 'boolean' || below.length === 0 ? null : BEGINNING, typeof below === 'boolean' ? below : below.map(([each, deeper]) => branch(each, deeper, false))]
  const [last, ...above] = labels.toReversed()
  if (last === undefined) return typeof tree === 'boolean' ? [] : tree.map(([label, below]) => branch(label, below, false))
  return [above.reduce((below, label): Branch => [label, BEGINNING, [below]], branch(last, tree, replace))]
}

/** Of nodes below a path those that are shown. */
function seenOf(nodes: readonly EncodedNode[], path: readonly Label[], sees: Sees): EncodedNode[] {
  if (sees === seesAll) return [...nodes]
  return nodes.flatMap(([label, ts, mark, ...below]): EncodedNode[] => (sees([...path, label]) ? [[label, ts, mark, ...seenOf(below, [...path, label], sees)]] : []))
}

function submit(turn: Turn, copy: DirectoryCopy, signed: SignedIntent): Accepted | Failure {
  // A1: what is known was looked at when it was accepted.
  const fault = copy.intents.has(intentId(signed.intent)) ? null : faultOfChange(turn, copy, signed.intent)
  if (fault !== null) return fault
  const accepted = originate(turn, copy, signed)
  return isFailure(accepted) ? accepted : { ts: accepted.ts, copies: [turn.server.id], ring: copy.ring.map(({ copy: id, server }) => ({ copy: id, server })) }
}

/** Keys of invitations are known to who was invited alone; those of other authors to many. */
const enrolFault = ({ now }: Turn, copy: DirectoryCopy, branches: readonly Branch[]): Failure | null => invitationFault(copy.visible, branches, now, (ts) => setsAt(copy, ts).find(({ intent }) => intent.procedure === 'enrol')?.intent.author)

/** Why a procedure may not change what it is about to, as things stand here: told to who has the right to it [A5]. */
function faultOfChange(turn: Turn, copy: DirectoryCopy, intent: Intent): Failure | null {
  if (intent.procedure === 'newD') return failure('Reserved', { name: formatPath(['.']), procedure: 'newD' })
  const refused = (intent.procedure === 'enrol' ? enrolFault(turn, copy, intent.branches) : null) ?? rightFault(copy.visible, intent, atTime(turn.now))
  if (refused !== null) return refused
  const moveFault = intent.procedure === 'move' ? (movingFault(copy) ?? ofRootFault(copy, intent)) : null
  return reservedFault(copy.visible, intent) ?? moveFault ?? removalFault(copy, intent) ?? announcementFault(copy, turn.server.root, intent) ?? unexpiredFault(turn.now, copy, intent)
}

export function stateOf(turn: Turn, copy: DirectoryCopy, sees: Sees = seesAll): CopyState {
  const log = copy.log.slice(-200).map((set): [Timestamp, string] => [set.ts, newNodes(set.intent.branches).every(sees) ? describe(set.intent.branches) : 'a change of what you may not read'])
  const seals = copy.seals.map(({ epoch, committer }) => ({ epoch, committer: committer.server }))
  return { ...factsOf(turn, copy), live: copy.visible.live, health: healthOf(turn.server, copy), ring: [...copy.ring], seals, outside: copy.outside?.epoch ?? null, log }
}

function join(turn: Turn, { directory, from }: Extract<Request, { type: 'join' }>, caller: Caller): void {
  for (const server of from) hint(turn.server, directory, server)
  if (isOwn(turn, caller)) wantRoot(turn, directory)
  beginJoin(turn, directory, from, caller)
}

/** NewD at the server that is to hold the first copy: the child with its BR first, then, by cleanup, the parent's DR [M6]. */
function performCreate(turn: Turn, { directory, signed }: Extract<Request, { type: 'create' }>, caller: Caller): void {
  const existing = turn.server.copies.get(directory)
  if (existing !== undefined) return beginCleanup(turn, existing, caller)
  const created = create(turn, directory, signed)
  if (isFailure(created)) return answer(turn, caller, created)
  const fault = isOwn(turn, caller) ? null : makingFault(turn, created, caller)
  if (fault !== null) return unmake(turn, created, caller, fault)
  if (effectiveParent(created) !== undefined) return beginCleanup(turn, created, caller)
  // O1: a root to be; it is one once what it knows of says that it lies below.
  if (wellKnownDirectories(created.visible).length > 0) return beginCleanup(turn, created, caller)
  unmake(turn, created, caller, failure('BadRequest', { reason: 'a new directory needs a back-reference to its parent' }))
}

/** Nothing is left of it, not even what was planned for it. */
function unmake(turn: Turn, { id, directory }: DirectoryCopy, caller: Caller, why: Failure): void {
  changeServer(turn, { type: 'retired', copy: id, directory })
  unschedule(turn.server.agenda, `sweep ${directory}`)
  answer(turn, caller, why)
}

/** Copies on a server until others can have it make directories; its own person decides of more. */
export const MOST_FOR_OTHERS = 1000

/**
 * A5: a server makes directories for its own person; for others where they may write the name, or, of a root to be, administer the
 * root of now, as far as it sees that here. For it is with its own person's rights that it enters them in the parent.
 */
function makingFault(turn: Turn, created: DirectoryCopy, caller: Caller): Failure | null {
  const { copies, name } = turn.server
  if (copies.size > MOST_FOR_OTHERS) return failure('BadRequest', { reason: `the server ${name} stores ${MOST_FOR_OTHERS} directories, and makes more only for its own person: choose another server` })
  const parent = effectiveParent(created)
  const [directory, path] = parent === undefined ? [wellKnownDirectories(created.visible)[0], ['.']] : [parent.parent, [parent.label]]
  if (directory === undefined) return null
  const above = directory === created.directory ? undefined : copies.get(directory)
  if (above?.state !== 'active') return failure('BadRequest', { reason: `the server ${name} makes directories for others only where it stores the directory next to them, which is #${directory}: choose another server, or make a copy of that there first` })
  return may(above.visible, whoAsks(turn, above, caller), 'write', path) ? null : failure('NoRight', { name: shown(formatPath(path)), what: 'write' })
}

const isReference = (below: Branch[2]): boolean => typeof below !== 'boolean' && below.length === 1 && below[0]![0] === 'DR'

function create(turn: Turn, directory: DirectoryId, signed: SignedIntent, root = turn.server.root): DirectoryCopy | Failure {
  const { server } = turn
  const { intent } = signed
  const hasSelf = intent.branches.some(([label]) => label === '.') && intent.branches.every(([label, , below]) => label === '.' || isReference(below))
  if (intent.procedure !== 'newD' || intent.directory !== directory || !hasSelf) {
    return failure('BadRequest', { reason: 'the first change of a directory sets what stands under its label ., and of a new root the reference to the old one' })
  }
  const id = newCopyId(turn)
  const pointer = { copy: id, server: server.id }
  const fields = { ...noFields(epochOf(1, freshId(server.fresh, 8)), pointer), ring: [{ ...pointer, name: serverNameOf({ name: server.name, root }) }] }
  const copy = createCopy(turn, { directory, id, fields, contents: emptyContents() })
  const accepted = originate(turn, copy, signed)
  if (isFailure(accepted)) {
    changeServer(turn, { type: 'retired', copy: id, directory })
    return accepted
  }
  sweepLater(turn, copy)
  return copy
}
