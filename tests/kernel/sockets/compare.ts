import type { Tool } from '../generate/rules'
import { textOf } from '../generate/rules'
import type { Kernel } from '../kernel'
import { engineAnswer } from './engine'
import { type GeneratedQuestion, generateQuestion, LEFT_OUT } from './generate'
import { lessonQuestions } from './lessons'
import type { Question, SocketAnswer, Try } from './question'
import { smallerQuestions } from './shrink'

export type SocketKernel = Kernel<readonly Question[], readonly SocketAnswer[]>

export interface SocketRun {
  readonly families: readonly (4 | 6)[]
  readonly tools: readonly Tool[]
  readonly rulesets: number
  /** Of the first question; the following ones count on from it. */
  readonly seed: number
  /** Disagreements after which the run gives up. */
  readonly most: number
}

export interface SocketCounts {
  readonly rulesets: number
  readonly tries: number
  readonly refused: number
  readonly disagreements: number
  /** How often the kernel said what. */
  readonly byOutcome: Readonly<Record<string, number>>
}

/** Questions asked at once: what waits for time to run out waits together. */
const AT_ONCE = 32

const NOTHING: SocketAnswer = { refused: 'not asked' }

/** One try that the two see differently. */
interface Difference {
  readonly tried: Try
  readonly kernel: string
  readonly engine: string
}

/** Opens random connections and shows every disagreement. */
export async function compareSockets(kernel: SocketKernel, run: SocketRun): Promise<SocketCounts> {
  const byOutcome: Record<string, number> = {}
  const counts = { rulesets: 0, tries: 0, refused: 0, disagreements: 0, byOutcome }
  for (let start = 0; start < run.rulesets && counts.disagreements < run.most; start += AT_ONCE) {
    const generated = Array.from({ length: Math.min(AT_ONCE, run.rulesets - start) }, (_, index) =>
      generateQuestion(run.seed + start + index, run.families, run.tools),
    )
    const answers = await kernel.ask(generated.map(({ asked }) => asked))
    for (const [index, answer] of answers.entries()) {
      const question = generated[index] as GeneratedQuestion
      counts.rulesets++
      if ('refused' in answer) {
        counts.refused++
        continue
      }
      counts.tries += answer.outcomes.length
      for (const outcome of answer.outcomes) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1
      const [first] = differences(question.asked, answer)
      if (!first) continue
      counts.disagreements++
      await show(kernel, question, first)
    }
  }
  print(run, counts)
  return counts
}

/** Opens the connections of every lesson, and says where the kernel tells their programs something else than the app. */
export async function compareLessons(kernel: SocketKernel): Promise<number> {
  const questions = lessonQuestions()
  const answers = await kernel.ask(questions.map(({ asked }) => asked))
  let disagreements = 0
  for (const [index, { name, asked, expected, leftOut }] of questions.entries()) {
    const answer = answers[index] ?? NOTHING
    const found =
      'refused' in answer
        ? [`the tool refuses its rules: ${answer.refused}`]
        : asked.tries.flatMap((tried, at) => {
            const [kernelSays = '', engine = ''] = [answer.outcomes[at], expected[at]]
            return kernelSays === engine ? [] : [sentence({ tried, kernel: kernelSays, engine })]
          })
    disagreements += found.length
    console.log(`Lesson "${name}": ${asked.tries.length} flows, ${found.length} disagreements.`)
    for (const each of [...found, ...leftOut.map((flow) => `not compared: ${flow}`)]) console.log(`  ${each}`)
  }
  return disagreements
}

/** The tries of a question whose outcomes differ. A text that the tool refuses is compared elsewhere. */
export function differences(asked: Question, answer: SocketAnswer): Difference[] {
  const ours = engineAnswer(asked)
  if ('refused' in answer || 'refused' in ours) return []
  return asked.tries.flatMap((tried, index) => {
    const [kernel = '', engine = ''] = [answer.outcomes[index], ours.outcomes[index]]
    return kernel === engine ? [] : [{ tried, kernel, engine }]
  })
}

export const sentence = ({ tried, kernel, engine }: Difference): string =>
  `${tried.from} to ${tried.proto} ${tried.to} port ${tried.port}: the kernel says ${kernel}, the engine ${engine}`

async function show(kernel: SocketKernel, found: GeneratedQuestion, difference: Difference): Promise<void> {
  const small = await shrink(kernel, { ...found, asked: { ...found.asked, tries: [difference.tried] } })
  console.log(`\nSeed ${found.seed}: ${sentence(difference)}`)
  if (!small) {
    console.log('It does not happen again when it is tried alone.')
    return
  }
  for (const rules of small.rules) console.log(`${rules.host}, ${rules.tool}:\n${textOf(rules)}`)
  console.log(`As a question: ${JSON.stringify(small.asked)}`)
}

/** The smallest question found that still disagrees; undefined where it does not by itself. */
async function shrink(
  kernel: SocketKernel,
  given: GeneratedQuestion,
): Promise<GeneratedQuestion | undefined> {
  const disagreeing = async (questions: readonly GeneratedQuestion[]) => {
    for (let start = 0; start < questions.length; start += AT_ONCE) {
      const some = questions.slice(start, start + AT_ONCE)
      const answers = await kernel.ask(some.map(({ asked }) => asked))
      const found = some.find(({ asked }, index) => differences(asked, answers[index] ?? NOTHING).length > 0)
      if (found) return found
    }
    return undefined
  }
  let smallest = await disagreeing([given])
  while (smallest) {
    const next = await disagreeing(smallerQuestions(smallest))
    if (!next) return smallest
    smallest = next
  }
  return undefined
}

function print(
  { seed }: SocketRun,
  { rulesets, tries, refused, disagreements, byOutcome }: SocketCounts,
): void {
  const outcomes = Object.entries(byOutcome).sort(([, a], [, b]) => b - a)
  console.log(
    `Seed ${seed}: ${tries} real connections through ${rulesets} rule sets (${outcomes.map(([word, count]) => `${word} ${count}`).join(', ')}).`,
  )
  if (refused) console.log(`${refused} texts were refused by the tool.`)
  console.log(LEFT_OUT)
  console.log(`${disagreements} disagreements.`)
}
