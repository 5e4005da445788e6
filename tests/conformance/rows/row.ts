import type {
  Answer,
  Case,
  HostRules,
  HostSpec,
  PacketAnswer,
  PacketSpec,
  RuleAnswer,
} from '../../kernel/case'

/**
 * One measured fact: packets through the network of the measurements (client 192.168.1.10 - router 192.168.1.1 and
 * 203.0.113.1 - server 203.0.113.80), and what becomes of each. The engine is asked everywhere, the kernel where it can be.
 */
export interface Row {
  /** A sentence with the label of the measurement in brackets. */
  readonly name: string
  readonly family?: 4 | 6
  /** Rule text of the router, for both back ends of iptables; of other hosts by name. */
  readonly rules?: string | Readonly<Record<string, string>>
  /** Instead, text of the router for nft. */
  readonly nft?: string
  readonly sysctl?: Readonly<Record<string, number>>
  /** Bytes that the link between router and server takes; 1500 where absent. */
  readonly mtu?: number
  /** Each packet with what becomes of it, as `told` writes it. */
  readonly packets: readonly (readonly [PacketSpec, string])[]
}

const HOSTS: Readonly<Record<4 | 6, Readonly<Record<string, HostSpec>>>> = {
  4: hostsOf('192.168.1.10/24', '192.168.1.1/24', '203.0.113.1/24', '203.0.113.80/24'),
  6: hostsOf('2001:db8:1::10/64', '2001:db8:1::1/64', '2001:db8:2::1/64', '2001:db8:2::80/64'),
}

function hostsOf(
  client: string,
  lan: string,
  wan: string,
  server: string,
): Readonly<Record<string, HostSpec>> {
  const gateway = (address: string) => [`default via ${address.split('/')[0]}`]
  return {
    client: { interfaces: { eth0: { addr: client, link: 'lan' } }, routes: gateway(lan) },
    router: { interfaces: { lan0: { addr: lan, link: 'lan' }, wan0: { addr: wan, link: 'wan' } } },
    server: { interfaces: { eth0: { addr: server, link: 'wan' } }, routes: gateway(wan) },
  }
}

export const ADDRESS = {
  4: { client: '192.168.1.10', lan: '192.168.1.1', wan: '203.0.113.1', server: '203.0.113.80' },
  6: { client: '2001:db8:1::10', lan: '2001:db8:1::1', wan: '2001:db8:2::1', server: '2001:db8:2::80' },
} as const

type More = Partial<PacketSpec>

/** A segment from the client's port 40000 to the server's 443. */
export function fromClient(flags: string, more: More = {}): PacketSpec {
  const { client: src, server: dst } = ADDRESS[4]
  return { from: 'client', proto: 'tcp', src, dst, sport: 40000, dport: 443, flags, ...more }
}

/** A segment of the server back to the client. */
export function fromServer(flags: string, more: More = {}): PacketSpec {
  const { client: dst, server: src } = ADDRESS[4]
  return { from: 'server', proto: 'tcp', src, dst, sport: 443, dport: 40000, flags, ...more }
}

/** The same packet with the addresses of the IPv6 network. */
export function v6(packet: PacketSpec): PacketSpec {
  const swap = (text: string) => {
    const name = (Object.keys(ADDRESS[4]) as (keyof (typeof ADDRESS)[4])[]).find(
      (key) => ADDRESS[4][key] === text,
    )
    return name === undefined ? text : ADDRESS[6][name]
  }
  const proto = packet.proto === 'icmp' ? 'icmpv6' : packet.proto
  return { ...packet, proto, src: swap(packet.src), dst: swap(packet.dst) }
}

const TOOLS = {
  4: ['iptables-legacy-restore', 'iptables-restore'],
  6: ['ip6tables-legacy-restore', 'ip6tables-restore'],
} as const

function withMtu(hosts: Readonly<Record<string, HostSpec>>, mtu: number): Readonly<Record<string, HostSpec>> {
  const onWan = ([name, { interfaces, ...host }]: [string, HostSpec]) => {
    const ports = Object.entries(interfaces).map(
      ([port, each]) => [port, each.link === 'wan' ? { ...each, mtu } : each] as const,
    )
    return [name, { ...host, interfaces: Object.fromEntries(ports) }] as const
  }
  return Object.fromEntries(Object.entries(hosts).map(onWan))
}

export interface RowCase {
  /** The back end that loads the rules. */
  readonly tool: string
  readonly given: Case
}

/** The row as replay cases, one for each back end. */
export function casesOf({ family = 4, rules = {}, nft, sysctl = {}, mtu, packets }: Row): RowCase[] {
  const written = typeof rules === 'string' ? { router: rules } : rules
  const texts: Readonly<Record<string, string>> = nft === undefined ? written : { router: nft }
  const settings = Object.keys(sysctl).length > 0 ? { sysctl } : {}
  const hosts = mtu === undefined ? HOSTS[family] : withMtu(HOSTS[family], mtu)
  const tools = nft === undefined ? TOOLS[family] : ['nft']
  return tools.map((tool) => {
    const rulesOf = (host: string): HostRules => {
      const text = texts[host]
      return { ...settings, ...(text === undefined ? {} : { ruleset: { tool, text } }) }
    }
    const given: Case = {
      topology: { hosts },
      hosts: Object.fromEntries(Object.keys(hosts).map((host) => [host, rulesOf(host)])),
      packets: packets.map(([packet]) => packet),
    }
    return { tool, given }
  })
}

/** What became of each packet of an answer, or why there is none. */
export function told(answer: Answer, { packets }: Row): string[] {
  if (!answer.packets) return [`refused: ${answer.refused ?? answer.error ?? ''}`]
  return answer.packets.map((each, index) => toldOf(each, packets[index]?.[0]))
}

/** "NEW NEW NEW delivered", with who dropped it, a translated source or destination, and what hosts made. */
function toldOf(packet: PacketAnswer, sent: PacketSpec | undefined): string {
  const made = (packet.generated ?? []).map(
    (each) => `; ${each.from} made ${headerOf(each.packet)}: ${fate(each)}`,
  )
  return `${fate(packet)}${translation(packet.received, sent)}${made.join('')}`
}

/** " as 203.0.113.1:40000 > 203.0.113.80:443" where it arrived with other addresses or ports than it left with. */
function translation(
  received: Readonly<Record<string, unknown>> | undefined,
  sent: PacketSpec | undefined,
): string {
  const ends = (['src', 'sport', 'dst', 'dport'] as const).map((name) => [received?.[name], sent?.[name]])
  if (!received || ends.every(([now, before]) => now === before)) return ''
  const { src, sport, dst, dport } = received
  const isLater = sent?.fragment && sent.fragment.offset > 0
  if (isLater && sent.src === src && sent.dst === dst) return ''
  return sport === undefined ? ` as ${src} > ${dst}` : ` as ${src}:${sport} > ${dst}:${dport}`
}

function fate({ hops, verdict, rule }: PacketAnswer): string {
  return [...hops.map(({ state }) => state ?? '-'), verdict, ...(rule ? [`by ${ruleOf(rule)}`] : [])].join(
    ' ',
  )
}

function ruleOf({ table, chain, rule, policy }: RuleAnswer): string {
  return `${table} ${chain} ${policy ? 'policy' : rule}`
}

function headerOf(header: Readonly<Record<string, unknown>>): string {
  const { proto, flags, icmp_type: type, icmp_code: code } = header
  return proto === 'tcp' ? `tcp ${flags}` : `${proto} ${type}/${code}`
}
