import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { emptyAgenda, nextTime, schedule, takeDue, unschedule } from './agenda'

it('[P10] tells the earliest time of all tasks, each planned once, whatever is replaced or dropped', () => {
  const act = fc.record({ task: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.integer({ min: 0, max: 20 }), kind: fc.integer({ min: 0, max: 5 }) })
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const agenda = emptyAgenda<string>()
      const model = new Map<string, number>()
      for (const { task, at, kind } of acts) {
        if (kind < 3) {
          schedule(agenda, task, at)
          model.set(task, at)
        } else if (kind === 3) {
          unschedule(agenda, task)
          model.delete(task)
        } else {
          const taken = takeDue(agenda, at)
          const least = Math.min(...model.values())
          if (taken === null) expect(least).toBeGreaterThan(at)
          else {
            expect(model.get(taken)).toBe(least)
            expect(least).toBeLessThanOrEqual(at)
            model.delete(taken)
          }
        }
        expect(nextTime(agenda)).toBe(model.size === 0 ? null : Math.min(...model.values()))
      }
    }),
    { numRuns: 500 },
  )
})
