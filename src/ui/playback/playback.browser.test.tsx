import '../shell/tokens.css'
import '../shell/components.css'
import { beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { render } from 'vitest-browser-react'
import { LESSONS } from '@/lessons/index'
import { openDesign } from '@/state/design-store'
import { currentCursor, goToStart, showTrace } from '@/state/playback/cursor'
import { currentTrace } from '@/state/run-store'
import { viewStore } from '@/state/view-store'
import { Ladder } from './Ladder'
import { PlaybackToolbar } from './PlaybackToolbar'

beforeEach(async () => {
  await page.viewport(800, 600)
  const story = LESSONS[0]
  if (!story) throw new Error('no story')
  openDesign(story.start())
  viewStore.setState({ flow: story.flow })
  showTrace(currentTrace(), undefined)
  goToStart()
  await render(
    <div className="panel" style={{ height: 560 }}>
      <PlaybackToolbar />
      <Ladder />
    </div>,
  )
})

test('stepping forward shows the fate of one packet after the other, stepping back the one before', async () => {
  const slider = page.getByRole('slider', { name: 'Position' })
  await page.getByRole('button', { name: 'Step forward' }).click()
  await page.getByRole('button', { name: 'Step forward' }).click()
  await expect.element(slider).toHaveAttribute('aria-valuetext', expect.stringMatching(/^Packet 2 of 9/))
  await page.getByRole('button', { name: 'Step back' }).click()
  await expect.element(slider).toHaveAttribute('aria-valuetext', expect.stringMatching(/^Packet 1 of 9/))
})

test('L, J, Home and End work while the toolbar has the focus', async () => {
  document.querySelector<HTMLElement>('[aria-label="Step forward"]')?.focus()
  await userEvent.keyboard('ll')
  expect(currentCursor().journey).toBe(1)
  await userEvent.keyboard('j')
  expect(currentCursor().journey).toBe(0)
  await userEvent.keyboard('{End}')
  expect(currentCursor().journey).toBe((currentTrace()?.journeys.length ?? 0) - 1)
  await userEvent.keyboard('{Home}')
  expect(currentCursor().journey).toBe(-1)
})

test('a fine step stops at every rule that is tried', async () => {
  await page.getByRole('button', { name: 'Step forward' }).click()
  document.querySelector<HTMLElement>('[aria-label="Step forward"]')?.focus()
  const kinds: (string | undefined)[] = []
  for (let i = 0; i < 12; i++) {
    await userEvent.keyboard('{Shift>}L{/Shift}')
    kinds.push(currentTrace()?.steps[currentCursor().step]?.kind)
  }
  expect(kinds.filter((kind) => kind === 'rule-tried').length).toBeGreaterThanOrEqual(5)
})

test('R012: the ladder labels packets in arrow notation, shows the new address in its colour, and where a packet died', async () => {
  const ladder = page.getByRole('region', { name: 'Ladder' })
  await expect.element(ladder).toHaveTextContent('SYN 62712 > 443')
  await expect.element(ladder).toHaveTextContent('SYN-ACK 443 > 62712')
  expect(document.querySelector('.lab .translate')?.textContent).toBe('203.0.113.7')
  await expect.element(ladder).toHaveTextContent('inbound, policy')
  await expect.element(ladder).toHaveTextContent('ERR_CONNECTION_TIMED_OUT')
})

test('a click on a row goes there', async () => {
  document.querySelectorAll<HTMLElement>('.ladder .ev')[1]?.click()
  expect(currentCursor().journey).toBe(1)
})
