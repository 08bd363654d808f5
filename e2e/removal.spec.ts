/** Directories are removed: by the page with all that is in them, by the library one by one; nobody who is coming is lost. */
import { expect, test, type Tab } from './cluster'

const row = (tab: Tab, name: string) => tab.page.getByRole('treeitem', { name, exact: true })
const newD = (tab: Tab, server: string, name: string): Promise<string> => tab.page.evaluate(([sn, fn]) => window.namering.newD(sn!, fn!).then(({ name: made }) => made, (error: Error & { code?: string }) => error.code ?? error.message), [server, name])
const removeD = (tab: Tab, name: string): Promise<string> => tab.page.evaluate((fn) => window.namering.removeD(fn).then(() => 'ok', (error: Error & { code?: string }) => error.code ?? error.message), name)
const lookup = (tab: Tab, name: string): Promise<string> => tab.page.evaluate((fn) => window.namering.lookup(fn).then(() => 'ok', (error: Error) => error.message), name)

test('[M6] a directory is deleted by the page with all that is in it, said before it is done; the others see it go, and its name says so', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  for (const name of ['/DEC', '/DEC/SRC']) expect(await newD(alpha, '/alpha', name)).toBe(name)
  await beta.page.evaluate(() => window.namering.newDC('/beta', '/DEC'))
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', '1234'))
  await alpha.page.evaluate(() => window.namering.setValue('/DEC:Needham/Phone', '5678'))
  await beta.expectValue('/DEC/SRC:Lampson/Phone', '1234')
  expect(await removeD(alpha, '/DEC')).toBe('MoreCopies')
  expect(await removeD(alpha, '/DEC/SRC')).toBe('NotEmpty')

  await row(alpha, 'DEC').click({ button: 'right' })
  await alpha.page.getByRole('menuitem', { name: 'Delete directory…' }).click()
  const dialog = alpha.page.getByRole('alertdialog', { name: 'Delete a directory' })
  await expect(dialog.getByRole('status')).toContainText('/DEC goes for good, with 2 entries and links and 1 directory below it, on every server: 3 copies in all')
  await dialog.getByRole('button', { name: 'Delete it for good' }).click()
  for (const tab of [alpha, beta]) {
    await expect(row(tab, 'DEC')).toHaveCount(0, { timeout: 60_000 })
    expect(await lookup(tab, '/DEC')).toMatch(/^\/DEC was not found: the directory was removed on \d{4}-/)
    expect(await lookup(tab, '/DEC/SRC')).toMatch(/the directory was removed on/)
  }
  await expect(dialog).toBeHidden()
  expect(await newD(beta, '/beta', '/DEC')).toBe('/DEC')
  expect(await lookup(alpha, '/DEC')).toBe('ok')
})

test('[W5] a directory that is made in a split network while another is to remove the one above is never lost', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  for (const name of ['/DEC', '/SRC']) expect(await newD(alpha, '/alpha', name)).toBe(name)
  await beta.page.evaluate(() => window.namering.newDC('/beta', '/DEC'))
  await beta.page.evaluate(() => window.namering.network.isolate())
  expect(await newD(beta, '/beta', '/DEC/WRL')).toBe('/DEC/WRL')
  expect(await newD(beta, '/beta', '/SRC/WRL')).toMatch(/^(?:NoCopyReachable|ServerUnreachable)$/)
  expect(await removeD(alpha, '/DEC')).toBe('MoreCopies')
  expect(await removeD(alpha, '/SRC')).toBe('ok')
  await beta.page.evaluate(() => window.namering.network.healAll())
  await expect.poll(() => lookup(alpha, '/DEC/WRL')).toBe('ok')
  await beta.page.evaluate(() => window.namering.removeDC('/beta', '/DEC'))
  expect(await removeD(alpha, '/DEC')).toBe('NotEmpty')
  await expect.poll(() => lookup(beta, '/SRC')).toMatch(/was removed on/)
  expect(await removeD(beta, '/DEC/WRL')).toBe('ok')
  expect(await removeD(alpha, '/DEC')).toBe('ok')
})
