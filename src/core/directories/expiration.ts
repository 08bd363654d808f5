/**
 * TX. Expiration times ("an arc or link may not be changed until its TX has expired"; SPEC §12): what stands under `TX` of
 * an entry, what may be cached because of it, and from when on what it binds may change.
 *
 * Everything rests on one thing [F1, P7]: with a mark F comes whatever was accepted by a copy that did not have everything
 * older than F. So of a TX older than F a copy knows all that can ever contradict it, and everybody else knows the TX.
 */
import type { DirectoryCopy } from '../copies/directoryCopy'
import { ALLOWED_SKEW } from '../copies/spread'
import { shown, type Label } from '../names'
import { isoTime, later, millisecondsOf, type Timestamp } from '../timestamp'
import { below, labelsIn, readTree, seesAll, type Sees, type Tree } from '../values/readValue'
import { visibleAt, visibleChildren, type ValueNode, type ValueTree } from '../values/valueTree'
import { namedBy } from './reference'
import { NEXT, plannedFor } from '../entries/planned'
import { WITHDRAWN } from '../entries/serverEntry'

export const TX = 'TX'

/** ms a TX may be ahead: about five years. */
export const LONGEST_TX = 5 * 365 * 86_400_000
/** Changes wait so much longer than TX, ms: one clock may be slow, and another fast [W3]. */
export const MARGIN = 2 * ALLOWED_SKEW
/** W4: ms without a sweep after which a copy gives nothing to cache. */
const LONGEST_UNSWEPT = 600_000

/** One value of TX: ms since 1970, and the update that gave it. */
export interface TXValue {
  until: number
  ts: Timestamp
}

/** What stands under a label, TX and what is planned aside; undefined when nothing does. */
export function saidAt(tree: ValueTree, label: Label): Tree | undefined {
  const said = readTree(tree, [label])
  const kept = typeof said === 'object' ? said.filter(([second]) => second !== TX && second !== WITHDRAWN) : []
  return said === undefined ? undefined : kept.length === 0 || kept
}

/** TX as a link takes it over that replaces a reference: what was promised of the one the other keeps. */
export function takenOver(tree: ValueTree, label: Label): [Label, Tree][] {
  const times = txValues(tree, label).map(({ until }): [Label, Tree] => [isoTime(until), true])
  return times.length === 0 || namedBy(tree, label)?.type !== 'directory' ? [] : [[TX, times]]
}

/** A time as it is written: one text for each time. */
export function txOf(label: Label): number | null {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(label) ? Date.parse(label) : Number.NaN
  return !Number.isNaN(ms) && isoTime(ms) === label ? ms : null
}

/** The values of TX under a label: several merge by maximum. One from further ahead than may be, that some server let through, counts nowhere. */
export function txValues(tree: ValueTree, label: Label): TXValue[] {
  const node = visibleAt(tree, [label, TX])
  const values: TXValue[] = []
  for (const [text, leaf] of node === undefined ? [] : visibleChildren(node)) {
    const until = txOf(text)
    if (until !== null && until - millisecondsOf(leaf.ts) <= LONGEST_TX + MARGIN) values.push({ until, ts: leaf.ts })
  }
  return values
}

/** The greatest TX of those that count; null when there is none. */
export function greatestTX(tree: ValueTree, label: Label, counts: (value: TXValue) => boolean): number | null {
  const times = txValues(tree, label).filter(counts)
  return times.length === 0 ? null : Math.max(...times.map(({ until }) => until))
}

/**
 * W2, W3: the time (ms since 1970) until which what a label names may not change; 0 when it may. F is nowhere past `hi` of
 * any copy: what was given since then nobody can have cached, but for what a link took over from the reference that it replaced.
 */
export function bindsUntil({ visible, highest }: DirectoryCopy, label: Label): number {
  const own = visibleAt(visible, [label])?.ts
  const bound = greatestTX(visible, label, ({ ts }) => ts < highest || ts === own)
  return bound === null ? 0 : bound + MARGIN
}

/** From when on a name may change under which these stand as TX, for who asks another server for them; 0 when none does. */
export function expiredFrom(times: readonly Label[]): number {
  const greatest = Math.max(0, ...times.map((time) => txOf(time) ?? 0))
  return greatest === 0 ? 0 : greatest + MARGIN
}

/** Whether somebody may read a time that stands under TX of a label. */
const seesTime = (sees: Sees, label: Label, { until }: TXValue): boolean => sees([label, TX, isoTime(until)])

/** W1, W4: until when a step of a lookup over this label may be cached by who sees so much, ms since 1970; null: not at all. */
export function cacheableUntil(copy: DirectoryCopy, label: Label, now: number, sees: Sees = seesAll): number | null {
  const tree = copy.visible
  const named = namedBy(tree, label, sees)
  if (named === null || now - millisecondsOf(copy.lastSweep) > LONGEST_UNSWEPT) return null
  const path = named.type === 'directory' ? [label, 'DR', 'DI', named.directory] : named.type === 'link' ? [label, 'Link', 'To', named.to] : [label]
  const isStable = path.every((_, depth) => visibleAt(tree, path.slice(0, depth + 1))!.ts < copy.stableMark)
  const until = isStable ? greatestTX(tree, label, (value) => value.ts < copy.stableMark && seesTime(sees, label, value)) : null
  return until !== null && until > now ? until : null
}

/** The same of a value that was read: of all that one sees at a path, but for TX itself, and for the hints of a reference. Who does not see the way to it is given nothing to cache. */
export function readableUntil(copy: DirectoryCopy, path: readonly Label[], now: number, sees: Sees = seesAll): number | null {
  const [label] = path
  const until = label === undefined ? null : cacheableUntil(copy, label, now, sees)
  if (until === null || !path.every((_, depth) => sees(path.slice(0, depth + 1)))) return null
  if (namedBy(copy.visible, label!, sees)?.type !== 'entry') return until
  let node: ValueNode = copy.visible.root
  let newest: Timestamp = node.ts
  const way: Label[] = []
  for (const step of path) {
    const child = node.children?.get(step)
    if (child === undefined) break
    newest = later(newest, child.ts)
    way.push(step)
    node = child
  }
  const aside = path.length === 1 ? [TX, WITHDRAWN] : []
  return later(newest, newestBelow(node, way, aside, sees)) < copy.stableMark ? until : null
}

function newestBelow({ ts, children }: ValueNode, way: readonly Label[], aside: readonly Label[], sees: Sees): Timestamp {
  let newest = ts
  for (const [label, child] of children ?? []) if (!aside.includes(label) && sees([...way, label])) newest = later(newest, newestBelow(child, [...way, label], [], sees))
  return newest
}

/** A label's TX and the change planned for it, for people. */
export interface Expiration {
  /** ms since 1970; what it binds changes MARGIN later. */
  until: number
  planned: { from: number; what: string } | null
}

/** What a person is told of a label's TX; null where none binds it any more, and nothing waits, that they may read. */
export function expirationOf({ visible }: DirectoryCopy, label: Label, now: number, sees: Sees = seesAll): Expiration | null {
  const until = greatestTX(visible, label, (value) => seesTime(sees, label, value)) ?? 0
  const planned = sees([label, WITHDRAWN, NEXT]) ? plannedFor(visible, label, sees) : null
  if (planned === null) return until > 0 && until + MARGIN > now ? { until, planned: null } : null
  return { until, planned: { from: until === 0 ? 0 : until + MARGIN, what: inWords(planned.next) } }
}

function inWords(next: Tree): string {
  if (next === false) return 'deleted'
  const [to] = labelsIn(below(next, ['Link', 'To']))
  return to === undefined ? 'another value' : `a link to ${shown(to)}`
}
