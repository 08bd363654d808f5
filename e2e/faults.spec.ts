/** Bad input, full disks, hostile names: a clear error, nothing changed, nothing lost. */
import { expect, test } from './cluster'

test('[P3] a store that cannot save: callers are told, reads go on, and after a reload everything acknowledged is there', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'acknowledged'))
  await alpha.page.evaluate(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  const code = await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'never').catch((error: Error & { code: string }) => error.code))
  expect(code).toBe('StorageFailed')
  await expect(alpha.page.getByText(/cannot save/).first()).toBeVisible()
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'acknowledged')
  await alpha.page.reload()
  await alpha.ready()
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'acknowledged')
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'again'))
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'again')
})

test('bad input meets a sentence and a code, and changes nothing', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const before = await alpha.copy('/DEC/SRC')
  const codes = await alpha.page.evaluate(async () => {
    const code = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'no error', (error: Error & { code: string }) => `${error.code}: ${error.message.length > 20}`)
    const { namering } = window
    return [
      await code(namering.doUpdates('/DEC/SRC', { 'a\u0000b': true })),
      await code(namering.doUpdates('/DEC/SRC', { ['x'.repeat(256)]: true })),
      await code(namering.doUpdates('/DEC/SRC:a/DR', { DI: true })),
      await code(namering.doUpdates('/DEC', { SRC: false })),
      await code(namering.doUpdates('/DEC/SRC', Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`name number ${i}`, true])))),
      await code(namering.getValue('/DEC/Nowhere:x')),
      await code(namering.getValue('/DEC/SRC:Nobody')),
      await code(namering.enumerate('/DEC/SRC/Lampson/x')),
      await code(namering.newD('alpha', '/DEC/SRC')),
      await code(namering.newDC('omega', '/DEC/SRC')),
      await code(namering.newDC('alpha', '/DEC/SRC')),
      await code(namering.lookup('')),
      await code(namering.getValue(`#${'a'.repeat(20)}:x`)),
    ]
  })
  expect(codes).toEqual(['BadName', 'BadName', 'Reserved', 'Reserved', 'TooLarge', 'NotFound', 'NotFound', 'NotADirectory', 'AlreadyExists', 'NoSuchServer', 'CopyExists', 'BadName', 'NoCopyReachable'].map((each) => `${each}: true`))
  expect((await alpha.copy('/DEC/SRC'))?.tree).toBe(before?.tree)
})

test('links that lead in a circle are told with their trail', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.page.evaluate(async () => {
    await window.namering.setLink('/DEC/here', '/DEC/there')
    await window.namering.setLink('/DEC/there', '/DEC/here')
  })
  const message = await alpha.page.evaluate(() => window.namering.lookup('/DEC/here/x').then(() => '', (error: Error) => error.message))
  expect(message).toContain('never ends')
  expect(message).toContain('/DEC/there')
})

test('hostile names are harmless: markup, prototype keys, right-to-left text, emoji, the longest label', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await cluster.sample(alpha, beta)
  const hostile = ['<img src=x onerror=alert(1)>', '__proto__', 'constructor', 'toJSON', 'then', 'עברית', '🐢🐢', 'a/b:c#d%e*f', 'x'.repeat(255)]
  await alpha.page.evaluate((labels) => window.namering.doUpdates('/DEC/SRC', Object.fromEntries(labels.map((label) => [label, { Phone: { [label]: true } }]))), hostile)
  await expect.poll(() => beta.page.evaluate(() => window.namering.enumerate('/DEC/SRC'))).toEqual(expect.arrayContaining(hostile))
  for (const label of hostile.slice(0, 3)) await expect(alpha.treeitem(label)).toBeVisible()
  expect(await alpha.page.locator('img').count()).toBe(0)
  expect(await beta.page.evaluate(() => ({}).constructor === Object && !('Phone' in {}))).toBe(true)
  await beta.expectValue('/DEC/SRC:__proto__/Phone', '__proto__')
})
