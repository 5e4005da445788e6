import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

async function newDesign(bench: Workbench): Promise<void> {
  await bench.page.getByRole('button', { name: 'Design' }).click()
  await bench.page.getByRole('menuitem', { name: 'New design' }).click()
  await expect(bench.network.getByRole('group')).toHaveCount(0)
}

test.describe('a design is drawn from nothing and a connection runs through it', () => {
  test('by mouse', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await newDesign(bench)
    for (const kind of ['client', 'router', 'server']) {
      await bench.network.getByRole('button', { name: `Add ${kind}` }).click()
    }
    await expect(bench.device('Laptop')).toBeVisible()
    await connectByDrag(bench, 'Laptop', 'Home router')
    await connectByDrag(bench, 'Home router', 'Server')
    await expect(bench.device('Laptop')).toContainText('192.168.1.')
    await bench.flow.getByRole('combobox', { name: 'From' }).fill('Laptop')
    await page.keyboard.press('Enter')
    await bench.flow.getByRole('combobox', { name: 'To' }).fill('https://Server')
    await page.keyboard.press('Enter')
    await bench.playback.getByRole('button', { name: 'Go to end' }).click()
    await expect(bench.ladder).toContainText('page loads')
  })

  test('by keyboard alone', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await newDesign(bench)
    for (const kind of ['client', 'router', 'server']) {
      await bench.network.getByRole('button', { name: `Add ${kind}` }).focus()
      await page.keyboard.press('Enter')
    }
    for (const [from, to] of [
      ['Laptop', 'Home router'],
      ['Home router', 'Server'],
    ] as const) {
      await bench.device(from).focus()
      await page.keyboard.press('c')
      await expect(page.getByRole('menuitem', { name: to, exact: true })).toBeVisible()
      await page.keyboard.type(to)
      await page.keyboard.press('Enter')
    }
    await bench.flow.getByRole('combobox', { name: 'From' }).focus()
    await page.keyboard.type('Laptop')
    await page.keyboard.press('Enter')
    await bench.flow.getByRole('combobox', { name: 'To' }).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('https://Server')
    await page.keyboard.press('Enter')
    await bench.playback.getByRole('button', { name: 'Go to end' }).focus()
    await page.keyboard.press('Enter')
    await expect(bench.ladder).toContainText('page loads')
  })
})

async function connectByDrag(bench: Workbench, from: string, to: string): Promise<void> {
  const source = bench.device(from).locator('.port.new')
  const target = bench.device(to).locator('.react-flow__handle').first()
  await source.hover()
  await bench.page.mouse.down()
  await target.hover()
  await bench.page.mouse.up()
}
