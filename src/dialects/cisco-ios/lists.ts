import { sortConditions } from '@/model/fields/cell'
import type { Family } from '@/model/packet/address'
import type { Row, Rule, Separator } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import type { Tag } from '../iptables/tag'
import { lookupOf, recallMatch, unlessLeftOut } from '../recall'
import type { ReadEntry } from './read-entry'
import { writeEntries } from './write-entry'

/** What our comment above entries says of the rule they make. */
export interface Note {
  readonly tag: Tag
  /** Entries that belong to it. */
  readonly entries: number
}

export interface Entry {
  readonly sequence: number
  readonly read: ReadEntry
  readonly name: string
  readonly note: Note | undefined
  readonly enabled: boolean
  readonly line: number
}

/** One access list as it is read. */
export class AccessList {
  readonly name: string
  readonly family: Family
  readonly standard: boolean
  readonly rows: (Entry | Separator)[] = []

  constructor(name: string, family: Family, standard: boolean) {
    this.name = name
    this.family = family
    this.standard = standard
  }

  get entries(): readonly Entry[] {
    return this.rows.filter(isEntry)
  }

  /** Entries stand in the order of their numbers; one without a number comes last. */
  add(entry: Omit<Entry, 'sequence'>, sequence: number | undefined): void {
    const last = this.entries.reduce((highest, each) => Math.max(highest, each.sequence), 0)
    const own = sequence ?? last + 10
    const before = this.rows.findIndex((row) => isEntry(row) && row.sequence > own)
    this.rows.splice(before < 0 ? this.rows.length : before, 0, { ...entry, sequence: own })
  }

  has(sequence: number): boolean {
    return this.entries.some((entry) => entry.enabled && entry.sequence === sequence)
  }

  /** False: there is no such entry. */
  remove(isIt: (entry: Entry) => boolean): boolean {
    const at = this.rows.findIndex((row) => isEntry(row) && isIt(row))
    if (at >= 0) this.rows.splice(at, 1)
    return at >= 0
  }
}

export const isEntry = (row: Entry | Separator): row is Entry => 'read' in row

/** What permit and deny do, which the places decide where the list is asked. */
export interface Actions {
  readonly permit: Rule['target']
  readonly deny: Rule['target']
}

/** The rows of the chain that a list becomes; `told` learns which rules a line makes. */
export function rowsOf(
  list: AccessList,
  actions: Actions,
  context: ParseContext,
  told: (line: number, id: string) => void,
): Row[] {
  const rows: Row[] = []
  const taken = new Set<string>()
  const free = (id: string) => {
    let own = id
    for (let copy = 2; taken.has(own); copy++) own = `${id}-${copy}`
    taken.add(own)
    return own
  }
  for (let at = 0; at < list.rows.length; ) {
    const row = list.rows[at] as Entry | Separator
    if (!isEntry(row)) {
      rows.push({ ...row, id: free(row.id) })
      at++
      continue
    }
    const group = groupAt(list.rows, at)
    at += group.length
    const whole = wholeRule(group, list.family, context)
    const rules = whole ?? group.flatMap((entry) => rulesOfEntry(entry, group))
    for (const { rule, entries } of rules) {
      const id = free(rule.id)
      rows.push({ ...rule, id, target: entries[0]?.read.permit ? actions.permit : actions.deny })
      for (const { line } of entries) told(line, id)
    }
  }
  return rows
}

interface Made {
  readonly rule: Omit<Rule, 'target'>
  readonly entries: readonly Entry[]
}

/** The entry with those that our note counts to the same rule. */
function groupAt(rows: readonly (Entry | Separator)[], at: number): Entry[] {
  const first = rows[at] as Entry
  const group = [first]
  while (first.note && group.length < first.note.entries) {
    const next = rows[at + group.length]
    if (!next || !isEntry(next) || next.note !== first.note) break
    group.push(next)
  }
  return group
}

/** The one rule that the entries of a note make; undefined where they no longer say what the note says. */
function wholeRule(group: readonly Entry[], family: Family, context: ParseContext): Made[] | undefined {
  const [first] = group
  if (!first?.note || first.note.entries !== group.length) return undefined
  const same = group.every(
    ({ read, enabled }) =>
      read.permit === first.read.permit && read.log === first.read.log && enabled === first.enabled,
  )
  const lookup = lookupOf(context)
  const match = recallMatch(
    first.note.tag.entries,
    group.flatMap(({ read }) => read.alternatives),
    context.names,
    unlessLeftOut((conditions) => writeEntries(conditions, family, lookup)),
  )
  if (!same || !match) return undefined
  return [{ rule: { ...bare(first), id: idOf(first), match }, entries: group }]
}

function rulesOfEntry(entry: Entry, group: readonly Entry[]): Made[] {
  const id = entry === group[0] ? idOf(entry) : `line-${entry.line}`
  return entry.read.alternatives.map((match) => ({
    rule: { ...bare(entry), id, match: sortConditions(match) },
    entries: [entry],
  }))
}

const idOf = ({ note, line }: Entry) => note?.tag.entries.rule ?? `line-${line}`

function bare(entry: Entry): Omit<Rule, 'target' | 'id' | 'match'> {
  const { enabled, name, read, line } = entry
  return { kind: 'rule', enabled, name, log: read.log, sourceLine: line }
}
