/** What the library needs of a server and of a person: a connection to call, and keys to sign with. */
import type { Call } from '../core/calls'
import type { NotReached } from '../core/directories/lookup'
import { failure, isFailure, NameServiceError } from '../core/errors'
import { LookupError } from './lookupError'
import { formatName, isServerId, parseDesignator, parseName, relativeTo, type DirectoryId, type FullName, type Label, type ServerId, type ValueDesignator } from '../core/names'
import type { Certificate } from '../core/values/certificate'
import type { Intent, SignedIntent } from '../core/values/intent'

export interface Connection {
  call(call: Call): Promise<unknown>
  sign(intent: Intent): Promise<SignedIntent>
  /** The same of a certificate: its signature. */
  certify(certificate: Omit<Certificate, 'signature'>): Promise<string>
  /** Where names begin; whoever opened the connection may remember it. */
  readonly working: Working
  /** The public key of the person who signs, as text. */
  person(): string
  /** The name of this person's entry, as far as it has one: by that it is known elsewhere. */
  home(): FullName | null
  /** By which certificates this person is known at directories where it has no entry. */
  readonly proofs: ReadonlyMap<DirectoryId, readonly Certificate[]>
  /** From now on it is known there by these, and says so on every link. */
  prove(directory: DirectoryId, chain: readonly Certificate[]): void
  /** Which entry that person is here; whoever opened the connection may remember it. */
  readonly myself: Myself
  /** 20 letters of a key's hash, in groups, to be compared by eye or aloud. */
  fingerprint(key: string): Promise<string>
  /** A new key for an invitation, its private half as text. */
  oneTimeKey(): Promise<OneTimeKey>
  /** Signs with such a key; `BadRequest` where its halves do not belong together. */
  signWith(key: OneTimeKey, intent: Intent): Promise<SignedIntent>
  /** Servers that are connected, by name. */
  peers(): { server: ServerId; name: string }[]
  self(): { id: ServerId; name: string; root: DirectoryId | null }
  /** The identifier behind a server's whole name (SN, `#…/alpha`), as far as it is known here. */
  serverId(name: string): ServerId | undefined
  /** A server's whole name as labels from the root of the service, as far as it is known here. */
  serverPath(name: string): Label[]
  /** Calls back after each change of this server's copy of a directory; null when it stores none. */
  onChange(directory: DirectoryId, callback: () => void): (() => void) | null
  directoryId(genesis: string): Promise<DirectoryId>
  /** Random base32 text. */
  random(length: number): string
  now(): number
}

/** Where the names of one program begin, as it writes them [N1]. */
export interface Working {
  /** What `/` stands for: a directory, or `/` for the root of the service, whichever that is. */
  root: string
  /** What names without a `/` begin at, from the working root. */
  directory: string
}

/** The name of the entry from its directory's identifier, as it was introduced or enrolled; null for a guest. */
export interface Myself {
  entry: string | null
}

export interface OneTimeKey {
  key: string
  secret: string
}

/** A call's outcome; a failure is thrown as the error that programs catch. */
export async function ask<T>(connection: Connection, call: Call): Promise<T> {
  const outcome = await connection.call(call)
  if (isFailure(outcome)) {
    const told = { ...outcome, about: mapValues(outcome.about, (text) => fromRoot(connection, text)) }
    throw 'trail' in told ? new LookupError(told as NotReached) : new NameServiceError(told)
  }
  return outcome as T
}

const mapValues = (about: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> => Object.fromEntries(Object.entries(about).map(([key, text]) => [key, change(text)]))

/** A text as people write it: names that begin at the working root begin with `/` [N1]. */
export function fromRoot(connection: Connection, text: string): string {
  const { working } = connection
  const { root } = connection.self()
  if (working.root === '/' && root === null) return text
  const begin = working.root === '/' ? `#${root}` : working.root
  const below = text.replaceAll(`${begin}/`, '/')
  // A name with labels may be the beginning of another one, so it is known only where it is the whole text.
  return begin.includes('/') ? (below === begin ? '/' : below) : below.replaceAll(begin, '/')
}

const MOST_NAMES = 1024

/** Names from texts, made absolute by the working root and the working directory. */
export class Names {
  readonly #connection: Connection
  /** What texts were found to mean, under these: most are asked for again and again. */
  #seen: { root: DirectoryId | null; workingRoot: string; workingDirectory: string; names: Map<string, FullName> } = { root: null, workingRoot: '', workingDirectory: '', names: new Map() }

  constructor(connection: Connection) {
    this.#connection = connection
  }

  designator(text: string): { name: FullName; path: Label[] } {
    const designator = orThrow(parseDesignator(text))
    return { ...designator, name: this.absolute(designator.name) }
  }

  name(text: string): FullName {
    const { root } = this.#connection.self()
    const { root: workingRoot, directory: workingDirectory } = this.#connection.working
    if (this.#seen.root !== root || this.#seen.workingRoot !== workingRoot || this.#seen.workingDirectory !== workingDirectory || this.#seen.names.size >= MOST_NAMES) this.#seen = { root, workingRoot, workingDirectory, names: new Map() }
    const { names } = this.#seen
    const known = names.get(text)
    if (known !== undefined) return known
    const name = this.absolute(this.parse(text))
    names.set(text, name)
    return name
  }

  /** The whole name, as people write it. */
  whole(text: string): string {
    return fromRoot(this.#connection, formatName(this.name(text)))
  }

  /** A name as it stands. */
  parse(text: string): FullName {
    return orThrow(parseName(text))
  }

  private absolute(name: FullName): FullName {
    if (beginsAtDirectory(name)) return name
    const { working } = this.#connection
    const workingRoot = this.parse(working.root)
    const root = beginsAtDirectory(workingRoot) ? workingRoot : relativeTo({ from: this.root(), up: 0, labels: [] }, workingRoot)
    if (name.from === '/') return relativeTo(root, name)
    const directory = this.parse(working.directory)
    return relativeTo(beginsAtDirectory(directory) ? directory : relativeTo(root, directory), name)
  }

  private root(): DirectoryId {
    const { root } = this.#connection.self()
    if (root === null) throw new NameServiceError(failure('NoRoot', { reason: 'no server that knows one has been met in this room' }))
    return root
  }

  /** The parent's name and the last label: where a new name goes. */
  split(text: string): { parent: FullName; label: Label } {
    const name = this.name(text)
    const label = name.labels.at(-1)
    if (label === undefined) throw new NameServiceError(failure('BadName', { name: text, reason: 'it ends with no label, and a new name needs one in the directory that holds it' }))
    return { parent: { ...name, labels: name.labels.slice(0, -1) }, label }
  }

  /** SN, whole: `/DEC/alpha` begins at the working root, `DEC/alpha`, as servers call themselves, at the root of the service. */
  server(text: string): FullName {
    const name = this.parse(text)
    return name.from === '.' ? { ...name, from: this.root() } : this.name(text)
  }

  /** SN: `alpha`, `/DEC/alpha`, or a server identifier, as far as it is known here. */
  knownServer(text: string): ServerId | undefined {
    const { id, name, root } = this.#connection.self()
    if (root === null) return text.replace(/^\//, '') === name ? id : isServerId(text) ? text : undefined
    const whole = formatName(this.server(text))
    return whole === `#${root}/${name}` ? id : (this.#connection.serverId(whole) ?? (isServerId(text) ? text : undefined))
  }
}

const beginsAtDirectory = ({ from }: FullName): boolean => from !== '/' && from !== '.'

function orThrow<T extends FullName | ValueDesignator>(parsed: T | ReturnType<typeof failure>): T {
  if (isFailure(parsed)) throw new NameServiceError(parsed)
  return parsed
}
