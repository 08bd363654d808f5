/** Who has what under way, and who waits for whom: on the page of any server, of all servers in reach. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, Tab, type Cluster } from './cluster'

/** /DEC on all three, with InSN; and the copy before each in its ring, by server names. */
async function dec(cluster: Cluster): Promise<{ tabs: Map<string, Tab>; before: Map<string, string> }> {
  const three = await cluster.three()
  const [alpha, ...others] = three
  await alpha.page.evaluate(() => window.namering.newD('/alpha', '/DEC'))
  for (const other of others) await alpha.page.evaluate((server) => window.namering.newDC(server, '/DEC'), await other.name())
  await alpha.page.evaluate(() => window.namering.setInSN('/DEC', true))
  await alpha.page.evaluate(() => window.namering.sweep('/DEC'))
  const pointers = await alpha.page.evaluate(async () => {
    const reports = await window.namering.copies('/DEC')
    const nameOf = (copy: string): string => reports.find(({ member }) => member.copy === copy)!.member.name.replace(/^.*\//, '')
    return reports.map(({ member, state }): [string, string] => [nameOf(state!.pointer.copy), nameOf(member.copy)])
  })
  const tabs = new Map<string, Tab>()
  for (const tab of three) tabs.set(await tab.name(), tab)
  return { tabs, before: new Map(pointers) }
}

test('[S5] a copy that is leaving waits for a server that is cut off: a third page says who waits for whom, until it is over', async ({ cluster }) => {
  const { tabs, before } = await dec(cluster)
  // The one whose predecessor in the ring is not alpha, who looks on.
  const leaver = ['beta', 'gamma'].find((name) => before.get(name) !== 'alpha')!
  const [alpha, leaving] = [tabs.get('alpha')!, tabs.get(leaver)!]
  const predecessor = before.get(leaver)!
  await leaving.page.evaluate((other) => window.namering.network.cut(other), predecessor)
  const left = leaving.page.evaluate(() => window.namering.removeDC(window.namering.view().server.name, '/DEC', { force: true }).then(() => 'left', (error: Error) => error.message))
  const line = alpha.page.getByRole('list', { name: 'Under way' }).getByRole('listitem').filter({ hasText: 'gives up its copy of /DEC' })
  await expect(line).toContainText(`${leaver} gives up its copy of /DEC`)
  await expect(line).toContainText(`waits for ${predecessor} (not connected to it)`)
  const { violations } = await new AxeBuilder({ page: alpha.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  const told = await alpha.page.evaluate(() => window.namering.underWay())
  expect(told.open.filter(({ kind }) => kind === 'leave')).toMatchObject([{ name: leaver, about: '/DEC', waitsFor: [{ name: predecessor, connected: false }] }])
  await leaving.page.evaluate(() => window.namering.network.healAll())
  expect(await left).toBe('left')
  await expect(line).toHaveCount(0)
})

test('[S5] [W5] whoever was taking InSN away is closed meanwhile: another page shows what is left, and takes it back', async ({ cluster }) => {
  const { tabs } = await dec(cluster)
  const [alpha, beta, gamma] = [tabs.get('alpha')!, tabs.get('beta')!, tabs.get('gamma')!]
  // So far away that no sweep ends before the tab is closed.
  await gamma.page.evaluate(() => window.namering.network.disturb({ delay: 2500 }))
  await beta.page.evaluate(() => void window.namering.setInSN('/DEC', false).catch(() => null))
  await expect.poll(() => alpha.page.evaluate(() => window.namering.underWay())).toMatchObject({ open: expect.arrayContaining([expect.objectContaining({ name: 'beta', kind: 'setInSN', what: 'takes InSN from', about: '/DEC', waitsFor: [expect.objectContaining({ name: 'gamma', connected: true })] })]), leftOpen: [] })
  await beta.page.close()
  await gamma.page.evaluate(() => window.namering.network.healAll())
  const line = alpha.page.getByRole('list', { name: 'Under way' }).getByRole('listitem').filter({ hasText: '/DEC was to lose InSN' })
  await expect(line).toContainText('nobody in reach works on it')
  const sentence = await alpha.page.evaluate(async () => (await window.namering.checkS(`room/${window.namering.view().server.id}`, undefined, { repair: false })).find(({ rule }) => rule === 'W5')?.sentence)
  expect(sentence).toBe('that /DEC loses InSN was announced, and nobody in reach works on it')
  await line.getByRole('button', { name: 'Take back: taking InSN from /DEC' }).click()
  await expect(line).toHaveCount(0)
  expect(await alpha.value('/DEC:.')).toMatchObject({ InSN: { 1: true } })
})

test('[E5] whoever was to take a leaving copy over is gone for good: its page says the way out, an epoch by force takes it along', async ({ cluster }) => {
  const { tabs, before } = await dec(cluster)
  const leaver = ['beta', 'gamma'].find((name) => before.get(name) !== 'alpha')!
  const [leaving, gone] = [tabs.get(leaver)!, tabs.get(before.get(leaver)!)!]
  await leaving.select('ANSI', 'DEC')
  await leaving.show('Copies')
  await leaving.page.evaluate((other) => window.namering.network.cut(other), await gone.name())
  await gone.page.close()
  const left = leaving.page.evaluate(() => window.namering.removeDC(window.namering.view().server.name, '/DEC', { force: true }).then(() => 'left', (error: Error) => error.message))
  await leaving.page.getByRole('button', { name: 'New epoch with it…' }).click()
  const sheet = leaving.page.getByRole('dialog', { name: 'New epoch' })
  await expect(sheet.getByText(/is leaving, and who was to take it over may have done so/)).toBeVisible()
  await expect(sheet.getByRole('button', { name: 'Begin it by force' })).toBeDisabled()
  await sheet.getByRole('checkbox', { name: 'I know that no other copy will come back' }).check()
  await sheet.getByRole('button', { name: 'Begin it by force' }).click()
  expect(await left).toMatch(/stays in the ring: a new epoch began with it/)
  await expect.poll(() => leaving.page.evaluate(() => Object.values(window.namering.view().copies).find(({ name }) => name === '/DEC')?.state)).toBe('active')
})

test('[B3] [E5] a server whose store is an old one says so, and the way out; after an epoch without its copy it comes in again', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  const id = await beta.page.evaluate(() => window.namering.view().server.id)
  const url = beta.page.url()
  await beta.page.close()
  // Its browser remembers later starts than its store does.
  await alpha.page.evaluate(async (server) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(new Error('the database cannot be read')) }))
    const db = await done(indexedDB.open('namering'))
    const servers = db.transaction('servers', 'readwrite').objectStore('servers')
    const known = (await done(servers.get(server))) as { incarnation: number }
    await done(servers.put({ ...known, incarnation: known.incarnation + 5 }))
    db.close()
  }, id)
  const back = new Tab(await cluster.context.newPage())
  await back.page.goto(url)
  const banner = back.page.getByRole('alert').filter({ hasText: 'this browser remembers a later start of this server' })
  await expect(banner).toContainText('alpha has the rest')
  await banner.getByRole('button', { name: 'New epoch without it…' }).click()
  const sheet = back.page.getByRole('dialog', { name: 'New epoch' })
  await expect(sheet.getByRole('checkbox', { name: 'alpha' })).toBeChecked()
  await expect(sheet.getByRole('checkbox', { name: 'beta this tab' })).not.toBeChecked()
  await sheet.getByRole('checkbox', { name: 'I know that no epoch is made by beta' }).check()
  await sheet.getByRole('button', { name: 'Begin it by force' }).click()
  await expect(banner).toHaveCount(0)
  await expect.poll(() => back.page.evaluate(() => Object.values(window.namering.view().copies).find(({ name }) => name === '/')?.state)).toBe('active')
})
