/**
 * Mallory, who lies: a server of the room, made of the real modules, with keys of its own. It runs in the test, in no browser, and reaches the
 * tabs by the relay. It believes every signature, says whatever it likes besides what it says as a server, and withholds what it likes.
 */
import { WebSocket } from 'ws'
import type { Connection } from '../src/client/connection'
import type { NameService } from '../src/client/nameService'
import { openService } from '../src/client/openService'
import type { DirectoryCopy } from '../src/core/copies/directoryCopy'
import { NameServiceError, type Failure } from '../src/core/errors'
import { serverIdOf as serverNamed } from '../src/core/directories/reference'
import { pathFromRoot } from '../src/core/directories/wellKnown'
import { decode, type Message } from '../src/core/messages'
import type { DirectoryId, ServerId } from '../src/core/names'
import type { Outcomes, Request } from '../src/core/requests'
import type { Timestamp } from '../src/core/timestamp'
import type { Certificate } from '../src/core/values/certificate'
import type { Branch, Intent, SignedIntent, UpdateSet } from '../src/core/values/intent'
import { randomBytes, randomText, toBase32 } from '../src/keys/encoding'
import { fingerprintOf, newPortableKey } from '../src/keys/portable'
import { directoryIdOf, newSigningPair, serverIdOf, sign, type SigningPair } from '../src/keys/signing'
import { openWebrtcNetwork } from '../src/net/webrtcNetwork'
import type { Network } from '../src/net/network'
import { emptyDisk, memoryStore } from '../src/storage/memoryStore'
import { Host } from '../src/tab/host'
import { signCertificate, signIntent, speaksFor } from '../src/tab/signatures'
import { expect, type Tab } from './cluster'

/** Whoever runs a program instead of a page brings a socket along. */
Object.assign(globalThis, { WebSocket })

/** The room of a tab and its relay, as everybody has them who was given the link. */
export function roomOf(tab: Tab): { room: string; relay: string } {
  const { hash, origin } = new URL(tab.page.url())
  return { room: hash.slice('#room='.length), relay: `${origin.replace(/^http/, 'ws')}/relay` }
}

const minute = 60_000

type Answer = Extract<Message, { type: 'answer' }>
type Answers = Map<string, (answer: Answer) => void>

export class Mallory {
  /** Which of its messages leave. */
  passes: (message: Message) => boolean = () => true
  readonly id: ServerId
  readonly person: SigningPair
  readonly service: NameService
  readonly host: Host
  readonly network: Network
  readonly #answers: Answers

  private constructor(all: Pick<Mallory, 'id' | 'person' | 'service' | 'host' | 'network'>, answers: Answers) {
    this.id = all.id
    this.person = all.person
    this.service = all.service
    this.host = all.host
    this.network = all.network
    this.#answers = answers
  }

  /** Resolves when it is linked to the tab, and has a name. */
  static async enter(tab: Tab, name = 'mallory'): Promise<Mallory> {
    const { room, relay } = roomOf(tab)
    const [keys, person] = [await newSigningPair(), await newSigningPair()]
    const id = (await serverIdOf(keys.keyText))!
    const answers: Answers = new Map()
    let network: Network | null = null
    let mallory: Mallory | null = null
    const believe = (): Promise<boolean> => Promise.resolve(true)
    const host = await Host.start({
      store: memoryStore(emptyDisk()),
      server: { id, key: keys.keyText, seed: [...new Uint32Array(randomBytes(16).buffer)] as [number, number, number, number], name, root: null, wantsRoot: false },
      sign: (intent) => signIntent(keys, intent),
      certify: (certificate) => signCertificate(keys, certificate),
      verify: believe,
      verifyCertificate: believe,
      send: (to, wire) => {
        const message = decode(wire)
        if ('refused' in message || mallory?.passes(message) !== false) network?.send(to, wire)
      },
      stepped: () => undefined,
      observed: (_from, message) => {
        if (message.type === 'answer') answers.get(message.id)?.(message)
      },
      refused: () => undefined,
      readOnly: () => undefined,
      restored: () => undefined,
    })
    host.input({ type: 'person', key: person.keyText, credentials: [await speaksFor(person, keys.keyText, Date.now())], chains: [] })
    network = await openWebrtcNetwork({
      room,
      self: { server: id, keyText: keys.keyText, sign: (bytes) => sign(keys, bytes), incarnation: host.incarnation, instance: randomText(), name },
      handlers: {
        connected: ({ server, key, incarnation, instance, name: theirs }) => host.input({ type: 'connected', server, key, incarnation, instance, name: theirs, visited: false }),
        disconnected: (server, reason) => host.input({ type: 'disconnected', server, reason }),
        message: (from, wire) => host.receive(from, wire),
        clock: (server, offset) => host.input({ type: 'clock', server, offset }),
        changed: () => undefined,
        refused: () => undefined,
      },
      relays: [relay],
      iceServers: [],
    })
    mallory = new Mallory({ id, person, host, network, service: openService(connectionOf(host, person)) }, answers)
    await expect.poll(() => host.server.registered).toBe(true)
    return mallory
  }

  /** Her person's key, as text. */
  get key(): string {
    return this.person.keyText
  }

  /** Her copy of a directory. */
  copy(directory: DirectoryId): DirectoryCopy {
    const copy = this.host.server.copies.get(directory)
    if (copy === undefined) throw new Error(`mallory stores no copy of ${directory}`)
    return copy
  }

  /** What messages between copies begin with. */
  between(directory: DirectoryId): { directory: DirectoryId; epoch: DirectoryCopy['epoch']; from: DirectoryCopy['id'] } {
    const { epoch, id } = this.copy(directory)
    return { directory, epoch, from: id }
  }

  /** Says what she likes, though no server would write it. */
  say(to: ServerId, message: Message): void {
    this.network.send(to, JSON.stringify(message))
  }

  /** Sends updates as a member of the ring does. */
  spread(to: ServerId, directory: DirectoryId, ...sets: UpdateSet[]): void {
    this.say(to, { type: 'updates', ...this.between(directory), sets })
  }

  /** Has an update in her own copy, as if it had come from somebody, and tells nobody: it waits for a sweep, or for who joins behind her. */
  plant(directory: DirectoryId, ...sets: UpdateSet[]): void {
    this.host.input({ type: 'message', from: this.id, message: { type: 'updates', ...this.between(directory), sets } })
    expect(sets.every(({ ts }) => this.copy(directory).log.some((set) => set.ts === ts))).toBe(true)
  }

  /** Asks a server for something by a request that she drew up herself: its outcome, or the code of what was wrong. */
  async ask<T extends Request['type']>(to: ServerId, request: Extract<Request, { type: T }>): Promise<Outcomes[T] | Failure['code']> {
    const id = randomText().slice(0, 26)
    const answered = new Promise<Answer>((resolve) => this.#answers.set(id, resolve))
    this.say(to, { type: 'request', id, request: request as Request })
    const { failure, outcome } = await answered
    return failure === null ? (JSON.parse(outcome) as Outcomes[T]) : failure.code
  }

  /** An intent of her own, unless it says somebody else's. */
  intent(directory: DirectoryId, branches: Intent['branches'], more: Partial<Intent> = {}): Intent {
    const now = Date.now()
    return { directory, author: this.key, nonce: toBase32(randomBytes(17), 26), from: now - minute, until: now + 5 * minute, procedure: 'doUpdates', branches, ...more }
  }

  /** Signs with her person's key, whoever the author is. */
  async sign(intent: Intent): Promise<SignedIntent> {
    return { intent, signature: await signIntent(this.person, intent) }
  }

  /** Stamps as her copy would, unless it is said how. */
  async stamped(intent: Intent, time = Date.now() * 1000, origin?: string): Promise<UpdateSet> {
    return { ...(await this.sign(intent)), ts: `${String(time).padStart(16, '0')}.${origin ?? this.copy(intent.directory).id}` as Timestamp }
  }

  /** A certificate with her person's signature, whoever the issuer is. */
  async certificate(said: Omit<Certificate, 'signature' | 'from' | 'until' | 'issuer'> & Partial<Certificate>): Promise<Certificate> {
    const now = Date.now()
    const { directory, genesis, issuer = this.key, name, subject, from = now - minute, until = now + 5 * minute } = said
    // In the order in which every server writes it, since the author of an intent signs the text of its chain.
    const certificate = { directory, genesis, issuer, name, subject, from, until }
    return { ...certificate, signature: await signCertificate(this.person, certificate) }
  }

  leave(): void {
    this.network.close()
    this.host.stop()
  }
}

/** An entry's property with a text, all new: what an intent says. */
export const entry = (label: string, property: string, text: string): Branch[] => [[label, null, [[property, null, [[text, null, true]]]]]]

function connectionOf(host: Host, person: SigningPair): Connection {
  const refuse = (): never => {
    throw new NameServiceError({ type: 'failure', code: 'BadRequest', about: { reason: 'she has no use for that' } })
  }
  return {
    call: (call) => host.call(call),
    sign: async (intent) => ({ intent, signature: await signIntent(person, intent) }),
    certify: (certificate) => signCertificate(person, certificate),
    person: () => person.keyText,
    home: () => null,
    proofs: new Map(),
    prove: refuse,
    myself: { entry: null },
    fingerprint: fingerprintOf,
    oneTimeKey: newPortableKey,
    signWith: refuse,
    working: { root: '/', directory: '/' },
    self: () => ({ id: host.server.id, name: host.server.name, root: host.server.root }),
    peers: () => [...host.server.peers.values()].map(({ server, name }) => ({ server, name })),
    serverId: (name) => serverNamed(host.server, name),
    serverPath: (name) => pathFromRoot(host.server, name),
    onChange: () => null,
    directoryId: directoryIdOf,
    random: (length) => toBase32(randomBytes(Math.ceil((length * 5) / 8)), length),
    now: () => Date.now(),
  }
}
