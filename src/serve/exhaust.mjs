/** `npm run exhaust`: every interleaving of a few acts and faults; arguments are those of src/sim/exhaustMain.ts. */
import { installPackages } from './prepare.mjs'

installPackages()
const { runBundled } = await import('./bundle.mjs')
await runBundled('src/sim/exhaustMain.ts', 'exhaust')
