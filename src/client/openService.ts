/**
 * The library over a connection to one server: turns each procedure into drafts, signatures and calls. It adds no meaning
 * of its own; what a procedure does stands in the core.
 */
import type { Member } from '../core/copies/directoryCopy'
import { durabilities, LONGEST_PATIENCE, type Durability, type Kept, type Secured } from '../core/copies/durability'
import { isDraftBehindLink, isDraftOf } from '../core/directories/drafted'
import type { Found } from '../core/directories/lookup'
import { firstChange, rootSelf } from '../core/directories/rootSelf'
import { failure, NameServiceError } from '../core/errors'
import { announcement, childLabel } from '../core/directories/children'
import { OF_ROOT, recordKey } from '../core/entries/parents'
import { ROOMS } from '../core/labels'
import { WITHDRAWN } from '../core/entries/serverEntry'
import { formatLabels, formatName, isServerId, type DirectoryId, type FullName, type Label, type ServerId } from '../core/names'
import type { Accepted, Change, CopyState, Drafted, Entry, Outcomes, ReadOutcome } from '../core/requests'
import { addressOf } from '../core/servers/register'
import type { LostServer } from '../core/servers/removeLost'
import { isoTime, later, timeOf, type Timestamp } from '../core/timestamp'
import type { EncodedNode } from '../core/values/encodeTree'
import type { Tree } from '../core/values/readValue'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../core/values/intent'
import { CachedLookups } from './cachedLookups'
import { accessCalls } from './access'
import { ask, fromRoot, Names, type Connection, type OneTimeKey } from './connection'
import { epochCalls } from './epochs'
import { exportLines, importLines } from './exchange'
import { moveCalls, type MoveOf } from './moves'
import { personCalls } from './persons'
import { plannedElse, type Pairs } from './plans'
import { Prover } from './prover'
import { removalCalls } from './removals'
import { newRoot, type First } from './newRoot'
import { toJson, toTree, toValue } from './json'
import type { CopyReport, JsonValue, NameService, Read, SnapshotDesignator, WriteOptions, Written } from './nameService'
import { noOutbox, Resender, type Outbox } from './outbox'
import { underWayCalls } from './underWay'

/** How often a change is drawn up anew when others change the same names meanwhile. */
const ATTEMPTS = 5
const POLL = 2000

/** What a program may choose for all its calls. */
export interface ServiceOptions {
  /** Where updates that are not durable yet outlive the program. */
  outbox?: Outbox
  /** How durable an update is to be unless its call says so. */
  write?: WriteOptions
}

type Form = 'tree' | 'labels' | 'entries' | 'nodes' | 'snapshot'

export function openService(plain: Connection, { outbox = noOutbox, write = {} }: ServiceOptions = {}): NameService {
  const connection = new Prover(plain).proving()
  const names = new Names(connection)
  const resender = new Resender(connection, outbox)
  const writer = new Writer(connection, resender, write)
  const lookups = new CachedLookups(connection)

  const read = async (vd: string, form: Form, after: Timestamp | null = null): Promise<ReadOutcome> => {
    const { name, path } = names.designator(vd)
    return lookups.read(name, { type: 'read', directory: placeholder, path, form, after })
  }
  const found = (fn: string): Promise<Found> => lookups.find(names.name(fn))
  const directory = async (fn: string): Promise<Found> => {
    const at = await found(fn)
    if (at.entity !== null) throw new NameServiceError(failure('NotADirectory', { name: fn }))
    return at
  }
  /** A directory given by its DI needs no copy that could be asked for it. */
  const directoryOf = async (fn: string): Promise<DirectoryId> => {
    const name = names.name(fn)
    return name.labels.length === 0 && name.up === 0 ? (name.from as DirectoryId) : (await directory(fn)).directory
  }
  const sweep = async ({ directory: di, servers }: Pick<Found, 'directory' | 'servers'>, form: 'ring' | 'parallel' = 'parallel'): Promise<Timestamp> => {
    const { sweepTS } = await ask<Outcomes['sweep']>(connection, { type: 'ask', servers, request: { type: 'sweep', directory: di, form } })
    return sweepTS
  }
  const target = (vd: string | SnapshotDesignator): { name: FullName; under: Change['under'] } => {
    if (typeof vd !== 'string') return { name: names.name(vd.name), under: { labels: vd.path.map(([label]) => label), incarnations: vd.path.map(([, ts]) => ts) } }
    const { name, path } = names.designator(vd)
    return { name, under: { labels: path, incarnations: null } }
  }
  /** The labels of a server's name from the root; a bare one is named in the root. */
  const serverPath = (sn: string): Label[] => {
    const { root } = connection.self()
    const name = root === null ? { ...names.parse(sn), from: root } : names.server(sn)
    const labels = name.from === root ? name.labels : connection.serverPath(formatName(name as FullName))
    const isBelowRoot = name.from === root || labels.length > name.labels.length
    if (name.labels.length > 0 && name.up === 0 && isBelowRoot) return labels
    throw new NameServiceError(failure('BadName', { name: sn, reason: 'the name of a server begins at the root and ends with a label of its own' }))
  }
  /** SN: known here, or looked up like any name. */
  const serverOf = async (sn: string): Promise<ServerId> => {
    const known = names.knownServer(sn)
    if (known !== undefined) return known
    const written = names.parse(sn)
    const isOfDirectory = written.from !== '/' && written.from !== '.' && written.labels.length > 0
    const path = isOfDirectory ? written.labels : serverPath(sn)
    const label = path.at(-1)!
    const name: FullName = { from: isOfDirectory ? written.from : (connection.self().root ?? '/'), up: 0, labels: path.slice(0, -1) }
    const { labels } = await ask<ReadOutcome>(connection, { type: 'at', name, request: { type: 'read', directory: placeholder, path: [label, 'Server', 'SI'], form: 'labels', after: null } })
    const [si] = labels ?? []
    if (si === undefined || !isServerId(si)) throw new NameServiceError(failure('NoSuchServer', { server: sn }))
    return si
  }
  /** A link from the root keeps its meaning when another root is put above [O1]. */
  const linkText = (to: string): string => (names.parse(to).from === '/' ? formatName(names.name(to)) : to)
  const rootOrThrow = (): DirectoryId => {
    const { root } = connection.self()
    if (root === null) throw new NameServiceError(failure('NoRoot', { reason: 'no server that knows one has been met in this room' }))
    return root
  }
  const notFound = (vd: string): NameServiceError => new NameServiceError(failure('NotFound', { name: vd, reason: 'nothing is present there' }))

  const keptAt = (ts: Timestamp): Kept => {
    const kept = resender.find(ts)
    if (kept === undefined) throw new NameServiceError(failure('NotFound', { name: ts, reason: 'no update of this time-stamp is kept here' }))
    return kept
  }

  const moves = moveCalls(connection, names, directory, (di, parent, label, how) => writer.move(di, parent, label, how))
  const service: NameService = {
    get workingRoot() {
      return connection.working.root
    },
    set workingRoot(fn: string) {
      connection.working.root = fn === '/' ? fn : formatName(names.name(fn))
      connection.working.directory = '/'
    },
    get workingDirectory() {
      return connection.working.directory
    },
    set workingDirectory(fn: string) {
      names.name(fn)
      connection.working.directory = fn
    },
    async cd(fn = '/') {
      await directory(fn)
      return (connection.working.directory = names.whole(fn))
    },
    fullName: (fn) => names.whole(fn),

    async snapshot(vd) {
      const { snapshot, asOf, server, parting } = await read(vd, 'snapshot')
      return { ...snapshot, asOf, server, parting }
    },
    async doUpdates(vd, tree, options) {
      const { name, under } = target(vd)
      return writer.write(name, { procedure: 'doUpdates', under, tree: toTree(tree), replace: false }, options)
    },
    async setValue(vd, value, options) {
      const { name, under } = target(vd)
      return writer.write(name, { procedure: 'doUpdates', under, tree: toTree(value), replace: true }, options)
    },
    async enumerate(vd) {
      const { labels } = await read(vd, 'labels')
      if (labels === null) throw notFound(vd)
      return labels
    },
    async getValue(vd, options = {}) {
      if (options.swept) await sweep(await found(nameIn(vd)))
      const { tree, asOf, server, parting, validUntil } = await read(vd, 'tree', options.after ?? null)
      if (tree === null) throw notFound(vd)
      return { value: toValue(tree), tree: toJson(tree), asOf, server, parting, validUntil }
    },
    async testValue(vd, value) {
      const { name, path } = names.designator(vd)
      const { equal } = await ask<Outcomes['test']>(connection, { type: 'at', name, request: { type: 'test', directory: placeholder, path, tree: toTree(value) } })
      return equal
    },
    watch(vd, callback) {
      return watch(connection, () => found(nameIn(vd)), () => read(vd, 'tree'), callback)
    },

    undurable: (callback) => resender.watch(callback),
    resume: () => resender.resume(),
    async remake(ts) {
      const kept = keptAt(ts)
      const written = await writer.remake(kept)
      await resender.forget(kept)
      return written
    },
    async forget(ts) {
      await resender.forget(keptAt(ts))
    },

    async lookup(fn) {
      const { directory: di, ...way } = await lookups.lookup(names.name(fn))
      return { di, ...way }
    },
    async firstRoot({ label = 'root' } = {}) {
      const { di, signed } = await writer.genesis({ label, self: rootSelf(0), references: [] })
      await ask(connection, { type: 'firstRoot', directory: di, signed })
      return di
    },
    async newD(sn, fn) {
      const server = await serverOf(sn)
      const { parent, label } = names.split(fn)
      // What stands under the label itself is asked for: a link there is not followed.
      const at = await ask<Found>(connection, { type: 'lookup', name: parent, entity: null })
      if (at.entity !== null) throw new NameServiceError(failure('NotADirectory', { name: fromRoot(connection, formatName(parent)) }))
      const there = await ask<ReadOutcome>(connection, { type: 'ask', servers: at.servers, request: { type: 'read', directory: at.directory, path: [label], form: 'snapshot', after: null } })
      if (there.snapshot.mark === 'present') throw new NameServiceError(failure('AlreadyExists', { name: fn }))
      const { di, signed } = await writer.genesis({ label, self: [['BR', null, [[at.directory, null, [leaf(label)]]]]], references: [] })
      await writer.announce(at.directory, announcement(childLabel(di), label, { maker: server }))
      const created = await ask<Outcomes['create']>(connection, { type: 'ask', servers: [server], request: { type: 'create', directory: di, signed } })
      return { di, name: fromRoot(connection, formatName({ ...parent, labels: [...parent.labels, created.label ?? label] })) }
    },
    async setLink(fn, to, options) {
      const { parent, label } = names.split(fn)
      return writer.write(parent, linkChange([[label, linkText(to)]]), options)
    },
    ...removalCalls(connection, () => service, directory),
    async setTX(fn, time, options) {
      const { parent, label } = names.split(fn)
      const until = new Date(time)
      if (Number.isNaN(until.getTime())) throw new NameServiceError(failure('BadRequest', { reason: `${time} is no time; write one as ${new Date(connection.now()).toISOString()}, or as ms since 1970` }))
      return writer.write(parent, { procedure: 'setTX', under: { labels: [label], incarnations: null }, tree: [[until.toISOString(), true]], replace: false }, options)
    },
    async setRoom(fn, room, to, options) {
      const { directory: di } = await directory(fn)
      return writer.write({ from: di, up: 0, labels: [] }, { procedure: 'setRooms', under: { labels: ['.', ROOMS], incarnations: null }, tree: [[room, to]], replace: false }, options)
    },
    async takeBack(fn, options) {
      const { parent, label } = names.split(fn)
      return writer.write(parent, { procedure: 'plan', under: { labels: [label, WITHDRAWN], incarnations: null }, tree: false, replace: false }, options)
    },

    async newDC(sn, fn) {
      const server = await serverOf(sn)
      const { directory: di, servers } = await directory(fn)
      const { copy } = await ask<Outcomes['join']>(connection, { type: 'ask', servers: [server], request: { type: 'join', directory: di, from: servers } })
      return copy
    },
    async removeDC(sn, fn, { force = false } = {}) {
      const server = await serverOf(sn)
      const { directory: di } = await directory(fn)
      const { copy } = await ask<Outcomes['leave']>(connection, { type: 'ask', servers: [server], request: { type: 'leave', directory: di, force } })
      return copy
    },
    async keepDC(sn, fn) {
      const { stays } = await ask<Outcomes['stay']>(connection, { type: 'ask', servers: [await serverOf(sn)], request: { type: 'stay', directory: await directoryOf(fn) } })
      return stays
    },
    ...moves,
    ...accessCalls(connection, names, (name, change, options) => writer.write(name, change, options)),
    ...personCalls(connection, names, (name, change, options, as) => writer.write(name, change, options, as)),
    get me() {
      return connection.myself.entry
    },
    newRoot: (sn, fn, name, options = {}) => newRoot({ connection, directory, serverOf, moves, genesis: (first) => writer.genesis(first) }, sn, fn, name, options),
    ...epochCalls(connection, directoryOf, directory, serverOf, (name, change) => writer.write(name, change)),
    async sweep(fn, sn, { form = 'parallel' } = {}) {
      const { directory: di, servers } = await directory(fn)
      return sweep({ directory: di, servers: sn === undefined ? servers : [await serverOf(sn)] }, form)
    },
    async copies(fn, progress) {
      const { directory: di, servers } = await directory(fn)
      return copyReports(connection, di, servers, progress)
    },
    async setSweepPeriod(fn, seconds) {
      const { directory: di } = await directory(fn)
      await ask(connection, { type: 'setSweepPeriod', directory: di, period: typeof seconds === 'number' ? seconds * 1000 : Number.NaN })
    },

    newServer: () => Promise.resolve(addressOf(connection.self().id)),
    async setUpOn(sn, upSn) {
      await ask(connection, { type: 'setUpOn', path: serverPath(sn), up: upSn === undefined ? null : serverPath(upSn) })
    },
    async setInSN(fn, to) {
      const { directory: di, servers } = await directory(fn)
      await ask<Outcomes['setInSN']>(connection, { type: 'ask', servers, request: { type: 'setInSN', directory: di, to } })
    },
    async removeS(sn, { gone = false } = {}) {
      if (gone) return void (await ask(connection, { type: 'removeLost', path: serverPath(sn), dry: false }))
      const server = await serverOf(sn)
      await ask<Outcomes['removeS']>(connection, { type: 'ask', servers: [server], request: { type: 'removeS', directory: rootOrThrow() } })
    },
    async lostServer(sn) {
      const lost = await ask<LostServer>(connection, { type: 'removeLost', path: serverPath(sn), dry: true })
      const named = (known: LostServer['rings']): LostServer['rings'] => known.map(({ directory: di, name }) => ({ directory: di, name: fromRoot(connection, name) }))
      return { ...lost, rings: named(lost.rings), awaited: named(lost.awaited), alone: named(lost.alone) }
    },
    ...underWayCalls(connection, rootOrThrow, serverPath, (name, change) => writer.write(name, change)),
    async checkS(address, sn, { repair = true } = {}) {
      const server = address.replace(/^room\//, '')
      if (!isServerId(server)) throw new NameServiceError(failure('BadRequest', { reason: `${address.slice(0, 80)} is no address of a server; newServer answers that of this one` }))
      const name = sn === undefined ? null : formatLabels(serverPath(sn))
      const { findings } = await ask<Outcomes['checkS']>(connection, { type: 'ask', servers: [server], request: { type: 'checkS', directory: rootOrThrow(), name, repair } })
      return findings.map((finding) => ({ ...finding, sentence: fromRoot(connection, finding.sentence), repair: fromRoot(connection, finding.repair) }))
    },
    async server(sn) {
      const server = await serverOf(sn)
      return ask<Outcomes['describe']>(connection, { type: 'ask', servers: [server], request: { type: 'describe', directory: rootOrThrow() } })
    },

    async entries(fn) {
      const { entries, asOf, server, parting, validUntil } = await read(fn, 'entries')
      const planned = (expiration: Entry[3]): Entry[3] => (expiration === null || expiration.planned === null ? expiration : { ...expiration, planned: { ...expiration.planned, what: fromRoot(connection, expiration.planned.what) } })
      return { value: (entries ?? []).map(([label, type, detail, expiration]): Entry => [label, type, type === 'link' ? fromRoot(connection, detail) : detail, planned(expiration)]), asOf, server, parting, validUntil }
    },
    async nodes(vd) {
      const { nodes, asOf, server, parting, validUntil } = await read(vd, 'nodes')
      return { value: nodes, asOf, server, parting, validUntil }
    },
    exportDirectory: (fn) => exportLines(service, fn),
    importDirectory: (fn, lines, progress) => importLines(service, connection.self().name, fn, lines, (parent, links) => writer.write(names.name(parent), linkChange(links.map(([label, to]) => [label, linkText(to)]))), progress),
  }
  return service
}

/** The name in a VD: what stands before its colon, or the working directory. */
const nameIn = (vd: string): string => vd.split(':', 1)[0] || '.'

/** Filled in by the lookup that comes before. */
const placeholder = 'a'.repeat(20) as DirectoryId

const linkChange = (links: readonly (readonly [Label, string])[]): Change => ({
  procedure: 'setLink',
  under: { labels: [], incarnations: null },
  tree: links.map(([label, to]) => [label, [['Link', [['To', [[to, true]]]]]]] as const),
  replace: false,
})

/** s to wait for a level, unless a call says otherwise. */
const PATIENCE = 5

type Wish = Required<Pick<WriteOptions, 'durability' | 'patience'>>

/** Draws up changes, signs them, submits them, and sees to their durability. */
class Writer {
  readonly #connection: Connection
  readonly #resender: Resender
  readonly #usual: WriteOptions

  constructor(connection: Connection, resender: Resender, usual: WriteOptions) {
    this.#connection = connection
    this.#resender = resender
    this.#usual = usual
  }

  /** One call, one signature, one time-stamp; drawn up anew if somebody was faster, unless an incarnation was named. */
  async write(name: FullName, change: Change, options: WriteOptions = {}, as: OneTimeKey | null = null): Promise<Written> {
    const wish = this.#wish(options)
    for (let attempt = 1; ; attempt++) {
      const drafted = await this.#drawUp(name, change)
      if (drafted.branches.length === 0) {
        if (options.plan === true || change.procedure === 'plan') await this.#checkPlans(name, drafted, change)
        return this.#unchanged(drafted, change, wish)
      }
      try {
        return await this.#submit(drafted, change.procedure, wish, as)
      } catch (error) {
        if (options.plan === true && error instanceof NameServiceError && error.code === 'NotExpired') return this.#plan(drafted, change, wish, error)
        const faster = error instanceof NameServiceError && error.code === 'Superseded' && change.under.incarnations === null
        if (!faster || attempt >= ATTEMPTS) throw error
      }
    }
  }

  /** Drawn up by a copy, perhaps on the server of somebody else: nothing is signed but what was asked for. */
  async #drawUp(name: FullName, change: Change): Promise<Drafted> {
    const drafted = await ask<Drafted>(this.#connection, { type: 'at', name, request: { type: 'draft', directory: placeholder, change } })
    const isThere = name.labels.length > 0 || name.up > 0 || drafted.directory === name.from
    if (isDraftBehindLink(change, drafted.branches) || (isThere && isDraftOf(change, drafted.branches))) return drafted
    throw new NameServiceError(failure('BadRequest', { reason: `the server ${drafted.server} has drawn up another change than was asked for, which was not signed; cut its link, and try again` }))
  }

  /**
   * W5: whoever comes to lie in a directory announces it there first, and after its own record was signed, so that this is
   * stamped soon after or never. `Withdrawn` where the directory is about to be removed.
   */
  async announce(parent: DirectoryId, announced: [Label, Tree]): Promise<void> {
    await this.write({ from: parent, up: 0, labels: [] }, { procedure: 'announce', under: { labels: ['.'], incarnations: null }, tree: [announced], replace: false }, { durability: 'local' })
  }

  /** A record of a move [M1]: drawn up and signed, announced where it leads, and submitted. */
  async move(directory: DirectoryId, parent: DirectoryId, label: Label, { isRoot, isAwaited }: MoveOf): Promise<{ key: Label; copies: ServerId[] }> {
    const id = this.#connection.random(8)
    const key = recordKey(parent, id)
    const change: Change = { procedure: 'move', under: { labels: ['.', 'BR'], incarnations: null }, tree: [[key, [[label, isRoot ? [[OF_ROOT, true]] : true]]]], replace: false }
    const { branches, server } = await this.#drawUp({ from: directory, up: 0, labels: [] }, change)
    const signed = await this.#sign(directory, 'move', branches)
    if (!isAwaited) await this.announce(parent, announcement(childLabel(directory, id), label))
    const { copies } = await this.#hand(server, signed, this.#wish({}))
    return { key, copies }
  }

  /** A change that has to wait until TX has passed [W3], of the one name that it was drawn up for. */
  async #plan({ directory, branches }: Drafted, change: Change, wish: Wish, { about }: NameServiceError): Promise<Written> {
    const labels = change.under.labels.length === 0 ? [] : [branches[0]![0], ...change.under.labels.slice(1)]
    const plan: Change = { ...change, procedure: 'plan', under: { labels, incarnations: null } }
    const drafted = await this.#drawUp({ from: directory, up: 0, labels: [] }, plan)
    return { ...(await this.#submit(drafted, 'plan', wish)), plannedFor: Date.parse(about['from'] ?? '') }
  }

  /** W3: what is as it is wanted does not stay so where another change of it is planned: who would have changes wait is told so; and only a plan can be taken back. */
  async #checkPlans(name: FullName, { directory, server }: Drafted, { procedure, under, tree }: Change): Promise<void> {
    const told = (label: Label): string => fromRoot(this.#connection, formatName({ ...name, labels: [...name.labels, label] }))
    if (procedure === 'plan') throw new NameServiceError(failure('NotFound', { name: told(under.labels[0]!), reason: 'no change of it is planned' }))
    const isOfNames = procedure === 'setLink' || procedure === 'doUpdates'
    const wanted = isOfNames ? wantedOf(under.labels, tree).filter(([label]) => label !== '.') : []
    if (wanted.length === 0) return
    const path = wanted.length === 1 ? [wanted[0]![0]] : []
    const request = { type: 'read', directory, path, form: 'tree', after: null } as const
    // The name of an entry may have led on to another one, by a link; then this leads there too.
    const read = await ask<ReadOutcome>(this.#connection, under.labels.length > 0 ? { type: 'at', name, request } : { type: 'ask', servers: [server], request })
    const there: Pairs = path.length > 0 ? [[path[0]!, read.tree ?? false]] : typeof read.tree === 'object' ? (read.tree ?? []) : []
    const planned = plannedElse(there, wanted, procedure === 'setLink')
    if (planned !== null) throw new NameServiceError(failure('ChangePlanned', { name: told(planned.label), from: isoTime(Math.max(this.#connection.now(), planned.from)) }))
  }

  /** A kept change once more, at a copy that can be reached: its ancestors are those that were meant then. */
  async remake({ directory, set: { intent }, level }: Kept): Promise<Written> {
    const { servers } = await ask<Found>(this.#connection, { type: 'lookup', name: { from: directory, up: 0, labels: [] }, entity: null })
    const { server } = await ask<CopyState>(this.#connection, { type: 'ask', servers, request: { type: 'state', directory } })
    return this.#submit({ directory, server, branches: [...intent.branches] }, intent.procedure, this.#wish({ durability: level }))
  }

  #wish(options: WriteOptions): Wish {
    const wish = { durability: 'local' as Durability, patience: PATIENCE, ...this.#usual, ...options }
    const isRight = durabilities.includes(wish.durability) && wish.patience >= 0 && wish.patience * 1000 <= LONGEST_PATIENCE
    if (!isRight) throw new NameServiceError(failure('BadRequest', { reason: `an update is made durable at ${durabilities.join(', ')}, with a patience of ${LONGEST_PATIENCE / 1000} s at most` }))
    return wish
  }

  async #submit({ directory, server, branches }: Pick<Drafted, 'directory' | 'server' | 'branches'>, procedure: ProcedureName, wish: Wish, as: OneTimeKey | null = null): Promise<Written> {
    return this.#hand(server, await this.#sign(directory, procedure, branches, as), wish)
  }

  async #hand(server: ServerId, signed: SignedIntent, { durability, patience }: Wish): Promise<Written> {
    const { directory } = signed.intent
    const { ts, copies, ring } = await ask<Accepted>(this.#connection, { type: 'ask', servers: [server], request: { type: 'submit', directory, signed } })
    if (durability === 'local') return { ts, copies }
    const kept: Kept = { directory, ts, ring, level: durability, set: { ...signed, ts } }
    if (patience > 0) return { ts, copies: serversOf(await this.#resender.reach(kept, patience * 1000)) }
    await this.#resender.start(kept)
    return { ts, copies }
  }

  /** Everything is as it was wanted: the time-stamp is the one of what is there. Others wrote it, and keep it; its spreading can be waited for. */
  async #unchanged({ directory, server }: Drafted, { under, tree }: Change, { durability, patience }: Wish): Promise<Written> {
    const { snapshot, asOf, nodes } = await ask<ReadOutcome>(this.#connection, { type: 'ask', servers: [server], request: { type: 'read', directory, path: under.labels, form: durability === 'local' ? 'snapshot' : 'nodes', after: null } })
    const ts = snapshot.path.at(-1)?.[1] ?? asOf
    let copies = [server]
    if (durability === 'local' || patience === 0 || nodes === null) return { ts, copies }
    const { ring } = await ask<CopyState>(this.#connection, { type: 'ask', servers: [server], request: { type: 'state', directory } })
    for (const stamp of stampsOf(nodes.tree, tree)) {
      copies = serversOf(await ask<Secured>(this.#connection, { type: 'secure', directory, ts: stamp, set: null, ring: ring.map((member) => ({ copy: member.copy, server: member.server })), level: durability, patience: patience * 1000 }))
    }
    return { ts, copies }
  }

  /** The first change of a new directory, and its DI: the hash of its genesis (owner's key, nonce, creation time). */
  async genesis({ label, self, references }: First): Promise<{ di: DirectoryId; signed: SignedIntent }> {
    const genesis = JSON.stringify(['namering genesis 1', this.#connection.person(), this.#connection.random(26), Math.floor(this.#connection.now())])
    const di = await this.#connection.directoryId(genesis)
    return { di, signed: await this.#sign(di, 'newD', firstChange(label, [...self, ['Genesis', null, [leaf(genesis)]]], references)) }
  }

  #sign(directory: DirectoryId, procedure: ProcedureName, branches: readonly Branch[], as: OneTimeKey | null = null): Promise<SignedIntent> {
    const from = Math.floor(this.#connection.now()) - INTENT_LIFE / 2
    const intent: Intent = { directory, author: as?.key ?? this.#connection.person(), nonce: this.#connection.random(26), from, until: from + INTENT_LIFE, procedure, branches }
    return as === null ? this.#connection.sign(intent) : this.#connection.signWith(as, intent)
  }
}

/** What a change wants of names in its directory. */
function wantedOf(labels: readonly Label[], tree: Tree): Pairs {
  const wanted = labels.reduceRight<Tree>((deeper, label) => [[label, deeper]], tree)
  return typeof wanted === 'boolean' ? [] : wanted
}

const leaf = (text: string): Branch => [text, null, true]

const serversOf = ({ copies }: Secured): ServerId[] => copies.map(({ server }) => server)

/** The time-stamps of the nodes that a tree speaks of, absent ones too: of the updates that made them so. */
function stampsOf([, ts, , ...below]: EncodedNode, tree: Tree): Set<Timestamp> {
  const wanted = new Map(typeof tree === 'boolean' ? [] : tree)
  const deeper = below.flatMap((child) => (wanted.has(child[0]) ? [...stampsOf(child, wanted.get(child[0])!)] : []))
  return new Set(timeOf(ts) === 0 ? deeper : [ts, ...deeper])
}

/** Asks every member of the ring that the first copy to answer knows, directly; tells how far it has come. */
async function copyReports(connection: Connection, directory: DirectoryId, servers: readonly ServerId[], progress: (reports: readonly CopyReport[]) => void = () => undefined): Promise<CopyReport[]> {
  const state = (at: readonly ServerId[]): Promise<CopyState> => ask(connection, { type: 'ask', servers: [...at], request: { type: 'state', directory } })
  const answerOf = async (member: Member): Promise<CopyReport> => {
    try {
      return { member, state: await state([member.server]), lacks: null, reason: '', awaited: false }
    } catch (error) {
      if (error instanceof NameServiceError) return { member, state: null, lacks: null, reason: error.message, awaited: false }
      throw error
    }
  }
  // Of copies that an epoch left out, which know the ring of before, only if nobody else answers.
  const ofTheRing = async (candidates: readonly ServerId[]): Promise<CopyState> => {
    const heard = await state(candidates)
    const others = candidates.filter((server) => server !== heard.server)
    if (heard.state !== 'excluded' || others.length === 0) return heard
    return ofTheRing(others).catch((error: unknown) => {
      if (error instanceof NameServiceError) return heard
      throw error
    })
  }
  const first = await ofTheRing(servers)
  const reports = first.ring.map((member): CopyReport => {
    const isFirst = member.server === first.server
    return { member, state: isFirst ? first : null, lacks: null, reason: '', awaited: !isFirst }
  })
  progress(compared(reports))
  const others = reports.map(async ({ member, awaited }, i) => {
    if (!awaited) return
    reports[i] = await answerOf(member)
    progress(compared(reports))
  })
  await Promise.all(others)
  return compared(reports)
}

/** A copy tells of so many sets of its log at most. */
const LOG_TOLD = 200

/** What each lacks of what any has told of: before its lastSweep nothing [DC1]. */
function compared(reports: readonly CopyReport[]): CopyReport[] {
  const all = new Set(reports.flatMap(({ state }) => state?.log.map(([ts]) => ts) ?? []))
  return reports.map((report) => {
    const { state } = report
    if (state === null) return report
    const has = new Set(state.log.map(([ts]) => ts))
    // What stands before the first line of a log that was cut is not told.
    const told = state.log.length < LOG_TOLD ? state.lastSweep : later(state.lastSweep, state.log[0]![0])
    return { ...report, lacks: [...all].filter((ts) => ts >= told && !has.has(ts)).length }
  })
}

/** Calls back now and after every change: told of by this server's copy, else looked for every two seconds. */
function watch(connection: Connection, lookup: () => Promise<Found>, read: () => Promise<ReadOutcome>, callback: (read: Read<JsonValue | null>) => void): () => void {
  let stopped = false
  let unsubscribe: (() => void) | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = ''
  let reading = false
  let again = false
  const look = async (): Promise<void> => {
    again = reading
    if (reading) return
    reading = true
    try {
      unsubscribe ??= connection.onChange((await lookup()).directory, () => void look())
      const { tree, asOf, server, parting, validUntil } = await read()
      const text = JSON.stringify([tree, parting])
      if (!stopped && text !== last) callback({ value: tree === null ? null : toValue(tree), asOf, server, parting, validUntil })
      last = text
    } catch (error) {
      if (!(error instanceof NameServiceError)) throw error
    } finally {
      reading = false
    }
    if (stopped) unsubscribe?.()
    else if (again) void look()
    else if (unsubscribe === null) timer = setTimeout(() => void look(), POLL)
  }
  void look()
  return () => {
    stopped = true
    clearTimeout(timer)
    unsubscribe?.()
  }
}
