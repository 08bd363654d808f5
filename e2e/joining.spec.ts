/** Figure 6 in the page: two name services, each in a room and a browser of its own, become one; every name in use goes on. */
import type { Browser } from '@playwright/test'
import { expect, Tab, test, type Cluster } from './cluster'

/** DEC with Lampson in one browser, IBM with Cho in another: two rooms, two roots. */
async function twoServices(cluster: Cluster, browser: Browser): Promise<[Tab, Tab]> {
  const dec = await cluster.open()
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const ibm = await cluster.open('/', elsewhere)
  await dec.page.evaluate(() => window.namering.newD('alpha', '/SRC').then(() => window.namering.setValue('/SRC:Lampson/Phone', '853')))
  await ibm.page.evaluate(() => window.namering.newD('alpha', '/TJW').then(() => window.namering.setValue('/TJW:Cho/Phone', '914')))
  return [dec, ibm]
}

const dialog = (tab: Tab) => tab.page.getByRole('dialog', { name: 'Join another name service' })
const connected = (tab: Tab): Promise<number> => tab.page.evaluate(() => window.namering.view().links.filter(({ state }) => state === 'connected').length)

test('[X7] the other service is looked at in its room before anything is done, and left again', async ({ cluster, browser }) => {
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
  await expect.poll(() => connected(ibm)).toBe(1)
  await expect(ibm.page.getByRole('list', { name: 'Links of this server' })).toContainText('of another name service')
  const button = dialog(dec).getByRole('button', { name: 'Join the two services' })
  await expect(button).toBeDisabled()
  await dialog(dec).getByRole('textbox', { name: 'Name of the new root' }).fill('World')
  await dialog(dec).getByRole('textbox', { name: 'Name of the other one in it' }).fill('ANSI')
  await expect(dialog(dec)).toContainText('Below one root the two need different names.')
  await dialog(dec).getByRole('textbox', { name: 'Name of the other one in it' }).fill('..')
  await expect(dialog(dec)).toContainText('The other one cannot be called ..: in a name .. is no label, but stands for the directory above. Choose another name.')
  await expect(button).toBeDisabled()
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

/** Presses for what is to be joined how; the last button is left to the test. */
async function decide(tab: Tab, other: Tab, names: Partial<Record<'the new root' | 'this service in it' | 'the other one in it', string>>): Promise<void> {
  await tab.page.getByRole('button', { name: 'Join another name service…' }).click()
  await dialog(tab).getByRole('textbox', { name: 'Invitation link of the other service' }).fill(other.page.url())
  if (!('the new root' in names)) await dialog(tab).getByRole('radio', { name: /^Theirs/ }).check()
  for (const [what, name] of Object.entries(names)) await dialog(tab).getByRole('textbox', { name: `Name of ${what}` }).fill(name)
  await expect(dialog(tab).getByRole('button', { name: 'Join the two services' })).toBeEnabled()
}

const press = (tab: Tab): Promise<void> => dialog(tab).getByRole('button', { name: 'Join the two services' }).click()
const done = (tab: Tab) => dialog(tab).getByRole('status', { name: 'How it stands' })
const root = (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().root ?? '')
const di = (tab: Tab, name: string): Promise<string> => tab.page.evaluate((fn) => window.namering.lookup(fn).then((found) => found.di), name)

test('[O3] [N1] below a new root: every old name goes on at every server of both, beside the new ones; over reloads, and when the halves are cut apart', async ({ cluster, browser }) => {
  test.slow()
  const [dec, ibm] = await twoServices(cluster, browser)
  const decToo = await cluster.another(dec)
  const opened = ibm.page.context().waitForEvent('page')
  await ibm.page.getByRole('button', { name: 'Open another server' }).click()
  const ibmToo = await new Tab(await opened).ready()
  await dec.page.evaluate(() => window.namering.setLink('/Research', '/SRC'))
  await dec.page.evaluate(() => window.namering.newDC('beta', '/SRC'))
  await dec.select('SRC', 'Lampson')
  const [old, other] = [await root(dec), await root(ibm)]
  const all = [dec, decToo, ibm, ibmToo]

  await decide(dec, ibm, { 'the new root': 'World', 'this service in it': 'DEC', 'the other one in it': 'IBM' })
  await press(dec)
  await expect(done(dec)).toContainText('The two are one service now.', { timeout: 60_000 })
  await expect(done(dec).getByRole('row').last()).toHaveText('/SRC/Lampson/DEC/SRC/Lampson')
  await dialog(dec).getByRole('button', { name: 'Done' }).click()
  const top = await dec.page.evaluate((fn) => window.namering.moves(fn).then((records) => records[0]!.parent as string), `#${old}`)
  for (const tab of all) await expect.poll(() => root(tab), { timeout: 60_000 }).toBe(top)

  const everywhere = async (): Promise<void> => {
    for (const tab of all) {
      for (const name of [`#${old}/SRC`, `#${old}/Research`, `#${top}/DEC/SRC`, `#${top}/DEC/Research`]) await tab.expectValue(`${name}:Lampson/Phone`, '853')
      for (const name of [`#${other}/TJW`, `#${top}/IBM/TJW`]) await tab.expectValue(`${name}:Cho/Phone`, '914')
    }
    for (const tab of [dec, decToo]) for (const name of ['/SRC', '/Research', `#${top}/IBM/../DEC/SRC`]) await tab.expectValue(`${name}:Lampson/Phone`, '853')
    for (const tab of [ibm, ibmToo]) await tab.expectValue('/TJW:Cho/Phone', '914')
  }
  await everywhere()

  // A server of each is closed and opened again; one of them begins its names at the new root.
  for (const tab of [dec, ibm]) {
    await tab.page.reload()
    await tab.ready()
  }
  await everywhere()
  await ibmToo.page.keyboard.press('Control+K')
  await ibmToo.page.getByRole('option', { name: 'Begin the names of this page at the root of the service' }).click()
  await expect(ibmToo.treeitem('World')).toBeVisible()
  await ibmToo.select('DEC')
  await ibmToo.expectValue('/DEC/SRC:Lampson/Phone', '853')
  await ibmToo.page.reload()
  await expect(ibmToo.treeitem('World')).toBeVisible()
  await ibmToo.page.evaluate(() => (window.namering.workingRoot = `#${Object.values(window.namering.view().copies).find(({ name }) => name === '/IBM')!.directory}`))
  await expect(ibmToo.treeitem('TJW')).toBeVisible()

  // The halves are cut apart: each goes on with its names, changes too; healed, both have both.
  const half = async (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().server.id)
  const apart = async (from: Tab[], to: Tab[]): Promise<void> => {
    const ids = await Promise.all(to.map(half))
    for (const tab of from) await tab.page.evaluate((servers) => window.namering.network.cut(...servers), ids)
  }
  await apart([dec, decToo], [ibm, ibmToo])
  await dec.page.evaluate(() => window.namering.setValue('/SRC:Lampson/Phone', '854'))
  await ibm.page.evaluate(() => window.namering.setValue('/TJW:Cho/Phone', '915'))
  await decToo.expectValue('/SRC:Lampson/Phone', '854')
  await ibmToo.expectValue('/TJW:Cho/Phone', '915')
  for (const tab of [dec, decToo]) await tab.page.evaluate(() => window.namering.network.healAll())
  for (const tab of all) {
    await tab.expectValue(`#${top}/DEC/SRC:Lampson/Phone`, '854')
    await tab.expectValue(`#${top}/IBM/TJW:Cho/Phone`, '915')
  }
  for (const tab of all) expect(await di(tab, `#${old}`)).toBe(old)
})

test('[O3] ours below theirs; closed in the middle, the tab goes on when it is opened again, and both sides are told', async ({ cluster, browser }) => {
  const [dec, ibm] = await twoServices(cluster, browser)
  await decide(dec, ibm, { 'this service in it': 'TJW' })
    .then(() => Promise.reject(new Error('a name that is taken is none to choose')), () => undefined)
  await expect(dialog(dec)).toContainText('In the other root TJW is taken')
  await dialog(dec).getByRole('textbox', { name: 'Name of this service in it' }).fill('DEC')
  // The other one is out of reach from the first step on.
  await dialog(dec).evaluate((element) => {
    element.querySelector<HTMLButtonElement>('button[type=submit]')!.click()
    window.namering.network.isolate()
  })
  await expect(done(dec)).toContainText('It is tried again every few seconds', { timeout: 60_000 })
  const { context } = cluster
  await dec.page.close()
  const again = await cluster.open('/', context)
  const banner = again.page.locator('.banner').filter({ hasText: 'joined with another one' })
  await expect(banner).toContainText('This service has been joined with another one.', { timeout: 60_000 })
  await banner.getByRole('button', { name: 'Show old and new names' }).click()
  await expect(done(again)).toContainText('The two are one service now.')
  const theirs = await root(ibm)
  for (const tab of [again, ibm]) {
    await expect.poll(() => root(tab), { timeout: 60_000 }).toBe(theirs)
    await tab.expectValue(`#${theirs}/DEC/SRC:Lampson/Phone`, '853')
  }
  await again.expectValue('/SRC:Lampson/Phone', '853')
  await ibm.expectValue('/DEC/SRC:Lampson/Phone', '853')
  await expect(ibm.page.getByRole('group', { name: 'What happened, newest first' })).toContainText('meets in 2 rooms now')
})
