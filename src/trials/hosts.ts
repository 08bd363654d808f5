/** Real hosts over stores in memory, with a signature that anyone can check, in place of a browser. */
import type { Connection } from '../client/connection'
import { failure } from '../core/errors'
import { decode, type Message } from '../core/messages'
import { isDirectoryId, type DirectoryId, type FullName, type ServerId } from '../core/names'
import { serverIdOf } from '../core/directories/reference'
import { pathFromRoot } from '../core/directories/wellKnown'
import type { Certificate } from '../core/values/certificate'
import type { SignedIntent } from '../core/values/intent'
import { Random } from '../sim/random'
import { certificateSignature, signature } from '../sim/simServer'
import { emptyDisk, memoryStore, type MemoryDisk } from '../storage/memoryStore'
import type { Store } from '../storage/store'
import { Host, type HostOptions } from '../tab/host'
import { serverNumber } from './identifiers'

export interface Trial {
  host: Host
  disk: MemoryDisk
  id: ServerId
  /** What left the host, in order. */
  sent: { to: ServerId; message: Message }[]
  refused: string[]
  readOnly: string[]
  restored: unknown[]
  connection: Connection
  /** Where its person is at home: set by tests. */
  place: { home: FullName | null }
}

export interface TrialOptions {
  number?: number
  disk?: MemoryDisk
  /** The start that its browser remembers. */
  lastIncarnation?: number
  /** Stands between the host and its store. */
  wrap?: (store: Store) => Store
  verify?: HostOptions['verify']
  verifyCertificate?: HostOptions['verifyCertificate']
  /** Whose server it is; nobody's that it speaks of, when left out. */
  person?: string
  /** Where messages go; by default they only pile up in `sent`. */
  send?: (from: ServerId, to: ServerId, wire: string) => void
}

export const verified = ({ intent, signature: given }: SignedIntent): Promise<boolean> => Promise.resolve(given === signature(intent))

export const certified = (certificate: Certificate): Promise<boolean> => Promise.resolve(certificate.signature === certificateSignature(certificate))

export async function startHost({ number = 1, disk = emptyDisk(), lastIncarnation = 0, wrap = (store) => store, verify = verified, verifyCertificate = certified, send, person = 'person' }: TrialOptions = {}): Promise<Trial> {
  const id = serverNumber(number)
  const name = ['alpha', 'beta', 'gamma'][number - 1] ?? `s${number}`
  const random = new Random(`host ${number}`)
  const listeners = new Map<string, Set<() => void>>()
  const trial: Pick<Trial, 'sent' | 'refused' | 'readOnly' | 'restored'> = { sent: [], refused: [], readOnly: [], restored: [] }
  const host = await Host.start({
    store: wrap(memoryStore(disk)),
    lastIncarnation,
    server: { id, key: `key-${name}`, seed: random.numbers(), name, root: null, wantsRoot: false },
    sign: (intent) => Promise.resolve(signature(intent)),
    certify: (certificate) => Promise.resolve(certificateSignature(certificate)),
    verify,
    verifyCertificate,
    send: (to, wire) => {
      const message = decode(wire)
      if ('refused' in message) throw new Error(message.refused)
      trial.sent.push({ to, message })
      send?.(id, to, wire)
    },
    stepped: (_happened, changed) => {
      for (const directory of changed) for (const listener of listeners.get(directory) ?? []) listener()
    },
    observed: () => undefined,
    refused: (_from, reason) => void trial.refused.push(reason),
    readOnly: (reason) => void trial.readOnly.push(reason),
    restored: (error) => void trial.restored.push(error),
  })
  const place: Trial['place'] = { home: null }
  const proofs = new Map<DirectoryId, readonly Certificate[]>()
  const said = { directory: null, genesis: null, issuer: person, name: '', subject: `key-${name}`, from: 0, until: 8_000_000_000_000 }
  const credentials = [{ ...said, signature: certificateSignature(said) }]
  if (person !== 'person') host.input({ type: 'person', key: person, credentials, chains: [] })
  const connection: Connection = {
    call: (call) => host.call(call),
    sign: (intent) => Promise.resolve({ intent, signature: signature(intent) }),
    certify: (certificate) => Promise.resolve(certificateSignature(certificate)),
    person: () => person,
    home: () => place.home,
    proofs,
    prove: (directory, chain) => {
      proofs.set(directory, chain)
      host.input({ type: 'person', key: person, credentials, chains: [...proofs.values()].map((each) => [...each]) })
    },
    myself: { entry: null },
    fingerprint: (key) => Promise.resolve(key.slice(0, 20)),
    oneTimeKey: () => Promise.resolve({ key: `p256:${random.id(43)}${random.id(44)}`, secret: random.id(43) }),
    signWith: (_key, intent) => Promise.resolve({ intent, signature: signature(intent) }),
    working: { root: '/', directory: '/' },
    self: () => ({ id, name: host.server.name, root: host.server.root }),
    peers: () => [...host.server.peers.values()].map(({ server, name }) => ({ server, name })),
    serverId: (server) => serverIdOf(host.server, server),
    serverPath: (server) => pathFromRoot(host.server, server),
    onChange: (directory, callback) => {
      if (!host.server.copies.has(directory)) return null
      const those = listeners.get(directory) ?? new Set()
      listeners.set(directory, those.add(callback))
      return () => void those.delete(callback)
    },
    directoryId: () => {
      const di = random.id(20)
      return isDirectoryId(di) ? Promise.resolve(di) : Promise.reject(new Error(failure('BadRequest').code))
    },
    random: (length) => random.id(length),
    now: () => Date.now(),
  }
  return { host, disk, id, connection, place, ...trial }
}

/** Two hosts that hear each other. */
export async function startPair(people: readonly [string?, string?] = []): Promise<[Trial, Trial]> {
  const trials: Trial[] = []
  const send = (from: ServerId, to: ServerId, wire: string): void => queueMicrotask(() => trials.find(({ id }) => id === to)?.host.receive(from, wire))
  for (const [i, person] of [people[0], people[1]].entries()) trials.push(await startHost({ number: i + 1, send, ...(person !== undefined && { person }) }))
  const [alpha, beta] = trials as [Trial, Trial]
  for (const [one, other] of [[alpha, beta], [beta, alpha]] as const) one.host.input({ type: 'connected', server: other.id, incarnation: 1, instance: other.id, name: other.host.server.name, key: other.host.server.key })
  return [alpha, beta]
}

