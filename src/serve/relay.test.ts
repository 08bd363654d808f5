import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { attachRelay } from './relay.mjs'

const garden = 'g'.repeat(43)
const kitchen = 'k'.repeat(43)

let server: Server
let clients: Client[]

beforeEach(async () => {
  clients = []
  server = createServer()
  attachRelay(server)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
})

afterEach(async () => {
  for (const client of clients) client.socket.terminate()
  await new Promise((resolve) => server.close(resolve))
})

interface Heard {
  from: string
  note: string
}

interface Client {
  socket: WebSocket
  say(message: unknown): void
  /** The next note, when it comes. */
  next(): Promise<Heard>
  closed: Promise<number>
}

async function dial(topic: string): Promise<Client> {
  const { port } = server.address() as AddressInfo
  const socket = new WebSocket(`ws://localhost:${port}/relay?topic=${topic}`)
  const heard: Heard[] = []
  const takers: ((note: Heard) => void)[] = []
  socket.on('message', (data: Buffer) => {
    const note = JSON.parse(data.toString()) as Heard
    const taker = takers.shift()
    if (taker === undefined) heard.push(note)
    else taker(note)
  })
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve)
  })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const client: Client = {
    socket,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next() {
      const first = heard.shift()
      return first === undefined ? new Promise((resolve) => takers.push(resolve)) : Promise.resolve(first)
    },
    closed,
  }
  clients.push(client)
  return client
}

describe('the relay', () => {
  it('passes a note to all others of the topic, and to nobody else', async () => {
    const [a, b, c, stranger] = await Promise.all([dial(garden), dial(garden), dial(garden), dial(kitchen)])
    a.say({ note: 'to all' })
    expect((await b.next()).note).toBe('to all')
    expect((await c.next()).note).toBe('to all')
    b.say({ note: 'last' })
    expect((await a.next()).note).toBe('last')
    const other = await dial(kitchen)
    other.say({ note: 'elsewhere' })
    expect((await stranger.next()).note).toBe('elsewhere')
  })

  it('passes an addressed note to one', async () => {
    const [a, b, c] = await Promise.all([dial(garden), dial(garden), dial(garden)])
    b.say({ note: 'here' })
    const { from } = await a.next()
    await c.next()
    a.say({ to: from, note: 'for b' })
    a.say({ to: 'nobody', note: 'lost' })
    a.say({ note: 'for both' })
    expect((await b.next()).note).toBe('for b')
    expect((await b.next()).note).toBe('for both')
    expect((await c.next()).note).toBe('for both')
  })

  it('knows topics only as hashes', async () => {
    await expect(dial('garden')).rejects.toThrow('403')
  })

  it.each([['rubbish'], [{ note: 5 }], [{ to: 5, note: '' }], [null], ['{"to":"x"}']])('hangs up on %j', async (message) => {
    const a = await dial(garden)
    a.say(message)
    expect(await a.closed).toBe(1008)
  })

  it('hangs up on binary and on too long notes', async () => {
    const [a, b] = await Promise.all([dial(garden), dial(garden)])
    a.socket.send(Buffer.from('{"note":""}'))
    expect(await a.closed).toBe(1008)
    b.say({ note: 'x'.repeat(70_000) })
    expect(await b.closed).toBe(1009)
  })

  it('slows down who is too fast, and loses nothing of it', async () => {
    const [a, b] = await Promise.all([dial(garden), dial(garden)])
    const count = 320
    for (let number = 0; number < count; number++) a.say({ note: `${number} ${'x'.repeat(60_000)}` })
    for (let number = 0; number < count; number++) expect((await b.next()).note.split(' ')[0]).toBe(String(number))
  })

  it('admits 200 clients to a topic', async () => {
    await Promise.all(Array.from({ length: 200 }, () => dial(garden)))
    await expect(dial(garden)).rejects.toThrow('403')
  })
})
