/** Expiration times: what is cached, what waits, and what happens when it has passed. */
import { expect, test, type Cluster, type Tab } from './cluster'

const MINUTE = 60_000

/** All clocks of this browser can be set ahead. */
const settable = async ({ context }: Cluster): Promise<void> => {
  await context.addInitScript(() => {
    const real = Date.now.bind(Date)
    Date.now = () => real() + Number(localStorage.getItem('ahead') ?? 0)
  })
}

/** What was written before is older than F. */
async function settle(tab: Tab, ...directories: string[]): Promise<void> {
  await tab.page.evaluate(async (names) => {
    for (let i = 0; i < 3; i++) for (const name of names) await window.namering.sweep(name)
  }, directories)
}

const choose = async (tab: Tab, word: string): Promise<void> => {
  await tab.page.getByRole('button', { name: 'What can be done here' }).click()
  await tab.page.getByRole('menuitem', { name: word }).click()
}

const next = (tab: Tab) => tab.page.getByRole('list', { name: 'What it becomes' })

async function deletePlanned(tab: Tab): Promise<void> {
  await choose(tab, 'Delete')
  await expect(tab.page.getByText(/Lampson may change from .* on, until when it may stand in caches/)).toBeVisible()
  await tab.page.getByRole('button', { name: 'Plan the change' }).click()
  await expect(tab.page.getByRole('status').filter({ hasText: 'A change of Lampson is planned: it is deleted' })).toBeVisible()
}

test('[W1] [W3] a name is promised, looked up from the cache, and changes only when it has expired, by itself', async ({ cluster }) => {
  await settable(cluster)
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await cluster.sample(alpha, beta)
  await alpha.select('ANSI', 'DEC', 'SRC', 'Lampson')
  await choose(alpha, 'Expires…')
  const sheet = alpha.page.getByRole('dialog')
  await sheet.getByRole('button', { name: '10 minutes' }).click()
  await sheet.getByRole('button', { name: 'Set' }).click()
  await expect(alpha.treeitem('Lampson').locator('[data-until]')).toContainText('min')
  await alpha.page.evaluate(async (until) => {
    for (const name of ['/DEC', '/DEC/SRC']) await window.namering.setTX(name, until)
  }, Date.now() + 30 * MINUTE)
  await settle(alpha, '/', '/DEC', '/DEC/SRC')

  await alpha.show('Way')
  const way = alpha.page.getByRole('region', { name: 'Way', exact: true })
  await expect(async () => {
    for (const label of ['Birrell', 'Lampson']) await alpha.treeitem(label).click()
    await expect(way).toContainText('the first expiration on it. It came from the cache: nobody was asked.', { timeout: 1000 })
  }).toPass()
  await expect(way.getByRole('row', { name: /Lampson .* from the cache/ })).toBeVisible()

  await deletePlanned(alpha)
  await expect(alpha.treeitem('Lampson').locator('[data-planned]')).toContainText(/changes in (19|20) min/)
  await beta.select('ANSI', 'DEC', 'SRC', 'Lampson')
  await beta.page.getByRole('button', { name: 'Take the change back' }).click()
  await expect(beta.treeitem('Lampson').locator('[data-planned]')).toBeHidden()
  await expect(alpha.treeitem('Lampson').locator('[data-until]')).toBeVisible()

  await alpha.show('Value')
  await alpha.addProperty('Office', 'the last one on the left, behind the library of the laboratory')
  await alpha.page.getByRole('button', { name: 'Plan the change' }).click()
  await expect(next(alpha).getByRole('listitem').first()).toHaveText('Officethe last one on the left, behind the library of the laboratory')
  await expect(next(alpha).getByRole('listitem').filter({ hasText: 'Mailboxes' })).toHaveText('MailboxesCabPinotRiesZin')
  await alpha.page.setViewportSize({ width: 300, height: 900 })
  expect(await alpha.page.evaluate(() => [...document.querySelectorAll('.banner, .banner *')].filter((part) => part.getBoundingClientRect().right > innerWidth).length)).toBe(0)
  await alpha.page.setViewportSize({ width: 1440, height: 900 })
  // By a name that begins at an identifier, which the tree of names does not show.
  await beta.page.keyboard.press('Control+k')
  await beta.page.keyboard.type(`#${await beta.page.evaluate(async () => (await window.namering.lookup('/DEC/SRC')).di)}/Lampson`)
  await beta.page.keyboard.press('Enter')
  await expect(beta.page.getByRole('main').locator('[data-planned]')).toContainText(/changes in (19|20) min/)
  await expect(next(beta).getByRole('listitem').first()).toHaveText('Officethe last one on the left, behind the library of the laboratory')
  await beta.page.getByRole('button', { name: 'Take the change back' }).click()
  await expect(alpha.page.getByRole('button', { name: 'Take the change back' })).toBeHidden()

  await deletePlanned(alpha)
  await settle(alpha, '/DEC/SRC')
  await alpha.page.evaluate((ahead) => localStorage.setItem('ahead', String(ahead)), 21 * MINUTE)
  // The clocks of the two tabs are set one after the other: a sweep between them is refused.
  await expect(() => settle(beta, '/DEC/SRC')).toPass({ timeout: 30_000 })
  for (const tab of [alpha, beta]) await expect(tab.treeitem('Lampson')).toBeHidden({ timeout: 20_000 })
  await alpha.expectValue('/DEC/SRC:Lampson', 'NotFound')
})
