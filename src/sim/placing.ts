/** Simulated administrators: they say which directories may name servers, name servers in them, remove servers, and check. */
import type { Call } from '../core/calls'
import { inSNOf } from '../core/entries/serverEntry'
import type { DirectoryId, Label } from '../core/names'
import { labelsOfServer } from '../core/server'
import type { Finding } from '../core/requests'
import { pathBelow } from './growing'
import { inSNHasShorterServer, namesHaveInSN, serversReachTheRoot } from './serverCheckers'
import type { Random } from './random'
import type { SimServer } from './simServer'
import type { World } from './world'

/** How a call ended is counted, under one name when it went well and another when it did not. */
type Counted = (well: string, badly: string, then?: (outcome: object) => void) => (outcome: object) => void

/** One act of an administrator. */
export function place(world: World, at: SimServer, directories: readonly DirectoryId[], counted: Counted, random: Random): void {
  const root = at.server.root
  if (root === null) return
  const kind = random.fraction()
  const named = directories.filter((each) => world.copies(each).some(({ copy }) => inSNOf(copy.visible) !== null))
  const below = directories.filter((each) => each !== root)
  const directory = random.pick(kind < 0.35 && below.length > 0 ? below : random.chance(0.8) && named.length > 0 ? named : directories)
  const having = random.shuffled(world.copies(directory).map((each) => each.at.id))
  const ask = (request: Extract<Call, { type: 'ask' }>['request']): Call => ({ type: 'ask', servers: [at.id], request })
  if (kind < 0.35) at.call({ type: 'ask', servers: having, request: { type: 'setInSN', directory, to: random.chance(0.8) } }, counted('InSN set', 'setInSN refused'))
  else if (kind < 0.75) at.call(naming(world, pathBelow(world, root, directory) ?? [], random), counted('servers set up', 'setUpOn refused'))
  else if (kind < 0.83) at.call(ask({ type: 'removeS', directory: root }), counted('servers removed', 'removeS refused'))
  else check(at, root, counted)
}

/** A name in a directory, with an up pointer to whoever is named nearer to the root. */
function naming(world: World, directory: readonly Label[], random: Random): Call {
  const path = [...directory, `${random.pick(['mars', 'venus', 'saturn'])}${random.below(3)}`]
  const above = world.servers.map(({ server }) => labelsOfServer(server.name)).filter((name) => name.length < path.length)
  return { type: 'setUpOn', path, up: above.length > 0 && random.chance(0.8) ? random.pick(above) : null }
}

export function check(at: SimServer, root: DirectoryId, counted: Counted): void {
  const count = (outcome: object): void => {
    for (const { rule, repaired } of (outcome as { findings: Finding[] }).findings) counted(`CheckS ${repaired ? 'repaired' : 'found'} ${rule}`, '')({})
  }
  at.call({ type: 'ask', servers: [at.id], request: { type: 'checkS', directory: root, name: null, repair: true } }, counted('servers checked', 'checkS ended', count))
}

const ROUNDS = 6

/**
 * All is quiet: names have InSN whatever happened, for that is decided where they are accepted [S1]. S2 and S3 two servers
 * may have broken together: then every server is checked until there is nothing to repair.
 */
export function allPlaced(world: World, root: DirectoryId, counted: Counted): void {
  namesHaveInSN(world, root)
  for (let round = 0; round < ROUNDS; round++) {
    for (const at of world.servers.filter(({ gone }) => gone === null)) {
      check(at, root, counted)
      world.pass(5000)
    }
    world.pass(90_000)
  }
  namesHaveInSN(world, root)
  inSNHasShorterServer(world, root)
  serversReachTheRoot(world, root)
}
