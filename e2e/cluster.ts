/**
 * A cluster of tabs in real browsers. Each test has a room of its own; what any tab complains of fails it.
 * Tests drive the page by role and name, and ask `window.namering` where a person would use the console.
 */
import { test as base, expect, type BrowserContext, type Locator, type Page } from '@playwright/test'
import type { Console } from '../src/tab/console'
import { collectComplaints } from './complaints'

declare global {
  interface Window {
    namering: Console
  }
}

export class Tab {
  readonly page: Page
  constructor(page: Page) {
    this.page = page
  }

  /** The server runs and has its copy of the root. */
  async ready(): Promise<this> {
    await expect(this.page.getByRole('treeitem', { name: 'ANSI' })).toBeVisible()
    await expect.poll(() => this.page.evaluate(() => 'namering' in window && window.namering.view().state === 'running' && !window.namering.view().joining)).toBe(true)
    return this
  }

  name(): Promise<string> {
    return this.page.evaluate(() => window.namering.view().server.name)
  }

  treeitem(label: string): Locator {
    return this.page.getByRole('treeitem', { name: label, exact: true })
  }

  /** Opens the directories on the way and selects the last label, by the tree of names. */
  async select(...labels: string[]): Promise<void> {
    for (const [i, label] of labels.entries()) {
      const item = this.treeitem(label)
      await item.click()
      if (i < labels.length - 1 && (await item.getAttribute('aria-expanded')) !== 'true') await item.dblclick()
    }
  }

  async show(tab: 'Value' | 'Copies' | 'Access' | 'Way'): Promise<void> {
    await this.page.getByRole('tab', { name: tab }).click()
  }

  /** Waits until a path has this value at this server. */
  async expectValue(vd: string, value: unknown): Promise<void> {
    await expect.poll(() => this.value(vd)).toEqual(value)
  }

  value(vd: string): Promise<unknown> {
    return this.page.evaluate((at) => window.namering.getValue(at).then(({ value }) => value, (error: Error & { code?: string }) => error.code ?? error.message), vd)
  }

  /** Adds a property to the selected entry, as a person does. */
  async addProperty(property: string, value: string): Promise<void> {
    await this.page.getByRole('textbox', { name: 'New property' }).fill(property)
    await this.page.getByRole('textbox', { name: 'Its value' }).fill(value)
    await this.page.getByRole('button', { name: 'Add property' }).click()
  }

  /** NewDC by the Copies tab: a copy of the selected directory on a server. */
  async addCopy(server: string): Promise<void> {
    await this.show('Copies')
    await this.page.getByRole('button', { name: 'Add copy…' }).first().click()
    await this.page.getByRole('radio', { name: server }).check()
    await this.page.getByRole('dialog').getByRole('button', { name: 'Add copy' }).click()
    await expect(this.page.getByRole('columnheader', { name: server })).toBeVisible()
  }

  cutButton(other: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^Cut .* – ${other}$`) })
  }

  healButton(other: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^Heal .* – ${other}$`) })
  }

  /** The canonical content of a directory here, and how far its copy is complete. */
  copy(directory: string): Promise<{ tree: string; lastSweep: string; stableMark: string; logLength: number } | null> {
    return this.page.evaluate(async (name) => {
      const copy = Object.values(window.namering.view().copies).find((each) => each.name === name)
      if (copy === undefined) return null
      const { tree } = await window.namering.getValue(name)
      return { tree: JSON.stringify(tree), lastSweep: copy.lastSweep, stableMark: copy.stableMark, logLength: copy.logLength }
    }, directory)
  }
}

export class Cluster {
  readonly context: BrowserContext
  readonly troubles: string[] = []

  constructor(context: BrowserContext) {
    this.context = context
  }

  /** Collects what any page of a context complains of. */
  listen(context: BrowserContext): Promise<void> {
    return collectComplaints(context, this.troubles)
  }

  /** Opens the page alone: a name service with one server. */
  async open(url = '/', context = this.context): Promise<Tab> {
    const page = await context.newPage()
    await page.goto(url)
    return new Tab(page).ready()
  }

  /** Presses *Open another server* and follows the tab that opens. */
  async another(from: Tab): Promise<Tab> {
    const opened = this.context.waitForEvent('page')
    await from.page.getByRole('button', { name: 'Open another server' }).click()
    return new Tab(await opened).ready()
  }

  /** Three servers, each with a copy of the root, in the order alpha, beta, gamma. */
  async three(): Promise<[Tab, Tab, Tab]> {
    const alpha = await this.open()
    const beta = await this.another(alpha)
    const gamma = await this.another(alpha)
    for (const tab of [alpha, beta, gamma]) await expect(tab.treeitem('ANSI')).toContainText('3 copies')
    return [alpha, beta, gamma]
  }

  /** The same with delta and epsilon. */
  async five(): Promise<[Tab, Tab, Tab, Tab, Tab]> {
    const three = await this.three()
    const delta = await this.another(three[0])
    const epsilon = await this.another(three[0])
    for (const tab of [...three, delta, epsilon]) await expect(tab.treeitem('ANSI')).toContainText('5 copies')
    return [...three, delta, epsilon]
  }

  /** The paper's sample, with a copy of /DEC/SRC on each of these servers. */
  async sample(alpha: Tab, ...others: Tab[]): Promise<void> {
    await alpha.page.getByRole('button', { name: 'Load the paper’s sample' }).click()
    await alpha.treeitem('SRC').dblclick()
    await expect(alpha.treeitem('Lampson')).toBeVisible()
    for (const other of others) await alpha.page.evaluate((server) => window.namering.newDC(server, '/DEC/SRC'), await other.name())
    for (const other of others) await other.expectValue('/DEC/SRC:Lampson/Password', 'XGZQ#$')
  }

  /** All tabs show the same of a directory, are complete up to the same sweep, and have forgotten what they may. */
  async converged(directory: string, ...tabs: Tab[]): Promise<void> {
    await expect
      .poll(async () => {
        const copies = await Promise.all(tabs.map((tab) => tab.copy(directory)))
        return new Set(copies.map((copy) => JSON.stringify(copy && { ...copy, logLength: 0 }))).size
      }, { timeout: 30_000 })
      .toBe(1)
  }
}

export const test = base.extend<{ cluster: Cluster }>({
  cluster: async ({ context }, use) => {
    const cluster = new Cluster(context)
    await cluster.listen(context)
    await use(cluster)
    expect(cluster.troubles).toEqual([])
  },
})

export { expect }
