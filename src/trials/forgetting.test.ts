import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Forgetting } from './forgetting'

const COPIES = 37 * 3
/** Characters of a copy below which a host does not bother to make a snapshot. */
const NOT_WORTH_IT = 16_384

/** An eighth of what `npm run bench` does, by the same program. */
describe('twelve thousand names created and deleted over a tree of directories, three copies each', () => {
  let told: Forgetting
  beforeAll(async () => {
    const program = join(import.meta.dirname, '..', 'serve', 'forgetting.mjs')
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--names', '12000', '--replayed', '3000'])
    told = JSON.parse(stdout) as Forgetting
    expect(told.full.stored).toBeGreaterThan(10 * told.before.stored)
    expect(told.full.heap).toBeGreaterThan(3 * told.before.heap)
  }, 300_000)

  it('[G1] memory and database are back at the start, within five percent', () => {
    expect(told.after.stored).toBeLessThan(1.05 * told.before.stored)
    expect(told.after.heap).toBeLessThan(1.05 * told.before.heap)
  })

  it('[G1] the hosts see to it by themselves that the store forgets too', () => {
    expect(told.byItself).toBeLessThan(told.before.stored + COPIES * NOT_WORTH_IT)
  })

  it('[G2] [noResurrection] what was said before, said again late and in any order, brings no name back, and nothing grows', () => {
    expect(told.replayed).toBe(3000)
    expect(told.left).toEqual([])
    expect(told.afterReplay.stored).toBeLessThan(1.05 * told.before.stored)
    expect(told.afterReplay.heap).toBeLessThan(1.05 * told.before.heap)
  })
})
