import { readFileSync } from 'node:fs'
import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, test } from '@playwright/test'
import { Workbench } from './workbench'

const DUMP = readFileSync(new URL('./texts/broken-router.iptables', import.meta.url), 'utf8')

async function paste(bench: Workbench, text: string): Promise<Locator> {
  await bench.page.getByRole('button', { name: 'Import' }).click()
  const dialog = bench.page.getByRole('dialog', { name: /Import/ })
  await dialog.getByRole('textbox', { name: 'Text to import' }).fill(text)
  return dialog
}

test('a dump pasted without a drawing builds one, runs at once, and the rule that drops the reply is lit', async ({
  page,
}) => {
  const bench = new Workbench(page)
  await bench.open()
  await page.getByRole('button', { name: 'Design:' }).click()
  await page.getByRole('menuitem', { name: 'New design' }).click()
  const dialog = await paste(bench, DUMP)
  const guesses = dialog.getByRole('region', { name: 'Guesses' })
  await expect(guesses.getByRole('combobox', { name: 'ppp0 leads' })).toHaveValue('outside')
  await expect(guesses).toContainText('Line 9 translates the source of what leaves by it.')
  await expect(guesses.getByRole('textbox', { name: 'A client on br0' })).toHaveValue('192.168.10.10')
  const audit = await new AxeBuilder({ page }).include('[role=dialog]').analyze()
  expect(audit.violations).toEqual([])
  await dialog.getByRole('button', { name: 'Build the drawing' }).click()
  await expect(dialog).toBeHidden()

  for (const name of ['Router', 'Laptop on br0', 'Laptop on br1', 'Server 192.168.10.20', 'Internet'])
    await expect(bench.device(name)).toBeVisible()
  await expect(bench.flow.getByRole('combobox', { name: 'To' })).toHaveValue('https://www.example.com')
  await bench.playback.getByRole('button', { name: 'Play', exact: true }).click()
  await bench.playback.getByRole('button', { name: 'Go to end' }).click()
  await expect(bench.why).toContainText('from-outside')
  await bench.chain('Router', /from-outside/)
  const lit = bench.rules('Router').locator('[role=row][aria-current=true]')
  await expect(lit).toHaveAttribute('data-decided', 'drop')
  await expect(lit).toContainText('DROP')
})

test('a guess is corrected before it is drawn, and one that cannot be read says why', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const dialog = await paste(bench, DUMP)
  await dialog.getByRole('combobox', { name: 'Device' }).selectOption({ label: 'Build a drawing from it' })
  const addresses = dialog.getByRole('textbox', { name: 'Addresses of br0' })
  const build = dialog.getByRole('button', { name: 'Build the drawing' })
  await addresses.fill('192.168.10.254')
  await expect(dialog).toContainText('192.168.10.254 has no length.')
  await expect(build).toBeDisabled()
  await addresses.fill('192.168.10.254/24')
  await build.click()
  await expect(bench.device('Router')).toContainText('192.168.10.254')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(bench.device('Home router')).toBeVisible()
})
