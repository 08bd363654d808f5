/** Both ends of an exploration: a quiet ring to begin from, and leaves, from which fine weather must lead to equal copies. */
import { createServer } from '../core/server'
import { Calm } from './exhaustCalm'
import { clone } from './exhaustCopying'
import { firstRoot, GENESIS, idsOf, joinBehind, ROOT, type Scenario } from './exhaustScenarios'
import { keepTimers, optionsOf, restarted, ServerStates, withAccepted, type Originated, type ServerState } from './exhaustServer'
import { allEqual } from './exhaustWatch'

/** A ring, everybody connected, nothing on its way, all folded. */
export function beginning(scenario: Scenario, states: ServerStates): ServerState[] {
  const ids = idsOf(scenario)
  const accepted: (readonly Originated[])[] = ids.map(() => [])
  const servers = ids.map((_, who) => ({ server: createServer(optionsOf(who, ids, 1)), now: GENESIS }))
  const calm = new Calm(servers, (who, effects) => (accepted[who] = withAccepted(accepted[who]!, effects)))
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
    return states.stateOf(who, server, now + (scenario.skews?.[who] ?? 0), 0, accepted[who]!)
  })
}

/** Faults have stopped: three sweeps later all copies must be equal. */
export function drain(states: readonly ServerState[]): void {
  const calm = new Calm(states.map(({ server, now }) => ({ server: clone(server), now })))
  calm.pass(100_000)
  calm.sweep(ROOT, 3)
  allEqual(states.map((state, who) => ({ ...state, server: calm.servers[who]!.server })))
}
