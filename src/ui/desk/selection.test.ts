import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSelection } from './selection'

const addresses: string[] = []
beforeEach(() => {
  addresses.length = 0
  vi.stubGlobal('location', new URL('https://names.example/?at=%2FDEC&show=copies#room=r'))
  vi.stubGlobal('history', { pushState: (_state: unknown, _title: string, url: URL) => void addresses.push(`${url.search}${url.hash}`) })
  vi.stubGlobal('addEventListener', () => undefined)
})

afterEach(() => vi.unstubAllGlobals())

it('goes on to the new name of what is selected, as it is shown', () => {
  const selection = createSelection()
  selection.follow('/DEC', '/IBM/DEC')
  expect(selection.store.getState()).toEqual({ at: '/IBM/DEC', show: 'copies' })
  expect(addresses).toEqual(['?at=%2FIBM%2FDEC&show=copies#room=r'])
})

it('stays where somebody has gone meanwhile', () => {
  const selection = createSelection()
  selection.go('/SRC', 'value')
  selection.follow('/DEC', '/IBM/DEC')
  expect(selection.store.getState()).toEqual({ at: '/SRC', show: 'value' })
  expect(addresses).toEqual(['?at=%2FSRC#room=r'])
})
