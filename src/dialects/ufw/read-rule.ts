import { parseAddressTerm } from '@/model/fields/address-field'
import { sortConditions } from '@/model/fields/cell'
import type { Condition, FieldId, Interval, Term } from '@/model/fields/field'
import { type Family, familyOf, type IpAddress } from '@/model/packet/address'
import { PROTOCOL } from '@/model/packet/packet'
import { parsePortRange } from '@/model/packet/port'
import { parseProtocol } from '@/model/packet/protocol'
import type { Target } from '@/model/ruleset/ruleset'
import { own } from '../own'
import type { UfwHook } from './own-rules'

/** One side of a rule. */
export interface End {
  readonly address: string | undefined
  /** "22", "80,443", "1000:2000", or the name of a service. */
  readonly port: string | undefined
}

/** A rule as a command or a line of the status says it. */
export interface UfwRule {
  readonly hook: UfwHook
  readonly action: string
  readonly log: boolean
  readonly protocol: string | undefined
  readonly from: End
  readonly to: End
  readonly iif: string | undefined
  readonly oif: string | undefined
  /** The status lists a rule for each family. */
  readonly family: Family | undefined
  readonly comment: string
}

export interface ReadRule {
  readonly match: readonly Condition[]
  readonly target: Target
  readonly notes: readonly string[]
}

/** Application profiles that are the same everywhere. */
const PROFILES: Readonly<Record<string, string>> = {
  openssh: '22/tcp',
  ssh: '22/tcp',
  www: '80/tcp',
  'www full': '80,443/tcp',
  'www secure': '443/tcp',
  'nginx http': '80/tcp',
  'nginx https': '443/tcp',
  'nginx full': '80,443/tcp',
  apache: '80/tcp',
  'apache full': '80,443/tcp',
  'apache secure': '443/tcp',
  cups: '631',
}

/** "22/tcp" of a profile or as it stands. */
export function portAndProtocol(text: string): {
  readonly port: string
  readonly protocol: string | undefined
} {
  const [port = '', protocol] = (own(PROFILES, text.toLowerCase()) ?? text).split('/')
  return { port, protocol }
}

/** What the rule asks and does, or what is wrong. */
export function readRule(rule: UfwRule): ReadRule | string {
  const target = TARGETS[rule.action.toLowerCase()]
  if (!target) return `${rule.action || 'Nothing'} is no action. Write allow, deny, reject or limit.`
  const ends = [readEnd('src', 'sport', rule.from), readEnd('dst', 'dport', rule.to)]
  const wrong = ends.find((end) => typeof end === 'string')
  if (typeof wrong === 'string') return wrong
  const conditions = ends.flatMap((end) => (typeof end === 'string' ? [] : end))
  const ported = conditions.some(({ field }) => field === 'sport' || field === 'dport')
  const protocol = readProtocol(rule.protocol, ported)
  if (typeof protocol === 'string') return protocol
  for (const name of [rule.iif, rule.oif])
    if (name !== undefined && !/^[^\s/!]{1,15}$/.test(name))
      return `${name} is no interface. "!" is not taken here.`
  if (rule.iif !== undefined && rule.hook === 'output') return 'A rule for "out" has no way in.'
  if (rule.oif !== undefined && rule.hook === 'input') return 'A rule for "in" has no way out.'
  const families = conditions.flatMap(({ terms, field }) =>
    field === 'src' || field === 'dst'
      ? terms.flatMap((term) => (term.kind === 'range' ? [familyOf(term.first as IpAddress)] : []))
      : [],
  )
  if (new Set(families).size > 1) return 'A rule is for IPv4 or for IPv6: its addresses are of both.'
  const family = families.length === 0 ? rule.family : undefined
  const match: Condition[] = [
    ...conditions,
    ...(protocol.length > 0
      ? [
          test(
            'protocol',
            protocol.map((number) => ({ first: number, last: number })),
          ),
        ]
      : []),
    ...(family ? [test('family', [{ first: family, last: family }])] : []),
    ...named('iif', rule.iif),
    ...named('oif', rule.oif),
  ]
  const notes =
    rule.action.toLowerCase() === 'limit'
      ? ['limit is read as allow: it turns an address away that comes six times in thirty seconds.']
      : []
  return { match: sortConditions(match), target, notes }
}

const TARGETS: Readonly<Record<string, Target>> = {
  allow: { kind: 'accept' },
  limit: { kind: 'accept' },
  deny: { kind: 'drop' },
  reject: { kind: 'reject', with: 'tcp-reset' },
}

type Test = Extract<Condition, { kind: 'test' }>

function test(field: FieldId, intervals: readonly Interval[]): Test {
  return {
    kind: 'test',
    field,
    negated: false,
    terms: intervals.map((each): Term => ({ kind: 'range', ...each })),
  }
}

const named = (field: 'iif' | 'oif', pattern: string | undefined): Condition[] =>
  pattern === undefined ? [] : [{ kind: 'test', field, negated: false, terms: [{ kind: 'name', pattern }] }]

const NO_NAMES = { deviceId: () => undefined, deviceName: () => undefined, setHolds: () => undefined }

function readEnd(
  addressField: 'src' | 'dst',
  portField: 'sport' | 'dport',
  { address, port }: End,
): Test[] | string {
  const tests: Test[] = []
  if (address !== undefined && !/^(any|anywhere)$/i.test(address)) {
    const term = /^[0-9a-f:./]+$/i.test(address) ? parseAddressTerm(address, NO_NAMES) : undefined
    if (!term?.ok || term.value.kind !== 'range') return `${address} is no address or prefix.`
    tests.push(test(addressField, [{ first: term.value.first, last: term.value.last }]))
  }
  if (port !== undefined) {
    const parts = port.split(',')
    const ranges = parts.map((part) =>
      /^\d+([:-]\d+)?$|^[a-z][\w-]*$/i.test(part) ? parsePortRange(part) : undefined,
    )
    const intervals = ranges.flatMap((range) => (range?.ok ? [range.value] : []))
    if (intervals.length < parts.length) return `${port} is no port, list of ports, or service known here.`
    if (port.split(/[,:]/).length > 15) return 'A rule takes 15 ports; a range counts as two.'
    tests.push(test(portField, intervals))
  }
  return tests
}

const PROTOCOLS = ['tcp', 'udp', 'ah', 'esp', 'gre', 'igmp', 'ipv6', 'vrrp']

/** A port without a protocol is one of TCP and of UDP. */
function readProtocol(word: string | undefined, ported: boolean): readonly number[] | string {
  if (word === undefined || /^any$/i.test(word)) return ported ? [PROTOCOL.tcp, PROTOCOL.udp] : []
  const number = PROTOCOLS.includes(word.toLowerCase()) ? parseProtocol(word) : undefined
  if (!number?.ok) return `${word} is no protocol of ufw. Write tcp, udp, ah, esp, gre, igmp or ipv6.`
  return [number.value]
}
