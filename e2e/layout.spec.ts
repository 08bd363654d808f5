/** How the page looks: at every width, in both themes, and while one changes into the other. */
import { expect, test, type Tab } from './cluster'

/** What of the header and the status bar lies outside of the page. */
const outside = (tab: Tab): Promise<string[]> =>
  tab.page.evaluate(() =>
    [...document.querySelectorAll('.page-header > *, .status-bar > *')]
      .filter((part) => part.getClientRects().length > 0)
      .filter((part) => part.getBoundingClientRect().right > innerWidth || part.getBoundingClientRect().left < 0)
      .map((part) => part.getAttribute('aria-label') ?? part.textContent),
  )

test('at no width is anything of the header or the status bar cut', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.another(alpha)
  for (let width = 320; width <= 1440; width += 80) {
    await alpha.page.setViewportSize({ width, height: 900 })
    expect([width, ...(await outside(alpha))]).toEqual([width])
  }
})

test('nor for who has a long name', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.another(alpha)
  await alpha.page.evaluate(() => window.namering.introduce('/:Bartholomew Featherstonehaugh'))
  await expect(alpha.page.getByRole('button', { name: 'You are /Bartholomew Featherstonehaugh' })).toBeVisible()
  for (let width = 320; width <= 1440; width += 80) {
    await alpha.page.setViewportSize({ width, height: 900 })
    expect([width, ...(await outside(alpha))]).toEqual([width])
  }
})

test('at no width does one part of the header lie under another', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.another(alpha)
  for (const width of [300, 320, 400, 480, 600, 700, 760, 960, 1024, 1440]) {
    await alpha.page.setViewportSize({ width, height: 900 })
    const under = await alpha.page.evaluate(() => {
      const parts = [...document.querySelectorAll('.page-header > *, .server-name > *')].filter((part) => part.getClientRects().length > 0 && !part.matches('.server-name'))
      const overlap = (a: DOMRect, b: DOMRect): boolean => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1
      return parts.flatMap((part, i) => parts.slice(i + 1).filter((other) => overlap(part.getBoundingClientRect(), other.getBoundingClientRect())).map((other) => `${part.textContent} / ${other.textContent}`))
    })
    expect([width, ...under]).toEqual([width])
  }
})

test('figure 3 of three copies fits on a phone; where it does not fit, a shadow says that there is more', async ({ cluster }) => {
  const tabs = await cluster.three()
  await cluster.sample(...tabs)
  const [alpha] = tabs
  await alpha.select('ANSI', 'DEC', 'SRC')
  await alpha.show('Copies')
  const figure = alpha.page.getByRole('region', { name: 'Figure 3: the copies' })
  await expect(figure.locator('.last-sweep .stamp')).toHaveCount(3)
  await alpha.page.evaluate(() => window.namering.setValue('/DEC/SRC:Schroeder/Mailboxes of all colleagues', 'Cabernet Sauvignon of the year'))
  await expect(figure).toContainText('Cabernet Sauvignon of the year')
  const hidden = (): Promise<number> => figure.evaluate((box) => box.scrollWidth - box.clientWidth)
  await alpha.page.setViewportSize({ width: 400, height: 900 })
  expect(await hidden()).toBe(0)
  await alpha.page.setViewportSize({ width: 300, height: 900 })
  expect(await hidden()).toBeGreaterThan(20)
  expect(await figure.evaluate((box) => getComputedStyle(box).backgroundAttachment)).toBe('local, local, scroll, scroll')
})

test('a disc and its name change their theme together', async ({ cluster }) => {
  const alpha = await cluster.open()
  await alpha.show('Copies')
  const disc = alpha.page.locator('.ring .disc')
  await expect(disc).toBeVisible()
  const [changed, fresh] = await disc.evaluate((group) => {
    const fills = (disc: Element): string[] => [...disc.querySelectorAll('circle, text')].map((part) => getComputedStyle(part).fill)
    const wear = (theme: string): void => void (document.documentElement.dataset['theme'] = theme)
    wear('light')
    fills(group)
    wear('dark')
    const changed = fills(group)
    const copy = group.parentElement?.appendChild(group.cloneNode(true) as Element)
    const fresh = copy === undefined ? [] : fills(copy)
    copy?.remove()
    return [changed, fresh]
  })
  expect(changed).toEqual(fresh)
})
