import type { FieldId, Term } from '@/model/fields/field'
import { parsePortRange } from '@/model/packet/port'
import { readAddress, type Say, words } from './read-match'
import type { Section } from './syntax'

/** `config ipset`: what it holds, one term per field and entry. */
export interface IpSet {
  readonly fields: readonly FieldId[]
  readonly entries: readonly (readonly Term[])[]
  /** Filled by something that the text does not have. */
  readonly unknown: boolean
}

const FIELDS: Readonly<Record<string, FieldId>> = {
  src_ip: 'src',
  src_net: 'src',
  dest_ip: 'dst',
  dest_net: 'dst',
  src_port: 'sport',
  dest_port: 'dport',
}

export function readIpset({ options }: Section, say: Say): IpSet {
  const values = (name: string) => options.get(name)?.values ?? []
  const matches = values('match').flatMap(words)
  const fields = matches.flatMap(({ text }) => FIELDS[text.includes('_') ? text : `dest_${text}`] ?? [])
  let unknown = fields.length < matches.length || fields.length === 0 || values('loadfile').length > 0
  const entries = values('entry').flatMap((value): Term[][] => {
    const parts = value.text.split(/[\s,]+/).filter((part) => part !== '')
    const terms = fields.map((field, index) => readTerm(field, parts[index] ?? ''))
    if (parts.length === fields.length && terms.every((term) => term !== undefined)) return [terms as Term[]]
    say('approximated', `${value.text} is no entry of this set; the set is not known here.`, value)
    unknown = true
    return []
  })
  return { fields, entries, unknown: unknown || entries.length === 0 }
}

function readTerm(field: FieldId, text: string): Term | undefined {
  if (field === 'src' || field === 'dst') {
    const interval = readAddress(text)
    return interval && { kind: 'range', ...interval }
  }
  const range = parsePortRange(text.replace(/^(tcp|udp):/, ''))
  return range.ok ? { kind: 'range', ...range.value } : undefined
}
