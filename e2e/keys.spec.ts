/** K1, K2: keys and signatures in a real browser, and a browser that lacks Ed25519 among others. */
import { signatureContract } from '../src/keys/signatureContract'
import { expect, test, Tab } from './cluster'

for (const { title } of signatureContract) {
  test(`[K1] [K2] ${title}`, async ({ page }, info) => {
    await page.goto(new URL('keys.html', String(info.config.metadata['harness'])).href)
    await page.waitForFunction(() => 'runSignatureCase' in window)
    await page.evaluate((each) => window.runSignatureCase(each), title)
  })
}

/** As in a browser that does not know Ed25519. */
function removeEd25519(): void {
  // A page that is not secure has no cryptography at all.
  if (!('SubtleCrypto' in globalThis)) return
  for (const method of ['generateKey', 'importKey', 'sign', 'verify'] as const) {
    const real = SubtleCrypto.prototype[method] as (...args: unknown[]) => Promise<unknown>
    Object.assign(SubtleCrypto.prototype, {
      [method](...args: unknown[]) {
        return args.includes('Ed25519') ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError')) : real.apply(this, args)
      },
    })
  }
}

test('[K2] a browser without Ed25519 is a server like the others: each verifies what the other signs, also after a reload', async ({ cluster, browser }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  await elsewhere.addInitScript(removeEd25519)
  const page = await elsewhere.newPage()
  await page.goto(alpha.page.url())
  const beta = new Tab(page)
  await expect(beta.treeitem('alpha')).toBeVisible()
  await beta.ready()
  expect(await page.evaluate(() => window.namering.view().person)).toMatch(/^p256:/)
  expect(await alpha.page.evaluate(() => window.namering.view().person)).toMatch(/^ed25519:/)
  await page.evaluate(() => window.namering.newDC('beta', '/DEC/SRC'))
  await page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'by P-256'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'by P-256')
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Birrell/Phone', 'by Ed25519'))
  await beta.expectValue('/DEC/SRC:Birrell/Phone', 'by Ed25519')
  const server = await page.evaluate(() => window.namering.view().server.id)
  await page.reload()
  await beta.ready()
  expect(await page.evaluate(() => window.namering.view().server.id)).toBe(server)
  await page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'again'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'again')
  await cluster.converged('/DEC/SRC', alpha, beta)
  await elsewhere.close()
})
