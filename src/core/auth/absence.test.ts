import { describe, expect, it } from 'vitest'
import { generateRequest, requestKinds } from '../../sim/fuzzGrammar'
import { Scene, type Victim } from '../../sim/fuzzScene'
import { Random } from '../../sim/random'
import { certificateSignature, signature, signed } from '../../sim/simServer'
import { Cluster, named, type Member } from '../../trials/cluster'
import { directoryNumber } from '../../trials/generators'
import { announcement, childLabel } from '../directories/children'
import { goneLabel } from '../directories/gone'
import { isFailure, type Failure } from '../errors'
import { decode, type Message } from '../messages'
import type { DirectoryId, Label } from '../names'
import type { Change, Drafted, Outcomes, Quarantined, ReadOutcome, Request } from '../requests'
import type { Server } from '../server'
import { UNTOLD } from '../servers/traces'
import { step } from '../step'
import { BEGINNING } from '../timestamp'
import { procedures, type Branch, type ProcedureName } from '../values/intent'
import { readLabels, readTree, type Tree } from '../values/readValue'
import { nodeAt } from '../values/valueTree'

const owner = 'ed25519:owner'
const guest = 'ed25519:guest'
const CHILD = directoryNumber(7)
const triplesOf = (...more: readonly Label[]): Label[] => ['read,write,copy ed25519%3Aowner:*', 'read,write ed25519%3Aowner:./*', ...more]

/** alpha is the owner's and stores the root, which is closed; beta is a guest's. */
class House {
  readonly cluster: Cluster
  readonly root: DirectoryId
  readonly alpha: Member
  readonly beta: Member

  /** A guest may read the labels of Lampson and Lnk, and all of Public. */
  constructor({ target = '/HP', more = [] as readonly Label[], servers = 2 } = {}) {
    const { cluster, directory } = Cluster.ring(1, servers)
    this.cluster = cluster
    this.root = directory
    this.alpha = cluster.member(0)
    this.beta = cluster.member(1)
    cluster.write(this.alpha, directory, ['Public'], [['Phone', [['853', true]]]])
    cluster.write(this.alpha, directory, ['Lampson'], [['Keys', [['ed25519:lampson', true]]], ['Password', [['XGZQ', true]]]])
    cluster.belongsTo(this.alpha, owner)
    cluster.belongsTo(this.beta, guest)
    this.change('setLink', [], [['Lnk', [['Link', [['To', [[target, true]]]]]]]])
    this.change('setTX', ['Lampson'], [['2025-06-01T00:00:00.000Z', true]])
    this.close(directory, 'read *:Lampson', 'read *:Lnk', 'read *:Public/*', ...more)
  }

  draft(at: Member, procedure: Change['procedure'], labels: readonly Label[], tree: Tree, replace = false, directory = this.root): Drafted | Failure {
    return this.ask(at, { type: 'draft', directory, change: { procedure, under: { labels: [...labels], incarnations: null }, tree, replace } }) as Drafted | Failure
  }

  change(procedure: Exclude<Change['procedure'], 'newD'>, labels: readonly Label[], tree: Tree, replace = false, directory = this.root): void {
    const { branches } = this.draft(this.alpha, procedure, labels, tree, replace, directory) as Drafted
    this.cluster.ask(this.alpha, this.cluster.submitCall(this.alpha, directory, branches, procedure, owner))
  }

  close(directory: DirectoryId, ...more: readonly Label[]): void {
    this.change('setAccess', ['.', 'Access'], triplesOf(...more).map((triple) => [triple, true] as const), false, directory)
  }

  /** What alpha says to somebody's server. */
  ask(from: Member, request: Request, at = this.alpha): object | Failure {
    return this.cluster.tryAsk(from, { type: 'ask', servers: [at.id], request })
  }

  submit(procedure: ProcedureName, branches: readonly Branch[]): object | Failure {
    return this.ask(this.beta, { type: 'submit', directory: this.root, signed: signed(this.cluster.intent(this.beta, this.root, procedure, branches, guest)) })
  }

  read(path: Label[], form: 'tree' | 'entries' = 'tree'): ReadOutcome {
    return this.ask(this.beta, { type: 'read', directory: this.root, path, form, after: null }) as ReadOutcome
  }

  /** A directory that nobody but the owner may read. */
  newD(label: Label): void {
    this.change('announce', ['.'], [announcement(childLabel(CHILD), label, { maker: this.alpha.id })])
    this.cluster.newD(this.alpha, this.root, label, CHILD)
    this.cluster.pass(5000)
    this.close(CHILD)
  }
}

/** What a guest may not read, each of which one house of two has, or has otherwise. */
const secrets: Record<string, (house: House) => void> = {
  'an entry': (house) => house.change('doUpdates', ['Secret'], [['Password', [['XGZQ', true]]]]),
  'an entry with a key and an invitation': (house) => house.change('doUpdates', ['Secret'], [['Keys', [['ed25519:birrell', true]]], ['Invited', [['ed25519:once', [['2026-01-01T00:00:00.000Z', true]]]]]]),
  'a value below a label that may be read': (house) => house.change('doUpdates', ['Lampson', 'Password'], [['other', true]], true),
  'more below a label that may be read': (house) => house.change('doUpdates', ['Lampson'], [['Phone', [['853', true]]]]),
  'that an entry is gone': (house) => house.change('doUpdates', ['Lampson', 'Keys'], false, true),
  'a link': (house) => house.change('setLink', [], [['Secret', [['Link', [['To', [['/x', true]]]]]]]]),
  'an expiration time': (house) => house.change('setTX', ['Lampson'], [['2025-07-01T00:00:00.000Z', true]]),
  'a planned change': (house) => house.change('plan', ['Lampson'], false),
  'a triple': (house) => house.change('setAccess', ['.', 'Access'], [['write ./Lampson:Secret/*', true]]),
  'a directory': (house) => house.newD('Secret'),
  'a directory that was removed': (house) => {
    house.newD('Secret')
    house.cluster.ask(house.alpha, { type: 'ask', servers: [house.alpha.id], request: { type: 'removeD', directory: CHILD } })
  },
}

/** Told to whoever is in the room [SECURITY.md]: how old and how large copies are, and that something changed; and what is drawn by lot. */
const open: ReadonlySet<string> = new Set(['id', 'asOf', 'now', 'nextTS', 'lastSweep', 'stableMark', 'digest', 'ringDigest', 'live', 'log', 'health', 'sweepTS', 'known', 'joiner', 'epoch', 'copy', 'pointer', 'members', 'seals', 'committer', 'since', 'sinceTS'])
const told = (message: unknown): unknown =>
  JSON.parse(
    JSON.stringify(message, (key: string, value: unknown) => {
      if (key === 'outcome' && typeof value === 'string' && value.startsWith('{')) return told(JSON.parse(value))
      // Whoever would remove a server hears that something still needs it [S4].
      if (key === 'rings') return (value as Outcomes['traces']['rings']).filter(({ name }) => name !== UNTOLD)
      return open.has(key) ? null : value
    }),
  )

/** What one tries who guesses right where to look: every procedure at these labels, in the incarnations that stand there, drawn up and submitted; and keys, names and values that there are. */
function* guesses({ alpha, beta, root, cluster }: House): Generator<Request> {
  const directory = root
  const tree = alpha.copy(root).visible
  const keys = ['ed25519:lampson', 'ed25519:birrell', 'ed25519:never', owner, guest, alpha.server.key, beta.server.key]
  for (const path of [['Secret'], ['Lampson'], ['Lnk'], ['.'], ['Lampson', 'Keys'], ['Lampson', 'Password'], ['Lampson', 'TX'], ['Lampson', 'Withdrawn'], ['Secret', 'DR'], ['Secret', 'Keys'], ['.', 'Access'], [goneLabel(CHILD)]]) {
    const stands = readTree(tree, path)
    yield { type: 'test', directory, path, tree: stands ?? false }
    yield { type: 'test', directory, path, tree: true }
    for (const form of ['tree', 'labels', 'entries', 'nodes', 'snapshot'] as const) yield { type: 'read', directory, path, form, after: null }
    for (const about of [null, '*', './Secret', './Lampson', nodeAt(tree, path)?.ts ?? BEGINNING, ...keys]) yield { type: 'access', directory, path, about }
  }
  for (const label of ['Secret', 'Lampson', 'Lnk', 'alpha']) {
    const stamp = nodeAt(tree, [label])?.ts ?? BEGINNING
    const seconds = ['DR', 'Link', 'TX', 'Server', 'Withdrawn', 'Keys', 'Invited', 'Phone']
    const branches: Branch[] = [[label, null, false], [label, null, true], ...seconds.flatMap((second): Branch[] => [null, stamp].flatMap((incarnation): Branch[] => [false, true, [['2027-01-01T00:00:00.000Z', null, true] as Branch]].map((below): Branch => [label, incarnation, [[second, null, below]]])))]
    for (const procedure of procedures) {
      for (const branch of branches) yield { type: 'submit', directory, signed: signed(cluster.intent(beta, root, procedure, [branch], guest)) }
      if (procedure === 'newD' || procedure === 'carryOut') continue
      for (const [below, wanted] of [[[], false], [[], true], [['Server'], [['Key', [['x', true]]]]], [['Server', 'Up', 'x'], true], [['Phone', '853'], true], [[], [['Server', false]]]] as const) {
        for (const replace of [false, true]) yield { type: 'draft', directory, change: { procedure, under: { labels: [label, ...below], incarnations: null }, tree: wanted, replace } }
      }
    }
    for (const key of keys) {
      yield { type: 'draft', directory, change: { procedure: 'enrol', under: { labels: [label], incarnations: null }, tree: [['Invited', [[key, false]]], ['Keys', [[guest, true]]]], replace: false } }
      yield { type: 'certify', directory, name: label, key }
    }
    yield { type: 'certify', directory, name: label, key: null }
    for (const labels of [[label], [label, 'x']]) for (const entity of [null, 'x']) yield { type: 'walk', directory, begins: true, up: 0, labels, entity }
    yield { type: 'checkS', directory, name: `/${label}`, repair: false }
    yield { type: 'foresee', directory, parent: directory, label, prepare: true }
  }
}

/** A request as it arrives; how fresh an answer it wants is no secret, so it wants any. */
function throughTheDoor(message: Message): Message | null {
  const wire = decode(JSON.stringify(message))
  if ('refused' in wire) return null
  return wire.type === 'request' && wire.request.type === 'read' ? { ...wire, request: { ...wire.request, after: null } } : wire
}

/** All that alpha sends to beta because of a request, within seconds; alpha stays what it was. */
function heard({ alpha, beta, cluster }: House, wire: Message): string {
  const server: Server = structuredClone(alpha.server)
  const sent: unknown[] = []
  const inputs: Parameters<typeof step>[2][] = [{ type: 'message', from: beta.id, message: wire }]
  let now = cluster.now(alpha)
  for (let ticks = 0; ticks < 3; ticks++, now += 1500, inputs.push({ type: 'tick' })) {
    for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) {
      const { send, sign, certify } = step(server, now, structuredClone(input))
      sent.push(...send.filter(({ to }) => to === beta.id).map(({ message }) => told(message)))
      inputs.push(...sign.map(({ id, intent }) => ({ type: 'signed' as const, id, signature: signature(intent) })), ...certify.map(({ id, certificate }) => ({ type: 'signed' as const, id, signature: certificateSignature(certificate) })))
    }
  }
  return JSON.stringify(sent.filter((each) => (each as { type: string }).type !== 'greet' && (each as { type: string }).type !== 'hello'))
}

describe('no right to read looks like absence', () => {
  const [SEED, OF_EACH, OF_GUESSES] = [1, 12, 0.1]
  it.each(['where a link leads of which the label may be read', ...Object.keys(secrets)])('[A5] whatever a guest asks, two houses answer alike of which one has, or has otherwise, %s', (secret) => {
    const [without, having] = [new House(), new House({ target: secret in secrets ? '/HP' : '/DEC' })]
    secrets[secret]?.(having)
    for (const { cluster, alpha, root } of [without, having]) {
      cluster.pass(120_000 - cluster.time)
      for (let i = 0; i < 3; i++) cluster.sweep(alpha, root)
    }
    const victims: Victim[] = [having.alpha]
    const random = new Random(`${SEED} ${secret}`)
    const scene = new Scene(random, { houses: victims, houseOf: (id) => victims.find((each) => each.id === id), now: () => having.cluster.now(having.alpha), copies: (directory) => [{ at: having.alpha, copy: having.alpha.copy(directory) }] }, { id: having.beta.id, key: guest, copies: new Map() })
    scene.refresh([])
    scene.directory = having.root
    scene.directories = [having.root, directoryNumber(99)]
    scene.labels = ['Secret', 'Lampson', 'Lnk', 'Public', 'Nobody', ...(readLabels(having.alpha.copy(having.root).visible, []) ?? [])]
    const generated = Array.from({ length: OF_EACH * requestKinds.length }, (_, i) => generateRequest(scene, requestKinds[i % requestKinds.length]!))
    let answered = 0
    for (const message of [...generated, ...[...guesses(having)].filter(({ type }) => (type !== 'submit' && type !== 'draft') || random.chance(OF_GUESSES)).map((request): Message => ({ type: 'request', id: 'a'.repeat(16), request }))]) {
      const wire = throughTheDoor(message)
      if (wire === null) continue
      const [here, there] = [without, having].map((house) => heard(house, wire))
      expect(there, JSON.stringify(wire)).toBe(here)
      if (here !== '[]') answered++
    }
    expect(answered).toBeGreaterThan(100)
  })
  it('[A5] entries, walks and tests show of a readable label what is below it only as far as that may be read', () => {
    const house = new House()
    expect(house.read([], 'entries').entries!.map(([label, type, detail, expiration]) => [label, type, detail, expiration])).toEqual(expect.arrayContaining([['Lampson', 'entry', '', null], ['Lnk', 'entry', '', null], ['Public', 'entry', '', null]]))
    expect(house.ask(house.beta, { type: 'walk', directory: house.root, begins: true, up: 0, labels: ['Lnk'], entity: null })).toMatchObject({ outcome: 'found', steps: [{ found: 'entry', to: '', validUntil: null }] })
    const test = (tree: Tree): unknown => house.ask(house.beta, { type: 'test', directory: house.root, path: ['Lampson'], tree })
    expect(test([['Keys', [['ed25519:lampson', true]]], ['Password', [['XGZQ', true]]], ['TX', [['2025-06-01T00:00:00.000Z', true]]]])).toEqual({ equal: false })
    expect(test(true)).toEqual({ equal: true })
    house.close(house.root, 'read *:Lnk/*', 'read *:Lampson/TX/*')
    expect(house.read([], 'entries').entries).toEqual(expect.arrayContaining([['Lnk', 'link', '/HP', null], ['Lampson', 'entry', '', { until: Date.parse('2025-06-01'), planned: null }]]))
  })

  it('[A5, W3] what is planned is carried out by the server that has it: who guesses it hears nothing', () => {
    const house = new House()
    house.change('plan', ['Lampson'], false)
    expect(house.submit('carryOut', [['Lampson', null, false]])).toEqual(house.submit('carryOut', [['Lampson', null, true]]))
  })

  it('[A5, E7] what a copy alone has that an epoch left out is told to who might store a copy, and to the person of its server', () => {
    const { cluster, directory: root } = Cluster.ring(3, 4)
    const [alpha, beta, gamma, delta] = cluster.members as [Member, Member, Member, Member]
    for (const member of [alpha, beta, gamma]) cluster.belongsTo(member, owner)
    cluster.belongsTo(delta, guest)
    const ask = (from: Member, at: Member, request: Request): object | Failure => cluster.tryAsk(from, { type: 'ask', servers: [at.id], request })
    const write = (at: Member, procedure: Change['procedure'] & ProcedureName, labels: Label[], tree: Tree): void => {
      const { branches } = ask(at, at, { type: 'draft', directory: root, change: { procedure, under: { labels, incarnations: null }, tree, replace: false } }) as Drafted
      cluster.ask(at, cluster.submitCall(at, root, branches, procedure, owner))
    }
    write(alpha, 'setAccess', ['.', 'Access'], triplesOf('read,write *:*/Server/*', 'read *:Public').map((triple) => [triple, true] as const))
    cluster.pass(20_000)
    for (const other of [alpha, beta]) cluster.cut(other, gamma)
    write(gamma, 'doUpdates', ['Secret'], [['Password', [['XGZQ', true]]]])
    ask(alpha, alpha, { type: 'newEpoch', directory: root, servers: [alpha.id, beta.id], force: false, patience: 2000, dry: false })
    for (const other of [alpha, beta]) cluster.connect(other, gamma)
    cluster.pass(30_000)
    expect(gamma.copy(root).state).toBe('excluded')
    for (const type of ['quarantine', 'compare'] as const) expect(ask(delta, gamma, { type, directory: root })).toMatchObject({ code: 'NoRight', about: { what: 'read' } })
    for (const at of [alpha, gamma]) expect((ask(at, gamma, { type: 'quarantine', directory: root }) as Quarantined).entries).toHaveLength(1)
    // It asks who rules of whoever may store the directory, and of nobody else.
    const asked = cluster.delivered.filter(({ from, message }) => from === gamma && message.type === 'askEpoch').map(({ to }) => to)
    expect([alpha, beta, delta].map((at) => asked.includes(at))).toEqual([true, true, false])
  })

  it('[A5] a server checks another name, makes room for a move and says what it stores for who has something to do with it', () => {
    const house = new House()
    house.newD('Secret')
    expect(house.ask(house.beta, { type: 'checkS', directory: house.root, name: '/Secret', repair: false })).toMatchObject({ code: 'NoRight' })
    expect(house.ask(house.beta, { type: 'foresee', directory: house.root, parent: house.root, label: 'x', prepare: true })).toMatchObject({ code: 'NoRight' })
    const stores = (from: Member): unknown => (house.ask(from, { type: 'describe', directory: house.root }) as Outcomes['describe']).stores
    expect(stores(house.beta)).toEqual([house.root])
    expect(stores(house.alpha)).toEqual([house.root, CHILD])
    const rings = (from: Member): Label[] => (house.ask(from, { type: 'traces', directory: house.root, server: house.alpha.id }) as Outcomes['traces']).rings.map(({ name }) => name)
    expect(rings(house.beta)).toEqual([`#${house.root}`, UNTOLD])
    expect(rings(house.alpha)).toEqual([`#${house.root}`, `#${house.root}/Secret`])
  })

  it('[A5] a server that stores a directory, and not its parent, tells its name to who may read it there, and nobody else', () => {
    const house = new House({ servers: 3 })
    const { cluster, root, alpha, beta } = house
    const gamma = cluster.member(2)
    cluster.belongsTo(gamma, owner)
    house.newD('Secret')
    cluster.join(gamma, CHILD, alpha)
    cluster.pass(15_000)
    const walk = (label: Label): object | Failure => house.ask(beta, { type: 'walk', directory: root, begins: true, up: 0, labels: [label], entity: null }, gamma)
    expect(walk('Secret')).toEqual(walk('Nobody'))
    expect(cluster.lookup(beta, named(root, 'Secret'))).toMatchObject({ code: 'NotFound' })
    house.ask(alpha, { type: 'leave', directory: CHILD, force: true })
    cluster.pass(30_000)
    const alone = (from: Member): unknown => (house.ask(from, { type: 'traces', directory: root, server: gamma.id }) as Outcomes['traces']).alone
    expect(alone(beta)).toEqual([])
    expect(alone(alpha)).toEqual([{ directory: CHILD, name: `#${root}/Secret` }])
    cluster.join(alpha, CHILD, gamma)
    house.close(CHILD, 'read *:./*')
    cluster.pass(15_000)
    expect(walk('Secret')).toMatchObject({ outcome: 'found', directory: CHILD })
  })

  it('[A6] that an invitation was used is told to who has its key, not to who knows the key of an author', () => {
    const house = new House()
    house.change('doUpdates', ['Lampson', 'Keys'], [['ed25519:other', true]])
    const enrol = (key: string): object | Failure => house.draft(house.beta, 'enrol', ['Lampson'], [['Invited', [[key, false]]], ['Keys', [[guest, true]]]])
    expect(enrol(owner)).toEqual(enrol('ed25519:never'))
    expect(isFailure(enrol(owner))).toBe(true)
  })
})
