/** What a person does in the first minute, sentence by sentence. */
import { expect, test } from './cluster'

test('the page alone is a running name service with one server', async ({ cluster }) => {
  const alpha = await cluster.open()
  await expect(alpha.page.getByRole('banner')).toContainText('this is alpha')
  await expect(alpha.treeitem('alpha')).toHaveAttribute('data-type', 'server')
  expect(alpha.page.url()).toContain('#room=')
})

test('further servers join over WebRTC by a button, and each gets a copy of the root', async ({ cluster }) => {
  const tabs = await cluster.three()
  expect(await Promise.all(tabs.map((tab) => tab.name()))).toEqual(['alpha', 'beta', 'gamma'])
  for (const tab of tabs) {
    const links = tab.page.getByRole('list', { name: 'Links of this server' }).getByRole('listitem')
    await expect(links).toHaveCount(2)
    for (const link of await links.all()) {
      await expect(link).toHaveAttribute('data-state', 'connected')
      await expect(link).toHaveAttribute('data-road', 'webrtc')
    }
  }
})

test('the tour counts the servers, since a browser opens one window for each press', async ({ cluster }) => {
  const alpha = await cluster.open()
  for (const [i, words] of ['1 of 3 run', '2 of 3 run', '3 run'].entries()) {
    if (i > 0) await cluster.another(alpha)
    await expect(alpha.page.getByRole('listitem').filter({ hasText: 'Open another server, twice' })).toContainText(words)
  }
})

test("the paper's sample loads with one click, and every server can look its names up", async ({ cluster }) => {
  const [alpha, beta] = await cluster.three()
  await cluster.sample(alpha)
  for (const label of ['Lampson', 'Birrell', 'Needham', 'Schroeder']) await expect(alpha.treeitem(label)).toBeVisible()
  await beta.expectValue('/DEC/SRC:Lampson/Mailboxes', ['Cab', 'Pinot', 'Ries', 'Zin'])
  // A link is followed: SRC/TJW leads to IBM/TJW.
  await beta.expectValue('/DEC/SRC/TJW:Cho/Mailboxes', 'Zinfandel')
})

test('the time zones of the world load with one click, old names as links', async ({ cluster }) => {
  const alpha = await cluster.open()
  await alpha.page.getByRole('button', { name: 'Time zones of the world' }).click()
  await expect(alpha.treeitem('Countries')).toBeVisible()
  await alpha.expectValue('/Zones/Asia:Kolkata/Country', 'IN')
  await alpha.expectValue('/Zones/Asia:Calcutta/Country', 'IN')
  await alpha.expectValue('/Zones/America/Argentina:Ushuaia/Coordinates', '-5448-06818')
  await alpha.expectValue('/Countries:IN/Name', 'India')
  const zones = await alpha.page.evaluate(async () => {
    const count = async (name: string): Promise<number> => {
      const { value } = await window.namering.entries(name)
      const below = value.filter(([, type]) => type === 'directory').map(([label]) => count(`${name}/${label}`))
      return value.filter(([, type]) => type === 'entry').length + (await Promise.all(below)).reduce((sum, each) => sum + each, 0)
    }
    return count('/Zones')
  })
  expect(zones).toBeGreaterThanOrEqual(312)
})

test('a directory is made, gets copies on the other servers, and edits arrive there within a blink', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await alpha.page.getByRole('button', { name: 'Make or add something here' }).click()
  await alpha.page.getByRole('menuitem', { name: 'New directory…' }).click()
  await alpha.page.getByRole('textbox', { name: 'Name' }).fill('DEC')
  await alpha.page.getByRole('button', { name: 'Make directory' }).click()
  await alpha.select('ANSI', 'DEC')
  await alpha.addCopy('beta')
  await alpha.addCopy('gamma')
  await expect(alpha.treeitem('DEC')).toContainText('3 copies')

  await alpha.page.getByRole('button', { name: 'Make or add something here' }).click()
  await alpha.page.getByRole('menuitem', { name: 'New entry…' }).click()
  await alpha.page.getByRole('textbox', { name: 'Name' }).fill('Lampson')
  await alpha.page.getByRole('button', { name: 'Make entry' }).click()
  for (const tab of [beta, gamma]) {
    await tab.select('ANSI', 'DEC', 'Lampson')
    await tab.show('Value')
  }
  await alpha.select('ANSI', 'DEC', 'Lampson')
  await alpha.show('Value')
  await alpha.addProperty('Phone', '853 2219')
  for (const tab of [beta, gamma]) await expect(tab.page.getByRole('button', { name: 'Edit Phone/853 2219' })).toBeVisible()

  // Edit in place: Enter saves, and the old text is gone everywhere.
  await beta.page.getByRole('button', { name: 'Edit Phone/853 2219' }).click()
  await beta.page.getByRole('textbox', { name: 'New text for Phone/853 2219' }).fill('334 722')
  await beta.page.keyboard.press('Enter')
  for (const tab of [alpha, gamma]) await expect(tab.page.getByRole('button', { name: 'Edit Phone/334 722' })).toBeVisible()
  await expect(alpha.page.getByRole('button', { name: 'Edit Phone/853 2219' })).toBeHidden()
})

test('a sweep goes round the ring and completes every copy', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await cluster.sample(alpha, beta, gamma)
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  await alpha.page.getByRole('button', { name: 'Sweep along the ring' }).click()
  await expect(alpha.page.getByText(/^Swept: every copy has all updates/)).toBeVisible()
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
  expect((await alpha.copy('/DEC/SRC'))?.lastSweep).not.toBe('0000000000000000.0')
})
