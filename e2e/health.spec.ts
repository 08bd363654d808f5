/** Health, in one look: whether all is well, who holds back sweeps, and what each copy says of itself. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './cluster'

test('[P10] all is well; then a member is cut off: it is named, with since when and the ways out; healed, all is well again', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await cluster.sample(alpha, beta, gamma)
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  const health = alpha.page.getByRole('region', { name: 'Health', exact: true })
  await expect(health.getByRole('status')).toContainText('All is well: all 3 copies answer', { timeout: 40_000 })

  await gamma.page.getByRole('button', { name: 'Isolate this tab' }).click()
  await alpha.cutButton('gamma').click()
  await alpha.page.getByRole('button', { name: 'Sweep now' }).click()
  await expect(health.getByText(/^gamma holds back sweeps since/)).toBeVisible()
  const banner = alpha.page.locator('.banner', { hasText: /gamma.*holds? back sweeps since/ })
  await expect(banner).toContainText('Bring it back')
  await expect(banner.getByRole('button', { name: 'New epoch without gamma' })).toBeVisible()

  await health.getByText('What each copy says of itself').click()
  const table = health.getByRole('table')
  await expect(table.getByRole('row', { name: /^alpha/ })).toContainText(/failed in the look pass at gamma/)
  for (const width of [1440, 300]) {
    await alpha.page.setViewportSize({ width, height: 900 })
    const { violations } = await new AxeBuilder({ page: alpha.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
    expect(violations.map(({ id, nodes }) => `${width}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
    expect(await alpha.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
  }
  await alpha.page.setViewportSize({ width: 1440, height: 900 })

  await banner.getByRole('button', { name: 'Heal this link' }).click()
  await gamma.page.getByRole('button', { name: 'Heal all' }).click()
  await expect(health.getByRole('status')).toContainText('All is well', { timeout: 60_000 })
  await expect(banner).toHaveCount(0)
})

test('[X5] what the tab refuses at its own door is counted in health, by reason', async ({ cluster }) => {
  await cluster.context.addInitScript(() => {
    const Real = BroadcastChannel
    globalThis.BroadcastChannel = class extends Real {
      constructor(name: string) {
        super(name)
        if (name.startsWith('namering:')) document.documentElement.dataset['channel'] = name
      }
    }
  })
  const alpha = await cluster.open()
  await alpha.show('Copies')
  await alpha.page.getByText('What each copy says of itself').click()
  const door = alpha.page.getByRole('region', { name: 'Refused by this tab' })
  await expect(door).toContainText('nothing.')
  await alpha.page.evaluate(() => {
    const channel = new BroadcastChannel(document.documentElement.dataset['channel'] ?? '')
    // A BroadcastChannel stays within one origin; only windows have target origins.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    for (const rubbish of ['one', 'two', 'three']) channel.postMessage(rubbish)
    channel.close()
  })
  await expect(door).toContainText('3 × note not of this room')
})

test('[B5] the browser is asked to keep the copies before there are any; refused, they are marked as ones that may vanish', async ({ cluster }) => {
  await cluster.context.addInitScript(() => {
    if (!isSecureContext) return
    const asked: string[] = []
    const open = indexedDB.open.bind(indexedDB)
    indexedDB.open = (name, version) => {
      asked.push(name)
      return open(name, version)
    }
    StorageManager.prototype.persisted = () => {
      asked.push('is it kept?')
      return Promise.resolve(false)
    }
    StorageManager.prototype.persist = () => {
      asked.push('keep it')
      return Promise.resolve(false)
    }
    Object.assign(window, { asked })
  })
  const alpha = await cluster.open()
  const asked = await alpha.page.evaluate(() => (window as unknown as { asked: string[] }).asked)
  expect(asked).toContain('keep it')
  expect(asked.indexOf('is it kept?')).toBeLessThan(asked.findIndex((each) => each.startsWith('namering server')))
  await alpha.show('Copies')
  await expect(alpha.page.getByRole('columnheader', { name: 'alpha' })).toContainText('may vanish')
  await expect(alpha.page.getByRole('region', { name: 'Health', exact: true })).toContainText('may vanish: the browser there has not promised to keep it')
  const [report] = await alpha.page.evaluate(() => window.namering.copies('/'))
  expect(report?.state?.health.storage).toMatchObject({ persisted: false })
})
