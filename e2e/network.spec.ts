/** The real network between real tabs: the contract suite by every road, and what only tabs can show. */
import { networkInterfaces } from 'node:os'
import { type Browser, type BrowserContext, expect, type Page, test as base } from '@playwright/test'
import type { ServerId } from '../src/core/names'
import type { LinkState, Road } from '../src/net/network'
import { networkContract, type Subject } from '../src/net/networkContract'

/** Opens tabs with the harness in them, and sees to it that none complains on its console. */
interface Tabs {
  open(context: BrowserContext): Promise<Page>
}

const test = base.extend<{ tabs: Tabs }>({
  tabs: async ({ context }, use, info) => {
    const complaints: string[] = []
    const listened = new Set<BrowserContext>([context])
    await use({
      async open(where) {
        listened.add(where)
        const page = await where.newPage()
        page.on('pageerror', (error) => complaints.push(error.message))
        page.on('console', (message) => {
          if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
        })
        await page.goto(String(info.config.metadata['harness']))
        await page.waitForFunction(() => 'openSubject' in window)
        return page
      },
    })
    expect(complaints).toEqual([])
    for (const where of listened) if (where !== context) await where.close()
  },
})

async function subjectIn(page: Page, room: string, name: string): Promise<Subject> {
  const server = await page.evaluate(([room, name]) => window.openSubject(room, name), [room, name] as const)
  return {
    server,
    send: (to, message) => page.evaluate(([to, message]) => window.subject.send(to, message), [to, message] as const),
    sendMany: (to, text, count) => page.evaluate(([to, text, count]) => window.subject.sendMany(to, text, count), [to, text, count] as const),
    cut: (servers) => page.evaluate((servers) => window.subject.cut(servers), servers),
    enter: (other) => page.evaluate((other) => window.subject.enter(other), other),
    leave: (other) => page.evaluate((other) => window.subject.leave(other), other),
    disturb: (weather) => page.evaluate((weather) => window.subject.disturb(weather), weather),
    links: () => page.evaluate(() => window.subject.links()),
    heard: () => page.evaluate(() => window.subject.heard()),
    events: () => page.evaluate(() => window.subject.events()),
    refusals: () => page.evaluate(() => window.subject.refusals()),
    metIn: () => page.evaluate(() => window.subject.metIn()),
    close: () => page.close({ runBeforeUnload: false }),
  }
}

/** WebRTC that never finds a candidate and never says so, as in a browser without a network interface. */
function muteWebrtc(): void {
  for (const name of ['onicecandidate', 'onicegatheringstatechange']) {
    Object.defineProperty(RTCPeerConnection.prototype, name, { value: null, writable: true })
  }
}

/** A browser that knows no WebRTC at all. */
function removeWebrtc(): void {
  Reflect.deleteProperty(window, 'RTCPeerConnection')
}

/** On a machine with nothing but loopback WebRTC finds no way even to itself, and the plain road must do. */
const isIsolated = Object.values(networkInterfaces()).every((addresses) => addresses?.every((address) => address.internal))

interface Roads {
  title: string
  /** Whether each tab is a browser of its own, so that only the relay connects them. */
  apart: boolean
  prepare: (() => void) | null
  road: Road
}

const roads: Roads[] = [
  { title: 'WebRTC, found by BroadcastChannel', apart: false, prepare: null, road: isIsolated ? 'broadcast' : 'webrtc' },
  { title: 'WebRTC, found by the relay', apart: true, prepare: null, road: isIsolated ? 'relay' : 'webrtc' },
  { title: 'the plain road in one browser', apart: false, prepare: removeWebrtc, road: 'broadcast' },
  { title: 'the plain road over the relay', apart: true, prepare: removeWebrtc, road: 'relay' },
]

async function contextFor({ apart, prepare }: Roads, context: BrowserContext, browser: Browser): Promise<BrowserContext> {
  const where = apart ? await browser.newContext() : context
  if (prepare !== null) await where.addInitScript(prepare)
  return where
}

function linkTo(links: LinkState[], server: ServerId): LinkState | undefined {
  return links.find((link) => link.server === server)
}

async function linksUp(subject: Subject): Promise<number> {
  return (await subject.links()).filter((link) => link.state === 'connected').length
}

async function expectRoad(a: Subject, b: Subject, road: Road): Promise<void> {
  await expect.poll(async () => linkTo(await a.links(), b.server)?.road).toBe(road)
  await expect.poll(async () => linkTo(await b.links(), a.server)?.road).toBe(road)
}

for (const way of roads) {
  test.describe(way.title, () => {
    for (const each of networkContract) {
      test(each.title, async ({ context, browser, tabs }, info) => {
        await each.run({
          rooms: [info.testId, `${info.testId} too`],
          open: async (name, room = info.testId) => subjectIn(await tabs.open(await contextFor(way, context, browser)), room, name),
        })
      })
    }

    test('is the road taken, with a round trip measured', async ({ context, browser, tabs }, info) => {
      const a = await subjectIn(await tabs.open(await contextFor(way, context, browser)), info.testId, 'alpha')
      const b = await subjectIn(await tabs.open(await contextFor(way, context, browser)), info.testId, 'beta')
      await expectRoad(a, b, way.road)
      await expect.poll(async () => linkTo(await a.links(), b.server)?.roundTrip ?? -1).toBeGreaterThanOrEqual(0)
      // Both have one clock; a busy machine distorts the first measurements, and the median settles.
      await expect.poll(async () => Math.abs(linkTo(await a.links(), b.server)?.offset ?? Infinity)).toBeLessThan(100)
    })
  })
}

test('WebRTC that stays silent is given up for the plain road', async ({ context, tabs }, info) => {
  await context.addInitScript(muteWebrtc)
  const a = await subjectIn(await tabs.open(context), info.testId, 'alpha')
  const b = await subjectIn(await tabs.open(context), info.testId, 'beta')
  await expectRoad(a, b, 'broadcast')
  await a.send(b.server, 'hello')
  await expect.poll(() => b.heard()).toEqual([{ from: a.server, message: 'hello' }])
})

test('five tabs become a full mesh, and a closed one is missed at once', async ({ context, tabs }, info) => {
  const pages = await Promise.all(Array.from({ length: 5 }, () => tabs.open(context)))
  const all = await Promise.all(pages.map((page, number) => subjectIn(page, info.testId, `server ${number}`)))
  for (const subject of all) await expect.poll(() => linksUp(subject)).toBe(4)
  await pages[0]?.close()
  for (const subject of all.slice(1)) await expect.poll(() => linksUp(subject), { timeout: 5000 }).toBe(3)
})

test('a healed link is back without waiting for a retry', async ({ context, tabs }, info) => {
  const a = await subjectIn(await tabs.open(context), info.testId, 'alpha')
  const b = await subjectIn(await tabs.open(context), info.testId, 'beta')
  await expect.poll(() => linksUp(a)).toBe(1)
  await a.cut([b.server])
  await expect.poll(async () => linkTo(await b.links(), a.server)?.state).not.toBe('connected')
  await a.cut([])
  await expect.poll(async () => linkTo(await b.links(), a.server)?.state, { timeout: 5000, intervals: [20] }).toBe('connected')
})
