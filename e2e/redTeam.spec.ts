/** Members that lie, and stores that were changed: whatever they try is refused, counted and shown, and changes nothing. */
import { emptyContents } from '../src/core/copies/directoryCopy'
import { cutPages, loadOf } from '../src/core/copies/pages'
import type { Page } from '../src/core/messages'
import { timeOf, timestamp } from '../src/core/timestamp'
import type { Intent } from '../src/core/values/intent'
import type { Certificate } from '../src/core/values/certificate'
import { expect, Tab, test } from './cluster'
import { entry, Mallory } from './mallory'
import { directoryOf, idOf, noRight, personOf, reasons, refused, SRC, unchanged, withMalloryAndBeta } from './redTeam'

test('[isolation] [A2] a member of the ring without the right to write changes nothing by a call, a message, a sweep, a copy that joins behind it, or an import', async ({ cluster }) => {
  const { alpha, beta, mallory, src, to } = await withMalloryAndBeta(cluster)
  await unchanged(alpha, await alpha.copy(SRC))
  const before = await alpha.copy(SRC)
  const hers = (label: string, more: Partial<Intent> = {}): Intent => mallory.intent(src, entry(label, 'Phone', '666'), more)

  expect(await mallory.ask(to, { type: 'submit', directory: src, signed: await mallory.sign(hers('ByCall')) })).toBe('NoRight')
  await expect(mallory.service.importDirectory(SRC, ['{"type":"namering","version":1}', '{"type":"entry","path":[],"label":"ByImport","tree":{"Phone":{"666":true}}}'])).rejects.toMatchObject({ code: 'NoRight' })

  mallory.spread(to, src, await mallory.stamped(hers('ByMessage')))
  await expect(alpha.page.getByText('ByMessage/Phone/666 does not count: its author had no right to it')).toBeVisible()
  mallory.plant(src, await mallory.stamped(hers('BySweep')))
  await mallory.service.sweep(SRC, mallory.id)
  await expect(alpha.page.getByText('BySweep/Phone/666 does not count: its author had no right to it')).toBeVisible()
  expect(await refused(alpha, noRight)).toBe(2)

  // The owner's word, that the server alpha speaks for it, shown on her own link.
  mallory.say(to, { type: 'credentials', chains: mallory.host.server.peers.get(to)!.credentials as Certificate[][] })
  await expect(alpha.page.getByText('refused from mallory: credentials: they speak of another server')).toBeVisible()
  expect(await mallory.ask(to, { type: 'draft', directory: src, change: { procedure: 'doUpdates', under: { labels: ['Birrell'], incarnations: null }, tree: false, replace: true } })).toBe('NoRight')

  // In the name of the owner, with her own signature under it.
  const forged = hers('Forged', { author: await personOf(alpha) })
  mallory.spread(to, src, await mallory.stamped(forged))
  await expect(alpha.page.getByText('refused: updates: a signature is false')).toBeVisible()
  await unchanged(alpha, before)
  mallory.plant(src, await mallory.stamped(forged))
  void mallory.service.sweep(SRC, mallory.id).catch(() => undefined)
  await expect.poll(() => reasons(alpha)).toContain('writeSweep: a signature is false')

  // beta hears of /DEC/SRC from her alone.
  await beta.page.evaluate(() => window.namering.network.cut('alpha'))
  await beta.page.evaluate((at) => void window.namering.newDC('beta', `#${at}`).catch(() => undefined), src)
  await expect.poll(() => reasons(beta)).toContain('snapshotPage: a signature is false')
  expect(await beta.page.evaluate((at) => at in window.namering.view().copies, src)).toBe(false)
  expect((await alpha.copy(SRC))?.tree).toBe(before?.tree)
  mallory.leave()
})

test('[F1] [G1] [G3] what is older than F, which nobody can judge again: a member neither has another forget it in a sweep, nor hands it to a copy that joins', async ({ cluster }) => {
  const { alpha, beta, mallory, src } = await withMalloryAndBeta(cluster)
  const gamma = await cluster.another(alpha)
  await alpha.page.evaluate((at) => window.namering.newDC('beta', at), SRC)
  await unchanged(alpha, await alpha.copy(SRC))
  const before = await alpha.copy(SRC)

  const { lastSweep } = mallory.copy(src)
  const ahead = timestamp(timeOf(lastSweep) + 3_600_000_000, '0')
  const [empty] = cutPages(loadOf(emptyContents(), null)) as [Page]
  const members = mallory.copy(src).ring.filter(({ server }) => server !== mallory.id)
  expect(members).toHaveLength(2)
  for (const { copy, server } of members) mallory.say(server, { type: 'writeSweep', ...mallory.between(src), to: copy, attempt: 'a'.repeat(16), sweepTS: lastSweep, stableMark: ahead, baseMark: ahead, ring: [], removed: [], excluded: [], page: empty })
  for (const tab of [alpha, beta]) await expect.poll(() => reasons(tab)).toContain('writeSweep: F past what this copy has')
  await expect(alpha.page.getByText('refused from mallory: writeSweep: F past what this copy has')).toBeVisible()
  for (const tab of [alpha, beta]) await unchanged(tab, before)

  // By her base everybody administers the directory: so at her word gamma is to join behind her.
  mallory.copy(src).base.root.children!.get('.')!.children!.delete('Access')
  const joined = await mallory.ask(await idOf(gamma), { type: 'join', directory: src, from: [mallory.id] })
  expect(joined).toBe('JoinFailed')
  await expect.poll(() => refused(gamma, 'snapshotPage: most copies have another base')).toBeGreaterThan(0)
  expect(await gamma.page.evaluate((at) => at in window.namering.view().copies, src)).toBe(false)
  await gamma.page.evaluate(([server, at]) => window.namering.newDC(server, at), [await gamma.name(), SRC] as const)
  await expect.poll(async () => (await gamma.copy(SRC))?.tree).toBe(before?.tree)
  mallory.leave()
})

test('[A1] [A4] [T2] updates that are stamped back past a sweep, outside their validity or for no clock are refused, those of the future wait, and of two stamps the earlier counts', async ({ cluster }) => {
  const { alpha, beta, mallory, src, to } = await withMalloryAndBeta(cluster, ['Mallory/*', 'write'])
  await alpha.page.evaluate((at) => window.namering.newDC('beta', at), SRC)
  await unchanged(alpha, await alpha.copy(SRC))
  const before = await alpha.copy(SRC)
  const hers = (text: string, more: Partial<Intent> = {}): Intent => mallory.intent(src, entry('Mallory', 'Phone', text), more)
  const now = Date.now()
  const far = 7_999_999_999_000

  const stampedBack = async (): Promise<string> => {
    const { lastSweep } = (await alpha.copy(SRC))!
    mallory.spread(to, src, await mallory.stamped(hers('late'), Number(lastSweep.slice(0, 16)) - 1))
    return reasons(alpha)
  }
  await expect.poll(stampedBack).toContain('updates: stamped before a sweep that did not meet them')
  for (const [set, fault] of [
    [await mallory.stamped(hers('early'), (now - 120_000) * 1000), 'a stamp outside the validity of its intent'],
    [await mallory.stamped(hers('for long', { until: now + 3_600_000 })), 'an intent valid for more than 10 minutes'],
    [await mallory.stamped(mallory.intent(src, [['Mallory', `${now + 60_000}000.${mallory.copy(src).id}` as never, [['Phone', null, true]]]])), 'time-stamps that decrease along a path'],
    [await mallory.stamped(hers('never', { from: far, until: far + 2000 }), (far + 1500) * 1000), 'malformed message'],
  ] as const) {
    mallory.spread(to, src, set)
    await expect.poll(() => reasons(alpha), { message: fault }).toContain(fault)
  }
  mallory.spread(to, src, await mallory.stamped(hers('ahead', { until: now + 500_000 }), (now + 400_000) * 1000))
  await expect(alpha.page.getByText(/an update from mallory is \d+ s ahead of this clock; kept until its time comes/)).toBeVisible()
  await unchanged(alpha, before)

  const twice = hers('853')
  const [first, second] = [await mallory.stamped(twice, Date.now() * 1000), await mallory.stamped(twice, Date.now() * 1000 + 500_000)]
  mallory.spread(to, src, second)
  await alpha.expectValue(`${SRC}:Mallory/Phone`, '853')
  mallory.spread(await idOf(beta), src, first)
  const stamps = async (tab: Tab): Promise<string[]> => {
    await tab.page.evaluate((at) => window.namering.sweep(at).catch(() => null), SRC)
    return tab.page.evaluate((vd) => window.namering.snapshot(vd).then(({ path }) => path.map(([, ts]) => ts)), `${SRC}:Mallory/Phone`)
  }
  for (const tab of [alpha, beta]) await expect.poll(() => stamps(tab), { timeout: 30_000 }).toEqual([first.ts, first.ts])
  expect(await mallory.ask(to, { type: 'submit', directory: src, signed: { intent: twice, signature: second.signature } })).toMatchObject({ ts: first.ts })
  await cluster.converged(SRC, alpha, beta)
  mallory.leave()
})

test('[DC1] a member that withholds everything holds sweeps back and is named; nothing is lost, and what it says again is as good as ever', async ({ cluster }) => {
  const { alpha, beta, mallory, src } = await withMalloryAndBeta(cluster)
  await alpha.page.evaluate((at) => window.namering.newDC('beta', at), SRC)
  await unchanged(alpha, await alpha.copy(SRC))
  mallory.passes = () => false
  await alpha.page.evaluate((vd) => window.namering.setValue(vd, '666'), `${SRC}:Birrell/Phone`)
  await beta.expectValue(`${SRC}:Birrell/Phone`, '666')
  expect(await alpha.page.evaluate((at) => window.namering.sweep(at).then(() => 'swept', (error: { code: string }) => error.code), SRC)).toBe('SweepFailed')
  const before = await alpha.copy(SRC)
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  await expect(alpha.page.getByRole('status', { name: 'Sweep' })).toContainText('mallory')
  expect((await alpha.copy(SRC))?.lastSweep).toBe(before?.lastSweep)
  mallory.passes = () => true
  for (const tab of [alpha, beta]) await unchanged(tab, before)
  expect(mallory.copy(src).log).toEqual([])
  mallory.leave()
})

test('[A1] a store that was changed between two starts is found out and serves nothing further; no other copy has any of it', async ({ cluster }) => {
  const alpha = await cluster.open()
  const beta = await cluster.another(alpha)
  await cluster.sample(alpha, beta)
  await cluster.converged(SRC, alpha, beta)
  const [id, owner] = [await idOf(alpha), await personOf(alpha)]
  const before = await beta.copy(SRC)
  await alpha.page.close()
  const change = (from: string, to: string): Promise<number> =>
    beta.page.evaluate(
      async ([name, was, is]) => {
        const done = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(new Error('the database cannot be used')) }))
        const db = await done(indexedDB.open(name))
        let changed = 0
        for (const where of ['changes', 'snapshots']) {
          const store = db.transaction(where, 'readwrite').objectStore(where)
          const [keys, values] = [await done(store.getAllKeys()), await done(store.getAll())]
          for (const [i, value] of values.entries()) {
            const text = JSON.stringify(value).replaceAll(was, is)
            if (text === JSON.stringify(value)) continue
            changed += 1
            await done(store.put(JSON.parse(text), keys[i]))
          }
        }
        db.close()
        return changed
      },
      [`namering server ${id}`, from, to] as const,
    )
  const page = await cluster.context.newPage()
  const again = new Tab(page)
  for (const [was, is] of [['853 2219', '666 6666'], [owner, `${owner.slice(0, -4)}AAAA`]] as const) {
    expect(await change(was, is)).toBeGreaterThan(0)
    await page.goto(beta.page.url().replace('#', '?server=alpha#'))
    await expect(page.getByText(/^This server cannot save: what was stored of #\w+ was changed from outside/)).toBeVisible()
    expect(await page.evaluate((vd) => window.namering.setValue(vd, '1').catch((error: { code: string }) => error.code), `${SRC}:Birrell/Phone`)).toBe('StorageFailed')
    await expect.poll(() => beta.page.evaluate(() => window.namering.view().links.map(({ state }) => state))).toEqual(['absent'])
    expect(await beta.copy(SRC)).toEqual(before)
    await page.goto('about:blank')
    await change(is, was)
  }
  await page.goto(beta.page.url().replace('#', '?server=alpha#'))
  await again.ready()
  await again.expectValue(`${SRC}:Birrell/Phone`, '853 2219')
  await cluster.converged(SRC, again, beta)
})

test('[isolation] [X5] intents that are nested too deeply, of ever so many labels, or with names that no name has are refused and counted; names like those of prototypes are names', async ({ cluster }) => {
  const alpha = await cluster.open()
  const mallory = await Mallory.enter(alpha)
  const [to, root] = [await idOf(alpha), await directoryOf(alpha, '/')]
  const before = await alpha.copy('/')
  const below = (depth: number): Intent['branches'] => [['deep', null, depth === 1 || below(depth - 1)]]
  const many = (count: number): Intent['branches'] => Array.from({ length: count }, (_, i) => [i.toString(36).padStart(4, '0'), null, true])
  const named = (label: string): Intent['branches'] => [[label, null, true]]
  for (const [reason, ...all] of [
    ['too deep', below(17), below(1000)],
    ['not a list of at most 10000', many(50_000)],
    ['not a label', named('\u202Egpj.exe'), named('a\u0007'), named('x'.repeat(256)), named('')],
  ] as const) {
    for (const branches of all) mallory.say(to, { type: 'request', id: 'too much', request: { type: 'submit', directory: root, signed: await mallory.sign(mallory.intent(root, branches)) } })
    await expect.poll(() => refused(alpha, `malformed message: ${reason}`)).toBe(all.length)
    await expect(alpha.page.getByText(`refused: malformed message: ${reason}`).first()).toBeVisible()
  }
  expect(await mallory.ask(to, { type: 'submit', directory: root, signed: await mallory.sign(mallory.intent(root, many(9000))) })).toBe('TooLarge')
  expect((await alpha.copy('/'))?.tree).toBe(before?.tree)
  expect(await mallory.ask(to, { type: 'submit', directory: root, signed: await mallory.sign(mallory.intent(root, entry('__proto__', 'constructor', 'toString'))) })).toMatchObject({ ts: expect.any(String) })
  await alpha.expectValue('/:__proto__/constructor', 'toString')
  expect(await alpha.page.evaluate(() => [({}).constructor === Object, 'toString' in Object.prototype.constructor, Object.keys(Object.prototype)])).toEqual([true, true, []])
  mallory.leave()
})
