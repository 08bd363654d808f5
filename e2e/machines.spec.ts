/** Other browsers and machines: by the relay; without WebRTC: by the signalling road; without any server: a static host. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './cluster'

test('separate browsers meet through the relay, and share names over WebRTC', async ({ cluster, browser }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const page = await elsewhere.newPage()
  await page.goto(alpha.page.url())
  await expect.poll(() => page.evaluate(() => ('namering' in window ? window.namering.view().server.name : ''))).toBe('beta')
  await page.evaluate(() => window.namering.newDC('beta', '/DEC/SRC'))
  await page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'from elsewhere'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'from elsewhere')
  expect(await page.evaluate(() => window.namering.view().links[0]?.road)).toBe('webrtc')
  await elsewhere.close()
})

test('where WebRTC cannot rise the same frames take the signalling road, and the page says so', async ({ cluster }) => {
  // As in a browser without any network interface: no candidate is ever found.
  await cluster.context.addInitScript(() => {
    RTCPeerConnection.prototype.setLocalDescription = () => new Promise<void>(() => undefined)
  })
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await cluster.sample(alpha, beta)
  await beta.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'sealed'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'sealed')
  await expect(alpha.page.getByRole('list', { name: 'Links of this server' }).getByRole('listitem')).toHaveAttribute('data-road', 'broadcast')
})

test('from a static host, with no server of ours at all, the tabs of one browser are a cluster', async ({ cluster }) => {
  const dist = join(process.cwd(), 'dist')
  const types: Record<string, string> = { js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', tab: 'text/plain', webmanifest: 'application/manifest+json' }
  await cluster.context.route('http://static.localhost/**', async (route) => {
    const path = new URL(route.request().url()).pathname
    const file = path === '/names/' ? 'index.html' : path.replace('/names/', '')
    const body = await readFile(join(dist, file))
    await route.fulfill({ body, contentType: types[file.split('.').at(-1) ?? ''] ?? 'text/html' })
  })
  const alpha = await cluster.open('http://static.localhost/names/')
  const beta = await cluster.another(alpha)
  await cluster.sample(alpha, beta)
  await beta.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'no server'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'no server')
})
