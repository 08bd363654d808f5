/** `npm run bench`: measures what README's table says, in a real browser. A benchmark, not a test: nothing fails. */
import { buildPage, installPackages } from './prepare.mjs'

installPackages()
buildPage()
const { ensureBrowser } = await import('./browser.mjs')
ensureBrowser()
const { runBundled } = await import('./bundle.mjs')
await runBundled('e2e/bench.ts', 'bench')
