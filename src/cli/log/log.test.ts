import { describe, expect, test } from 'vitest'
import { labDesign, netfilter } from '@/engine/laboratory'
import { LESSONS } from '@/lessons/index'
import type { Design } from '@/model/project/design'
import { encodeDesign } from '@/model/project/document'
import { runInMemory } from '../memory-io'

const GATE = labDesign({
  router: netfilter({
    'filter FORWARD': {
      policy: 'drop',
      rules: [
        [{ ctState: 'established, related' }, 'accept'],
        [{ protocol: 'tcp', dport: '22' }, 'drop'],
      ],
    },
    'filter INPUT': { policy: 'drop' },
    'ip6 filter FORWARD': { policy: 'drop' },
  }),
})

const NETFILTER =
  'IN=wan0 OUT=lan0 SRC=203.0.113.80 DST=192.168.1.10 LEN=60 TOS=0x00 PREC=0x00 TTL=60 ID=1 DF PROTO=TCP SPT=40000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0'
const CUT =
  'Oct 17 00:32:46 server kernel: Packet log: input DENY eth0 L=44 S=0x00 I=1 F=0x4000 T=250 SYN (#28)'

function run(lines: string, design?: Design, more: readonly string[] = []) {
  const files = {
    'kern.log': lines,
    ...(design ? { 'net.json': JSON.stringify(encodeDesign(design)) } : {}),
  }
  return runInMemory(['log', ...(design ? ['--design', 'net.json'] : []), ...more, 'kern.log'], files)
}

test('without a design each line is a row with its packet', () => {
  const { status, out, err } = run(`${NETFILTER}\n${CUT}\n`)
  expect(out.split('\n')).toEqual([
    '1  netfilter  SYN 203.0.113.80:40000 to 192.168.1.10:22, in by wan0, out by lan0',
    '2  ipchains  SYN ? to ?, in by eth0, drop by rule 28 of input',
    '',
  ])
  expect({ status, err }).toEqual({ status: 0, err: '' })
})

test('other lines and what is wrong are named with line and column, with status 1', () => {
  const { status, out, err } = run(`sshd[7]: hello\n${NETFILTER.replace('DPT=22', 'DPT=x')}\n`)
  expect(err.split('\n')).toEqual([
    'kern.log:1:1: ignored: "sshd[7]: hello" is not a log line of a packet in a form that is read here.',
    'kern.log:2:113: syntax-error: "x" is not a number from 0 to 65535.',
    '',
  ])
  expect(out).toBe('2  netfilter  SYN 203.0.113.80:40000 to 192.168.1.10, in by wan0, out by lan0\n')
  expect(status).toBe(1)
})

describe('R089: with a design, the rule that decides and the narrowest one that would admit the packet', () => {
  const story = LESSONS.find(({ id }) => id === 'reply-that-never-came')?.start()
  test.each<[string, Design | undefined, string, string[]]>([
    [
      'a rule that drops: the other one goes before it',
      GATE,
      NETFILTER,
      [
        'router: dropped by rule 2 of FORWARD; state NEW',
        'admit:  iptables -I FORWARD 2 -s 203.0.113.80 -d 192.168.1.10 -i wan0 -o lan0 -p tcp --sport 40000 --dport 22 -m conntrack --ctstate NEW -j ACCEPT',
      ],
    ],
    [
      'a policy that drops a stray reply: what the tracker makes of it is said',
      GATE,
      NETFILTER.replace('DPT=22', 'DPT=50000').replace(' SYN', ' ACK SYN'),
      [
        'router: dropped by the policy of FORWARD; state INVALID',
        'note:   No connection is known that it belongs to: INVALID. In one that is open it would be ESTABLISHED or RELATED.',
        'admit:  iptables -A FORWARD -s 203.0.113.80 -d 192.168.1.10 -i wan0 -o lan0 -p tcp --sport 40000 --dport 50000 -m conntrack --ctstate INVALID -j ACCEPT',
      ],
    ],
    [
      'for the device itself',
      GATE,
      'IN=wan0 OUT= SRC=203.0.113.80 DST=203.0.113.1 LEN=84 TOS=0x00 PREC=0x00 TTL=60 ID=1 PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=1',
      [
        'router: dropped by the policy of INPUT; state NEW',
        'admit:  iptables -A INPUT -s 203.0.113.80 -d 203.0.113.1 -i wan0 -p icmp --icmp-type 8/0 -m conntrack --ctstate NEW -j ACCEPT',
      ],
    ],
    [
      'IPv6 in ip6tables',
      GATE,
      'IN=wan0 OUT=lan0 SRC=2001:db8:2::80 DST=2001:db8:1::10 LEN=60 TC=0 HOPLIMIT=55 FLOWLBL=0 PROTO=UDP SPT=53 DPT=5353 LEN=20',
      [
        'router: dropped by the policy of FORWARD; state NEW',
        'admit:  ip6tables -A FORWARD -s 2001:db8:2::80 -d 2001:db8:1::10 -i wan0 -o lan0 -p udp --sport 53 --dport 5353 -m conntrack --ctstate NEW -j ACCEPT',
      ],
    ],
    [
      'what passes needs no rule',
      GATE,
      'IN= OUT=lan0 SRC=192.168.1.1 DST=192.168.1.10 LEN=40 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=UDP SPT=53 DPT=6 LEN=20',
      ['router: accepted by the policy of OUTPUT; state NEW'],
    ],
    [
      'the home router of the story, in its own form',
      story,
      '104.244.42.1:443 > 192.168.1.10:62712, AS Seq=1, Ack=-268435456 -Black List Defense',
      [
        'Home router: dropped by the policy of inbound',
        'note:   The way in is not told: by its source address it is wan.',
        'note:   It was seen after translation: its destination is not an address of Home router.',
        'admit:  protocol    tcp',
        '        src ip      104.244.42.1',
        '        dest ip     192.168.1.10',
        '        src port    443',
        '        dst port    62712',
        '        inbound     allow',
      ],
    ],
    [
      'what no rule stops',
      story,
      'Packet log: input DENY wan PROTO=6 198.51.100.7:20 203.0.113.7:61394 L=44 S=0x00 I=1 F=0x4000 T=250 SYN (#28)',
      [
        'Home router: lost: no binding and no port mapping is waiting for it',
        'admit:  No rule stops it, so none helps.',
      ],
    ],
    ['a line that lacks the addresses', GATE, CUT, ['The line does not tell the source address.']],
    [
      'interfaces that no device has',
      GATE,
      NETFILTER.replace('wan0', 'ppp9'),
      ['No device with a firewall has an interface ppp9 and lan0.'],
    ],
  ])('%s', (_, design, line, rows) => {
    const { out } = run(line, design)
    expect(
      out
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((row) => row.slice(5)),
    ).toEqual(rows)
  })
})

test('--device names the device, by any case', () => {
  const { out } = run(NETFILTER.replace('wan0', 'eth9').replace('lan0', ''), GATE, ['--device', 'Router'])
  expect(out).toContain('router has no interface eth9: by its source address it is wan0.')
})

test('what a line holds does not reach the terminal', () => {
  const { out, err } = run(
    NETFILTER.replaceAll('wan0', '\u001b[2J').replace('DPT=22', 'DPT=\u001b[31m'),
    GATE,
  )
  expect(`${out}${err}`).not.toContain('\u001b')
})

test('--json has every word with its meaning, and what the design says', () => {
  const { out } = run(NETFILTER, GATE, ['--json'])
  const { lines, diagnostics } = JSON.parse(out)
  expect(diagnostics).toEqual([])
  expect(lines).toHaveLength(1)
  const [{ tokens, ...line }] = lines
  expect(tokens[0]).toEqual({ from: 0, to: 7, text: 'IN=wan0', means: 'It came in by wan0.' })
  expect(line).toEqual({
    line: 1,
    format: 'netfilter',
    text: NETFILTER,
    packet: 'SYN 203.0.113.80:40000 to 192.168.1.10:22',
    told: {
      ...{ iif: 'wan0', oif: 'lan0', src: '203.0.113.80', dst: '192.168.1.10', length: 60, tos: 0, ttl: 60 },
      ...{ id: 1, dont_fragment: true, proto: 'tcp', sport: 40000, dport: 22, window: 64240, flags: 'S' },
    },
    missing: [],
    design: {
      ...{ device: 'router', state: 'NEW', iif: 'wan0', oif: 'lan0', end: 'dropped' },
      text: 'dropped by rule 2 of FORWARD',
      by: { chain: 'FORWARD', rule: 'r2', number: 2 },
      notes: [],
      admit: [{ language: 'iptables', text: expect.stringContaining('iptables -I FORWARD 2 ') }],
    },
  })
})

test.each([
  [['log'], 'highport log: Log file is missing. "-" reads standard input.'],
  [
    ['log', '--device', 'x', '-'],
    'highport log: --device names a device of a design. Give one with --design.',
  ],
  [['log', '--design', '-', '-'], 'highport log: The design and the log cannot both be standard input.'],
])('a mistake is answered with a sentence: %j', (args, sentence) => {
  const { status, err } = runInMemory(args)
  expect({ status, err }).toEqual({ status: 2, err: `${sentence}\n` })
})

test('a device that the design does not have', () => {
  const { status, err } = run(NETFILTER, GATE, ['--device', 'nobody'])
  expect(status).toBe(2)
  expect(err).toBe('highport log: There is no device "nobody". The devices are: client, router, server.\n')
})
