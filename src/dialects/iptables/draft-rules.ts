import { sortConditions } from '@/model/fields/cell'
import type { OpaqueTest } from '@/model/fields/field'
import type { Family } from '@/model/packet/address'
import type { DraftChain, DraftRule, DraftTable } from './draft'
import { keptMessage, readMatch } from './parse-match'
import { readTarget } from './parse-target'
import { interfaceRemarks, placeRemarks } from './places'
import type { Remark } from './refuse'
import { readRuleSyntax } from './rule-syntax'
import type { SyntaxLine } from './syntax'
import { readTag } from './tag'
import type { Word } from './words'

/**
 * The rules that one line makes in its chain: several for a list of addresses. None where a remark is a syntax error.
 * Rules that carry no id of ours are named after their line.
 */
export function readDrafts(
  line: SyntaxLine,
  table: DraftTable,
  chain: DraftChain,
  words: readonly Word[],
  family: Family,
  asTool: boolean,
): { drafts: DraftRule[]; remarks: readonly Remark[] } {
  const syntax = readRuleSyntax(words, family)
  const match = readMatch(syntax, family)
  const head = words[0]
  if (match.isOtherFamily && head)
    return {
      drafts: [],
      remarks: [{ kind: 'ignored', message: 'This line is for the other address family.', word: head }],
    }
  const isUserChain = (name: string) => table.chains.get(name)?.base === undefined && table.chains.has(name)
  const target = readTarget(syntax, match, table.name, family, isUserChain)
  const unread = (line.kind === 'command' && line.unread) || []
  const remarks: Remark[] = [
    ...((line.kind === 'command' && line.remarks) || []),
    ...syntax.problems.map((problem): Remark => ({ kind: 'syntax-error', ...problem })),
    ...match.remarks,
    ...unread.map((word): Remark => ({ kind: 'approximated', message: keptMessage(word.text), word })),
    ...target.remarks,
    ...interfaceRemarks(syntax.uses, chain),
    ...placeRemarks(target.place, table.name, chain.base?.hook),
  ]
  if (remarks.some(({ kind }) => kind === 'syntax-error')) return { drafts: [], remarks }
  const { tag, name } = asTool ? { tag: undefined, name: match.comment ?? '' } : readTag(match.comment ?? '')
  const drafts = match.alternatives.map(
    (conditions, index): DraftRule => ({
      rule: {
        kind: 'rule',
        id: tag?.entries.rule ?? `line-${line.first}${index === 0 ? '' : `-${index + 1}`}`,
        enabled: true,
        name,
        match: unread.length === 0 ? conditions : sortConditions([...conditions, ...unread.map(unreadTest)]),
        target: target.target,
        log: false,
        sourceLine: line.first,
      },
      tag,
      place: target.place,
      shiftFrom: target.shiftFrom,
      source: line,
    }),
  )
  return { drafts, remarks }
}

/** Of a listing: text that nobody can load again. */
const unreadTest = ({ text }: Word): OpaqueTest => ({ kind: 'opaque', dialect: 'iptables-listing', text })
