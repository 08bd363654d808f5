import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encodeControl } from './control'
import { framesOf, messageMark } from './framing'
import type { Session } from './session'
import { Traffic } from './traffic'

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'Date'] }))
afterEach(() => vi.useRealTimers())

const kibi = 1 << 10
const mebi = 1 << 20
const one = (message: string): Uint8Array => framesOf(0, message)![0]!

/** One end of a link, over a transport that keeps what the other end does not take. */
function open() {
  const got: string[] = []
  const faults: string[] = []
  const refusals = new Map<string, number>()
  const traffic = new Traffic(
    { delay: 0, loss: 0 },
    {
      message: (message) => got.push(message),
      clock: () => undefined,
      farewell: () => undefined,
      rubbish: (reason) => faults.push(reason),
      refused: (reason) => refusals.set(reason, (refusals.get(reason) ?? 0) + 1),
    },
  )
  const wire = { frames: 0, messages: 0, waiting: 0, takes: true }
  const session = {
    send(frame: Uint8Array) {
      wire.frames += 1
      if (frame[0] === messageMark) wire.messages += 1
      if (!wire.takes) wire.waiting += frame.length
    },
    waiting: () => wire.waiting,
  } as Session
  return { traffic, session, wire, got, faults, refusals }
}

describe('[X4] the other end takes too slowly', () => {
  it('what is sent waits before the transport, no more than 32 MiB of it, and what is dropped is counted', () => {
    const { traffic, session, wire, refusals } = open()
    wire.takes = false
    traffic.attach(session, false)
    const long = 'x'.repeat(mebi)
    for (let i = 0; i < 40; i++) traffic.send(long)
    expect(wire.waiting).toBeLessThan(mebi + 32 * kibi)
    expect(refusals).toEqual(new Map([['queue full', 40 - traffic.sent.messages]]))
    expect(traffic.sent.messages).toBeGreaterThanOrEqual(31)
    expect(traffic.sent.bytes - wire.waiting).toBeLessThanOrEqual(32 * mebi)
    Object.assign(wire, { takes: true, waiting: 0 })
    traffic.pump()
    expect(wire.messages).toBe(traffic.sent.messages * framesOf(0, long)!.length)
    traffic.send(long)
    expect(refusals.get('queue full')).toBe(40 - traffic.sent.messages + 1)
  })

  it('no more than 50,000 small messages wait', () => {
    const { traffic, refusals } = open()
    for (let i = 0; i < 50_100; i++) traffic.send('x')
    expect(traffic.sent.messages).toBe(50_000)
    expect(refusals).toEqual(new Map([['queue full', 100]]))
  })

  it('a link that is gone keeps nothing of what waited', () => {
    const { traffic, session, wire, refusals } = open()
    for (let i = 0; i < 50_001; i++) traffic.send('x')
    traffic.detach()
    traffic.attach(session, false)
    expect(wire.messages).toBe(0)
    traffic.send('x')
    expect([wire.messages, refusals.get('queue full')]).toEqual([1, 1])
  })

  it('beats from who takes nothing are answered only while the channel has room', () => {
    const { traffic, session, wire } = open()
    wire.takes = false
    traffic.attach(session, false)
    for (let number = 0; number < 100_000; number++) traffic.accept(encodeControl({ type: 'beat', number }))
    expect(wire.waiting).toBeGreaterThan(mebi)
    expect(wire.waiting).toBeLessThan(3 * mebi)
  })
})

describe('[X4] the other end brings too much', () => {
  it('100,000 messages at once are taken, the next are refused and counted, until its rate has room again', () => {
    const { traffic, session, got, faults, refusals } = open()
    traffic.attach(session, false)
    const frame = one('x')
    for (let i = 0; i < 100_500; i++) traffic.accept(frame)
    expect([got.length, traffic.received.messages]).toEqual([100_000, 100_000])
    expect(refusals).toEqual(new Map([['too fast', 500]]))
    vi.advanceTimersByTime(10)
    for (let i = 0; i < 600; i++) traffic.accept(frame)
    expect([got.length, refusals.get('too fast')]).toEqual([100_500, 600])
    expect(faults).toEqual([])
  })

  it('128 MiB at once are looked at, the next bytes are refused unread', () => {
    const { traffic, session, got, refusals } = open()
    traffic.attach(session, false)
    const frame = one('x'.repeat(16_375))
    expect(frame.length).toBe(16 * kibi)
    for (let i = 0; i < 8192 + 100; i++) traffic.accept(frame)
    expect([got.length, refusals.get('too fast')]).toEqual([8192, 100])
    traffic.accept(encodeControl({ type: 'bye' }))
    expect(refusals.get('too fast')).toBe(101)
    vi.advanceTimersByTime(1000)
    for (let i = 0; i < 4096 + 1; i++) traffic.accept(frame)
    expect([got.length, refusals.get('too fast')]).toEqual([8192 + 4096, 102])
  })

  it('of messages that are never finished it keeps a few only, and goes on with whole ones', () => {
    const { traffic, session, got, refusals } = open()
    traffic.attach(session, false)
    const halves = Array.from({ length: 1000 }, (_, number) => framesOf(number, 'x'.repeat(2 * 16_375))!)
    for (const [first] of halves) traffic.accept(first!)
    // The newest eight are still there to be finished.
    for (const [, second] of halves.toReversed()) traffic.accept(second!)
    expect(got).toHaveLength(8)
    traffic.accept(one('whole'))
    expect(got.at(-1)).toBe('whole')
    expect(refusals).toEqual(new Map())
  })
})
