/** Tabs that are closed, freeze or fall silent while a sweep goes round. */
import { Acknowledged } from './acknowledged'
import { expect, test, type Cluster, type Tab } from './cluster'
import { catchSweep, heldBack } from './misfortunes'

async function prepared(cluster: Cluster): Promise<[Tab, Tab, Tab]> {
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  await cluster.converged('/DEC/SRC', ...tabs)
  return tabs
}

/** The greatest lastSweep of a directory, as a tab has it. */
const lastSweep = async (tab: Tab): Promise<string> => (await tab.copy('/DEC/SRC'))!.lastSweep

for (const phase of ['look', 'read', 'write'] as const) {
  test(`[P6] the tab that leads a sweep is closed in its ${phase} pass: it is missed by name, and once it is back a later sweep completes`, async ({ cluster }) => {
    const [alpha, beta, gamma] = await prepared(cluster)
    const acknowledged = new Acknowledged()
    await acknowledged.set(beta, '/DEC/SRC:Birrell/Phone', 'of beta')
    await acknowledged.set(gamma, '/DEC/SRC:Lampson/Phone', 'of gamma alone')
    await catchSweep(gamma, '/DEC/SRC', phase)
    const url = alpha.page.url().replace('#', '?server=gamma#')
    await gamma.page.close()
    await acknowledged.set(alpha, '/DEC/SRC:Needham/Phone', 'meanwhile')
    expect(await heldBack(alpha, '/DEC/SRC')).toBe('gamma is not connected')
    const before = await lastSweep(beta)
    const back = await cluster.open(url)
    expect(await back.name()).toBe('gamma')
    await acknowledged.expectAt(alpha, beta, back)
    await cluster.converged('/DEC/SRC', alpha, beta, back)
    await expect.poll(() => lastSweep(beta), { timeout: 40_000 }).not.toBe(before)
  })
}
