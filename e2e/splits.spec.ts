/** Five tabs in two and in three parts, edits in every part: healed they are equal, and nothing acknowledged is lost. */
import { Acknowledged } from './acknowledged'
import { expect, test, type Tab } from './cluster'
import { expectLinked, heal, heldBack, split } from './misfortunes'

// Five tabs are a load of their own.
test.slow()

/** Every tab edits a name of its own, one that all edit, and one that only its neighbour edits too. */
async function editEverywhere(acknowledged: Acknowledged, tabs: readonly Tab[], when: string): Promise<void> {
  for (const [i, tab] of tabs.entries()) {
    await acknowledged.set(tab, `/DEC/SRC:own${i}/Phone`, `${when} by ${i}`)
    await acknowledged.set(tab, '/DEC/SRC:Lampson/Phone', `${when} by ${i}`)
    await acknowledged.set(tab, `/DEC/SRC:pair${i >> 1}/Phone`, `${when} by ${i}`)
  }
}

test('[convergence] [noLostUpdate] 2|3: each side goes on alone and names who is missing; healed, all have all', async ({ cluster }) => {
  const tabs = await cluster.five()
  const [alpha, beta, gamma, delta, epsilon] = tabs
  await cluster.sample(...tabs)
  const acknowledged = new Acknowledged()
  await editEverywhere(acknowledged, tabs, 'before')
  await split([alpha, beta], [gamma, delta, epsilon])
  await editEverywhere(acknowledged, tabs, 'apart')
  await beta.expectValue('/DEC/SRC:own0/Phone', 'apart by 0')
  await epsilon.expectValue('/DEC/SRC:own2/Phone', 'apart by 2')
  expect(await alpha.value('/DEC/SRC:own2/Phone')).not.toBe('apart by 2')
  expect(await heldBack(alpha, '/DEC/SRC')).toMatch(/^(gamma|delta|epsilon) is not connected$/)
  expect(await heldBack(delta, '/DEC/SRC')).toMatch(/^(alpha|beta) is not connected$/)
  await heal(...tabs)
  await acknowledged.expectAt(...tabs)
  await cluster.converged('/DEC/SRC', ...tabs)
})

test('[convergence] [noLostUpdate] 1|1|3: two alone and three together, the same; what was deleted stays deleted', async ({ cluster }) => {
  const tabs = await cluster.five()
  const [alpha, beta, gamma, delta, epsilon] = tabs
  await cluster.sample(...tabs)
  const acknowledged = new Acknowledged()
  await split([alpha], [beta], [gamma, delta, epsilon])
  await expectLinked(gamma, 'delta', true)
  await beta.page.evaluate(() => window.namering.doUpdates('/DEC/SRC', { Schroeder: false }))
  await editEverywhere(acknowledged, tabs, 'apart')
  await alpha.expectValue('/DEC/SRC:Schroeder/Mailboxes', 'Ries')
  expect(await gamma.value('/DEC/SRC:own0/Phone')).toBe('NotFound')
  await heal(...tabs)
  await acknowledged.expectAt(...tabs)
  for (const tab of tabs) await tab.expectValue('/DEC/SRC:Schroeder', 'NotFound')
  await cluster.converged('/DEC/SRC', ...tabs)
})
