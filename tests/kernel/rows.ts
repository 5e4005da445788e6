import { ROWS } from '../conformance/rows'
import { casesOf, told } from '../conformance/rows/row'
import type { Answer, Case } from './case'
import type { Kernel } from './kernel'

export interface RowCounts {
  readonly rulesets: number
  readonly disagreements: number
}

/** Asks the kernel every measured row; the same rows are asked of the engine by the unit tests. */
export async function compareRows(start: () => Kernel): Promise<RowCounts> {
  const kernel = start()
  let asked = 0
  let disagreements = 0
  for (const row of ROWS) {
    const expected = row.packets.map(([, what]) => what)
    for (const { tool, given } of casesOf(row)) {
      asked++
      const differs = (seen: readonly string[]) => seen.some((what, index) => what !== expected[index])
      let seen = told(await kernel.ask(given), row)
      if (differs(seen)) seen = told(await askedAlone(start, given), row)
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
  await kernel.close()
  console.log(`${ROWS.length} measured rows asked of both back ends: ${disagreements} disagreements.`)
  return { rulesets: asked, disagreements }
}

/** A busy machine puts work off; in namespaces of its own the answer comes again if it is the kernel's. */
async function askedAlone(start: () => Kernel, given: Case): Promise<Answer> {
  const kernel = start()
  try {
    return await kernel.ask(given)
  } finally {
    await kernel.close()
  }
}
