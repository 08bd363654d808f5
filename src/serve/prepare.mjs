/** What must be there before anything runs: the packages, and the built page. Uses nothing but Node itself. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const projectFolder = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
/** What Vite builds. */
export const builtFolder = join(projectFolder, 'dist')

const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']

/** Installs the packages when they are missing or older than the lock file. Leaves the process when it cannot. */
export function installPackages() {
  const installed = timeOf(join(projectFolder, 'node_modules', '.package-lock.json'))
  if (installed >= timeOf(join(projectFolder, 'package-lock.json'))) return
  console.log('Installing packages …')
  run('npm', ['ci', '--no-audit', '--no-fund'], 'The packages could not be installed; is there a network?')
}

/** Builds the page when a source is newer than it. Leaves the process when it cannot. */
export function buildPage() {
  const built = timeOf(join(builtFolder, 'index.html'))
  if (built > Math.max(...sources.map((source) => newest(join(projectFolder, source))))) return
  console.log('Building the page …')
  run('npm', ['run', '--silent', 'build', '--', '--logLevel', 'warn'], 'The page could not be built.')
}

/**
 * Runs a program of this project to its end; leaves the process with a sentence when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {string} sentence
 */
function run(program, args, sentence) {
  const isWindows = process.platform === 'win32'
  const { status } = spawnSync(program, args, { cwd: projectFolder, stdio: 'inherit', shell: isWindows })
  if (status === 0) return
  console.error(sentence)
  process.exit(1)
}

/**
 * When a file was last written, in milliseconds since 1970; 0 when there is none.
 * @param {string} path
 */
function timeOf(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0
}

/**
 * The same for the newest file in a folder. A folder counts too: deleting a file changes only that.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  if (!existsSync(path) || !statSync(path).isDirectory()) return timeOf(path)
  return Math.max(timeOf(path), ...readdirSync(path).map((name) => newest(join(path, name))))
}
