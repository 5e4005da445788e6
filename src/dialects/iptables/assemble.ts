import type { Family } from '@/model/packet/address'
import type { Chain, Ruleset, Table } from '@/model/ruleset/ruleset'
import type { ParseContext } from '../dialect'
import { type DraftChain, type DraftTable, settleRows } from './draft'
import { TABLES } from './places'
import type { SyntaxLine } from './syntax'

/** Tables in the order of iptables-save, with the chains that are there; fills `ids` with the rules of each line. */
export function assemble(
  tables: ReadonlyMap<string, DraftTable>,
  isThere: (chain: DraftChain) => boolean,
  family: Family,
  context: ParseContext,
  ids: Map<SyntaxLine, string[]>,
): Ruleset {
  const assembled = TABLES.flatMap((name): Table[] => {
    const draft = tables.get(name)
    if (!draft) return []
    const chains = [...draft.chains.values()].filter(isThere).map(
      (chain): Chain => ({
        name: chain.name,
        ...(chain.base && { base: chain.base }),
        rows: settleRows(chain.rows, family, context, ids),
      }),
    )
    return [{ name, family: family === 4 ? 'ip' : 'ip6', chains }]
  })
  return { tables: assembled }
}
