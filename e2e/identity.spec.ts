/** Which server a tab is: closing, reloading, duplicating. */
import { expect, test } from './cluster'

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
