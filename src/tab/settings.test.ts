import { afterEach, expect, it, vi } from 'vitest'
import { readSettings } from './settings'

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
