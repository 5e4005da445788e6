import { formatCondition } from '@/model/fields/cell'
import type { FieldId, Names } from '@/model/fields/field'
import { fieldOf } from '@/model/fields/lookup'
import { dualRows } from '@/model/firewalls/dual'
import type { Firewall, FirewallKind } from '@/model/firewalls/firewall-kind'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { formatAddress } from '@/model/packet/address'
import { formatPortRange } from '@/model/packet/port'
import { allChains, findChain, ruleNumbers } from '@/model/ruleset/chains'
import { mapWords } from '@/model/ruleset/map-words'
import type { ChainRef, Rule, Target } from '@/model/ruleset/ruleset'
import { targetDetail } from '@/model/ruleset/target-words'
import type { PrintContext } from './dialect'
import { shortText } from './plain-text'

/** Rules as a person reads them: what the plain text and Markdown tables have in common. */
export interface RuleTable {
  readonly title: string
  readonly heads: readonly string[]
  /** A row with one cell is a title between rules. */
  readonly rows: readonly (readonly string[])[]
}

/** Cells between the name and the action, each from one or more fields. */
const COLUMNS: readonly { readonly head: string; readonly fields: readonly FieldId[] }[] = [
  { head: 'Protocol', fields: ['family', 'protocol'] },
  { head: 'Source', fields: ['src'] },
  { head: 'Source port', fields: ['sport'] },
  { head: 'Destination', fields: ['dst'] },
  { head: 'Destination port', fields: ['dport'] },
  { head: 'Flags, type, state', fields: ['tcpFlags', 'icmpType', 'icmpv6Type', 'ctState'] },
  { head: 'Interface', fields: ['iif', 'oif'] },
]

/** Fields with a column; all else stands beside the flags. */
const PLACED = new Set(COLUMNS.flatMap(({ fields }) => fields))

/** What a cell shows of a text: enough to know it by. */
const CELL_BYTES = 300
const cellText = (text: string) => shortText(text, CELL_BYTES)

/** Every chain of the firewall as a table; a home table in dual form is one. */
export function ruleTables(firewall: Firewall, context: PrintContext): RuleTable[] {
  const kind = firewallKind(firewall.kind)
  const tables =
    firewall.form === 'dual'
      ? [dualTable(firewall, kind, context)]
      : allChains(firewall.ruleset).map(({ ref, chain }): RuleTable => {
          const numbers = ruleNumbers(chain)
          const locked = kind
            .lockedRules(firewall, ref)
            .map((rule) => ruleRow('', rule, [word(rule, kind, firewall, context.names)], context))
          const rows = chain.rows.map((row) =>
            row.kind === 'separator'
              ? [cellText(row.title)]
              : ruleRow(
                  String(numbers.get(row.id) ?? 'off'),
                  row,
                  [word(row, kind, firewall, context.names)],
                  context,
                ),
          )
          const policy = chain.base ? [policyRow([kind.word(chain.base.policy, firewall.form)])] : []
          const inTable = firewall.kind === 'netfilter' ? ` (${ref.family} ${ref.table})` : ''
          return {
            title: cellText(`${ref.chain}${inTable}`),
            heads: headsWith(['Action']),
            rows: [...locked, ...rows, ...policy],
          }
        })
  return [...tables, ...mappingTable(context)]
}

function headsWith(actions: readonly string[]): string[] {
  return ['No.', 'Name', ...COLUMNS.map(({ head }) => head), ...actions]
}

function dualTable(firewall: Firewall, kind: FirewallKind, context: PrintContext): RuleTable {
  const chain = (ref: ChainRef) => findChain(firewall.ruleset, ref) ?? { name: ref.chain, rows: [] }
  const [inbound, outbound] = [chain(HOME_INBOUND), chain(HOME_OUTBOUND)]
  const locked = [HOME_INBOUND, HOME_OUTBOUND].flatMap((ref, side) =>
    kind.lockedRules(firewall, ref).map((rule) => {
      const action = word(rule, kind, firewall, context.names)
      return ruleRow('', rule, side === 0 ? [action, ''] : ['', action], context)
    }),
  )
  let number = 0
  const rows = dualRows(inbound, outbound).flatMap((row) => {
    if (row.separator !== undefined) return [[cellText(row.separator)]]
    const rule = row.inbound?.rule ?? row.outbound?.rule
    if (!rule) return []
    const side = (cell: typeof row.inbound) => (cell ? word(cell.rule, kind, firewall, context.names) : '')
    return [
      ruleRow(
        rule.enabled ? String(++number) : 'off',
        rule,
        [side(row.inbound), side(row.outbound)],
        context,
      ),
    ]
  })
  const policies = [inbound, outbound].map(({ base }) => kind.word(base?.policy ?? 'accept', firewall.form))
  return {
    title: 'rules',
    heads: headsWith(['Inbound', 'Outbound']),
    rows: [...locked, ...rows, policyRow(policies)],
  }
}

function policyRow(actions: readonly string[]): string[] {
  return ['', 'policy', ...COLUMNS.map(() => ''), ...actions]
}

function ruleRow(number: string, rule: Rule, actions: readonly string[], context: PrintContext): string[] {
  const { names } = context
  const unplaced = rule.match.flatMap((condition) => {
    if (condition.kind !== 'test') return [formatCondition(condition, names)]
    const { field } = condition
    return PLACED.has(field) ? [] : [`${fieldOf(field).short} ${formatCondition(condition, names)}`]
  })
  const cells = COLUMNS.map(({ head, fields }) => {
    const tests = fields.flatMap((field) =>
      rule.match.filter((each) => each.kind === 'test' && each.field === field),
    )
    const written = tests.map((test) => formatCondition(test, names))
    const isMore = head.startsWith('Flags')
    return [...written, ...(isMore ? unplaced : [])].join('; ')
  })
  return [number, rule.name, ...cells.map((cell, index) => cell || emptyCell(index)), ...actions].map(
    cellText,
  )
}

/** "any" for what every rule has; nothing for what few do. */
function emptyCell(index: number): string {
  const fields = COLUMNS[index]?.fields ?? []
  return fields.some((field) => ['protocol', 'src', 'sport', 'dst', 'dport'].includes(field)) ? 'any' : ''
}

function word(rule: Rule, kind: FirewallKind, { form }: Firewall, names: Names): string {
  return `${targetText(rule.target, kind, form, names)}${rule.log ? ', log' : ''}`
}

function targetText(target: Target, kind: FirewallKind, form: Firewall['form'], names: Names): string {
  const name = kind.word(target.kind, form)
  switch (target.kind) {
    case 'jump':
    case 'goto':
      return `${name} ${target.chain}`
    case 'reject':
      return `${name} with ${target.with}`
    case 'log':
      return target.prefix === '' ? name : `${name} "${target.prefix}"`
    case 'opaque':
      return target.text
    case 'map':
      return `${name}: ${mapWords(target, names, (each) => targetText(each, kind, form, names))}`
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect': {
      const { addresses, ports } = target.to
      const range =
        addresses &&
        (addresses.first === addresses.last
          ? formatAddress(addresses.first)
          : `${formatAddress(addresses.first)}-${formatAddress(addresses.last)}`)
      const to = [range, ports && `port ${formatPortRange(ports)}`].filter(Boolean).join(' ')
      return to === '' ? name : `${name} to ${to}`
    }
    default:
      return [name, targetDetail(target)].filter(Boolean).join(' ')
  }
}

function mappingTable({ mappings }: PrintContext): RuleTable[] {
  if (mappings.length === 0) return []
  const rows = mappings.map(({ enabled, name, protocol, outside, insideAddress, insidePort }) => {
    const inside = formatPortRange({ first: insidePort, last: insidePort + outside.last - outside.first })
    return [
      enabled ? 'on' : 'off',
      name,
      protocol,
      formatPortRange(outside),
      formatAddress(insideAddress),
      inside,
    ].map(cellText)
  })
  return [
    {
      title: 'port mappings',
      heads: ['On', 'Name', 'Protocol', 'Outside port', 'Inside address', 'Inside port'],
      rows,
    },
  ]
}
