import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { Workbench } from './workbench'

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`,
  )
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`in ${scheme}, axe finds nothing`, () => {
    test.use({ colorScheme: scheme })

    test('on the workbench, at rest and at the drop', async ({ page }) => {
      const bench = new Workbench(page)
      await bench.open()
      expect(await violations(page)).toEqual([])
      await bench.step(2)
      expect(await violations(page)).toEqual([])
    })

    test('in the dialogs', async ({ page }) => {
      const bench = new Workbench(page)
      await bench.open()
      for (const name of ['Import', 'Export']) {
        await page.getByRole('button', { name, exact: true }).click()
        await expect(page.getByRole('dialog')).toBeVisible()
        expect(await violations(page)).toEqual([])
        await page.keyboard.press('Escape')
        await expect(page.getByRole('dialog')).toBeHidden()
      }
    })

    test('on a phone', async ({ page }) => {
      await page.setViewportSize({ width: 390, height: 844 })
      const bench = new Workbench(page)
      await bench.open()
      await bench.step(2)
      expect(await violations(page)).toEqual([])
    })
  })
}

test('with reduced motion, Play jumps from event to event', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const bench = new Workbench(page)
  await bench.open()
  await bench.step(2)
  await expect(bench.why).toContainText('Dropped at Home router')
})
