import { expect, test } from '@playwright/test'
import { Workbench } from './workbench'

test.describe('the reply that never came', () => {
  test('R115: the story is on the canvas at the first visit, ready to play', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    for (const name of ['Laptop', 'Home router', 'twitter.com', 'akamai CDN']) {
      await expect(bench.device(name)).toBeVisible()
    }
    await expect(bench.playback.getByRole('button', { name: 'Play', exact: true })).toBeEnabled()
    await expect(bench.check('twitter.com')).toContainText('fails')
    await expect(bench.check('resolves names')).toContainText('works')
  })

  test('R001, R115: it plays to the drop, the deciding row is lit, and Why names the first failed condition of every rule before it', async ({
    page,
  }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.step(2)
    await expect(bench.position).toHaveAttribute('aria-valuetext', /^Packet 2 of \d+/)
    const lit = bench.grid('Inbound rules').locator('[aria-current=true]')
    await expect(lit).toHaveCount(1)
    await expect(lit).toHaveAttribute('data-decided', 'drop')
    await expect(lit).toContainText('policy')
    await expect(bench.why).toContainText('Dropped at Home router, inbound, by the policy.')
    for (const reason of [
      'destination port is 62712, the rule wants 443',
      'protocol is tcp, the rule wants udp',
      'protocol is tcp, the rule wants icmp',
      'source 104.244.42.1 is not in 198.51.100.0/24',
      'destination port is 62712, the rule wants 3389',
    ]) {
      await expect(bench.why).toContainText(reason)
    }
  })

  test('Play runs by itself to the end, and the person at Laptop sees a time-out', async ({ page }) => {
    const bench = new Workbench(page)
    await page.clock.install()
    await bench.open()
    await bench.playback.getByRole('button', { name: 'Play', exact: true }).click()
    await page.clock.runFor(60_000)
    await expect(bench.ladder).toContainText('ERR_CONNECTION_TIMED_OUT')
    await expect(bench.position).toHaveAttribute('aria-valuetext', /^Packet (\d+) of \1/)
  })

  test('stepping back returns to exactly what was shown', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.step(2)
    const before = await bench.why.innerText()
    await bench.step(2)
    await expect(bench.position).toHaveAttribute('aria-valuetext', /^Packet 4/)
    await bench.playback.getByRole('button', { name: 'Step back' }).click()
    await bench.playback.getByRole('button', { name: 'Step back' }).click()
    await expect(bench.position).toHaveAttribute('aria-valuetext', /^Packet 2/)
    expect(await bench.why.innerText()).toBe(before)
  })

  test('each step is read out as a sentence', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench.step(2)
    await expect(page.getByRole('log', { name: 'Narration' })).toContainText(/dropped at Home router/i)
  })
})

test.describe('the fix', () => {
  test('R013: accepting source port 443 to high ports, not SYN, turns the check green without reload; undo brings the drop back; a reload restores', async ({
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
    await expect(bench.check('akamai')).toContainText('works')
    await expect(bench.check(':3389')).toContainText('blocked')

    // An empty rule accepts everything: the rule and its four cells are taken back.
    for (let i = 0; i < 5; i++) await page.getByRole('button', { name: /^Undo/ }).click()
    await expect(bench.check('twitter.com')).toContainText('fails')
    for (let i = 0; i < 5; i++) await page.getByRole('button', { name: /^Redo/ }).click()
    await expect(bench.check('twitter.com')).toContainText('works')

    await expect(page.locator('.saved')).toHaveText('Saved in this browser')
    await page.reload()
    await expect(bench.check('twitter.com')).toContainText('works')
    await expect(bench.rows('Inbound rules')).toHaveCount(last + 2)
  })

  test('R014, R015: a netfilter router that accepts ESTABLISHED,RELATED lets the page load', async ({
    page,
  }) => {
    const bench = new Workbench(page)
    await bench.open()
    await bench
      .rules('Home router')
      .getByRole('button', { name: /packet filter/i })
      .click()
    await page.getByRole('menuitemradio', { name: /netfilter/i }).click()
    await bench.chain('Home router', /^FORWARD/)
    await expect(bench.check('twitter.com')).toContainText('fails')
    await bench.rules('Home router').getByRole('button', { name: 'Add rule' }).click()
    const last = (await bench.rows('FORWARD rules').count()) - 2
    await bench.fill('FORWARD rules', last, 'flags', 'established, related')
    for (let i = 0; i < last; i++) await page.keyboard.press('Alt+ArrowUp')
    await expect(bench.check('twitter.com')).toContainText('works')
  })

  test('R050: the check follows the ports that the client picks', async ({ page }) => {
    const bench = new Workbench(page)
    await bench.open()
    await page.getByRole('button', { name: /Story/ }).click()
    await page.getByRole('menuitem', { name: /Who picks 62712/ }).click()
    await expect(bench.check('twitter.com')).toContainText('fails')
  })
})
