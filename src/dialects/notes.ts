import type { Row, Rule, Separator } from '@/model/ruleset/ruleset'
import type { ParseContext } from './dialect'
import { readTag } from './iptables/tag'
import { recallMatch, type WriteLines } from './recall'

/** What a comment line of ours says of the commands below it. */
export interface Note {
  readonly entries: Readonly<Record<string, string>>
  readonly name: string
  /** Commands that belong to it. */
  readonly commands: number
}

/** `# [highport rule=r1 commands=2 dport=443] Name` */
export function readNote(comment: string): Note | undefined {
  const { tag, name } = readTag(comment.replace(/^\s*#\s?/, ''))
  if (tag?.entries.rule === undefined) return undefined
  return { entries: tag.entries, name, commands: Number(tag.entries.commands ?? 1) }
}

/** `# == Title == [highport separator=s1 chain=input]` */
export function readTitle(comment: string): (Separator & { readonly chain: string }) | undefined {
  const found = /^# == (.*) == (\[highport separator=.*\])$/.exec(comment.trimEnd())
  const entries = found ? readTag(found[2] ?? '').tag?.entries : undefined
  if (entries?.separator === undefined || entries.chain === undefined) return undefined
  return { kind: 'separator', id: entries.separator, title: found?.[1] ?? '', chain: entries.chain }
}

/** The one rule that several commands make; undefined where they no longer say what the note says. */
function wholeRule(
  note: Note,
  rules: readonly Rule[],
  write: WriteLines,
  context: ParseContext,
): Rule | undefined {
  const [first] = rules
  if (!first || rules.length !== note.commands) return undefined
  const same = rules.every(
    (rule) =>
      JSON.stringify(rule.target) === JSON.stringify(first.target) &&
      rule.log === first.log &&
      rule.enabled === first.enabled,
  )
  const match = recallMatch(
    note.entries,
    rules.map((rule) => rule.match),
    context.names,
    write,
  )
  return same && match ? { ...first, match } : undefined
}

/** Rows with the ids of our notes, commands of one rule put together; `renamed` learns which id a rule has now. */
export function settleRows(
  rows: readonly Row[],
  notes: ReadonlyMap<string, Note>,
  write: WriteLines,
  context: ParseContext,
  renamed: Map<string, string>,
): Row[] {
  const settled: Row[] = []
  const taken = new Set<string>()
  const put = (row: Row, id: string, from: readonly Row[]) => {
    let own = id
    for (let copy = 2; taken.has(own); copy++) own = `${id}-${copy}`
    taken.add(own)
    settled.push({ ...row, id: own })
    for (const each of from) renamed.set(each.id, own)
  }
  for (let at = 0; at < rows.length; ) {
    const row = rows[at] as Row
    const note = row.kind === 'rule' ? notes.get(row.id) : undefined
    const group: Rule[] = []
    for (
      let next = rows[at];
      next?.kind === 'rule' && note && notes.get(next.id) === note;
      next = rows[at + group.length]
    )
      group.push(next)
    const whole = note && wholeRule(note, group, write, context)
    if (whole) put(whole, note.entries.rule ?? whole.id, group)
    else put(row, note?.entries.rule ?? row.id, [row])
    at += whole ? group.length : 1
  }
  return settled
}
