/**
 * What may happen in each exploration: three copies in a ring, a few acts of people, a few faults. An action is a list of
 * choices and how many of them are made; another kind of act is another action in a list.
 */
import { isFailure } from '../core/errors'
import { draft } from '../core/directories/draft'
import type { DirectoryId, Label, ServerId } from '../core/names'
import type { Request } from '../core/requests'
import type { Server } from '../core/server'
import type { Input } from '../core/step'
import { INTENT_LIFE, type Branch } from '../core/values/intent'
import type { Tree } from '../core/values/readValue'
import { nameOf, type Act } from './exhaustServer'
import { signed } from './simServer'

export interface Scenario {
  name: string
  says: string
  servers: 3 | 4
  /** How many of them have a copy, the first ones. */
  copies: 2 | 3
  /** Clocks that are wrong, ms. */
  skews?: readonly number[]
  /** What stands in the directory before: done, swept and stable. */
  before?: readonly Act[]
  actions: readonly Action[]
  /** Updates that a copy knows stay on their way to it: F may pass them before they arrive. */
  lateUpdates?: true
  /** How often what may go wrong; at most three times each. */
  faults: Partial<Record<Fault, number>>
}

export interface Action {
  /** How many of the choices may be made; at most three. */
  times: number
  choices: readonly Act[]
}

/** A message twice, one lost, a crash between two steps, one within a step, a link cut for a while, a timer in time, one long after. */
export const faults = ['duplicate', 'lose', 'crash', 'torn', 'cut', 'timer', 'late'] as const
export type Fault = (typeof faults)[number]

const [alpha, beta, gamma, delta] = [0, 1, 2, 3] as const
const everybody = [alpha, beta, gamma] as const

const serverId = (who: number): ServerId => nameOf(who).padEnd(20, 'a') as ServerId
export const idsOf = ({ servers }: Scenario): ServerId[] => Array.from({ length: servers }, (_, who) => serverId(who))
export const ROOT = 'root'.padEnd(20, 'a') as DirectoryId
/** Milliseconds since 1970 when every exploration begins; all of it happens within the life of an intent. */
export const GENESIS = 1_735_689_600_000

type Calling = Extract<Input, { type: 'call' }>

/** A call of a client; the calls of one server are never told apart. */
const call = (at: number, request: Request): Calling => ({ type: 'call', id: 1, call: { type: 'ask', servers: [serverId(at)], request } })

const submit = (at: number, nonce: string, branches: readonly Branch[]): Calling => {
  const intent = { directory: ROOT, author: 'person', nonce: nonce.padEnd(26, 'a'), from: GENESIS, until: GENESIS + INTENT_LIFE, procedure: 'doUpdates' as const, branches }
  return call(at, { type: 'submit', directory: ROOT, signed: signed(intent) })
}

/** DoUpdates at a server's own copy: drawn up and submitted there in one moment. */
function write(at: number, nonce: string, path: Label[], tree: Tree): Act {
  const input = (server: Server): Input | null => {
    const copy = server.copies.get(ROOT)
    if (copy === undefined) return null
    const branches = draft(copy.visible, { procedure: 'doUpdates', under: { labels: path, incarnations: null }, tree, replace: false })
    return isFailure(branches) || branches.length === 0 ? null : submit(at, nonce, branches)
  }
  return { says: `${nonce}: a client at ${nameOf(at)} makes ${path.join('/')} ${tree === false ? 'absent' : JSON.stringify(tree)}`, at, input }
}

const create = (at: number, nonce = 'first', label = 'Lampson'): Act => write(at, nonce, [label], [['Phone', [[nonce, true]]]])
const remove = (at: number, nonce = 'removal'): Act => write(at, nonce, ['Lampson'], false)

/** The same signed intent, at whichever copy: stamped twice when it comes to two [A1]. */
const carry = (at: number, nonce: string): Act => ({ says: `${nonce}: somebody carries a signed intent to ${nameOf(at)}`, at, input: () => submit(at, nonce, [['Lampson', null, [['Phone', null, [[nonce, null, true]]]]]]) })

const sweep = (at: number, form: 'ring' | 'parallel'): Act => ({ says: `${nameOf(at)} begins a sweep, ${form} form`, at, input: () => call(at, { type: 'sweep', directory: ROOT, form }) })
const sweeps = (times: number, who: readonly number[], ...forms: ('ring' | 'parallel')[]): Action => ({ times, choices: who.flatMap((at) => forms.map((form) => sweep(at, form))) })

const join = (at: number, behind: number): Act => ({ says: `${nameOf(at)} begins to join behind ${nameOf(behind)}`, at, input: () => call(at, { type: 'join', directory: ROOT, from: [serverId(behind)] }) })

const stay = (at: number): Act => ({ says: `${nameOf(at)} is to stay after all`, at, input: () => call(at, { type: 'stay', directory: ROOT }) })
const leave = (at: number): Act => ({ says: `${nameOf(at)} begins to leave the ring`, at, input: () => call(at, { type: 'leave', directory: ROOT, force: true }) })

/** NewEpoch of the copies on these, made by the first. */
const epoch = (servers: readonly number[], force = false): Act => ({
  says: `an administrator at ${nameOf(servers[0]!)} makes an epoch of ${servers.map(nameOf).join(', ')}${force ? ', by force' : ''}`,
  at: servers[0]!,
  input: () => call(servers[0]!, { type: 'newEpoch', directory: ROOT, servers: servers.map(serverId), force, patience: 5000, dry: false }),
})

const once = (...choices: Act[]): Action => ({ times: 1, choices })

const three = { servers: 3, copies: 3 } as const
const threeAndOne = { servers: 4, copies: 3 } as const
const twoAndOne = { servers: 3, copies: 2 } as const
const oneUpdate: readonly Action[] = [once(create(alpha, 'first'))]
const twoUpdates: readonly Action[] = [...oneUpdate, once(create(beta, 'second'))]
const creationAndRemoval: readonly Action[] = [...oneUpdate, once(remove(beta), remove(gamma))]

export const scenarios: readonly Scenario[] = [
  { ...three, name: 'ring-sweep', says: 'one name set at two copies; anybody sweeps, in ring form', actions: [...twoUpdates, sweeps(1, everybody, 'ring')], faults: {} },
  { ...three, name: 'parallel-sweep', says: 'the same, in parallel form', actions: [...twoUpdates, sweeps(1, everybody, 'parallel')], faults: {} },
  { ...three, name: 'wrong-clocks', says: 'the same, in either form, with a clock ahead and one behind', skews: [0, 2000, -2000], actions: [...twoUpdates, sweeps(1, everybody, 'ring', 'parallel')], faults: {} },
  { ...three, name: 'twice-stamped', says: 'one intent carried to two copies; a sweep; any message twice', actions: [once(carry(alpha, 'once')), once(carry(beta, 'once')), sweeps(1, [alpha, gamma], 'ring')], faults: { duplicate: 1 } },
  { ...three, name: 'forgetting', says: 'a name that stands is removed at one copy and changed at another; two sweeps; any message twice', before: [create(alpha, 'before')], actions: [once(remove(beta)), once(create(gamma, 'change')), sweeps(2, [alpha], 'ring')], lateUpdates: true, faults: { duplicate: 1 } },
  { ...three, name: 'late-message', says: 'a creation and a removal; two sweeps; any message twice', actions: [...oneUpdate, once(remove(alpha)), sweeps(2, [beta], 'ring')], lateUpdates: true, faults: { duplicate: 1 } },
  { ...three, name: 'two-sweeps', says: 'one update; two sweeps at once, or one after the other', actions: [...oneUpdate, sweeps(1, [alpha], 'ring'), sweeps(1, [beta, gamma], 'ring')], faults: {} },
  { ...three, name: 'two-parallel-sweeps', says: 'the same, in parallel form', actions: [...oneUpdate, sweeps(1, [alpha], 'parallel'), sweeps(1, [beta, gamma], 'parallel')], faults: {} },
  { ...three, name: 'two-sweeps-two-updates', says: 'a creation and a removal; two sweeps, and one after the other', actions: [...creationAndRemoval, sweeps(1, [alpha], 'ring'), sweeps(1, [beta, gamma], 'ring')], faults: {} },
  { ...three, name: 'lost', says: 'two updates; a sweep; any message lost, and its sender asks again', actions: [...twoUpdates, sweeps(1, [alpha], 'ring')], faults: { lose: 1, timer: 1 } },
  { ...three, name: 'given-up', says: 'two updates; a sweep in either form; any message lost; the coordinator loses patience', actions: [...twoUpdates, sweeps(1, [gamma], 'ring', 'parallel')], faults: { lose: 1, late: 1 } },
  { ...three, name: 'cut', says: 'two updates; a sweep; any link cut and mended', actions: [...twoUpdates, sweeps(1, [alpha], 'ring')], faults: { cut: 1 } },
  { ...three, name: 'crash', says: 'an update; anybody sweeps; any server crashes at any time', actions: [...oneUpdate, sweeps(1, everybody, 'ring')], faults: { crash: 1 } },
  { ...three, name: 'crash-torn', says: 'the same, within any step: before or after it is durable', actions: [...oneUpdate, sweeps(1, everybody, 'ring')], faults: { torn: 1 } },
  { ...three, name: 'crash-noticed', says: 'an update; a sweep; a crash; whoever waits looks who is there', actions: [...oneUpdate, sweeps(1, [alpha], 'ring')], faults: { crash: 1, timer: 1 } },
  { ...three, name: 'crash-two-updates', says: 'two updates; a sweep; a crash', actions: [...twoUpdates, sweeps(1, [alpha], 'ring')], faults: { crash: 1 } },
  { ...three, name: 'crash-two-sweeps', says: 'an update; a sweep; a crash; another sweeps', actions: [...oneUpdate, sweeps(1, [alpha], 'ring'), sweeps(1, [beta], 'ring')], faults: { crash: 1 } },
  { ...threeAndOne, name: 'join', says: 'a fourth copy joins behind anybody; two updates', actions: [...twoUpdates, once(...everybody.map((behind) => join(delta, behind)))], faults: {} },
  { ...threeAndOne, name: 'join-swept', says: 'a fourth copy joins; anybody sweeps', actions: [sweeps(1, everybody, 'ring', 'parallel'), once(join(delta, alpha))], faults: {} },
  { ...threeAndOne, name: 'join-clocks', says: 'a fourth copy joins and takes an update; a sweep by a clock ahead', skews: [0, 2000, 0, 0], actions: [once(create(delta, 'first')), sweeps(1, [beta], 'ring'), once(join(delta, alpha))], faults: {} },
  { ...threeAndOne, name: 'join-again', says: 'a fourth copy joins; any message twice or lost; it asks again', actions: [once(join(delta, alpha))], faults: { duplicate: 1, lose: 1, timer: 2 } },
  { ...threeAndOne, name: 'join-swept-updated', says: 'a fourth copy joins; an update; a sweep', actions: [once(create(beta, 'first')), sweeps(1, [gamma], 'ring'), once(join(delta, alpha))], faults: {} },
  { servers: 4, copies: 2, name: 'join-together', says: 'two copies join behind the same one; an update', actions: [...oneUpdate, once(join(gamma, alpha)), once(join(delta, alpha))], faults: {} },
  { ...twoAndOne, name: 'join-crash', says: 'a third copy joins; an update; a crash; it asks what became of it', actions: [...oneUpdate, once(join(gamma, alpha))], faults: { crash: 1, timer: 1 } },
  { ...twoAndOne, name: 'join-torn', says: 'a third copy joins; a crash within any step; it asks what became of it', actions: [...oneUpdate, once(join(gamma, alpha))], faults: { torn: 1, timer: 1 } },
  { ...twoAndOne, name: 'join-swept-crash', says: 'a third copy joins; a sweep; a crash; it asks what became of it', actions: [sweeps(1, [beta], 'ring'), once(join(gamma, alpha))], faults: { crash: 1, timer: 1 } },
  { ...three, name: 'leave', says: 'two updates; any copy leaves', actions: [...twoUpdates, once(...everybody.map(leave))], faults: {} },
  { ...three, name: 'leave-swept', says: 'an update; a copy leaves; anybody sweeps', actions: [...oneUpdate, once(leave(alpha)), sweeps(1, everybody, 'ring', 'parallel')], faults: {} },
  { ...three, name: 'leave-together', says: 'an update; neighbours leave together; they ask again', actions: [...oneUpdate, once(leave(alpha)), once(leave(beta), leave(gamma))], faults: { timer: 1 } },
  { ...three, name: 'leave-crash', says: 'an update; its copy leaves; any crash; it asks again', actions: [...oneUpdate, once(leave(alpha))], faults: { crash: 1, timer: 1 } },
  { ...three, name: 'leave-torn', says: 'an update; its copy leaves; a crash within any step', actions: [...oneUpdate, once(leave(alpha))], faults: { torn: 1, timer: 1 } },
  { ...three, name: 'leave-again', says: 'an update; its copy leaves; any message twice or lost; it asks again', actions: [...oneUpdate, once(leave(alpha))], faults: { duplicate: 1, lose: 1, timer: 2 } },
  { ...three, name: 'leave-for-good', says: 'a copy leaves; a sweep; it is let go; any message twice', actions: [once(leave(alpha)), sweeps(1, [beta], 'ring')], faults: { duplicate: 1, timer: 2 } },
  { ...three, name: 'leave-stay', says: 'an update; its copy leaves, and is to stay after all; any message twice', actions: [once(create(alpha, 'first')), once(leave(alpha)), once(stay(alpha))], faults: { duplicate: 1, timer: 2 } },
  { ...three, name: 'leave-stay-leave', says: 'a copy leaves, is to stay, leaves once more; it asks again', actions: [once(leave(alpha)), once(stay(alpha)), once(leave(alpha))], faults: { timer: 2 } },
  { ...three, name: 'leave-stay-crash', says: 'a copy leaves, and is to stay; a sweep; any crash', actions: [sweeps(1, [beta], 'ring'), once(leave(alpha)), once(stay(alpha))], faults: { crash: 1, timer: 2 } },
  { ...three, name: 'leave-together-stay', says: 'neighbours leave together; one is to stay', actions: [once(leave(alpha)), once(leave(beta), leave(gamma)), once(stay(alpha))], faults: { timer: 2 } },
  { ...twoAndOne, name: 'leave-join', says: 'a third copy joins behind one that leaves, or behind the other; an update', actions: [...oneUpdate, once(leave(alpha)), once(join(gamma, alpha), join(gamma, beta))], faults: { timer: 1 } },
  { ...twoAndOne, name: 'leave-join-swept', says: 'a third copy joins behind one that leaves; a sweep', actions: [once(leave(alpha)), once(join(gamma, alpha)), sweeps(1, [alpha, beta], 'ring')], faults: { timer: 1 } },
  { ...three, name: 'epoch-two-updates', says: 'two updates; an epoch of two, or of all', actions: [once(create(gamma, 'first')), once(create(alpha, 'second')), once(epoch([alpha, beta]), epoch(everybody))], faults: {} },
  { ...three, name: 'epoch-crash', says: 'an update; an epoch of two; any crash; they ask again', actions: [once(create(gamma, 'first')), once(epoch([alpha, beta]))], faults: { crash: 1, timer: 2 } },
  { ...three, name: 'epoch-torn', says: 'an update; an epoch of two; a crash within any step', actions: [once(create(gamma, 'first')), once(epoch([alpha, beta]))], faults: { torn: 1, timer: 1 } },
  { ...three, name: 'epoch-again', says: 'an update; an epoch of two; any message twice or lost; they ask again', actions: [once(create(gamma, 'first')), once(epoch([alpha, beta]))], faults: { duplicate: 1, lose: 1, timer: 1 } },
  { ...three, name: 'epoch-swept', says: 'an update at who is left out; an epoch of two; anybody sweeps', actions: [once(create(gamma, 'first')), once(epoch([alpha, beta])), sweeps(1, everybody, 'ring')], faults: {} },
  { ...threeAndOne, name: 'epoch-join', says: 'an epoch of two; a fourth copy joins behind anybody', actions: [once(epoch([alpha, beta])), once(...everybody.map((behind) => join(delta, behind)))], faults: {} },
  { ...three, name: 'epoch-leave', says: 'an epoch of two, or of all; any copy leaves', actions: [once(epoch([alpha, beta]), epoch(everybody)), once(...everybody.map(leave))], faults: { timer: 1 } },
  { ...three, name: 'two-epochs', says: 'an update; two administrators at once: one takes two, the other two others, or all', actions: [once(create(gamma, 'first')), once(epoch([alpha, beta])), once(epoch([gamma, beta]), epoch([gamma, alpha, beta]))], faults: {} },
  { ...three, name: 'two-epochs-forced', says: 'two administrators at once, one of them by force', actions: [once(create(beta, 'first')), once(epoch([alpha], true)), once(epoch([gamma, beta]), epoch([gamma, alpha, beta]))], faults: {} },
  { ...three, name: 'two-epochs-crash', says: 'two administrators at once; any crash; they ask again', actions: [once(epoch([alpha, beta])), once(epoch([gamma, beta]))], faults: { crash: 1, timer: 1 } },
  { ...three, name: 'two-epochs-lost', says: 'two administrators at once; any message lost; they ask again', actions: [once(epoch([alpha, beta])), once(epoch([gamma, beta]))], faults: { lose: 1, timer: 1 } },
  { ...three, name: 'two-epochs-again', says: 'two administrators at once; any message twice', actions: [once(epoch([alpha, beta])), once(epoch([gamma, beta]), epoch([gamma, alpha, beta]))], faults: { duplicate: 1 } },
  {
    ...threeAndOne,
    name: 'everything',
    says: 'two updates; a sweep; a join; a removal; a crash; any message twice',
    actions: [...twoUpdates, sweeps(1, [gamma], 'ring'), once(join(delta, alpha)), once(leave(beta))],
    faults: { crash: 1, duplicate: 1 },
  },
]

/** Alpha makes the root, beta joins behind it, gamma behind beta. */
export const firstRoot: Calling = {
  type: 'call',
  id: 1,
  call: {
    type: 'firstRoot',
    directory: ROOT,
    signed: signed({ directory: ROOT, author: 'person', nonce: 'root'.padEnd(26, 'a'), from: GENESIS, until: GENESIS + INTENT_LIFE, procedure: 'newD', branches: [['.', null, [['Label', null, [['ANSI', null, true]]]]]] }),
  },
}
export const joinBehind = (who: number): Calling => call(who, { type: 'join', directory: ROOT, from: [serverId(who - 1)] })
