import { formatEntry } from '../fields/cell'
import type { Names } from '../fields/field'
import { fieldOf } from '../fields/lookup'
import type { MapTarget, PlainTarget } from './ruleset'

/** What a map looks up and does: "dport 22 DROP, 443 ACCEPT"; `word` writes what an entry does. */
export function mapWords(
  { fields, entries }: MapTarget,
  names: Names,
  word: (target: PlainTarget) => string,
): string {
  const heads = fields.map((id) => fieldOf(id).short).join(' . ')
  const each = entries.map(({ key, target }) => `${formatEntry(fields, key, names)} ${word(target)}`)
  return `${heads} ${each.join(', ') || 'of nothing'}`
}
