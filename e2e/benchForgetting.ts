/** What is left of names that were created and deleted: in Node by the trial of the unit tests, larger, and in three real tabs. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { chromium, type Page } from 'playwright'
import { findBrowser } from '../src/serve/browser.mjs'
import type { Forgetting, Moment } from '../src/trials/forgetting'
import { openCluster, type Row } from './benchService'

declare global {
  interface Window {
    /** ms that the clock of this tab is set on. */
    ahead: number
  }
}

const names = 100_000
const directories = 36
const namesInACall = 400
/** Names that are created and deleted before anything is measured, so that all code has run, and the page shows as much as ever. */
const warmUp = 5000
/** Without the compilers, as the trial in Node, whose code would be counted too; and no code is dropped that has not run for a while. */
const still = '--js-flags=--no-opt --no-maglev --no-sparkplug --no-flush-bytecode'
/** ms: longer than an intent is valid. */
const long = 700_000

export function benchForgetting(): Row[] {
  const { stdout } = spawnSync(process.execPath, ['src/serve/forgetting.mjs', '--names', String(names)], { encoding: 'utf8' })
  const { before, full, after, afterReplay, replayed } = JSON.parse(stdout) as Forgetting
  return [
    { what: `${names} names in ${directories} directories, three copies each, in Node: stored, live heap`, value: inMegabytes(full) },
    { what: 'before they were created; after they were deleted', value: `${inMegabytes(before)}; ${inMegabytes(after)}` },
    { what: `after ${replayed} old messages more`, value: inMegabytes(afterReplay) },
  ]
}

/** The same in three tabs: what one of them holds in memory and in its database, and what the browser says that all three take. */
export async function* benchForgettingInTabs(url: string): AsyncGenerator<Row> {
  const found = findBrowser()
  const browser = await chromium.launch({ ...found, args: [...(found?.args ?? []), still] })
  const context = await browser.newContext()
  await context.addInitScript(setClockByHand)
  const cluster = await openCluster(context, url)
  const [alpha, ...others] = cluster
  await build(alpha, others)
  for (const present of [true, false]) {
    await write(alpha, warmUp, present)
    await caughtUp(cluster)
  }
  const before = await measure(cluster)
  await write(alpha, names, true)
  await caughtUp(cluster)
  const full = await measure(cluster)
  await write(alpha, names, false)
  await caughtUp(cluster)
  const after = await measure(cluster)
  yield { what: `${names} names in ${directories} directories, in each of three tabs: stored, live heap; usage of the origin`, value: full }
  yield { what: 'before they were created', value: before }
  yield { what: 'after they were deleted', value: after }
  await browser.close()
}

function setClockByHand(): void {
  const now = Date.now.bind(Date)
  window.ahead = 0
  Date.now = () => now() + window.ahead
}

async function build(alpha: Page, others: readonly Page[]): Promise<void> {
  const servers = await Promise.all(others.map((page) => page.evaluate(() => window.namering.view().server.name)))
  await alpha.evaluate(
    async ([directories, servers]) => {
      const { namering } = window
      const own = namering.view().server.name
      for (let d = 0; d < directories; d++) {
        await namering.newD(own, `/d${d}`)
        for (const server of servers) await namering.newDC(server, `/d${d}`)
      }
    },
    [directories, servers] as const,
  )
}

async function write(page: Page, count: number, present: boolean): Promise<void> {
  await page.evaluate(
    async ([count, directories, namesInACall, present]) => {
      const each = Math.ceil(count / directories)
      for (let d = 0; d < directories; d++) {
        for (let first = 0; first < each; first += namesInACall) {
          const labels = Array.from({ length: Math.min(namesInACall, each - first) }, (_, i) => `name ${first + i}`)
          await window.namering.doUpdates(`/d${d}`, Object.fromEntries(labels.map((label) => [label, present && { Phone: { [`${d} ${label}`]: true } }])))
        }
      }
    },
    [count, directories, namesInACall, present] as const,
  )
}

/** Every copy is swept until its log has folded; then time passes until no intent is remembered, and all is swept again. */
async function caughtUp(cluster: readonly Page[]): Promise<void> {
  await sweepAll(cluster)
  for (const page of cluster) await page.waitForFunction(() => Object.values(window.namering.view().copies).every(({ logLength }) => logLength === 0), undefined, { polling: 200, timeout: 120_000 })
  await Promise.all(cluster.map((page) => page.evaluate((by) => void (window.ahead += by), long)))
  await sweepAll(cluster)
}

/** Three times, so that the stable mark passes what the first brought, and the others have written it down. */
async function sweepAll([alpha]: readonly Page[]): Promise<void> {
  await alpha!.evaluate(async (directories) => {
    const all = ['/', ...Array.from({ length: directories }, (_, d) => `/d${d}`)]
    for (let round = 0; round < 3; round++) await Promise.all(all.map((fn) => window.namering.sweep(fn).catch(() => null)))
  }, directories)
}

/** Bytes that are alive: whenever the page has nothing to do garbage is collected, until there is no less of it. */
async function liveHeap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  let [least, last] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  do {
    least = Math.min(least, last)
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
    for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage')
    last = ((await session.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize
  } while (last < 0.995 * least)
  await session.detach()
  return Math.min(least, last)
}

async function measure(cluster: readonly [Page, ...Page[]]): Promise<string> {
  const [page] = cluster
  const heap = await liveHeap(page)
  const { stored, usage } = await page.evaluate(async () => {
    const open = indexedDB.open(`namering server ${window.namering.view().server.id}`)
    const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(new Error('the database cannot be read')) }))
    const db = await done(open)
    let stored = 0
    for (const name of db.objectStoreNames) stored += JSON.stringify(await done(db.transaction(name).objectStore(name).getAll())).length
    db.close()
    return { stored, usage: (await navigator.storage.estimate()).usage ?? 0 }
  })
  return `${inMegabytes({ stored, heap })}; ${(usage / 1e6).toFixed(1)} MB`
}

const inMegabytes = ({ stored, heap }: Moment): string => `${(stored / 1e6).toFixed(2)} MB, ${(heap / 1e6).toFixed(2)} MB`
