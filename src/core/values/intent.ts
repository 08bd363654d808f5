/**
 * A1. An update travels as a signed *intent* and the accepting copy's stamp (SPEC §15).
 *
 * An intent is one call's whole set of updates: atomic on every copy and in every message. Its new nodes have no
 * time-stamp yet (null): the accepting copy gives them one. The signature covers everything but that stamp.
 */
import { digestOfText } from '../digest'
import { shown, type DirectoryId, type Label } from '../names'
import { BEGINNING, millisecondsOf, type Timestamp } from '../timestamp'
import type { Certificate } from './certificate'
import type { TSPair, Update } from './update'
import { ownRoot, setMark, walkInto, walkTo, type ValueNode, type ValueTree } from './valueTree'

/**
 * One arc of an intent: a label, the incarnation that the author meant (null: a new one, made by this call), and what is
 * to be below: `true` present, `false` absent, or further branches. Leaves and all below a new node are new.
 */
export type Branch = readonly [label: Label, incarnation: Timestamp | null, below: boolean | readonly Branch[]]

/** Which procedure an intent belongs to; says which reserved names it may touch (SPEC §4). */
export const procedures = ['doUpdates', 'setLink', 'newD', 'move', 'reference', 'setUpOn', 'setInSN', 'removeS', 'setTX', 'plan', 'carryOut', 'announce', 'removeD', 'setRooms', 'setAccess', 'enrol'] as const
export type ProcedureName = (typeof procedures)[number]

export interface Intent {
  directory: DirectoryId
  /** The author's public key as text. */
  author: string
  /** 26 characters of base32, new for each intent of an author. */
  nonce: string
  /** Milliseconds since 1970; the stamp must lie between, at most 10 minutes apart. */
  from: number
  until: number
  procedure: ProcedureName
  branches: readonly Branch[]
  /** On which certificates it rests that the author is who it says [A2]; left out when there are none. */
  chain?: readonly Certificate[]
}

/** An intent with its author's signature (base64url), whose truth the host has checked before the core sees it. */
export interface SignedIntent {
  intent: Intent
  signature: string
}

/** A signed intent that a copy accepted: the set of updates stamped `ts`. */
export interface UpdateSet extends SignedIntent {
  ts: Timestamp
}

export const INTENT_LIFE = 600_000
/** What an intent's author signs, in UTF-8, at most: with room for many more in one message. */
export const MAX_CALL_BYTES = 65_536

/**
 * Why no copy can have given an intent this stamp, in words, or null: it lies in the validity [A1], after every ancestor
 * that the intent names, and time-stamps never decrease along a path [T2].
 */
export function stampFault({ intent: { from, until, branches }, ts }: UpdateSet): string | null {
  const time = millisecondsOf(ts)
  if (until - from > INTENT_LIFE) return 'an intent valid for more than 10 minutes'
  if (time < from || time > until) return 'a stamp outside the validity of its intent'
  return ascends(branches, BEGINNING, ts) ? null : 'time-stamps that decrease along a path'
}

const ascends = (branches: readonly Branch[], above: Timestamp, ts: Timestamp): boolean =>
  branches.every(([, incarnation, below]) => incarnation === null || typeof below === 'boolean' || (incarnation >= above && incarnation < ts && ascends(below, incarnation, ts)))

/** What the author signs, as text in UTF-8. */
export function signedText({ directory, author, nonce, from, until, procedure, branches, chain }: Intent): string {
  return `namering intent 1\n${JSON.stringify([directory, author, nonce, from, until, procedure, branches, ...(chain === undefined ? [] : [chain])])}`
}

/** An intent never changes, so its digest is worked out once. */
const ids = new WeakMap<Intent, string>()

/** Identifies an intent however often it is sent, stamped or signed: by all that its author signs, so that nobody can sign two that pass for one. */
export function intentId(intent: Intent): string {
  const known = ids.get(intent)
  if (known !== undefined) return known
  const id = digestOfText(signedText(intent))
  ids.set(intent, id)
  return id
}

/**
 * Names an update set. No two updates share a time-stamp [T1]; but nobody signs it, and who lies may give one to an intent that is
 * another's already: then both are there, and neither stands in the way of the other [A1].
 */
export type SetId = string & { readonly set: unique symbol }
export const setId = ({ ts, intent }: UpdateSet): SetId => `${ts} ${intentId(intent)}` as SetId

/** By time-stamp; of those that share one, by intent. */
export function inOrder(a: UpdateSet, b: UpdateSet): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1
  const [one, other] = [intentId(a.intent), intentId(b.intent)]
  return one === other ? 0 : one < other ? -1 : 1
}

/** The updates of a set, each with its whole TSpath: the form that the closed form [V3] takes. */
export function updatesOf({ intent, ts }: UpdateSet): Update[] {
  const updates: Update[] = []
  const collect = (path: TSPair[], branches: readonly Branch[]): void => {
    for (const [label, incarnation, below] of branches) {
      const here: TSPair[] = [...path, [label, incarnation ?? ts]]
      if (typeof below === 'boolean') updates.push({ path: here, mark: below ? 'present' : 'absent' })
      else collect(here, below)
    }
  }
  collect([], intent.branches)
  return updates
}

/**
 * Applies a set whose ancestors have arrived: the same as applying each of its updates, walking shared ancestors once.
 * Below an ancestor that is not there exactly so an update is void: that incarnation is dead, perhaps forgotten [G2].
 */
export function applySet(tree: ValueTree, { intent, ts }: UpdateSet): void {
  applyBranches(tree, ownRoot(tree), intent.branches, ts)
}

function applyBranches(tree: ValueTree, parent: ValueNode, branches: readonly Branch[], ts: Timestamp): void {
  for (const [label, incarnation, below] of branches) {
    if (typeof below === 'boolean') {
      setMark(tree, parent, label, ts, below ? 'present' : 'absent')
      continue
    }
    const node = incarnation === null ? walkInto(tree, parent, label, ts, 'present') : walkTo(tree, parent, label, incarnation)
    if (node !== null) applyBranches(tree, node, below, ts)
  }
}

/** The time-stamps of the incarnations that a set names as ancestors: of the sets that created them. */
export function ancestorStamps({ branches }: Intent): Set<Timestamp> {
  const stamps = new Set<Timestamp>()
  const collect = (below: readonly Branch[]): void => {
    for (const [, incarnation, deeper] of below) {
      if (incarnation === null || typeof deeper === 'boolean') continue
      stamps.add(incarnation)
      collect(deeper)
    }
  }
  collect(branches)
  return stamps
}

/** V2: whether readers see every ancestor that an intent names, in the incarnation that it names. */
export const seesAncestors = (tree: ValueTree, { branches }: Intent): boolean => seesBelow(tree.root, branches)

const seesBelow = (parent: ValueNode, branches: readonly Branch[]): boolean =>
  branches.every(([label, incarnation, below]) => {
    if (incarnation === null || typeof below === 'boolean') return true
    const child = parent.children?.get(label)
    return child?.ts === incarnation && child.mark === 'present' && seesBelow(child, below)
  })

/** A set in a few words: its first path, and how many more. */
export function describe(branches: readonly Branch[]): string {
  const path: string[] = []
  let more = 0
  let level: readonly Branch[] = branches
  let mark = true
  while (level.length > 0) {
    const [label, , below] = level[0]!
    path.push(shown(label))
    more += level.length - 1
    if (typeof below === 'boolean') mark = below
    level = typeof below === 'boolean' ? [] : below
  }
  return `${path.join('/')}${mark ? '' : ' made absent'}${more > 0 ? ` and ${more} more` : ''}`
}
