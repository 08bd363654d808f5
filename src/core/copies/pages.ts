/**
 * P9: large data goes in numbered pages of one snapshot, closed by a digest. Whoever receives them stages them and joins
 * them in one transaction after the last. The receiver asks for each page, so a slow one is never flooded.
 */
import { freshId } from '../fresh'
import type { Facts, FlatNode, Page } from '../messages'
import { compareLabels } from '../names'
import type { Turn } from '../server'
import { schedule } from '../agenda'
import { millisecondsOf, type Timestamp } from '../timestamp'
import type { EncodedNode } from '../values/encodeTree'
import { applySet, inOrder, INTENT_LIFE, setId, type UpdateSet } from '../values/intent'
import { emptyTree, type ValueNode } from '../values/valueTree'
import type { Contents } from './directoryCopy'

/** JSON characters a page holds at most, a set larger than that alone on its page: far below a message's 1 MiB. */
const PAGE_CHARACTERS = 200_000
const TRANSFER_LIFE = 60_000
const MAX_TRANSFERS = 64
/** JSON characters of all pages that have come in of transfers that are not complete. */
const MAX_STAGED = 64 << 20

/** The pages of one snapshot, cut in one step, kept until they are fetched. */
export interface Transfer {
  /** The sweep's attempt, or the copy that joins. */
  purpose: string
  pages: Page[]
  /** What the copy said of itself in the same transaction [P5]. */
  facts: Facts
  until: number
}

/** Pages that have come in so far, and how many JSON characters they are. */
export interface Staged {
  pages: Page[]
  size: number
  until: number
}

/** What a transfer carries: a part of the log, and the base when the receiver needs it. */
export interface Load {
  base: { base: EncodedNode[]; proofs: UpdateSet[]; intents: Contents['intents'] } | null
  log: UpdateSet[]
}

/** Cuts a load into pages; at least one. */
export function cutPages(load: Load): Page[] {
  const pages: Page[] = []
  let page = emptyPage(load.base !== null)
  let room = PAGE_CHARACTERS
  const place = (size: number, add: () => void): void => {
    if (size > room && room < PAGE_CHARACTERS) {
      pages.push(page)
      page = emptyPage(load.base !== null)
      room = PAGE_CHARACTERS
    }
    room -= size
    add()
  }
  if (load.base !== null) {
    for (const node of flatten(load.base.base)) place(node[1].length * 2 + 50, () => page.base!.nodes.push(node))
    for (const set of load.base.proofs) place(sizeOf(set), () => page.base!.proofs.push(set))
    for (const intent of load.base.intents) place(160, () => page.base!.intents.push(intent))
  }
  for (const set of load.log) place(sizeOf(set), () => page.log.push(set))
  pages.push(page)
  let digest = 0
  for (const [index, each] of pages.entries()) {
    Object.assign(each, { index, count: pages.length })
    digest = digestPage(digest, each)
    each.digest = String(digest)
  }
  return pages
}

const emptyPage = (withBase: boolean): Page => ({ index: 0, count: 0, digest: '', base: withBase ? { nodes: [], proofs: [], intents: [] } : null, log: [] })

/** Of sets that were cut into pages before, and are never changed. */
const sizes = new WeakMap<UpdateSet, number>()
function sizeOf(set: UpdateSet): number {
  const size = sizes.get(set) ?? JSON.stringify(set).length
  sizes.set(set, size)
  return size
}

/** The load of a complete list of pages, or null when a number or a digest is wrong, or a node unproven. */
export function joinPages(pages: readonly Page[]): Load | null {
  const withBase = (pages[0]?.base ?? null) !== null
  const load: Load = { base: withBase ? { base: [], proofs: [], intents: [] } : null, log: [] }
  const nodes: FlatNode[] = []
  let digest = 0
  for (const [index, page] of pages.entries()) {
    digest = digestPage(digest, page)
    if (page.index !== index || page.count !== pages.length || page.digest !== String(digest) || (page.base !== null) !== withBase) return null
    load.log.push(...page.log)
    load.base?.proofs.push(...page.base!.proofs)
    // None is remembered longer than it can be valid [A1].
    load.base?.intents.push(...page.base!.intents.map(([id, ts, until]): Contents['intents'][number] => [id, ts, Math.min(until, Math.ceil(millisecondsOf(ts)) + INTENT_LIFE)]))
    nodes.push(...(page.base?.nodes ?? []))
  }
  if (!isAscending(load.log)) return null
  if (load.base === null) return load
  const base = unflatten(nodes)
  return base !== null && isProven(base, load.base.proofs) ? { ...load, base: { ...load.base, base } } : null
}

/** A log is in the order of its sets, each once: who looks for one goes by that. */
export const isAscending = (log: readonly UpdateSet[]): boolean => log.every((set, i) => i === 0 || inOrder(log[i - 1]!, set) < 0)

/** A1: every node of a base was made by one of its proofs, so that who hands a base over, or changes a store, can leave out, but not forge. */
export function isProven(base: readonly EncodedNode[], proofs: readonly UpdateSet[]): boolean {
  const proven = emptyTree()
  for (const set of proofs.toSorted(inOrder)) applySet(proven, set)
  const stands = (nodes: readonly EncodedNode[], there: ValueNode): boolean =>
    nodes.every(([label, ts, , ...below]) => {
      const node = there.children?.get(label)
      return node?.ts === ts && node.mark === 'present' && stands(below, node)
    })
  return stands(base, proven.root)
}

/** A running fingerprint of the time-stamps and labels of pages, 32 bits: finds pages of different snapshots. */
function digestPage(before: number, page: Page): number {
  let digest = before ^ page.index
  const mix = (text: string): void => {
    for (let i = 0; i < text.length; i++) digest = Math.imul(digest ^ text.charCodeAt(i), 0x01000193)
  }
  for (const [depth, label, ts] of page.base?.nodes ?? []) mix(`${depth}${label}${ts}`)
  for (const set of page.base?.proofs ?? []) mix(setId(set))
  for (const set of page.log) mix(setId(set))
  return digest >>> 0
}

function flatten(nodes: readonly EncodedNode[]): FlatNode[] {
  const flat: FlatNode[] = []
  const walk = (below: readonly EncodedNode[], depth: number): void => {
    for (const [label, ts, , ...children] of below) {
      flat.push([depth, label, ts])
      walk(children, depth + 1)
    }
  }
  walk(nodes, 1)
  return flat
}

/** The tree of a pre-order list; null when a depth jumps, or labels are not in their order [V4]. */
function unflatten(flat: readonly FlatNode[]): EncodedNode[] | null {
  const top: EncodedNode[] = []
  const open: EncodedNode[] = []
  for (const [depth, label, ts] of flat) {
    if (depth < 1 || depth > 16 || depth > open.length + 1) return null
    const node: EncodedNode = [label, ts, 1]
    const before = open[depth - 1]
    if (before !== undefined && compareLabels(before[0], label) >= 0) return null
    open.length = depth - 1
    if (depth === 1) top.push(node)
    else open[depth - 2]!.push(node)
    open.push(node)
  }
  return top
}

/**
 * The snapshot that is being fetched for a purpose: made when its first page is asked for, the same when that is asked for
 * again. `key` says who fetches what; each holds one at a time, so that nobody can crowd out the others.
 */
export function transferOf(turn: Turn, key: string, purpose: string, index: number, make: () => { load: Load; facts: Facts }): Transfer | undefined {
  const { transfers } = turn.server
  const held = transfers.get(key)
  if (held?.purpose === purpose) return held
  if (index !== 0) return undefined
  const { load, facts } = make()
  const transfer = { purpose, pages: cutPages(load), facts, until: turn.now + TRANSFER_LIFE }
  transfers.delete(key)
  if (transfers.size >= MAX_TRANSFERS) transfers.delete(transfers.keys().next().value!)
  transfers.set(key, transfer)
  forgetLater(turn, transfer.until)
  return transfer
}

function forgetLater({ server: { agenda } }: Turn, at: number): void {
  if (!agenda.times.has('forgetTransfers')) schedule(agenda, 'forgetTransfers', at)
}

/** Adds a page to those staged under a key; the load once all are there, 'more' before, null when they do not fit. */
export function stagePage(turn: Turn, key: string, page: Page): Load | 'more' | null {
  const { staged } = turn.server
  const so = page.index === 0 ? undefined : staged.get(key)
  const pages = so?.pages ?? []
  if (page.index < pages.length) return 'more'
  if (page.index !== pages.length || page.count > 4096) return null
  pages.push(page)
  if (pages.length >= page.count) {
    staged.delete(key)
    return joinPages(pages)
  }
  const size = (so?.size ?? 0) + JSON.stringify(page).length
  staged.delete(key)
  if (size > MAX_STAGED) return null
  makeRoom(staged, size)
  staged.set(key, { pages, size, until: turn.now + TRANSFER_LIFE })
  forgetLater(turn, turn.now + TRANSFER_LIFE)
  return 'more'
}

/** The transfers that have waited longest make room for one that goes on. */
function makeRoom(staged: Map<string, Staged>, size: number): void {
  let left = MAX_STAGED - size
  for (const { size: held } of staged.values()) left -= held
  for (const [key, { size: held }] of staged) {
    if (left >= 0 && staged.size < MAX_TRANSFERS) return
    staged.delete(key)
    left += held
  }
}

/** Drops what nobody fetched or finished in a minute. */
export function forgetTransfers({ server, now }: Turn): void {
  for (const held of [server.transfers, server.staged]) for (const [key, { until }] of held) if (until <= now) held.delete(key)
  const left = [...server.transfers.values(), ...server.staged.values()].map(({ until }) => until)
  if (left.length > 0) schedule(server.agenda, 'forgetTransfers', Math.min(...left))
}

/** A new number for an attempt of this start of the server. */
export const newAttempt = (turn: Turn): string => freshId(turn.server.fresh, 16)

/** The contents of a copy from a load with its base. */
export const loadedContents = ({ base, log }: Load): Contents => ({ base: base?.base ?? [], proofs: base?.proofs ?? [], intents: base?.intents ?? [], log })

/** What is at or after `since`; null: everything, the base too. */
export const loadOf = (contents: Contents, since: Timestamp | null): Load =>
  since === null
    ? { base: { base: contents.base, proofs: contents.proofs, intents: contents.intents }, log: contents.log }
    : { base: null, log: contents.log.filter((set) => set.ts >= since) }
