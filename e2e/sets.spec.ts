import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

test('a named set is made, used in a rule, renamed with its rule, and kept while a rule names it', async ({
  page,
}) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.chain('Home router', /^Sets/)
  await page.getByRole('button', { name: 'Set of ports' }).click()
  const values = page.getByRole('textbox', { name: 'Values of the set ports-1' })
  await values.fill('70000')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert').filter({ hasText: '70000 is not a port' })).toBeVisible()
  await values.fill('443, 60000-65000')
  await page.keyboard.press('Enter')

  await bench.chain('Home router', /^Inbound/)
  await bench.fill('Inbound rules', 0, 'dst', 'any:@ports-1')
  await expect(bench.check('twitter.com')).toContainText('works')

  await bench.chain('Home router', /^Sets/)
  const name = page.getByRole('textbox', { name: 'Name of the set ports-1' })
  await name.fill('replies')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Delete the set replies' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'A rule names @replies' })).toContainText(
    'Home router inbound HTTPS',
  )
  await page.getByRole('button', { name: 'Home router inbound HTTPS' }).click()
  await expect(bench.rows('Inbound rules').first().locator('[data-column=dst]')).toHaveText('any:@replies')
  await page.keyboard.press('Control+z')
  await expect(bench.rows('Inbound rules').first().locator('[data-column=dst]')).toHaveText('any:@ports-1')
  await expect(bench.check('twitter.com')).toContainText('works')
})

test('two tabs do not write over each other: the person chooses, and nothing is lost', async ({
  context,
}) => {
  const [first, second] = [new Workbench(await context.newPage()), new Workbench(await context.newPage())]
  await first.open()
  await second.open()
  await first.fill('Inbound rules', 0, 'name', 'from the first')
  const conflict = second.page.getByRole('alert').filter({ hasText: 'Another tab has saved a design since' })
  await expect(conflict).toBeVisible()
  await second.fill('Inbound rules', 1, 'name', 'from the second')
  await conflict.getByRole('button', { name: 'Take the other' }).click()
  await expect(second.rows('Inbound rules').first()).toContainText('from the first')
  await second.page.keyboard.press('Control+z')
  await expect(second.rows('Inbound rules').nth(1)).toContainText('from the second')
  await expect(first.page.getByRole('alert').filter({ hasText: 'Another tab has saved' })).toBeVisible()
})

test('on a phone the goals of the story stand with the checks', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('./')
  await page.getByRole('tab', { name: 'Checks' }).click()
  const goals = page.getByRole('region', { name: 'Goals of the story' })
  await expect(goals).toBeVisible()
  await expect(goals.getByLabel('reached', { exact: true })).toHaveCount(1)
})
