/** Both ends of an exploration: a quiet ring to begin from, and leaves, from which fine weather must lead to equal copies. */
import { schedule } from '../core/agenda'
import { createServer } from '../core/server'
import { Calm } from './exhaustCalm'
import { clone } from './exhaustCopying'
import { firstRoot, GENESIS, idsOf, joinBehind, ROOT, type Scenario } from './exhaustScenarios'
import { grown, keepTimers, optionsOf, restarted, ServerStates, type DbPart, type ServerState } from './exhaustServer'
import { allEqual } from './exhaustWatch'

/** A ring, everybody connected, nothing on its way, all folded. */
export function beginning(scenario: Scenario, states: ServerStates): ServerState[] {
  const ids = idsOf(scenario)
  const parts = ids.map((): DbPart => ({ accepted: [], entered: [] }))
  const servers = ids.map((_, who) => ({ server: createServer(optionsOf(who, ids, 1)), now: GENESIS }))
  const calm = new Calm(servers, (who, effects) => (parts[who] = grown(parts[who]!, servers[who]!.server, effects)))
  calm.connectAll()
  calm.call(0, firstRoot)
  for (let who = 1; who < scenario.copies; who++) calm.call(who, joinBehind(who))
  for (const { at, input } of scenario.before ?? []) {
    const act = input(servers[at]!.server, GENESIS)
    if (act?.type === 'call') calm.call(at, act)
  }
  calm.sweep(ROOT, 3)
  const rested = new Calm(servers.map(({ server }, who) => ({ server: restarted({ who, server }, ids), now: GENESIS + calm.elapsed })))
  for (const [who] of ids.entries()) rested.input(who, { type: 'start' })
  rested.connectAll()
  return rested.servers.map(({ server, now }, who) => {
    keepTimers(server)
    return states.stateOf(who, server, now + (scenario.skews?.[who] ?? 0), 0, parts[who]!)
  })
}

/** Faults have stopped: whom an epoch left out has decided and goes, and three sweeps later all copies must be equal. */
export function drain(states: readonly ServerState[]): void {
  const servers = states.map(({ server, now }) => ({ server: clone(server), now }))
  const parts: DbPart[] = [...states]
  const calm = new Calm(servers, (who, effects) => (parts[who] = grown(parts[who]!, servers[who]!.server, effects)))
  calm.pass(100_000)
  // A sweep tells whom the epoch left out, if word of that was lost.
  calm.sweep(ROOT, 1)
  decide(calm)
  calm.sweep(ROOT, 3)
  allEqual(states.map((state, who) => ({ ...state, ...parts[who]!, server: servers[who]!.server })))
}

/** Nobody wants what an excluded copy alone has [E7]. */
function decide(calm: Calm): void {
  const leftOut = calm.servers.flatMap(({ server }, who) => (server.copies.get(ROOT)?.state === 'excluded' ? [{ server, who }] : []))
  for (const { server, who } of leftOut) {
    schedule(server.agenda, `quarantine ${ROOT}`, 0)
    calm.pass(5000)
    const stamps = (server.quarantines.get(ROOT)?.entries ?? []).map(({ ts }) => ts)
    if (stamps.length > 0) calm.call(who, { type: 'call', id: 1, call: { type: 'ask', servers: [server.id], request: { type: 'settle', directory: ROOT, stamps } } })
    calm.pass(70_000)
  }
}
