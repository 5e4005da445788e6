import { parseArgs } from 'node:util'
import { replayText } from '@/cli/replay/replay'
import type { Answer, Case } from './case'
import { disagreement } from './compare'
import { type GeneratedCase, generateCase, type Wanted } from './generate/case'
import { TOOLS_OF, type Tool, textOf } from './generate/rules'
import { type Kernel, startKernel, whyNot } from './kernel'
import { shrink } from './shrink'

/** Random rule sets and packets, asked of the running kernel and of the engine. */

const USAGE = `
npm run test:kernel -- [--rulesets N] [--packets P] [--seed S] [--family 4|6] [--tool TOOL] [--asking FOLDER]

Asks the running Linux kernel and the engine the same random cases and shows where they disagree, made as small as it goes.
Needs root, Linux, and ${'iproute2, iptables, nftables, python3'}.
Exit status: 0 they agree, 1 they do not, 3 the kernel cannot be asked here.
`

const engine = (given: Case): Answer => replayText(JSON.stringify(given)) as Answer
/** How far the kernel is asked ahead. */
const AHEAD = 4
/** Disagreements shown before a run gives up. */
const SHOWN = 5

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rulesets: { type: 'string', default: '200' },
      packets: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
      family: { type: 'string' },
      tool: { type: 'string' },
      asking: { type: 'string', default: 'tests/kernel/asking' },
      show: { type: 'string', default: String(SHOWN) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const reason = whyNot()
  if (reason) {
    console.log(`The kernel cannot be asked: ${reason}.`)
    return 3
  }
  const wantedFamilies = ([4, 6] as const).filter((each) => (values.family ?? String(each)) === String(each))
  const tools = wantedFamilies
    .flatMap((family): Tool[] => [...TOOLS_OF[family]])
    .filter((tool) => (values.tool ?? tool) === tool)
  const families = wantedFamilies.filter((family) => TOOLS_OF[family].some((tool) => tools.includes(tool)))
  if (tools.length === 0) {
    console.error(
      `No tool of that name and family. There are: ${[...TOOLS_OF[4], ...TOOLS_OF[6]].join(', ')}.`,
    )
    return 2
  }
  const wanted: Wanted = { families, tools, packets: Number(values.packets) }
  const kernel = startKernel(values.asking)
  try {
    return await compareAll(kernel, wanted, Number(values.rulesets), Number(values.seed), Number(values.show))
  } finally {
    await kernel.close()
  }
}

async function compareAll(
  kernel: Kernel,
  wanted: Wanted,
  rulesets: number,
  seed: number,
  shown: number,
): Promise<number> {
  const counts = { rulesets: 0, packets: 0, refused: 0, disagreements: 0 }
  const tools = new Map<string, number>()
  const under: { generated: GeneratedCase; answer: Promise<Answer> }[] = []
  const settle = async () => {
    const next = under.shift()
    if (!next) return
    const answer = await next.answer
    counts.rulesets++
    counts.packets += answer.packets?.length ?? 0
    if (answer.refused !== undefined) counts.refused++
    for (const { tool } of next.generated.rules.slice(0, 1)) tools.set(tool, (tools.get(tool) ?? 0) + 1)
    const found = disagreement(answer, engine(next.generated.asked))
    if (!found) return
    counts.disagreements++
    await show(kernel, next.generated, found)
  }
  for (let index = 0; index < rulesets && counts.disagreements < shown; index++) {
    const generated = generateCase(seed + index, wanted, engine)
    under.push({ generated, answer: kernel.ask(generated.asked) })
    if (under.length > AHEAD) await settle()
  }
  while (under.length > 0 && counts.disagreements < shown) await settle()
  await Promise.all(under.map(({ answer }) => answer))
  const by = [...tools].map(([tool, count]) => `${tool} ${count}`).join(', ')
  console.log(
    `${counts.rulesets} rule sets (${by}), ${counts.packets} packets, seed ${seed}: ` +
      `${counts.disagreements} disagreements${counts.refused ? `, ${counts.refused} texts that the tool refused` : ''}`,
  )
  return counts.disagreements > 0 ? 1 : 0
}

async function show(kernel: Kernel, generated: GeneratedCase, found: string): Promise<void> {
  const kindOf = (sentence: string) => sentence.replace(/packet \d+: |\(hop \d+\) /g, '').split(':')[0]
  const kind = kindOf(found)
  const small = await shrink(generated, async (each) => {
    const again = disagreement(await kernel.ask(each.asked), engine(each.asked))
    return again !== undefined && kindOf(again) === kind
  })
  const [asked, ours] = [await kernel.ask(small.asked), engine(small.asked)]
  const again = disagreement(asked, ours)
  if (again === undefined) {
    console.log(`\nSeed ${generated.seed}: ${found}. It does not happen again when the case is asked alone.`)
    return
  }
  console.log(`\nSeed ${generated.seed}: ${again}`)
  for (const rules of small.rules) console.log(`${rules.host}, ${rules.tool}:\n${textOf(rules)}`)
  for (const packet of small.asked.packets) console.log(JSON.stringify(packet))
  console.log(`\nAs a case: ${JSON.stringify(small.asked)}`)
  for (const [who, answer] of [
    ['Kernel', asked],
    ['Engine', ours],
  ] as const)
    console.log(`${who}: ${JSON.stringify(answer.packets?.at(-1) ?? answer)}`)
}

process.exitCode = await main()
