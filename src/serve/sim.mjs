/** `npm run sim`: the world, simulated; arguments are those of src/sim/run/main.ts. */
import { installPackages } from './prepare.mjs'

installPackages()
const { runBundled } = await import('./bundle.mjs')
await runBundled('src/sim/run/main.ts', 'sim')
