import type { Choices } from './choices'
import type { NftWhere } from './nft-rules'

const PORTS = [22, 53, 80, 443, 8080, 8443]

type Protocol = 'tcp' | 'udp' | 'icmp' | 'icmpv6' | undefined

const not = (random: Choices) => (random.chance(20) ? '!= ' : '')

/** Conditions of one rule, in the ways that nft has of saying them. */
export function nftMatches(random: Choices, where: NftWhere, protocol: Protocol): string[] {
  const found = protocol ? ofProtocol(random, where, protocol) : []
  for (const make of [address, interfaces, state, other, together]) {
    const each = random.chance(30) ? make(random, where, protocol) : undefined
    if (each) found.push(each)
  }
  // What implies a protocol goes first, as a person would write it; the rest in any order.
  return found
}

function ofProtocol(random: Choices, { network, inet }: NftWhere, protocol: NonNullable<Protocol>): string[] {
  const family = network.family === 4 ? 'ip' : 'ip6'
  if (protocol === 'icmp' || protocol === 'icmpv6') return [icmp(random, protocol)]
  const found: string[] = []
  if (random.chance(20))
    found.push(
      random.one([
        `meta l4proto ${protocol}`,
        `${family} ${network.family === 4 ? 'protocol' : 'nexthdr'} ${protocol}`,
      ]),
    )
  if (random.chance(50)) found.push(`${protocol} dport ${ports(random)}`)
  // nft 1.0.6 makes one comparison of two neighbouring single ports, both negated: true where either differs [B8].
  if (random.chance(25)) found.push(`${protocol} sport ${ports(random).replace(/^!= (?=\d+$)/, '')}`)
  if (protocol === 'tcp' && random.chance(30)) found.push(flags(random))
  if (found.length === 0) found.push(`meta l4proto ${protocol}`)
  if (inet && random.chance(8)) found.unshift(`meta nfproto ipv${network.family}`)
  return found
}

function ports(random: Choices): string {
  const first = random.one(PORTS)
  return random.one([
    `${not(random)}${first}`,
    `${not(random)}${first}-${first + 1000}`,
    `${not(random)}{ ${first}, 1024-2048 }`,
    `< 1024`,
    `>= 1024`,
    `${not(random)}@p`,
  ])
}

/** Every way of asking for bits [e11 A1]. */
function flags(random: Choices): string {
  return `tcp flags ${random.one([
    'syn',
    'syn,ack',
    'syn | ack',
    '== syn',
    '!= syn',
    '! syn',
    '! syn,ack',
    '== syn | ack',
    '{ syn, ack }',
    '{ syn, syn | ack, ack }',
    '!= { syn, ack }',
    '& (fin | syn | rst | ack) == syn',
    '& (fin | syn | rst | ack) != syn',
    '& (syn | ack) == (syn | ack)',
    'syn / fin,syn,rst,ack',
    '!= syn / fin,syn,rst,ack',
    '& (fin | syn | rst | ack) { syn, ack }',
    '& syn != 0',
    '0x2',
    '== 0x0',
    'psh,urg',
  ])}`
}

function icmp(random: Choices, protocol: 'icmp' | 'icmpv6'): string {
  const v4 = protocol === 'icmp'
  const types = v4
    ? ['echo-request', 'echo-reply', 'destination-unreachable', '11', '3']
    : ['echo-request', 'echo-reply', 'destination-unreachable', 'time-exceeded', '135']
  return random.one([
    `${protocol} type ${not(random)}${random.one(types)}`,
    `${protocol} type { ${random.one(types)}, 200 }`,
    `${protocol} code ${not(random)}${random.one(['0', '1', '3'])}`,
    `${protocol} type ${v4 ? 3 : 1} ${protocol} code ${random.one(['0', '1', '3-4'])}`,
    `meta l4proto ${protocol}`,
  ])
}

function address(random: Choices, { network }: NftWhere): string {
  const { addresses, prefixes, family } = network
  const key = `${family === 4 ? 'ip' : 'ip6'} ${random.one(['saddr', 'daddr'])}`
  const one = () => random.one(Object.values(addresses))
  return random.one([
    `${key} ${not(random)}${one()}`,
    `${key} ${not(random)}${random.one([prefixes.lan, prefixes.wan])}`,
    `${key} ${not(random)}{ ${[...new Set([one(), one()])].join(', ')} }`,
    `${key} ${not(random)}@s`,
    `${key} ${not(random)}${addresses.lan}-${addresses.desk}`,
  ])
}

function interfaces(random: Choices): string {
  const key = random.one(['iifname', 'oifname'])
  const name = () => random.one(['"lan0"', '"wan0"', '"lan*"', '"eth0"', '"lo"'])
  return random.one([
    `${key} ${not(random)}${name()}`,
    `${key} ${not(random)}{ ${[...new Set([name(), '"wan0"'])].join(', ')} }`,
  ])
}

function state(random: Choices): string {
  return `ct state ${random.one([
    'new',
    'established',
    'established,related',
    'established | related',
    'invalid',
    'untracked',
    '{ new, established }',
    '!= new',
    '! established',
    '! established,related',
    '!= { new, invalid }',
    '== related',
    '& (new | established) != 0',
    '!= new,established',
  ])}`
}

function other(random: Choices, { network, inet }: NftWhere): string {
  const v4 = network.family === 4
  const ip = v4 ? 'ip' : 'ip6'
  return random.one([
    `meta length ${not(random)}${random.one(['40', '28-60', '60-100'])}`,
    `meta length ${random.one(['< 60', '>= 60', '> 40'])}`,
    `${ip} ${v4 ? 'ttl' : 'hoplimit'} ${random.one(['63', '64', '!= 63', '< 64', '{ 62, 63 }'])}`,
    `${ip} dscp ${not(random)}${random.one(['cs0', 'cs1', '0x04', '{ cs0, ef }'])}`,
    `${ip} ecn ${not(random)}${random.one(['not-ect', 'ce'])}`,
    `fib ${random.one(['saddr', 'daddr'])} type ${not(random)}${random.one(['local', 'unicast', 'multicast', '{ local, unicast }'])}`,
    `meta protocol ${ip}`,
    `ct direction ${not(random)}${random.one(['original', 'reply'])}`,
    `ct status ${random.one(['', '! '])}${random.one(['seen-reply', 'assured', 'confirmed', 'snat,dnat', 'dnat'])}`,
    `ct mark ${not(random)}${random.one(['0', '1', '2'])}`,
    `meta mark ${random.one(['0', '1', '!= 2', '{ 1, 2 }', '& 0x3 == 1', '& 0x1 != 0'])}`,
    `ct ${random.one(['original', 'reply'])} ${ip} ${random.one(['saddr', 'daddr'])} ${not(random)}${random.one([network.addresses.client, network.addresses.server, network.prefixes.lan])}`,
    ...(inet ? [`meta nfproto ipv${network.family}`] : []),
  ])
}

/** Several fields at once; what they imply must go with the rule's protocol. */
function together(random: Choices, { network }: NftWhere, protocol: Protocol): string | undefined {
  const { addresses, prefixes, family } = network
  const ip = family === 4 ? 'ip' : 'ip6'
  const { client, server, desk } = addresses
  if (protocol === 'tcp' || protocol === 'udp')
    return random.one([
      `${ip} saddr . ${protocol} dport ${not(random)}{ ${client} . 443, ${server} . 80 }`,
      `${ip} daddr . ${protocol} dport ${not(random)}{ ${server} . 443, ${prefixes.lan} . 1-65535 }`,
      `${ip} daddr . ${protocol} dport @b`,
      `${protocol} sport . ${protocol} dport { 443 . 20000-30000, 20000-30000 . 443 }`,
    ])
  if (protocol !== undefined) return undefined
  return random.one([
    `iifname . oifname ${not(random)}{ "lan0" . "wan0", "wan0" . "lan0" }`,
    `${ip} saddr . ${ip} daddr ${not(random)}{ ${client} . ${server}, ${server} . ${client}, ${desk} . ${server} }`,
    'meta l4proto . th dport { tcp . 443, udp . 53, tcp . 80 }',
    `ct state . ${ip} saddr { new . ${client}, established . ${server} }`,
  ])
}

/** Maps of verdicts, looked up by what the rule's protocol allows. */
export function nftMaps(
  random: Choices,
  { network, callable }: NftWhere,
  protocol: string | undefined,
): string {
  const { addresses, prefixes, family } = network
  const ip = family === 4 ? 'ip' : 'ip6'
  const verdict = () =>
    random.one(['accept', 'drop', 'return', 'continue', ...callable.map((chain) => `jump ${chain}`)])
  const { client, server } = addresses
  const plain = [
    `ct state vmap { new : ${verdict()}, established : ${verdict()}, related : accept, invalid : ${verdict()} }`,
    `iifname vmap { "lan0" : ${verdict()}, "wan0" : ${verdict()} }`,
    `${ip} saddr vmap { ${client} : ${verdict()}, ${server} : ${verdict()} }`,
    `${ip} daddr vmap { ${prefixes.lan} : ${verdict()}, ${server} : ${verdict()} }`,
    ...(protocol === undefined
      ? [`meta l4proto vmap { tcp : ${verdict()}, udp : ${verdict()}, * : ${verdict()} }`]
      : []),
  ]
  if (protocol !== 'tcp' && protocol !== 'udp') return random.one(plain)
  return random.one([
    ...plain,
    `${protocol} dport vmap @v`,
    `${protocol} dport vmap { 22 : ${verdict()}, 80-500 : ${verdict()}, * : ${verdict()} }`,
    `${ip} daddr . ${protocol} dport vmap { ${server} . 443 : ${verdict()}, ${client} . 20000-30000 : ${verdict()} }`,
    ...(protocol === 'tcp'
      ? [
          `tcp flags & (fin | syn | rst | ack) vmap { syn : ${verdict()}, ack : ${verdict()}, syn | ack : ${verdict()} }`,
        ]
      : []),
  ])
}
