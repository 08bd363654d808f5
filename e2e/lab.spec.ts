/** The lab: a simulated cluster in the page, step by step, forward and back; the same seed and the same deeds, the same run. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { builtFolder } from '../src/serve/prepare.mjs'
import { expect, test } from './cluster'

class Lab {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  async enter(): Promise<this> {
    await this.page.getByRole('button', { name: 'Lab', exact: true }).click()
    return this.ready()
  }

  async ready(): Promise<this> {
    await expect(this.page.getByRole('button', { name: 'Run' })).toBeVisible()
    return this
  }

  button(name: string): Locator {
    return this.page.getByRole('main', { name: 'Lab' }).getByRole('button', { name, exact: true })
  }

  /** Where the world stands: its time, and the step. */
  where(): Promise<string> {
    return this.page.locator('.lab-where').innerText()
  }

  mark(rule: string): Locator {
    return this.page.locator(`[data-rule="${rule}"]`)
  }

  /** All that the pictures and the transcript say. */
  async told(): Promise<string> {
    const texts = await Promise.all(['.figure-three', '.lab-lines', '.lab-marks', '.lab-servers'].map((part) => this.page.locator(part).innerText()))
    return texts.join('\n')
  }

  /** Steps until something is so. */
  async stepUntil(so: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 80 && !(await so()); i++) {
      const before = await this.where()
      await this.page.keyboard.press('.')
      await expect.poll(() => this.where()).not.toBe(before)
    }
    expect(await so()).toBe(true)
  }
}

/** How many events the run in an address has. */
function eventsIn(url: string): number {
  const run = new URLSearchParams(new URL(url).hash.slice(1)).get('lab') ?? ''
  return run === '' ? 0 : (JSON.parse(Buffer.from(run, 'base64url').toString()) as { position: { events: number } }).position.events
}

const row = (page: Page, update: RegExp): Locator => page.getByRole('row', { name: update })

test('an update is written at one server, flies to the others, and figure 3 fills; going back empties it again', async ({ cluster }) => {
  const { page } = await cluster.open()
  const lab = await new Lab(page).enter()
  await expect(page.getByRole('columnheader', { name: /^(alpha|beta|gamma|delta)/ })).toHaveCount(4)
  const begin = await lab.told()
  await lab.button('Write at beta').click()
  await lab.stepUntil(async () => (await page.locator('.flight.update').count()) === 3)
  const held = row(page, /Lampson \/ Phone \/ 1/).locator('[data-held=has]')
  await expect(held).toHaveCount(1)
  await lab.stepUntil(async () => (await held.count()) === 4)
  for (let i = 0; i < 30 && !(await lab.where()).endsWith('step 0'); i++) await page.keyboard.press(',')
  await expect.poll(() => lab.where()).toBe('3.000 s · step 0')
  expect(await lab.told()).toBe(begin.replace('Lampson/Phone/1', 'Lampson/Phone/2'))
  await expect(row(page, /Lampson/)).toHaveCount(0)
  // Forward again the recorded deed is done.
  await page.getByRole('slider', { name: 'Step' }).fill('4')
  await expect(row(page, /Lampson \/ Phone \/ 1/)).toBeVisible()
})

test('space runs and pauses; links are cut and healed, servers crash and start; at last all copies are equal', async ({ cluster }) => {
  const { page } = await cluster.open()
  const lab = await new Lab(page).enter()
  await page.getByLabel('Speed').selectOption('10 times as fast')
  await page.locator('.lab-links > summary').click()
  await lab.button('Cut alpha – beta').click()
  await expect(page.locator('[data-link="alpha beta"]')).toHaveClass(/cut/)
  await lab.button('Write at alpha').click()
  await lab.button('Crash gamma').click()
  await expect(page.locator('.disc[data-server=gamma]').first()).toHaveAttribute('data-state', 'crashed')
  await expect(page.locator('.copy-head[data-server=gamma]')).toHaveAttribute('data-standing', 'silent')
  await lab.button('Write at beta').click()
  await page.keyboard.press(' ')
  await expect(lab.button('Pause')).toBeVisible()
  await expect.poll(async () => Number.parseFloat(await lab.where())).toBeGreaterThan(30)
  await page.keyboard.press(' ')
  await expect(lab.button('Run')).toBeVisible()
  // A press on the wire in the picture heals it.
  await page.locator('[data-link="alpha beta"] .reach').dispatchEvent('click')
  await expect(lab.button('Cut alpha – beta')).toBeVisible()
  await lab.button('Start gamma').click()
  await lab.button('Heal, sweep, compare').click()
  await expect(lab.mark('convergence')).toHaveAttribute('data-state', 'holds')
  await expect(page.locator('[data-state=broken]')).toHaveCount(0)
  await expect(page.getByText('none: every copy has every update known here')).toBeVisible()
})

test('a bug is put in: a world is found in which an invariant turns red, and one step back it is whole', async ({ cluster }) => {
  const { page } = await cluster.open()
  const lab = await new Lab(page).enter()
  await page.getByLabel('A bug put in').selectOption('the write pass loses an update')
  await lab.button('Find a world where it shows').click()
  await expect(page.locator('.lab-where b')).toBeVisible()
  await expect.poll(async () => Number(/\d+$/.exec(await lab.where())?.[0]), { timeout: 60_000 }).toBeGreaterThan(10)
  await expect(page.locator('[data-state=broken]')).toHaveCount(0)
  await lab.stepUntil(async () => (await page.locator('[data-state=broken]').count()) > 0)
  await expect(page.getByRole('status').filter({ hasText: /broken/ })).toBeVisible()
  await expect(page.locator('[data-state=broken]').first()).toContainText('broken')
  await page.keyboard.press(',')
  await expect(page.locator('[data-state=broken]')).toHaveCount(0)
  await page.locator('.lab').evaluate((main) => main.scrollTo(0, 0))
})

test('the address keeps the run: a reload, a link and a file show exactly the same again', async ({ cluster, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { page } = await cluster.open()
  const lab = await new Lab(page).enter()
  await page.getByLabel('Weather').selectOption({ label: 'lossy: one message in five is lost, some come twice' })
  await page.getByLabel('People').selectOption({ label: 'somebody, all the time' })
  await lab.button('Write at delta').click()
  await page.getByRole('slider', { name: 'Step' }).focus()
  for (let i = 0; i < 25; i++) await page.keyboard.press('.')
  await expect.poll(() => lab.where()).toMatch(/step 28$/)
  const [where, told] = [await lab.where(), await lab.told()]
  await expect.poll(() => eventsIn(page.url())).toBe(Number.parseInt((await page.locator('.lab-where').getAttribute('title')) ?? '', 10))

  await page.reload()
  await lab.ready()
  await expect.poll(() => lab.where()).toBe(where)
  expect(await lab.told()).toBe(told.replace('Lampson/Phone/2', 'Lampson/Phone/1'))

  await lab.button('Copy link').click()
  await expect(page.getByText(/The link is copied/)).toBeVisible()
  const link = await page.evaluate(() => navigator.clipboard.readText())
  expect(link).not.toContain('room=')
  const other = await context.newPage()
  await other.goto(link)
  const twin = await new Lab(other).ready()
  await expect.poll(() => twin.where()).toBe(where)
  expect(await twin.told()).toBe(await lab.told())

  const saved = page.waitForEvent('download')
  await lab.button('Save').click()
  const path = await (await saved).path()
  expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('recipe.seed', 'first')
  await twin.button('Begin').click()
  await expect.poll(() => twin.where()).toBe('3.000 s · step 0')
  await other.getByLabel('A run of the lab, or a tape').setInputFiles(path)
  await expect.poll(() => twin.where()).toBe(where)
  await other.getByLabel('A run of the lab, or a tape').setInputFiles({ name: 'wrong.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
  await expect(other.getByText(/^This is no run of the lab: something in it is not/)).toBeVisible()
})

test('the back button leaves the lab, the palette leads into it, and what was done there is kept', async ({ cluster }) => {
  const tab = await cluster.open()
  const lab = await new Lab(tab.page).enter()
  await lab.button('Crash beta').click()
  await tab.page.goBack()
  await expect(tab.treeitem('ANSI')).toBeVisible()
  await tab.page.keyboard.press('Control+k')
  await tab.page.keyboard.type('lab')
  await tab.page.keyboard.press('Enter')
  await expect(lab.button('Start beta')).toBeVisible()
  await lab.button('Leave the lab').click()
  await expect(tab.treeitem('ANSI')).toBeVisible()
})

test('the page loads nothing of the lab before it is opened', async ({ cluster, context }) => {
  const asked: string[] = []
  context.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const { page } = await cluster.open()
  expect(asked.filter((path) => /lab/i.test(path))).toEqual([])
  await new Lab(page).enter()
  expect(asked.filter((path) => /labWorker/.test(path))).toHaveLength(1)
})

test('it works from a folder of any static host', async ({ cluster }) => {
  const types: Record<string, string> = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', webmanifest: 'application/manifest+json' }
  const server = createServer((request, response) => {
    const path = request.url?.replace('/some/folder/', '').replace(/^$|\?.*$/, '') ?? ''
    const file = path === '' ? 'index.html' : path
    readFile(join(builtFolder, file)).then(
      (content) => response.setHeader('Content-Type', types[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream').end(content),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { page } = await cluster.open(`http://localhost:${port}/some/folder/`)
  const lab = await new Lab(page).enter()
  await lab.button('Step').click()
  await expect.poll(() => lab.where()).toMatch(/step 1$/)
  await page.close()
  server.close()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no accessibility fault in the lab: ${colorScheme}`, async ({ cluster }) => {
    const { page } = await cluster.open()
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const lab = await new Lab(page).enter()
    await lab.button('Write at beta').click()
    await page.locator('[data-link="alpha delta"] .reach').dispatchEvent('click')
    await lab.button('Crash gamma').click()
    await page.locator('.lab-links > summary').click()
    await page.getByLabel('A bug put in').selectOption("forgetting goes by the sweep's own time-stamp")
    await lab.button('Find a world where it shows').click()
    await expect.poll(async () => Number(/\d+$/.exec(await lab.where())?.[0]), { timeout: 60_000 }).toBeGreaterThan(10)
    await lab.stepUntil(async () => (await page.locator('[data-state=broken]').count()) > 0)
    for (const width of [1280, 800, 400]) {
      await page.setViewportSize({ width, height: 900 })
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
      expect(violations.map(({ id, nodes }) => `${id} at ${width}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0)
    }
  })
}

test('the last minutes of a real server run again in the lab, to exactly where it was', async ({ cluster }) => {
  const [alpha, beta] = await cluster.three()
  await alpha.page.evaluate(() => window.namering.doUpdates('/', { Lampson: { Phone: { 3: true } } }))
  await beta.expectValue('/:Lampson/Phone', '3')
  await beta.page.evaluate(() => window.namering.sweep('/'))
  await beta.page.getByRole('button', { name: /^Look back/ }).click()
  const lab = await new Lab(beta.page).ready()
  await expect(beta.page.getByRole('heading', { name: 'A tape of beta' })).toBeVisible()
  await expect(lab.button('Write at beta')).toHaveCount(0)
  await beta.page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '100 times as fast' })
  await lab.button('Run').click()
  await expect(lab.mark('replay')).toHaveAttribute('data-state', 'holds', { timeout: 30_000 })
  await expect(beta.page.locator('.lab-lines').getByText('Lampson/Phone/3').first()).toBeVisible()
  const where = await lab.where()
  await beta.page.keyboard.press(',')
  await expect.poll(() => lab.where()).not.toBe(where)

  const saved = beta.page.waitForEvent('download')
  await lab.button('Save').click()
  const lines = (await readFile(await (await saved).path(), 'utf8')).split('\n')
  expect(lines[0]).toBe('{"tape":1}')
  await lab.button('Begin').click()
  await expect(lab.button('Write at beta')).toBeVisible()
  const without = lines.filter((line) => !line.includes('"type":"updates"'))
  expect(without.length).toBeLessThan(lines.length)
  await beta.page.getByLabel('A run of the lab, or a tape').setInputFiles({ name: 'tape.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(without.join('\n')) })
  await lab.button('Run').click()
  await expect(lab.mark('replay')).toHaveAttribute('data-state', 'broken', { timeout: 30_000 })
})
