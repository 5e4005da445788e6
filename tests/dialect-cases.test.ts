import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { DIALECTS } from '@/dialects/index'
import { context } from './arbitraries/rules'
import { inNftTable, rulesOfNftTable } from './conformance/nft-place'

/*
 * cases.txt of each language that is read: `input ; ok ; canonical` or `input ; fail ; message`, a case a line. The
 * canonical form is what is printed after reading; several lines are joined by " / ". Lines with "#" are titles.
 */

interface Case {
  readonly input: string
  readonly verdict: string
  readonly expected: string
}

/** What a case stands in, and which lines of the printed text are its answer. */
const SURROUNDINGS: Readonly<
  Record<string, { readonly wrap: (input: string) => string; readonly unwrap: (text: string) => string[] }>
> = {
  iptables: { wrap: inTable, unwrap: ownRules },
  ip6tables: { wrap: inTable, unwrap: ownRules },
  nft: { wrap: inNftTable, unwrap: rulesOfNftTable },
  routeros: {
    wrap: lines,
    unwrap: (text) => text.split('\n').filter((line) => !line.startsWith('#')),
  },
  ufw: {
    wrap: lines,
    unwrap: (text) => text.split('\n').filter((line) => /^ufw (?!default)/.test(line)),
  },
  csv: { wrap: lines, unwrap: (text) => text.split('\n').filter((line) => line.startsWith('rule,')) },
  uci: {
    wrap: lines,
    unwrap: (text) => text.split('\n').flatMap((line) => (line.trim().startsWith('#') ? [] : [line.trim()])),
  },
  'home-router': {
    wrap: lines,
    unwrap: (text) => text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim()),
  },
  ipchains: {
    wrap: (input) =>
      input
        .split(' / ')
        .map((each) => `ipchains ${each}`)
        .join('\n'),
    unwrap: (text) =>
      text
        .split('\n')
        .filter((line) => /^ipchains -[AN]|^# off/.test(line))
        .map((line) => line.replace('ipchains ', '')),
  },
  pf: {
    wrap: (input) => input.split(' / ').join('\n'),
    unwrap: (text) => text.split('\n').filter((line) => /^(pass|block|# off)/.test(line)),
  },
  'cisco-ios': { wrap: inList, unwrap: ownEntries },
}

/** Entries stand in a list of their own; what begins with a command of the device stands as it is. */
function inList(input: string): string {
  const lines = input.split(' / ')
  if (/^(interface|(no )?access-list|ipv?6? access-list|object-group)/i.test(input)) return lines.join('\n')
  return ['ip access-list extended test', ...lines].join('\n')
}

/** Entries without what stands at the end of every list. */
function ownEntries(text: string): string[] {
  const lines = text.split('\n').filter((line) => /^ (permit|deny|remark|! off)/.test(line))
  return lines
    .map((line) => line.trim())
    .filter((line, at, all) => line !== 'remark implicit deny' && all[at - 1] !== 'remark implicit deny')
}

function lines(input: string): string {
  return input.split(' / ').join('\n')
}

/** `nat: -A ...` stands in that table; a word in front of -A is a command line. */
function inTable(input: string): string {
  if (/^(sudo |\/|ip6?tables)/.test(input)) return input.split(' / ').join('\n')
  const [, table = 'filter', rules = ''] = /^(?:(\w+): )?(.*)$/.exec(input) ?? []
  const lines = [
    `*${table}`,
    ...(table === 'filter' ? [':user - [0:0]'] : []),
    ...rules.split(' / '),
    'COMMIT',
  ]
  return `${lines.join('\n')}\n`
}

function ownRules(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('-A ') || line.startsWith('# off: -A '))
}

function casesOf(id: string): Case[] {
  const path = fileURLToPath(new URL(`../src/dialects/${id}/cases.txt`, import.meta.url))
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [input = '', verdict = '', expected = ''] = line.split(' ; ')
      return { input, verdict: verdict.trim(), expected: expected.trim() }
    })
}

const readable = DIALECTS.filter(({ parse, print }) => parse && print)

test('every language that is read and written has cases', () => {
  for (const { id } of readable) expect(casesOf(id).length, id).toBeGreaterThan(10)
})

describe.each(readable.map(({ id, parse, print }) => ({ id, parse, print })))(
  '$id',
  ({ id, parse, print }) => {
    test.each(casesOf(id))('$input', ({ input, verdict, expected }) => {
      const place = SURROUNDINGS[id]
      const read = parse?.(place?.wrap(input) ?? '', context)
      const wrong = read?.diagnostics.filter(({ kind }) => kind === 'syntax-error') ?? []
      const failed = !read?.ok || wrong.length > 0
      const answer = failed
        ? wrong.map(({ message }) => message)
        : (place?.unwrap(print?.(read.value.firewall, context).text ?? '') ?? []).filter(
            (line) => line !== '',
          )
      expect([failed ? 'fail' : 'ok', answer.join(' / ')]).toEqual([verdict, expected])
    })
  },
)
