/** Simulated people who want more than the disk of one copy, and the checker that looks at the disks when they are told so. */
import { copiesFor, type Durability, type Secured } from '../core/copies/durability'
import { explain, isFailure, type Failure } from '../core/errors'
import type { Accepted } from '../core/requests'
import { originOf } from '../core/timestamp'
import { intentId, type SignedIntent, type UpdateSet } from '../core/values/intent'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

/** How often somebody asks for more than `local`, and how long they wait, ms. */
const DEMANDING = 0.15
const PATIENCE = 8000
/** Who was told that it is not durable yet, or crashed meanwhile, sends it again so many times, this late at most. */
const TIMES = 4
const LATEST = 120_000

/** Now and then an acknowledged update is to be durable at more copies; what is not yet is sent again, from any server. */
export function demandDurability(world: World, at: SimServer, intent: SignedIntent, accepted: Accepted): void {
  const random = world.random.fork(`durability of ${intent.intent.nonce}`)
  if (!random.chance(DEMANDING)) return
  demand(world, at, { ...intent, ts: accepted.ts }, accepted, random.chance(0.7) ? 'quorum' : 'all', random, TIMES)
}

function demand(world: World, at: SimServer, set: UpdateSet, { ring }: Accepted, level: Durability, random: Random, times: number): void {
  let isTold = false
  const again = (): void => {
    if (times > 0) world.plan(random.between(0, LATEST), () => demand(world, random.pick(world.servers), set, { ts: set.ts, copies: [], ring }, level, random, times - 1))
  }
  const told = (outcome: object | Failure): void => {
    isTold = true
    if (!isFailure(outcome)) {
      world.count(`durable: ${level}`)
      return world.judge('P11', () => isDurable(world, set, level, outcome as Secured))
    }
    world.count(`not durable: ${outcome.code}`)
    if (outcome.code === 'LostUpdate') return world.judge('noLostUpdate', () => isNotLost(world, set, outcome))
    world.notice('an update was sent again, because it was not durable yet')
    again()
  }
  if (at.alive && at.putAside === null) at.call({ type: 'secure', directory: set.intent.directory, ts: set.ts, set, ring, level, patience: PATIENCE }, told)
  // Whose server has crashed is told nothing, and takes up what was kept when it is back.
  world.plan(2 * PATIENCE, () => {
    if (isTold) return
    world.notice('who waited for an update to be durable crashed, and sent it again')
    again()
  })
}

/** P11: each copy that was named has the update on its disk, now, and they are as many as the level asks for. A copy that left since has handed it over. */
export function isDurable(world: World, { intent, ts }: UpdateSet, level: Durability, { copies, of }: Secured): void {
  if (copies.length < copiesFor(level, of)) throw new Accusation('P11', `the update ${ts} was said to be durable (${level}) at ${copies.length} of ${of} copies`)
  for (const { copy: id, server } of copies) {
    const at = world.byId(server)
    const copy = at?.onDisk().copies.get(intent.directory)
    // An old disk that was put back since has promised nothing (§20).
    if (at === undefined || copy?.id !== id || world.unsound.has(id)) continue
    // Itself, or as the earlier stamp of its intent [A1], which F may have passed.
    const first = copy.intents.get(intentId(intent))
    const isPassed = ts < copy.stableMark || (first !== undefined && first.ts <= ts && first.ts < copy.stableMark)
    const has = isPassed || copy.log.some((set) => set.ts <= ts && intentId(set.intent) === intentId(intent))
    if (!has) throw new Accusation('P11', `the update ${ts} was said to be durable (${level}), but the copy of ${intent.directory.slice(0, 4)} on the disk of ${at.name} has not got it`)
  }
}

/** Without wiped stores nothing is lost while the copy that accepted it is there, in the epoch that rules or about to be [E7]. */
function isNotLost(world: World, { intent, ts }: UpdateSet, failed: Failure): void {
  const origin = world.copies(intent.directory).find(({ copy }) => copy.id === originOf(ts) && copy.outside === null && world.copies(intent.directory).every((other) => other.copy.epoch === copy.epoch))
  if (origin !== undefined) throw new Accusation('noLostUpdate', `${origin.at.name} accepted it, and has its copy still: ${explain(failed)}`)
}
