/**
 * Coverage: interesting states by name, counted as worlds pass through them. Coverage, not hours, finds bugs: a situation
 * that is never reached in a long run fails it.
 */
import { ancestorStamps, updatesOf } from '../core/values/intent'
import { epochNumber } from '../core/copies/directoryCopy'
import { isFrozen } from '../core/copies/exclusion'
import type { Effects } from '../core/effects'
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
] as const

type Seen = (server: Server, input: Input) => boolean
type Followed = (server: Server, input: Input, effects: Effects) => boolean

const message = (input: Input): Message | null => (input.type === 'message' ? input.message : null)
const is =
  <T extends Message['type']>(type: T, holds: (server: Server, message: Extract<Message, { type: T }>) => boolean) =>
  (server: Server, input: Input): boolean => {
    const arrived = message(input)
    return arrived?.type === type && holds(server, arrived as Extract<Message, { type: T }>)
  }
const sends =
  (type: Message['type'], holds: (message: Message) => boolean = () => true) =>
  (_server: Server, _input: Input, effects: Effects): boolean =>
    effects.send.some((sent) => sent.message.type === type && holds(sent.message))
const happens =
  (words: RegExp) =>
  (_server: Server, _input: Input, effects: Effects): boolean =>
    effects.happened.some(({ text }) => words.test(text))

/** Recognised before a step, in the server and what comes to it. */
const before = {
  'a write-back came after a newer sweep': is('writeSweep', ({ copies }, { directory, sweepTS }) => (copies.get(directory)?.lastSweep ?? sweepTS) > sweepTS),
  'a write-back made deletions stable, so that they were forgotten': is('writeSweep', ({ copies }, { directory, stableMark }) => {
    const log = copies.get(directory)?.log ?? []
    return log.some((set) => set.ts < stableMark && updatesOf(set).some(({ mark }) => mark === 'absent'))
  }),
  'a write-back came a second time': is('writeSweep', ({ copies }, { directory, sweepTS }) => copies.get(directory)?.lastSweep === sweepTS),
  'an update message came from before F': is('updates', ({ copies }, { directory, sets }) => sets.some(({ ts }) => ts < (copies.get(directory)?.stableMark ?? ts))),
  'an update came under an ancestor that F has passed and that is gone': is('updates', ({ copies }, { directory, sets }) => {
    const copy = copies.get(directory)
    return copy !== undefined && sets.some(({ ts, intent }) => ts >= copy.stableMark && [...ancestorStamps(intent)].some((above) => above < copy.stableMark && !copy.base.tally!.has(above)))
  }),
  'an update came before the one that created its ancestor': is('updates', ({ copies }, { directory, sets }) => {
    const copy = copies.get(directory)
    const arriving = new Set(sets.map(({ ts }) => ts))
    return copy !== undefined && sets.some(({ intent }) => [...ancestorStamps(intent)].some((above) => above >= copy.stableMark && !arriving.has(above) && !copy.log.some((set) => set.ts === above)))
  }),
  'two members swept one directory at once': is('lookSweep', ({ sweeps }, { directory }) => sweeps.has(directory)),
  'a sweep came to a copy that was joining': is('lookSweep', ({ copies }, { directory }) => copies.get(directory)?.state === 'joining'),
  'a splice was asked for while its predecessor was sweeping': is('askSplice', ({ sweeps }, { directory }) => sweeps.has(directory)),
  'a splice was asked for a second time': is('askSplice', ({ copies }, { directory, joiner }) => copies.get(directory)?.splices.some(({ copy }) => copy === joiner) === true),
  'an intent was submitted again where it was known': (server, input) => {
    const arrived = message(input)
    return arrived?.type === 'request' && arrived.request.type === 'submit' && [...(server.copies.get(arrived.request.directory)?.log ?? [])].some(({ signature }) => arrived.request.type === 'submit' && signature === arrived.request.signed.signature)
  },
  'of one intent stamped twice the earlier came later': is('updates', ({ copies }, { directory, sets }) => {
    const log = copies.get(directory)?.log ?? []
    return sets.some(({ signature, ts }) => log.some((set) => set.signature === signature && set.ts > ts))
  }),
  'an excluded copy came back with what it had': is('epochNews', ({ copies }, { directory, ring }) => {
    const copy = copies.get(directory)
    return copy?.state === 'excluded' && ring.some((member) => member.copy === copy.id)
  }),
  'two epochs of one number met': is('epochNews', ({ copies }, { directory, epoch }) => {
    const copy = copies.get(directory)
    return copy !== undefined && copy.epoch !== epoch && epochNumber(copy.epoch) === epochNumber(epoch)
  }),
  'a joining copy was left out of a new epoch': is('epochNews', ({ copies }, { directory }) => copies.get(directory)?.state === 'joining'),
  'a leaving copy was left out of a new epoch': is('epochNews', ({ copies }, { directory }) => copies.get(directory)?.state === 'leaving'),
  'a leaving copy was taken along into an epoch': is('epochNews', ({ copies }, { directory, epoch, ring }) => {
    const copy = copies.get(directory)
    return copy?.state === 'leaving' && copy.epoch < epoch && ring.some((member) => member.copy === copy.id)
  }),
  'a sweep came to a sealed copy': is('lookSweep', ({ copies }, { directory }) => (copies.get(directory)?.seals.length ?? 0) > 0),
  'an update message came to a sealed copy': is('updates', ({ copies }, { directory }) => (copies.get(directory)?.seals.length ?? 0) > 0),
  'a message came from an older epoch': is('updates', ({ copies }, { directory, epoch }) => (copies.get(directory)?.epoch ?? epoch) > epoch),
  'a copy that lacked an update was handed it by a client': (server, input) => {
    const arrived = message(input)
    return arrived?.type === 'request' && arrived.request.type === 'has' && arrived.request.set !== null && server.copies.get(arrived.request.directory)?.log.every(({ ts }) => arrived.request.type === 'has' && ts !== arrived.request.ts) === true
  },
  'a server died while others were joining behind it': (server, input) => input.type === 'disconnected' && [...server.copies.values()].some(({ joining }) => joining?.predecessor.server === input.server),
} as const satisfies Record<string, Seen>

/** Recognised after a step, in what followed from it. */
const after = {
  'a ring changed between the rounds of a sweep, which began anew': (server) => [...server.sweeps.values()].some(({ restarts }) => restarts > 0),
  'a sweep met a member that its coordinator did not know': (server) => [...server.sweeps.values()].some(({ ring, knownAtStart }) => ring.some((id) => !knownAtStart.some(({ copy }) => copy === id))),
  'bases were exchanged, because a lastSweep was behind F': sends('readSweep', (sent) => sent.type === 'readSweep' && sent.whole),
  'a transfer took several pages': sends('snapshotPage', (sent) => sent.type === 'snapshotPage' && sent.page.count > 1),
  'a sweep was refused because the clocks differ': sends('sweepRefused', (sent) => sent.type === 'sweepRefused' && sent.failure.code === 'ClockSkew'),
  'a sweep failed in its read pass': happens(/^failed in the read pass/),
  'a sweep failed in its write pass': happens(/^failed in the write pass/),
  'three sweeps in a row failed': (server) => [...server.sweepWatch.values()].some(({ failures }) => failures >= 3),
  'a splice was refused, because its snapshot was stale': sends('spliceRefused'),
  'a refusal was recorded against a late splice': (_server, _input, { save }) => save.some((each) => 'copy' in each && each.change.type === 'fields' && each.change.fields.splices?.at(-1)?.answer === 'refused'),
  'a joining copy asked for its fate': sends('askFate'),
  'an update from the future was kept aside': (server) => server.deferred.length > 0,
  'a server corrected its clock': happens(/time-stamps are corrected/),
  'an update was not authorised as of its time-stamp': (server) => [...server.copies.values()].some(({ unauthorised }) => unauthorised.size > 0),
  'rights were changed': (_server, _input, { save }) => save.some((each) => 'copy' in each && each.change.type === 'absorbed' && each.change.sets.some(({ intent }) => intent.procedure === 'setAccess')),
  'a change was refused, because its author had no right': (_server, _input, { reply, send }) => reply.some(({ outcome }) => (outcome as { code?: string }).code === 'NoRight') || send.some(({ message: sent }) => sent.type === 'answer' && sent.failure?.code === 'NoRight'),
  'an update waited for its ancestor': (server) => [...server.copies.values()].some(({ waiting }) => waiting.size > 0),
  'two directories were created under one name': happens(/was taken; this directory goes on/),
  'a server was named in another directory than the root': happens(/^this server is entered in the directory/),
  'a server followed to a new root': happens(/^the root is now #/),
  'two services met': happens(/^.* belongs to another root/),
  'a new root that was not first went below the other': happens(/^another new root was first/),
  'a server was removed': happens(/^this server has been removed/),
  'a directory was removed': happens(/^this directory is removed: it takes nothing more/),
  'a removal asked after somebody who was announced': (server) => [...server.procedures.values()].some((procedure) => procedure.type === 'removeD' && procedure.asking !== null),
  'a removal was taken back': (server) => [...server.procedures.values()].some((procedure) => procedure.type === 'removeD' && procedure.broken !== null),
  'a removed directory waited for the one above to hear of it': (_server, _input, { reply }) => reply.some(({ outcome }) => (outcome as { code?: string }).code === 'RemovalPending'),
  'a message came from somebody who is not known as a member': happens(/not a known member/),
  'a read found that a copy had not seen what it must': sends('answer', (sent) => sent.type === 'answer' && sent.failure?.code === 'NotYetHere'),
  'a change was superseded': sends('answer', (sent) => sent.type === 'answer' && sent.failure?.code === 'Superseded'),
  'an epoch began': happens(/^epoch \d+ has begun, with/),
  'an epoch began by force': (_server, _input, { save }) => save.some((each) => 'copy' in each && each.change.type === 'fields' && each.change.fields.epoch?.[5] === 'f'),
  'an epoch was given up': happens(/was given up$/),
  'an epoch was refused, for lack of a majority': (_server, _input, { reply }) => reply.some(({ outcome }) => (outcome as { code?: string }).code === 'NoMajority'),
  'a copy was sealed for two epochs at once': (server) => [...server.copies.values()].some(({ seals }) => seals.length > 1),
  'a client wrote to a sealed copy': (server, input, { save }) => input.type !== 'tick' && save.some((each) => 'copy' in each && each.change.type === 'absorbed' && (server.copies.get(each.directory)?.seals.length ?? 0) > 0),
  'a sweep ended because a copy was gone': happens(/has lost its copy/),
  'an old store was found out': happens(/^the store of this server is an old one/),
  'an older start of a server was refused': happens(/^an older start of .* is refused$/),
  'an exclusion report was not empty': happens(/never reached the ring/),
  'F had passed what an epoch left out': (server) => [...server.quarantines].some(([directory, { entries }]) => entries?.some(({ ts }) => ts < server.copies.get(directory)!.stableMark)),
  'an excluded copy had nothing that the ring lacked': happens(/has nothing that the ring lacks/),
  'a sweep completed while F was frozen': (server, _input, { happened }) => happened.some(({ text, directory }) => text.startsWith('complete:') && directory !== undefined && isFrozen(server.copies.get(directory)?.excluded ?? [])),
  'F went on after an exclusion': (server, _input, { save }) => save.some((each) => 'copy' in each && each.change.type === 'fields' && each.change.fields.stableMark !== undefined && (server.copies.get(each.directory)?.excluded.length ?? 0) > 0),
  'an epoch took somebody back': (server, _input, { save }) => save.some((each) => 'copy' in each && each.change.type === 'fields' && each.change.fields.epoch !== undefined && each.change.fields.lineage!.length > 2 && each.change.fields.excluded!.length === 0 && server.copies.has(each.directory)),
  'a change was refused, because what it changes may stand in caches': (_server, _input, { reply }) => reply.some(({ outcome }) => (outcome as { code?: string }).code === 'NotExpired'),
  'a TX was not extended, because a change was planned': (_server, _input, { reply }) => reply.some(({ outcome }) => (outcome as { code?: string }).code === 'ChangePlanned'),
  'a planned change was made': happens(/has expired; the change that was planned for it is made/),
  'a request went on to another server': (server) => [...server.errands.values()].some(({ tried }) => tried.length > 0),
} as const satisfies Record<string, Followed>

export type Situation = (typeof made)[number] | keyof typeof before | keyof typeof after

export const situations: readonly Situation[] = [...made, ...(Object.keys(before) as (keyof typeof before)[]), ...(Object.keys(after) as (keyof typeof after)[])]

export function watchSituations(world: World): void {
  const look = (server: SimServer, recognised: readonly (readonly [string, (server: Server, input: Input, effects: Effects) => boolean])[], input: Input, effects: Effects): void => {
    for (const [name, holds] of recognised) if (holds(server.server, input, effects)) world.notice(name as Situation)
  }
  const none = {} as Effects
  const [earlier, later] = [Object.entries(before), Object.entries(after)]
  world.observers.push({
    before: (server, input) => {
      if (input.type === 'message' || input.type === 'disconnected') look(server, earlier, input, none)
    },
    stepped: (server, input, effects) => {
      const { happened, send, reply, save } = effects
      if (happened.length > 0 || send.length > 0 || reply.length > 0 || save.length > 0) look(server, later, input, effects)
    },
  })
}
