/** What the service costs: an edit to be seen in another tab, an import, a reload, a burst, a healed partition. */
import type { Browser, BrowserContext, Page } from 'playwright'
import type { Console } from '../src/tab/console'
import { until } from './until'

declare global {
  interface Window {
    namering: Console
    seenAt: number[]
  }
}

const edits = 200
const burst = 10_000
const apart = 5000
const directories = 40
const namesEach = 250

export interface Row {
  what: string
  value: string
}

/** Rows of the table in the README, each measured in a room of its own, with three tabs of one browser. */
export async function* benchService(browser: Browser, url: string): AsyncGenerator<Row> {
  const edited = await openCluster(await browser.newContext(), url)
  yield* await propagation(edited[0], edited[1])
  yield await signatures(edited[0])
  yield await cachedLookups(edited[0])
  yield await certified(browser, edited[0])
  await edited[0].context().close()
  const written = await openCluster(await browser.newContext(), url)
  yield await bursts(written[0], written[1])
  await written[0].context().close()
  const parted = await openCluster(await browser.newContext(), url)
  yield await healing(parted[0], parted[1])
  await parted[0].context().close()
  const imported = await openCluster(await browser.newContext(), url)
  yield await imports(imported[0], imported)
  yield await reload(imported[2])
}

export async function openCluster(context: BrowserContext, url: string): Promise<[Page, Page, Page]> {
  const a = await openServer(context, url)
  const room = a.url().replace('#', '?server=new#')
  const cluster: [Page, Page, Page] = [a, await openServer(context, room), await openServer(context, room)]
  for (const page of cluster) await page.waitForFunction(() => Object.values(window.namering.view().copies)[0]?.ring.length === 3)
  await a.bringToFront()
  return cluster
}

async function openServer(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction(() => 'namering' in window && window.namering.view().state === 'running' && !window.namering.view().joining)
  return page
}

/** A name with an expiration time, looked up again and again. */
async function cachedLookups(a: Page): Promise<Row> {
  const each = await a.evaluate(async () => {
    const times = 100_000
    await window.namering.setTX('/bench', Date.now() + 3_600_000)
    for (let i = 0; i < 3; i++) await window.namering.sweep('/')
    await window.namering.lookup('/bench')
    const begun = performance.now()
    for (let i = 0; i < times; i++) await window.namering.lookup('/bench')
    return (1000 * (performance.now() - begun)) / times
  })
  return { what: 'a lookup from the cache', value: `${each.toFixed(1)} µs` }
}

/** What rights cost: edits of somebody with another browser in a directory, while it is open, and when certificates of two others say who that is. */
async function certified(browser: Browser, a: Page): Promise<Row> {
  const context = await browser.newContext()
  const b = await openServer(context, a.url().replace('#', '?server=new#'))
  const theirs = await b.evaluate(() => window.namering.view().server.id)
  await a.evaluate(async (theirs) => {
    const { namering } = window
    for (const fn of ['/People', '/Closed', '/Closed/Deeper']) await namering.newD(namering.view().server.name, fn)
    await namering.setValue('/Closed/Deeper:Phone', '0')
    await namering.newDC(theirs, '/Closed/Deeper')
  }, theirs)
  await b.evaluate(() => window.namering.introduce('/People/Bencher'))
  const open = await edit(b, '/Closed/Deeper:Phone')
  await a.evaluate(() => window.namering.setAccess('/Closed/Deeper', [{ principal: '*', path: '*', rights: ['read', 'copy'] }, { principal: '../../People/Bencher', path: 'Phone/*', rights: ['write'] }, { principal: '*', path: './*', rights: ['read', 'write'] }]))
  await edit(b, '/Closed/Deeper:Phone')
  const closed = await edit(b, '/Closed/Deeper:Phone')
  await context.close()
  return { what: 'an edit where certificates say who its author is; the same while the directory was open: median, 95th percentile', value: `${percentiles(closed)}; ${percentiles(open)}` }
}

/** ms of each of a number of edits. */
const edit = (page: Page, vd: string): Promise<number[]> =>
  page.evaluate(
    async ([name, count]) => {
      const times: number[] = []
      for (let i = 1; i <= count; i++) {
        const begun = performance.now()
        await window.namering.setValue(name, String(i))
        times.push(performance.now() - begun)
      }
      return times
    },
    [vd, edits] as const,
  )

/** From the call in one tab until a watcher in the other has the value; and until the call is acknowledged, durable. */
async function propagation(a: Page, b: Page): Promise<Row[]> {
  await a.evaluate(() => window.namering.setValue('/:bench/Phone', '0'))
  await b.evaluate(() => {
    window.seenAt = []
    window.namering.watch('/:bench/Phone', ({ value }) => (window.seenAt[Number(value)] = performance.timeOrigin + performance.now()))
  })
  await b.waitForFunction(() => window.seenAt.length > 0)
  const sent: number[] = []
  const acknowledged: number[] = []
  for (let i = 1; i <= edits; i++) {
    const [begun, done] = await a.evaluate(async (value) => {
      const begun = performance.timeOrigin + performance.now()
      await window.namering.setValue('/:bench/Phone', value)
      return [begun, performance.timeOrigin + performance.now()] as const
    }, String(i))
    sent[i] = begun
    acknowledged.push(done - begun)
    await b.waitForFunction((n) => window.seenAt[n] !== undefined, i, { polling: 5 })
  }
  const seen = await b.evaluate(() => window.seenAt)
  const trips = sent.map((begun, i) => (seen[i] ?? NaN) - begun).slice(1)
  return [
    { what: 'an edit, signed, until it is durable and acknowledged: median, 95th percentile', value: percentiles(acknowledged) },
    { what: 'the same edit until another tab sees it: median, 95th percentile', value: percentiles(trips) },
  ]
}

/** What an edit would save without its signature: one is made, and the copy that accepts it checks it. */
async function signatures(a: Page): Promise<Row> {
  const times = await a.evaluate(async (count) => {
    const { privateKey, publicKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    const intent = crypto.getRandomValues(new Uint8Array(400))
    const each: number[] = []
    for (let i = 0; i < count; i++) {
      const begun = performance.now()
      const signature = await crypto.subtle.sign('Ed25519', privateKey, intent)
      if (!(await crypto.subtle.verify('Ed25519', publicKey, signature, intent))) throw new Error('the browser does not know its own signature')
      each.push(performance.now() - begun)
    }
    return each
  }, edits)
  return { what: 'of that, to make and to check a signature: median, 95th percentile', value: percentiles(times) }
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, two) => one - two)
  return `${sorted[sorted.length >> 1]!.toFixed(1)} ms, ${sorted[Math.floor(sorted.length * 0.95)]!.toFixed(1)} ms`
}

/** Many calls at once, each signed and durable by itself, until the other tab has them all. */
async function bursts(a: Page, b: Page): Promise<Row> {
  const begun = Date.now()
  await write(a, '/:burst', burst)
  await settled(a, b)
  return { what: `${burst} single calls until the other tab has all`, value: `${((Date.now() - begun) / 1000).toFixed(1)} s` }
}

/** Calls that replace the values of a few hundred names, so that the directory stays within its limit. */
async function write(page: Page, vd: string, count: number): Promise<void> {
  await page.evaluate(
    async ([vd, count]) => {
      const calls: Promise<unknown>[] = []
      for (let i = 0; i < count; i++) {
        calls.push(window.namering.setValue(`${vd}/name${i % 500}`, String(i)))
        if (calls.length >= 100) await Promise.all(calls.splice(0))
      }
      await Promise.all(calls)
    },
    [vd, count] as const,
  )
}

/** Both tabs show the same of the root. */
async function settled(a: Page, b: Page): Promise<void> {
  const shown = (page: Page): Promise<string> => page.evaluate(async () => JSON.stringify((await window.namering.getValue('/')).tree))
  while ((await shown(a)) !== (await shown(b))) await new Promise((resolve) => setTimeout(resolve, 5))
}

async function healing(a: Page, b: Page): Promise<Row> {
  await a.evaluate(() => window.namering.network.isolate())
  await Promise.all([write(a, '/:left', apart), write(b, '/:right', apart)])
  const begun = Date.now()
  await a.evaluate(() => window.namering.network.healAll())
  await until(a, async () => (await window.namering.enumerate('/:right').catch(() => [])).length === 500, undefined)
  await settled(a, b)
  return { what: `2 × ${apart} calls in two halves of a partition, healed, until equal`, value: `${((Date.now() - begun) / 1000).toFixed(1)} s` }
}

/** Directories, a copy of each on every server, then names in them, until every copy has all. */
async function imports(a: Page, all: readonly Page[]): Promise<Row> {
  const begun = Date.now()
  const servers = await Promise.all(all.map((page) => page.evaluate(() => window.namering.view().server.name)))
  await a.evaluate(
    async ([directories, namesEach, servers]) => {
      const lines: object[] = [{ type: 'namering', version: 1 }]
      for (let d = 0; d < directories; d++) {
        lines.push({ type: 'directory', path: ['import', `d${d}`] })
        for (let n = 0; n < namesEach; n++) lines.push({ type: 'entry', path: ['import', `d${d}`], label: `person${n}`, tree: { Phone: { [`${d} ${n}`]: true }, Mailboxes: { Cab: true, Zin: true } } })
      }
      const texts = lines.map((line) => JSON.stringify(line))
      await window.namering.newD(servers[0]!, '/import')
      await window.namering.importDirectory('/', texts.filter((text) => !text.includes('"entry"')))
      for (const server of servers.slice(1)) for (let d = 0; d < directories; d++) await window.namering.newDC(server, `/import/d${d}`)
      await window.namering.importDirectory('/', texts)
    },
    [directories, namesEach, servers] as const,
  )
  // Each name, its two properties and their three values.
  const wanted = directories * namesEach * 6
  for (const page of all) await page.waitForFunction((n) => Object.values(window.namering.view().copies).filter((copy) => /\/d\d+$/.test(copy.name)).reduce((sum, copy) => sum + copy.live, 0) >= n, wanted, { polling: 20 })
  return { what: `${directories * namesEach} names imported, directories and their three copies made first`, value: `${((Date.now() - begun) / 1000).toFixed(1)} s` }
}

/** From the start of the reload until a name of the last directory reads. */
async function reload(page: Page): Promise<Row> {
  await page.reload({ waitUntil: 'commit' })
  await page.waitForFunction(() => 'namering' in window && window.namering.view().state === 'running', undefined, { polling: 5 })
  const took = await page.evaluate(async (d) => {
    await window.namering.getValue(`/import/d${d}:person1/Phone`)
    return performance.now()
  }, directories - 1)
  return { what: `reload of a tab that holds ${directories * namesEach} names, until one reads`, value: `${Math.round(took)} ms` }
}
