import type { Condition, FieldTest, Interval } from '@/model/fields/field'
import { complementIntervals, containsValue, unionIntervals } from '@/model/fields/intervals'
import { fieldOf } from '@/model/fields/lookup'
import { FAMILY, type Family } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { formatPrefix } from '@/model/packet/prefix'
import { formatProtocol } from '@/model/packet/protocol'
import type { PrintContext } from '../dialect'
import { protocolRows } from '../iptables/protocol-rows'
import { LeftOut } from '../left-out'
import { ofFamily, type PlainTest, plainTest } from '../plain-terms'
import { hidesSomething } from '../plain-text'
import { prefixesOf } from '../prefixes'
import { OTHER_CONDITIONS } from './spelling'

/** Options of one section: a list has several values. */
export type Options = Readonly<Record<string, string | readonly string[]>>

/** What a section asks, and which interfaces, which are said in several ways. */
export interface WrittenMatch {
  readonly options: Options
  readonly iif: string | undefined
  readonly oif: string | undefined
  readonly protocols: readonly number[] | 'any'
}

/** Names of the options that ask for addresses and ports. */
export interface EndOptions {
  readonly src: string
  readonly dst: string
  readonly sport: string
  readonly dport: string
}

/** Entries of a list, and sections of a rule, that a person still reads. */
const ENTRIES_AT_MOST = 300

/** Conditions as options, one set per section that the rule takes. `families` are those that the rule is asked for. */
export function writeMatch(
  match: readonly Condition[],
  families: readonly Family[],
  ends: EndOptions,
  context: PrintContext,
): WrittenMatch[] {
  const tests = match.flatMap((each) => (each.kind === 'test' ? [plainTest(each, context)] : []))
  const kept = Object.fromEntries(match.flatMap((each) => (each.kind === 'test' ? [] : [keptOption(each)])))
  const split = tests.some(({ field }) => SPLITTING.has(field)) || families.length === 1
  const own: readonly (Family | undefined)[] = split ? families : [undefined]
  const written = own.flatMap((family) => writeFamily(match, tests, family, kept, ends))
  if (written.length === 0) throw new LeftOut('nothing can match all that it asks for.', true)
  return written
}

const SPLITTING: ReadonlySet<string> = new Set(['src', 'dst', 'family', 'icmpType', 'icmpv6Type'])

function writeFamily(
  match: readonly Condition[],
  tests: readonly PlainTest[],
  family: Family | undefined,
  kept: Options,
  ends: EndOptions,
): WrittenMatch[] {
  let options: Record<string, string | readonly string[]> = { ...(family && { family: `ipv${family}` }) }
  const interfaces: { iif: readonly (string | undefined)[]; oif: readonly (string | undefined)[] } = {
    iif: [undefined],
    oif: [undefined],
  }
  for (const test of tests) {
    switch (test.field) {
      case 'src':
      case 'dst': {
        const list = writeAddresses(test, family ?? 4)
        if (!list) return []
        if (list.length > 0) options[ends[test.field]] = list
        break
      }
      case 'sport':
      case 'dport':
        options[ends[test.field]] = writePorts(test)
        break
      case 'icmpType':
      case 'icmpv6Type':
        if ((test.field === 'icmpType') !== (family === 4)) return []
        options = { ...options, icmp_type: writeTypes(test) }
        break
      case 'family':
        if (family === undefined || containsValue(unionIntervals(test.intervals), family) === test.negated)
          return []
        break
      case 'iif':
      case 'oif':
        interfaces[test.field] = writeInterfaces(test)
        break
      case 'protocol':
        break
      default:
        throw new LeftOut(`its ${fieldOf(test.field).label} cannot be asked here.`)
    }
  }
  return writeProtocols(match, family).flatMap(({ words, numbers, pinned }) =>
    interfaces.iif.flatMap((iif) =>
      interfaces.oif.map((oif) => ({
        options: { ...options, ...(pinned && { family: `ipv${pinned}` }), proto: words, ...kept },
        iif,
        oif,
        protocols: numbers,
      })),
    ),
  )
}

interface WrittenProtocols {
  readonly words: string | readonly string[]
  readonly numbers: readonly number[] | 'any'
  /** The word means another protocol in the other family. */
  readonly pinned?: Family
}

function writeProtocols(match: readonly Condition[], family: Family | undefined): WrittenProtocols[] {
  const rows = protocolRows(match)
  if (rows.kind === 'any') return [{ words: 'any', numbers: 'any' }]
  if (rows.kind !== 'numbers') throw new LeftOut('"all protocols but some" has no spelling here.')
  if (rows.numbers.length === 0) throw new LeftOut('no protocol has all that it asks for.', true)
  const ported = match.some(
    (each) => each.kind === 'test' && (each.field === 'sport' || each.field === 'dport'),
  )
  if (ported && rows.numbers.some((number) => number !== PROTOCOL.tcp && number !== PROTOCOL.udp))
    throw new LeftOut('OpenWrt knows ports of TCP and UDP alone.')
  if (rows.numbers.includes(0)) throw new LeftOut('protocol 0 means any protocol here.')
  // "icmp" is ICMPv6 for a packet of IPv6; each is held to its own family.
  const icmp = ([4, 6] as const).filter((each) => rows.numbers.includes(FAMILY[each].protocolOfIcmp))
  const rest = rows.numbers.filter((number) => !icmp.some((each) => FAMILY[each].protocolOfIcmp === number))
  return [
    ...(rest.length > 0
      ? [{ words: rest.length === 1 ? protocolWord(rest[0] ?? 0) : rest.map(protocolWord), numbers: rest }]
      : []),
    ...icmp
      .filter((each) => family === undefined || family === each)
      .map((each) => ({ words: 'icmp', numbers: [FAMILY[each].protocolOfIcmp], pinned: each })),
  ]
}

/** Names that the router is sure to know; the rest are numbers. */
const protocolWord = (number: number) =>
  [2, 6, 17, 47, 50, 51].includes(number) ? formatProtocol(number) : String(number)

/** Undefined: nothing of this family can match; empty: everything does. */
function writeAddresses({ intervals, negated }: PlainTest, family: Family): readonly string[] | undefined {
  const own = unionIntervals(ofFamily(intervals, family))
  if (own.length === 0) return negated ? [] : undefined
  const prefixes = own.flatMap(prefixesOf)
  if (prefixes.length > ENTRIES_AT_MOST)
    throw new LeftOut(`its addresses would take ${prefixes.length} entries here.`)
  if (prefixes.some(({ prefixLength }) => prefixLength === 0)) return negated ? undefined : []
  return prefixes.map((prefix) => `${negated ? '!' : ''}${formatPrefix(prefix)}`)
}

const span = ({ first, last }: Interval) => (first === last ? `${first}` : `${first}-${last}`)

function writePorts({ intervals, negated, field }: PlainTest): readonly string[] {
  if (intervals.length === 0 && !negated)
    throw new LeftOut(`its ${fieldOf(field).label} stands for nothing now.`)
  if (intervals.length === 0) return ['0-65535']
  const own = unionIntervals(intervals)
  if (negated && own.length === 1 && own[0]?.first === 0 && own[0].last === 65535)
    throw new LeftOut('it matches no port.', true)
  return own.map((interval) => `${negated ? '!' : ''}${span(interval)}`)
}

function writeTypes({ intervals, negated }: PlainTest): readonly string[] {
  const own = unionIntervals(intervals)
  const wanted = negated ? complementIntervals(own, 0, 65535) : own
  const words: string[] = []
  for (const { first, last } of wanted)
    for (let at = Number(first); at <= Number(last); ) {
      const whole = at % 256 === 0 && at + 255 <= Number(last)
      words.push(whole ? String(at / 256) : `${Math.floor(at / 256)}/${at % 256}`)
      if (words.length > ENTRIES_AT_MOST)
        throw new LeftOut('its types of ICMP would take too many entries here.')
      at += whole ? 256 : 1
    }
  if (words.length === 0) throw new LeftOut('it matches no type of ICMP.', true)
  return words
}

function writeInterfaces({ patterns, negated, field }: PlainTest): readonly string[] {
  if (negated) throw new LeftOut(`"not ${fieldOf(field).label}" has no spelling here.`)
  for (const name of patterns)
    if (!/^[\w.:@-]{1,15}\+?$/.test(name))
      throw new LeftOut('the name of an interface cannot be written here.')
  if (patterns.some((name) => name.endsWith('+')))
    throw new LeftOut('an interface is named by how its name begins.')
  if (patterns.length === 0) throw new LeftOut('it names no interface.', true)
  return patterns
}

/** Kept options go out as they came in, if they are options of a rule and one plain line. */
function keptOption(condition: Exclude<Condition, FieldTest>): [string, string] {
  if (condition.kind !== 'opaque') throw new LeftOut('it looks at several fields together.')
  const [, name = '', value = ''] = /^(\w+)=(.*)$/s.exec(condition.text) ?? []
  if (condition.dialect !== 'uci')
    throw new LeftOut('it has a condition that was read from another language.')
  if (!OTHER_CONDITIONS.has(name) || hidesSomething(value) || value.length > 200)
    throw new LeftOut('it has a condition that is no option of OpenWrt.')
  return [name, value]
}
