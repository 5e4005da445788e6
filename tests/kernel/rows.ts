import { ROWS } from '../conformance/rows'
import { casesOf, told } from '../conformance/rows/row'
import type { Kernel } from './kernel'

export interface RowCounts {
  readonly rulesets: number
  readonly disagreements: number
}

/** Asks the kernel every measured row; the same rows are asked of the engine by the unit tests. */
export async function compareRows(kernel: Kernel): Promise<RowCounts> {
  let asked = 0
  let disagreements = 0
  for (const row of ROWS) {
    const expected = row.packets.map(([, what]) => what)
    for (const { tool, given } of casesOf(row)) {
      asked++
      const seen = told(await kernel.ask(given), row)
      const wrong = seen.flatMap((what, index) =>
        what === expected[index]
          ? []
          : [`  packet ${index + 1}: kernel ${what}\n            row    ${expected[index]}`],
      )
      if (wrong.length === 0) continue
      disagreements++
      console.log(`\n${row.name} (${tool}):\n${wrong.join('\n')}`)
    }
  }
  console.log(`${ROWS.length} measured rows asked of both back ends: ${disagreements} disagreements.`)
  return { rulesets: asked, disagreements }
}
