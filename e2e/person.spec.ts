/** Who somebody is: a name at the first start, the same person on another device, invitations, and a backup. */
import { readFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, Tab, test, type Cluster } from './cluster'

/** Takes a name as a guest does, from the notice of the first start. */
async function takeName(tab: Tab, name: string): Promise<void> {
  await tab.page.getByRole('button', { name: 'Say who you are…' }).click()
  await tab.page.getByRole('textbox', { name: 'What people call you' }).fill(name)
  await tab.page.getByRole('button', { name: 'Be called so' }).click()
  await expect(chip(tab.page)).toHaveAttribute('data-me', name)
}

const chip = (page: Page) => page.locator('.person-chip')

/** Does something by the palette. */
async function command(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(words)
  await page.keyboard.press('Enter')
}

async function elsewhere(cluster: Cluster, url: string): Promise<Page> {
  const context = await cluster.context.browser()!.newContext({ viewport: { width: 1440, height: 900 } })
  await cluster.listen(context)
  const page = await context.newPage()
  await page.goto(url)
  return page
}

/** Makes the link in the sheet that is open. */
async function makeLink(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Make the link' }).click()
  return page.getByRole('textbox', { name: 'Link of the invitation' }).inputValue()
}

test('the first start asks for a name, in nobody’s way; all tabs of the browser are that person, after a reload too', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await expect(alpha.page.getByRole('region', { name: 'Who you are' })).toContainText('You are a guest here')
  expect(await alpha.page.evaluate(() => document.activeElement?.closest('.name-news, dialog') ?? null)).toBeNull()
  await takeName(alpha, 'Lampson')
  await expect(alpha.page.getByRole('region', { name: 'Who you are' })).toHaveCount(0)
  await expect(chip(beta.page)).toHaveAttribute('data-me', 'Lampson')
  await expect(chip(beta.page)).toHaveAttribute('data-known', 'true')
  await expect(beta.page.getByRole('region', { name: 'Who you are' })).toHaveCount(0)
  expect(await beta.page.evaluate(async () => (await window.namering.whoAmI()).entries.map(({ name }) => name))).toEqual(['/Lampson'])
  await alpha.page.reload()
  await alpha.ready()
  await expect(chip(alpha.page)).toHaveAttribute('data-me', 'Lampson')
  await chip(alpha.page).click()
  const known = alpha.page.getByRole('region', { name: 'How directories know you' }).getByRole('listitem')
  await expect(known).toHaveCount(1)
  await expect(known).toContainText('Lampson, and its owner')
})

test('a name can be put off; one that somebody else has is not taken, and another is proposed', async ({ cluster }) => {
  const alpha = await cluster.open()
  await takeName(alpha, 'Lampson')
  const page = await elsewhere(cluster, alpha.page.url())
  const other = await new Tab(page).ready()
  await page.getByRole('button', { name: 'Not now' }).click()
  await expect(page.getByRole('region', { name: 'Who you are' })).toHaveCount(0)
  await page.reload()
  await other.ready()
  await expect(page.getByRole('region', { name: 'Who you are' })).toHaveCount(0)
  await expect(chip(page)).toHaveAttribute('data-me', 'guest')
  await chip(page).click()
  await page.getByRole('textbox', { name: 'What people call you' }).fill('Lampson')
  await page.getByRole('button', { name: 'Be called so' }).click()
  await expect(page.getByText('/Lampson is taken: somebody else has it')).toBeVisible()
  await page.getByRole('button', { name: 'Be called Lampson2' }).click()
  await expect(chip(page)).toHaveAttribute('data-me', 'Lampson2')
  await alpha.expectValue('/:Lampson2/Keys', await page.evaluate(() => window.namering.view().person))
})

test('[A6] another device becomes the same person by a link, which says before what it gives, and opens nothing twice', async ({ cluster }) => {
  const alpha = await cluster.open()
  await takeName(alpha, 'Lampson')
  // From now on only who is named may write, and only Lampson this entry.
  await alpha.page.evaluate(() => window.namering.setAccess('/', [{ principal: '*', path: '*', rights: ['read'] }, { principal: './*', path: '*', rights: ['copy'] }, { principal: './Lampson', path: 'Lampson/*', rights: ['write'] }, { principal: './Lampson', path: './*', rights: ['write'] }]))
  await command(alpha.page, 'invite a device')
  const url = await makeLink(alpha.page)
  await expect(alpha.page.getByRole('timer')).toContainText(/open for (9|10):\d\d/)
  await expect(alpha.page.getByRole('img', { name: 'QR code of the link' })).toBeVisible()

  const page = await elsewhere(cluster, url)
  const sheet = page.getByRole('dialog', { name: 'You are invited' })
  await expect(sheet).toContainText(/Directory.*its owner is/)
  await expect(sheet).toContainText('You becomeLampson')
  await expect(sheet).toContainText('its own entry: read, change')
  await expect(sheet).toContainText('all entries: read')
  await expect(sheet).toContainText('the rights of others: change')
  await expect(sheet).toContainText('accept only on a device of the same person')
  expect(await page.evaluate(() => window.namering.me)).toBeNull()
  await sheet.getByRole('button', { name: 'Be Lampson' }).click()
  await expect(chip(page)).toHaveAttribute('data-me', 'Lampson')
  await expect(chip(page)).toHaveAttribute('data-known', 'true')
  expect(page.url()).not.toContain('invitation')
  await expect(alpha.page.getByText('It has been used')).toBeVisible()

  // The same person writes from there, in a directory that is closed to others.
  await page.evaluate(() => window.namering.setValue('/:Lampson/Phone', 'from the laptop'))
  await alpha.expectValue('/:Lampson/Phone', 'from the laptop')

  const third = await elsewhere(cluster, url)
  const again = third.getByRole('dialog', { name: 'You are invited' })
  await expect(again).toContainText('it has been used, and each can be once. Ask for a new one')
  await expect(again.getByRole('button', { name: 'Be Lampson' })).toHaveCount(0)
  expect(await third.evaluate(() => window.namering.setValue('/:Lampson/Phone', 'by a stranger').catch((error: { code: string }) => error.code))).toBe('NoRight')
  await again.getByRole('button', { name: 'Put it away' }).click()
  expect(third.url()).not.toContain('invitation')

  // What is lost is removed, and is the person no more.
  await alpha.page.getByRole('button', { name: 'Done', exact: true }).click()
  await chip(alpha.page).click()
  const device = alpha.page.getByRole('listitem').filter({ hasText: 'Another browser' })
  await expect(device).toContainText('by an invitation')
  await device.getByRole('button', { name: /^Remove: / }).click()
  await device.getByRole('button', { name: /^Remove it for good: / }).click()
  await expect(device).toHaveCount(0)
  await expect(chip(page)).toHaveAttribute('data-known', 'false')
  expect(await page.evaluate(() => window.namering.setValue('/:Lampson/Phone', 'lost').catch((error: { code: string }) => error.code))).toBe('NoRight')
})

test('an invitation for another person is listed while it is open, and opens nothing once it is withdrawn', async ({ cluster }) => {
  const alpha = await cluster.open()
  await takeName(alpha, 'Lampson')
  await chip(alpha.page).click()
  await alpha.page.getByRole('button', { name: 'Invite a person…' }).click()
  await alpha.page.getByRole('textbox', { name: 'Who is invited' }).fill('Cho')
  const url = await makeLink(alpha.page)
  await alpha.page.getByRole('button', { name: 'Done', exact: true }).click()
  await chip(alpha.page).click()
  const open = alpha.page.getByRole('list', { name: 'Open invitations' }).getByRole('listitem')
  await expect(open).toContainText('to be /Cho')
  await expect(open).toContainText('open for 7 days')

  // The link in a tab that is in the room already.
  const page = await elsewhere(cluster, alpha.page.url())
  await new Tab(page).ready()
  await page.getByRole('button', { name: 'Say who you are…' }).click()
  const link = page.getByRole('textbox', { name: 'Link of an invitation' })
  await link.fill(url.slice(0, -80))
  await expect(page.getByText('This is no link of an invitation')).toHaveCount(0)
  await link.fill('nonsense')
  await expect(page.getByText('This is no link of an invitation')).toBeVisible()
  await link.fill(url.replace(/room=./, 'room=z'))
  await expect(page.getByText('It is for another room')).toBeVisible()
  await link.fill(url)
  await page.getByRole('button', { name: 'Look at it' }).click()
  const sheet = page.getByRole('dialog', { name: 'You are invited' })
  await expect(sheet.getByRole('button', { name: 'Be Cho' })).toBeVisible()

  await open.getByRole('button', { name: 'Withdraw: Cho' }).click()
  await open.getByRole('button', { name: 'Withdraw it for good: Cho' }).click()
  await expect(open).toHaveCount(0)
  await expect(sheet).toContainText(/it was withdrawn|none with this key is known here/)
  await expect(sheet.getByRole('button', { name: 'Be Cho' })).toHaveCount(0)
})

test('a backup restores the person in another browser, with the passphrase and not without', async ({ cluster }) => {
  const alpha = await cluster.open()
  await takeName(alpha, 'Lampson')
  await command(alpha.page, 'make a backup')
  const passphrase = alpha.page.getByLabel('Passphrase', { exact: true })
  await passphrase.fill('secret')
  await expect(alpha.page.getByText('Weak: it has 6 characters')).toBeVisible()
  await passphrase.fill('four words in a row')
  await alpha.page.getByLabel('Once more').fill('four words in a row')
  const saved = alpha.page.waitForEvent('download')
  await alpha.page.getByRole('button', { name: 'Save the backup' }).click()
  const file = await saved
  expect(file.suggestedFilename()).toBe('namering-Lampson.json')
  const path = await file.path()
  expect(await readFile(path, 'utf8')).toContain('"iterations": 600000')
  await chip(alpha.page).click()
  await expect(alpha.page.getByRole('listitem').filter({ hasText: 'A backup' })).toBeVisible()

  const page = await elsewhere(cluster, alpha.page.url())
  const other = await new Tab(page).ready()
  await command(page, 'restore who')
  const restore = page.getByRole('dialog', { name: 'Restore who you are' })
  await restore.getByLabel('File of the backup').setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
  await restore.getByLabel('Passphrase').fill('four words in a row')
  await restore.getByRole('button', { name: 'Restore' }).click()
  await expect(restore.getByRole('alert')).toContainText('This file is no backup of namering')
  await restore.getByLabel('File of the backup').setInputFiles(path)
  await restore.getByLabel('Passphrase').fill('five words in a row')
  await restore.getByRole('button', { name: 'Restore' }).click()
  await expect(restore.getByRole('alert')).toContainText('The passphrase is not the one of this backup')
  await restore.getByLabel('Passphrase').fill('four words in a row')
  await restore.getByRole('button', { name: 'Restore' }).click()
  await expect(chip(page)).toHaveAttribute('data-me', 'Lampson')
  await expect(chip(page)).toHaveAttribute('data-known', 'true')
  await page.reload()
  await other.ready()
  await expect(chip(page)).toHaveAttribute('data-known', 'true')
  await page.evaluate(() => window.namering.setValue('/:Lampson/Phone', 'restored'))
  expect(await page.evaluate(async () => (await window.namering.nodes('/:Lampson/Phone')).value?.writers[0]?.[1] === window.namering.view().person)).toBe(true)
  await alpha.expectValue('/:Lampson/Phone', 'restored')
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 1024, 400]) {
    test(`no accessibility fault in what says who one is: ${colorScheme}, ${width} px`, async ({ cluster }) => {
      const { page } = await cluster.open()
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      const check = async (what: string): Promise<void> => {
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
        expect(violations.map(({ id, nodes }) => `${what}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
        expect(await page.evaluate(() => [...document.querySelectorAll('dialog[open]')].every((dialog) => dialog.scrollWidth <= dialog.clientWidth))).toBe(true)
      }
      await check('the notice')
      await page.getByRole('button', { name: 'Say who you are…' }).click()
      await check('a guest')
      await page.getByRole('textbox', { name: 'What people call you' }).fill('Lampson')
      await page.getByRole('button', { name: 'Be called so' }).click()
      await chip(page).click()
      await expect(page.getByRole('heading', { name: 'Your devices' })).toBeVisible()
      await check('who you are')
      await page.getByRole('button', { name: 'Make a backup…' }).click()
      await page.getByLabel('Passphrase', { exact: true }).fill('secret')
      await check('a backup')
      await page.keyboard.press('Escape')
      await chip(page).click()
      await page.getByRole('button', { name: 'Invite a device to be you…' }).click()
      await check('an invitation to be made')
      const url = await makeLink(page)
      await check('the link')
      await page.evaluate((hash) => (location.hash = hash), new URL(url).hash)
      await expect(page.getByText('This browser is that already')).toBeVisible()
      await check('the invitation')
    })
  }
}
