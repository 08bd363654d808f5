/** Cut, edit both sides, heal: the copies become equal by messages or by a sweep. */
import { expect, test, type Cluster, type Tab } from './cluster'

/** gamma is cut from both others, both ways, and all have noticed. */
async function cutOff(gamma: Tab, others: readonly Tab[]): Promise<void> {
  await gamma.page.getByRole('button', { name: 'Isolate this tab' }).click()
  for (const other of others) {
    await expect(gamma.healButton(await other.name())).toBeVisible()
    const name = await gamma.name()
    await expect.poll(() => other.page.evaluate((server) => window.namering.view().links.find((link) => link.name === server)?.state, name)).not.toBe('connected')
  }
}

async function prepared(cluster: Cluster): Promise<[Tab, Tab, Tab]> {
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  return tabs
}

const set = (tab: Tab, vd: string, value: string): Promise<unknown> => tab.page.evaluate(([at, text]) => window.namering.setValue(at, text), [vd, value] as const)
const remove = (tab: Tab, label: string): Promise<unknown> => tab.page.evaluate((name) => window.namering.doUpdates('/DEC/SRC', { [name]: false }), label)

test('[convergence] different names, the same name, and a deletion against an edit, on both sides of a cut', async ({ cluster }) => {
  const [alpha, beta, gamma] = await prepared(cluster)
  await cutOff(gamma, [alpha, beta])

  await set(alpha, '/DEC/SRC:Lampson/Phone', 'left')
  await set(gamma, '/DEC/SRC:Birrell/Phone', 'right')
  await set(alpha, '/DEC/SRC:Needham/Phone', 'earlier')
  await set(gamma, '/DEC/SRC:Needham/Phone', 'later')
  await set(gamma, '/DEC/SRC:Schroeder/Phone', 'edited')
  await remove(alpha, 'Schroeder')
  await beta.expectValue('/DEC/SRC:Lampson/Phone', 'left')
  expect(await gamma.value('/DEC/SRC:Lampson/Phone')).toBe('NotFound')
  expect(await alpha.value('/DEC/SRC:Birrell/Phone')).not.toBe('right')

  await gamma.page.getByRole('button', { name: 'Heal all' }).click()
  for (const tab of [alpha, beta, gamma]) {
    await tab.expectValue('/DEC/SRC:Lampson/Phone', 'left')
    await tab.expectValue('/DEC/SRC:Birrell/Phone', 'right')
    // The later of two wins whole; an edit of what was deleted meanwhile is void.
    await tab.expectValue('/DEC/SRC:Needham/Phone', 'later')
    await tab.expectValue('/DEC/SRC:Schroeder/Phone', 'NotFound')
  }
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
})

test('[P5] a member that is cut off holds sweeps back by name, and what was deleted is forgotten only when it is back', async ({ cluster }) => {
  const [alpha, beta, gamma] = await prepared(cluster)
  await cutOff(gamma, [alpha, beta])
  await remove(alpha, 'Schroeder')
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  await alpha.page.getByRole('button', { name: 'Sweep now' }).click()
  await expect(alpha.page.getByText(/gamma.*holds? back/).first()).toBeVisible({ timeout: 30_000 })
  expect((await alpha.copy('/DEC/SRC'))?.logLength).toBeGreaterThan(0)

  await gamma.page.getByRole('button', { name: 'Heal all' }).click()
  for (const tab of [alpha, beta, gamma]) await expect.poll(async () => (await tab.copy('/DEC/SRC'))?.logLength, { timeout: 40_000 }).toBe(0)
  await gamma.expectValue('/DEC/SRC:Schroeder', 'NotFound')
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
})

test('one link cut by one tab alone: updates and sweeps still reach everybody by way of the third', async ({ cluster }) => {
  const [alpha, beta, gamma] = await prepared(cluster)
  await alpha.cutButton('gamma').click()
  await expect(alpha.healButton('gamma')).toBeVisible()
  await set(alpha, '/DEC/SRC:Lampson/Phone', 'by beta')
  await beta.expectValue('/DEC/SRC:Lampson/Phone', 'by beta')
  await expect
    .poll(
      async () => {
        await beta.page.evaluate(() => window.namering.sweep('/DEC/SRC', 'beta').catch(() => null))
        return gamma.value('/DEC/SRC:Lampson/Phone')
      },
      { timeout: 40_000 },
    )
    .toBe('by beta')
  await alpha.healButton('gamma').click()
  await cluster.converged('/DEC/SRC', alpha, beta, gamma)
})
