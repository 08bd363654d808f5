/** What clients were told is done, to be held against what the copies say after a misfortune. */
import { expect, type Tab } from './cluster'

/** Of each value that was set: the one with the latest time-stamp, which is the one that stands. */
export class Acknowledged {
  readonly #latest = new Map<string, { ts: string; value: string }>()

  /** Sets a value by a client of this tab, and remembers that it was acknowledged. */
  async set(tab: Tab, vd: string, value: string): Promise<void> {
    const { ts } = await tab.page.evaluate(([at, text]) => window.namering.setValue(at, text), [vd, value] as const)
    const before = this.#latest.get(vd)
    if (before === undefined || before.ts < ts) this.#latest.set(vd, { ts, value })
  }

  /** Waits until each of these tabs has all of it. */
  async expectAt(...tabs: Tab[]): Promise<void> {
    const wanted = Object.fromEntries([...this.#latest].map(([vd, { value }]) => [vd, value]))
    for (const tab of tabs) await expect.poll(() => valuesAt(tab, Object.keys(wanted)), { timeout: 40_000 }).toEqual(wanted)
  }
}

async function valuesAt(tab: Tab, vds: readonly string[]): Promise<Record<string, unknown>> {
  return Object.fromEntries(await Promise.all(vds.map(async (vd) => [vd, await tab.value(vd)] as const)))
}
