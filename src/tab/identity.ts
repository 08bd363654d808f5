/**
 * Which server a tab is (SPEC §13, B1): after a reload the server it was; a newly opened tab takes up a server of this
 * browser that is not open, else becomes a new one; a duplicated tab becomes a new one. A Web Lock for the tab's life
 * settles every race.
 */
import type { ServerId } from '../core/names'
import { greekLetters } from '../core/servers/register'
import { newSigningPair, serverIdOf } from '../keys/signing'
import { toBase32, randomBytes } from '../keys/encoding'
import { lastRoom, type BrowserIndex, type KnownRoom, type KnownServer } from '../storage/browserIndex'

/** A reload can ask before the old document has let go. */
const LOCK_TRIES = 8
const LOCK_PAUSE = 50
const SESSION = 'namering server'

/** The room in the page's address (`#room=…`), else the one this browser used last, else a new one. */
export async function findRoom(index: BrowserIndex): Promise<KnownRoom> {
  const given = new URLSearchParams(location.hash.slice(1)).get('room')
  const known = given === null ? await lastRoom(index) : await index.get('rooms', given)
  const room: KnownRoom = known ?? { id: given ?? toBase32(randomBytes(20), 26), madeHere: given === null, root: null, lastUsed: 0 }
  await index.put('rooms', { ...room, lastUsed: Date.now() })
  if (given === null) history.replaceState(history.state, '', `${location.pathname}${location.search}#room=${room.id}`)
  return room
}

/** Address of the page as a new server of this room. */
export function newServerUrl(room: string): string {
  const url = new URL(location.href)
  url.search = '?server=new'
  url.hash = `room=${room}`
  return url.href
}

/** Link for somebody else, or another browser. */
export function inviteUrl(room: string): string {
  const url = new URL(location.href)
  url.search = ''
  url.hash = `room=${room}`
  return url.href
}

/** The server of this tab, its lock held until the tab is gone. Rejects when the one asked for is open elsewhere. */
export async function takeServer(index: BrowserIndex, room: string): Promise<KnownServer> {
  const wanted = wantedName()
  const mine = (await index.getAllFromIndex('servers', 'room', room)).toSorted((a, b) => a.lastUsed - b.lastUsed)
  const session = sessionStorage.getItem(SESSION)
  const before = wanted === null ? mine.find((server) => server.id === session) : undefined
  if (before !== undefined && (await holdLock(before.id, LOCK_TRIES))) return used(index, before)
  if (wanted === 'new' || before !== undefined) return newServer(index, room, mine)
  const candidates = wanted === null ? mine : mine.filter((server) => server.name === wanted)
  for (const server of candidates) if (await holdLock(server.id, 1)) return used(index, server)
  if (wanted !== null && candidates.length > 0) throw new Error(`The server ${wanted} is open in another tab of this browser; use that tab, or close it first.`)
  return newServer(index, room, mine, wanted ?? undefined)
}

/** `?server=alpha` names one, `?server=new` makes one; taken out of the address, so that a reload is not another. */
function wantedName(): string | null {
  const url = new URL(location.href)
  const wanted = url.searchParams.get('server')
  if (wanted !== null) {
    url.searchParams.delete('server')
    history.replaceState(history.state, '', url)
  }
  return wanted
}

async function newServer(index: BrowserIndex, room: string, mine: readonly KnownServer[], name?: string): Promise<KnownServer> {
  const keys = await newSigningPair()
  const id = await serverIdOf(keys.keyText)
  if (id === null) throw new Error('This browser made a key that it cannot read; use a current version of it.')
  await holdLock(id, 1)
  const taken = new Set(mine.map((server) => server.name))
  const free = greekLetters.find((letter) => !taken.has(letter)) ?? `server${mine.length + 1}`
  return used(index, { id, room, name: name ?? free, keys, lastUsed: 0 })
}

async function used(index: BrowserIndex, server: KnownServer): Promise<KnownServer> {
  const now = { ...server, lastUsed: Date.now() }
  await index.put('servers', now)
  sessionStorage.setItem(SESSION, server.id)
  return now
}

/** True once this tab holds the lock of the server; it keeps it until it is gone [B1]. */
async function holdLock(id: ServerId, tries: number): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    if (await requestLock(id)) return true
    if (attempt >= tries) return false
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE))
  }
}

const requestLock = (id: ServerId): Promise<boolean> =>
  new Promise((resolve, reject) => {
    navigator.locks
      .request(`namering server ${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock === null ? undefined : new Promise<never>(() => undefined)
      })
      .catch(reject)
  })

/** Does something in one tab of this browser at a time: making a room's root. */
export const aloneInRoom = (room: string, act: () => Promise<void>): Promise<void> => navigator.locks.request(`namering room ${room}`, act)
