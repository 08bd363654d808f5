/** Durability in real tabs: what is not durable yet outlives a reload, and the page says when it is. */
import { expect, test } from './cluster'

test('[P12] a tab that is cut off writes with quorum: not durable yet; it is reloaded, healed, and the page says that it is durable now', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await cluster.sample(alpha, beta, gamma)
  for (const other of [beta, gamma]) await other.page.evaluate(() => window.namering.network.isolate())
  const told = await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'kept', { durability: 'quorum', patience: 1 }).catch((error: Error & { code?: string; about?: Record<string, string> }) => ({ code: error.code, message: error.message, ts: error.about?.['after'] })))
  expect(told).toMatchObject({ code: 'NotDurableYet' })
  expect((told as { message: string }).message).toMatch(/is on disk at 1 of the 2 copies/)
  const bar = alpha.page.getByRole('contentinfo', { name: 'Status' })
  await expect(bar).toContainText(/an update is not durable yet \(quorum\): .*beta/)

  await alpha.page.reload()
  await alpha.ready()
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'kept')
  await expect(bar).toContainText(/an update is not durable yet \(quorum\)/, { timeout: 20_000 })
  expect(await beta.value('/DEC/SRC:Lampson/Phone')).not.toBe('kept')

  for (const other of [beta, gamma]) await other.page.getByRole('button', { name: 'Heal all' }).click()
  await expect(alpha.page.getByText(/The update of .* is durable now/)).toBeVisible({ timeout: 30_000 })
  await expect(bar).not.toContainText('not durable yet')
  await beta.expectValue('/DEC/SRC:Lampson/Phone', 'kept')
  // It is that very update, as it was stamped at first: in the logs, or, once F has passed it, folded at every copy.
  const { ts } = told as { ts: string }
  const states = await beta.page.evaluate(async () => (await window.namering.copies('/DEC/SRC')).map(({ state }) => ({ mark: state?.stableMark ?? '', log: state?.log.map(([stamp]) => stamp) ?? [] })))
  expect(states.filter(({ mark, log }) => mark > ts || log.includes(ts as (typeof log)[number])).length).toBeGreaterThanOrEqual(2)
})

test('[P11] with quorum the answer names a majority, and nothing waits', async ({ cluster }) => {
  const [alpha] = await cluster.three()
  const { copies } = await alpha.page.evaluate(() => window.namering.doUpdates('/', { written: true }, { durability: 'quorum' }))
  expect(copies.length).toBeGreaterThanOrEqual(2)
  await expect(alpha.page.getByRole('contentinfo', { name: 'Status' })).not.toContainText('not durable yet')
})

test('[P11] the page chooses how durable its changes are to be, and marks those that are not yet, with the count', async ({ cluster }) => {
  const tabs = await cluster.three()
  const [alpha, , gamma] = tabs
  await cluster.sample(...tabs)
  await alpha.select('ANSI', 'DEC', 'SRC', 'Lampson')
  await alpha.page.getByRole('combobox', { name: 'Changes are durable at' }).selectOption('all copies')
  await gamma.page.evaluate(() => window.namering.network.isolate())
  await alpha.addProperty('Room', '42')
  const leaf = alpha.page.locator('[data-path="Room/42"]')
  await expect(leaf).toContainText('not durable yet: 2/3 copies')
  await expect(alpha.page.getByRole('status', { name: 'Durability' })).toHaveText('A change here is not durable yet: 2/3 copies.')
  await gamma.page.evaluate(() => window.namering.network.healAll())
  await expect(leaf).not.toContainText('not durable yet', { timeout: 30_000 })
  await alpha.page.reload()
  await alpha.ready()
  await expect(alpha.page.getByRole('combobox', { name: 'Changes are durable at' })).toHaveValue('all')
})
