/** Which server a tab is: closing, reloading, duplicating. */
import type { Page } from '@playwright/test'
import { expect, Tab, test } from './cluster'

test('[B1] a tab that is closed and opened again is the same server with all its copies', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await cluster.sample(alpha, beta, gamma)
  const before = await gamma.page.evaluate(() => window.namering.view().server)
  await gamma.page.close()
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'while away'))

  const again = await cluster.open(new URL(alpha.page.url()).href)
  const now = await again.page.evaluate(() => window.namering.view().server)
  expect(now).toEqual({ ...before, incarnation: before.incarnation + 1 })
  await again.expectValue('/DEC/SRC:Lampson/Phone', 'while away')
  await cluster.converged('/DEC/SRC', alpha, beta, again)
})

test('[B1] a reloaded tab is the server it was, and what it acknowledged is there', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const before = await alpha.page.evaluate(() => window.namering.view().server.id)
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'acknowledged'))
  await alpha.page.reload()
  await alpha.ready()
  expect(await alpha.page.evaluate(() => window.namering.view().server.id)).toBe(before)
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'acknowledged')
})

test('[B1] a duplicated tab becomes a new server', async ({ cluster }) => {
  const alpha = await cluster.open()
  const opened = cluster.context.waitForEvent('page')
  await alpha.page.evaluate(() => void window.open(location.href))
  const page = await opened
  await expect.poll(() => page.evaluate(() => ('namering' in window ? window.namering.view().server.name : ''))).toBe('beta')
  expect(await alpha.name()).toBe('alpha')
})

test('an open page without a room in its address takes the room this browser used last', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.open('/')
  expect(beta.page.url()).toContain(new URL(alpha.page.url()).hash)
  expect(await beta.name()).toBe('beta')
  await expect(alpha.treeitem('beta')).toBeVisible()
})

test('a server can be renamed, and the root says so everywhere', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await beta.page.evaluate(() => window.namering.setUpOn('mars'))
  await expect(alpha.treeitem('mars')).toHaveAttribute('data-type', 'server')
  await expect(alpha.treeitem('beta')).toBeHidden()
  await expect(beta.page.getByRole('banner')).toContainText('this is mars')

  // A name that is taken is refused in words; nobody is called otherwise than they asked for.
  await beta.page.getByRole('button', { name: /^Rename this server/ }).click()
  await beta.page.getByRole('textbox', { name: 'Name of this server' }).fill('alpha')
  await beta.page.keyboard.press('Enter')
  await expect(beta.page.getByText(/alpha is already there/).first()).toBeVisible()
  expect(await beta.name()).toBe('mars')
})

test('a server that was asked for and is open elsewhere is asked for again, and no other is made instead', async ({ cluster }) => {
  const alpha = await cluster.open()
  const id = await alpha.page.evaluate(() => window.namering.view().server.id)
  const page = await cluster.context.newPage()
  await page.goto('/?server=alpha')
  await expect(page.getByRole('alert')).toContainText('alpha is open in another tab')
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('alpha is open in another tab')
  await alpha.page.close()
  await page.getByRole('button', { name: 'Try again' }).click()
  const again = await new Tab(page).ready()
  expect(await again.page.evaluate(() => window.namering.view().server.id)).toBe(id)
  expect(page.url()).not.toContain('server=')
})

test('of tabs that ask for one server at once exactly one is it', async ({ cluster }) => {
  const alpha = await cluster.open()
  const url = alpha.page.url().replace('#', '?server=alpha#')
  await alpha.page.close()
  const pages = await Promise.all([1, 2, 3].map(() => cluster.context.newPage()))
  await Promise.all(pages.map((page) => page.goto(url)))
  const states = async (): Promise<string[]> => Promise.all(pages.map(async (page) => ((await page.getByText('is open in another tab').count()) > 0 ? 'refused' : (await page.getByRole('treeitem', { name: 'ANSI' }).count()) > 0 ? 'alpha' : 'starting')))
  await expect.poll(async () => (await states()).toSorted()).toEqual(['alpha', 'refused', 'refused'])
})

test('a name in the address that can be none is refused in words', async ({ cluster }) => {
  const page = await cluster.context.newPage()
  await page.goto('/?server=%07')
  await expect(page.getByRole('alert')).toContainText('is not one: it contains a control')
})

test('tabs that open at once in a new browser are one cluster with one root', async ({ cluster }) => {
  const pages = await Promise.all([1, 2, 3].map(() => cluster.context.newPage()))
  await Promise.all(pages.map((page) => page.goto('/')))
  const said = (page: Page): Promise<string[]> => page.evaluate(() => ('namering' in window && window.namering.view().root !== null ? [window.namering.view().server.name, window.namering.view().root ?? ''] : []))
  // Who finds a name taken takes the next, whoever else is looking for one: three names, whichever.
  await expect.poll(async () => new Set((await Promise.all(pages.map(said))).flatMap(([name]) => name ?? [])).size).toBe(3)
  expect(new Set((await Promise.all(pages.map(said))).map(([, root]) => root)).size).toBe(1)
  expect(new Set(pages.map((page) => new URL(page.url()).hash)).size).toBe(1)
})

test('a link to a room that is cut short is refused in words, and the whole link then opens in the same tab', async ({ cluster, browser }) => {
  const alpha = await cluster.open()
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const page = await elsewhere.newPage()
  await page.goto(alpha.page.url().slice(0, -3))
  await expect(page.getByRole('alert')).toContainText('leads to no room')
  await expect(page.getByRole('alert')).toContainText('Ask for the link again, or open http://localhost')
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('leads to no room')
  await page.goto(alpha.page.url())
  await expect(new Tab(page).treeitem('alpha')).toBeVisible()
  await elsewhere.close()
})

test('[B1] a tab in which another room is opened goes there, and back again is the server it was', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  const before = await beta.page.evaluate(() => window.namering.view().server.id)
  const home = new URL(beta.page.url()).hash
  await beta.page.evaluate(() => (location.hash = `room=${'z'.repeat(26)}`))
  await expect(beta.page.getByRole('status').filter({ hasText: 'made elsewhere' })).toContainText('to use a room of your own')
  await expect.poll(() => beta.page.evaluate(() => window.namering.view().roomName)).toBe('zzzzzz')
  await beta.page.goBack()
  await beta.ready()
  expect(new URL(beta.page.url()).hash).toBe(home)
  await beta.page.evaluate(() => (location.hash = 'nowhere'))
  await expect.poll(() => new URL(beta.page.url()).hash).toBe(home)
  expect(await beta.page.evaluate(() => window.namering.view().server.id)).toBe(before)
})

test('a browser that keeps nothing for a tab still runs a server, and one without storage says what to do', async ({ cluster }) => {
  await cluster.context.addInitScript(() => {
    Object.defineProperty(window, 'sessionStorage', {
      get: () => {
        throw new DOMException('Access is denied for this document.', 'SecurityError')
      },
    })
  })
  const alpha = await cluster.open()
  await alpha.page.reload()
  await alpha.ready()
  expect(await alpha.name()).toBe('alpha')
  await cluster.context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError')
    }
  })
  await alpha.page.reload()
  await expect(alpha.page.getByRole('alert')).toContainText('gives it no storage (Access is denied for this document.). Allow cookies and site data')
})

test('storage that is cleared under open tabs leaves them to read, in words, and the page begins anew', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  // In the middle of work: what was under way then is told, and nothing fails unheard.
  for (const { page } of [alpha, beta]) await page.evaluate(() => void Array.from({ length: 1000 }, (_, i) => window.namering.setValue(`/:x${i}`, 'y').catch(() => undefined)))
  const devtools = await cluster.context.newCDPSession(alpha.page)
  await devtools.send('Storage.clearDataForOrigin', { origin: new URL(alpha.page.url()).origin, storageTypes: 'all' })
  for (const { page } of [alpha, beta]) await expect(page.getByText(/^This server cannot save: .* Reads go on/)).toBeVisible()
  expect(await alpha.page.evaluate(() => window.namering.setValue('/:x', 'y').catch((error: Error & { code: string }) => error.code))).toBe('StorageFailed')
  await beta.page.close()
  const anew = await cluster.open()
  expect(await anew.name()).toBe('alpha')
})
