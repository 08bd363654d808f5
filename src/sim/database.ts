/**
 * DB, the paper's auxiliary variable: "a function DI → directory that defines the current contents of the database … there
 * is no way to read it out". In the simulator there is.
 */
import type { Save } from '../core/effects'
import { completeTo, position, setsAt, type CopyChange, type DirectoryCopy, type Epoch } from '../core/copies/directoryCopy'
import type { CopyId, DirectoryId } from '../core/names'
import { originOf, type Timestamp } from '../core/timestamp'
import { closedForm, visibleForm, type Form } from '../core/values/closedForm'
import { intentId, setId, updatesOf, type UpdateSet } from '../core/values/intent'
import { judgeOf } from './rights'

interface Accepted {
  ts: Timestamp
  set: UpdateSet
  /** Its intent's identity [A1]. */
  intent: string
  /** TSpaths of the ancestors it names, and of the nodes it creates, each as one text. */
  names: string[]
  creates: string[]
  by: Save
  /** Its client has been told. */
  acknowledged: boolean
}

/** What some sets mean together, worked out as far as it was asked. */
interface Meant {
  counting: UpdateSet[]
  form: Form | null
  stamps: Set<Timestamp> | null
}

/** DB as the members of one epoch know it: what they had when it began for them, and what they accept. */
interface EpochView {
  members: Set<CopyId>
  sets: Set<Timestamp>
}

export class Database {
  readonly directories = new Map<DirectoryId, Map<Timestamp, Accepted>>()
  /** By directory and epoch; none for the first epoch of a directory, to which everything belongs that was ever accepted. */
  private readonly views = new Map<string, EpochView>()
  /** Updates of copies that an epoch left out, on which a person has decided [E7]. */
  readonly settled = new Set<Timestamp>()
  /** Updates that were on no disk but one that was lost; those of them that no copy has. */
  private readonly exposed = new Map<Timestamp, Accepted>()
  private readonly lost = new Set<Timestamp>()
  /** What was asked of a directory since its last change, by time-stamp and log: after a sweep every copy asks the same. */
  private readonly meanings = new Map<DirectoryId, Map<string, Meant>>()
  /** What was accepted for a directory, oldest first, once it was asked for. */
  private readonly inOrder = new Map<DirectoryId, readonly Accepted[]>()

  /** As it is now, to go on by itself. */
  copy(): Database {
    const copy = new Database()
    for (const [directory, sets] of this.directories) copy.directories.set(directory, new Map([...sets].map(([ts, accepted]) => [ts, { ...accepted }])))
    for (const [key, { members, sets }] of this.views) copy.views.set(key, { members: new Set(members), sets: new Set(sets) })
    for (const ts of this.settled) copy.settled.add(ts)
    return copy
  }

  /** A copy accepts a set, in the transaction of a save. */
  accept(directory: DirectoryId, by: Save, set: UpdateSet): void {
    const sets = this.directories.get(directory) ?? new Map<Timestamp, Accepted>()
    const prefixes = updatesOf(set).flatMap(({ path }) => path.map(([, ts], depth) => ({ text: JSON.stringify(path.slice(0, depth + 1)), own: ts === set.ts })))
    const names = prefixes.filter(({ own }) => !own).map(({ text }) => text)
    const creates = prefixes.filter(({ own }) => own).map(({ text }) => text)
    if ('copy' in by) for (const view of this.viewsOf(directory)) if (view.members.has(by.copy)) view.sets.add(set.ts)
    this.directories.set(directory, sets.set(set.ts, { ts: set.ts, set, intent: intentId(set.intent), names, creates, by, acknowledged: false }))
    this.inOrder.delete(directory)
    this.meanings.delete(directory)
  }

  /** The transaction of a save did not complete: what was accepted in it never was. */
  withdraw(directory: DirectoryId, by: Save, ts: Timestamp): boolean {
    const sets = this.directories.get(directory)
    if (sets?.get(ts)?.by !== by) return false
    sets.delete(ts)
    this.inOrder.delete(directory)
    for (const view of this.viewsOf(directory)) view.sets.delete(ts)
    this.meanings.delete(directory)
    if (sets.size === 0) this.directories.delete(directory)
    return true
  }

  /**
   * The store of a copy is lost; null: it had gone before, with its directory. What no other member has on its disk was not promised
   * to survive that (§20): from now on it is in DB for as long as any copy has it. All else must be there for ever.
   */
  expose(directory: DirectoryId, lost: DirectoryCopy | null, onOtherDisks: readonly DirectoryCopy[]): void {
    const kept = onOtherDisks.filter(keeps)
    for (const accepted of this.sets(directory)) {
      if ((lost === null || this.isHeld(accepted, [lost])) && !this.isHeld(accepted, kept)) this.exposed.set(accepted.set.ts, accepted)
    }
  }

  /** What a member has on its disk by now is exposed no more. */
  cover(onDisk: Iterable<DirectoryCopy>): void {
    if (this.exposed.size === 0) return
    for (const copy of [...onDisk].filter(keeps)) for (const [ts, accepted] of this.exposed) if (accepted.set.intent.directory === copy.directory && this.isHeld(accepted, [copy])) this.exposed.delete(ts)
  }

  /** What is exposed and at no copy is lost; a client that kept it may still bring it back [P12]. */
  findLost(copiesOf: (directory: DirectoryId) => readonly DirectoryCopy[]): void {
    if (this.exposed.size === 0) return
    this.lost.clear()
    for (const [ts, accepted] of this.exposed) if (!this.isHeld(accepted, copiesOf(accepted.set.intent.directory))) this.lost.add(ts)
    this.meanings.clear()
  }

  /** Whether it was on no disk but a lost one, and no copy has it. */
  isLost(ts: Timestamp): boolean {
    return this.lost.has(ts)
  }

  private isHeld({ set, intent }: Accepted, copies: readonly DirectoryCopy[]): boolean {
    const { ts } = set
    return copies.some((copy) => setsAt(copy, ts).some((other) => setId(other) === setId(set)) || (ts < completeTo(copy) && this.isOf(copy.directory, copy.epoch, ts)) || (copy.intents.get(intent)?.ts ?? ts) < ts)
  }

  acknowledge(directory: DirectoryId, ts: Timestamp): void {
    const accepted = this.directories.get(directory)?.get(ts)
    if (accepted !== undefined) accepted.acknowledged = true
  }

  /** A copy changed: it may be in another epoch from now on, or have what was lost. */
  follow(copy: DirectoryCopy, change: CopyChange): void {
    for (const ts of this.lost) if (inLog(copy, ts)) this.bringBack(copy, ts)
    if (change.type === 'created') this.join(copy)
    else if (change.type === 'fields' && change.fields.epoch !== undefined) this.enter(copy)
    else if (change.type === 'absorbed') this.take(copy, change.sets)
  }

  /** What a member stamped it takes along into its epoch: others may have it, from its client, before it knows that this rules [P12]. */
  private take({ directory, epoch }: DirectoryCopy, sets: readonly UpdateSet[]): void {
    const view = this.views.get(`${directory} ${epoch}`)
    for (const { ts } of sets) if (view?.members.has(originOf(ts) as CopyId) && !view.sets.has(ts)) {
      view.sets.add(ts)
      this.meanings.delete(directory)
    }
  }

  private bringBack({ directory, id }: DirectoryCopy, ts: Timestamp): void {
    this.lost.delete(ts)
    for (const view of this.viewsOf(directory)) if (view.members.has(id)) view.sets.add(ts)
    this.meanings.delete(directory)
  }

  /** A copy joins a ring: what it has it was given. */
  private join({ directory, epoch, id }: DirectoryCopy): void {
    this.views.get(`${directory} ${epoch}`)?.members.add(id)
  }

  /** A copy takes an epoch over, with what it has [E3]. */
  private enter({ directory, epoch, ring, lineage, log, stableMark }: DirectoryCopy): void {
    const key = `${directory} ${epoch}`
    const known = this.views.get(key)
    const view = known ?? { members: new Set(), sets: new Set() }
    this.views.set(key, view)
    for (const { copy } of ring) view.members.add(copy)
    for (const { ts } of log) view.sets.add(ts)
    // Older than F is what the newest epoch before had: F has waited for those whom that one left out [E4]. Where an old store went on alone another one's F was further, and its base is taken [G3].
    const newest = (lineage.findLast(({ mark }) => mark >= stableMark) ?? lineage.at(-1))?.epoch
    const before = this.sets(directory).filter(({ set }) => set.ts < stableMark && newest !== undefined && this.isOf(directory, newest, set.ts))
    for (const { set } of before) view.sets.add(set.ts)
    this.meanings.delete(directory)
  }

  /** Whether a set belongs to an epoch's DB. */
  isOf(directory: DirectoryId, epoch: Epoch, ts: Timestamp): boolean {
    return !this.lost.has(ts) && (this.views.get(`${directory} ${epoch}`)?.sets.has(ts) ?? true)
  }

  private viewsOf(directory: DirectoryId): EpochView[] {
    return [...this.views].filter(([key]) => key.startsWith(directory)).map(([, view]) => view)
  }

  sets(directory: DirectoryId): Accepted[] {
    return [...(this.directories.get(directory)?.values() ?? [])]
  }

  has(directory: DirectoryId, ts: Timestamp): boolean {
    return this.directories.get(directory)?.has(ts) ?? false
  }

  /**
   * What the sets that `included` picks mean together: the closed form [V3] of those that count. Of one intent stamped
   * twice the earlier counts [A1]; a set counts only if each ancestor it names was created by an older one that does [V2], and
   * if those that do, and are older, let its author make it [A2].
   */
  meaning(directory: DirectoryId, included: (set: UpdateSet) => boolean): Form {
    return visibleForm(closedForm(this.counting(directory, included).flatMap(updatesOf)))
  }

  /** The meaning of all sets of an epoch before a time-stamp and those of a log. */
  meaningBefore(directory: DirectoryId, epoch: Epoch, T: Timestamp, log: readonly UpdateSet[]): Form {
    const meant = this.before(directory, epoch, T, log)
    return (meant.form ??= visibleForm(closedForm(meant.counting.flatMap(updatesOf))))
  }

  /** The time-stamps of those of them that count. */
  countingBefore(directory: DirectoryId, epoch: Epoch, T: Timestamp, log: readonly UpdateSet[]): ReadonlySet<Timestamp> {
    const meant = this.before(directory, epoch, T, log)
    return (meant.stamps ??= new Set(meant.counting.map(({ ts }) => ts)))
  }

  private before(directory: DirectoryId, epoch: Epoch, T: Timestamp, log: readonly UpdateSet[]): Meant {
    const isBefore = ({ ts }: UpdateSet): boolean => ts < T && this.isOf(directory, epoch, ts)
    const since = log.filter((set) => !isBefore(set)).map(setId)
    // Between two sets every T means the same.
    const key = `${epoch} ${position(this.ordered(directory), T)} ${since.join()}`
    const asked = this.meanings.get(directory) ?? new Map<string, Meant>()
    const known = asked.get(key)
    if (known !== undefined) return known
    const inLog = new Set(since)
    const meant: Meant = { counting: this.counting(directory, (set) => inLog.has(setId(set)) || isBefore(set)), form: null, stamps: null }
    this.meanings.set(directory, asked.set(key, meant))
    return meant
  }

  private ordered(directory: DirectoryId): readonly Accepted[] {
    const known = this.inOrder.get(directory)
    if (known !== undefined) return known
    const ordered = this.sets(directory).toSorted((a, b) => (a.ts < b.ts ? -1 : 1))
    this.inOrder.set(directory, ordered)
    return ordered
  }

  /** Those of the sets picked that count, oldest first. */
  counting(directory: DirectoryId, included: (set: UpdateSet) => boolean): UpdateSet[] {
    const picked = this.ordered(directory).filter(({ set }) => included(set))
    const seen = new Set<string>()
    const first = picked.filter(({ intent }) => !seen.has(intent) && seen.add(intent))
    const isAuthorised = judgeOf(first.map(({ set }) => set))
    const created = new Set<string>()
    const counting: UpdateSet[] = []
    for (const { set, names, creates } of first) {
      if (!names.every((ancestor) => created.has(ancestor)) || !isAuthorised(set)) continue
      for (const node of creates) created.add(node)
      counting.push(set)
    }
    return counting
  }
}

/** Whether a copy keeps what it has: one that is not a member yet, or no more, may go with it. */
const keeps = ({ state }: DirectoryCopy): boolean => state !== 'joining' && state !== 'left'
const inLog = ({ log }: DirectoryCopy, ts: Timestamp): boolean => log[position(log, ts)]?.ts === ts
