/** What befalls real tabs: splits, silence, freezing, a sweep caught in one of its passes. */
import type { BrowserContext, Page } from '@playwright/test'
import type { Phase } from '../src/core/copies/sweep'
import { expect, type Tab } from './cluster'

declare global {
  interface Window {
    /** In which direction nothing passes at this tab, by any road. */
    oneWay: 'mute' | 'deaf' | null
  }
}

/** Cuts every link between these groups of tabs, both ways, and waits until both ends have noticed. */
export async function split(...sides: Tab[][]): Promise<void> {
  const crossing = sides.flatMap((side, i) => side.flatMap((one) => sides.slice(i + 1).flat().map((other) => [one, other] as const)))
  for (const [one, other] of crossing) await one.page.evaluate((name) => window.namering.network.cut(name), await other.name())
  for (const [one, other] of crossing) {
    await expectLinked(one, await other.name(), false)
    await expectLinked(other, await one.name(), false)
  }
}

export async function heal(...tabs: Tab[]): Promise<void> {
  for (const tab of tabs) await tab.page.evaluate(() => window.namering.network.healAll())
  for (const one of tabs) for (const other of tabs) if (one !== other) await expectLinked(one, await other.name(), true)
}

/** Waits until a tab says that it is linked to another, or that it is not. */
export async function expectLinked(tab: Tab, other: string, linked: boolean): Promise<void> {
  await expect.poll(() => tab.page.evaluate((server) => window.namering.view().links.some((link) => link.name === server && link.state === 'connected'), other)).toBe(linked)
}

/** Deletes a server's database from another page, as a person does who clears the data of one site in part. */
export async function deleteDatabase(from: Page, server: string): Promise<void> {
  await from.evaluate(
    (name) =>
      new Promise((resolve, reject) => {
        const asked = indexedDB.deleteDatabase(name)
        asked.addEventListener('success', resolve)
        asked.addEventListener('error', reject)
      }).then(() => undefined),
    `namering server ${server}`,
  )
}

/** Stops all JavaScript of a tab, in the middle of whatever it does, as a browser does that freezes it; the links stay as they are. */
export async function freeze(tab: Tab): Promise<{ thaw(): Promise<void> }> {
  const session = await tab.page.context().newCDPSession(tab.page)
  await session.send('Debugger.enable')
  const paused = new Promise((resolve) => session.once('Debugger.paused', resolve))
  await session.send('Debugger.pause')
  await paused
  return {
    async thaw() {
      await session.send('Debugger.resume')
      await session.detach()
    },
  }
}

/**
 * Leads a sweep of a directory from a tab until it stands in this pass; what the tab says takes so long that it stays there
 * for more than a second. There is something to read: an edit that nobody else has heard of.
 */
export async function catchSweep(tab: Tab, directory: string, phase: Phase): Promise<void> {
  await tab.page.evaluate(catchSweepHere, [directory, phase] as const)
}

async function catchSweepHere([directory, phase]: readonly [string, Phase]): Promise<void> {
  const { namering } = window
  const own = namering.view().server
  const phaseNow = (): string | null | undefined => {
    const sweep = Object.values(namering.view().copies).find(({ name }) => name === directory)?.sweep
    return sweep?.coordinator === own.id ? sweep.phase : null
  }
  for (let attempt = 0; phaseNow() !== phase; attempt++) {
    namering.network.disturb({ loss: 1 })
    await namering.doUpdates(directory, { Caught: { [`attempt ${attempt}`]: true } })
    namering.network.disturb({ delay: 1200 })
    const under = new Set(['way'])
    const over = (): void => under.clear()
    namering.sweep(directory, own.name).then(over, over)
    while (under.size > 0 && phaseNow() !== phase) await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Sweeps a directory from a tab until a sweep fails; resolves with who held it back, and why. */
export async function heldBack(tab: Tab, directory: string): Promise<string> {
  let said: string | null = null
  await expect.poll(async () => (said = await tab.page.evaluate(sweepHere, directory)), { timeout: 40_000 }).not.toBeNull()
  return said!
}

function sweepHere(directory: string): Promise<string | null> {
  const { namering } = window
  return namering.sweep(directory, namering.view().server.name).then(
    () => null,
    ({ about }: Error & { about: Record<string, string> }) => `${about['member']} ${about['reason']}`,
  )
}

/** Has the tabs of a context obey `window.oneWay`: a mute tab hears and is not heard, with a deaf one it is the other way round. */
export async function allowOneWay(context: BrowserContext): Promise<void> {
  await context.addInitScript(obeyOneWay)
}

function obeyOneWay(): void {
  window.oneWay = null
  const unlessDeaf = (listener: (event: Event) => void) =>
    function (this: EventTarget, event: Event): void {
      if (window.oneWay !== 'deaf') listener.call(this, event)
    }
  for (const [road, say] of [[RTCDataChannel, 'send'], [BroadcastChannel, 'postMessage'], [WebSocket, 'send']] as const) {
    const prototype = road.prototype as unknown as Record<string, (data: unknown) => void>
    const really = prototype[say]!
    prototype[say] = function (data) {
      if (window.oneWay !== 'mute') really.call(this, data)
    }
    const handler = Object.getOwnPropertyDescriptor(road.prototype, 'onmessage')!
    Object.defineProperty(road.prototype, 'onmessage', {
      ...handler,
      set(this: EventTarget, listener: (event: Event) => void) {
        handler.set!.call(this, unlessDeaf(listener))
      },
    })
    const listen = Reflect.get(EventTarget.prototype, 'addEventListener')
    Object.assign(prototype, {
      addEventListener(this: EventTarget, type: string, listener: (event: Event) => void) {
        listen.call(this, type, type === 'message' ? unlessDeaf(listener) : listener)
      },
    })
  }
}
