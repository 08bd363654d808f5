/**
 * Proves to a directory in which a person has no entry who it is, by the name that it has elsewhere: certificates up from there to
 * the least common ancestor, then down (SPEC §14). They hold ten minutes, and are got anew when somebody asks who it is.
 */
import type { Access } from '../core/auth/whoMay'
import { isFailure } from '../core/errors'
import { formatName, type DirectoryId, type FullName, type Label } from '../core/names'
import type { Outcomes, ReadOutcome, Request } from '../core/requests'
import type { Found } from '../core/directories/lookup'
import type { Certificate } from '../core/values/certificate'
import type { Connection } from './connection'

/** Directories on a way up, at most: back-references may lead in a circle. */
const MOST_ABOVE = 64
/** ms before its end from which on a proof is got anew: an intent is stamped while it holds. */
const MARGIN = 60_000

const nameOf = (directory: DirectoryId, labels: Label[] = []): FullName => ({ from: directory, up: 0, labels })

/** A directory on the way to an entry, with the label that leads on from there. */
interface Step {
  directory: DirectoryId
  label: Label
}

/** What shows less to who is not known, and tells nobody that it does. */
const isOfRights = (request: Request): boolean => request.type === 'access' || (request.type === 'read' && request.path.length === 0)
const hidesSomething = (outcome: unknown): boolean => (outcome as Partial<ReadOutcome>).snapshot?.mark === 'absent'

/** ms: who was not known somewhere is asked about again after that, at the earliest. */
const LOOK_AGAIN = 30_000

export class Prover {
  readonly #connection: Connection
  /** When a proof was last looked for, by the names of the entry and of the directory; one attempt at a time for each. */
  readonly #attempts = new Map<string, { at: number; result: Promise<boolean> }>()

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** The connection, with which what is refused, or not seen, is tried once more when it could be proved who asks. */
  proving(): Connection {
    const call: Connection['call'] = async (asked) => {
      const outcome = await this.#connection.call(asked)
      const mayBeHidden = asked.type === 'at' && (isFailure(outcome) ? outcome.code === 'NoRight' || outcome.code === 'NotFound' : isOfRights(asked.request) || hidesSomething(outcome))
      return mayBeHidden && (await this.#prove(asked.name)) ? this.#connection.call(asked) : outcome
    }
    const sign: Connection['sign'] = (intent) => {
      const chain = this.#chainFor(intent.directory)
      return this.#connection.sign(chain === undefined ? intent : { ...intent, chain })
    }
    return Object.create(this.#connection, { call: { value: call }, sign: { value: sign } }) as Connection
  }

  /** The chain by which this person is known at a directory where it has no entry; undefined while there is none that holds. */
  #chainFor(directory: DirectoryId): readonly Certificate[] | undefined {
    const chain = this.#connection.proofs.get(directory)
    return chain?.every(({ until }) => until - MARGIN > this.#connection.now()) ? chain : undefined
  }

  /** Whether there is a proof now that there was not before. */
  async #prove(name: FullName): Promise<boolean> {
    const home = this.#connection.home()
    if (home === null) return false
    const now = this.#connection.now()
    const asked = `${formatName(home)} ${formatName(name)}`
    const last = this.#attempts.get(asked)
    if (last !== undefined && now - last.at < LOOK_AGAIN) return last.result
    for (const [old, { at }] of this.#attempts) if (now - at >= LOOK_AGAIN) this.#attempts.delete(old)
    const result = this.#attempt(name, home)
    this.#attempts.set(asked, { at: now, result })
    return result
  }

  async #attempt(name: FullName, home: FullName): Promise<boolean> {
    const found = await this.#tried<Found>({ type: 'lookup', name, entity: null })
    if (found === null || this.#chainFor(found.directory) !== undefined) return false
    const { directory, servers } = found
    const access = await this.#tried<Access>({ type: 'ask', servers, request: { type: 'access', directory, path: [], about: null } })
    if (access === null || access.isOpen) return false
    const down = await this.#wayTo(home)
    const chain = down === null ? null : await this.#chain(directory, down)
    if (chain === null || chain.length === 0) return false
    this.#connection.prove(directory, chain)
    return true
  }

  /** The directories on the way to the entry, from the root: its name may begin with any directory. */
  async #wayTo(home: FullName): Promise<Step[] | null> {
    const steps: Step[] = []
    for (const [depth, label] of home.labels.entries()) {
      const found = await this.#tried<Found>({ type: 'lookup', name: { ...home, labels: home.labels.slice(0, depth) }, entity: null })
      if (found === null || found.entity !== null) return null
      steps.push({ directory: found.directory, label })
    }
    for (let first = steps[0]; first !== undefined && steps.length <= MOST_ABOVE; ) {
      const above = await this.#at<Outcomes['parent']>(first.directory, { type: 'parent', directory: first.directory })
      if (above === null || above.parent === null || above.label === null) break
      first = { directory: above.parent, label: above.label }
      steps.unshift(first)
    }
    return steps
  }

  /** Null where somebody on the way does not speak; empty where nobody need. */
  async #chain(directory: DirectoryId, down: readonly Step[]): Promise<Certificate[] | null> {
    const chain: Certificate[] = []
    const upwards: DirectoryId[] = [directory]
    for (let at = directory; !down.some((step) => step.directory === at); ) {
      const above = await this.#at<Outcomes['parent']>(at, { type: 'parent', directory: at })
      if (above === null || above.parent === null || upwards.length > MOST_ABOVE) return null
      // The first step up is what the directory says itself.
      if (upwards.length > 1) {
        const said = await this.#certified(at, '..', null)
        if (said === null) return null
        chain.push(...said)
      }
      at = above.parent
      upwards.push(at)
    }
    const from = down.findIndex((step) => step.directory === upwards.at(-1))
    for (const [i, step] of down.slice(from).entries()) {
      const isEntry = from + i === down.length - 1
      // So is the first step down where nothing leads up.
      if (upwards.length === 1 && i === 0) {
        if (isEntry) return []
        continue
      }
      const said = await this.#certified(step.directory, step.label, isEntry ? this.#connection.person() : null)
      if (said === null) return null
      chain.push(...said)
    }
    return chain
  }

  async #certified(directory: DirectoryId, name: Label, key: string | null): Promise<Certificate[] | null> {
    return (await this.#at<Outcomes['certify']>(directory, { type: 'certify', directory, name, key }))?.chain ?? null
  }

  async #at<T>(directory: DirectoryId, request: Request): Promise<T | null> {
    const found = await this.#tried<Found>({ type: 'lookup', name: nameOf(directory), entity: null })
    return found === null ? null : this.#tried<T>({ type: 'ask', servers: found.servers, request })
  }

  /** What cannot be got is no proof; what was asked for first says why. */
  async #tried<T>(call: Parameters<Connection['call']>[0]): Promise<T | null> {
    const outcome = await this.#connection.call(call)
    return isFailure(outcome) ? null : (outcome as T)
  }
}
