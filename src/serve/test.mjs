/**
 * `npm test`: installs what it needs, a browser included, and runs every check in turn. Stops at the first that fails;
 * ends with one line that counts the tests.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { installPackages, projectFolder } from './prepare.mjs'

const reports = join(projectFolder, 'node_modules', '.cache', 'namering')
const unitReport = join(reports, 'unit.json')
const e2eReport = join(reports, 'e2e.json')

installPackages()
const { ensureBrowser } = await import('./browser.mjs')
try {
  ensureBrowser()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
mkdirSync(reports, { recursive: true })
for (const report of [unitReport, e2eReport]) rmSync(report, { force: true })

let passed = 0
let failed = 0

check('types', ['npm', 'run', '--silent', 'types'])
check('lint', ['npm', 'run', '--silent', 'lint'])
check('unit tests', ['npx', 'vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${unitReport}`], countUnit)
check('simulation', [process.execPath, 'src/serve/sim.mjs', '--fixed'])
check('end-to-end tests', ['npx', 'playwright', 'test', '--reporter=list,json'], countE2e)
check('known faults of packages', ['npm', 'run', '--silent', 'audit'])
console.log(`\n${passed} passed, ${failed} failed`)

/**
 * Runs one check to its end, and leaves the process when it fails.
 * @param {string} name
 * @param {string[]} command
 * @param {() => void} [count]
 */
function check(name, command, count) {
  console.log(`\n── ${name}`)
  const [program = '', ...args] = command
  const isWindows = process.platform === 'win32'
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: e2eReport }
  const { status } = spawnSync(program, args, { cwd: projectFolder, stdio: 'inherit', shell: isWindows, env })
  count?.()
  if (status === 0) return
  console.error(`\nThe ${name} failed; what comes after them was not run.`)
  console.log(`${passed} passed, ${Math.max(1, failed)} failed`)
  process.exit(1)
}

function countUnit() {
  const report = read(unitReport)
  passed += report?.numPassedTests ?? 0
  failed += report?.numFailedTests ?? 0
}

function countE2e() {
  const report = read(e2eReport)
  passed += (report?.stats?.expected ?? 0) + (report?.stats?.flaky ?? 0)
  failed += report?.stats?.unexpected ?? 0
}

/**
 * @param {string} file
 * @returns {{ numPassedTests?: number, numFailedTests?: number, stats?: { expected?: number, flaky?: number, unexpected?: number } } | null}
 */
function read(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
}
