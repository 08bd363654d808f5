/** `npm run canaries`: the bugs that the simulator must catch; arguments are those of src/sim/run/canaries.ts. */
import { installPackages } from './prepare.mjs'

installPackages()
const { runBundled } = await import('./bundle.mjs')
await runBundled('src/sim/run/canaries.ts', 'canaries')
