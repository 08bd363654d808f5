/** Certificates, administrators and epochs by which somebody would have a right that nobody gave: none of it counts, and nothing is changed by it. */
import type { DirectoryId } from '../src/core/names'
import type { Certificate } from '../src/core/values/certificate'
import type { Intent } from '../src/core/values/intent'
import { expect, test, type Tab } from './cluster'
import { entry } from './mallory'
import { directoryOf, noRight, personOf, refused, setAccess, SRC, unchanged, withMallory } from './redTeam'

test('[X2] [A2] chains that are forged, expired, downgraded, turned back, cyclic or of a wrong parent give nothing; a compromised directory forges what passes through it alone', async ({ cluster }) => {
  const { alpha, mallory, src, to } = await withMallory(cluster)
  // She owns HP. It is the compromised directory: all others are of alpha's person.
  await mallory.service.newD(mallory.id, '/HP')
  const [ansi, dec, hp] = await Promise.all([directoryOf(alpha, '/'), directoryOf(alpha, '/DEC'), directoryOf(alpha, '/HP')])
  await alpha.page.evaluate((key) => window.namering.setValue('/DEC:Mallory/Keys', key), mallory.key)
  await alpha.page.evaluate(
    (at) => window.namering.amendAccess(at, [['../../HP/*', 'Birrell/*'], ['../Boss', 'Needham/*'], ['../../IBM/TJW/Cho', 'Schroeder/*'], ['./Lampson', 'Lampson/*']].map(([principal, path]) => ({ principal: principal!, path: path!, rights: ['write'] })), []),
    SRC,
  )
  await unchanged(alpha, await alpha.copy(SRC))
  const before = await alpha.copy(SRC)

  /** What alpha's server truly says for its directories. */
  const says = async (directory: DirectoryId, name: string, key: string | null = null): Promise<Certificate[]> => {
    const outcome = await mallory.ask(to, { type: 'certify', directory, name, key })
    if (typeof outcome === 'string') throw new Error(outcome)
    return outcome.chain
  }
  const [up, toHp, toDec, toIbm] = [await says(dec, '..'), await says(ansi, 'HP'), await says(ansi, 'DEC'), await says(ansi, 'IBM')]
  const [ofDec, ofIbm] = [up.at(-1)!, toIbm.at(-1)!]
  const ibm = ofIbm.subject as DirectoryId
  const genesisOf = async (fn: string): Promise<string> => (await mallory.service.enumerate(`${fn}:./Genesis`))[0]!
  const [genesis, ibmGenesis] = [await genesisOf('/HP'), await genesisOf('/IBM')]
  const hpSays = (name: string, subject: string, more: Partial<Certificate> = {}): Promise<Certificate> => mallory.certificate({ directory: hp, genesis, name, subject, ...more })
  const boss = await hpSays('Boss', mallory.key)
  const decSays = (more: Partial<Certificate>): Promise<Certificate> => mallory.certificate({ directory: dec, genesis: ofDec.genesis, name: 'Boss', subject: mallory.key, ...more })
  const now = Date.now()
  const untold: Record<string, [label: string, chain: Certificate[]]> = {
    'by nobody who speaks for it': ['Needham', [await decSays({})]],
    'of another directory': ['Needham', [boss]],
    'a wrong parent': ['Birrell', [await decSays({ name: '..', subject: hp }), boss]],
    'expired': ['Birrell', [...up, ...toHp, await hpSays('Boss', mallory.key, { from: now - 120_000, until: now - 60_000 })]],
    'for an hour': ['Birrell', [...up, ...toHp, await hpSays('Boss', mallory.key, { until: now + 3_600_000 })]],
    'not valid yet': ['Birrell', [...up, ...toHp, await hpSays('Boss', mallory.key, { from: now + 120_000, until: now + 240_000 })]],
    'up again after going down': ['Birrell', [...up, ...toHp, await hpSays('..', ansi), ...toHp, boss]],
    'a circle': ['Birrell', [...up, ...toHp, await hpSays('ANSI', ansi), ...toHp, boss]],
    'back into the branch just left': ['Birrell', [...up, ...toHp, await hpSays('DEC', dec), ...(await says(dec, 'Mallory', mallory.key))]],
    'the same without a detour': ['Birrell', [...up, ...toDec, ...(await says(dec, 'Mallory', mallory.key))]],
    'a link is missing': ['Birrell', [...up, boss]],
    'without an end': ['Birrell', [...up, ...toHp]],
    'for another key': ['Birrell', [...up, ...toHp, await hpSays('Boss', await personOf(alpha))]],
    'a name that does not pass HP': ['Schroeder', [...up, ...toIbm, await mallory.certificate({ directory: ibm, genesis: ibmGenesis, name: 'Cho', subject: mallory.key })]],
    'a name here': ['Lampson', [...up, ...toHp, await hpSays('Lampson', mallory.key)]],
  }
  const forged: typeof untold = {
    'in the name of the owner': ['Needham', [await decSays({ issuer: await personOf(alpha) })]],
    'downgraded to an older word, with the end of a newer one': ['Birrell', [...up, ...toHp, { ...(await hpSays('Boss', mallory.key, { from: now - 120_000, until: now - 60_000 })), until: boss.until }]],
    'changed after it was signed': ['Birrell', [...up, ...toHp, { ...boss, until: boss.until + 1 }]],
    'with the genesis of another directory': ['Needham', [await decSays({ genesis })]],
    'with a genesis that names her': ['Needham', [await decSays({ genesis: JSON.stringify(['namering genesis 1', mallory.key, 'x', 1]) })]],
  }
  const wanting = (label: string, chain: Certificate[], text: string): Intent => mallory.intent(src, entry(label, 'Room', text), { chain })
  for (const [cases, code, reason] of [[untold, 'NoRight', noRight], [forged, 'BadSignature', 'updates: a signature is false']] as const) {
    for (const [what, [label, chain]] of Object.entries(cases)) {
      expect(await mallory.ask(to, { type: 'submit', directory: src, signed: await mallory.sign(wanting(label, chain, what)) }), what).toBe(code)
      mallory.spread(to, src, await mallory.stamped(wanting(label, chain, what)))
    }
    const [[what, [label]] = ['', ['']]] = Object.entries(cases).slice(-1)
    await expect(alpha.page.getByText(code === 'NoRight' ? `${label}/Room/${what} does not count: its author had no right to it` : `refused: ${reason}`).first()).toBeVisible()
    await expect.poll(() => refused(alpha, reason)).toBe(Object.keys(cases).length)
  }
  expect(await refused(alpha, 'request: a signature is false')).toBe(Object.keys(forged).length)
  await unchanged(alpha, before)

  // What HP says of itself is believed, by that name, and nowhere else.
  const whole = [...up, ...toHp, boss]
  expect(await mallory.ask(to, { type: 'submit', directory: src, signed: await mallory.sign(wanting('Birrell', whole, 'by HP')) })).toMatchObject({ ts: expect.any(String) })
  for (const label of ['Needham', 'Schroeder', 'Lampson']) expect(await mallory.ask(to, { type: 'submit', directory: src, signed: await mallory.sign(wanting(label, whole, 'by HP')) }), label).toBe('NoRight')
  await alpha.expectValue(`${SRC}:Birrell/Room`, 'by HP')
  mallory.leave()
})

test('[A2] [A3] two administrators who take each other’s rights on two sides of a cut: the one who was first has it, on every copy', async ({ cluster, browser }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  const others: Tab[] = []
  for (const name of ['beta', 'gamma']) {
    const elsewhere = await browser.newContext()
    await cluster.listen(elsewhere)
    others.push(await cluster.open(alpha.page.url().replace(/\?[^#]*/, ''), elsewhere))
    await expect(alpha.treeitem(name)).toBeVisible()
  }
  const [beta, gamma] = others as [Tab, Tab]
  const [owner, one, other] = [await personOf(alpha), await personOf(beta), await personOf(gamma)]
  await setAccess(alpha, [[owner, './*', 'read', 'write'], ['*', '*', 'read', 'copy'], ['*', './*', 'read'], [one, './*', 'write'], [other, './*', 'write'], [other, 'Birrell/*', 'write']])
  for (const name of ['beta', 'gamma']) await alpha.page.evaluate(([server, at]) => window.namering.newDC(server, at), [name, SRC] as const)
  for (const tab of others) await tab.expectValue(`${SRC}:Birrell/Phone`, '853 2219')
  const take = (tab: Tab, key: string, ...paths: string[]): Promise<unknown> =>
    tab.page.evaluate(([at, from, all]) => window.namering.amendAccess(at, [], all.map((path) => ({ principal: from, path, rights: ['write'] }))), [SRC, key, paths] as const)

  for (const tab of [beta, gamma]) await tab.page.evaluate(() => window.namering.network.isolate())
  await take(beta, other, './*', 'Birrell/*')
  await take(gamma, one, './*')
  await gamma.page.evaluate((vd) => window.namering.setValue(vd, '666'), `${SRC}:Birrell/Phone`)
  await gamma.expectValue(`${SRC}:Birrell/Phone`, '666')
  for (const tab of [beta, gamma]) await tab.page.evaluate(() => window.namering.network.healAll())

  await expect(gamma.page.getByText(/counts no more: an older change of rights has come, by which its author had none/).first()).toBeVisible()
  await cluster.converged(SRC, alpha, beta, gamma)
  for (const tab of [alpha, beta, gamma]) {
    expect(await tab.value(`${SRC}:Birrell/Phone`)).toBe('853 2219')
    const triples = await tab.page.evaluate((at) => window.namering.enumerate(`${at}:./Access`), SRC)
    expect([one, other].map((key) => triples.some((triple) => triple.includes(key.split(':')[1]!)))).toEqual([true, false])
  }
  expect(await gamma.page.evaluate((vd) => window.namering.setValue(vd, '666').catch((error: { code: string }) => error.code), `${SRC}:Birrell/Phone`)).toBe('NoRight')
})

test('[A2] [E7] what a member without the right did while an epoch had left it out is in no copy when it is brought back', async ({ cluster }) => {
  const { alpha, mallory, src, to } = await withMallory(cluster)
  await unchanged(alpha, await alpha.copy(SRC))
  const before = await alpha.copy(SRC)
  mallory.passes = () => false
  mallory.plant(src, await mallory.stamped(mallory.intent(src, entry('ByEpoch', 'Phone', '666'))))
  const epochOf = (...servers: string[]): Promise<unknown> => alpha.page.evaluate(([at, all]) => window.namering.newEpoch(at, all, { force: true, patience: 1 }), [SRC, servers] as const)
  await epochOf(to)
  // She does not compare what she has with the ring, by which her copy would find that nothing of it waits for anybody, and go.
  mallory.passes = ({ type }) => type !== 'askSnapshot'
  await expect.poll(() => mallory.copy(src).state).toBe('excluded')

  await epochOf(to, mallory.id)
  await expect(alpha.page.getByText('ByEpoch/Phone/666 does not count: its author had no right to it')).toBeVisible()
  await unchanged(alpha, before)
  expect(await refused(alpha, noRight)).toBe(1)
  mallory.leave()
})
