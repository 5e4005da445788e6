import type { Choices } from './choices'
import type { TestNetwork } from './network'
import { nftMaps, nftMatches } from './nft-matches'
import type { GeneratedChain, GeneratedRule, GeneratedRules, GeneratedTable } from './rules'

type Type = 'filter' | 'nat' | 'route'
type HookName = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'

/** What a chain of nft is, and so what its rules may do. */
export interface NftWhere {
  readonly network: TestNetwork
  /** Whether the table is of both families. */
  readonly inet: boolean
  /** Of the base chains that lead here. */
  readonly type: Type | 'any'
  readonly hooks: readonly HookName[]
  readonly callable: readonly string[]
}

const HOOKS: readonly HookName[] = ['prerouting', 'input', 'forward', 'output', 'postrouting']
const NAT_HOOKS: readonly HookName[] = ['prerouting', 'input', 'output', 'postrouting']
/** Around conntrack, both translators and the filter, and equal ones, which run in reverse order. */
const PRIORITIES = ['-300', '-250', '-150', '-10', '0', '0', '0', '5', '50', '150', '300']

/** Random tables of nft: base chains on every hook with priorities that meet, user chains, named sets and maps. */
export function generateNftRules(random: Choices, network: TestNetwork, host: string): GeneratedRules {
  const own = network.family === 4 ? 'ip' : 'ip6'
  const count = random.one([1, 1, 2, 2, 3])
  const tables = random
    .list(count, () => random.one([own, 'inet', 'inet']))
    .map((family, index) => table(random, network, family, `t${index}`))
  return { host, tool: 'nft', tables }
}

function table(random: Choices, network: TestNetwork, family: string, name: string): GeneratedTable {
  const inet = family === 'inet'
  const bases = random.list(random.between(1, 4), () => base(random))
  // What user chains may do goes by who may call them: those that only filters call may reject.
  const users = random.list(random.number(3), () => '').map((_, index) => `u${index}`)
  const rejecting = bases.every(({ type, hook }) => type === 'filter' && hook !== 'postrouting')
  const chains = bases.map(({ type, hook, declaration }, index): GeneratedChain => {
    const where: NftWhere = { network, inet, type, hooks: [hook], callable: users }
    return { name: `c${index}`, base: declaration, rules: rules(random, where, 6) }
  })
  const called = users.map((user, index): GeneratedChain => {
    const where: NftWhere = {
      network,
      inet,
      type: rejecting ? 'filter' : 'any',
      hooks: rejecting ? ['forward'] : HOOKS,
      callable: users.slice(index + 1),
    }
    return { name: user, rules: rules(random, where, 4) }
  })
  return { name, family, sets: sets(random, network), chains: [...called, ...chains] }
}

function base(random: Choices): { type: Type; hook: HookName; declaration: string } {
  const type: Type = random.chance(25) ? 'nat' : random.chance(5) ? 'route' : 'filter'
  const hook = type === 'route' ? 'output' : random.one(type === 'nat' ? NAT_HOOKS : HOOKS)
  const dnat = hook === 'prerouting' || hook === 'output'
  const priority =
    type === 'nat'
      ? random.one(dnat ? ['-100', '-100', '-90', '0'] : ['100', '100', '90', '110'])
      : random.one(PRIORITIES)
  const policy = type !== 'nat' && random.chance(25) ? 'drop' : 'accept'
  return { type, hook, declaration: `type ${type} hook ${hook} priority ${priority}; policy ${policy};` }
}

/** Named sets that rules look up: addresses `s`, ports `p`, both `b`, and a map of verdicts `v`. */
function sets(random: Choices, { family, addresses, prefixes }: TestNetwork): string[] {
  const type = family === 4 ? 'ipv4_addr' : 'ipv6_addr'
  const { client, desk, server, other, wan } = addresses
  const some = [random.one([client, server, other]), random.one([prefixes.lan, desk, wan])]
  return [
    `set s { type ${type}; flags interval; auto-merge; elements = { ${[...new Set(some)].join(', ')} } }`,
    'set p { type inet_service; flags interval; elements = { 22, 80-443 } }',
    `set b { type ${type} . inet_service; elements = { ${client} . 443, ${server} . 443, ${server} . 80 } }`,
    `map v { type inet_service : verdict; elements = { 22 : drop, 443 : accept, 80 : continue } }`,
  ]
}

function rules(random: Choices, where: NftWhere, most: number): GeneratedRule[] {
  return random.list(random.number(most + 1), () => rule(random, where))
}

function rule(random: Choices, where: NftWhere): GeneratedRule {
  const protocol = random.chance(60)
    ? random.one(['tcp', 'tcp', 'udp', where.network.family === 4 ? 'icmp' : 'icmpv6'] as const)
    : undefined
  const matches = nftMatches(random, where, protocol)
  if (random.chance(8)) matches.push('counter')
  if (random.chance(6)) matches.push('log')
  return { matches, target: target(random, where, protocol) }
}

function target(random: Choices, where: NftWhere, protocol: string | undefined): string {
  const { type, hooks, callable } = where
  if (callable.length > 0 && random.chance(25))
    return `${random.one(['jump', 'jump', 'goto'])} ${random.one(callable)}`
  if (random.chance(12)) return nftMaps(random, where, protocol)
  const common = ['accept', 'accept', 'return', 'continue', '', mark(random)]
  const ends = ['drop', 'drop']
  if (type === 'nat') return random.one([...common, ...translations(random, where, protocol)])
  if (type === 'any') return random.one([...common, ...ends])
  const more = hooks.includes('prerouting') || hooks.includes('output') ? ['notrack'] : []
  const rejecting = type === 'filter' && !hooks.includes('postrouting')
  return random.one([
    ...common,
    ...ends,
    ...ends,
    ...more,
    ...(rejecting ? rejects(random, where, protocol) : []),
  ])
}

function mark(random: Choices): string {
  return random.one([
    `meta mark set ${random.one(['1', '2', '3'])}`,
    'meta mark set mark and 0x2 or 0x1',
    'meta mark set mark xor 0x3',
    `ct mark set ${random.one(['1', '2'])}`,
    'ct mark set meta mark',
    'ct mark set ct mark or 0x2',
    'meta mark set ct mark',
  ])
}

function rejects(random: Choices, { network, inet }: NftWhere, protocol: string | undefined): string[] {
  const own =
    network.family === 4
      ? ['net-unreachable', 'host-unreachable', 'prot-unreachable', 'host-prohibited', 'admin-prohibited']
      : [
          'no-route',
          'admin-prohibited',
          'addr-unreachable',
          'port-unreachable',
          'policy-fail',
          'reject-route',
        ]
  const word = network.family === 4 ? 'icmp' : 'icmpv6'
  return [
    'reject',
    `reject with ${word} type ${random.one(own)}`,
    ...(inet
      ? [
          `reject with icmpx ${random.one(['no-route', 'port-unreachable', 'host-unreachable', 'admin-prohibited'])}`,
        ]
      : []),
    ...(protocol === 'tcp' ? ['reject with tcp reset'] : []),
  ]
}

function translations(random: Choices, where: NftWhere, protocol: string | undefined): string[] {
  const { network, inet, hooks } = where
  const { addresses, family } = network
  const word = inet ? `${family === 4 ? 'ip' : 'ip6'} ` : ''
  const withPort = (address: string, port: number) =>
    family === 6 ? `[${address}]:${port}` : `${address}:${port}`
  const ported = protocol === 'tcp' || protocol === 'udp'
  const ports = [22, 53, 80, 443, 8080, 8443]
  const to = random.one([addresses.client, addresses.desk, addresses.server, addresses.other])
  const [hook] = hooks
  if (hook === 'postrouting')
    return ['masquerade', 'masquerade', `snat ${word}to ${random.one([addresses.wan, addresses.lan])}`]
  if (hook === 'input') return [`snat ${word}to ${random.one([addresses.wan, addresses.lan])}`]
  const [port, other] = [random.one(ports), random.one([443, 80])]
  return [
    `dnat ${word}to ${to}`,
    ...(ported
      ? [
          `dnat ${word}to ${withPort(to, port)}`,
          `redirect to :${port}`,
          `dnat ${word}to ${protocol} dport map { ${other} : ${to} . ${port}, 8443 : ${addresses.server} . 443 }`,
          `dnat to :${port}`,
        ]
      : [
          'redirect',
          `dnat ${word}to ${family === 4 ? 'ip' : 'ip6'} daddr map { ${addresses.server} : ${to} }`,
        ]),
  ]
}

/** The text as nft reads it. */
export function nftTextOf({ tables }: GeneratedRules): string {
  return tables
    .map(({ name, family, sets: named = [], chains }) => {
      // Jumps are to chains that are there already, so user chains of an earlier number come later.
      const blocks = chains.map((chain) => {
        const lines = chain.rules.map(({ matches, target: act }) =>
          [...matches, act === '' && matches.length === 0 ? 'continue' : act]
            .filter((each) => each !== '')
            .join(' '),
        )
        return [`chain ${chain.name} {`, ...(chain.base ? [chain.base] : []), ...lines, '}'].join('\n')
      })
      return [`table ${family} ${name} {`, ...named, ...blocks, '}', ''].join('\n')
    })
    .join('')
}
