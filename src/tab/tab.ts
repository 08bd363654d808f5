/** A tab is a server: puts keys, store, core, network and library together, and holds what the page shows. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import { openService } from '../client/openService'
import type { Connection } from '../client/connection'
import type { Outbox } from '../client/outbox'
import type { NameService, WriteOptions } from '../client/nameService'
import type { Durability, Kept } from '../core/copies/durability'
import { unknownStorage } from '../core/copies/health'
import { failure, NameServiceError } from '../core/errors'
import type { Happening } from '../core/effects'
import type { DirectoryId, ServerId } from '../core/names'
import { serverIdOf } from '../core/directories/reference'
import { pathFromRoot } from '../core/directories/wellKnown'
import { serverNameOf, type Server } from '../core/server'
import type { Connected } from '../core/servers/connections'
import { MAX_CHAINS, type Certificate } from '../core/values/certificate'
import { randomBytes, toBase32 } from '../keys/encoding'
import { missingPowers } from '../keys/powers'
import { newPassphrase, weaknessOf } from '../keys/backup'
import { fingerprintOf, newPortableKey, openPortableKey } from '../keys/portable'
import { directoryIdOf, newSigningPair, sign } from '../keys/signing'
import type { Network } from '../net/network'
import { openWebrtcNetwork } from '../net/webrtcNetwork'
import { changeRoom, openBrowserIndex, personOf, type BrowserIndex, type KnownRoom, type KnownServer } from '../storage/browserIndex'
import { openOutbox } from '../storage/outbox'
import { openIdbStore } from '../storage/idbStore'
import { isRoom, roomsNamed } from '../core/directories/rooms'
import { Combining } from './combining'
import { consoleOf, type Console } from './console'
import { Host } from './host'
import { aloneInRoom, findRoom, followRoom, forgetInvitation, invitationInAddress, invitationUrl, inviteUrl, linkToInvitation, newServerUrl, ownRoomUrl, takeServer } from './identity'
import { loadSample } from './samples'
import { Meeting } from './meeting'
import { Person } from './person'
import { readSettings, rememberDurability } from './settings'
import { CREDENTIALS_LIFE, signCertificate, signIntent, speaksFor, verifyCertificate, verifyIntent } from './signatures'
import type { Activity, TabControls, TabView } from './view'
import { copyView, PassingSweeps, rootLabel, SWEEP_SHOWN } from './viewOf'
import { WorkingNames } from './working'

export interface Tab {
  service: Console
  controls: TabControls
  view: StoreApi<TabView>
  activity: StoreApi<{ entries: Activity[] }>
}

const ACTIVITIES_KEPT = 1000
/** ms between looks at how much room is left. */
const STORAGE_MEASURED = 60_000
/** ms between attempts to go on with joining two services, while something is in the way. */
const COMBINE_AGAIN = 2000
/** ms between refreshes of the page: the first in a burst of changes, and the longest. */
const SHORTEST_PAUSE = 16
const LONGEST_PAUSE = 500

/** Opens this tab as a server of its room. Rejects with a sentence for a person when it cannot. */
export async function openTab(): Promise<Tab> {
  const missing = missingPowers()
  if (missing.length > 0) throw new Error(`This page cannot be a server: the browser withholds ${missing.join(', ')}. Browsers do so on pages that come by plain http from another machine: open it by https, or on the machine itself by http://localhost.`)
  let room: KnownRoom | null = null
  let tab: OpenTab | null = null
  followRoom(
    () => room,
    () => tab?.lookForInvitation(),
  )
  const index = await openIndex()
  // Who deletes this page's data is not kept waiting by the tabs that are open.
  index.addEventListener('versionchange', () => index.close())
  room = await findRoom(index)
  const known = await takeServer(index, room.id)
  const person = await Person.of(index, room.id, await personOf(index, newSigningPair), { changed: () => tab?.showPerson(), remember: (put) => void tab?.remembered(put) })
  tab = new OpenTab(index, room, known, person)
  await tab.open()
  return { service: consoleOf(tab.service, tab.controls, tab.view), controls: tab.controls, view: tab.view, activity: tab.activity }
}

async function openIndex(): Promise<BrowserIndex> {
  try {
    return await openBrowserIndex()
  } catch (error) {
    throw new Error(`This page cannot be a server: the browser gives it no storage (${error instanceof Error ? error.message : String(error)}). Allow cookies and site data for this page, then try again.`, { cause: error })
  }
}

/** Beside the word that the server speaks for its person. */
const MOST_PROOFS = MAX_CHAINS - 1

class OpenTab {
  readonly view: StoreApi<TabView>
  readonly activity = createStore<{ entries: Activity[] }>(() => ({ entries: [] }))
  readonly service: NameService
  readonly controls: TabControls
  readonly #combining: Combining
  readonly #index: BrowserIndex
  #room: KnownRoom
  #known: KnownServer
  readonly #person: Person
  /** Who this person is at directories where it has no entry. */
  readonly #proofs = new Map<DirectoryId, readonly Certificate[]>()
  readonly #passing = new PassingSweeps()
  readonly #settings = readSettings()
  readonly #write = usualWrite(this.#settings.durability)
  readonly #watchers = new Map<DirectoryId, Set<() => void>>()
  readonly #refusals = new Map<string, number>()
  #host: Host | null = null
  #network: Network | null = null
  /** The links that came up last, with the room of each. */
  readonly #links = new Map<ServerId, { link: Connected; room: string }>()
  #meeting: Meeting | null = null
  readonly #working = new WorkingNames(() => this.#workElsewhere())
  #changed = new Set<DirectoryId>()
  #viewPlanned = false
  #refreshedAt = 0
  #pause = SHORTEST_PAUSE
  #news: Activity[] = []
  #nextActivity = 1
  /** Its store was gone when it started, although it had started before [B5]. */
  #isEmptied = false

  constructor(index: BrowserIndex, room: KnownRoom, known: KnownServer, person: Person) {
    this.#index = index
    this.#room = room
    this.#known = known
    this.#person = person
    if (room.working ?? room.root !== null) this.#working.restore(room.working ?? { root: `#${room.root}`, directory: '/' })
    this.view = createStore<TabView>(() => ({
      state: 'starting',
      reason: '',
      roomUrl: inviteUrl(room.id),
      roomName: room.id.slice(0, 6),
      server: { id: known.id, name: known.name, serverName: known.name, up: null, removed: false, incarnation: 0 },
      joining: false,
      root: null,
      workingRoot: null,
      rootLabel: 'root',
      workingDirectory: '/',
      rooms: [],
      copies: {},
      links: [],
      cut: [],
      weather: { delay: 0, loss: 0 },
      refusals: [],
      combination: null,
      durability: this.#settings.durability,
      clock: { correction: 0, greatestOffset: 0 },
      storage: unknownStorage,
      ...this.#whoIsShown(),
      invitation: invitationInAddress(),
    }))
    this.service = openService(this.#connection(), { outbox: this.#outbox(), write: this.#write })
    this.controls = this.#controls()
    this.#combining = this.#newCombining()
  }

  get #running(): Host {
    if (this.#host === null) throw new Error('the server has not started yet')
    return this.#host
  }

  async open(): Promise<void> {
    const { id, name, keys } = this.#known
    const settings = this.#settings
    this.#happened(settings.faults.map((text) => ({ kind: 'server', text })))
    void this.#askToKeep()
    const store = await openIdbStore(`namering server ${id}`, {
      made: () => (this.#isEmptied = this.#known.incarnation > 0),
      lost: (reason) => this.#host?.loseStore(reason),
      blocked: () => this.view.setState({ reason: 'An older version of this page holds the data of this server; close its other tabs.' }),
    })
    const seed = [...new Uint32Array(randomBytes(16).buffer)] as [number, number, number, number]
    this.#host = await Host.start({
      store,
      lastIncarnation: this.#known.incarnation,
      server: { id, key: keys.keyText, seed, name, root: this.#room.root, wantsRoot: settings.wantsRoot },
      sign: (intent) => signIntent(keys, intent),
      certify: (certificate) => signCertificate(keys, certificate),
      verify: verifyIntent,
      verifyCertificate,
      send: (to, wire) => this.#network?.send(to, wire),
      stepped: (happened, changed) => this.#stepped(happened, changed),
      observed: (from, message) => {
        const directory = this.#host && this.#passing.observe(this.#host.server, from, message)
        if (directory) this.#touch([directory])
      },
      refused: (from, reason) => this.#refuse(reason, from),
      readOnly: (reason) => this.#becomeReadOnly(reason),
      restored: (error) => this.#happened([{ kind: 'server', text: `a fault of this program stopped a step; the server goes on from its store: ${error instanceof Error ? error.message : String(error)}` }]),
    })
    await this.#speakForPerson()
    await this.#rememberStart(this.#host.incarnation)
    this.#network = await openWebrtcNetwork({
      room: this.#room.id,
      self: { server: id, keyText: keys.keyText, sign: (bytes) => sign(keys, bytes), incarnation: this.#host.server.incarnation, instance: toBase32(randomBytes(10), 16), name },
      handlers: {
        connected: ({ server, key, incarnation, instance, name: theirs }, room) => {
          const link: Connected = { type: 'connected', server, key, incarnation, instance, name: theirs, visited: this.#meeting?.isVisit(room) === true }
          this.#links.set(server, { link, room })
          this.#host?.input(link)
          void this.#askRooms()
        },
        disconnected: (server, reason) => this.#host?.input({ type: 'disconnected', server, reason }),
        message: (from, wire) => this.#host?.receive(from, wire),
        clock: (server, offset) => this.#host?.input({ type: 'clock', server, offset }),
        changed: () => this.#touch([]),
        // An own message that found nobody is no news: the links are shown, and whoever asked is told.
        refused: (reason, detail) => (reason === 'not connected' ? undefined : this.#refuse(reason, null, detail)),
      },
      relays: settings.relays,
      iceServers: settings.iceServers,
    })
    // What it stores may have been found changed before there was a network: then it meets nobody [P3].
    if (this.view.getState().state === 'readOnly') this.#network.close()
    this.#meeting = new Meeting(this.#room.id, this.#network, this.#room.others ?? [])
    this.#touch([...this.#host.server.copies.keys()])
    // A page restored from the back-forward cache has given its lock and its links away.
    addEventListener('pageshow', (event) => {
      if (event.persisted) location.reload()
    })
    void this.service.resume()
    void this.#measureStorage()
    setInterval(() => {
      void this.#speakForPerson()
      void this.#measureStorage()
      void this.#askRooms()
    }, STORAGE_MEASURED)
    await this.#makeRoot()
    this.#happens(this.#combining.resume())
  }

  /** This person says that this server speaks for it: at the start, and anew before that has expired [A5]. */
  async #speakForPerson(): Promise<void> {
    const now = Date.now() + this.#running.server.clockCorrection
    const { keys } = this.#person
    const [current] = this.#running.server.credentials
    if (current?.issuer === keys.keyText && current.until - now > CREDENTIALS_LIFE / 2) return
    this.#speak([await speaksFor(keys, this.#known.keys.keyText, now)])
  }

  /** Whose server this is, and by which proofs that person is known elsewhere: the latest, since old ones expire. */
  #speak(credentials: readonly Certificate[]): void {
    const chains = [...this.#proofs.values()].filter((chain) => chain.every(({ until }) => until > Date.now())).slice(-MOST_PROOFS)
    this.#running.input({ type: 'person', key: this.#person.keys.keyText, credentials: [...credentials], chains: chains.map((chain) => [...chain]) })
  }

  #whoIsShown(): Pick<TabView, 'person' | 'fingerprint' | 'me' | 'asked'> {
    const { keys, fingerprint, entry, isAsked } = this.#person
    return { person: keys.keyText, fingerprint, me: entry, asked: isAsked }
  }

  /** Somebody else uses this browser from now on, or under another name. */
  showPerson(): void {
    this.view.setState(this.#whoIsShown())
    this.#proofs.clear()
    if (this.#host !== null) void this.#speakForPerson()
  }

  /** A link that was opened in this tab carries one. */
  lookForInvitation(): void {
    this.view.setState({ invitation: invitationInAddress() })
  }

  /** Only a tab of the browser that made the room makes the root, one at a time; others wait for a server that knows it. */
  async #makeRoot(): Promise<void> {
    if (!this.#room.madeHere) return
    await aloneInRoom(this.#room.id, async () => {
      const room = await this.#index.get('rooms', this.#room.id)
      if (this.#running.server.root === null && room?.root === null) await this.service.firstRoot({ label: 'ANSI' })
      await this.#rememberRoot()
    })
  }

  async #rememberRoot(): Promise<void> {
    const { root } = this.#running.server
    if (root === null) return
    if (this.#working.root !== '/') return this.#rememberRoom({ root })
    const working = { root: `#${root}`, directory: '/' }
    this.#working.restore(working)
    await this.#rememberRoom({ root, working })
  }

  /** The room as this browser knows it, for its next tabs. */
  async #rememberRoom(news: Partial<KnownRoom>): Promise<void> {
    this.#room = { ...this.#room, ...news }
    await this.remembered(changeRoom(this.#index, this.#room.id, { ...news, lastUsed: Date.now() }))
  }

  /** What this browser cannot remember is no reason to stop: it would only have been of use to the next tab. */
  async remembered(put: Promise<unknown>): Promise<void> {
    try {
      await put
    } catch (error) {
      this.#happened([{ kind: 'server', text: `this browser could not remember something of this server: ${error instanceof Error ? error.message : String(error)}` }])
    }
  }

  /** What goes on by itself; a fault of it is told, and stops nothing else. */
  #happens(deed: Promise<void>): void {
    deed.catch((error: unknown) => this.#happened([{ kind: 'server', text: `joining two services was stopped by a fault of this program: ${error instanceof Error ? error.message : String(error)}` }]))
  }

  #newCombining(): Combining {
    return new Combining({
      service: this.service,
      load: async () => (await this.#index.get('rooms', this.#room.id))?.combination ?? null,
      keep: (combination) => this.#rememberRoom({ combination }),
      show: (combination) => {
        const before = this.view.getState().combination
        this.view.setState({ combination })
        // Until the rooms of the other service stand in the root this tab alone is there.
        if (combination !== null) this.#meeting?.visit(combination.combination.theirs.room)
        else if (before !== null) this.#meeting?.endVisit(before.combination.theirs.room)
      },
      alone: (act) => aloneInRoom(`${this.#room.id} combining`, act),
      rest: () => new Promise((resolve) => setTimeout(resolve, COMBINE_AGAIN)),
    })
  }

  /** What the library keeps until it is durable, in this browser: opened when it is first used. */
  #outbox(): Outbox {
    const cannot = (error: unknown): void => this.#happened([{ kind: 'server', text: `an update that is not durable yet would not survive a reload of this page: ${error instanceof Error ? error.message : String(error)}` }])
    let opening: ReturnType<typeof openOutbox> | undefined
    const outbox = async (use: (outbox: Outbox) => Promise<unknown>): Promise<void> => {
      try {
        opening ??= openOutbox(this.#room.id)
        await use(await opening)
      } catch (error) {
        cannot(error)
      }
    }
    return {
      load: async () => {
        let kept: Kept[] = []
        await outbox(async (open) => (kept = await open.load()))
        return kept
      },
      keep: (kept) => outbox((open) => open.keep(kept)),
      drop: (kept) => outbox((open) => open.drop(kept)),
    }
  }

  #connection(): Connection {
    return {
      call: (call) => this.#running.call(call),
      sign: async (intent) => {
        const signature = await signIntent(this.#person.keys, intent)
        this.#running.trust({ intent, signature })
        return { intent, signature }
      },
      certify: (certificate) => signCertificate(this.#person.keys, certificate),
      person: () => this.#person.keys.keyText,
      myself: this.#person,
      fingerprint: fingerprintOf,
      oneTimeKey: newPortableKey,
      signWith: async (oneTime, intent) => {
        const keys = await openPortableKey(oneTime)
        if (keys === null) throw new NameServiceError(failure('BadRequest', { reason: 'the invitation is not whole: the halves of its key do not belong together. Copy the link again' }))
        const signature = await signIntent(keys, intent)
        this.#running.trust({ intent, signature })
        return { intent, signature }
      },
      home: () => this.#person.home,
      proofs: this.#proofs,
      prove: (directory, chain) => {
        this.#proofs.set(directory, chain)
        this.#speak(this.#running.server.credentials)
      },
      working: this.#working,
      self: () => {
        const { id, name, root } = this.#running.server
        return { id, name, root }
      },
      peers: () => [...this.#running.server.peers.values()].map(({ server, name }) => ({ server, name })),
      serverId: (name) => serverIdOf(this.#running.server, name),
      serverPath: (name) => pathFromRoot(this.#running.server, name),
      onChange: (directory, callback) => {
        if (!this.#running.server.copies.has(directory)) return null
        const callbacks = this.#watchers.get(directory) ?? new Set()
        this.#watchers.set(directory, callbacks.add(callback))
        return () => callbacks.delete(callback)
      },
      directoryId: directoryIdOf,
      random: (length) => toBase32(randomBytes(Math.ceil((length * 5) / 8)), length),
      now: () => Date.now() + this.#running.server.clockCorrection,
    }
  }

  #controls(): TabControls {
    const setCut = (cut: ServerId[]): void => {
      this.#network?.cut(new Set(cut))
      this.view.setState({ cut })
      this.#touch([])
    }
    const disturb = (weather: TabView['weather']): void => {
      this.#network?.disturb(weather)
      this.view.setState({ weather })
    }
    return {
      cut: (server) => setCut([...this.view.getState().cut.filter((other) => other !== server), server]),
      heal: (server) => setCut(this.view.getState().cut.filter((other) => other !== server)),
      healAll: () => {
        setCut([])
        disturb({ delay: 0, loss: 0 })
      },
      isolate: () => setCut(this.view.getState().links.map((link) => link.server)),
      disturb,
      setDurability: (durability) => {
        Object.assign(this.#write, usualWrite(durability))
        rememberDurability(durability)
        this.view.setState({ durability })
      },
      visit: (room) => this.#meeting?.visit(room),
      endVisit: (room) => this.#meeting?.endVisit(room),
      combine: (combination) => this.#happens(this.#combining.begin(combination)),
      endCombination: () => this.#happens(this.#combining.end()),
      openServer: () => void window.open(newServerUrl(this.#room.id), '_blank', 'noopener'),
      renameServer: async (name, up) => {
        await this.service.setUpOn(name, up)
        await this.#rememberName(this.#running.server.name)
      },
      loadSample: (sample, progress) => loadSample(this.service, this.#running.server.name, sample, progress),
      tape: () => this.#host?.tape() ?? null,
      putOffName: () => {
        this.#person.entry = null
      },
      invitationUrl: (invitation) => invitationUrl(this.#room.id, invitation),
      linkToInvitation: (text) => {
        const link = linkToInvitation(text)
        return link && { isHere: link.room === this.#room.id, hash: link.hash }
      },
      openInvitation: (hash) => {
        location.hash = hash
      },
      endInvitation: () => {
        forgetInvitation(this.#room.id)
        this.lookForInvitation()
      },
      weaknessOf,
      newPassphrase,
      backUp: async (passphrase) => {
        const { me } = this.service
        if (me === null) throw new Error('A backup is of an entry that you are: give your name first.')
        return this.#person.backUp(me, passphrase, (key) => this.service.addKey(me, key, { recovery: true }))
      },
      restore: async (file, passphrase) => {
        const { entry, room } = await this.#person.restore(file, passphrase)
        return { entry, isHere: room === this.#room.id, roomUrl: inviteUrl(room) }
      },
      askPersistence: async () => {
        const persisted = await navigator.storage.persist()
        await this.#measureStorage()
        return persisted
      },
    }
  }

  #stepped(happened: readonly Happening[], changed: ReadonlySet<DirectoryId>): void {
    if (happened.length > 0) this.#happened(happened)
    for (const directory of changed) for (const callback of this.#watchers.get(directory) ?? []) callback()
    this.#touch(changed)
  }

  #happened(happened: readonly Happening[]): void {
    const at = Date.now()
    for (const each of happened) this.#news.push({ ...each, id: this.#nextActivity++, at })
    this.#touch([])
  }

  /** Counted by its reason, which is one of few; the detail, which is not, is told once. */
  #refuse(reason: string, from: ServerId | null, detail = ''): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1)
    this.#happened([{ kind: 'refused', text: `refused: ${reason}${detail === '' ? '' : `: ${detail}`}`, ...(from !== null && { server: from }) }])
  }

  /** Plans a refresh of what the page shows: at once after a rest; ever more seldom, down to twice a second, while changes go on. */
  #touch(changed: Iterable<DirectoryId>): void {
    for (const directory of changed) this.#changed.add(directory)
    if (this.#viewPlanned) return
    this.#viewPlanned = true
    const rested = Date.now() - this.#refreshedAt
    const hasRested = rested >= this.#pause
    this.#pause = hasRested ? SHORTEST_PAUSE : Math.min(LONGEST_PAUSE, 2 * this.#pause)
    if (hasRested) queueMicrotask(() => this.#refresh())
    else setTimeout(() => this.#refresh(), this.#pause - rested)
  }

  #refresh(): void {
    this.#viewPlanned = false
    this.#refreshedAt = Date.now()
    const news = this.#news.splice(0)
    if (news.length > 0) this.activity.setState(({ entries }) => ({ entries: [...entries, ...news].slice(-ACTIVITIES_KEPT) }))
    const host = this.#host
    if (host === null) return
    const { server } = host
    const before = this.view.getState()
    const begin = this.#working.begin(server.root)
    const copies: TabView['copies'] = {}
    for (const [directory, copy] of server.copies) {
      const old = before.copies[directory]
      copies[directory] = old === undefined || old.id !== copy.id || this.#changed.has(directory) ? copyView(server, copy, (old?.version ?? 0) + 1, this.#passing, begin.directory) : old
    }
    this.#changed = new Set()
    if (Object.values(copies).some((copy) => copy.sweep !== null)) setTimeout(() => this.#touch(this.#passing.ended()), SWEEP_SHOWN + 20)
    const offsets = [...server.peers.values()].map((peer) => peer.offset ?? 0)
    const running = before.state === 'starting' || before.state === 'waiting' || before.state === 'running'
    this.view.setState({
      ...(running && stateOf(server.root !== null, noticeOf(server.removed, server.copies.size, this.#isEmptied))),
      server: { id: server.id, name: server.name, serverName: serverNameOf(server), up: server.up?.name ?? null, removed: server.removed, incarnation: host.incarnation },
      joining: server.root !== null && !server.removed && server.wantsRoot && !['active', 'excluded'].includes(server.copies.get(server.root)?.state ?? ''),
      root: server.root,
      workingRoot: begin.directory,
      rootLabel: begin.label ?? rootLabel(server, begin.directory),
      workingDirectory: this.#working.directory,
      rooms: this.#network?.rooms() ?? [],
      copies,
      // By the name that a server has by now: the link only knows the one that it had when it came up.
      links: (this.#network?.links() ?? []).map((link) => ({ ...link, name: server.peers.get(link.server)?.name ?? link.name, root: server.peers.get(link.server)?.root ?? null })),
      refusals: [...server.refusals, ...this.#refusals],
      clock: { correction: server.clockCorrection, greatestOffset: Math.max(0, ...offsets.map(Math.abs)) },
    })
    this.#meet()
    if (server.name !== this.#known.name) void this.#rememberName(server.name)
    if (server.root !== null && server.root !== this.#room.root) void this.#rememberRoot()
  }

  /** Names in the page begin elsewhere from now on: those of the copies are made anew. */
  #workElsewhere(): void {
    const { root, directory } = this.#working
    void this.#rememberRoom({ working: { root, directory } })
    this.#touch(this.#host?.server.copies.keys() ?? [])
  }

  /** In the rooms that the roots name [X7]: by the copies here, and as a server that stores no root was told before. */
  #meet(): void {
    const { server } = this.#running
    const told = storesRoot(server) ? [] : (this.#room.others ?? [])
    if (this.#meeting?.named([...new Set([...roomsNamed(server), ...told])]) !== true) return
    void this.#rememberRoom({ others: [...this.#meeting.others] })
    for (const [id, { link, room }] of this.#links) {
      const visited = this.#meeting.isVisit(room)
      if (link.visited === visited || !server.peers.has(id)) continue
      this.#links.set(id, { link: { ...link, visited }, room })
      this.#host?.input({ ...link, visited })
    }
    this.#happened([{ kind: 'server', text: this.#meeting.others.length === 0 ? 'this service meets in one room now' : `this service meets in ${this.#meeting.others.length + 1} rooms now, as its root says` }])
  }

  /** A server that stores no root asks one that does. */
  async #askRooms(): Promise<void> {
    const { server } = this.#running
    if (server.root === null || storesRoot(server)) return
    const others = await this.service.enumerate(`#${server.root}:./Rooms`).catch(() => null)
    if (others !== null) await this.#rememberRoom({ others: others.filter(isRoom) })
    this.#meet()
  }

  async #rememberName(name: string): Promise<void> {
    this.#known = { ...this.#known, name }
    await this.remembered(this.#index.put('servers', this.#known))
  }

  /** B5: asked before there are copies to lose; some browsers ask the person, who need not be waited for. */
  async #askToKeep(): Promise<void> {
    if (!(await navigator.storage.persisted()) && (await navigator.storage.persist())) await this.#measureStorage()
  }

  async #measureStorage(): Promise<void> {
    const [persisted, { usage, quota }] = await Promise.all([navigator.storage.persisted(), navigator.storage.estimate()])
    const storage = { persisted, used: usage ?? null, quota: quota ?? null }
    this.view.setState({ storage })
    this.#host?.input({ type: 'storage', storage })
  }

  /** The next start is a later one even if this server's own data is lost meanwhile [B2, B5]. */
  async #rememberStart(incarnation: number): Promise<void> {
    this.#known = { ...this.#known, incarnation }
    await this.remembered(this.#index.put('servers', this.#known))
    if (this.#isEmptied) this.#happened([{ kind: 'server', text: emptied }])
  }

  /** Reads go on; the others learn at once that this server is gone. */
  #becomeReadOnly(reason: string): void {
    this.#network?.close()
    this.view.setState({ state: 'readOnly', reason: `This server cannot save: ${reason}. Reads go on, from what it has in memory; reload the page to start it again.` })
    this.#happened([{ kind: 'server', text: `this server cannot save: ${reason}` }])
  }

}

const storesRoot = ({ root, copies }: Server): boolean => root !== null && copies.get(root)?.state === 'active'

const emptied = 'The data of this server was deleted from this browser: its copies are gone, and with them what no other copy has. It reads names from other servers; sweeps of the rings that its copies were in wait until these get a new epoch without them.'

/** The page waits for nobody: what is not durable yet is shown. */
const usualWrite = (durability: Durability): WriteOptions => ({ durability, patience: durability === 'local' ? 5 : 0 })

const stateOf = (hasRoot: boolean, notice: string): Pick<TabView, 'state' | 'reason'> =>
  hasRoot ? { state: 'running', reason: notice } : { state: 'waiting', reason: `This room was made elsewhere: waiting for one of its servers. Open the page there, check the network, or open ${ownRoomUrl()} to use a room of your own.` }

const removed = 'This server has been removed: it stores nothing and has no name. Rename it to use it again.'
const removedAway = 'This server was removed while it was away: it has no name, and takes none by itself. What it stores is still here. Give it a name to use it again, or let its copies leave.'
const noticeOf = (isRemoved: boolean, copies: number, isEmptied: boolean): string => (isRemoved ? (copies === 0 ? removed : removedAway) : isEmptied ? emptied : '')
