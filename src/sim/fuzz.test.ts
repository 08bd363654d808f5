import { describe, expect, it } from 'vitest'
import { fuzz } from './fuzz'
import type { Arena, House } from './fuzzArena'
import { messageKinds, requestKinds } from './fuzzGrammar'

it('[X5] twenty thousand hostile messages: nothing throws, hangs, grows or changes what it must not, and the honest converge', { timeout: 120_000 }, () => {
  const fuzzed = fuzz({ seed: 'fixed', runs: 20_000 })
  expect(fuzzed.found).toEqual([])
  expect(fuzzed.sessions).toBeGreaterThan(0)
  expect([...fuzzed.episodes.keys()].toSorted()).toEqual(['bombs', 'fenced', 'flood', 'guests', 'member', 'strangers'])
  const kinds = [...messageKinds.filter((kind) => kind !== 'request'), ...requestKinds.map((kind) => `request ${kind}`)]
  expect(kinds.filter((kind) => (fuzzed.kinds.get(kind)?.accepted ?? 0) === 0)).toEqual([])
  expect(kinds.filter((kind) => (fuzzed.kinds.get(kind)?.refused ?? 0) === 0)).toEqual([])
})

it('[X5] the same seed is the same run', () => {
  const lines = [0, 1].map(() => {
    const said: string[] = []
    fuzz({ seed: 'again', runs: 2000, trace: (line) => said.push(line) })
    return said
  })
  expect(lines[0]!.length).toBeGreaterThan(1000)
  expect(lines[0]).toEqual(lines[1])
})

describe('the fuzzer notices', () => {
  /** What happens whenever a server refuses a message. */
  const onRefusal =
    (act: (house: House, arena: Arena) => void) =>
    (arena: Arena): void => {
      for (const house of arena.houses) {
        const { refusals } = house.server
        refusals.set = (reason, count) => {
          act(house, arena)
          return Map.prototype.set.call(refusals, reason, count) as typeof refusals
        }
      }
    }
  const found = (sabotage: (arena: Arena) => void): { sentence: string; events: number }[] => fuzz({ seed: 'canary', runs: 12_000, enough: 1, replays: 5000, sabotage }).found.map(({ sentence, events }) => ({ sentence, events: events.length }))

  it('[X5] a handler that throws, and tells the message that does it', () => {
    const [first] = found(
      onRefusal(() => {
        throw new TypeError('from the canary')
      }),
    )
    expect(first?.sentence).toBe('from the canary')
    expect(first?.events).toBeLessThan(8)
  })

  it('[X5] a refused message that leaves a trace in a copy', () => {
    const [first] = found(
      onRefusal(({ server }) => {
        for (const copy of server.copies.values()) copy.splices = [...copy.splices, { copy: copy.id, answer: 'refused' }]
      }),
    )
    expect(first?.sentence).toMatch(/changed by a message that it refused/)
    expect(first?.events).toBeLessThan(4)
  })

  it('[X5] something new that grows', () => {
    const [first] = found(
      onRefusal(({ server }) => {
        const leak = ((server as unknown as { leak?: number[] }).leak ??= [])
        for (let i = 0; i < 50; i++) leak.push(i)
      }),
    )
    expect(first?.sentence).toMatch(/holds \d+ in leak/)
  })

  it('[P1] a change of a copy that is not saved', () => {
    const [first] = found(
      onRefusal(({ server }) => {
        for (const copy of server.copies.values()) copy.intents.clear()
      }),
    )
    expect(first?.sentence).toMatch(/would restart with another copy/)
  })

  it('[noLostUpdate] an acknowledged update that is nowhere', () => {
    const [first] = found(({ houses }) => {
      for (const { server } of houses) for (const copy of server.copies.values()) copy.log = copy.log.filter((set) => set.intent.author !== 'person')
    })
    expect(first?.sentence).toMatch(/is at no copy|differs from DB|would restart/)
  })
})
