/**
 * DC. One server's copy of one directory ("Administrative level", figures 3 to 5; SPEC §5).
 *
 * Copies are kept approximately the same. Update messages are fast and may fail; the sweep is slow and may not. So a
 * reader can trust exactly one thing: the copy has every update, from any server, that is earlier than `lastSweep` [DC1].
 *
 * A copy changes only by `applyChange`; the changes are what is stored, so a restart replays what ran.
 */
import { invariant } from '../assert'
import { isAuthorised, isClosed, isGoverning, speaksOfSelf, touchesAccess } from '../auth/authorise'
import { digestOfText } from '../digest'
import type { CopyId, DirectoryId, ServerId } from '../names'
import { after, BEGINNING, later, timeOf, type Timestamp } from '../timestamp'
import { decodeTree, encodeChildren, type EncodedNode } from '../values/encodeTree'
import { ancestorStamps, applySet, inOrder, intentId, setId, updatesOf, type SetId, type UpdateSet } from '../values/intent'
import { emptyTree, forgetAbsent, share, type ValueTree } from '../values/valueTree'

/**
 * A directory's period with one ring [E1]: its number, then `m` if its members held the majority of the ring before, `f` if
 * it was forced, and a random part: no two epochs share an id, and of two with one number the one with the majority rules.
 */
export type Epoch = string & { readonly epoch: unique symbol }
export const epochOf = (number: number, random: string): Epoch => `${String(number).padStart(4, '0')}.${random}` as Epoch
export const epochNumber = (epoch: Epoch): number => Number(epoch.slice(0, 4))
/** E8: not by a majority; who did so answers for two rings. */
export const isForced = (epoch: Epoch): boolean => epoch[5] === 'f'
export const isEpoch = (text: string): text is Epoch => /^\d{4}\.[a-z2-7]{8}$/.test(text)

/** Copies that a ring can have. */
export const MAX_RING = 256
/** Epochs that a copy remembers to have been through; that it can be sealed for at once; rings of sweeps that it remembers. */
export const MAX_LINEAGE = 64
export const MAX_SEALS = 16
export const MAX_SWEPT_RINGS = 64

/** Names a copy, not a server [R1]: a copy made again on the same server is another member. */
export interface RingPointer {
  copy: CopyId
  server: ServerId
}

/** A member of the ring as this copy knows it; `name` is its server's name (SN), a hint. */
export interface Member extends RingPointer {
  name: string
}

/** What p answered, for good, to a copy that asked to be spliced in behind it [R2, R4]. */
export type Splice =
  /** `known`: it has said that it is active, so nobody will ask any more. */
  { copy: CopyId; server: ServerId; answer: 'spliced' | 'known'; nextTS: Timestamp } | { copy: CopyId; answer: 'refused' }

/** A joining copy's own side of the splice [R2]: behind whom, and what that one's snapshot said [R3]. */
export interface Joining {
  predecessor: RingPointer
  lastSweep: Timestamp
  stableMark: Timestamp
}

/** A copy's own side of its leaving [R5, R6]. */
export interface Leaving {
  /** nextTS when it turned leaving: it issued nothing since. */
  begun: Timestamp
  /** One attempt at a time, bound to one predecessor; greater than every one of an earlier leaving [R6]. */
  attempt: number
  predecessor: RingPointer | null
  /** Time-stamp of the removal; null before. */
  taken: Timestamp | null
  /** Why it is to stay after all, in words: so it does as soon as it is known that nobody takes it over [R10]. Null while it is not. */
  staying: string | null
}

/** A copy that was taken out of the ring, and nextTS of the copy that did it, then: known until F has passed that [R8]. */
export interface Removal {
  copy: CopyId
  ts: Timestamp
}

/** A promise of this copy to an epoch that is being made [E2]: it does no ring work until it knows what became of it. */
export interface Seal {
  epoch: Epoch
  /** Whose pointer, written last, makes the ring of this epoch the one that rules [E3]. */
  committer: RingPointer
  /** The members in order: each will point at the next. */
  ring: readonly Member[]
  /** Its committer is gone: this copy waits for it no longer. */
  released: boolean
}

/** A copy that an epoch left out [E3, E4]. */
export interface Exclusion extends Member {
  /** The greatest time-stamp from it that the members of the epoch knew; null: none since F [E7]. */
  known: Timestamp | null
  /** It will not come back with what it has, so that F need not wait for it. Never taken back. */
  abandoned: boolean
}

/** An epoch that a later one goes on with, and F when it ended: every update of it that is older was at every copy of it [E3]. */
export interface Ancestor {
  epoch: Epoch
  mark: Timestamp
}

/** The ring that a sweep found, and the first sweep that found this one. */
export interface SweptRing {
  ts: Timestamp
  members: readonly CopyId[]
}

/** What an excluded copy knows of the epoch without it, and what a person has decided on its updates [E7]. */
export interface Outside {
  epoch: Epoch
  ring: readonly Member[]
  /** Older updates were at this copy and at the ring's when they parted: what the ring lacks of them it has removed. */
  mark: Timestamp
  /** What a person has decided on, by its time-stamp. */
  settled: readonly Timestamp[]
}

/** `excluded`: an epoch left it out [E7]. `rolledBack`: its store is older than what it has promised [B3]. */
export const copyStates = ['joining', 'active', 'leaving', 'left', 'excluded', 'rolledBack'] as const

/** The durable numbers and pointers of a copy. */
export interface CopyFields {
  state: (typeof copyStates)[number]
  epoch: Epoch
  /** The time-stamp that the next update originating here is at least given. Never decreases [monotone]. */
  nextTS: Timestamp
  /** Every update of this epoch earlier than this is here [DC1]. Never decreases within an epoch [monotone], begins anew with each [E4]. */
  lastSweep: Timestamp
  /** F, the stable mark: every update earlier than this is at every copy [F1]. Never decreases [monotone]. */
  stableMark: Timestamp
  /** hi: the greatest lastSweep this copy ever had. */
  highest: Timestamp
  pointer: RingPointer
  /** The known ring: who has been told of or seen in a sweep; a hint for whom to ask, never membership [P5]. */
  ring: readonly Member[]
  splices: readonly Splice[]
  joining: Joining | null
  leaving: Leaving | null
  /** Members that were taken out: they are not known as members again, and a ring may lack them [R8]. */
  removed: readonly Removal[]
  /** The greatest epoch that this copy has promised itself to: it does not for any up to it [E2]. */
  promised: Epoch
  /** Epochs that are being made, or were made without word of it reaching this copy, oldest first [E2]. */
  seals: readonly Seal[]
  /** Whom this epoch left out; while one of them may come back, F is frozen [E4]. */
  excluded: readonly Exclusion[]
  /** The epochs whose updates this one goes on with, oldest first. */
  lineage: readonly Ancestor[]
  /** F when this epoch began here. */
  epochMark: Timestamp
  /** The greatest F of epochs that this one goes on with and that this copy was not in: what it lacks of them its first sweep brings, up to there [E4]. */
  foreignMark: Timestamp
  /** From the newest ring that all its members are known to know, to the newest ring of a sweep [E8]. */
  sweptRings: readonly SweptRing[]
  /** Of an excluded copy [E7]. */
  outside: Outside | null
}

export interface DirectoryCopy extends CopyFields {
  readonly directory: DirectoryId
  readonly id: CopyId
  /** The tree folded to the stable mark: present nodes only. Equal epoch and F mean equal bases. */
  base: ValueTree
  /** By time-stamp of the live nodes of the base, what created them: their proof. One set each, but for false stamps [A1]. */
  proofs: Map<Timestamp, readonly UpdateSet[]>
  /** All update sets at or after the stable mark, in order of time-stamp, superseded ones too. */
  log: UpdateSet[]
  /** What readers see: the base and the log, folded. */
  visible: ValueTree
  /** Sets of the log with an ancestor that has not arrived: they displace nothing until it does [V2]. */
  waiting: Map<SetId, UpdateSet>
  /** Of those, by the time-stamp of an ancestor that each lacks: who is to be looked at when it arrives. */
  awaited: Map<Timestamp, SetId[]>
  /** Sets of the log that were not authorised, by all older ones that are here: they change nothing [A2]. */
  unauthorised: Set<SetId>
  /** Whether there are triples, or there were some since F: only then rights are looked at. */
  guarded: boolean
  /** First stamp and end of validity of each intent: of one intent stamped twice the earlier counts [A1]. */
  intents: Map<string, { ts: Timestamp; until: number }>
}

/** Everything of a copy as plain data, for the store and for handing over to a joining copy. */
export interface EncodedCopy {
  directory: DirectoryId
  id: CopyId
  fields: CopyFields
  contents: Contents
}

/** The data of a copy without its place in the ring. */
export interface Contents {
  base: EncodedNode[]
  proofs: UpdateSet[]
  log: UpdateSet[]
  intents: [id: string, ts: Timestamp, until: number][]
}

export type CopyChange =
  | { type: 'created'; copy: EncodedCopy }
  | { type: 'absorbed'; sets: UpdateSet[] }
  | { type: 'fields'; fields: Partial<CopyFields> }
  | { type: 'joined'; stableMark: Timestamp; contents: Contents }

export const emptyContents = (): Contents => ({ base: [], proofs: [], log: [], intents: [] })

export const noFields = (epoch: Epoch, pointer: RingPointer): CopyFields => ({
  state: 'active',
  epoch,
  nextTS: BEGINNING,
  lastSweep: BEGINNING,
  stableMark: BEGINNING,
  highest: BEGINNING,
  pointer,
  ring: [],
  splices: [],
  joining: null,
  leaving: null,
  removed: [],
  promised: epoch,
  seals: [],
  excluded: [],
  lineage: [],
  epochMark: BEGINNING,
  foreignMark: BEGINNING,
  sweptRings: [],
  outside: null,
})

/** What was stored before there were epochs lacks some fields; then lineages were without marks, and `outside` without one. */
function upToDate(fields: CopyFields): Partial<CopyFields> {
  const { lineage = [], outside, lastSweep = BEGINNING, foreignMark } = fields as Partial<CopyFields>
  const marked = (ancestor: Ancestor | Epoch): Ancestor => (typeof ancestor === 'string' ? { epoch: ancestor, mark: BEGINNING } : ancestor)
  const marks = lineage.map(marked)
  // What a copy lacked of other epochs was not stored: of one that no sweep has met it may be all of them.
  const foreign = foreignMark ?? (lastSweep === BEGINNING ? marks.map(({ mark }) => mark).reduce(later, BEGINNING) : BEGINNING)
  return { ...fields, foreignMark: foreign, lineage: marks, outside: outside ? { ...outside, mark: outside.mark ?? BEGINNING } : null }
}

export function restoreCopy({ directory, id, fields, contents }: EncodedCopy): DirectoryCopy {
  const tally = new Map<Timestamp, number>()
  const base = decodeTree(contents.base, tally)
  const copy: DirectoryCopy = {
    directory,
    id,
    ...noFields(fields.epoch, fields.pointer),
    ...upToDate(fields),
    base,
    proofs: proofsOf(contents.proofs),
    log: contents.log,
    visible: emptyTree(),
    waiting: new Map(),
    awaited: new Map(),
    unauthorised: new Set(),
    guarded: false,
    intents: new Map([...contents.intents.map(([intent, ts, until]) => [intent, { ts, until }] as const), ...contents.log.map(({ intent, ts }) => [intentId(intent), { ts, until: intent.until }] as const)]),
  }
  refold(copy)
  return copy
}

export function encodeCopy(copy: DirectoryCopy): EncodedCopy {
  const { state, epoch, nextTS, lastSweep, stableMark, highest, pointer, ring, splices, joining, leaving, removed } = copy
  const { promised, seals, excluded, lineage, epochMark, foreignMark, sweptRings, outside } = copy
  return {
    directory: copy.directory,
    id: copy.id,
    fields: { state, epoch, nextTS, lastSweep, stableMark, highest, pointer, ring, splices, joining, leaving, removed, promised, seals, excluded, lineage, epochMark, foreignMark, sweptRings, outside },
    contents: contentsOf(copy),
  }
}

export function contentsOf(copy: DirectoryCopy): Contents {
  return {
    base: encodeChildren(copy.base.root.children),
    proofs: [...copy.proofs.values()].flat(),
    log: [...copy.log],
    intents: [...copy.intents].map(([id, { ts, until }]) => [id, ts, until]),
  }
}

function proofsOf(sets: readonly UpdateSet[]): DirectoryCopy['proofs'] {
  const proofs: DirectoryCopy['proofs'] = new Map()
  for (const set of sets) addProof(proofs, set)
  return proofs
}

const addProof = (proofs: DirectoryCopy['proofs'], set: UpdateSet): unknown => proofs.set(set.ts, [...(proofs.get(set.ts) ?? []), set])

/** All sets that a copy has: those that prove what its base shows, then its log. */
export const setsOf = ({ proofs, log }: DirectoryCopy): UpdateSet[] => [...[...proofs.values()].flat(), ...log]

/** The sets with a time-stamp that a copy has, as far as they prove or may still change something. */
export const setsAt = (copy: DirectoryCopy, ts: Timestamp): readonly UpdateSet[] => copy.proofs.get(ts) ?? inLogAt(copy, ts)

function inLogAt({ log }: DirectoryCopy, ts: Timestamp): UpdateSet[] {
  const from = position(log, ts)
  let to = from
  while (log[to]?.ts === ts) to++
  return log.slice(from, to)
}

/** The one way a copy changes; deterministic, so that replaying stored changes gives the same copy. */
export function applyChange(copy: DirectoryCopy, change: Exclude<CopyChange, { type: 'created' }>): void {
  switch (change.type) {
    case 'absorbed':
      absorb(copy, change.sets)
      return
    case 'fields':
      setFields(copy, change.fields)
      return
    case 'joined':
      joinContents(copy, change.stableMark, change.contents)
      return
  }
}

function setFields(copy: DirectoryCopy, fields: Partial<CopyFields>): void {
  const { nextTS = copy.nextTS, lastSweep = copy.lastSweep, stableMark = copy.stableMark, epoch = copy.epoch } = fields
  invariant(nextTS >= copy.nextTS, 'monotone', `nextTS of ${copy.id} would fall from ${copy.nextTS} to ${nextTS}`)
  invariant(epoch >= copy.epoch, 'E1', `the epoch of ${copy.id} would fall from ${copy.epoch} to ${epoch}`)
  invariant(epoch > copy.epoch || lastSweep >= copy.lastSweep, 'monotone', `lastSweep of ${copy.id} would fall from ${copy.lastSweep} to ${lastSweep}`)
  invariant(stableMark >= copy.stableMark, 'monotone', `F of ${copy.id} would fall from ${copy.stableMark} to ${stableMark}`)
  if (stableMark > copy.stableMark) fold(copy, stableMark)
  Object.assign(copy, fields)
  copy.highest = later(copy.highest, copy.lastSweep)
}

/** True when the copy holds this set, or knows that it changes nothing. */
export function knows(copy: DirectoryCopy, set: UpdateSet): boolean {
  if (set.ts < copy.stableMark) return true
  const first = copy.intents.get(intentId(set.intent))
  return first !== undefined && first.ts <= set.ts
}

/** Every update of this copy's epoch that is earlier is here [DC1, F1]. */
export const completeTo = ({ lastSweep, stableMark }: Pick<DirectoryCopy, 'lastSweep' | 'stableMark'>): Timestamp => later(lastSweep, stableMark)

/** Whether no sweep of its epoch has met this copy. */
export const isUnswept = ({ lastSweep }: Pick<DirectoryCopy, 'lastSweep'>): boolean => lastSweep === BEGINNING

/** The greatest F that a copy believes of others [P8]: nowhere past what it is complete to, of the epochs that it was in, and of others only before a sweep of its own has met it. */
export const mostStable = (copy: Pick<DirectoryCopy, 'lastSweep' | 'stableMark' | 'highest' | 'foreignMark'>): Timestamp => (isUnswept(copy) ? [completeTo(copy), copy.highest, copy.foreignMark].reduce(later) : completeTo(copy))

/** Whether an update with this time-stamp is among those a read of this copy reflects [D1]. */
export const hasSeen = (copy: DirectoryCopy, ts: Timestamp): boolean => ts < completeTo(copy) || inLog(copy, ts)

/** Whether this copy has something to learn of epochs: what became of one, or who rules now [E2, E7, B3]. */
export const asksAfterEpochs = (copy: DirectoryCopy): boolean => isSealed(copy) || copy.state === 'excluded' || copy.state === 'rolledBack'

/** E2: while a copy is sealed it takes reads and its clients' updates, but no ring work and no messages of other copies. */
export const isSealed = ({ seals }: DirectoryCopy): boolean => seals.some(({ released }) => !released)

const inLog = ({ log }: DirectoryCopy, ts: Timestamp): boolean => log[position(log, ts)]?.ts === ts

/** Adds sets to the log and shows them to readers. Commutative and idempotent [V3]; void below the stable mark [G2]. */
function absorb(copy: DirectoryCopy, sets: readonly UpdateSet[]): void {
  let isStale = false
  for (const set of sets) {
    copy.nextTS = later(copy.nextTS, after(set.ts))
    if (knows(copy, set)) continue
    const id = intentId(set.intent)
    const stampedLater = copy.intents.get(id)
    copy.intents.set(id, { ts: set.ts, until: set.intent.until })
    const hasTwin = inLog(copy, set.ts)
    copy.log.splice(positionOf(copy.log, set), 0, set)
    if (stampedLater !== undefined) takeOutOne(copy, stampedLater.ts, id)
    copy.guarded ||= touchesAccess(set)
    isStale ||= stampedLater !== undefined || hasTwin || comesLate(copy, set)
    if (!isStale) show(copy, set)
  }
  if (isStale) refold(copy)
}

/**
 * A2: whether what readers see cannot just be added to: younger sets may be authorised otherwise because of this one, or this
 * one by less than is there by now.
 */
function comesLate(copy: DirectoryCopy, set: UpdateSet): boolean {
  if (!copy.guarded && set.intent.procedure !== 'newD') return false
  const younger = copy.log.slice(positionOf(copy.log, set) + 1)
  return copy.awaited.has(set.ts) || (younger.length > 0 && (isGoverning(set) || younger.some(isGoverning)))
}

/** Applies a set to what readers see, or keeps it waiting for its ancestors; then those that waited for it. */
function show(copy: DirectoryCopy, set: UpdateSet): void {
  if (!counts(copy, set)) return
  const shown = [set.ts]
  for (const ts of shown) {
    const waiting = copy.awaited.get(ts) ?? []
    copy.awaited.delete(ts)
    for (const each of waiting) {
      const other = copy.waiting.get(each)
      if (other !== undefined && counts(copy, other)) shown.push(other.ts)
    }
  }
}

/**
 * V2: a set counts once the sets that created the ancestors it names are here and count, and if it is authorised by all older
 * ones [A2]. An ancestor older than F needs no proof of having lived: it is in the tree, or it is dead, and what was to be below
 * it is void [G2].
 */
function counts(copy: DirectoryCopy, set: UpdateSet): boolean {
  const [lacking] = missing(copy, set)
  const id = setId(set)
  if (lacking !== undefined) {
    copy.waiting.set(id, set)
    const waiting = copy.awaited.get(lacking)
    if (waiting === undefined) copy.awaited.set(lacking, [id])
    else waiting.push(id)
    return false
  }
  copy.waiting.delete(id)
  if ((copy.guarded || speaksOfSelf(set)) && !isAuthorised(copy.visible, set)) {
    copy.unauthorised.add(id)
    return false
  }
  applySet(copy.visible, set)
  return true
}

const missing = (copy: DirectoryCopy, { intent }: UpdateSet): Timestamp[] => [...ancestorStamps(intent)].filter((ts) => ts >= copy.stableMark && !inLogAt(copy, ts).some((set) => isShown(copy, set)))

const isShown = ({ waiting, unauthorised }: DirectoryCopy, set: UpdateSet): boolean => {
  if (waiting.size === 0 && unauthorised.size === 0) return true
  const id = setId(set)
  return !waiting.has(id) && !unauthorised.has(id)
}

/** What counted before a time-stamp, by all that is here; null where F has passed it. */
export function visibleBefore(copy: DirectoryCopy, ts: Timestamp): ValueTree | null {
  if (ts < copy.stableMark) return null
  const tree = share(copy.base)
  for (const set of copy.log.slice(0, position(copy.log, ts))) if (isShown(copy, set)) applySet(tree, set)
  return tree
}

/** Derives what readers see from the base and the log; ancestors are older than what names them [T2]. */
function refold(copy: DirectoryCopy): void {
  copy.visible = share(copy.base)
  copy.waiting = new Map()
  copy.awaited = new Map()
  copy.unauthorised = new Set()
  copy.guarded = isClosed(copy.base) || copy.log.some(touchesAccess)
  for (const set of copy.log) counts(copy, set)
}

/**
 * Raises the stable mark: folds the log up to it into the base and forgets what is absent there [G1]. Every set older than
 * F is here, so one that still waits for such an ancestor waits in vain: the ancestor was never created.
 */
function fold(copy: DirectoryCopy, stableMark: Timestamp): void {
  const inVain = [...copy.waiting.values()].filter((set) => missing(copy, set).some((ts) => ts < stableMark))
  takeOut(copy, new Set(inVain.map(setId)))
  copy.stableMark = stableMark
  // What was not authorised by all that is older than F never will be.
  const stable = copy.log.splice(0, position(copy.log, stableMark)).filter((set) => !copy.unauthorised.has(setId(set)))
  for (const set of stable) {
    applySet(copy.base, set)
    addProof(copy.proofs, set)
  }
  for (const set of stable) for (const { path, mark } of updatesOf(set)) if (mark === 'absent') forgetAbsent(copy.base, path)
  if (stable.length > 0) for (const ts of copy.proofs.keys()) if (!copy.base.tally!.has(ts)) copy.proofs.delete(ts)
  const stableTime = timeOf(stableMark) / 1000
  for (const [id, { ts, until }] of copy.intents) if (until < stableTime && ts < stableMark) copy.intents.delete(id)
  refold(copy)
}

function takeOutOne({ log }: DirectoryCopy, ts: Timestamp, intent: string): void {
  for (let i = position(log, ts); log[i]?.ts === ts; i++) if (intentId(log[i]!.intent) === intent) return void log.splice(i, 1)
}

function takeOut(copy: DirectoryCopy, sets: ReadonlySet<SetId>): void {
  if (sets.size > 0) copy.log = copy.log.filter((set) => !sets.has(setId(set)))
}

/**
 * G3. Joins another copy's contents: the base with the greater stable mark, and both logs from there on. Of the intents only
 * those of the base are taken: one whose set did not come with the log is not known here.
 */
function joinContents(copy: DirectoryCopy, stableMark: Timestamp, contents: Contents): void {
  for (const [id, ts, until] of contents.intents) {
    if (ts >= stableMark) continue
    const known = copy.intents.get(id)
    if (known === undefined || ts < known.ts) copy.intents.set(id, { ts, until })
  }
  const sets = new Map([...copy.log, ...contents.log].map((set) => [setId(set), set]))
  if (stableMark > copy.stableMark) {
    copy.stableMark = stableMark
    copy.base = decodeTree(contents.base, new Map())
    copy.proofs = proofsOf(contents.proofs)
  }
  copy.log = []
  for (const set of [...sets.values()].toSorted(inOrder)) {
    const { ts } = set
    copy.nextTS = later(copy.nextTS, after(ts))
    if (ts < copy.stableMark) continue
    const id = intentId(set.intent)
    const first = copy.intents.get(id)
    if (first !== undefined && first.ts < ts) continue
    copy.intents.set(id, { ts, until: set.intent.until })
    copy.log.push(set)
  }
  refold(copy)
}

/** Index of the first set of a log whose time-stamp is not earlier than `ts`. */
export function position(log: readonly Pick<UpdateSet, 'ts'>[], ts: Timestamp): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (log[middle]!.ts < ts) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first set of a log that does not come before this one. */
function positionOf(log: readonly UpdateSet[], set: UpdateSet): number {
  let at = position(log, set.ts)
  while (at < log.length && inOrder(log[at]!, set) < 0) at++
  return at
}

/** The sets at or after a time-stamp. */
export const logSince = (copy: DirectoryCopy, ts: Timestamp): UpdateSet[] => copy.log.slice(position(copy.log, ts))

/** Of the log at or after lastSweep, which is in order: equal lastSweep and digest mean nothing new. */
export const digestOf = (copy: DirectoryCopy): string => digestOfParts(logSince(copy, copy.lastSweep).map(setId))

/** The same of the whole log: what is said to whom an epoch left out, while F waits for it. */
export const logDigestOf = (copy: DirectoryCopy): string => digestOfParts(copy.log.map(setId))

/** The same of the members of a ring, by copy, server and what that is called. */
export const ringDigestOf = (members: readonly Member[]): string => digestOfParts(members.map(({ copy, server, name }) => `${copy} ${server} ${name}`).toSorted())

const digestOfParts = (parts: readonly string[]): string => (parts.length === 0 ? '' : digestOfText(JSON.stringify(parts)))
