/** What a person's deeds do to a world. Whoever is meant and is not there, or cannot, is passed over, and it is said. */
import { unreachable } from '../../core/assert'
import type { Call } from '../../core/calls'
import { explain, isFailure } from '../../core/errors'
import type { DirectoryId, Label } from '../../core/names'
import type { Accepted, Drafted } from '../../core/requests'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../../core/values/intent'
import type { Tree } from '../../core/values/readValue'
import { cut, healNetwork } from '../misfortunes'
import type { Random } from '../random'
import { signed, type SimServer } from '../simServer'
import type { World } from '../world'
import type { Deed } from './recording'

/** Deeds that concern servers and links; those that concern the whole world are the lab's own. */
export type WorldDeed = Exclude<Deed, { type: 'weather' | 'people' | 'converge' }>

/** `made`: a person made this directory. */
export function perform(world: World, deed: WorldDeed, random: Random, made: (directory: DirectoryId) => void): void {
  if (deed.type === 'healNetwork') return healNetwork(world)
  const server = world.servers.find(({ name }) => name === deed.server)
  if (server === undefined) return
  const other = 'other' in deed ? world.servers.find(({ name }) => name === deed.other) : undefined
  switch (deed.type) {
    case 'write':
      return write(world, server, deed, random)
    case 'sweep':
      return ask(world, server, `sweeping ${deed.form === 'ring' ? 'along the ring' : 'in parallel'}`, { type: 'ask', servers: [server.id], request: { type: 'sweep', directory: deed.directory, form: deed.form } })
    case 'addCopy':
      return ask(world, server, 'adding a copy', { type: 'ask', servers: [server.id], request: { type: 'join', directory: deed.directory, from: world.copies(deed.directory).map(({ at }) => at.id) } })
    case 'removeCopy':
      return ask(world, server, 'removing the copy', { type: 'ask', servers: [server.id], request: { type: 'leave', directory: deed.directory, force: true } })
    case 'makeDirectory':
      return makeDirectory(world, server, deed.label, random, made)
    case 'cut':
      if (other !== undefined) cut(world, [server], [other], deed.oneWay)
      return
    case 'heal':
      return heal(world, server, other)
    case 'isolate':
      return cut(world, [server], world.servers.filter((each) => each !== server), false)
    case 'crash':
      return world.kill(server, null)
    case 'start':
      return world.restart(server)
    case 'freeze':
    case 'thaw':
      return freeze(world, server, deed.type === 'freeze')
    case 'setClock':
      return setClock(world, server, deed.ahead - deed.behind)
    default:
      return unreachable(deed)
  }
}

/** A call of a person at a server, and what became of it. */
function ask(world: World, server: SimServer, what: string, call: Call, then: (outcome: object) => void = () => undefined): void {
  if (!server.alive) return world.say(() => `you: ${what} at ${server.name}: it is down`)
  server.call(call, (outcome) => {
    world.say(() => `you: ${what} at ${server.name}: ${isFailure(outcome) ? explain(outcome) : 'done'}`)
    if (!isFailure(outcome)) then(outcome)
  })
}

function write(world: World, server: SimServer, { directory, path, present }: Extract<Deed, { type: 'write' }>, random: Random): void {
  const what = `${present ? 'writing' : 'deleting'} ${path.join('/')}`
  const tree = path.toReversed().reduce<Tree>((below, label): Tree => [[label, below]], present)
  const draft: Call = { type: 'at', name: { from: directory, up: 0, labels: [] }, request: { type: 'draft', directory, change: { procedure: 'doUpdates', under: { labels: [], incarnations: null }, tree, replace: false } } }
  ask(world, server, `drafting ${what}`, draft, (drafted) => {
    const { branches, server: at } = drafted as Drafted
    if (branches.length === 0) return world.say(() => `you: ${what}: so it is already`)
    const submit: Call = { type: 'ask', servers: [at], request: { type: 'submit', directory, signed: intentOf(world, server, directory, 'doUpdates', branches, random) } }
    ask(world, server, what, submit, (accepted) => world.database.acknowledge(directory, (accepted as Accepted).ts))
  })
}

function makeDirectory(world: World, server: SimServer, label: Label, random: Random, made: (directory: DirectoryId) => void): void {
  const { root } = server.server
  if (root === null) return world.say(() => `you: making ${label} at ${server.name}: it knows no root yet`)
  const directory = random.id(20) as DirectoryId
  const branches: Branch[] = [['.', null, [['BR', null, [[root, null, [[label, null, true]]]]]]]]
  made(directory)
  ask(world, server, `making the directory ${label}`, { type: 'ask', servers: [server.id], request: { type: 'create', directory, signed: intentOf(world, server, directory, 'newD', branches, random) } })
}

function intentOf(world: World, server: SimServer, directory: DirectoryId, procedure: ProcedureName, branches: Branch[], random: Random): SignedIntent {
  const from = Math.floor(world.wall(server)) - INTENT_LIFE / 2
  const intent: Intent = { directory, author: 'you', nonce: random.id(26), from, until: from + INTENT_LIFE, procedure, branches }
  return signed(intent)
}

function heal(world: World, server: SimServer, other: SimServer | undefined): void {
  if (other === undefined) return
  world.say(() => `the link ${server.name} | ${other.name} heals`)
  world.network.mend(server.id, other.id)
  world.links.lookAtAll()
}

function freeze(world: World, server: SimServer, frozen: boolean): void {
  if (!server.alive || server.frozen === frozen) return
  world.say(() => `${server.name} ${frozen ? 'is frozen' : 'goes on'}`)
  if (frozen) server.frozen = true
  else server.thaw()
}

function setClock(world: World, server: SimServer, skew: number): void {
  world.say(() => `the clock of ${server.name} is set ${Math.abs(skew) / 1000} s ${skew < 0 ? 'behind' : 'ahead'}`)
  server.skew = skew
  world.links.compareClocks(server)
}
