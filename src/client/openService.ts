/**
 * The library over a connection to one server: turns each procedure into drafts, signatures and calls. It adds no meaning
 * of its own; what a procedure does stands in the core.
 */
import type { Member } from '../core/copies/directoryCopy'
import type { Found } from '../core/directories/lookup'
import { failure, NameServiceError } from '../core/errors'
import { formatName, formatPath, labelFault, type DirectoryId, type FullName, type Label, type ServerId } from '../core/names'
import type { Accepted, Change, CopyState, Drafted, Outcomes, ReadOutcome } from '../core/requests'
import { addressOf } from '../core/servers/register'
import type { Timestamp } from '../core/timestamp'
import type { Tree } from '../core/values/readValue'
import { INTENT_LIFE, type Branch, type Intent, type ProcedureName, type SignedIntent } from '../core/values/intent'
import { ask, fromRoot, Names, type Connection } from './connection'
import { epochCalls } from './epochs'
import { exportLines, importLines } from './exchange'
import { toJson, toTree, toValue } from './json'
import type { CopyReport, JsonValue, NameService, Read, SnapshotDesignator, Written } from './nameService'

/** How often a change is drawn up anew when others change the same names meanwhile. */
const ATTEMPTS = 5
const POLL = 2000

type Form = 'tree' | 'labels' | 'entries' | 'nodes' | 'snapshot'

export function openService(connection: Connection): NameService {
  const names = new Names(connection)
  const writer = new Writer(connection)

  const read = async (vd: string, form: Form, after: Timestamp | null = null): Promise<ReadOutcome> => {
    const { name, path } = names.designator(vd)
    return ask(connection, { type: 'at', name, request: { type: 'read', directory: placeholder, path, form, after } })
  }
  const found = (fn: string): Promise<Found> => ask(connection, { type: 'lookup', name: names.name(fn), entity: null })
  const directory = async (fn: string): Promise<Found> => {
    const at = await found(fn)
    if (at.entity !== null) throw new NameServiceError(failure('NotADirectory', { name: fn }))
    return at
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
  /** SN of a server that is to be named: a label of the root, the only directory so far that names servers. */
  const serverLabel = (sn: string): Label => {
    const { from, up, labels } = names.parse(sn)
    const [label, ...below] = labels
    const inRoot = from === '/' || from === '.' || from === connection.self().root
    if (label !== undefined && below.length === 0 && up === 0 && inRoot) return label
    throw new NameServiceError(failure('BadName', { name: sn, reason: 'servers are named in the root only, so the name of one is a single label, without a directory before it' }))
  }
  /** Whether something else than this server has a name in the root. The server would not fail: it would take the next free name. */
  const isTaken = async (name: Label): Promise<boolean> => {
    const { id, root } = connection.self()
    if (root === null || labelFault(name) !== null) return false
    const { tree } = await ask<ReadOutcome>(connection, { type: 'at', name: { from: root, up: 0, labels: [] }, request: { type: 'read', directory: placeholder, path: [name], form: 'tree', after: null } })
    const own = ['Server', 'SI', id].reduce<Tree | undefined>((at, label) => (typeof at === 'object' ? at.find(([below]) => below === label)?.[1] : undefined), tree ?? undefined)
    return tree !== null && own === undefined
  }
  const notFound = (vd: string): NameServiceError => new NameServiceError(failure('NotFound', { name: vd, reason: 'nothing is present there' }))

  const service: NameService = {
    get workingRoot() {
      return names.workingRoot
    },
    set workingRoot(fn: string) {
      names.name(fn)
      names.workingRoot = fn
    },
    get workingDirectory() {
      return names.workingDirectory
    },
    set workingDirectory(fn: string) {
      names.name(fn)
      names.workingDirectory = fn
    },

    async snapshot(vd) {
      const { snapshot, asOf } = await read(vd, 'snapshot')
      return { ...snapshot, asOf }
    },
    async doUpdates(vd, tree) {
      const { name, under } = target(vd)
      return writer.write(name, { procedure: 'doUpdates', under, tree: toTree(tree), replace: false })
    },
    async setValue(vd, value) {
      const { name, under } = target(vd)
      return writer.write(name, { procedure: 'doUpdates', under, tree: toTree(value), replace: true })
    },
    async enumerate(vd) {
      const { labels } = await read(vd, 'labels')
      if (labels === null) throw notFound(vd)
      return labels
    },
    async getValue(vd, options = {}) {
      if (options.swept) await sweep(await found(nameIn(vd)))
      const { tree, asOf, server } = await read(vd, 'tree', options.after ?? null)
      if (tree === null) throw notFound(vd)
      return { value: toValue(tree), tree: toJson(tree), asOf, server }
    },
    async testValue(vd, value) {
      const { name, path } = names.designator(vd)
      const { equal } = await ask<Outcomes['test']>(connection, { type: 'at', name, request: { type: 'test', directory: placeholder, path, tree: toTree(value) } })
      return equal
    },
    watch(vd, callback) {
      return watch(connection, () => found(nameIn(vd)), () => read(vd, 'tree'), callback)
    },

    async lookup(fn) {
      const { directory: di, entity, servers, trail, validUntil } = await found(fn)
      return { di, entity, servers, trail, validUntil }
    },
    async firstRoot({ label = 'root' } = {}) {
      const { di, signed } = await writer.genesis(null, label)
      await ask(connection, { type: 'firstRoot', directory: di, signed })
      return di
    },
    async newD(sn, fn) {
      const server = names.server(sn)
      const { parent, label } = names.split(fn)
      const at = await ask<Found>(connection, { type: 'lookup', name: parent, entity: label })
      const there = await ask<ReadOutcome>(connection, { type: 'ask', servers: at.servers, request: { type: 'read', directory: at.directory, path: [label], form: 'snapshot', after: null } })
      if (there.snapshot.mark === 'present') throw new NameServiceError(failure('AlreadyExists', { name: fn }))
      const { di, signed } = await writer.genesis({ parent: at.directory, label }, label)
      const created = await ask<Outcomes['create']>(connection, { type: 'ask', servers: [server], request: { type: 'create', directory: di, signed } })
      return { di, name: fromRoot(connection, formatName({ ...parent, labels: [...parent.labels, created.label ?? label] })) }
    },
    async setLink(fn, to) {
      const { parent, label } = names.split(fn)
      names.parse(to)
      return writer.write(parent, linkChange([[label, to]]))
    },

    async newDC(sn, fn) {
      const server = names.server(sn)
      const { directory: di, servers } = await directory(fn)
      const { copy } = await ask<Outcomes['join']>(connection, { type: 'ask', servers: [server], request: { type: 'join', directory: di, from: servers } })
      return copy
    },
    async removeDC(sn, fn) {
      const server = names.server(sn)
      const { directory: di } = await directory(fn)
      const { copy } = await ask<Outcomes['leave']>(connection, { type: 'ask', servers: [server], request: { type: 'leave', directory: di } })
      return copy
    },
    ...epochCalls(connection, names, directory, (name, change) => writer.write(name, change)),
    async sweep(fn, sn, { form = 'parallel' } = {}) {
      const { directory: di, servers } = await directory(fn)
      return sweep({ directory: di, servers: sn === undefined ? servers : [names.server(sn)] }, form)
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
    async setUpOn(sn) {
      const name = serverLabel(sn)
      if (await isTaken(name)) throw new NameServiceError(failure('AlreadyExists', { name: `/${formatPath([name])}` }))
      await ask(connection, { type: 'rename', name })
    },

    async entries(fn) {
      const { entries, asOf, server } = await read(fn, 'entries')
      return { value: entries ?? [], asOf, server }
    },
    async nodes(vd) {
      const { nodes, asOf, server } = await read(vd, 'nodes')
      return { value: nodes, asOf, server }
    },
    exportDirectory: (fn) => exportLines(service, fn),
    importDirectory: (fn, lines, progress) => importLines(service, connection.self().name, fn, lines, (parent, links) => writer.write(names.name(parent), linkChange(links)), progress),
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

/** Draws up changes, signs them, submits them. */
class Writer {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** One call, one signature, one time-stamp; drawn up anew if somebody was faster, unless an incarnation was named. */
  async write(name: FullName, change: Change): Promise<Written> {
    for (let attempt = 1; ; attempt++) {
      const drafted = await ask<Drafted>(this.#connection, { type: 'at', name, request: { type: 'draft', directory: placeholder, change } })
      if (drafted.branches.length === 0) return this.#unchanged(drafted, change)
      const signed = await this.#sign(drafted.directory, change.procedure, drafted.branches)
      try {
        return await ask<Accepted>(this.#connection, { type: 'ask', servers: [drafted.server], request: { type: 'submit', directory: drafted.directory, signed } })
      } catch (error) {
        const faster = error instanceof NameServiceError && error.code === 'Superseded' && change.under.incarnations === null
        if (!faster || attempt >= ATTEMPTS) throw error
      }
    }
  }

  /** Everything is as it was wanted: the time-stamp is the one of what is there. */
  async #unchanged({ directory, server }: Drafted, { under }: Change): Promise<Written> {
    const { snapshot, asOf } = await ask<ReadOutcome>(this.#connection, { type: 'ask', servers: [server], request: { type: 'read', directory, path: under.labels, form: 'snapshot', after: null } })
    return { ts: snapshot.path.at(-1)?.[1] ?? asOf, copies: [server] }
  }

  /** The first change of a new directory, and its DI: the hash of its genesis (owner's key, nonce, creation time). */
  async genesis(back: { parent: DirectoryId; label: Label } | null, label: Label): Promise<{ di: DirectoryId; signed: SignedIntent }> {
    const genesis = JSON.stringify(['namering genesis 1', this.#connection.person(), this.#connection.random(26), Math.floor(this.#connection.now())])
    const di = await this.#connection.directoryId(genesis)
    const leaf = (text: string): Branch => [text, null, true]
    const below: Branch[] = [['Genesis', null, [leaf(genesis)]], ['Label', null, [leaf(label)]]]
    if (back !== null) below.unshift(['BR', null, [[back.parent, null, [leaf(back.label)]]]])
    return { di, signed: await this.#sign(di, 'newD', [['.', null, below]]) }
  }

  #sign(directory: DirectoryId, procedure: ProcedureName, branches: readonly Branch[]): Promise<SignedIntent> {
    const from = Math.floor(this.#connection.now()) - INTENT_LIFE / 2
    const intent: Intent = { directory, author: this.#connection.person(), nonce: this.#connection.random(26), from, until: from + INTENT_LIFE, procedure, branches }
    return this.#connection.sign(intent)
  }
}

/** Asks every member of the ring that the first copy to answer knows, directly; tells how far it has come. */
async function copyReports(connection: Connection, directory: DirectoryId, servers: readonly ServerId[], progress: (reports: readonly CopyReport[]) => void = () => undefined): Promise<CopyReport[]> {
  const state = (at: readonly ServerId[]): Promise<CopyState> => ask(connection, { type: 'ask', servers: [...at], request: { type: 'state', directory } })
  const answerOf = async (member: Member): Promise<CopyReport> => {
    try {
      return { member, state: await state([member.server]), reason: '', awaited: false }
    } catch (error) {
      if (error instanceof NameServiceError) return { member, state: null, reason: error.message, awaited: false }
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
    return { member, state: isFirst ? first : null, reason: '', awaited: !isFirst }
  })
  progress([...reports])
  const others = reports.map(async ({ member, awaited }, i) => {
    if (!awaited) return
    reports[i] = await answerOf(member)
    progress([...reports])
  })
  await Promise.all(others)
  return reports
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
      const { tree, asOf, server } = await read()
      const text = JSON.stringify(tree)
      if (!stopped && text !== last) callback({ value: tree === null ? null : toValue(tree), asOf, server })
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
