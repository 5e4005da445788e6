import type { Choices } from './choices'
import type { GeneratedChain, GeneratedRule, GeneratedRules, GeneratedTable } from './rules'

/** Rules that some tool refuses in some place; what is right where it lands is compared like any other. */
// Not among them: `! -p tcp --dport 80`, which the nft back end takes and the older one refuses, as the importer does.
const IPTABLES: readonly GeneratedRule[] = [
  wrong('--dport 80', '-j ACCEPT'),
  wrong('-p tcp --dport 70000', '-j ACCEPT'),
  wrong('-p tcp --dport 90:80', '-j ACCEPT'),
  wrong('-p tcp --dport http', '-j ACCEPT'),
  wrong('-p tcp --dport nosuch', '-j ACCEPT'),
  wrong('-p udp --tcp-flags SYN SYN', '-j ACCEPT'),
  wrong('-p tcp --tcp-flags SYN', '-j ACCEPT'),
  wrong('-p tcp --tcp-flags SYM SYN', '-j ACCEPT'),
  wrong('-p tcp --syn --tcp-flags SYN SYN', '-j ACCEPT'),
  wrong('-p tcp -m multiport --dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', '-j ACCEPT'),
  wrong('-p tcp -m multiport --dports 80 --dport 80', '-j ACCEPT'),
  wrong('-m multiport --dports 80', '-j ACCEPT'),
  wrong('-i eth0', '-j ACCEPT'),
  wrong('-o eth0', '-j ACCEPT'),
  wrong('-i a-name-that-is-too-long', '-j ACCEPT'),
  wrong('-p 300', '-j ACCEPT'),
  wrong('-p nosuch', '-j ACCEPT'),
  wrong('-m nosuch', '-j ACCEPT'),
  wrong('-m conntrack', '-j ACCEPT'),
  wrong('-m conntrack --ctstate OLD', '-j ACCEPT'),
  wrong('-m state', '-j ACCEPT'),
  wrong('-m comment', '-j ACCEPT'),
  wrong(`-m comment --comment ${'x'.repeat(300)}`, '-j ACCEPT'),
  wrong('-m iprange', '-j ACCEPT'),
  wrong('-m iprange --src-range 10.0.0.9-10.0.0.1', '-j ACCEPT'),
  wrong('-m length --length 90:80', '-j ACCEPT'),
  wrong('-m ttl --ttl-eq 300', '-j ACCEPT'),
  wrong('-m mark --mark 0x1ffffffff', '-j ACCEPT'),
  wrong('', '-j NOSUCH'),
  wrong('', '-j ACCEPT -j DROP'),
  wrong('', '-g ACCEPT'),
  wrong('', '-g nosuch'),
  wrong('', '-j REJECT --reject-with tcp-reset'),
  wrong('-p udp', '-j REJECT --reject-with tcp-reset'),
  wrong('', '-j REJECT --reject-with nosuch'),
  wrong('', '-j REJECT'),
  wrong('', '-j SNAT'),
  wrong('', '-j SNAT --to-source 192.0.2.1'),
  wrong('', '-j DNAT --to-destination 192.0.2.1:80'),
  wrong('-p tcp', '-j DNAT --to-destination 192.0.2.1:80'),
  wrong('', '-j DNAT --to-destination 2001:db8::1'),
  wrong('', '-j MASQUERADE'),
  wrong('', '-j MASQUERADE --to-ports 1024-2048'),
  wrong('', '-j REDIRECT --to-ports 80'),
  wrong('', '-j DROP'),
  wrong('', '-j CT --notrack'),
  wrong('', '-j NOTRACK'),
  wrong('', '-j MARK'),
  wrong('', '-j LOG --log-prefix'),
  wrong('', `-j LOG --log-prefix ${'y'.repeat(40)}`),
  wrong('', '-j ACCEPT --to-ports 80'),
  wrong('! -s 10.0.0.1,10.0.0.2', '-j ACCEPT'),
  wrong('-s 10.0.0.1/33', '-j ACCEPT'),
  wrong('-s 10.0.0.256', '-j ACCEPT'),
  wrong('-s 10.0.0.1 -s 10.0.0.2', '-j ACCEPT'),
  wrong('! ! -s 10.0.0.1', '-j ACCEPT'),
  wrong('stray', '-j ACCEPT'),
  wrong('-p icmp --icmp-type nosuch', '-j ACCEPT'),
  wrong('-p icmp --icmp-type 300', '-j ACCEPT'),
  wrong('-p tcp --icmp-type 8', '-j ACCEPT'),
  wrong('-p ipv6-icmp -m icmp6 --icmpv6-type 128', '-j ACCEPT'),
]

const NFT: readonly GeneratedRule[] = [
  wrong('tcp dport 70000', 'accept'),
  wrong('tcp dport 90-80', 'accept'),
  wrong('tcp dport { }', 'accept'),
  wrong('tcp dport 80,443', 'accept'),
  wrong('tcp dport ! 80', 'accept'),
  wrong('tcp dport nosuch', 'accept'),
  wrong('tcp dport 80 udp dport 53', 'accept'),
  wrong('meta l4proto udp tcp dport 80', 'accept'),
  wrong('meta l4proto { tcp, udp } tcp flags syn', 'accept'),
  wrong('ip saddr 10.0.0.1 ip6 saddr ::1', 'accept'),
  wrong('ip saddr 10.0.0.0/33', 'accept'),
  wrong('ip saddr 10.0.0.256', 'accept'),
  wrong('ip saddr 10.0.0.9-10.0.0.1', 'accept'),
  wrong('ip6 saddr 2001:db8::/32', 'accept'),
  wrong('ip saddr @p', 'accept'),
  wrong('tcp dport @s', 'accept'),
  wrong('tcp dport @v', 'accept'),
  wrong('tcp dport @nosuch', 'accept'),
  wrong('tcp flags ! syn / syn,ack', 'accept'),
  wrong('tcp flags sym', 'accept'),
  wrong('ct state old', 'accept'),
  wrong('ct nosuch 1', 'accept'),
  wrong('meta nosuch 1', 'accept'),
  wrong('meta nfproto ipv4', 'accept'),
  wrong('ip ttl 300', 'accept'),
  wrong('ip nosuch 1', 'accept'),
  wrong('iifname "a name that is too long"', 'accept'),
  wrong('icmp type nosuch', 'accept'),
  wrong('icmp type 300', 'accept'),
  wrong('nosuch', 'accept'),
  wrong('', 'accept drop'),
  wrong('', 'jump nosuch'),
  wrong('', 'jump'),
  wrong('', 'reject'),
  wrong('', 'reject with tcp reset'),
  wrong('udp dport 53', 'reject with tcp reset'),
  wrong('', 'reject with icmpx nosuch'),
  wrong('', 'reject with icmpx admin-prohibited'),
  wrong('ip saddr 10.0.0.1', 'reject with icmpv6 no-route'),
  wrong('', 'masquerade'),
  wrong('', 'masquerade to :1024-2048'),
  wrong('', 'redirect to :80'),
  wrong('tcp dport 80', 'redirect to :8080'),
  wrong('', 'snat ip to 192.0.2.1'),
  wrong('', 'dnat to 192.0.2.1'),
  wrong('tcp dport 80', 'dnat ip to 192.0.2.1:80'),
  wrong('tcp dport 80', 'dnat ip6 to [2001:db8::1]:80'),
  wrong('', 'notrack accept counter'),
  wrong('tcp dport vmap { 22 : reject }', ''),
  wrong('tcp dport vmap { 22 }', ''),
  wrong('tcp dport { 22 : accept }', ''),
  wrong('ip saddr . tcp dport { 10.0.0.1 }', 'accept'),
  wrong('ip saddr . tcp dport 22', 'accept'),
  wrong('log prefix', 'accept'),
  wrong('comment "x"', 'accept'),
  wrong('counter packets', 'accept'),
]

function wrong(matches: string, target: string): GeneratedRule {
  return { matches: matches === '' ? [] : [matches], target }
}

/** The rules with one more somewhere, which the tool may refuse there. */
export function spoil(random: Choices, given: GeneratedRules): GeneratedRules {
  const tables = given.tables.filter(({ chains }) => chains.length > 0)
  if (tables.length === 0) return given
  const table = random.one(tables)
  const chain = random.one(table.chains)
  const rule = random.one(given.tool === 'nft' ? NFT : IPTABLES)
  const at = random.number(chain.rules.length + 1)
  const rules = [...chain.rules.slice(0, at), rule, ...chain.rules.slice(at)]
  return {
    ...given,
    tables: given.tables.map((each) => (each === table ? withRules(table, chain, rules) : each)),
  }
}

function withRules(
  table: GeneratedTable,
  chain: GeneratedChain,
  rules: readonly GeneratedRule[],
): GeneratedTable {
  return { ...table, chains: table.chains.map((each) => (each === chain ? { ...chain, rules } : each)) }
}
