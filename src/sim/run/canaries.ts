/** npm run canaries: how many seeds each canary takes until a checker catches it, at most 10,000; `--only words` picks some. */
import { parseArgs } from 'node:util'
import { canaries } from '../canaries'
import { firstCaught } from '../canaries/catching'

const { values } = parseArgs({ args: process.argv.slice(2), options: { only: { type: 'string' }, most: { type: 'string' } } })
const most = Number(values.most ?? 10_000)
let missed = 0
for (const canary of canaries.filter(({ name }) => name.includes(values.only ?? ''))) {
  const began = performance.now()
  const caught = firstCaught(canary, 1, most)
  const seconds = `${Math.round((performance.now() - began) / 100) / 10} s`
  const expected = caught !== null && canary.rules.includes(caught.rule)
  if (!expected) missed++
  const how = caught === null ? `NOT CAUGHT in ${most} seeds` : `${caught.rule} at seed ${caught.seed}${expected ? '' : `, but expected ${canary.rules.join(', ')}`}`
  console.log(`${canary.name.padEnd(72)} ${how}${canary.aim === undefined ? '' : ' (aimed)'}  ${seconds}`)
}
console.log(`${canaries.length} canaries, ${missed} missed`)
process.exitCode = missed === 0 ? 0 : 1
