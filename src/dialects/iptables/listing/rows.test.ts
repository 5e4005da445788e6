import { describe, expect, test } from 'vitest'
import { read, row, told, VERBOSE } from '../../../../tests/iptables-text'

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
      'whom the frame was for',
      'ACCEPT     all  --  *      *       0.0.0.0/0            0.0.0.0/0            PKTTYPE = broadcast',
      '-m pkttype --pkt-type broadcast -j ACCEPT',
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

describe('conditions that are understood or kept as they stand, and can be loaded again', () => {
  test.each([
    ['limit: avg 3/min burst 5', '-m limit --limit 3/min'],
    ['limit: avg 3/min burst 9', '-m limit --limit 3/min --limit-burst 9'],
    ['MAC 00:11:22:33:44:55', '-m mac --mac-source 00:11:22:33:44:55'],
    ['match-set friends src,dst', '-m set --match-set friends src,dst'],
    ['! match-set friends src', '-m set ! --match-set friends src'],
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
    expect(said.filter((each) => !/^approximated 3:90 .* is kept as it stands/.test(each))).toEqual([])
  })

  test('the owner of a socket, in OUTPUT', () => {
    const line =
      '    0     0 DROP       all  --  *      *       0.0.0.0/0            0.0.0.0/0            owner UID match 1000'
    const [rule] = told(`Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n${VERBOSE}\n${line}`)
    expect(rule).toBe('filter: -A OUTPUT -m owner --uid-owner 1000 -j DROP')
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
