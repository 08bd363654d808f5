/** npm run canaries: see `usage`. */
import { readOptions } from '../../serve/options.mjs'
import { canaries } from '../canaries'
import { firstCaught } from '../canaries/catching'

const usage = `npm run canaries -- [options]  how many seeds each canary takes until a checker catches it
  --only words                those whose names have these words
  --most N                    give up after so many seeds (10000)`

const { values, count, wrong } = readOptions(usage, { only: { type: 'string' }, most: { type: 'string' } })
const most = count('most', 10_000)
const chosen = canaries.filter(({ name }) => name.includes(values.only ?? ''))
if (chosen.length === 0) wrong(`No canary has "${values.only}" in its name: ${canaries.map(({ name }) => name).join('; ')}.`)
let missed = 0
for (const canary of chosen) {
  const began = performance.now()
  const caught = firstCaught(canary, 1, most)
  const seconds = `${Math.round((performance.now() - began) / 100) / 10} s`
  const expected = caught !== null && canary.rules.includes(caught.rule)
  if (!expected) missed++
  const how = caught === null ? `NOT CAUGHT in ${most} seeds` : `${caught.rule} at seed ${caught.seed}${expected ? '' : `, but expected ${canary.rules.join(', ')}`}`
  console.log(`${canary.name.padEnd(72)} ${how}${canary.aim === undefined ? '' : ' (aimed)'}  ${seconds}`)
}
console.log(`${chosen.length} canaries, ${missed} missed`)
process.exitCode = missed === 0 ? 0 : 1
