import { beforeAll, describe, expect, it } from 'vitest'
import type { Control } from './control'
import { newSelf } from './contractSubject'
import { fingerprintOf, type Line, type Outcome, proveEachOther, type Self, type Terms } from './handshake'

let alpha: Self
let beta: Self
let mallory: Self
beforeAll(async () => {
  ;[alpha, beta, mallory] = await Promise.all([newSelf('alpha'), newSelf('beta'), newSelf('mallory')])
})

/** Two ends of one channel; `tamper` sees, and may change, what each says, and may listen only. */
function channel(tamper: (speaker: 'caller' | 'answerer', said: Control) => Control = (_speaker, said) => said) {
  const queues = { caller: newQueue(), answerer: newQueue() }
  const line = (own: 'caller' | 'answerer', other: 'caller' | 'answerer'): Line => ({
    send: (control) => queues[other].put(tamper(own, control)),
    next: () => queues[own].take(),
  })
  return { caller: line('caller', 'answerer'), answerer: line('answerer', 'caller') }
}

function newQueue() {
  const waiting: Control[] = []
  let taker: ((control: Control) => void) | null = null
  return {
    put(control: Control) {
      if (taker === null) waiting.push(control)
      else taker(control)
      taker = null
    },
    take: () =>
      new Promise<Control | null>((resolve) => {
        const next = waiting.shift()
        if (next === undefined) taker = resolve
        else resolve(next)
      }),
  }
}

function terms(role: Terms['role'], expected: Self, binding = 'A', theirBinding: string | null = 'B'): Terms {
  return { road: 'webrtc', role, expected: expected.server, binding, theirBinding }
}

function plain(role: Terms['role'], expected: Self, binding: string): Terms {
  return { ...terms(role, expected, binding, null), road: 'plain' }
}

/** What the first end to decide against the other says; a refused end would close the channel. */
function refusal(...outcomes: Promise<Outcome>[]): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const each of outcomes) {
      each.then((outcome) => outcome.type === 'refused' && resolve(outcome.reason), reject)
    }
    Promise.all(outcomes).then(() => resolve('nobody refused'), reject)
  })
}

describe('the handshake [X1]', () => {
  it('proves both ends to each other', async () => {
    const { caller, answerer } = channel()
    const [atCaller, atAnswerer] = await Promise.all([
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(answerer, beta, terms('answerer', alpha, 'B', 'A')),
    ])
    const { server, keyText: key, incarnation, instance, name } = beta
    expect(atCaller).toEqual({ type: 'proven', peer: { server, key, incarnation, instance, name }, theirBinding: 'B' })
    expect(atAnswerer).toMatchObject({ type: 'proven', peer: { server: alpha.server } })
  })

  it('on the plain road binds the key agreement that the hellos carry', async () => {
    const { caller, answerer } = channel()
    const outcomes = await Promise.all([
      proveEachOther(caller, alpha, plain('caller', beta, 'half A')),
      proveEachOther(answerer, beta, plain('answerer', alpha, 'half B')),
    ])
    expect(outcomes).toMatchObject([{ theirBinding: 'half B' }, { theirBinding: 'half A' }])
  })

  it('refuses a relay in the middle, whose bindings differ', async () => {
    const { caller, answerer } = channel()
    const reason = await refusal(
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'M')),
      proveEachOther(answerer, beta, terms('answerer', alpha, 'B', 'M')),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it('refuses a relay that puts its own half into a key agreement', async () => {
    const { caller, answerer } = channel((_speaker, said) => (said.type === 'hello' ? { ...said, exchange: 'half M' } : said))
    const reason = await refusal(
      proveEachOther(caller, alpha, plain('caller', beta, 'half A')),
      proveEachOther(answerer, beta, plain('answerer', alpha, 'half B')),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it('refuses its own words sent back', async () => {
    const mirror: Control[] = []
    const line: Line = { send: (control) => mirror.push(control), next: async () => mirror.shift() ?? null }
    expect(await refusal(proveEachOther(line, alpha, terms('caller', beta)))).toBe('is another server than the one called')
    const twin: Line = { send: (control) => mirror.push(control), next: async () => mirror.shift() ?? null }
    expect(await refusal(proveEachOther(twin, alpha, terms('caller', alpha)))).toBe('sent our own words back')
  })

  it('refuses a proof replayed from an earlier link', async () => {
    const recorded: Control[] = []
    const first = channel((speaker, said) => {
      if (speaker === 'answerer') recorded.push(said)
      return said
    })
    await Promise.all([
      proveEachOther(first.caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(first.answerer, beta, terms('answerer', alpha, 'B', 'A')),
    ])
    const replay: Line = { send: () => undefined, next: async () => recorded.shift() ?? null }
    expect(await refusal(proveEachOther(replay, alpha, terms('caller', beta, 'A', 'B')))).toBe('gave a false proof of who it is')
  })

  it('refuses two ends of the same role', async () => {
    const { caller, answerer } = channel()
    const reason = await refusal(
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(answerer, beta, terms('caller', alpha, 'B', 'A')),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it('refuses a proof made for the other road', async () => {
    const { caller, answerer } = channel()
    const reason = await refusal(
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(answerer, beta, { ...terms('answerer', alpha, 'B', 'A'), road: 'plain' }),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it('refuses a stranger who claims another server', async () => {
    const claims = { ...mallory, server: beta.server }
    const { caller, answerer } = channel()
    const outcomes = [
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(answerer, claims, terms('answerer', alpha, 'B', 'A')),
    ] as const
    expect(await refusal(outcomes[0])).toBe('has a key that is not of its server id')
    const borrowed = channel()
    const withKey = { ...mallory, server: beta.server, keyText: beta.keyText }
    const reason = await refusal(
      proveEachOther(borrowed.caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(borrowed.answerer, withKey, terms('answerer', alpha, 'B', 'A')),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it.each(['incarnation', 'instance', 'name'] as const)('refuses a changed %s', async (field) => {
    const changed = { incarnation: 99, instance: 'other', name: 'other' }
    const { caller, answerer } = channel((speaker, said) =>
      speaker === 'answerer' && said.type === 'hello' ? { ...said, [field]: changed[field] } : said,
    )
    const reason = await refusal(
      proveEachOther(caller, alpha, terms('caller', beta, 'A', 'B')),
      proveEachOther(answerer, beta, terms('answerer', alpha, 'B', 'A')),
    )
    expect(reason).toBe('gave a false proof of who it is')
  })

  it('refuses words out of turn, and ends quietly when the channel does', async () => {
    const rude: Line = { send: () => undefined, next: async () => ({ type: 'beat', number: 1 }) }
    expect(await proveEachOther(rude, alpha, terms('caller', beta))).toEqual({ type: 'refused', reason: 'spoke before saying who it is' })
    const gone: Line = { send: () => undefined, next: async () => null }
    expect(await proveEachOther(gone, alpha, terms('caller', beta))).toEqual({ type: 'ended' })
  })
})

describe('the fingerprint of an SDP [X1]', () => {
  const print = Array.from({ length: 32 }, () => 'AB').join(':')
  const line = `a=fingerprint:sha-256 ${print}`

  it('is the one line there is', () => {
    expect(fingerprintOf(`v=0\r\n${line}\r\nm=application`)).toBe(print)
    expect(fingerprintOf(`v=0\r\n${line.toLowerCase()}\r\n`)).toBe(print)
  })

  it.each([
    ['none', 'v=0\r\n'],
    ['two', `${line}\r\n${line}\r\n`],
    ['two by a bare carriage return', `${line}\r${line}`],
    ['a second one of another hash', `${line}\r\na=fingerprint:sha-1 AB:CD\r\n`],
    ['one of another hash', 'a=fingerprint:sha-1 AB:CD\r\n'],
    ['a short one', 'a=fingerprint:sha-256 AB:CD\r\n'],
  ])('is refused when there is %s', (_what, sdp) => {
    expect(fingerprintOf(sdp)).toBeNull()
  })
})
