/**
 * Finds a browser for the end-to-end tests, or gets one: what the environment names, then an installed Chrome or
 * Chromium, then Playwright's own, then a download.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright'

/** What Playwright is told so that browsers start quietly and link up without mDNS. */
const usualArguments = [
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
]

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge']

/** @type {Partial<Record<NodeJS.Platform, string[]>>} */
const usualPlaces = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    join(homedir(), 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
  ],
  linux: ['/usr/bin/chromium', '/usr/bin/google-chrome', '/opt/google/chrome/chrome', '/snap/bin/chromium'],
  win32: ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((name) => {
    const folder = process.env[name]
    return folder === undefined ? [] : [join(folder, 'Google/Chrome/Application/chrome.exe')]
  }),
}

/**
 * How Playwright launches the browser; null when there is none.
 * @returns {{ executablePath: string, args: string[], chromiumSandbox: boolean } | null}
 * @throws {Error} when CHROMIUM_PATH names something that cannot be run
 */
export function findBrowser() {
  const executablePath = namedBrowser() ?? installedBrowser() ?? playwrightBrowser()
  return executablePath === null ? null : { executablePath, args: usualArguments, chromiumSandbox: !isRoot() }
}

/** Finds a browser or installs one. Throws, with the ways out, when there is none in the end. */
export function ensureBrowser() {
  const found = findBrowser()
  if (found !== null) return found
  install()
  const installed = findBrowser()
  if (installed !== null) return installed
  throw new Error(
    [
      'There is no browser for the end-to-end tests, and none could be installed. Any of these helps:',
      '  - install Chrome or Chromium;',
      '  - run: npx playwright install chromium;',
      '  - set CHROMIUM_PATH to a Chromium that runs here.',
    ].join('\n'),
  )
}

function namedBrowser() {
  const path = process.env['CHROMIUM_PATH']
  if (path === undefined || path === '') return null
  if (!isRunnable(path)) throw new Error(`CHROMIUM_PATH is ${path}, which cannot be run.`)
  return path
}

function installedBrowser() {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const onPath = programs.flatMap((program) => folders.map((folder) => join(folder, program + suffix)))
  return [...onPath, ...(usualPlaces[process.platform] ?? [])].find(isRunnable) ?? null
}

/** Playwright's full build, or the headless shell that lies beside it. */
function playwrightBrowser() {
  const full = chromium.executablePath()
  if (isRunnable(full)) return full
  const store = full.slice(0, full.search(/[\\/]chromium-\d+/))
  if (store === '' || !existsSync(store)) return null
  for (const build of readdirSync(store).filter((name) => name.startsWith('chromium_headless_shell-'))) {
    for (const folder of readdirSync(join(store, build))) {
      for (const program of ['headless_shell', 'chrome-headless-shell', 'chrome-headless-shell.exe']) {
        const path = join(store, build, folder, program)
        if (isRunnable(path)) return path
      }
    }
  }
  return null
}

function install() {
  console.log('No browser found for the end-to-end tests; installing Chromium …')
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  const options = /** @type {const} */ ({ stdio: 'inherit', shell: process.platform === 'win32' })
  const dependencies = isRoot() && process.platform === 'linux' ? ['--with-deps'] : []
  if (spawnSync(npx, ['playwright', 'install', ...dependencies, 'chromium'], options).status === 0) return
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) return
  spawnSync('sh', ['-c', 'apt-get update && apt-get install -y chromium'], options)
}

/** @param {string} path */
function isRunnable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Chromium has no sandbox for root. */
function isRoot() {
  return process.getuid?.() === 0
}
