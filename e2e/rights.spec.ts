/** Two people in two browsers: what one lets the other do, as both pages show it. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser } from '@playwright/test'
import { expect, Tab, test, type Cluster } from './cluster'

const SRC = '/DEC/SRC'

/** alpha is the owner's, who has made everything; beta another person's, with a copy of /DEC/SRC. */
async function twoPeople(cluster: Cluster, browser: Browser): Promise<[alpha: Tab, beta: Tab, key: string]> {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const page = await elsewhere.newPage()
  await page.goto(alpha.page.url().replace(/\?[^#]*/, ''))
  const beta = await new Tab(page).ready()
  await expect(alpha.treeitem('beta')).toBeVisible()
  await alpha.page.evaluate((at) => window.namering.newDC('beta', at), SRC)
  await beta.expectValue(`${SRC}:Birrell/Phone`, '853 2219')
  const key = await page.evaluate(() => window.namering.view().person)
  await beta.select('ANSI', 'DEC', 'SRC', 'Birrell')
  for (const tab of [alpha, beta]) await tab.select('ANSI', 'DEC', 'SRC')
  return [alpha, beta, key]
}

/** Sets a preset, which says beforehand exactly what it sets. */
async function close(owner: Tab, preset: string): Promise<void> {
  await owner.show('Access')
  await expect(owner.page.getByText('Everybody in the room may do everything here.')).toBeVisible()
  await owner.page.getByRole('button', { name: preset }).click()
  await expect(owner.page.getByRole('region', { name: `What “${preset}” sets` })).toContainText('may read and write what the directory says of itself')
  await owner.page.getByRole('button', { name: /^Set \d+ triples$/ }).click()
  await expect(owner.page.getByRole('table', { name: 'Triples' })).toContainText('Owner: you')
}

async function grant(owner: Tab, who: string, where: string, ...more: string[]): Promise<void> {
  const form = owner.page.getByRole('form', { name: 'New triple' })
  await form.getByRole('combobox', { name: 'Who' }).fill(who)
  await form.getByRole('combobox', { name: 'Where' }).fill(where)
  for (const right of more) await form.getByRole('button', { name: right }).click()
  await form.getByRole('button', { name: 'Add triple' }).click()
  await expect(form.getByRole('combobox', { name: 'Who' })).toHaveValue('')
}

async function accessible({ page }: Tab): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
}

test('[A5] a directory that is closed shows to others only what they may, refuses them in words, and lets them again', async ({ cluster, browser }) => {
  const [alpha, beta, key] = await twoPeople(cluster, browser)
  await beta.page.getByRole('button', { name: 'Make or add something here' }).click()
  await beta.page.getByRole('menuitem', { name: 'New entry…' }).click()
  await beta.page.getByRole('textbox', { name: 'Name' }).fill('Taylor')

  await close(alpha, 'Only who has an entry here')
  await expect(beta.treeitem('Birrell')).toBeHidden()
  expect(await beta.value(`${SRC}:Birrell/Phone`)).toBe('NotFound')
  await beta.page.getByRole('button', { name: 'Make entry' }).click()
  await expect(beta.page.getByText('There is no right to write Taylor here: ask somebody for it who may change the rights of that directory.')).toBeVisible()
  await beta.show('Access')
  await expect(beta.page.getByLabel('What you may do here')).toContainText('You may do nothing here.')
  await beta.page.getByRole('button', { name: 'What can be done here' }).click()
  await expect(beta.page.getByRole('menuitem', { name: 'New entry…' })).toContainText('you have no right to write here')
  await expect(beta.page.getByRole('menuitem', { name: 'New entry…' })).toBeDisabled()
  await beta.page.keyboard.press('Escape')

  await grant(alpha, key, 'Lampson/*', 'write')
  await expect(beta.page.getByLabel('What you may do here')).toContainText('You may read and write Lampson with all below.')
  await expect(beta.treeitem('Lampson')).toBeVisible()
  await expect(beta.treeitem('Birrell')).toBeHidden()
  await beta.select('Lampson')
  await beta.show('Value')
  await beta.addProperty('Room', '42')
  await alpha.expectValue(`${SRC}:Lampson/Room`, '42')

  // Who wrote it, and by what; who may, and why.
  await alpha.select('ANSI', 'DEC', 'SRC', 'Lampson')
  await alpha.show('Value')
  await alpha.page.getByRole('button', { name: 'Edit Room/42' }).hover()
  await expect(alpha.page.getByText('written with the key')).toContainText(/, (by the right|who may now) write ed25519:.* · accepted by \S+/)
  await expect(alpha.page.getByText('written with the key').locator('time')).toHaveAttribute('data-ts', /^\d{16}\./)
  await alpha.show('Access')
  const question = alpha.page.getByRole('region', { name: 'Who may?' })
  await question.getByRole('combobox', { name: 'Who' }).fill(key)
  await question.getByRole('combobox', { name: 'Where' }).fill('Lampson/Room')
  await expect(question.locator('[data-right=write]')).toContainText(':Lampson/*')
  await question.getByRole('combobox', { name: 'Where' }).fill('Birrell')
  await expect(question.locator('[data-right=write]')).toContainText('No: no triple gives the right to write it.')

  // Whom that trusts, and whether it is final.
  await grant(alpha, '../../IBM/*', 'Birrell/*')
  await question.getByRole('combobox', { name: 'Who' }).fill('../../IBM/TJW/Cho')
  await expect(question.locator('[data-right=read]')).toContainText('Trusted are this directory, /DEC, /, /IBM, /IBM/TJW.')
  await expect(question.locator('[data-right=read]')).toContainText(/Final: every copy|Not final yet: an older change/)
  await question.getByRole('combobox', { name: 'Who' }).fill('./Birrell')
  await expect(question.locator('[data-right=read]')).toContainText('Trusted is this directory alone.')

  // What one may only read looks so.
  await grant(alpha, '*', 'Birrell/*')
  await beta.select('Birrell')
  await expect(beta.page.getByLabel('What you may do here')).toContainText('You may read Birrell, not write it.')
  await expect(beta.page.getByText('853 2219')).toBeVisible()
  await expect(beta.page.getByRole('button', { name: 'Add property' })).toBeHidden()
  await expect(beta.page.getByRole('button', { name: /^(Edit|Delete) Phone/ })).toHaveCount(0)
  await accessible(beta)
})

test('[A3] triples are changed in place, and taken back; the last by which somebody may change them stays', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.select('ANSI', 'DEC', 'SRC')
  await close(alpha, 'Everybody reads, you write')
  const table = alpha.page.getByRole('table', { name: 'Triples' })
  const birrell = table.getByRole('row').filter({ hasText: './Birrell' })
  await grant(alpha, 'Birrell', 'Birrell/*', 'write')
  await expect(birrell).toContainText('the entry Birrell here')
  await birrell.getByRole('button', { name: 'write' }).click()
  await expect(birrell.getByRole('button', { name: 'write' })).toHaveAttribute('aria-pressed', 'false')
  await expect(birrell.getByRole('button', { name: 'write' })).toBeFocused()
  await birrell.getByRole('button', { name: 'Change where' }).click()
  await alpha.page.keyboard.type('a//b')
  await alpha.page.keyboard.press('Enter')
  await expect(birrell.getByRole('alert')).toContainText('The name a//b is not one')
  await alpha.page.getByRole('combobox', { name: 'New path pattern' }).fill('Needham/*')
  await alpha.page.keyboard.press('Enter')
  await expect(birrell).toContainText('Needham with all below')
  await alpha.page.getByRole('button', { name: 'Undo:' }).click()
  await expect(birrell).toContainText('Birrell with all below')
  await birrell.getByRole('button', { name: 'Delete the triple' }).click()
  await expect(birrell).toHaveCount(0)

  const mine = table.getByRole('row').filter({ hasText: 'what the directory says of itself, these rights too' }).filter({ hasText: 'you (by your key)' })
  await expect(mine.getByRole('button', { name: 'Delete the triple' })).toBeDisabled()
  await expect(mine.getByRole('button', { name: 'write' })).toBeDisabled()
  await mine.getByRole('button', { name: 'Change where' }).click()
  await alpha.page.keyboard.type('./InSN')
  await alpha.page.keyboard.press('Enter')
  await expect(alpha.page.getByRole('alert').filter({ hasText: 'nobody could change the rights of this directory any more' })).toBeVisible()
  for (const [colorScheme, width] of [['light', 1440], ['dark', 400]] as const) {
    await alpha.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await alpha.page.setViewportSize({ width, height: 900 })
    await accessible(alpha)
  }
  await alpha.page.getByRole('button', { name: 'Open it to everybody' }).click()
  await alpha.page.getByRole('button', { name: 'Really: everybody may do everything' }).click()
  await expect(alpha.page.getByText('Everybody in the room may do everything here.')).toBeVisible()
})

test('[A2] what was written on the other side of a cut after the right was taken away shows on neither side', async ({ cluster, browser }) => {
  const [alpha, beta, key] = await twoPeople(cluster, browser)
  await close(alpha, 'Everybody reads, you write')
  await grant(alpha, key, 'Lampson/*', 'write')
  await beta.select('Lampson')
  await expect(beta.page.getByLabel('What you may do here')).toContainText('You may read and write Lampson.')

  await alpha.page.getByRole('button', { name: 'Isolate this tab' }).click()
  await expect.poll(() => beta.page.evaluate(() => window.namering.view().links.some(({ state }) => state === 'connected'))).toBe(false)
  const table = alpha.page.getByRole('table', { name: 'Triples' })
  await table.getByRole('row').filter({ hasText: 'Lampson/*' }).getByRole('button', { name: 'Delete the triple' }).click()
  await expect(table.getByRole('row').filter({ hasText: 'Lampson/*' })).toHaveCount(0)
  await grant(alpha, '*', 'Needham/*', 'test')
  const needham = table.getByRole('row').filter({ hasText: 'Needham/*' })
  await expect(needham).toContainText('not final yet')
  await beta.addProperty('Room', '42')
  await beta.expectValue(`${SRC}:Lampson/Room`, '42')

  await alpha.page.getByRole('button', { name: 'Heal all' }).click()
  for (const tab of [alpha, beta]) await tab.expectValue(`${SRC}:Lampson/Room`, 'NotFound')
  await expect(beta.page.getByLabel('What you may do here')).toContainText('You may read Lampson, not write it.')
  await expect(beta.page.getByText('42', { exact: true })).toHaveCount(0)
  await cluster.converged(SRC, alpha, beta)
  expect(await alpha.value(`${SRC}:Lampson/Room`)).toBe('NotFound')
  await expect(needham.getByText('final', { exact: true })).toBeVisible()
})

test('[A5] in a root that is closed by a preset the servers of others still take names', async ({ cluster, browser }) => {
  const alpha = await cluster.open()
  await alpha.select('ANSI')
  await close(alpha, 'Everybody reads, you write')
  const elsewhere = await browser.newContext()
  await cluster.listen(elsewhere)
  const page = await elsewhere.newPage()
  await page.goto(alpha.page.url().replace(/\?[^#]*/, ''))
  const beta = await new Tab(page).ready()
  await expect(alpha.treeitem('beta')).toHaveAttribute('data-type', 'server')
  await expect.poll(() => beta.name()).toBe('beta')
  expect(await page.evaluate(() => window.namering.doUpdates('/', { Taylor: true }).catch((error: Error & { code: string }) => error.code))).toBe('NoRight')
  // Nothing but its own server may it write by hand.
  await beta.select('alpha')
  await expect(beta.treeitem('alpha')).toHaveAttribute('aria-description', 'server · read-only for you')
})
