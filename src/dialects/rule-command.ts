import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Design } from '@/model/project/design'
import { chainKey, findChain, replaceChain } from '@/model/ruleset/chains'
import type { ChainRef, Row, Rule } from '@/model/ruleset/ruleset'
import type { Device } from '@/model/topology/topology'
import { printContextOf } from './device-context'
import type { Dialect, PrintContext } from './dialect'
import { homeRouter } from './home-router/home-router'
import { ip6tables } from './ip6tables/ip6tables'
import { ipchains } from './ipchains/ipchains'
import { iptables } from './iptables/iptables'
import { TABLES } from './iptables/places'
import { restoreWords } from './iptables/words'
import { nft } from './nft/nft'
import { shellWord } from './shell-word'

/** One rule as a person would put it into a device: a command, or the cells of its form. */
export interface RuleCommand {
  /** Id of the language. */
  readonly dialect: string
  readonly text: string
}

/**
 * What puts `rule` before the row `index` of a chain, in the language of the device; undefined where that cannot say it.
 * Places count the lines that the language has for the rows before it.
 */
export function ruleCommand(
  firewall: Firewall,
  ref: ChainRef,
  rule: Rule,
  index: number,
  context: PrintContext,
): RuleCommand | undefined {
  const chain = findChain(firewall.ruleset, ref)
  if (!chain) return undefined
  // An id that readers make up is not written down.
  const nameless: Rule = { ...rule, id: 'line-0', name: '' }
  const rows = chain.rows.toSpliced(index, 0, nameless)
  const given: Given = { firewall, ref, rule: nameless, rows, index, context }
  switch (firewallKind(firewall.kind).logFormat) {
    case 'ipchains':
      return ipchainsCommand(given)
    case 'home-router':
      return formBlock(given)
    case 'netfilter':
      return ref.family === 'inet' || !TABLES.includes(ref.table) ? nftCommand(given) : iptablesCommand(given)
  }
}

/** A rule with its place: before the row `index` of the chain. */
export interface PlacedRule {
  readonly chain: ChainRef
  readonly rule: Rule
  readonly index: number
}

/** Commands for rules of one device of a design, as far as its language can say them. */
export function ruleCommands(design: Design, deviceId: string, rules: readonly PlacedRule[]): RuleCommand[] {
  const device = design.devices.find(({ id }) => id === deviceId)
  if (!device) return []
  const context = contextOf(design, device)
  return rules.flatMap(({ chain, rule, index }) => {
    const command = ruleCommand(device.firewall, chain, rule, index, context)
    return command ? [command] : []
  })
}

const contexts = new WeakMap<Design, Map<string, PrintContext>>()

function contextOf(design: Design, device: Device): PrintContext {
  const known = contexts.get(design) ?? new Map<string, PrintContext>()
  contexts.set(design, known)
  const context = known.get(device.id) ?? printContextOf(design, device)
  known.set(device.id, context)
  return context
}

interface Given {
  readonly firewall: Firewall
  readonly ref: ChainRef
  readonly rule: Rule
  /** With the rule among them. */
  readonly rows: readonly Row[]
  readonly index: number
  readonly context: PrintContext
}

function withRows({ firewall, ref }: Given, rows: readonly Row[]): Firewall {
  const chain = findChain(firewall.ruleset, ref)
  if (!chain) return firewall
  return { ...firewall, ruleset: replaceChain(firewall.ruleset, ref, { ...chain, rows }) }
}

function ipchainsCommand(given: Given): RuleCommand | undefined {
  const { chain } = given.ref
  const added = addedLine(ipchains, given, (text) =>
    text.split('\n').filter((line) => line.startsWith(`ipchains -A ${chain} `)),
  )
  if (!added) return undefined
  const spec = added.line.slice(`ipchains -A ${chain} `.length)
  const place = added.isLast ? `-A ${chain}` : `-I ${chain} ${added.before + 1}`
  return { dialect: ipchains.id, text: `ipchains ${place} ${spec}` }
}

/** The seven lines of the form; where they go is for the person to choose. */
function formBlock(given: Given): RuleCommand | undefined {
  const empty = given.firewall.ruleset.tables.reduce(
    (ruleset, table) =>
      table.chains.reduce(
        (all, chain) =>
          replaceChain(
            all,
            { family: table.family, table: table.name, chain: chain.name },
            { ...chain, rows: [] },
          ),
        ruleset,
      ),
    given.firewall.ruleset,
  )
  const alone = withRows({ ...given, firewall: { ...given.firewall, ruleset: empty } }, [given.rule])
  const text = homeRouter.print?.(alone, given.context).text.trim() ?? ''
  return text === '' ? undefined : { dialect: homeRouter.id, text }
}

type LinesOf = (text: string) => readonly string[]

interface AddedLine {
  readonly line: string
  /** How many lines of the chain come before it. */
  readonly before: number
  readonly isLast: boolean
}

/** The line that the language has for the rule, and its place; undefined where there is none, or several. */
function addedLine(dialect: Dialect, given: Given, linesOf: LinesOf): AddedLine | undefined {
  const { rule, rows, index } = given
  const lines = (some: readonly Row[]) =>
    linesOf(dialect.print?.(withRows(given, some), given.context).text ?? '')
  // A policy that rejects is written as a last rule.
  const afterAll = countOnce(given, dialect, 'none', () => lines([]).length)
  const [line, ...more] = lines([rule])
  if (line === undefined || more.length !== afterAll) return undefined
  const before = countOnce(given, dialect, index, () => lines(rows.slice(0, index)).length - afterAll)
  const all = countOnce(given, dialect, 'all', () => lines(rows.toSpliced(index, 1)).length)
  return { line, before, isLast: before === all }
}

type Counts = Map<string, number>
const counts = new WeakMap<PrintContext, WeakMap<Firewall, Counts>>()

/** Logs name the same chain over and over: its lines are counted once. */
function countOnce(
  { firewall, ref, context }: Given,
  { id }: Dialect,
  what: number | 'none' | 'all',
  count: () => number,
): number {
  const byFirewall = counts.get(context) ?? new WeakMap<Firewall, Counts>()
  counts.set(context, byFirewall)
  const known = byFirewall.get(firewall) ?? new Map<string, number>()
  byFirewall.set(firewall, known)
  const key = `${id} ${chainKey(ref)} ${what}`
  const found = known.get(key) ?? count()
  known.set(key, found)
  return found
}

function iptablesCommand(given: Given): RuleCommand | undefined {
  const dialect = given.ref.family === 'ip' ? iptables : ip6tables
  const { table, chain } = given.ref
  const added = addedLine(dialect, given, (text) => {
    const own = text.split(/^(?=\*)/m).find((part) => part.startsWith(`*${table}\n`)) ?? ''
    return own.split('\n').filter((line) => line.startsWith('-A ') && wordsOf(line)[1] === chain)
  })
  if (!added) return undefined
  const [, name = chain, ...rest] = wordsOf(added.line)
  const place = added.isLast ? ['-A', name] : ['-I', name, String(added.before + 1)]
  const words = [...(table === 'filter' ? [] : ['-t', table]), ...place, ...rest]
  return { dialect: dialect.id, text: `${dialect.id} ${words.map(shellWord).join(' ')}` }
}

const wordsOf = (line: string) => restoreWords(line).map(({ text }) => text)

function nftCommand(given: Given): RuleCommand | undefined {
  const { family, table, chain } = given.ref
  const added = addedLine(nft, given, (text) => {
    const [, own = ''] = text.split(`\ntable ${family} ${table} {\n`)
    const [, block = ''] = own.split(`\tchain ${chain} {\n`)
    return (block.split('\n\t}')[0] ?? '')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => !line.startsWith('#') && !line.startsWith('type '))
  })
  if (!added) return undefined
  const place = `${family} ${table} ${chain}`
  const command = added.isLast
    ? `add rule ${place} ${added.line}`
    : `insert rule ${place} index ${added.before} ${added.line}`
  return { dialect: nft.id, text: `nft ${shellWord(command)}` }
}
