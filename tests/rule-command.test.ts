import { describe, expect, test } from 'vitest'
import { printContextOf } from '@/dialects/device-context'
import type { PrintContext } from '@/dialects/dialect'
import { dialectOf } from '@/dialects/lookup'
import { ruleCommand } from '@/dialects/rule-command'
import { home, labDesign, netfilter } from '@/engine/laboratory'
import { parseCell, sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId } from '@/model/fields/field'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { allChains, findChain } from '@/model/ruleset/chains'
import type { ChainRef, Rule } from '@/model/ruleset/ruleset'

const NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

function rule(cells: Partial<Record<FieldId, string>>): Rule {
  const match = Object.entries(cells).flatMap(([field, text]): Condition[] => {
    const parsed = parseCell(field as FieldId, text, NAMES)
    if (!parsed.ok || !parsed.value) throw new Error(text)
    return [parsed.value]
  })
  const id = 'a rule of ours'
  return {
    kind: 'rule',
    id,
    enabled: true,
    name: '',
    match: sortConditions(match),
    target: { kind: 'accept' },
    log: false,
  }
}

const SSH = rule({
  protocol: 'tcp',
  src: '198.51.100.7',
  dst: '203.0.113.2',
  sport: '40000',
  dport: '22',
  iif: 'wan0',
})
const FTP_DATA = rule({
  ...{ protocol: 'tcp', src: '198.51.100.7', dst: '203.0.113.2', sport: '20', dport: '61394', iif: 'eth0' },
  tcpFlags: 'SYN,ACK,RST/SYN',
})
const ECHO = rule({ protocol: 'icmp', src: '198.51.100.7', dst: '203.0.113.2', icmpType: '8/0', iif: 'eth0' })
const SSH6 = rule({ protocol: 'tcp', src: '2001:db8::7', dst: '2001:db8::2', dport: '22', ctState: 'new' })

const FILTER: ChainRef = { family: 'ip', table: 'filter', chain: 'INPUT' }

/** Three rules, of which the language needs two lines for the first and none for the second, which is off. */
const THREE = netfilter({
  'filter INPUT': {
    policy: 'drop',
    rules: [
      [{ dport: '53' }, 'accept'],
      [{ protocol: 'udp' }, 'drop'],
      [{ protocol: 'tcp' }, 'drop'],
    ],
  },
  'mangle PREROUTING': {},
  'ip6 filter INPUT': { policy: 'drop' },
})

/** The same rules in a table of nft. */
function asInet(firewall: Firewall): Firewall {
  const tables = firewall.ruleset.tables.filter(({ family, name }) => family === 'ip' && name === 'filter')
  return { ...firewall, ruleset: { tables: tables.map((table) => ({ ...table, family: 'inet' as const })) } }
}

function ipchains(...rules: Rule[]): Firewall {
  const empty = firewallKind('ipchains').create()
  const tables = empty.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => (chain.name === 'input' ? { ...chain, rows: rules } : chain)),
  }))
  return { ...empty, ruleset: { tables } }
}

const INPUT: ChainRef = { family: 'ip', table: 'filter', chain: 'input' }
const FORM: ChainRef = { family: 'inet', table: 'filter', chain: 'inbound' }

function contextFor(firewall: Firewall): PrintContext {
  const design = labDesign({ router: firewall })
  const device = design.devices.find(({ id }) => id === 'router')
  if (!device) throw new Error('the laboratory has a router')
  return printContextOf(design, device)
}

const command = (firewall: Firewall, ref: ChainRef, given: Rule, index: number) =>
  ruleCommand(firewall, ref, given, index, contextFor(firewall))

describe('a rule goes into its place by a command of the device', () => {
  test.each<[string, Firewall, ChainRef, Rule, number, string]>([
    [
      'iptables: before a rule, counted in lines of the tool',
      ...([THREE, FILTER, SSH, 2] as const),
      'iptables -I INPUT 4 -s 198.51.100.7 -d 203.0.113.2 -i wan0 -p tcp --sport 40000 --dport 22 -j ACCEPT',
    ],
    [
      'iptables: last',
      ...([THREE, FILTER, SSH, 3] as const),
      'iptables -A INPUT -s 198.51.100.7 -d 203.0.113.2 -i wan0 -p tcp --sport 40000 --dport 22 -j ACCEPT',
    ],
    [
      'iptables: in another table',
      ...([THREE, { family: 'ip', table: 'mangle', chain: 'PREROUTING' }, SSH, 0] as const),
      'iptables -t mangle -A PREROUTING -s 198.51.100.7 -d 203.0.113.2 -i wan0 -p tcp --sport 40000 --dport 22 -j ACCEPT',
    ],
    [
      'ip6tables',
      ...([THREE, { family: 'ip6', table: 'filter', chain: 'INPUT' }, SSH6, 0] as const),
      'ip6tables -A INPUT -s 2001:db8::7 -d 2001:db8::2 -p tcp --dport 22 -m conntrack --ctstate NEW -j ACCEPT',
    ],
    [
      'nft: before the rule with an index, counted from 0',
      ...([asInet(THREE), { ...FILTER, family: 'inet' }, SSH, 2] as const),
      `nft 'insert rule inet filter INPUT index 2 iifname "wan0" ip saddr 198.51.100.7 ip daddr 203.0.113.2 tcp sport 40000 tcp dport 22 accept'`,
    ],
    [
      'ipchains: before a rule, with -y',
      ...([ipchains(ECHO, SSH), INPUT, FTP_DATA, 1] as const),
      'ipchains -I input 2 -p tcp -s 198.51.100.7 20 -d 203.0.113.2 61394 -i eth0 -y -j ACCEPT',
    ],
    [
      'ipchains: ICMP has type and code in the places of the ports',
      ...([ipchains(), INPUT, ECHO, 0] as const),
      'ipchains -A input -p icmp -s 198.51.100.7 8 -d 203.0.113.2 0 -i eth0 -j ACCEPT',
    ],
    [
      'the form of a home router',
      ...([
        home('home-stateless'),
        FORM,
        rule({ protocol: 'tcp', src: '198.51.100.7', dport: '22' }),
        0,
      ] as const),
      'protocol    tcp\nsrc ip      198.51.100.7\ndest ip     any\nsrc port    any\ndst port    22\ninbound     allow',
    ],
  ])('%s', (_, firewall, ref, given, index, text) => {
    expect(command(firewall, ref, given, index)?.text).toBe(text)
  })

  test('what a name holds does not reach the shell', () => {
    const hostile = rule({ protocol: 'tcp' })
    const named: Rule = {
      ...hostile,
      match: [
        ...hostile.match,
        { kind: 'test', field: 'iif', negated: false, terms: [{ kind: 'name', pattern: "$(id)'`x`" }] },
      ],
    }
    for (const firewall of [THREE, asInet(THREE)]) {
      const family = firewall === THREE ? 'ip' : 'inet'
      const text = command(firewall, { ...FILTER, family }, named, 0)?.text ?? ''
      // Outside of single quotes nothing is left that a shell looks at.
      expect(text.replace(/'[^']*'|\\'/g, '')).not.toMatch(/[$`;&|<>()]/)
    }
    expect(command(ipchains(), INPUT, named, 0)).toBeUndefined()
  })

  test('what the language cannot say has no command', () => {
    expect(command(ipchains(), INPUT, rule({ oif: 'eth0', protocol: 'tcp' }), 0)).toBeUndefined()
  })
})

describe('the language reads its command as the same conditions', () => {
  test.each<[string, Firewall, ChainRef, Rule]>([
    ['iptables', THREE, FILTER, SSH],
    ['ip6tables', THREE, { ...FILTER, family: 'ip6' }, SSH6],
    ['ipchains', ipchains(), INPUT, FTP_DATA],
    ['ipchains', ipchains(), INPUT, ECHO],
    [
      'ipchains',
      ipchains(),
      { ...INPUT, chain: 'output' },
      rule({ protocol: 'udp', dport: '53', oif: 'eth0' }),
    ],
    [
      'home-router',
      home('home-stateless'),
      FORM,
      rule({ protocol: 'tcp', src: '198.51.100.7', dport: '22' }),
    ],
  ])('%s', (id, firewall, ref, given) => {
    const written = command(firewall, ref, given, 0)
    expect(written?.dialect).toBe(id)
    const read = dialectOf(id)?.parse?.(written?.text ?? '', contextFor(firewall))
    if (!read?.ok) throw new Error('it is not read')
    const { ruleset } = read.value.firewall
    const chain =
      findChain(ruleset, ref) ?? allChains(ruleset).find((each) => each.ref.chain === ref.chain)?.chain
    const [row] = chain?.rows ?? []
    expect(row?.kind === 'rule' && row.match).toEqual(given.match)
  })
})
