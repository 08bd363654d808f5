/** Tabs that a browser freezes for longer than a link lives, and thaws: no reload, and nothing that they acknowledged is lost. */
import { Acknowledged } from './acknowledged'
import { expect, test, type Cluster, type Tab } from './cluster'
import { catchSweep, expectLinked, freeze, heldBack } from './misfortunes'

async function prepared(cluster: Cluster): Promise<[Tab, Tab, Tab]> {
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  await cluster.converged('/DEC/SRC', ...tabs)
  return tabs
}

test('[noLostUpdate] frozen for longer than a link lives: the others miss it by name; thawed it is up to date, and they have what it had acknowledged', async ({ cluster }) => {
  const [alpha, beta, gamma] = await prepared(cluster)
  const acknowledged = new Acknowledged()
  // What gamma says takes longer than it has: nobody hears of the edit before it freezes.
  await gamma.page.evaluate(() => window.namering.network.disturb({ delay: 5000 }))
  await acknowledged.set(gamma, '/DEC/SRC:Lampson/Phone', 'of gamma alone')
  const gammaStarts = await gamma.page.evaluate(() => performance.timeOrigin)
  const name = await gamma.name()
  const frozen = await freeze(gamma)
  await acknowledged.set(alpha, '/DEC/SRC:Birrell/Phone', 'meanwhile')
  await acknowledged.set(beta, '/DEC/SRC:Needham/Phone', 'meanwhile')
  for (const tab of [alpha, beta]) await expectLinked(tab, name, false)
  expect(await alpha.value('/DEC/SRC:Lampson/Phone')).toBe('NotFound')
  expect(await heldBack(alpha, '/DEC/SRC')).toBe('gamma is not connected')
  await frozen.thaw()
  await gamma.page.evaluate(() => window.namering.network.healAll())
  await acknowledged.expectAt(alpha, beta, gamma)
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
  expect(await gamma.page.evaluate(() => performance.timeOrigin)).toBe(gammaStarts)
})

test('[P6] frozen in the middle of a sweep that it leads: the others go on, and thawed it finishes one', async ({ cluster }) => {
  const [alpha, beta, gamma] = await prepared(cluster)
  const acknowledged = new Acknowledged()
  await acknowledged.set(gamma, '/DEC/SRC:Lampson/Phone', 'of gamma')
  await catchSweep(gamma, '/DEC/SRC', 'write')
  const frozen = await freeze(gamma)
  await acknowledged.set(beta, '/DEC/SRC:Birrell/Phone', 'meanwhile')
  await alpha.expectValue('/DEC/SRC:Birrell/Phone', 'meanwhile')
  expect(await heldBack(alpha, '/DEC/SRC')).toMatch(/^gamma (is not connected|did not answer)$/)
  await frozen.thaw()
  await gamma.page.evaluate(() => window.namering.network.healAll())
  await acknowledged.expectAt(alpha, beta, gamma)
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
  await gamma.page.evaluate(() => window.namering.sweep('/DEC/SRC', 'gamma'))
})
