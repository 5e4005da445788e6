import type { Edit } from '@/model/edits/edit'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Design } from '@/model/project/design'
import type { Diagnostic } from '@/model/result'
import { allChains } from '@/model/ruleset/chains'
import type { ChainRef, Rule } from '@/model/ruleset/ruleset'
import { namesOf } from '@/model/topology/names'
import type { Device } from '@/model/topology/topology'
import { commit } from '@/state/design-store'
import { freshRowId, type TableModel } from './table-model'

const NEW_RULE: Omit<Rule, 'id'> = {
  kind: 'rule',
  enabled: true,
  name: '',
  match: [],
  target: { kind: 'accept' },
  log: false,
}

/** Adds an empty rule that accepts; it is the last before the policy unless a place is given. */
export function insertRule(model: TableModel, at: number): string | undefined {
  return commit(model.insertRule(at, { ...NEW_RULE, id: freshRowId(model) }), 'add a rule')
}

function rulesByKey(model: TableModel, keys: readonly string[]): Rule[] {
  return model.rows.flatMap((row) => (row.kind === 'rule' && keys.includes(row.key) ? [row.rule] : []))
}

/** Puts a copy of each rule at the end of the table. */
export function duplicateRows(model: TableModel, keys: readonly string[]): string | undefined {
  return insertCopies(model, rulesByKey(model, keys), model.ownRows, 'duplicate rules')
}

function insertCopies(
  model: TableModel,
  rules: readonly Rule[],
  at: number,
  label: string,
): string | undefined {
  const first = Number(freshRowId(model).slice(1))
  const edits = rules.map((rule, index): Edit => model.insertRule(at, { ...rule, id: `r${first + index}` }))
  return edits.length === 0 ? undefined : commit({ kind: 'batch', edits: edits.toReversed() }, label)
}

/** What was copied last; the text on the clipboard tells whether it still is. */
let copied: { readonly text: string; readonly rules: readonly Rule[] } | undefined

/** Copies rules: as values for these tables, as a line each for everything else. */
export function copyRows(model: TableModel, keys: readonly string[]): void {
  const rules = rulesByKey(model, keys)
  const text = rules.map((rule) => `${rule.name || 'rule'}: ${rule.target.kind}`).join('\n')
  copied = { text, rules }
  void navigator.clipboard?.writeText(text).catch(() => undefined)
}

/** Pastes copied rules, or rule text in any language that is read, as rows from `at` on. Returns what to say. */
export async function pasteRows(
  model: TableModel,
  device: Device,
  design: Design,
  text: string,
  at: number,
): Promise<string | undefined> {
  if (copied && copied.text === text) return insertCopies(model, copied.rules, at, 'paste rules')
  const chain = model.chains[0]
  if (!chain) return undefined
  const { parseRows } = await import('@/dialects/paste')
  const parsed = parseRows(
    text,
    { names: namesOf(design), interfaces: device.interfaces },
    {
      kind: firewallKind(device.firewall.kind),
      chain,
      taken: new Set(model.rows.map(({ key }) => key)),
      userChains: userChainsBeside(device, chain),
    },
  )
  if (!parsed.ok) return sentences(parsed.diagnostics)
  const { dialect, rows } = parsed.value
  const edits = rows.map(
    (row): Edit =>
      row.kind === 'rule' ? model.insertRule(at, row) : model.insertSeparator(at, row.id, row.title),
  )
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`
  const trouble = commit({ kind: 'batch', edits: edits.toReversed() }, `paste ${count}`)
  return trouble ?? `${count} pasted from ${dialect.label}. ${sentences(parsed.diagnostics)}`.trim()
}

function sentences(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ line, message }) => `Line ${line}: ${message}`).join(' ')
}

/** User chains of the table that a chain is in: where its rules may jump. */
export function userChainsBeside(device: Device, { family, table }: ChainRef): string[] {
  return allChains(device.firewall.ruleset).flatMap(({ ref, chain }) =>
    ref.family === family && ref.table === table && !chain.base ? [chain.name] : [],
  )
}
