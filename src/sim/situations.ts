/**
 * Coverage: interesting states by name, counted as worlds pass through them. Coverage, not hours, finds bugs: a situation
 * that is never reached in a long run fails it.
 */
import { ancestorStamps, updatesOf, type UpdateSet } from '../core/values/intent'
import type { Failure } from '../core/errors'
import { epochNumber, type CopyFields, type DirectoryCopy } from '../core/copies/directoryCopy'
import { isFrozen } from '../core/copies/exclusion'
import type { Message } from '../core/messages'
import type { Server } from '../core/server'
import type { Input } from '../core/step'
import type { SimServer } from './simServer'
import type { World } from './world'

/** Counted where they are made to happen: in the world, its misfortunes and its workload. */
const made = [
  'a coordinator died in its look pass',
  'a coordinator died in its read pass',
  'a coordinator died in its write pass',
  'a coordinator was frozen in a sweep and thawed',
  'a committer died while it made an epoch',
  'a server died after a durable write, before anything was sent',
  'an update died with the crash that kept it from being durable',
  'a transaction was aborted',
  'a clock was set back',
  'a clock was set forward',
  'an intent was carried to a second copy',
  'an answer was promised to caches',
  'something changed after it had been promised to caches, and expired',
  'a write was acknowledged while every other copy was out of reach',
  'an update was sent again, because it was not durable yet',
  'who waited for an update to be durable crashed, and sent it again',
  'of rival new roots the later was void',
  'a lost server was removed',
  'a server that was removed came back',
  'a false snapshot was refused',
] as const

/** What is saved of a copy in a step: fields that change, or updates that were absorbed. */
interface Saved {
  fields: Partial<CopyFields> | null
  sets: readonly UpdateSet[]
  copy: DirectoryCopy
  input: Input
}

/** Which kind of message it is recognised in, and whether it is that one. */
type InMessage = readonly [type: Message['type'], holds: (server: Server, message: Message) => boolean]

const on = <T extends Message['type']>(type: T, holds: (server: Server, message: Extract<Message, { type: T }>) => boolean): InMessage => [type, (server, message) => holds(server, message as Extract<Message, { type: T }>)]

/** Recognised when a message comes, before the step. */
const arrives = {
  'a write-back came after a newer sweep': on('writeSweep', ({ copies }, { directory, sweepTS }) => (copies.get(directory)?.lastSweep ?? sweepTS) > sweepTS),
  'a write-back made deletions stable, so that they were forgotten': on('writeSweep', ({ copies }, { directory, stableMark }) => {
    const log = copies.get(directory)?.log ?? []
    return log.some((set) => set.ts < stableMark && updatesOf(set).some(({ mark }) => mark === 'absent'))
  }),
  'a write-back came a second time': on('writeSweep', ({ copies }, { directory, sweepTS }) => copies.get(directory)?.lastSweep === sweepTS),
  'an update message came from before F': on('updates', ({ copies }, { directory, sets }) => sets.some(({ ts }) => ts < (copies.get(directory)?.stableMark ?? ts))),
  'an update came under an ancestor that F has passed and that is gone': on('updates', ({ copies }, { directory, sets }) => {
    const copy = copies.get(directory)
    return copy !== undefined && sets.some(({ ts, intent }) => ts >= copy.stableMark && [...ancestorStamps(intent)].some((above) => above < copy.stableMark && !copy.base.tally!.has(above)))
  }),
  'an update came before the one that created its ancestor': on('updates', ({ copies }, { directory, sets }) => {
    const copy = copies.get(directory)
    const arriving = new Set(sets.map(({ ts }) => ts))
    return copy !== undefined && sets.some(({ intent }) => [...ancestorStamps(intent)].some((above) => above >= copy.stableMark && !arriving.has(above) && !copy.log.some((set) => set.ts === above)))
  }),
  'two members swept one directory at once': on('lookSweep', ({ sweeps }, { directory }) => sweeps.has(directory)),
  'a sweep came to a copy that was joining': on('lookSweep', ({ copies }, { directory }) => copies.get(directory)?.state === 'joining'),
  'a splice was asked for while its predecessor was sweeping': on('askSplice', ({ sweeps }, { directory }) => sweeps.has(directory)),
  'a splice was asked for a second time': on('askSplice', ({ copies }, { directory, joiner }) => copies.get(directory)?.splices.some(({ copy }) => copy === joiner) === true),
  'an intent was submitted again where it was known': on('request', ({ copies }, { request }) => request.type === 'submit' && copies.get(request.directory)?.log.some(({ signature }) => signature === request.signed.signature) === true),
  'of one intent stamped twice the earlier came later': on('updates', ({ copies }, { directory, sets }) => {
    const log = copies.get(directory)?.log ?? []
    return sets.some(({ signature, ts }) => log.some((set) => set.signature === signature && set.ts > ts))
  }),
  'an excluded copy came back with what it had': on('epochNews', ({ copies }, { directory, ring }) => {
    const copy = copies.get(directory)
    return copy?.state === 'excluded' && ring.some((member) => member.copy === copy.id)
  }),
  'two epochs of one number met': on('epochNews', ({ copies }, { directory, epoch }) => {
    const copy = copies.get(directory)
    return copy !== undefined && copy.epoch !== epoch && epochNumber(copy.epoch) === epochNumber(epoch)
  }),
  'a joining copy was left out of a new epoch': on('epochNews', ({ copies }, { directory }) => copies.get(directory)?.state === 'joining'),
  'a leaving copy was left out of a new epoch': on('epochNews', ({ copies }, { directory }) => copies.get(directory)?.state === 'leaving'),
  'a leaving copy was taken along into an epoch': on('epochNews', ({ copies }, { directory, epoch, ring }) => {
    const copy = copies.get(directory)
    return copy?.state === 'leaving' && copy.epoch < epoch && ring.some((member) => member.copy === copy.id)
  }),
  'a sweep came to a sealed copy': on('lookSweep', ({ copies }, { directory }) => (copies.get(directory)?.seals.length ?? 0) > 0),
  'an update message came to a sealed copy': on('updates', ({ copies }, { directory }) => (copies.get(directory)?.seals.length ?? 0) > 0),
  'a message came from an older epoch': on('updates', ({ copies }, { directory, epoch }) => (copies.get(directory)?.epoch ?? epoch) > epoch),
  'a copy that lacked an update was handed it by a client': on('request', ({ copies }, { request }) => request.type === 'has' && request.set !== null && copies.get(request.directory)?.log.every(({ ts }) => ts !== request.ts) === true),
} as const satisfies Record<string, InMessage>

/** Recognised in how a server stands after a step from which something followed. */
const stands = {
  'a ring changed between the rounds of a sweep, which began anew': (server) => [...server.sweeps.values()].some(({ restarts }) => restarts > 0),
  'a sweep met a member that its coordinator did not know': (server) => [...server.sweeps.values()].some(({ ring, knownAtStart }) => ring.some((id) => !knownAtStart.some(({ copy }) => copy === id))),
  'three sweeps in a row failed': (server) => [...server.sweepWatch.values()].some(({ failures }) => failures >= 3),
  'an update from the future was kept aside': (server) => server.deferred.length > 0,
  'an update was not authorised as of its time-stamp': (server) => [...server.copies.values()].some(({ unauthorised }) => unauthorised.size > 0),
  'an update waited for its ancestor': (server) => [...server.copies.values()].some(({ waiting }) => waiting.size > 0),
  'a removal asked after somebody who was announced': (server) => [...server.procedures.values()].some((procedure) => procedure.type === 'removeD' && procedure.asking !== null),
  'a removal was taken back': (server) => [...server.procedures.values()].some((procedure) => procedure.type === 'removeD' && procedure.broken !== null),
  'a copy was sealed for two epochs at once': (server) => [...server.copies.values()].some(({ seals }) => seals.length > 1),
  'F had passed what an epoch left out': (server) => [...server.quarantines].some(([directory, { entries }]) => entries?.some(({ ts }) => ts < server.copies.get(directory)!.stableMark)),
  'a request went on to another server': (server) => [...server.errands.values()].some(({ tried }) => tried.length > 0),
} as const satisfies Record<string, (server: Server) => boolean>

/** Recognised in what a server says of itself in Activity. */
const says = {
  'a sweep failed in its read pass': /^failed in the read pass/,
  'a sweep failed in its write pass': /^failed in the write pass/,
  'a server corrected its clock': /time-stamps are corrected/,
  'two directories were created under one name': /was taken; this directory goes on/,
  'a server was named in another directory than the root': /^this server is entered in the directory/,
  'a server followed to a new root': /^the root is now #/,
  'two services met': /^.* belongs to another root/,
  'a new root that was not first went below the other': /^another new root was first/,
  'a server was removed': /^this server has been removed/,
  'a directory was removed': /^this directory is removed: it takes nothing more/,
  'a message came from somebody who is not known as a member': /not a known member/,
  'an epoch began': /^epoch \d+ has begun, with/,
  'an epoch was given up': /was given up$/,
  'a sweep ended because a copy was gone': /has lost its copy/,
  'an old store was found out': /^the store of this server is an old one/,
  'an older start of a server was refused': /^an older start of .* is refused$/,
  'an exclusion report was not empty': /never reached the ring/,
  'an excluded copy had nothing that the ring lacked': /has nothing that the ring lacks/,
  'a planned change was made': /has expired; the change that was planned for it is made/,
} as const satisfies Record<string, RegExp>

/** Recognised in a message that is sent. */
const leaves = {
  'bases were exchanged, because a lastSweep was behind F': on('readSweep', (_server, { whole }) => whole),
  'a base was compared before it was taken': on('request', (_server, { request }) => request.type === 'base'),
  'a transfer took several pages': on('snapshotPage', (_server, { page }) => page.count > 1),
  'a sweep was refused because the clocks differ': on('sweepRefused', (_server, { failure }) => failure.code === 'ClockSkew'),
  'a splice was refused, because its snapshot was stale': on('spliceRefused', () => true),
  'a joining copy asked for its fate': on('askFate', () => true),
} as const satisfies Record<string, InMessage>

/** Recognised in the failure that whoever asked is told. */
const refusals = {
  'a read found that a copy had not seen what it must': 'NotYetHere',
  'a change was superseded': 'Superseded',
  'a change was refused, because its author had no right': 'NoRight',
  'a removed directory waited for the one above to hear of it': 'RemovalPending',
  'an epoch was refused, for lack of a majority': 'NoMajority',
  'a change was refused, because what it changes may stand in caches': 'NotExpired',
  'a TX was not extended, because a change was planned': 'ChangePlanned',
} as const satisfies Record<string, Failure['code']>

/** Recognised in what is saved of a copy. */
const saves = {
  'a refusal was recorded against a late splice': ({ fields }) => fields?.splices?.at(-1)?.answer === 'refused',
  'rights were changed': ({ sets }) => sets.some(({ intent }) => intent.procedure === 'setAccess'),
  'an epoch began by force': ({ fields }) => fields?.epoch?.[5] === 'f',
  'a client wrote to a sealed copy': ({ sets, copy, input }) => input.type !== 'tick' && sets.length > 0 && copy.seals.length > 0,
  'F went on after an exclusion': ({ fields, copy }) => fields?.stableMark !== undefined && copy.excluded.length > 0,
  'an epoch took somebody back': ({ fields }) => fields?.epoch !== undefined && fields.lineage!.length > 2 && fields.excluded!.length === 0,
} as const satisfies Record<string, (saved: Saved) => boolean>

const keys = <K extends string>(recognised: Record<K, unknown>): K[] => Object.keys(recognised) as K[]

const AHEAD = 'a server died while others were joining behind it'
const FROZEN = 'a sweep completed while F was frozen'

export const situations = [...made, AHEAD, FROZEN, ...keys(arrives), ...keys(stands), ...keys(says), ...keys(leaves), ...keys(refusals), ...keys(saves)] as const

export type Situation = (typeof situations)[number]

export function watchSituations(world: World): void {
  const [arriving, leaving] = [byType(entries(arrives)), byType(entries(leaves))]
  const standing = entries(stands)
  const saving = entries(saves)
  const saying = entries(says)
  const refusing = new Map<unknown, Situation>(entries(refusals).map(([situation, code]) => [code, situation]))
  const recognise = (known: ByType, { server }: SimServer, message: Message): void => {
    for (const [situation, holds] of known.get(message.type) ?? []) if (holds(server, message)) world.notice(situation)
  }
  const refused = (failure: unknown): void => {
    const situation = refusing.get((failure as { code?: unknown } | null)?.code)
    if (situation !== undefined) world.notice(situation)
  }
  world.observers.push({
    before: (at, input) => {
      if (input.type === 'message') recognise(arriving, at, input.message)
      else if (input.type === 'disconnected' && [...at.server.copies.values()].some(({ joining }) => joining?.predecessor.server === input.server)) world.notice(AHEAD)
    },
    stepped: (at, input, { happened, send, reply, save }) => {
      for (const { message } of send) {
        recognise(leaving, at, message)
        if (message.type === 'answer') refused(message.failure)
      }
      for (const { outcome } of reply) refused(outcome)
      for (const { text, directory } of happened) {
        for (const [situation, words] of saying) if (words.test(text)) world.notice(situation)
        if (text.startsWith('complete:') && directory !== undefined && isFrozen(at.copyOf(directory)?.excluded ?? [])) world.notice(FROZEN)
      }
      for (const each of save) {
        const copy = 'copy' in each ? at.copyOf(each.directory) : undefined
        if (copy === undefined || !('copy' in each)) continue
        const { change } = each
        const saved = { fields: change.type === 'fields' ? change.fields : null, sets: change.type === 'absorbed' ? change.sets : [], copy, input }
        for (const [situation, holds] of saving) if (holds(saved)) world.notice(situation)
      }
      if (happened.length > 0 || send.length > 0 || reply.length > 0 || save.length > 0) for (const [situation, holds] of standing) if (holds(at.server)) world.notice(situation)
    },
  })
}

type ByType = Map<Message['type'], [Situation, InMessage[1]][]>

const entries = <K extends Situation, V>(recognised: Record<K, V>): [K, V][] => Object.entries(recognised) as [K, V][]

/** What may be recognised in each kind of message. */
function byType(recognised: readonly [Situation, InMessage][]): ByType {
  const known: ByType = new Map()
  for (const [situation, [type, holds]] of recognised) known.set(type, [...(known.get(type) ?? []), [situation, holds]])
  return known
}
