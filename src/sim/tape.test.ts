import { describe, expect, it } from 'vitest'
import { decodeStill, encodeStill, takeStill } from '../core/tape'
import { calm } from './network'
import { runSeed, type Aim } from './seed'
import { bulkyMix, epochMix, movingMix, placingMix, usualMix, type Mix } from './workload'
import type { Canary } from './world'

/** Every so many steps of a server it is put aside as text and taken up again. */
const EVERY = 60

function takenUpAgain(): Canary {
  let steps = 0
  return {
    before: (server) => {
      if (steps++ % EVERY === 0) server.server = decodeStill(encodeStill(takeStill(server.server)))
    },
  }
}

const aim = (mix: Mix): Aim => ({ weather: { ...calm, delay: 40, loss: 0.1, duplication: 0.1, latest: 2000 }, mix, pace: 400, worstSkew: 5000 })

describe('a still of a server', () => {
  it.each([
    ['usual', usualMix],
    ['bulky', bulkyMix],
    ['epoch', epochMix],
    ['placing', placingMix],
    ['moving', movingMix],
  ])('is the whole server: one taken up again from it every so often goes on exactly as it would have (%s)', (name, mix) => {
    const run = { seed: `still ${name}`, aim: aim(mix) }
    expect(runSeed({ ...run, canary: takenUpAgain() }).hash).toBe(runSeed({ ...run, canary: {} }).hash)
  })
})
