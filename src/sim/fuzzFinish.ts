/** How a barrage ends: strangers go, the honest reach each other and sweep, and then their copies are what DB says. */
import type { DirectoryId } from '../core/names'
import { converged, nothingLost } from './checkers'
import type { Arena } from './fuzzArena'

/** Calls of this end; servers may still be at calls of people. */
const FIRST_CALL = 2_000_000

/** Every update that was acknowledged is there, and all copies of a directory are equal. */
export function finish(arena: Arena): void {
  arena.post.length = 0
  part(arena)
  for (const a of arena.houses) for (const b of arena.houses) if (a.id < b.id) arena.connect(a, b)
  arena.pass(90_000)
  goOnWithout(arena)
  decide(arena)
  for (const directory of arena.database.directories.keys()) sweepThrice(arena, directory)
  nothingLost(arena.world)
  converged(arena.world)
}

/** Strangers are gone, and who was away is back, as a later start than the one that spoke for it. */
function part(arena: Arena): void {
  for (const [index, house] of arena.houses.entries()) {
    for (const server of house.server.peers.keys()) if (arena.houseOf(server) === undefined) arena.perform({ at: arena.time, house: index, input: { type: 'disconnected', server, reason: 'gone' } })
    if (!house.away) continue
    house.away = false
    Object.assign(house.server, { incarnation: house.server.incarnation + 1 })
  }
}

/**
 * A ring that has a member which is nowhere, taken in under the name of somebody who was away, goes on by an epoch of those who are there;
 * so do copies which a stranger's epoch left out, in a directory that everybody administers [E7], of which no other ring is left.
 */
function goOnWithout(arena: Arena): void {
  for (const directory of arena.database.directories.keys()) {
    const copies = arena.copies(directory)
    const active = copies.filter(({ copy }) => copy.state === 'active')
    const left = active.length > 0 ? active : copies.filter(({ copy }) => copy.state === 'excluded')
    const isWhole = active.length > 0 && active.every(({ copy }) => copy.ring.every((member) => copies.some((each) => each.copy.id === member.copy)))
    const [first] = left
    if (isWhole || first === undefined) continue
    const request = { type: 'newEpoch' as const, directory, servers: left.map(({ at }) => at.id), force: true, patience: 5000, dry: false }
    arena.perform({ at: arena.time, house: arena.houses.indexOf(first.at), input: { type: 'call', id: FIRST_CALL + 20, call: { type: 'ask', servers: [first.at.id], request } } })
    arena.pass(30_000)
  }
}

/** Whom epochs left out has decided on what it alone has [E7], and goes. */
function decide(arena: Arena): void {
  const leftOut = (): ReturnType<Arena['copies']> => [...arena.database.directories.keys()].flatMap((directory) => arena.copies(directory)).filter(({ copy }) => copy.state === 'excluded')
  for (let round = 0; round < 4 && leftOut().length > 0; round++) {
    for (const { at, copy } of leftOut()) {
      const stamps = (at.server.quarantines.get(copy.directory)?.entries ?? []).map(({ ts }) => ts)
      for (const ts of stamps) arena.database.settled.add(ts)
      arena.perform({ at: arena.time, house: arena.houses.indexOf(at), input: { type: 'call', id: FIRST_CALL + 10 + round, call: { type: 'ask', servers: [at.id], request: { type: 'settle', directory: copy.directory, stamps } } } })
    }
    arena.pass(70_000)
  }
}

function sweepThrice(arena: Arena, directory: DirectoryId): void {
  for (let i = 0; i < 3 && arena.copies(directory).length > 1; i++) {
    const at = arena.copies(directory).find(({ copy }) => copy.state === 'active')?.at
    if (at === undefined) return
    const call = { type: 'ask' as const, servers: [at.id], request: { type: 'sweep' as const, directory, form: 'parallel' as const } }
    arena.perform({ at: arena.time, house: arena.houses.indexOf(at), input: { type: 'call', id: FIRST_CALL + i, call } })
    arena.pass(8000)
  }
}
