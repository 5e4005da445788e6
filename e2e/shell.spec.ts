import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

test.describe('nothing is lost', () => {
  test('a new design is undone like any edit, and what was open is back', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await page.getByRole('button', { name: 'Design' }).click()
    await page.getByRole('menuitem', { name: 'New design' }).click()
    await expect(bench.device('Home router')).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(bench.device('Home router')).toBeVisible()
    await expect(bench.check('twitter.com')).toContainText('fails')
    await expect(bench.rules('Home router')).toBeVisible()
  })

  test('a file that is no design changes nothing, and a sentence says what is wrong', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await page.getByRole('button', { name: 'Design' }).click()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('menuitem', { name: 'Open file' }).click()
    await (await chooser).setFiles({
      name: 'x.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{}'),
    })
    await expect(page.getByRole('alert')).toContainText('This is not a Highport design.')
    await expect(bench.device('Home router')).toBeVisible()
    await page.getByRole('button', { name: 'Close the notice' }).click()
    await expect(page.getByText('This is not a Highport design.')).toBeHidden()
  })

  test('a downloaded design comes back by Open file', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    const design = page.getByRole('button', { name: 'Design' })
    await design.click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByRole('textbox', { name: 'Name of the design' }).fill('Mine')
    await page.keyboard.press('Enter')
    await expect(design).toContainText('Mine')
    await design.click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'Download design' }).click()
    const path = await (await download).path()
    await design.click()
    await page.getByRole('menuitem', { name: 'New design' }).click()
    await expect(bench.device('Home router')).toBeHidden()
    await design.click()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('menuitem', { name: 'Open file' }).click()
    await (await chooser).setFiles(path)
    await expect(bench.device('Home router')).toBeVisible()
    await expect(design).toContainText('Mine')
  })
})

test.describe('the flow bar', () => {
  test('"tcp 22 -> server" names application, port and destination at once', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.flow.getByRole('combobox', { name: 'To' }).fill('tcp 22 -> twitter.com')
    await page.keyboard.press('Enter')
    await expect(bench.flow.getByRole('combobox', { name: 'Application' })).toHaveValue('tcp')
    await bench.playback.getByRole('button', { name: 'Step forward' }).click()
    await expect(bench.ladder).toContainText('> 22')
  })

  test('what cannot run yet stays in the fields, and the next change builds on it', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.flow.getByRole('combobox', { name: 'Application' }).fill('tcp')
    await page.keyboard.press('Enter')
    await expect(bench.flow.getByRole('alert')).toContainText('needs a port')
    await bench.flow.getByRole('combobox', { name: 'To' }).fill('twitter.com:443')
    await page.keyboard.press('Enter')
    await expect(bench.flow.getByRole('alert')).toBeHidden()
    await expect(bench.flow.getByRole('combobox', { name: 'Application' })).toHaveValue('tcp')
  })

  test('a source port can be given and taken back', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    const port = page.getByRole('textbox', { name: 'Source port' })
    await bench.flow.getByRole('button', { name: 'Options of the flow' }).click()
    await port.fill('99999')
    await page.keyboard.press('Enter')
    await expect(page.getByRole('dialog').getByRole('alert')).toContainText('99999 is not a port')
    await port.fill('2000')
    await page.keyboard.press('Enter')
    await expect(bench.ladder).toContainText('SYN 2000 > 443')
    await port.fill('')
    await page.keyboard.press('Enter')
    await expect(bench.ladder).not.toContainText('SYN 2000 > 443')
  })

  test('a flow is kept as a check, and removed', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.flow.getByRole('combobox', { name: 'To' }).fill('tcp 22 -> twitter.com')
    await page.keyboard.press('Enter')
    await bench.checks.getByRole('button', { name: 'Keep as check' }).click()
    await page.getByRole('menuitem', { name: 'It must be blocked' }).click()
    await expect(bench.checks.getByRole('listitem')).toHaveCount(5)
    await expect(bench.check('twitter.com').last()).toContainText('blocked')
    await expect(bench.checks).toContainText('3 of 5 as wanted')
    await bench.checks.getByRole('listitem').last().hover()
    await bench.checks
      .getByRole('button', { name: 'Remove the check Laptop connects to twitter.com :22' })
      .last()
      .click()
    await expect(bench.checks.getByRole('listitem')).toHaveCount(4)
  })
})

test('R050: the ruler says how many ports of the client are open to the reply', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const ports = page.getByRole('region', { name: 'Ports' })
  await expect(ports).toContainText('0 of 16,384 ports that Laptop may pick are open to the reply.')
  await expect(ports).toContainText('62712')
  await bench.check('resolves names').getByRole('button').first().click()
  await expect(ports).toContainText('16,384 of 16,384')
})

test('F6 goes from region to region, and ? shows the keys', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const place = () =>
    page.evaluate(
      () => document.activeElement?.closest('[aria-label]:is(section, [role=toolbar])')?.ariaLabel,
    )
  const seen = new Set<string | null | undefined>()
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('F6')
    seen.add(await place())
  }
  for (const name of ['Network', 'Playback', 'Rules of Home router', 'Checks'])
    expect([...seen]).toContain(name)
  await bench.playback.getByRole('button', { name: 'Go to start' }).focus()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
})

test('sizes and theme that a person chose are there after a reload', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const separator = page.getByRole('separator', { name: 'Width of the rules' })
  const width = async () => (await bench.rules('Home router').boundingBox())?.width ?? 0
  const before = await width()
  await separator.focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft')
  await expect.poll(width).toBeGreaterThan(before + 10)
  const chosen = await width()
  await page.getByRole('button', { name: 'Dark theme' }).click()
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
  await expect.poll(async () => Math.abs((await width()) - chosen)).toBeLessThan(3)
})
