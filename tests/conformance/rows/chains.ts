import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient as c, type Row, v6 } from './row'

/** Chains, interfaces, routing. */

const { client, lan, wan, server } = ADDRESS[4]
const filter = (...lines: readonly string[]) => `*filter\n${lines.join('\n')}\nCOMMIT\n`
const syn = c('S')
const by = (rule: string) => `NEW NEW dropped by filter ${rule}`
const own = (dst: string): PacketSpec => ({
  from: 'router',
  proto: 'tcp',
  src: lan,
  dst,
  sport: 40_000,
  dport: 443,
  flags: 'S',
})

export const CHAIN_ROWS: readonly Row[] = [
  {
    name: '[E5] the first match wins; LOG and rules without target go on',
    rules: filter('-A FORWARD -j LOG', '-A FORWARD', '-A FORWARD -p tcp -j DROP', '-A FORWARD -j ACCEPT'),
    packets: [[syn, by('FORWARD 3')]],
  },
  {
    name: '[E4] RETURN in a base chain is its policy',
    rules: filter(':FORWARD DROP', '-A FORWARD -j RETURN', '-A FORWARD -j ACCEPT'),
    packets: [[syn, by('FORWARD policy')]],
  },
  {
    name: '[E3] a jump that ends without a verdict comes back to the next rule',
    rules: filter(':user -', '-A FORWARD -j user', '-A FORWARD -j DROP', '-A user -p udp -j ACCEPT'),
    packets: [[syn, by('FORWARD 2')]],
  },
  {
    name: '[E3] the end of a goto from a base chain is the policy',
    rules: filter(
      ':FORWARD DROP',
      ':user -',
      '-A FORWARD -g user',
      '-A FORWARD -j ACCEPT',
      '-A user -p udp -j ACCEPT',
    ),
    packets: [[syn, by('FORWARD policy')]],
  },
  {
    name: '[E3] the end of a goto from a user chain returns to the caller of that chain',
    rules: filter(
      ':a -',
      ':b -',
      '-A FORWARD -j a',
      '-A FORWARD -j DROP',
      '-A a -g b',
      '-A a -j ACCEPT',
      '-A b -p udp -j ACCEPT',
    ),
    packets: [[syn, by('FORWARD 2')]],
  },
  {
    name: '[E6] lan+ is a prefix of interface names',
    rules: filter('-A FORWARD -i wan+ -j DROP', '-A FORWARD -i lan+ -j DROP'),
    packets: [[syn, by('FORWARD 2')]],
  },
  {
    name: '[E14] a packet from the LAN for the outer address is INPUT by lan0 (weak host)',
    rules: filter('-A INPUT -i wan0 -j LOG', '-A INPUT -i lan0 -j DROP'),
    packets: [[{ ...syn, dst: wan }, by('INPUT 2')]],
  },
  {
    name: '[E6] [E13] what goes to an own address passes OUTPUT and comes back in by lo; the state is decided once',
    rules: filter('-A INPUT -i lo -m conntrack --ctstate NEW -j DROP'),
    packets: [[own(wan), 'NEW NEW dropped by filter INPUT 1']],
  },
  {
    name: '[E16] NOTRACK: UNTRACKED; the reply, if it is tracked, is NEW',
    rules: '*raw\n-A PREROUTING -i lan0 -j CT --notrack\nCOMMIT\n',
    packets: [
      [{ ...syn, proto: 'udp' }, 'NEW UNTRACKED NEW delivered'],
      [
        { from: 'server', proto: 'udp', src: server, dst: client, sport: 443, dport: 40_000 },
        'ESTABLISHED NEW ESTABLISHED delivered',
      ],
    ],
  },
  {
    name: '[E17] [D9] a packet whose TTL ends never gets to FORWARD, and its sender is told',
    rules: filter(':FORWARD DROP'),
    packets: [[{ ...syn, ttl: 1 }, 'NEW NEW vanished; router made icmp 11/0: RELATED RELATED delivered']],
  },
  {
    name: '[D9] no route: neither FORWARD nor its policy is asked, and the sender is told',
    rules: filter(':FORWARD DROP'),
    packets: [
      [{ ...syn, dst: '198.51.100.7' }, 'NEW NEW vanished; router made icmp 3/0: RELATED RELATED delivered'],
    ],
  },
  {
    name: '[D9] an unknown neighbour: FORWARD and POSTROUTING are asked, then the packet is lost',
    packets: [[{ ...syn, dst: '203.0.113.77' }, 'NEW NEW sent']],
  },
  ...['127.0.0.1', '0.0.0.0', lan].map(
    (src): Row => ({
      name: `[D9] a source of ${src} is lost after PREROUTING`,
      rules: filter(':INPUT DROP', ':FORWARD DROP'),
      packets: [[{ ...syn, src, inject: 'wire' }, 'NEW vanished']],
    }),
  ),
  {
    name: '[e10 I1] rules for IPv4 never see IPv6',
    family: 6,
    packets: [[v6(syn), 'NEW NEW NEW delivered']],
  },
  {
    name: '[e10 D] hop limit 1 never gets to FORWARD: ICMPv6 3/0 comes back',
    family: 6,
    rules: filter(':FORWARD DROP'),
    packets: [
      [{ ...v6(syn), ttl: 1 }, 'NEW NEW vanished; router made icmpv6 3/0: RELATED RELATED delivered'],
    ],
  },
  {
    name: '[e10 F1] no route in IPv6: ICMPv6 1/0, FORWARD is not asked',
    family: 6,
    rules: filter(':FORWARD DROP'),
    packets: [
      [
        { ...v6(syn), dst: '2001:db8:9::7' },
        'NEW NEW vanished; router made icmpv6 1/0: RELATED RELATED delivered',
      ],
    ],
  },
  {
    name: '[e10 F1] a source that is the own address of the router is forwarded in IPv6',
    family: 6,
    packets: [[{ ...v6(syn), src: ADDRESS[6].lan, inject: 'wire' }, 'NEW NEW delivered']],
  },
  {
    name: '[e10 F1] the network address of an attached prefix is an address of the router',
    family: 6,
    rules: filter('-A INPUT -i lan0 -j DROP'),
    packets: [[{ ...v6(syn), dst: '2001:db8:1::' }, 'NEW NEW dropped by filter INPUT 1']],
  },
  {
    name: '[e10 F1] a source of ::1 is lost before PREROUTING',
    family: 6,
    packets: [[{ ...v6(syn), src: '::1', inject: 'wire' }, '- vanished']],
  },
  ...[':: ', 'fe80::1 '].map(
    (src): Row => ({
      name: `[e10 F1] a source of ${src.trim()} is lost after PREROUTING`,
      family: 6,
      packets: [[{ ...v6(syn), src: src.trim(), inject: 'wire' }, 'NEW vanished']],
    }),
  ),
]
