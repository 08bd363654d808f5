/** Cuts in one direction: what each side sees, who is named as holding back the sweep, healing. */
import { Acknowledged } from './acknowledged'
import { expect, test, type Cluster, type Tab } from './cluster'
import { allowOneWay, expectLinked, heldBack } from './misfortunes'

async function prepared(cluster: Cluster): Promise<[Tab, Tab, Tab]> {
  await allowOneWay(cluster.context)
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  return tabs
}

for (const direction of ['mute', 'deaf'] as const) {
  test(`[convergence] a tab that is ${direction}: both sides give the link up and name each other; as soon as words pass again all have all`, async ({ cluster }) => {
    const [alpha, beta, gamma] = await prepared(cluster)
    const acknowledged = new Acknowledged()
    await gamma.page.evaluate((way) => void (window.oneWay = way), direction)
    await acknowledged.set(alpha, '/DEC/SRC:Birrell/Phone', 'of alpha')
    await acknowledged.set(gamma, '/DEC/SRC:Lampson/Phone', 'of gamma')
    // Until the silence is noticed one of the two still hears the other.
    const [hearing, heard, not, unheard] = direction === 'mute' ? ([gamma, 'Birrell', alpha, 'Lampson'] as const) : ([alpha, 'Lampson', gamma, 'Birrell'] as const)
    await hearing.expectValue(`/DEC/SRC:${heard}/Phone`, direction === 'mute' ? 'of alpha' : 'of gamma')
    for (const other of [alpha, beta]) {
      await expectLinked(other, 'gamma', false)
      await expectLinked(gamma, await other.name(), false)
    }
    expect(await not.value(`/DEC/SRC:${unheard}/Phone`)).not.toMatch(/^of /)
    // The sweep that was under way when the silence began may have been the one to notice.
    expect(await heldBack(alpha, '/DEC/SRC')).toMatch(/^gamma (is not connected|did not answer)$/)
    expect(await heldBack(gamma, '/DEC/SRC')).toMatch(/^(alpha|beta) (is not connected|did not answer)$/)
    await gamma.page.evaluate(() => void (window.oneWay = null))
    await acknowledged.expectAt(alpha, beta, gamma)
    await cluster.converged('/DEC/SRC', alpha, beta, gamma)
  })
}
