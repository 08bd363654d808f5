/** Names that lead on: links made by the page, a root above the root, and where names begin. */
import { expect, test, type Cluster, type Tab } from './cluster'

/** /DEC and /SRC with an entry in it, on the first of two servers. */
async function two(cluster: Cluster): Promise<[Tab, Tab]> {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  for (const name of ['/DEC', '/SRC']) await alpha.page.evaluate((fn) => window.namering.newD('/alpha', fn), name)
  await alpha.page.evaluate(() => window.namering.setValue('/SRC:Lampson/Phone', '1234'))
  return [alpha, beta]
}

async function choose(tab: Tab, label: string, word: string): Promise<void> {
  await tab.treeitem(label).click({ button: 'right' })
  await tab.page.getByRole('menuitem', { name: word }).click()
}

/** Does something by the palette, or goes to a name. */
async function command(tab: Tab, words: string): Promise<void> {
  await tab.page.keyboard.press('Control+k')
  await tab.page.keyboard.type(words)
  await tab.page.keyboard.press('Enter')
}

const heading = (tab: Tab) => tab.page.getByRole('main').getByRole('heading', { level: 2 })

test('[D2] a link is made by the page, to a whole name and to one from where it stands; another tab follows both, to a directory and to an entry', async ({ cluster }) => {
  const [alpha, beta] = await two(cluster)
  const dialog = alpha.page.getByRole('dialog', { name: 'New link' })
  const link = async (label: string, target: string): Promise<void> => {
    await choose(alpha, 'DEC', 'New link…')
    await dialog.getByRole('textbox', { name: 'Name' }).fill(label)
    await dialog.getByRole('textbox', { name: 'Leads to' }).fill(target)
    await dialog.getByRole('button', { name: 'Make link' }).click()
    await expect(alpha.page.getByRole('button', { name: `Undo: ${label} made` })).toBeVisible()
  }
  await link('Research', '/SRC')
  await link('Butler', '../SRC/Lampson')
  await beta.expectValue('/DEC/Research:Lampson/Phone', '1234')
  await beta.expectValue('/DEC:Butler/Phone', '1234')
  await beta.select('DEC', 'Research')
  await expect(beta.treeitem('Research')).toHaveAttribute('data-type', 'link')
  await expect(beta.treeitem('Research')).toContainText('→ /SRC')
  await expect(beta.treeitem('Butler')).toContainText('→ ../SRC/Lampson')
  await expect(beta.page.getByRole('main')).toContainText('Research is a link')
  await beta.treeitem('Butler').click()
  await expect(beta.page.getByRole('button', { name: 'Edit Phone/1234' })).toBeVisible()
  await alpha.page.getByRole('button', { name: 'Undo: Butler made' }).click()
  await expect(beta.treeitem('Butler')).toBeHidden()
  await beta.expectValue('/DEC:Butler/Phone', 'NotFound')
  await link('Research', '/DEC')
  await expect(beta.treeitem('Research')).toContainText('→ /DEC')
  await alpha.page.getByRole('button', { name: 'Undo: Research made' }).click()
  await expect(beta.treeitem('Research')).toContainText('→ /SRC')
})

test('[O1] a root is put above by the page: the names of before go on in both tabs, and the other tab begins its names there', async ({ cluster }) => {
  const [alpha, beta] = await two(cluster)
  const old = await alpha.page.evaluate(() => window.namering.view().root)
  await choose(alpha, 'ANSI', 'New root above…')
  const dialog = alpha.page.getByRole('dialog', { name: 'New root above' })
  await dialog.getByRole('textbox', { name: 'What the new root calls itself' }).fill('World')
  await dialog.getByRole('textbox', { name: 'Name of ANSI in it' }).fill('..')
  await expect(dialog.getByRole('status')).toContainText('ANSI cannot be called .. there: in a name .. is no label, but stands for the directory above. Choose another name.')
  await expect(dialog.getByRole('button', { name: 'Put it above' })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Name of ANSI in it' }).fill('ANSI')
  await expect(dialog.getByRole('status')).toContainText('What is called /SRC is called /ANSI/SRC then.')
  await dialog.getByRole('button', { name: 'Put it above' }).click()
  for (const tab of [alpha, beta]) {
    await tab.select('ANSI')
    await expect(tab.page.getByRole('main')).toContainText('the root of the service lies above it')
    for (const name of ['/SRC', `#${old}/SRC`]) await tab.expectValue(`${name}:Lampson/Phone`, '1234')
  }
  await beta.page.getByRole('button', { name: 'Begin names there' }).click()
  await beta.select('World', 'ANSI', 'SRC', 'Lampson')
  await beta.page.getByRole('button', { name: 'Edit Phone/1234' }).click()
  await beta.page.getByRole('textbox', { name: 'New text for Phone/1234' }).fill('4321')
  await beta.page.keyboard.press('Enter')
  await beta.expectValue('/ANSI/SRC:Lampson/Phone', '4321')
  await alpha.expectValue('/SRC:Lampson/Phone', '4321')
})

test('[N1] the working directory is chosen in the page: names without / begin there, over a reload too, until another is', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.select('ANSI', 'DEC', 'SRC')
  await command(alpha, 'Work in')
  await expect(alpha.page.getByRole('region', { name: 'Messages' })).toContainText('Names without / begin at /DEC/SRC.')
  await command(alpha, 'Birrell')
  await expect(heading(alpha)).toHaveText('Birrell')
  await alpha.treeitem('ANSI').click()
  await alpha.page.reload()
  await alpha.ready()
  await alpha.page.keyboard.press('Control+k')
  await expect(alpha.page.getByRole('dialog')).toContainText('names without it begin at /DEC/SRC')
  await alpha.page.keyboard.type('Lampson')
  await expect(alpha.page.getByRole('dialog').getByRole('option').first()).toHaveText('Go to /DEC/SRC/Lampson')
  await alpha.page.keyboard.press('Enter')
  await expect(heading(alpha)).toHaveText('Lampson')
  await expect(alpha.page.getByRole('button', { name: 'Edit Password/XGZQ#$' })).toBeVisible()
  await alpha.treeitem('ANSI').click()
  await command(alpha, 'Work in')
  await expect(alpha.page.getByRole('region', { name: 'Messages' })).toContainText('Names without / begin at /.')
})
