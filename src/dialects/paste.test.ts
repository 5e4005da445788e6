import { describe, expect, test } from 'vitest'
import { HOME_INBOUND, HOME_OUTBOUND } from '@/model/firewalls/home-chains'
import { firewallKind } from '@/model/firewalls/lookup'
import { context } from '../../tests/arbitraries/rules'
import { type PasteTarget, parseRows } from './paste'

const home = (chain = HOME_INBOUND): PasteTarget => ({
  kind: firewallKind('home-stateless'),
  chain,
  taken: new Set(['line-1']),
  userChains: [],
})
const input: PasteTarget = {
  kind: firewallKind('netfilter'),
  chain: { family: 'ip', table: 'filter', chain: 'INPUT' },
  taken: new Set(),
  userChains: ['web'],
}

const LISTING = 'src port any\ndst port 443\ninbound block\noutbound allow\n'

const rowsOf = (text: string, target: PasteTarget) => {
  const pasted = parseRows(text, context, target)
  if (!pasted.ok) return pasted.diagnostics.map(({ message }) => message)
  return pasted.value.rows.map((row) =>
    row.kind === 'rule' ? `${row.id} ${row.enabled ? 'on' : 'off'} ${row.target.kind}` : row.title,
  )
}

describe('pasting text into a chain', () => {
  test.each([
    ['a listing into inbound', LISTING, home(), ['line-1-2 on drop']],
    ['the same into outbound', LISTING, home(HOME_OUTBOUND), ['line-1-2 on accept']],
    ['the same into INPUT', LISTING, input, ['line-1 on drop']],
    [
      'INPUT rules into inbound',
      'iptables -A INPUT -p tcp --dport 22 -j ACCEPT',
      home(),
      ['line-1-2 on accept'],
    ],
    ['bare rules', '-A INPUT -p tcp --dport 22 -j ACCEPT\n-A OUTPUT -j DROP', input, ['line-1 on accept']],
    [
      'a state into a table without state',
      'iptables -A INPUT -m state --state NEW -j DROP',
      home(),
      ['line-1-2 off drop'],
    ],
    [
      'a jump to a chain that is there',
      'iptables -N web\niptables -A INPUT -j web',
      input,
      ['line-2 on jump'],
    ],
    ['a jump to a chain that is not', 'iptables -N x\niptables -A INPUT -j x', input, ['line-2 off jump']],
    [
      'prose',
      'There are generally no stupid questions.',
      input,
      [
        'The text is in no language that can be read. Copy rules such as "-A INPUT -p tcp --dport 22 -j ACCEPT".',
      ],
    ],
    [
      'another table',
      'iptables -t nat -A POSTROUTING -j MASQUERADE',
      input,
      ['The text has no rule for INPUT.'],
    ],
  ])('%s', (_what, text, target, rows) => {
    expect(rowsOf(text, target)).toEqual(rows)
  })

  test('says why a rule is turned off', () => {
    const pasted = parseRows('iptables -A INPUT -m state --state NEW -j DROP', context, home())
    expect(pasted.diagnostics.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      'note: This rule is turned off: a home packet filter cannot ask for the connection state.',
    ])
  })
})
