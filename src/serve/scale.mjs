/** `npm run scale`: what lookups cost in a tree of a million directories. */
import { installPackages } from './prepare.mjs'

installPackages()
const { runBundled } = await import('./bundle.mjs')
await runBundled('src/sim/scaleMain.ts', 'scale')
