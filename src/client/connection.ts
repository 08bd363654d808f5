/** What the library needs of a server and of a person: a connection to call, and keys to sign with. */
import type { Call } from '../core/calls'
import { failure, isFailure, NameServiceError } from '../core/errors'
import { isServerId, parseDesignator, parseName, relativeTo, type DirectoryId, type FullName, type Label, type ServerId, type ValueDesignator } from '../core/names'
import { shortName } from '../core/server'
import type { Intent, SignedIntent } from '../core/values/intent'

export interface Connection {
  call(call: Call): Promise<unknown>
  sign(intent: Intent): Promise<SignedIntent>
  /** The public key of the person who signs, as text. */
  person(): string
  /** Servers that are connected, by name. */
  peers(): { server: ServerId; name: string }[]
  self(): { id: ServerId; name: string; root: DirectoryId | null }
  /** The identifier behind a server's name, written from the root without its `/` (`alpha`, `DEC/alpha`), as far as it is known here. */
  serverId(name: string): ServerId | undefined
  /** Calls back after each change of this server's copy of a directory; null when it stores none. */
  onChange(directory: DirectoryId, callback: () => void): (() => void) | null
  directoryId(genesis: string): Promise<DirectoryId>
  /** Random base32 text. */
  random(length: number): string
  now(): number
}

/** A call's outcome; a failure is thrown as the error that programs catch. */
export async function ask<T>(connection: Connection, call: Call): Promise<T> {
  const outcome = await connection.call(call)
  if (isFailure(outcome)) throw new NameServiceError({ ...outcome, about: mapValues(outcome.about, (text) => fromRoot(connection, text)) })
  return outcome as T
}

const mapValues = (about: Readonly<Record<string, string>>, change: (text: string) => string): Record<string, string> => Object.fromEntries(Object.entries(about).map(([key, text]) => [key, change(text)]))

/** A text as people write it: names that begin at the root begin with `/`. */
export function fromRoot(connection: Connection, text: string): string {
  const { root } = connection.self()
  return root === null ? text : text.replaceAll(`#${root}/`, '/').replaceAll(`#${root}`, '/')
}

const MOST_NAMES = 1024

/** Names from texts, made absolute by the working root and the working directory. */
export class Names {
  workingRoot = '/'
  workingDirectory = '/'
  readonly #connection: Connection
  /** What texts were found to mean, under these: most are asked for again and again. */
  #seen: { root: DirectoryId | null; workingRoot: string; workingDirectory: string; names: Map<string, FullName> } = { root: null, workingRoot: '', workingDirectory: '', names: new Map() }

  constructor(connection: Connection) {
    this.#connection = connection
  }

  designator(text: string): { name: FullName; path: Label[] } {
    const designator = orThrow(parseDesignator(text))
    return { ...designator, name: this.absolute(designator.name, text) }
  }

  name(text: string): FullName {
    const { root } = this.#connection.self()
    const { workingRoot, workingDirectory } = this
    if (this.#seen.root !== root || this.#seen.workingRoot !== workingRoot || this.#seen.workingDirectory !== workingDirectory || this.#seen.names.size >= MOST_NAMES) this.#seen = { root, workingRoot, workingDirectory, names: new Map() }
    const { names } = this.#seen
    const known = names.get(text)
    if (known !== undefined) return known
    const name = this.absolute(this.parse(text), text)
    names.set(text, name)
    return name
  }

  /** A name as it stands, which a link keeps: relative to the directory that holds it. */
  parse(text: string): FullName {
    return orThrow(parseName(text))
  }

  private absolute(name: FullName, text: string): FullName {
    if (beginsAtDirectory(name)) return name
    const workingRoot = this.parse(this.workingRoot)
    const root = beginsAtDirectory(workingRoot) ? workingRoot : this.seenFrom({ from: this.root(), up: 0, labels: [] }, workingRoot, this.workingRoot)
    return this.seenFrom(name.from === '/' ? root : this.seenFrom(root, this.parse(this.workingDirectory), this.workingDirectory), name, text)
  }

  private seenFrom(base: FullName, name: FullName, text: string): FullName {
    const found = beginsAtDirectory(name) ? name : relativeTo(base, { ...name, from: '.' })
    if (found === null) throw new NameServiceError(failure('NotFound', { name: text, reason: 'the root has no parent' }))
    return found
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
    if (label === undefined) throw new NameServiceError(failure('BadName', { name: text, reason: 'it names a root; a new name needs a label below one' }))
    return { parent: { ...name, labels: name.labels.slice(0, -1) }, label }
  }

  /** SN: `alpha`, `/DEC/alpha`, or a server identifier, as far as it is known here. */
  knownServer(text: string): ServerId | undefined {
    const { id, name } = this.#connection.self()
    const fromRoot = text.startsWith('/') ? text.slice(1) : shortName(text)
    return fromRoot === name ? id : (this.#connection.serverId(fromRoot) ?? (isServerId(text) ? text : undefined))
  }
}

const beginsAtDirectory = ({ from }: FullName): boolean => from !== '/' && from !== '.'

function orThrow<T extends FullName | ValueDesignator>(parsed: T | ReturnType<typeof failure>): T {
  if (isFailure(parsed)) throw new NameServiceError(parsed)
  return parsed
}
