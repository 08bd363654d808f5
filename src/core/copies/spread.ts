/**
 * Spreading updates by messages ("any DC may send some updates to any other DC in a message"; SPEC §5). Best effort:
 * loss, duplication, reordering and delay are normal, and correctness never needs these messages.
 */
import { schedule } from '../agenda'
import { failure } from '../errors'
import type { CopyMessage, Facts, Message } from '../messages'
import type { CopyId, DirectoryId, ServerId } from '../names'
import { changeCopy, count, happened, hint, nameOfServer, refuse, send, serverNameOf, type Turn } from '../server'
import { earlier, later, millisecondsOf } from '../timestamp'
import { setId, type UpdateSet } from '../values/intent'
import { digestOf, isSealed, ringDigestOf, knows, logSince, MAX_RING, type DirectoryCopy, type Member, type Removal } from './directoryCopy'
import { askEpoch, tellEpoch } from './epochNews'
import { abandonedIn, markAbandoned } from './exclusion'
import { cutPages } from './pages'
import { sweepSoon, watchOf } from './sweepTimes'

/** T2: how far ahead of the receiver's clock a stamp may be, in ms. */
export const ALLOWED_SKEW = 300_000
const MAX_DEFERRED = 1000

/** What this copy says of itself. */
export function factsOf(turn: Turn, copy: DirectoryCopy): Facts {
  const { state, epoch, pointer, nextTS, lastSweep, stableMark, removed, excluded } = copy
  return { copy: copy.id, server: turn.server.id, name: serverNameOf(turn.server), state, epoch, pointer, nextTS, lastSweep, stableMark, digest: digestOf(copy), ringDigest: ringDigestOf(copy.ring), removed: [...removed], excluded: [...excluded] }
}

export const header = (copy: DirectoryCopy): { directory: DirectoryId; epoch: DirectoryCopy['epoch']; from: DirectoryCopy['id'] } => ({
  directory: copy.directory,
  epoch: copy.epoch,
  from: copy.id,
})

/** The other members of the known ring. */
export const fellows = (copy: DirectoryCopy): Member[] => copy.ring.filter((member) => member.copy !== copy.id)

/** The servers of the known ring as one text, to compare. */
export const ringText = (copy: DirectoryCopy): string => JSON.stringify(copy.ring.map((member) => member.name).toSorted())

/** Sends sets to every other member of the known ring. */
export function spread(turn: Turn, copy: DirectoryCopy, sets: UpdateSet[]): void {
  for (const member of fellows(copy)) send(turn, member.server, { type: 'updates', ...header(copy), sets })
}

/** Those of which this copy does not know: what a member is called it says itself, on a greeting or to a sweep, and nobody else [P7]. */
export const unknownOf = ({ ring }: DirectoryCopy, members: readonly Member[]): Member[] => members.filter((member) => !ring.some((known) => known.copy === member.copy))

/** Adds members to the known ring, or changes what they are called; it is joined, never replaced [P7]. Of copies on this server nobody knows better than it. */
export function addMembers(turn: Turn, copy: DirectoryCopy, members: readonly Member[]): void {
  const others = members.filter((member) => (member.server === turn.server.id) === (member.copy === copy.id))
  const distinct = others.filter((member, i) => others.findIndex(({ copy: id }) => id === member.copy) === i)
  const news = distinct.filter((member) => !copy.removed.some((gone) => gone.copy === member.copy) && !copy.ring.some((known) => known.copy === member.copy && known.server === member.server && known.name === member.name))
  const kept = copy.ring.filter((known) => !news.some((member) => member.copy === known.copy))
  const fitting = news.slice(0, Math.max(0, MAX_RING - kept.length))
  if (fitting.length === 0) return
  changeCopy(turn, copy, { type: 'fields', fields: { ring: [...kept, ...fitting].toSorted((a, b) => (a.copy < b.copy ? -1 : 1)) } })
  for (const member of fitting) hint(turn.server, copy.directory, member.server)
}

/** This server may have another name by now: its copy is the first to know. */
export const knowOwnName = (turn: Turn, copy: DirectoryCopy): void => addMembers(turn, copy, [{ copy: copy.id, server: turn.server.id, name: serverNameOf(turn.server) }])

/** Takes members out of the known ring, for good: a copy's identity never comes back [R1]. */
export function removeMembers(turn: Turn, copy: DirectoryCopy, removals: readonly Removal[]): void {
  const news = removals.filter((removal) => removal.copy !== copy.id && removal.ts >= copy.stableMark && !copy.removed.some((known) => known.copy === removal.copy))
  if (news.length === 0 || copy.removed.length + news.length > 4 * MAX_RING) return
  const ring = copy.ring.filter((member) => !news.some((removal) => removal.copy === member.copy))
  const watch = watchOf(turn, copy)
  watch.gone = new Set([...watch.gone, ...copy.ring.filter((member) => !ring.includes(member)).map((member) => member.name)])
  changeCopy(turn, copy, { type: 'fields', fields: { ring, removed: [...copy.removed, ...news].toSorted((a, b) => (a.copy < b.copy ? -1 : 1)) } })
  for (const removal of news) knowsItsSplice(turn, copy, removal.copy)
}

/** The copy that a message between copies is for, if its sender may say it: a known member's proven server, this epoch. */
export function receiver(turn: Turn, from: ServerId, message: CopyMessage): DirectoryCopy | null {
  const copy = turn.server.copies.get(message.directory)
  if (copy === undefined) return refused(turn, from, 'no copy of that directory here', message)
  if (copy.epoch !== message.epoch) {
    if (message.epoch < copy.epoch) tellEpoch(turn, copy, { copy: message.from, server: from })
    else askEpoch(turn, copy, { copy: message.from, server: from })
    return refused(turn, from, 'message of another epoch', message)
  }
  if (!isMember(copy, message.from, from) && !isVisited(turn, copy, message.from, from)) {
    // A greeting may overtake the news of a splice; the news will be answered by a greeting.
    return message.type === 'greet' ? null : refused(turn, from, 'sender is not a known member of the ring', message)
  }
  if ('to' in message && message.to !== copy.id) return refused(turn, from, 'message for another copy', message)
  if (turn.server.fenced.has(from)) return refused(turn, from, 'an older start of that server, or one of two', message)
  const closed = copy.state === 'excluded' ? 'was left out of a new epoch' : copy.state === 'rolledBack' ? 'has an old store, and waits for an epoch without it' : isSealed(copy) ? 'is sealed for a new epoch' : null
  if (closed !== null) {
    if (message.type === 'lookSweep' || message.type === 'readSweep' || message.type === 'writeSweep') send(turn, from, { type: 'sweepRefused', ...header(copy), to: message.from, attempt: message.attempt, failure: failure('BadRequest', { reason: `it ${closed}` }) })
    return refused(turn, from, `this copy ${closed}`, message)
  }
  return copy
}

const refused = (turn: Turn, from: ServerId, reason: string, { type, directory }: Message & { directory: DirectoryId }): null => {
  refuse(turn, from, `${type}: ${reason}`, directory)
  return null
}

export const isMember = (copy: DirectoryCopy, id: DirectoryCopy['id'], server: ServerId): boolean => copy.ring.some((member) => member.copy === id && member.server === server)

/** Whether a sweep from here was led to this copy by the pointers: a splice of which the news was lost. */
const isVisited = ({ server }: Turn, copy: DirectoryCopy, id: DirectoryCopy['id'], at: ServerId): boolean => server.sweeps.get(copy.directory)?.visited.get(id)?.pointer.server === at

/** On a connection: say to each fellow there where this copy stands; it sends what this one may lack, members too. */
export function greet(turn: Turn, copy: DirectoryCopy, to: ServerId): void {
  send(turn, to, { type: 'greet', ...header(copy), facts: factsOf(turn, copy) })
}

/** A fellow says where it stands: it has all before its lastSweep [DC1], so it may lack only what comes after. */
export function onGreet(turn: Turn, copy: DirectoryCopy, from: ServerId, { facts, from: fellow }: Extract<CopyMessage, { type: 'greet' }>): void {
  hint(turn.server, copy.directory, from)
  removeMembers(turn, copy, facts.removed)
  markAbandoned(turn, copy, abandonedIn(facts.excluded))
  if (isMember(copy, fellow, from)) addMembers(turn, copy, [{ copy: fellow, server: from, name: facts.name }])
  if (facts.state === 'active') knowsItsSplice(turn, copy, facts.copy)
  const others = facts.ringDigest === ringDigestOf(copy.ring) ? [] : copy.ring.filter(({ copy: id, server }) => id !== copy.id && server !== from)
  if (others.length > 0) send(turn, from, { type: 'spliceNews', ...header(copy), members: others, lastSweep: copy.lastSweep })
  if (facts.lastSweep === copy.lastSweep && facts.digest === digestOf(copy)) return
  const lacking = logSince(copy, facts.lastSweep)
  for (const { log } of lacking.length === 0 ? [] : cutPages({ base: null, log: lacking })) send(turn, from, { type: 'updates', ...header(copy), sets: log })
  sweepSoon(turn, copy)
}

/** R4: who says that it is active, has left since, or is gone, will not ask any more whether it was spliced in. */
export function knowsItsSplice(turn: Turn, copy: DirectoryCopy, joiner: CopyId): void {
  const splices = copy.splices.map((splice) => (splice.copy === joiner && splice.answer === 'spliced' ? { ...splice, answer: 'known' as const } : splice))
  if (splices.some((splice, i) => splice !== copy.splices[i])) changeCopy(turn, copy, { type: 'fields', fields: { splices } })
}

export function onUpdates(turn: Turn, copy: DirectoryCopy, from: ServerId, { sets }: Extract<CopyMessage, { type: 'updates' }>): void {
  const unknown = sets.filter((set) => !knows(copy, set))
  // A4: every member has all that is older than its lastSweep [DC1], so this was stamped back since.
  if (unknown.some(({ ts }) => ts < copy.lastSweep)) return refuse(turn, from, 'updates: stamped before a sweep that did not meet them', copy.directory)
  const timely = sets.filter((set) => isTimely(turn, set))
  if (timely.length < sets.length) defer(turn, copy, from, sets.filter((set) => !isTimely(turn, set)))
  const news = timely.filter((set) => !knows(copy, set))
  if (news.length === 0) return
  changeCopy(turn, copy, { type: 'absorbed', sets: news })
  happened(turn, { kind: 'update', text: `${news.length} from ${nameOfServer(turn.server, from)}`, directory: copy.directory, server: from })
  sweepSoon(turn, copy)
}

/** T2: not more than 300 s ahead. */
const isTimely = ({ now }: Turn, { ts }: UpdateSet): boolean => millisecondsOf(ts) - ALLOWED_SKEW <= now

/** T2: stamps more than 300 s ahead are kept aside, not counted as seen, and tried again when their time comes. */
function defer(turn: Turn, { directory, epoch }: DirectoryCopy, from: ServerId, sets: readonly UpdateSet[]): void {
  const { deferred } = turn.server
  const kept = new Set(deferred.map(({ set }) => setId(set)))
  const news = sets.filter((set) => !kept.has(setId(set)))
  deferred.push(...news.slice(0, MAX_DEFERRED - deferred.length).map((set) => ({ from, directory, epoch, set })))
  if (news.length > 0) count(turn.server, 'updates: from the future, kept aside')
  if (deferred.length - kept.size < news.length) refuse(turn, from, 'too many updates from the future', directory)
  planRetry(turn)
  const ahead = Math.round((millisecondsOf(sets.map(({ ts }) => ts).reduce(later)) - turn.now) / 1000)
  const what = sets.length === 1 ? ['an update', 'is', 'its'] : [`${sets.length} updates`, 'are up to', 'their']
  happened(turn, { kind: 'clock', text: `${what[0]} from ${nameOfServer(turn.server, from)} ${what[1]} ${ahead} s ahead of this clock; kept until ${what[2]} time comes`, server: from })
}

function planRetry(turn: Turn): void {
  const { deferred, agenda } = turn.server
  if (deferred.length > 0) schedule(agenda, 'deferred', Math.max(turn.now + 1000, millisecondsOf(deferred.map(({ set }) => set.ts).reduce(earlier)) - ALLOWED_SKEW))
}

/** Takes up the deferred updates whose time has come. */
export function retryDeferred(turn: Turn): void {
  const due = turn.server.deferred.filter(({ set }) => isTimely(turn, set))
  turn.server.deferred = turn.server.deferred.filter(({ set }) => !isTimely(turn, set))
  planRetry(turn)
  for (const { from, directory, epoch, set } of due) {
    const copy = turn.server.copies.get(directory)
    // One that came in another epoch is none of this one's; sweeps bring what is [E6].
    if (copy?.state === 'active' && copy.epoch === epoch && !isSealed(copy)) onUpdates(turn, copy, from, { type: 'updates', ...header(copy), sets: [set] })
  }
}

/** News of a splice from a known member, or of all members on a greeting. */
export function onSpliceNews(turn: Turn, copy: DirectoryCopy, { members, lastSweep }: Extract<CopyMessage, { type: 'spliceNews' }>): void {
  // News from before F may speak of a member whose removal is forgotten.
  if (lastSweep < copy.stableMark && copy.stableMark > copy.epochMark) return
  const unknown = unknownOf(copy, members)
  addMembers(turn, copy, unknown)
  // Not whom it could not add: the answer might be the same news again.
  const added = unknown.filter((member) => turn.server.peers.has(member.server) && isMember(copy, member.copy, member.server))
  for (const server of new Set(added.map((member) => member.server))) greet(turn, copy, server)
}
