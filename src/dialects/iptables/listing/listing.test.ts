import { describe, expect, test } from 'vitest'
import { context } from '../../../../tests/arbitraries/rules'
import { dialectOf } from '../../lookup'

const VERBOSE = ' pkts bytes target     prot opt in     out     source               destination'
const PLAIN = 'target     prot opt source               destination'

const read = (text: string, tool: 'iptables' | 'ip6tables' = 'iptables') => {
  const result = dialectOf(tool)?.parse?.(text, context)
  if (!result?.ok) throw new Error(JSON.stringify(result?.diagnostics))
  return result
}

/** Rules as iptables writes them, policies that are not ACCEPT, and what was said. */
function told(text: string, tool: 'iptables' | 'ip6tables' = 'iptables'): string[] {
  const { value, diagnostics } = read(text, tool)
  const written = dialectOf(tool)?.print?.(value.firewall, context).text ?? ''
  let table = ''
  const rules = written.split('\n').flatMap((line) => {
    if (line.startsWith('*')) table = line.slice(1)
    if (/^:\S+ DROP/.test(line)) return [`${table}: ${line.replace(/ \[.*/, '')}`]
    return line.startsWith('-A ') ? [`${table}: ${line}`] : []
  })
  const said = diagnostics.map(({ kind, line, column, message }) => `${kind} ${line}:${column} ${message}`)
  return [...rules, ...said]
}

/** One row of INPUT, with a user chain beside it. */
const row = (columns: string, cells: string) =>
  [
    'Chain INPUT (policy ACCEPT 0 packets, 0 bytes)',
    columns,
    cells,
    '',
    'Chain user (1 references)',
    columns,
  ].join('\n')

describe('a row of iptables -L -n -v', () => {
  test.each([
    ['an interface', 'ACCEPT     all  --  lo     *       0.0.0.0/0            0.0.0.0/0', '-i lo -j ACCEPT'],
    [
      'any interface but one',
      'ACCEPT     all  --  !eth0  *       0.0.0.0/0            0.0.0.0/0',
      '! -i eth0 -j ACCEPT',
    ],
    [
      'protocols as numbers',
      'ACCEPT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:22',
      '-p tcp --dport 22 -j ACCEPT',
    ],
    ['any protocol as 0', 'DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0', '-j DROP'],
    [
      'any protocol but one',
      'ACCEPT    !udp  --  *      *       0.0.0.0/0            0.0.0.0/0',
      '! -p udp -j ACCEPT',
    ],
    [
      'addresses',
      'DROP       all  --  *      *       10.0.0.0/8          !192.0.2.1',
      '-s 10.0.0.0/8 ! -d 192.0.2.1 -j DROP',
    ],
    [
      'a jump to a chain listed later',
      'user       all  --  *      *       0.0.0.0/0            0.0.0.0/0',
      '-j user',
    ],
    [
      'a goto',
      'user       all  --  *      *       0.0.0.0/0            0.0.0.0/0           [goto]',
      '-g user',
    ],
    [
      'no target',
      '           tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:25',
      '-p tcp --dport 25',
    ],
    ['a long target', 'MASQUERADE  tcp  --  *      *       0.0.0.0/0            0.0.0.0/0', undefined],
    [
      'ranges of ports',
      'ACCEPT     udp  --  *      *       0.0.0.0/0            0.0.0.0/0            udp spts:1:5 dpts:!6000:6010',
      '-p udp --sport 1:5 ! --dport 6000:6010 -j ACCEPT',
    ],
    [
      'several ports',
      'ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports 80,443',
      '-p tcp -m multiport --dports 80,443 -j ACCEPT',
    ],
    [
      'all ports but several',
      'ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            multiport dports  !80,443',
      '-p tcp -m multiport ! --dports 80,443 -j ACCEPT',
    ],
    [
      'states, as -m state',
      'ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            state RELATED,ESTABLISHED',
      '-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ],
    [
      'states, as -m conntrack',
      'ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            ctstate NEW tcp dpt:22',
      '-p tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT',
    ],
    [
      'all states but one',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            ! ctstate INVALID',
      '-m conntrack ! --ctstate INVALID -j DROP',
    ],
    [
      'a type of ICMP',
      'ACCEPT     icmp --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 8',
      '-p icmp --icmp-type 8 -j ACCEPT',
    ],
    [
      'a type and code',
      'ACCEPT     icmp --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 3 code 4',
      '-p icmp --icmp-type 3/4 -j ACCEPT',
    ],
    [
      'every type',
      'ACCEPT     icmp --  *      *       0.0.0.0/0            0.0.0.0/0            icmptype 255',
      '-p icmp -j ACCEPT',
    ],
    [
      'flags',
      'DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02',
      '-p tcp --syn -j DROP',
    ],
    [
      'flags, not',
      'DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:!0x17/0x02',
      '-p tcp ! --syn -j DROP',
    ],
    [
      'no flag at all',
      'DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x3F/0x00',
      '-p tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP',
    ],
    [
      'an answer',
      'REJECT     udp  --  *      *       0.0.0.0/0            0.0.0.0/0            reject-with icmp-host-prohibited',
      '-p udp -j REJECT --reject-with icmp-host-prohibited',
    ],
    [
      'a comment',
      'ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            /* web server */ tcp dpt:80',
      '-p tcp --dport 80 -m comment --comment "web server" -j ACCEPT',
    ],
    [
      'a comment that looks like a condition',
      'ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* tcp dpt:22 reject-with */',
      '-m comment --comment "tcp dpt:22 reject-with" -j ACCEPT',
    ],
    [
      'a log line',
      'LOG        all  --  *      *       0.0.0.0/0            0.0.0.0/0            LOG flags 0 level 4 prefix "seen: "',
      '-j LOG --log-prefix "seen: "',
    ],
    [
      'a log line of old',
      "LOG        all  --  *      *       0.0.0.0/0            0.0.0.0/0            LOG flags 0 level 4 prefix `seen: '",
      '-j LOG --log-prefix "seen: "',
    ],
    [
      'a prefix with quotes',
      'LOG        all  --  *      *       0.0.0.0/0            0.0.0.0/0            LOG flags 0 level 4 prefix "a" -j ACCEPT "b"',
      '-j LOG --log-prefix "a\\" -j ACCEPT \\"b"',
    ],
    [
      'a mark',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            mark match ! 0x1/0xff',
      '-m mark ! --mark 0x1/0xff -j DROP',
    ],
    [
      'a range of addresses',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            source IP range 10.0.0.1-10.0.0.9',
      '-m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP',
    ],
    [
      'a hop limit',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            TTL match TTL < 5',
      '-m ttl --ttl-lt 5 -j DROP',
    ],
    [
      'a length',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            length !5:9',
      '-m length ! --length 5:9 -j DROP',
    ],
    [
      'a type of service',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            tos match0x10/0xff',
      '-m tos --tos 0x10/0xff -j DROP',
    ],
    [
      'a type of address',
      'DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            ADDRTYPE match dst-type LOCAL',
      '-m addrtype --dst-type LOCAL -j DROP',
    ],
    [
      'a large counter',
      'ACCEPT     all  --  eth0   *       0.0.0.0/0            0.0.0.0/0',
      '-i eth0 -j ACCEPT',
    ],
  ])('%s', (what, cells, rule) => {
    const counters = what === 'a large counter' ? '1234567 8190M ' : '    0     0 '
    if (rule === undefined)
      expect(told(row(VERBOSE, counters + cells))).toEqual([
        'syntax-error 3:13 MASQUERADE works in table nat only, this is filter.',
      ])
    else expect(told(row(VERBOSE, counters + cells))).toEqual([`filter: -A INPUT ${rule}`])
  })
})

describe('a condition that is no option here is kept, and can be loaded again', () => {
  test.each([
    ['limit: avg 3/min burst 5', '-m limit --limit 3/min'],
    ['limit: avg 3/min burst 9', '-m limit --limit 3/min --limit-burst 9'],
    ['MAC 00:11:22:33:44:55', '-m mac --mac-source 00:11:22:33:44:55'],
    ['match-set friends src,dst', '-m set --match-set friends src,dst'],
    ['! match-set friends src', '-m set ! --match-set friends src'],
    ['owner UID match 1000', '-m owner --uid-owner 1000'],
    ['PKTTYPE = broadcast', '-m pkttype --pkt-type broadcast'],
    [
      'recent: UPDATE seconds: 60 hit_count: 4 name: ssh side: source mask: 255.255.255.255',
      '-m recent --update --seconds 60 --hitcount 4 --name ssh --mask 255.255.255.255 --rsource',
    ],
    ['#conn src/32 > 20', '-m connlimit --connlimit-above 20 --connlimit-mask 32 --connlimit-saddr'],
    ['PHYSDEV match --physdev-is-bridged', '-m physdev --physdev-is-bridged'],
    ['helper match "ftp"', '-m helper --helper ftp'],
    [
      'statistic mode random probability 0.50000000000',
      '-m statistic --mode random --probability 0.50000000000',
    ],
    ['policy match dir in pol ipsec', '-m policy --dir in --pol ipsec'],
  ])('%s', (text, options) => {
    const line = `    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            ${text}`
    const [rule, ...said] = told(row(VERBOSE, line))
    expect(rule).toBe(`filter: -A INPUT ${options} -j DROP`)
    expect(said).toEqual([expect.stringMatching(/^approximated 3:90 .* is kept as it stands/)])
  })

  test('text that nobody knows is a condition all the same: the rule does not apply to every packet', () => {
    const line =
      '    0     0 DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:22 quux: avg 3 frob'
    const { value, diagnostics } = read(row(VERBOSE, line))
    expect(value.firewall.ruleset.tables[0]?.chains[0]?.rows).toMatchObject([
      {
        match: [
          { field: 'protocol' },
          { field: 'dport' },
          { kind: 'opaque', dialect: 'iptables-listing', text: 'quux: avg 3 frob' },
        ],
      },
    ])
    expect(diagnostics).toMatchObject([{ kind: 'approximated', line: 3, column: 101, length: 16 }])
    expect(value.lines[2]).toMatchObject({ fate: 'partly', rules: ['line-3'] })
  })
})

describe('properties of the connection', () => {
  const cells = (text: string) =>
    `    0     0 ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            ${text}`

  test.each([
    [
      'beside states they are of one match',
      'ctstate NEW ctorigdst 10.0.0.0/8',
      '-m conntrack --ctstate NEW -m conntrack --ctorigdst 10.0.0.0/8',
    ],
    [
      'out of the order of one match they are of two',
      'ctorigdst 10.0.0.0/8 ctstate NEW',
      '-m conntrack --ctstate NEW -m conntrack --ctorigdst 10.0.0.0/8',
    ],
  ])('%s', (_what, text, options) => {
    expect(told(row(VERBOSE, cells(text)))).toEqual([`filter: -A INPUT ${options} -j ACCEPT`])
  })

  test('where one match means something else than two, that is said [B7]', () => {
    const { value, diagnostics } = read(row(VERBOSE, cells('ctstate INVALID,NEW ctproto 17')))
    expect(value.firewall.ruleset.tables[0]?.chains[0]?.rows).toMatchObject([
      {
        match: [
          { field: 'ctState' },
          { kind: 'either', tests: [{ field: 'ctState' }, { field: 'ctProtocol' }] },
        ],
      },
    ])
    expect(diagnostics).toMatchObject([{ kind: 'note', line: 3, column: 110 }])
  })
})

describe('targets of the other tables', () => {
  const nat = (cells: string) =>
    [
      'Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)',
      VERBOSE,
      cells,
      '',
      'Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)',
      VERBOSE,
    ].join('\n')

  test.each([
    [
      'DNAT       tcp  --  eth0   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 to:10.0.0.1:8080',
      'nat: -A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1:8080',
    ],
    [
      'REDIRECT   tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:80 redir ports 3128',
      'nat: -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 3128',
    ],
  ])('%s', (cells, rule) => {
    expect(told(nat(`    0     0 ${cells}`))).toEqual([rule])
  })

  test.each([
    [
      'MASQUERADE  all  --  *      eth0    192.168.1.0/24       0.0.0.0/0',
      '-A POSTROUTING -s 192.168.1.0/24 -o eth0 -j MASQUERADE',
    ],
    [
      'MASQUERADE  tcp  --  *      eth0    0.0.0.0/0            0.0.0.0/0            masq ports: 1024-2000',
      '-A POSTROUTING -o eth0 -p tcp -j MASQUERADE --to-ports 1024-2000',
    ],
    [
      'SNAT       all  --  *      eth0    0.0.0.0/0            0.0.0.0/0            to:192.0.2.1-192.0.2.5 random',
      '-A POSTROUTING -o eth0 -j SNAT --to-source 192.0.2.1-192.0.2.5 --random',
    ],
  ])('%s', (cells, rule) => {
    const text = `Chain POSTROUTING (policy ACCEPT 0 packets, 0 bytes)\n${VERBOSE}\n    0     0 ${cells}`
    expect(told(text)).toEqual([`nat: ${rule}`])
  })

  test.each([
    ['MARK set 0x1', '-j MARK --set-xmark 0x1/0xffffffff'],
    ['MARK xset 0x1/0xff', '-j MARK --set-xmark 0x1/0xff'],
    ['MARK and 0x1', '-j MARK --set-xmark 0x0/0xfffffffe'],
  ])('%s', (text, target) => {
    const line = `    0     0 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            ${text}`
    expect(
      told(
        `$ iptables -t mangle -nvL PREROUTING\nChain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n${VERBOSE}\n${line}`,
      ),
    ).toEqual([`mangle: -A PREROUTING ${target}`, 'ignored 1:1 This command changes no rule.'])
  })
})

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
