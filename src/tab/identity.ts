/**
 * Which server a tab is (SPEC §13, B1): after a reload the server it was; a newly opened tab takes up a server of this
 * browser that is not open, else becomes a new one; a duplicated tab becomes a new one. A Web Lock for the tab's life
 * settles every race.
 */
import { failure, NameServiceError } from '../core/errors'
import { labelFault, shown, type ServerId } from '../core/names'
import { isRoom } from '../core/directories/rooms'
import { greekLetters } from '../core/servers/register'
import { newSigningPair, serverIdOf } from '../keys/signing'
import { toBase32, randomBytes } from '../keys/encoding'
import type { BrowserIndex, KnownRoom, KnownServer } from '../storage/browserIndex'

/** A reload can ask before the old document has let go. */
const LOCK_TRIES = 8
const LOCK_PAUSE = 50
const ROOM_LETTERS = 26

/** What stands after `#room=` is no room, so nobody else can be in it. */
export class WrongRoom extends Error {
  constructor(given: string) {
    super(
      given === ''
        ? `The link is not whole: the room is missing in it. ${nextStep()}`
        : `The link leads to no room: a room is ${ROOM_LETTERS} of the letters a to z and the digits 2 to 7, and “${shown(given)}” is not, it was cut short or mistyped. ${nextStep()}`,
    )
    this.name = 'WrongRoom'
  }
}
const nextStep = (): string => `Ask for the link again, or open ${ownRoomUrl()} to use a room of your own.`

/** The page without a room in its address. */
export const ownRoomUrl = (): string => `${location.origin}${location.pathname}`

const inFragment = (url: string, part: string): string | null => new URLSearchParams(new URL(url).hash.slice(1)).get(part)
const roomIn = (url: string): string | null => inFragment(url, 'room')

/** The room that an invitation leads to: the link, or what stands after `#room=` in it; null for anything else. */
export function roomOfLink(text: string): string | null {
  const given = /#room=([^&]*)(?:&.*)?$/.exec(text.trim())?.[1] ?? text.trim()
  return isRoom(given) ? given : null
}

/** The invitation to be somebody in the page's address: `#room=…&invitation=…`. */
export const invitationInAddress = (): string | null => inFragment(location.href, 'invitation')

/** Takes it out of the address, and of what the back button leads to. */
export function forgetInvitation(room: string): void {
  history.replaceState(history.state, '', inviteUrl(room, location.search))
}

/** Link that makes whoever opens it an entry of this room. The fragment is sent to no server. */
export const invitationUrl = (room: string, invitation: string): string => `${inviteUrl(room)}&${new URLSearchParams({ invitation })}`

/** Room and invitation of such a link; null for what is none. */
export function linkToInvitation(text: string): { room: string; hash: string } | null {
  const hash = text.trim().replace(/^[^#]*/, '')
  const [room, invitation] = [roomOfLink(hash), new URLSearchParams(hash.slice(1)).get('invitation')]
  return room === null || invitation === null ? null : { room, hash }
}

/** The room in the page's address (`#room=…`), else the one this browser was in last, else a new one. */
export async function findRoom(index: BrowserIndex): Promise<KnownRoom> {
  const given = roomIn(location.href)
  if (given !== null && !isRoom(given)) throw new WrongRoom(given)
  const fresh = toBase32(randomBytes(20), ROOM_LETTERS)
  // One transaction: tabs that open at the same time find the same room, and none writes over what another learnt of it.
  const tx = index.transaction('rooms', 'readwrite')
  const known = given === null ? lastEntered(await tx.store.getAll()) : await tx.store.get(given)
  const room: KnownRoom = { ...(known ?? { id: given ?? fresh, madeHere: given === null, root: null }), lastUsed: Date.now() }
  await tx.store.put(room)
  await tx.done
  if (given === null) showRoom(room)
  return room
}

const showRoom = ({ id }: KnownRoom): void => history.replaceState(history.state, '', `${location.pathname}${location.search}#room=${id}`)

/** The last room with a root, or made here: one in which nobody was ever met is not worth coming back to unasked. */
const lastEntered = (rooms: readonly KnownRoom[]): KnownRoom | undefined =>
  rooms.filter(({ id, madeHere, root }) => isRoom(id) && (madeHere || root !== null)).toSorted((a, b) => b.lastUsed - a.lastUsed)[0]

/** A link to another room that is opened in this tab changes only the fragment: the page begins anew there. A fragment without a room is no other one. */
export function followRoom(room: () => KnownRoom | null, invited: () => void): void {
  addEventListener('hashchange', () => {
    const given = roomIn(location.href)
    const here = room()
    if (given === null && here !== null) showRoom(here)
    else if (given !== null && given !== here?.id) location.reload()
    else invited()
  })
}

/** Address of the page as a new server of this room. */
export function newServerUrl(room: string): string {
  const url = new URL(location.href)
  url.search = '?server=new'
  url.hash = `room=${room}`
  return url.href
}

/** Link for somebody else, or another browser. */
export function inviteUrl(room: string, search = ''): string {
  const url = new URL(location.href)
  url.search = search
  url.hash = `room=${room}`
  return url.href
}

/** The server of this tab, its lock held until the tab is gone. Rejects when the one asked for is open elsewhere. */
export async function takeServer(index: BrowserIndex, room: string): Promise<KnownServer> {
  const server = await findServer(index, room)
  const now = { ...server, lastUsed: Date.now() }
  await index.put('servers', now)
  session.write(room, server.id)
  forgetWanted()
  return now
}

async function findServer(index: BrowserIndex, room: string): Promise<KnownServer> {
  const wanted = wantedName()
  const mine = (await index.getAllFromIndex('servers', 'room', room)).toSorted((a, b) => a.lastUsed - b.lastUsed)
  const last = session.read(room)
  const before = wanted === null ? mine.find((server) => server.id === last) : undefined
  if (before !== undefined && (await holdLock(before.id, LOCK_TRIES))) return before
  if (wanted === 'new' || before !== undefined) return newServer(room, mine)
  const candidates = wanted === null ? mine : mine.filter((server) => server.name === wanted)
  for (const server of candidates) if (await holdLock(server.id, wanted === null ? 1 : LOCK_TRIES)) return server
  if (wanted !== null && candidates.length > 0) throw new Error(`The server ${wanted} is open in another tab of this browser; use that tab, or close it and try again.`)
  return newServer(room, mine, wanted ?? undefined)
}

/** `?server=alpha` names one, `?server=new` makes one. */
function wantedName(): string | null {
  const wanted = new URL(location.href).searchParams.get('server')
  if (wanted === null || wanted === '') return null
  const fault = labelFault(wanted)
  if (fault !== null) throw new NameServiceError(failure('BadName', { name: shown(wanted), reason: fault }))
  return wanted
}

/** A wish that has come true is taken out of the address, so that a reload is the same server; one that has not stays. */
function forgetWanted(): void {
  const url = new URL(location.href)
  url.searchParams.delete('server')
  if (url.href !== location.href) history.replaceState(history.state, '', url)
}

/** Which server this tab was in a room. A browser may keep nothing for a tab: it then is any server that is not open. */
const session = {
  read(room: string): string | null {
    try {
      return sessionStorage.getItem(`namering server ${room}`)
    } catch {
      return null
    }
  },
  write(room: string, server: ServerId): void {
    try {
      sessionStorage.setItem(`namering server ${room}`, server)
    } catch {
      // Only a reload would have read it.
    }
  },
}

async function newServer(room: string, mine: readonly KnownServer[], name?: string): Promise<KnownServer> {
  const keys = await newSigningPair()
  const id = await serverIdOf(keys.keyText)
  if (id === null) throw new Error('This browser made a key that it cannot read; use a current version of it.')
  await holdLock(id, 1)
  const taken = new Set(mine.map((server) => server.name))
  const free = greekLetters.find((letter) => !taken.has(letter)) ?? `server${mine.length + 1}`
  return { id, room, name: name ?? free, keys, incarnation: 0, lastUsed: 0 }
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
