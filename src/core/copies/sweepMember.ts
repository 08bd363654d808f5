/**
 * What a member does in a sweep: one transaction for each question of the coordinator (SPEC §6).
 */
import { failure } from '../errors'
import type { CopyMessage } from '../messages'
import type { ServerId } from '../names'
import { changeCopy, nameOfServer, refuse, send, type Turn } from '../server'
import { BEGINNING, isoTime, later, millisecondsOf, type Timestamp } from '../timestamp'
import { contentsOf, isUnswept, knows, MAX_SWEPT_RINGS, mostStable, type Contents, type DirectoryCopy, type Exclusion, type Member, type Removal, type SweptRing } from './directoryCopy'
import { abandonedIn, isFrozen, markAbandoned } from './exclusion'
import { loadOf, stagePage, transferOf, type Load } from './pages'
import { ALLOWED_SKEW, addMembers, factsOf, header, onUpdates, removeMembers, ringText, unknownOf } from './spread'
import { sweepLater, sweepSoon, watchOf } from './sweepTimes'

/** P2: nextTS := max(nextTS, sweepTS), so that nothing earlier can still originate here; then says where it stands. */
export function onLookSweep(turn: Turn, copy: DirectoryCopy, from: ServerId, { from: coordinator, attempt, sweepTS }: Extract<CopyMessage, { type: 'lookSweep' }>): void {
  const reply = { ...header(copy), to: coordinator, attempt }
  if (millisecondsOf(sweepTS) > turn.now + ALLOWED_SKEW) {
    const about = { server: nameOfServer(turn.server, from), theirs: isoTime(millisecondsOf(sweepTS)), ours: isoTime(turn.now), by: turn.server.name }
    send(turn, from, { type: 'sweepRefused', ...reply, failure: failure('ClockSkew', about) })
    return
  }
  if (sweepTS > copy.nextTS) changeCopy(turn, copy, { type: 'fields', fields: { nextTS: sweepTS } })
  send(turn, from, { type: 'looked', ...reply, facts: factsOf(turn, copy) })
}

/** The data, and the pointer, of one transaction; further pages come from the same. */
export function onReadSweep(turn: Turn, copy: DirectoryCopy, from: ServerId, { from: coordinator, attempt, since, whole, index }: Extract<CopyMessage, { type: 'readSweep' }>): void {
  const transfer = transferOf(turn, `read ${coordinator}`, attempt, index, () => ({ load: loadOf(contentsOf(copy), whole ? null : since), facts: factsOf(turn, copy) }))
  const page = transfer?.pages[index]
  if (transfer === undefined || page === undefined) {
    send(turn, from, { type: 'sweepRefused', ...header(copy), to: coordinator, attempt, failure: failure('BadRequest', { reason: 'that page is no longer kept' }) })
    return
  }
  send(turn, from, { type: 'readPage', ...header(copy), to: coordinator, attempt, facts: transfer.facts, page })
}

/** P7: joins the data, then lastSweep, F and the ring, in one transaction after the last page. Late or twice: no harm [P6]. */
export function onWriteSweep(turn: Turn, copy: DirectoryCopy, from: ServerId, message: Extract<CopyMessage, { type: 'writeSweep' }>): void {
  const { attempt, page, sweepTS } = message
  const reply = { ...header(copy), to: message.from, attempt }
  if (sweepTS > copy.nextTS) {
    send(turn, from, { type: 'sweepRefused', ...reply, failure: failure('BadRequest', { reason: 'this copy was not read by that sweep' }) })
    return
  }
  const load = stagePage(turn, `write ${message.from} ${attempt}`, page)
  if (load !== null && load !== 'more') {
    if (!mayHaveSeen(copy, load, message)) {
      refuse(turn, from, 'writeSweep: F past what this copy has', copy.directory)
      send(turn, from, { type: 'sweepRefused', ...reply, failure: failure('BadRequest', { reason: 'this copy does not have everything before that F' }) })
      return
    }
    joinSweep(turn, copy, from, load, message)
  }
  const here = load !== null || copy.lastSweep >= sweepTS
  if (here) send(turn, from, { type: 'wrote', ...reply, index: page.index, lastSweep: copy.lastSweep })
}

/** B5: asked by a sweep for a copy that is gone, a server says so: the link is proven, so whoever leads the sweep has proof of it. */
export function onSweepWithoutCopy(turn: Turn, from: ServerId, message: CopyMessage): void {
  if (message.type !== 'lookSweep' && message.type !== 'readSweep' && message.type !== 'writeSweep') return
  const { directory, epoch, to, from: coordinator, attempt } = message
  if (turn.server.copies.get(directory)?.id === to || turn.server.fenced.has(from)) return
  const why = failure('NoCopyHere', { server: nameOfServer(turn.server, turn.server.id), directory })
  send(turn, from, { type: 'sweepRefused', directory, epoch, from: to, to: coordinator, attempt, failure: why })
}

/** What a write pass carries besides data. */
export interface WriteBack {
  sweepTS: Timestamp
  stableMark: Timestamp
  baseMark: Timestamp
  ring: Member[]
  removed: Removal[]
  excluded: Exclusion[]
}

/**
 * F is nowhere past what a member is complete to [P8]; so who says so to a copy would have it forget, or take for a base, what nobody
 * can judge any more, or else this copy lost some of its data. Only of epochs that it was not in it lacks what others have, and
 * takes it in the first sweep of one that goes on with them [E4].
 */
export function mayHaveSeen(copy: DirectoryCopy, { base }: Load, { stableMark, baseMark }: Pick<WriteBack, 'stableMark' | 'baseMark'>): boolean {
  return later(stableMark, base === null ? BEGINNING : baseMark) <= mostStable(copy)
}

/** Whether this copy lacks of other epochs what it cannot fold itself. */
const lacksBase = (copy: DirectoryCopy, baseMark: Timestamp): boolean => isUnswept(copy) && baseMark > copy.stableMark && baseMark <= copy.foreignMark

/** Data older than sweepTS is stored whatever the clock says; what is newer is an update message like any other [T2]. */
export function joinSweep(turn: Turn, copy: DirectoryCopy, from: ServerId, { base, log }: Load, { sweepTS, stableMark, baseMark, ring, removed, excluded }: WriteBack): void {
  const within = log.filter((set) => set.ts < sweepTS)
  if (base !== null && lacksBase(copy, baseMark)) {
    const contents: Contents = { ...base, log: within }
    changeCopy(turn, copy, { type: 'joined', stableMark: baseMark, contents })
  } else {
    const news = within.filter((set) => !knows(copy, set))
    if (news.length > 0) changeCopy(turn, copy, { type: 'absorbed', sets: news })
  }
  // A4: of a late sweep, what lies between it and the last one is known here, or was stamped back since.
  onUpdates(turn, copy, from, { type: 'updates', ...header(copy), sets: log.filter((set) => set.ts >= later(sweepTS, copy.lastSweep)) })
  // The ring of a sweep from before F may have a member whose removal is forgotten.
  if (sweepTS >= copy.stableMark) {
    removeMembers(turn, copy, removed)
    // What members were called at an earlier sweep a later one has said anew.
    addMembers(turn, copy, sweepTS < copy.lastSweep ? unknownOf(copy, ring) : ring)
    if (sweepTS >= copy.lastSweep) Object.assign(watchOf(turn, copy), { left: ringText(copy), gone: new Set() })
  }
  markAbandoned(turn, copy, abandonedIn(excluded))
  // A record that nobody asks for is needed only against a late splice of the lastSweep it was made at [R3, R4].
  const splices = sweepTS > copy.lastSweep ? copy.splices.filter((splice) => splice.answer === 'spliced') : copy.splices
  const mark = [copy.stableMark, stableMark, base === null ? BEGINNING : baseMark].reduce(later)
  const swept = ring.length === 0 ? copy.ring : ring
  const sweptRings = sweepTS > copy.lastSweep ? ringsAfter(copy.sweptRings, { ts: sweepTS, members: swept.map((member) => member.copy).toSorted() }, mark) : copy.sweptRings
  changeCopy(turn, copy, { type: 'fields', fields: { splices, sweptRings, lastSweep: later(copy.lastSweep, sweepTS), stableMark: mark, removed: copy.removed.filter(({ ts }) => ts >= mark) } })
  if (from !== turn.server.id) {
    Object.assign(watchOf(turn, copy), { failures: 0, heldBackBy: null })
    sweepLater(turn, copy)
    sweepAgainToSettle(turn, copy)
  }
}

/** E8: the rings of sweeps, a ring once, from the newest that is before F on: all of its members know that one. */
function ringsAfter(rings: readonly SweptRing[], swept: SweptRing, stableMark: Timestamp): SweptRing[] {
  const last = rings.at(-1)
  const isSame = last !== undefined && last.members.length === swept.members.length && last.members.every((copy, i) => copy === swept.members[i])
  const all = isSame ? [...rings] : [...rings, swept]
  const stable = all.findLastIndex(({ ts }) => ts <= stableMark)
  return all.slice(Math.max(stable, all.length - MAX_SWEPT_RINGS, 0))
}

/**
 * What one sweep made complete everywhere, the next makes stable, unless F is frozen: then the log folds, deletions are
 * forgotten, and a majority of a ring that has changed is one of the new ring [E8].
 */
export function sweepAgainToSettle(turn: Turn, copy: DirectoryCopy): void {
  const oldest = copy.log[0]
  const isUnstable = (oldest !== undefined && oldest.ts < copy.lastSweep) || copy.sweptRings.length > 1
  if (isUnstable && !isFrozen(copy.excluded)) sweepSoon(turn, copy)
}
