import { afterEach, expect, it, vi } from 'vitest'
import { missingPowers } from './powers'

afterEach(() => vi.unstubAllGlobals())

it('names what a plain http page from another machine lacks', () => {
  vi.stubGlobal('crypto', {})
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('indexedDB', {})
  vi.stubGlobal('RTCPeerConnection', () => undefined)
  expect(missingPowers()).toEqual(['cryptography (crypto.subtle)', 'locks between tabs (navigator.locks)'])
})

it('is content with a page that has everything', () => {
  vi.stubGlobal('navigator', { locks: {} })
  vi.stubGlobal('indexedDB', {})
  vi.stubGlobal('RTCPeerConnection', () => undefined)
  expect(missingPowers()).toEqual([])
})
