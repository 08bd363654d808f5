import { afterEach, expect, it, vi } from 'vitest'
import { readSettings, rememberDurability } from './settings'

afterEach(() => vi.unstubAllGlobals())

const none = { relays: [], iceServers: [], wantsRoot: true, durability: 'local' }
const set = (text: string | null): void => void vi.stubGlobal('localStorage', { getItem: () => text })

it('what is set is taken', () => {
  const mine = { iceServers: [{ urls: 'stun:example.org' }], relays: ['wss://example.org/relay'], wantsRoot: false, durability: 'quorum' }
  set(JSON.stringify(mine))
  expect(readSettings()).toEqual({ ...mine, faults: [] })
  set(null)
  expect(readSettings()).toEqual({ ...none, faults: [] })
})

it('what is not understood is left out and said, and the rest is taken', () => {
  set('{"relays":"wss://example.org","iceServers":["stun:example.org"],"wantsRoot":false,"durability":"most"}')
  expect(readSettings()).toEqual({ ...none, wantsRoot: false, faults: [expect.stringContaining('relays'), expect.stringContaining('iceServers'), expect.stringContaining('durability')] })
  for (const rubbish of ['{', 'null', '[]', '7']) {
    set(rubbish)
    expect(readSettings()).toEqual({ ...none, faults: ['the settings are left out, because they are not a JSON object'] })
  }
})

it('a browser that withholds its storage has no settings', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    },
  })
  expect(readSettings()).toEqual({ ...none, faults: [] })
})

it('[P11] how durable changes are to be is remembered beside what else is set; a browser that withholds its storage forgets it', () => {
  let kept = JSON.stringify({ wantsRoot: false, relays: ['wss://example.org/relay'] })
  vi.stubGlobal('localStorage', { getItem: () => kept, setItem: (_: string, text: string) => void (kept = text) })
  rememberDurability('quorum')
  expect(readSettings()).toEqual({ ...none, wantsRoot: false, relays: ['wss://example.org/relay'], durability: 'quorum', faults: [] })
  const denied = (): never => {
    throw new DOMException('Access is denied for this document.', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: denied, setItem: denied })
  rememberDurability('all')
  expect(readSettings().durability).toBe('local')
})
