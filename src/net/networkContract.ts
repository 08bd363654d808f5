/**
 * What every Network must do, as a list of cases that any test runner can run: in Node on `loopbackNetwork` and on the
 * plain road of `webrtcNetwork`, in a browser on the real thing. A case throws when the contract is broken.
 */
import type { ServerId } from '../core/names'
import { serverIdOf } from '../keys/signing'
import type { LinkState } from './network'

/** One server under test, perhaps in another tab. */
export interface Subject {
  readonly server: ServerId
  send(to: ServerId, message: string): Promise<void>
  /** Sends `count` messages `text 0`, `text 1` … in one go. */
  sendMany(to: ServerId, text: string, count: number): Promise<void>
  cut(servers: ServerId[]): Promise<void>
  disturb(weather: { delay: number; loss: number }): Promise<void>
  enter(room: string): Promise<void>
  leave(room: string): Promise<void>
  links(): Promise<LinkState[]>
  /** What has been heard from each server since the start, in order. */
  heard(): Promise<{ from: ServerId; message: string }[]>
  /** Names of handlers called, with the server: `connected s7q2…`. */
  events(): Promise<string[]>
  refusals(): Promise<string[]>
  /** The room of each link that came up, in order. */
  metIn(): Promise<string[]>
  close(): Promise<void>
}

export interface ContractWorld {
  /** Two rooms that are its alone; servers open in the first unless said otherwise. */
  readonly rooms: readonly [string, string]
  open(name: string, room?: string): Promise<Subject>
}

export interface ContractCase {
  title: string
  run(world: ContractWorld): Promise<void>
}

export const networkContract: ContractCase[] = [
  {
    title: 'servers of a room find each other and talk both ways',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await a.send(b.server, 'from a')
      await b.send(a.server, 'from b')
      await hears(b, a, ['from a'])
      await hears(a, b, ['from b'])
      demand((await a.events()).includes(`connected ${b.server}`), 'the handler was told of the link')
      const link = await linkBetween(a, b)
      demand((await serverIdOf(link.key ?? '')) === b.server, 'the key is the one of the server')
      demand(link.name === 'beta' && link.road !== null && link.sent.messages === 1 && link.received.messages === 1, 'the link is counted')
    },
  },
  {
    title: 'a message of 1 MiB arrives whole, a longer one is refused, and so is one to nobody',
    async run(world) {
      const [a, b] = await linkedPair(world)
      const long = 'na\u0308mé🌍'.repeat(80_000)
      await a.send(b.server, long)
      await a.send(b.server, 'x'.repeat((1 << 20) + 1))
      await a.send('aaaaaaaaaaaaaaaaaaaa' as ServerId, 'anyone?')
      await a.send(b.server, 'end')
      await hears(b, a, [long, 'end'])
      demand((await a.refusals()).join() === 'message too long,not connected', 'what was not sent was counted')
    },
  },
  {
    title: '1000 small messages arrive in order, each once',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await a.sendMany(b.server, 'update', 1000)
      await hears(
        b,
        a,
        Array.from({ length: 1000 }, (_, number) => `update ${number}`),
      )
    },
  },
  {
    title: 'a cut by one side stops both directions, and healing brings the link back',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await a.cut([b.server])
      demand((await linkBetween(a, b)).state === 'cut', 'the link is shown as cut')
      demand((await a.events()).includes(`disconnected ${b.server}`), 'the handler was told of the cut')
      await a.send(b.server, 'lost')
      await b.send(a.server, 'lost too')
      await until('the other side notices', async () => (await linkBetween(b, a)).state !== 'connected')
      demand((await linkBetween(a, b)).state === 'cut', 'the link is still shown as cut')
      await a.cut([])
      await linked(a, b)
      await a.send(b.server, 'healed')
      await b.send(a.server, 'healed too')
      await hears(b, a, ['healed'])
      await hears(a, b, ['healed too'])
    },
  },
  {
    title: 'a cut touches no other link, and may come before the first contact',
    async run(world) {
      const [a, b] = await linkedPair(world)
      const c = await world.open('gamma')
      await a.cut([c.server])
      await linked(b, c)
      await a.cut([c.server, b.server])
      await a.cut([c.server])
      await linked(a, b)
      await a.send(b.server, 'through')
      await hears(b, a, ['through'])
      demand((await linkBetween(a, c)).state === 'cut', 'the third is cut off')
    },
  },
  {
    title: 'goodbye is noticed at once',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await b.close()
      await until('the server is absent', async () => (await linkBetween(a, b)).state === 'absent', 2000)
      demand((await linkBetween(a, b)).reason === 'said goodbye', 'the reason is said')
      demand((await a.events()).at(-1) === `disconnected ${b.server}`, 'the handler was told')
    },
  },
  {
    title: 'servers of two rooms meet when one enters the room of the other, and part when it leaves',
    async run(world) {
      const [a, b] = await linkedPair(world)
      const c = await world.open('gamma', world.rooms[1])
      await a.enter(world.rooms[1])
      await linked(a, c)
      await a.send(c.server, 'from the other room')
      await hears(c, a, ['from the other room'])
      const met = async (at: Subject): Promise<string> => (await at.links()).filter(({ state }) => state === 'connected').map(({ server }) => server).toSorted().join()
      demand((await met(a)) === [b.server, c.server].toSorted().join(), 'who is in both rooms meets those of both')
      demand((await met(b)) === a.server, 'who is in one room only meets nobody of the other')
      await a.leave(world.rooms[1])
      await until('the link is gone at both ends', async () => (await linkBetween(a, c)).state === 'absent' && (await linkBetween(c, a)).state !== 'connected')
      demand((await a.events()).at(-1) === `disconnected ${c.server}`, 'the handler was told')
      await a.send(b.server, 'still here')
      await hears(b, a, ['still here'])
    },
  },
  {
    title: 'who is met in two rooms has one link, which outlives either',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await b.enter(world.rooms[1])
      await a.enter(world.rooms[1])
      await a.enter(world.rooms[1])
      await a.send(b.server, 'once')
      await hears(b, a, ['once'])
      demand((await a.links()).length === 1 && (await b.links()).length === 1, 'the other is counted once')
      demand((await a.metIn()).join() === world.rooms[0], 'the link is of the room in which it was made')
      await a.leave(world.rooms[0])
      await linked(a, b)
      await b.leave(world.rooms[0])
      await linked(a, b)
      await b.send(a.server, 'in the other room')
      await hears(a, b, ['in the other room'])
    },
  },
  {
    title: 'a server is in eight rooms at most',
    async run(world) {
      const a = await world.open('alpha')
      for (let room = 0; room < 8; room++) await a.enter(`${world.rooms[1]}${room}`)
      demand((await a.refusals()).join() === 'too many rooms', 'the ninth is refused, and counted')
    },
  },
  {
    title: 'bad weather delays and loses messages',
    async run(world) {
      const [a, b] = await linkedPair(world)
      await a.disturb({ delay: 0, loss: 1 })
      await a.sendMany(b.server, 'lost', 10)
      await a.disturb({ delay: 100, loss: 0 })
      const begun = performance.now()
      await a.send(b.server, 'late')
      await hears(b, a, ['late'])
      demand(performance.now() - begun >= 99, 'the message took its time')
    },
  },
]

async function linkedPair(world: ContractWorld): Promise<[Subject, Subject]> {
  const a = await world.open('alpha')
  const b = await world.open('beta')
  await linked(a, b)
  return [a, b]
}

async function linked(a: Subject, b: Subject): Promise<void> {
  await until('both ends are linked', async () => {
    const states = [await linkBetween(a, b), await linkBetween(b, a)].map((link) => link.state)
    return states.every((state) => state === 'connected')
  })
}

async function linkBetween(a: Subject, b: Subject): Promise<LinkState> {
  const link = (await a.links()).find((each) => each.server === b.server)
  const none = { messages: 0, bytes: 0 }
  return link ?? { server: b.server, name: '', key: null, state: 'absent', road: null, roundTrip: null, offset: null, lastHeard: null, sent: none, received: none, reason: '' }
}

/** Waits for the messages, and demands that they are all there is from that server. */
async function hears(at: Subject, from: Subject, messages: string[]): Promise<void> {
  let got: string[] = []
  await until('the messages arrive', async () => {
    got = (await at.heard()).filter((each) => each.from === from.server).map((each) => each.message)
    return got.length >= messages.length
  })
  demand(got.length === messages.length && got.every((message, at) => message === messages[at]), 'exactly these messages, in this order')
}

async function until(what: string, holds: () => Promise<boolean>, patience = 15_000): Promise<void> {
  const deadline = performance.now() + patience
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(`does not hold: ${what}`)
}
