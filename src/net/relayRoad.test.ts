import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openRelayRoad, type RelayRoad } from './relayRoad'

/** A browser's WebSocket whose fate the test decides. */
class Dialled extends EventTarget {
  static readonly OPEN = 1
  static readonly CLOSED = 3
  static all: Dialled[] = []
  readyState = 0
  bufferedAmount = 0
  constructor() {
    super()
    Dialled.all.push(this)
  }
  becomes(readyState: number, event: 'open' | 'close'): void {
    this.readyState = readyState
    this.dispatchEvent(new Event(event))
  }
  close(): void {
    this.becomes(3, 'close')
  }
}

const page = new EventTarget()
const last = (): Dialled => Dialled.all.at(-1)!
const opens = (): void => last().becomes(1, 'open')
const fails = (): void => last().becomes(3, 'close')
let road: RelayRoad
let changes: boolean[]

beforeEach(() => {
  vi.useFakeTimers()
  // The pauses differ at random: here always by as much, so that an attempt never falls where one is looked for.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.stubGlobal('WebSocket', Dialled)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('document', { visibilityState: 'visible', querySelector: () => null })
  Dialled.all = []
  changes = []
  road = openRelayRoad('ws://relay', 'topic', { note: () => undefined, changed: (isOpen) => changes.push(isOpen) })
})
afterEach(() => {
  road.close()
  vi.restoreAllMocks()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Time passes, and every attempt fails at once. */
function gone(milliseconds: number): number {
  const before = Dialled.all.length
  for (let passed = 0; passed < milliseconds; passed += 100) {
    if (last().readyState === 0) fails()
    vi.advanceTimersByTime(100)
  }
  return Dialled.all.length - before
}

describe('a relay that is gone', () => {
  it('is tried more and more seldom: a browser complains of each attempt', () => {
    opens()
    fails()
    expect(gone(10 * 60_000)).toBeLessThanOrEqual(11)
    expect(gone(60 * 60_000)).toBeLessThanOrEqual(24)
    expect(gone(60 * 60_000)).toBeGreaterThanOrEqual(12)
  })

  it('is tried as often as ever once it was back', () => {
    gone(60 * 60_000)
    gone(5 * 60_000)
    while (last().readyState !== 0) vi.advanceTimersByTime(100)
    opens()
    expect(road.isOpen()).toBe(true)
    fails()
    expect(gone(4000)).toBeGreaterThanOrEqual(2)
    expect(changes.filter(Boolean)).toHaveLength(1)
  })

  it('is tried at once when the network is back or somebody looks, though not at every glance', () => {
    gone(60 * 60_000)
    const before = Dialled.all.length
    page.dispatchEvent(new Event('online'))
    expect(Dialled.all).toHaveLength(before + 1)
    page.dispatchEvent(new Event('online'))
    expect(Dialled.all).toHaveLength(before + 1)
    fails()
    page.dispatchEvent(new Event('visibilitychange'))
    expect(Dialled.all).toHaveLength(before + 1)
    gone(60_000)
    const later = Dialled.all.length
    page.dispatchEvent(new Event('visibilitychange'))
    expect(Dialled.all).toHaveLength(later + 1)
  })
})

describe('a road that is closed', () => {
  it('ends without a complaint of the browser, and stays closed', () => {
    road.close()
    expect(last().readyState).toBe(0)
    opens()
    expect(last().readyState).toBe(3)
    page.dispatchEvent(new Event('online'))
    vi.advanceTimersByTime(3_600_000)
    expect(Dialled.all).toHaveLength(1)
    expect(changes).toEqual([])
  })
})
