import { describe, expect, test } from 'vitest'
import { formatAddress } from '@/model/packet/address'
import type { LoggedFacts } from './log-line'
import { type PlacedLogLine, readLog } from './read'

function only(text: string): PlacedLogLine {
  const { lines } = readLog(text)
  const [line] = lines
  if (!line || lines.length !== 1) throw new Error(`${lines.length} lines were read of: ${text}`)
  return line
}

/** Facts with addresses as text. */
function readable({ src, dst, quoted, ...facts }: LoggedFacts): Record<string, unknown> {
  return {
    ...facts,
    ...(src === undefined ? {} : { src: formatAddress(src) }),
    ...(dst === undefined ? {} : { dst: formatAddress(dst) }),
    ...(quoted === undefined ? {} : { quoted: readable(quoted) }),
  }
}

const IPCHAINS =
  'Oct 17 00:32:46 server kernel: Packet log: input DENY eth0 PROTO=6 198.51.100.7:20 203.0.113.2:61394 L=44 S=0x00 I=61949 F=0x4000 T=250 SYN (#28)'
const NETFILTER =
  'Nov 21 08:00:01 gate kernel: [ 1234.567890] DROP-IN: IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:08:00 SRC=198.51.100.7 DST=203.0.113.2 LEN=60 TOS=0x08 PREC=0x20 TTL=52 ID=4711 DF PROTO=TCP SPT=41000 DPT=22 WINDOW=64240 RES=0x00 SYN URGP=0 MARK=0x10 '

describe('each form tells what it tells, and nothing else', () => {
  test.each<[string, string, string, Record<string, unknown>]>([
    [
      'ipchains, whole [R080]',
      IPCHAINS,
      'ipchains',
      {
        ...{ time: 'Oct 17 00:32:46', host: 'server', chain: 'input', verdict: 'drop', iif: 'eth0' },
        ...{ protocol: 6, src: '198.51.100.7', sport: 20, dst: '203.0.113.2', dport: 61394, opens: true },
        ...{
          length: 44,
          tos: 0,
          id: 61949,
          dontFragment: true,
          moreFragments: false,
          hopLimit: 250,
          rule: 28,
        },
      },
    ],
    [
      'ipchains, cut short and broken in two by a mail [R080]',
      'Oct 17 00:32:46 server kernel: Packet log: input DENY eth0 \nL=44 S=0x00 I=61949 F=0x4000 T=250 SYN (#28)',
      'ipchains',
      {
        ...{ time: 'Oct 17 00:32:46', host: 'server', chain: 'input', verdict: 'drop', iif: 'eth0' },
        ...{ protocol: 6, opens: true, rule: 28 },
        ...{ length: 44, tos: 0, id: 61949, dontFragment: true, moreFragments: false, hopLimit: 250 },
      },
    ],
    [
      'ipchains, ICMP with type and code in the places of ports',
      'Packet log: output REJECT ppp0 PROTO=1 203.0.113.2:3 198.51.100.7:1 L=56 S=0xC0 I=7 F=0x0000 T=255 (#4)',
      'ipchains',
      {
        ...{ chain: 'output', verdict: 'reject', oif: 'ppp0', protocol: 1, rule: 4 },
        ...{ src: '203.0.113.2', dst: '198.51.100.7', icmpType: 3, icmpCode: 1, length: 56 },
        ...{ tos: 0xc0, id: 7, dontFragment: false, moreFragments: false, hopLimit: 255 },
      },
    ],
    [
      'ipchains, a later fragment has no ports',
      'Packet log: input - eth0 PROTO=17 198.51.100.7:65535 203.0.113.2:65535 L=500 S=0x00 I=9 F=0x20B9 T=60 (#2)',
      'ipchains',
      {
        ...{ chain: 'input', iif: 'eth0', protocol: 17, src: '198.51.100.7', dst: '203.0.113.2', rule: 2 },
        ...{ length: 500, tos: 0, id: 9, dontFragment: false, moreFragments: true, fragmentOffset: 1480 },
        ...{ hopLimit: 60 },
      },
    ],
    [
      'netfilter, with prefix, Ethernet header and mark',
      NETFILTER,
      'netfilter',
      {
        ...{
          time: 'Nov 21 08:00:01',
          host: 'gate',
          prefix: 'DROP-IN: ',
          iif: 'eth0',
          mac: '02:00:00:00:00:02',
        },
        ...{ src: '198.51.100.7', dst: '203.0.113.2', length: 60, tos: 0x28, hopLimit: 52, id: 4711 },
        ...{ dontFragment: true, protocol: 6, sport: 41000, dport: 22, window: 64240, flags: 2, mark: 16 },
      },
    ],
    [
      'netfilter, with the numbers of --log-tcp-sequence and with TCP options',
      'IN= OUT=eth0 SRC=203.0.113.2 DST=198.51.100.7 LEN=52 TOS=0x00 PREC=0x00 TTL=64 ID=1 PROTO=TCP SPT=22 DPT=41000 SEQ=4026531840 ACK=1 WINDOW=501 RES=0x00 ACK FIN URGP=0 OPT (0101080A) UID=0 GID=0',
      'netfilter',
      {
        ...{ oif: 'eth0', src: '203.0.113.2', dst: '198.51.100.7', length: 52, tos: 0, hopLimit: 64, id: 1 },
        ...{ protocol: 6, sport: 22, dport: 41000, seq: 4026531840, ack: 1, window: 501, flags: 0x11 },
      },
    ],
    [
      'netfilter, an ICMP error with the packet that it is about',
      'IN=wan OUT=lan SRC=192.0.2.1 DST=10.0.0.5 LEN=88 TOS=0x00 PREC=0xC0 TTL=60 ID=3 PROTO=ICMP TYPE=3 CODE=4 [SRC=10.0.0.5 DST=198.51.100.7 LEN=1500 TOS=0x00 PREC=0x00 TTL=63 ID=8 DF PROTO=TCP SPT=50000 DPT=443 WINDOW=500 RES=0x00 ACK URGP=0 ] MTU=1400',
      'netfilter',
      {
        ...{ iif: 'wan', oif: 'lan', src: '192.0.2.1', dst: '10.0.0.5', length: 88, tos: 0xc0, hopLimit: 60 },
        ...{ id: 3, protocol: 1, icmpType: 3, icmpCode: 4 },
        quoted: {
          ...{ src: '10.0.0.5', dst: '198.51.100.7', length: 1500, tos: 0, hopLimit: 63, id: 8 },
          ...{ dontFragment: true, protocol: 6, sport: 50000, dport: 443, window: 500, flags: 0x10 },
        },
      },
    ],
    [
      'netfilter, IPv6 and an echo',
      '2026-11-21T08:00:01.5+00:00 gate kernel: [UFW BLOCK] IN=eth0 OUT= MAC=02:00:00:00:00:01:02:00:00:00:00:02:86:dd SRC=2001:0db8:0000:0000:0000:0000:0000:0007 DST=2001:0db8:0000:0000:0000:0000:0000:0002 LEN=104 TC=0 HOPLIMIT=55 FLOWLBL=12345 PROTO=ICMPv6 TYPE=128 CODE=0 ID=77 SEQ=1',
      'netfilter',
      {
        ...{ time: '2026-11-21T08:00:01.5+00:00', host: 'gate', prefix: '[UFW BLOCK] ', iif: 'eth0' },
        ...{ mac: '02:00:00:00:00:02', src: '2001:db8::7', dst: '2001:db8::2', length: 104, tos: 0 },
        ...{ hopLimit: 55, protocol: 58, icmpType: 128, icmpCode: 0, icmpId: 77, icmpSeq: 1 },
      },
    ],
    [
      'netfilter, a later fragment of IPv6 counts in bytes',
      'IN=eth0 OUT= SRC=2001:db8::7 DST=2001:db8::2 LEN=1480 TC=0 HOPLIMIT=55 FLOWLBL=0 FRAG:1448 INCOMPLETE ID:0000beef PROTO=UDP',
      'netfilter',
      {
        ...{ iif: 'eth0', src: '2001:db8::7', dst: '2001:db8::2', length: 1480, tos: 0, hopLimit: 55 },
        ...{ fragmentOffset: 1448, moreFragments: true, id: 0xbeef, protocol: 17 },
      },
    ],
    [
      'netfilter, as ulogd writes it',
      'Nov 21 08:00:01 gate INPUT DROP IN=eth0 OUT= MAC= SRC=198.51.100.7 DST=203.0.113.2 LEN=29 TOS=10 PREC=0x00 TTL=52 ID=5 PROTO=UDP SPT=5353 DPT=53 LEN=9 MARK=0',
      'netfilter',
      {
        ...{ time: 'Nov 21 08:00:01', host: 'gate', prefix: 'INPUT DROP ', iif: 'eth0', mac: '' },
        ...{ src: '198.51.100.7', dst: '203.0.113.2', length: 29, tos: 0x10, hopLimit: 52, id: 5 },
        ...{ protocol: 17, sport: 5353, dport: 53, mark: 0 },
      },
    ],
    [
      'the home router, with signed numbers [R009]',
      '23.62.98.14:443 > 192.168.1.10:62712, AS Seq=1000, Ack=-268435456 -Black List Defense',
      'home-router',
      {
        ...{ src: '23.62.98.14', sport: 443, dst: '192.168.1.10', dport: 62712, protocol: 6, flags: 0x12 },
        ...{ seq: 1000, ack: 0xf0000000, prefix: 'Black List Defense', verdict: 'drop' },
      },
    ],
    [
      'pf, as tcpdump 4 prints it',
      '00:00:00.123456 rule 5/0(match): block in on em0: 198.51.100.7.53214 > 203.0.113.2.22: Flags [S], seq 12345, win 65535, options [mss 1460,nop], length 0',
      'pf',
      {
        ...{ time: '00:00:00.123456', rule: 5, verdict: 'drop', direction: 'in', iif: 'em0', protocol: 6 },
        ...{ src: '198.51.100.7', sport: 53214, dst: '203.0.113.2', dport: 22 },
        ...{ flags: 2, seq: 12345, window: 65535 },
      },
    ],
    [
      'pf, as OpenBSD prints it, with a port by name',
      'Oct 17 00:32:46.123456 rule 28/(match) [uid 0, pid 77] block in on fxp0: 198.51.100.7.20 > 203.0.113.2.https: S 1:1(0) win 16384 <mss 1460> (DF)',
      'pf',
      {
        ...{ time: 'Oct 17 00:32:46.123456', rule: 28, verdict: 'drop', direction: 'in', iif: 'fxp0' },
        ...{ src: '198.51.100.7', sport: 20, dst: '203.0.113.2', dport: 443, protocol: 6 },
        ...{ flags: 2, seq: 1, window: 16384, dontFragment: true },
      },
    ],
    [
      'pf, IPv6 and an answer that leaves',
      'rule 0..16777216/0(match): pass out on igb0: 2001:db8::2.443 > 2001:db8::7.41000: Flags [S.], seq 1, ack 2, win 100, length 0',
      'pf',
      {
        ...{ rule: 0, verdict: 'accept', direction: 'out', oif: 'igb0', protocol: 6, flags: 0x12 },
        ...{ src: '2001:db8::2', sport: 443, dst: '2001:db8::7', dport: 41000, seq: 1, ack: 2, window: 100 },
      },
    ],
    [
      'pf, with the IP header of tcpdump -v on a line of its own',
      'rule 3/0(match): block in on em0: (tos 0x10, ttl 52, id 4711, offset 0, flags [DF], proto UDP (17), length 60)\n    198.51.100.7.5000 > 203.0.113.2.53: UDP, length 32',
      'pf',
      {
        ...{ rule: 3, verdict: 'drop', direction: 'in', iif: 'em0', tos: 0x10, hopLimit: 52, id: 4711 },
        ...{ dontFragment: true, moreFragments: false, protocol: 17, length: 60 },
        ...{ src: '198.51.100.7', sport: 5000, dst: '203.0.113.2', dport: 53 },
      },
    ],
    [
      'pf, the rule of an anchor and an echo',
      'rule 7.ftp-proxy.2/0(match): block in on em0: 198.51.100.7 > 203.0.113.2: ICMP echo request, id 9, seq 1, length 64',
      'pf',
      {
        ...{ rule: 2, chain: 'ftp-proxy', verdict: 'drop', direction: 'in', iif: 'em0', protocol: 1 },
        ...{ src: '198.51.100.7', dst: '203.0.113.2', icmpType: 8, icmpCode: 0, icmpId: 9, icmpSeq: 1 },
      },
    ],
    [
      'Cisco, an extended list with log-input',
      'Oct 17 00:32:46 192.0.2.1 45: *Oct 17 00:32:46.123: %SEC-6-IPACCESSLOGP: list OUTSIDE-IN denied tcp 198.51.100.7(1063) (GigabitEthernet0/0 0011.2233.4455) -> 203.0.113.2(111), 1 packet',
      'cisco-ios',
      {
        ...{ time: 'Oct 17 00:32:46.123', host: '192.0.2.1', chain: 'OUTSIDE-IN', verdict: 'drop' },
        ...{ iif: 'GigabitEthernet0/0', mac: '0011.2233.4455', protocol: 6, packets: 1 },
        ...{ src: '198.51.100.7', sport: 1063, dst: '203.0.113.2', dport: 111 },
      },
    ],
    [
      'Cisco, ICMP with type and code',
      '%SEC-6-IPACCESSLOGDP: list 101 denied icmp 198.51.100.7 -> 203.0.113.2 (8/0), 3 packets',
      'cisco-ios',
      {
        ...{ chain: '101', verdict: 'drop', protocol: 1, icmpType: 8, icmpCode: 0, packets: 3 },
        ...{ src: '198.51.100.7', dst: '203.0.113.2' },
      },
    ],
    [
      'Cisco, a protocol by number',
      '%SEC-6-IPACCESSLOGNP: list 101 permitted 50 198.51.100.7 -> 203.0.113.2, 1 packet',
      'cisco-ios',
      { chain: '101', verdict: 'accept', protocol: 50, src: '198.51.100.7', dst: '203.0.113.2', packets: 1 },
    ],
    [
      'Cisco, a standard list knows the source alone',
      '%SEC-6-IPACCESSLOGS: list 10 denied 198.51.100.7 2 packets',
      'cisco-ios',
      { chain: '10', verdict: 'drop', src: '198.51.100.7', packets: 2 },
    ],
    [
      'Cisco, packets that were not written down',
      '%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 17 packets',
      'cisco-ios',
      { packets: 17 },
    ],
    [
      'Cisco, IPv6 with the number of the entry',
      '%IPV6_ACL-6-ACCESSLOGP: list V6-IN/20 denied udp 2001:db8::7(5353) -> 2001:db8::2(53), 1 packet',
      'cisco-ios',
      {
        ...{ chain: 'V6-IN', rule: 20, verdict: 'drop', protocol: 17, packets: 1 },
        ...{ src: '2001:db8::7', sport: 5353, dst: '2001:db8::2', dport: 53 },
      },
    ],
    [
      'RouterOS, forwarded and translated',
      'Oct 17 00:32:46 rb firewall,info no-web forward: in:bridge out:ether1, connection-state:new,snat src-mac 02:00:00:00:00:02, proto TCP (SYN), 10.0.0.1:1234->198.51.100.7:80, NAT (10.0.0.1:1234->203.0.113.2:1234)->198.51.100.7:80, len 60',
      'routeros',
      {
        ...{ time: 'Oct 17 00:32:46', host: 'rb', prefix: 'no-web', chain: 'forward', iif: 'bridge' },
        ...{ oif: 'ether1', state: 'new', mac: '02:00:00:00:00:02', protocol: 6, flags: 2, length: 60 },
        ...{ src: '10.0.0.1', sport: 1234, dst: '198.51.100.7', dport: 80 },
      },
    ],
    [
      'RouterOS, for the router itself, IPv6',
      'input: in:ether1 out:(unknown 0), proto UDP, [2001:db8::7]:5678->[2001:db8::2]:53, len 121',
      'routeros',
      {
        ...{ chain: 'input', iif: 'ether1', protocol: 17, length: 121 },
        ...{ src: '2001:db8::7', sport: 5678, dst: '2001:db8::2', dport: 53 },
      },
    ],
  ])('%s', (_, text, format, facts) => {
    const line = only(text)
    expect(line.format).toBe(format)
    expect(readable(line.facts)).toEqual(facts)
    expect(line.diagnostics).toEqual([])
  })
})
