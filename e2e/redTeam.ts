/** What tests of hostile members, people and stores have in common. */
import type { DirectoryId, ServerId } from '../src/core/names'
import { expect, type Cluster, type Tab } from './cluster'
import { Mallory } from './mallory'

export const SRC = '/DEC/SRC'
export const noRight = 'updates: the author had no right'

export const idOf = (tab: Tab): Promise<ServerId> => tab.page.evaluate(() => window.namering.view().server.id)
export const directoryOf = (tab: Tab, fn: string): Promise<DirectoryId> => tab.page.evaluate((name) => window.namering.lookup(name).then(({ di }) => di), fn)
export const refused = (tab: Tab, reason: string): Promise<number> => tab.page.evaluate((why) => window.namering.view().refusals.find(([each]) => each === why)?.[1] ?? 0, reason)
export const personOf = (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().person)
export const reasons = (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().refusals.map(([reason]) => reason).join('\n'))
export const setAccess = (tab: Tab, triples: [principal: string, path: string, ...rights: ('read' | 'write' | 'copy')[]][]): Promise<unknown> =>
  tab.page.evaluate(([at, all]) => window.namering.setAccess(at, all.map(([principal, path, ...rights]) => ({ principal, path, rights }))), [SRC, triples] as const)

/** Its value is what it was, and once sweeps have gone round its log is empty: nothing of what was tried is kept. */
export async function unchanged(tab: Tab, before: { tree: string } | null): Promise<void> {
  const swept = async (): Promise<object | null> => {
    await tab.page.evaluate((at) => window.namering.sweep(at).catch(() => null), SRC)
    const copy = await tab.copy(SRC)
    return copy && { tree: copy.tree, logLength: copy.logLength }
  }
  await expect.poll(swept, { timeout: 30_000 }).toEqual({ tree: before?.tree, logLength: 0 })
}

/** alpha, with the paper's sample, in which Mallory may read /DEC/SRC and store a copy of it, and whatever else is said. */
export async function withMallory(cluster: Cluster, ...rights: [path: string, right: 'write'][]): Promise<{ alpha: Tab; mallory: Mallory; src: DirectoryId; to: ServerId }> {
  const alpha = await cluster.open()
  return { alpha, ...(await letIn(cluster, alpha, rights)) }
}

/** The same, with beta, which was there before her. */
export async function withMalloryAndBeta(cluster: Cluster, ...rights: [path: string, right: 'write'][]): Promise<{ alpha: Tab; beta: Tab; mallory: Mallory; src: DirectoryId; to: ServerId }> {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  return { alpha, beta, ...(await letIn(cluster, alpha, rights)) }
}

async function letIn(cluster: Cluster, alpha: Tab, rights: [path: string, right: 'write'][]): Promise<{ mallory: Mallory; src: DirectoryId; to: ServerId }> {
  await cluster.sample(alpha)
  const mallory = await Mallory.enter(alpha)
  const owner = await personOf(alpha)
  await setAccess(alpha, [[owner, './*', 'read', 'write'], ['*', '*', 'read'], [mallory.key, '*', 'copy'], ...rights.map(([path, right]): [string, string, 'write'] => [mallory.key, path, right])])
  await alpha.page.evaluate(([server, at]) => window.namering.newDC(server, at), [mallory.id, SRC] as const)
  return { mallory, src: await directoryOf(alpha, SRC), to: await idOf(alpha) }
}
