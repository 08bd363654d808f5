import { afterEach, describe, expect, it, vi } from 'vitest'
import { randomText, toBase64url, toUtf8 } from '../keys/encoding'
import { roomKeys, sealNote } from '../keys/sealing'
import { newSelf, openSubject } from './contractSubject'
import type { Self } from './handshake'
import { networkContract, type Subject } from './networkContract'
import type { Note } from './notes'
import { openWebrtcNetwork } from './webrtcNetwork'

const open: Subject[] = []
afterEach(async () => {
  for (const subject of open.splice(0)) await subject.close()
})

async function openServer(room: string, self: Self): Promise<Subject> {
  const subject = await openSubject(self.server, (handlers) => openWebrtcNetwork({ room, self, handlers, relays: [], iceServers: [] }))
  open.push(subject)
  return subject
}

async function linkState(a: Subject, b: Subject): Promise<string | undefined> {
  return (await a.links()).find((link) => link.server === b.server)?.state
}

/** Another live tab with the same key. */
function again(self: Self, incarnation: number): Self {
  return { ...self, incarnation, instance: randomText() }
}

/** Writes notes as if it were another server. */
async function stranger(room: string) {
  const { topic, noteKey } = await roomKeys(room)
  const channel = new BroadcastChannel(`namering:${topic}`)
  return {
    async note(note: Note | string) {
      const sealed = typeof note === 'string' ? note : await sealNote(noteKey, JSON.stringify(note))
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      channel.postMessage(sealed)
    },
    close: () => channel.close(),
  }
}

// Node has BroadcastChannel and WebCrypto but no WebRTC: all goes by the plain road.
describe('the network contract on the plain road', () => {
  it.each(networkContract)('$title', { timeout: 30_000 }, async (each) => {
    const rooms = [randomText(), randomText()] as const
    await each.run({ rooms, open: async (name, room = rooms[0]) => openServer(room, await newSelf(name)) })
  })
})

describe('two tabs that claim one server [B2]', () => {
  it('the newer start takes the place of the older', async () => {
    const room = randomText()
    const [alpha, beta] = await Promise.all([newSelf('alpha'), newSelf('beta')])
    const a = await openServer(room, alpha)
    const old = await openServer(room, beta)
    await expect.poll(() => linkState(a, old)).toBe('connected')
    const young = await openServer(room, again(beta, 2))
    await expect.poll(() => a.events()).toEqual([`connected ${beta.server}`, `disconnected ${beta.server}`, `connected ${beta.server}`])
    await a.send(beta.server, 'to the newer')
    await expect.poll(() => young.heard()).toEqual([{ from: alpha.server, message: 'to the newer' }])
    expect(await old.heard()).toEqual([])
    await expect.poll(() => old.refusals()).toContain('twin')
  })

  it.each([1, 0])('of two equals the first stays, and an older start is refused (incarnation %d)', async (incarnation) => {
    const room = randomText()
    const [alpha, beta] = await Promise.all([newSelf('alpha'), newSelf('beta')])
    const a = await openServer(room, alpha)
    const first = await openServer(room, beta)
    await expect.poll(() => linkState(a, first)).toBe('connected')
    await openServer(room, again(beta, incarnation))
    await expect.poll(() => a.refusals()).toContain('twin')
    await a.send(beta.server, 'to the first')
    await expect.poll(() => first.heard()).toEqual([{ from: alpha.server, message: 'to the first' }])
    expect(await a.events()).toEqual([`connected ${beta.server}`])
  })
})

describe('a relay that cannot be one', () => {
  it('is told, and the room is there without it', async () => {
    vi.stubGlobal('WebSocket', function refuse() {
      throw new SyntaxError('the scheme is not allowed')
    })
    const self = await newSelf('alpha')
    const subject = await openSubject(self.server, (handlers) => openWebrtcNetwork({ room: randomText(), self, handlers, relays: ['mailto:me'], iceServers: [] }))
    open.push(subject)
    vi.unstubAllGlobals()
    expect(await subject.refusals()).toEqual(['relay without use'])
  })
})

describe('a stranger in the room', () => {
  it('cannot end a link, nor speak on it, by notes in another name', async () => {
    const room = randomText()
    const [alpha, beta] = await Promise.all([newSelf('alpha'), newSelf('beta')])
    const a = await openServer(room, alpha)
    const b = await openServer(room, beta)
    await expect.poll(() => linkState(a, b)).toBe('connected')
    const mallory = await stranger(room)
    const author = { from: beta.server, instance: beta.instance, name: 'beta' }
    const body = toBase64url(toUtf8('{"type":"bye"}'))
    await mallory.note({ ...author, type: 'bye' })
    await mallory.note({ ...author, type: 'frame', to: alpha.server, at: alpha.instance, session: 'invented', body })
    await mallory.note({ ...author, type: 'signal', to: alpha.server, at: alpha.instance, session: 'invented', signal: { type: 'offer', sdp: 'v=0' } })
    await mallory.note('not sealed at all')
    await b.send(alpha.server, 'still here')
    await expect.poll(() => a.heard()).toEqual([{ from: beta.server, message: 'still here' }])
    expect(await a.events()).toEqual([`connected ${beta.server}`])
    expect(await a.refusals()).toContain('note not of this room')
    mallory.close()
  })

  it('is cut off for a while when it keeps sending rubbish, and invents only so many servers', async () => {
    const room = randomText()
    const alpha = await newSelf('alpha')
    const a = await openServer(room, alpha)
    const mallory = await stranger(room)
    const author = { from: 'aaaaaaaaaaaaaaaaaaaa' as Note['from'], instance: 'i', name: 'm' }
    for (let count = 0; count < 40; count++) {
      await mallory.note({ ...author, type: 'frame', to: alpha.server, at: alpha.instance, session: 's', body: '!' })
    }
    await expect.poll(async () => (await a.refusals()).filter((reason) => reason === 'rubbish').length).toBe(21)
    const letters = 'abcdefghijklmnopqrstuvwxyz'
    for (let count = 0; count < 600; count++) {
      const from = `${letters[count % 26]}${letters[Math.floor(count / 26)]}${'b'.repeat(18)}` as Note['from']
      await mallory.note({ ...author, from, type: 'here', to: alpha.server })
    }
    await expect.poll(() => a.refusals()).toContain('too many servers')
    expect((await a.links()).length).toBe(500)
    mallory.close()
  })
})
