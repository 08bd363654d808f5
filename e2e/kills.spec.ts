/**
 * The whole browser killed (SIGKILL) at random instants, while clients write: after each restart everything that was
 * acknowledged is there. Who counts the acknowledgements lives outside of the browser.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { chromium, type Browser, type Page } from '@playwright/test'
import { findBrowser } from '../src/serve/browser.mjs'
import { Random } from '../src/sim/random'
import { expect, test } from './cluster'

const kills = 50
/** Milliseconds from the first acknowledgement to the kill, at most. */
const longestLoad = 400
const clients = 8

/** A browser with a profile of its own, in a process group that can be killed whole. */
class MortalBrowser {
  readonly #process: ChildProcess
  readonly #gone: Promise<unknown>
  readonly browser: Browser

  private constructor(child: ChildProcess, browser: Browser) {
    this.#process = child
    this.#gone = new Promise((resolve) => child.once('exit', resolve))
    this.browser = browser
  }

  static async launch(profile: string): Promise<MortalBrowser> {
    const { executablePath, args, chromiumSandbox } = findBrowser()!
    const portFile = join(profile, 'DevToolsActivePort')
    await rm(portFile, { force: true })
    const child = spawn(executablePath, [...args, ...(chromiumSandbox ? [] : ['--no-sandbox']), '--headless=new', '--remote-debugging-port=0', '--no-default-browser-check', `--user-data-dir=${profile}`, 'about:blank'], { detached: true, stdio: 'ignore' })
    let port = ''
    await expect.poll(async () => (port = (await readFile(portFile, 'utf8').catch(() => '')).split('\n')[0]!), { intervals: [20] }).not.toBe('')
    return new MortalBrowser(child, await chromium.connectOverCDP(`http://127.0.0.1:${port}`))
  }

  async open(url: string): Promise<Page> {
    const page = this.browser.contexts()[0]!.pages()[0]!
    await page.goto(url)
    await page.waitForFunction(() => 'namering' in window && window.namering.view().state === 'running' && !window.namering.view().joining, undefined, { polling: 10 })
    return page
  }

  async kill(): Promise<void> {
    process.kill(-this.#process.pid!, 'SIGKILL')
    await this.#gone
    await this.browser.close()
  }
}

/** Clients that write one name after the other below `round`, as fast as they are answered, and tell outside what was acknowledged. */
async function write(page: Page, round: number): Promise<void> {
  await page.evaluate(
    async ([round, clients]) => {
      // First by itself: of clients that make an ancestor at the same time the last would win, whole [V1].
      await window.namering.doUpdates('/', { [`round${round}`]: true })
      const told = window as unknown as { acknowledged(label: string): Promise<void> }
      const client = async (number: number): Promise<void> => {
        for (let n = 0; ; n++) {
          const label = `${number} ${n}`
          await window.namering.doUpdates(`/:round${round}`, { [label]: true })
          void told.acknowledged(label)
        }
      }
      for (let number = 0; number < clients; number++) void client(number)
    },
    [round, clients] as const,
  )
}

test('[P3] [noLostUpdate] the browser is killed at 50 random instants under load: everything acknowledged is there after each restart', async ({ baseURL }, info) => {
  info.setTimeout(400_000)
  const seed = process.env['KILL_SEED'] ?? String(Math.floor(Math.random() * 1_000_000))
  console.log(`kills at the instants of KILL_SEED=${seed}`)
  const random = new Random(seed)
  const profile = await mkdtemp(join(tmpdir(), 'namering-kills-'))
  let url = `${baseURL}/`
  let acknowledged: string[] = []
  let all = 0
  for (let round = 0; round <= kills; round++) {
    const mortal = await MortalBrowser.launch(profile)
    try {
      const page = await mortal.open(url)
      url = page.url()
      if (round > 0) await expectRound(page, round - 1, acknowledged)
      acknowledged = await writeUntilFirst(page, round)
      await new Promise((resolve) => setTimeout(resolve, random.below(longestLoad)))
    } finally {
      await mortal.kill()
    }
    all += acknowledged.length
  }
  console.log(`${kills} kills, ${all} acknowledged updates`)
  await rm(profile, { recursive: true, force: true })
})

/** All that was acknowledged in a round is there, and what was deleted after the one before is not. */
async function expectRound(page: Page, round: number, acknowledged: readonly string[]): Promise<void> {
  const there = new Set(await page.evaluate((at) => window.namering.enumerate(`/:${at}`), `round${round}`))
  expect(acknowledged.filter((label) => !there.has(label))).toEqual([])
  const labels = await page.evaluate(() => window.namering.enumerate('/'))
  expect(labels.filter((label) => label.startsWith('round'))).toEqual([`round${round}`])
  await page.evaluate((at) => window.namering.doUpdates('/', { [at]: false }), `round${round}`)
}

/** Has clients write until the page is gone; resolves at the first acknowledgement with the list, which grows. */
function writeUntilFirst(page: Page, round: number): Promise<string[]> {
  const acknowledged: string[] = []
  return new Promise((resolve, reject) => {
    const tell = (_source: unknown, label: string): void => {
      acknowledged.push(label)
      resolve(acknowledged)
    }
    page
      .exposeBinding('acknowledged', tell)
      .then(() => write(page, round))
      .catch(reject)
  })
}
