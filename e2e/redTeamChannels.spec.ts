/** Who is in the room, or at the relay, and says to be somebody else, or says what no server says: refused and shown, and neither links nor names are the worse for it. */
import type { BrowserContext } from '@playwright/test'
import { toUtf8, type Bytes } from '../src/keys/encoding'
import { encodeControl } from '../src/net/control'
import { frameLimit, framesOf } from '../src/net/framing'
import { expect, test, type Tab } from './cluster'
import { openRawLink } from './rawLink'

const phone = '/:Lampson/Phone'
const refusals = (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().refusals.map(([reason]) => reason).join('\n'))
const links = (tab: Tab): Promise<unknown> => tab.page.evaluate(() => window.namering.view().links.map(({ name, state }) => [name, state]))

test('[isolation] [X1] a second tab that claims to be another server is refused and shown, with its own key and with the other’s', async ({ cluster, browser }, info) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  const { room, relay, server, key } = await alpha.page.evaluate(() => {
    const { links: known, roomUrl } = window.namering.view()
    return { room: new URL(roomUrl).hash.slice('#room='.length), relay: `${location.origin.replace(/^http/, 'ws')}/relay`, server: known[0]!.server, key: known[0]!.key! }
  })
  const elsewhere = await browser.newContext()
  for (const [claimed, reason] of [
    [{ server }, /somebody in the name of beta has a key that is not of its server id/],
    [{ server, keyText: key }, /somebody in the name of beta gave a false proof of who it is/],
  ] as const) {
    const stranger = await elsewhere.newPage()
    await stranger.goto(String(info.config.metadata['harness']))
    await stranger.waitForFunction(() => 'openSubject' in window)
    await stranger.evaluate(([where, by, claims]) => window.openSubject(where, 'mallory', [by], claims), [room, relay, claimed] as const)
    await expect(alpha.page.getByText(reason).first()).toBeVisible()
    await stranger.close()
  }
  await expect(beta.page.getByText(/another tab says it is this server/).first()).toBeVisible()
  expect(await links(alpha)).toEqual([['beta', 'connected']])
  await beta.page.evaluate(() => window.namering.setValue('/:Lampson/Phone', '853'))
  await alpha.expectValue('/:Lampson/Phone', '853')
  await elsewhere.close()
})

/** Keeps what the pages of a browser send to the relay, as the relay has it. */
function overhear(context: BrowserContext, said: string[], relays: Set<string>): void {
  context.on('page', (page) =>
    page.on('websocket', (socket) => {
      if (!socket.url().includes('/relay?topic=')) return
      relays.add(socket.url())
      socket.on('framesent', ({ payload }) => said.push(String(payload)))
    }),
  )
}

test('[isolation] [X1] what passed a relay, said again or changed by who listens there, changes nothing', async ({ cluster, browser }, info) => {
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const said: string[] = []
  const relays = new Set<string>()
  for (const context of [cluster.context, elsewhere]) {
    overhear(context, said, relays)
    // No candidate is ever found: all frames go by the relay.
    await context.addInitScript(() => {
      RTCPeerConnection.prototype.setLocalDescription = () => new Promise<void>(() => undefined)
    })
  }
  const alpha = await cluster.open()
  const beta = await cluster.open(alpha.page.url(), elsewhere)
  for (const phone of ['853', '999']) {
    await alpha.page.evaluate((value) => window.namering.setValue('/:Lampson/Phone', value), phone)
    await beta.expectValue('/:Lampson/Phone', phone)
  }
  const [relay] = relays
  expect(await alpha.page.evaluate(() => window.namering.view().links[0]?.road)).toBe('relay')
  const before = await beta.copy('/')
  const listening = await browser.newContext()
  const stranger = await listening.newPage()
  await stranger.goto(String(info.config.metadata['harness']))
  await stranger.evaluate(
    async ([url, overheard]) => {
      const socket = new WebSocket(url)
      await new Promise((resolve) => socket.addEventListener('open', resolve))
      for (const text of overheard) {
        const { to, note } = JSON.parse(text) as { to?: string; note: string }
        // As it was; changed behind its name, by which it is known; and changed in the name.
        const changed = [note.length - 8, 0].map((at) => note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1))
        for (const each of [note, ...changed]) {
          socket.send(JSON.stringify({ note: each }))
          if (to !== undefined) socket.send(JSON.stringify({ to, note: each }))
        }
      }
    },
    [relay!, [...said]] as const,
  )
  expect(said.length).toBeGreaterThan(10)
  for (const tab of [alpha, beta]) await expect.poll(() => refusals(tab)).toContain('note not of this room')
  for (const tab of [alpha, beta]) expect(await tab.value('/:Lampson/Phone')).toBe('999')
  expect((await beta.copy('/'))?.tree).toBe(before?.tree)
  expect([await links(alpha), await links(beta)]).toEqual([[['beta', 'connected']], [['alpha', 'connected']]])
  await beta.page.evaluate(() => window.namering.setValue('/:Lampson/Phone', '1'))
  await alpha.expectValue('/:Lampson/Phone', '1')
  await listening.close()
  await elsewhere.close()
})

/** A frame with this head: number, index and count of a part of a message. */
function part(number: number, index: number, count: number, bytes: number): Bytes {
  const frame = new Uint8Array(9 + bytes).fill(0x61)
  const head = new DataView(frame.buffer)
  head.setUint8(0, 0x4d)
  head.setUint32(1, number)
  head.setUint16(5, index)
  head.setUint16(7, count)
  return frame
}

test('[isolation] [X4] [X5] frames that are oversized, cut wrongly, sent twice or no frames are refused and shown, a flood holds nobody up, and who does not stop is cut off', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await alpha.page.evaluate((vd) => window.namering.setValue(vd, '853'), phone)
  await beta.expectValue(phone, '853')
  const before = await alpha.copy('/')
  const mallory = await openRawLink(alpha, 'mallory')
  const full = frameLimit - 9
  for (const [frames, reason] of [
    [[part(1, 0, 1, 0).slice(0, 5)], 'a frame of impossible length'],
    [[part(2, 0, 1, full + 1)], 'a frame of impossible length'],
    [[part(3, 0, 0, 1)], 'a frame with an impossible head'],
    [[part(4, 0, 65_535, full)], 'a frame with an impossible head'],
    [[part(5, 0, 2, 1)], 'a frame cut wrongly'],
    [[part(6, 0, 2, full), part(6, 0, 2, full)], 'a frame sent twice'],
    [[part(7, 0, 2, full), part(7, 1, 3, full)], 'frames of one message that disagree'],
    [Array.from({ length: 65 }, (_, index) => part(8, index, 65, full)), 'a message longer than 1 MiB'],
    [[part(9, 0, 1, 1).fill(0xff, 9)], 'a message that is not UTF-8'],
    [[toUtf8('{"type":"beat","number":1,"__proto__":{"number":2}}')], 'a control frame that is none'],
    [[encodeControl({ type: 'proof', signature: '' })], 'a second handshake'],
  ] as [Bytes[], string][]) {
    for (const frame of frames) mallory.send(frame)
    await expect(alpha.page.getByText(`refused: rubbish: mallory ${reason}`).first()).toBeVisible()
  }
  expect(mallory.ended()).toBeNull()

  // Messages that are never finished, beats without end, and messages that say nothing.
  for (let number = 100; number < 300; number++) {
    mallory.send(part(number, 0, 2, full))
    mallory.send(encodeControl({ type: 'beat', number }))
    mallory.send(framesOf(number + 10_000, '[]')![0]!)
  }
  await beta.page.evaluate((vd) => window.namering.setValue(vd, 'meanwhile'), phone)
  await alpha.expectValue(phone, 'meanwhile')
  await expect.poll(() => alpha.page.evaluate(() => window.namering.view().refusals.find(([reason]) => reason.startsWith('malformed message'))?.[1])).toBe(200)

  for (let i = 0; i < 40; i++) mallory.send(part(1, 0, 0, 0))
  await expect.poll(() => alpha.page.evaluate(() => window.namering.view().links.find(({ name }) => name === 'mallory')?.reason)).toBe('cut off for a minute, because it kept sending rubbish')
  expect((await links(alpha) as [string, string][]).find(([name]) => name === 'beta')).toEqual(['beta', 'connected'])
  await beta.page.evaluate((vd) => window.namering.setValue(vd, '853'), phone)
  await alpha.expectValue(phone, '853')
  expect((await alpha.copy('/'))?.tree).toBe(before?.tree)
  mallory.close()
})
