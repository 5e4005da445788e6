import { parseCell, sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId } from '@/model/fields/field'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { replaceChain } from '@/model/ruleset/chains'
import type { Chain, Rule, Target } from '@/model/ruleset/ruleset'
import type { ImportedLine, ImportedRules, ParseContext } from '../dialect'
import { type Block, isVerdictKey, type KeyLine, readSyntax } from './syntax'

/** Words of router pages for what a rule does. */
const VERDICTS: Readonly<Record<string, Target>> = {
  allow: { kind: 'accept' },
  accept: { kind: 'accept' },
  permit: { kind: 'accept' },
  pass: { kind: 'accept' },
  block: { kind: 'drop' },
  drop: { kind: 'drop' },
  deny: { kind: 'drop' },
  reject: { kind: 'reject', with: 'icmp-port-unreachable' },
}

interface Draft {
  readonly rule: Omit<Rule, 'target'>
  readonly inbound: Target | undefined
  readonly outbound: Target | undefined
  readonly lines: readonly number[]
}

/**
 * Reads the form that a home router's page shows (R033): one block of keys per rule, with a verdict for each direction.
 * Prose around the blocks is passed over. The form names no protocol and no default policy: a rule is for any protocol,
 * the policies are those of a new home packet filter.
 */
export function parseHomeRouter(text: string, context: ParseContext): Result<ImportedRules> {
  if (text.trim() === '') return failure('There is no text to read.')
  const { lines, blocks } = readSyntax(text)
  const diagnostics: Diagnostic[] = []
  const drafts: Draft[] = []
  const broken = new Set<number>()
  for (const block of blocks) {
    const problems: Diagnostic[] = []
    const draft = readBlock(block, context, problems)
    diagnostics.push(...problems)
    if (draft) drafts.push(draft)
    else for (const { line } of block.keys) broken.add(line)
  }
  if (drafts.length === 0) {
    if (diagnostics.length > 0) return { ok: false, diagnostics }
    return failure(
      'No rule is in this text. A rule is a block of lines such as "dst port 443" with a line "inbound block" or "outbound allow".',
    )
  }
  const owners = new Map<number, string>()
  for (const { rule, lines: own } of drafts) for (const line of own) owners.set(line, rule.id)
  const told = lines.map((line, index): ImportedLine => {
    const id = owners.get(index + 1)
    const fate = id
      ? 'understood'
      : line.trim() === ''
        ? 'blank'
        : line.startsWith('#')
          ? 'comment'
          : 'not-understood'
    return { line: index + 1, text: line, fate, rules: id ? [id] : [] }
  })
  return success(
    { firewall: firewallOf(drafts), rules: drafts.length, lines: told },
    diagnostics.sort((a, b) => a.line - b.line || a.column - b.column),
  )
}

function readBlock({ keys, title }: Block, context: ParseContext, problems: Diagnostic[]): Draft | undefined {
  const first = keys[0] as KeyLine
  const value = (key: KeyLine['key']) => keys.find((each) => each.key === key)
  const match: Condition[] = []
  let readable = true
  const complain = (key: KeyLine, message: string) => {
    problems.push(
      diagnostic('syntax-error', message, { line: key.line, column: key.column, length: key.value.length }),
    )
    readable = false
  }
  for (const key of keys) {
    if (isVerdictKey(key.key) || key.key === 'name' || key.key === 'active') continue
    const cell = parseCell(key.key satisfies FieldId, key.value, context.names)
    if (!cell.ok) {
      const [trouble] = cell.diagnostics
      complain(
        { ...key, column: key.column + (trouble?.column ?? 1) - 1 },
        trouble?.message ?? `${key.value} is not a value.`,
      )
    } else if (cell.value) match.push(cell.value)
  }
  const target = (key: 'inbound' | 'outbound'): Target | undefined => {
    const written = value(key)
    if (!written) return undefined
    const found = VERDICTS[written.value.toLowerCase()]
    if (!found) complain(written, `${written.value} is no verdict. Write allow or block.`)
    return found
  }
  const inbound = target('inbound')
  const outbound = target('outbound')
  if (!readable) return undefined
  if (!value('protocol'))
    problems.push(
      diagnostic('note', 'This rule names no protocol: it is for any.', { line: first.line, column: 1 }),
    )
  return {
    rule: {
      kind: 'rule',
      id: `line-${first.line}`,
      enabled: !/^(no|off|false|0)$/i.test(value('active')?.value ?? 'yes'),
      name: value('name')?.value ?? title?.text ?? '',
      match: sortConditions(match),
      log: false,
      sourceLine: first.line,
    },
    inbound,
    outbound,
    lines: [...(title ? [title.line] : []), ...keys.map(({ line }) => line)],
  }
}

function firewallOf(drafts: readonly Draft[]): ImportedRules['firewall'] {
  const empty = firewallKind('home-stateless').create()
  const withRows = (ruleset: typeof empty.ruleset, ref: typeof HOME_INBOUND, key: 'inbound' | 'outbound') => {
    const chain = ruleset.tables[0]?.chains.find(({ name }) => name === ref.chain) as Chain
    const rows = drafts.flatMap((draft) => {
      const target = draft[key]
      return target ? [{ ...draft.rule, target }] : []
    })
    return replaceChain(ruleset, ref, { ...chain, rows })
  }
  const ruleset = withRows(withRows(empty.ruleset, HOME_INBOUND, 'inbound'), HOME_OUTBOUND, 'outbound')
  return { ...empty, form: 'dual', ruleset }
}
