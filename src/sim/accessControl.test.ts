import { describe, expect, it } from 'vitest'
import { calm } from './network'
import { runSeed } from './seed'
import { guardedMix } from './workload'

describe('worlds with rights', () => {
  it('[accessControl] rights come and go at several copies at once, some write without them, and all copies agree', () => {
    const aim = { weather: { ...calm, loss: 0.3, delay: 400 }, mix: { ...guardedMix, guard: 60, epoch: 0 }, pace: 150, worstSkew: 20 }
    const { situations } = runSeed({ seed: 'rights 0', aim })
    for (const what of ['rights were changed', 'an update was not authorised as of its time-stamp', 'a change was refused, because its author had no right'] as const) expect(situations.get(what) ?? 0, what).toBeGreaterThan(0)
  })
})
