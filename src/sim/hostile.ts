/**
 * A peer that is in the room and in no ring, and says what it likes to whoever is there, whatever it may have overheard: messages of
 * every kind for which somebody must be a member, answers to questions that it was not asked, and requests that only ask.
 *
 * isolation: "an unauthenticated peer changes no durable state and costs bounded memory": nothing of it is saved, whoever it says it is.
 */
import { decode, encode, type Message } from '../core/messages'
import type { Request } from '../core/requests'
import type { ServerId } from '../core/names'
import { generate, generateRequest, ringKinds } from './fuzzGrammar'
import { Scene, type Enemy, type Surroundings, type Victim } from './fuzzScene'
import type { Random } from './random'
import type { SimServer } from './simServer'
import { Accusation, type World } from './world'

/** Who is no member may say none of these with effect; to join, a peer says others. */
const kinds: readonly Message['type'][] = [...ringKinds, 'answer', 'credentials', 'snapshotPage', 'snapshotRefused', 'spliced', 'spliceRefused', 'askStanding', 'standing', 'askTakeOver', 'readHandOver', 'handOverPage', 'takenOver', 'notTaken', 'letBe', 'leftBe', 'askEpochFacts', 'epochFacts', 'seal', 'sealed', 'sealRefused', 'askEpoch', 'epochNews', 'epochGivenUp', 'copyGone']
/** Anybody may ask. */
const questions: readonly Request['type'][] = ['walk', 'read', 'test', 'access', 'certify', 'draft', 'state', 'parent', 'records', 'describe', 'traces', 'underWay']

/** Messages in one go. */
const MOST_AT_ONCE = 6
/** What a server may keep of a peer that is no member: refusals are counted by kind, transfers and questions end. */
const MOST_KEPT = 1000

export class Hostile {
  private readonly world: World
  private readonly enemy: Enemy
  private readonly scene: Scene
  private readonly random: Random

  constructor(world: World) {
    this.world = world
    this.random = world.random.fork('hostile')
    this.enemy = { id: this.random.id(20) as ServerId, key: 'key-enemy', copies: new Map() }
    const surroundings: Surroundings = {
      get houses(): readonly Victim[] {
        return world.servers
      },
      houseOf: (id) => world.byId(id),
      now: (victim) => (victim as SimServer).clock(),
      copies: (directory) => world.copies(directory),
    }
    this.scene = new Scene(this.random.fork('scene'), surroundings, this.enemy)
    let wasAsked = false
    world.observers.push({
      // Who knows no copy of a directory asks whoever is there, and goes by the answer.
      before: ({ server }, input) => {
        wasAsked = input.type === 'message' && input.message.type === 'answer' && server.errands.get(input.message.id)?.candidates[0] === this.enemy.id
        if (wasAsked) world.misled.add(server.id)
      },
      stepped: (server, input, effects) => {
        const said = input.type === 'message' && input.from === this.enemy.id ? input.message.type : null
        if (said !== null && said !== 'request' && !wasAsked) world.judge('isolation', () => savesNothing(server, said, effects.save.length))
        if (said !== null) world.judge('isolation', () => keepsLittle(server))
      },
    })
  }

  /** Says a few things to somebody who is there. */
  speak(): void {
    const there = this.world.servers.filter((server) => server.alive && !server.frozen && !server.readOnly && server.putAside === null)
    if (there.length === 0) return
    const to = this.random.pick(there)
    if (!to.server.peers.has(this.enemy.id)) to.input({ type: 'connected', server: this.enemy.id, incarnation: 1, instance: 'enemy', name: 'enemy', key: this.enemy.key })
    for (let i = 1 + this.random.below(MOST_AT_ONCE); i > 0 && to.alive; i--) this.say(to)
  }

  private say(to: SimServer): void {
    const { scene, random } = this
    scene.refresh([this.enemy])
    scene.to = to
    scene.directory = random.pick([...to.server.copies.keys(), ...scene.directories])
    // What an old store knows of its ring is old, too: where everybody may do everything it hears everybody of who rules [B3].
    if (to.server.copies.get(scene.directory)?.state === 'rolledBack') return
    const message = random.chance(0.25) ? generateRequest(scene, random.pick(questions)) : generate(scene, random.pick(kinds))
    // Who knows nobody else to join behind, and asks a stranger, has what that one says (SECURITY.md); here it keeps silent.
    const join = message.type === 'snapshotPage' ? to.server.joins.get(message.directory) : undefined
    if (join?.candidates[join.at] === this.enemy.id) return
    const wire = wireOf(message)
    if (wire === null || 'refused' in decode(wire)) return this.world.count('hostile messages that no door takes')
    this.world.count('hostile messages')
    to.receive(this.enemy.id, wire)
  }
}

/** Null for what cannot even be written down. */
function wireOf(message: Message): string | null {
  try {
    return encode(message)
  } catch {
    return null
  }
}

function savesNothing({ name }: SimServer, said: string, saves: number): void {
  if (saves > 0) throw new Accusation('isolation', `${name} saved what came of ${said}, which a peer said that is a member of no ring`)
}

function keepsLittle({ name, server }: SimServer): void {
  const kept = { refusals: server.refusals.size, transfers: server.transfers.size, staged: server.staged.size, deferred: server.deferred.length, lookups: server.lookups.size, errands: server.errands.size }
  const [what, size] = Object.entries(kept).reduce((a, b) => (b[1] > a[1] ? b : a))
  if (size > MOST_KEPT) throw new Accusation('isolation', `${name} keeps ${size} ${what} for a peer that is a member of no ring`)
}
