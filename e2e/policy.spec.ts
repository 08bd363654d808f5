/** X6: the page runs nothing but its own files, and asks nobody but where it came from. That it never meets its own policy all tests watch (`complaints.ts`). */
import { expect, test, type Tab } from './cluster'

test('[X6] through its main paths the page meets its policy nowhere, and asks no other origin for anything', async ({ cluster, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await walkThrough(alpha)
  const { page } = alpha
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByRole('button', { name: 'Copy link' }).click()
  await expect(page.getByRole('img', { name: 'QR code of the link' })).toBeVisible()
})

test('[X6] in development the same policy holds, but for what Vite marks as its own', async ({ cluster }, info) => {
  const alpha = await cluster.open(new URL('/', String(info.config.metadata['harness'])).href)
  await cluster.sample(alpha)
  await walkThrough(alpha)
  expect(await alpha.page.locator('meta[http-equiv]').getAttribute('content')).toContain("'nonce-")
  // The styles, which Vite puts into the page, are in force.
  expect(await alpha.page.evaluate(() => getComputedStyle(document.body).margin)).toBe('0px')
})

/** Names, values, copies, palette, menu, and the lab with its worker. */
async function walkThrough(tab: Tab): Promise<void> {
  for (const part of ['Value', 'Copies', 'Way'] as const) await tab.show(part)
  await tab.page.getByRole('button', { name: 'Make or add something here' }).click()
  await tab.page.keyboard.press('Escape')
  await tab.page.keyboard.press('Control+k')
  await tab.page.keyboard.type('lab')
  await tab.page.keyboard.press('Enter')
  await tab.page.getByRole('button', { name: 'Write at beta', exact: true }).click()
  await expect(tab.page.locator('[data-held=has]')).not.toHaveCount(0)
  await tab.page.getByRole('button', { name: 'Leave the lab' }).click()
  await tab.ready()
}

declare global {
  interface Window {
    foreign?: string
  }
}

/** What somebody who could put text into the page would try, and what refuses it. */
const attempts: [what: string, refusedBy: RegExp, attempt: () => void][] = [
  ['a script in the page', /^(?:require-trusted-types-for|script-src-elem)$/, () => document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.foreign = "script"' }))],
  ['a script from elsewhere', /^(?:require-trusted-types-for|script-src-elem)$/, () => document.head.append(Object.assign(document.createElement('script'), { src: 'http://elsewhere.localhost/x.js' }))],
  ['text as code', /^(?:require-trusted-types-for|script-src)$/, () => void Reflect.apply(setTimeout, window, ['window.foreign = "timeout"'])],
  ['text as markup', /^require-trusted-types-for$/, () => (document.body.innerHTML = '<img src="x" onerror="window.foreign = \'markup\'">')],
  ['a handler as text', /^(?:require-trusted-types-for|script-src-attr)$/, () => document.body.setAttribute('onfocus', 'window.foreign = "handler"')],
  ['a worker from text', /^(?:require-trusted-types-for|worker-src)$/, () => void new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])))],
  ['a policy that trusts text', /^trusted-types$/, () => void (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('foreign', {})],
  ['a style in the page', /^style-src-elem$/, () => document.head.append(Object.assign(document.createElement('style'), { textContent: 'body { display: none }' }))],
  ['a style of an element', /^style-src-attr$/, () => document.body.setAttribute('style', 'display: none')],
  ['a request elsewhere', /^connect-src$/, () => void fetch('http://elsewhere.localhost/').catch(() => undefined)],
  ['a beacon elsewhere', /^connect-src$/, () => void navigator.sendBeacon('http://elsewhere.localhost/', 'x')],
  ['a picture from elsewhere', /^img-src$/, () => void (new Image().src = 'http://elsewhere.localhost/x.png')],
  ['a page within the page', /^frame-src$/, () => document.body.append(Object.assign(document.createElement('iframe'), { src: '/' }))],
  ['another base of addresses', /^base-uri$/, () => document.head.append(Object.assign(document.createElement('base'), { href: 'http://elsewhere.localhost/' }))],
  [
    'a form that is sent',
    /^form-action$/,
    () => {
      const form = Object.assign(document.createElement('form'), { action: 'http://elsewhere.localhost/' })
      document.body.append(form)
      form.submit()
    },
  ],
]

test('[X6] what somebody could put into the page is refused, and the watch of all tests sees it', async ({ cluster }) => {
  const { page } = await cluster.open()
  for (const [what, refusedBy, attempt] of attempts) {
    const before = cluster.troubles.length
    await page.evaluate(attempt).catch(() => undefined)
    const refusals = (): string[] => cluster.troubles.slice(before).map((trouble) => /securitypolicyviolation: ([\w-]+)/.exec(trouble)?.[1] ?? '')
    await expect.poll(() => refusals().some((directive) => refusedBy.test(directive)), { message: what }).toBe(true)
  }
  expect(await page.evaluate(() => window.foreign)).toBeUndefined()
  expect(cluster.troubles.splice(0).length).toBeGreaterThanOrEqual(attempts.length)
})
