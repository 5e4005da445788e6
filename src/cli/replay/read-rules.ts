import { dialectOf } from '@/dialects/lookup'
import type { Firewall, NatMode } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import type { Diagnostic } from '@/model/result'
import { jumpTooDeep } from '@/model/ruleset/check'
import { NO_NAMES } from '../translate'
import type { JsonReader } from './json-reader'
import { Remembered } from './remembered'
import { type RuleTool, TOOLS } from './tools'

/** Something to say about a rule text, a setting or a packet that does not stop the case. */
export interface ReplayDiagnostic {
  readonly host: string
  readonly kind: string
  readonly message: string
  readonly line?: number
  readonly column?: number
  readonly length?: number
}

export interface RulesOfHost {
  readonly firewall: Firewall
  readonly nat: NatMode
  /** Tables that results write with their family: "inet t". */
  readonly withFamily: ReadonlySet<string>
}

interface RulesOfText {
  readonly firewall: Firewall
  readonly nat: NatMode | undefined
  readonly diagnostics: readonly Diagnostic[]
}

const RULESET_KEYS = new Set(['tool', 'text'])

/** User chains below a base chain that the nft back end takes: NFT_JUMP_STACK_SIZE of the kernel less one. */
const DEEPEST_JUMP = 15

const NO_RULES: Firewall = { ...firewallKind('netfilter').create(), ruleset: { tables: [] } }

/** One text, or several of different tools. */
export function readRules(host: string, reader: JsonReader, diagnostics: ReplayDiagnostic[]): RulesOfHost {
  const byLanguage = new Set<string>()
  const withFamily = new Set<string>()
  let firewall = NO_RULES
  let nat: NatMode = 'off'
  for (const each of reader.isThere ? reader.oneOrMore() : []) {
    const member = each.object(RULESET_KEYS)
    const tool = readTool(member('tool'))
    if (byLanguage.has(tool.dialect))
      member('tool').refuse(`Two texts of ${tool.dialect} on one host: the second would replace the first.`)
    byLanguage.add(tool.dialect)
    // Blank text is a ruleset without rules.
    if (member('text').text().trim() === '') continue
    const read = readText(tool, member('text'))
    for (const diagnostic of read.diagnostics) diagnostics.push({ host, ...diagnostic })
    if (firewall !== NO_RULES && firewall.kind !== read.firewall.kind)
      member('tool').refuse(`${tool.name} and the tool before it cannot both rule one host.`)
    const { tables } = read.firewall.ruleset
    const twice = tables.find((table) =>
      firewall.ruleset.tables.some(({ family, name }) => family === table.family && name === table.name),
    )
    if (twice)
      member('text').refuse(`There is a table ${twice.family} ${twice.name} of another text already.`)
    if (tool.tables === 'with family')
      for (const { family, name } of tables) withFamily.add(`${family} ${name}`)
    firewall = { ...read.firewall, ruleset: { tables: [...firewall.ruleset.tables, ...tables] } }
    if (read.nat) nat = read.nat
  }
  return { firewall, nat, withFamily }
}

function readTool(reader: JsonReader): RuleTool {
  const name = reader.oneOf(TOOLS.map((tool) => tool.name))
  const tool = TOOLS.find((each) => each.name === name) as RuleTool
  if (!dialectOf(tool.dialect)?.parse) reader.refuse(`The language of ${name} is not read yet.`)
  return tool
}

const remembered = new Remembered<RulesOfText>(2_000_000)

/** Reads a text as the tool reads it. Throws BadCase with the first line that the tool would refuse. */
function readText(tool: RuleTool, reader: JsonReader): RulesOfText {
  const text = reader.text()
  return remembered.of(`${tool.name}\n${text}`, () => parseText(tool, text, reader))
}

function parseText(tool: RuleTool, text: string, reader: JsonReader): RulesOfText {
  const imported = dialectOf(tool.dialect)?.parse?.(text, {
    names: NO_NAMES,
    interfaces: [],
    asTool: tool.backEnd,
  })
  const wrong = imported?.diagnostics.find(({ kind }) => kind === 'syntax-error')
  if (wrong) return reader.refuse(`Line ${wrong.line}, column ${wrong.column}: ${wrong.message}`)
  if (!imported?.ok) return reader.refuse('The text cannot be read.')
  const { firewall, nat } = imported.value
  const deep = tool.backEnd === 'nft' ? jumpTooDeep(firewall.ruleset, DEEPEST_JUMP) : undefined
  if (deep)
    return reader.refuse(
      `Line ${deep.rule.sourceLine}: ${deep.chain.name} jumps deeper than ${DEEPEST_JUMP} chains, which ${tool.name} refuses ("Too many links").`,
    )
  return { firewall, nat, diagnostics: imported.diagnostics }
}
