/** Figure 7 in the page: directories move, and every name in use goes on. */
import { expect, test, type Cluster, type Tab } from './cluster'

/** /DEC and /SRC with an entry in it, on both servers. */
async function two(cluster: Cluster): Promise<[Tab, Tab]> {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  for (const name of ['/DEC', '/SRC']) {
    await alpha.page.evaluate((fn) => window.namering.newD('/alpha', fn), name)
    await alpha.page.evaluate((fn) => window.namering.newDC('/beta', fn), name)
  }
  await alpha.page.evaluate(() => window.namering.setValue('/SRC:Lampson/Phone', '1234'))
  await beta.expectValue('/SRC:Lampson/Phone', '1234')
  return [alpha, beta]
}

const dialog = (tab: Tab) => tab.page.getByRole('dialog', { name: 'Move a directory' })
const row = (tab: Tab, name: string) => tab.page.getByRole('treeitem', { name, exact: true })
const records = (tab: Tab) => tab.page.getByRole('region', { name: 'Names by its own records' })
const verdicts = (tab: Tab, name: string): Promise<string[]> => tab.page.evaluate(async (fn) => (await window.namering.moves(fn)).map(({ verdict }) => verdict), name)

test('[M3] [M4] a directory is moved by the page, said before it is done; its old name leads there from every server; dragged back', async ({ cluster }) => {
  const [alpha, beta] = await two(cluster)
  await row(alpha, 'SRC').click({ button: 'right' })
  await alpha.page.getByRole('menuitem', { name: 'Move…' }).click()
  const name = dialog(alpha).getByRole('textbox')
  await name.fill('/SRC/SRC')
  await expect(dialog(alpha).getByRole('status')).toContainText('that lies below itself')
  await expect(dialog(alpha).getByRole('button', { name: 'Move it' })).toBeDisabled()
  await name.fill('/DEC/Research')
  await expect(dialog(alpha).getByRole('status')).toContainText('Every name in use goes on: /SRC becomes a link to it')
  await dialog(alpha).getByRole('button', { name: 'Move it' }).click()

  for (const tab of [alpha, beta]) {
    await tab.expectValue('/DEC/Research:Lampson/Phone', '1234')
    await tab.expectValue('/SRC:Lampson/Phone', '1234')
    await expect(row(tab, 'SRC')).toHaveAttribute('data-type', 'link')
  }
  await expect.poll(() => alpha.page.evaluate(async () => (await window.namering.lookup('/SRC')).trail.map(({ found }) => found))).toEqual(['link', 'directory', 'directory'])
  await alpha.select('DEC', 'Research')
  await alpha.show('Way')
  await expect(records(alpha).getByRole('row', { name: /Research is its name/ })).toBeVisible()
  await expect(records(alpha).getByRole('row', { name: /SRC an older name: a link leads here/ })).toBeVisible()

  await row(alpha, 'Research').dragTo(row(alpha, 'ANSI'))
  await expect(dialog(alpha).getByRole('textbox')).toHaveValue('/Research')
  await name.fill('/SRC')
  await dialog(alpha).getByRole('button', { name: 'Move it' }).click()
  for (const tab of [alpha, beta]) {
    await expect.poll(() => tab.page.evaluate(async () => (await window.namering.lookup('/DEC/Research')).trail.map(({ label }) => label))).toEqual(['DEC', 'Research', 'SRC'])
    await tab.expectValue('/SRC:Lampson/Phone', '1234')
  }
})

test('[M2] two moves that cross in a split network: each waits, in words; healed, the later one is void on both sides', async ({ cluster }) => {
  const [alpha, beta] = await two(cluster)
  await alpha.page.evaluate(() => window.namering.network.isolate())
  const move = (tab: Tab, from: string, to: string): Promise<string> => tab.page.evaluate(([fn, target]) => window.namering.moveSubtree(fn!, target!, { patience: 1 }).then(() => 'done', (error: Error) => error.message), [from, to])
  expect(await move(alpha, '/DEC', '/SRC/DEC')).toMatch(/^The move of .* to DEC is written, and waits: /)
  expect(await move(beta, '/SRC', '/DEC/SRC')).toMatch(/^The move of .* to SRC is written, and waits: /)
  for (const tab of [alpha, beta]) for (const name of ['/DEC', '/SRC']) expect(await tab.page.evaluate((fn) => window.namering.lookup(fn).then(({ trail }) => trail.length), name)).toBe(1)
  const seen = [[alpha, 'DEC'], [beta, 'SRC']] as const
  for (const [tab, label] of seen) {
    await tab.select(label)
    await tab.show('Way')
    await expect(records(tab).getByRole('row', { name: `${label} is its name: the reference there follows` })).toBeVisible()
    await expect(records(tab).getByRole('row', { name: `${label} is to be its name: waits until every directory above has been heard` })).toBeVisible()
  }
  await alpha.page.evaluate(() => window.namering.network.healAll())
  await expect(records(alpha).getByRole('row', { name: '/SRC DEC is its name: the reference there follows' })).toBeVisible({ timeout: 60_000 })
  await expect(records(alpha).getByRole('row', { name: 'ANSI DEC an older name: a link leads here from there' })).toBeVisible()
  await expect(records(beta).getByRole('row', { name: 'SRC never took effect: another move was first, after which it would lie below itself' })).toBeVisible({ timeout: 60_000 })
  await expect(records(beta).getByRole('row', { name: 'ANSI SRC is its name: the reference there follows' })).toBeVisible()
  for (const tab of [alpha, beta]) {
    await expect.poll(() => verdicts(tab, '/DEC'), { timeout: 60_000 }).toEqual(['settled', 'settled'])
    await expect.poll(() => verdicts(tab, '/SRC'), { timeout: 60_000 }).toEqual(['settled', 'void'])
    await expect.poll(() => tab.page.evaluate(async () => (await window.namering.lookup('/SRC/DEC')).di === (await window.namering.lookup('/DEC')).di)).toBe(true)
    await tab.expectValue('/SRC:Lampson/Phone', '1234')
  }
})

test('[M3] a move that waits cannot be called off, but the directory can stay where it is', async ({ cluster }) => {
  const [alpha, beta] = await two(cluster)
  await alpha.page.evaluate(() => window.namering.network.isolate())
  await row(alpha, 'DEC').click({ button: 'right' })
  await alpha.page.getByRole('menuitem', { name: 'Move…' }).click()
  await dialog(alpha).getByRole('textbox').fill('/SRC/DEC')
  await dialog(alpha).getByRole('button', { name: 'Move it' }).click()
  await alpha.select('DEC')
  await alpha.show('Way')
  const backReferences = alpha.page.getByRole('region', { name: 'Back-references' })
  await backReferences.getByRole('button', { name: 'Leave it where it is' }).click()
  await expect.poll(() => verdicts(alpha, '/DEC')).toEqual(['settled', 'pending', 'pending'])
  await alpha.page.evaluate(() => window.namering.network.healAll())
  for (const tab of [alpha, beta]) {
    await expect.poll(() => verdicts(tab, '/DEC'), { timeout: 60_000 }).toEqual(['settled', 'settled', 'settled'])
    await expect.poll(() => tab.page.evaluate(() => window.namering.lookup('/DEC').then(({ trail }) => trail.map(({ label, found }) => `${label} ${found}`)))).toEqual(['DEC directory'])
  }
  await expect(backReferences.getByRole('row', { name: /DEC is its name/ })).toBeVisible()
  await expect(backReferences.getByRole('button', { name: 'Leave it where it is' })).toBeHidden()
})
