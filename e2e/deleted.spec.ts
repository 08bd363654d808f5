/** A server's database is deleted under it, in the middle of a sweep that it leads. */
import { Acknowledged } from './acknowledged'
import { expect, test } from './cluster'
import { catchSweep, deleteDatabase, expectLinked, heldBack } from './misfortunes'

test('[B5] [P3] it becomes read-only and says why; reloaded it says that its copies are gone; sweeps name it; what the others have stays', async ({ cluster }) => {
  const tabs = await cluster.three()
  const [alpha, beta, gamma] = tabs
  await cluster.sample(...tabs)
  const acknowledged = new Acknowledged()
  await acknowledged.set(gamma, '/DEC/SRC:Lampson/Phone', 'of gamma')
  await alpha.expectValue('/DEC/SRC:Lampson/Phone', 'of gamma')
  await cluster.converged('/DEC/SRC', ...tabs)
  await catchSweep(gamma, '/DEC/SRC', 'write')
  const { id, incarnation } = await gamma.page.evaluate(() => window.namering.view().server)
  await deleteDatabase(alpha.page, id)

  await expect(gamma.page.getByText(/cannot save: its database was deleted/).first()).toBeVisible()
  expect(await gamma.page.evaluate(() => window.namering.view().state)).toBe('readOnly')
  await gamma.expectValue('/DEC/SRC:Lampson/Phone', 'of gamma')
  const refusal = await gamma.page.evaluate(() => window.namering.setValue('/DEC/SRC:Lampson/Phone', 'never').catch((error: Error & { code: string }) => `${error.code}: ${error.message}`))
  expect(refusal).toMatch(/^StorageFailed: .*its database was deleted/)
  for (const tab of [alpha, beta]) await expectLinked(tab, 'gamma', false)

  await gamma.page.reload()
  await gamma.ready()
  await expect(gamma.page.getByText(/its copies are gone/).first()).toBeVisible()
  expect(await gamma.page.evaluate(() => window.namering.view().server)).toMatchObject({ id, incarnation: incarnation + 1 })
  await acknowledged.set(alpha, '/DEC/SRC:Birrell/Phone', 'afterwards')
  for (const tab of [alpha, beta]) await expectLinked(tab, 'gamma', true)
  for (const tab of [alpha, beta]) expect(await heldBack(tab, '/DEC/SRC')).toBe('gamma has lost its copy')
  await acknowledged.expectAt(alpha, beta, gamma)
})
