import { sortConditions } from '@/model/fields/cell'
import { FAMILY, type Family } from '@/model/packet/address'
import type { Policy, Row, Rule, Separator } from '@/model/ruleset/ruleset'
import type { PrintContext } from '../dialect'
import { key } from '../iptables/merge'
import { writeTag } from '../iptables/tag'
import { LeftOut } from '../left-out'
import type { Losses } from '../losses'
import { byteLength, fitBytes, plainText } from '../plain-text'
import { cellsOf } from '../recall'
import { separateRules } from '../separate-rules'
import { readExtended } from './read-entry'
import { REMARK_BYTES } from './spelling'
import { wordsOf } from './words'
import { writeEntries } from './write-entry'

/** A list as it is to be written. */
export interface WrittenList {
  readonly name: string
  readonly family: Family
  readonly rows: readonly Row[]
  /** What happens to what no row decides. */
  readonly policy: Policy
  /** What a row may do, beside drop and reject, to let a packet pass. */
  readonly passes: ReadonlySet<Rule['target']['kind']>
  /** Whether the device answers nothing to what is denied. */
  readonly silent: boolean
  /** Ids of the rules that have entries or were told of, in any list. */
  readonly told: Set<string>
}

/** Ids that the reader makes up; it makes them up again, so they are not carried along. */
const MADE_UP = /^line-\d+(-\d+)?$/
const ID_BYTES = 100
const TITLE_BYTES = 200
const TAG_BYTES = 1500

/** The head of a list and its entries. Its last entry decides everything, so that nothing is left to the end of the list. */
export function writeList(list: WrittenList, context: PrintContext, losses: Losses): string[] {
  const head = list.family === 4 ? 'ip access-list extended' : 'ipv6 access-list'
  const body = list.rows.flatMap((row) =>
    row.kind === 'separator' ? [separatorLine(row)] : ruleLines(row, list, context, losses),
  )
  const any = list.family === 4 ? 'ip any any' : 'ipv6 any any'
  const isDecided = [`permit ${any}`, `deny ${any}`, `permit ${any} log`, `deny ${any} log`].includes(
    body.findLast((line) => !line.startsWith('!')) ?? '',
  )
  const last = isDecided ? [] : ['remark policy', `${list.policy === 'accept' ? 'permit' : 'deny'} ${any}`]
  if (list.policy === 'reject' && list.silent && !isDecided)
    losses.lose('What the policy rejects gets no answer in this text.', undefined, false)
  return [`${head} ${list.name}`, ...[...body, ...last].map((line) => ` ${line}`)]
}

function separatorLine({ id, title }: Separator): string {
  const tag = writeTag({ separator: fitBytes(plainText(id), ID_BYTES) }, '')
  return `! == ${fitBytes(plainText(title), TITLE_BYTES)} == ${tag}`
}

function ruleLines(rule: Rule, list: WrittenList, context: PrintContext, losses: Losses): string[] {
  try {
    const separate = separateRules(rule)
    if (separate.length > 1 || separate[0] !== rule) {
      const sentence = 'It looks several fields up together, and is written as a rule for each entry.'
      losses.lose(sentence, rule.id, true)
      return separate.flatMap((each) => ruleLines(each, list, context, losses))
    }
    const entries = writeEntries(rule.match, list.family, context)
    const action = actionOf(rule, list, losses)
    if (entries.length === 0) return []
    list.told.add(rule.id)
    const lines = entries.map((entry) => `${action} ${entry}${rule.log ? ' log' : ''}`)
    if (rule.log && rule.logPrefix !== undefined && rule.logPrefix !== '')
      losses.lose('What its log line begins with is not in this text.', rule.id, true)
    return withNotes(rule, lines, list.family, context, losses)
  } catch (error) {
    if (!(error instanceof LeftOut)) throw error
    list.told.add(rule.id)
    const end = error.never ? ' No packet can match it.' : ''
    const sentence = `The rule is left out of the ${FAMILY[list.family].name} list: ${error.message}${end}`
    losses.lose(sentence, rule.id, error.never || !rule.enabled)
    const name = fitBytes(plainText(rule.name === '' ? rule.id : rule.name), REMARK_BYTES)
    return [`! left out: ${name}: ${plainText(error.message)}`]
  }
}

function actionOf({ target, id }: Rule, list: WrittenList, losses: Losses): 'permit' | 'deny' {
  if (list.passes.has(target.kind)) return 'permit'
  if (target.kind === 'drop') {
    if (!list.silent) losses.lose('What it drops is answered in this text.', id, false)
    return 'deny'
  }
  if (target.kind !== 'reject') throw new LeftOut('its action has no spelling here.')
  if (list.silent) losses.lose('What it rejects gets no answer in this text.', id, false)
  else if (target.with !== 'icmp-admin-prohibited')
    losses.lose('What it rejects is answered "administratively prohibited" in this text.', id, false)
  return 'deny'
}

/** The entries below the comment and the remark that say whose they are. */
function withNotes(
  rule: Rule,
  lines: readonly string[],
  family: Family,
  context: PrintContext,
  losses: Losses,
): string[] {
  const isPlain = lines.length === 1 && readsBack(rule, lines[0] ?? '', family)
  const id = { rule: fitBytes(plainText(rule.id), ID_BYTES), entries: String(lines.length) }
  const whole = writeTag({ ...id, ...(isPlain ? {} : cellsOf(rule.match, context.names)) }, '')
  const tag = byteLength(whole) > TAG_BYTES ? writeTag(id, '') : whole
  const needsTag = !isPlain || !rule.enabled || !MADE_UP.test(rule.id)
  const clean = plainText(rule.name)
  const name = fitBytes(clean, REMARK_BYTES)
  if (name !== clean) losses.lose('Its name is too long for a remark and is cut.', rule.id, true)
  const body = [...(name === '' ? [] : [`remark ${name}`]), ...lines]
  return [...(needsTag ? [`! ${tag}`] : []), ...(rule.enabled ? body : body.map((line) => `! off: ${line}`))]
}

const NO_GROUPS = { network: () => [], service: () => [] }

function readsBack(rule: Rule, line: string, family: Family): boolean {
  const { alternatives } = readExtended(wordsOf(line), family, NO_GROUPS)
  return key(alternatives) === key([sortConditions(rule.match)])
}
