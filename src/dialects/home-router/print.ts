import { formatCondition } from '@/model/fields/cell'
import type { FieldTest, Interval } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { dualRows } from '@/model/firewalls/dual'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { findChain } from '@/model/ruleset/chains'
import type { Chain, Rule } from '@/model/ruleset/ruleset'
import type { Loss, PrintContext, PrintedRules } from '../dialect'
import { asTerms, plainTest } from '../plain-terms'
import { fitBytes, plainText } from '../plain-text'
import { canBeTitle } from './syntax'

/** Cells of the form in its order; the seed's own spelling. */
const CELLS = [
  ['src', 'src ip'],
  ['dst', 'dest ip'],
  ['sport', 'src port'],
  ['dport', 'dst port'],
] as const

const WIDTH = 12
/** Longest name on a line of the form. */
const NAME_BYTES = 200
/** A value that begins like a separator gets one before it. */
const keyLine = (key: string, value: string) =>
  /^[:=]/.test(value) ? `${key}: ${value}` : `${key.padEnd(WIDTH)}${value}`

/** Writes a home packet filter as the form of R033, one block per rule, without any line of our own. */
export function printHomeRouter(firewall: Firewall, context: PrintContext): PrintedRules {
  const inbound = findChain(firewall.ruleset, HOME_INBOUND)
  const outbound = findChain(firewall.ruleset, HOME_OUTBOUND)
  if (!inbound || !outbound) {
    const kind = firewallKind(firewall.kind).label
    return {
      text: '',
      losses: [{ sentence: `This form has inbound and outbound rules; a device with ${kind} has none.` }],
      complete: false,
    }
  }
  const losses: Loss[] = []
  let complete = true
  const lose = (sentence: string, rule?: string, exact = false) => {
    losses.push(rule === undefined ? { sentence } : { rule, sentence })
    if (!exact) complete = false
  }
  sayWhatIsMissing(firewall, inbound, outbound, context, lose)
  const blocks: string[] = []
  for (const row of dualRows(inbound, outbound)) {
    if (row.separator !== undefined) {
      lose(`The title "${fitBytes(plainText(row.separator), NAME_BYTES)}" is left out.`, row.id, true)
      continue
    }
    const rule = row.inbound?.rule ?? row.outbound?.rule
    if (!rule) continue
    const block = printBlock(rule, row.inbound?.rule, row.outbound?.rule, context, lose)
    if (block) blocks.push(block)
  }
  return { text: blocks.map((block) => `${block}\n`).join('\n'), losses, complete }
}

type Lose = (sentence: string, rule?: string, exact?: boolean) => void

function sayWhatIsMissing(
  firewall: Firewall,
  inbound: Chain,
  outbound: Chain,
  context: PrintContext,
  lose: Lose,
): void {
  const kind = firewallKind(firewall.kind)
  if (kind.keepsState) lose('This form has no state: replies to tracked connections are not let in by it.')
  if (firewall.builtins.some((group) => group.enabled && group.addresses.length > 0))
    lose('This form has no built-in groups: Black List Defense is left out.')
  if (context.mappings.length > 0) lose('This form has no port mappings.')
  const usual = findChain(firewallKind('home-stateless').create().ruleset, HOME_INBOUND)?.base?.policy
  const usualOut = findChain(firewallKind('home-stateless').create().ruleset, HOME_OUTBOUND)?.base?.policy
  if (inbound.base?.policy !== usual || outbound.base?.policy !== usualOut)
    lose(
      `This form has no line for the policies: inbound ${inbound.base?.policy}, outbound ${outbound.base?.policy}. Set them by hand.`,
    )
}

function printBlock(
  rule: Rule,
  inbound: Rule | undefined,
  outbound: Rule | undefined,
  context: PrintContext,
  lose: Lose,
): string | undefined {
  const cells = new Map<string, string>()
  for (const condition of rule.match) {
    const place =
      condition.kind === 'test' && [...CELLS.map(([id]) => id), 'protocol'].includes(condition.field)
    if (condition.kind !== 'test' || !place || cells.has(condition.field)) {
      const what =
        condition.kind === 'test' ? fieldOf(condition.field).label : formatCondition(condition, context.names)
      lose(`This form cannot ask for ${plainText(what)}: the rule is left out.`, rule.id)
      return undefined
    }
    const cell = printCell(condition, context)
    if (cell === undefined) {
      lose(`${fieldOf(condition.field).label} stands for nothing now: the rule is left out.`, rule.id)
      return undefined
    }
    if (cell.follows)
      lose(
        `${fieldOf(condition.field).label} is written as ${cell.text}, which no longer follows the drawing.`,
        rule.id,
        true,
      )
    cells.set(condition.field, cell.text)
  }
  const verdict = (side: Rule | undefined, key: string): string[] => {
    if (!side) return []
    if (side.log) lose('This form cannot log.', rule.id, true)
    if (side.target.kind === 'reject')
      lose('This form cannot reject: the packet is blocked without an answer.', rule.id)
    if (side.target.kind === 'accept') return [keyLine(key, 'allow')]
    return [keyLine(key, 'block')]
  }
  const name = fitBytes(plainText(rule.name), NAME_BYTES)
  if (name !== plainText(rule.name)) lose('Its name is too long here and is cut.', rule.id, true)
  const isTitle = canBeTitle(name)
  const protocol = cells.get('protocol')
  return [
    ...(isTitle ? [name, ''] : []),
    ...(!isTitle && name !== '' ? [keyLine('name', name)] : []),
    ...(protocol === undefined ? [] : [keyLine('protocol', protocol)]),
    ...CELLS.map(([id, label]) => keyLine(label, cells.get(id) ?? 'any')),
    ...verdict(inbound, 'inbound'),
    ...verdict(outbound, 'outbound'),
    ...(rule.enabled ? [] : [keyLine('active', 'no')]),
  ].join('\n')
}

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

function printCell(test: FieldTest, context: PrintContext): { text: string; follows: boolean } | undefined {
  const plain = plainTest(test, context)
  if (plain.intervals.length === 0) return undefined
  const intervals = test.field === 'protocol' ? plain.intervals.flatMap(singles) : plain.intervals
  const text = fieldOf(test.field).format(asTerms({ ...plain, intervals }), NO_NAMES)
  return { text: plain.negated ? `not ${text}` : text, follows: plain.follows }
}

/** Protocols stand alone in a cell: ranges of numbers are taken apart. */
function singles({ first, last }: Interval): Interval[] {
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => {
    const number = Number(first) + index
    return { first: number, last: number }
  })
}
