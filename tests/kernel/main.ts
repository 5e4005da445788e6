import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Wanted } from './generate/case'
import { TOOLS_OF, type Tool } from './generate/rules'
import { startKernel, whyNot } from './kernel'
import { compareRandom } from './random'
import { compareRows } from './rows'
import {
  compareLessons,
  compareSockets,
  type SocketCounts,
  type SocketKernel,
  type SocketRun,
} from './sockets/compare'

const USAGE = `
npm run test:kernel -- [--rulesets N] [--packets P] [--connections N] [--seed S] [--family 4|6] [--tool TOOL] [--spoiled PERCENT] [--show N] [--report FILE]

Asks the running Linux kernel and the engine the same random cases and shows where they disagree, made as small as it goes.
Needs root, Linux, iproute2, iptables, nftables and python3.

  --connections N  compares real connections through N rule sets and the lessons' instead of crafted packets
  --rows         asks the measured rows of tests/conformance instead
  --show N       give up after N disagreements (5)
  --report FILE  the counts as JSON

Exit status: 0 they agree, 1 they do not, 2 the options are wrong, 3 the kernel cannot be asked here.
`
const ASKING = 'tests/kernel/asking'
const CONNECTING = 'tests/kernel/sockets'

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rulesets: { type: 'string', default: '200' },
      packets: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      family: { type: 'string' },
      tool: { type: 'string' },
      connections: { type: 'string' },
      rows: { type: 'boolean', default: false },
      spoiled: { type: 'string', default: '10' },
      show: { type: 'string', default: '5' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const report = (counts: object) => {
    if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(counts))
  }
  const reason = whyNot()
  if (reason) {
    console.log(`The kernel cannot be asked: ${reason}.`)
    report({ reason })
    return 3
  }
  const wanted = wantedOf(values.family, values.tool, Number(values.packets), Number(values.spoiled))
  if (typeof wanted === 'string') {
    console.error(wanted)
    return 2
  }
  const { connections, show } = values
  const [seed, most] = [Number(values.seed), Number(show)]
  if (connections !== undefined) {
    const counts = await openConnections({ ...wanted, rulesets: Number(connections), seed, most })
    report(counts)
    return counts.disagreements > 0 ? 1 : 0
  }
  const start = () => startKernel(ASKING)
  const counts = values.rows
    ? await compareRows(start)
    : await compareRandom(start, { wanted, rulesets: Number(values.rulesets), seed, most })
  report(counts)
  return counts.disagreements > 0 ? 1 : 0
}

async function openConnections(run: SocketRun): Promise<SocketCounts> {
  const kernel: SocketKernel = startKernel(CONNECTING)
  try {
    const inLessons = await compareLessons(kernel)
    const counts = await compareSockets(kernel, run)
    return { ...counts, disagreements: counts.disagreements + inLessons }
  } finally {
    await kernel.close()
  }
}

/** What to generate, or what is wrong with the options. */
function wantedOf(
  family: string | undefined,
  tool: string | undefined,
  packets: number,
  spoiled: number,
): Wanted | string {
  const wanted = ([4, 6] as const).filter((each) => (family ?? String(each)) === String(each))
  const tools = wanted
    .flatMap((each): Tool[] => [...TOOLS_OF[each]])
    .filter((each) => (tool ?? each) === each)
  const families = wanted.filter((each) => TOOLS_OF[each].some((other) => tools.includes(other)))
  if (tools.length > 0) return { families, tools, packets, spoiled }
  return `No tool of that name and family. There are: ${[...TOOLS_OF[4], ...TOOLS_OF[6]].join(', ')}.`
}

process.exitCode = await main()
