import type { Chain, Rule, TableFamily } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { plainText, shortText } from '../plain-text'
import { separateEithers, separateRules } from '../separate-rules'
import { isWritable, writeMap } from './write-map'
import { writeMatch } from './write-match'
import { writeComment, writeLogPrefix } from './write-names'
import { type TargetPlace, writeTarget } from './write-target'

/** `table FAMILY NAME { ... }`, after taking away what an earlier load left. */
export function tableBlock(family: TableFamily, name: string, chains: readonly string[]): string[] {
  return [
    '',
    `table ${family} ${name}`,
    `delete table ${family} ${name}`,
    `table ${family} ${name} {`,
    ...chains,
    '}',
  ]
}

/** A chain with its lines, all without indentation. */
export function chainBlock(name: string, lines: readonly string[]): string[] {
  return [`\tchain ${name} {`, ...lines.map((line) => `\t\t${line}`), '\t}']
}

export function baseLine(type: string, hook: string, priority: number, policy: string): string {
  return `type ${type} hook ${hook} priority ${priority}; policy ${policy};`
}

/** Rows as lines; rules that are off and titles are comments. */
export function printRows(
  rows: Chain['rows'],
  place: TargetPlace,
  context: PrintContext,
  losses: Losses,
): string[] {
  return rows.flatMap((row) =>
    row.kind === 'separator' ? [`# ${shortText(row.title, 200)}`] : printRule(row, place, context, losses),
  )
}

export function printRule(rule: Rule, place: TargetPlace, context: PrintContext, losses: Losses): string[] {
  try {
    const comment = writeComment(rule.name)
    if (comment.cut) losses.lose('Its name is too long for a comment and is cut.', rule.id, true)
    if (place.isRefused(rule)) throw new LeftOut('the kernel takes no such target in this chain.')
    const lines = separateEithers(rule.match)
      .map((match) => ({ ...rule, match }))
      .flatMap((each) => linesOf(each, place, context, comment.text))
    return rule.enabled ? lines : lines.map((line) => `# off: ${line}`)
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    losses.leaveOut(rule, error)
    return [`# left out: ${shortText(rule.name, 80)}: ${plainText(error.message)}`]
  }
}

/** One rule where nft can look all of it up at once, else a rule for each entry. */
function linesOf(rule: Rule, place: TargetPlace, context: PrintContext, comment: string): string[] {
  const together = isWritable(rule.target)
    ? attempt(() => writeLines(rule, place, context, comment))
    : undefined
  if (together) return together
  const separate = separateRules(rule)
  return separate.flatMap((each) => writeLines(each, place, context, comment))
}

function attempt<T>(write: () => T): T | undefined {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    return undefined
  }
}

function writeLines(rule: Rule, place: TargetPlace, context: PrintContext, comment: string): string[] {
  const { target } = rule
  const prefix = rule.logPrefix ?? (rule.name === '' ? '' : `${plainText(rule.name)}: `)
  const log = rule.log ? writeLogPrefix(prefix) : ''
  const specs = writeMatch(rule.match, place.table, context, target.kind === 'map' ? target.fields : [])
  return specs.flatMap((spec) => {
    const acts =
      target.kind === 'map' ? writeMap(target, spec, place, context) : writeTarget(target, spec, place)
    return acts.map((act) => [spec.text, log, act, comment].filter(Boolean).join(' '))
  })
}
