import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

/** The two blocks of the forum listing, as a person copies them. */
const LISTING = `yourPC-[highport] --> SSLserver:443

src ip      any
dest ip     any
src port    any
dst port    443
inbound     block
outbound    allow

SSLServer:443 -->YourPC-[highport]

src ip      any
dest ip     any
src port    443
dst port    any
inbound     allow
outbound    block
`

async function importText(bench: Workbench, text: string): Promise<void> {
  await bench.page.getByRole('button', { name: 'Import' }).click()
  const dialog = bench.page.getByRole('dialog', { name: /Import/ })
  await dialog.getByRole('textbox', { name: /text/i }).fill(text)
  await dialog.getByRole('button', { name: /^Replace|^Apply/ }).click()
  await expect(dialog).toBeHidden()
}

test('R003, R004, R033: the pasted listing gives two rows with a verdict for each direction', async ({
  page,
}) => {
  const bench = new Workbench(page)
  await bench.open()
  await importText(bench, LISTING)
  const rows = bench.grid('Rules').locator('[role=row][data-row=rule]')
  await expect(rows).toHaveCount(2)
  await expect(rows.nth(0)).toContainText('443')
  await expect(rows.nth(0)).toContainText(/block.*allow/)
  await expect(rows.nth(1)).toContainText(/allow.*block/)
})

test('an import that cannot be read changes nothing and says why', async ({ page }) => {
  const bench = new Workbench(page)
  await bench.open()
  const before = await bench.grid('Inbound rules').innerText()
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: /Import/ })
  await dialog
    .getByRole('textbox', { name: /text/i })
    .fill('*filter\n:INPUT DROP\n-A INPUT --dport 443 -j ACCEPT\nCOMMIT\n')
  await expect(dialog).toContainText('3')
  await page.keyboard.press('Escape')
  expect(await bench.grid('Inbound rules').innerText()).toBe(before)
})

test('R126: the mended rules leave as iptables text that the tool takes, and come back as the same table with the same outcome', async ({
  page,
}) => {
  const bench = new Workbench(page)
  await bench.open()
  await bench.rules('Home router').getByRole('button', { name: 'Add rule' }).click()
  const last = (await bench.rows('Inbound rules').count()) - 2
  await bench.fill('Inbound rules', last, 'protocol', 'tcp')
  await bench.fill('Inbound rules', last, 'src', 'any:443')
  await bench.fill('Inbound rules', last, 'dst', 'any:1024-65535')
  await bench.fill('Inbound rules', last, 'flags', 'not SYN')
  await expect(bench.check('twitter.com')).toContainText('works')
  const table = await bench.grid('Inbound rules').innerText()

  await page.getByRole('button', { name: 'Export' }).click()
  const dialog = page.getByRole('dialog', { name: /Export/ })
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: /Download/ }).click()
  const text = readFileSync(await (await download).path(), 'utf8')
  expect(text).toContain('-A FORWARD -i wan')
  await page.keyboard.press('Escape')

  for (let i = 0; i < 5; i++) await page.getByRole('button', { name: /^Undo/ }).click()
  await expect(bench.check('twitter.com')).toContainText('fails')
  await importText(bench, text)
  await expect(bench.check('twitter.com')).toContainText('works')
  expect(await bench.grid('Inbound rules').innerText()).toBe(table)

  test.info().annotations.push({ type: 'iptables-restore --test', description: loads(text) })
})

/** Asks the real tool where it is installed and may be asked. */
function loads(text: string): string {
  const found = spawnSync('iptables-restore', ['--version'])
  if (found.error || process.getuid?.() !== 0) return 'not installed or not root: not asked'
  execFileSync('iptables-restore', ['--test'], { input: text })
  return 'accepted'
}
