import { describe, expect, test } from 'vitest'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { parseCsv } from './parse'
import { printCsv } from './print'

const remarks = (text: string) =>
  parseCsv(text, context).diagnostics.map(
    ({ kind, line, column, message }) => `${line}:${column} ${kind}: ${message}`,
  )

function rules(text: string) {
  const read = parseCsv(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  return allChains(read.value.firewall.ruleset).flatMap(({ ref, chain }) =>
    rulesOf(chain).map((rule) => `${ref.family} ${ref.table} ${ref.chain} ${rule.id} ${rule.target.kind}`),
  )
}

describe('a table that a person has written', () => {
  test.each([
    ['with commas', 'Chain,Protocol,Source,Destination port,Action\nINPUT,tcp,10.0.0.0/8,22,allow\n'],
    ['with semicolons', 'Chain;Protocol;Source;Destination port;Action\nINPUT;tcp;10.0.0.0/8;22;allow\n'],
    [
      'with tabs and line ends of Windows',
      'Chain\tProtocol\tSource\tPort\tAction\r\nINPUT\ttcp\t10.0.0.0/8\t22\tallow\r\n',
    ],
    ['with a mark at its beginning', '\ufeffchain,proto,src,dport,target\nINPUT,tcp,10.0.0.0/8,22,accept\n'],
  ])('%s', (_what, text) => {
    expect(rules(text)).toEqual(['ip filter INPUT line-2 accept'])
  })

  test('names of a home table make one', () => {
    const read = parseCsv('chain,dport,protocol,action\ninbound,443,tcp,accept\n', context)
    expect(read.ok && read.value.firewall.kind).toBe('home-stateless')
  })

  test('a cell may hold commas and line ends in quotes', () => {
    const read = parseCsv('chain,name,dport,protocol,action\nINPUT,"web,\nmail","80, 25",tcp,drop\n', context)
    if (!read.ok) throw new Error('reads')
    expect(read.value.lines.map(({ fate, rules: own }) => [fate, own])).toEqual([
      ['understood', []],
      ['understood', ['line-2']],
      ['understood', ['line-2']],
      ['blank', []],
    ])
  })
})

describe('a mistake is named where it stands', () => {
  test.each([
    [
      'a cell',
      'chain,dport,protocol,action\nINPUT,99999,tcp,drop\n',
      '2:7 syntax-error: 99999 is not a port. Ports are 0 to 65535.',
    ],
    [
      'an action',
      'chain,action\nINPUT,explode\n',
      '2:7 syntax-error: explode is no action. Write accept, drop, reject, jump, return or log.',
    ],
    [
      'no chain',
      'chain,action\n,drop\n',
      '2:1 syntax-error: The chain is missing, such as INPUT, FORWARD or inbound.',
    ],
    [
      'too many cells',
      'chain,action\nINPUT,drop,22\n',
      '2:12 syntax-error: There are more cells than heads. A comma in a cell needs quotes around the cell.',
    ],
    ['a quote without an end', 'chain,action\nINPUT,"drop\n', '2:7 syntax-error: This quote has no end.'],
    [
      'a head that nobody knows',
      'chain,colour,action\nINPUT,red,drop\n',
      '1:7 ignored: The column colour is not known.',
    ],
    [
      'no heads',
      'INPUT,drop\n',
      '1:1 syntax-error: The first line names no columns. It needs "action", and heads such as chain, protocol, src, dport.',
    ],
  ])('%s', (_what, text, expected) => {
    expect(remarks(text)).toContain(expected)
  })
})

test('a name that a spreadsheet would work out is guarded, and comes back without its guard', () => {
  const text = `chain,name,action\nINPUT,"'=HYPERLINK(""http://x"")",drop\n`
  const read = parseCsv(text, context)
  if (!read.ok) throw new Error('reads')
  const [rule] = allChains(read.value.firewall.ruleset).flatMap(({ chain }) => rulesOf(chain))
  expect(rule?.name).toBe('=HYPERLINK("http://x")')
  expect(printCsv(read.value.firewall, context).text).toContain(`"'=HYPERLINK(""http://x"")"`)
})
