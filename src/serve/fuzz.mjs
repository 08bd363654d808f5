/** `npm run fuzz`: the wire, fuzzed; arguments are those of src/sim/fuzzMain.ts. */
import { installPackages } from './prepare.mjs'

installPackages()
const { runBundled } = await import('./bundle.mjs')
await runBundled('src/sim/fuzzMain.ts', 'fuzz')
