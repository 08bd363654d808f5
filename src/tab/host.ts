/**
 * The host performs what steps describe: makes every save durable before anything in send, reply or sign leaves [P1, P3],
 * in one transaction for all that came while the last one ran; verifies signatures before the core sees them; keeps time.
 */
import { encodeCopy, setsAt, type DirectoryCopy } from '../core/copies/directoryCopy'
import { isAscending, isProven } from '../core/copies/pages'
import type { Call } from '../core/calls'
import type { Effects, Happening } from '../core/effects'
import { failure, type Failure } from '../core/errors'
import type { Person } from '../core/auth/session'
import { decode, encode, signedIn, type Message } from '../core/messages'
import type { CopyId, DirectoryId, ServerId } from '../core/names'
import { count, restoreServer, type Server, type ServerOptions } from '../core/server'
import type { Connected } from '../core/servers/connections'
import { step, type Input } from '../core/step'
import { encodeChildren } from '../core/values/encodeTree'
import { certificateText, type Certificate } from '../core/values/certificate'
import { signedText, stampFault, type Intent, type SignedIntent, type UpdateSet } from '../core/values/intent'
import type { Store, Stored } from '../storage/store'
import { mergeSends } from './mergeSends'
import { Recorder } from './recorder'

export interface HostOptions {
  store: Store
  /** The last incarnation that is remembered elsewhere than in the store, for a store that was lost [B5]. */
  lastIncarnation?: number
  server: Omit<ServerOptions, 'incarnation'>
  /** Signs with the server's key; base64url. */
  sign: (intent: Intent) => Promise<string>
  certify: (certificate: Omit<Certificate, 'signature'>) => Promise<string>
  verify: (signed: SignedIntent) => Promise<boolean>
  verifyCertificate: (certificate: Certificate) => Promise<boolean>
  send: (to: ServerId, wire: string) => void
  /** After everything of these steps is durable: what happened, and which directories read otherwise. */
  stepped: (happened: readonly Happening[], changed: ReadonlySet<DirectoryId>) => void
  /** A message of a proven server, for showing sweeps that pass. */
  observed: (from: ServerId, message: Message) => void
  refused: (from: ServerId, reason: string) => void
  /** The store cannot save any more: reads only, from now on. */
  readOnly: (reason: string) => void
  /** What we got wrong: the server was restored from its store. */
  restored: (error: unknown) => void
}

/** Characters of verified intents that are remembered. */
const VERIFIED_KEPT = 8_000_000
/** Certificates that were verified and are remembered. */
const CERTIFIED_KEPT = 1000
/** Stored updates that are checked in one go. */
const CHECKED_AT_ONCE = 100
/** The clock is looked at this often, ms, whatever is waited for: it may have been set. */
const LONGEST_WAIT = 60_000
/** Stored characters of a copy below which a snapshot is not worth a write. */
const COMPACT_LEAST = 16_384

const chainsOf = (all: readonly SignedIntent[]): Certificate[] => all.flatMap(({ intent }) => intent.chain ?? [])

export class Host {
  server: Server
  readonly #options: HostOptions
  readonly #recorder = new Recorder()
  readonly #incarnation: number
  #pending: Effects[] = []
  #flushing = false
  /** Inputs that came while the server was being restored from its store; null at all other times. */
  #waiting: Input[] | null = null
  #stopped = false
  #failed: Failure | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #nextCall = 1
  readonly #replies = new Map<number, (outcome: unknown) => void>()
  /** Messages of one server stay in order while a signature before them is being verified. */
  readonly #tails = new Map<ServerId, Promise<void>>()
  /** What was verified, by signature: a signature is true of one text only. Until nobody stamps that any more, or room is needed. */
  readonly #verified = new Map<string, { text: string; until: number }>()
  #verifiedSize = 0
  /** Copies as the store gave them, not looked at yet. */
  readonly #unchecked: Set<CopyId>
  /** Certificates that were verified, by signature. */
  readonly #certified = new Map<string, string>()
  /** Copies with edits that are not forgotten yet, or were not when they were last looked at. */
  readonly #edited = new Set<CopyId>()
  /** The links that are up, for a server that is restored while they stand. */
  readonly #links = new Map<ServerId, Connected>()
  /** Whose server it is, for one that is restored. */
  #person: Person | null = null

  private constructor(options: HostOptions, server: Server, incarnation: number) {
    this.#options = options
    this.server = server
    this.#incarnation = incarnation
    this.#unchecked = new Set([...server.copies.values()].map(({ id }) => id))
  }

  /** Restores a server from its store, as a new incarnation [B2]. */
  static async start(options: HostOptions): Promise<Host> {
    const { store, lastIncarnation } = options
    const found = await store.load()
    const stored = found.incarnation < (lastIncarnation ?? 0) ? await Host.#rollBack(options, found) : found
    const incarnation = await store.begin(lastIncarnation)
    const host = new Host(options, restoreServer({ ...options.server, incarnation }, stored), incarnation)
    host.input({ type: 'start' })
    void host.#checkStored()
    return host
  }

  /** That the copies of an old store are old is durable before it has had this start, by which it could be told no more [B3]. */
  static async #rollBack({ server, store, stepped }: HostOptions, found: Stored): Promise<Stored> {
    const { save, happened, changed } = step(restoreServer({ ...server, incarnation: found.incarnation }, found), Date.now(), { type: 'start', storeIsOld: true })
    await store.commit(save)
    stepped(happened, changed)
    return store.load()
  }

  get incarnation(): number {
    return this.#incarnation
  }

  /** What this server lived through in the last minutes, as lines of a file; null where it stores too much to be recorded. */
  tape(): string[] | null {
    return this.#recorder.lines(this.server)
  }

  /** One atomic action. */
  input(input: Input): void {
    if (input.type === 'connected') this.#links.set(input.server, input)
    if (input.type === 'disconnected') this.#links.delete(input.server)
    if (input.type === 'person') this.#person = input
    if (input.type === 'tick') this.#forgetVerified()
    if (this.#waiting !== null) {
      this.#waiting.push(input)
      return
    }
    if (this.#failed !== null && !mayRunReadOnly(input)) {
      if (input.type === 'call') this.#reply(input.id, this.#failed)
      return
    }
    const now = Date.now()
    this.#recorder.take(this.server, now, input)
    try {
      this.#take(step(this.server, now, input))
      this.#recorder.shed(this.server)
      if (this.#failed !== null && input.type === 'call') this.#replyReadOnly(input.id, this.#failed)
    } catch (error) {
      this.#options.restored(error)
      if (input.type === 'call') this.#reply(input.id, failure('Stopped'))
      this.#restore()
    }
  }

  /** While nothing can be saved nobody else is asked: a read that these copies cannot answer has failed. */
  #replyReadOnly(id: number, failed: Failure): void {
    if (!this.#pending.some(({ reply }) => reply.some((each) => each.id === id))) this.#reply(id, failed)
  }

  #take(effects: Effects): void {
    this.#pending.push(effects)
    if (effects.wakeAt !== null) this.#wake(effects.wakeAt)
    if (!this.#flushing) {
      this.#flushing = true
      queueMicrotask(() => void this.#flush())
    }
  }

  /** A call of this tab's own client; resolves with its outcome, a failure included. */
  async call(call: Call): Promise<unknown> {
    // What was kept over a reload is looked at like what comes from another server [A1].
    if (call.type === 'secure' && call.set !== null && !(await this.#areTrue(this.#unverified([call.set]), this.#uncertified(chainsOf([call.set]))))) return failure('BadSignature', { author: call.set.intent.author })
    return new Promise((resolve) => {
      const id = this.#nextCall++
      this.#replies.set(id, resolve)
      this.input({ type: 'call', id, call })
    })
  }

  /** A message as it came from a proven server. */
  receive(from: ServerId, wire: string): void {
    const message = decode(wire)
    if ('refused' in message) {
      this.#options.refused(from, `malformed message: ${message.refused}`)
      return
    }
    const unknown = this.#unverified(signedIn(message))
    // What a stored update, or one that was verified, rests on was verified with it: it is part of what its author signed.
    const certificates = this.#uncertified(message.type === 'credentials' ? message.chains.flat() : chainsOf(unknown))
    const tail = this.#tails.get(from)
    if (unknown.length === 0 && certificates.length === 0 && tail === undefined) {
      this.#deliver(from, message)
      return
    }
    const next = (tail ?? Promise.resolve())
      .then(() => this.#areTrue(unknown, certificates))
      .then((good) => {
        if (this.#tails.get(from) === next) this.#tails.delete(from)
        if (good) this.#deliver(from, message)
        else this.#refuseSignature(from, message)
      })
    this.#tails.set(from, next)
  }

  #unverified(all: readonly SignedIntent[]): SignedIntent[] {
    return all.filter((signed) => {
      const text = signedText(signed.intent)
      return this.#verified.get(signed.signature)?.text !== text && !this.#isStored(signed, text)
    })
  }

  /** Whether a copy has an update to the letter: it was verified when it came, or at the start. */
  #isStored(signed: SignedIntent, text: string): boolean {
    const copy = this.server.copies.get(signed.intent.directory)
    if (copy === undefined || this.#unchecked.has(copy.id) || !('ts' in signed)) return false
    return setsAt(copy, (signed as UpdateSet).ts).some((known) => known.signature === signed.signature && signedText(known.intent) === text)
  }

  #refuseSignature(from: ServerId, message: Message): void {
    this.#options.refused(from, `${message.type}: a signature is false`)
    const [signed] = signedIn(message)
    if (message.type === 'request' && signed !== undefined) this.#options.send(from, encode({ type: 'answer', id: message.id, failure: failure('BadSignature', { author: signed.intent.author }), outcome: '', elsewhere: [] }))
  }

  #deliver(from: ServerId, message: Message): void {
    this.#options.observed(from, message)
    this.input({ type: 'message', from, message })
  }

  /** Certificates that were not verified yet, each once, however many intents rest on it: one under a signature is not another. */
  #uncertified(all: readonly Certificate[]): Certificate[] {
    const unknown = new Map<string, Certificate>()
    for (const each of all) {
      const text = certificateText(each)
      if (this.#certified.get(each.signature) !== text) unknown.set(`${each.signature}\n${text}`, each)
    }
    return [...unknown.values()]
  }

  /** What the store gave is looked at like what comes from others, once in each start, beside everything else: somebody may have changed it. */
  async #checkStored(): Promise<void> {
    for (const { id, directory, base, proofs, log } of this.server.copies.values()) {
      const proven = [...proofs.values()].flat()
      const sets = [...proven, ...log]
      const isWhole = isAscending(log) && sets.every((set) => stampFault(set) === null) && isProven(encodeChildren(base.root.children), proven)
      for (let i = 0; i <= sets.length; i += CHECKED_AT_ONCE) {
        if (this.#stopped || this.#failed !== null) return
        const some = this.#unverified(sets.slice(i, i + CHECKED_AT_ONCE))
        if (isWhole && (await this.#areTrue(some, this.#uncertified(chainsOf(some))))) continue
        count(this.server, 'storage: what was stored is not what its author signed')
        this.#fail(`what was stored of #${directory} was changed from outside: an update in it is not what its author signed (take this copy away, or delete this server's data, and add it again from another)`)
        return
      }
      this.#unchecked.delete(id)
    }
  }

  /** A signature that cannot be checked counts as false. */
  async #areTrue(intents: readonly SignedIntent[], certificates: readonly Certificate[]): Promise<boolean> {
    const { verify, verifyCertificate } = this.#options
    const results = await Promise.allSettled([...intents.map((signed) => verify(signed)), ...certificates.map((each) => verifyCertificate(each))])
    if (!results.every((result) => result.status === 'fulfilled' && result.value)) return false
    for (const signed of intents) this.trust(signed)
    for (const each of certificates) this.#certified.set(each.signature, certificateText(each))
    for (const oldest of this.#certified.keys()) {
      if (this.#certified.size <= CERTIFIED_KEPT) break
      this.#certified.delete(oldest)
    }
    return true
  }

  /** Remembers a signed intent as verified, so that no update is checked twice. */
  trust({ intent, signature }: SignedIntent): void {
    const text = signedText(intent)
    if (this.#verified.has(signature)) return
    this.#verified.set(signature, { text, until: intent.until })
    this.#verifiedSize += text.length
    this.#forgetVerified()
  }

  #forgetVerified(): void {
    const now = Date.now()
    for (const [oldest, { text, until }] of this.#verified) {
      if (this.#verifiedSize <= VERIFIED_KEPT && until >= now) return
      this.#verified.delete(oldest)
      this.#verifiedSize -= text.length
    }
  }

  /** Commits and releases until nothing is pending; what steps produce meanwhile goes into the next commit. */
  async #flush(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0)
      const saves = batch.flatMap((effects) => effects.save)
      try {
        if (saves.length > 0) await this.#options.store.commit(saves)
      } catch (error) {
        await this.#cannotSave(error, batch)
        break
      }
      try {
        this.#release(batch)
      } catch (error) {
        this.#options.restored(error)
        for (const { reply } of batch) for (const { id } of reply) this.#reply(id, failure('Stopped'))
        this.#restore()
      }
    }
    this.#flushing = false
    if (this.#waiting !== null) await this.#reload(failure('Stopped'))
    else if (this.#failed === null) void this.#compact()
    else this.#replyAll(this.#failed)
  }

  #release(batch: readonly Effects[]): void {
    const { stepped, send } = this.#options
    for (const { to, message } of mergeSends(batch.flatMap((effects) => effects.send))) send(to, encode(message))
    for (const effects of batch) {
      for (const { id, outcome } of effects.reply) this.#reply(id, outcome)
      for (const { id, intent } of effects.sign) void this.#sign(id, intent)
      for (const { id, certificate } of effects.certify) void this.#certify(id, certificate)
    }
    const changed = new Set(batch.flatMap((effects) => [...effects.changed]))
    stepped(
      batch.flatMap((effects) => effects.happened),
      changed,
    )
  }

  async #sign(id: number, intent: Intent): Promise<void> {
    const { server } = this
    const signature = await this.#options.sign(intent)
    if (this.server !== server) return
    this.trust({ intent, signature })
    this.input({ type: 'signed', id, signature })
  }

  async #certify(id: number, certificate: Omit<Certificate, 'signature'>): Promise<void> {
    const { server } = this
    const signature = await this.#options.certify(certificate)
    if (this.server === server) this.input({ type: 'signed', id, signature })
  }

  #reply(id: number, outcome: unknown): void {
    this.#replies.get(id)?.(outcome)
    this.#replies.delete(id)
  }

  /** Nothing of the batch happened: its callers are told, and the server is what its store says; nothing acknowledged is lost. */
  async #cannotSave(error: unknown, batch: readonly Effects[]): Promise<void> {
    if (this.#stopped) return
    const failed = this.#fail(inWords(error))
    const dropped = [...batch, ...this.#pending.splice(0)]
    for (const effects of dropped) for (const { id } of effects.reply) this.#reply(id, failed)
    this.#waiting ??= []
    await this.#reload(failed)
  }

  /** From now on reads only; told once, with the first reason. */
  #fail(reason: string): Failure {
    if (this.#failed !== null) return this.#failed
    this.#failed = failure('StorageFailed', { reason })
    this.#options.readOnly(reason)
    return this.#failed
  }

  /** Takes no more steps with a server that may be in the middle of one; what its earlier steps saved is committed first. */
  #restore(): void {
    if (this.#waiting !== null) return
    this.#waiting = []
    if (!this.#flushing) void this.#reload(failure('Stopped'))
  }

  /** The server anew from its store, with its links, its identifiers never given twice; calls in progress are told `why`. */
  async #reload(why: Failure): Promise<void> {
    const { fresh, storage } = this.server
    const calls = [...this.#replies.keys()]
    try {
      const stored = await this.#options.store.load()
      this.server = restoreServer({ ...this.#options.server, incarnation: this.#incarnation }, stored)
      Object.assign(this.server.fresh, fresh)
      this.server.storage = storage
      this.#recorder.cut(this.server, Date.now())
    } catch (error) {
      this.#fail(inWords(error))
    }
    const waiting = this.#waiting ?? []
    this.#waiting = null
    for (const id of calls) if (!waiting.some((input) => input.type === 'call' && input.id === id)) this.#reply(id, why)
    for (const input of [{ type: 'start' as const }, ...(this.#person === null ? [] : [this.#person]), ...this.#links.values(), ...waiting]) this.input(input)
    this.#options.stepped([], new Set(this.server.copies.keys()))
  }

  /** Replaces what is stored of a copy by a snapshot, where that pays and nothing else is to be saved. */
  async #compact(): Promise<void> {
    for (const [id, { directory, changes, snapshot }] of this.#options.store.backlog()) {
      const copy = this.server.copies.get(directory)
      if (copy?.id !== id || changes + snapshot < COMPACT_LEAST || this.#flushing) continue
      const hasOutgrown = changes >= Math.max(COMPACT_LEAST, snapshot)
      if (!hasOutgrown && !this.#hasForgotten(copy, changes + snapshot)) continue
      this.#flushing = true
      try {
        await this.#options.store.compact(encodeCopy(copy))
      } catch (error) {
        this.#fail(inWords(error))
      }
      this.#flushing = false
      if (this.#pending.length > 0 || this.#waiting !== null) {
        this.#flushing = true
        void this.#flush()
        return
      }
      if (this.#failed !== null) return
    }
  }

  /** Once all that edits left behind has been forgotten: whether that is most of what is stored. */
  #hasForgotten(copy: DirectoryCopy, stored: number): boolean {
    const isCalm = copy.log.length === 0 && copy.intents.size === 0
    if (!isCalm) this.#edited.add(copy.id)
    return isCalm && this.#edited.delete(copy.id) && 2 * JSON.stringify(encodeCopy(copy)).length < stored
  }

  #wake(at: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.input({ type: 'tick' }), Math.min(LONGEST_WAIT, Math.max(0, at - Date.now())))
  }

  /** The store is gone, by what happened to it from outside: reads of what is in memory go on, and nothing else [P3]. */
  loseStore(reason: string): void {
    const failed = this.#fail(reason)
    if (!this.#flushing) this.#replyAll(failed)
  }

  #replyAll(why: Failure): void {
    for (const id of this.#replies.keys()) this.#reply(id, why)
  }

  /** Stops keeping time and saving; calls that wait are told. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#stopped = true
    this.#failed = failure('Stopped')
    this.#replyAll(this.#failed)
    this.#options.store.close()
  }
}

/** What may run while nothing can be saved: reads of this server's own copies. */
function mayRunReadOnly(input: Input): boolean {
  if (input.type === 'person') return true
  if (input.type !== 'call') return false
  const { call } = input
  if (call.type === 'lookup') return true
  const request = call.type === 'at' || call.type === 'ask' ? call.request.type : null
  return request === 'read' || request === 'test' || request === 'state' || request === 'walk'
}

function inWords(error: unknown): string {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'the browser has no more room for this page (what was acknowledged is safe; free some space)'
  if (error instanceof DOMException && error.name === 'InvalidStateError') return 'the database was closed or deleted'
  return error instanceof Error ? error.message : String(error)
}
