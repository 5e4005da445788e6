import { conditionOn, formatCondition, parseCell, withCondition } from '@/model/fields/cell'
import type { Condition, FieldId, FieldTest, Names } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'
import { fieldOf } from '@/model/fields/lookup'
import { PROTOCOL } from '@/model/packet/packet'
import { failure, type Result, success } from '@/model/result'
import type { Rule } from '@/model/ruleset/ruleset'

export const COLUMN_IDS = ['name', 'protocol', 'src', 'sport', 'dst', 'dport', 'flags', 'interface'] as const
export type ColumnId = (typeof COLUMN_IDS)[number]

/** What a cell says of a rule, and the rule that the cell's text would make. */
export interface Column {
  readonly id: ColumnId
  readonly label: string
  /** Fields whose failing marks the cell. */
  readonly fields: readonly FieldId[]
  read(rule: Rule, names: Names): string
  write(rule: Rule, text: string, names: Names): Result<Rule>
}

const STATE_FIELDS = ['tcpFlags', 'icmpType', 'icmpv6Type', 'ctState'] as const
/** Fields that have a place in a column; everything else that a rule looks at stands in "flags, state". */
const PLACED: ReadonlySet<FieldId> = new Set([
  'protocol',
  'src',
  'sport',
  'dst',
  'dport',
  'iif',
  'oif',
  ...STATE_FIELDS,
])

function setField(rule: Rule, field: FieldId, test: FieldTest | undefined): Rule {
  return { ...rule, match: withCondition(rule.match, field, test) }
}

interface Shape {
  /** The side on which the table's packets name an interface. */
  readonly interfaceField: 'iif' | 'oif'
  /** There is room for ports in columns of their own. */
  readonly wide?: boolean
}

export function columnsOf({ interfaceField, wide = false }: Shape): readonly Column[] {
  const ends = wide
    ? [
        fieldColumn('src', 'source', 'src'),
        fieldColumn('sport', 'port', 'sport'),
        fieldColumn('dst', 'destination', 'dst'),
        fieldColumn('dport', 'port', 'dport'),
      ]
    : [
        endpointColumn('src', 'source:port', 'src', 'sport'),
        endpointColumn('dst', 'destination:port', 'dst', 'dport'),
      ]
  return [
    {
      id: 'name',
      label: 'name',
      fields: [],
      read: (rule) => rule.name,
      write: (rule, text) => success({ ...rule, name: text.trim().slice(0, 200) }),
    },
    fieldColumn('protocol', 'proto', 'protocol'),
    ...ends,
    {
      id: 'flags',
      label: 'flags, state',
      fields: STATE_FIELDS,
      read: readFlags,
      write: writeFlags,
    },
    interfaceColumn(interfaceField),
  ]
}

/** "wan" is the interface on the table's side; "lan > wan" names both. */
function interfaceColumn(own: 'iif' | 'oif'): Column {
  const other = own === 'iif' ? 'oif' : 'iif'
  return {
    id: 'interface',
    label: 'if',
    fields: ['iif', 'oif'],
    read: (rule, names) => {
      const text = (field: FieldId) => formatCondition(conditionOn(rule.match, field), names)
      return conditionOn(rule.match, other) ? `${text('iif')} > ${text('oif')}` : text(own)
    },
    write: (rule, text, names) => {
      const [first = '', second, ...more] = text.split('>')
      if (more.length > 0) return failure('Write one interface, or two such as lan > wan.', 1, text.length)
      if (second === undefined) {
        const alone = parseCell(own, first, names)
        return alone.ok ? success(setField(setField(rule, other, undefined), own, alone.value)) : alone
      }
      const [iif, oif] = [parseCell('iif', first, names), parseCell('oif', second, names)]
      if (!iif.ok) return iif
      if (!oif.ok) return shifted(oif, first.length + 1)
      return success(setField(setField(rule, 'iif', iif.value), 'oif', oif.value))
    },
  }
}

function fieldColumn(id: ColumnId, label: string, field: FieldId): Column {
  return {
    id,
    label,
    fields: [field],
    read: (rule, names) => formatCondition(conditionOn(rule.match, field), names),
    write: (rule, text, names) => {
      const parsed = parseCell(field, text, names)
      return parsed.ok ? success(setField(rule, field, parsed.value)) : parsed
    },
  }
}

function endpointColumn(
  id: ColumnId,
  label: string,
  address: 'src' | 'dst',
  port: 'sport' | 'dport',
): Column {
  return {
    id,
    label,
    fields: [address, port],
    read: (rule, names) => {
      const where = conditionOn(rule.match, address)
      const ports = conditionOn(rule.match, port)
      return joinEndpoint(formatCondition(where, names), formatCondition(ports, names))
    },
    write: (rule, text, names) => {
      const [addressText, portText] = splitEndpoint(text)
      const where = parseCell(address, addressText, names)
      if (!where.ok) return where
      const ports = parseCell(port, portText, names)
      if (!ports.ok) return shifted(ports, text.length - portText.length)
      return success(setField(setField(rule, address, where.value), port, ports.value))
    },
  }
}

function shifted(failed: Extract<Result<unknown>, { ok: false }>, by: number): Result<never> {
  return { ok: false, diagnostics: failed.diagnostics.map((each) => ({ ...each, column: each.column + by })) }
}

/** "any:443", "LAN:any", "[2001:db8::1]:443"; without ports the address alone. */
export function joinEndpoint(address: string, port: string): string {
  if (port === 'any') return address === 'any' ? 'any' : address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Takes an endpoint apart. A bare port after a colon, IPv6 in brackets, and an address alone are all read. */
export function splitEndpoint(text: string): [address: string, port: string] {
  const trimmed = text.trim()
  const bracketed = /^((?:!|not\b)?\s*)\[([^\]]*)\](?::(.*))?$/i.exec(trimmed)
  if (bracketed) return [`${bracketed[1] ?? ''}${bracketed[2] ?? ''}`, bracketed[3] ?? 'any']
  const colons = trimmed.split(':').length - 1
  // Two colons without brackets are an IPv6 address; a range of ports after the first one has a dash.
  if (
    colons === 0 ||
    (colons > 1 &&
      /^[^:]*:[0-9a-f]*:/i.test(trimmed) &&
      !/^[a-z ]+:/i.test(trimmed.replace(/^[0-9a-f]+:/i, '')))
  )
    return [trimmed, 'any']
  const at = trimmed.indexOf(':')
  return [trimmed.slice(0, at), trimmed.slice(at + 1)]
}

function readFlags(rule: Rule, names: Names): string {
  const parts = STATE_FIELDS.flatMap((field) => {
    const test = conditionOn(rule.match, field)
    return test ? [formatCondition(test, names)] : []
  })
  return [...parts, ...unplaced(rule, names).map(({ text }) => text)].join('; ') || 'any'
}

interface Unplaced {
  readonly condition: Condition
  readonly text: string
}

/** Conditions without a column of their own, and further ones on a field that has one, each with its words. */
function unplaced(rule: Rule, names: Names): Unplaced[] {
  return rule.match.flatMap((condition): Unplaced[] => {
    if (condition.kind !== 'test') return [{ condition, text: formatCondition(condition, names) }]
    const { field } = condition
    if (PLACED.has(field) && conditionOn(rule.match, field) === condition) return []
    return [{ condition, text: `${fieldOf(field).short} ${formatCondition(condition, names)}` }]
  })
}

/**
 * Flags, a type of ICMP, or connection states: which of them it is, the words and the protocol tell. What stands behind a
 * semicolon is read by itself; conditions that can only be kept or taken away are kept where their words still stand.
 */
function writeFlags(rule: Rule, text: string, names: Names): Result<Rule> {
  const parts = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !ANY.test(part))
  const gone = new Set(
    unplaced(rule, names).flatMap((each) => (parts.includes(each.text) ? [] : [each.condition])),
  )
  const kept = unplaced(rule, names).map((each) => each.text)
  const rest: Rule = { ...rule, match: rule.match.filter((condition) => !gone.has(condition)) }
  const cleared = STATE_FIELDS.reduce((each, field) => setField(each, field, undefined), rest)
  let written = cleared
  for (const part of parts.filter((each) => !kept.includes(each))) {
    const read = writeState(written, part, names)
    if (!read.ok) return shifted(read, text.indexOf(part))
    written = read.value
  }
  return success(written)
}

const ANY = /^(any|\*|-|–)$/i

function writeState(rule: Rule, text: string, names: Names): Result<Rule> {
  const named = FIELDS.find(({ id, short }) => !PLACED.has(id) && text.startsWith(`${short} `))
  if (named) {
    const before = text.length - text.slice(named.short.length).trimStart().length
    const parsed = parseCell(named.id, text.slice(before), names)
    return parsed.ok ? success(setField(rule, named.id, parsed.value)) : shifted(parsed, before)
  }
  const protocol = conditionOn(rule.match, 'protocol')?.terms[0]
  const number = protocol?.kind === 'range' ? protocol.first : undefined
  const order: readonly FieldId[] =
    number === PROTOCOL.icmpv6
      ? ['icmpv6Type', 'ctState']
      : number === PROTOCOL.icmp
        ? ['icmpType', 'ctState']
        : ['ctState', 'tcpFlags', 'icmpType', 'icmpv6Type']
  for (const field of order) {
    const parsed = parseCell(field, text, names)
    if (parsed.ok) return success(setField(rule, field, parsed.value))
  }
  return failure(
    `${text} is neither flags nor a state. Write SYN, not SYN, established, related, a type of ICMP such as echo-reply, or ttl 64.`,
    1,
    text.length,
  )
}
