/** The way of a lookup, as the page shows it. */
import { expect, test } from './cluster'
import { freeze } from './misfortunes'

test('[D2] a copy that does not answer: the lookup goes on at the next one, and the Way tab says who was asked before', async ({ cluster }) => {
  const [alpha, beta, gamma] = await cluster.three()
  await beta.page.evaluate(() => window.namering.newD('beta', '/DEC').then(() => window.namering.newDC('gamma', '/DEC')))
  await gamma.page.evaluate(() => window.namering.newD('gamma', '/DEC/SRC'))
  await expect.poll(() => alpha.page.evaluate(async () => (await window.namering.lookup('/DEC')).servers.length)).toBe(2)
  await alpha.select('DEC', 'SRC')
  await alpha.show('Way')
  const steps = alpha.page.getByRole('region', { name: 'The steps of the lookup' })
  await expect(steps.getByRole('row')).toHaveCount(3)
  // Connected, and silent: whoever is asked first of the two.
  const first = await alpha.page.evaluate(async () => {
    const { trail } = await window.namering.lookup('/DEC/SRC')
    return window.namering.view().links.find(({ server }) => server === trail[1]!.server)!.name
  })
  const frozen = await freeze(first === 'beta' ? beta : gamma)
  await alpha.page.evaluate(() => window.namering.doUpdates('/', { Lampson: true }))
  await expect(steps).toContainText(`asked before: ${first} did not answer within 4 s`)
  await frozen.thaw()
  await expect(steps.getByRole('row', { name: /SRC/ })).toContainText('a directory reference')
})

test('[D2] a lookup that fails: the Way tab says how far it came, and who was asked then', async ({ cluster }) => {
  const [alpha, beta] = await cluster.three()
  await beta.page.evaluate(() => window.namering.newD('beta', '/DEC').then(() => window.namering.newD('beta', '/DEC/SRC')))
  await alpha.select('DEC', 'SRC')
  await alpha.show('Way')
  const way = alpha.page.getByRole('region', { name: 'Way' })
  await expect(way).toContainText('takes each label in turn')
  await beta.page.close()
  await expect(alpha.page.getByText('The server beta cannot be reached')).toBeVisible()
  await expect(way).toContainText('The lookup came so far')
  const steps = way.getByRole('region', { name: 'The steps of the lookup' })
  await expect(steps.getByRole('row', { name: /DEC/ })).toContainText('a directory reference')
  await expect(steps).toContainText('asked for what comes next: beta')
})
