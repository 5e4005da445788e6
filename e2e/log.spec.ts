import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { Workbench } from './workbench'

const ROUTER = '104.244.42.1:443 > 192.168.1.10:62712, AS Seq=1000, Ack=-268435456 -Black List Defense'
const NETFILTER =
  'Nov 21 08:00:01 gate kernel: DROP: IN=wan OUT=lan SRC=23.62.98.14 DST=192.168.1.10 LEN=60 TOS=0x00 PREC=0x00 TTL=60 ID=1 DF PROTO=TCP SPT=443 DPT=3389 WINDOW=64240 RES=0x00 SYN URGP=0'
const IPCHAINS =
  'Oct 17 00:32:46 server kernel: Packet log: input DENY wan PROTO=6 198.51.100.7:20 203.0.113.7:61394 L=44 S=0x00 I=61949 F=0x4000 T=250 SYN (#28)'

async function read(page: Page, text: string) {
  const bench = new Workbench(page)
  await bench.open()
  await page.getByRole('tab', { name: /^Log/ }).click()
  await page.getByRole('button', { name: 'Read log lines' }).click()
  await page.getByRole('textbox', { name: 'Log lines' }).fill(text)
  return { bench, log: page.getByRole('region', { name: 'Log', exact: true }) }
}

test('a line of netfilter and one of ipchains become packets with the rules that decide them', async ({
  page,
}) => {
  const { bench, log } = await read(page, `${NETFILTER}\n${IPCHAINS}\n`)
  const rows = log.getByRole('table', { name: 'Packets of the log lines' }).getByRole('row')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText('SYN 23.62.98.14:443 to 192.168.1.10:3389')
  await expect(rows.nth(1)).toContainText('dropped by rule 5 "Block RDP" of inbound')
  await expect(rows.nth(2)).toContainText('SYN 198.51.100.7:20 to 203.0.113.7:61394')
  await expect(rows.nth(2)).toContainText('lost: no binding')

  await rows.nth(1).getByRole('button').click()
  await expect(bench.grid('Inbound rules').locator('[role=row].is-selected')).toContainText('Block RDP')
  await expect(bench.network.getByRole('button', { name: /SYN 443 > 3389/ })).toBeVisible()
  await expect(bench.network).toContainText('from 23.62.98.14')
  await expect(bench.why).toContainText('Dropped at Home router, inbound, by rule 5 "Block RDP".')
  await expect(bench.why).toContainText('first of a connection')
  await expect(bench.network).toContainText('to 192.168.1.10')

  await bench.step()
  await expect(bench.network).not.toContainText('from 23.62.98.14')
})

test('R081, R089: by keyboard alone the words are explained, and the narrowest rule goes in and lets the packet through', async ({
  page,
}) => {
  const { bench, log } = await read(page, ROUTER)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const line = log.getByRole('region', { name: 'Line 1' })
  await expect(line).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(line).toContainText('Source address and port. 443 is https.')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(line.getByRole('button', { name: 'AS', exact: true })).toBeFocused()
  await expect(line.getByRole('button', { name: 'AS', exact: true })).toHaveAccessibleDescription(
    /second step of the handshake/,
  )
  await expect(line).toContainText('dst port    62712')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(log.getByRole('table')).toContainText('accepted by rule 6 of inbound')
  await expect(bench.rows('Inbound rules')).toHaveCount(7)
})

test('nothing to read, and nothing that is read, are said', async ({ page }) => {
  const { log } = await read(page, '')
  await expect(log).toContainText('Paste lines of a log')
  await page.getByRole('textbox', { name: 'Log lines' }).fill('sshd[7]: Connection closed')
  await expect(log).toContainText('No line here is a log line of a packet.')
  await expect(log).toContainText('Line 1: "sshd[7]: Connection closed" is not a log line')
})

for (const scheme of ['light', 'dark'] as const) {
  test.describe(`in ${scheme}`, () => {
    test.use({ colorScheme: scheme })
    test('axe finds nothing in lines that are read', async ({ page }) => {
      const { log } = await read(page, `${NETFILTER}\nhello\n${IPCHAINS}\n`)
      await log.getByRole('button', { name: /^SYN 23/ }).click()
      await expect(log.getByRole('region', { name: 'Line 1' })).toBeVisible()
      const found = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' '))}`),
      ).toEqual([])
    })
  })
}
