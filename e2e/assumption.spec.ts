import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

const TEXT = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m limit --limit 3/min -j ACCEPT
COMMIT
`

test('what nobody can tell is assumed not to match until the rule says otherwise, and Why says so', async ({
  page,
}) => {
  const bench = new Workbench(page)
  await bench.open()
  await page.getByRole('button', { name: 'Import' }).click()
  const dialog = page.getByRole('dialog', { name: /Import/ })
  await dialog.getByRole('textbox', { name: /text/i }).fill(TEXT)
  await dialog.getByRole('button', { name: /^Replace|^Apply/ }).click()
  await expect(dialog).toBeHidden()
  const rule = bench.rows('FORWARD rules').first()
  await expect(rule).toContainText('-m limit')
  await bench.step(1)
  await expect(bench.why).toContainText(
    'nobody can tell whether -m limit --limit 3/min matches; it is assumed not to',
  )
  await rule.getByRole('button', { name: /^action: / }).click()
  await page.getByRole('menuitem', { name: /Assume that it matches/ }).click()
  await bench.step(1)
  await expect(bench.check('twitter.com')).toContainText('works')
  await rule.locator('.num').click()
  await expect(bench.why).toContainText('is assumed to match and decides: accept')
})
