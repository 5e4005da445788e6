import { describe, expect, test } from 'vitest'
import { PLAIN, read, row, told, VERBOSE } from '../../../../tests/iptables-text'
import { dialectOf } from '../../lookup'

describe('what other ways of listing leave out', () => {
  const HIDDEN =
    'approximated 2:1 This listing does not show interfaces: a rule for one of them, often lo, reads as a rule for all. With -v they are shown.'

  test('without -v, interfaces: said once', () => {
    const text = [
      'Chain INPUT (policy DROP)',
      PLAIN,
      'ACCEPT     all  --  0.0.0.0/0            0.0.0.0/0           ',
      '',
      'Chain FORWARD (policy DROP)',
      PLAIN,
    ].join('\n')
    expect(told(text)).toEqual([
      'filter: :INPUT DROP',
      'filter: :FORWARD DROP',
      'filter: -A INPUT -j ACCEPT',
      HIDDEN,
    ])
  })

  test('without -n, numbers: names of services are read, "anywhere" is no condition', () => {
    const text = [
      'Chain INPUT (policy ACCEPT)',
      PLAIN,
      'ACCEPT     tcp  --  anywhere             anywhere             tcp dpts:tcpmux:ssh flags:FIN,SYN,RST,ACK/SYN',
      'DROP       icmp --  localhost            anywhere             icmp echo-request',
    ].join('\n')
    expect(told(text)).toEqual([
      'filter: -A INPUT -p tcp --dport 1:22 --syn -j ACCEPT',
      'filter: -A INPUT -s 127.0.0.1 -p icmp --icmp-type 8 -j DROP',
      HIDDEN,
    ])
  })

  test('without -n, addresses: the name of a host is refused by name', () => {
    const text = [
      'Chain INPUT (policy ACCEPT)',
      PLAIN,
      'DROP       all  --  router.lan           anywhere',
      'DROP       all  --  10.0.0.1             anywhere',
    ].join('\n')
    expect(told(text).slice(0, 3)).toEqual([
      'filter: -A INPUT -s 10.0.0.1 -j DROP',
      HIDDEN,
      'syntax-error 3:21 router.lan is a name, which the tool looks up when it loads. Write its address.',
    ])
  })

  test('with --line-numbers, a number more', () => {
    const text = [
      'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
      `num  ${VERBOSE}`,
      '1        0     0 ACCEPT     all  --  lo     *       0.0.0.0/0            0.0.0.0/0',
      '2        0     0            all  --  *      *       0.0.0.0/0            0.0.0.0/0',
    ].join('\n')
    expect(told(text)).toEqual(['filter: -A INPUT -i lo -j ACCEPT', 'filter: -A INPUT'])
  })

  test.each([
    ['without the line of columns', ''],
    ['with tabs and single spaces, as a forum makes them', `${VERBOSE.trim().replace(/\s+/g, ' ')}\n`],
  ])('%s', (_what, header) => {
    const text = `Chain INPUT (policy DROP 12 packets, 720 bytes)\n${header}0 0 ACCEPT tcp --\tlo * 10.0.0.0/8 0.0.0.0/0 tcp dpt:22`
    expect(told(text)).toEqual([
      'filter: :INPUT DROP',
      'filter: -A INPUT -s 10.0.0.0/8 -i lo -p tcp --dport 22 -j ACCEPT',
    ])
  })
})

describe('which table a listing is of', () => {
  const chains = (...names: string[]) =>
    names
      .map(
        (name) =>
          `Chain ${name} (policy ACCEPT 0 packets, 0 bytes)\n${VERBOSE}\n    0     0 RETURN     all  --  *      *       0.0.0.0/0            0.0.0.0/0\n`,
      )
      .join('\n')

  const tables = (text: string) =>
    read(text).value.firewall.ruleset.tables.flatMap((table) =>
      table.chains.filter(({ rows }) => rows.length > 0).map(({ name }) => `${table.name} ${name}`),
    )

  test.each([
    ['filter', ['INPUT', 'FORWARD', 'OUTPUT']],
    ['nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING']],
    ['nat', ['PREROUTING', 'POSTROUTING', 'OUTPUT']],
    ['raw', ['PREROUTING', 'OUTPUT']],
    ['mangle', ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']],
  ])('%s has the chains %s', (table, names) => {
    expect(new Set(tables(chains(...names)))).toEqual(new Set(names.map((name) => `${table} ${name}`)))
  })

  test('listings one after the other are told apart by the chains that come again', () => {
    const text = [
      ['INPUT', 'FORWARD', 'OUTPUT'],
      ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
      ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
      ['PREROUTING', 'OUTPUT'],
    ]
      .map((names) => chains(...names))
      .join('')
    expect(tables(text).filter((name) => / (INPUT|OUTPUT)$/.test(name))).toEqual(
      [
        'nat INPUT',
        'nat OUTPUT',
        'filter INPUT',
        'filter OUTPUT',
        'mangle INPUT',
        'mangle OUTPUT',
        'raw OUTPUT',
      ].sort((a, b) => tables(text).indexOf(a) - tables(text).indexOf(b)),
    )
  })

  test.each([
    ['the command before it', 'root@gw:~# iptables -t mangle -L INPUT -nv\n'],
    ['a command with -nvL', 'sudo iptables -t mangle -nvL INPUT | less\n'],
    ['a title', 'Table: mangle\n'],
  ])('%s says it', (_what, before) => {
    expect(tables(before + chains('INPUT'))).toEqual(['mangle INPUT'])
  })

  test('a chain that is listed again counts as it is listed last', () => {
    const again = `${chains('INPUT')}\n$ iptables -nvL INPUT\n${chains('INPUT')}`
    expect(tables(again)).toEqual(['filter INPUT'])
    expect(told(again)).toContain('note 6:7 INPUT stands in the text before: what is listed here counts.')
  })
})

describe('ip6tables -L', () => {
  test.each([
    [
      'ACCEPT     58   --  *      *       fe80::/10            ::/0                 ipv6-icmptype 128',
      '-s fe80::/10 -p ipv6-icmp --icmpv6-type 128 -j ACCEPT',
    ],
    [
      'ACCEPT     icmpv6    *      *       ::/0                 ::/0                 ipv6-icmptype 1 code 3',
      '-p ipv6-icmp --icmpv6-type 1/3 -j ACCEPT',
    ],
    ['ACCEPT     all      lo     *       ::/0                 ::/0', '-i lo -j ACCEPT'],
    ['           all      *      *       ::/0                !2001:db8::1', '! -d 2001:db8::1'],
    [
      'REJECT     all  --  *      *       ::/0                 ::/0                 reject-with icmp6-adm-prohibited',
      '-j REJECT --reject-with icmp6-adm-prohibited',
    ],
    [
      'DROP       all  --  *      *       ::/0                 ::/0                 HL match HL != 255',
      '-m hl ! --hl-eq 255 -j DROP',
    ],
  ])('%s', (cells, rule) => {
    expect(told(row(VERBOSE, `    0     0 ${cells}`), 'ip6tables')).toEqual([`filter: -A INPUT ${rule}`])
  })

  test('its rows are not rules of iptables, and the other way round', () => {
    const text = (any: string) =>
      row(VERBOSE, `    0     0 ACCEPT     all  --  *      *       ${any}            ${any}`)
    expect(told(text('::/0'))[0]).toMatch(/^syntax-error 3:48 ::\/0 is an IPv6 address/)
    expect(told(text('0.0.0.0/0'), 'ip6tables')[0]).toMatch(
      /^syntax-error 3:48 0.0.0.0\/0 is an IPv4 address/,
    )
    const both = `# iptables -nvL\n$ iptables -nvL INPUT\n${text('0.0.0.0/0')}\n$ ip6tables -nvL INPUT\n${text('::/0')}`
    expect(told(both).filter((line) => !line.startsWith('ignored'))).toEqual(['filter: -A INPUT -j ACCEPT'])
    expect(told(both, 'ip6tables').filter((line) => !line.startsWith('ignored'))).toEqual([
      'filter: -A INPUT -j ACCEPT',
    ])
  })
})

describe('rows that are broken', () => {
  test('a row that was broken in two is put together', () => {
    const line =
      '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0\n     tcp dpt:22'
    expect(told(row(VERBOSE, line))).toEqual(['filter: -A INPUT -p tcp --dport 22 -j ACCEPT'])
    expect(read(row(VERBOSE, line)).value.lines.slice(2, 4)).toMatchObject([
      { line: 3, fate: 'understood', rules: ['line-3'] },
      { line: 4, fate: 'understood', rules: ['line-3'] },
    ])
  })

  test('a line that is no row is named', () => {
    const line = '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0'
    expect(told(row(VERBOSE, line))).toEqual([
      'syntax-error 3:1 This is no row of a listing: target, protocol, options, source and destination are wanted.',
    ])
  })
})

describe('it is recognised', () => {
  const listing = (any: string) =>
    row(VERBOSE, `    0     0 ACCEPT     all  --  lo     *       ${any}            ${any}`)
  test.each([
    ['iptables', '0.0.0.0/0', 'iptables'],
    ['ip6tables', '::/0', 'ip6tables'],
    ['either, by names', 'anywhere', 'iptables'],
  ])('%s', (_what, any, best) => {
    const sure = ['iptables', 'ip6tables', 'nft', 'ipchains', 'home-router', 'text', 'markdown'].map(
      (id) => [dialectOf(id)?.detect(listing(any)) ?? 0, id] as const,
    )
    expect(sure.sort((a, b) => b[0] - a[0])[0]?.[1]).toBe(best)
  })
})
