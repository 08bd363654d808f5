import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { Tab } from '../../tab/tab'
import { ancestorsOf, ROOT } from './fullName'
import { createListing } from './listing'

const di = 'd'.repeat(20)
const root = 'r'.repeat(20)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A server with a copy of the directory, and what it was asked to list. */
function begin() {
  const listed: string[] = []
  const view = createStore(() => ({ workingRoot: root, copies: { [root]: { version: 1 }, [di]: { version: 1 } } }))
  const entries = (name: string): Promise<object> => {
    listed.push(name)
    return Promise.resolve({ value: [['Lampson', 'entry', '', { until: 1, planned: null }]] })
  }
  const service = { entries, access: () => Promise.resolve({}) }
  return { listed, view, listing: createListing({ view, service } as unknown as Tab, new Map()) }
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100)

describe('what is listed', () => {
  it('is the way to a name that begins at an identifier too, and stays so whatever is opened and closed in the tree', async () => {
    const { listed, listing } = begin()
    const name = `#${di}/Lampson`
    listing.setOpen([ROOT])
    listing.setBeside(ancestorsOf(name))
    await settle()
    expect(listing.store.getState().named.get(name)?.expiration).toEqual({ until: 1, planned: null })
    listing.setOpen([ROOT, '/DEC'])
    listing.setOpen([ROOT])
    listing.restart()
    await settle()
    expect([listing.store.getState().open, listed]).toEqual([[ROOT], [ROOT, `#${di}`, '/DEC', ROOT, `#${di}`]])
  })

  it('is read again with every change of the copy that is stored here, by identifier too, until nobody looks', async () => {
    const { listed, view, listing } = begin()
    const change = (version: number): void => view.setState(({ copies }) => ({ copies: { ...copies, [di]: { version } } }))
    listing.setBeside([`#${di}`])
    await settle()
    change(2)
    await settle()
    listing.setBeside([])
    change(3)
    await settle()
    expect(listed).toEqual([`#${di}`, `#${di}`])
  })
})
