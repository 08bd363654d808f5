/** Figure 3, the sweep and the status bar, while members of the ring are gone. */
import { expect, test, type Cluster, type Tab } from './cluster'

async function prepared(cluster: Cluster): Promise<[Tab, Tab, Tab]> {
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  const [alpha] = tabs
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  await expect(alpha.page.getByText('All 3 copies of SRC agree')).toBeVisible()
  return tabs
}

const edit = (tab: Tab, value: string): Promise<unknown> => tab.page.evaluate((text) => window.namering.setValue('/DEC/SRC:Lampson/Phone', text), value)

interface Moment {
  bar: string
  gamma: string
  has: (string | undefined)[]
}

/** Notes what stands in the status bar and in the row of the newest update, at each change of the page from now on. */
const record = (tab: Tab): Promise<void> =>
  tab.page.evaluate(() => {
    const moments: Moment[] = []
    const look = (): void => {
      const row = [...document.querySelectorAll('.figure-three tbody tr')].find(({ textContent }) => textContent.includes('Phone'))
      moments.push({
        bar: document.querySelector('.agreement')?.textContent ?? '',
        gamma: document.querySelector<HTMLElement>('th[data-server=gamma]')?.dataset['standing'] ?? '',
        has: [...(row?.querySelectorAll<HTMLElement>('[data-held]') ?? [])].map(({ dataset }) => dataset['held']),
      })
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    Object.assign(window, { moments })
  })
const recorded = (tab: Tab): Promise<Moment[]> => tab.page.evaluate(() => (window as unknown as { moments: Moment[] }).moments)

test('while a member is silent the others show what they have at once, and nobody says that all agree', async ({ cluster }) => {
  const [alpha, , gamma] = await prepared(cluster)
  await record(alpha)
  await gamma.page.getByRole('button', { name: 'Isolate this tab' }).click()
  await edit(alpha, 'new')
  const head = alpha.page.getByRole('columnheader', { name: 'gamma' })
  await expect(head).toHaveAttribute('data-standing', 'silent')
  const moments = await recorded(alpha)
  // The two that are there show the update before gamma is given up, which takes seconds.
  const first = moments.find(({ has }) => has.filter((held) => held === 'has').length === 2)
  expect(first?.gamma).not.toBe('silent')
  const since = moments.slice(moments.findIndex(({ has }) => has.length > 0))
  expect(since.filter(({ bar }) => bar.startsWith('All'))).toEqual([])
  // What gamma said before it was gone still stands, in grey, and how old it is.
  await expect(head).toContainText(/heard \d+ s ago/)
  await expect(alpha.page.locator('.last-sweep.stale .stamp')).toBeVisible()
  await expect(alpha.page.getByText('2 of 3 copies of SRC agree; gamma does not answer')).toBeVisible()

  await gamma.page.getByRole('button', { name: 'Heal all' }).click()
  await expect(alpha.page.getByText('All 3 copies of SRC agree')).toBeVisible()
  await expect(head).toHaveAttribute('data-standing', 'answers')
})

test('a sweep that fails says at once at whom, and in which pass', async ({ cluster }) => {
  const [alpha, , gamma] = await prepared(cluster)
  // Cut by alpha, so that it knows; and from beta too, whose sweeps would complete.
  await gamma.page.getByRole('button', { name: 'Isolate this tab' }).click()
  await alpha.page.evaluate(() => {
    const said: string[] = []
    new MutationObserver(() => said.push(document.querySelector('.sweep-status')?.textContent ?? '')).observe(document.body, { subtree: true, childList: true, characterData: true })
    Object.assign(window, { said })
  })
  await alpha.cutButton('gamma').click()
  await alpha.page.getByRole('button', { name: 'Sweep now' }).click()
  const status = alpha.page.getByRole('status', { name: 'Sweep' })
  await expect(status).toContainText('The last sweep failed in its look pass: gamma is not connected.')
  // From the pass it was in straight to the failure: nothing in between claims that it was completed.
  const said = await alpha.page.evaluate(() => (window as unknown as { said: string[] }).said)
  const since = said.slice(said.findIndex((text) => text.includes('Looking 2 of 3, still to come: gamma')))
  const until = since.slice(0, since.findIndex((text) => text.startsWith('The last sweep failed in its look pass')))
  expect(new Set(until.map((text) => /Looking|Written back|No sweep/.exec(text)?.[0]))).toEqual(new Set(['Looking']))
})

test('a copy leaves the ring by the page, what it alone had stays, and its server still reads the names', async ({ cluster }) => {
  const [alpha, , gamma] = await prepared(cluster)
  await gamma.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', '853-2000'))
  await alpha.page.getByRole('button', { name: 'Remove copy…' }).first().click()
  await alpha.page.getByRole('radio', { name: 'gamma' }).check()
  await alpha.page.getByRole('dialog').getByRole('button', { name: 'Remove copy' }).click()
  await expect(alpha.page.getByText('gamma has left the ring.')).toBeVisible()
  await expect(alpha.page.getByText('Both copies of SRC agree')).toBeVisible()
  await expect(alpha.page.getByRole('columnheader', { name: 'gamma' })).toHaveCount(0)
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', '853-2000')
  await expect.poll(() => gamma.page.evaluate(() => Object.values(window.namering.view().copies).map(({ name }) => name)), { timeout: 60_000 }).not.toContain('/DEC/SRC')
  await gamma.expectValue('/DEC/SRC:Lampson/Phone', '853-2000')
})

test('the last copy stays, and it is said why', async ({ cluster }) => {
  const alpha = await cluster.open()
  const told = await alpha.page.evaluate(() => window.namering.removeDC('/alpha', '/').catch((error: Error & { code?: string }) => `${error.code ?? ''} ${error.message}`))
  expect(told).toMatch(/^LastCopy alpha has the last copy of/)
})
