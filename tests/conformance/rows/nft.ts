import type { PacketSpec } from '../../kernel/case'
import { ADDRESS, fromClient as c, type Row, v6 } from './row'

/** What nft says in its own language. */

const { client, server, wan } = ADDRESS[4]
const table = (...chains: readonly string[]) => `table inet t {\n${chains.join('\n')}\n}\n`
const chain = (name: string, hook: string, priority: number | string, ...rules: readonly string[]) =>
  `chain ${name} {\ntype filter hook ${hook} priority ${priority}; policy accept;\n${rules.join('\n')}\n}`
const natChain = (name: string, hook: string, priority: number, ...rules: readonly string[]) =>
  `chain ${name} {\ntype nat hook ${hook} priority ${priority};\n${rules.join('\n')}\n}`
const forward = (...rules: readonly string[]) => table(chain('f', 'forward', 0, ...rules))
const syn = c('S')
const udp = (more: Partial<PacketSpec> = {}): PacketSpec => {
  const { flags: _, ...packet } = c('', { dport: 53, ...more })
  return { ...packet, proto: 'udp' }
}
const by = (rule: string) => `NEW NEW dropped by inet t ${rule}`
const PASSES = 'NEW NEW NEW delivered'
const made = (what: string) => `; router made ${what}: RELATED RELATED delivered`

export const NFT_ROWS: readonly Row[] = [
  {
    name: '[E18] accept ends its own base chain, a later one of the hook may still drop',
    nft: table(chain('first', 'forward', 0, 'accept'), chain('second', 'forward', 10, 'tcp dport 443 drop')),
    packets: [[syn, by('second 1')]],
  },
  {
    name: '[E19] sets, intervals, concatenations and maps of verdicts',
    nft: forward(
      'tcp dport { 22, 80 } drop',
      'tcp dport 440-450 meta l4proto vmap { udp : drop }',
      `ip saddr . tcp dport { ${client} . 8443 } drop`,
      'tcp dport vmap { 443 : drop, 8080 : accept }',
    ),
    packets: [
      [syn, by('f 4')],
      [c('S', { dport: 80 }), by('f 1')],
      [c('S', { dport: 8443 }), by('f 3')],
      [c('S', { dport: 8080 }), PASSES],
    ],
  },
  {
    name: '[E20] reject alone answers port unreachable',
    nft: forward('reject'),
    packets: [[udp(), `${by('f 1')}${made('icmp 3/3')}`]],
  },
  ...(
    [
      ['port-unreachable', 'icmp 3/3', 'icmpv6 1/4'],
      ['no-route', 'icmp 3/0', 'icmpv6 1/0'],
      ['admin-prohibited', 'icmp 3/13', 'icmpv6 1/1'],
      ['host-unreachable', 'icmp 3/1', 'icmpv6 1/3'],
    ] as const
  ).flatMap(([kind, four, six]): Row[] => [
    {
      name: `[e10 E7] icmpx ${kind} is ${four} in IPv4`,
      nft: forward(`reject with icmpx ${kind}`),
      packets: [[udp(), `${by('f 1')}${made(four)}`]],
    },
    {
      name: `[e10 E7] icmpx ${kind} is ${six} in IPv6`,
      family: 6,
      nft: forward(`reject with icmpx ${kind}`),
      packets: [[v6(udp()), `${by('f 1')}${made(six)}`]],
    },
  ]),
  {
    name: '[e10 I3] ip saddr implies IPv4: not even its negation matches IPv6; tcp dport and ct state match both',
    family: 6,
    nft: forward('ip saddr != 10.0.0.0/8 drop', 'ip ttl > 0 drop', 'ct state new tcp dport 443 drop'),
    packets: [[v6(syn), by('f 3')]],
  },
  {
    name: '[e10 I4] in an inet table dnat says which family it means',
    nft: table(
      natChain('p', 'prerouting', -100, `tcp dport 8443 dnat ip to ${server}:443`),
      natChain('q', 'postrouting', 100, 'oifname "wan0" masquerade'),
    ),
    packets: [[c('S', { dport: 8443 }), `${PASSES} as ${wan}:40000 > ${server}:443`]],
  },
  {
    name: '[e11 C1] [e10 I5] of base chains with equal priority the last one defined runs first',
    nft: table(chain('first', 'forward', 0, 'drop'), chain('second', 'forward', 0, 'drop')),
    packets: [[syn, by('second 1')]],
  },
  ...(
    [
      ['tcp flags syn', 'SA', true],
      ['tcp flags == syn', 'S', true],
      ['tcp flags == syn', 'SA', false],
      ['tcp flags != syn', 'SA', true],
      ['tcp flags syn,ack', 'A', true],
      ['tcp flags { syn, ack }', 'SA', false],
      ['tcp flags { syn, ack }', 'A', true],
      ['tcp flags syn / fin,syn,rst,ack', 'SP', true],
      ['tcp flags & (fin | syn | rst | ack) == syn', 'SA', false],
    ] as const
  ).map(
    ([test, flags, matches]): Row => ({
      name: `[e11 A1] ${test} ${matches ? 'matches' : 'does not match'} ${flags}`,
      nft: table(chain('r', 'prerouting', -300, `${test} drop`)),
      packets: [[c(flags, { ack: 9, inject: 'wire' }), matches ? '- dropped by inet t r 1' : told(flags)]],
    }),
  ),
  {
    name: '[e11 B2] [e11 B3] before conntrack every packet counts as INVALID',
    nft: table(
      chain(
        'r',
        'prerouting',
        -300,
        'ct state new drop',
        'ct state established drop',
        'ct state invalid drop',
      ),
    ),
    packets: [[c('S', { inject: 'wire' }), '- dropped by inet t r 3']],
  },
  {
    name: '[e11 C2] a map without a hit goes on with the next rule; continue counts as a match',
    nft: forward('tcp dport vmap { 80 : drop }', 'tcp dport 443 continue', 'drop'),
    packets: [[syn, by('f 3')]],
  },
  {
    name: '[e11 C3] return in a base chain, and the end of a chain reached by goto, are the policy',
    nft: `table inet t {\nchain g {\ntcp dport 80 drop\n}\nchain f {\ntype filter hook forward priority 0; policy drop;\ntcp dport 443 goto g\naccept\n}\n}\n`,
    packets: [[syn, by('f policy')]],
  },
  {
    name: '[e11 D1] dnat ends its chain, and the first chain that binds ends the hook',
    nft: table(
      natChain('first', 'prerouting', -100, `tcp dport 8443 dnat ip to ${server}:443`, 'tcp dport 8443 drop'),
      natChain('later', 'prerouting', -90, 'tcp dport { 443, 8443 } drop'),
    ),
    packets: [[c('S', { dport: 8443 }), `${PASSES} as ${client}:40000 > ${server}:443`]],
  },
  {
    name: '[e11 D2] later packets of a flow visit no nat chain',
    nft: table(natChain('q', 'postrouting', 100, 'udp dport 53 masquerade')),
    packets: [
      [udp(), `${PASSES} as ${wan}:40000 > ${server}:53`],
      [udp(), `${PASSES} as ${wan}:40000 > ${server}:53`],
    ],
  },
  {
    name: '[e11 D3] drop in a nat chain drops, and the next SYN, still NEW, is asked again',
    nft: table(natChain('p', 'prerouting', -100, 'tcp dport 443 drop')),
    packets: [
      [syn, by('p 1')],
      [syn, by('p 1')],
    ],
  },
]

/** What becomes of a segment with these flags that no rule takes, from the wire before the router. */
function told(flags: string): string {
  return flags === 'SA' ? 'INVALID INVALID delivered' : 'NEW NEW delivered'
}
