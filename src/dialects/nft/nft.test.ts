import { describe, expect, test } from 'vitest'
import { formatCondition } from '@/model/fields/cell'
import type { Condition, Names } from '@/model/fields/field'
import { rulesOf } from '@/model/ruleset/chains'
import type { Chain, Rule } from '@/model/ruleset/ruleset'
import { parseNft } from './parse'

const NAMES: Names = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

function chainsOf(text: string): Chain[] {
  const read = parseNft(text)
  if (!read.ok) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'))
  return read.value.firewall.ruleset.tables.flatMap(({ chains }) => chains)
}

const words = (condition: Condition) =>
  `${condition.kind === 'test' ? `${condition.field} ` : ''}${formatCondition(condition, NAMES)}`

/** A rule in one line: "protocol tcp, dport 22: accept". */
function line({ match, target, log, logPrefix }: Rule): string {
  const what =
    target.kind === 'map'
      ? `map of ${target.entries.map((entry) => entry.target.kind).join(', ')}`
      : target.kind
  return `${match.map(words).join(', ') || 'any'}: ${log ? `log "${logPrefix ?? ''}", ` : ''}${what}`
}

const inChain = (rules: string) =>
  `table inet t {\nchain u { }\nchain c {\ntype filter hook input priority 0\n${rules}\n}\n}\n`

/** The rules of chain c, each in one line. */
function rulesIn(text: string): string[] {
  const chain = chainsOf(text).find(({ name }) => name === 'c')
  return (chain ? rulesOf(chain) : []).map(line)
}

/** "line:column kind: message" of everything that is said about a text. */
function said(text: string): string[] {
  return parseNft(text).diagnostics.map(
    ({ line: at, column, kind, message }) => `${at}:${column} ${kind}: ${message}`,
  )
}

describe('flags of TCP: how they are written says what is asked [e11 A1]', () => {
  const bytes = (rule: string): number => {
    const [read] = chainsOf(inChain(rule)).flatMap(rulesOf)
    const test = read?.match.find((each) => each.kind === 'test' && each.field === 'tcpFlags')
    if (test?.kind !== 'test') throw new Error('no flags')
    const count = test.terms.reduce(
      (sum, term) => (term.kind === 'range' ? sum + Number(term.last) - Number(term.first) + 1 : sum),
      0,
    )
    return test.negated ? 256 - count : count
  }
  test.each([
    ['tcp flags syn', 128],
    ['tcp flags == syn', 1],
    ['tcp flags != syn', 255],
    ['tcp flags ! syn', 128],
    ['tcp flags syn,ack', 192],
    ['tcp flags { syn, ack }', 2],
    ['tcp flags syn / fin,syn,rst,ack', 16],
    ['tcp flags != syn / fin,syn,rst,ack', 240],
    ['tcp flags & (fin | syn | rst | ack) == syn', 16],
    ['tcp flags 0x0', 0],
    ['tcp flags == 0x0', 1],
  ])('%s: %i of 256 bytes', (rule, count) => {
    expect(bytes(rule)).toBe(count)
  })
  test('"!" does not go with a mask', () => {
    expect(said(inChain('tcp flags ! syn / syn,ack accept'))).toEqual([
      '5:1 syntax-error: With a mask, write == or !=.',
    ])
  })
})

describe('what nft implies is asked for [e10 I3]', () => {
  test.each([
    ['tcp dport 22 accept', 'protocol tcp, dport 22: accept'],
    ['ip saddr 10.0.0.0/8 accept', 'src 10.0.0.0/8: accept'],
    ['ip saddr != 10.0.0.0/8 accept', 'family IPv4, src not 10.0.0.0/8: accept'],
    ['ip ttl 63 accept', 'family IPv4, hopLimit 63: accept'],
    ['reject with tcp reset', 'protocol tcp: reject'],
    ['reject with icmpv6 no-route', 'family IPv6: reject'],
    ['meta nfproto ipv6 accept', 'family IPv6: accept'],
  ])('%s', (rule, expected) => {
    expect(rulesIn(inChain(rule))).toEqual([expected])
  })
})

describe('one rule of nft is one rule', () => {
  test.each([
    [
      'two tests of one field hold together',
      'ip saddr 10.0.0.0/30 ip saddr != 10.0.0.0/31 accept',
      'src 10.0.0.2/31: accept',
    ],
    [
      'a log line before the verdict',
      'tcp dport 22 log prefix "ssh: " level warn drop',
      'protocol tcp, dport 22: log "ssh: ", drop',
    ],
    ['a log line alone', 'log prefix "all "', 'any: log'],
    [
      'a map that goes on for some',
      'tcp dport vmap { 22 : accept, 80 : continue } drop',
      'protocol tcp: map of accept, drop',
    ],
    ['counters count', 'counter packets 1 bytes 60', 'any: continue'],
  ])('%s', (_, rule, expected) => {
    expect(rulesIn(inChain(rule))).toEqual([expected])
  })
})

describe('commands are done one after the other', () => {
  const table = 'add table ip t\nadd chain ip t c\n'
  test.each([
    [
      'rules are added at the end',
      `${table}add rule ip t c drop\nadd rule ip t c accept\n`,
      ['any: drop', 'any: accept'],
    ],
    [
      'and inserted before the first',
      `${table}add rule ip t c drop\ninsert rule ip t c accept\n`,
      ['any: accept', 'any: drop'],
    ],
    [
      'after an index',
      `${table}add rule ip t c drop\nadd rule ip t c return\nadd rule ip t c index 0 accept\n`,
      ['any: drop', 'any: accept', 'any: return'],
    ],
    [
      'flushing a chain empties it',
      `${table}add rule ip t c drop\nflush chain ip t c\nadd rule ip t c accept\n`,
      ['any: accept'],
    ],
    ['deleting the table takes all', `${table}add rule ip t c drop\ndelete table ip t\n${table}`, []],
    ['the family is ip where none is said', 'table t { chain c { drop; }; }', ['any: drop']],
    [
      'lines of a shell',
      'sudo nft add table ip t\nnft add chain ip t c\n/usr/sbin/nft add rule ip t c drop\n',
      ['any: drop'],
    ],
  ])('%s', (_, text, expected) => {
    expect(rulesIn(text)).toEqual(expected)
  })
  test('a set is what it holds in the end, and may be defined behind the rule', () => {
    const text =
      'table ip t {\nchain c { ip saddr @s drop\n}\nset s { type ipv4_addr; elements = { 10.0.0.1 } }\n}\nadd element ip t s { 10.0.0.9, 10.0.0.2 }\ndelete element ip t s { 10.0.0.9 }\n'
    expect(rulesIn(text)).toEqual(['src 10.0.0.1, 10.0.0.2: drop'])
  })
  test('definitions, also of lists in lists', () => {
    const text =
      'define a = 22\ndefine b = { $a, 80 }\ntable ip t { chain c { tcp dport { $b, 443 } accept\n} }\n'
    expect(rulesIn(text)).toEqual(['protocol tcp, dport 22, 80, 443: accept'])
  })
  test('a line goes on after a backslash', () => {
    expect(rulesIn(inChain('tcp dport 22 \\\n accept'))).toEqual(['protocol tcp, dport 22: accept'])
  })
})

describe('a mistake is told with its place, and the rest is read', () => {
  test.each([
    [
      'an unknown word',
      inChain('nosuch accept\ndrop'),
      '5:1 syntax-error: Here stands nosuch, which begins nothing that nft knows in a rule.',
    ],
    [
      'an unknown variable',
      inChain('tcp dport $ports accept\ndrop'),
      '5:11 syntax-error: There is no definition of $ports above. Write "define ports = ...".',
    ],
    [
      'a set that is not there',
      inChain('ip saddr @s accept\ndrop'),
      '5:10 syntax-error: Table t has no set s.',
    ],
    [
      'a file that is elsewhere',
      `include "more.nft"\n${inChain('drop')}`,
      '1:1 unsupported: What more.nft holds is not here. Paste it in the place of this line.',
    ],
    [
      'a family of frames',
      `table bridge b { chain x { } }\n${inChain('drop')}`,
      '1:7 unsupported: Tables of family bridge see frames, which have no rules here. It is left out.',
    ],
    [
      'a table that sleeps',
      `table ip s { flags dormant; }\n${inChain('drop')}`,
      '1:14 note: This table sleeps: its chains ask no packet.',
    ],
  ])('%s', (_, text, expected) => {
    expect(said(text)[0]).toBe(expected)
    expect(rulesIn(text)).toContain('any: drop')
  })
  test('every line has its fate, and its rules', () => {
    const text = '# mine\n\ntable ip t {\nchain c {\ndrop\nnosuch\nlimit rate 1/second accept\n}\n}'
    const read = parseNft(text)
    const fates = read.ok ? read.value.lines.map(({ fate, rules }) => `${fate} ${rules.join()}`.trim()) : []
    expect(fates).toEqual([
      'comment',
      'blank',
      'understood',
      'understood',
      'understood line-5',
      'not-understood',
      'partly line-7',
      'understood',
      'understood',
    ])
  })
})

describe('whatever the size, there is an answer', () => {
  const chains = Array.from(
    { length: 10_000 },
    (_, i) => `chain c${i} { ${i < 9_999 ? `jump c${i + 1}` : 'accept'}; }`,
  )
  const doubled = [
    'define v0 = 1',
    ...Array.from({ length: 40 }, (_, i) => `define v${i + 1} = { $v${i}, $v${i} }`),
  ]
  test.each([
    [
      '100,000 rules',
      inChain(Array.from({ length: 100_000 }, (_, i) => `tcp dport ${i % 65536} accept`).join('\n')),
      true,
    ],
    ['10,000 chains, each below the other', `table ip t {\n${chains.join('\n')}\n}`, true],
    [
      'definitions that double forty times',
      `${doubled.join('\n')}\ntable ip t { chain c { tcp dport $v40 accept; }; }`,
      false,
    ],
    ['braces that never close', `table ip t { chain c { tcp dport ${'{'.repeat(50_000)}`, true],
    ['parentheses that never close', inChain(`tcp flags & ${'('.repeat(50_000)}`), true],
    ['colons', ':a'.repeat(50_000), false],
    ['quotes', '"'.repeat(50_001), false],
  ])(
    '%s',
    (_, text, isRead) => {
      expect(parseNft(text).ok).toBe(isRead)
    },
    60_000,
  )
})
