/** A stranger in the room, with a key of its own, over a real link: whatever it says to a tab is refused, counted and shown, and changes nothing. */
import { expect, test, type Tab } from './cluster'

const letters = (letter: string, length: number): string => letter.repeat(length)

/** What it says, by the reason for which it is refused. */
function lies(directory: string, copy: string, epoch: string): [said: string, reason: RegExp][] {
  const intent = { directory, author: `ed25519:${letters('A', 43)}`, nonce: letters('a', 26), from: Date.now() - 1000, until: Date.now() + 1000, procedure: 'doUpdates', branches: [['Mallory', null, true]] }
  const ts = `${String(Date.now() * 1000).padStart(16, '0')}.${copy}`
  const between = { directory, epoch, from: copy }
  return [
    ['{', /malformed message: not JSON/],
    ['{"type":"__proto__"}', /malformed message: not a known type/],
    ['{"type":"hello","root":null,"name":null,"rank":0,"__proto__":{"x":1}}', /malformed message/],
    [`{"type":"answer","id":"${letters('x', 40)}","failure":null,"outcome":""}`, /malformed message/],
    ['['.repeat(50_000), /malformed message/],
    [JSON.stringify({ type: 'updates', ...between, sets: [{ intent, signature: letters('A', 86), ts }] }), /updates: a signature is false/],
    [JSON.stringify({ type: 'spliceNews', ...between, members: [{ copy: letters('b', 13), server: letters('c', 20), name: 'mallory' }], lastSweep: ts }), /sender is not a known member of the ring/],
    [JSON.stringify({ type: 'epochNews', directory, to: copy, epoch: '9999.maaaaaaa', from: letters('b', 13), ring: [], excluded: [], lineage: [], digest: '' }), /not from a server that this copy knows/],
    [JSON.stringify({ type: 'seal', directory, to: copy, epoch: '9999.maaaaaaa', committer: letters('b', 13), ring: [] }), /not from a server that this copy knows/],
  ]
}

const said = (tab: Tab): Promise<string> => tab.page.evaluate(() => window.namering.view().refusals.map(([reason]) => reason).join('\n'))

test('[isolation] a stranger in the room is refused, counted and shown, and changes nothing', async ({ cluster, browser }, info) => {
  const alpha = await cluster.open()
  await alpha.page.evaluate(() => window.namering.setValue('/:Lampson/Phone', '853'))
  const { room, directory, copy, epoch, relay, server } = await alpha.page.evaluate(() => {
    const { copies, roomUrl, server: self } = window.namering.view()
    const [di, one] = Object.entries(copies)[0]!
    return { room: new URL(roomUrl).hash.slice('#room='.length), directory: di, copy: one.id, epoch: one.epoch, relay: `${location.origin.replace(/^http/, 'ws')}/relay`, server: self.id }
  })
  const before = await alpha.copy('/')
  const elsewhere = await browser.newContext()
  const stranger = await elsewhere.newPage()
  await stranger.goto(String(info.config.metadata['harness']))
  await stranger.waitForFunction(() => 'openSubject' in window)
  await stranger.evaluate(([where, by]) => window.openSubject(where, 'mallory', [by]), [room, relay] as const)
  const isLinked = (): Promise<boolean> => stranger.evaluate(async (to) => (await window.subject.links()).some((link) => link.server === to && link.state === 'connected'), server)
  for (const [text, reason] of lies(directory, copy, epoch)) {
    await expect.poll(isLinked, { timeout: 60_000 }).toBe(true)
    await stranger.evaluate(([to, words]) => window.subject.send(to as never, words), [server, text] as const)
    await expect.poll(() => said(alpha)).toMatch(reason)
  }
  await expect(alpha.page.getByText(/refused from mallory/).first()).toBeVisible()
  expect(await alpha.value('/:Lampson/Phone')).toBe('853')
  expect(await alpha.value('/:Mallory')).toBe('NotFound')
  expect((await alpha.copy('/'))?.tree).toBe(before?.tree)
  await elsewhere.close()
})
