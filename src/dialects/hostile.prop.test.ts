import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blackListDefense } from '@/model/firewalls/built-in'
import type { Firewall } from '@/model/firewalls/firewall-kind'
import { firewallKind } from '@/model/firewalls/lookup'
import { netfilterTable } from '@/model/firewalls/netfilter'
import type { IpAddress } from '@/model/packet/address'
import { allChains } from '@/model/ruleset/chains'
import type { Rule, Target } from '@/model/ruleset/ruleset'
import { context, homeOf, netfilterOf } from '../../tests/arbitraries/rules'
import type { PrintContext } from './dialect'
import { DIALECTS } from './index'
import { dialectOf } from './lookup'

/*
 * Text is a weapon: a design comes from a stranger, and its names leave as text that somebody loads as root. Whatever a
 * name holds, the text has the lines that the table has, and nothing hides in it.
 */

const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a line end and a rule', 'web\n-A INPUT -j ACCEPT\n'],
  ['a carriage return', 'web\r-A INPUT -j ACCEPT'],
  ['a line separator of Unicode', 'web\u2028-A INPUT -j ACCEPT'],
  ['a closing quote and a target', 'web" -j ACCEPT -m comment --comment "'],
  ['a backslash before the quote', 'web\\" -j ACCEPT'],
  ['a backslash at the end', 'web\\'],
  ['single quotes', "web' -j ACCEPT '"],
  ['a command of the shell', '$(touch /tmp/owned) `id` ; rm -rf / && reboot | sh > /dev/sda'],
  ['a variable of nft', '$evil @set { } ; flush ruleset'],
  ['the end of an nft string', 'web"; } chain x { type filter hook input priority -500; policy accept; }'],
  ['NUL', 'web\u0000-A INPUT -j ACCEPT'],
  ['escape codes of a terminal', '\u001b[2J\u001b[1;31mweb'],
  ['text turned around', 'web \u202e TPECCA j- \u202c'],
  ['invisible characters', 'w\u200be\ufeffb\u00ad'],
  ['half of a surrogate pair', 'web\ud800'],
  ['a tag of ours', '[highport rule=r1 protocol=any src=LAN] web'],
  ['the end of a tag', 'r1] x [highport policy=accept kind=none'],
  ['COMMIT', 'COMMIT\nCOMMIT'],
  ['a comment sign', '# off: -A INPUT -j ACCEPT'],
  ['a cell of Markdown', 'web | evil | <script>alert(1)</script> [x](javascript:alert(1)) `code`'],
  ['a key of the router form', 'x\n\nsrc ip any\ndst port any\ninbound allow'],
  ['nothing', ''],
  ['ten kilobytes', 'A"\\\n'.repeat(2500)],
]

/** Everywhere that a design holds words: ids, names, titles, prefixes, interfaces, chains, opaque text. */
function poisoned(text: string): { firewall: Firewall; given: PrintContext }[] {
  const rule = (target: Target, match: Rule['match'] = []): Rule => ({
    kind: 'rule',
    id: text,
    enabled: true,
    name: text,
    match,
    target,
    log: true,
  })
  const rows = [
    rule({ kind: 'drop' }, [
      { kind: 'test', field: 'iif', negated: false, terms: [{ kind: 'name', pattern: text }] },
    ]),
    { kind: 'separator' as const, id: `${text} 2`, title: text },
    { ...rule({ kind: 'drop' }), id: `${text} 3`, enabled: false },
    { ...rule({ kind: 'log', prefix: text }), id: `${text} 4` },
    { ...rule({ kind: 'jump', chain: text }), id: `${text} 5` },
    { ...rule({ kind: 'opaque', dialect: 'iptables', text }), id: `${text} 6` },
    { ...rule({ kind: 'drop' }, [{ kind: 'opaque', dialect: 'iptables', text }]), id: `${text} 7` },
    {
      ...rule({ kind: 'drop' }, [{ kind: 'opaque', dialect: 'iptables', text: `-m ${text}` }]),
      id: `${text} 8`,
    },
    { ...rule({ kind: 'opaque', dialect: 'iptables', text: `-j MARK ${text}` }), id: `${text} 9` },
    {
      ...rule({ kind: 'drop' }, [
        { kind: 'test', field: 'src', negated: false, terms: [{ kind: 'set', name: text }] },
      ]),
      id: `${text} 10`,
    },
  ]
  const filter = netfilterTable('filter')
  const chains = filter.chains.map((chain) => (chain.name === 'INPUT' ? { ...chain, rows } : chain))
  const netfilter = firewallKind('netfilter').create()
  const home = firewallKind('home-stateless').create()
  const given: PrintContext = {
    ...context,
    names: { ...context.names, deviceName: () => text },
    interfaces: [{ name: text, side: 'outside' }],
    designName: text,
    deviceName: text,
    nat: 'napt',
    mappings: [
      {
        id: text,
        enabled: true,
        name: text,
        protocol: 'tcp',
        outside: { first: 1, last: 1 },
        insideAddress: 0x0a000001 as IpAddress,
        insidePort: 2,
      },
    ],
  }
  return [
    {
      firewall: {
        ...netfilter,
        ruleset: {
          tables: [{ ...filter, chains: [...chains, { name: text, rows: [rule({ kind: 'drop' })] }] }],
        },
      },
      given,
    },
    {
      firewall: {
        ...home,
        builtins: [{ ...blackListDefense(true, []), id: text }],
        ruleset: {
          tables: home.ruleset.tables.map((table) => ({
            ...table,
            chains: table.chains.map((chain) => ({ ...chain, rows })),
          })),
        },
      },
      given,
    },
    { firewall: firewallKind('none').create(), given },
  ]
}

describe.each(HOSTILE)('%s', (_what, text) => {
  test.each(DIALECTS.map(({ id, print }) => ({ id, print })))(
    '$id: nothing hides in the text',
    ({ print }) => {
      for (const { firewall, given } of poisoned(text)) {
        const printed = print?.(firewall, given).text ?? ''
        expect(printed.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u,
        )
        expect(Math.max(...printed.split('\n').map((line) => line.length))).toBeLessThan(2000)
      }
    },
  )

  test.each(['iptables', 'ip6tables'])('%s: no rule accepts, since no rule of the table does', (id) => {
    const dialect = dialectOf(id)
    for (const { firewall, given } of poisoned(text)) {
      const printed = dialect?.print?.(firewall, given).text ?? ''
      for (const line of printed.split('\n'))
        expect(line).toMatch(/^(?:$|# |\*(?:filter|nat)$|:\S+ (?:ACCEPT|DROP|-) \[0:0\]$|-A |COMMIT$)/)
      // The other family's tool has nothing to load.
      if (!printed.includes('*filter')) continue
      const read = dialect?.parse?.(printed, { ...given, interfaces: [] })
      expect(read?.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
      const rules = read?.ok ? allChains(read.value.firewall.ruleset).flatMap(({ chain }) => chain.rows) : []
      // The policy of outbound is the only thing that accepts.
      const accepting = rules.filter(
        (row) => row.kind === 'rule' && row.target.kind === 'accept' && !/policy$/.test(row.name),
      )
      expect(accepting).toEqual([])
    }
  })

  test.each([
    ['routeros', /^(?:$|# |\/(?:ip|ipv6|interface) [a-z ]+(?:-list)?$|add [a-z-]+=)/],
    ['ufw', /^(?:$|#|ufw default \w+ \w+$|ufw (?:route )?\w+ [\w:. /,-]*(?:comment '[^']*')?$)/],
    ['csv', /^(?:$|(?:row|firewall|builtin|chain|rule|title|note),)/],
    ['uci', /^(?:$|# |config [a-z]+$|\t(?:option|list) [a-z_]+ '(?:[^']|'\\'')*'$)/],
  ] as const)('%s: no rule accepts, since no rule of the table does', (id, line) => {
    const dialect = dialectOf(id)
    for (const { firewall, given } of poisoned(text)) {
      const printed = dialect?.print?.(firewall, given).text ?? ''
      for (const each of printed.split('\n')) expect(each).toMatch(line)
      const read = dialect?.parse?.(printed, { ...given, interfaces: [] })
      expect(read?.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
      const rules = read?.ok ? allChains(read.value.firewall.ruleset).flatMap(({ chain }) => chain.rows) : []
      const accepting = rules.filter((row) => row.kind === 'rule' && row.target.kind === 'accept')
      // Policies, and what a system accepts by itself, are the only things that accept.
      const own = /^(policy|not asked|loopback|replies|OpenWrt .*)$/
      expect(
        accepting.filter((row) => row.kind === 'rule' && !own.test(row.name) && !row.id.startsWith('ufw-')),
      ).toEqual([])
    }
  })

  test('pf: every line has a form of ours, and no rule passes but a policy', () => {
    for (const { firewall, given } of poisoned(text)) {
      const lines = (dialectOf('pf')?.print?.(firewall, given).text ?? '').split('\n')
      for (const line of lines)
        expect(line).toMatch(
          /^(?:$|#|(?:pass|block [a-z]+(?:-icmp\([a-z, -]+\))?) (?:in|out) [\w .,:/!{}-]+$)/,
        )
      const passes = lines.filter((line, at) => /^pass/.test(line) && !/policy$/.test(lines[at - 1] ?? ''))
      expect(passes).toEqual([])
    }
  })

  test('ipchains: every line has a form of ours, and no rule accepts but a policy', () => {
    for (const { firewall, given } of poisoned(text)) {
      const printed = dialectOf('ipchains')?.print?.(firewall, given).text ?? ''
      for (const line of printed.split('\n'))
        expect(line).toMatch(
          /^(?:$|#|ipchains -(?:[FX]$|P (?:input|forward|output) (?:ACCEPT|DENY|REJECT)$|N [A-Za-z][\w-]*$|A [\w-]+(?: [\w.:/!+-]+)*$))/,
        )
      const read = dialectOf('ipchains')?.parse?.(printed, { ...given, interfaces: [] })
      expect(read?.diagnostics.filter(({ kind }) => kind === 'syntax-error')).toEqual([])
      const rules = read?.ok ? allChains(read.value.firewall.ruleset).flatMap(({ chain }) => chain.rows) : []
      const accepting = rules.filter((row) => row.kind === 'rule' && row.target.kind === 'accept')
      expect(accepting.filter((row) => row.kind === 'rule' && row.name !== 'policy')).toEqual([])
    }
  })

  test('cisco-ios: every line has a form of ours, and no entry permits but a policy', () => {
    for (const { firewall, given } of poisoned(text)) {
      const lines = (dialectOf('cisco-ios')?.print?.(firewall, given).text ?? '').split('\n')
      for (const line of lines)
        expect(line).toMatch(
          /^(?:$| ?!|ip access-list extended [\w-]+$|ipv6 access-list [\w-]+$| remark \S| (?:permit|deny) [a-z\d]+ [\w .:/+-]+$|interface [\w./:-]+$| ip access-group [\w-]+ (?:in|out)$| ipv6 traffic-filter [\w-]+ (?:in|out)$| no ip(?:v6)? unreachables$)/,
        )
      const permits = lines.filter((line, at) => / permit /.test(line) && lines[at - 1] !== ' remark policy')
      expect(permits.filter((line) => !line.startsWith(' remark'))).toEqual([])
    }
  })

  test('nft: no statement accepts but the policy of outbound', () => {
    for (const { firewall, given } of poisoned(text)) {
      const printed = dialectOf('nft')?.print?.(firewall, given).text ?? ''
      const bare = printed
        .split('\n')
        .filter((line) => !line.trimStart().startsWith('#'))
        .map((line) => line.replace(/"[^"]*"/g, '""'))
      const accepting = bare.filter((line) => /\baccept\b/.test(line) && !/policy accept;$/.test(line))
      expect(accepting.map((line) => line.trim())).toEqual(
        firewall.kind === 'home-stateless' ? ['accept comment ""'] : [],
      )
    }
  })
})

/** Parts of lines that change the meaning of what is around them. */
const SCRAPS = [
  '"',
  '\\',
  '!',
  '-',
  '--',
  ',',
  ':',
  '/',
  '=',
  '[',
  ']',
  '*filter',
  '*nat',
  'COMMIT',
  '\r',
  '\u0000',
  '\ufeff',
  '# ',
  '-j',
  '-A INPUT',
  'sudo iptables ',
  '0',
  '99999999999999999999',
  '::',
  '\u202e',
  ' ',
  '\t',
  '\n',
]

describe('text that was tampered with is read without throwing, and each line has a fate', () => {
  test.each(DIALECTS.filter(({ parse }) => parse).map(({ id, parse, print }) => ({ id, parse, print })))(
    '$id',
    ({ id, parse, print }) => {
      const cut = fc.record({
        at: fc.nat(),
        length: fc.nat(12),
        scrap: fc.constantFrom(...SCRAPS),
        copies: fc.constantFrom(1, 1, 1, 3),
      })
      const firewall = id === 'ip6tables' ? netfilterOf(6) : fc.oneof(homeOf(4), netfilterOf(4))
      fc.assert(
        fc.property(firewall, fc.array(cut, { minLength: 1, maxLength: 6 }), (given, cuts) => {
          let text = print?.(given, context).text ?? ''
          for (const { at, length, scrap, copies } of cuts) {
            const place = text.length === 0 ? 0 : at % text.length
            text = text.slice(0, place) + scrap.repeat(copies) + text.slice(place + length)
          }
          const read = parse?.(text, context)
          if (!read?.ok) {
            expect(read?.diagnostics.length).toBeGreaterThan(0)
            return
          }
          const lines = text.split('\n').length
          const told = read.value.lines
          expect(told.map(({ line }) => line)).toEqual(told.map((_, index) => index + 1))
          expect(told.length === lines || told.length === lines - 1).toBe(true)
          for (const { line, column, length } of read.diagnostics) {
            expect(line).toBeGreaterThan(0)
            expect(line).toBeLessThanOrEqual(lines)
            expect(column).toBeGreaterThan(0)
            expect(length).toBeGreaterThanOrEqual(0)
          }
          const wrong = new Set(
            read.diagnostics.filter(({ kind }) => kind === 'syntax-error').map(({ line }) => line),
          )
          for (const { line, fate } of told)
            if (
              fate === 'not-understood' &&
              id !== 'home-router' &&
              /^\s*-A/.test(told[line - 1]?.text ?? '') &&
              told.some((each) => each.text.startsWith('*'))
            )
              expect(wrong.has(line) || read.diagnostics.some((each) => each.line === line)).toBe(true)
        }),
        { seed: 20_262, numRuns: 400 },
      )
    },
  )

  test('words at random', () => {
    for (const { parse } of DIALECTS) {
      if (!parse) continue
      fc.assert(
        fc.property(
          fc.array(fc.oneof(fc.constantFrom(...SCRAPS), fc.string()), { maxLength: 40 }),
          (parts) => {
            const read = parse(parts.join(' '), context)
            expect(read.ok || read.diagnostics.length > 0).toBe(true)
          },
        ),
        { seed: 20_263, numRuns: 500 },
      )
    }
  })
})
