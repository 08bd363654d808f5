/**
 * The signalling road: notes between the servers of a room, by BroadcastChannel inside one browser (no server at all)
 * and by relays between browsers, both at once. Notes are sealed with the room's key, arrive at most once, and keep
 * their order on each road; any of them may be lost.
 */
import { openNote, type RoomKeys, sealNote } from '../keys/sealing'
import type { SignallingRoad } from './network'
import { noteLimit, type Note, parseNote } from './notes'
import { openRelayRoad, type RelayRoad } from './relayRoad'

/** Where a note came from, so that an answer can go the same way and no other. */
export type Way = { road: 'broadcast' } | { road: 'relay'; url: string; address: string }

export interface Signalling {
  /** Sends by one way, or by all roads when `way` is null. */
  send(note: Note, way: Way | null): void
  /** Seals a note now, to be sent later without waiting: a page that closes has no time for sealing. */
  prepare(note: Note, way: Way | null): Promise<() => void>
  /** Bytes that wait to leave by this way. */
  waiting(way: Way): number
  roads(): SignallingRoad[]
  close(): void
}

export interface SignallingHandlers {
  note(note: Note, way: Way): void
  /** A road has opened: time to say hello there. */
  opened(): void
  changed(): void
  refused(reason: string, detail: string): void
}

/** How many notes are remembered, so that what comes by two roads counts once. */
const rememberedNotes = 4096
/** Bytes of notes that may wait to be opened. */
const openingLimit = 64 << 20

export function openSignalling(keys: RoomKeys, relays: readonly string[], handlers: SignallingHandlers): Signalling {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(`namering:${keys.topic}`)
  const seen = new Set<string>()
  let sealing = Promise.resolve()
  let sealingBytes = 0
  let openingBytes = 0
  let closed = false

  /** Opens what arrives on one road, one after the other, so that order is kept. */
  function inbox(): (sealed: string, way: Way) => void {
    let opening = Promise.resolve()
    return (sealed, way) => {
      if (openingBytes + sealed.length > openingLimit) return handlers.refused('too many notes', `by ${way.road}`)
      openingBytes += sealed.length
      opening = opening.then(() => receive(sealed, way)).finally(() => {
        openingBytes -= sealed.length
      })
    }
  }

  async function receive(sealed: string, way: Way): Promise<void> {
    if (closed || seen.has(noteName(sealed))) return
    if (sealed.length > noteLimit) return handlers.refused('note too long', `${sealed.length} bytes by ${way.road}`)
    const text = await openNote(keys.noteKey, sealed)
    if (text === null) return handlers.refused('note not of this room', `by ${way.road}`)
    if (closed || seen.has(noteName(sealed))) return
    remember(seen, noteName(sealed))
    const note = parseNote(text)
    if (note === null) return handlers.refused('malformed note', `by ${way.road}`)
    handlers.note(note, way)
  }

  const fromChannel = inbox()
  if (channel !== null) {
    channel.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (typeof event.data === 'string') fromChannel(event.data, { road: 'broadcast' })
    })
  }

  const relayRoads = new Map<string, RelayRoad>()
  for (const url of relays) {
    const fromRelay = inbox()
    try {
      const road = openRelayRoad(url, keys.topic, {
        note: (sealed, address) => fromRelay(sealed, { road: 'relay', url, address }),
        changed(isOpen) {
          if (isOpen) handlers.opened()
          handlers.changed()
        },
      })
      relayRoads.set(url, road)
    } catch (error) {
      // The address is none, or a page that came by https may not use one without.
      handlers.refused('relay without use', `${url}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  function post(sealed: string, way: Way | null): void {
    // A BroadcastChannel stays within one origin; only windows have target origins.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    if (way === null || way.road === 'broadcast') channel?.postMessage(sealed)
    if (way === null) for (const road of relayRoads.values()) road.send(sealed, null)
    else if (way.road === 'relay') relayRoads.get(way.url)?.send(sealed, way.address)
  }

  return {
    send(note, way) {
      const text = JSON.stringify(note)
      sealingBytes += text.length
      sealing = sealing.then(async () => {
        const sealed = await sealNote(keys.noteKey, text)
        sealingBytes -= text.length
        if (!closed) post(sealed, way)
      })
    },
    async prepare(note, way) {
      const sealed = await sealNote(keys.noteKey, JSON.stringify(note))
      return () => post(sealed, way)
    },
    waiting: (way) => sealingBytes + (way.road === 'relay' ? (relayRoads.get(way.url)?.waiting() ?? 0) : 0),
    roads: () => [
      { road: 'broadcast', url: '', open: channel !== null },
      ...Array.from(relayRoads.values(), (road): SignallingRoad => ({ road: 'relay', url: road.url, open: road.isOpen() })),
    ],
    close() {
      closed = true
      channel?.close()
      for (const road of relayRoads.values()) road.close()
    },
  }
}

/** The random IV at the head of a sealed note names it: nobody else writes a note with the same one. */
function noteName(sealed: string): string {
  return sealed.slice(0, 16)
}

function remember(seen: Set<string>, name: string): void {
  seen.add(name)
  if (seen.size <= rememberedNotes) return
  for (const oldest of seen) {
    seen.delete(oldest)
    break
  }
}
