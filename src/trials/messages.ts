/** Legal messages of every type (fast-check). */
import * as fc from 'fast-check'
import { copyStates, epochOf, type Exclusion, type Member, type Removal } from '../core/copies/directoryCopy'
import { cutPages } from '../core/copies/pages'
import { errorCodes, failure } from '../core/errors'
import type { EpochFacts, Facts, FlatNode, Message, Page } from '../core/messages'
import { compareLabels, type DirectoryId } from '../core/names'
import type { Request } from '../core/requests'
import { timestamp } from '../core/timestamp'
import { procedures, type Branch, type SignedIntent, type UpdateSet } from '../core/values/intent'
import type { Certificate } from '../core/values/certificate'
import type { Tree } from '../core/values/readValue'
import { anyLabel, copyNumber, directoryNumber, identifier, serverNumber } from './generators'

const small = fc.integer({ min: 0, max: 1 << 30 })
const anyStamp = fc.tuple(fc.integer({ min: 1000, max: 599_999_000 }), small).map(([time, copy]) => timestamp(time, copyNumber(copy)))
const anyCopy = small.map(copyNumber)
const anyServer = small.map(serverNumber)
const anyDirectory = small.map(directoryNumber)
const anyEpoch = fc.tuple(fc.integer({ min: 0, max: 9999 }), small).map(([number, random]) => epochOf(number, identifier(random, 8)))
const anyText = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed())
const anyPath = fc.array(anyLabel, { maxLength: 4 })

const { branches: newBranches } = fc.letrec<{ branches: Branch[]; below: boolean | Branch[] }>((tie) => ({
  below: fc.oneof({ maxDepth: 3 }, fc.constant(true), tie('branches')),
  branches: fc.dictionary(anyLabel, tie('below'), { minKeys: 1, maxKeys: 3, noNullPrototype: true }).map((entries) => ordered(Object.entries(entries).map(([label, below]): Branch => [label, null, below]))),
}))
const ordered = (branches: readonly Branch[]): Branch[] => branches.toSorted(([a], [b]) => compareLabels(a, b))
/** Branches below ancestors of incarnations that grow along the path. */
const anyBranches: fc.Arbitrary<Branch[]> = fc.oneof(
  newBranches,
  anyLabel.map((label): Branch[] => [[label, null, false]]),
  fc.tuple(anyLabel, anyLabel, newBranches).map(([first, second, below]): Branch[] => [[first, timestamp(10, copyNumber(1)), [[second, timestamp(20, copyNumber(2)), below]]]]),
)

const signedOf = (directory: DirectoryId): fc.Arbitrary<SignedIntent> =>
  fc.record({
    intent: fc.record({ directory: fc.constant(directory), author: anyText, nonce: small.map((n) => identifier(n, 26)), from: fc.constant(0), until: fc.constant(600_000), procedure: fc.constantFrom(...procedures), branches: anyBranches }),
    signature: anyText,
  })
export const setOf = (directory: DirectoryId): fc.Arbitrary<UpdateSet> => fc.tuple(signedOf(directory), anyStamp).map(([{ intent, signature }, ts]) => ({ intent, signature, ts }))

const anyPointer = fc.record({ copy: anyCopy, server: anyServer })
const anyMember: fc.Arbitrary<Member> = fc.record({ copy: anyCopy, server: anyServer, name: anyText })
const anyRemovals: fc.Arbitrary<Removal[]> = fc.array(fc.record({ copy: anyCopy, ts: anyStamp }), { maxLength: 2 })
const anyExclusions: fc.Arbitrary<Exclusion[]> = fc.array(fc.record({ copy: anyCopy, server: anyServer, name: anyText, known: fc.option(anyStamp), abandoned: fc.boolean() }), { maxLength: 2 })
const anyFacts: fc.Arbitrary<Facts> = fc.record({ copy: anyCopy, server: anyServer, name: anyText, state: fc.constantFrom(...copyStates), epoch: anyEpoch, pointer: anyPointer, nextTS: anyStamp, lastSweep: anyStamp, stableMark: anyStamp, digest: anyText, ringDigest: anyText, removed: anyRemovals, excluded: anyExclusions })
const anySwept = fc.array(fc.record({ ts: anyStamp, members: fc.array(anyCopy, { maxLength: 3 }) }), { maxLength: 2 })
const anyLineage = fc.array(fc.record({ epoch: anyEpoch, mark: anyStamp }), { maxLength: 2 })
const anyRing = fc.array(anyMember, { maxLength: 3 })
const anyEpochFacts: fc.Arbitrary<EpochFacts> = fc.record({ facts: anyFacts, promised: anyEpoch, ring: anyRing, sweptRings: anySwept, otherRings: fc.array(anyRing, { maxLength: 2 }), lineage: anyLineage, known: fc.array(fc.tuple(anyCopy, anyStamp), { maxLength: 2 }) })
const anyFailure = fc.tuple(fc.constantFrom(...errorCodes), anyText, anyText).map(([code, name, reason]) => failure(code, { name, reason }))
const anyNode: fc.Arbitrary<FlatNode> = fc.tuple(fc.integer({ min: 1, max: 16 }), anyLabel, anyStamp)

const pageOf = (directory: DirectoryId): fc.Arbitrary<Page> =>
  fc.record({
    index: fc.nat(),
    count: fc.nat(),
    digest: fc.nat().map(String),
    base: fc.option(fc.record({ nodes: fc.array(anyNode, { maxLength: 3 }), proofs: fc.array(setOf(directory), { maxLength: 2 }), intents: fc.array(fc.tuple(anyText, anyStamp, fc.nat()), { maxLength: 2 }) })),
    log: fc.array(setOf(directory), { maxLength: 2 }),
  })
export const wholePages = fc.array(setOf(directoryNumber(1)), { maxLength: 4 }).map((log) => cutPages({ base: null, log }))

const { tree: anyTree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof({ maxDepth: 3 }, fc.boolean(), fc.array(fc.tuple(anyLabel, tie('tree')), { maxLength: 3 })),
}))

const requestOf = (directory: DirectoryId): fc.Arbitrary<Request> => {
  const to = fc.constant(directory)
  return fc.oneof(
    fc.record({ type: fc.constant('walk' as const), directory: to, begins: fc.boolean(), up: fc.nat(), labels: anyPath, entity: fc.option(anyLabel) }),
    fc.record({ type: fc.constant('read' as const), directory: to, path: anyPath, form: fc.constantFrom('tree' as const, 'labels' as const, 'entries' as const, 'nodes' as const, 'snapshot' as const), after: fc.option(anyStamp) }),
    fc.record({ type: fc.constant('test' as const), directory: to, path: anyPath, tree: anyTree }),
    fc.record({ type: fc.constant('certify' as const), directory: to, name: anyLabel, key: fc.option(anyText) }),
    fc.record({ type: fc.constant('access' as const), directory: to, path: anyPath, about: fc.option(anyText) }),
    fc.record({ type: fc.constant('draft' as const), directory: to, change: fc.record({ procedure: fc.constantFrom('doUpdates' as const, 'setLink' as const), under: fc.record({ labels: anyPath, incarnations: fc.option(fc.array(anyStamp, { maxLength: 3 })) }), tree: anyTree, replace: fc.boolean() }) }),
    fc.record({ type: fc.constant('submit' as const), directory: to, signed: signedOf(directory) }),
    fc.record({ type: fc.constant('has' as const), directory: to, ts: anyStamp, set: fc.option(setOf(directory)) }),
    fc.record({ type: fc.constant('state' as const), directory: to }),
    fc.record({ type: fc.constant('sweep' as const), directory: to, form: fc.constantFrom('ring' as const, 'parallel' as const) }),
    fc.record({ type: fc.constant('create' as const), directory: to, signed: signedOf(directory) }),
    fc.record({ type: fc.constant('newEpoch' as const), directory: to, servers: fc.array(anyServer, { maxLength: 3 }), force: fc.boolean(), patience: fc.nat(), dry: fc.boolean() }),
    fc.record({ type: fc.constant('baptise' as const), directory: to, epoch: anyEpoch, server: anyServer }),
    fc.record({ type: fc.constant('abandon' as const), directory: to, copies: fc.array(anyCopy, { maxLength: 3 }) }),
    fc.record({ type: fc.constant('quarantine' as const), directory: to }),
    fc.record({ type: fc.constant('settle' as const), directory: to, stamps: fc.array(anyStamp, { maxLength: 3 }) }),
    fc.record({ type: fc.constant('leave' as const), directory: to, force: fc.boolean() }),
    fc.record({ type: fc.constant('parent' as const), directory: to }),
    fc.record({ type: fc.constant('base' as const), directory: to, stableMark: anyStamp, lastSweep: anyStamp }),
    fc.record({ type: fc.constant('describe' as const), directory: to }),
    fc.record({ type: fc.constant('setInSN' as const), directory: to, to: fc.boolean() }),
    fc.record({ type: fc.constant('removeS' as const), directory: to }),
    fc.record({ type: fc.constant('checkS' as const), directory: to, name: fc.option(anyText), repair: fc.boolean() }),
    fc.record({ type: fc.constant('join' as const), directory: to, from: fc.array(anyServer, { maxLength: 3 }) }),
  )
}

const anyCertificate: fc.Arbitrary<Certificate> = fc.oneof(
  fc.record({ directory: fc.constant(null), genesis: fc.constant(null), issuer: anyText, name: fc.constant(''), subject: anyText, from: fc.nat(), until: fc.nat(), signature: anyText }),
  fc.record({ directory: anyDirectory, genesis: anyText, issuer: anyText, name: anyLabel, subject: anyText, from: fc.nat(), until: fc.nat(), signature: anyText }),
)

const messagesOf = (directory: DirectoryId): { [T in Message['type']]: fc.Arbitrary<Extract<Message, { type: T }>> } => {
  const between = { directory: fc.constant(directory), epoch: anyEpoch, from: anyCopy }
  const sweeping = { ...between, to: anyCopy, attempt: small.map((n) => identifier(n, 16)) }
  const joining = { directory: fc.constant(directory), joiner: anyCopy }
  const leaving = { directory: fc.constant(directory), from: anyCopy, to: anyCopy }
  const anyNonce = small.map((n) => identifier(n, 16))
  const ring = anyRing
  const ofEpoch = { directory: fc.constant(directory), to: anyCopy, epoch: anyEpoch }
  return {
    hello: fc.record({ type: fc.constant('hello' as const), root: fc.option(anyDirectory), name: fc.option(anyText), rank: fc.option(fc.integer()) }),
    credentials: fc.record({ type: fc.constant('credentials' as const), chains: fc.array(fc.array(anyCertificate, { maxLength: 3 }), { maxLength: 2 }) }),
    request: fc.record({ type: fc.constant('request' as const), id: small.map((n) => identifier(n, 16)), request: requestOf(directory) }),
    answer: fc.record({ type: fc.constant('answer' as const), id: small.map((n) => identifier(n, 16)), failure: fc.option(anyFailure), outcome: anyText, elsewhere: fc.array(anyServer, { maxLength: 3 }) }),
    greet: fc.record({ type: fc.constant('greet' as const), ...between, facts: anyFacts }),
    updates: fc.record({ type: fc.constant('updates' as const), ...between, sets: fc.array(setOf(directory), { maxLength: 3 }) }),
    spliceNews: fc.record({ type: fc.constant('spliceNews' as const), ...between, members: fc.array(anyMember, { maxLength: 3 }), lastSweep: anyStamp }),
    lookSweep: fc.record({ type: fc.constant('lookSweep' as const), ...sweeping, sweepTS: anyStamp }),
    looked: fc.record({ type: fc.constant('looked' as const), ...sweeping, facts: anyFacts }),
    readSweep: fc.record({ type: fc.constant('readSweep' as const), ...sweeping, since: anyStamp, whole: fc.boolean(), index: fc.nat() }),
    readPage: fc.record({ type: fc.constant('readPage' as const), ...sweeping, facts: anyFacts, page: pageOf(directory) }),
    writeSweep: fc.record({ type: fc.constant('writeSweep' as const), ...sweeping, sweepTS: anyStamp, stableMark: anyStamp, baseMark: anyStamp, ring, removed: anyRemovals, excluded: anyExclusions, page: pageOf(directory) }),
    wrote: fc.record({ type: fc.constant('wrote' as const), ...sweeping, index: fc.nat(), lastSweep: anyStamp }),
    sweepRefused: fc.record({ type: fc.constant('sweepRefused' as const), ...sweeping, failure: anyFailure }),
    askSnapshot: fc.record({ type: fc.constant('askSnapshot' as const), ...joining, index: fc.nat() }),
    snapshotPage: fc.record({ type: fc.constant('snapshotPage' as const), ...joining, facts: anyFacts, highest: anyStamp, ring, sweptRings: anySwept, lineage: anyLineage, foreignMark: anyStamp, page: pageOf(directory) }),
    snapshotRefused: fc.record({ type: fc.constant('snapshotRefused' as const), ...joining, failure: anyFailure }),
    askSplice: fc.record({ type: fc.constant('askSplice' as const), ...joining, name: anyText, epoch: anyEpoch, predecessor: anyCopy, pointer: anyPointer, lastSweep: anyStamp, stableMark: anyStamp }),
    askFate: fc.record({ type: fc.constant('askFate' as const), ...joining, predecessor: anyCopy }),
    spliced: fc.record({ type: fc.constant('spliced' as const), ...joining, nextTS: anyStamp, ring, removed: anyRemovals }),
    spliceRefused: fc.record({ type: fc.constant('spliceRefused' as const), ...joining, reason: anyText }),
    askStanding: fc.record({ type: fc.constant('askStanding' as const), ...leaving }),
    standing: fc.record({ type: fc.constant('standing' as const), ...leaving, facts: anyFacts, begun: fc.option(anyStamp), knowsYou: fc.boolean() }),
    askTakeOver: fc.record({ type: fc.constant('askTakeOver' as const), ...leaving, attempt: fc.nat() }),
    readHandOver: fc.record({ type: fc.constant('readHandOver' as const), ...leaving, attempt: fc.nat(), nonce: anyNonce, index: fc.nat() }),
    handOverPage: fc.record({ type: fc.constant('handOverPage' as const), ...leaving, nonce: anyNonce, pointer: anyPointer, removed: anyRemovals, page: pageOf(directory) }),
    takenOver: fc.record({ type: fc.constant('takenOver' as const), ...leaving, ts: anyStamp }),
    askEpochFacts: fc.record({ type: fc.constant('askEpochFacts' as const), directory: fc.constant(directory), nonce: anyNonce }),
    epochFacts: fc.record({ type: fc.constant('epochFacts' as const), directory: fc.constant(directory), nonce: anyNonce, failure: fc.option(anyFailure), facts: fc.option(anyEpochFacts) }),
    seal: fc.record({ type: fc.constant('seal' as const), ...ofEpoch, committer: anyCopy, ring }),
    sealed: fc.record({ type: fc.constant('sealed' as const), ...ofEpoch, facts: anyEpochFacts }),
    sealRefused: fc.record({ type: fc.constant('sealRefused' as const), ...ofEpoch, failure: anyFailure }),
    askEpoch: fc.record({ type: fc.constant('askEpoch' as const), ...ofEpoch, from: anyCopy }),
    epochNews: fc.record({ type: fc.constant('epochNews' as const), ...ofEpoch, from: anyCopy, ring, excluded: anyExclusions, lineage: anyLineage, digest: fc.string({ maxLength: 32 }) }),
    epochGivenUp: fc.record({ type: fc.constant('epochGivenUp' as const), ...ofEpoch, from: anyCopy }),
    copyGone: fc.record({ type: fc.constant('copyGone' as const), directory: fc.constant(directory), copy: anyCopy }),
    notTaken: fc.record({ type: fc.constant('notTaken' as const), ...leaving, attempt: fc.nat() }),
    letBe: fc.record({ type: fc.constant('letBe' as const), ...leaving, attempt: fc.nat() }),
    leftBe: fc.record({ type: fc.constant('leftBe' as const), ...leaving, attempt: fc.nat() }),
  }
}

export const messageTypes = Object.keys(messagesOf(directoryNumber(1))) as Message['type'][]
export const messageOf = (type: Message['type']): fc.Arbitrary<Message> => small.chain((n): fc.Arbitrary<Message> => messagesOf(directoryNumber(n))[type])
export const anyMessage: fc.Arbitrary<Message> = fc.constantFrom(...messageTypes).chain(messageOf)
