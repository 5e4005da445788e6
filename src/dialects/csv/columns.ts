import type { FieldId } from '@/model/fields/field'
import { FIELDS } from '@/model/fields/index'

/** Columns that are no field of a packet, in their order before and after the fields. */
export const FIRST_COLUMNS = ['row', 'table', 'chain', 'hook', 'priority', 'on', 'name'] as const
export const LAST_COLUMNS = ['other', 'action', 'to', 'log', 'log prefix', 'assume', 'id'] as const
export type Column = (typeof FIRST_COLUMNS)[number] | (typeof LAST_COLUMNS)[number] | FieldId

/** Fields that every text has a column for; others have one where a rule asks for them. */
export const COMMON_FIELDS: readonly FieldId[] = ['protocol', 'src', 'sport', 'dst', 'dport']

/** Heads that people write themselves. */
const OTHER_HEADS: Readonly<Record<string, Column>> = {
  enabled: 'on',
  active: 'on',
  comment: 'name',
  description: 'name',
  rule: 'name',
  source: 'src',
  'source address': 'src',
  'source ip': 'src',
  'source port': 'sport',
  'src port': 'sport',
  destination: 'dst',
  'destination address': 'dst',
  'destination ip': 'dst',
  'destination port': 'dport',
  'dst port': 'dport',
  port: 'dport',
  proto: 'protocol',
  service: 'dport',
  flags: 'tcpFlags',
  state: 'ctState',
  interface: 'iif',
  'in interface': 'iif',
  'out interface': 'oif',
  target: 'action',
  verdict: 'action',
  logging: 'log',
}

/** The column that a head names, whatever its letters. */
export function columnOf(head: string): Column | undefined {
  const word = head
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
  const own = [...FIRST_COLUMNS, ...LAST_COLUMNS].find((name) => name === word)
  const field = FIELDS.find(({ id, label }) => id.toLowerCase() === word || label.toLowerCase() === word)
  return own ?? field?.id ?? OTHER_HEADS[word]
}
