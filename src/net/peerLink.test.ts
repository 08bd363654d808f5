import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { newSelf } from './contractSubject'
import type { Self } from './handshake'
import type { Note } from './notes'
import { PeerLink } from './peerLink'
import type { Signalling } from './signalling'
import type { Switchboard } from './switchboard'

let selves: [Self, Self]
beforeAll(async () => {
  selves = await Promise.all([newSelf('alpha'), newSelf('beta')])
})

// Time is the test's, and stands still while cryptography is at work.
let atWork = 0
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  const { subtle } = crypto
  for (const name of ['generateKey', 'importKey', 'exportKey', 'deriveKey', 'deriveBits', 'digest', 'sign', 'verify', 'encrypt', 'decrypt'] as const) {
    const act = (subtle[name] as (...args: unknown[]) => Promise<unknown>).bind(subtle)
    vi.spyOn(subtle, name as 'digest').mockImplementation((...args: unknown[]) => {
      atWork += 1
      return act(...args).finally(() => (atWork -= 1)) as Promise<ArrayBuffer>
    })
  }
})
afterEach(() => {
  for (const { link } of ends.splice(0)) link.leave()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

async function rest(): Promise<void> {
  for (let idle = 0; idle < 3; idle = atWork > 0 ? 0 : idle + 1) await new Promise((resolve) => setImmediate(resolve))
}

interface End {
  link: PeerLink
  board: Switchboard
  room: Signalling
  events: string[]
}
const ends: End[] = []

/** Two servers that know of each other, on a road that takes each note so long. */
function meet(noteTime: number): [End, End] {
  const [alpha, beta] = selves
  const open = (self: Self, other: Self, to: () => End): End => {
    const events: string[] = []
    const post = (note: Note): void => void setTimeout(() => to().link.heard(note, { road: 'broadcast' }, to().room), noteTime)
    const board: Switchboard = {
      self,
      handlers: {
        disconnected: (_, reason) => events.push(`disconnected: ${reason}`),
        message: (_, message) => events.push(message),
        clock: () => undefined,
        changed: () => undefined,
        refused: (reason) => events.push(`refused ${reason}`),
      },
      iceServers: [],
      weather: { delay: 0, loss: 0 },
      webrtcSilent: false,
      hasRoom: () => true,
      connected: ({ name }) => events.push(`connected ${name}`),
      changed: () => undefined,
    }
    const room: Signalling = { send: post, prepare: async (note) => () => post(note), waiting: () => 0, roads: () => [], close: () => undefined }
    return { link: new PeerLink(other.server, board), board, room, events }
  }
  const a = open(alpha, beta, () => b)
  const b = open(beta, alpha, () => a)
  ends.push(a, b)
  const { server: from, instance, name } = beta
  a.link.heard({ from, instance, name, type: 'here', to: alpha.server }, { road: 'broadcast' }, a.room)
  b.link.heard({ from: alpha.server, instance: alpha.instance, name: alpha.name, type: 'here', to: beta.server }, { road: 'broadcast' }, b.room)
  return [a, b]
}

/** Lets time pass, with beats. */
async function pass(milliseconds: number, enough = () => false): Promise<void> {
  for (let passed = 0; passed < milliseconds && !enough(); passed += 100) {
    vi.advanceTimersByTime(100)
    if (passed % 1500 === 0) for (const { link } of ends) link.beat(false)
    await rest()
  }
}

const linked = (...both: End[]): boolean => both.every(({ link }) => link.isConnected)
const linkUp = (...both: End[]): Promise<void> => pass(120_000, () => linked(...both))

describe('a delay that a person set', () => {
  it.each([
    ['one end', [5000, 0]],
    ['one end, a long one', [30_000, 0]],
    ['both ends', [5000, 5000]],
  ] as const)('at %s does not end the link, is measured, and holds messages back', async (_, delays) => {
    const [a, b] = meet(0)
    await linkUp(a, b)
    a.board.weather.delay = delays[0]
    b.board.weather.delay = delays[1]
    await pass(300_000)
    const there = delays[0] + delays[1]
    expect(a.link.state.roundTrip).toBeGreaterThanOrEqual(2 * there)
    expect(a.link.state.roundTrip).toBeLessThan(2 * there + 1500)
    expect(Math.abs(a.link.state.offset!)).toBeLessThan(1000)
    a.link.send('late')
    await pass(there - 200)
    expect(b.events).toEqual(['connected alpha'])
    await pass(1000)
    expect(b.events).toEqual(['connected alpha', 'late'])
    a.board.weather.delay = 0
    b.board.weather.delay = 0
    await pass(60_000)
    expect(a.events).toEqual(['connected beta'])
    expect(b.events).toEqual(['connected alpha', 'late'])
  })
})

describe('silence', () => {
  it('ends a link within 8 seconds, and on a slow road later by a round trip', async () => {
    for (const [noteTime, least, most] of [[0, 6000, 8000], [2000, 9000, 13_000]] as const) {
      const [a, b] = meet(noteTime)
      await linkUp(a, b)
      await pass(60_000)
      expect(a.events).toEqual(['connected beta'])
      b.board.weather.loss = 1
      a.board.weather.loss = 1
      const begun = performance.now()
      await pass(60_000, () => a.events.length > 1)
      expect(a.events[1]).toMatch(/^disconnected: nothing heard for \d+ seconds$/)
      expect(performance.now() - begun).toBeGreaterThan(least)
      expect(performance.now() - begun).toBeLessThan(most)
      for (const { link } of ends.splice(0)) link.leave()
    }
  })
})

describe('a clock that is set', () => {
  it('ends no link', async () => {
    const [a, b] = meet(0)
    await linkUp(a, b)
    vi.setSystemTime(Date.now() + 3_600_000)
    await pass(10_000)
    expect(a.events).toEqual(['connected beta'])
    expect(b.events).toEqual(['connected alpha'])
  })
})

describe('a slow road', () => {
  it.each([1000, 2500, 4000])('brings a link up all the same, each note taking %d ms', async (noteTime) => {
    const [a, b] = meet(noteTime)
    await linkUp(a, b)
    expect(linked(a, b)).toBe(true)
    await pass(60_000)
    expect(a.events).toEqual(['connected beta'])
    expect(b.events).toEqual(['connected alpha'])
  })
})

describe('somebody in the room who speaks in the name of a server [X1] [X5]', () => {
  it('neither ends its link, however much rubbish it is, nor renames it; it is counted', async () => {
    const [a, b] = meet(0)
    await linkUp(a, b)
    const forged = { from: a.link.server, instance: 'mallory', name: 'mallory', to: selves[0].server } as const
    for (let i = 0; i < 100; i++) a.link.heard({ ...forged, type: 'frame', at: selves[0].instance, session: `${i}`, body: '!' }, { road: 'broadcast' }, a.room)
    for (const type of ['hello', 'here', 'ring', 'bye'] as const) a.link.heard({ ...forged, type, except: [] }, { road: 'broadcast' }, a.room)
    await pass(10_000)
    expect(linked(a, b)).toBe(true)
    expect(a.link.state.name).toBe('beta')
    b.link.send('still here')
    await pass(1000)
    expect(a.events).toEqual(['connected beta', ...Array.from({ length: 100 }, () => 'refused rubbish'), 'still here'])
    expect(b.events).toEqual(['connected alpha'])
  })
})
