/**
 * Messages of every type, by the shapes of messages.ts: well-formed all of them, so that they come through the door, and
 * as false, ill-timed or excessive as a hostile author can make them. A new message or field does not compile until it is
 * generated here.
 */
import { contentsOf, copyStates, epochNumber, epochOf, type Ancestor, type Epoch, type Exclusion, type Member, type Removal, type RingPointer } from '../core/copies/directoryCopy'
import type { Health } from '../core/copies/health'
import { verdicts } from '../core/entries/parents'
import { cutPages, loadOf } from '../core/copies/pages'
import { factsOf } from '../core/copies/spread'
import { errorCodes, failure, type Failure } from '../core/errors'
import { epochFactsOf } from '../core/copies/seal'
import type { CopyMessage, EpochFacts, Facts, Message, Page } from '../core/messages'
import { compareLabels, type DirectoryId, type Label } from '../core/names'
import type { Outcomes, Request } from '../core/requests'
import { beginTurn } from '../core/server'
import { workKinds } from '../core/work'
import { BEGINNING, later, timeOf, timestamp, type Timestamp } from '../core/timestamp'
import { ancestorStamps, procedures, type Branch, type Intent, type SignedIntent, type UpdateSet } from '../core/values/intent'
import type { Certificate } from '../core/values/certificate'
import type { Tree } from '../core/values/readValue'
import type { ValueNode } from '../core/values/valueTree'
import type { Scene } from './fuzzScene'
import { certificateSignature, signature } from './simServer'

type OfType<T extends Message['type']> = Extract<Message, { type: T }>

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))
/** Few, mostly; none or many now and then. */
const few = (s: Scene): number => s.random.pick([0, 1, 1, 1, 2, 2, 3, 6])

const epoch = (s: Scene): Epoch => (s.copy !== undefined && s.random.chance(0.95) ? s.copy.epoch : s.random.pick([epochOf(0, 'aaaaaaaa'), epochOf(9999, '77777777'), epochOf(2, s.random.id(8))]))
const between = (s: Scene): { directory: DirectoryId; epoch: Epoch; from: ReturnType<Scene['sender']> } => ({ directory: s.aDirectory(), epoch: epoch(s), from: s.sender() })
const sweeping = (s: Scene): ReturnType<typeof between> & { to: ReturnType<Scene['receiver']>; attempt: string } => ({ ...between(s), to: s.receiver(), attempt: s.anAttempt() })
const pointer = (s: Scene): RingPointer => (s.copy !== undefined && s.random.chance(0.6) ? { copy: s.copy.pointer.copy, server: s.copy.pointer.server } : { copy: s.aCopy(), server: s.aServer() })
const ring = (s: Scene): Member[] => (s.random.chance(0.01) ? times(256, () => s.aMember()) : s.random.chance(0.5) ? [...(s.copy?.ring ?? [])] : times(few(s), () => s.aMember()))

/** Members that are said to have been taken out: of those there are, and of strangers. */
const removals = (s: Scene): Removal[] => (s.random.chance(0.01) ? times(1024, () => ({ copy: s.random.id(13) as Removal['copy'], ts: s.aMark() })) : s.random.chance(0.5) ? [...(s.copy?.removed ?? [])] : times(few(s), () => ({ copy: s.aCopy(), ts: s.aMark() })))
const leaving = (s: Scene): { directory: DirectoryId; from: ReturnType<Scene['sender']>; to: ReturnType<Scene['receiver']> } => ({ directory: s.directory, from: s.sender(), to: s.receiver() })

/** What the sender could truthfully say of its copy, or of the receiver's; each field a lie with some probability. */
function facts(s: Scene): Facts {
  const own = s.arena.houseOf(s.from.id)
  const [some] = s.random.shuffled(s.arena.copies(s.directory))
  const house = own?.server.copies.has(s.directory) ? own : (some?.at ?? s.to)
  const copy = house.server.copies.get(s.directory)
  const truth = copy === undefined ? null : factsOf(beginTurn(house.server, s.now), copy)
  const lies = s.random.chance(0.4) ? 0 : 0.2
  const or = <T>(fact: T | undefined, lie: () => T): T => (fact !== undefined && !s.random.chance(lies) ? fact : lie())
  return {
    copy: or(truth?.copy, () => s.sender()),
    server: s.random.chance(0.9) ? s.from.id : s.aServer(),
    name: or(truth?.name, () => s.aName()),
    state: or(truth?.state, () => s.random.pick(copyStates)),
    epoch: or(truth?.epoch, () => epoch(s)),
    pointer: or(truth?.pointer, () => pointer(s)),
    nextTS: or(truth?.nextTS, () => s.aMark()),
    lastSweep: or(truth?.lastSweep, () => s.aMark()),
    stableMark: or(truth?.stableMark, () => s.aMark()),
    digest: or(truth?.digest, () => s.aText(32)),
    ringDigest: or(truth?.ringDigest, () => s.aText(32)),
    removed: or(truth?.removed, () => removals(s)),
    excluded: or(truth?.excluded, () => exclusions(s)),
  }
}

/** Copies that are said to be left out: members too, and strangers. */
const exclusions = (s: Scene): Exclusion[] => times(s.random.chance(0.01) ? 256 : few(s), () => ({ ...s.aMember(), known: s.random.chance(0.5) ? null : s.aMark(), abandoned: s.random.chance(0.5) }))
const lineage = (s: Scene): Ancestor[] => times(s.random.chance(0.02) ? 64 : few(s), () => ({ epoch: epoch(s), mark: s.aMark() }))
const sweptRings = (s: Scene): EpochFacts['sweptRings'] => times(few(s), () => ({ ts: s.aMark(), members: times(few(s), () => s.aCopy()) }))
/** An epoch that is being made, one there is, or the next. */
const newEpoch = (s: Scene): Epoch => (s.copy !== undefined && s.random.chance(0.5) ? s.random.pick([...s.copy.seals.map((promise) => promise.epoch), epochOf(Math.min(9999, epochNumber(s.copy.promised) + 1), `m${s.random.id(7)}`)]) : epoch(s))

function epochFacts(s: Scene): EpochFacts {
  const house = s.arena.houseOf(s.from.id)
  const copy = house?.server.copies.get(s.directory)
  if (house !== undefined && copy !== undefined && s.random.chance(0.6)) return epochFactsOf(beginTurn(house.server, s.now), copy)
  return { facts: facts(s), promised: newEpoch(s), ring: ring(s), sweptRings: sweptRings(s), otherRings: times(few(s), () => ring(s)), lineage: lineage(s), known: times(few(s), (): [Member['copy'], Timestamp] => [s.aCopy(), s.aMark()]) }
}

/** New branches, labels in order. */
function fresh(s: Scene, depth: number): Branch[] {
  const labels = [...new Set(times(1 + s.random.below(3), () => s.aLabel()))].toSorted(compareLabels)
  return labels.map((label): Branch => [label, null, depth > 0 && s.random.chance(0.4) ? fresh(s, depth - 1) : true])
}

/** Branches of an intent: new ones, deletions, below nodes that stand there, and below ones that never stood anywhere. */
function branches(s: Scene): Branch[] {
  const { random } = s
  const kind = random.below(10)
  if (kind < 3) return fresh(s, 2)
  if (kind === 3) return [[s.aLabel(), null, false]]
  if (kind === 4) return [['.', null, [['BR', null, [[`${random.pick(s.directories)}${random.chance(0.5) ? '' : `.${random.id(8)}`}`, null, [[s.aLabel(), null, random.chance(0.7) ? true : [[random.pick(['Settled', 'Void']), null, true]]]]]]]]]]
  if (kind === 5) return random.chance(0.1) ? times(15, () => s.aLabel()).reduce<Branch[]>((below, label) => [[label, null, below]], [[s.aLabel(), null, true]]) : [[s.aLabel(), null, [['Server', null, [['Key', null, [[s.from.key, null, true]]], ['SI', null, [[s.from.id, null, true]]]]]]]]
  return [belowKnown(s, random.chance(0.3))]
}

/** A branch through nodes that readers see, to something new or deleted; `dead`: as if they had other time-stamps. */
function belowKnown(s: Scene, dead: boolean): Branch {
  const path: [Label, Timestamp][] = []
  for (let node: ValueNode | undefined = s.copy?.visible.root; node?.children && path.length < 1 + s.random.below(4); ) {
    const [label, child]: [Label, ValueNode] = s.random.pick([...node.children])
    path.push([label, dead ? later(path.at(-1)?.[1] ?? BEGINNING, s.aStamp()) : child.ts])
    node = child
  }
  if (path.length === 0) path.push([s.aLabel(), s.aStamp()])
  const last: Branch = s.random.chance(0.4) ? [s.aLabel(), null, false] : fresh(s, 0)[0]!
  return path.reduceRight((below, [label, ts]): Branch => [label, ts, [below]], last)
}

/** An intent signed by the sender's own key, as anybody can make one; its signature is false now and then. */
function signed(s: Scene, ts: Timestamp | null): SignedIntent {
  const { random } = s
  const intent: Intent = {
    directory: s.directory,
    author: s.from.key,
    nonce: random.chance(0.9) ? random.id(26) : s.aText(26),
    ...s.aValidity(ts),
    procedure: random.chance(0.6) ? 'doUpdates' : random.pick(procedures),
    branches: branches(s),
  }
  return { intent, signature: random.chance(0.97) ? signature(intent) : random.pick(['', 'x', `${intent.author}!0`]) }
}

/** An update set: of the sender's own, or one there is, truly or with another time-stamp. */
export function aSet(s: Scene): UpdateSet {
  const { random } = s
  const known = s.random.pick(s.arena.houses).server.copies.get(s.directory)?.log ?? []
  if (known.length > 0 && random.chance(0.3)) {
    const set = random.pick(known)
    return { intent: set.intent, signature: set.signature, ts: random.chance(0.6) ? set.ts : s.aStamp() }
  }
  const stamp = s.aStamp()
  const { intent, signature: seal } = signed(s, stamp)
  // Mostly later than the ancestors it names, as it must be.
  const last = [...ancestorStamps(intent)].reduce(later, stamp)
  return { intent, signature: seal, ts: random.chance(0.95) && last !== stamp ? timestamp(timeOf(last) + 1, s.aCopy()) : stamp }
}

const sets = (s: Scene): UpdateSet[] => times(few(s), () => aSet(s))

/** A page: one of a true transfer, or of a load of the sender's making; numbers and digest mostly right. */
function page(s: Scene): Page {
  const { random } = s
  const copy = random.pick(s.arena.houses).server.copies.get(s.directory) ?? s.copy
  const whole = copy === undefined || random.chance(0.7) ? null : loadOf(contentsOf(copy), random.chance(0.5) ? null : s.aMark())
  const log = random.chance(0.7) ? sets(s).toSorted((a, b) => (a.ts < b.ts ? -1 : 1)) : sets(s)
  const proofs = sets(s)
  const made = { base: random.chance(0.6) ? null : { base: [], proofs, intents: times(few(s), (): [string, Timestamp, number] => [s.aText(64), s.aStamp(), s.aNatural()]) }, log }
  const pages = cutPages(whole ?? made)
  const page = structuredClone(random.pick(pages))
  if (page.base !== null && random.chance(0.3)) page.base.nodes.push(...times(few(s), (i): [number, Label, Timestamp] => [random.chance(0.7) ? i + 1 : s.aNatural(), s.aLabel(), s.aStamp()]))
  if (random.chance(0.1)) page.index = s.aNatural()
  if (random.chance(0.1)) page.count = s.aNatural()
  if (random.chance(0.1)) page.digest = s.aText(32)
  return page
}

function aFailure(s: Scene): Failure {
  const { random } = s
  const long = random.chance(0.1) ? 'x'.repeat(4096) : s.aText(512)
  return failure(random.pick(errorCodes), random.pick([{}, { reason: long }, { name: long, reason: s.aText(64) }, { server: s.aName(), theirs: 'x', ours: 'y', by: 'z' }]))
}

function aTree(s: Scene, depth = 3): Tree {
  if (depth === 0 || s.random.chance(0.4)) return s.random.chance(0.7)
  return times(few(s), (): [Label, Tree] => [s.aLabel(), aTree(s, depth - 1)])
}

/** A path that stands in the directory, a way down it, or anything. */
function aPath(s: Scene): Label[] {
  const path: Label[] = []
  for (let node: ValueNode | undefined = s.copy?.visible.root; node?.children && s.random.chance(0.6) && path.length < 16; ) {
    const [label, child]: [Label, ValueNode] = s.random.pick([...node.children])
    path.push(label)
    node = child
  }
  if (s.random.chance(0.3)) path.push(...times(s.random.chance(0.05) ? 16 : few(s), () => s.aLabel()))
  return path.slice(0, 16)
}

const requests: { [T in Request['type']]: (s: Scene) => Extract<Request, { type: T }> } = {
  walk: (s) => ({ type: 'walk', directory: s.aDirectory(), begins: s.random.chance(0.5), up: s.random.chance(0.7) ? 0 : s.aNatural(), labels: aPath(s), entity: s.random.chance(0.5) ? null : s.aLabel() }),
  read: (s) => ({ type: 'read', directory: s.aDirectory(), path: aPath(s), form: s.random.pick(['tree', 'labels', 'entries', 'nodes', 'snapshot'] as const), after: s.random.chance(0.7) ? null : s.aStamp() }),
  test: (s) => ({ type: 'test', directory: s.aDirectory(), path: aPath(s), tree: aTree(s) }),
  certify: (s) => ({ type: 'certify', directory: s.aDirectory(), name: s.random.pick(['..', s.aLabel()]), key: s.random.chance(0.5) ? null : s.aText(64) }),
  access: (s) => ({ type: 'access', directory: s.aDirectory(), path: aPath(s), about: s.random.pick([null, '*', './Lampson', '../*', 'ed25519:x', s.aText(64), s.aStamp()]) }),
  draft: (s) => ({ type: 'draft', directory: s.aDirectory(), change: { procedure: s.random.pick(['doUpdates', 'setLink', 'move', 'reference', 'setUpOn', 'setInSN', 'removeS', 'setTX', 'plan', 'announce', 'removeD'] as const), under: { labels: aPath(s), incarnations: s.random.chance(0.7) ? null : times(few(s), () => s.aStamp()) }, tree: aTree(s), replace: s.random.chance(0.3) } }),
  submit: (s) => ({ type: 'submit', directory: s.aDirectory(), signed: signed(s, null) }),
  has: (s) => has(s),
  state: (s) => ({ type: 'state', directory: s.aDirectory() }),
  sweep: (s) => ({ type: 'sweep', directory: s.aDirectory(), form: s.random.pick(['ring', 'parallel'] as const) }),
  create: (s) => create(s),
  newEpoch: (s) => ({ type: 'newEpoch', directory: s.aDirectory(), servers: [...times(few(s), () => s.aServer()), s.to.id], force: s.random.chance(0.5), patience: s.random.pick([1000, 20_000, s.aNatural()]), dry: s.random.chance(0.2) }),
  baptise: (s) => ({ type: 'baptise', directory: s.aDirectory(), epoch: newEpoch(s), server: s.aServer() }),
  abandon: (s) => ({ type: 'abandon', directory: s.aDirectory(), copies: times(few(s), () => s.aCopy()) }),
  quarantine: (s) => ({ type: 'quarantine', directory: s.aDirectory() }),
  settle: (s) => ({ type: 'settle', directory: s.aDirectory(), stamps: times(few(s), () => s.aStamp()) }),
  compare: (s) => ({ type: 'compare', directory: s.aDirectory() }),
  traces: (s) => ({ type: 'traces', directory: s.aDirectory(), server: s.aServer() }),
  underWay: (s) => ({ type: 'underWay', directory: s.aDirectory() }),
  stay: (s) => ({ type: 'stay', directory: s.aDirectory() }),
  leave: (s) => ({ type: 'leave', directory: s.aDirectory(), force: s.random.chance(0.5) }),
  parent: (s) => ({ type: 'parent', directory: s.aDirectory() }),
  records: (s) => ({ type: 'records', directory: s.aDirectory() }),
  base: (s) => ({ type: 'base', directory: s.aDirectory(), stableMark: s.aMark(), lastSweep: s.aMark() }),
  foresee: (s) => ({ type: 'foresee', directory: s.aDirectory(), parent: s.aDirectory(), label: s.aLabel(), prepare: s.random.chance(0.5) }),
  removeD: (s) => ({ type: 'removeD', directory: s.aDirectory() }),
  cleanUp: (s) => ({ type: 'cleanUp', directory: s.aDirectory() }),
  describe: (s) => ({ type: 'describe', directory: s.aDirectory() }),
  setInSN: (s) => ({ type: 'setInSN', directory: s.aDirectory(), to: s.random.chance(0.5) }),
  removeS: (s) => ({ type: 'removeS', directory: s.aDirectory() }),
  checkS: (s) => ({ type: 'checkS', directory: s.aDirectory(), name: s.random.chance(0.5) ? null : s.aName(), repair: s.random.chance(0.7) }),
  join: (s) => ({ type: 'join', directory: s.random.chance(0.7) ? s.aDirectory() : (s.random.id(20) as DirectoryId), from: times(few(s), () => s.aServer()) }),
}
export const requestKinds = Object.keys(requests) as Request['type'][]

/** An update that the copy has, lacks, or may not take. */
function has(s: Scene): Extract<Request, { type: 'has' }> {
  const set = s.random.chance(0.7) ? aSet(s) : null
  return { type: 'has', directory: s.aDirectory(), ts: set === null || s.random.chance(0.1) ? s.aStamp() : set.ts, set }
}

/** A new directory, or one there is, with a back-reference to a parent that may be itself. */
function create(s: Scene): Extract<Request, { type: 'create' }> {
  const { random } = s
  const directory = random.chance(0.5) ? s.directory : (random.id(20) as DirectoryId)
  const parent = random.chance(0.5) ? directory : random.pick(s.directories)
  const named: Branch[] = [['.', null, [['BR', null, [[parent, null, [[s.aLabel(), null, true]]]]]]]]
  const intent: Intent = { ...signed(s, null).intent, directory, procedure: 'newD', branches: random.chance(0.7) ? named : [['.', null, fresh(s, 1)]] }
  return { type: 'create', directory, signed: { intent, signature: signature(intent) } }
}

const labels = (s: Scene): Label[] => times(few(s), () => s.aLabel())
/** Answers as their askers want them: true in shape, false in content. */
const outcomes: { [T in Request['type']]: (s: Scene) => Outcomes[T] } = {
  walk: (s) => ({ steps: [], directory: s.random.pick(s.directories), servers: times(few(s), () => s.aServer()), names: times(few(s), () => s.aName()), up: s.random.chance(0.8) ? 0 : s.aNatural(), rest: labels(s), outcome: s.random.pick(['found', 'on', 'link', 'moved', 'lost'] as const), failure: s.random.chance(0.8) ? null : aFailure(s), link: s.random.pick([null, '', '/', '#', '../'.repeat(1000), `#${s.directory}/x`, '%', 'x'.repeat(4096)]), entity: s.random.chance(0.5) ? null : s.aLabel() }),
  read: (s) => ({ tree: s.random.chance(0.3) ? null : referenceOrTree(s), labels: s.random.chance(0.5) ? null : labels(s), entries: null, nodes: null, snapshot: { mark: s.random.pick(['present', 'absent'] as const), path: times(few(s), (): [Label, Timestamp] => [s.aLabel(), s.aStamp()]) }, validUntil: null, asOf: s.aMark(), server: s.aServer(), parting: s.random.pick(['no', 'leftOut', 'split'] as const) }),
  test: (s) => ({ equal: s.random.chance(0.5) }),
  certify: (s) => ({ chain: times(few(s), () => certificate(s)) }),
  access: (s) => ({ isThen: s.random.chance(0.5), isOpen: s.random.chance(0.5), owner: s.random.chance(0.5) ? null : s.aText(64), triples: s.random.chance(0.3) ? null : times(few(s), () => ({ triple: s.aText(64), ts: s.aStamp(), isFinal: s.random.chance(0.5) })), key: null, names: times(few(s), () => s.aText(64)), granting: times(few(s), () => s.aText(64)), allowed: [['read', s.aText(64), s.random.chance(0.5)]] }),
  draft: (s) => ({ directory: s.random.pick(s.directories), branches: s.random.chance(0.2) ? [] : branches(s), server: s.aServer(), asOf: s.aMark() }),
  submit: (s) => ({ ts: s.aStamp(), copies: times(few(s), () => s.aServer()), ring: times(few(s), () => pointer(s)) }),
  has: (s) => ({ copy: s.aCopy(), here: s.random.chance(0.7), ring: times(few(s), () => pointer(s)), removed: times(few(s), () => s.aCopy()) }),
  state: (s) => ({ ...facts(s), live: s.aNatural(), health: health(s), ring: ring(s), seals: times(few(s), () => ({ epoch: newEpoch(s), committer: s.aServer() })), outside: s.random.chance(0.5) ? null : newEpoch(s), log: times(few(s), (): [Timestamp, string] => [s.aStamp(), s.aText(4096)]) }),
  sweep: (s) => ({ sweepTS: s.aMark(), members: times(few(s), () => s.aServer()) }),
  create: (s) => ({ copy: s.aCopy(), label: s.random.chance(0.5) ? null : s.aLabel() }),
  join: (s) => ({ copy: s.aCopy() }),
  leave: (s) => ({ copy: s.aCopy() }),
  newEpoch: (s) => ({ epoch: newEpoch(s), excluded: exclusions(s) }),
  baptise: (s) => ({ epoch: newEpoch(s), excluded: exclusions(s) }),
  abandon: (s) => ({ excluded: exclusions(s) }),
  quarantine: (s) => ({ epoch: newEpoch(s), entries: s.random.chance(0.3) ? null : times(few(s), () => ({ ts: s.aStamp(), author: s.aText(64), what: s.aText(64), procedure: 'doUpdates' as const, changes: [{ path: aPath(s), tree: aTree(s) }], conflict: s.random.chance(0.5) })) }),
  settle: (s) => ({ left: s.aNatural() }),
  compare: (s) => ({ copy: s.aCopy() }),
  traces: (s) => ({ rings: knownDirectories(s), awaited: knownDirectories(s), alone: knownDirectories(s), above: times(few(s), () => ({ directory: s.aDirectory(), label: s.aLabel(), name: s.aText(64) })) }),
  underWay: (s) => ({
    now: s.aNatural(),
    work: times(few(s), () => ({ kind: s.random.pick(workKinds), what: s.aText(64), about: s.aText(64), directory: s.random.chance(0.5) ? null : s.aDirectory(), label: s.random.chance(0.5) ? null : s.aLabel(), step: s.aText(256), waitsFor: times(few(s), () => ({ server: s.aServer(), name: s.aName(), connected: s.random.chance(0.5) })), since: s.random.chance(0.5) ? null : s.aNatural() })),
    announced: times(few(s), () => ({ directory: s.aDirectory(), label: s.aLabel(), name: s.aText(64), server: s.random.chance(0.5) ? null : s.aServer(), since: s.aNatural() })),
  }),
  stay: (s) => ({ copy: s.aCopy(), stays: s.random.chance(0.5) }),
  parent: (s) => ({ parent: s.random.chance(0.3) ? null : s.aDirectory(), label: s.random.chance(0.3) ? null : s.aLabel() }),
  records: (s) => ({ directory: s.aDirectory(), records: times(few(s), () => ({ parent: s.aDirectory(), label: s.aLabel(), ts: s.aStamp(), born: s.random.chance(0.3), ofRoot: s.random.chance(0.1), key: s.aText(64), verdict: s.random.pick(verdicts) })), stableMark: s.aMark(), server: s.aServer(), gone: s.random.chance(0.8) ? null : { in: s.aDirectory(), known: s.random.chance(0.5) } }),
  base: (s) => ({ epoch: epoch(s), stableMark: s.aMark(), upTo: s.aMark(), digest: s.aText(64) }),
  foresee: (s) => ({ directory: s.aDirectory() }),
  removeD: (s) => ({ directory: s.aDirectory() }),
  cleanUp: (s) => ({ copy: s.aCopy(), label: s.random.chance(0.5) ? null : s.aLabel() }),
  describe: (s) => ({ server: s.aServer(), key: s.aText(128), name: s.aName(), up: s.random.chance(0.5) ? null : s.aName(), removed: s.random.chance(0.2), stores: times(few(s), () => s.aDirectory()) }),
  setInSN: (s) => ({ directory: s.aDirectory() }),
  removeS: (s) => ({ server: s.aServer() }),
  checkS: (s) => ({ findings: times(few(s), () => ({ rule: s.aText(16), sentence: s.aText(1024), repair: s.aText(1024), repaired: s.random.chance(0.5) })) }),
}

const knownDirectories = (s: Scene): { directory: DirectoryId; name: string }[] => times(few(s), () => ({ directory: s.aDirectory(), name: s.aText(64) }))

function health(s: Scene): Health {
  const storage = { persisted: s.random.pick([null, true, false]), used: s.random.chance(0.5) ? null : s.aNatural(), quota: s.random.chance(0.5) ? null : s.aNatural() }
  const heldBackBy = s.random.chance(0.5) ? null : { server: s.aServer(), phase: 'look' as const, since: s.aNatural(), reason: s.aText(400) }
  return { sweeps: { started: s.aNatural(), completed: s.aNatural(), failed: s.aNatural() }, blamed: times(few(s), () => ['read', s.aServer(), s.aNatural()]), heldBackBy, alarm: s.random.chance(0.5) ? null : s.aText(400), refusals: times(few(s), () => [s.aText(400), s.aNatural()]), skew: times(few(s), () => [s.aServer(), -s.aNatural()]), correction: s.aNatural(), storage }
}

/** What the parent may say of a directory: its reference, somebody else's, or nonsense. */
const referenceOrTree = (s: Scene): Tree =>
  s.random.chance(0.3) ? aTree(s) : [['DI', [[s.random.pick(s.directories), true]]], ['Servers', times(few(s), (): [Label, Tree] => [s.random.chance(0.5) ? s.aLabel() : 'x', true])], ['SI', [[s.aServer(), true]]]]

const messages: { [T in Message['type']]: (s: Scene) => OfType<T> } = {
  hello: (s) => ({ type: 'hello', root: s.random.chance(0.3) ? null : s.random.pick(s.directories), name: s.random.chance(0.2) ? null : s.aName(), rank: s.random.pick([null, 0, -1, 1e6]) }),
  credentials: (s) => ({ type: 'credentials', chains: times(few(s), () => times(few(s), () => certificate(s))) }),
  request: (s) => ({ type: 'request', id: s.random.chance(0.9) ? s.random.id(16) : s.aText(32), request: requests[s.random.pick(requestKinds)](s) }),
  answer: (s) => answer(s),
  greet: (s) => ({ type: 'greet', ...between(s), facts: facts(s) }),
  updates: (s) => ({ type: 'updates', ...between(s), directory: s.directory, sets: sets(s) }),
  spliceNews: (s) => ({ type: 'spliceNews', ...between(s), members: ring(s), lastSweep: s.aMark() }),
  lookSweep: (s) => ({ type: 'lookSweep', ...sweeping(s), sweepTS: s.aMark() }),
  looked: (s) => ({ type: 'looked', ...sweeping(s), facts: facts(s) }),
  readSweep: (s) => ({ type: 'readSweep', ...sweeping(s), since: s.aMark(), whole: s.random.chance(0.4), index: s.aNatural() }),
  readPage: (s) => ({ type: 'readPage', ...sweeping(s), directory: s.directory, facts: facts(s), page: page(s) }),
  writeSweep: (s) => ({ type: 'writeSweep', ...sweeping(s), directory: s.directory, sweepTS: s.aMark(), stableMark: s.aMark(), baseMark: s.aMark(), ring: ring(s), removed: removals(s), excluded: exclusions(s), page: page(s) }),
  wrote: (s) => ({ type: 'wrote', ...sweeping(s), index: s.aNatural(), lastSweep: s.aMark() }),
  sweepRefused: (s) => ({ type: 'sweepRefused', ...sweeping(s), failure: aFailure(s) }),
  askSnapshot: (s) => ({ type: 'askSnapshot', directory: s.aDirectory(), joiner: s.aJoiner(), index: s.aNatural() }),
  snapshotPage: (s) => ({ type: 'snapshotPage', directory: s.directory, joiner: s.aJoiner(), facts: facts(s), highest: s.aMark(), ring: ring(s), sweptRings: sweptRings(s), lineage: lineage(s), foreignMark: s.aMark(), page: page(s) }),
  snapshotRefused: (s) => ({ type: 'snapshotRefused', directory: s.aDirectory(), joiner: s.aJoiner(), failure: aFailure(s) }),
  askSplice: (s) => ({ type: 'askSplice', directory: s.aDirectory(), joiner: s.aJoiner(), name: s.aName(), epoch: epoch(s), predecessor: s.receiver(), pointer: pointer(s), lastSweep: s.random.chance(0.6) ? (s.copy?.lastSweep ?? s.aMark()) : s.aMark(), stableMark: s.random.chance(0.6) ? (s.copy?.stableMark ?? s.aMark()) : s.aMark() }),
  askFate: (s) => ({ type: 'askFate', directory: s.aDirectory(), joiner: s.aJoiner(), predecessor: s.receiver() }),
  spliced: (s) => ({ type: 'spliced', directory: s.aDirectory(), joiner: s.aJoiner(), nextTS: s.aMark(), ring: ring(s), removed: removals(s) }),
  spliceRefused: (s) => ({ type: 'spliceRefused', directory: s.aDirectory(), joiner: s.aJoiner(), reason: s.aText(512) }),
  askStanding: (s) => ({ type: 'askStanding', ...leaving(s) }),
  standing: (s) => ({ type: 'standing', ...leaving(s), facts: facts(s), begun: s.random.chance(0.5) ? null : s.aMark(), knowsYou: s.random.chance(0.5) }),
  askTakeOver: (s) => ({ type: 'askTakeOver', ...leaving(s), attempt: s.aLeave() }),
  readHandOver: (s) => ({ type: 'readHandOver', ...leaving(s), attempt: s.aLeave(), nonce: s.aNonce(), index: s.aNatural() }),
  handOverPage: (s) => ({ type: 'handOverPage', ...leaving(s), nonce: s.aNonce(), pointer: pointer(s), removed: removals(s), page: page(s) }),
  takenOver: (s) => ({ type: 'takenOver', ...leaving(s), ts: s.aMark() }),
  notTaken: (s) => ({ type: 'notTaken', ...leaving(s), attempt: s.aLeave() }),
  letBe: (s) => ({ type: 'letBe', ...leaving(s), attempt: s.aLeave() }),
  leftBe: (s) => ({ type: 'leftBe', ...leaving(s), attempt: s.aLeave() }),
  askEpochFacts: (s) => ({ type: 'askEpochFacts', directory: s.aDirectory(), nonce: s.aNonce() }),
  epochFacts: (s) => ({ type: 'epochFacts', directory: s.directory, nonce: s.anAttempt(), failure: s.random.chance(0.8) ? null : aFailure(s), facts: s.random.chance(0.2) ? null : epochFacts(s) }),
  seal: (s) => ({ type: 'seal', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), committer: s.sender(), ring: sealedRing(s) }),
  sealed: (s) => ({ type: 'sealed', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), facts: epochFacts(s) }),
  sealRefused: (s) => ({ type: 'sealRefused', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), failure: aFailure(s) }),
  askEpoch: (s) => ({ type: 'askEpoch', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), from: s.sender() }),
  epochNews: (s) => ({ type: 'epochNews', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), from: s.sender(), ring: sealedRing(s), excluded: exclusions(s), lineage: lineage(s), digest: s.aText(32) }),
  epochGivenUp: (s) => ({ type: 'epochGivenUp', directory: s.directory, to: s.receiver(), epoch: newEpoch(s), from: s.sender() }),
  copyGone: (s) => ({ type: 'copyGone', directory: s.directory, copy: s.random.chance(0.5) ? s.sender() : s.aCopy() }),
}
/** Somebody's word for a key, mostly that of the sender. */
function certificate(s: Scene): Certificate {
  const directory = s.random.chance(0.5) ? null : s.aDirectory()
  const [from, until] = s.random.pick([[s.aNatural(), s.aNatural()] as const, [0, 8e12] as const])
  const said = { directory, genesis: directory === null ? null : s.aText(255), issuer: s.aText(128), name: directory === null ? '' : s.random.pick(['', '..', s.aLabel()]), subject: s.random.chance(0.6) ? s.from.key : s.aText(128), from: Math.min(from, 9e12), until: Math.min(until, 9e12) }
  return { ...said, signature: certificateSignature(said) }
}

/** A ring with sender and receiver in it, mostly. */
const sealedRing = (s: Scene): Member[] => [...(s.random.chance(0.9) ? [{ copy: s.sender(), server: s.from.id, name: s.aName() }] : []), ...(s.random.chance(0.7) ? [{ copy: s.receiver(), server: s.to.id, name: s.aName() }] : []), ...times(few(s), () => s.aMember())]
export const messageKinds = Object.keys(messages) as Message['type'][]
/** Messages of which a copy asks that a member of its ring sends them. */
export const ringKinds: readonly CopyMessage['type'][] = ['greet', 'updates', 'spliceNews', 'lookSweep', 'looked', 'readSweep', 'readPage', 'writeSweep', 'wrote', 'sweepRefused']

/** An answer to what the receiver asked, if it asked anything. */
function answer(s: Scene): OfType<'answer'> {
  const errand = s.anErrand()
  const kind = errand === undefined || s.random.chance(0.1) ? s.random.pick(requestKinds) : errand.request.type
  const outcome = s.random.chance(0.95) ? JSON.stringify(outcomes[kind](s)) : s.random.pick(['', 'null', '{', '['.repeat(2000), '{"__proto__":1}', '1e400'])
  return { type: 'answer', id: errand?.id ?? s.aText(32), failure: s.random.chance(0.8) ? null : aFailure(s), outcome, elsewhere: times(few(s), () => s.aServer()) }
}

/** A message of a type, well-formed, for the scene's receiver. */
export const generate = (s: Scene, type: Message['type']): Message => messages[type](s)
export const generateRequest = (s: Scene, type: Request['type']): Message => ({ type: 'request', id: s.random.id(16), request: requests[type](s) })

const replies: { [T in Message['type']]?: Message['type'][] } = {
  hello: ['hello'],
  request: ['answer'],
  greet: ['updates', 'greet', 'spliceNews'],
  updates: ['greet'],
  lookSweep: ['looked', 'looked', 'sweepRefused'],
  readSweep: ['readPage', 'readPage', 'sweepRefused'],
  writeSweep: ['wrote', 'sweepRefused'],
  askSnapshot: ['snapshotPage', 'snapshotPage', 'snapshotRefused'],
  askSplice: ['spliced', 'spliced', 'spliceRefused'],
  askFate: ['spliced', 'spliceRefused'],
  askStanding: ['standing'],
  askTakeOver: ['readHandOver', 'readHandOver', 'notTaken', 'takenOver'],
  letBe: ['leftBe', 'leftBe', 'notTaken', 'takenOver'],
  readHandOver: ['handOverPage'],
  askEpochFacts: ['epochFacts'],
  seal: ['sealed', 'sealed', 'sealRefused', 'epochGivenUp'],
  askEpoch: ['epochNews', 'epochNews', 'epochGivenUp', 'copyGone'],
  epochNews: ['askEpoch', 'copyGone'],
}

/** What the one who was asked may say: an answer that belongs to the question, whatever else it says. */
export function generateReply(s: Scene, question: Message): Message {
  const type = s.random.pick(replies[question.type] ?? messageKinds)
  const reply = { ...generate(s, type) } as unknown as Record<string, unknown>
  const asked = question as unknown as Record<string, unknown>
  for (const field of ['joiner', 'attempt', 'nonce', 'epoch', 'id']) if (field in reply && field in asked) reply[field] = asked[field]
  if ('to' in asked && 'from' in reply) reply['from'] = asked['to']
  if ('from' in asked && 'to' in reply) reply['to'] = asked['from']
  const { page } = reply as { page?: Page }
  if (page !== undefined && typeof asked['index'] === 'number' && s.random.chance(0.8)) reply['page'] = { ...page, index: asked['index'] }
  return reply as unknown as Message
}
