import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, fromUtf8, toUtf8 } from '../keys/encoding'
import { newSelf } from './contractSubject'
import { encodeControl } from './control'
import type { Self } from './handshake'
import { Session } from './session'
import type { Transport, TransportHandlers } from './transport'

let alpha: Self
let beta: Self
beforeAll(async () => {
  ;[alpha, beta] = await Promise.all([newSelf('alpha'), newSelf('beta')])
})

/** What leaves one end, held until the test lets it arrive at the other. */
interface Wire {
  frames: Bytes[]
  other: TransportHandlers | null
}

interface End {
  session: Session
  wire: Wire
  handlers: TransportHandlers
  proven: string[]
  got: string[]
  ended: string[]
  foreign: string[]
}

function openEnd(self: Self, expected: Self, role: 'caller' | 'answerer', bindings: { mine: string; theirs: string } | null): End {
  const wire: Wire = { frames: [], other: null }
  const end = { wire, proven: [] as string[], got: [] as string[], ended: [] as string[], foreign: [] as string[] }
  let handlers: TransportHandlers | null = null
  const transport: Transport = {
    road: bindings === null ? 'broadcast' : 'webrtc',
    bindings: () => bindings,
    send: (frame) => wire.frames.push(frame),
    waiting: () => 0,
    close: () => undefined,
  }
  const session = new Session(
    {
      id: 'session',
      role,
      expected: expected.server,
      self,
      open(given) {
        handlers = given
        return transport
      },
      prepare: async (sealed) => () => wire.frames.push(sealed),
    },
    {
      proven: (peer) => end.proven.push(peer.name),
      frame: (frame) => end.got.push(fromUtf8(frame) ?? 'not text'),
      drained: () => undefined,
      foreign: (reason) => end.foreign.push(reason),
      closed: (reason) => end.ended.push(reason),
    },
  )
  if (handlers === null) throw new Error('the session opens its transport at once')
  return { ...end, session, handlers }
}

/** Opens both ends; frames travel only by `carry`. */
function openPair(bindings: [string, string] | null): { a: End; b: End } {
  const [one, two] = bindings ?? ['', '']
  const a = openEnd(alpha, beta, 'caller', bindings && { mine: one, theirs: two })
  const b = openEnd(beta, alpha, 'answerer', bindings && { mine: two, theirs: one })
  a.handlers.opened()
  b.handlers.opened()
  return { a, b }
}

/** Waits until `count` frames have left, takes them off the wire and lets them arrive. */
async function carry(from: End, to: End, count: number): Promise<Bytes[]> {
  await expect.poll(() => from.wire.frames.length).toBeGreaterThanOrEqual(count)
  const frames = from.wire.frames.splice(0, count)
  for (const frame of frames) to.handlers.frame(frame)
  return frames
}

async function upPair() {
  const { a, b } = openPair(null)
  await carry(a, b, 1)
  await carry(b, a, 2)
  await carry(a, b, 1)
  await expect.poll(() => [...a.proven, ...b.proven]).toEqual(['beta', 'alpha'])
  return { a, b }
}

describe.each([
  ['WebRTC', ['A', 'B'] as [string, string]],
  ['the plain road', null],
])('a session by %s [X1]', (_road, bindings) => {
  it('hands nothing up before both ends are proven, and then everything in order', async () => {
    const { a, b } = openPair(bindings)
    a.session.send(toUtf8('{too early}'))
    await carry(a, b, 1)
    await carry(b, a, 2)
    await expect.poll(() => a.proven).toEqual(['beta'])
    a.session.send(toUtf8('{1}'))
    a.session.send(toUtf8('{2}'))
    b.session.send(toUtf8('{too early}'))
    expect(b.proven).toEqual([])
    await carry(a, b, 3)
    await expect.poll(() => b.got).toEqual(['{1}', '{2}'])
    expect(b.proven).toEqual(['alpha'])
    b.session.send(toUtf8('{3}'))
    await carry(b, a, 1)
    await expect.poll(() => a.got).toEqual(['{3}'])
  })

  it('ends when the other speaks nonsense, too much or nothing at all', async () => {
    const nonsense = openPair(bindings).a
    nonsense.handlers.frame(toUtf8('nonsense'))
    await expect.poll(() => nonsense.ended).toEqual(['spoke nonsense before proving who it is'])
    const { b: flooded } = openPair(bindings)
    for (let count = 0; count < 100; count++) flooded.handlers.frame(encodeControl({ type: 'beat', number: count }))
    await expect.poll(() => flooded.ended.length).toBe(1)
    expect(flooded.got).toEqual([])
    const { a: silent } = openPair(bindings)
    silent.handlers.closed('gone')
    expect(silent.ended).toEqual(['gone'])
  })
})

describe('a session by the plain road [X1]', () => {
  it('shows no frame to the relay, and takes none twice, late, sent back or in the clear', async () => {
    const { a, b } = await upPair()
    a.session.send(toUtf8('{secret}'))
    a.session.send(toUtf8('{second}'))
    const [first, second] = await carry(a, b, 2)
    if (first === undefined || second === undefined) throw new Error('two frames were carried')
    expect(Buffer.from(first).includes('secret')).toBe(false)
    for (const frame of [second, first, toUtf8('{forged}')]) b.handlers.frame(frame)
    a.handlers.frame(second)
    a.session.send(toUtf8('{last}'))
    await carry(a, b, 1)
    await expect.poll(() => b.got).toEqual(['{secret}', '{second}', '{last}'])
    expect(a.got).toEqual([])
    expect([a.foreign.length, b.foreign.length]).toEqual([1, 3])
    expect([...a.ended, ...b.ended]).toEqual([])
  })

  it('says goodbye without waiting for anything', async () => {
    const { a, b } = await upPair()
    a.session.close('bye')
    expect(a.wire.frames.length).toBe(1)
    await carry(a, b, 1)
    await expect.poll(() => b.got).toEqual(['{"type":"bye"}'])
  })
})
