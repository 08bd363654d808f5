/**
 * NewRoot (SPEC §11, O1): a directory is made that has a reference to the old root and lists it as well-known, on one server
 * and not part of any tree yet. The one write that makes it the root is the record in the old root: an ordinary move.
 */
import { WELL_KNOWN } from '../core/labels'
import type { Found } from '../core/directories/lookup'
import { allNew } from '../core/directories/draft'
import { referenceTree } from '../core/directories/reference'
import { rootNameFault, type NamesBelow } from '../core/directories/rootName'
import { rootSelf } from '../core/directories/rootSelf'
import { rankAbove, rankIn } from '../core/entries/serverEntry'
import { relativeLabels } from '../core/directories/wellKnown'
import { failure, isFailure, NameServiceError } from '../core/errors'
import { formatLabels, formatName, isDirectoryId, labelFault, shown, type DirectoryId, type Label, type ServerId } from '../core/names'
import type { CopyState, Outcomes, ReadOutcome } from '../core/requests'
import type { Branch, SignedIntent } from '../core/values/intent'
import { below, labelsIn, type Tree } from '../core/values/readValue'
import { ask, fromRoot, type Connection } from './connection'
import type { MoveCalls } from './moves'

/** What is in a new directory from the beginning: what it says of itself, and references. */
export interface First {
  label: Label
  self: Branch[]
  references: Branch[]
}

interface Means {
  connection: Connection
  directory: (fn: string) => Promise<Found>
  serverOf: (sn: string) => Promise<ServerId>
  moves: MoveCalls
  genesis: (first: First) => Promise<{ di: DirectoryId; signed: SignedIntent }>
}

export async function newRoot({ connection, directory, serverOf, moves, genesis }: Means, sn: string, fn: string, name: Label, { label = 'root', patience }: { label?: string; patience?: number }): Promise<DirectoryId> {
  const server = await serverOf(sn)
  const old = await directory(fn)
  const first = await aboveOf(connection, old, fn, name, label)
  // What is written goes on by itself: a second root would only come to lie below the first [O2].
  const pending = (await moves.moves(`#${old.directory}`)).find(({ verdict }) => verdict === 'pending')
  if (pending !== undefined) throw new NameServiceError(failure('MovePending', { name: fn, to: fromRoot(connection, formatName({ from: pending.parent, up: 0, labels: [pending.label] })), reason: 'it was begun before, and not every server above it has been heard' }))
  const { di, signed } = await genesis(first)
  await ask<Outcomes['create']>(connection, { type: 'ask', servers: [server], request: { type: 'create', directory: di, signed } })
  await moves.moveSubtree(`#${old.directory}`, formatName({ from: di, up: 0, labels: [name] }), patience === undefined ? {} : { patience })
  return di
}

/** O1: every name that begins at a root of former times goes on from the first moment. */
async function aboveOf(connection: Connection, { directory, servers }: Found, fn: string, name: Label, label: Label): Promise<First> {
  const { parent } = await ask<Outcomes['parent']>(connection, { type: 'ask', servers, request: { type: 'parent', directory } })
  if (parent !== null) throw new NameServiceError(failure('BadRequest', { reason: `${fn} is not the root, and a new root goes above that` }))
  const { tree } = await ask<ReadOutcome>(connection, { type: 'ask', servers, request: { type: 'read', directory, path: ['.'], form: 'tree', after: null } })
  const { ring } = await ask<CopyState>(connection, { type: 'ask', servers, request: { type: 'state', directory } })
  const rank = rankIn(labelsIn(below(tree, ['InSN']))) ?? 0
  const former = labelsIn(below(tree, [WELL_KNOWN])).filter(isDirectoryId)
  const pathOf = (each: DirectoryId): Label[] => relativeLabels(labelsIn(below(tree, [WELL_KNOWN, each]))[0] ?? '') ?? []
  const known = [directory, ...former].map((each) => [each, formatLabels([name, ...pathOf(each)])] as const)
  checkName(name, { servers: ring.map((member) => formatLabels(connection.serverPath(member.name))), formerRoots: former.map((each) => formatLabels(pathOf(each))) })
  const listed = ring.map((member) => member.name).filter((each) => labelFault(each) === null)
  return { label, self: rootSelf(rankAbove(rank), known), references: madeOf([[name, referenceTree(directory, listed, rank)]]) }
}

function checkName(name: Label, below: NamesBelow): void {
  const fault = rootNameFault(name, below)
  if (fault !== null) throw new NameServiceError(failure('BadName', { name: shown(name), reason: `${fault}; choose another name for the root that there is` }))
}

function madeOf(tree: readonly (readonly [Label, Tree])[]): Branch[] {
  const branches = allNew(tree)
  if (isFailure(branches)) throw new NameServiceError(branches)
  return branches
}
