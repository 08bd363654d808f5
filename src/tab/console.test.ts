import { expect, it, vi } from 'vitest'
import { createStore } from 'zustand/vanilla'
import type { NameService } from '../client/nameService'
import { consoleOf } from './console'
import type { TabControls, TabView } from './view'

const beta = 'b'.repeat(20)
const controls = { cut: vi.fn(), heal: vi.fn(), healAll: vi.fn(), isolate: vi.fn(), disturb: vi.fn() }
const view = createStore(() => ({ links: [{ server: beta, name: 'beta' }] }) as unknown as TabView)
const { network } = consoleOf({} as NameService, controls as unknown as TabControls, view)

it('a disturbance out of range is refused with the range, and nothing is disturbed', () => {
  for (const bad of [{ delay: -1 }, { delay: 30_001 }, { delay: Number.NaN }, { delay: '5' }, { loss: 1.1 }, { delay: 5, loss: 50 }]) {
    expect(() => network.disturb(bad as TabView['weather'])).toThrow(/a delay of 0 to 30000 ms and a loss of 0 to 1/)
  }
  expect(controls.disturb).not.toHaveBeenCalled()
  network.disturb({ delay: 500 })
  expect(controls.disturb).toHaveBeenCalledWith({ delay: 500, loss: 0 })
})

it('servers are meant by name or identifier; who is not known is named', () => {
  network.cut('beta')
  network.heal(beta)
  expect(controls.cut).toHaveBeenCalledWith(beta)
  expect(controls.heal).toHaveBeenCalledWith(beta)
  expect(() => network.cut('omega')).toThrow('No server is known by the name omega.')
})
