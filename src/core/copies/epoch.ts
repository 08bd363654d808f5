/**
 * NewEpoch: a directory's ring is built anew, without servers that are gone for good or cut off for long ("the ring must be
 * reformed … must be controlled by an administrator"; SPEC §9). Led by one of its members, the committer.
 *
 * (a) The committer asks each named server where its copy stands, and chooses an epoch greater than all that it hears of.
 * (b) It seals itself, durably, then the others [E2]. (c) When all have answered from under the seal it works out whom the
 * epoch leaves out, and writes its own pointer, the last one: in that one transaction the new ring becomes the one that
 * rules [E3]. Before, it gives up when somebody is silent, and says so to whoever asks: done or undone, nothing between.
 */
import { schedule } from '../agenda'
import { answer, sameCaller, waitWith, type Caller } from '../caller'
import { askSigned } from '../auth/session'
import { failure, type Failure } from '../errors'
import { freshId } from '../fresh'
import type { EpochFacts, EpochMessage } from '../messages'
import type { ServerId } from '../names'
import { changeCopy, nameOfServer, send, type Turn } from '../server'
import { asksAfterEpochs, epochNumber, epochOf, isForced, MAX_RING, type DirectoryCopy, type Epoch, type Member } from './directoryCopy'
import { tellEpoch, tellExcluded } from './epochNews'
import { epochFault, excludedBy, lineageOf } from './majority'
import { newAttempt } from './pages'
import { adopt, askWhoRules, epochFactsOf, isLeftOut, seal, sealFault, unseal } from './seal'

/** NewEpoch at its committer; from the seal on its copy's own promise remembers it over a crash. */
export interface Proposal {
  /** Of the questions before the seal. */
  nonce: string
  /** Null while it asks where the copies stand. */
  epoch: Epoch | null
  servers: ServerId[]
  force: boolean
  /** Nothing is sealed: it only tells whom it would leave out. */
  dry: boolean
  /** What each said: in the first round, then from under the seal. */
  answers: Map<ServerId, EpochFacts>
  /** ms since 1970; without an answer for so long it gives up. */
  deadline: number
  /** ms */
  patience: number
  callers: Caller[]
}

const ASK_AGAIN = 1000
export const EPOCH_PATIENCE = 20_000
const MAX_NUMBER = 9999

/** Begins an epoch of the copies on these servers, this one among them; answers the caller when it rules, or has been given up. */
export function beginEpoch(turn: Turn, copy: DirectoryCopy, { servers, force, patience, dry }: { servers: readonly ServerId[]; force: boolean; patience: number; dry: boolean }, caller: Caller): void {
  const { server } = turn
  const running = server.proposals.get(copy.directory)
  if (running?.callers.some((other) => sameCaller(other, caller))) return
  const named = [...new Set(servers)]
  const same = running !== undefined && running.force === force && running.dry === dry && named.length === running.servers.length && named.every((other) => running.servers.includes(other))
  if (same) return waitWith(turn, running.callers, caller)
  const reason = running !== undefined && !running.dry ? 'another one is being made there' : !named.includes(server.id) ? `${server.name}, which was to make it, is not among its servers` : named.length > MAX_RING ? 'it has too many servers' : null
  if (reason !== null) return answer(turn, caller, failed(copy, reason))
  // A question gives way to the next one, and to the deed.
  if (running !== undefined) giveUp(turn, copy, running, failed(copy, 'something else was asked meanwhile'))
  const proposal: Proposal = { nonce: newAttempt(turn), epoch: null, servers: named, force, dry, answers: new Map(), deadline: turn.now + patience, patience, callers: [caller] }
  server.proposals.set(copy.directory, proposal)
  proposal.answers.set(server.id, epochFactsOf(turn, copy))
  goOn(turn, copy, proposal)
}

const failed = (copy: DirectoryCopy, reason: string): Failure => failure('EpochFailed', { name: `#${copy.directory}`, reason })

/** Asks those who have not answered; when all have, the next step. */
function goOn(turn: Turn, copy: DirectoryCopy, proposal: Proposal): void {
  schedule(turn.server.agenda, `epoch ${copy.directory}`, turn.now + ASK_AGAIN)
  if (proposal.servers.every((server) => proposal.answers.has(server))) return proposal.epoch === null ? propose(turn, copy, proposal) : commit(turn, copy, proposal)
  const { directory, id: committer } = copy
  const ring = ringOf(copy, proposal)
  for (const server of proposal.servers) {
    if (proposal.answers.has(server)) continue
    const member = ring.find((each) => each.server === server)
    if (proposal.epoch === null || member === undefined) send(turn, server, { type: 'askEpochFacts', directory, nonce: proposal.nonce })
    else askSigned(turn, server, { type: 'seal', directory, to: member.copy, epoch: proposal.epoch, committer, ring })
  }
}

const SUPERSEDED = 'a newer one was begun meanwhile'

/** The ring that is being made, as this committer's own seal remembers it; empty when a greater epoch has its promise by now. */
const ringOf = (copy: DirectoryCopy, { epoch }: Proposal): Member[] => [...(copy.seals.find((promise) => promise.epoch === epoch)?.ring ?? [])]

export function onEpochFacts(turn: Turn, from: ServerId, { directory, nonce, failure: why, facts }: Extract<EpochMessage, { type: 'epochFacts' }>): void {
  const copy = turn.server.copies.get(directory)
  const proposal = turn.server.proposals.get(directory)
  if (copy === undefined || proposal?.nonce !== nonce || !proposal.servers.includes(from)) return
  if (facts === null) return giveUp(turn, copy, proposal, failed(copy, `${nameOfServer(turn.server, from)} ${why?.code === 'NoCopyHere' ? 'has no copy' : 'could not say where its copy stands'}`))
  if (facts.facts.server !== from) return
  // Who has not answered is asked again when it is time, not with each answer.
  if (proposal.epoch === null) {
    proposal.answers.set(from, facts)
    if (proposal.servers.every((server) => proposal.answers.has(server))) propose(turn, copy, proposal)
  } else if (extend(turn, copy, proposal, { copy: facts.facts.copy, server: from, name: facts.facts.name })) goOn(turn, copy, proposal)
}

/** E1: the number follows on all that anybody has promised. Looks whether it could succeed before it seals anybody. */
function propose(turn: Turn, copy: DirectoryCopy, proposal: Proposal): void {
  const answers = [...proposal.answers.values()]
  const fault = epochFault(copy.directory, answers, proposal.force)
  if (fault !== null) {
    giveUp(turn, copy, proposal, fault)
    return hearOfNewer(turn, copy, answers)
  }
  if (proposal.dry) {
    turn.server.proposals.delete(copy.directory)
    for (const caller of proposal.callers) answer(turn, caller, { epoch: copy.epoch, excluded: excludedBy(answers) })
    return
  }
  const number = 1 + answers.map(({ promised, facts }) => Math.max(epochNumber(promised), epochNumber(facts.epoch))).reduce((a, b) => Math.max(a, b))
  if (number > MAX_NUMBER) return giveUp(turn, copy, proposal, failed(copy, `somebody has promised number ${MAX_NUMBER}, and there is no greater one`))
  const epoch = epochOf(number, `${proposal.force ? 'f' : 'm'}${freshId(turn.server.fresh, 7)}`)
  const reason = sealFault(copy, epoch)
  if (reason !== null) return giveUp(turn, copy, proposal, failed(copy, `${turn.server.name} ${reason}`))
  const first = { copy: copy.id, server: turn.server.id }
  const ring = proposal.servers.map((server): Member => {
    const { facts } = proposal.answers.get(server)!
    return { copy: facts.copy, server, name: facts.name }
  })
  seal(turn, copy, { epoch, committer: first, ring: [...ring.filter((member) => member.copy === copy.id), ...ring.filter((member) => member.copy !== copy.id)], released: false })
  beginRound(turn, copy, proposal, epoch)
}

/** E7: an administrator here named a member of an epoch that has left this copy out: its word counts, whether this copy knew it or not. */
function hearOfNewer(turn: Turn, copy: DirectoryCopy, answers: readonly EpochFacts[]): void {
  const newer = answers.find(({ facts, ring }) => facts.state === 'active' && facts.epoch > copy.epoch && ring.every((member) => member.copy !== copy.id))
  if (newer !== undefined) isLeftOut(turn, copy, newer.facts.server, { ...newer.facts, lineage: newer.lineage, ring: newer.ring.filter(({ server }) => server !== turn.server.id) })
}

/** E3: only what is said from under the seal counts. */
function beginRound(turn: Turn, copy: DirectoryCopy, proposal: Proposal, epoch: Epoch): void {
  Object.assign(proposal, { epoch, answers: new Map([[turn.server.id, epochFactsOf(turn, copy)]]), deadline: turn.now + proposal.patience })
  goOn(turn, copy, proposal)
}

export function onSealed(turn: Turn, from: ServerId, { directory, to, epoch, facts }: Extract<EpochMessage, { type: 'sealed' }>): void {
  const copy = turn.server.copies.get(directory)
  const proposal = turn.server.proposals.get(directory)
  if (copy?.id !== to || proposal?.epoch !== epoch || facts.facts.server !== from) return
  if (!ringOf(copy, proposal).some((member) => member.copy === facts.facts.copy && member.server === from)) return
  proposal.answers.set(from, facts)
  proposal.deadline = turn.now + proposal.patience
  if (proposal.servers.every((server) => proposal.answers.has(server))) commit(turn, copy, proposal)
}

export function onSealRefused(turn: Turn, from: ServerId, { directory, to, epoch, failure: why }: Extract<EpochMessage, { type: 'sealRefused' }>): void {
  const copy = turn.server.copies.get(directory)
  const proposal = turn.server.proposals.get(directory)
  if (copy?.id !== to || proposal?.epoch !== epoch || !proposal.servers.includes(from)) return
  giveUp(turn, copy, proposal, why.code === 'EpochFailed' ? why : failed(copy, `the copy on ${nameOfServer(turn.server, from)} is not there any more`))
}

/** E3: the last pointer, and with it the change of authority, in one transaction at one server. */
function commit(turn: Turn, copy: DirectoryCopy, proposal: Proposal): void {
  const epoch = proposal.epoch!
  const ring = ringOf(copy, proposal)
  if (ring.length === 0) return giveUp(turn, copy, proposal, failed(copy, SUPERSEDED))
  proposal.answers.set(turn.server.id, epochFactsOf(turn, copy))
  const answers = [...proposal.answers.values()]
  const fault = epochFault(copy.directory, answers, proposal.force)
  if (fault !== null) return giveUp(turn, copy, proposal, fault)
  const excluded = excludedBy(answers)
  turn.server.proposals.delete(copy.directory)
  adopt(turn, copy, { epoch, ring, excluded, lineage: lineageOf(copy, answers) })
  for (const member of ring) tellEpoch(turn, copy, member)
  tellExcluded(turn, copy)
  for (const caller of proposal.callers) answer(turn, caller, { epoch, excluded })
}

/** Nobody else can have made it rule: undone, for good. */
function giveUp(turn: Turn, copy: DirectoryCopy, proposal: Proposal, why: Failure): void {
  turn.server.proposals.delete(copy.directory)
  const { epoch } = proposal
  if (epoch !== null && copy.seals.some((promise) => promise.epoch === epoch)) {
    const others = ringOf(copy, proposal).filter((member) => member.copy !== copy.id)
    unseal(turn, copy, epoch)
    for (const member of others) send(turn, member.server, { type: 'epochGivenUp', directory: copy.directory, to: member.copy, epoch, from: copy.id })
  }
  for (const caller of proposal.callers) answer(turn, caller, why)
}

/** Goes on with what is open: as the committer of an epoch, also one from before a crash; else asks who rules. */
export function onEpochTime(turn: Turn, copy: DirectoryCopy): void {
  const proposal = turn.server.proposals.get(copy.directory) ?? resumed(turn, copy)
  const why = proposal === null ? null : whyNoLonger(turn, copy, proposal)
  if (proposal !== null && why === null) return goOn(turn, copy, proposal)
  if (proposal !== null) giveUp(turn, copy, proposal, failed(copy, why!))
  if (asksAfterEpochs(copy)) askWhoRules(turn, copy)
}

function whyNoLonger(turn: Turn, copy: DirectoryCopy, proposal: Proposal): string | null {
  if (proposal.epoch !== null && ringOf(copy, proposal).length === 0) return SUPERSEDED
  if (turn.now < proposal.deadline) return null
  const silent = proposal.servers.filter((server) => !proposal.answers.has(server)).map((server) => nameOfServer(turn.server, server))
  return `${silent.join(', ')} did not answer`
}

function resumed(turn: Turn, copy: DirectoryCopy): Proposal | null {
  const own = copy.seals.find(({ committer }) => committer.copy === copy.id)
  if (own === undefined) return null
  const servers = own.ring.map((member) => member.server)
  const proposal: Proposal = { nonce: newAttempt(turn), epoch: own.epoch, servers, force: isForced(own.epoch), dry: false, answers: new Map(), deadline: turn.now + EPOCH_PATIENCE, patience: EPOCH_PATIENCE, callers: [] }
  turn.server.proposals.set(copy.directory, proposal)
  proposal.answers.set(turn.server.id, epochFactsOf(turn, copy))
  return proposal
}

/** Baptise [E9]: one more server in an epoch that is being made, behind its committer, whose pointer is not written yet. */
export function baptise(turn: Turn, copy: DirectoryCopy, { epoch, server }: { epoch: Epoch; server: ServerId }, caller: Caller): void {
  const proposal = turn.server.proposals.get(copy.directory)
  const isMember = copy.ring.some((member) => member.server === server)
  if (proposal === undefined || proposal.epoch !== epoch) {
    if (copy.epoch === epoch && isMember) return answer(turn, caller, { epoch, excluded: [...copy.excluded] })
    return answer(turn, caller, failed(copy, copy.epoch === epoch ? `epoch ${epochNumber(epoch)} is complete: add the server by newDC, or make an epoch of all of them` : `epoch ${epochNumber(epoch)} is not being made by ${turn.server.name}`))
  }
  waitWith(turn, proposal.callers, caller)
  if (proposal.servers.includes(server) || proposal.servers.length >= MAX_RING) return
  proposal.servers.push(server)
  proposal.deadline = turn.now + proposal.patience
  goOn(turn, copy, proposal)
}

/** False when it is in the ring already; or when a greater epoch has the promise by now, and this one is given up in its turn. */
function extend(turn: Turn, copy: DirectoryCopy, proposal: Proposal, member: Member): boolean {
  const ring = ringOf(copy, proposal)
  if (ring.length === 0 || ring.some((each) => each.server === member.server)) return false
  const [committer, ...others] = ring
  const seals = copy.seals.map((promise) => (promise.epoch === proposal.epoch ? { ...promise, ring: [committer!, member, ...others] } : promise))
  changeCopy(turn, copy, { type: 'fields', fields: { seals } })
  return true
}

