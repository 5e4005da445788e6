import { fieldsOf } from '@/model/fields/cell'
import { fieldOf } from '@/model/fields/lookup'
import type { FirewallKind } from '@/model/firewalls/firewall-kind'
import { type Diagnostic, diagnostic, failure, type Result, success } from '@/model/result'
import { allChains, type ChainOfRuleset } from '@/model/ruleset/chains'
import type { ChainRef, Row, Rule } from '@/model/ruleset/ruleset'
import { chainsLedTo } from '@/model/ruleset/targets'
import { detectDialect } from './detect'
import type { Dialect, ParseContext } from './dialect'

/** Where pasted rows go. */
export interface PasteTarget {
  readonly kind: FirewallKind
  readonly chain: ChainRef
  /** Row ids that the chain has already. */
  readonly taken: ReadonlySet<string>
  /** User chains of the same table: a jump elsewhere is turned off. */
  readonly userChains: readonly string[]
}

export interface PastedRows {
  /** The language that the text was read in. */
  readonly dialect: Dialect
  readonly rows: readonly Row[]
}

/** What flows the same way under other names, nearest first. */
const SAME_WAY: Readonly<Record<string, readonly string[]>> = {
  inbound: ['input', 'forward'],
  input: ['inbound'],
  outbound: ['output', 'forward'],
  output: ['outbound'],
  forward: ['inbound', 'outbound'],
}

/**
 * Rows for one chain from text in any language that is read. A rule that the kind of firewall cannot have is kept, turned
 * off, and named in a note; nothing is left out silently.
 */
export function parseRows(text: string, context: ParseContext, target: PasteTarget): Result<PastedRows> {
  const dialect = detectDialect(text)[0]?.dialect
  if (!dialect?.parse)
    return failure(
      'The text is in no language that can be read. Copy rules such as "-A INPUT -p tcp --dport 22 -j ACCEPT".',
    )
  const read = dialect.parse(text, context)
  if (!read.ok) return read
  const rows = chooseChain(allChains(read.value.firewall.ruleset), target.chain).flatMap(
    ({ chain }) => chain.rows,
  )
  if (!rows.some((row) => row.kind === 'rule'))
    return {
      ok: false,
      diagnostics: [
        ...read.diagnostics,
        ...failure(`The text has no rule for ${target.chain.chain}.`).diagnostics,
      ],
    }
  const diagnostics: Diagnostic[] = [...read.diagnostics]
  const taken = new Set(target.taken)
  const fresh = (id: string): string => {
    let free = id
    for (let copy = 2; taken.has(free); copy++) free = `${id}-${copy}`
    taken.add(free)
    return free
  }
  const placed = rows.map((row): Row => {
    const own = { ...row, id: fresh(row.id) }
    if (own.kind === 'separator') return own
    const reason = whyNot(own, target)
    if (reason === undefined || !own.enabled) return own
    diagnostics.push(
      diagnostic('note', `This rule is turned off: ${reason}`, { line: own.sourceLine ?? 1, column: 1 }),
    )
    return { ...own, enabled: false }
  })
  return success({ dialect, rows: placed }, diagnostics)
}

/** The chain of that name, else one that flows the same way, else the only ones with rules. */
function chooseChain(chains: readonly ChainOfRuleset[], wanted: ChainRef): ChainOfRuleset[] {
  const filled = chains.filter(({ chain }) => chain.rows.length > 0)
  const same = filled.filter(({ ref }) => ref.chain === wanted.chain && ref.table === wanted.table)
  if (same.length > 0) return same
  const filter = filled.filter(({ ref }) => ref.table === 'filter')
  for (const name of SAME_WAY[wanted.chain.toLowerCase()] ?? []) {
    const alike = filter.filter(({ ref }) => ref.chain.toLowerCase() === name)
    if (alike.length > 0) return alike
  }
  return filled.filter(({ ref }) => ref.table === wanted.table).slice(0, 1)
}

function whyNot({ match, target: action }: Rule, { kind, userChains }: PasteTarget): string | undefined {
  const { label } = kind
  if (!kind.targets.includes(action.kind)) return `a ${label} has no such action.`
  const absent = chainsLedTo(action).find((name) => !userChains.includes(name))
  if (absent !== undefined) return `there is no chain ${absent} here.`
  for (const condition of match) {
    if (condition.kind === 'opaque') {
      if (kind.id !== 'netfilter') return `a ${label} cannot ask for "${condition.text}".`
      continue
    }
    const missing = fieldsOf(condition).find((field) => !kind.fields.includes(field))
    if (missing) return `a ${label} cannot ask for the ${fieldOf(missing).label}.`
    if ((condition.kind === 'concatenation' || condition.kind === 'either') && kind.id !== 'netfilter')
      return `a ${label} cannot ask for several fields together.`
  }
  return undefined
}
