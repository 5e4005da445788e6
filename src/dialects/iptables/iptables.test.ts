import { describe, expect, test } from 'vitest'
import { firewallKind } from '@/model/firewalls/lookup'
import { allChains } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import type { PrintContext } from '../dialect'
import { iptables } from './iptables'

const SEED = 'sudo iptables -A INPUT -m state --state ESTABLISHED,RELATED -j ACCEPT'

const read = (text: string, given = context) => {
  const result = iptables.parse?.(text, given)
  if (!result?.ok) throw new Error(JSON.stringify(result?.diagnostics))
  return result
}

describe('R014: the stateful answer', () => {
  test.each([
    ['alone', SEED, 1, []],
    ['in a page of prose', `e.g. for iptables\n\n${SEED}\n\nMany thanks.`, 3, [1, 5]],
  ])('%s, it is one rule of INPUT', (_where, text, line, leftOut) => {
    const { value, diagnostics } = read(text)
    expect(diagnostics).toMatchObject(
      leftOut.map((at) => ({ kind: 'note', line: at, message: 'This line is no rule and is left out.' })),
    )
    expect(value.rules).toBe(1)
    expect(value.lines[line - 1]).toMatchObject({ fate: 'understood', rules: [`line-${line}`] })
    const [input] = allChains(value.firewall.ruleset).filter(({ ref }) => ref.chain === 'INPUT')
    expect(input?.chain.base?.policy).toBe('accept')
    expect(input?.chain.rows).toMatchObject([{ target: { kind: 'accept' }, match: [{ field: 'ctState' }] }])
  })

  test.each([
    ['conntrack', '-m conntrack --ctstate ESTABLISHED,RELATED'],
    ['state', '-m state --state ESTABLISHED,RELATED'],
  ] as const)('it leaves in the %s spelling, and both read back the same', (stateMatch, spelled) => {
    const { firewall } = read(SEED).value
    const { text } = iptables.print?.(firewall, { ...context, spelling: { stateMatch } }) ?? { text: '' }
    expect(text).toContain(`-A INPUT ${spelled} -j ACCEPT`)
    const again = read(text).value.firewall
    const matches = (each: typeof firewall) =>
      allChains(each.ruleset).flatMap(({ chain }) =>
        chain.rows.map((row) => row.kind === 'rule' && row.match),
      )
    expect(matches(again)).toEqual(matches(firewall))
  })
})

describe('what is wrong is named where it stands', () => {
  test.each([
    [
      '*filter\n-A INPUT -p tcp --dport 99999 -j ACCEPT\nCOMMIT\n',
      2,
      25,
      5,
      '99999 is not a port. Ports are 0 to 65535.',
    ],
    ['*filter\n-A INPUT -j ACCEPT\n', 2, 1, 18, 'COMMIT is missing: table filter is never loaded.'],
    ['*filter\n-A INPUT -j ACCEPT\n*nat\nCOMMIT\n', 3, 1, 4, 'Table filter has no COMMIT before this line.'],
    [
      '-A INPUT -j ACCEPT\n*filter\nCOMMIT\n',
      1,
      1,
      18,
      'This line is in no table. A table begins with *filter or *nat.',
    ],
    ['*filter\nCOMMIT\nCOMMIT\n', 3, 1, 6, 'COMMIT without a table. A table begins with *filter or *nat.'],
    [
      '*fliter\n-A INPUT -j ACCEPT\nCOMMIT\n',
      1,
      2,
      6,
      'There is no table fliter. Write raw, mangle, nat, filter, security.',
    ],
    [
      '*filter\n:a - [0:0]\n-A INPUT -j a\n-A a -j a\nCOMMIT\n',
      4,
      1,
      0,
      'a jumps to a, which leads back to a. The kernel refuses a loop.',
    ],
    [
      '*nat\n:up - [0:0]\n-A PREROUTING -j up\n-A up -j MASQUERADE\nCOMMIT\n',
      4,
      10,
      10,
      'MASQUERADE works in POSTROUTING only. up is reached from PREROUTING.',
    ],
    [
      'iptables -A INPUT \\\n  -p tcp \\\n  --dport x -j ACCEPT',
      3,
      11,
      1,
      'x is not a port. Write a number from 0 to 65535, a range such as 1024-65535, or a service such as https.',
    ],
  ])('%j', (text, line, column, length, message) => {
    const result = iptables.parse?.(text, context)
    const found = result?.diagnostics.filter(({ kind }) => kind === 'syntax-error')[0]
    expect(found).toEqual({ kind: 'syntax-error', message, line, column, length })
  })

  test('the rest is read all the same, and the line is not understood', () => {
    const { value } = read(
      '*filter\n-A INPUT --dport 80 -j ACCEPT\n-A INPUT -p tcp --dport 80 -j ACCEPT\nCOMMIT\n',
    )
    expect(value.rules).toBe(1)
    expect(value.lines.map(({ fate }) => fate)).toEqual([
      'understood',
      'not-understood',
      'understood',
      'understood',
    ])
  })

  test('what nobody can tell is kept and told: partly understood', () => {
    const { value, diagnostics } = read('*filter\n-A INPUT -m recent --name x --rcheck -j DROP\nCOMMIT\n')
    expect(value.lines[1]?.fate).toBe('partly')
    expect(diagnostics).toMatchObject([{ kind: 'approximated', line: 2, column: 10 }])
  })

  test.each(['', '   \n', 'There are generally no stupid questions.'])('%j holds no rule', (text) => {
    expect(iptables.parse?.(text, context).ok).toBe(false)
  })
})

describe('a home table', () => {
  const given: PrintContext = { ...context, nat: 'napt' }
  const printed = iptables.print?.(firewallKind('home-stateful').create(), given).text ?? ''

  test('has the shape that is promised', () => {
    expect(printed.split('\n').filter((line) => /^(-A|:|\*|COMMIT)/.test(line))).toEqual([
      '*nat',
      ':PREROUTING ACCEPT [0:0]',
      ':INPUT ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':POSTROUTING ACCEPT [0:0]',
      '-A POSTROUTING -o wan -m comment --comment "[highport napt=on]" -j MASQUERADE',
      'COMMIT',
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':inbound - [0:0]',
      ':outbound - [0:0]',
      '-A INPUT -i wan -j inbound',
      '-A FORWARD -i wan -j inbound',
      '-A FORWARD -o wan -j outbound',
      '-A OUTPUT -o wan -j outbound',
      '-A inbound -m conntrack --ctstate ESTABLISHED,RELATED -m comment --comment "[highport locked=builtin:replies] replies to tracked connections" -j ACCEPT',
      '-A inbound -m comment --comment "[highport policy=drop kind=home-stateful form=separate] policy" -j DROP',
      '-A outbound -m conntrack --ctstate ESTABLISHED,RELATED -m comment --comment "[highport locked=builtin:replies] replies to tracked connections" -j ACCEPT',
      '-A outbound -m comment --comment "[highport policy=accept kind=home-stateful form=separate] policy" -j ACCEPT',
      'COMMIT',
    ])
  })

  test.each([
    ['another policy', ':INPUT ACCEPT', ':INPUT DROP'],
    ['a rule in INPUT', '-A INPUT -i wan -j inbound', '-A INPUT -j ACCEPT\n-A INPUT -i wan -j inbound'],
    ['other interfaces', '-A OUTPUT -o wan -j outbound', '-A OUTPUT -o eth9 -j outbound'],
    ['another built-in rule', 'ESTABLISHED,RELATED -m comment', 'NEW -m comment'],
    [
      'a policy with a condition',
      '-A inbound -m comment --comment "[highport policy',
      '-A inbound -p tcp -m comment --comment "[highport policy',
    ],
    [
      'a condition that home tables have not',
      '-A inbound -m comment',
      '-A inbound -m limit --limit 1/s -j DROP\n-A inbound -m comment',
    ],
    ['another user chain', ':inbound - [0:0]', ':inbound - [0:0]\n:mine - [0:0]'],
    ['a rule in mangle', '*filter', '*mangle\n-A PREROUTING -j ACCEPT\nCOMMIT\n*filter'],
    ['another translation', '-j MASQUERADE', '-j SNAT --to-source 192.0.2.1'],
  ])('with %s is Linux netfilter: the rules are believed, not the comments', (_what, from, to) => {
    expect(printed).toContain(from)
    const { value, diagnostics } = read(printed.replace(from, to), given)
    expect(value.firewall.kind).toBe('netfilter')
    expect(diagnostics.filter(({ kind }) => kind === 'note').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^This was a table of Highport, and was changed since: .* It is read as Linux netfilter\.$/,
      ),
    ])
  })

  test('for a device that calls its outside otherwise comes with a note', () => {
    const other = { ...given, interfaces: [{ name: 'ppp0', side: 'outside' as const }] }
    const { value, diagnostics } = read(printed, other)
    expect(value.firewall.kind).toBe('home-stateful')
    expect(diagnostics.map(({ message }) => message)).toEqual([
      'The text calls the outside wan; this device calls it ppp0, where the table now applies.',
    ])
  })

  test('of a host asks everything that comes in and goes out', () => {
    const host: PrintContext = { ...context, place: 'host', interfaces: [{ name: 'eth0', side: 'outside' }] }
    const { text } = iptables.print?.(firewallKind('home-stateless').create(), host) ?? { text: '' }
    expect(text.split('\n').filter((line) => / -j (in|out)bound$/.test(line))).toEqual([
      '-A INPUT -j inbound',
      '-A OUTPUT -j outbound',
    ])
    expect(read(text, host).value.firewall.kind).toBe('home-stateless')
  })
})
