/** Figure 11 in the page: a server's place among the others, set up, checked, repaired. */
import { expect, test } from './cluster'

test('[S1] [S3] a server is named in a directory, checked and repaired, by the page alone', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await alpha.page.evaluate(() => window.namering.newD('/alpha', '/DEC'))
  await beta.page.evaluate(() => window.namering.newDC('/beta', '/DEC'))
  await alpha.page.getByRole('button', { name: 'This server…' }).click()
  const sheet = alpha.page.getByRole('dialog', { name: 'This server' })
  await sheet.getByRole('checkbox', { name: 'Servers may be named in /DEC' }).click()
  await expect(sheet.getByRole('checkbox', { name: 'Servers may be named in /DEC' })).toBeChecked()

  await beta.page.getByRole('button', { name: 'This server…' }).click()
  const place = beta.page.getByRole('dialog', { name: 'This server' })
  await expect(place.getByRole('checkbox', { name: 'Servers may be named in /DEC' })).toBeChecked()
  await place.getByRole('textbox', { name: 'Name' }).fill('/DEC/beta')
  await place.getByRole('combobox', { name: 'Points up to' }).selectOption('alpha')
  await place.getByRole('button', { name: 'Set up' }).click()
  await expect.poll(() => beta.page.evaluate(() => window.namering.view().server)).toMatchObject({ name: 'DEC/beta', up: 'alpha' })
  await expect(place.getByRole('definition').first()).toHaveText('/DEC/beta')
  await place.getByRole('button', { name: 'Check' }).click()
  await expect(place.getByText('All is as it should be.').or(place.locator('.findings'))).toBeVisible()

  const told = await alpha.page.evaluate(() => window.namering.setUpOn('/omega').catch((error: Error) => error.message))
  expect(told).toMatch(/S3.*a server points up to it/)
  await alpha.page.evaluate(() => window.namering.removeDC('/alpha', '/DEC', { force: true }))
  // The ring knows a member by its new name after the next sweep.
  await expect(async () => {
    await place.getByRole('button', { name: 'Check' }).click()
    await expect(place.getByText(/no copy of \/DEC.* is on a server with a shorter name/)).toBeVisible({ timeout: 3000 })
  }).toPass()
  // Its former copy is still on its way out of the ring: until then alpha says that it cannot take another.
  await expect(async () => {
    await place.getByRole('button', { name: 'Repair' }).click()
    await expect(place.getByText(/Repaired\. alpha takes a copy of it/)).toBeVisible({ timeout: 5000 })
  }).toPass()
})
