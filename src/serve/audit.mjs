/**
 * `npm run audit`: fails when a package in the lock file has a fault that is known to the registry and grave. Where the
 * registry cannot be asked it says so, and does not fail: then nothing is known, neither good nor bad.
 */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { judge } from './advisories.mjs'
import { projectFolder } from './prepare.mjs'

/** ms to wait for the registry. */
const patience = 20_000

const { stdout } = spawnSync('npm', ['audit', '--json', '--fetch-retries=0', `--fetch-timeout=${patience}`], {
  cwd: projectFolder,
  encoding: 'utf8',
  shell: process.platform === 'win32',
})
const verdict = judge(stdout ?? '')
if (verdict.type === 'grave') {
  console.error(`These packages have known faults; update them:\n${verdict.faults.map((fault) => `  ${fault}`).join('\n')}`)
  process.exit(1)
}
if (verdict.type === 'unasked') console.log(`NOT CHECKED: the registry could not be asked for known faults of the packages (${verdict.reason}). Run npm run audit where it can.`)
else console.log(verdict.slight === 0 ? 'No fault of any package is known to the registry.' : `No grave fault is known; of ${verdict.slight} packages a slight one is: npm audit names them.`)
