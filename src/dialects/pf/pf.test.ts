import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import { firewallKind } from '@/model/firewalls/lookup'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { detectDialect } from '../detect'
import { parsePf } from './parse'
import { printPf } from './print'

/** The rules of a chain in one line each. */
function rulesIn(text: string, name: string): string[] {
  const read = parsePf(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  const found = allChains(read.value.firewall.ruleset).find(({ ref }) => ref.chain === name)
  return (found ? rulesOf(found.chain) : []).map(({ name: label, match, target, log }) => {
    const conditions = match.map(
      (each) => `${each.kind === 'test' ? `${each.field} ` : ''}${formatCondition(each, context.names)}`,
    )
    const what = target.kind === 'jump' ? `jump ${target.chain}` : target.kind
    return `${label === '' ? '' : `"${label}" `}${conditions.join(', ') || 'any'}: ${log ? 'log, ' : ''}${what}`
  })
}
const notes = (text: string) =>
  parsePf(text, context).diagnostics.map(
    ({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`,
  )

describe('order', () => {
  test('the last rule that matches decides, so the first to be asked is the last', () => {
    const text = 'block in all\npass in proto udp to port 53 no state\nblock in from 192.0.2.1'
    expect(rulesIn(text, 'in')).toEqual([
      'src 192.0.2.1: drop',
      'protocol udp, dport 53: accept',
      'any: drop',
    ])
  })
  test('quick rules are asked before all others', () => {
    const text = 'block in all\nblock in quick from 192.0.2.1\npass in no state from any to 192.0.2.9'
    expect(notes(text)[0]).toContain('syntax-error')
    const right = 'block in all\nblock in quick from 192.0.2.1\npass in from any to 192.0.2.9 no state'
    expect(rulesIn(right, 'in')).toEqual(['src 192.0.2.1: drop', 'dst 192.0.2.9: accept', 'any: drop'])
  })
  test('a rule without a direction is asked of what arrives and of what leaves', () => {
    const text = 'block on em0 from 192.0.2.1'
    expect(rulesIn(text, 'in')).toEqual(['src 192.0.2.1, iif em0: drop'])
    expect(rulesIn(text, 'out')).toEqual(['src 192.0.2.1, oif em0: drop'])
  })
  test('INPUT asks what arrives, OUTPUT what leaves, FORWARD both', () => {
    const text = 'block in all'
    expect(rulesIn(text, 'INPUT')).toEqual(['any: jump in'])
    expect(rulesIn(text, 'FORWARD')).toEqual(['any: jump in', 'any: jump out'])
    expect(rulesIn(text, 'OUTPUT')).toEqual(['any: jump out'])
  })
})

describe('state', () => {
  test('a rule that passes keeps state, and of TCP wants the packet that opens', () => {
    expect(rulesIn('block in all\npass in proto tcp to port 22', 'in')).toEqual([
      '"known connections" ctState established, related: return',
      'protocol tcp, dport 22, tcpFlags SYN,ACK/SYN: return',
      'any: drop',
    ])
  })
  test('without a protocol, only TCP is asked for its flags', () => {
    expect(rulesIn('pass out all', 'out')).toEqual([
      '"known connections" ctState established, related: accept',
      'protocol tcp, tcpFlags SYN,ACK/SYN: accept',
      'protocol not tcp: accept',
    ])
  })
  test('without state, replies are asked like any packet', () => {
    expect(rulesIn('block in all\npass in proto tcp to port 22 no state', 'in')).toEqual([
      'protocol tcp, dport 22: accept',
      'any: drop',
    ])
  })
  test('where both stand in one text, a note says what differs', () => {
    expect(notes('pass in proto tcp to port 22 no state\npass out all')).toEqual([
      'note 1:1 Some rules pass without state and others with it: here the replies to all of them pass.',
    ])
  })
  test('interfaces that are skipped are asked nothing', () => {
    expect(rulesIn('set skip on lo0\nblock in all\npass out all', 'in')).toEqual([
      '"skip" iif lo0: return',
      '"known connections" ctState established, related: return',
      'any: drop',
    ])
  })
})

describe('lists and names', () => {
  test('"!" in a list is a rule of its own, so that the list matches everything', () => {
    expect(rulesIn('block in quick from { !10.0.0.0/8, !192.0.2.0/24 }', 'in')).toEqual([
      'src not 10.0.0.0/8: drop',
      'src not 192.0.2.0/24: drop',
    ])
  })
  test('macros stand for words, lists in lists are one list', () => {
    const text = 'a = "{ 80, 443 }"\nb = "{" $a 22 "}"\nblock in quick proto tcp to port $b'
    expect(rulesIn(text, 'in')).toEqual(['protocol tcp, dport 80, 443, 22: drop'])
  })
  test('a list goes on with the next line until it is closed', () => {
    expect(rulesIn('table <t> {\n 192.0.2.1\n 192.0.2.9 # two\n}\nblock in quick from <t>', 'in')).toEqual([
      'src 192.0.2.1, 192.0.2.9: drop',
    ])
  })
  test('what a table holds elsewhere is not known: the rule is kept and assumed not to match', () => {
    expect(rulesIn('table <bad> persist\nblock in quick from <bad>', 'in')).toEqual(['src <bad>: drop'])
  })
  test('the outside address and the inside network are the words that follow the drawing', () => {
    const text = 'block in quick on wan from any to (wan)\npass out quick from lan:network no state'
    expect(rulesIn(text, 'in')[0]).toMatch(/^dst .*outside address.*, iif wan: drop$/)
    expect(rulesIn(text, 'out')).toEqual(['src LAN: accept'])
  })
})

describe('each line is told of', () => {
  test('anchors are kept, translation is not read, options are passed over', () => {
    const text =
      'set optimization normal\nanchor "ftp-proxy/*"\nnat on em0 from any to any -> (em0)\nblock all'
    expect(notes(text)).toEqual([
      'ignored 1:1 This setting says nothing of what passes.',
      'approximated 2:1 An anchor is kept as it stands: what rules it holds is not known, and it decides nothing.',
      'unsupported 3:1 Translation is not read: addresses stay as they are.',
    ])
    const read = parsePf(text, context)
    expect(read.ok && read.value.lines.map(({ fate }) => fate)).toEqual([
      'not-understood',
      'partly',
      'not-understood',
      'understood',
    ])
  })
  test('a comment that ends with a backslash takes the next line along, as in pf', () => {
    const text = '# old \\\npass in quick all\nblock in quick all'
    expect(rulesIn(text, 'in')).toEqual(['any: drop'])
    expect(notes(text)).toEqual([
      'note 1:1 This comment ends with a backslash and so takes the next line along.',
    ])
  })
  test('macros that grow without end are refused', () => {
    const lines = Array.from({ length: 40 }, (_, index) => `m${index + 1} = "$m${index} $m${index}"`)
    const read = parsePf(['m0 = "1"', ...lines, 'block all'].join('\n'), context)
    expect(read.diagnostics[0]?.message).toBe('The macros of this statement make too many words.')
  })
})

describe('written', () => {
  test('a home filter with state', () => {
    const { text } = printPf(firewallKind('home-stateful').create(), context)
    expect(text.split('\n').filter((line) => /^(pass|block)/.test(line))).toEqual([
      'block drop in quick on wan all',
      'pass out quick on wan all flags any keep state',
    ])
  })
  test('a configuration is written as it is read again', () => {
    const read = parsePf('block in all\npass in on em0 proto tcp to port 22\npass out all', context)
    if (!read.ok) throw new Error('not read')
    const once = printPf(read.value.firewall, context)
    expect(once).toMatchObject({ losses: [], complete: true })
    expect(once.text.split('\n').filter((line) => /^(pass|block)/.test(line))).toEqual([
      'pass in quick on em0 proto tcp from any to any port 22 flags S/SA keep state',
      'block drop in quick all',
      'pass out quick all flags S/SA keep state',
      'pass out quick all flags any keep state',
    ])
    const again = parsePf(once.text, context)
    expect(again.ok && printPf(again.value.firewall, context).text).toBe(once.text)
  })
})

test.each([
  ['set skip on lo\nblock return\npass'],
  ['ext_if="em0"\nblock in log on $ext_if all'],
  ['pass in quick on em0 proto tcp from any to any port 22'],
])('%j is known by itself', (text) => {
  expect(detectDialect(text)[0]?.dialect.id).toBe('pf')
})
