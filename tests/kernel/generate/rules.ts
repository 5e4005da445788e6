import type { HostRules } from '../case'
import type { Choices } from './choices'
import type { TestNetwork } from './network'
import { generateNftRules, nftTextOf } from './nft-rules'

/** A rule set in pieces, so that a case can be made smaller by leaving some out. */
export interface GeneratedRules {
  readonly host: string
  readonly tool: Tool
  readonly tables: readonly GeneratedTable[]
}

export interface GeneratedTable {
  readonly name: string
  /** Of nft's tables, which have sets too. */
  readonly family?: string
  readonly sets?: readonly string[]
  readonly chains: readonly GeneratedChain[]
}

export interface GeneratedChain {
  readonly name: string
  /** Of a built-in chain. */
  readonly policy?: string
  /** Where a base chain of nft hangs. */
  readonly base?: string
  readonly rules: readonly GeneratedRule[]
}

export interface GeneratedRule {
  readonly matches: readonly string[]
  readonly target: string
}

export const TOOLS_OF = {
  4: ['iptables-legacy-restore', 'iptables-restore', 'nft'],
  6: ['ip6tables-legacy-restore', 'ip6tables-restore', 'nft'],
} as const
export type Tool = (typeof TOOLS_OF)[4 | 6][number]

const BUILT_IN = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const
type TableName = keyof typeof BUILT_IN

/** Ports that rules and packets both speak of, so that they meet. */
export const PORTS = [22, 53, 80, 443, 8080, 8443] as const
/** Where the source ports of packets come from; every flow has one of its own, so that no translation has to choose. */
export const FIRST_SOURCE_PORT = 20_000

export function generateRules(
  random: Choices,
  network: TestNetwork,
  tool: Tool,
  host: string,
): GeneratedRules {
  if (tool === 'nft') return generateNftRules(random, network, host)
  const names: TableName[] = ['filter']
  if (random.chance(45)) names.unshift('nat')
  if (random.chance(25)) names.unshift('mangle')
  if (random.chance(25)) names.unshift('raw')
  return { host, tool, tables: names.map((name) => table(random, network, name)) }
}

function table(random: Choices, network: TestNetwork, name: TableName): GeneratedTable {
  const own =
    name === 'nat' && random.chance(70)
      ? []
      : random.list(random.number(4), () => '').map((_, index) => `user${index}`)
  const built = BUILT_IN[name].map((chain): GeneratedChain => {
    const policy = name !== 'nat' && random.chance(name === 'filter' ? 35 : 5) ? 'DROP' : 'ACCEPT'
    return {
      name: chain,
      policy,
      rules: rules(random, network, { table: name, chain, hooks: [chain], callable: own }),
    }
  })
  // A user chain calls only those after it: the tools refuse loops.
  const users = own.map((chain, index): GeneratedChain => {
    const hooks = BUILT_IN[name]
    return {
      name: chain,
      rules: rules(random, network, { table: name, chain, hooks, callable: own.slice(index + 1) }),
    }
  })
  return { name, chains: [...built, ...users] }
}

interface Where {
  readonly table: TableName
  readonly chain: string
  /** The hooks that may ask this chain. */
  readonly hooks: readonly string[]
  readonly callable: readonly string[]
}

function rules(random: Choices, network: TestNetwork, where: Where): GeneratedRule[] {
  const most = where.table === 'filter' ? 6 : 3
  return random.list(random.number(most + 1), () => rule(random, network, where))
}

function rule(random: Choices, network: TestNetwork, where: Where): GeneratedRule {
  const protocol = random.chance(60) ? random.one(['tcp', 'tcp', 'udp', icmpOf(network)]) : undefined
  const matches = protocol ? [`-p ${protocol}`, ...ofProtocol(random, network, protocol)] : []
  for (const make of [addressMatch, interfaceMatch, stateMatch, otherMatch]) {
    const found = random.chance(35) ? make(random, network, where) : undefined
    if (found) matches.push(found)
  }
  return { matches, target: target(random, network, where, protocol) }
}

const icmpOf = ({ family }: TestNetwork) => (family === 4 ? 'icmp' : 'icmpv6')

function ofProtocol(random: Choices, network: TestNetwork, protocol: string): string[] {
  const found: string[] = []
  if (protocol === icmpOf(network)) {
    const types =
      network.family === 4 ? ['8', '0', '3', '3/3', '11', '8/0'] : ['128', '129', '1', '1/4', '3', '135']
    if (random.chance(60)) found.push(`--icmp${network.family === 4 ? '' : 'v6'}-type ${random.one(types)}`)
    return found
  }
  if (random.chance(50)) found.push(ports(random, '--dport'))
  if (random.chance(25)) found.push(ports(random, '--sport'))
  if (found.length === 0 && random.chance(15)) {
    const list = random.list(random.between(1, 3), () => String(random.one(PORTS))).join(',')
    found.push(`-m multiport${negated(random)} ${random.one(['--dports', '--sports', '--ports'])} ${list}`)
  }
  if (protocol === 'tcp' && random.chance(25)) {
    const flags = [
      '--syn',
      '--tcp-flags SYN,ACK SYN',
      '--tcp-flags ALL ACK',
      '--tcp-flags RST RST',
      '--tcp-flags FIN,SYN,RST,ACK SYN,ACK',
    ]
    found.push(negated(random).trimStart() + (found.at(-1) === '!' ? '' : ' ') + random.one(flags))
  }
  return found.map((each) => each.trim())
}

/** ` !` in one of five cases. */
function negated(random: Choices): string {
  return random.chance(20) ? ' !' : ''
}

function ports(random: Choices, option: string): string {
  const first = random.one(PORTS)
  const range = random.chance(30)
    ? random.one([`${first}:${first + 1000}`, `:${first}`, '1024:65535', `${first}:`])
    : String(first)
  // Two single ports, both negated, are what the nft back end reads wrongly [B8]: a negated one is always a range.
  return random.chance(15) ? `! ${option} ${first}:${first + 5}` : `${option} ${range}`
}

function addressMatch(random: Choices, network: TestNetwork): string {
  const { addresses, prefixes } = network
  const value = random.one([
    ...Object.values(addresses),
    prefixes.lan,
    prefixes.wan,
    prefixes.lan,
    prefixes.all,
  ])
  // "Not everything" is refused by some versions.
  const not = value === prefixes.all ? '' : negated(random).trimStart()
  return `${not} ${random.one(['-s', '-d'])} ${value}`.trim()
}

function interfaceMatch(random: Choices, _: TestNetwork, { hooks }: Where): string | undefined {
  const options = [
    ...(hooks.every((hook) => hook !== 'OUTPUT' && hook !== 'POSTROUTING') ? ['-i'] : []),
    ...(hooks.every((hook) => hook !== 'INPUT' && hook !== 'PREROUTING') ? ['-o'] : []),
  ]
  if (options.length === 0) return undefined
  return `${negated(random)} ${random.one(options)} ${random.one(['lan0', 'wan0', 'lan+', 'eth0', 'lo'])}`.trim()
}

function stateMatch(random: Choices): string {
  const states = random.one([
    'NEW',
    'ESTABLISHED',
    'ESTABLISHED,RELATED',
    'RELATED',
    'INVALID',
    'NEW,ESTABLISHED',
    'UNTRACKED',
  ])
  return random.chance(75)
    ? `-m conntrack${negated(random)} --ctstate ${states}`
    : `-m state${negated(random)} --state ${states}`
}

function otherMatch(random: Choices, { family, addresses }: TestNetwork): string {
  const not = negated(random)
  const hops = family === 4 ? 'ttl' : 'hl'
  const range = random.one([`${addresses.lan}-${addresses.desk}`, `${addresses.wan}-${addresses.other}`])
  return random.one([
    '-m comment --comment "a -j DROP in words"',
    `-m length${not} --length ${random.one(['40', '28:60', ':100', '48:'])}`,
    `-m ${hops} ${random.one([`${not.trimStart()} --${hops}-eq 63`.trim(), `--${hops}-lt 64`, `--${hops}-gt 63`])}`,
    `-m tos${not} --tos ${random.one(['0x10', '0x00/0x03', '0xc0/0xe0', 'Minimize-Delay'])}`,
    `-m dscp${not} --dscp ${random.one(['0', '48', '0x2e'])}`,
    `-m addrtype${not} ${random.one(['--dst-type', '--src-type'])} ${random.one(family === 4 ? ['LOCAL', 'UNICAST', 'LOCAL,BROADCAST', 'MULTICAST'] : ['LOCAL', 'MULTICAST'])}`,
    linkMatch(random, not),
    connectionMatch(random, not, addresses),
    connectionMatch(random, not, addresses),
    connectionMatch(random, not, addresses),
    `-m mark${not} --mark ${random.one(MARKS)}`,
    `-m connmark${not} --mark ${random.one(MARKS)}`,
    `-m iprange${not} ${random.one(['--src-range', '--dst-range'])} ${range}`,
  ])
}

function target(random: Choices, network: TestNetwork, where: Where, protocol: string | undefined): string {
  if (where.callable.length > 0 && random.chance(30))
    return `${random.one(['-j', '-j', '-g'])} ${random.one(where.callable)}`
  const built = where.hooks.length === 1
  const common = [
    'ACCEPT',
    'ACCEPT',
    'RETURN',
    'LOG',
    '',
    change(random),
    change(random),
    'NFLOG --nflog-group 5',
  ]
  if (where.table === 'nat') return natTarget(random, network, where, protocol, common)
  const more = ['DROP', 'DROP', 'DROP']
  if (where.table === 'mangle') more.push(...headerChanges(random, network))
  if (where.table === 'raw') more.push('CT --notrack', 'CT --notrack')
  if (where.table === 'filter' && (built || random.chance(100))) more.push(...rejects(network, protocol))
  const chosen = random.one([...common, ...more, ...more])
  return chosen === '' ? '' : `-j ${chosen}`
}

function linkMatch(random: Choices, not: string): string {
  return random.one([
    `-m pkttype${not} --pkt-type ${random.one(['unicast', 'broadcast', 'multicast'])}`,
    `-m ecn${not} --ecn-ip-ect ${random.one(['0', '1', '2'])}`,
    `-m physdev${not} --physdev-in ${random.one(['lan0', 'lan+'])}`,
  ])
}

function connectionMatch(random: Choices, not: string, addresses: TestNetwork['addresses']): string {
  const state = random.chance(30)
    ? `${negated(random)} --ctstate ${random.one(['NEW', 'INVALID', 'UNTRACKED,NEW', 'RELATED,DNAT', 'INVALID,ESTABLISHED'])}`
    : ''
  const address = random.one(Object.values(addresses))
  const end = random.one(['orig', 'repl'])
  const side = random.one(['src', 'dst'])
  const option = random.one([
    `${not} --ctstatus ${random.one(['SEEN_REPLY', 'ASSURED', 'CONFIRMED', 'NONE', 'EXPECTED,SEEN_REPLY'])}`,
    ` --ctdir ${random.one(['ORIGINAL', 'REPLY'])}`,
    `${not} --ctproto ${random.one(['tcp', 'udp', '1', '58'])}`,
    `${not} --ct${end}${side} ${address}`,
    `${not} --ct${end}${side}port ${random.one(['443', '20000:20010', '80:8080'])}`,
  ])
  const translated = `${not} --ctstate ${random.one(['DNAT', 'SNAT', 'SNAT,DNAT', 'NEW,DNAT', 'ESTABLISHED,SNAT'])}`
  return random.chance(25) ? `-m conntrack${translated}` : `-m conntrack${state}${option}`
}

/** Small marks, so that what is set is met again. */
const MARKS = ['0', '1', '2', '3', '0x0/0x1', '0x1/0x1', '0x2/0x3', '0/0x2']

function change(random: Choices): string {
  return random.one([
    `MARK --set-mark ${random.one(['1', '2', '3', '0x1/0x1', '0x2/0x3'])}`,
    `MARK --set-xmark ${random.one(['0x1/0x3', '0x3/0x1', '0x2/0'])}`,
    `MARK ${random.one(['--and-mark 2', '--or-mark 1', '--xor-mark 3'])}`,
    `CONNMARK ${random.one(['--set-mark 1', '--set-xmark 0x2/0x3', '--or-mark 2', '--xor-mark 1'])}`,
    `CONNMARK --save-mark${random.one(['', ' --mask 1', ' --nfmask 3 --ctmask 2'])}`,
    `CONNMARK --restore-mark${random.one(['', ' --mask 1', ' --nfmask 3 --ctmask 2'])}`,
  ])
}

function headerChanges(random: Choices, { family }: TestNetwork): string[] {
  const hops = family === 4 ? 'TTL --ttl' : 'HL --hl'
  return [
    `${hops}-${random.one(['set 64', 'set 63', 'set 1', 'inc 1', 'dec 1', 'inc 200', 'dec 100'])}`,
    `TOS ${random.one(['--set-tos 0x10', '--set-tos 0x20/0x30', '--and-tos 0x03', '--or-tos 0x10', '--xor-tos 0xc0'])}`,
    `DSCP --set-dscp ${random.one(['0', '46', '48'])}`,
  ]
}

function rejects({ family }: TestNetwork, protocol: string | undefined): string[] {
  const kinds =
    family === 4
      ? [
          'icmp-port-unreachable',
          'icmp-net-unreachable',
          'icmp-host-unreachable',
          'icmp-proto-unreachable',
          'icmp-net-prohibited',
          'icmp-host-prohibited',
          'icmp-admin-prohibited',
        ]
      : [
          'icmp6-no-route',
          'icmp6-adm-prohibited',
          'icmp6-addr-unreachable',
          'icmp6-port-unreachable',
          'icmp6-policy-fail',
          'icmp6-reject-route',
        ]
  return [
    'REJECT',
    ...kinds.map((kind) => `REJECT --reject-with ${kind}`).slice(0, 7),
    ...(protocol === 'tcp' ? ['REJECT --reject-with tcp-reset'] : []),
  ]
}

function natTarget(
  random: Choices,
  { addresses, family }: TestNetwork,
  { hooks, chain }: Where,
  protocol: string | undefined,
  common: readonly string[],
): string {
  const withPort = (address: string, port: number) =>
    family === 6 ? `[${address}]:${port}` : `${address}:${port}`
  const ported = protocol === 'tcp' || protocol === 'udp'
  const destination = () => {
    const to = random.one([addresses.client, addresses.desk, addresses.server, addresses.other])
    return `DNAT --to-destination ${ported && random.chance(60) ? withPort(to, random.one(PORTS)) : to}`
  }
  const source = () => `SNAT --to-source ${random.one([addresses.wan, addresses.lan])}`
  const network =
    family === 4
      ? random.one(['203.0.113.0/24', '192.168.1.8/30', '203.0.113.80'])
      : random.one(['2001:db8:2::/64', '2001:db8:1::10/126'])
  const map = () => `NETMAP --to ${network}`
  const redirect = () => `REDIRECT${ported && random.chance(70) ? ` --to-ports ${random.one(PORTS)}` : ''}`
  const own =
    hooks.length > 1
      ? []
      : chain === 'POSTROUTING'
        ? ['MASQUERADE', 'MASQUERADE', source(), map()]
        : chain === 'INPUT'
          ? [source()]
          : [destination(), destination(), redirect(), map()]
  const chosen = random.one([...common, ...own, ...own])
  return chosen === '' ? '' : `-j ${chosen}`
}

/** The text as the tool reads it. */
export function textOf(given: GeneratedRules): string {
  if (given.tool === 'nft') return nftTextOf(given)
  return given.tables
    .map(({ name, chains }) => {
      const declared = chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} [0:0]`)
      const rules = chains.flatMap((chain) =>
        chain.rules.map(({ matches, target }) =>
          ['-A', chain.name, ...matches, target].filter((each) => each !== '').join(' '),
        ),
      )
      return [`*${name}`, ...declared, ...rules, 'COMMIT', ''].join('\n')
    })
    .join('')
}

export function hostRules(given: readonly GeneratedRules[]): Readonly<Record<string, HostRules>> {
  return Object.fromEntries(
    given.map((each) => [each.host, { ruleset: { tool: each.tool, text: textOf(each) } }]),
  )
}
