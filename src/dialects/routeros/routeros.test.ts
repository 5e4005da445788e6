import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import { allChains, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { parseRouteros } from './parse'
import { printRouteros } from './print'

/** Each rule in one line: "ip filter INPUT: dport 22: accept". */
function rulesIn(text: string): string[] {
  const read = parseRouteros(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  return allChains(read.value.firewall.ruleset).flatMap(({ ref, chain }) =>
    rulesOf(chain).map(({ match, target, assume }) => {
      const conditions = match.map((each) =>
        each.kind !== 'test'
          ? formatCondition(each, context.names)
          : `${each.field} ${formatCondition(each, context.names)}`,
      )
      const what = [conditions.join('; ') || 'any', target.kind, assume].filter(Boolean).join(': ')
      return `${ref.family} ${ref.table} ${ref.chain}: ${what}`
    }),
  )
}
const remarks = (text: string) =>
  parseRouteros(text, context).diagnostics.map(
    ({ kind, line, column, message }) => `${line}:${column} ${kind}: ${message}`,
  )
const fates = (text: string) => {
  const read = parseRouteros(text, context)
  return read.ok ? read.value.lines.map(({ line, fate }) => `${line} ${fate}`) : []
}

describe('an export, as the router prints it', () => {
  const text = `# jan/02/1970 00:00:00 by RouterOS 7.13
/interface bridge
add name=bridge1
/interface list
add name=OUT
/interface list member
add interface=ether1 list=OUT
/ip firewall filter
add action=accept chain=input comment=\\
    "established,\\
    \\_related" connection-state=established,\\
    related
add action=drop chain=input in-interface-list=OUT
/ip firewall nat
add action=masquerade chain=srcnat ipsec-policy=out,none out-interface-list=OUT
/ipv6 firewall filter
add action=drop chain=forward hop-limit=equal:1 protocol=icmpv6
`
  test('rules of all menus are read', () => {
    expect(rulesIn(text)).toEqual([
      'ip nat POSTROUTING: oif ether1; ipsec-policy=out,none: masquerade: matches',
      'ip filter INPUT: ctState established, related: accept',
      'ip filter INPUT: iif ether1: drop',
      'ip6 filter FORWARD: protocol icmpv6; hopLimit 1: drop',
    ])
  })
  test('a continued line is one rule, and its quoted name is whole', () => {
    const read = parseRouteros(text, context)
    const [first] = read.ok
      ? allChains(read.value.firewall.ruleset)
          .filter(({ ref }) => ref.chain === 'INPUT' && ref.table === 'filter')
          .flatMap(({ chain }) => rulesOf(chain))
      : []
    expect([first?.name, first?.sourceLine]).toEqual(['established, related', 9])
  })
  test('every line has a fate; other menus are named', () => {
    expect(fates(text).slice(0, 13)).toEqual([
      '1 comment',
      '2 understood',
      '3 not-understood',
      '4 understood',
      '5 understood',
      '6 understood',
      '7 understood',
      '8 understood',
      '9 understood',
      '10 understood',
      '11 understood',
      '12 understood',
      '13 understood',
    ])
    expect(remarks(text)[0]).toBe('3:1 ignored: /interface bridge is no menu of firewall rules.')
  })
})

describe('a mistake is named where it stands', () => {
  test.each([
    ['in a continued line', 'add action=drop \\\n    chain=input \\\n    ttl=soft', '4:5'],
    ['behind a prompt', '[me@router] /ip firewall filter> add chain=input ttl=soft', '2:50'],
    ['a quote without an end', 'add chain=input comment="never', '2:25'],
    ['a property twice', 'add chain=input chain=output', '2:17'],
    ['a script', ':foreach i in=[find] do={ remove $i }', '2:1'],
  ])('%s', (_what, lines, place) => {
    expect(remarks(`/ip firewall filter\n${lines}\n`)[0]).toMatch(new RegExp(`^${place} syntax-error`))
  })
})

describe('lists', () => {
  test('an empty list holds nobody', () => {
    const list =
      '/ip firewall address-list\nadd address=10.0.0.1 disabled=yes list=none\n/ip firewall filter\n'
    expect(rulesIn(`${list}add chain=input src-address-list=!none action=drop`)).toEqual([
      'ip filter INPUT: any: drop',
    ])
    expect(rulesIn(`${list}add chain=input src-address-list=none action=drop`)).toEqual([
      'ip filter INPUT: src not 0.0.0.0/0: drop',
    ])
  })
  test('a list that rules fill while the router runs is not known', () => {
    const text = `/ip firewall address-list
add address=10.0.0.1 list=knocked
/ip firewall filter
add action=add-src-to-address-list address-list=knocked chain=input protocol=tcp dst-port=1234
add action=accept chain=input src-address-list=knocked`
    expect(rulesIn(text)).toEqual([
      'ip filter INPUT: protocol tcp; dport 1234: opaque',
      'ip filter INPUT: src-address-list=knocked: accept',
    ])
    expect(remarks(text).map((each) => each.split(':')[2]?.trim().split(' ')[0])).toEqual([
      'add-src-to-address-list',
      'src-address-list=knocked',
    ])
  })
})

describe('what is written', () => {
  test('a token and a set come back while they stand for the same', () => {
    const read = parseRouteros(
      '/ip firewall filter\nadd action=drop chain=input comment="[highport rule=r1 src=LAN] x" src-address=192.168.1.0/24',
      context,
    )
    const { text } = printRouteros((read as Extract<typeof read, { ok: true }>).value.firewall, context)
    expect(text).toContain('comment="[highport rule=r1 src=LAN] x" src-address=192.168.1.0/24')
  })
  test('a rule that cannot be said makes the text incomplete, and stands in it as a comment', () => {
    const read = parseRouteros(
      '/ip firewall filter\nadd action=accept chain=input in-interface=eth0',
      context,
    )
    if (!read.ok) throw new Error('reads')
    const { firewall } = read.value
    const renamed = JSON.parse(JSON.stringify(firewall).replace('"pattern":"eth0"', '"pattern":"eth+"'))
    const printed = printRouteros(renamed, context)
    expect(printed.complete).toBe(false)
    expect(printed.losses.map(({ rule }) => rule)).toEqual(['line-2'])
    expect(printed.text).toContain('# Incomplete:')
    expect(printed.text).toContain('# left out: line-2: an interface is named by how its name begins')
  })
})
