/**
 * One checker for each invariant: the rule's name, the paper's sentence, one loop, one sentence of accusation (SPEC §19).
 */
import { completeTo, digestOf, isSealed, type DirectoryCopy, type Epoch, type Removal, type RingPointer } from '../core/copies/directoryCopy'
import type { Effects } from '../core/effects'
import type { CopyId, DirectoryId, Label } from '../core/names'
import { later, originOf, type Timestamp } from '../core/timestamp'
import { closedForm, visibleForm, type Form, type FormNode } from '../core/values/closedForm'
import { encodeChildren, encodeVisible } from '../core/values/encodeTree'
import { setId, updatesOf, type UpdateSet } from '../core/values/intent'
import { visibleAt, type ValueNode } from '../core/values/valueTree'
import { allRemoved } from './removing'
import { marksOf, type Marks, type SimServer } from './simServer'
import { Accusation, type World } from './world'

const accuse = (rule: string, sentence: string): never => {
  throw new Accusation(rule, sentence)
}
const text = (form: Form): string => JSON.stringify(encodeVisible(form))
const seen = (copy: DirectoryCopy): string => JSON.stringify(encodeVisible(copy.visible.root.children))

/** Whether readers see below a node exactly what a form says. */
export function shows(node: ValueNode, form: Form): boolean {
  let count = 0
  for (const [label, child] of node.children ?? []) {
    if (child.mark !== 'present') continue
    const other = form.get(label)
    if (other === undefined || other.ts !== child.ts || !shows(child, other.children)) return false
    count++
  }
  return count === form.size
}

/** Remembers against what the tree of a copy was held and found right: between sweeps most stay as they are. */
export function onceFor<T extends object>(check: (root: ValueNode, against: T) => boolean): (copy: DirectoryCopy, against: T) => boolean {
  const right = new WeakMap<ValueNode, T>()
  return ({ visible: { root, edition } }, against) => {
    // A root of another edition is changed by nobody any more.
    const stays = root.edition !== edition
    if (stays && right.get(root) === against) return true
    const isRight = check(root, against)
    if (stays && isRight) right.set(root, against)
    return isRight
  }
}

const showsOnce = onceFor(shows)

/** The first place where two canonical texts part, in words. */
function difference(there: string, expected: string): string {
  let i = 0
  while (i < there.length && there[i] === expected[i]) i++
  const around = (whole: string): string => whole.slice(Math.max(0, i - 80), i + 60)
  return `it shows …${around(there)}… where DB says …${around(expected)}…`
}
const at = (where: Pick<SimServer, 'name'>, copy: DirectoryCopy): string => `the copy of ${copy.directory.slice(0, 4)} on ${where.name}`

/**
 * D1, DC1, F1: "each DC has at least all the updates with timestamps earlier than its lastSweep", and a read reflects a
 * subset of DB: what a copy shows is exactly what DB's updates before T, and those of its log, mean together.
 */
export function absorbed(world: World, rule: string, where: SimServer, copy: DirectoryCopy, T: Timestamp): void {
  // What an old store shows until its server hears that it is one nobody can know [B3].
  if (world.unsound.has(copy.id)) return
  const stranger = copy.log.find((set) => !world.database.has(copy.directory, set.ts))
  if (stranger !== undefined) accuse('D1', `${at(where, copy)} has the update ${stranger.ts}, which nobody accepted`)
  const foreign = copy.log.find((set) => !world.database.isOf(copy.directory, copy.epoch, set.ts))
  if (foreign !== undefined) accuse('D1', `${at(where, copy)} has the update ${foreign.ts}, which its epoch ${copy.epoch} left out`)
  const expected = world.database.meaningBefore(copy.directory, copy.epoch, T, copy.log)
  if (!showsOnce(copy, expected)) accuse(rule, `${at(where, copy)} has not absorbed everything before ${T}: ${difference(seen(copy), text(expected))}`)
}

/** The epoch that rules a directory: the newest that has begun [E3], even if whoever began it is leaving; null while no copy is a member. */
export const rulingEpoch = (world: Pick<World, 'copies'>, directory: DirectoryId): Epoch | null => newest(world.copies(directory).filter(({ copy }) => isMember(copy)))

/** Who could go on with a directory: its members in the newest epoch; where none of them is left, who has an old store [B3]. */
export function remaining(world: World, directory: DirectoryId): ReturnType<World['copies']> {
  const members = world.copies(directory).filter(({ copy }) => isMember(copy))
  const those = members.length > 0 ? members : world.copies(directory).filter(({ copy }) => copy.state === 'rolledBack')
  return those.filter(({ copy }) => copy.epoch === newest(those))
}

export const isMember = ({ state }: DirectoryCopy): boolean => state === 'active' || state === 'leaving'

const newest = (copies: ReturnType<World['copies']>): Epoch | null => copies.reduce<Epoch | null>((a, { copy }) => (a === null || copy.epoch > a ? copy.epoch : a), null)

/** The active copies of a directory that are in the ruling epoch. */
export function ruling(world: Pick<World, 'copies'>, directory: DirectoryId): ReturnType<World['copies']> {
  const epoch = rulingEpoch(world, directory)
  return world.copies(directory).filter(({ copy }) => copy.state === 'active' && copy.epoch === epoch)
}

/** The greatest stable mark in the ring of a directory. */
export const greatestMark = (world: World, directory: DirectoryId): Timestamp => ruling(world, directory).map(({ copy }) => copy.stableMark).reduce(later)

/** Where a copy points in an epoch: as its promise to it says, while it has not heard that it rules [E2]. */
export function pointerIn(epoch: Epoch, { id, epoch: own, pointer, seals }: DirectoryCopy): RingPointer {
  const members = own === epoch ? undefined : seals.find((promise) => promise.epoch === epoch)?.ring
  return members?.[(members.findIndex(({ copy }) => copy === id) + 1) % members.length] ?? pointer
}

/** "There is always at least one complete ring": in the ruling epoch, from an active member, following the pointers comes back. */
export function ring(world: World, directory: DirectoryId): void {
  const all = new Map(world.copies(directory).map(({ at, copy }) => [copy.id, { at, copy }]))
  const epoch = rulingEpoch(world, directory)
  for (const { at: where, copy } of all.values()) {
    if (epoch === null || copy.state !== 'active' || copy.epoch !== epoch || world.unsound.has(copy.id)) continue
    const visited = new Set<CopyId>()
    let next = copy.pointer
    while (next.copy !== copy.id && !world.unsound.has(next.copy)) {
      const member = all.get(next.copy)
      if (member === undefined) return accuse('DC2', `the ring from ${at(where, copy)} leads to the copy ${next.copy}, which does not exist`)
      if (visited.has(next.copy)) return accuse('DC2', `the ring from ${at(where, copy)} never comes back to it`)
      visited.add(next.copy)
      next = pointerIn(epoch, member.copy)
    }
  }
}

/** A copy that does ring work in an epoch, or has promised to and will when it hears that it rules. */
function isOfRing(epoch: Epoch, copy: DirectoryCopy): boolean {
  if (copy.epoch === epoch) return copy.state !== 'excluded' && copy.state !== 'rolledBack' && !isSealed(copy)
  return copy.seals.at(-1)?.epoch === epoch
}

/** The complete rings there are: in each epoch, of members that all do ring work, closed by their pointers. */
function completeRings(world: World, directory: DirectoryId): { where: SimServer; copy: DirectoryCopy; members: ReadonlySet<CopyId> }[] {
  const all = new Map(world.copies(directory).map(({ copy }) => [copy.id, copy]))
  return world.copies(directory).flatMap(({ at: where, copy }) => {
    if (copy.state !== 'active' || isSealed(copy)) return []
    const members = new Set([copy.id])
    let next = copy.pointer
    while (next.copy !== copy.id) {
      const member = all.get(next.copy)
      if (member === undefined || members.has(member.id) || !isOfRing(copy.epoch, member)) return []
      members.add(member.id)
      next = pointerIn(copy.epoch, member)
    }
    return [{ where, copy, members }]
  })
}

const isForced = ({ epoch, lineage }: DirectoryCopy): boolean => [{ epoch }, ...lineage].some((each) => each.epoch[5] === 'f')

/** DC3: "any two complete rings intersect", and each epoch has one; who forces an epoch answers for two [E8]. */
export function ringsIntersect(world: World, directory: DirectoryId): void {
  const rings = completeRings(world, directory)
  for (const [i, { where, copy, members }] of rings.entries()) {
    for (const other of rings.slice(0, i)) {
      if (copy.epoch !== other.copy.epoch && (isForced(copy) || isForced(other.copy))) continue
      if ([...members].every((id) => !other.members.has(id))) accuse('DC3', `the ring of ${at(where, copy)} in epoch ${copy.epoch} and that of ${at(other.where, other.copy)} in ${other.copy.epoch} have no member in common`)
    }
  }
}

/** E3: an epoch that begins names all whom its members, sealed, know of, and who are not among them; but for removals that they, or its committer, `recorded`. */
export function namesWhoIsLeftOut(world: World, where: SimServer, copy: DirectoryCopy, recorded: readonly Removal[]): void {
  const sealed = world.copies(copy.directory).map((each) => each.copy).filter(({ id, seals }) => id !== copy.id && seals.some(({ epoch }) => epoch === copy.epoch))
  const named = new Set([...copy.ring, ...copy.excluded].map((member) => member.copy))
  for (const removal of [...recorded, ...sealed.flatMap(({ removed }) => removed)]) named.add(removal.copy)
  for (const { id, ring: known, pointer, excluded } of sealed) {
    const missing = [...known, pointer, ...excluded].find((member) => !named.has(member.copy))
    if (missing !== undefined) accuse('E3', `the epoch ${copy.epoch} that began at ${at(where, copy)} neither takes nor leaves out ${missing.copy}, which its member ${id} knows`)
  }
}

/** E6: of whom an epoch left out, nothing came later than what it said it knew of them. */
function knowsNoMore(where: SimServer, copy: DirectoryCopy): void {
  for (const { ts } of copy.log) {
    const exclusion = copy.excluded.find((each) => each.copy === originOf(ts))
    if (exclusion !== undefined && (exclusion.known === null || ts > exclusion.known)) accuse('E6', `${at(where, copy)} has the update ${ts} of a copy that its epoch left out, and of which it knew ${exclusion.known ?? 'nothing'}`)
  }
}

/** Between sweeps, one change in so many is held against DB: the whole meaning of DB takes a while to work out. */
const LOOK_AT = 8

/** Checks what each step touched; keeps what monotone must remember: what was durable before a crash, too. */
export function watchWorld(world: World): void {
  const known = new Map<CopyId, Marks>()
  const durable = new Map<CopyId, Marks>()
  /** The greatest F of each directory and epoch so far: who reaches it later promises nothing new. */
  const greatest = new Map<string, Timestamp>()
  const begun = new Set<string>()
  /** Copies of which an old store was put back, and the epochs that it has them in. */
  const old = new Map<CopyId, Epoch>()
  let steps = 0
  const onDurable = (copies: readonly [CopyId, Marks][]): void => {
    for (const [id, marks] of copies) durable.set(id, marks)
  }
  const onCrash = (server: SimServer): void => {
    for (const { id } of server.server.copies.values()) {
      const marks = durable.get(id)
      if (marks === undefined) known.delete(id)
      else known.set(id, marks)
    }
  }
  let outside: DirectoryCopy[] = []
  let recorded = new Map<CopyId, readonly Removal[]>()
  const beforeStep = ({ server }: SimServer): void => {
    outside = [...server.copies.values()].filter(({ state }) => state === 'excluded')
    recorded = new Map([...server.copies.values()].filter(isSealed).map(({ id, removed }) => [id, removed]))
  }
  const onStep = (server: SimServer, effects: Effects): void => {
    if (old.size > 0) world.judge('B3', () => doesNothing(server, old))
    for (const copy of outside) if (server.copyOf(copy.directory) !== copy) world.judge('E7', () => leftNothing(world, server, copy))
    for (const directory of effects.changed) {
      const copy = server.copyOf(directory)
      if (copy === undefined) continue
      world.judge('monotone', () => monotone(server, copy, known))
      const before = known.get(copy.id)
      const { stableMark, epoch } = copy
      const lastSweep = completeTo(copy)
      known.set(copy.id, marksOf(copy))
      const ofEpoch = `${directory} ${epoch}`
      if (!begun.has(ofEpoch)) world.judge('E3', () => namesWhoIsLeftOut(world, server, copy, recorded.get(copy.id) ?? []))
      begun.add(ofEpoch)
      const highest = greatest.get(ofEpoch)
      if (copy.state === 'active' && copy.excluded.length > 0) world.judge('E6', () => knowsNoMore(server, copy))
      if (copy.state === 'active' && (copy.lastSweep !== before?.lastSweep || turnsActive(effects, copy.id) || steps++ % LOOK_AT === 0)) {
        world.judge('DC1', () => absorbed(world, 'DC1', server, copy, lastSweep))
        if (highest !== undefined && highest > lastSweep) world.judge('F1', () => absorbed(world, 'F1', server, copy, highest))
      }
      if (highest !== undefined && stableMark <= highest) continue
      if (copy.state !== 'active') continue
      greatest.set(ofEpoch, stableMark)
      for (const other of world.copies(directory)) if (other.copy.state === 'active' && other.copy.epoch === epoch) world.judge('F1', () => absorbed(world, 'F1', other.at, other.copy, later(other.copy.lastSweep, stableMark)))
    }
    if (!touchesRing(effects)) return
    for (const directory of effects.changed) {
      world.judge('DC2', () => ring(world, directory))
      world.judge('DC3', () => ringsIntersect(world, directory))
    }
  }
  const onStoreLost = (server: SimServer): void => {
    for (const { id, epoch, state } of server.server.copies.values()) {
      for (const about of [known, durable]) about.delete(id)
      if (state !== 'excluded' && state !== 'left') old.set(id, epoch)
    }
  }
  world.observers.push({ before: beforeStep, storeLost: onStoreLost, durable: onDurable, crashed: onCrash, stepped: (server, _input, effects) => onStep(server, effects) })
}

/** B3: a copy with an old store does no ring work and serves nothing, in the epoch that it was in. */
function doesNothing(where: SimServer, old: ReadonlyMap<CopyId, Epoch>): void {
  for (const copy of where.server.copies.values()) {
    if (old.get(copy.id) === copy.epoch && copy.state !== 'rolledBack' && copy.state !== 'excluded') accuse('B3', `${at(where, copy)} is ${copy.state}, with a store that is an old one`)
  }
}

function touchesRing({ save }: Effects): boolean {
  return save.some((each) => {
    if (!('copy' in each)) return each.server.type === 'retired'
    const { change } = each
    return change.type === 'created' || (change.type === 'fields' && (['pointer', 'state', 'seals'] as const).some((field) => field in change.fields))
  })
}

const turnsActive = (effects: Effects, id: CopyId): boolean => effects.save.some((save) => 'copy' in save && save.copy === id && save.change.type === 'fields' && save.change.fields.state === 'active')

/** Time-stamps distinct; per copy nextTS, lastSweep, F and hi never decrease, over restarts too. */
export function monotone(where: Pick<SimServer, 'name'>, copy: DirectoryCopy, known: Map<CopyId, Marks>): void {
  const before = known.get(copy.id)
  if (before === undefined) return
  for (const field of ['epoch', 'promised', 'nextTS', 'lastSweep', 'stableMark', 'highest'] as const) if (copy[field] < before[field] && (field !== 'lastSweep' || copy.epoch === before.epoch)) accuse('monotone', `${field} of ${at(where, copy)} fell from ${before[field]} to ${copy[field]}`)
}

/**
 * E7: "nothing disappears silently": what a person wrote on an excluded copy, and what showed there until it went, stands in
 * the ring by the same name, or has stood there since; or a person has decided on it. Where both sides of a cut insisted on an
 * epoch it compares with the one that it heard of, whose copies compare in their turn (seeds 74baa18598, c1057957a0).
 */
export function leftNothing(world: Pick<World, 'copies' | 'database'>, where: Pick<SimServer, 'name'>, copy: DirectoryCopy): void {
  const { directory } = copy
  const ruling = rulingEpoch(world, directory)
  if (ruling === null) return
  const rings = [...new Set([ruling, copy.outside?.epoch ?? ruling])].map((epoch) => {
    const sets = world.database.counting(directory, ({ ts }) => world.database.isOf(directory, epoch, ts))
    return { epoch, sets, form: visibleForm(closedForm(sets.flatMap(updatesOf))) }
  })
  for (const { set } of world.database.sets(directory)) {
    if (!isHeld(world, copy, set) || rings.some(({ epoch }) => world.database.isOf(directory, epoch, set.ts)) || world.database.settled.has(set.ts)) continue
    if (set.intent.procedure === 'doUpdates') {
      for (const { path, mark } of updatesOf(set)) {
        const labels = path.map(([label]) => label)
        if (mark === 'present' && visibleAt(copy.visible, labels)?.ts === set.ts && !rings.some(({ sets }) => hasStood(sets, labels, set.ts))) accuse('E7', `${at(where, copy)} went with ${labels.join('/')} of ${set.ts}, which the ring never got and nobody decided on`)
        // Of a removal that F has passed it is known only if both had what was removed when they parted.
        const isBefore = (since: Timestamp | undefined): boolean => since !== undefined && since < (set.ts < copy.stableMark ? copy.outside!.mark : set.ts) && !world.database.settled.has(since)
        if (mark === 'absent' && visibleAt(copy.visible, labels) === undefined && rings.every(({ form }) => isBefore(formAt(form, labels)?.ts))) accuse('E7', `${at(where, copy)} went with the removal of ${labels.join('/')} at ${set.ts}, which the ring never got and nobody decided on`)
      }
    }
    world.database.settled.add(set.ts)
  }
}

/** Whether a copy that serves no more has an update, in its log or passed by F. */
const isHeld = (world: Pick<World, 'database'>, copy: DirectoryCopy, set: UpdateSet): boolean => copy.log.some((other) => other.ts === set.ts && setId(other) === setId(set)) || (set.ts < copy.stableMark && world.database.isOf(copy.directory, copy.epoch, set.ts))

/** Whether it stands where these sets count, or stood at some time since: who replaced it there would have replaced this one, too. */
function hasStood(sets: readonly UpdateSet[], labels: readonly Label[], since: Timestamp): boolean {
  const stands = (among: readonly UpdateSet[]): boolean => stood(visibleForm(closedForm(among.flatMap(updatesOf))), labels)
  return stands(sets) || sets.some(({ ts }, i) => ts > since && stands(sets.slice(0, i)))
}

const formAt = (form: Form, [label = '', ...below]: readonly Label[]): FormNode | undefined => (below.length === 0 ? form.get(label) : formAt(form.get(label)?.children ?? new Map(), below))

const stood = (form: Form, [label, ...below]: readonly Label[]): boolean => label === undefined || (form.has(label) && stood(form.get(label)!.children, below))

/** DC1, first half: every update of DB is at some member; noLostUpdate: so is every acknowledged one. */
export function nothingLost(world: Pick<World, 'copies' | 'database'>): void {
  const removed = allRemoved(world)
  for (const directory of world.database.directories.keys()) {
    // Looked at when it closed.
    if (removed.has(directory)) continue
    const members = ruling(world, directory)
    const epoch = rulingEpoch(world, directory)
    const outside = world.copies(directory).filter(({ copy }) => !members.some((member) => member.copy === copy))
    const all = world.database.sets(directory)
    const first = new Map<string, Timestamp>()
    for (const { intent, set } of all) if ((first.get(intent) ?? set.ts) >= set.ts) first.set(intent, set.ts)
    for (const { set, intent, acknowledged } of all) {
      // Of one intent stamped twice the earlier counts [A1].
      if (first.get(intent)! < set.ts || world.database.isLost(set.ts)) continue
      const isOfEpoch = epoch !== null && world.database.isOf(directory, epoch, set.ts)
      const somewhere = isOfEpoch ? members.some(({ copy }) => set.ts < completeTo(copy) || isHeld(world, copy, set)) : world.database.settled.has(set.ts) || outside.some(({ copy }) => isHeld(world, copy, set))
      if (!somewhere) accuse(acknowledged ? 'noLostUpdate' : 'DC1', `the update ${set.ts} of ${directory.slice(0, 4)} is at no copy`)
    }
  }
}

/** Faults have stopped, three sweeps are done: equal trees, lastSweep, F, bases and logs; nothing forgotten is visible. */
export function converged(world: World): void {
  const removed = allRemoved(world)
  for (const directory of world.database.directories.keys()) {
    if (removed.has(directory)) continue
    const members = world.copies(directory).filter(({ copy }) => copy.state !== 'left')
    const [first] = members
    if (first === undefined) accuse('convergence', `no copy of ${directory} is left`)
    const whole = world.database.meaning(directory, ({ ts }) => world.database.isOf(directory, first!.copy.epoch, ts))
    for (const { at: where, copy } of members) {
      if (copy.state !== 'active') accuse('convergence', `${at(where, copy)} is still ${copy.state}`)
      if (isSealed(copy)) accuse('E2', `${at(where, copy)} is still sealed for epoch ${copy.seals.at(-1)!.epoch}`)
      if (copy.epoch !== first!.copy.epoch) accuse('E3', `${at(where, copy)} is in epoch ${copy.epoch}, ${at(first!.at, first!.copy)} in ${first!.copy.epoch}`)
      if (!shows(copy.visible.root, whole)) accuse('convergence', `${at(where, copy)} differs from DB: ${difference(seen(copy), text(whole))}`)
      for (const field of ['lastSweep', 'stableMark'] as const) if (copy[field] !== first!.copy[field]) accuse('convergence', `${field} of ${at(where, copy)} is ${copy[field]}, of ${at(first!.at, first!.copy)} ${first!.copy[field]}`)
      if (digestOf(copy) !== digestOf(first!.copy)) accuse('convergence', `the logs of ${at(where, copy)} and ${at(first!.at, first!.copy)} differ`)
      if (JSON.stringify(encodeChildren(copy.base.root.children)) !== JSON.stringify(encodeChildren(first!.copy.base.root.children))) accuse('convergence', `the bases of ${at(where, copy)} and ${at(first!.at, first!.copy)} differ`)
      if (copy.ring.length !== members.length) accuse('convergence', `${at(where, copy)} knows ${copy.ring.length} members of ${members.length}`)
      noResurrection(world, where, copy)
    }
    ring(world, directory)
  }
}

/** What DB says is absent, older than F, is visible nowhere, ever again, and takes no room. */
export function noResurrection(world: World, where: SimServer, copy: DirectoryCopy): void {
  if (copy.state !== 'active' || copy.epoch !== rulingEpoch(world, copy.directory)) return
  const mark = greatestMark(world, copy.directory)
  const form = closedForm(world.database.counting(copy.directory, ({ ts }) => world.database.isOf(copy.directory, copy.epoch, ts)).flatMap(updatesOf))
  const walk = (children: Form, tree: DirectoryCopy['base']['root']['children'], path: string): void => {
    for (const [label, node] of children) {
      const here = tree?.get(label)
      if (here === undefined) continue
      if (node.mark === 'absent' && node.ts < mark && here.mark !== 'implied') accuse('noResurrection', `${at(where, copy)} still has ${path}/${label}, deleted at ${node.ts}, before F ${mark}`)
      walk(node.children, here.children, `${path}/${label}`)
    }
  }
  walk(form, copy.visible.root.children, '')
}

/** D1 for one answer: the state after a subset of DB with every update before asOf, and everything acknowledged there. */
export function readIsTrue(world: World, where: SimServer, directory: DirectoryId): void {
  const copy = where.copyOf(directory)
  if (copy?.state === 'active') absorbed(world, 'D1', where, copy, completeTo(copy))
}
