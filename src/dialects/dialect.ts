import type { Interval, Names, Token } from '@/model/fields/field'
import type { Firewall, NatMode } from '@/model/firewalls/firewall-kind'
import type { Result } from '@/model/result'
import type { PortMapping } from '@/model/topology/topology'

/** What a text says about one device. */
export interface ImportedRules {
  readonly firewall: Firewall
  /** Absent: the text says nothing of translation. */
  readonly nat?: NatMode
  readonly mappings?: readonly PortMapping[]
  /** How many rules were read. */
  readonly rules: number
  /** What became of each line of the text, in order, blank ones too. */
  readonly lines: readonly ImportedLine[]
}

/** The fate of one line: `understood` into rules (ids), skipped as blank or comment, or named in a diagnostic. */
export interface ImportedLine {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly fate: 'understood' | 'blank' | 'comment' | 'partly' | 'not-understood'
  readonly rules: readonly string[]
}

export interface ParseContext {
  readonly names: Names
  /** Interface names of the device the rules go to, by side; used by shapes that name the outside interface. */
  readonly interfaces: readonly { readonly name: string; readonly side: 'inside' | 'outside' }[]
  /**
   * Read as the tool of that back end reads it: each rule by itself, as the tool lists them, in the tables that the text
   * has. What comments of ours say is not heeded. A table has all its base chains with `legacy`, with `nft` those that the
   * text names.
   */
  readonly asTool?: 'legacy' | 'nft'
  /**
   * What a token stands for now. A text carries tokens only as notes beside plain values; with this they come back where
   * they still stand for those values. Without it, or where they differ, the values that the text says are kept.
   */
  resolve?(token: Token): readonly Interval[]
  resolveSet?(name: string): readonly Interval[] | undefined
}

/** What printing needs to know about the device. */
export interface PrintContext extends ParseContext {
  readonly designName: string
  readonly deviceName: string
  readonly place: 'router' | 'host'
  readonly nat: NatMode
  readonly mappings: readonly PortMapping[]
  /** What a token stands for now; languages without tokens print that, with a note. */
  resolve(token: Token): readonly Interval[]
  resolveSet(name: string): readonly Interval[] | undefined
  /** Choices among spellings of the same thing. */
  readonly spelling?: {
    /** iptables: `-m conntrack --ctstate` (the default) or `-m state --state`. */
    readonly stateMatch?: 'conntrack' | 'state'
  }
}

/** What a language cannot say of one rule, told before export. */
export interface Loss {
  /** Id of the rule; absent when the whole table is meant. */
  readonly rule?: string
  readonly sentence: string
}

export interface PrintedRules {
  readonly text: string
  readonly losses: readonly Loss[]
  /** False: some rule is not in the text, or means less or more there. */
  readonly complete: boolean
}

/**
 * One rule language. A member reads, writes, or both; the menus, the command line, paste detection and the generic tests
 * come from the registry. Adding one: a folder with syntax.ts, parse.ts, print.ts, spelling.ts, cases.txt, README.md and
 * a line in index.ts.
 */
export interface Dialect {
  /** From the closed list of names: iptables, ip6tables, nft, home-router, text, markdown ... */
  readonly id: string
  readonly label: string
  /** File name for the download. */
  readonly fileName: string
  /** 0 to 1: how sure it is that `text` is of this language. */
  detect(text: string): number
  /**
   * Fails only when nothing at all could be read. Otherwise what was read is returned, and each line that was not is
   * `not-understood` with a `syntax-error` beside it: whoever needs the whole text (the command line, replay) refuses
   * on the first of those, a person is shown them. Never throws, whatever the text.
   */
  parse?(text: string, context: ParseContext): Result<ImportedRules>
  /** Deterministic: the same firewall and context give the same text. */
  print?(firewall: Firewall, context: PrintContext): PrintedRules
}
