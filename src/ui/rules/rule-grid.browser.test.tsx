import '../shell/tokens.css'
import '../shell/components.css'
import { beforeEach, describe, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { LESSONS } from '@/lessons/index'
import { HOME_INBOUND } from '@/model/firewalls/home-chains'
import { findChain } from '@/model/ruleset/chains'
import { currentDesign, openDesign, undo } from '@/state/design-store'
import { goToJourney, showTrace } from '@/state/playback/cursor'
import { currentTrace } from '@/state/run-store'
import { viewStore } from '@/state/view-store'
import { RulesPanel } from './RulesPanel'

async function open(lesson: number) {
  const story = LESSONS[lesson]
  if (!story) throw new Error('no story')
  openDesign(story.start())
  viewStore.setState({ device: story.device, flow: story.flow, link: undefined, rule: undefined, tabs: {} })
  showTrace(currentTrace(), undefined)
  await render(<RulesPanel />)
}
const rules = () => {
  const router = currentDesign().devices.find(({ id }) => id === 'router')
  const chain = router && findChain(router.firewall.ruleset, HOME_INBOUND)
  return chain?.rows.map((row) => (row.kind === 'rule' ? row.name : row.title)) ?? []
}
const cell = (row: number, column: string) => {
  const found = document
    .querySelectorAll('[role=row][data-row=rule]')
    [row]?.querySelector<HTMLElement>(`[data-column=${column}]`)
  if (!found) throw new Error(`no cell ${column} in row ${row}`)
  return found
}

beforeEach(() => page.viewport(1000, 700))

describe('the grid of one chain', () => {
  beforeEach(() => open(0))

  test('is named after its chain, and the policy is its last row', async () => {
    await expect.element(page.getByRole('grid', { name: 'Inbound rules' })).toBeVisible()
    const rows = [...document.querySelectorAll('[role=grid] [role=row][data-row]')]
    expect(rows.at(-1)?.textContent).toContain('policy')
    expect(rows.map((row) => row.getAttribute('aria-rowindex'))).toEqual(['2', '3', '4', '5', '6', '7'])
  })

  test('a cell is edited by keyboard: Enter opens it, Enter takes the value, and undo brings the old one back', async () => {
    cell(0, 'dst').focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.keyboard('any:8443{Enter}')
    await expect.poll(() => cell(0, 'dst').textContent).toBe('any:8443')
    undo()
    await expect.poll(() => cell(0, 'dst').textContent).toBe('any:443')
  })

  test('a bad value says what is wrong, what would be right, and what stays in force; Escape keeps the old', async () => {
    cell(3, 'src').focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.keyboard('198.51.100.0/33{Enter}')
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(
        '/33 is too long. An IPv4 prefix has 0 to 32 bits. Did you mean 198.51.100.0/24? Until then 198.51.100.0/24 stays in force.',
      )
    await userEvent.keyboard('{Escape}')
    expect(cell(3, 'src').textContent).toBe('198.51.100.0/24')
  })

  test('Alt and an arrow move the rule; Delete takes it out', async () => {
    expect(rules().slice(0, 2)).toEqual(['HTTPS', 'DNS replies'])
    cell(0, 'protocol').focus()
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}')
    await expect.poll(() => rules().slice(0, 2)).toEqual(['DNS replies', 'HTTPS'])
    await userEvent.keyboard('{Delete}')
    await expect.poll(() => rules()).not.toContain('HTTPS')
  })

  test('Space turns a rule off, and its number goes to the next one', async () => {
    cell(0, 'protocol').focus()
    await userEvent.keyboard(' ')
    const numbers = () =>
      [...document.querySelectorAll('[role=row][data-row=rule] .num')].map(({ textContent }) => textContent)
    await expect.poll(numbers).toEqual(['–', '1', '2', '3', '4'])
  })

  test('the exclamation mark negates the cell', async () => {
    cell(3, 'src').focus()
    await userEvent.keyboard('!')
    await expect.poll(() => cell(3, 'src').textContent).toBe('not198.51.100.0/24')
  })

  test('R034: the row that decided the packet under the cursor is lit, also when it is the policy', async () => {
    goToJourney(1)
    await expect.poll(() => document.querySelector('[data-decided]')?.getAttribute('data-row')).toBe('policy')
    expect(document.querySelector('[data-decided]')?.getAttribute('data-decided')).toBe('drop')
    expect(cell(0, 'dst').querySelector('.failed')).not.toBeNull()
  })
})

describe('the dual form', () => {
  beforeEach(() => open(1))

  test('R003, R004: one row carries a verdict for each direction, and the built-in group stands first, locked', async () => {
    await expect.element(page.getByRole('grid', { name: 'Rules' })).toBeVisible()
    const rows = [...document.querySelectorAll('[role=row][data-row=rule]')]
    expect(rows[0]?.textContent).toContain('Black List Defense')
    expect(rows[0]?.className).toContain('locked')
    expect(rows[1]?.querySelector('[data-column=inbound]')?.textContent).toBe('block')
    expect(rows[1]?.querySelector('[data-column=outbound]')?.textContent).toBe('allow')
    expect(rows[2]?.querySelector('[data-column=inbound]')?.textContent).toBe('allow')
    expect(rows[2]?.querySelector('[data-column=outbound]')?.textContent).toBe('block')
  })
})
