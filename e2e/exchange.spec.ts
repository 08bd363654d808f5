/** A directory and those below it leave as one file and come back elsewhere. */
import { readFile } from 'node:fs/promises'
import { expect, test } from './cluster'

test('export a directory as a file, import it into another', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.select('DEC')
  await alpha.page.getByRole('button', { name: 'Make or add something here' }).click()
  const saved = alpha.page.waitForEvent('download')
  await alpha.page.getByRole('menuitem', { name: 'Export' }).click()
  const file = await (await saved).path()
  expect((await readFile(file, 'utf8')).split('\n')[0]).toBe('{"type":"namering","version":1}')

  await alpha.page.evaluate(() => window.namering.newD('alpha', '/Archive'))
  await alpha.select('Archive')
  await alpha.page.getByRole('button', { name: 'Make or add something here' }).click()
  await alpha.page.getByRole('menuitem', { name: 'Import…' }).click()
  await alpha.page.getByLabel('File of JSON lines').setInputFiles(file)
  await expect(alpha.page.getByRole('dialog')).toContainText('names and 2 directories are in this file')
  await alpha.page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await expect(alpha.page.getByText(/^Imported \d+ names and 2 directories into \/Archive/)).toBeVisible()
  await alpha.expectValue('/Archive/SRC:Lampson/Password', 'XGZQ#$')
  await alpha.expectValue('/Archive/Finance:Wright/Mailboxes', 'Cabernet')
})

test('ten thousand names import with progress shown, and are there after a reload', async ({ cluster }) => {
  const alpha = await cluster.open()
  await alpha.page.evaluate(() => window.namering.newD('alpha', '/People'))
  const lines: object[] = [{ type: 'namering', version: 1 }, { type: 'directory', path: [] }]
  for (let d = 0; d < 40; d++) {
    lines.push({ type: 'directory', path: [`d${d}`] })
    for (let n = 0; n < 250; n++) lines.push({ type: 'entry', path: [`d${d}`], label: `person${n}`, tree: { Phone: { [`${d} ${n}`]: true } } })
  }
  await alpha.select('ANSI', 'People')
  await alpha.page.getByRole('button', { name: 'Make or add something here' }).click()
  await alpha.page.getByRole('menuitem', { name: 'Import…' }).click()
  await alpha.page.getByLabel('File of JSON lines').setInputFiles({ name: 'people.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')) })
  await alpha.page.getByRole('dialog').getByRole('button', { name: 'Import' }).click()
  await expect(alpha.page.getByRole('progressbar', { name: 'Imported so far' })).toBeVisible()
  await expect(alpha.page.getByText('Imported 10000 names and 40 directories into /People.')).toBeVisible({ timeout: 80_000 })
  await alpha.page.reload()
  await alpha.ready()
  await alpha.expectValue('/People/d39:person249/Phone', '39 249')
})

test('a file that is no export is refused by the line, and nothing changes', async ({ cluster }) => {
  const alpha = await cluster.open()
  const message = (lines: string[]): Promise<string> => alpha.page.evaluate((texts) => window.namering.importDirectory('/', texts).then(() => 'imported', (error: Error) => error.message), lines)
  expect(await message(['{"a":1}'])).toContain('line 1')
  expect(await message(['{"type":"namering","version":1}', 'not json'])).toContain('line 2')
  expect(await alpha.page.evaluate(async () => (await window.namering.entries('/')).value.length)).toBe(2)
})
