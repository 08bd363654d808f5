/** What a link costs: the round trip of a small message, a burst of small ones, and bulk, between two tabs. */
import type { BrowserContext, Page } from 'playwright'
import { createServer } from 'vite'
import type { ServerId } from '../src/core/names'
import type { Row } from './benchService'
import { until } from './until'

const smallMessage = 200
const roundTrips = 500
const burst = 10_000
/** Messages of 1 MiB. */
const bulk = 20

/** Rows of the table in the README, measured between two tabs on the harness page. */
export async function benchLink(context: BrowserContext): Promise<Row[]> {
  const server = await createServer({ logLevel: 'error', server: { port: 0 } })
  await server.listen()
  const address = server.httpServer?.address()
  if (typeof address !== 'object' || address === null) throw new Error('the harness is served on a port')
  const [a, b] = [await openTab(context, address.port), await openTab(context, address.port)]
  const there = await b.evaluate(() => window.openSubject('bench', 'beta'))
  await a.evaluate(() => window.openSubject('bench', 'alpha'))
  await until(a, async () => (await window.subject.links()).some((link) => link.state === 'connected' && link.road === 'webrtc'), undefined)
  const trips = await measureRoundTrips(a, b, there)
  const small = await measure(a, b, there, burst, 'x'.repeat(smallMessage))
  const large = await measure(a, b, there, bulk, 'x'.repeat((1 << 20) - 16))
  await Promise.all([a.close(), b.close()])
  await server.close()
  return [
    { what: `round trip of ${smallMessage} bytes on a link: median, 95th percentile`, value: `${trips.median.toFixed(2)} ms, ${trips.high.toFixed(2)} ms` },
    { what: `${burst} messages of ${smallMessage} bytes on a link`, value: `${(small / 1000).toFixed(2)} s` },
    { what: `${bulk} messages of 1 MiB on a link`, value: `${(large / 1000).toFixed(2)} s` },
  ]
}

async function openTab(context: BrowserContext, port: number): Promise<Page> {
  const page = await context.newPage()
  await page.goto(`http://localhost:${port}/e2e/harness/network.html`)
  await page.waitForFunction(() => 'openSubject' in window)
  return page
}

async function measureRoundTrips(a: Page, b: Page, there: ServerId): Promise<{ median: number; high: number }> {
  await b.evaluate(() => window.subject.echo(true))
  const trips = await a.evaluate(
    async ([to, text, count]) => {
      const trips: number[] = []
      for (let trip = 0; trip < count; trip++) {
        const begun = performance.now()
        await window.subject.send(to, text)
        await window.subject.next()
        trips.push(performance.now() - begun)
      }
      return trips.toSorted((one, two) => one - two)
    },
    [there, 'x'.repeat(smallMessage), roundTrips] as [ServerId, string, number],
  )
  await b.evaluate(() => window.subject.echo(false))
  return { median: trips[roundTrips >> 1] ?? NaN, high: trips[Math.floor(roundTrips * 0.95)] ?? NaN }
}

/** Milliseconds from the first message until all have arrived, the clock being this program's. */
async function measure(a: Page, b: Page, there: ServerId, count: number, text: string): Promise<number> {
  const before = (await b.evaluate(() => window.subject.heard())).length
  const begun = performance.now()
  await a.evaluate(([to, text, count]) => window.subject.sendMany(to, text, count), [there, text, count] as [ServerId, string, number])
  await until(b, async (all) => (await window.subject.heard()).length >= all, before + count)
  return Math.round(performance.now() - begun)
}
