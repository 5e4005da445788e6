import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import type { Names } from '@/model/fields/field'
import { firewallKind } from '@/model/firewalls/lookup'
import { writtenRule } from '@/model/firewalls/written-rule'
import { findChain, rulesOf } from '@/model/ruleset/chains'
import { context } from '../../../tests/arbitraries/rules'
import { detectDialect } from '../detect'
import { parseIpchains } from './parse'
import { printIpchains } from './print'

const NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

/** Each rule of a chain in one line: "protocol tcp, sport 80: accept". */
function rulesIn(text: string, chain: string): string[] {
  const read = parseIpchains(text, context)
  if (!read.ok) throw new Error(read.diagnostics[0]?.message)
  const found = findChain(read.value.firewall.ruleset, { family: 'ip', table: 'filter', chain })
  return (found ? rulesOf(found) : []).map(({ match, target, log }) => {
    const conditions = match.map(
      (each) => `${each.kind === 'test' ? `${each.field} ` : ''}${formatCondition(each, NAMES)}`,
    )
    const what = target.kind === 'jump' ? `jump ${target.chain}` : target.kind
    return `${conditions.join(', ') || 'any'}: ${log ? 'log, ' : ''}${what}`
  })
}
const notes = (text: string) =>
  parseIpchains(text, context).diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)

describe('the rules of the column, as they stand there', () => {
  const text = `ipchains -A output -s 61000:65095 -d
 80:80 -i eth0 -p 6 -j ACCEPT
ipchains -A input -s 80:80 -d 61000:65095
 ! -y -i eth0 -p 6 -j ACCEPT
`
  test('R066, R070: output, source ports 61000-65095, destination port 80, by eth0, protocol 6', () => {
    expect(rulesIn(text, 'output')).toEqual(['protocol tcp, sport 61000-65095, dport 80, oif eth0: accept'])
  })
  test('R067: input, the other way round, and not the opening packet', () => {
    expect(rulesIn(text, 'input')[0]).toMatch(
      /^protocol tcp, sport 80, dport 61000-65095, tcpFlags not .*, iif eth0: accept$/,
    )
  })
  test('R069: the addresses are missing; any is assumed, and a note says so', () => {
    expect(notes(text)).toEqual([
      '1:20 -s has ports alone: any address is assumed.',
      '1:35 -d has ports alone: any address is assumed.',
      '3:19 -s has ports alone: any address is assumed.',
      '3:28 -d has ports alone: any address is assumed.',
    ])
  })
  test('R078: catch-all rules that log and deny, with bare addresses', () => {
    expect(rulesIn('ipchains -A input -l -s -d -j DENY', 'input')).toEqual(['any: log, drop'])
  })
})

describe('rules', () => {
  test.each([
    [
      '-p tcp -s 10.0.0.0/8 1024: -d 192.0.2.1 80 -j ACCEPT',
      'protocol tcp, src 10.0.0.0/8, sport 1024-65535, dst 192.0.2.1, dport 80: accept',
    ],
    ['-p udp --dport ! 53 -j DENY', 'protocol udp, dport not 53: drop'],
    ['-p icmp -s 0/0 echo-request -j REJECT', 'protocol icmp, icmpType echo-request: reject'],
    ['-p icmp --icmp-type 3 -j ACCEPT', 'protocol icmp, icmpType destination-unreachable: accept'],
    ['-p icmp -s 0/0 3 -d 0/0 4 -j ACCEPT', 'protocol icmp, icmpType fragmentation-needed: accept'],
    ['-s ! 10/8 -j RETURN', 'src not 10.0.0.0/8: return'],
    ['-p ! tcp -i eth+ -j DENY', 'protocol not tcp, iif eth+: drop'],
    ['-d 10.1.0.0/255.255.0.0 -l', 'dst 10.1.0.0/16: log, continue'],
    ['-p tcp -d 0/0 www -j REDIRECT 3128', 'protocol tcp, dport 80: redirect'],
  ])('input %s', (words, expected) => {
    expect(rulesIn(`ipchains -A input ${words}`, 'input')).toEqual([expected])
  })
  test('-b is two rules, one for each direction', () => {
    expect(rulesIn('ipchains -A forward -b -s 10.0.0.1 -d 10.0.0.2 -j ACCEPT', 'forward')).toEqual([
      'src 10.0.0.1, dst 10.0.0.2: accept',
      'src 10.0.0.2, dst 10.0.0.1: accept',
    ])
  })
  test('-i is the way out in forward, in output, and in chains that only these jump to', () => {
    const text = `ipchains -N wan
ipchains -A forward -i eth0 -j wan
ipchains -A wan -i eth0 -j MASQ
ipchains -A input -i eth0 -j DENY`
    expect(rulesIn(text, 'forward')).toEqual(['oif eth0: jump wan'])
    expect(rulesIn(text, 'wan')).toEqual(['oif eth0: masquerade'])
    expect(rulesIn(text, 'input')).toEqual(['iif eth0: drop'])
  })
  test('-I puts a rule first, -F takes the rules of a chain out', () => {
    expect(rulesIn('ipchains -A input -p tcp -j DENY\nipchains -I input -p udp -j DENY', 'input')).toEqual([
      'protocol udp: drop',
      'protocol tcp: drop',
    ])
    expect(rulesIn('ipchains -A input -p tcp -j DENY\nipchains -F input', 'input')).toEqual([])
  })
})

describe('ipchains-save', () => {
  const text =
    ':input DENY\n:forward ACCEPT\n:output ACCEPT\nSaving `input`.\n-A input -s 0.0.0.0/0.0.0.0 -d 0.0.0.0/0.0.0.0 80:80 -i eth0 -p 6 -j ACCEPT -y\n'
  test('R051: policies and rules', () => {
    expect(rulesIn(text, 'input')[0]).toMatch(/^protocol tcp, dport 80, tcpFlags .*, iif eth0: accept$/)
    const read = parseIpchains(text, context)
    const input =
      read.ok && findChain(read.value.firewall.ruleset, { family: 'ip', table: 'filter', chain: 'input' })
    if (!input) throw new Error('not read')
    expect(input.base?.policy).toBe('drop')
  })
})

describe('what cannot be read says where and what would be right', () => {
  test.each([
    ['ipchains -A inptu -j DENY', '1:13 There is no chain inptu. Make it with -N first.'],
    ['ipchains -A input -y -j DENY', '1:19 -y looks at flags of TCP. Write -p tcp.'],
    ['ipchains -A input -s 10.0.0.1 80 -j DENY', '1:31 80 is a port, which needs -p tcp or -p udp.'],
    ['ipchains -A input -p tcp -s 10.0.0.0/33 -j DENY', '1:29 /33 is too long.'],
    ['ipchains -A input -s $LAN -j DENY', '1:22 $LAN -j DENY is worked out by a shell. Put its value here.'],
    ['ipchains -P input DROP', '1:19 DROP is no policy. Write ACCEPT, DENY or REJECT.'],
    ['ipchains -A input --frob -j DENY', '1:19 --frob is not an option of a rule of ipchains.'],
  ])('%s', (text, sentence) => {
    expect(notes(text)[0]).toContain(sentence)
  })
})

test('a pasted script is known by itself', () => {
  expect(detectDialect('#!/bin/sh\n/sbin/ipchains -P input DENY\n')[0]?.dialect.id).toBe('ipchains')
})

describe('written', () => {
  const write = (text: string) => {
    const read = parseIpchains(text, context)
    if (!read.ok) throw new Error(read.diagnostics[0]?.message)
    return printIpchains(read.value.firewall, context)
  }
  const commands = ({ text }: { readonly text: string }) =>
    text.split('\n').filter((line) => /^ipchains/.test(line))

  test('R066, R067, R078: the rules of the column come back as they were', () => {
    const text = `ipchains -P input DENY
ipchains -P forward ACCEPT
ipchains -P output ACCEPT
ipchains -F
ipchains -X
ipchains -A input -p tcp -s 0.0.0.0/0 80 -d 0.0.0.0/0 61000:65095 -i eth0 ! -y -j ACCEPT
ipchains -A input -l -j DENY
ipchains -A output -p tcp -s 0.0.0.0/0 61000:65095 -d 0.0.0.0/0 80 -i eth0 -j ACCEPT`
    const printed = write(text)
    expect(commands(printed)).toEqual(text.split('\n'))
    expect(printed).toMatchObject({ losses: [], complete: true })
    expect(printed.text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '#!/bin/sh',
      '# Made by Highport from the design "Home network", device "Home router". For ipchains, IPv4 only.',
    ])
  })
  test('R053: the state of a connection cannot be asked for; what can be is named', () => {
    const home = firewallKind('home-stateful').create()
    const printed = printIpchains(home, context)
    expect(printed.complete).toBe(false)
    expect(printed.losses.map(({ sentence }) => sentence)).toContain(
      'The rule is left out: Linux 2.2 keeps no state of connections. For TCP, "not SYN" in the flags lets answers in and nothing that opens.',
    )
    expect(printed.text).toContain('# INCOMPLETE')
  })
  test('R068: a test that also wants FIN to be clear is told to be wider here', () => {
    const { ruleset } = firewallKind('home-stateless').create()
    const opening = writtenRule(
      { id: 'r1', name: '', cells: { protocol: 'tcp', tcpFlags: 'SYN' }, target: 'drop' },
      NAMES,
    )
    const tables = ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({ ...chain, rows: chain.name === 'inbound' ? [opening] : [] })),
    }))
    const printed = printIpchains(
      { ...firewallKind('home-stateless').create(), ruleset: { tables } },
      context,
    )
    expect(printed.text).toContain('-p tcp -y -j DENY')
    expect(printed.losses).toContainEqual({
      rule: 'r1',
      sentence: 'A packet with SYN and FIN counts as one that opens a connection here.',
    })
  })
  test('a home filter asks inbound and outbound by the outside interface', () => {
    const printed = printIpchains(firewallKind('home-stateless').create(), context)
    expect(commands(printed)).toContain('ipchains -A input -i wan -j inbound')
    expect(commands(printed)).toContain('ipchains -A output -i wan -j outbound')
  })
  test('names of chains are short', () => {
    const text = 'ipchains -N far-too-long\nipchains -A input -j far-too-long'
    expect(commands(write(text))).toContain('ipchains -N chain')
  })
})
