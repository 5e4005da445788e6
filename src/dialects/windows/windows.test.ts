import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Interval, MatchContext } from '@/model/fields/field'
import { containsValue, unionIntervals } from '@/model/fields/intervals'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { netfilterTable } from '@/model/firewalls/netfilter'
import type { Family } from '@/model/packet/address'
import type { Row } from '@/model/ruleset/ruleset'
import { context, netfilterOf } from '../../../tests/arbitraries/rules'
import { packetsFor, verdictOf } from '../../../tests/verdicts'
import { dialectOf } from '../lookup'
import { Losses } from '../losses'
import { printNetsh, printPowershell } from './print'
import { type WindowsRule, windowsRules } from './rules'

const host = { ...context, place: 'host' as const }

function printed(rules: string) {
  const read = dialectOf('iptables')?.parse?.(`*filter\n${rules}\nCOMMIT\n`, context)
  if (!read?.ok) throw new Error(JSON.stringify(read?.diagnostics))
  const { firewall } = read.value
  const own = (text: string) =>
    text
      .split('\n')
      .filter((line) => /(add rule|New-NetFirewallRule|DefaultInbound|firewallpolicy)/.test(line))
  const powershell = printPowershell(firewall, host)
  return {
    powershell: own(powershell.text),
    netsh: own(printNetsh(firewall, host).text),
    losses: powershell.losses,
    complete: powershell.complete,
  }
}

const REPLIES = '-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n'
const BOTH = ':INPUT DROP [0:0]\n'

describe('a host that lets in what is listed', () => {
  test('replies and loopback need no rule, the policy is the default', () => {
    const { powershell, netsh } = printed(
      `${BOTH}${REPLIES}-A INPUT -s 10.0.0.0/8 -p tcp --dport 22 -m comment --comment "it's ssh" -j ACCEPT`,
    )
    expect(powershell).toEqual([
      'Set-NetFirewallProfile -All -DefaultInboundAction Block -DefaultOutboundAction Allow',
      "New-NetFirewallRule -DisplayName 'it''s ssh' -Group 'Highport' -Direction Inbound -Action Allow -Protocol TCP -LocalPort 22 -RemoteAddress 10.0.0.0/8",
    ])
    expect(netsh).toEqual([
      'netsh advfirewall set allprofiles firewallpolicy blockinbound,allowoutbound',
      'netsh advfirewall firewall add rule name="it_s ssh" dir=in action=allow protocol=tcp localport=22 remoteip=10.0.0.0/8',
    ])
  })

  test.each([
    [
      'ports in ranges, "not" as the rest',
      '-A INPUT -p udp -m multiport ! --sports 53,100:200 -j ACCEPT',
      '-RemotePort 0-52,54-99,201-65535 -RemoteAddress 0.0.0.0/1,128.0.0.0/1',
    ],
    [
      'addresses but one',
      '-A INPUT ! -s 10.0.0.1 -j ACCEPT',
      '-RemoteAddress 0.0.0.0-10.0.0.0,10.0.0.2-255.255.255.255',
    ],
    [
      'types of ICMP',
      '-A INPUT -p icmp --icmp-type 3/4 -j ACCEPT',
      '-Protocol ICMPv4 -RemoteAddress 0.0.0.0/1,128.0.0.0/1 -IcmpType 3:4',
    ],
    ['an interface', '-A INPUT -i eth0 -j ACCEPT', "-InterfaceAlias 'eth0'"],
  ])('%s', (_what, rule, expected) => {
    expect(printed(`${BOTH}${REPLIES}${rule}`).powershell[1]).toContain(expected)
  })
})

describe('block rules win in Windows', () => {
  test('a last rule that drops everything is the default, and no rule', () => {
    const { powershell, losses } = printed(
      `:INPUT ACCEPT [0:0]\n${REPLIES}-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j DROP`,
    )
    expect(powershell[0]).toContain('-DefaultInboundAction Block')
    expect(powershell).toHaveLength(2)
    expect(losses.filter(({ sentence: each }) => /block rule wins/.test(each))).toEqual([])
  })
  const sentence = (rules: string) =>
    printed(`${BOTH}${REPLIES}${rules}`).losses.filter(({ sentence: each }) => /block rule wins/.test(each))
  test('a block before what it cuts out of is the same', () => {
    expect(sentence('-A INPUT -s 10.0.0.1 -j DROP\n-A INPUT -s 10.0.0.0/8 -j ACCEPT')).toEqual([])
  })
  test('a block after an allow that it meets blocks more, and that is told', () => {
    expect(sentence('-A INPUT -s 10.0.0.1 -j ACCEPT\n-A INPUT -s 10.0.0.0/8 -j DROP')).toHaveLength(1)
  })
})

test.each([
  ['what has no answer', '-A INPUT -p tcp -j REJECT'],
  ['flags', '-A INPUT -p tcp --syn -j ACCEPT'],
  ['states', '-A INPUT -m conntrack --ctstate NEW -j ACCEPT'],
  ['what is passed on', '-A FORWARD -p tcp -j DROP'],
])('%s cannot be said, and the text is incomplete', (_what, rule) => {
  expect(printed(`${BOTH}${REPLIES}${rule}`).complete).toBe(false)
})

/** The rules with no more than addresses and ports, which let in or drop. */
function simple(firewall: Firewall): Firewall {
  const fields = ['src', 'dst', 'sport', 'dport']
  const tables = firewall.ruleset.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rows: chain.rows.map(
        (row): Row =>
          row.kind !== 'rule' || row.target.kind === 'jump'
            ? row
            : {
                ...row,
                match: row.match
                  .filter((each) => each.kind === 'test' && fields.includes(each.field))
                  .slice(0, 1),
                target: { kind: row.target.kind === 'accept' ? 'accept' : 'drop' },
              },
      ),
    })),
  }))
  return { ...firewall, ruleset: { tables } }
}

/** What Windows does with a packet: block rules, allow rules, the default. */
function windowsVerdict(
  rules: readonly WindowsRule[],
  initial: 'allow' | 'block',
  { packet, iif }: MatchContext,
): 'allow' | 'block' {
  const holds = (intervals: readonly Interval[] | undefined, value: number | bigint | undefined) =>
    intervals === undefined || (value !== undefined && containsValue(unionIntervals(intervals), value))
  const ported = packet.kind === 'tcp' || packet.kind === 'udp' ? packet : undefined
  const matching = rules.filter(
    (rule) =>
      rule.enabled &&
      (rule.protocol === undefined || rule.protocol === packet.protocol) &&
      holds(rule.remoteAddresses, packet.src) &&
      holds(rule.localAddresses, packet.dst) &&
      holds(rule.remotePorts, ported?.sport) &&
      holds(rule.localPorts, ported?.dport) &&
      holds(rule.icmp, packet.kind === 'icmp' ? packet.type * 256 + packet.code : undefined) &&
      (rule.device === undefined || rule.device === iif),
  )
  return matching.some(({ action }) => action === 'block') ? 'block' : matching.length > 0 ? 'allow' : initial
}

test.each([4, 6] as const)(
  'IPv%s: unless something is told, every new packet fares alike',
  (family: Family) => {
    let compared = 0
    fc.assert(
      fc.property(
        netfilterOf(family)
          .map(simple)
          .chain((firewall) =>
            fc.tuple(
              fc.constant(firewall),
              fc.array(packetsFor(firewall, family, host), { minLength: 10, maxLength: 10 }),
            ),
          ),
        ([firewall, packets]) => {
          const losses = new Losses()
          const { rows, inbound } = windowsRules(firewall, host, losses)
          // What is told of replies, loopback, answers and the other family is no matter of new packets of this one.
          const untold = losses.all.every(({ sentence }) =>
            /^(Windows lets|Windows does not ask|Windows Firewall blocks|Rules that|Windows logs|IPv4 and IPv6)/.test(
              sentence,
            ),
          )
          if (!untold) return
          const rules = rows.filter((row) => row.kind === 'rule')
          for (const packet of packets) {
            const { kind } = verdictOf(
              firewall,
              { family: family === 4 ? 'ip' : 'ip6', table: 'filter', chain: 'INPUT' },
              { ...packet, ctState: 'new' },
              host,
            )
            expect(windowsVerdict(rules, inbound, packet)).toBe(kind === 'accept' ? 'allow' : 'block')
            compared++
          }
        },
      ),
      { seed: 20_273, numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(200)
  },
)

const GRE = {
  kind: 'test' as const,
  field: 'protocol' as const,
  negated: false,
  terms: [{ kind: 'range' as const, first: 47, last: 47 }],
}

test.each([
  ['a quote', "a'; Remove-Item x; '"],
  ['a curly quote', 'a\u2019; Remove-Item x; \u2018'],
  ['a variable of cmd.exe', '%PATH% & del x ^ | "more" !a!'],
  ['an expression', '$(del x) `n'],
  ['a line end', 'a\r\ndel x'],
])('%s in a name ends nothing', (_what, name) => {
  const tables = netfilterTable('filter').chains.map((chain) => ({
    ...chain,
    rows:
      chain.name === 'INPUT'
        ? [
            {
              kind: 'rule' as const,
              id: 'r',
              enabled: true,
              name,
              match: [GRE],
              target: { kind: 'drop' as const },
              log: false,
            },
          ]
        : [],
  }))
  const firewall: Firewall = {
    kind: 'netfilter',
    form: 'separate',
    builtins: [],
    ruleset: { tables: [{ ...netfilterTable('filter'), chains: tables }] },
  }
  const rule = (text: string) =>
    text.split('\n').filter((line) => /New-NetFirewallRule|add rule|del x/.test(line))
  // In single quotes a quote of any form stands twice; what is left outside them is ours.
  const [bare, ...more] = rule(printPowershell(firewall, host).text).map((line) =>
    line.replace(/'(?:[^'\u2018\u2019\u201a\u201b]|'')*'/g, '""'),
  )
  expect([bare, more]).toEqual([
    'New-NetFirewallRule -DisplayName "" -Group "" -Direction Inbound -Action Block -Protocol 47 -RemoteAddress 0.0.0.0/1,128.0.0.0/1',
    [],
  ])
  const [netsh] = rule(printNetsh(firewall, host).text)
  expect(netsh).toMatch(
    /^netsh advfirewall firewall add rule name="[A-Za-z0-9 .,:;()/+@#=[\]_-]*" dir=in action=block protocol=47 remoteip=0\.0\.0\.0\/1,128\.0\.0\.0\/1$/,
  )
})
