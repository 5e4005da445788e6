import { readTag, type Tag } from './tag'
import { restoreWords, type Word } from './words'

/** A comment line that we write: what a table is, a title, or a rule that is off, so that the tool passes over it. */
export type OwnComment =
  | { readonly kind: 'header'; readonly tag: Tag }
  | { readonly kind: 'title'; readonly chain: string; readonly id: string; readonly title: string }
  | { readonly kind: 'off'; readonly chain: string; readonly rule: readonly Word[] }

const OFF = '# off: '

export function readOwnComment(line: string): OwnComment | undefined {
  const header = /^# (\[highport .*\])\s*$/.exec(line)
  const tag = header && readTag(header[1] ?? '').tag
  if (tag) return { kind: 'header', tag }
  const title = /^# == (.*) == (\[highport separator=.*\])\s*$/.exec(line)
  const of = title && readTag(title[2] ?? '').tag
  if (title && of)
    return {
      kind: 'title',
      chain: of.entries.chain ?? '',
      id: of.entries.separator ?? '',
      title: title[1] ?? '',
    }
  if (!line.startsWith(`${OFF}-A `)) return undefined
  const [, chain, ...rule] = restoreWords(line.slice(OFF.length)).map((word) => ({
    ...word,
    offset: word.offset + OFF.length,
  }))
  return chain && { kind: 'off', chain: chain.text, rule }
}
