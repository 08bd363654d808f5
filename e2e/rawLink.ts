/** A stranger of the room who has proved who it is, and then sends frames as no server writes them. It runs in the test and reaches the tab by the relay. */
import { WebSocket } from 'ws'
import { fromBase64url, randomText, type Bytes } from '../src/keys/encoding'
import { roomKeys } from '../src/keys/sealing'
import { newSelf } from '../src/net/contractSubject'
import type { Self } from '../src/net/handshake'
import type { Session } from '../src/net/session'
import { openSignalling } from '../src/net/signalling'
import { noteOf, openSession, type Switchboard } from '../src/net/switchboard'
import { expect, type Tab } from './cluster'
import { roomOf } from './mallory'

Object.assign(globalThis, { WebSocket })

export interface RawLink {
  send(frame: Bytes): void
  /** Why it has ended; null while it lives. */
  ended(): string | null
  close(): void
}

/** An identity of the one who calls, which is the greater of the two. */
async function greaterThan(server: string, name: string): Promise<Self> {
  for (;;) {
    const self = await newSelf(name)
    if (self.server > server) return self
  }
}

export async function openRawLink(tab: Tab, name: string): Promise<RawLink> {
  const { room, relay } = roomOf(tab)
  const to = await tab.page.evaluate(() => window.namering.view().server.id)
  const self = await greaterThan(to, name)
  let session: Session | null = null
  let isProven = false
  let ended: string | null = null
  const handlers = { disconnected: () => undefined, message: () => undefined, clock: () => undefined, changed: () => undefined, refused: () => undefined }
  const board: Switchboard = { self, handlers, iceServers: [], weather: { delay: 0, loss: 0 }, webrtcSilent: true, hasRoom: () => true, connected: () => undefined, changed: () => undefined }
  const signalling = openSignalling(await roomKeys(room), [relay], {
    opened: () => signalling.send(noteOf(self, { type: 'hello', except: [] }), null),
    changed: () => undefined,
    refused: () => undefined,
    note(note, way) {
      if (note.from !== to) return
      if (note.type === 'frame' && note.session === session?.id) session.receive(fromBase64url(note.body)!)
      if (note.type !== 'here') return
      session ??= openSession(
        board,
        { id: randomText(), role: 'caller', road: 'plain', room: signalling, to, at: note.instance, way, isMuted: () => false },
        {
          proven: () => {
            isProven = true
          },
          frame: () => undefined,
          drained: () => undefined,
          foreign: () => undefined,
          closed: (reason) => {
            ended = reason
          },
        },
      )
    },
  })
  await expect.poll(() => isProven).toBe(true)
  return {
    send: (frame) => session?.send(frame),
    ended: () => ended,
    close: () => signalling.close(),
  }
}
