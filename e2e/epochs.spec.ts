/** New epochs by the page: a server that is gone, a network that is split, and the way back. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test, type Cluster, type Tab } from './cluster'

// Five tabs at a time are enough for two cores.
test.describe.configure({ mode: 'default' })

/** Servers in the order alpha, beta, gamma, …, each with a copy of the root, and all know that all know it; the first has its copies on show. */
async function several(cluster: Cluster, count: number): Promise<Tab[]> {
  const first = await cluster.open()
  const tabs = [first]
  while (tabs.length < count) tabs.push(await cluster.another(first))
  for (const tab of tabs) await expect(tab.treeitem('ANSI')).toContainText(`${count} copies`)
  const last = (await namesOf(tabs)).slice(-Math.floor(count / 2) - 1)
  await expect.poll(() => tabs.at(-1)!.page.evaluate(async (servers) => (await window.namering.previewEpoch('/', servers)).fault?.message ?? 'a majority', last)).toBe('a majority')
  await first.show('Copies')
  return tabs
}

const namesOf = (tabs: readonly Tab[]): Promise<string[]> => Promise.all(tabs.map((tab) => tab.name()))
const connected = (tab: Tab): Promise<string[]> => tab.page.evaluate(() => window.namering.view().links.filter(({ state }) => state === 'connected').map(({ name }) => name).toSorted())

/** Parts the network into these groups: nobody is connected to another group any more. */
async function split(...groups: Tab[][]): Promise<void> {
  const names = await Promise.all(groups.map(namesOf))
  const all = groups.flatMap((group, i) => group.map((tab) => ({ tab, others: names.flatMap((group, j) => (i === j ? [] : group)) })))
  await Promise.all(all.map(({ tab, others }) => tab.page.evaluate((servers) => window.namering.network.cut(...servers), others)))
  for (const { tab, others } of all) await expect.poll(async () => (await connected(tab)).filter((name) => others.includes(name))).toEqual([])
}

const heal = (tabs: readonly Tab[]): Promise<unknown> => Promise.all(tabs.map((tab) => tab.page.evaluate(() => window.namering.network.healAll())))
const write = (tab: Tab, name: string): Promise<unknown> => tab.page.evaluate((label) => window.namering.doUpdates('/', { [label]: true }), name)
const epochOf = (tab: Tab): Promise<string> => tab.page.evaluate(() => Object.values(window.namering.view().copies).find(({ name }) => name === '/')?.epoch.slice(0, 4) ?? '')
const dialog = (tab: Tab) => tab.page.getByRole('dialog')
const quarantine = (tab: Tab) => tab.page.getByRole('region', { name: 'Quarantine' })
const leftOut = (tab: Tab) => tab.page.getByRole('region', { name: 'Left out' })

/** Usable by everyone, in both themes and on a phone. */
async function accessible(tab: Tab): Promise<void> {
  for (const [colorScheme, width] of [['light', 1440], ['dark', 400]] as const) {
    await tab.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await tab.page.setViewportSize({ width, height: 900 })
    const { violations } = await new AxeBuilder({ page: tab.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect(violations.map(({ id, nodes }) => `${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
  }
  await tab.page.setViewportSize({ width: 1440, height: 900 })
}

/** Opens the form, with these ticked by itself. */
async function newEpoch(tab: Tab, ticked: readonly string[], button = 'New epoch…'): Promise<void> {
  await tab.page.getByRole('button', { name: button }).click()
  for (const box of await dialog(tab).getByRole('group', { name: 'Its members' }).getByRole('checkbox').all()) {
    const name = (await box.locator('..').locator('.label').textContent()) ?? ''
    await expect(box).toBeChecked({ checked: ticked.includes(name) })
  }
}

/** Everyone has a copy of the root in the same epoch, and all are equal. */
async function together(cluster: Cluster, tabs: readonly Tab[], epoch: string, names: readonly string[]): Promise<void> {
  for (const tab of tabs) await expect.poll(() => epochOf(tab), { timeout: 40_000 }).toBe(epoch)
  await cluster.converged('/', ...tabs)
  for (const tab of tabs) expect(await tab.page.evaluate(() => window.namering.enumerate('/'))).toEqual(expect.arrayContaining([...names]))
  for (const tab of tabs) await expect(tab.page.getByText('Left out of ANSI')).toHaveCount(0)
}

test('[E7] 2|3: the three go on by the page; the two hear of it, make anew what they alone have, and are back', async ({ cluster }) => {
  const tabs = await several(cluster, 5)
  const [alpha, , , delta, epsilon] = tabs as [Tab, Tab, Tab, Tab, Tab]
  await split(tabs.slice(0, 3), [delta, epsilon])
  await write(delta, 'Lampson')
  await expect.poll(() => epsilon.value('/:Lampson')).toBe(true)
  await write(alpha, 'Birrell')

  await newEpoch(alpha, ['alpha', 'beta', 'gamma'])
  await expect(dialog(alpha)).toContainText(/(?:delta and epsilon|epsilon and delta) would be left out\./)
  await expect(dialog(alpha)).toContainText('delta cannot be asked: nobody knows what it alone has.')
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await expect(alpha.page.getByText(/Epoch 2 has begun\. Left out: .*delta \(/)).toBeVisible()
  await expect(leftOut(alpha)).toContainText('delta is cut off here.')
  await expect(alpha.page.getByRole('img', { name: /The ring: .*; left out: (?:delta, epsilon|epsilon, delta)$/ })).toContainText('epoch 2')

  await heal(tabs)
  await expect(delta.page.getByRole('alert').filter({ hasText: /Left out of ANSI: its epoch 2 began with (?:alpha|beta|gamma), (?:alpha|beta|gamma) and (?:alpha|beta|gamma), without this server/ })).toBeVisible({ timeout: 10_000 })
  await expect(epsilon.page.getByText('Left out of ANSI')).toBeVisible({ timeout: 10_000 })
  await expect(delta.page.getByText('1 update made here never reached the ring')).toBeVisible()
  await delta.page.getByRole('button', { name: 'Show the quarantine' }).click()
  await epsilon.page.getByRole('button', { name: 'Show the quarantine' }).click()
  await quarantine(epsilon).getByRole('button', { name: 'Discard: Lampson' }).click()
  await quarantine(epsilon).getByRole('button', { name: 'Discard for good: Lampson' }).click()
  await expect(quarantine(delta).getByRole('status')).toContainText('Compared with the ring at')
  const compared = await quarantine(delta).getByRole('status').textContent()
  await quarantine(delta).getByRole('button', { name: 'Compare again' }).click()
  await expect(quarantine(delta).getByRole('status')).not.toHaveText(compared!)
  await quarantine(delta).getByRole('button', { name: 'Make anew: Lampson' }).click()
  await alpha.expectValue('/:Lampson', true)
  await together(cluster, tabs, '0002', ['Lampson', 'Birrell'])
  await expect(leftOut(alpha)).toHaveCount(0)
})

test('[E5] 1|1|3: the three go on, and bring both back by an epoch of all, with everything that each alone had', async ({ cluster }) => {
  const tabs = await several(cluster, 5)
  const [alpha, , , delta, epsilon] = tabs as [Tab, Tab, Tab, Tab, Tab]
  await split(tabs.slice(0, 3), [delta], [epsilon])
  await write(delta, 'Lampson')
  await write(epsilon, 'Needham')
  await newEpoch(alpha, ['alpha', 'beta', 'gamma'])
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await expect.poll(() => epochOf(alpha)).toBe('0002')

  await heal(tabs)
  for (const tab of [delta, epsilon]) await expect(tab.page.getByText('Left out of ANSI')).toBeVisible({ timeout: 10_000 })
  await expect(leftOut(alpha)).toContainText('delta is connected, and knows')
  await newEpoch(alpha, await namesOf(tabs), 'Bring back…')
  await expect(dialog(alpha)).toContainText('Nobody is left out. What had parted comes together')
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await together(cluster, tabs, '0003', ['Lampson', 'Needham'])
})

test('[E8] epochs on both sides, one by force: a split directory is named, and one epoch of all brings everything together', async ({ cluster }) => {
  const tabs = await several(cluster, 3)
  const [alpha, , gamma] = tabs as [Tab, Tab, Tab]
  await split(tabs.slice(0, 2), [gamma])
  await gamma.show('Copies')
  await newEpoch(gamma, ['gamma'])
  const force = dialog(gamma).getByRole('group', { name: 'No majority' })
  await expect(force).toContainText(/Missing: (?:alpha, beta|beta, alpha)\./)
  await expect(dialog(gamma).getByRole('button', { name: 'Begin it by force' })).toBeDisabled()
  await accessible(gamma)
  await force.getByRole('checkbox').check()
  await dialog(gamma).getByRole('button', { name: 'Begin it by force' }).click()
  await expect.poll(() => epochOf(gamma)).toBe('0002')
  await newEpoch(alpha, ['alpha', 'beta'])
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await expect.poll(() => epochOf(alpha)).toBe('0002')
  await write(gamma, 'Schroeder')
  await write(alpha, 'Lampson')

  await heal(tabs)
  await expect(alpha.page.getByText('Split directory.')).toBeVisible({ timeout: 15_000 })
  await expect(gamma.page.getByText('Split directory.')).toBeVisible({ timeout: 15_000 })
  await accessible(alpha)
  await alpha.show('Value')
  await expect(alpha.page.getByText('split directory: what the other half accepted is not here')).toBeVisible()
  expect(await alpha.page.evaluate(() => window.namering.getValue('/').then(({ parting }) => parting))).toBe('split')
  await accessible(alpha)
  await alpha.show('Copies')
  await expect(quarantine(gamma)).toContainText('Schroeder')
  await expect(gamma.page.getByRole('img', { name: /The ring: .*(?:alpha|beta); left out: gamma$/ })).toBeVisible()
  await accessible(gamma)
  await alpha.page.getByRole('button', { name: 'New epoch of all…' }).click()
  await expect(dialog(alpha)).toContainText('Nobody is left out.')
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await together(cluster, tabs, '0003', ['Lampson', 'Schroeder'])
  await expect(alpha.page.getByText('Split directory.')).toHaveCount(0)
})

test('[E4] a server that never comes back: the ring goes on without it, and forgets again once it is abandoned', async ({ cluster }) => {
  const tabs = await several(cluster, 3)
  const [alpha, beta, gamma] = tabs as [Tab, Tab, Tab]
  await gamma.page.close()
  await expect.poll(() => connected(alpha)).toEqual(['beta'])
  await alpha.page.getByRole('button', { name: 'Sweep now' }).click()
  await newEpoch(alpha, ['alpha', 'beta'], 'New epoch without gamma…')
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await expect.poll(() => epochOf(beta)).toBe('0002')

  const frozen = (await alpha.copy('/'))!.stableMark
  for (const _ of [1, 2]) {
    const before = (await alpha.copy('/'))!.lastSweep
    await alpha.page.getByRole('button', { name: 'Sweep now' }).click()
    await expect.poll(async () => (await alpha.copy('/'))!.lastSweep > before).toBe(true)
  }
  expect((await alpha.copy('/'))!.stableMark).toBe(frozen)
  await leftOut(alpha).getByRole('button', { name: 'Abandon gamma…' }).click()
  await expect(dialog(alpha)).toContainText('What it costs:')
  await dialog(alpha).getByRole('button', { name: 'Abandon it' }).click()
  await expect(leftOut(alpha)).toHaveCount(0)
  // The first sweep tells everybody, the next one may forget.
  await expect
    .poll(async () => {
      await alpha.page.evaluate(() => window.namering.sweep('/'))
      return (await Promise.all([alpha, beta].map((tab) => tab.copy('/')))).every((copy) => copy!.stableMark > frozen)
    })
    .toBe(true)
})

test('[E2] a tab is closed while it makes an epoch: the others say what they wait for, and a newer epoch without it frees them', async ({ cluster }) => {
  const tabs = await several(cluster, 3)
  const [alpha, beta, gamma] = tabs as [Tab, Tab, Tab]
  await newEpoch(alpha, ['alpha', 'beta', 'gamma'])
  await expect(dialog(alpha)).toContainText('Nobody is left out.')
  // gamma promises itself, and its word is too slow to reach alpha.
  await gamma.page.evaluate(() => window.namering.network.disturb({ delay: 5000 }))
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await beta.show('Copies')
  const sealed = beta.page.getByText('Sealed for epoch 2,', { exact: true })
  await expect(sealed).toBeVisible({ timeout: 30_000 })
  await alpha.page.close()
  await gamma.page.evaluate(() => window.namering.network.healAll())
  await expect(beta.page.getByText(/alpha is .*: this copy asks all of them again and again what became of it/)).toBeVisible()
  await newEpoch(beta, ['beta', 'gamma'])
  await dialog(beta).getByRole('button', { name: 'Begin the epoch' }).click()
  for (const tab of [beta, gamma]) await expect.poll(() => epochOf(tab), { timeout: 40_000 }).toBe('0003')
  await expect(sealed).toHaveCount(0)

  // Reopened, the maker finds that its own was overtaken, and nobody stays sealed.
  const back = await cluster.open('/?server=alpha')
  const all = [back, beta, gamma]
  for (const tab of all) await expect.poll(() => tab.page.evaluate(() => Object.values(window.namering.view().copies).flatMap(({ seals }) => seals)), { timeout: 40_000 }).toEqual([])
  await together(cluster, all, '0003', [])
})

test('[E8] a new epoch is one command away: in the menu of a name, and in the palette', async ({ cluster }) => {
  const alpha = await cluster.open()
  await alpha.treeitem('ANSI').click({ button: 'right' })
  await alpha.page.getByRole('menuitem', { name: 'New epoch…' }).click()
  await expect(dialog(alpha).getByRole('checkbox', { name: /^alpha/ })).toBeChecked()
  await dialog(alpha).getByRole('button', { name: 'Cancel' }).click()
  await alpha.page.keyboard.press('Control+k')
  await alpha.page.keyboard.type('new epoch')
  await alpha.page.keyboard.press('Enter')
  await dialog(alpha).getByRole('button', { name: 'Begin the epoch' }).click()
  await expect.poll(() => epochOf(alpha)).toBe('0002')
})
