/** Figure 6 in the page: two name services, each in a room and a browser of its own, become one; every name in use goes on. */
import type { Browser } from '@playwright/test'
import { expect, test, type Cluster, type Tab } from './cluster'

/** DEC with Lampson in one browser, IBM with Cho in another: two rooms, two roots. */
async function twoServices(cluster: Cluster, browser: Browser): Promise<[Tab, Tab]> {
  const dec = await cluster.open()
  const elsewhere = await browser.newContext()
  cluster.listen(elsewhere)
  const ibm = await cluster.open('/', elsewhere)
  await dec.page.evaluate(() => window.namering.newD('alpha', '/SRC').then(() => window.namering.setValue('/SRC:Lampson/Phone', '853')))
  await ibm.page.evaluate(() => window.namering.newD('alpha', '/TJW').then(() => window.namering.setValue('/TJW:Cho/Phone', '914')))
  return [dec, ibm]
}

const dialog = (tab: Tab) => tab.page.getByRole('dialog', { name: 'Join another name service' })
const connected = (tab: Tab): Promise<number> => tab.page.evaluate(() => window.namering.view().links.filter(({ state }) => state === 'connected').length)

test('[X6] the other service is looked at in its room before anything is done, and left again', async ({ cluster, browser }) => {
  const [dec, ibm] = await twoServices(cluster, browser)
  await dec.page.getByRole('button', { name: 'Join another name service…' }).click()
  const link = dialog(dec).getByRole('textbox', { name: 'Invitation link of the other service' })
  const met = dialog(dec).getByRole('status', { name: 'What is met there' })
  await link.fill('http://localhost/#room=abc')
  await expect(met).toContainText('That is no invitation')
  await link.fill(dec.page.url())
  await expect(met).toContainText('the room of this service itself')
  await link.fill(ibm.page.url())
  await expect(met).toContainText(/Its root is ANSI \(#.*\), with one directory in it\. One server of it is met: alpha\./)
  expect(await connected(ibm)).toBe(1)
  await expect(ibm.page.getByRole('list', { name: 'Links of this server' })).toContainText('of another name service')
  const button = dialog(dec).getByRole('button', { name: 'Join the two services' })
  await expect(button).toBeDisabled()
  await dialog(dec).getByRole('textbox', { name: 'Name of the new root' }).fill('World')
  await dialog(dec).getByRole('textbox', { name: 'Name of the other one in it' }).fill('ANSI')
  await expect(dialog(dec)).toContainText('Below one root the two need different names.')
  await dialog(dec).getByRole('textbox', { name: 'Name of the other one in it' }).fill('IBM')
  await expect(dialog(dec).getByRole('status', { name: 'What it comes to' })).toContainText('Every name goes on. In this page /SRC stays /SRC')
  await expect(dialog(dec).getByRole('status', { name: 'What it comes to' })).toContainText('yours is /ANSI/SRC, theirs begin with /IBM')
  await expect(button).toBeEnabled()
  await dialog(dec).getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(() => connected(dec)).toBe(0)
  await expect.poll(() => connected(ibm)).toBe(0)
  expect(await dec.value('/SRC:Lampson/Phone')).toBe('853')
  expect(await dec.value('/TJW:Cho/Phone')).toBe('NotFound')
})
