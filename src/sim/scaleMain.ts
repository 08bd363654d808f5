/** npm run scale: what a lookup costs, in trees of a thousand to a million directories, with and without caches; a table. */
import { measure, type Scale } from './scale'

const sizes = [1000, 10_000, 100_000, 1_000_000]
const LOOKUPS = 20_000

const scaleOf = (directories: number, caching: boolean): Scale => ({ directories, servers: Math.max(10, directories / 100), branching: 10, copies: 3, lookups: LOOKUPS, people: 100, caching })
const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

console.log('| directories | servers | labels | cached | messages, mean | worst | reach the root | need no message |')
console.log('| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: |')
for (const directories of sizes) {
  for (const caching of [false, true]) {
    const scale = scaleOf(directories, caching)
    const { depth, mean, worst, atRoot, silent } = measure(scale, `scale ${directories}`)
    console.log(`| ${directories} | ${scale.servers} | ${depth} | ${caching ? 'yes' : 'no'} | ${mean.toFixed(2)} | ${worst} | ${percent(atRoot)} | ${percent(silent)} |`)
  }
}
// resourceUsage gives KiB.
console.log(`\nThe largest took ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB of memory at most, with all that ran before it.`)
