import { expect, type Locator, type Page } from '@playwright/test'

/** The workbench by its landmarks, as assistive technology finds them. */
export class Workbench {
  readonly page: Page
  readonly network: Locator
  readonly playback: Locator
  readonly ladder: Locator
  readonly why: Locator
  readonly checks: Locator
  readonly flow: Locator
  readonly position: Locator

  constructor(page: Page) {
    this.page = page
    this.network = page.getByRole('region', { name: 'Network' })
    this.playback = page.getByRole('toolbar', { name: 'Playback' })
    this.ladder = page.getByRole('region', { name: 'Ladder' })
    this.why = page.getByRole('region', { name: 'Why' })
    this.checks = page.getByRole('region', { name: 'Checks' })
    this.flow = page.getByRole('region', { name: 'Flow' })
    this.position = this.playback.getByRole('slider', { name: 'Position' })
  }

  async open(): Promise<void> {
    await this.page.goto('./')
    await expect(this.network).toBeVisible()
    await expect(this.playback).toBeVisible()
  }

  rules(device: string): Locator {
    return this.page.getByRole('region', { name: `Rules of ${device}` })
  }

  device(name: string): Locator {
    return this.network.getByRole('group', { name, exact: true })
  }

  grid(name: string): Locator {
    return this.page.getByRole('grid', { name, exact: true })
  }

  /** Rows of a grid without its head. */
  rows(grid: string): Locator {
    return this.grid(grid).locator('[role=row][data-row]')
  }

  check(text: string): Locator {
    return this.checks.getByRole('listitem').filter({ hasText: text })
  }

  async chain(device: string, tab: RegExp): Promise<void> {
    await this.rules(device).getByRole('tab', { name: tab }).click()
  }

  async step(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) await this.playback.getByRole('button', { name: 'Step forward' }).click()
  }

  /** Writes a value into a cell of the last rule (or the given row) by its column's name. */
  async fill(grid: string, row: number, column: string, value: string): Promise<void> {
    const cell = this.rows(grid).nth(row).locator(`[role=gridcell][data-column="${column}"]`)
    await cell.dblclick()
    await cell.getByRole('textbox').or(cell.getByRole('combobox')).first().fill(value)
    await this.page.keyboard.press('Enter')
  }
}
