/** Usable by everyone: axe finds nothing, in both themes and at narrow widths, and the keyboard suffices. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, test } from './cluster'

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 1024, 400]) {
    test(`no accessibility fault: ${colorScheme}, ${width} px`, async ({ cluster }) => {
      const alpha = await cluster.open()
      await cluster.sample(alpha)
      await alpha.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const tab of ['Value', 'Copies', 'Access', 'Way'] as const) {
        await alpha.page.setViewportSize({ width: 1440, height: 900 })
        await alpha.show(tab)
        await alpha.page.setViewportSize({ width, height: 900 })
        const { violations } = await new AxeBuilder({ page: alpha.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']).analyze()
        expect(violations.map(({ id, nodes }) => `${tab}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([])
      }
      const overflow = await alpha.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow).toBeLessThanOrEqual(0)
    })
  }
}

test('the keyboard alone: go to a name by the palette, add a property', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.page.keyboard.press('Control+k')
  await alpha.page.keyboard.type('/DEC/SRC/Birrell')
  await alpha.page.keyboard.press('Enter')
  await expect(alpha.page.getByRole('textbox', { name: 'New property' })).toBeVisible()
  await alpha.page.getByRole('textbox', { name: 'New property' }).focus()
  await alpha.page.keyboard.type('Room')
  await alpha.page.keyboard.press('Tab')
  await alpha.page.keyboard.type('42')
  await alpha.page.keyboard.press('Enter')
  await alpha.expectValue('/DEC/SRC:Birrell/Room', '42')
})

test('the palette and the address take values as people write them: /DEC/SRC:Birrell/Phone', async ({ cluster }) => {
  const alpha = await cluster.open()
  await cluster.sample(alpha)
  await alpha.page.keyboard.press('Control+k')
  await alpha.page.keyboard.type('/DEC/SRC:Birrell/Phone')
  await alpha.page.keyboard.press('Enter')
  await expect(alpha.page.getByRole('button', { name: 'Edit Phone/853 2219' })).toBeVisible()
  const url = new URL(alpha.page.url())
  url.searchParams.set('at', '/DEC/SRC:Needham')
  await alpha.page.goto(url.href)
  await expect(alpha.page.getByRole('button', { name: 'Edit Phone/334 722' })).toBeVisible()
})
