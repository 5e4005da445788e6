import type { Answer } from './case'
import { type GeneratedCase, generateCase, type Wanted } from './generate/case'
import { textOf } from './generate/rules'
import { engine, judge } from './judge'
import type { Kernel } from './kernel'
import { shrink } from './shrink'

export interface RandomRun {
  readonly wanted: Wanted
  readonly rulesets: number
  /** Of the first case; the following ones count on from it. */
  readonly seed: number
  /** Disagreements after which the run gives up. */
  readonly most: number
}

export interface Counts {
  readonly byTool: Readonly<Record<string, number>>
  readonly rulesets: number
  /** Packets whose whole answers were compared. */
  readonly packets: number
  readonly cutByChance: number
  readonly refused: number
  /** Answers of the kernel that it did not give again when it was asked alone, as happens where the machine is busy. */
  readonly unrepeated: number
  readonly disagreements: number
}

/** How far the kernel is asked ahead. */
const AHEAD = 4

/** Asks random cases and shows every disagreement. */
export async function compareRandom(start: () => Kernel, run: RandomRun): Promise<Counts> {
  const kernel = start()
  const byTool: Record<string, number> = {}
  const counts = {
    byTool,
    rulesets: 0,
    packets: 0,
    cutByChance: 0,
    refused: 0,
    unrepeated: 0,
    disagreements: 0,
  }
  const asked: { generated: GeneratedCase; answer: Promise<Answer> }[] = []
  const settle = async () => {
    const next = asked.shift()
    if (!next) return
    const answer = await next.answer
    const judged = judge(next.generated.asked, answer)
    const tool = next.generated.rules[0]?.tool ?? ''
    byTool[tool] = (byTool[tool] ?? 0) + 1
    counts.rulesets++
    counts.packets += judged.compared
    if (judged.cutByChance) counts.cutByChance++
    if (answer.refused !== undefined) counts.refused++
    if (judged.sentence === undefined) return
    if (await confirm(start, next.generated, judged.sentence)) counts.disagreements++
    else counts.unrepeated++
  }
  for (let index = 0; index < run.rulesets && counts.disagreements < run.most; index++) {
    const generated = generateCase(run.seed + index, run.wanted, engine)
    asked.push({ generated, answer: kernel.ask(generated.asked) })
    if (asked.length > AHEAD) await settle()
  }
  while (asked.length > 0 && counts.disagreements < run.most) await settle()
  await Promise.all(asked.map(({ answer }) => answer))
  await kernel.close()
  print(run, counts)
  return counts
}

function print({ seed }: RandomRun, counts: Counts): void {
  const tools = Object.entries(counts.byTool).map(([tool, count]) => `${tool} ${count}`)
  console.log(
    `Seed ${seed}: ${counts.rulesets} rule sets (${tools.join(', ')}), ${counts.packets} packets compared.`,
  )
  if (counts.refused) console.log(`${counts.refused} texts were refused by the tool, and by the importer.`)
  if (counts.cutByChance)
    console.log(`${counts.cutByChance} cases were compared up to a port that is chosen by chance.`)
  if (counts.unrepeated)
    console.log(`${counts.unrepeated} answers of the kernel did not come again when asked alone.`)
  console.log(`${counts.disagreements} disagreements.`)
}

/** Asks a kernel with namespaces of its own again; where the disagreement stays it is made small and shown. */
async function confirm(start: () => Kernel, generated: GeneratedCase, found: string): Promise<boolean> {
  const kernel = start()
  try {
    const { sentence } = judge(generated.asked, await kernel.ask(generated.asked))
    if (sentence === undefined) console.log(`Seed ${generated.seed}: seen once, and not again: ${found}`)
    else await show(kernel, generated, sentence)
    return sentence !== undefined
  } finally {
    await kernel.close()
  }
}

async function show(kernel: Kernel, generated: GeneratedCase, found: string): Promise<void> {
  const kind = kindOf(found)
  const small = await shrink(generated, async ({ asked }) => {
    const { sentence } = judge(asked, await kernel.ask(asked))
    return sentence !== undefined && kindOf(sentence) === kind
  })
  const [theirs, ours] = [await kernel.ask(small.asked), engine(small.asked)]
  console.log(`\nSeed ${generated.seed}: ${judge(small.asked, theirs).sentence ?? found}`)
  for (const rules of small.rules) console.log(`${rules.host}, ${rules.tool}:\n${textOf(rules)}`)
  for (const packet of small.asked.packets) console.log(JSON.stringify(packet))
  console.log(`\nAs a case: ${JSON.stringify(small.asked)}`)
  console.log(`Kernel: ${JSON.stringify(theirs.packets?.at(-1) ?? theirs)}`)
  console.log(`Engine: ${JSON.stringify(ours.packets?.at(-1) ?? ours)}`)
}

/** What a sentence is about, without the numbers that shrinking changes. */
function kindOf(sentence: string): string | undefined {
  return sentence.replace(/packet \d+: |\(hop \d+\) /g, '').split(':')[0]
}
